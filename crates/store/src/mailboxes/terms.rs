//! The terms of use: their texts, never changed once published, and who accepted which, when, from where.
//!
//! Requirements: CGU-01, CGU-02, CGU-03, PSC-40. Texts and acceptances are kept for ever; the first acceptance of a version counts. Which
//! version is in force is read in the transaction that decides, so that every node asks again at the same second.

use std::net::IpAddr;

use rules::journal::{Act, Entry};
use rules::terms::Terms;
use rules::{Author, Channel, IdNat, Moment, Refusal};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::{Error, Result, Store, words};

/// A text to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// E.g. `2026-01`.
    pub version: String,
    /// `fr`, or a translation of the same version.
    pub language: String,
    /// Plain text, or the small part of Markdown that pages show.
    pub body: String,
    /// In force from then on.
    pub since: Moment,
}

impl Text {
    /// The text of reference.
    pub fn french(version: String, body: String, since: Moment) -> Self {
        Self { version, language: "fr".to_owned(), body, since }
    }

    /// SHA-256 of the text, hexadecimal: what an acceptance refers to.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(self.body.as_bytes()))
    }
}

/// A published text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub text: Text,
    /// Hexadecimal.
    pub sha256: String,
    pub at: Moment,
    pub author: Author,
}

/// A person's "J'accepte".
#[derive(Clone, Debug)]
pub struct Acceptance {
    pub version: String,
    /// Hash of the text that was before her eyes; `None` for the text of reference (import, command line).
    pub text_sha256: Option<String>,
    pub channel: Channel,
    pub ip: Option<IpAddr>,
    /// Number of the web session.
    pub session: Option<String>,
}

impl Acceptance {
    /// Of the text of reference, from nowhere in particular.
    pub fn of(version: &str, channel: Channel) -> Self {
        Self { version: version.to_owned(), text_sha256: None, channel, ip: None, session: None }
    }
}

/// An acceptance as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub version: String,
    pub at: Moment,
    pub channel: Channel,
    pub ip: Option<String>,
    pub session: Option<String>,
    /// Absent for acceptances recorded before texts were kept.
    pub sha256: Option<String>,
}

struct Args {
    person: IdNat,
    acceptance: Acceptance,
    author: Author,
    now: Moment,
}

impl Store {
    /// Records an acceptance of the terms (CGU-02): who, which version and text, when, from where. Of a text that is not (or no more) the
    /// published one nothing is recorded: [`Refusal::TermsNotAccepted`] names the version to read.
    pub async fn accept_terms(&self, person: &IdNat, acceptance: Acceptance, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write(Args { person: person.clone(), acceptance, author, now }, |tx, args| Box::pin(accept(tx, args))).await
    }

    /// What this person accepted, beside the version in force now.
    pub async fn terms(&self, person: &IdNat) -> Result<Terms> {
        let args = (person.clone(), self.context.last_moment());
        self.read_facts(args, |tx, (person, now)| {
            Box::pin(async move {
                let known = tx.person(person).await?.map(|person| person.idnat);
                tx.terms(known.as_ref().unwrap_or(person), *now).await
            })
        })
        .await
    }

    /// Everything this person accepted, in the order of time.
    pub async fn terms_history(&self, person: &IdNat) -> Result<Vec<Accepted>> {
        self.read_facts(person.clone(), |tx, person| Box::pin(history(tx, person))).await
    }

    /// Publishes a text. A version that exists in that language is refused (`Error::Exists`): people accepted its very words.
    pub async fn publish_terms(&self, text: Text, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((text, author, now), |tx, (text, author, now)| Box::pin(publish(tx, text, author, *now))).await
    }

    /// The text of a version (the one in force for `None`), in French.
    pub async fn terms_text(&self, version: Option<&str>) -> Result<Option<Published>> {
        self.terms_text_in(version, "fr").await
    }

    /// The same in another language, or in French if it was not translated.
    pub async fn terms_text_in(&self, version: Option<&str>, language: &str) -> Result<Option<Published>> {
        let args = (version.map(str::to_owned), language.to_owned(), self.context.last_moment());
        self.read_facts(args, |tx, (version, language, now)| {
            Box::pin(async move {
                let version = match version {
                    Some(version) => version.clone(),
                    None => tx.terms_in_force(*now).await?,
                };
                text(tx, &version, language).await
            })
        })
        .await
    }
}

impl Tx<'_> {
    /// The version in force: the latest whose day has come; before any has, the first to come.
    pub(crate) async fn terms_in_force(&mut self, now: Moment) -> Result<String> {
        let sql = "SELECT version FROM terms_text WHERE language = 'fr' ORDER BY CASE WHEN since <= $1 THEN 0 ELSE 1 END,
                     CASE WHEN since <= $1 THEN -since ELSE since END, published DESC, version DESC LIMIT 1";
        self.one(sql, params![now]).await?.take()
    }
}

