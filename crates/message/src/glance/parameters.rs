//! `Content-Type` and `Content-Disposition` values (RFC 2045 §5.1, RFC 2183): a word or two, then parameters.
//!
//! Values lose their quotes and comments, nothing else: the names of RFC 2231 (`filename*0*`) stay as they stood, clients decode them.

/// `name=value` in order.
pub(super) type Parameters = Vec<(Vec<u8>, Vec<u8>)>;

/// What stands before the first `;`, and the parameters.
pub(super) struct Parametric {
    pub value: Vec<u8>,
    pub parameters: Parameters,
}

impl Parametric {
    /// Reads an unfolded field value. What has no `=` is passed over.
    pub fn read(text: &[u8]) -> Self {
        let mut pieces = pieces(text).into_iter();
        let value = pieces.next().map(|(value, _)| value).unwrap_or_default();
        let parameters = pieces.filter_map(|(name, value)| Some((name, value?))).filter(|(name, _)| !name.is_empty()).collect();
        Self { value, parameters }
    }

    /// `type/subtype`, both tokens; `None` when it is not that.
    pub fn media(&self) -> Option<(&[u8], &[u8])> {
        let slash = self.value.iter().position(|byte| *byte == b'/')?;
        let (kind, subtype) = (self.value[..slash].trim_ascii(), self.value[slash + 1..].trim_ascii());
        (is_token(kind) && is_token(subtype)).then_some((kind, subtype))
    }

    pub fn parameter(&self, name: &str) -> Option<&[u8]> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value.as_slice())
    }

    /// Does the parameter hold this text, written plainly or in the way of RFC 2231 (`name*`, `name*0`, `name*0*` in one piece)?
    pub fn says(&self, name: &str, text: &str) -> bool {
        self.parameters.iter().any(|(known, value)| {
            let known = known.split(|byte| *byte == b'*').next().unwrap_or_default();
            let value = value.rsplit(|byte| *byte == b'\'').next().unwrap_or_default();
            known.eq_ignore_ascii_case(name.as_bytes()) && value.trim_ascii().eq_ignore_ascii_case(text.as_bytes())
        })
    }
}

/// RFC 2045 §5.1 `token`.
pub(super) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(byte))
}

/// Splits at the `;` that stand outside of quotes and comments; each piece at its first `=`.
fn pieces(text: &[u8]) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut pieces = Vec::new();
    let mut before = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    let mut quoted = false;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        match byte {
            b'"' => {
                let (content, end) = quoted_string(text, at);
                after.as_mut().unwrap_or(&mut before).extend_from_slice(&content);
                quoted = true;
                at = end;
                continue;
            }
            b'(' if !quoted || after.is_some() => {
                at = comment(text, at).1;
                continue;
            }
            b';' => pieces.push(piece(&mut before, &mut after, &mut quoted)),
            b'=' if after.is_none() => {
                after = Some(Vec::new());
                quoted = false;
            }
            // A quoted value is over at its closing quote; blanks that follow are not part of it.
            _ if quoted && byte.is_ascii_whitespace() => {}
            _ => after.as_mut().unwrap_or(&mut before).push(byte),
        }
        at += 1;
    }
    pieces.push(piece(&mut before, &mut after, &mut quoted));
    pieces
}

fn piece(before: &mut Vec<u8>, after: &mut Option<Vec<u8>>, quoted: &mut bool) -> (Vec<u8>, Option<Vec<u8>>) {
    let keep_blanks = std::mem::take(quoted);
    let name = std::mem::take(before).trim_ascii().to_vec();
    let value = after.take().map(|value| if keep_blanks { value.trim_ascii_start().to_vec() } else { value.trim_ascii().to_vec() });
    (name, value)
}

/// The content of the quoted string that opens at `at`, and the offset after it. One that never closes runs to the end.
pub(super) fn quoted_string(text: &[u8], at: usize) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    let mut at = at + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return (content, at + 1),
            b'\\' if at + 1 < text.len() => {
                content.push(text[at + 1]);
                at += 2;
            }
            _ => {
                content.push(byte);
                at += 1;
            }
        }
    }
    (content, at)
}

/// The content of the comment that opens at `at` (comments nest), and the offset after it.
pub(super) fn comment(text: &[u8], at: usize) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    let mut open = 1_u32;
    let mut at = at + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' if at + 1 < text.len() => {
                content.push(text[at + 1]);
                at += 2;
                continue;
            }
            b'(' => open += 1,
            b')' if open == 1 => return (content, at + 1),
            b')' => open -= 1,
            _ => {}
        }
        content.push(byte);
        at += 1;
    }
    (content, at)
}
