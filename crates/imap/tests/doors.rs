//! The doors as they are on the network: ports 143 and 993 over loopback TCP, with a certificate made here.

mod stage;

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use stage::{Kept, Stage};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

struct Door {
    stage: Stage,
    address: std::net::SocketAddr,
    connector: TlsConnector,
}

impl Door {
    async fn open(implicit_tls: bool) -> Self {
        let stage = Stage::set(Kept::Sqlite).await;
        let made = rcgen::generate_simple_self_signed(["mss.pli.mssante.test".to_owned()]).expect("a certificate");
        let certificate = CertificateDer::from(made.cert.der().to_vec());
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let server = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.clone()], key.into());
        let server = Arc::new(server.expect("a server configuration"));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate).expect("a root");
        let client = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (shared, stop) = (stage.shared.clone(), stage.stop.clone());
        tokio::spawn(async move {
            while let Ok((tcp, from)) = listener.accept().await {
                tokio::spawn(imap::session(tcp, from, shared.clone(), server.clone(), implicit_tls, stop.clone()));
            }
        });
        Self { stage, address, connector: TlsConnector::from(Arc::new(client)) }
    }

    async fn dial(&self) -> BufReader<TcpStream> {
        BufReader::new(TcpStream::connect(self.address).await.expect("a connection"))
    }

    async fn secure(&self, tcp: TcpStream) -> BufReader<TlsStream<TcpStream>> {
        let name = ServerName::try_from("mss.pli.mssante.test").expect("a name");
        BufReader::new(self.connector.connect(name, tcp).await.expect("a handshake"))
    }
}

async fn hear(stream: &mut (impl AsyncBufReadExt + Unpin)) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a line");
    line.trim_end().to_owned()
}

async fn say(stream: &mut BufReader<impl AsyncWriteExt + AsyncReadExt + Unpin>, text: &str) {
    stream.get_mut().write_all(text.as_bytes()).await.expect("written");
}

/// Proves: LPS-03, PSC-27.
#[tokio::test]
async fn port_143_offers_tls_and_nothing_else_until_it_is_there() {
    let door = Door::open(false).await;
    let mut clear = door.dial().await;
    assert_eq!(hear(&mut clear).await, "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED SASL-IR LITERAL+ ID ENABLE] Pli");
    say(
        &mut clear,
        "a1 LOGIN sureau secret\r\na2 AUTHENTICATE XOAUTH2 dXNlcj0=\r\na3 SELECT INBOX\r\na4 ID NIL\r\na5 ENABLE CONDSTORE\r\n",
    )
    .await;
    assert_eq!(hear(&mut clear).await, "a1 NO [PRIVACYREQUIRED] STARTTLS d'abord");
    assert_eq!(hear(&mut clear).await, "a2 NO [PRIVACYREQUIRED] STARTTLS d'abord");
    assert_eq!(hear(&mut clear).await, "a3 BAD Log in first");
    assert!(hear(&mut clear).await.starts_with("* ID ("));
    assert_eq!(hear(&mut clear).await, "a4 OK ID completed");
    assert_eq!(hear(&mut clear).await, "a5 BAD Log in first");
    say(&mut clear, "a6 STARTTLS\r\n").await;
    assert_eq!(hear(&mut clear).await, "a6 OK Begin TLS");
    let mut secured = door.secure(clear.into_inner()).await;
    say(&mut secured, "b1 CAPABILITY\r\n").await;
    let offered = hear(&mut secured).await;
    assert_eq!(offered, "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE");
    drop(secured);
    door.stage.fall().await;
}

/// Proves: TRU-46.
#[tokio::test]
async fn what_is_slipped_in_behind_starttls_closes_the_connection() {
    let door = Door::open(false).await;
    let mut clear = door.dial().await;
    hear(&mut clear).await;
    say(&mut clear, "a1 STARTTLS\r\na2 NOOP\r\n").await;
    let mut rest = Vec::new();
    clear.read_to_end(&mut rest).await.expect("a closed connection");
    assert_eq!(rest, b"", "neither an answer nor a handshake");
    door.stage.fall().await;
}

#[tokio::test]
async fn port_993_speaks_tls_from_the_first_byte() {
    let door = Door::open(true).await;
    let mut secured = door.secure(door.dial().await.into_inner()).await;
    assert_eq!(
        hear(&mut secured).await,
        "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE] Pli"
    );
    // Who speaks in clear there is hung up on.
    let mut clear = door.dial().await;
    say(&mut clear, "a1 NOOP\r\n").await;
    let mut rest = Vec::new();
    let _ = clear.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"* OK"), "{rest:?}");
    drop(secured);
    door.stage.fall().await;
}
