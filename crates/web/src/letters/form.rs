//! Forms whose fields come several times or hold files, read within limits.
//!
//! RFC 7578. Requirements: LPS-50 (the size of a message is counted while it comes in, so that nobody fills our memory).

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use message::compose::Enclosed;
use rules::Refusal;

use crate::App;
use crate::frame::Fault;

/// Fields of one form, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    fields: Vec<(String, String)>,
    files: Vec<Enclosed>,
}

/// Fields of a form, files not counted; a text field, bytes.
const FIELDS: usize = 2_000;
const TEXT: usize = 4 * 1024 * 1024;
/// A form without files.
const PLAIN: usize = 1024 * 1024;

impl Fields {
    /// The last value of that name.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.one(name).is_some()
    }

    pub(super) fn take_files(&mut self) -> Vec<Enclosed> {
        std::mem::take(&mut self.files)
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let media = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if media.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, app).await.map_err(|error: MultipartRejection| unreadable(&error.to_string()))?;
            return read_parts(parts, app.config.max_message).await;
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|error| unreadable(&error.to_string()))?;
        if bytes.len() > PLAIN {
            return Err(unreadable("too long"));
        }
        let fields = form_pairs(&bytes);
        if fields.len() > FIELDS { Err(unreadable("too many fields")) } else { Ok(Self { fields, files: Vec::new() }) }
    }
}

async fn read_parts(mut parts: Multipart, limit: u64) -> Result<Fields, Fault> {
    let mut form = Fields::default();
    let mut left = limit;
    while let Some(mut part) = parts.next_field().await.map_err(|error| unreadable(&error.to_string()))? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let media = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error.to_string()))? {
            left = left.checked_sub(chunk.len() as u64).ok_or(Refusal::TooBig { limit })?;
            if file.is_none() && bytes.len() + chunk.len() > TEXT {
                return Err(unreadable(&name));
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            // A browser sends an empty part for a field where no file was chosen.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => form.files.push(Enclosed { name: message::letter::file_name(&file), media, bytes }),
            None => form.fields.push((name, String::from_utf8(bytes).map_err(|_| unreadable("not UTF-8"))?)),
        }
        if form.fields.len() + form.files.len() > FIELDS {
            return Err(unreadable("too many fields"));
        }
    }
    Ok(form)
}

fn unreadable(why: &str) -> Fault {
    Fault::BadForm(why.to_owned())
}

/// `a=b&a=c`, decoded.
fn form_pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let pieces = bytes.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.iter().position(|byte| *byte == b'=').map_or((piece, &[][..]), |at| (&piece[..at], &piece[at + 1..]));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_come_several_times_are_all_read() {
        let pairs = form_pairs("lettre=1&lettre=2&q=%C3%A9t%C3%A9+%26+neige&vide=&seul".as_bytes());
        let form = Fields { fields: pairs, files: Vec::new() };
        assert_eq!(form.all("lettre").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(
            (form.one("q"), form.one("vide"), form.one("seul"), form.one("absent")),
            (Some("été & neige"), Some(""), Some(""), None)
        );
        assert_eq!(decoded(b"%zz%4"), "%zz%4");
    }
}
