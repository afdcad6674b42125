//! A reader of one mailbox: enters with a token or a password, counts, idles.

use std::io::{Error, Result};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Server;
use crate::line::{Line, connect};

pub struct Imap {
    line: Line,
}

impl Imap {
    pub async fn open(server: &Server, mailbox: &str, tls: Arc<rustls::ClientConfig>) -> Result<Self> {
        let proof = match &server.control {
            Some(control) => {
                let token = mint(control, mailbox).await?;
                format!("XOAUTH2 {}", STANDARD.encode(format!("user={mailbox}\u{1}auth=Bearer {token}\u{1}\u{1}")))
            }
            None => format!("PLAIN {}", STANDARD.encode(format!("\0{mailbox}\0{}", server.password))),
        };
        let mut imap = Self { line: Line::tls(connect(server.imap).await?, tls).await? };
        imap.line.read().await?;
        imap.command(&format!("AUTHENTICATE {proof}")).await?;
        Ok(imap)
    }

    /// Runs one command and gives its untagged lines.
    pub async fn command(&mut self, text: &str) -> Result<Vec<String>> {
        self.line.write(format!("t {text}\r\n").as_bytes()).await?;
        self.finish().await
    }

    async fn finish(&mut self) -> Result<Vec<String>> {
        let mut untagged = Vec::new();
        loop {
            let line = self.line.read().await?;
            if let Some(literal) = line.strip_suffix('}').and_then(|l| l.rsplit_once('{')).and_then(|(_, n)| n.parse().ok()) {
                self.line.skip(literal).await?;
            }
            if line.starts_with("+ ") && line.len() > 2 {
                self.line.write(b"\r\n").await?;
            } else if let Some(status) = line.strip_prefix("t ") {
                return if status.starts_with("OK") { Ok(untagged) } else { Err(Error::other(line)) };
            } else {
                untagged.push(line);
            }
        }
    }

    /// Messages in INBOX.
    pub async fn count(&mut self) -> Result<usize> {
        let lines = self.command("STATUS INBOX (MESSAGES)").await?;
        let number = |l: &String| l.rsplit_once("MESSAGES ").and_then(|(_, n)| n.trim_end_matches(')').parse().ok());
        lines.iter().find_map(number).ok_or_else(|| Error::other("STATUS without MESSAGES"))
    }

    pub async fn idle(&mut self) -> Result<()> {
        self.line.write(b"t IDLE\r\n").await?;
        while !self.line.read().await?.starts_with('+') {}
        Ok(())
    }

    /// Waits, in IDLE, for the next EXISTS.
    pub async fn woken(&mut self) -> Result<()> {
        while !self.line.read().await?.ends_with(" EXISTS") {}
        Ok(())
    }

    pub async fn done(&mut self) -> Result<()> {
        self.line.write(b"DONE\r\n").await?;
        self.finish().await.map(|_| ())
    }
}

/// Asks the identity sandbox for the token that a login of the mailbox's owner would give.
async fn mint(control: &str, mailbox: &str) -> Result<String> {
    let (host, path) =
        control.trim_start_matches("http://").split_once('/').ok_or_else(|| Error::other("control: http://HOST:PORT/sim"))?;
    let body = format!(r#"{{"mailbox":"{mailbox}","client":"lps-demo","ttl_s":600}}"#);
    let mut tcp = tokio::net::TcpStream::connect(host).await?;
    let head = format!(
        "POST /{path}/token HTTP/1.1\r\nHost: {host}\r\nX-Pli-Sim: 1\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    tcp.write_all((head + &body).as_bytes()).await?;
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await?;
    let json = answer.split_once("\r\n\r\n").map_or("", |(_, b)| b);
    let json: serde_json::Value = serde_json::from_str(json).map_err(|e| Error::other(format!("token: {e}: {answer}")))?;
    json["access_token"].as_str().map(str::to_owned).ok_or_else(|| Error::other(answer))
}
