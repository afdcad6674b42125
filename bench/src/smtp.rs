//! An operator that hands over mail: STARTTLS with a client certificate, pipelined transactions.

use std::io::{Error, Result};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::line::{Line, connect};

pub struct Smtp {
    line: Line,
}

impl Smtp {
    pub async fn open(port: u16, tls: Arc<rustls::ClientConfig>) -> Result<Self> {
        let mut tcp = connect(port).await?;
        clear_reply(&mut tcp).await?;
        tcp.write_all(b"EHLO bench.test\r\n").await?;
        clear_reply(&mut tcp).await?;
        tcp.write_all(b"STARTTLS\r\n").await?;
        clear_reply(&mut tcp).await?;
        let mut smtp = Self { line: Line::tls(tcp, tls).await? };
        smtp.line.write(b"EHLO bench.test\r\n").await?;
        smtp.reply(250).await?;
        Ok(smtp)
    }

    async fn reply(&mut self, wanted: u16) -> Result<()> {
        loop {
            let line = self.line.read().await?;
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            return if line.starts_with(&wanted.to_string()) { Ok(()) } else { Err(Error::other(line)) };
        }
    }

    /// One transaction; `data` is dot-stuffed and ends with CRLF. Returns at the `250` after the dot.
    pub async fn send(&mut self, from: &str, to: &str, data: &[u8]) -> Result<()> {
        self.line.write(format!("MAIL FROM:<{from}>\r\nRCPT TO:<{to}>\r\nDATA\r\n").as_bytes()).await?;
        for wanted in [250, 250, 354] {
            self.reply(wanted).await?;
        }
        self.line.write(data).await?;
        self.line.write(b".\r\n").await?;
        self.reply(250).await
    }
}

/// A whole reply before TLS. Nothing may be read past it: the handshake follows.
async fn clear_reply(tcp: &mut tokio::net::TcpStream) -> Result<()> {
    let mut line = Vec::new();
    loop {
        line.push(tcp.read_u8().await?);
        if line.ends_with(b"\r\n") {
            if line.get(3) != Some(&b'-') {
                break;
            }
            line.clear();
        }
    }
    if line.starts_with(b"2") { Ok(()) } else { Err(Error::other(String::from_utf8_lossy(&line).into_owned())) }
}
