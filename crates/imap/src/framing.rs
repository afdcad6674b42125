//! Bytes of a connection -> whole commands: lines, and the literals they announce (RFC 3501 §4.3, RFC 7888).
//!
//! Requirements: LPS-14, LPS-44, TRU-46. It only cuts: it knows no verb but APPEND (whose literal may be long), never writes, never waits.
//! Memory follows what has arrived, never what was announced; an empty [`Input`] owns no buffer.

use bytes::{Bytes, BytesMut};

/// How much a client may send in one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All lines of one command together, without its literals.
    pub line: usize,
    /// All literals of one command together.
    pub literals: usize,
    /// The same, for APPEND.
    pub append: usize,
}

impl Limits {
    /// Before login: an authentication line of 12,288 octets (PSC-28) with its command, hardly any literal.
    pub const STRANGER: Self = Self { line: 12_288 + 128, literals: 1024, append: 1024 };
    /// LPS-44.
    pub const PERSON: Self = Self { line: 64 * 1024, literals: 64 * 1024, append: 36_700_160 };
}

/// The longest literal that is read and thrown away (LITERAL+ sends without asking); above, the connection is closed.
const WORTH_DISCARDING: usize = 256 * 1024 * 1024;

/// What the bytes received so far amount to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// More bytes are needed.
    More,
    /// A synchronising literal was announced: the client waits for `+`.
    Continue,
    /// A whole command, literals in place (`{5}\r\nhello`), without its last line end.
    Command(Bytes),
    /// A command with too long a literal was refused, and is gone; the tag is for the answer.
    TooBig { tag: String },
    /// The client cannot be followed any more: say why and close.
    Lost(&'static str),
}

/// Received bytes that are not yet a command.
#[derive(Debug)]
pub struct Input {
    buffer: BytesMut,
    limits: Limits,
    /// `buffer[..taken]` belongs to the command: its complete lines and literals.
    taken: usize,
    /// No line end in `buffer[taken..seen]`.
    seen: usize,
    /// Bytes of the current literal still to come.
    awaited: usize,
    lines: usize,
    literals: usize,
    /// The command is refused already: its bytes are dropped as they come.
    doomed: Option<String>,
}

impl Input {
    pub fn new(limits: Limits) -> Self {
        Self { buffer: BytesMut::new(), limits, taken: 0, seen: 0, awaited: 0, lines: 0, literals: 0, doomed: None }
    }

    /// From the next command on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Where received bytes go, with room for some more: a little for a line, more within a long literal.
    pub fn room(&mut self) -> &mut BytesMut {
        self.buffer.reserve(self.awaited.clamp(1024, 64 * 1024));
        &mut self.buffer
    }

