//! What only shows when one looks: certificates of the laboratory, a simulator behind a real-looking name, invented people in the store.
//!
//! Requirements: SIM-02, SIM-12, PSC-18. Each refusal is one sentence; being unable to look is no reason to refuse (PSC may be away,
//! logins then fail closed by themselves, PSC-24).

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use rules::mailbox::Bearer;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::config::problem::Problem;
use crate::config::{Config, vet};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

const PATIENCE: Duration = Duration::from_secs(3);

/// An anchor or our own certificate of the sandbox's authority has no place in production.
pub fn refuse_lab_certificates(config: &Config) -> Outcome<()> {
    let anchors = config.trust.anchors.get_ref().as_path();
    for file in [anchors, &config.tls.chain] {
        if let Some(name) = lab_name(&certificates(file)?) {
            let help = "Installez les certificats IGC-Santé ; pour un bac à sable, écrivez mode = \"sandbox\".";
            let message = format!("{} : certificat de l'autorité d'essai ({name}), refusé en production", file.display());
            return Err(Problem::value(&config.source, Some(config.trust.anchors.span()), message, help).into());
        }
    }
    Ok(())
}

/// A simulator says so in its discovery document, or shows a certificate of the laboratory.
pub async fn refuse_simulator(config: &Config) -> Outcome<()> {
    let (_, discovery) = config.psc_addresses();
    let Ok(url) = Url::parse(&discovery) else {
        return Err(Failure::configuration(format!("psc : « {discovery} » n'est pas une adresse")));
    };
    if let Some(name) = lab_name(&shown_by(&url).await) {
        return Err(Failure::configuration(format!(
            "{discovery} montre un certificat de l'autorité d'essai ({name}) : refusé en production"
        )));
    }
    if says_simulator(&url).await {
        return Err(Failure::configuration(format!("{discovery} se déclare simulateur (pli_simulator) : refusé en production")));
    }
    Ok(())
}

/// A store that was filled by a demo cannot become a production one.
pub async fn refuse_personas(operator: &Operator) -> Outcome<()> {
    for mailbox in operator.store.mailboxes().await? {
        if let Bearer::Person { idnat, .. } = &mailbox.bearer
            && idnat.is_for_tests()
        {
            let message = format!("{} appartient à un personnage d'essai ({idnat}) : refusé en production", mailbox.address);
            return Err(Failure::configuration(message));
        }
    }
    Ok(())
}

fn certificates(path: &Path) -> Outcome<Vec<CertificateDer<'static>>> {
    let wrong = |error: rustls::pki_types::pem::Error| Failure::configuration(format!("{} : {error}", path.display()));
    CertificateDer::pem_file_iter(path).map_err(wrong)?.map(|certificate| certificate.map_err(wrong)).collect()
}

/// The first subject or issuer of these that is the laboratory's.
fn lab_name(chain: &[CertificateDer<'_>]) -> Option<String> {
    let names = chain.iter().filter_map(|der| {
        let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
        Some([parsed.subject().to_string(), parsed.issuer().to_string()])
    });
    names.flatten().find(|name| vet::is_lab_name(name))
}

async fn says_simulator(url: &Url) -> bool {
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
    let Ok(client) = client else { return false };
    let Ok(response) = client.get(url.clone()).send().await else { return false };
    response.json().await.is_ok_and(|document| vet::says_simulator(&document))
}

/// The certificates that a server shows. Nothing is said to it: the handshake ends as soon as they are seen.
async fn shown_by(url: &Url) -> Vec<CertificateDer<'static>> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Vec::new() };
    let Ok(name) = ServerName::try_from(host.to_owned()) else { return Vec::new() };
    let onlooker = Arc::new(Onlooker::default());
    let verifier: Arc<dyn ServerCertVerifier> = onlooker.clone();
    let config = ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let look = async {
        let tcp = TcpStream::connect((host, port)).await?;
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map(|_| ())
    };
    // It always fails: what matters is what was seen meanwhile.
    if tokio::time::timeout(PATIENCE, look).await.is_err() {
        tracing::warn!(host, "no answer within {PATIENCE:?}");
    }
    onlooker.seen()
}

/// Looks at a chain and accepts none.
#[derive(Debug, Default)]
struct Onlooker(Mutex<Vec<CertificateDer<'static>>>);

impl Onlooker {
    fn seen(&self) -> Vec<CertificateDer<'static>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = [leaf].into_iter().chain(others).map(|der| der.clone().into_owned()).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        trust::tls::provider().signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        (listener, at)
    }

    /// Proves: SIM-02.
    #[tokio::test]
    async fn a_simulator_behind_a_real_looking_name_is_known_by_its_certificate() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let now = rules::Moment::from_secs(1_790_000_000);
        let domain = rules::Domain::parse("psc.exemple.fr").unwrap();
        let lab = trust::pki::Authority::anchor(trust::pki::AUTHORITY, now).unwrap();
        let request = trust::pki::Request::operator(trust::pki::Subject::operator(&domain), vec!["localhost".to_owned()], now);
        let server = trust::tls::people_server(&lab.issue(&request).unwrap().identity()).unwrap();
        let (listener, at) = listener().await;
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            // The onlooker hangs up: that is the point.
            drop(TlsAcceptor::from(server).accept(tcp).await);
        });
        let chain = shown_by(&Url::parse(&format!("https://{at}/x")).unwrap()).await;
        assert!(lab_name(&chain).is_some_and(|name| name.contains("LABO")), "{} certificates", chain.len());
    }

    /// Proves: SIM-02.
    #[tokio::test]
    async fn a_simulator_that_says_so_is_believed_and_a_server_that_is_away_refuses_nothing() {
        let (listener, at) = listener().await;
        tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            assert!(tcp.read(&mut [0; 2048]).await.unwrap() > 0);
            let body = r#"{"pli_simulator":true}"#;
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            tcp.write_all(answer.as_bytes()).await.unwrap();
        });
        let url = Url::parse(&format!("http://{at}/.well-known/wallet-openid-configuration")).unwrap();
        assert!(says_simulator(&url).await);
        assert!(!says_simulator(&url).await, "nobody listens any more");
        assert!(shown_by(&url).await.is_empty());
    }
}