/// What the configuration names is put among the texts, once. Its words may not change afterwards: a new text is a new version.
pub(crate) async fn configured(tx: &mut Tx<'_>, new: &Text) -> Result<()> {
    match text(tx, &new.version, &new.language).await? {
        None => {
            // Nobody gave the time: the line stands in the chain no earlier than the one before it.
            let mut row = tx.one("SELECT COALESCE(MAX(at), 0) FROM journal WHERE chain = $1", params![OPERATOR.0]).await?;
            let last: Moment = row.take()?;
            publish(tx, new, &Author::task("configuration"), last.max(new.since)).await
        }
        Some(there) if there.sha256 == new.sha256() => Ok(()),
        Some(_) => {
            tracing::warn!(version = %new.version, "the configured terms differ from the text published under this version, which stays: give the new text a new version");
            Ok(())
        }
    }
}

async fn publish(tx: &mut Tx<'_>, text: &Text, author: &Author, now: Moment) -> Result<()> {
    let (sha256, by) = (text.sha256(), words::json(author)?);
    let sql = "INSERT INTO terms_text (version, language, body, sha256, since, published, author) VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (version, language) DO NOTHING";
    let values = params![&text.version, &text.language, &text.body, &sha256, text.since, now, &by];
    if tx.exec(sql, values).await? == 0 {
        return Err(Error::Exists("terms"));
    }
    let facts = json!({ "language": text.language, "sha256": sha256, "since": text.since.to_string() });
    let (author, object) = (author.clone(), text.version.clone());
    tx.journal(OPERATOR, &Entry { at: now, author, act: Act::TermsPublished, object, channel: Channel::System, facts }).await
}

async fn text(tx: &mut Tx<'_>, version: &str, language: &str) -> Result<Option<Published>> {
    let sql =
        "SELECT version, language, body, since, sha256, published, author FROM terms_text WHERE version = $1 AND language IN ($2, 'fr')
               ORDER BY CASE WHEN language = $2 THEN 0 ELSE 1 END LIMIT 1";
    tx.row(sql, params![version, language]).await?.map(published).transpose()
}

fn published(mut row: Row) -> Result<Published> {
    let text = Text { version: row.take()?, language: row.take()?, body: row.take()?, since: row.take()? };
    Ok(Published { text, sha256: row.take()?, at: row.take()?, author: words::from_json(&row.take::<String>()?)? })
}

async fn accept(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let (acceptance, now) = (&args.acceptance, args.now);
    let person = tx.person(&args.person).await?.ok_or(Error::Refused(Refusal::PersonUnknown))?.idnat;
    let sql = "SELECT sha256 FROM terms_text WHERE version = $1 ORDER BY CASE WHEN language = 'fr' THEN 0 ELSE 1 END, language";
    let rows = tx.rows(sql, params![&acceptance.version]).await?;
    let texts: Vec<String> = rows.into_iter().map(|mut row| row.take()).collect::<Result<_>>()?;
    let read = match &acceptance.text_sha256 {
        Some(sha256) => texts.into_iter().find(|text| text.eq_ignore_ascii_case(sha256)),
        None => texts.into_iter().next(),
    };
    let Some(sha256) = read else {
        let version = tx.terms_in_force(now).await?;
        return Err(Error::Refused(Refusal::TermsNotAccepted { url: tx.context.terms_url.clone(), version }));
    };
    let ip = acceptance.ip.map(|ip| ip.to_string());
    let author = words::json(&args.author)?;
    let sql =
        "INSERT INTO terms_acceptance (person, version, at, channel, ip, author, sha256, session) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (person, version) DO NOTHING";
    let channel = acceptance.channel.as_str();
    let (ip, session) = (ip.as_deref(), acceptance.session.as_deref());
    let values = params![person.as_str(), &acceptance.version, now, channel, ip, &author, &sha256, session];
    if tx.exec(sql, values).await? == 0 {
        return Ok(());
    }
    tx.move_mailboxes_of(&person).await?;
    let line = Entry {
        at: now,
        author: args.author.clone(),
        act: Act::TermsAccepted,
        object: person.to_string(),
        channel: acceptance.channel,
        facts: json!({ "version": acceptance.version, "sha256": sha256, "ip": ip }),
    };
    tx.journal(OPERATOR, &line).await
}

async fn history(tx: &mut Tx<'_>, person: &IdNat) -> Result<Vec<Accepted>> {
    let person = tx.person(person).await?.map_or_else(|| person.clone(), |person| person.idnat);
    let sql = "SELECT version, at, channel, ip, session, sha256 FROM terms_acceptance WHERE person = $1 ORDER BY at, version";
    let accepted = |mut row: Row| {
        Ok(Accepted {
            version: row.take()?,
            at: row.take()?,
            channel: words::channel_of(&row.take::<String>()?)?,
            ip: row.take()?,
            session: row.take()?,
            sha256: row.take()?,
        })
    };
    tx.rows(sql, params![person.as_str()]).await?.into_iter().map(accepted).collect()
}
