//! The three measures, and how runs are summed up.

use std::io::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::imap::Imap;
use crate::smtp::Smtp;
use crate::{Options, Server, What, line, process};

pub async fn run(options: &Options) -> Result<()> {
    let server = &options.server;
    let mut values = Vec::new();
    for run in 0..options.runs {
        let cpu = process::cpu_seconds(&server.pid);
        let (value, operations, mut row) = match &options.what {
            What::Deliver { connections, messages, size } => deliver(server, *connections, *messages, *size).await?,
            What::Idle { messages, size } => idle(server, *messages, *size).await?,
            What::Memory { sessions } => memory(server, *sessions).await?,
        };
        let used = process::cpu_seconds(&server.pid) - cpu;
        row["run"] = json!(run);
        row["server_cpu_ms_per_operation"] = json!(round(used * 1e3 / operations as f64));
        println!("{row}");
        values.push(value);
    }
    values.sort_by(f64::total_cmp);
    println!("{}", json!({ "min": round(values[0]), "median": round(values[values.len() / 2]), "max": round(values[values.len() - 1]) }));
    Ok(())
}

type Measured = (f64, usize, serde_json::Value);

async fn deliver(server: &Server, connections: usize, messages: usize, size: usize) -> Result<Measured> {
    let mut readers = Vec::new();
    let mut before = 0;
    for n in 0..server.mailboxes {
        let mut reader = Imap::open(server, &mailbox(server, n), line::config(server, false)?).await?;
        before += reader.count().await?;
        readers.push(reader);
    }
    let tls = line::config(server, true)?;
    let taken = Arc::new(AtomicUsize::new(0));
    let mut senders = Vec::new();
    for _ in 0..connections {
        senders.push(Smtp::open(server.smtp, tls.clone()).await?);
    }
    let started = Instant::now();
    let mut set = JoinSet::new();
    for mut smtp in senders {
        let (taken, sender) = (taken.clone(), server.sender.clone());
        let boxes: Vec<String> = (0..server.mailboxes).map(|n| mailbox(server, n)).collect();
        set.spawn(async move {
            loop {
                let n = taken.fetch_add(1, Ordering::Relaxed);
                if n >= messages {
                    return Ok::<_, Error>(());
                }
                let to = &boxes[n % boxes.len()];
                smtp.send(&sender, to, &letter(n, &sender, to, size)).await?;
            }
        });
    }
    while let Some(done) = set.join_next().await {
        done.map_err(Error::other)??;
    }
    let accepted = started.elapsed().as_secs_f64();
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let mut now = 0;
        for reader in &mut readers {
            now += reader.count().await?;
        }
        if now >= before + messages {
            break;
        }
        if Instant::now() > deadline {
            return Err(Error::other(format!("{} of {messages} readable after two minutes", now - before)));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let readable = started.elapsed().as_secs_f64();
    let rate = messages as f64 / readable;
    let row = json!({ "measure": "deliver", "connections": connections, "size": size, "accepted_per_s": round(messages as f64 / accepted), "readable_per_s": round(rate) });
    Ok((rate, messages, row))
}

async fn idle(server: &Server, messages: usize, size: usize) -> Result<Measured> {
    let to = mailbox(server, 0);
    let mut reader = Imap::open(server, &to, line::config(server, false)?).await?;
    reader.command("SELECT INBOX").await?;
    let mut smtp = Smtp::open(server.smtp, line::config(server, true)?).await?;
    let (mut accept, mut wake) = (Vec::new(), Vec::new());
    for n in 0..messages {
        reader.idle().await?;
        let data = letter(n, &server.sender, &to, size);
        let started = Instant::now();
        let timed = async {
            smtp.send(&server.sender, &to, &data).await?;
            Ok::<_, Error>(started.elapsed())
        };
        let (sent, woken) = tokio::join!(timed, async {
            reader.woken().await?;
            Ok::<_, Error>(started.elapsed())
        });
        accept.push(sent?.as_secs_f64() * 1e3);
        wake.push(woken?.as_secs_f64() * 1e3);
        reader.done().await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    accept.sort_by(f64::total_cmp);
    let after: Vec<f64> = wake.clone();
    wake.sort_by(f64::total_cmp);
    let median = wake[wake.len() / 2];
    let row = json!({ "measure": "idle", "unit": "ms from MAIL FROM", "accepted_median": round(accept[accept.len() / 2]), "woken_median": round(median),
        "woken_p95": round(wake[wake.len() * 95 / 100]), "woken_max": round(after.iter().copied().fold(0.0, f64::max)) });
    Ok((median, messages, row))
}

async fn memory(server: &Server, sessions: usize) -> Result<Measured> {
    // One session first, so that what the server loads once is not counted to the others.
    let mut warm = Imap::open(server, &mailbox(server, 0), line::config(server, false)?).await?;
    warm.command("SELECT INBOX").await?;
    let before = process::pss_kib(&server.pid);
    let tls = line::config(server, false)?;
    let mut open = Vec::with_capacity(sessions);
    for n in 0..sessions {
        let mut reader = Imap::open(server, &mailbox(server, n % server.mailboxes), tls.clone()).await?;
        reader.command("SELECT INBOX").await?;
        reader.idle().await?;
        open.push(reader);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = process::pss_kib(&server.pid);
    let each = (after - before) / sessions as f64;
    let row = json!({ "measure": "memory", "sessions": sessions, "pss_before_kib": round(before), "pss_after_kib": round(after), "kib_per_session": round(each) });
    Ok((each, sessions, row))
}

fn mailbox(server: &Server, n: usize) -> String {
    server.mailbox.replace("{n}", &format!("{:04}", server.first + n))
}

/// A letter with a text and an attachment, about `size` bytes, dot-free lines, CRLF.
fn letter(n: usize, from: &str, to: &str, size: usize) -> Vec<u8> {
    let stamp = std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_nanos());
    let mut text = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: Compte rendu {n}\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\nMessage-ID: <{n}.{stamp}@bench.test>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    );
    while text.len() < size / 3 {
        text.push_str("Patient vu ce jour en consultation, examen clinique sans particularite.\r\n");
    }
    text.push_str("\r\n--b\r\nContent-Type: application/pdf; name=cr.pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=cr.pdf\r\n\r\n");
    // A body that does not compress to nothing: a small generator, seeded by the number.
    let mut state = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while text.len() + 80 < size {
        for _ in 0..76 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push(char::from(alphabet[(state % 64) as usize]));
        }
        text.push_str("\r\n");
    }
    text.push_str("\r\n--b--\r\n");
    text.into_bytes()
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
