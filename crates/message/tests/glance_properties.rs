//! Whatever the bytes, a glance answers something that can be written to a client and cut from the message.
//!
//! Two independent oracles: imap-codec reads what we write, and generated trees of parts are known by construction.

use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder;
use message::Glance;
use message::glance::{MAX_DEPTH, MAX_PARTS, Section};
use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces that a hostile or broken message is made of.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        "--",
        "--b",
        "--b--",
        "--c\r\n",
        "--c--\r\n",
        "\r\n--b\r\n",
        "\r\n--b--\r\n",
        "\"",
        "\\",
        "(",
        ")",
        "<",
        ">",
        "@",
        ":",
        ";",
        ",",
        "=",
        "[",
        "]",
        "'",
        "*",
        "From: ",
        "To: a@b.test",
        "Subject: ",
        "Date: Sat, 21 Nov 2026 22:00:00 +0100",
        "Date: ",
        "Content-Type: ",
        "multipart/mixed; boundary=b",
        "multipart/digest; boundary=c",
        "message/rfc822",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Disposition: attachment; filename=",
        "Content-Language: fr, en",
        "text/plain",
        "é",
        "\0",
        "=?UTF-8?Q?=C3=A9?=",
        "99999999999999999999",
        "Sat, ",
        " -9999",
        "Group: a@b, c@d;",
    ]);
    prop_oneof![6 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..12)]
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    vec(fragment(), 0..60).prop_map(|pieces| pieces.concat())
}

/// Checks the syntax of one `(…)` value: parentheses, quoted strings, literals, NIL and numbers; answers the deepest nesting.
fn depth_of(value: &[u8]) -> Result<usize, String> {
    let (mut at, mut depth, mut deepest) = (0, 0_usize, 0);
    while at < value.len() {
        match value[at] {
            b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' => depth = depth.checked_sub(1).ok_or("one parenthesis too many")?,
            b'"' => at = quoted_end(value, at)?,
            b'{' => at = literal_end(value, at)?,
            b' ' => {}
            b'0'..=b'9' => {}
            b'N' if value[at..].starts_with(b"NIL") => at += 2,
            other => return Err(format!("stray byte {other} at {at}")),
        }
        at += 1;
        if depth == 0 && at < value.len() {
            return Err("ends too early".into());
        }
    }
    if depth == 0 && at > 0 { Ok(deepest) } else { Err("never ends".into()) }
}

fn quoted_end(value: &[u8], open: usize) -> Result<usize, String> {
    let mut at = open + 1;
    loop {
        match value.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') if matches!(value.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            Some(byte) if (b' '..=b'~').contains(byte) && *byte != b'\\' || *byte == b'\t' => at += 1,
            other => return Err(format!("{other:?} in a quoted string")),
        }
    }
}

fn literal_end(value: &[u8], open: usize) -> Result<usize, String> {
    let close = value[open..].windows(3).position(|three| three == b"}\r\n").ok_or("no end of literal header")? + open;
    let len: usize = std::str::from_utf8(&value[open + 1..close]).map_err(|_| "length")?.parse().map_err(|_| "length")?;
    let content = value.get(close + 3..close + 3 + len).ok_or("literal longer than the value")?;
    if content.contains(&0) { Err("NUL in a literal".into()) } else { Ok(close + 2 + len) }
}

fn check(message: &[u8]) -> Result<Glance, TestCaseError> {
    let glance = Glance::of(message);
    for value in [&glance.envelope, &glance.body, &glance.body_structure] {
        if let Err(fault) = depth_of(value) {
            return Err(TestCaseError::fail(format!("{fault}: {}", String::from_utf8_lossy(value))));
        }
    }
    prop_assert!(glance.parts.len() <= MAX_PARTS + MAX_DEPTH);
    prop_assert_eq!(&glance.parts[0].path, &Vec::<u16>::new());
    prop_assert_eq!(glance.parts[0].body_end as usize, message.len());
    prop_assert_eq!(glance.parts[0].body_start, glance.header_len);
    for (index, part) in glance.parts.iter().enumerate() {
        prop_assert!(part.mime_start <= part.body_start && part.body_start <= part.body_end);
        prop_assert!(part.body_end as usize <= message.len());
        if let Some(text) = part.inner_text {
            prop_assert!(part.body_start <= text && text <= part.body_end);
        }
        if let Some(before) = index.checked_sub(1).map(|before| &glance.parts[before]) {
            prop_assert!(before.path < part.path, "paths in order, each once");
            prop_assert!(before.mime_start <= part.mime_start);
        }
        if let Some((_, parent)) = part.path.split_last() {
            let inside = glance.parts.iter().find(|other| other.path == parent).expect("each part has a parent");
            prop_assert!(part.body_end <= inside.body_end, "no part reaches out of its parent");
        }
    }
    Ok(glance)
}

