//! Letters put into the house, forms with files, and what the store says of them.

use std::time::Duration;

use bytes::Bytes;
use message::Glance;
use rules::access::Access;
use rules::journal::Line;
use rules::{Author, Channel, Domain};
use store::mail::{Arrival, Want};
use store::mailboxes::Knock;

use crate::house::{Browser, CABINET, House, Page, address, idnat};

pub const CLAIRE: &str = "899790000014";
pub const KARIM: &str = "899790000022";
pub const NADIA: &str = "899790000048";
pub const PAUL: &str = "899790000071";
pub const LETTERS: &str = "/boites/cabinet.des-lilas@pli.mssante.test/lettres";

/// Files a letter in a mailbox, as a peer would.
pub async fn deliver(house: &House, to: &str, message: &str) {
    let bytes: Bytes = message.replace("\r\n", "\n").replace('\n', "\r\n").into();
    let glance = Glance::of(&bytes);
    let mailbox = house.store.mailbox(&address(to)).await.expect("read").expect("a mailbox").id;
    let transaction = format!("essai-{}-{}", house.now().micros(), message.len());
    let arrival = Arrival {
        recipients: vec![mailbox],
        message_id: glance.message_id.clone(),
        glance: glance.encode().into(),
        bytes,
        author: Author::Peer { id: Domain::parse("voisin.mssante.test").expect("a domain") },
        channel: Channel::Smtp,
        facts: serde_json::json!({}),
        transaction,
    };
    house.store.deliver(arrival, house.now()).await.expect("filed");
    house.advance(Duration::from_secs(60));
}

/// A letter of cardiology to the practice.
pub fn letter(subject: &str, text: &str) -> String {
    let id = subject.bytes().map(u32::from).sum::<u32>();
    format!(
        "From: =?utf-8?q?Cardiologie_=C3=A0_Valclair?= <cardiologie@voisin.mssante.test>\nTo: {CABINET}, claire.tilleul@pli.mssante.test\n\
         Subject: {subject}\nDate: Sun, 22 Nov 2026 22:30:00 +0100\nMessage-ID: <{id}@voisin.mssante.test>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

pub const WITH_FILES: &str = "From: cardiologie@voisin.mssante.test\nTo: cabinet.des-lilas@pli.mssante.test\nSubject: Compte rendu\n\
Date: Sun, 22 Nov 2026 22:30:00 +0100\nMessage-ID: <cr@voisin.mssante.test>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\
Content-Type: text/html; charset=utf-8\n\n<p onclick=\"x()\">Bonjour <script>alert(1)</script><img src=\"https://evil.test/p.gif\"></p>\n\
--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=UTF-8''%C3%89chographie%20n%C2%B0%202.pdf\n\
Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--x\nContent-Type: text/html; name=page.html\nContent-Disposition: attachment; filename=page.html\n\n\
<script>alert(document.cookie)</script>\n--x\nContent-Type: message/rfc822\n\nFrom: a@voisin.mssante.test\nSubject: dedans\n\nAvant.\n--x--\n";

/// The access of somebody, by the one door.
pub async fn access(house: &House, mailbox: &str, person: &str) -> Access {
    let knock = Knock {
        address: address(mailbox),
        person: idnat(person),
        channel: Channel::Webmail,
        azp: "pli".into(),
        acr: "eidas1".into(),
        auth_mode: "MOBILE".into(),
        ip: None,
    };
    house.store.enter(knock, house.now()).await.expect("let in")
}

/// The whole messages of a folder, oldest first.
pub async fn folder(house: &House, mailbox: &str, person: &str, name: &str) -> Vec<String> {
    let access = access(house, mailbox, person).await;
    let opened = house.store.open_folder(&access, name).await.expect("a folder");
    let want = Want { bytes: true, ..Want::default() };
    let read = house.store.read(&access, opened.folder.id, &opened.uids, want, Channel::System, house.now()).await.expect("read");
    read.into_iter().map(|message| String::from_utf8_lossy(&message.bytes.expect("asked")).into_owned()).collect()
}

/// Lines of that act in the cabinet's journal, oldest first.
pub async fn acts(house: &House, act: &str) -> Vec<Line> {
    let query = store::history::Query { mailbox: Some(address(CABINET)), ..Default::default() };
    let lines = house.store.journal_lines(query).await.expect("the journal");
    let mut lines: Vec<Line> = lines.into_iter().map(|placed| placed.line).filter(|line| line.act == act).collect();
    lines.sort_by_key(|line| line.seq);
    lines
}

/// A form with files, as a browser sends it. The redirection is not followed.
pub async fn upload(house: &House, browser: &Browser, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(format!("--limite\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    for (name, media, bytes) in files {
        let head =
            format!("--limite\r\nContent-Disposition: form-data; name=\"piece\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limite--\r\n");
    let port = house.base.rsplit_once(':').expect("a port").1;
    let cookie = format!("pli-{port}={}", browser.cookie("pli").expect("signed in"));
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let request = http
        .post(format!("{}{path}", house.base))
        .header("cookie", cookie)
        .header("origin", &house.base)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=limite")
        .body(body);
    let reply = request.send().await.expect("an answer");
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let location = headers.get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    Page { status, headers, text: reply.text().await.expect("a body"), location, url: path.to_owned() }
}
