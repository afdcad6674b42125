//! Movements: who is let in or out, hand-overs, the life of a mailbox. Each is one decision of `rules::movement`.
//!
//! Requirements: CAB-06, CAB-12, CAB-13, CAB-15, CAB-16, DEL-01, DEL-02, DEL-08, DEL-14, STF-02, STF-03.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::movement::{self, Change};
use rules::{Address, Channel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path, address, idnat, moment};
use super::problem::{Problem, Problems};
use super::shapes::{Because, List, MailboxShape, MovementShape, PersonShape};
use crate::App;

/// A movement to make, and what its author says with it.
struct Asked {
    change: Change,
    reason: Option<String>,
    attested: bool,
}

impl Asked {
    fn of(change: Change, because: Because) -> Result<Self, Problem> {
        Ok(Self { change, reason: checked(because.reason)?, attested: false })
    }
}

fn checked(reason: Option<String>) -> Result<Option<String>, Problem> {
    match reason {
        Some(reason) if reason.chars().count() > 500 || reason.chars().any(char::is_control) => {
            Err(Problem::bad("reason : 500 caractères au plus, sans caractère de commande."))
        }
        other => Ok(other.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty())),
    }
}

/// Makes it in the caller's name: a person by her own access, a system as staff with its reason.
async fn make(app: &App, caller: &Caller, mailbox: &Address, asked: Asked) -> Result<(), Problem> {
    caller.may("movements.write")?;
    let Asked { change, reason, attested } = asked;
    let now = app.clock.now();
    let moved = match caller {
        Caller::Person(person) => {
            let access = person.enter(app, mailbox).await?;
            app.store.move_as(&access, change, reason, attested, Channel::Api, now).await
        }
        Caller::System(_) => {
            let (author, asked) = (caller.author(), change.clone());
            let decide = move |mailbox: &_, about: Option<&_>| movement::by_staff(mailbox, &asked, about, now);
            app.store.move_mailbox(mailbox, change, reason, attested, author, Channel::Api, now, decide).await
        }
    };
    moved.map(drop).map_err(Problem::from)
}

async fn people(app: &App, mailbox: &Address) -> Result<List<PersonShape>, Problem> {
    let people = app.store.people(mailbox, app.clock.now()).await?;
    Ok(List { items: people.iter().map(PersonShape::of).collect() })
}

async fn shape(app: &App, mailbox: &Address) -> Result<MailboxShape, Problem> {
    let mailbox = app.store.mailbox(mailbox).await?.ok_or_else(Problem::not_found)?;
    Ok(MailboxShape::of(&mailbox, app.clock.now()))
}

/// A delegation to give.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"person": "899790000089", "until": "2026-12-12T17:00:00Z", "attested": true, "reason": "remplacement"}))]
#[serde(deny_unknown_fields)]
pub struct NewDelegation {
    /// National number of the person, from the register.
    pub person: String,
    /// First moment with the right; now when absent.
    #[schema(format = "date-time")]
    pub from: Option<String>,
    /// First moment without it; until further notice when absent.
    #[schema(format = "date-time")]
    pub until: Option<String>,
    /// « J'atteste que cette personne est habilitée et tenue au secret » (CAB-15, DEL-14).
    #[serde(default)]
    pub attested: bool,
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Gives access to a délégataire. A second delegation of the same person replaces the first.
#[utoipa::path(post, path = "/mailboxes/{address}/delegations", tag = "movements", request_body = NewDelegation,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = List<PersonShape>), Problems))]
pub async fn delegate(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewDelegation>,
) -> Result<Response, Problem> {
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("delegation", &text, &new), async || {
        let date = |text: &Option<String>| text.as_deref().map(moment).transpose();
        let change = Change::Delegated { person: idnat(&new.person)?, from: date(&new.from)?, until: date(&new.until)? };
        make(&app, &caller, &mailbox, Asked { change, reason: checked(new.reason.clone())?, attested: new.attested }).await?;
        Ok((StatusCode::CREATED, people(&app, &mailbox).await?))
    })
    .await
}

/// A cotitulaire to declare.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"person": "899790000022", "attested": true}))]
#[serde(deny_unknown_fields)]
pub struct NewCotitulaire {
    pub person: String,
    #[serde(default)]
    pub attested: bool,
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Declares a cotitulaire of a practice's mailbox; its owner alone may.
#[utoipa::path(post, path = "/mailboxes/{address}/cotitulaires", tag = "movements", request_body = NewCotitulaire,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = List<PersonShape>), Problems))]
pub async fn add_cotitulaire(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewCotitulaire>,
) -> Result<Response, Problem> {
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("cotitulaire", &text, &new), async || {
        let change = Change::CotitulaireAdded { person: idnat(&new.person)? };
        make(&app, &caller, &mailbox, Asked { change, reason: checked(new.reason.clone())?, attested: new.attested }).await?;
        Ok((StatusCode::CREATED, people(&app, &mailbox).await?))
    })
    .await
}

