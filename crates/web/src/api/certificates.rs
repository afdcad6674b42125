//! The machines that open an APP mailbox, by their certificates. Requirements: BAL-01, PSC-41, LPS-22, STF-03.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::{Address, Author, Channel};
use serde::{Deserialize, Serialize};
use store::mailboxes::NewCertificate;
use trust::Dn;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path, Query, address};
use super::problem::{Problem, Problems};
use super::shapes::{AuthorShape, List};
use crate::App;

/// A certificate that opens the mailbox.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"dn": "CN=LABO.CH-VALCLAIR.TEST,OU=1990000028,O=CH DE VALCLAIR,C=FR", "added": "2026-11-21T22:00:00.000000Z",
    "by": {"type": "person", "id": "899790000097", "capacity": "responsable"}}))]
pub struct CertificateShape {
    /// Its name in normal form.
    pub dn: String,
    #[schema(format = "date-time")]
    pub added: String,
    pub by: AuthorShape,
}

/// A certificate to enter.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"certificate": "CN=labo.ch-valclair.test,OU=1990000028,O=CH DE VALCLAIR,C=FR"}))]
#[serde(deny_unknown_fields)]
pub struct NewMachine {
    /// PEM, or the name it bears.
    pub certificate: String,
    /// Who approves the certificate of another structure than the mailbox's; the name is kept.
    #[schema(max_length = 200)]
    pub approved_by: Option<String>,
}

/// Which certificate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Its name.
    pub dn: String,
}

/// Who may: whoever answers for the mailbox, or a system of the operator.
async fn author(app: &App, caller: &Caller, mailbox: &Address, scope: &str) -> Result<Author, Problem> {
    caller.may(scope)?;
    match caller {
        Caller::Person(person) => {
            let access = person.enter(app, mailbox).await?;
            access.manager_rights()?;
            Ok(access.author())
        }
        Caller::System(_) => Ok(caller.author()),
    }
}

async fn listed(app: &App, mailbox: &Address) -> Result<List<CertificateShape>, Problem> {
    let shape = |one: store::mailboxes::Certificate| CertificateShape {
        dn: one.dn,
        added: one.added.to_string(),
        by: AuthorShape::of(&one.author),
    };
    Ok(List { items: app.store.certificates(mailbox).await?.into_iter().map(shape).collect() })
}

/// The certificates that open an APP mailbox.
#[utoipa::path(get, path = "/mailboxes/{address}/certificates", tag = "mailboxes", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = List<CertificateShape>), Problems))]
pub async fn list(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<List<CertificateShape>>, Problem> {
    let mailbox = address(&text)?;
    author(&app, &caller, &mailbox, "mailboxes.read").await?;
    Ok(axum::Json(listed(&app, &mailbox).await?))
}

/// Enters one. That it is good is looked at each time it is shown.
#[utoipa::path(post, path = "/mailboxes/{address}/certificates", tag = "mailboxes", request_body = NewMachine,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = List<CertificateShape>), Problems))]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewMachine>,
) -> Result<Response, Problem> {
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("certificate", &text, &new), async || {
        let author = author(&app, &caller, &mailbox, "mailboxes.write").await?;
        let dn = Dn::read(&new.certificate).map_err(|_| Problem::bad("certificate : ni un certificat (PEM), ni un nom de certificat."))?;
        if new.approved_by.as_ref().is_some_and(|name| name.chars().count() > 200 || name.chars().any(char::is_control)) {
            return Err(Problem::bad("approved_by : 200 caractères au plus, sans caractère de commande."));
        }
        let approved_by = new.approved_by.clone();
        let entered = NewCertificate { dn: dn.key(), structure: dn.structure().map(str::to_owned), approved_by };
        app.store.add_certificate(&mailbox, entered, author, Channel::Api, app.clock.now()).await?;
        Ok((StatusCode::CREATED, listed(&app, &mailbox).await?))
    })
    .await
}

/// Takes one out: its open sessions end at their next command.
#[utoipa::path(delete, path = "/mailboxes/{address}/certificates", tag = "mailboxes",
    params(("address" = String, Path, description = "Address of the mailbox"), Which),
    responses((status = 200, body = List<CertificateShape>), Problems))]
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    Query(which): Query<Which>,
) -> Result<axum::Json<List<CertificateShape>>, Problem> {
    let mailbox = address(&text)?;
    let author = author(&app, &caller, &mailbox, "mailboxes.write").await?;
    let dn = Dn::parse(&which.dn).map_err(|_| Problem::not_found())?;
    app.store.remove_certificate(&mailbox, &dn.key(), author, Channel::Api, app.clock.now()).await?;
    Ok(axum::Json(listed(&app, &mailbox).await?))
}
