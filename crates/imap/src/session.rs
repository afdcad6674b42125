//! The session: one loop over one connection. It reads a command, looks at the right, lets a verb answer, tells what changed.
//!
//! Requirements: LPS-03, LPS-15, LPS-20, LPS-30, LPS-31, LPS-44, PSC-38, PSC-39, TRU-46. While it sleeps, four things wake it: bytes, the feed of its
//! mailbox, the operator's stop, and the nearest of its ends (autologout, end of the right, cap of the session).
//! It decides nothing about rights: `store.recheck` does. An idle session holds this struct, its UIDs and one small read buffer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rules::access::Access;
use rules::{Channel, Moment, Refusal};
use store::accounts::SessionWatch;
use store::feed::Subscription;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use trust::Presented;
use trust::peer::Machine;
use trust::tls::Doors;
use zeroize::Zeroize;

use crate::command::Command;
use crate::framing::{Limits, Step};
use crate::outcome::{AUTOLOGOUT, CERTIFICATE_OVER, Halt, Outcome, RIGHT_LOST, Reply, SESSION_ENDED, SIGNED_OUT, STOPPING, TOO_SLOW};
use crate::seats::Seat;
use crate::verbs;
use crate::view::View;
use crate::wire::{Conn, Wire};
use crate::{Begin, Shared};

/// A stranger has this long to log in: a person may have to find her phone first.
const TO_LOG_IN: Duration = Duration::from_secs(180);
/// LPS-44.
const IDLE_LIMIT: Duration = Duration::from_secs(30 * 60);
/// PSC-38: up to 4 h, less at most a tenth, so that not everybody comes back in the same second.
const CAP: Duration = Duration::from_secs(4 * 3600);
const CAP_JITTER: Duration = Duration::from_secs(24 * 60);
/// Commands in a row that were not understood.
const PATIENCE: u8 = 20;

pub(crate) struct Session {
    pub(crate) wire: Wire,
    pub(crate) shared: Arc<Shared>,
    pub(crate) from: IpAddr,
    pub(crate) stage: Stage,
    /// What the client showed, when it came by the name of machines (LPS-21); only a machine may log in then.
    pub(crate) presented: Option<Box<Presented>>,
    /// Refused logins; the third closes (PSC-30).
    pub(crate) failures: u8,
    misunderstood: u8,
    began: Instant,
    stop: CancellationToken,
}

/// How far the client has come.
pub(crate) enum Stage {
    /// In clear: hardly anything but STARTTLS.
    Clear(Box<Doors>),
    /// Inside TLS, unknown.
    Secured,
    Inside(Box<Inside>),
}

/// A person, or a machine, in a mailbox.
pub(crate) struct Inside {
    pub(crate) access: Access,
    pub(crate) view: Option<View>,
    /// The client speaks of mod-sequences: they are told to it (RFC 7162 §3.1).
    pub(crate) condstore: bool,
    feed: Subscription,
    /// The session at Pro Santé Connect that the token came from: this one ends with it (PSC-36).
    psc: Option<Box<SessionWatch>>,
    ends: Moment,
    _seat: Seat,
}

/// What ended a sleep.
enum Wake {
    Bytes,
    LookAgain,
}

pub(crate) async fn over_tcp(
    tcp: tokio::net::TcpStream,
    from: IpAddr,
    shared: Arc<Shared>,
    doors: Doors,
    implicit_tls: bool,
    stop: CancellationToken,
) {
    let mut session = Session::new(Box::new(tcp), from, shared, Stage::Secured, stop);
    if implicit_tls {
        match session.wire.secure(&doors).await {
            Ok(presented) => session.presented = presented.map(Box::new),
            Err(error) => return tracing::debug!(%error, "TLS handshake failed"),
        }
    } else {
        session.stage = Stage::Clear(Box::new(doors));
    }
    session.greet("OK");
    session.run().await;
}

pub(crate) async fn over_stream(io: Box<dyn Conn>, from: IpAddr, shared: Arc<Shared>, begin: Begin, stop: CancellationToken) {
    let mut session = Session::new(io, from, shared, Stage::Secured, stop);
    match begin {
        Begin::Secured => session.greet("OK"),
        Begin::LoggedIn(access) => {
            if session.log_in(*access, None).is_err() {
                return;
            }
            session.greet("PREAUTH");
        }
    }
    session.run().await;
}

impl Session {
    fn new(io: Box<dyn Conn>, from: IpAddr, shared: Arc<Shared>, stage: Stage, stop: CancellationToken) -> Self {
        Self { wire: Wire::new(io), shared, from, stage, presented: None, failures: 0, misunderstood: 0, began: Instant::now(), stop }
    }

    fn greet(&mut self, word: &str) {
        let line = format!("* {word} [CAPABILITY {}] Pli", verbs::capability::of(self));
        self.wire.line(&line);
    }