/// The codec reads bodies nested up to its own limit only.
fn read_by_codec(glance: &Glance) -> Result<(), TestCaseError> {
    if glance.parts.iter().any(|part| part.path.len() > 4) {
        return Ok(());
    }
    for (name, value) in [("ENVELOPE", &glance.envelope), ("BODY", &glance.body), ("BODYSTRUCTURE", &glance.body_structure)] {
        let line = [format!("* 1 FETCH ({name} ").as_bytes(), value, b")\r\n"].concat();
        let read = ResponseCodec::default().decode(&line);
        prop_assert!(matches!(&read, Ok((rest, _)) if rest.is_empty()), "{:?}: {}", read.err(), String::from_utf8_lossy(&line));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_break_a_glance(message in vec(any::<u8>(), 0..600)) {
        check(&message)?;
    }

    #[test]
    fn hostile_messages_give_values_that_another_imap_library_reads(message in hostile()) {
        let glance = check(&message)?;
        read_by_codec(&glance)?;
    }

    #[test]
    fn what_is_kept_is_what_was_glanced(message in hostile()) {
        let glance = Glance::of(&message);
        prop_assert_eq!(Glance::decode(&glance.encode()), Some(glance));
    }

    #[test]
    fn bytes_that_are_no_glance_are_refused_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        if let Some(glance) = Glance::decode(&bytes) {
            prop_assert_eq!(Glance::decode(&glance.encode()), Some(glance));
        }
    }

    #[test]
    fn a_damaged_letter_keeps_its_parts_within_the_message(at in 0_usize..700, cut in 0_usize..40, with in fragment()) {
        let mut message = LETTER.as_bytes().to_vec();
        let at = at.min(message.len());
        message.splice(at..(at + cut).min(message.len()), with);
        check(&message)?;
    }

    #[test]
    fn every_part_that_was_put_in_comes_out_byte_for_byte_however_nested(tree in tree()) {
        let mut expected = Vec::new();
        let mut boundaries = 0;
        let message = tree.write(&mut boundaries, &mut expected, &[], true);
        let glance = check(message.as_bytes())?;
        for (path, content) in &expected {
            let range = glance.section(path, Section::Content).expect("the part is numbered");
            prop_assert_eq!(&message[range], content, "part {:?}", path);
        }
        let leaves = glance.parts.iter().filter(|part| expected.iter().any(|(path, _)| *path == part.path)).count();
        prop_assert_eq!(leaves, expected.len());
    }
}

/// A tree of parts as a writer would make it.
#[derive(Clone, Debug)]
enum Tree {
    Text(String),
    Multipart(Vec<Tree>),
    Letter(Box<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let text = "([ -,.-~][ -~]{0,40}\r\n){0,3}([ -,.-~][ -~]{0,40})?".prop_map(Tree::Text);
    text.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![3 => vec(inner.clone(), 1..4).prop_map(Tree::Multipart), 1 => inner.prop_map(|tree| Tree::Letter(Box::new(tree)))]
    })
}

impl Tree {
    /// The entity, and the content that each numbered leaf must have; `is_message` tells how RFC 3501 §6.4.5 numbers it.
    fn write(&self, boundaries: &mut usize, expected: &mut Vec<(Vec<u16>, String)>, path: &[u16], is_message: bool) -> String {
        let own = if is_message && !matches!(self, Self::Multipart(_)) { [path, &[1]].concat() } else { path.to_vec() };
        match self {
            Self::Text(text) => {
                expected.push((own, text.clone()));
                format!("Content-Type: text/plain\r\n\r\n{text}")
            }
            Self::Letter(inner) => {
                let inner = inner.write(boundaries, expected, &own, true);
                format!("Content-Type: message/rfc822\r\n\r\n{inner}")
            }
            Self::Multipart(children) => {
                *boundaries += 1;
                let boundary = format!("limite{boundaries}");
                let mut out = format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n");
                for (index, tree) in children.iter().enumerate() {
                    let part = tree.write(boundaries, expected, &[path, &[index as u16 + 1]].concat(), false);
                    out.push_str(&format!("--{boundary}\r\n{part}\r\n"));
                }
                out.push_str(&format!("--{boundary}--\r\n"));
                out
            }
        }
    }
}

const LETTER: &str = "From: A <a@voisin.mssante.test>\r\nTo: cabinet.des-lilas@pli.mssante.test\r\nSubject: =?UTF-8?Q?=C3=A9?=\r\n\
Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nun\r\n--c\r\n\
Content-Type: text/html\r\n\r\n<p>un</p>\r\n--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: B <b@voisin.mssante.test>\r\n\r\ndeux\r\n--b\r\n\
Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n";
