//! The worker of webhooks: takes what is due, posts it, says what became of it.
//!
//! Requirements: ENR-51. `https` only, loopback in the sandbox; no redirect is followed, no proxy asked, five seconds an answer. It never
//! reads the answer's body, and logs no body of ours.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};
use rules::{Entropy, Moment};
use store::accounts::{Delivery, Told, sign};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than any try: a worker that died gives its events back after it.
const LEASE: Duration = Duration::from_secs(60);
/// Taken in one go, and posted at the same time.
const BATCH: u32 = 32;
const AT_ONCE: usize = 8;
/// Looks at least this often: retries, and events of other nodes.
const ROUND: Duration = Duration::from_secs(15);

/// May events be posted there? The reason in words when not.
pub fn allowed(url: &str, sandbox: bool) -> Result<Url, &'static str> {
    let url: Url = url.parse().map_err(|_| "ce n'est pas une adresse")?;
    let loopback = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => return Err("l'adresse n'a pas d'hôte"),
    };
    match (url.scheme(), loopback) {
        _ if !url.username().is_empty() || url.password().is_some() => Err("l'adresse ne doit pas contenir de mot de passe"),
        ("https", false) => Ok(url),
        ("http" | "https", true) if sandbox => Ok(url),
        (_, true) => Err("une adresse de cette machine n'est admise que dans le bac à sable"),
        _ => Err("l'adresse doit commencer par https://"),
    }
}

/// Rounds until `stop`.
pub async fn keep(operator: Operator, entropy: Entropy, stop: CancellationToken) {
    let worker = hex::encode(entropy.bytes::<8>());
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks are told of nothing");
            return;
        }
    };
    loop {
        match operator.store.webhooks_due(&worker, BATCH, LEASE, operator.clock.now()).await {
            Ok(due) if !due.is_empty() => {
                tell_all(&operator, &client, due).await;
                if !stop.is_cancelled() {
                    continue;
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "webhooks cannot be looked up; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = operator.store.feed().webhooks_changed() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

fn client() -> Outcome<Client> {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(TIMEOUT).user_agent("pli");
    client.build().map_err(|error| Failure::ours("webhooks", error))
}

/// Posts a batch, some at a time. Each is settled on its own: one slow receiver holds up nobody else's events for longer than its five seconds.
async fn tell_all(operator: &Operator, client: &Client, due: Vec<Delivery>) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut posts = JoinSet::new();
    for delivery in due {
        let (operator, client, turns) = (operator.clone(), client.clone(), Arc::clone(&turns));
        posts.spawn(async move {
            let Ok(_turn) = turns.acquire_owned().await else { return };
            let told = post(&client, &delivery, operator.config.is_sandbox(), operator.clock.now()).await;
            if let Told::Failed { why } = &told {
                tracing::info!(webhook = delivery.webhook, delivery = delivery.id, why, "a webhook did not hear");
            }
            if let Err(error) = operator.store.settle_webhook(delivery.id, told, operator.clock.now()).await {
                tracing::warn!(%error, delivery = delivery.id, "what became of a webhook could not be written; it is told again");
            }
        });
    }
    posts.join_all().await;
}

async fn post(client: &Client, delivery: &Delivery, sandbox: bool, now: Moment) -> Told {
    let url = match allowed(&delivery.url, sandbox) {
        Ok(url) => url,
        Err(why) => return Told::Failed { why: why.to_owned() },
    };
    let request = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("Pli-Event", &delivery.event)
        .header("Pli-Signature", sign(&delivery.secret, now, &delivery.body))
        .body(delivery.body.clone());
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Told::Delivered,
        Ok(answer) => Told::Failed { why: format!("HTTP {}", answer.status().as_u16()) },
        Err(error) if error.is_timeout() => Told::Failed { why: "délai dépassé".to_owned() },
        Err(error) if error.is_connect() => Told::Failed { why: "connexion impossible".to_owned() },
        Err(_) => Told::Failed { why: "échange interrompu".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A receiver that answers each connection with the next of these, and keeps what it was told.
    async fn receiver(answers: &'static [&'static str]) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let told = tokio::spawn(async move {
            let mut told = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"}") {
                    assert!(stream.read_buf(&mut request).await.unwrap() > 0, "the whole request");
                }
                told.push(String::from_utf8(request).unwrap());
                stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
            }
            told
        });
        (url, told)
    }

    fn delivery(url: String) -> Delivery {
        Delivery {
            id: 1,
            webhook: 1,
            url,
            secret: SecretString::from("secret"),
            event: "movement.delegated".to_owned(),
            body: r#"{"id":"evt-1-4"}"#.to_owned(),
            created: Moment::from_secs(0),
            attempts: 0,
        }
    }

    /// Proves: ENR-51.
    #[tokio::test]
    async fn an_event_is_signed_and_heard_only_by_a_yes() {
        let (url, told) = receiver(&["204 No Content", "503 Service Unavailable", "302 Found\r\nLocation: http://127.0.0.1:1/"]).await;
        let (client, now) = (client().unwrap(), Moment::from_secs(1_795_258_800));
        let delivery = delivery(url);
        assert_eq!(post(&client, &delivery, false, now).await, Told::Failed { why: allowed(&delivery.url, false).unwrap_err().to_owned() });
        assert_eq!(post(&client, &delivery, true, now).await, Told::Delivered);
        for why in ["HTTP 503", "HTTP 302"] {
            assert_eq!(post(&client, &delivery, true, now).await, Told::Failed { why: why.to_owned() });
        }
        let told = told.await.unwrap();
        let signed = "pli-signature: t=1795258800,v1=e45896eb26ba782810b059d6209afeb6e72641e4a10870fcd4473ae5a28e28a8\r\n";
        assert!(told[0].starts_with("POST /hook HTTP/1.1\r\n") && told[0].ends_with(r#"{"id":"evt-1-4"}"#), "{}", told[0]);
        assert!(told[0].contains(signed) && told[0].contains("pli-event: movement.delegated\r\n"), "{}", told[0]);
        let gone = Delivery { url: "http://127.0.0.1:1/hook".to_owned(), ..delivery };
        assert_eq!(post(&client, &gone, true, now).await, Told::Failed { why: "connexion impossible".to_owned() });
    }

    /// Proves: ENR-51.
    #[test]
    fn events_leave_by_https_and_stay_on_this_machine_in_the_sandbox_only() {
        assert!(allowed("https://lps.example.fr/hook", false).is_ok());
        for (url, sandbox) in [
            ("http://lps.example.fr/hook", true),
            ("http://127.0.0.1:9000/hook", false),
            ("https://localhost/hook", false),
            ("https://[::1]/hook", false),
            ("https://user:secret@lps.example.fr/hook", false),
            ("ftp://lps.example.fr/hook", true),
            ("hook", true),
        ] {
            assert!(allowed(url, sandbox).is_err(), "{url}");
        }
        for url in ["http://127.0.0.1:9000/hook", "http://localhost:9000/", "http://[::1]:9000/"] {
            assert!(allowed(url, true).is_ok(), "{url}");
        }
    }
}
