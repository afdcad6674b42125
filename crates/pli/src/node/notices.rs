//! The worker of notices: takes the letters that the operator writes by itself, and sends each by the way its address asks for.
//!
//! Requirements: LOC-06, LOC-08, CAB-06, CAB-12, DEL-03. Inside the trust space by our own queue, without sender, so that nothing comes
//! back; outside by the relay of ordinary e-mail, if the operator has one. It logs neither addresses nor words.

use std::time::Duration;

use bytes::Bytes;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use message::compose::Composed;
use message::correspondent::Correspondent;
use rules::{Address, Entropy, Moment};
use secrecy::ExposeSecret;
use store::accounts::Told;
use store::notices::Due;
use store::queue::Report;
use tokio_util::sync::CancellationToken;

use super::read_secret;
use crate::config::Notices;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// How long the relay may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
const BATCH: u32 = 16;
/// Letters are sent one after the other: longer than a batch whose relay keeps silent, so that no other node sends the last ones too.
const LEASE: Duration = Duration::from_secs(600);
/// Looks at least this often: retries, and letters of other nodes.
const ROUND: Duration = Duration::from_secs(15);
/// How long a letter to another operator is tried.
const EXPIRES: Duration = Duration::from_secs(48 * 3600);

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// The relay, and in whose name it is given letters.
pub(super) struct Relay {
    smtp: Smtp,
    from: Address,
}

impl Relay {
    pub(super) fn open(settings: &Notices) -> Outcome<Self> {
        let url = settings.relay.get_ref();
        let wrong = |error: &dyn std::fmt::Display| Failure::configuration(format!("notices.relay = « {url} » : {error}"));
        let mut smtp = Smtp::from_url(url).map_err(|error| wrong(&error))?.timeout(Some(TIMEOUT));
        if let (Some(user), Some(file)) = (&settings.user, &settings.password_file) {
            let password = read_secret(file)?;
            smtp = smtp.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { smtp: smtp.build(), from: settings.from.get_ref().clone() })
    }

    async fn send(&self, to: &str, letter: &[u8]) -> Told {
        let failed = |why: &str| Told::Failed { why: why.to_owned() };
        let envelope = match (self.from.as_str().parse(), to.parse()) {
            (Ok(from), Ok(to)) => Envelope::new(Some(from), vec![to]),
            _ => return failed("adresse refusée"),
        };
        let Ok(envelope) = envelope else { return failed("adresse refusée") };
        match self.smtp.send_raw(&envelope, letter).await {
            Ok(_) => Told::Delivered,
            Err(error) if error.is_permanent() => failed("refusé par le relais"),
            Err(error) if error.is_timeout() => failed("délai dépassé"),
            Err(_) => failed("relais injoignable"),
        }
    }
}

/// Rounds until `stop`.
pub(super) async fn keep(operator: Operator, relay: Option<Relay>, entropy: Entropy, stop: CancellationToken) {
    loop {
        match operator.store.notices_due(BATCH, LEASE, operator.clock.now()).await {
            Ok(due) if !due.is_empty() => {
                for due in due {
                    write(&operator, relay.as_ref(), &entropy, due).await;
                }
                if !stop.is_cancelled() {
                    continue;
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "notices cannot be looked up; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = operator.store.feed().notices_changed() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

async fn write(operator: &Operator, relay: Option<&Relay>, entropy: &Entropy, due: Due) {
    let now = operator.clock.now();
    let inside = Address::parse(&due.to).ok().filter(|to| operator.hosts(&to.domain()) || operator.trust.snapshot().lists(&to.domain()));
    let told = match (inside, relay) {
        (Some(to), _) => {
            let from = Address::parse(&format!("ne-pas-repondre@{}", operator.domain())).ok();
            let letter = letter(operator, entropy, from.as_ref().unwrap_or(&to), &due, now);
            match operator.store.report(letter.into_report(to, entropy, now), now).await {
                Ok(()) => Told::Delivered,
                Err(error) => {
                    tracing::warn!(%error, notice = due.id, "a notice could not be filed; trying again");
                    Told::Failed { why: "dépôt impossible".to_owned() }
                }
            }
        }
        (None, Some(relay)) => relay.send(&due.to, &letter(operator, entropy, &relay.from, &due, now).bytes).await,
        (None, None) => Told::Failed { why: "aucun relais n'est configuré ([notices])".to_owned() },
    };
    if let Told::Failed { why } = &told {
        tracing::warn!(notice = due.id, attempts = due.attempts + 1, why, "a notice did not leave");
    }
    if let Err(error) = operator.store.settle_notice(due.id, told, now).await {
        tracing::warn!(%error, notice = due.id, "what became of a notice could not be written; it is sent again");
    }
}

struct Letter {
    bytes: Bytes,
    message_id: String,
}

/// The letter as it leaves; `Auto-Submitted` keeps machines from answering it (RFC 3834).
fn letter(operator: &Operator, entropy: &Entropy, from: &Address, due: &Due, now: Moment) -> Letter {
    let web = operator.config.web.as_ref();
    let name = web.map_or("Pli", |web| web.operator_name.as_str());
    let site = web.map_or("", |web| web.base_url.trim_end_matches('/'));
    let from_whom = Correspondent { name: Some(name.to_owned()), address: from.to_string() };
    let to = [Correspondent { name: None, address: due.to.clone() }];
    let message_id = format!("{}@{}", hex::encode(entropy.bytes::<16>()), from.domain());
    let composed = Composed {
        from: &from_whom,
        to: &to,
        cc: &[],
        subject: &due.notice.subject(),
        text: &due.notice.text(site),
        enclosed: &[],
        receipt: false,
        message_id: &message_id,
        in_reply_to: None,
        references: &[],
        date: now,
        nil: None,
        answers: None,
    };
    let mut bytes = b"Auto-Submitted: auto-generated\r\n".to_vec();
    bytes.extend(composed.write("="));
    Letter { bytes: bytes.into(), message_id }
}

impl Letter {
    fn into_report(self, to: Address, entropy: &Entropy, now: Moment) -> Report {
        let glance = message::Glance::of(&self.bytes).encode().into();
        let transaction = hex::encode(entropy.bytes::<8>());
        Report { to, bytes: self.bytes, glance, message_id: self.message_id, transaction, expires: now.plus(EXPIRES) }
    }
}
