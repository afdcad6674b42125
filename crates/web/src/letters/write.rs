//! A letter being written: new, an answer, a forward, or a draft taken up. What was typed is never lost: it is kept before anything is refused.
//!
//! Requirements: CAB-10, CAB-16, LPS-51, MSG-01, MSG-10, MSG-11, MSG-30, OPE-02, TRU-55.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use message::compose::{ANSWERS, Enclosed, answer};
use message::{Correspondent, Letter};
use rules::access::Access;
use rules::{Channel, Refusal};
use serde::Deserialize;
use store::folders::FolderId;
use store::mail::Want;

use super::form::Fields;
use super::recipients::{self, Checked};
use super::send::{self, Outgoing, Source};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

/// Something already attached.
#[derive(Clone, Debug)]
struct Kept {
    /// `D2`: second of the draft; `S2`: of the letter forwarded.
    key: String,
    name: String,
    size: String,
}

/// What the page shows of the letter.
#[derive(Debug, Default)]
struct Writing {
    draft: Option<u32>,
    /// Drawn with the page: the letter leaves once, however often the button is pressed.
    token: String,
    to: String,
    cc: String,
    subject: String,
    text: String,
    receipt: bool,
    source: Option<Source>,
    kept: Vec<Kept>,
    to_faults: Vec<(String, String)>,
    cc_faults: Vec<(String, String)>,
    /// What is wrong with the whole letter.
    fault: String,
}

#[derive(Template)]
#[template(path = "letters/write.html")]
struct WritePage {
    page: Page,
    base: String,
    from: String,
    max: String,
    max_bytes: u64,
    source: String,
    forward: bool,
    letter: Writing,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    repondre: Option<String>,
    tous: Option<String>,
    transferer: Option<String>,
    brouillon: Option<u32>,
    /// An address to begin with.
    a: String,
}

/// `GET /boites/{address}/lettres/ecrire`
pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    writable(&access)?;
    let token = token(&app);
    let letter = match (&asked.repondre, &asked.tous, &asked.transferer, asked.brouillon) {
        (_, _, _, Some(uid)) => taken_up(&app, w, &access, uid, token).await?,
        (Some(at), _, _, _) => answered(&app, w, &access, source(at, false)?, false, token).await?,
        (_, Some(at), _, _) => answered(&app, w, &access, source(at, false)?, true, token).await?,
        (_, _, Some(at), _) => forwarded(&app, w, &access, source(at, true)?, token).await?,
        _ => Writing { token, to: asked.a, ..Writing::default() },
    };
    let notice = Notice::left(&app, &headers);
    draw(&app, w, &member, &access, letter, notice, StatusCode::OK).await
}

/// `POST /boites/{address}/lettres/ecrire`: `acte` is `enregistrer` or `envoyer`.
pub(super) async fn submit(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    headers: HeaderMap,
    mut form: Fields,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    writable(&access)?;
    let (draft, source) = (form.one("brouillon").and_then(|text| text.parse().ok()), form.one("source").and_then(parsed));
    let outgoing = gather(&app, &access, &mut form, draft, source).await?;
    let base = super::base(&access);
    if form.one("acte") != Some("envoyer") {
        let (to, cc) = (read_back(&outgoing.to), read_back(&outgoing.cc));
        let (uid, _) = send::keep(&app, &access, &outgoing, &to, &cc, draft).await?;
        if headers.contains_key("x-pli-auto") {
            return Ok(uid.to_string().into_response());
        }
        return Ok(Notice::good(w.draft_kept()).then(&app, &format!("{base}/ecrire?brouillon={uid}")));
    }
    let to = recipients::check(&app, w, &outgoing.to).await?;
    let cc = recipients::check(&app, w, &outgoing.cc).await?;
    let wrong = if !to.bad.is_empty() || !cc.bad.is_empty() {
        Some(w.recipients_refused())
    } else if to.good.is_empty() {
        Some(w.no_recipient())
    } else if to.good.len() + cc.good.len() > recipients::MOST {
        Some(w.refusal(&Refusal::TooManyRecipients))
    } else {
        send::ready(&app, w)
    };
    let wrong = match wrong {
        Some(wrong) => wrong,
        None => match send::send(&app, &access, &outgoing, &to.good, &cc.good, draft, send::PAGES).await {
            Ok(first) => {
                let text = if first { w.letter_sent(super::line::people(w, &to.good)) } else { w.letter_sent_before() };
                let folder = source.map_or_else(|| "INBOX".to_owned(), |source| source.folder.0.to_string());
                return Ok(Notice::good(text).then(&app, &format!("{base}?dossier={folder}")));
            }
            Err(Fault::Refused(why)) if why != Refusal::RightLost => w.refusal(&why),
            Err(fault) => return Err(fault),
        },
    };
    refused(&app, w, &member, &access, outgoing, (to, cc), draft, wrong).await
}

