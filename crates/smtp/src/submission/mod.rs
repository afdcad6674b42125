//! 587 and 465: a person sends from the mailbox she opened with her own proof, a machine from the one its certificate opens.
//!
//! RFC 6409, RFC 4954. Requirements: LPS-10 to LPS-15, LPS-20 to LPS-22, LPS-50 to LPS-54, PSC-25 to PSC-31, PSC-38, PSC-39. One connection = one mailbox.
//! It never says to anyone who the person is: that stays in the journal (MSG-11).

mod auth;
mod data;
mod external;
mod letter;
mod mail;
mod rcpt;

use std::net::SocketAddr;
use std::sync::Arc;

use rules::access::Access;
use rules::{Address, Channel, Moment, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use trust::Presented;
use trust::tls::Doors;

use crate::command::{Command, Forward, Reverse, Wrong};
use crate::hello::{self, Ear};
use crate::wire::{SASL, Wire};
use crate::{Shared, reply, transaction};

struct Session<T> {
    wire: Wire<TlsStream<T>>,
    ear: Ear,
    shared: Arc<Shared>,
    from: SocketAddr,
    tls: String,
    greeted: bool,
    login: Option<Box<Login>>,
    /// What the client showed, when it came by the name of machines (LPS-21); only a machine may log in then.
    presented: Option<Box<Presented>>,
    /// Refused logins of this connection; the third closes it (PSC-30).
    refused: u8,
    envelope: Option<Box<Envelope>>,
}

/// Who came in, and until when at most.
struct Login {
    access: Access,
    /// Software that logged the person in, for the figures; empty for a machine.
    azp: String,
    /// PSC-38.
    cap: Moment,
    /// The session at Pro Santé Connect that the token came from: this one ends with it (PSC-36).
    psc: Option<store::accounts::SessionWatch>,
}

/// One message being sent.
struct Envelope {
    id: String,
    from: Reverse,
    to: Vec<Forward>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    On,
    Over,
}

/// Runs one connection from its greeting to its end.
pub(crate) async fn serve<T: AsyncRead + AsyncWrite + Unpin>(
    stream: T,
    from: SocketAddr,
    shared: Arc<Shared>,
    doors: Doors,
    implicit_tls: bool,
    stop: CancellationToken,
) {
    let stream = if implicit_tls {
        stream
    } else {
        let Some(stream) = hello::until_starttls(stream, &shared, &Refusal::PrivacyRequired, &stop).await else { return };
        stream
    };
    let Some((stream, presented)) = Box::pin(hello::shake_hands_by_name(stream, &doors)).await else { return };
    let tls = hello::describe(stream.get_ref().1);
    let mut session = Session {
        wire: Wire::new(stream),
        ear: Ear::default(),
        shared,
        from,
        tls,
        greeted: false,
        login: None,
        presented: presented.map(Box::new),
        refused: 0,
        envelope: None,
    };
    if implicit_tls {
        let greeting = format!("220 {} ESMTP Pli", session.shared.host_name);
        session.wire.say(&greeting);
    }
    session.talk(&stop).await;
    session.wire.hang_up().await;
}

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    async fn talk(&mut self, stop: &CancellationToken) {
        loop {
            let stop = self.envelope.is_none().then_some(stop);
            let Some(line) = self.ear.line(&mut self.wire, SASL, stop).await else { return };
            let command = Command::parse(&line);
            drop(line);
            let next = match self.still_in(&command).await {
                Err(error) => self.stop_at(&error),
                Ok(()) => match command {
                    Ok(command) => self.obey(command).await,
                    Err(wrong) => {
                        let id = self.id();
                        self.keep_on(|session| session.ear.wrong(&mut session.wire, wrong, &id))
                    }
                },
            };
            if next == Next::Over {
                return;
            }
        }
    }

    /// Before each command: the right may be gone, the session may be at its cap (PSC-38, PSC-39, LPS-31).
    async fn still_in(&mut self, command: &Result<Command, Wrong>) -> store::Result<()> {
        match command {
            Ok(Command::Quit) => Ok(()),
            _ => self.recheck().await,
        }
    }

    /// The right held by this session, decided anew if the mailbox or the clock moved.
    async fn recheck(&mut self) -> store::Result<()> {
        let now = self.shared.clock.now();
        let Some(login) = &mut self.login else { return Ok(()) };
        if now >= login.cap {
            return Err(Refusal::SessionEnded.into());
        }
        // A certificate that expired or was revoked meanwhile opens nothing more (LPS-20).
        if let Some(presented) = &mut self.presented {
            presented.machine(&self.shared.trust, now).map_err(|_| Refusal::CertificateRefused)?;
        }
        if let Some(psc) = &mut login.psc
            && psc.is_over().await?
        {
            return Err(Refusal::SignedOut.into());
        }
        if let Some(access) = self.shared.store.recheck(&login.access, Channel::Smtp, now).await? {
            login.access = access;
        }
        Ok(())
    }

    /// A right that could not be confirmed: lost, the session ends; unknown because the store is away, this command is not obeyed.
    fn stop_at(&mut self, error: &store::Error) -> Next {
        self.envelope = None;
        match error {
            store::Error::Refused(why @ (Refusal::SessionEnded | Refusal::SignedOut)) => self.part(why),
            store::Error::Refused(_) => self.part(&Refusal::RightLost),
            other => {
                let lines = reply::of_store(other, &self.id());
                self.wire.say_lines(&lines);
                Next::On
            }
        }
    }

    /// The last reply of a session that ends by a decision of ours.
    fn part(&mut self, why: &Refusal) -> Next {
        self.refuse(why, None);
        self.envelope = None;
        Next::Over
    }

    async fn obey(&mut self, command: Command) -> Next {
        match command {
            Command::Ehlo(_) => {
                self.ehlo();
                Next::On
            }
            Command::Helo(_) => {
                self.envelope = None;
                self.say(&format!("250 {}", self.shared.host_name))
            }
            Command::Auth(mechanism, initial) => Box::pin(self.auth(&mechanism, initial)).await,
            Command::Mail(from) => self.mail(from),
            Command::Rcpt(to) => self.rcpt(to).await,
            Command::Data => Box::pin(self.data()).await,
            Command::Rset => {
                self.envelope = None;
                self.say(reply::OK)
            }
            Command::Noop => self.say(reply::OK),
            Command::Help => self.say(reply::HELP),
            Command::Quit => {
                self.wire.say(reply::BYE);
                Next::Over
            }
            Command::StartTls => self.mistake(reply::ALREADY_SECURE),
            Command::NotOffered => self.mistake(reply::NOT_IMPLEMENTED),
        }
    }

    /// LPS-50; under the name of machines, a mechanism for a good certificate only (LPS-21).
    fn ehlo(&mut self) {
        self.envelope = None;
        self.greeted = true;
        let size = format!("SIZE {}", self.shared.limits.submission_bytes);
        let auth = match self.machine() {
            None => Some("AUTH XOAUTH2 OAUTHBEARER"),
            Some(Ok(_)) => Some("AUTH EXTERNAL"),
            Some(Err(_)) => None,
        };
        let list = [Some("PIPELINING"), Some(&size), Some("8BITMIME"), Some("ENHANCEDSTATUSCODES"), Some("DSN"), auth];
        let list: Vec<&str> = list.into_iter().flatten().collect();
        hello::capabilities(&mut self.wire, &self.shared, &list);
    }

    fn say(&mut self, line: &str) -> Next {
        self.wire.say(line);
        Next::On
    }

    fn refuse(&mut self, why: &Refusal, recipient: Option<&Address>) -> Next {
        let id = self.id();
        let mailbox = self.login.as_ref().map_or("", |login| login.access.address().as_str());
        let to = recipient.map_or("", Address::as_str);
        tracing::info!(from = %self.from, transaction = id, code = why.code(), mailbox, to, "refused");
        self.wire.say_lines(&reply::refusal(why, &id));
        Next::On
    }

    fn mistake(&mut self, answer: &str) -> Next {
        self.keep_on(|session| session.ear.mistake(&mut session.wire, answer))
    }

    fn keep_on(&mut self, answer: impl FnOnce(&mut Self) -> bool) -> Next {
        if answer(self) { Next::On } else { Next::Over }
    }

    fn id(&self) -> String {
        self.envelope.as_ref().map_or_else(|| self.new_id(), |envelope| envelope.id.clone())
    }

    fn new_id(&self) -> String {
        transaction::new(&self.shared.clock, &self.shared.entropy)
    }
}
