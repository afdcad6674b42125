//! A small SMTP client: as another operator (client certificate) or as a person (XOAUTH2).

use super::Demo;
use super::lines::Lines;

pub struct Smtp {
    pub lines: Lines,
}

/// One reply, its lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub text: String,
}

impl Reply {
    pub fn is(self, code: u16) -> Self {
        assert_eq!(self.code, code, "{}", self.text);
        self
    }
}

impl Smtp {
    /// Port 25, in clear, after EHLO.
    pub fn operator_in_clear(demo: &Demo, operator: &str) -> Self {
        let mut smtp = Self { lines: Lines::connect(demo.port(operator, "smtp")) };
        smtp.reply().is(220);
        smtp.command("EHLO smtp.voisin.mssante.test").is(250);
        smtp
    }

    /// Port 25 in TLS with this certificate (none: a stock client), after the second EHLO.
    pub fn operator(demo: &Demo, operator: &str, identity: Option<&trust::tls::Identity>) -> Self {
        let mut smtp = Self::operator_in_clear(demo, operator);
        smtp.command("STARTTLS").is(220);
        let config = match identity {
            Some(identity) => trust::tls::operator_client(identity),
            None => trust::tls::people_client(&demo.ca()),
        };
        smtp.lines.secure(&config.expect("a TLS client"));
        smtp.command("EHLO smtp.voisin.mssante.test").is(250);
        smtp
    }

    /// Submission by STARTTLS, after the second EHLO; nobody logged in.
    pub fn submission(demo: &Demo, operator: &str) -> Self {
        Self::submission_at(demo, demo.port(operator, "submission"))
    }

    /// The same at another node's port.
    pub fn submission_at(demo: &Demo, port: u16) -> Self {
        let mut smtp = Self { lines: Lines::connect(port) };
        smtp.reply().is(220);
        smtp.command("EHLO poste.test").is(250);
        smtp.command("STARTTLS").is(220);
        smtp.lines.secure(&trust::tls::people_client(&demo.ca()).expect("a TLS client"));
        smtp.command("EHLO poste.test").is(250);
        smtp
    }

    /// Submission, logged in to a mailbox.
    pub fn enter(demo: &Demo, operator: &str, mailbox: &str, persona: &str) -> Self {
        Self::enter_at(demo, demo.port(operator, "submission"), mailbox, persona)
    }

    /// The same at another node's port.
    pub fn enter_at(demo: &Demo, port: u16, mailbox: &str, persona: &str) -> Self {
        let mut smtp = Self::submission_at(demo, port);
        let line = sandbox::xoauth2(mailbox, &demo.token_of(persona));
        smtp.command(&format!("AUTH XOAUTH2 {line}")).is(235);
        smtp
    }

    pub fn command(&mut self, line: &str) -> Reply {
        self.lines.line(line);
        self.reply()
    }

    pub fn reply(&mut self) -> Reply {
        self.try_reply().unwrap_or_else(|| panic!("closed without a reply\n{}", self.lines.said.join("\n")))
    }

    /// `None` when the other side closed.
    pub fn try_reply(&mut self) -> Option<Reply> {
        let mut texts = Vec::new();
        loop {
            let line = self.lines.next()?;
            let (code, rest) = line.split_at_checked(3).unwrap_or((&line, ""));
            texts.push(rest.get(1..).unwrap_or("").to_owned());
            if !rest.starts_with('-') {
                return Some(Reply { code: code.parse().unwrap_or(0), text: texts.join("\n") });
            }
        }
    }

    /// A whole transaction; the first reply that is not a success, or the one to the final dot. `None` when cut.
    pub fn deliver(&mut self, from: &str, to: &[&str], message: &[u8]) -> Option<Reply> {
        let mut dialogue = vec![format!("MAIL FROM:<{from}>")];
        dialogue.extend(to.iter().map(|to| format!("RCPT TO:<{to}>")));
        dialogue.push("DATA".to_owned());
        for line in dialogue {
            self.lines.said.push(format!("C: {line}"));
            self.lines.try_send(format!("{line}\r\n").as_bytes()).ok()?;
            let reply = self.try_reply()?;
            if !matches!(reply.code, 250 | 354) {
                return Some(reply);
            }
        }
        self.lines.try_send(&stuffed(message)).ok()?;
        self.try_reply()
    }
}

/// Dot-stuffed, with the final dot.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}