/// `POST /boites/{address}/lettres/ecrire/abandonner`: to the bin, from where it can come back.
pub(super) async fn discard(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    form: Fields,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    writable(&access)?;
    let uid = form.one("brouillon").and_then(|text| text.parse().ok()).ok_or_else(|| Fault::BadForm("brouillon".to_owned()))?;
    let folder = app.store.folder(&access, "Drafts").await?.id;
    let placed = app.store.move_messages(&access, folder, &[uid], "Trash", Channel::Webmail, app.clock.now()).await?;
    let base = super::base(&access);
    let Some((_, moved)) = placed.uids.first() else { return Ok(Notice::bad(w.letters_gone()).then(&app, &base)) };
    let (from, moved, trash) = (folder.0.to_string(), moved.to_string(), app.store.folder(&access, "Trash").await?.id.0.to_string());
    let fields = [("dossier", trash.as_str()), ("retour", &base), ("acte", "deplacer"), ("vers", &from), ("lettre", &moved)];
    Ok(Notice::good(w.draft_discarded()).with_undo(format!("{base}/actes"), &fields).then(&app, &base))
}

/// The page again, with what is wrong; the letter is kept as a draft first, with what was attached.
#[allow(clippy::too_many_arguments, reason = "what was typed, what was found wrong, and the page to draw")]
async fn refused(
    app: &App,
    w: Words,
    member: &Member,
    access: &Access,
    outgoing: Outgoing,
    (to, cc): (Checked, Checked),
    draft: Option<u32>,
    fault: String,
) -> Result<Response, Fault> {
    let (typed_to, typed_cc) = (read_back(&outgoing.to), read_back(&outgoing.cc));
    let (uid, bytes) = send::keep(app, access, &outgoing, &typed_to, &typed_cc, draft).await?;
    let letter = Writing {
        draft: Some(uid),
        token: outgoing.token.clone(),
        to: outgoing.to.clone(),
        cc: outgoing.cc.clone(),
        subject: outgoing.subject.clone(),
        text: outgoing.text.clone(),
        receipt: outgoing.receipt,
        source: outgoing.source,
        kept: kept(w, &Letter::read(&bytes), 'D'),
        to_faults: to.bad,
        cc_faults: cc.bad,
        fault,
    };
    draw(app, w, member, access, letter, None, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    access: &Access,
    letter: Writing,
    notice: Option<Notice>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let mailbox = app.store.mailbox(access.address()).await?.ok_or(Fault::NotFound)?;
    let base = super::base(access);
    let title = match letter.source {
        Some(Source { forward: true, .. }) => w.forward_title(),
        Some(_) => w.answer_title(),
        None => w.write_title(),
    };
    let said = notice.is_some();
    let page = Page::of(app, w, &member.signed.session, title)
        .at(Place::Letters, format!("{base}/ecrire"))
        .holding(access.address(), &mailbox.label)
        .saying(notice)
        .live();
    let from = send::sender(app, access, &mailbox).await?.shown();
    // Attachments grow by a third on their way.
    let max_bytes = app.config.max_message / 4 * 3;
    let source = letter.source.map(|source| source.written()).unwrap_or_default();
    let forward = letter.source.is_some_and(|source| source.forward) && letter.draft.is_none();
    let written = WritePage { page, base, from, max: w.size(max_bytes), max_bytes, source, forward, letter };
    let mut response = html(app, &written, said);
    *response.status_mut() = status;
    Ok(response)
}

/// Everything of the form, attachments fetched from where they are.
async fn gather(app: &App, access: &Access, form: &mut Fields, draft: Option<u32>, source: Option<Source>) -> Result<Outgoing, Fault> {
    let files = form.take_files();
    let text = |name: &str| form.one(name).unwrap_or_default().to_owned();
    let before = match draft {
        Some(uid) => draft_bytes(app, access, uid, false).await?,
        None => None,
    };
    let origin = match source {
        Some(source) => letter_bytes(app, access, source, false).await?,
        None => None,
    };
    let mut enclosed = Vec::new();
    for key in form.all("garder") {
        let (from, number) = match (key.get(..1), key.get(1..).and_then(|n| n.parse().ok())) {
            (Some("D"), Some(number)) => (&before, number),
            (Some("S"), Some(number)) => (&origin, number),
            _ => continue,
        };
        if let Some((about, bytes)) = from.as_ref().and_then(|bytes| Letter::read(bytes).attachment(&[number])) {
            enclosed.push(Enclosed { name: about.name, media: about.media, bytes });
        }
    }
    if let (true, Some(bytes)) = (form.has("entiere"), &origin) {
        let subject = Letter::read(bytes).subject();
        let name = if subject.is_empty() { "lettre.eml".to_owned() } else { format!("{subject}.eml") };
        enclosed.push(Enclosed { name, media: "message/rfc822".to_owned(), bytes: bytes.to_vec() });
    }
    enclosed.extend(files);
    let answers = source.filter(|source| !source.forward).and(origin.as_ref());
    let (in_reply_to, references) = match (answers, &before) {
        (Some(bytes), _) => answer::thread(&Letter::read(bytes)),
        (None, Some(bytes)) => (Letter::read(bytes).in_reply_to(), Letter::read(bytes).references()),
        (None, None) => (None, Vec::new()),
    };
    let drawn = form.one("jeton").filter(|text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()));
    Ok(Outgoing {
        token: drawn.map_or_else(|| token(app), str::to_owned),
        to: text("a"),
        cc: text("cc"),
        subject: text("objet"),
        text: text("texte"),
        receipt: form.has("accuse"),
        enclosed,
        in_reply_to,
        references,
        source,
    })
}