    async fn run(mut self) {
        let end = loop {
            match self.next_command().await {
                // A command's future is large and short-lived: it must not swell the one that sleeps.
                Ok(frame) => match Box::pin(self.answer(frame)).await {
                    Ok(()) => {}
                    Err(end) => break end,
                },
                Err(end) => break end,
            }
        };
        if let Halt::Bye(words) = end {
            self.wire.line(&format!("* BYE {words}"));
        }
        Box::pin(self.wire.close()).await;
    }

    /// Reads until a command is whole; sleeps as long as it must.
    async fn next_command(&mut self) -> Result<Bytes, Halt> {
        let since = Instant::now();
        loop {
            match self.wire.input.command() {
                Step::Command(frame) => return Ok(frame),
                Step::Continue => self.wire.line("+ Ready for the literal"),
                Step::TooBig { tag } => self.wire.line(&format!("{tag} NO [TOOBIG] Message ou texte trop long")),
                Step::Lost(why) => return Err(Halt::Bye(why.to_owned())),
                Step::More => {
                    self.wire.flush().await?;
                    self.sleep(since).await?;
                }
            }
        }
    }

    /// Reads one bare line: an answer to AUTHENTICATE, `DONE`. In IDLE (`told`), changes are told as they come.
    pub(crate) async fn next_line(&mut self, since: Instant, told: bool) -> Result<Bytes, Halt> {
        loop {
            match self.wire.input.line() {
                Step::Command(line) => return Ok(line),
                Step::More => {
                    self.wire.flush().await?;
                    let woken = self.sleep(since).await?;
                    if told && matches!(woken, Wake::LookAgain) {
                        Box::pin(self.announce(true)).await?;
                    }
                }
                Step::Lost(why) => return Err(Halt::Bye(why.to_owned())),
                Step::Continue | Step::TooBig { .. } => return Err(Halt::Gone),
            }
        }
    }

