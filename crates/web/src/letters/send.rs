//! A letter written on a page is kept, or leaves: the same checks as at submission, then Sent copy, queue and journal in one transaction.
//!
//! Requirements: CAB-16, IND-A, LPS-50, MSG-01, MSG-10, MSG-11, PSC-31. The author is the person at the keyboard; the letter names the mailbox.

use std::time::Duration;

use bytes::Bytes;
use message::compose::{Composed, Enclosed};
use message::{Correspondent, Glance, leaving};
use rules::access::Access;
use rules::mailbox::{Bearer, Kind, Mailbox};
use rules::register::Person;
use rules::{Address, Channel, Refusal};
use store::folders::FolderId;
use store::mail::draft::Draft;
use store::mail::{Flags, Leaving, SendTo, Sending, flag};

use crate::App;
use crate::frame::{Fault, Words};

/// When to give up (as at submission).
const EXPIRES: Duration = Duration::from_secs(48 * 3600);
/// Through which door, and by which software, a letter leaves: for the journal and the figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By<'a> {
    pub(crate) channel: Channel,
    pub(crate) azp: &'a str,
}

/// The pages, whose software lets people in itself.
pub(super) const PAGES: By<'static> = By { channel: Channel::Webmail, azp: "pli" };

/// The letter that this one answers or forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) folder: FolderId,
    pub(crate) uid: u32,
    pub(crate) forward: bool,
}

impl Source {
    /// As it stands in the form and in a draft: `r:1/42`, `t:1/42`.
    pub(super) fn written(self) -> String {
        format!("{}:{}/{}", if self.forward { "t" } else { "r" }, self.folder.0, self.uid)
    }
}

/// A letter as it was typed.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) token: String,
    pub(crate) to: String,
    pub(crate) cc: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) receipt: bool,
    pub(crate) enclosed: Vec<Enclosed>,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) references: Vec<String>,
    pub(crate) source: Option<Source>,
}

/// May this house send? Letters carry the number of the software (MSG-01).
pub(crate) fn numbered(app: &App) -> bool {
    !app.config.nil.is_empty() || app.config.sandbox
}

/// The same, as a sentence when it may not.
pub(super) fn ready(app: &App, w: Words) -> Option<String> {
    (!numbered(app)).then(|| w.no_software_number())
}

/// Our software number between operators.
pub(super) fn nil(app: &App) -> &str {
    if app.config.nil.is_empty() { "DEV000000" } else { &app.config.nil }
}

/// Keeps the letter as a draft; its new UID, and its bytes.
pub(super) async fn keep(
    app: &App,
    access: &Access,
    letter: &Outgoing,
    to: &[Correspondent],
    cc: &[Correspondent],
    draft: Option<u32>,
) -> Result<(u32, Bytes), Fault> {
    let bytes: Bytes = compose(app, access, letter, to, cc, false).await?.into();
    fits(app, &bytes)?;
    let glance = Glance::of(&bytes).encode().into();
    let (_, uid) =
        app.store.save_draft(access, Draft { bytes: bytes.clone(), glance, replaces: draft }, Channel::Webmail, app.clock.now()).await?;
    Ok((uid, bytes))
}

/// Sends it. False: it had left before.
pub(crate) async fn send(
    app: &App,
    access: &Access,
    letter: &Outgoing,
    to: &[Correspondent],
    cc: &[Correspondent],
    draft: Option<u32>,
    by: By<'_>,
) -> Result<bool, Fault> {
    let now = app.clock.now();
    rules::mail::outgoing(access, Some(access.address()))?;
    let bytes: Bytes = compose(app, access, letter, to, cc, true).await?.into();
    fits(app, &bytes)?;
    let glance = Glance::of(&bytes);
    let list = app.trust.snapshot();
    leaving::check(&glance, &bytes, access, false, &app.config.domains, |domain| list.lists(domain))?;
    let addresses = people(to.iter().chain(cc))?;
    let mark = |source: &Source| {
        let (system, keywords) = if source.forward { (0, vec!["$Forwarded".to_owned()]) } else { (flag::ANSWERED, Vec::new()) };
        (source.folder, source.uid, Flags { system, keywords })
    };
    let sending = Sending {
        glance: glance.encode().into(),
        message_id: leaving::message_id(&letter.token, &access.address().domain()),
        recipients: addresses.iter().map(|address| SendTo { address: address.clone(), notify: None, original: None }).collect(),
        envelope_id: None,
        return_full: false,
        // Begins with the time, so that new rows stand together; ends with the page's own number.
        transaction: format!("{:013X}{}", now.micros(), letter.token),
        channel: by.channel,
        facts: leaving::sending_facts(&glance.facts, by.azp, &app.config.domains, &addresses, false),
        report: false,
        expires: now.plus(EXPIRES),
        bytes,
    };
    let first = app.store.send_once(access, sending, Leaving { draft, marks: letter.source.as_ref().map(mark) }, now).await?;
    tracing::info!(mailbox = %access.address(), recipients = addresses.len(), channel = by.channel.as_str(), "a letter is queued");
    Ok(first)
}

