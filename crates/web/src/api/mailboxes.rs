//! `/mailboxes`: which there are, who is in them, a new one.
//!
//! Requirements: BAL-01, BAL-04, CAB-01, CAB-03, CAB-04, CAB-05. A person sees hers; the operator's systems see all, never what is inside.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::mailbox::{Bearer, Kind, Mailbox};
use rules::movement::Change;
use rules::{Address, Channel, IdNat};
use serde::{Deserialize, Serialize};
use store::mailboxes::NewMailbox;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path, Query, address, idnat};
use super::problem::{Problem, Problems};
use super::shapes::{List, MailboxShape, PersonShape};
use crate::App;

/// Which page of a long list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Address after which the page begins.
    pub after: Option<String>,
    /// 1 to 500; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// Mailboxes of the caller; all of them for a system of the operator, by address.
#[utoipa::path(get, path = "/mailboxes", tag = "mailboxes", params(Page), responses((status = 200, body = List<MailboxShape>), Problems))]
pub async fn list(State(app): State<App>, caller: Caller, Query(page): Query<Page>) -> Result<axum::Json<List<MailboxShape>>, Problem> {
    caller.may("mailboxes.read")?;
    let now = app.clock.now();
    let limit = page.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(Problem::bad("limit : 1 à 500."));
    }
    let after = page.after.unwrap_or_default();
    let items = match &caller {
        Caller::Person(person) => {
            let mine = app.store.mailboxes_of(&person.idnat, now).await?;
            mine.iter().map(|mine| MailboxShape::mine(mine, now)).filter(|shape| shape.address > after).take(limit as usize).collect()
        }
        Caller::System(_) => {
            let page = app.store.mailboxes().await?.into_iter().filter(|mailbox| mailbox.address.as_str() > after.as_str());
            let mut items = Vec::new();
            for light in page.take(limit as usize) {
                // Its state is in its movements.
                if let Some(mailbox) = app.store.mailbox(&light.address).await? {
                    items.push(MailboxShape::of(&mailbox, now));
                }
            }
            items
        }
    };
    Ok(axum::Json(List { items }))
}

/// One mailbox.
#[utoipa::path(get, path = "/mailboxes/{address}", tag = "mailboxes", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn show(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    caller.may("mailboxes.read")?;
    let mailbox = seen(&app, &caller, &address(&text)?).await?;
    Ok(axum::Json(MailboxShape::of(&mailbox, app.clock.now())))
}

/// The people of a mailbox, of today and announced.
#[utoipa::path(get, path = "/mailboxes/{address}/people", tag = "mailboxes", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = List<PersonShape>), Problems))]
pub async fn people(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<List<PersonShape>>, Problem> {
    caller.may("mailboxes.read")?;
    let mailbox = seen(&app, &caller, &address(&text)?).await?;
    let people = app.store.people(&mailbox.address, app.clock.now()).await?;
    Ok(axum::Json(List { items: people.iter().map(PersonShape::of).collect() }))
}

/// A mailbox to open.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"address": "cabinet.de-la-halle@pli.mssante.test", "kind": "CAB", "owner": "899790000022", "structure": "R990012", "label": "Cabinet de la Halle"}))]
#[serde(deny_unknown_fields)]
pub struct NewMailboxShape {
    #[schema(format = "email")]
    pub address: String,
    /// `PER`, `ORG`, `APP` or `CAB`.
    pub kind: String,
    /// National number of the holder (PER) or of the owner (CAB); the caller's own when absent and the caller is a person.
    pub owner: Option<String>,
    /// PER: the situation of exercise that it hangs on, if any.
    pub situation: Option<String>,
    /// FINESS, SIRET or technical number: practice of a CAB, bearer of an ORG or an APP.
    pub structure: Option<String>,
    pub label: Option<String>,
    /// First responsible persons of an ORG or an APP.
    #[serde(default)]
    pub responsables: Vec<String>,
    /// The caller, a person who opens her own mailbox, agrees to the owner's contract (CGU-03): refused without it. Systems leave it out.
    #[serde(default)]
    pub attested: bool,
}

/// Opens a mailbox. A person opens her own (PER, CAB); the operator's systems open any kind.
#[utoipa::path(post, path = "/mailboxes", tag = "mailboxes", request_body = NewMailboxShape,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = MailboxShape), Problems))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(new): Body<NewMailboxShape>,
) -> Result<Response, Problem> {
    caller.may("mailboxes.write")?;
    once(&app, &caller, &headers, &("POST /mailboxes", &new), async || {
        let wanted = wanted(&app, &caller, &new)?;
        let address = wanted.address.clone();
        app.store.create_mailbox(wanted, new.attested, caller.author(), Channel::Api, app.clock.now()).await?;
        let made = app.store.mailbox(&address).await?.ok_or_else(|| Problem::ours("a new mailbox is not there"))?;
        Ok((StatusCode::CREATED, MailboxShape::of(&made, app.clock.now())))
    })
    .await
}

