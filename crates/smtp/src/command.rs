//! What a client may say, as types: a command that does not parse never reaches a session.
//!
//! RFC 5321 §4.1.1, RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 3461 (DSN), RFC 4954 (AUTH). Requirements: TRU-47. Written by hand because the
//! envelope of this trust space is narrower than the RFC's: dot-atom ASCII addresses only, no source routes, no quoted local parts, and ENVID
//! and ORCPT that decode to printable ASCII only, since they are copied into reports. It answers nothing.

use rules::Address;
use zeroize::Zeroizing;

/// Bits of `NOTIFY` as `store` keeps them; 0 is NEVER.
pub(crate) mod notify {
    pub(crate) const SUCCESS: u8 = 1;
    pub(crate) const FAILURE: u8 = 2;
    pub(crate) const DELAY: u8 = 4;
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Ehlo(String),
    Helo(String),
    StartTls,
    /// Mechanism in capitals, and the initial response if there is one.
    Auth(String, Option<Secret>),
    Mail(Reverse),
    Rcpt(Forward),
    Data,
    Rset,
    Noop,
    Help,
    Quit,
    /// VRFY, EXPN, ETRN, BDAT…: known, never offered.
    NotOffered,
}

/// What may hold a token: wiped when dropped, never printed (PSC-12).
#[derive(PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// MAIL FROM.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reverse {
    /// `None` is the null sender.
    pub(crate) sender: Option<Address>,
    pub(crate) size: Option<u64>,
    pub(crate) return_full: bool,
    pub(crate) envelope_id: Option<String>,
}

/// RCPT TO.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Forward {
    pub(crate) recipient: Address,
    pub(crate) notify: Option<u8>,
    /// ORCPT, decoded: `rfc822;x@y`.
    pub(crate) original: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Unknown,
    Syntax,
    /// The address itself: `ADR-FORME`.
    Address,
    /// A parameter we never announced.
    Parameter,
}

impl Command {
    /// Reads a line without its CRLF.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(line).ok().filter(|text| text.is_ascii()).ok_or(Wrong::Syntax)?;
        let text = text.trim_end_matches(' ');
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let alone = |command| if rest.is_empty() { Ok(command) } else { Err(Wrong::Syntax) };
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => host(rest).map(Self::Ehlo),
            "HELO" => host(rest).map(Self::Helo),
            "STARTTLS" => alone(Self::StartTls),
            "AUTH" => auth(rest),
            "MAIL" => reverse(rest).map(Self::Mail),
            "RCPT" => forward(rest).map(Self::Rcpt),
            "DATA" => alone(Self::Data),
            "RSET" => alone(Self::Rset),
            "NOOP" => Ok(Self::Noop),
            "HELP" => Ok(Self::Help),
            "QUIT" => alone(Self::Quit),
            "VRFY" | "EXPN" | "ETRN" | "ATRN" | "BDAT" | "BURL" | "TURN" | "SEND" | "SOML" | "SAML" => Ok(Self::NotOffered),
            _ => Err(Wrong::Unknown),
        }
    }
}

/// Name of the client: kept as told, if it can stand in a `Received` line.
fn host(rest: &str) -> Result<String, Wrong> {
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b);
    if rest.is_empty() || rest.len() > 255 || !rest.bytes().all(name) { Err(Wrong::Syntax) } else { Ok(rest.to_owned()) }
}

fn auth(rest: &str) -> Result<Command, Wrong> {
    let (mechanism, initial) = rest.split_once(' ').map_or((rest, None), |(mechanism, initial)| (mechanism, Some(initial)));
    if mechanism.is_empty() || mechanism.len() > 20 {
        return Err(Wrong::Syntax);
    }
    // `=` stands for an empty initial response (RFC 4954 §4).
    let initial = initial.map(|text| Secret(Zeroizing::new(if text == "=" { Vec::new() } else { text.as_bytes().to_vec() })));
    Ok(Command::Auth(mechanism.to_ascii_uppercase(), initial))
}

