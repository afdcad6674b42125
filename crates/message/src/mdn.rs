//! A disposition notification: a mailbox tells a sender that its letter was opened, because a person chose to.
//!
//! RFC 8098. Requirements: MSG-30, TRU-41. `displayed`, sent by hand, with the null sender; it names the mailbox, never the person.

use std::borrow::Cow;

use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use rules::Moment;

use crate::correspondent::{Correspondent, tidy};
use crate::trace;

/// What is told, and to whom.
#[derive(Clone, Debug)]
pub struct Mdn<'a> {
    pub from: &'a Correspondent,
    pub to: &'a [Correspondent],
    pub subject: &'a str,
    /// For people, any line ends.
    pub text: &'a str,
    /// Without brackets.
    pub message_id: &'a str,
    /// Of the letter that was read, without brackets, if it has one.
    pub about: Option<&'a str>,
    pub date: Moment,
    pub nil: &'a str,
}

impl Mdn<'_> {
    /// `boundary`: drawn for this message, letters and digits.
    pub fn write(&self, boundary: &str) -> Vec<u8> {
        let about = self.about.map(|id| format!("Original-Message-ID: <{}>\r\n", tidy(id))).unwrap_or_default();
        let told = format!(
            "Reporting-UA: Pli\r\nFinal-Recipient: rfc822;{}\r\n{about}Disposition: manual-action/MDN-sent-manually; displayed\r\n",
            tidy(&self.from.address)
        );
        let parts = vec![
            MimePart::new("text/plain", BodyPart::Text(self.text.replace("\r\n", "\n").replace('\n', "\r\n").into())),
            MimePart::new("message/disposition-notification", BodyPart::Binary(told.into_bytes().into())).transfer_encoding("7bit"),
        ];
        let report = ContentType::new("multipart/report")
            .attribute("report-type", "disposition-notification")
            .attribute("boundary", boundary.to_owned());
        let address = |one: &Correspondent| Address::new_address(one.name.as_deref().map(tidy), tidy(&one.address));
        let headers: Vec<(Cow<'_, str>, HeaderType<'_>)> = vec![
            ("From".into(), address(self.from).into()),
            ("To".into(), Address::new_list(self.to.iter().map(address).collect()).into()),
            ("Subject".into(), Text::new(tidy(self.subject)).into()),
            ("Date".into(), Raw::new(trace::date(self.date)).into()),
            ("Message-ID".into(), MessageId::new(tidy(self.message_id)).into()),
            ("Auto-Submitted".into(), Raw::new("auto-replied").into()),
            ("X-MSS-NIL".into(), Raw::new(tidy(self.nil)).into()),
            ("MIME-Version".into(), Raw::new("1.0").into()),
        ];
        let mut message = mail_builder::MessageBuilder::new();
        message.headers = headers;
        message.body = Some(MimePart::new(report, parts));
        let mut bytes = Vec::new();
        message.serialize(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Glance, Letter};

    /// Proves: MSG-30.
    #[test]
    fn the_notification_says_displayed_by_hand_and_names_the_mailbox_alone() {
        let cabinet = Correspondent::new(Some("Cabinet médical des Lilas".into()), "cabinet.des-lilas@pli.mssante.test");
        let to = [Correspondent::new(None, "cardiologie@voisin.mssante.test")];
        let mdn = Mdn {
            from: &cabinet,
            to: &to,
            subject: "Lu : compte rendu",
            text: "Votre lettre a été ouverte.",
            message_id: "m1@pli.mssante.test",
            about: Some("o1@voisin.mssante.test\r\nDisposition: x"),
            date: Moment::from_secs(1_763_762_400),
            nil: "DEV000000",
        };
        let bytes = mdn.write("limite7");
        let glance = Glance::of(&bytes);
        assert!(glance.facts.is_mdn && glance.facts.auto_submitted);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"), "{text}");
        assert!(text.contains("\r\nFinal-Recipient: rfc822;cabinet.des-lilas@pli.mssante.test\r\n"));
        assert_eq!(text.matches("\nDisposition:").count(), 1);
        assert_eq!(Letter::read(&bytes).text().trim(), "Votre lettre a été ouverte.");
    }
}