    /// Bytes were received that are not part of a command handed out.
    pub fn holds_bytes(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next command, if it is all there.
    pub fn command(&mut self) -> Step {
        loop {
            if self.awaited > 0 {
                let here = self.awaited.min(self.buffer.len() - self.taken);
                self.pass(here);
                self.awaited -= here;
                if self.awaited > 0 {
                    return Step::More;
                }
            }
            let Some(line) = self.next_line() else {
                return if self.lines + self.buffer.len() - self.taken > self.limits.line {
                    Step::Lost("Command line too long")
                } else {
                    Step::More
                };
            };
            self.lines += line;
            if self.lines > self.limits.line {
                return Step::Lost("Command line too long");
            }
            let announced = announced_literal(&self.buffer[self.taken..self.taken + line]);
            let Some(literal) = announced else {
                return self.finish(line);
            };
            if let Some(step) = self.expect_literal(line, literal) {
                return step;
            }
        }
    }

    /// One line as it stands (an authentication answer, `DONE`): no literal is looked for. Its line end is not returned.
    pub fn line(&mut self) -> Step {
        match self.next_line() {
            Some(line) if line <= self.limits.line => self.finish(line),
            None if self.buffer.len() <= self.limits.line => Step::More,
            _ => Step::Lost("Line too long"),
        }
    }

    /// Length of the next line with its line end.
    fn next_line(&mut self) -> Option<usize> {
        let from = self.seen.max(self.taken);
        match memchr::memchr(b'\n', &self.buffer[from..]) {
            Some(at) => Some(from + at + 1 - self.taken),
            None => {
                self.seen = self.buffer.len();
                None
            }
        }
    }

    /// `n` more bytes belong to the command; those of a refused command are dropped.
    fn pass(&mut self, n: usize) {
        if self.doomed.is_some() {
            let _ = self.buffer.split_to(n);
            self.seen = 0;
        } else {
            self.taken += n;
        }
    }

    fn expect_literal(&mut self, line: usize, literal: Literal) -> Option<Step> {
        let limit = if is_append(&self.buffer) && self.doomed.is_none() { self.limits.append } else { self.limits.literals };
        let total = self.literals.saturating_add(literal.length);
        if total <= limit && self.doomed.is_none() {
            self.literals = total;
            self.pass(line);
            self.awaited = literal.length;
            return literal.waits.then_some(Step::Continue);
        }
        if literal.length > WORTH_DISCARDING {
            return Some(Step::Lost("Literal too long"));
        }
        let tag = self.doomed.take().unwrap_or_else(|| tag_of(&self.buffer));
        if literal.waits {
            // The client sends nothing more of this command: it is answered at once.
            self.taken += line;
            self.drop_command();
            return Some(Step::TooBig { tag });
        }
        self.taken += line;
        let _ = self.buffer.split_to(self.taken);
        (self.taken, self.seen) = (0, 0);
        self.doomed = Some(tag);
        self.awaited = literal.length;
        None
    }

    fn finish(&mut self, line: usize) -> Step {
        self.taken += line;
        if let Some(tag) = self.doomed.take() {
            self.drop_command();
            return Step::TooBig { tag };
        }
        let mut command = self.buffer.split_to(self.taken);
        self.begin_next();
        command.truncate(command.len() - 1);
        if command.last() == Some(&b'\r') {
            command.truncate(command.len() - 1);
        }
        Step::Command(command.freeze())
    }

    fn drop_command(&mut self) {
        let _ = self.buffer.split_to(self.taken);
        self.begin_next();
    }

    fn begin_next(&mut self) {
        (self.taken, self.seen, self.awaited, self.lines, self.literals) = (0, 0, 0, 0, 0);
        if self.buffer.is_empty() {
            // The allocation goes away with the command: an idle session keeps none.
            self.buffer = BytesMut::new();
        }
    }
}

#[derive(Clone, Copy)]
struct Literal {
    length: usize,
    /// Synchronising: nothing comes until `+`.
    waits: bool,
}

/// `… {123}` or `… {123+}` at the end of a line.
fn announced_literal(line: &[u8]) -> Option<Literal> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|&b| b == b'{')?;
    let number = &inner[open + 1..];
    let (digits, waits) = match number.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (number, true),
    };
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = digits.iter().fold(0_usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
    Some(Literal { length, waits })
}

fn is_append(command: &[u8]) -> bool {
    let mut words = command.split(|&b| b == b' ');
    words.next();
    words.next().is_some_and(|verb| verb.eq_ignore_ascii_case(b"APPEND"))
}

