//! Delivery status notifications (RFC 3461-3464): built here, in French then English.
//!
//! Requirements: TRU-40, TRU-47, MSG-20, MSG-21. Subject and text name the recipients and never the patient: the original subject stays in
//! the returned header only. Everything that came from a peer (its reply, its name) is reduced to what may stand in one header line.

use std::fmt::Write;

use mail_builder::encoders::quoted_printable::QuotedPrintableEncoder;
use rules::{Address, Domain, Moment};

use crate::trace;

/// A message larger than this comes back as its header, even if the whole was asked (RFC 3461 §4.3 allows it).
const WHOLE: usize = 10 * 1024 * 1024;
/// Recipients named in the subject (MSG-20).
const IN_SUBJECT: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
}

impl Action {
    /// RFC 3464 §2.3.3.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::Failed => "=?UTF-8?Q?Message_non_distribu=C3=A9_=3A?=",
            Self::Delayed => "=?UTF-8?Q?Message_retard=C3=A9_=3A?=",
            Self::Delivered => "=?UTF-8?Q?Message_distribu=C3=A9_=3A?=",
            Self::Relayed => "=?UTF-8?Q?Message_transmis_=3A?=",
        }
    }

    fn french(self) -> &'static str {
        match self {
            Self::Failed => "n'a pas pu être remis à :",
            Self::Delayed => "n'a pas encore pu être remis à :",
            Self::Delivered => "a été déposé dans la boîte de :",
            Self::Relayed => "a été transmis, sans confirmation possible au-delà, à l'opérateur de :",
        }
    }

    fn english(self) -> &'static str {
        match self {
            Self::Failed => "could not be delivered to:",
            Self::Delayed => "has not been delivered yet to:",
            Self::Delivered => "was delivered to the mailbox of:",
            Self::Relayed => "was handed over, without further confirmation, to the operator of:",
        }
    }
}

/// One recipient reported on.
#[derive(Clone, Debug)]
pub struct Reported {
    pub recipient: Address,
    /// ORCPT, decoded: `rfc822;x@y`.
    pub original: Option<String>,
    pub action: Action,
    /// e.g. `5.7.1`.
    pub status: String,
    pub remote_mta: Option<String>,
    /// e.g. `550 5.7.1 …`.
    pub diagnostic: Option<String>,
    pub last_attempt: Moment,
    pub will_retry_until: Option<Moment>,
    /// The French sentence for the person: what happened, what to do.
    pub explanation: String,
    /// The same for an English reader.
    pub english: String,
}

/// A report to build.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Domain that reports: `postmaster@…` is its author.
    pub domain: &'a Domain,
    /// The server that reports, e.g. `smtp.pli.mssante.test`.
    pub reporting_mta: &'a Domain,
    pub to: &'a Address,
    /// When the original was accepted.
    pub arrival: Moment,
    pub envelope_id: Option<&'a str>,
    pub recipients: &'a [Reported],
    /// The whole original message.
    pub original: &'a [u8],
    pub return_full: bool,
    /// Message-ID of the report, without brackets.
    pub message_id: &'a str,
    pub boundary: &'a str,
    pub at: Moment,
}

