//! Calls to a provider: bounded in time and size, never redirected, never in clear outside the machine, never with a token in the address.
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

use super::form::Form;

const CONNECT: Duration = Duration::from_secs(1);
/// A whole call, its retry included.
pub(crate) const CALL: Duration = Duration::from_secs(3);
const REPLY_LIMIT: usize = 256 * 1024;

/// Why a call brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the connection failed")]
    Connection,
    /// The request may have arrived.
    #[error("the connection broke")]
    Broken,
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

/// An answer, whatever its status.
pub(crate) struct Reply {
    pub status: u16,
    pub body: Zeroizing<Vec<u8>>,
}

/// Whether a call that may have arrived is made again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Always,
    /// Only when it cannot have arrived: a code serves once.
    Unsent,
}

/// The HTTP side of the relying party. The client is built at the first call: nothing is read from the disk at start.
pub(crate) struct Http {
    client: OnceLock<Option<Client>>,
    /// The provider is this machine's simulator: the system's root certificates are not needed, nor need they be there.
    plain: bool,
    /// Our own certificate, shown to the provider (PSC-09).
    own: Option<reqwest::Identity>,
    /// Authorities that the system does not know.
    authorities: Vec<reqwest::Certificate>,
    entropy: Entropy,
}

impl Http {
    pub fn new(issuer: &str, entropy: Entropy) -> Self {
        Self { client: OnceLock::new(), plain: issuer.starts_with("http://"), own: None, authorities: Vec::new(), entropy }
    }

    /// Believes these authorities too (PEM).
    pub fn trusting(mut self, authorities_pem: &[u8]) -> Result<Self, String> {
        let read = reqwest::Certificate::from_pem_bundle(authorities_pem);
        self.authorities = read.map_err(|_| "the certificates of the provider's authorities cannot be read".to_owned())?;
        Ok(self)
    }

    /// A second one to the same provider, showing our certificate: chain and key in PEM.
    pub fn showing(&self, chain_pem: &[u8], key_pem: &SecretString) -> Result<Self, String> {
        let mut pem = Zeroizing::new(Vec::with_capacity(chain_pem.len() + key_pem.expose_secret().len() + 1));
        pem.extend_from_slice(chain_pem);
        pem.push(b'\n');
        pem.extend_from_slice(key_pem.expose_secret().as_bytes());
        let own = reqwest::Identity::from_pem(&pem).map_err(|_| "the client certificate or its key cannot be read".to_owned())?;
        Ok(Self {
            client: OnceLock::new(),
            plain: self.plain,
            own: Some(own),
            authorities: self.authorities.clone(),
            entropy: self.entropy.clone(),
        })
    }

    pub async fn get(&self, url: &str, deadline: Instant) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let url = private(url)?;
        self.call(|client| client.get(url.clone()), Again::Always, deadline).await.and_then(fine)
    }

    /// Reads as the bearer of a token.
    pub async fn get_as(&self, url: &str, bearer: &str, deadline: Instant) -> Result<Reply, Failure> {
        let url = private(url)?;
        let request = |client: &Client| client.get(url.clone()).bearer_auth(bearer).header(reqwest::header::ACCEPT, "application/json");
        self.call(request, Again::Always, deadline).await
    }

    /// Posts a form, once; `basic` are our name and secret when they travel in the header. The body is wiped once sent.
    pub async fn post(&self, url: &str, basic: Option<(&str, &SecretString)>, form: Form, deadline: Instant) -> Result<Reply, Failure> {
        let url = private(url)?;
        let body = Bytes::from_owner(form.bytes());
        self.call(|client| posted(client, &url, basic, &body), Again::Unsent, deadline).await
    }

    /// Posts `token=…` with our credentials. The body is wiped once sent.
    pub async fn post_token(
        &self,
        url: &str,
        token: &str,
        id: &str,
        secret: &SecretString,
        deadline: Instant,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let url = private(url)?;
        let body = Bytes::from_owner(Form::new().with("token", token).with("token_type_hint", "access_token").bytes());
        self.call(|client| posted(client, &url, Some((id, secret)), &body), Again::Always, deadline).await.and_then(fine)
    }

    fn build(&self) -> Option<Client> {
        let builder = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(CALL)
            .user_agent(concat!("Pli/", env!("CARGO_PKG_VERSION")));
        let authorities = self.authorities.clone();
        let builder = match (self.plain, authorities.is_empty()) {
            (true, _) => builder.tls_certs_only(authorities),
            (false, true) => builder,
            (false, false) => builder.tls_certs_merge(authorities),
        };
        let builder = match self.own.clone() {
            Some(own) => builder.identity(own),
            None => builder,
        };
        builder.build().inspect_err(|fault| tracing::error!(%fault, "the HTTP client for the identity provider cannot be built")).ok()
    }

    async fn call(&self, request: impl Fn(&Client) -> RequestBuilder, again: Again, deadline: Instant) -> Result<Reply, Failure> {
        let client = self.client.get_or_init(|| self.build()).as_ref().ok_or(Failure::Client)?;
        let tries = async {
            match once(request(client)).await {
                Err(failure) if failure == Failure::Connection || (failure == Failure::Broken && again == Again::Always) => {
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

fn posted(client: &Client, url: &Url, basic: Option<(&str, &SecretString)>, body: &Bytes) -> RequestBuilder {
    let request = client
        .post(url.clone())
        .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(reqwest::header::ACCEPT, "application/json")
        .body(body.clone());
    match basic {
        Some((id, secret)) => request.basic_auth(id, Some(secret.expose_secret())),
        None => request,
    }
}

/// The body of a success.
fn fine(reply: Reply) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if (200..300).contains(&reply.status) { Ok(reply.body) } else { Err(Failure::Status(reply.status)) }
}

async fn once(request: RequestBuilder) -> Result<Reply, Failure> {
    let mut response = request.send().await.map_err(kind)?;
    let status = response.status().as_u16();
    let mut reply = Zeroizing::new(Vec::with_capacity(16 * 1024));
    while let Some(chunk) = response.chunk().await.map_err(kind)? {
        if reply.len() + chunk.len() > REPLY_LIMIT {
            return Err(Failure::TooBig);
        }
        reply.extend_from_slice(&chunk);
    }
    Ok(Reply { status, body: reply })
}

fn kind(fault: reqwest::Error) -> Failure {
    if fault.is_timeout() {
        Failure::Slow
    } else if fault.is_connect() {
        Failure::Connection
    } else {
        Failure::Broken
    }
}

/// Secrets travel over TLS, or inside this machine.
pub(crate) fn private(url: &str) -> Result<Url, Failure> {
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