async fn answered(app: &App, w: Words, access: &Access, source: Source, all: bool, token: String) -> Result<Writing, Fault> {
    let bytes = letter_bytes(app, access, source, true).await?.ok_or(Fault::NotFound)?;
    let letter = Letter::read(&bytes);
    let (to, cc) = answer::recipients(&letter, access.address().as_str(), all);
    let head = w.wrote(moment(w, &letter), super::line::people(w, &letter.from()));
    Ok(Writing {
        token,
        to: field(&to),
        cc: field(&cc),
        subject: answer::reply_subject(&letter.subject()),
        text: format!("\n\n{head}\n{}", answer::quoted(&letter.text())),
        source: Some(source),
        ..Writing::default()
    })
}

async fn forwarded(app: &App, w: Words, access: &Access, source: Source, token: String) -> Result<Writing, Fault> {
    let bytes = letter_bytes(app, access, source, true).await?.ok_or(Fault::NotFound)?;
    let letter = Letter::read(&bytes);
    let head = w.forwarded_head(field(&letter.from()), moment(w, &letter), field(&letter.to()), letter.subject());
    Ok(Writing {
        token,
        subject: answer::forward_subject(&letter.subject()),
        text: format!("\n\n{head}\n\n{}", letter.text().trim_end()),
        kept: kept(w, &letter, 'S'),
        source: Some(source),
        ..Writing::default()
    })
}

async fn taken_up(app: &App, w: Words, access: &Access, uid: u32, token: String) -> Result<Writing, Fault> {
    let bytes = draft_bytes(app, access, uid, true).await?.ok_or(Fault::NotFound)?;
    let letter = Letter::read(&bytes);
    let source = message::header::values(&bytes, ANSWERS).first().and_then(|text| parsed(text));
    Ok(Writing {
        draft: Some(uid),
        token,
        to: field(&letter.to()),
        cc: field(&letter.cc()),
        subject: letter.subject(),
        text: letter.text(),
        receipt: !letter.receipt_to().is_empty(),
        source,
        kept: kept(w, &letter, 'D'),
        ..Writing::default()
    })
}

/// `person`: the bytes are shown to her, which the journal tells.
async fn letter_bytes(app: &App, access: &Access, source: Source, person: bool) -> Result<Option<Bytes>, Fault> {
    let want = Want { bytes: true, to_person: person, ..Want::default() };
    match app.store.read(access, source.folder, &[source.uid], want, Channel::Webmail, app.clock.now()).await {
        Ok(read) => Ok(read.into_iter().next().and_then(|stored| stored.bytes)),
        Err(store::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn draft_bytes(app: &App, access: &Access, uid: u32, person: bool) -> Result<Option<Bytes>, Fault> {
    let folder = app.store.folder(access, "Drafts").await?.id;
    letter_bytes(app, access, Source { folder, uid, forward: false }, person).await
}

fn kept(w: Words, letter: &Letter<'_>, from: char) -> Vec<Kept> {
    let attached = letter.attachments().into_iter().filter(|one| !one.inside);
    attached.map(|one| Kept { key: format!("{from}{}", one.number), name: one.name, size: w.size(one.size as u64) }).collect()
}

fn moment(w: Words, letter: &Letter<'_>) -> String {
    letter.date().map(|date| w.date_time(date)).unwrap_or_default()
}

fn field(people: &[Correspondent]) -> String {
    people.iter().map(Correspondent::written).collect::<Vec<_>>().join(", ")
}

/// What a field holds that is an address, for a draft.
fn read_back(field: &str) -> Vec<Correspondent> {
    message::compose::typed(field).0
}

fn writable(access: &Access) -> Result<(), Fault> {
    if super::read_only(access) { Err(Refusal::MailboxClosed.into()) } else { Ok(()) }
}

fn source(text: &str, forward: bool) -> Result<Source, Fault> {
    parsed(&format!("{}:{text}", if forward { "t" } else { "r" })).ok_or(Fault::NotFound)
}

fn parsed(text: &str) -> Option<Source> {
    let (how, at) = text.split_once(':')?;
    let (folder, uid) = at.split_once('/')?;
    Some(Source { folder: FolderId(folder.parse().ok()?), uid: uid.parse().ok()?, forward: how == "t" })
}

fn token(app: &App) -> String {
    hex::encode(app.entropy.bytes::<16>())
}