/// Ends a delegation now. A délégataire may end her own.
#[utoipa::path(delete, path = "/mailboxes/{address}/delegations/{person}", tag = "movements",
    params(("address" = String, Path, description = "Address of the mailbox"), ("person" = String, Path, description = "National number")),
    responses((status = 200, body = List<PersonShape>), Problems))]
pub async fn end_delegation(
    State(app): State<App>,
    caller: Caller,
    Path((text, person)): Path<(String, String)>,
) -> Result<axum::Json<List<PersonShape>>, Problem> {
    let mailbox = address(&text)?;
    let asked = Asked::of(Change::DelegationEnded { person: idnat(&person)? }, Because::default())?;
    make(&app, &caller, &mailbox, asked).await?;
    left(&app, &caller, &mailbox, &person).await
}

/// Withdraws a cotitulaire: by the owner, or by herself.
#[utoipa::path(delete, path = "/mailboxes/{address}/cotitulaires/{person}", tag = "movements",
    params(("address" = String, Path, description = "Address of the mailbox"), ("person" = String, Path, description = "National number")),
    responses((status = 200, body = List<PersonShape>), Problems))]
pub async fn remove_cotitulaire(
    State(app): State<App>,
    caller: Caller,
    Path((text, person)): Path<(String, String)>,
) -> Result<axum::Json<List<PersonShape>>, Problem> {
    let mailbox = address(&text)?;
    let asked = Asked::of(Change::CotitulaireRemoved { person: idnat(&person)? }, Because::default())?;
    make(&app, &caller, &mailbox, asked).await?;
    left(&app, &caller, &mailbox, &person).await
}

/// Somebody to answer for a mailbox.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"person": "899790000097", "reason": "nommée cheffe de service"}))]
#[serde(deny_unknown_fields)]
pub struct NewResponsable {
    /// National number of the person, from the register.
    pub person: String,
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Names who answers for a structure's or a machine's mailbox; the operator's systems alone may.
#[utoipa::path(post, path = "/mailboxes/{address}/responsables", tag = "movements", request_body = NewResponsable,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = List<PersonShape>), Problems))]
pub async fn add_responsable(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewResponsable>,
) -> Result<Response, Problem> {
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("responsable", &text, &new), async || {
        caller.system()?;
        let change = Change::ResponsableAdded { person: idnat(&new.person)? };
        make(&app, &caller, &mailbox, Asked { change, reason: checked(new.reason.clone())?, attested: true }).await?;
        Ok((StatusCode::CREATED, people(&app, &mailbox).await?))
    })
    .await
}

/// She answers for it no more.
#[utoipa::path(delete, path = "/mailboxes/{address}/responsables/{person}", tag = "movements",
    params(("address" = String, Path, description = "Address of the mailbox"), ("person" = String, Path, description = "National number")),
    responses((status = 200, body = List<PersonShape>), Problems))]
pub async fn remove_responsable(
    State(app): State<App>,
    caller: Caller,
    Path((text, person)): Path<(String, String)>,
) -> Result<axum::Json<List<PersonShape>>, Problem> {
    caller.system()?;
    let mailbox = address(&text)?;
    let asked = Asked::of(Change::ResponsableRemoved { person: idnat(&person)? }, Because::default())?;
    make(&app, &caller, &mailbox, asked).await?;
    Ok(axum::Json(people(&app, &mailbox).await?))
}

/// Who is there after somebody was taken out; nobody to see for the one who left.
async fn left(app: &App, caller: &Caller, mailbox: &Address, gone: &str) -> Result<axum::Json<List<PersonShape>>, Problem> {
    if matches!(caller, Caller::Person(person) if person.idnat.as_str() == gone) {
        return Ok(axum::Json(List { items: Vec::new() }));
    }
    Ok(axum::Json(people(app, mailbox).await?))
}

/// The caller takes up what she was given in this mailbox: the record of a first visit.
#[utoipa::path(put, path = "/mailboxes/{address}/acceptance", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn accept(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    let mailbox = address(&text)?;
    let change = Change::Accepted { person: caller.person()?.idnat.clone() };
    make(&app, &caller, &mailbox, Asked::of(change, Because::default())?).await?;
    Ok(axum::Json(shape(&app, &mailbox).await?))
}

