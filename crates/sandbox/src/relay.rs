//! A relay of ordinary e-mail that sends nothing on: what it is given ends in the outbox.
//!
//! Requirements: SIM-06 (outbox), LOC-06. RFC 5321 as far as a client needs it; loopback, in clear, no login. One line too long, or one
//! letter too large, and the connection is closed.

use std::time::Duration;

use message::letter::Letter;
use rules::Clock;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::outbox::{Kind, Outbox, Outgoing};

const LINE: u64 = 2_048;
const LETTER: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

/// The relay, running.
#[derive(Debug)]
pub struct Relay(JoinHandle<()>);

impl Relay {
    /// Answers from now on, until dropped.
    pub fn start(listener: TcpListener, outbox: Outbox, clock: Clock) -> Self {
        Self(tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let (outbox, clock) = (outbox.clone(), clock.clone());
                open.spawn(async move {
                    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, converse(tcp, &outbox, &clock)).await {
                        tracing::debug!(%error, "the relay's client went away");
                    }
                });
                while open.try_join_next().is_some() {}
            }
        }))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn converse(tcp: TcpStream, outbox: &Outbox, clock: &Clock) -> std::io::Result<()> {
    let mut client = BufReader::new(tcp);
    client.write_all(b"220 relais.test ESMTP\r\n").await?;
    let mut to: Vec<String> = Vec::new();
    while let Some(line) = line(&mut client).await? {
        let upper = line.to_ascii_uppercase();
        let reply = if upper.starts_with("EHLO") || upper.starts_with("HELO") {
            "250-relais.test\r\n250 8BITMIME\r\n"
        } else if upper.starts_with("MAIL FROM:") || upper == "RSET" {
            to.clear();
            "250 2.0.0 OK\r\n"
        } else if upper.starts_with("RCPT TO:") {
            to.extend(line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned()));
            "250 2.1.5 OK\r\n"
        } else if upper == "DATA" && !to.is_empty() {
            client.write_all(b"354 Go on\r\n").await?;
            let Some(letter) = letter(&mut client).await? else { return Ok(()) };
            let read = Letter::read(&letter);
            for to in to.drain(..) {
                let (subject, text) = (read.subject(), read.text());
                outbox.put(Outgoing { to, kind: Kind::Email, subject, text, at: clock.now() });
            }
            "250 2.0.0 Caught\r\n"
        } else if upper == "QUIT" {
            return client.write_all(b"221 2.0.0 Bye\r\n").await;
        } else if upper == "NOOP" {
            "250 2.0.0 OK\r\n"
        } else {
            "503 5.5.1 Not now\r\n"
        };
        client.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}

/// One line without its end; `None` when the client is gone, or says too much.
async fn line(client: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    (&mut *client).take(LINE).read_until(b'\n', &mut bytes).await?;
    if bytes.pop() != Some(b'\n') {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

/// The letter up to the line with a dot alone, dots unstuffed; `None` as above.
async fn letter(client: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut letter = Vec::new();
    loop {
        let start = letter.len();
        (&mut *client).take(LETTER as u64).read_until(b'\n', &mut letter).await?;
        match &letter[start..] {
            b".\r\n" => {
                letter.truncate(start);
                return Ok(Some(letter));
            }
            whole if !whole.ends_with(b"\n") || letter.len() > LETTER => return Ok(None),
            [b'.', ..] => {
                letter.remove(start);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::Moment;

    /// Proves: SIM-06.
    #[tokio::test]
    async fn what_the_relay_takes_is_shown_in_the_outbox_and_goes_nowhere() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let outbox = Outbox::default();
        let _relay = Relay::start(listener, outbox.clone(), Clock::new(|| Moment::from_secs(1_795_258_800)));
        let mut client = TcpStream::connect(address).await.unwrap();
        let said = b"EHLO pli\r\nDATA\r\nMAIL FROM:<a@operateur.test>\r\nRCPT TO:<Hugo@courriel.test>\r\nDATA\r\n\
            Subject: =?utf-8?Q?Un_compte_r=C3=A9initialis=C3=A9?=\r\n\r\nBonjour,\r\n..fin\r\n.\r\nQUIT\r\n";
        client.write_all(said).await.unwrap();
        let mut answers = String::new();
        client.read_to_string(&mut answers).await.unwrap();
        let codes: Vec<&str> = answers.lines().map(|line| &line[..3]).collect();
        assert_eq!(codes, ["220", "250", "250", "503", "250", "250", "354", "250", "221"], "{answers}");
        let caught = outbox.messages(Some("hugo@courriel.test"));
        assert_eq!(caught.len(), 1);
        assert_eq!((caught[0].subject.as_str(), caught[0].text.trim_end()), ("Un compte réinitialisé", "Bonjour,\n.fin"));
    }

    /// Proves: SIM-06.
    #[tokio::test]
    async fn whoever_says_too_much_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _relay = Relay::start(listener, Outbox::default(), Clock::new(|| Moment::from_secs(0)));
        let mut client = TcpStream::connect(address).await.unwrap();
        // It may be cut off before everything is said.
        let _ = client.write_all(&[b'x'; 2 * LINE as usize]).await;
        let mut answers = Vec::new();
        let _ = client.read_to_end(&mut answers).await;
        assert!(!String::from_utf8_lossy(&answers).contains("503"), "nothing is answered to a line without an end");
    }
}
