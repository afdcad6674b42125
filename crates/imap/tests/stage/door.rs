//! A door of the operator on stage, over loopback TCP: 143 or 993, with the names of people and of machines.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trust::pki::Leaf;
use trust::tls::Doors;

use super::{Kept, Stage, lab};

/// The name under which people come, and that of machines.
pub const ORDINARY: &str = "mss.pli.mssante.test";
pub const APP: &str = "app.mss.pli.mssante.test";

pub type Secured = BufReader<TlsStream<TcpStream>>;

pub struct Door {
    pub stage: Stage,
    address: std::net::SocketAddr,
}

impl Door {
    pub async fn open(implicit_tls: bool) -> Self {
        Self::of(Stage::set(Kept::Sqlite).await, implicit_tls).await
    }

    pub async fn of(stage: Stage, implicit_tls: bool) -> Self {
        let own = lab::lab().operators[&lab::ours()].identity();
        let people = trust::tls::people_server(&own).expect("a configuration");
        let doors = Doors::new(people).with_machines(APP, trust::tls::machine_server(&own).expect("a configuration"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (shared, stop) = (stage.shared.clone(), stage.stop.clone());
        tokio::spawn(async move {
            while let Ok((tcp, from)) = listener.accept().await {
                tokio::spawn(imap::session(tcp, from, shared.clone(), doors.clone(), implicit_tls, stop.clone()));
            }
        });
        Self { stage, address }
    }

    pub async fn dial(&self) -> BufReader<TcpStream> {
        BufReader::new(TcpStream::connect(self.address).await.expect("a connection"))
    }

    /// The handshake of somebody who has no certificate.
    pub async fn secure(&self, tcp: TcpStream) -> Secured {
        self.secure_as(tcp, ORDINARY, None).await.0
    }

    /// The handshake under this name with this certificate; and whether the server asked for one.
    pub async fn secure_as(&self, tcp: TcpStream, name: &'static str, shown: Option<&Leaf>) -> (Secured, bool) {
        let mut roots = RootCertStore::empty();
        let ca = lab::lab().ca.cert_pem.clone();
        roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).expect("an authority")).expect("a root");
        let wallet = Arc::new(Wallet { asked: AtomicBool::new(false), shown: shown.map(certified) });
        let config = ClientConfig::builder().with_root_certificates(roots).with_client_cert_resolver(wallet.clone());
        let name = ServerName::try_from(name).expect("a name");
        let tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.expect("a handshake");
        (BufReader::new(tls), wallet.asked.load(Ordering::SeqCst))
    }

    /// Port 993 under the machines' name, after the greeting, which is given too.
    pub async fn machine(&self, shown: Option<&Leaf>) -> (Secured, String) {
        let (mut secured, asked) = self.secure_as(self.dial().await.into_inner(), APP, shown).await;
        assert!(asked, "a machine is asked for its certificate");
        let greeting = hear(&mut secured).await;
        (secured, greeting)
    }
}

/// What a client would show, and whether it was asked to.
#[derive(Debug)]
struct Wallet {
    asked: AtomicBool,
    shown: Option<Arc<CertifiedKey>>,
}

impl ResolvesClientCert for Wallet {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::SeqCst);
        self.shown.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn certified(leaf: &Leaf) -> Arc<CertifiedKey> {
    let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).expect("a key");
    let key = trust::tls::provider().key_provider.load_private_key(key).expect("a signing key");
    Arc::new(CertifiedKey::new(leaf.chain().expect("a chain"), key))
}

pub async fn hear(stream: &mut (impl AsyncBufReadExt + Unpin)) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a line");
    line.trim_end().to_owned()
}

pub async fn say(stream: &mut BufReader<impl AsyncWriteExt + AsyncReadExt + Unpin>, text: &str) {
    stream.get_mut().write_all(text.as_bytes()).await.expect("written");
}

/// Says one command, and gives its tagged answer; what comes before it is passed over.
pub async fn ask(stream: &mut Secured, command: &str) -> String {
    say(stream, &format!("{command}\r\n")).await;
    let tag = command.split(' ').next().expect("a tag").to_owned();
    loop {
        let line = hear(stream).await;
        assert!(!line.is_empty(), "the connection ended before the answer to {command}");
        if line.starts_with(&format!("{tag} ")) {
            return line;
        }
    }
}
