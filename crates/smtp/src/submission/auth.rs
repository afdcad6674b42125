//! AUTH of a person (machines: `external`): the token says who comes, `user=` says which mailbox; one refusal, one challenge, one final line.
//!
//! RFC 4954, RFC 7628. Requirements: PSC-25 to PSC-30, PSC-38, LPS-10 to LPS-13, LPS-15, LPS-16, PSC-41. The token is wiped with the line it came in; it is never logged.

use std::time::Duration;

use identity::Proof;
use identity::sasl::{Credentials, Mechanism};
use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::{Address, Author, Channel, Moment, Refusal};
use store::mailboxes::Knock;
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::{Login, Next, Session};
use crate::command::Secret;
use crate::reply;
use crate::wire::SASL;

/// PSC-38: four hours, up to a tenth less so that clients do not all come back at once.
const CAP: Duration = Duration::from_secs(4 * 3600);
/// PSC-30.
const TRIES: u8 = 3;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) async fn auth(&mut self, mechanism: &str, initial: Option<Secret>) -> Next {
        if !self.greeted {
            return self.mistake(reply::EHLO_FIRST);
        }
        if self.login.is_some() {
            return self.mistake(reply::ALREADY_IN);
        }
        if self.envelope.is_some() {
            return self.mistake(reply::NOT_NOW);
        }
        if self.presented.is_some() {
            return self.auth_external(mechanism, initial).await;
        }
        let Some(mechanism) = Mechanism::named(mechanism) else { return self.mistake(reply::MECHANISM) };
        let Some(message) = self.first_words(initial).await else { return Next::Over };
        if message[..] == b"*"[..] {
            return self.mistake(reply::SASL_CANCELLED);
        }
        let Ok(credentials) = mechanism.read(&message) else { return self.mistake(reply::SASL_SYNTAX) };
        drop(message);
        match self.enter(&credentials).await {
            Ok(login) => {
                self.refused = 0;
                tracing::info!(from = %self.from, mailbox = %login.access.address(), azp = login.azp, tls = self.tls, "person let in");
                self.login = Some(Box::new(login));
                self.say(reply::AUTHENTICATED)
            }
            Err(store::Error::Refused(why)) => self.turn_away(mechanism, &why).await,
            Err(error) => {
                let lines = reply::of_store(&error, &self.id());
                self.wire.say_lines(&lines);
                Next::On
            }
        }
    }

    /// The client's message: said with AUTH, or asked for by an empty challenge. `None`: it is gone.
    pub(super) async fn first_words(&mut self, initial: Option<Secret>) -> Option<Zeroizing<Vec<u8>>> {
        match initial {
            Some(Secret(message)) => Some(message),
            None => self.ask("334 ").await,
        }
    }

    /// Sends a challenge and reads the answer.
    async fn ask(&mut self, challenge: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.wire.say(challenge);
        self.ear.line(&mut self.wire, SASL, None).await
    }

    /// From credentials to an open mailbox: throttle, proof, right, in this order (PSC-21, PSC-26).
    async fn enter(&mut self, credentials: &Credentials) -> store::Result<Login> {
        let shared = self.shared.clone();
        let (ip, now) = (self.from.ip(), shared.clock.now());
        let mailbox = credentials.mailbox.as_ref();
        shared.throttle.check(ip, mailbox, None, now)?;
        let proof = match shared.psc.prove(&credentials.token).await {
            Ok(proof) => proof,
            Err(why) => {
                shared.throttle.failed(ip, mailbox, None, &why, now);
                self.remember_refusal(mailbox, &why, now).await?;
                return Err(why.into());
            }
        };
        shared.throttle.check(ip, mailbox, Some(&proof.person), now)?;
        match self.knock(credentials, &proof, now).await {
            Ok(access) => {
                let psc = proof.sid.as_deref().map(|sid| shared.store.watch_session(shared.psc.issuer(), sid));
                Ok(Login { access, azp: proof.azp, cap: self.cap(now), psc })
            }
            Err(store::Error::Refused(why)) => {
                shared.throttle.failed(ip, mailbox, Some(&proof.person), &why, now);
                Err(why.into())
            }
            Err(error) => Err(error),
        }
    }

    /// The one door. A `user=` that is no address is answered like a mailbox that does not exist (PSC-25).
    async fn knock(&self, credentials: &Credentials, proof: &Proof, now: Moment) -> store::Result<Access> {
        let address = credentials.mailbox.clone().ok_or(Refusal::NoRight)?;
        let knock = Knock {
            address,
            person: proof.person.clone(),
            channel: Channel::Smtp,
            azp: proof.azp.clone(),
            acr: proof.acr.clone(),
            auth_mode: proof.auth_mode.clone(),
            ip: Some(self.from.ip()),
        };
        self.shared.store.enter(knock, now).await
    }

    /// Nobody was proved: the line goes to the register's chain, without a person (PSC-21 step 10).
    pub(super) async fn remember_refusal(&self, mailbox: Option<&Address>, why: &Refusal, now: Moment) -> store::Result<()> {
        let entry = Entry {
            at: now,
            author: Author::task("submission"),
            act: Act::AccessRefused,
            object: mailbox.map(ToString::to_string).unwrap_or_default(),
            channel: Channel::Smtp,
            facts: serde_json::json!({ "code": why.code(), "ip": self.from.ip().to_string() }),
        };
        self.shared.store.journal(entry).await
    }

    pub(super) fn cap(&self, now: Moment) -> Moment {
        let [chance] = self.shared.entropy.bytes::<1>();
        now.plus(CAP - CAP / 10 * u32::from(chance) / 255)
    }

    /// Challenge, the client's line whatever it is, final line (PSC-30). The third refusal closes, too many attempts close at once.
    async fn turn_away(&mut self, mechanism: Mechanism, why: &Refusal) -> Next {
        self.refused += 1;
        if let Some(challenge) = mechanism.challenge(why, &self.shared.discovery_url) {
            let Some(_) = self.ask(&format!("334 {challenge}")).await else { return Next::Over };
        }
        self.refuse(why, None);
        self.patience(why)
    }

    pub(super) fn patience(&self, why: &Refusal) -> Next {
        if self.refused >= TRIES || *why == Refusal::TooManyAttempts { Next::Over } else { Next::On }
    }
}
