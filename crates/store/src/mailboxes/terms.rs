//! Acceptances of the terms of use. Requirements: CGU-01, CGU-02. Kept for ever; the first acceptance of a version counts.

use std::net::IpAddr;

use rules::journal::{Act, Entry};
use rules::terms::Terms;
use rules::{Author, Channel, IdNat, Moment, Refusal};
use serde_json::json;

use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store, words};

struct Args {
    person: IdNat,
    version: String,
    channel: Channel,
    ip: Option<IpAddr>,
    author: Author,
    now: Moment,
}

impl Store {
    /// Records an acceptance of the terms (CGU-02): who, which version, when, from where.
    pub async fn accept_terms(
        &self,
        person: &IdNat,
        version: &str,
        channel: Channel,
        ip: Option<IpAddr>,
        author: Author,
        now: Moment,
    ) -> Result<()> {
        self.context.note(now);
        let args = Args { person: person.clone(), version: version.to_owned(), channel, ip, author, now };
        self.write(args, |tx, args| Box::pin(accept(tx, args))).await
    }

    pub async fn terms(&self, person: &IdNat) -> Result<Terms> {
        self.read_facts(person.clone(), |tx, person| {
            Box::pin(async move {
                let known = tx.person(person).await?.map(|person| person.idnat);
                tx.terms(known.as_ref().unwrap_or(person)).await
            })
        })
        .await
    }
}

async fn accept(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let person = tx.person(&args.person).await?.ok_or(Error::Refused(Refusal::PersonUnknown))?.idnat;
    let ip = args.ip.map(|ip| ip.to_string());
    let author = words::json(&args.author)?;
    let sql = "INSERT INTO terms_acceptance (person, version, at, channel, ip, author) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (person, version) DO NOTHING";
    let values = params![person.as_str(), &args.version, args.now, args.channel.as_str(), ip.as_deref(), &author];
    if tx.exec(sql, values).await? == 0 {
        return Ok(());
    }
    tx.move_mailboxes_of(&person).await?;
    let line = Entry {
        at: args.now,
        author: args.author.clone(),
        act: Act::TermsAccepted,
        object: person.to_string(),
        channel: args.channel,
        facts: json!({ "version": args.version, "ip": ip }),
    };
    tx.journal(OPERATOR, &line).await
}