/// Sends a notification of reading, with the null sender (MSG-30, TRU-41).
pub(super) async fn report(app: &App, access: &Access, bytes: Bytes, to: &[Correspondent], token: &str) -> Result<(), Fault> {
    let now = app.clock.now();
    let glance = Glance::of(&bytes);
    let list = app.trust.snapshot();
    leaving::check(&glance, &bytes, access, true, &app.config.domains, |domain| list.lists(domain))?;
    let addresses = people(to.iter())?;
    let sending = Sending {
        glance: glance.encode().into(),
        message_id: leaving::message_id(token, &access.address().domain()),
        // A report is never reported about.
        recipients: addresses.iter().map(|address| SendTo { address: address.clone(), notify: Some(0), original: None }).collect(),
        envelope_id: None,
        return_full: false,
        transaction: format!("{:013X}{token}", now.micros()),
        channel: Channel::Webmail,
        facts: leaving::sending_facts(&glance.facts, PAGES.azp, &app.config.domains, &addresses, true),
        report: true,
        expires: now.plus(EXPIRES),
        bytes,
    };
    Ok(app.store.send(access, sending, now).await?)
}

/// Each address once.
fn people<'a>(people: impl Iterator<Item = &'a Correspondent>) -> Result<Vec<Address>, Fault> {
    let mut addresses: Vec<Address> = Vec::new();
    for one in people {
        let address = Address::parse(&one.address).map_err(|_| Refusal::BadAddress)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

async fn compose(
    app: &App,
    access: &Access,
    letter: &Outgoing,
    to: &[Correspondent],
    cc: &[Correspondent],
    leaves: bool,
) -> Result<Vec<u8>, Fault> {
    let mailbox = app.store.mailbox(access.address()).await?.ok_or(Fault::NotFound)?;
    let from = sender(app, access, &mailbox).await?;
    let answers = letter.source.map(Source::written);
    let composed = Composed {
        from: &from,
        to,
        cc,
        subject: &letter.subject,
        text: &letter.text,
        enclosed: &letter.enclosed,
        receipt: letter.receipt,
        message_id: &format!("{}@{}", letter.token, access.address().domain()),
        in_reply_to: letter.in_reply_to.as_deref(),
        references: &letter.references,
        date: app.clock.now(),
        nil: leaves.then(|| nil(app)),
        answers: answers.as_deref().filter(|_| !leaves),
    };
    Ok(composed.write(&boundary(app)))
}

/// Unlike anything a text holds.
pub(super) fn boundary(app: &App) -> String {
    format!("pli-{}", hex::encode(app.entropy.bytes::<12>()))
}

fn fits(app: &App, bytes: &Bytes) -> Result<(), Fault> {
    let limit = app.config.max_message;
    if bytes.len() as u64 > limit { Err(Refusal::TooBig { limit }.into()) } else { Ok(()) }
}

/// The mailbox as it signs: a person's in the national form, a practice's or a department's by its name (MSG-10). Never who is at the
/// keyboard (MSG-11).
pub(super) async fn sender(app: &App, access: &Access, mailbox: &Mailbox) -> Result<Correspondent, Fault> {
    let name = match (&mailbox.bearer, mailbox.kind) {
        (Bearer::Person { idnat, .. }, Kind::Per) => app.store.person(idnat).await?.map(|person| professional(&person)),
        _ => Some(mailbox.label.clone()),
    };
    Ok(Correspondent::new(name, access.address().as_str()))
}

/// `Dr_Claire_TILLEUL`.
fn professional(person: &Person) -> String {
    let exercise = person.exercises.first();
    let title = match exercise.map(|exercise| exercise.civility.as_str()) {
        Some("DR") => "Dr_",
        Some("PR") => "Pr_",
        _ => "",
    };
    let name = |own: &str, used: Option<&str>| used.filter(|text| !text.is_empty()).unwrap_or(own).to_owned();
    let given = name(&person.given, exercise.map(|exercise| exercise.given.as_str()));
    let family = name(&person.family, exercise.map(|exercise| exercise.family.as_str()));
    format!("{title}{given}_{}", family.to_uppercase())
}
