//! One GET of the white list: IGC-Santé anchors only, conditional, no redirect, bounded in time and size.
//!
//! Requirements: TRU-01, TRU-02. What comes back is bytes: nothing is believed before `trust` has verified the signature.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Client, StatusCode};

use crate::failure::{Failure, Outcome};

const TIMEOUT: Duration = Duration::from_secs(30);
/// TRU-02: 32 MiB after decompression. We ask for no compression: what comes is what is counted.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// What the server said of the list we have: it goes back with the next question.
#[derive(Default)]
pub struct Known {
    etag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
}

/// What the server answered.
#[derive(Debug)]
pub enum Fetched {
    Whole(Vec<u8>),
    Unchanged,
}

pub async fn fetch(url: &str, anchors: &Path, known: &mut Known) -> Outcome<Fetched> {
    let failed = |error: reqwest::Error| Failure::ours("liste blanche", error.without_url());
    let mut request = client(anchors)?.get(url);
    for (name, value) in known.conditions() {
        request = request.header(name, value);
    }
    let mut response = request.send().await.map_err(failed)?;
    match response.status() {
        StatusCode::NOT_MODIFIED => return Ok(Fetched::Unchanged),
        StatusCode::OK => {}
        status => return Err(Failure::refused("LB-HTTP", format!("{url} répond {status}"))),
    }
    let said = Known::of(response.headers());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(Failure::refused("LB-XML", "la liste dépasse 32 Mio"));
        }
        bytes.extend_from_slice(&chunk);
    }
    *known = said;
    Ok(Fetched::Whole(bytes))
}

/// Trusts the configured anchors and nothing else: never the web's authorities, never "insecure" (TRU-01).
fn client(anchors: &Path) -> Outcome<Client> {
    let failed = |error: reqwest::Error| Failure::ours("liste blanche", error);
    let pem = std::fs::read(anchors).map_err(|error| Failure::ours("ancres", error))?;
    let anchors = reqwest::Certificate::from_pem_bundle(&pem).map_err(failed)?;
    let client = Client::builder().tls_certs_only(anchors).redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(TIMEOUT);
    client.build().map_err(failed)
}

impl Known {
    fn of(headers: &HeaderMap) -> Self {
        Self { etag: headers.get(ETAG).cloned(), modified: headers.get(LAST_MODIFIED).cloned() }
    }

    fn conditions(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let etag = self.etag.clone().map(|etag| (IF_NONE_MATCH, etag));
        etag.into_iter().chain(self.modified.clone().map(|modified| (IF_MODIFIED_SINCE, modified)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A publisher that answers each connection with the next of these, and keeps what it was asked.
    async fn publisher(answers: Vec<String>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/listeblanchemssante.xml", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                asked.push(String::from_utf8_lossy(&request[..read]).to_lowercase());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            asked
        });
        (url, asked)
    }

    fn anchors() -> tempfile::NamedTempFile {
        let lab = trust::pki::Authority::anchor(trust::pki::AUTHORITY, rules::Moment::from_secs(1_790_000_000)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lab.cert_pem).unwrap();
        file
    }

    /// Proves: TRU-02.
    #[tokio::test]
    async fn a_list_that_has_not_changed_is_not_sent_again() {
        let whole = "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<x/>".to_owned();
        let same = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_owned();
        let (url, asked) = publisher(vec![whole, same]).await;
        let (anchors, mut known) = (anchors(), Known::default());
        assert!(matches!(fetch(&url, anchors.path(), &mut known).await.unwrap(), Fetched::Whole(bytes) if bytes == b"<x/>"));
        assert!(matches!(fetch(&url, anchors.path(), &mut known).await.unwrap(), Fetched::Unchanged));
        let asked = asked.await.unwrap();
        assert!(!asked[0].contains("if-none-match") && asked[1].contains("if-none-match: \"v1\""), "{asked:?}");
    }

    /// Proves: TRU-02.
    #[tokio::test]
    async fn a_redirect_an_error_page_and_an_endless_list_are_refused() {
        let elsewhere = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned();
        let error = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned();
        let endless = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(MAX_BYTES + 1));
        let (url, _) = publisher(vec![elsewhere, error, endless]).await;
        let anchors = anchors();
        for refused in ["302", "500", "32 Mio"] {
            let failure = fetch(&url, anchors.path(), &mut Known::default()).await.unwrap_err();
            assert!(failure.to_string().contains(refused), "{failure}");
        }
    }
}
