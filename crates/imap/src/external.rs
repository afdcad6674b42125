//! AUTHENTICATE EXTERNAL: a machine opens an APP mailbox by the certificate it showed in the handshake.
//!
//! RFC 4422 appendix A. Requirements: PSC-41, LPS-20, LPS-21, LPS-22, PSC-26, PSC-28, PSC-30. It is spoken under the name of APP access only, and
//! is the only mechanism there. The verdict on the certificate is `trust`'s, the decision `rules::access::open_machine`'s (inside
//! `store.enter_machine`). A refusal has no challenge, and does not say whether the mailbox exists.

use identity::external::{self, Asked};
use rules::access::Access;
use rules::{Address, Channel, Refusal};
use store::mailboxes::MachineKnock;
use zeroize::Zeroizing;

use crate::auth::{ask, failed, nowhere, remember, welcome};
use crate::outcome::{Halt, Outcome, Reply};
use crate::session::Session;

pub(crate) async fn authenticate(session: &mut Session, tag: &str, mechanism: &str, initial: Option<Zeroizing<Vec<u8>>>) -> Outcome {
    if !mechanism.eq_ignore_ascii_case(external::NAME) {
        return Ok(Reply::no("[CANNOT] Mecanisme inconnu : EXTERNAL"));
    }
    if let Err(refusal) = session.shared.throttle.check(session.from, None, None, session.shared.clock.now()) {
        return refuse(session, tag, None, &refusal);
    }
    let dn = match session.machine() {
        Some(Ok(machine)) => machine.dn.key(),
        Some(Err(why)) => {
            tracing::info!(from = %session.from, code = why.code(), "machine with a bad certificate");
            remember(session, None, &why).await;
            return refuse(session, tag, None, &Refusal::CertificateRefused);
        }
        None => return refuse(session, tag, None, &Refusal::CertificateRefused),
    };
    let line = match initial {
        Some(line) => line,
        None => ask(session).await?,
    };
    let Ok(asked) = external::read(&line) else {
        return failed(session, tag, Reply::bad("Malformed SASL message"));
    };
    match enter(session, &asked, dn).await? {
        Ok(access) => welcome(session, access, None),
        Err(why) => refuse(session, tag, asked.address(), &why),
    }
}

/// The one door for machines. Errs only when something of ours fails.
async fn enter(session: &Session, asked: &Asked, dn: String) -> Result<Result<Access, Refusal>, Halt> {
    let shared = &session.shared;
    let now = shared.clock.now();
    if let Err(refusal) = shared.throttle.check(session.from, asked.address(), None, now) {
        return Ok(Err(refusal));
    }
    let address = match asked {
        Asked::Mailbox(address) => Some(address.clone()),
        // What is no address at all goes the way of an unknown mailbox: same answer, same delay.
        Asked::Nowhere => Some(nowhere()),
        Asked::TheOnlyOne => None,
    };
    let knock = MachineKnock { address, dn, channel: Channel::Imap, ip: Some(session.from) };
    match shared.store.enter_machine(knock, now).await {
        Ok(access) => Ok(Ok(access)),
        Err(store::Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error.into()),
    }
}

/// The final line, at once (LPS-22); the third failure closes (PSC-30), too many attempts close too.
fn refuse(session: &mut Session, tag: &str, mailbox: Option<&Address>, refusal: &Refusal) -> Outcome {
    let reply = Reply::no(refusal.imap());
    if *refusal == Refusal::TooManyAttempts {
        session.wire.line(&format!("{tag} {}", reply.text()));
        return Err(Halt::Bye("Trop d'essais".to_owned()));
    }
    session.shared.throttle.failed(session.from, mailbox, None, refusal, session.shared.clock.now());
    failed(session, tag, reply)
}
