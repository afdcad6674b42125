//! AUTH EXTERNAL: a machine opens an APP mailbox by the certificate it showed in the handshake.
//!
//! RFC 4954, RFC 4422 appendix A. Requirements: PSC-41, LPS-20, LPS-21, LPS-22, PSC-26, PSC-28, PSC-30. It is spoken under the name of APP access
//! only, and is the only mechanism there. A refusal has no challenge, and does not say whether the mailbox exists.

use identity::external::{self, Asked};
use rules::access::Access;
use rules::{Address, Channel, Refusal};
use store::mailboxes::MachineKnock;
use tokio::io::{AsyncRead, AsyncWrite};
use trust::peer::Machine;

use super::{Login, Next, Session};
use crate::command::Secret;
use crate::reply;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    /// The machine behind the certificate that was shown, or why it is not good; none for whoever came by the ordinary name.
    pub(super) fn machine(&mut self) -> Option<Result<&Machine, Refusal>> {
        let Self { presented, shared, .. } = self;
        Some(presented.as_mut()?.machine(&shared.trust, shared.clock.now()))
    }

    pub(super) async fn auth_external(&mut self, mechanism: &str, initial: Option<Secret>) -> Next {
        if !mechanism.eq_ignore_ascii_case(external::NAME) {
            return self.mistake(reply::MECHANISM);
        }
        if let Err(why) = self.shared.throttle.check(self.from.ip(), None, None, self.shared.clock.now()) {
            return self.turn_machine_away(None, &why);
        }
        let dn = match self.machine() {
            Some(Ok(machine)) => machine.dn.key(),
            Some(Err(why)) => {
                tracing::info!(from = %self.from, code = why.code(), "machine with a bad certificate");
                if let Err(error) = self.remember_refusal(None, &why, self.shared.clock.now()).await {
                    tracing::error!(%error, "a refused login could not be journalled");
                }
                return self.turn_machine_away(None, &Refusal::CertificateRefused);
            }
            None => return self.turn_machine_away(None, &Refusal::CertificateRefused),
        };
        let Some(message) = self.first_words(initial).await else { return Next::Over };
        if message[..] == b"*"[..] {
            return self.mistake(reply::SASL_CANCELLED);
        }
        let Ok(asked) = external::read(&message) else { return self.mistake(reply::SASL_SYNTAX) };
        match self.enter_machine(&asked, dn).await {
            Ok(access) => {
                self.refused = 0;
                tracing::info!(from = %self.from, mailbox = %access.address(), tls = self.tls, "machine let in");
                let cap = self.cap(self.shared.clock.now());
                self.login = Some(Box::new(Login { access, azp: String::new(), cap, psc: None }));
                self.say(reply::AUTHENTICATED)
            }
            Err(store::Error::Refused(why)) => self.turn_machine_away(asked.address(), &why),
            Err(error) => {
                let lines = reply::of_store(&error, &self.id());
                self.wire.say_lines(&lines);
                Next::On
            }
        }
    }

    /// The one door for machines.
    async fn enter_machine(&self, asked: &Asked, dn: String) -> store::Result<Access> {
        let shared = &self.shared;
        let (ip, now) = (self.from.ip(), shared.clock.now());
        shared.throttle.check(ip, asked.address(), None, now)?;
        let address = match asked {
            Asked::Mailbox(address) => Some(address.clone()),
            Asked::Nowhere => return Err(Refusal::CertificateRefused.into()),
            Asked::TheOnlyOne => None,
        };
        shared.store.enter_machine(MachineKnock { address, dn, channel: Channel::Smtp, ip: Some(ip) }, now).await
    }

    /// The final line, at once (LPS-22); the third failure closes (PSC-30), too many attempts close too.
    fn turn_machine_away(&mut self, mailbox: Option<&Address>, why: &Refusal) -> Next {
        self.refused += 1;
        self.shared.throttle.failed(self.from.ip(), mailbox, None, why, self.shared.clock.now());
        self.refuse(why, None);
        self.patience(why)
    }
}