/// The tag of a command that will not be parsed; `*` when it has none.
fn tag_of(command: &[u8]) -> String {
    let word = command.split(|&b| b == b' ' || b == b'\r' || b == b'\n').next().unwrap_or_default();
    crate::parse::tag(word).unwrap_or("*").to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fed(limits: Limits, bytes: &[u8]) -> Input {
        let mut input = Input::new(limits);
        input.room().extend_from_slice(bytes);
        input
    }

    fn command(bytes: &[u8]) -> Step {
        Step::Command(Bytes::copy_from_slice(bytes))
    }

    #[test]
    fn pipelined_commands_come_one_by_one() {
        let mut input = fed(Limits::PERSON, b"a1 NOOP\r\na2 LOGIN {3+}\r\nfoo {3}\r\n");
        assert_eq!(input.command(), command(b"a1 NOOP"));
        assert_eq!(input.command(), Step::Continue);
        assert_eq!(input.command(), Step::More);
        input.room().extend_from_slice(b"bar\r\na3 ");
        assert_eq!(input.command(), command(b"a2 LOGIN {3+}\r\nfoo {3}\r\nbar"));
        assert_eq!(input.command(), Step::More);
        assert!(input.holds_bytes());
    }

    /// Proves: LPS-44.
    #[test]
    fn a_literal_above_the_limit_is_refused_before_it_is_sent() {
        let mut input = fed(Limits::PERSON, b"a1 APPEND INBOX {36700161}\r\na2 NOOP\r\n");
        assert_eq!(input.command(), Step::TooBig { tag: "a1".to_owned() });
        assert_eq!(input.command(), command(b"a2 NOOP"));
        let mut input = fed(Limits::PERSON, b"a1 APPEND INBOX {36700160}\r\n");
        assert_eq!(input.command(), Step::Continue);
        let mut input = fed(Limits::PERSON, b"a1 SEARCH BODY {65537}\r\n");
        assert_eq!(input.command(), Step::TooBig { tag: "a1".to_owned() });
    }

    /// Proves: LPS-44.
    #[test]
    fn a_literal_sent_without_asking_is_dropped_and_the_next_command_is_heard() {
        let mut input = fed(Limits::STRANGER, b"a1 APPEND INBOX {3000+}\r\n");
        for _ in 0..3 {
            assert_eq!(input.command(), Step::More);
            input.room().extend_from_slice(&[b'\n'; 1000]);
        }
        assert_eq!(input.command(), Step::More);
        assert!(!input.holds_bytes(), "dropped bytes are not kept");
        input.room().extend_from_slice(b" {2+}\r\nxx\r\na2 NOOP\r\n");
        assert_eq!(input.command(), Step::TooBig { tag: "a1".to_owned() });
        assert_eq!(input.command(), command(b"a2 NOOP"));
        assert!(matches!(fed(Limits::PERSON, b"a1 APPEND x {999999999999+}\r\n").command(), Step::Lost(_)));
    }

    /// Proves: LPS-14, LPS-44.
    #[test]
    fn a_line_without_end_is_given_up() {
        assert!(matches!(fed(Limits::PERSON, &[b'x'; 65_537]).command(), Step::Lost(_)));
        assert_eq!(fed(Limits::PERSON, &[b'x'; 65_536]).command(), Step::More);
        let mut long = b"a1 AUTHENTICATE XOAUTH2 ".to_vec();
        long.extend_from_slice(&[b'A'; 12_288]);
        assert_eq!(fed(Limits::STRANGER, &[&long[..], b"\r\n"].concat()).command(), command(&long));
        assert!(matches!(fed(Limits::STRANGER, &[b'x'; 13_000]).line(), Step::Lost(_)));
    }

    #[test]
    fn an_idle_input_owns_nothing() {
        let mut input = fed(Limits::PERSON, b"a1 NOOP\r\n");
        let _ = input.command();
        assert_eq!(input.buffer.capacity(), 0);
        assert!(size_of::<Input>() <= 160, "{}", size_of::<Input>());
    }

    proptest! {
        /// However the bytes are cut into packets, the same commands come out; and nothing panics.
        #[test]
        fn cutting_does_not_depend_on_packets(
            commands in proptest::collection::vec(("[a-z]{1,4}", proptest::collection::vec(any::<u8>(), 0..40), any::<bool>()), 1..6),
            cuts in proptest::collection::vec(1_usize..20, 1..80),
        ) {
            let mut wire = Vec::new();
            let mut expected = Vec::new();
            for (tag, literal, plus) in &commands {
                let start = wire.len();
                wire.extend_from_slice(format!("{tag} X {{{}{}}}\r\n", literal.len(), if *plus { "+" } else { "" }).as_bytes());
                wire.extend_from_slice(literal);
                expected.push(Bytes::copy_from_slice(&wire[start..]));
                wire.extend_from_slice(b"\r\n");
            }
            let mut input = Input::new(Limits::PERSON);
            let mut got = Vec::new();
            let mut at = 0;
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(wire.len());
                input.room().extend_from_slice(&wire[at..end]);
                at = end;
                loop {
                    match input.command() {
                        Step::Command(bytes) => got.push(bytes),
                        Step::Continue => {}
                        Step::More => break,
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
                if at == wire.len() {
                    break;
                }
            }
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn noise_never_panics_and_never_grows_past_the_limits(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..40)) {
            let mut input = Input::new(Limits::STRANGER);
            'conversation: for packet in packets {
                input.room().extend_from_slice(&packet);
                loop {
                    match input.command() {
                        Step::More => break,
                        Step::Lost(_) => break 'conversation,
                        _ => {}
                    }
                }
                prop_assert!(input.buffer.len() <= Limits::STRANGER.line + Limits::STRANGER.literals + 600);
            }
        }
    }
}
