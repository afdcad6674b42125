//! A small IMAP client that keeps every answer as it came.

use std::time::Duration;

use super::lines::Lines;
use super::{Deadline, Demo};

pub struct Imap {
    pub lines: Lines,
    tag: u32,
}

/// One line of an answer, with the literals it carried.
#[derive(Debug)]
pub struct Answer {
    pub text: String,
    pub literals: Vec<Vec<u8>>,
}

/// Everything a command was answered.
#[derive(Debug)]
pub struct Reply {
    pub untagged: Vec<Answer>,
    /// The tagged line without its tag.
    pub tagged: String,
}

impl Reply {
    pub fn ok(self) -> Self {
        assert!(self.tagged.starts_with("OK"), "{}", self.tagged);
        self
    }
}

impl Imap {
    /// Implicit TLS, certificate verified as a stock client does.
    pub fn connect(demo: &Demo, operator: &str) -> Self {
        Self::connect_at(demo, demo.port(operator, "imaps"))
    }

    /// The same at another node's port.
    pub fn connect_at(demo: &Demo, port: u16) -> Self {
        let mut lines = Lines::connect(port);
        lines.secure(&trust::tls::people_client(&demo.ca()).expect("a TLS client"));
        let greeting = lines.next().expect("a greeting");
        assert!(greeting.starts_with("* OK"), "{greeting}");
        Self { lines, tag: 0 }
    }

    /// Connected and inside a mailbox, by XOAUTH2 with an initial response.
    pub fn enter(demo: &Demo, operator: &str, mailbox: &str, persona: &str) -> Self {
        Self::enter_at(demo, demo.port(operator, "imaps"), mailbox, persona)
    }

    /// The same at another node's port.
    pub fn enter_at(demo: &Demo, port: u16, mailbox: &str, persona: &str) -> Self {
        let mut imap = Self::connect_at(demo, port);
        let line = sandbox::xoauth2(mailbox, &demo.token_of(persona));
        imap.command(&format!("AUTHENTICATE XOAUTH2 {line}")).ok();
        imap
    }

    /// Under the machines' host name, with the demo machine's certificate; nobody logged in.
    pub fn machine(demo: &Demo) -> Self {
        let mut lines = Lines::connect(demo.port("operator", "imaps"));
        let name = demo.facts["app_client"]["server_name"].as_str().expect("a name").to_owned();
        lines.secure_by(&name, &trust::tls::operator_client(&demo.identity("app")).expect("a TLS client"));
        let greeting = lines.next().expect("a greeting");
        assert!(greeting.contains(" AUTH=EXTERNAL "), "{greeting}");
        Self { lines, tag: 0 }
    }

    pub fn command(&mut self, command: &str) -> Reply {
        let tag = self.begin(command);
        self.finish(&tag)
    }

    /// Sends a command and does not wait for its answer.
    pub fn begin(&mut self, command: &str) -> String {
        self.tag += 1;
        let tag = format!("a{}", self.tag);
        self.lines.line(&format!("{tag} {command}"));
        tag
    }

    pub fn finish(&mut self, tag: &str) -> Reply {
        let mut untagged = Vec::new();
        loop {
            let answer = self.answer().unwrap_or_else(|| panic!("closed while {tag} waited\n{}", self.lines.said.join("\n")));
            if let Some(tagged) = answer.text.strip_prefix(&format!("{tag} ")) {
                return Reply { untagged, tagged: tagged.to_owned() };
            }
            untagged.push(answer);
        }
    }

    /// The next line with its literals; `None` when closed.
    pub fn answer(&mut self) -> Option<Answer> {
        let mut text = self.lines.next()?;
        let mut literals = Vec::new();
        while let Some(size) = literal(&text) {
            literals.push(self.lines.bytes(size));
            text.push_str(&self.lines.next()?);
        }
        Some(Answer { text, literals })
    }

    /// Starts waiting; returns once the server waits too.
    pub fn idle(&mut self) -> String {
        let tag = self.begin("IDLE");
        loop {
            let line = self.lines.next().expect("IDLE is answered");
            if line.starts_with('+') {
                return tag;
            }
            assert!(line.starts_with('*'), "{line}");
        }
    }

    /// What the server says by itself: the first line that this is true of.
    pub fn told(&mut self, within: Duration, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let deadline = Deadline::after(within);
        while !deadline.passed() {
            match self.lines.next_within(deadline.left()) {
                Ok(Some(line)) if is_it(&line) => return Some(line),
                Ok(Some(_)) => {}
                Ok(None) | Err(()) => return None,
            }
        }
        None
    }

    pub fn done(&mut self, tag: &str) -> Reply {
        self.lines.line("DONE");
        self.finish(tag)
    }

    /// Every message of the selected folder: UID and bytes, without marking anything.
    pub fn messages(&mut self) -> Vec<(u32, Vec<u8>)> {
        let reply = self.command("UID FETCH 1:* (UID BODY.PEEK[])").ok();
        let message = |answer: Answer| {
            let words: Vec<&str> = answer.text.split([' ', '(', ')']).collect();
            let uid = words.iter().position(|word| *word == "UID").and_then(|at| words[at + 1].parse().ok())?;
            Some((uid, answer.literals.into_iter().next()?))
        };
        reply.untagged.into_iter().filter_map(message).collect()
    }
}

/// Size of the literal a line ends with.
fn literal(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}