/// `FROM:<path>` or `TO:<path>`, then the parameters.
fn path<'a>(rest: &'a str, keyword: &str) -> Result<(&'a str, impl Iterator<Item = (String, Option<&'a str>)>), Wrong> {
    let after = rest.get(..keyword.len()).filter(|word| word.eq_ignore_ascii_case(keyword)).map(|_| &rest[keyword.len()..]);
    let inside = after.map(|text| text.trim_start_matches(' ')).and_then(|text| text.strip_prefix('<')).ok_or(Wrong::Syntax)?;
    let (path, parameters) = inside.split_once('>').ok_or(Wrong::Address)?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return Err(Wrong::Syntax);
    }
    let parameters = parameters.split(' ').filter(|word| !word.is_empty()).map(|word| match word.split_once('=') {
        Some((name, value)) => (name.to_ascii_uppercase(), Some(value)),
        None => (word.to_ascii_uppercase(), None),
    });
    Ok((path, parameters))
}

fn reverse(rest: &str) -> Result<Reverse, Wrong> {
    let (path, parameters) = path(rest, "FROM:")?;
    let sender = if path.is_empty() { None } else { Some(Address::parse(path).map_err(|_| Wrong::Address)?) };
    let mut mail = Reverse { sender, ..Reverse::default() };
    for (name, value) in parameters {
        match (name.as_str(), value) {
            ("SIZE", Some(value)) if value.len() <= 20 => mail.size = Some(value.parse().map_err(|_| Wrong::Syntax)?),
            ("BODY", Some(value)) if value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME") => {}
            ("RET", Some(value)) if value.eq_ignore_ascii_case("FULL") => mail.return_full = true,
            ("RET", Some(value)) if value.eq_ignore_ascii_case("HDRS") => mail.return_full = false,
            ("ENVID", Some(value)) => mail.envelope_id = Some(xtext(value, 100)?),
            // RFC 4954 §5: who submitted it elsewhere; nobody here believes it.
            ("AUTH", Some(_)) => {}
            ("SIZE" | "BODY" | "RET" | "ENVID" | "AUTH", _) => return Err(Wrong::Syntax),
            _ => return Err(Wrong::Parameter),
        }
    }
    Ok(mail)
}

fn forward(rest: &str) -> Result<Forward, Wrong> {
    let (path, parameters) = path(rest, "TO:")?;
    let recipient = Address::parse(path).map_err(|_| Wrong::Address)?;
    let mut rcpt = Forward { recipient, notify: None, original: None };
    for (name, value) in parameters {
        match (name.as_str(), value) {
            ("NOTIFY", Some(value)) => rcpt.notify = Some(when(value)?),
            ("ORCPT", Some(value)) => rcpt.original = Some(original(value)?),
            ("NOTIFY" | "ORCPT", None) => return Err(Wrong::Syntax),
            _ => return Err(Wrong::Parameter),
        }
    }
    Ok(rcpt)
}

/// `NOTIFY=NEVER` or a list (RFC 3461 §4.1).
fn when(value: &str) -> Result<u8, Wrong> {
    if value.eq_ignore_ascii_case("NEVER") {
        return Ok(0);
    }
    value.split(',').try_fold(0, |bits, word| match word.to_ascii_uppercase().as_str() {
        "SUCCESS" => Ok(bits | notify::SUCCESS),
        "FAILURE" => Ok(bits | notify::FAILURE),
        "DELAY" => Ok(bits | notify::DELAY),
        _ => Err(Wrong::Syntax),
    })
}

/// `type;xtext` (RFC 3461 §4.2).
fn original(value: &str) -> Result<String, Wrong> {
    let (kind, address) = value.split_once(';').ok_or(Wrong::Syntax)?;
    if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(Wrong::Syntax);
    }
    Ok(format!("{kind};{}", xtext(address, 500)?))
}

/// Decodes xtext (RFC 3461 §4) to printable ASCII.
fn xtext(value: &str, most: usize) -> Result<String, Wrong> {
    let mut text = String::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let plain = if byte == b'+' {
            let mut digit = || bytes.next().and_then(|d| char::from(d).to_digit(16)).ok_or(Wrong::Syntax);
            digit()? << 4 | digit()?
        } else {
            u32::from(byte)
        };
        match char::from_u32(plain) {
            Some(c @ ' '..='~') if text.len() < most => text.push(c),
            _ => return Err(Wrong::Syntax),
        }
    }
    if text.is_empty() { Err(Wrong::Syntax) } else { Ok(text) }
}

