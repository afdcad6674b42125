//! A structure's own login: off until the operator switches it on, after a written commitment. Requirements: LOC-01, LOC-02.

use rules::journal::{Act, Entry};
use rules::{Author, Channel, IdNat, Moment, local};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Commitment, LocalOidc, LocalStructure};
use crate::accounts::secrets::{hash, place};
use crate::accounts::sessions::Who;
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::{from_json, json as word, parse};
use crate::{Error, Result, Store};

/// What is kept in the open of a structure's login.
#[derive(Serialize, Deserialize)]
struct Body {
    commitment: Option<Commitment>,
    gestionnaires: Vec<IdNat>,
    oidc: Option<Oidc>,
}

#[derive(Serialize, Deserialize)]
struct Oidc {
    issuer: String,
    client_id: String,
    acr_strong: Vec<String>,
    amr_strong: Vec<String>,
    id_claim: Option<String>,
}

impl Store {
    /// Switches on, changes or switches off. Enabled asks for a FINESS, a commitment whose review is to come, and one to five gestionnaires of
    /// the register. Switched off: every session of its people ends.
    pub async fn put_local_structure(&self, structure: LocalStructure, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((structure, author, now), |tx, (structure, author, now)| Box::pin(put(tx, structure, author, *now))).await
    }

    pub async fn local_structure(&self, id: &str) -> Result<Option<LocalStructure>> {
        self.read_facts(id.to_owned(), |tx, id| Box::pin(find(tx, id))).await
    }

    /// Those that are off too, by number.
    pub async fn local_structures(&self) -> Result<Vec<LocalStructure>> {
        self.read_facts((), |tx, ()| Box::pin(all(tx))).await
    }
}

const COLUMNS: &str = "structure, enabled, body, oidc_secret";

pub(super) async fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<LocalStructure>> {
    let sql = format!("SELECT {COLUMNS} FROM local_structure WHERE structure = $1");
    match tx.row(&sql, params![id]).await? {
        Some(row) => structure_of(tx, row).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn all(tx: &mut Tx<'_>) -> Result<Vec<LocalStructure>> {
    let sql = format!("SELECT {COLUMNS} FROM local_structure ORDER BY structure");
    let mut structures = Vec::new();
    for row in tx.rows(&sql, &[]).await? {
        structures.push(structure_of(tx, row).await?);
    }
    Ok(structures)
}

async fn structure_of(tx: &mut Tx<'_>, mut row: Row) -> Result<LocalStructure> {
    let (structure, enabled): (String, i64) = (row.take()?, row.take()?);
    let body: Body = from_json(&row.take::<String>()?)?;
    let secret = match row.take::<Option<Vec<u8>>>()? {
        Some(sealed) => tx.unseal("provider secret", place(&hash(&structure)), &sealed).await?,
        None => SecretString::from(String::new()),
    };
    let oidc = body.oidc.map(|oidc| LocalOidc {
        issuer: oidc.issuer,
        client_id: oidc.client_id,
        secret,
        acr_strong: oidc.acr_strong,
        amr_strong: oidc.amr_strong,
        id_claim: oidc.id_claim,
    });
    Ok(LocalStructure { structure, enabled: enabled == 1, commitment: body.commitment, gestionnaires: body.gestionnaires, oidc })
}

async fn put(tx: &mut Tx<'_>, wanted: &LocalStructure, author: &Author, now: Moment) -> Result<()> {
    let mut gestionnaires = Vec::new();
    for idnat in &wanted.gestionnaires {
        let known = tx.person(idnat).await?.ok_or(Error::Refused(rules::Refusal::PersonUnknown))?.idnat;
        if !gestionnaires.contains(&known) {
            gestionnaires.push(known);
        }
    }
    if wanted.enabled {
        let place = tx.structure(&wanted.structure).await?;
        let review = wanted.commitment.as_ref().filter(|written| is_sha256(&written.document_sha256)).map(|written| written.review_date);
        local::may_enable(place.as_ref(), review, &gestionnaires, now).map_err(Error::Refused)?;
    }
    write(tx, wanted, &gestionnaires).await?;
    let document = wanted.commitment.as_ref().map(|written| &written.document_sha256);
    let line = Entry {
        at: now,
        author: author.clone(),
        act: Act::LocalChanged,
        object: wanted.structure.clone(),
        channel: Channel::System,
        facts: json!({ "enabled": wanted.enabled, "document_sha256": document, "gestionnaires": gestionnaires }),
    };
    tx.journal(OPERATOR, &line).await?;
    if !wanted.enabled {
        for mut row in tx.rows("SELECT person FROM local_account WHERE structure = $1", params![&wanted.structure]).await? {
            let person: IdNat = parse(&row.take::<String>()?)?;
            tx.end_all_sessions(&Who::Local(person), author, now).await?;
        }
    }
    Ok(())
}

async fn write(tx: &mut Tx<'_>, wanted: &LocalStructure, gestionnaires: &[IdNat]) -> Result<()> {
    let oidc = wanted.oidc.as_ref();
    let body = Body {
        commitment: wanted.commitment.clone(),
        gestionnaires: gestionnaires.to_vec(),
        oidc: oidc.map(|oidc| Oidc {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            acr_strong: oidc.acr_strong.clone(),
            amr_strong: oidc.amr_strong.clone(),
            id_claim: oidc.id_claim.clone(),
        }),
    };
    let secret = match oidc {
        Some(oidc) => Some(tx.seal("provider secret", place(&hash(&wanted.structure)), &oidc.secret).await?),
        None => None,
    };
    let sql = "INSERT INTO local_structure (structure, enabled, body, oidc_secret) VALUES ($1, $2, $3, $4)
               ON CONFLICT (structure) DO UPDATE SET enabled = excluded.enabled, body = excluded.body, oidc_secret = excluded.oidc_secret";
    tx.exec(sql, params![&wanted.structure, wanted.enabled, &word(&body)?, secret.as_ref()]).await.map(|_| ())
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
