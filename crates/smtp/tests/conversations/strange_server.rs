//! A server of another make, with the traits and faults that real ones have; it remembers every line it was told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::lab;

#[derive(Clone)]
pub struct Traits {
    pub starttls: bool,
    /// Says something in clear right behind `220` to STARTTLS.
    pub injects: bool,
    /// Capabilities after TLS.
    pub offers: &'static [&'static str],
    /// Answers to lines that begin so, instead of the usual one.
    pub answers: &'static [(&'static str, &'static str)],
    /// Closes the connection after this many messages.
    pub messages: usize,
    /// The answer to the end of a message waits for a permit.
    pub gate: Arc<Semaphore>,
}

impl Default for Traits {
    fn default() -> Self {
        let offers = &["PIPELINING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN"];
        Self { starttls: true, injects: false, offers, answers: &[], messages: usize::MAX, gate: Arc::new(Semaphore::new(1_000)) }
    }
}

pub struct Strange {
    pub at: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Strange {
    pub async fn open(traits: Traits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let remembers = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(converse(tcp, traits.clone(), Arc::clone(&remembers)));
            }
        });
        Self { at, heard }
    }

    /// Lines heard so far, over all connections.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }

    pub fn heard_that_begin(&self, with: &str) -> Vec<String> {
        self.heard().into_iter().filter(|line| line.starts_with(with)).collect()
    }
}

/// An error here is the client's going away: the conversation just ends.
async fn converse(tcp: TcpStream, traits: Traits, heard: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut clear = BufReader::new(tcp);
    clear.write_all(b"220 etrange.test ESMTP\r\n").await?;
    loop {
        let line = line(&mut clear, &heard).await?;
        match line.as_str() {
            "STARTTLS" => break,
            "QUIT" => return clear.write_all(b"221 Bye\r\n").await,
            _ if traits.starttls => clear.write_all(b"250-etrange.test\r\n250 STARTTLS\r\n").await?,
            _ => clear.write_all(b"250 etrange.test\r\n").await?,
        }
    }
    let injected: &[u8] = if traits.injects { b"220 go\r\n250 tout est permis\r\n" } else { b"220 go\r\n" };
    clear.write_all(injected).await?;
    let tls = trust::tls::operator_server(&lab::lab().operators[&lab::peer()].identity()).expect("a configuration");
    let secure = TlsAcceptor::from(tls).accept(clear.into_inner()).await?;
    mail(BufReader::new(secure), traits, heard).await
}

async fn mail<S: AsyncRead + AsyncWrite + Unpin>(
    mut wire: BufReader<S>,
    traits: Traits,
    heard: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut messages = 0;
    loop {
        let said = line(&mut wire, &heard).await?;
        let special = traits.answers.iter().find(|(begin, _)| said.starts_with(begin)).map(|(_, answer)| *answer);
        let answer = match special {
            Some(answer) => format!("{answer}\r\n"),
            None if said.starts_with("EHLO") => {
                let offers: String = traits.offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
                format!("250-etrange.test\r\n{offers}250 HELP\r\n")
            }
            None if said == "DATA" => {
                wire.write_all(b"354 go\r\n").await?;
                wire.flush().await?;
                while line(&mut wire, &heard).await? != "." {}
                traits.gate.acquire().await.expect("open").forget();
                messages += 1;
                "250 2.0.0 pris\r\n".to_owned()
            }
            None if said == "QUIT" => "221 Bye\r\n".to_owned(),
            None => "250 2.0.0 OK\r\n".to_owned(),
        };
        wire.write_all(answer.as_bytes()).await?;
        wire.flush().await?;
        if said == "QUIT" || messages >= traits.messages {
            return wire.shutdown().await;
        }
    }
}

async fn line<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut BufReader<S>, heard: &Mutex<Vec<String>>) -> std::io::Result<String> {
    let mut line = Vec::new();
    if wire.read_until(b'\n', &mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let line = String::from_utf8_lossy(&line).trim_end_matches("\r\n").to_owned();
    heard.lock().expect("not poisoned").push(line.clone());
    Ok(line)
}
