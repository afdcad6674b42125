//! Lexical grammar: atoms, strings, numbers, sets, lists, folder names, flags (RFC 3501 §9).

use std::num::NonZeroU32;

use bytes::Bytes;
use store::mail::{Flags, flag};

use super::{LONGEST_LIST, Parsed};
use crate::command::{Seq, Set};
use crate::name;

/// A place in a command.
pub(super) struct Cursor<'a> {
    input: &'a Bytes,
    at: usize,
}

/// `ATOM-CHAR`: no CTL, space, `(){%*"\` or `]`.
pub(super) fn is_atom_char(b: u8) -> bool {
    (0x21..0x7f).contains(&b) && !b"(){%*\"\\]".contains(&b)
}

/// `ASTRING-CHAR`: also `]`.
pub(super) fn is_astring_char(b: u8) -> bool {
    is_atom_char(b) || b == b']'
}

impl<'a> Cursor<'a> {
    pub(super) fn new(input: &'a Bytes) -> Self {
        Self { input, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.input.len()
    }

    pub(super) fn end(&self) -> Parsed<()> {
        if self.at_end() { Ok(()) } else { Err("too many arguments") }
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(super) fn expect(&mut self, byte: u8, why: &'static str) -> Parsed<()> {
        if self.eat(byte) { Ok(()) } else { Err(why) }
    }

    /// Exactly one space, as the grammar says.
    pub(super) fn space(&mut self) -> Parsed<()> {
        self.expect(b' ', "an argument is missing")
    }

    pub(super) fn take_while(&mut self, good: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = &self.input[self.at..];
        let length = rest.iter().position(|&b| !good(b)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Eats `word` (capitals), in any case, when it stands here.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let there = self.input[self.at..].get(..word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()));
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// A word of the language, in capitals.
    pub(super) fn keyword(&mut self) -> Parsed<String> {
        let word = self.take_while(is_atom_char);
        if word.is_empty() {
            return Err("a word is expected");
        }
        Ok(String::from_utf8_lossy(word).to_ascii_uppercase())
    }

    /// Letters, digits, dots and hyphens only, in capitals: names of FETCH items and search keys, which may be followed by `[`.
    pub(super) fn item_name(&mut self) -> Parsed<String> {
        let word = self.take_while(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        if word.is_empty() {
            return Err("a word is expected");
        }
        Ok(String::from_utf8_lossy(word).to_ascii_uppercase())
    }

    /// `NIL`, as a whole word.
    pub(super) fn nil(&mut self) -> bool {
        let before = self.at;
        if self.eat_word("NIL") && self.peek().is_none_or(|b| b == b' ' || b == b')') {
            return true;
        }
        self.at = before;
        false
    }

    pub(super) fn number64(&mut self) -> Parsed<u64> {
        let digits = self.take_while(|b| b.is_ascii_digit());
        if digits.is_empty() {
            return Err("a number is expected");
        }
        let add = |n: u64, d: &u8| n.checked_mul(10)?.checked_add(u64::from(d - b'0'));
        digits.iter().try_fold(0, add).ok_or("number too large")
    }

    pub(super) fn number(&mut self) -> Parsed<u32> {
        u32::try_from(self.number64()?).map_err(|_| "number too large")
    }

    /// RFC 7162: at most 2^63-1.
    pub(super) fn modseq(&mut self) -> Parsed<u64> {
        let n = self.number64()?;
        if n > i64::MAX as u64 { Err("mod-sequence too large") } else { Ok(n) }
    }

    /// `quoted` or `literal`.
    pub(super) fn string(&mut self) -> Parsed<Bytes> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => Err("a string is expected"),
        }
    }

    pub(super) fn astring(&mut self) -> Parsed<Bytes> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self.word_of(is_astring_char),
        }
    }

    fn word_of(&mut self, good: fn(u8) -> bool) -> Parsed<Bytes> {
        let start = self.at;
        if self.take_while(good).is_empty() {
            return Err("a string is expected");
        }
        Ok(self.input.slice(start..self.at))
    }