    /// Sleeps until something happens; the right is looked at again whenever it may have moved.
    async fn sleep(&mut self, since: Instant) -> Result<Wake, Halt> {
        let limit = self.silence_ends(since);
        let nap = self.nap(limit);
        let Self { wire, stage, stop, .. } = self;
        let feed = async {
            match stage {
                Stage::Inside(inside) => match &mut inside.psc {
                    Some(psc) => tokio::select! {
                        () = inside.feed.changed() => {}
                        () = psc.over() => {}
                    },
                    None => inside.feed.changed().await,
                },
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Err(Halt::Bye(STOPPING.to_owned())),
            filled = wire.fill() => return if filled? { Ok(Wake::Bytes) } else { Err(Halt::Gone) },
            () = feed => {}
            () = tokio::time::sleep(nap) => {}
        }
        Box::pin(self.still_welcome()).await?;
        if Instant::now() < limit {
            return Ok(Wake::LookAgain);
        }
        let words = if matches!(self.stage, Stage::Inside(_)) { AUTOLOGOUT } else { TOO_SLOW };
        Err(Halt::Bye(words.to_owned()))
    }

    /// When silence closes the connection.
    fn silence_ends(&self, since: Instant) -> Instant {
        match self.stage {
            Stage::Inside(_) => since + IDLE_LIMIT,
            _ => self.began + TO_LOG_IN,
        }
    }

    /// How long to sleep at most: until the silence is too long, or the right or the session ends by the operator's clock.
    fn nap(&self, limit: Instant) -> Duration {
        let mut nap = limit.saturating_duration_since(Instant::now());
        if let Stage::Inside(inside) = &self.stage {
            let now = self.shared.clock.now();
            for end in [Some(inside.ends), inside.access.until()].into_iter().flatten() {
                nap = nap.min(end.since(now));
            }
        }
        // Timers round down; a wake just before the end would only go round once more.
        nap + Duration::from_millis(1)
    }

    /// The right, seen from a sleep. A store that is away is no reason to send anybody off before the end: the next command asks again.
    async fn still_welcome(&mut self) -> Result<(), Halt> {
        match self.recheck().await {
            Err(Halt::Answer(_)) => match &self.stage {
                Stage::Inside(inside) if !inside.access.holds_at(self.shared.clock.now()) => Err(Halt::Bye(RIGHT_LOST.to_owned())),
                _ => Ok(()),
            },
            other => other,
        }
    }

    /// PSC-39: before every command, and whenever the mailbox or the clock has moved.
    ///
    /// Requirements: LPS-31, PSC-38, PSC-39.
    pub(crate) async fn recheck(&mut self) -> Result<(), Halt> {
        let Stage::Inside(inside) = &mut self.stage else { return Ok(()) };
        let now = self.shared.clock.now();
        // A certificate that expired or was revoked meanwhile opens nothing more (LPS-20).
        if let Some(presented) = &mut self.presented
            && let Err(why) = presented.machine(&self.shared.trust, now)
        {
            tracing::info!(from = %self.from, code = why.code(), "certificate of an open session no longer good");
            return Err(Halt::Bye(CERTIFICATE_OVER.to_owned()));
        }
        if let Some(access) = self.shared.store.recheck(&inside.access, Channel::Imap, now).await? {
            inside.access = access;
        }
        if let Some(psc) = &mut inside.psc
            && psc.is_over().await?
        {
            return Err(Halt::Bye(SIGNED_OUT.to_owned()));
        }
        if now >= inside.ends { Err(Halt::Bye(SESSION_ENDED.to_owned())) } else { Ok(()) }
    }

    async fn answer(&mut self, frame: Bytes) -> Result<(), Halt> {
        let tagged = match crate::parse::command(&frame) {
            Ok(tagged) => tagged,
            Err(bad) => return self.misunderstand(&bad),
        };
        self.misunderstood = 0;
        match tagged.command {
            Command::Authenticate { .. } => wipe(frame),
            _ => drop(frame),
        }
        let may_expunge = tagged.command.lets_expunge_be_told();
        let reply = match verbs::run(self, &tagged.tag, tagged.command).await {
            Ok(reply) | Err(Halt::Answer(reply)) => reply,
            Err(Halt::Answered) => return Ok(()),
            Err(end) => return Err(end),
        };
        self.announce(may_expunge).await?;
        self.wire.line(&format!("{} {}", tagged.tag, reply.text()));
        Ok(())
    }

    fn misunderstand(&mut self, bad: &crate::parse::Bad) -> Result<(), Halt> {
        self.misunderstood += 1;
        self.wire.line(&format!("{} BAD {}", bad.tag.as_deref().unwrap_or("*"), bad.why));
        if self.misunderstood >= PATIENCE { Err(Halt::Bye("Too many bad commands".to_owned())) } else { Ok(()) }
    }

    /// Tells what changed in the selected folder since it was last looked at.
    pub(crate) async fn announce(&mut self, may_expunge: bool) -> Result<(), Halt> {
        let Stage::Inside(inside) = &mut self.stage else { return Ok(()) };
        let Some(view) = &mut inside.view else { return Ok(()) };
        match self.shared.store.changes(&inside.access, view.folder, view.modseq()).await {
            Ok(changes) => self.wire.push(view.absorb(changes, may_expunge, inside.condstore).as_bytes()),
            Err(store::Error::NotFound(_)) => return Err(Halt::Bye("Ce dossier vient d'etre supprime".to_owned())),
            Err(refused @ store::Error::Refused(_)) => return Err(refused.into()),
            // The command itself was answered; what is missing is told at the next one.
            Err(error) => tracing::error!(%error, "changes of a folder could not be read"),
        }
        Ok(())
    }

    /// The person is in. Errs when too many sessions are open (LPS-44).
    pub(crate) fn log_in(&mut self, access: Access, sid: Option<&str>) -> Result<(), Reply> {
        let Some(seat) = self.shared.seats.take(&access) else {
            return Err(Reply::no("[LIMIT] Trop de connexions ouvertes sur cette boite"));
        };
        let jitter = CAP_JITTER.mul_f64(f64::from(u16::from_le_bytes(self.shared.entropy.bytes())) / f64::from(u16::MAX));
        let ends = self.shared.clock.now().plus(CAP - jitter);
        let feed = self.shared.store.feed().subscribe(access.mailbox());
        let psc = sid.map(|sid| Box::new(self.shared.store.watch_session(self.shared.psc.issuer(), sid)));
        self.wire.input.set_limits(Limits::PERSON);
        self.stage = Stage::Inside(Box::new(Inside { access, view: None, condstore: false, feed, psc, ends, _seat: seat }));
        Ok(())
    }

    /// The machine behind the certificate that was shown, or why it is not good; none for whoever came by the ordinary name.
    pub(crate) fn machine(&mut self) -> Option<Result<&Machine, Refusal>> {
        let Self { presented, shared, .. } = self;
        Some(presented.as_mut()?.machine(&shared.trust, shared.clock.now()))
    }

    /// The person and her mailbox, or `BAD`.
    pub(crate) fn inside(&mut self) -> Outcome<&mut Inside> {
        match &mut self.stage {
            Stage::Inside(inside) => Ok(inside),
            _ => Err(Reply::bad("Log in first").into()),
        }
    }
}

impl Inside {
    /// The selected folder, or `BAD`.
    pub(crate) fn view(&mut self) -> Outcome<&mut View> {
        self.view.as_mut().ok_or_else(|| Reply::bad("Select a folder first").into())
    }

    /// The selected folder, if it may be changed.
    pub(crate) fn writable(&mut self) -> Outcome<&mut View> {
        let view = self.view()?;
        if view.read_only { Err(Reply::no("[READ-ONLY] Ce dossier est ouvert en lecture seule").into()) } else { Ok(view) }
    }
}

/// Overwrites received bytes that held a token. They are ours alone unless more was received behind them.
pub(crate) fn wipe(received: Bytes) {
    if let Ok(mut bytes) = received.try_into_mut() {
        bytes.as_mut().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An idle session is this struct (twice the stream), its UIDs and 1 KiB to read into: see docs/performance.md for the whole.
    #[test]
    fn a_session_is_small() {
        assert!(size_of::<Session>() <= 512, "Session: {}", size_of::<Session>());
        assert!(size_of::<Inside>() <= 640, "Inside: {}", size_of::<Inside>());
    }
}
