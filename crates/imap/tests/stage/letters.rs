//! Letters that arrive on stage: invented people, `.test` addresses, CRLF.

/// A short letter.
pub fn short(subject: &str) -> Vec<u8> {
    format!(
        "From: Service de cardiologie <cardiologie@voisin.mssante.test>\r\nTo: cabinet.des-lilas@pli.mssante.test\r\nSubject: {subject}\r\n\
         Date: Sat, 21 Nov 2026 22:30:00 +0100\r\nMessage-ID: <{subject}@voisin.mssante.test>\r\n\r\nBonjour,\r\n{subject}.\r\n"
    )
    .into_bytes()
}

/// A text, a PDF and a forwarded letter that has two parts itself.
pub fn nested() -> Vec<u8> {
    "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= Orme <helene.orme@voisin.mssante.test>\r\n\
     To: cabinet.des-lilas@pli.mssante.test\r\n\
     Cc: \"Orme, H.\" <h.orme@voisin.mssante.test>\r\n\
     Subject: =?utf-8?q?Compte_rendu_d'=C3=A9chographie?=\r\n\
     Date: Fri, 20 Nov 2026 09:15:00 +0100\r\n\
     Message-ID: <imbrique@voisin.mssante.test>\r\n\
     MIME-Version: 1.0\r\n\
     Content-Type: multipart/mixed; boundary=\"dehors\"\r\n\
     \r\n\
     Preambule.\r\n\
     --dehors\r\n\
     Content-Type: text/plain; charset=utf-8\r\n\
     Content-Transfer-Encoding: quoted-printable\r\n\
     \r\n\
     Fonction syst=C3=A9lique conserv=C3=A9e.\r\n\
     --dehors\r\n\
     Content-Type: application/pdf; name=\"echo.pdf\"\r\n\
     Content-Disposition: attachment; filename=\"echo.pdf\"\r\n\
     Content-Transfer-Encoding: base64\r\n\
     \r\n\
     JVBERi0xLjQK\r\n\
     --dehors\r\n\
     Content-Type: message/rfc822\r\n\
     \r\n\
     From: labo@voisin.mssante.test\r\n\
     Subject: Interieur\r\n\
     MIME-Version: 1.0\r\n\
     Content-Type: multipart/alternative; boundary=dedans\r\n\
     \r\n\
     --dedans\r\n\
     Content-Type: text/plain\r\n\
     \r\n\
     Texte du dedans.\r\n\
     --dedans\r\n\
     Content-Type: text/html\r\n\
     \r\n\
     <p>Html du dedans.</p>\r\n\
     --dedans--\r\n\
     --dehors--\r\n"
        .replace("\r\n     ", "\r\n")
        .into_bytes()
}