/// Encodes printable ASCII as xtext, for what we pass on.
pub(crate) fn to_xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '!'..='~' if c != '+' && c != '=' => out.push(c),
            ' '..='~' => out.push_str(&format!("+{:02X}", u32::from(c))),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("an address")
    }

    #[test]
    fn an_envelope_with_every_parameter_is_read() {
        let line = b"mail from:<A.B@Voisin.mssante.test> SIZE=1200 BODY=8BITMIME RET=FULL ENVID=QQ+2B314 AUTH=<>";
        let mail = Reverse {
            sender: Some(address("a.b@voisin.mssante.test")),
            size: Some(1200),
            return_full: true,
            envelope_id: Some("QQ+314".into()),
        };
        assert_eq!(Command::parse(line), Ok(Command::Mail(mail)));
        let line = b"RCPT TO:<c@pli.mssante.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c+2Bd@pli.mssante.test";
        let rcpt = Forward {
            recipient: address("c@pli.mssante.test"),
            notify: Some(notify::SUCCESS | notify::DELAY),
            original: Some("rfc822;c+d@pli.mssante.test".into()),
        };
        assert_eq!(Command::parse(line), Ok(Command::Rcpt(rcpt)));
        assert_eq!(Command::parse(b"MAIL FROM:<>"), Ok(Command::Mail(Reverse::default())));
    }

    /// Proves: TRU-47.
    #[test]
    fn only_plain_addresses_make_an_envelope() {
        for path in [
            "<@relay.test,@b.test:c@d.test>",
            "<\"a b\"@d.test>",
            "<a%b@d.test>",
            "<a!b@d.test>",
            "<a@d.test",
            "<a b@d.test>",
            "<a@[127.0.0.1]>",
            "<a>",
            "<a@b@d.test>",
        ] {
            assert_eq!(Command::parse(format!("RCPT TO:{path}").as_bytes()), Err(Wrong::Address), "{path}");
        }
        assert_eq!(Command::parse("MAIL FROM:<é@d.test>".as_bytes()), Err(Wrong::Syntax));
        assert_eq!(Command::parse(b"MAIL FROM:<a@d.test> SMTPUTF8"), Err(Wrong::Parameter));
        assert_eq!(Command::parse(b"MAIL FROM:<a@d.test>SIZE=1"), Err(Wrong::Syntax));
    }

    /// Proves: TRU-47. A report is built from ENVID and ORCPT: they can carry no line end.
    #[test]
    fn encoded_line_ends_are_refused() {
        assert_eq!(Command::parse(b"MAIL FROM:<a@d.test> ENVID=x+0D+0AInjected"), Err(Wrong::Syntax));
        assert_eq!(Command::parse(b"RCPT TO:<a@d.test> ORCPT=rfc822;x+0A"), Err(Wrong::Syntax));
        assert_eq!(Command::parse(b"EHLO x(y"), Err(Wrong::Syntax));
    }

    /// Proves: PSC-12.
    #[test]
    fn an_initial_response_is_read_and_cannot_be_printed() {
        assert_eq!(Command::parse(b"auth xoauth2 ="), Ok(Command::Auth("XOAUTH2".into(), Some(Secret(Zeroizing::new(Vec::new()))))));
        assert_eq!(Command::parse(b"AUTH XOAUTH2"), Ok(Command::Auth("XOAUTH2".into(), None)));
        let with_token = Command::parse(b"AUTH XOAUTH2 dXNlcj0x").expect("well formed");
        assert_eq!(format!("{with_token:?}"), "Auth(\"XOAUTH2\", Some(…))");
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_refused_without_panic(line in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Command::parse(&line);
            let _ = Command::parse(&[b"MAIL FROM:<", &line[..]].concat());
            let _ = Command::parse(&[b"RCPT TO:<a@b.test> ORCPT=", &line[..]].concat());
        }

        #[test]
        fn xtext_goes_there_and_back(text in "[ -~]{1,90}") {
            let wire = to_xtext(&text);
            prop_assert!(!wire.contains([' ', '=']));
            prop_assert_eq!(xtext(&wire, 100), Ok(text));
        }
    }
}