impl Report<'_> {
    /// The message, CRLF.
    pub fn build(&self) -> Vec<u8> {
        let boundary = plain(self.boundary);
        let mut out = self.header(&boundary).into_bytes();
        out.extend_from_slice(b"This is a delivery report in several parts (RFC 3464).\r\n");
        part(&mut out, &boundary, "text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable");
        QuotedPrintableEncoder::new().preserve_line_breaks().encode_into(self.text().as_bytes(), &mut out);
        part(&mut out, &boundary, "message/delivery-status");
        out.extend_from_slice(self.status().as_bytes());
        let (kind, returned) = self.returned();
        let coding = if returned.is_ascii() { "7bit" } else { "8bit" };
        part(&mut out, &boundary, &format!("{kind}\r\nContent-Transfer-Encoding: {coding}"));
        out.extend_from_slice(returned);
        if !returned.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        out
    }

    /// The worst news names the report.
    fn action(&self) -> Action {
        self.recipients.iter().map(|reported| reported.action).min().unwrap_or(Action::Failed)
    }

    fn header(&self, boundary: &str) -> String {
        let mut subject = self.action().subject().to_owned();
        for (place, reported) in self.recipients.iter().take(IN_SUBJECT).enumerate() {
            let comma = if place + 1 < self.recipients.len().min(IN_SUBJECT) { "," } else { "" };
            subject.push_str(&format!("\r\n {}{comma}", shown(&reported.recipient)));
        }
        if self.recipients.len() > IN_SUBJECT {
            subject.push_str("...");
        }
        format!(
            "From: \"Pli - service de distribution\" <postmaster@{}>\r\nTo: <{}>\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: <{}>\r\n\
             Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\r\n",
            self.domain,
            self.to,
            trace::date(self.at),
            plain(self.message_id),
        )
    }

    fn text(&self) -> String {
        let sent = self.arrival.paris();
        let mut text = String::from("Bonjour,\r\n");
        for action in self.actions() {
            let _ = write!(text, "\r\nvotre message du {} {}\r\n", sent.strftime("%d/%m/%Y à %H:%M"), action.french());
            for reported in self.recipients.iter().filter(|reported| reported.action == action) {
                let _ = write!(text, "\r\n    {}\r\n    {}\r\n", shown(&reported.recipient), one_line(&reported.explanation));
                if let Some(until) = reported.will_retry_until {
                    let _ = write!(text, "    Nouveaux essais jusqu'au {}.\r\n", until.paris().strftime("%d/%m/%Y à %H:%M"));
                }
            }
        }
        text.push_str("\r\nCe compte rendu est écrit par le service de messagerie : inutile d'y répondre.\r\n\r\n---- English ----\r\n");
        for action in self.actions() {
            let _ = write!(text, "\r\nYour message of {} {}\r\n", sent.strftime("%Y-%m-%d %H:%M"), action.english());
            for reported in self.recipients.iter().filter(|reported| reported.action == action) {
                let _ = write!(text, "\r\n    {}\r\n    {}\r\n", shown(&reported.recipient), one_line(&reported.english));
                if let Some(until) = reported.will_retry_until {
                    let _ = write!(text, "    It will be tried again until {}.\r\n", until.paris().strftime("%Y-%m-%d %H:%M"));
                }
            }
        }
        text
    }

    fn actions(&self) -> Vec<Action> {
        let mut actions: Vec<_> = self.recipients.iter().map(|reported| reported.action).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// RFC 3464 §2: fields of the message, then of each recipient.
    fn status(&self) -> String {
        let mut out = String::new();
        if let Some(id) = self.envelope_id {
            field(&mut out, "Original-Envelope-Id", id);
        }
        field(&mut out, "Reporting-MTA", &format!("dns;{}", self.reporting_mta));
        field(&mut out, "Arrival-Date", &trace::date(self.arrival));
        for reported in self.recipients {
            out.push_str("\r\n");
            if let Some(original) = &reported.original {
                field(&mut out, "Original-Recipient", original);
            }
            field(&mut out, "Final-Recipient", &format!("rfc822;{}", reported.recipient));
            field(&mut out, "Action", reported.action.as_str());
            field(&mut out, "Status", &reported.status);
            if let Some(host) = &reported.remote_mta {
                field(&mut out, "Remote-MTA", &format!("dns;{host}"));
            }
            if let Some(diagnostic) = &reported.diagnostic {
                field(&mut out, "Diagnostic-Code", &format!("smtp;{diagnostic}"));
            }
            field(&mut out, "Last-Attempt-Date", &trace::date(reported.last_attempt));
            if let Some(until) = reported.will_retry_until {
                field(&mut out, "Will-Retry-Until", &trace::date(until));
            }
        }
        out
    }

    /// The header of the original, or the whole when it was asked for and is not huge.
    fn returned(&self) -> (&'static str, &[u8]) {
        if self.return_full && self.original.len() <= WHOLE {
            return ("message/rfc822", self.original);
        }
        let end = memchr::memmem::find(self.original, b"\r\n\r\n").map_or(self.original.len(), |end| end + 2);
        ("text/rfc822-headers", &self.original[..end])
    }
}

fn part(out: &mut Vec<u8>, boundary: &str, kind: &str) {
    out.extend_from_slice(format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\n\r\n").as_bytes());
}

/// One field of the machine part, folded at spaces.
fn field(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push(':');
    let mut width = name.len() + 1;
    for word in plain(value).split(' ').filter(|word| !word.is_empty()) {
        if width + word.len() > 76 && width > name.len() + 1 {
            out.push_str("\r\n");
            width = 0;
        }
        out.push(' ');
        out.push_str(word);
        width += 1 + word.len();
    }
    out.push_str("\r\n");
}

/// Printable ASCII only, of a length that fits a line.
fn plain(text: &str) -> String {
    text.chars().take(900).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}

/// A sentence without line ends of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The address of a citizen is an identity number: people are told without it (MSG-21).
fn shown(address: &Address) -> String {
    if address.domain().as_str().starts_with("patient.mssante.") { "un usager".to_owned() } else { address.to_string() }
}