fn wanted(app: &App, caller: &Caller, new: &NewMailboxShape) -> Result<NewMailbox, Problem> {
    let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab];
    let kind = kinds.into_iter().find(|kind| kind.as_str() == new.kind).ok_or_else(|| Problem::bad("kind : PER, ORG, APP ou CAB."))?;
    let address = Address::parse(&new.address).map_err(|error| Problem::bad(format!("address : {error}")))?;
    if !app.config.domains.contains(&address.domain()) {
        return Err(Problem::bad(format!("address : les boîtes s'ouvrent ici sous {}.", app.config.domain)));
    }
    let owner = match (&new.owner, caller) {
        (Some(owner), _) => Some(idnat(owner)?),
        (None, Caller::Person(person)) => Some(person.idnat.clone()),
        (None, Caller::System(_)) => None,
    };
    if let Caller::Person(person) = caller
        && (owner.as_ref() != Some(&person.idnat) || matches!(kind, Kind::Org | Kind::App))
    {
        return Err(rules::Refusal::NotOwner.into());
    }
    let label = match &new.label {
        Some(label) if label.trim().is_empty() || label.chars().count() > 120 => return Err(Problem::bad("label : 1 à 120 caractères.")),
        Some(label) => label.trim().to_owned(),
        None => address.local().to_owned(),
    };
    let (bearer, structure) = match (kind, owner, new.structure.clone()) {
        (Kind::Per | Kind::Cab, Some(owner), structure) => (Bearer::Person { idnat: owner, situation: new.situation.clone() }, structure),
        (Kind::Org | Kind::App, None, Some(structure)) => (Bearer::Structure { structure }, None),
        (Kind::Per | Kind::Cab, None, _) => return Err(Problem::bad("owner : une boîte PER ou CAB a un titulaire.")),
        (Kind::Org | Kind::App, ..) => {
            return Err(Problem::bad("structure : une boîte ORG ou APP est portée par une structure, sans owner."));
        }
    };
    let first = new.responsables.iter().map(|person| Ok(Change::ResponsableAdded { person: idnat(person)? }));
    Ok(NewMailbox { address, kind, bearer, label, structure, first: first.collect::<Result<_, Problem>>()? })
}

/// A mailbox that the caller may know of: her own, or any for a system. Somebody else's answers as one that does not exist.
pub async fn seen(app: &App, caller: &Caller, address: &Address) -> Result<Mailbox, Problem> {
    let now = app.clock.now();
    let mailbox = app.store.mailbox(address).await?.ok_or_else(Problem::not_found)?;
    let known = match caller {
        Caller::System(_) => true,
        Caller::Person(person) => knows(app, &mailbox, &person.idnat, now).await?,
    };
    if known { Ok(mailbox) } else { Err(Problem::not_found()) }
}

/// She holds a right in it now, and may enter.
async fn knows(app: &App, mailbox: &Mailbox, person: &IdNat, now: rules::Moment) -> Result<bool, Problem> {
    let mine = app.store.mailboxes_of(person, now).await?;
    let held = |mine: &store::mailboxes::Mine| matches!(mine.right, rules::movement::Right::Held { .. }) || mine.offer_to_me;
    Ok(mine.iter().any(|mine| mine.mailbox.id == mailbox.id && held(mine)))
}
