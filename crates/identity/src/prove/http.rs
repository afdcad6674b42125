//! Calls to PSC: bounded in time and size, never redirected, never in clear outside the machine, never with a token in the address.
//!
//! Requirements: PSC-23 (timeouts, one retry), PSC-02 (origin), PSC-12. Errors say a kind, never a body.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, RequestBuilder, Url};
use rules::Entropy;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use zeroize::Zeroizing;

const CONNECT: Duration = Duration::from_secs(1);
/// A whole call, its retry included.
pub(super) const CALL: Duration = Duration::from_secs(3);
const REPLY_LIMIT: usize = 256 * 1024;

/// Why a call brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("the connection failed")]
    Connection,
    #[error("no answer in time")]
    Slow,
    #[error("HTTP status {0}")]
    Status(u16),
    #[error("the reply is larger than 256 KiB")]
    TooBig,
    #[error("the address is neither https nor this machine")]
    NotPrivate,
    #[error("the HTTP client cannot be built")]
    Client,
}

/// The HTTP side of the relying party. The client is built at the first call: nothing is read from the disk at start.
pub(super) struct Http {
    client: OnceLock<Option<Client>>,
    /// PSC is this machine's simulator: the system's root certificates are not needed, nor need they be there.
    plain: bool,
    entropy: Entropy,
}

impl Http {
    pub fn new(issuer: &str, entropy: Entropy) -> Self {
        Self { client: OnceLock::new(), plain: issuer.starts_with("http://"), entropy }
    }

    pub async fn get(&self, url: &str, deadline: Instant) -> Result<Vec<u8>, Failure> {
        let url = private(url)?;
        self.call(|client| client.get(url.clone()), deadline).await
    }

    /// Posts `token=…` with our credentials. The body is wiped once sent.
    pub async fn post_token(&self, url: &str, token: &str, id: &str, secret: &SecretString, deadline: Instant) -> Result<Vec<u8>, Failure> {
        let url = private(url)?;
        // Step 1 admitted only characters that stand for themselves in a form.
        let body = Bytes::from_owner(Zeroizing::new(format!("token={token}&token_type_hint=access_token").into_bytes()));
        let request = |client: &Client| {
            client
                .post(url.clone())
                .basic_auth(id, Some(secret.expose_secret()))
                .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(reqwest::header::ACCEPT, "application/json")
                .body(body.clone())
        };
        self.call(request, deadline).await
    }

    async fn call(&self, request: impl Fn(&Client) -> RequestBuilder, deadline: Instant) -> Result<Vec<u8>, Failure> {
        let client = self.client.get_or_init(|| build(self.plain)).as_ref().ok_or(Failure::Client)?;
        let tries = async {
            match once(request(client)).await {
                Err(Failure::Connection) => {
                    // Apart from the other sessions that lost the same connection.
                    let [jitter] = self.entropy.bytes::<1>();
                    tokio::time::sleep(Duration::from_millis(u64::from(jitter) / 4)).await;
                    once(request(client)).await
                }
                outcome => outcome,
            }
        };
        tokio::time::timeout_at(deadline, tries).await.unwrap_or(Err(Failure::Slow))
    }
}

fn build(plain: bool) -> Option<Client> {
    let builder = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(CALL)
        .user_agent(concat!("Pli/", env!("CARGO_PKG_VERSION")));
    let builder = if plain { builder.tls_certs_only([]) } else { builder };
    builder.build().inspect_err(|fault| tracing::error!(%fault, "the HTTP client for Pro Santé Connect cannot be built")).ok()
}

async fn once(request: RequestBuilder) -> Result<Vec<u8>, Failure> {
    let mut response = request.send().await.map_err(kind)?;
    let status = response.status();
    if !status.is_success() {
        return Err(Failure::Status(status.as_u16()));
    }
    let mut reply = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(kind)? {
        if reply.len() + chunk.len() > REPLY_LIMIT {
            return Err(Failure::TooBig);
        }
        reply.extend_from_slice(&chunk);
    }
    Ok(reply)
}

fn kind(fault: reqwest::Error) -> Failure {
    if fault.is_timeout() { Failure::Slow } else { Failure::Connection }
}

/// Secrets travel over TLS, or inside this machine.
fn private(url: &str) -> Result<Url, Failure> {
    let url = Url::parse(url).map_err(|_| Failure::NotPrivate)?;
    let here = match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && here) { Ok(url) } else { Err(Failure::NotPrivate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: PSC-02.
    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        for fine in ["https://auth.bas.psc.test/x", "http://127.0.0.1:20090/x", "http://[::1]:20090/x", "http://localhost:1/x"] {
            assert!(private(fine).is_ok(), "{fine}");
        }
        for not in ["http://auth.bas.psc.test/x", "http://127.0.0.1.evil.test/x", "ftp://127.0.0.1/x", "nonsense"] {
            assert_eq!(private(not), Err(Failure::NotPrivate), "{not}");
        }
    }
}
