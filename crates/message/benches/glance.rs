//! Microseconds that one glance costs, for the kinds of letters a practice receives. `cargo bench -p message --bench glance`.

use std::hint::black_box;
use std::time::Instant;

use message::Glance;

const ROUNDS: u32 = 2_000;
const HEADER: &str = "Received: from mss.voisin.mssante.test by mss.pli.mssante.test with ESMTPS\r\n\tid 01J; Sat, 21 Nov 2026 22:00:00 +0100\r\n\
From: =?UTF-8?Q?H=C3=A9l=C3=A8ne_Roseau?= <helene.roseau@voisin.mssante.test>\r\nTo: Cabinet des Lilas <cabinet.des-lilas@pli.mssante.test>\r\n\
Subject: =?UTF-8?Q?Compte_rendu?=\r\nDate: Sat, 21 Nov 2026 22:00:00 +0100\r\nMessage-ID: <1@voisin.mssante.test>\r\nMIME-Version: 1.0\r\n\
X-MSS-NIL: DEV000000\r\nX-MSS-CODECDA: 34112-3\r\nX-MSS-INS: O\r\n";

fn main() {
    let line = "QWxsb25zLCBtb24gYW1pLCBsYSByb3NlIGVzdCBiZWxsZSBjZSBzb2lyIHN1ciBsZXMgY29sbGluZXMK\r\n";
    let text = "Bonjour, voici le compte rendu de la consultation du jour, bien confraternellement.\r\n";
    measure("plain text, 10 KiB", &format!("{HEADER}Content-Type: text/plain; charset=utf-8\r\n\r\n{}", text.repeat(110)));
    measure("letter with an archive, 10 KiB", &mixed(text, &line.repeat(110)));
    measure("letter with a scan, 10 MiB", &mixed(text, &line.repeat(125_000)));
    let parts: String = (0..400).map(|n| format!("--b\r\nContent-Type: text/plain; name=n{n}\r\n\r\n{text}\r\n")).collect();
    measure("400 parts", &format!("{HEADER}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"));
}

fn mixed(text: &str, attachment: &str) -> String {
    format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --b1\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=IHE_XDM.ZIP\r\n\r\n{attachment}\r\n--b1--\r\n"
    )
}

fn measure(what: &str, message: &str) {
    let rounds = (ROUNDS as usize * 10_000 / message.len().max(10_000)).max(10);
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(Glance::of(black_box(message.as_bytes())));
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / rounds as f64;
    println!("{what:32} {:>12} bytes {each:>10.1} µs", message.len());
}