/// To whom.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"to": "899790000022"}))]
#[serde(deny_unknown_fields)]
pub struct NewHandover {
    /// National number of the next owner.
    pub to: String,
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Hands a practice's mailbox over. Asked by its owner it is an offer, which the other takes; asked by a system of the operator, with its
/// reason, it is done.
#[utoipa::path(post, path = "/mailboxes/{address}/handover", tag = "movements", request_body = NewHandover,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn hand_over(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewHandover>,
) -> Result<Response, Problem> {
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("handover", &text, &new), async || {
        let to = idnat(&new.to)?;
        let change = match &caller {
            Caller::Person(_) => Change::HandOverOffered { to },
            Caller::System(_) => Change::HandedOver { to },
        };
        make(&app, &caller, &mailbox, Asked { change, reason: checked(new.reason.clone())?, attested: false }).await?;
        Ok((StatusCode::OK, shape(&app, &mailbox).await?))
    })
    .await
}

/// The caller, to whom the mailbox was offered, takes it over. The call is her consent to the owner's contract (CGU-03), kept with the movement.
#[utoipa::path(put, path = "/mailboxes/{address}/handover/acceptance", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn take_over(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    caller.may("movements.write")?;
    let (mailbox, person, now) = (address(&text)?, caller.person()?, app.clock.now());
    let terms = app.store.terms(&person.idnat).await?;
    if !terms.up_to_date() {
        return Err(rules::Refusal::TermsNotAccepted { url: terms.url, version: terms.current }.into());
    }
    let decide = move |mailbox: &_, about: Option<&rules::register::Person>| {
        movement::take_over(mailbox, about.ok_or(rules::Refusal::PersonUnknown)?, now)
    };
    let change = Change::HandedOver { to: person.idnat.clone() };
    app.store.move_mailbox(&mailbox, change, None, true, caller.author(), Channel::Api, now, decide).await?;
    Ok(axum::Json(shape(&app, &mailbox).await?))
}

/// The offer is withdrawn by the owner, or declined by the one asked.
#[utoipa::path(delete, path = "/mailboxes/{address}/handover", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn drop_hand_over(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    caller.may("movements.write")?;
    let (mailbox, now) = (address(&text)?, app.clock.now());
    let known = super::mailboxes::seen(&app, &caller, &mailbox).await?;
    let offered = movement::standing(&known.movements, now).offer().map(|offer| offer.to.clone()).ok_or(rules::Refusal::NoOffer)?;
    let by = caller.person()?.idnat.clone();
    let decide = move |mailbox: &_, _: Option<&_>| movement::drop_hand_over(mailbox, &by, now);
    app.store
        .move_mailbox(&mailbox, Change::HandOverDropped { to: offered }, None, false, caller.author(), Channel::Api, now, decide)
        .await?;
    Ok(axum::Json(shape(&app, &mailbox).await?))
}

/// Begins the closing: thirty days of reading only, then nothing but the address.
#[utoipa::path(put, path = "/mailboxes/{address}/closing", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")), request_body = Because,
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    Body(because): Body<Because>,
) -> Result<axum::Json<MailboxShape>, Problem> {
    changed(&app, &caller, &text, Change::Closing, because).await
}

/// Takes the closing back, during the thirty days.
#[utoipa::path(delete, path = "/mailboxes/{address}/closing", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn reopen(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    changed(&app, &caller, &text, Change::Resumed, Because { reason: Some("clôture annulée".to_owned()) }).await
}

/// Suspends a mailbox; systems of the operator only.
#[utoipa::path(put, path = "/mailboxes/{address}/suspension", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")), request_body = Because,
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn suspend(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    Body(because): Body<Because>,
) -> Result<axum::Json<MailboxShape>, Problem> {
    caller.system()?;
    changed(&app, &caller, &text, Change::Suspended, because).await
}

/// Lifts a suspension; systems of the operator only.
#[utoipa::path(delete, path = "/mailboxes/{address}/suspension", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = MailboxShape), Problems))]
pub async fn resume(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<MailboxShape>, Problem> {
    caller.system()?;
    changed(&app, &caller, &text, Change::Resumed, Because { reason: Some("suspension levée".to_owned()) }).await
}

async fn changed(app: &App, caller: &Caller, text: &str, change: Change, because: Because) -> Result<axum::Json<MailboxShape>, Problem> {
    let mailbox = address(text)?;
    make(app, caller, &mailbox, Asked::of(change, because)?).await?;
    Ok(axum::Json(shape(app, &mailbox).await?))
}

/// Every movement since the mailbox began, in order: kept for ever.
#[utoipa::path(get, path = "/mailboxes/{address}/movements", tag = "movements", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = List<MovementShape>), Problems))]
pub async fn history(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<List<MovementShape>>, Problem> {
    caller.may("mailboxes.read")?;
    let mailbox = address(&text)?;
    let movements = match &caller {
        Caller::Person(person) => {
            let access = person.enter(&app, &mailbox).await?;
            app.store.movements_history(&access, app.clock.now()).await?
        }
        Caller::System(_) => app.store.mailbox(&mailbox).await?.ok_or_else(Problem::not_found)?.movements,
    };
    Ok(axum::Json(List { items: movements.iter().map(MovementShape::of).collect() }))
}
