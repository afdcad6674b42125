//! AUTHENTICATE: from a SASL line to a person in a mailbox; a machine goes by `external`.
//!
//! RFC 3501 §6.2.2, RFC 4959, RFC 7628. Requirements: LPS-10..LPS-14, LPS-16, PSC-21, PSC-25..PSC-32, PSC-41.
//! The proof is `identity`'s, the decision `rules::access::open`'s (inside `store.enter`); here is only the conversation. Tokens are never logged.

use std::time::Duration;

use identity::sasl::{Credentials, Mechanism};
use rules::access::{Access, Capacity};
use rules::journal::{Act, Entry};
use rules::{Address, Author, Channel, IdNat, Moment, Refusal};
use store::mailboxes::Knock;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::outcome::{Halt, Outcome, Reply};
use crate::session::{Session, Stage, wipe};
use crate::verbs::capability;
use crate::{external, fold};

/// PSC-30.
const TRIES: u8 = 3;
/// PSC-32: the end of a delegation is told this long before.
const ALERT: Duration = Duration::from_secs(48 * 3600);

/// Somebody turned away, and what the throttle counts it against.
struct TurnedAway {
    refusal: Refusal,
    mailbox: Option<Address>,
    person: Option<IdNat>,
}

pub(crate) async fn authenticate(session: &mut Session, tag: &str, mechanism: &str, initial: Option<Zeroizing<Vec<u8>>>) -> Outcome {
    if session.presented.is_some() {
        return external::authenticate(session, tag, mechanism, initial).await;
    }
    let Some(mechanism) = Mechanism::named(mechanism) else {
        return Ok(Reply::no("[CANNOT] Mecanisme inconnu : XOAUTH2 ou OAUTHBEARER"));
    };
    let now = session.shared.clock.now();
    if let Err(refusal) = session.shared.throttle.check(session.from, None, None, now) {
        return refuse(session, tag, mechanism, TurnedAway { refusal, mailbox: None, person: None }).await;
    }
    let line = match initial {
        // RFC 4959: an empty initial response.
        Some(line) if line.as_slice() == b"=" => Zeroizing::new(Vec::new()),
        Some(line) => line,
        None => ask(session).await?,
    };
    let Ok(credentials) = mechanism.read(&line) else {
        return failed(session, tag, Reply::bad("Malformed SASL message"));
    };
    match enter(session, credentials).await? {
        Ok((access, sid)) => welcome(session, access, sid.as_deref()),
        Err(turned_away) => refuse(session, tag, mechanism, turned_away).await,
    }
}

/// `+ `, then the client's line. `*` before any payload cancels (PSC-30).
pub(crate) async fn ask(session: &mut Session) -> Result<Zeroizing<Vec<u8>>, Halt> {
    session.wire.line("+ ");
    let line = session.next_line(Instant::now(), false).await?;
    if &line[..] == b"*" {
        return Err(Reply::bad("Authentication cancelled").into());
    }
    let kept = Zeroizing::new(line.to_vec());
    wipe(line);
    Ok(kept)
}

/// Token, person, mailbox, right: the chain of PSC-21. Errs only when something of ours fails.
async fn enter(session: &Session, credentials: Credentials) -> Result<Result<(Access, Option<String>), TurnedAway>, Halt> {
    let shared = &session.shared;
    let ip = session.from;
    let Credentials { mailbox, token } = credentials;
    let away = |refusal, person| TurnedAway { refusal, mailbox: mailbox.clone(), person };
    if let Err(refusal) = shared.throttle.check(ip, mailbox.as_ref(), None, shared.clock.now()) {
        return Ok(Err(away(refusal, None)));
    }
    let proof = match shared.psc.prove(&token).await {
        Ok(proof) => proof,
        Err(refusal) => {
            remember(session, mailbox.as_ref(), &refusal).await;
            return Ok(Err(away(refusal, None)));
        }
    };
    let now = shared.clock.now();
    if let Err(refusal) = shared.throttle.check(ip, mailbox.as_ref(), Some(&proof.person), now) {
        return Ok(Err(away(refusal, Some(proof.person))));
    }
    let knock = Knock {
        // What is no address at all goes the way of an unknown mailbox: same answer, same delay (PSC-25).
        address: mailbox.clone().unwrap_or_else(nowhere),
        person: proof.person.clone(),
        channel: Channel::Imap,
        azp: proof.azp,
        acr: proof.acr,
        auth_mode: proof.auth_mode,
        ip: Some(ip),
    };
    match shared.store.enter(knock, now).await {
        Ok(access) => Ok(Ok((access, proof.sid))),
        Err(store::Error::Refused(refusal)) => Ok(Err(away(refusal, Some(proof.person)))),
        Err(store::Error::NotFound(_)) => Ok(Err(away(Refusal::NoRight, Some(proof.person)))),
        Err(error) => Err(error.into()),
    }
}