    fn quoted(&mut self) -> Parsed<Bytes> {
        self.at += 1;
        let start = self.at;
        let plain = self.take_while(|b| b != b'"' && b != b'\\' && b != b'\r' && b != b'\n' && b != 0).len();
        if self.eat(b'"') {
            return Ok(self.input.slice(start..start + plain));
        }
        let mut out = self.input[start..start + plain].to_vec();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b @ (b'"' | b'\\')) => out.push(b),
                        _ => return Err("bad escape in a quoted string"),
                    }
                }
                None | Some(b'\r' | b'\n' | 0) => return Err("unfinished quoted string"),
                Some(b) => out.push(b),
            }
            self.at += 1;
        }
    }

    pub(super) fn literal(&mut self) -> Parsed<Bytes> {
        self.expect(b'{', "a literal is expected")?;
        let length = usize::try_from(self.number64()?).map_err(|_| "literal too long")?;
        self.eat(b'+');
        self.expect(b'}', "bad literal")?;
        self.eat(b'\r');
        self.expect(b'\n', "bad literal")?;
        let end = self.at.checked_add(length).filter(|&end| end <= self.input.len()).ok_or("bad literal")?;
        let bytes = self.input.slice(self.at..end);
        self.at = end;
        if memchr::memchr(0, &bytes).is_some() {
            return Err("NUL in a literal");
        }
        Ok(bytes)
    }

    /// A folder name: modified UTF-7 on the wire, UTF-8 in the tree.
    pub(super) fn folder(&mut self) -> Parsed<String> {
        let wire = self.astring()?;
        decode_name(&wire)
    }

    /// A pattern of LIST: like a folder name, wildcards allowed outside quotes too.
    pub(super) fn pattern(&mut self) -> Parsed<String> {
        let wire = match self.peek() {
            Some(b'"' | b'{') => self.string()?,
            _ => self.word_of(|b| is_astring_char(b) || b == b'*' || b == b'%')?,
        };
        let pattern = name::decode(&wire).ok_or("folder name is not modified UTF-7")?;
        if pattern.len() > name::LONGEST { Err("pattern too long") } else { Ok(pattern) }
    }

    /// Text of a search: UTF-8, which holds US-ASCII.
    pub(super) fn text(&mut self) -> Parsed<String> {
        let bytes = self.astring()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| "text is not UTF-8")
    }

    /// `(item item …)`, possibly empty.
    pub(super) fn list<T>(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect(b'(', "a list is expected")?;
        let mut items = Vec::new();
        if self.eat(b')') {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if items.len() > most {
                return Err("list too long");
            }
            if self.eat(b')') {
                return Ok(items);
            }
            self.expect(b' ', "unfinished list")?;
        }
    }

    /// A sequence set: bounded by the length of the line.
    pub(super) fn set(&mut self) -> Parsed<Set> {
        let mut ranges = Vec::new();
        loop {
            let first = self.seq()?;
            let last = if self.eat(b':') { self.seq()? } else { first };
            ranges.push((first, last));
            if !self.eat(b',') {
                return Ok(Set(ranges));
            }
        }
    }

    fn seq(&mut self) -> Parsed<Seq> {
        if self.eat(b'*') {
            return Ok(Seq::Last);
        }
        NonZeroU32::new(self.number()?).map(Seq::Number).ok_or("message numbers begin at 1")
    }

    /// `(\Seen $Forwarded …)`.
    pub(super) fn flag_list(&mut self) -> Parsed<Flags> {
        let words = self.list(LONGEST_LIST, Self::flag)?;
        Ok(gather(words))
    }

    /// Flags of STORE: in parentheses or bare.
    pub(super) fn flags(&mut self) -> Parsed<Flags> {
        if self.peek() == Some(b'(') {
            return self.flag_list();
        }
        let mut words = vec![self.flag()?];
        while self.eat(b' ') {
            words.push(self.flag()?);
            if words.len() > LONGEST_LIST {
                return Err("too many flags");
            }
        }
        Ok(gather(words))
    }

    fn flag(&mut self) -> Parsed<Word> {
        if self.eat(b'\\') {
            return Ok(match self.keyword()?.as_str() {
                "SEEN" => Word::System(flag::SEEN),
                "ANSWERED" => Word::System(flag::ANSWERED),
                "FLAGGED" => Word::System(flag::FLAGGED),
                "DELETED" => Word::System(flag::DELETED),
                "DRAFT" => Word::System(flag::DRAFT),
                // Only the server may set it; clients send back what they once read.
                "RECENT" => Word::System(0),
                _ => return Err("unknown system flag"),
            });
        }
        let word = self.take_while(is_atom_char);
        if word.is_empty() || word.len() > 128 {
            return Err("a flag is expected");
        }
        Ok(Word::Keyword(String::from_utf8_lossy(word).into_owned()))
    }
}

enum Word {
    System(u8),
    Keyword(String),
}

fn gather(words: Vec<Word>) -> Flags {
    let mut flags = Flags::default();
    for word in words {
        match word {
            Word::System(bit) => flags.system |= bit,
            Word::Keyword(word) => flags.keywords.push(word),
        }
    }
    flags.keywords.sort_unstable();
    flags.keywords.dedup();
    flags
}

pub(super) fn decode_name(wire: &[u8]) -> Parsed<String> {
    let name = name::decode(wire).ok_or("folder name is not modified UTF-7")?;
    if name.len() > name::LONGEST {
        return Err("folder name too long");
    }
    Ok(name::canonical(name))
}