/// An address that no operator has.
pub(crate) fn nowhere() -> Address {
    Address::parse("personne@nulle-part.invalid").expect("it is a well-formed address")
}

/// PSC-21 step 10: `store.enter` journals what it refuses; a token that proves nobody is journalled here, in the register's chain.
pub(crate) async fn remember(session: &Session, mailbox: Option<&Address>, refusal: &Refusal) {
    let entry = Entry {
        at: session.shared.clock.now(),
        author: Author::task("imap"),
        act: Act::AccessRefused,
        object: mailbox.map(Address::to_string).unwrap_or_default(),
        channel: Channel::Imap,
        facts: serde_json::json!({ "code": refusal.code(), "ip": session.from.to_string() }),
    };
    if let Err(error) = session.shared.store.journal(entry).await {
        tracing::error!(%error, "a refused login could not be journalled");
    }
}

pub(crate) fn welcome(session: &mut Session, access: Access, sid: Option<&str>) -> Outcome {
    let who = fold::ascii(&format!("{} ({})", access.address().local(), access.name()));
    let alert = alert(&access, session.shared.clock.now());
    session.log_in(access, sid)?;
    if let Some(alert) = alert {
        session.wire.line(&alert);
    }
    Ok(Reply::ok(format!("[CAPABILITY {}] {who}", capability::of(session))))
}

/// PSC-32: only when a delegation ends soon.
fn alert(access: &Access, now: Moment) -> Option<String> {
    let until = access.until().filter(|until| access.capacity() == Some(Capacity::Delegataire) && until.since(now) <= ALERT)?;
    Some(format!("* OK [ALERT] Votre acces a cette boite prend fin le {}", until.paris().strftime("%d/%m/%Y a %H:%M")))
}

/// A challenge that says why, the client's line (empty, `AQ==` or `*`: all the same), the final answer (PSC-30).
async fn refuse(session: &mut Session, tag: &str, mechanism: Mechanism, away: TurnedAway) -> Outcome {
    let TurnedAway { refusal, mailbox, person } = away;
    let shared = session.shared.clone();
    let reply = Reply::no(refusal.imap());
    let Some(challenge) = mechanism.challenge(&refusal, &shared.discovery_url) else {
        session.wire.line(&format!("{tag} {}", reply.text()));
        return Err(Halt::Bye("Trop d'essais".to_owned()));
    };
    shared.throttle.failed(session.from, mailbox.as_ref(), person.as_ref(), &refusal, shared.clock.now());
    session.wire.line(&format!("+ {challenge}"));
    session.next_line(Instant::now(), false).await?;
    failed(session, tag, reply)
}

/// Counts; the third time, the answer is the last.
pub(crate) fn failed(session: &mut Session, tag: &str, reply: Reply) -> Outcome {
    session.failures += 1;
    if session.failures < TRIES {
        return Ok(reply);
    }
    session.wire.line(&format!("{tag} {}", reply.text()));
    Err(Halt::Bye("Trop d'echecs de connexion".to_owned()))
}

/// LOGIN, and AUTHENTICATE where it may not be.
pub(crate) fn not_here(session: &Session) -> Reply {
    match &session.stage {
        Stage::Clear(_) => Reply::no(Refusal::PrivacyRequired.imap()),
        Stage::Secured if session.presented.is_some() => Reply::no("[CANNOT] Aucun mot de passe n'existe : AUTHENTICATE EXTERNAL"),
        Stage::Secured => Reply::no("[CANNOT] Aucun mot de passe n'existe : AUTHENTICATE XOAUTH2"),
        Stage::Inside(_) => Reply::bad("Already logged in"),
    }
}
