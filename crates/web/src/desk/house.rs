//! `/bureau/personnel` and `/bureau/jetons`: the operator's people and machines.
//!
//! Requirements: STF-01, STF-02, STF-04. Giving a role takes a second person where two exist; a token is shown once.

use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::staff::{SCOPES, StaffRole};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use store::accounts::{Asked, NewStaff, NewToken, TokenOwner};

use super::colleague::Colleague;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};

struct Member {
    login: String,
    name: String,
    roles: String,
    keys: usize,
    suspended: bool,
}

struct Waiting {
    id: i64,
    login: String,
    role: String,
    by: String,
}

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    page: Page,
    members: Vec<Member>,
    waiting: Vec<Waiting>,
    roles: Vec<(&'static str, String)>,
    may: bool,
    /// The link of an invitation just made: told once.
    link: String,
}

pub(super) async fn people(State(app): State<App>, colleague: Colleague, w: Words, headers: HeaderMap) -> Result<Response, Fault> {
    let notice = Notice::left(&app, &headers);
    draw(&app, &colleague, w, notice, String::new()).await
}

async fn draw(app: &App, colleague: &Colleague, w: Words, notice: Option<Notice>, link: String) -> Result<Response, Fault> {
    let members = app.store.all_staff().await?.into_iter().map(|member| Member {
        roles: member.roles.iter().map(|role| w.role(*role)).collect::<Vec<_>>().join(", "),
        keys: member.passkeys.len(),
        suspended: member.suspended.is_some(),
        login: member.login,
        name: member.name,
    });
    let members = members.collect();
    let waiting = app.store.staff_role_requests().await?.into_iter().map(|request| Waiting {
        id: request.id,
        role: w.role(request.role),
        by: match request.by {
            rules::Author::Staff { id } => id,
            other => other.person().map(ToString::to_string).unwrap_or_default(),
        },
        login: request.login,
    });
    let waiting = waiting.collect();
    let said = notice.is_some();
    let page = colleague.page(app, w, w.desk_people_title(), "/bureau/personnel").saying(notice);
    let roles = StaffRole::ALL.into_iter().map(|role| (role.as_str(), w.role(role))).collect();
    Ok(html(app, &PeoplePage { page, members, waiting, roles, may: colleague.has(StaffRole::Security), link }, said))
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    geste: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    nom: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    demande: i64,
}

pub(super) async fn change(State(app): State<App>, colleague: Colleague, w: Words, Form(form): Form<Change>) -> Result<Response, Fault> {
    colleague.must(StaffRole::Security)?;
    let (by, now) = (colleague.author(), app.clock.now());
    let role = || StaffRole::parse(&form.role).ok_or_else(|| Fault::BadForm(form.role.clone()));
    let said = match form.geste.as_str() {
        "inviter" => {
            let roles = if form.role.is_empty() { Vec::new() } else { vec![role()?] };
            let new = NewStaff { login: form.login.trim().to_owned(), name: form.nom.trim().to_owned(), roles };
            let code = app.store.invite_staff(new, by, now).await?;
            let origin = crate::by_name(&app.config.base_url, &app.config.trusted_origins);
            let link = format!("{origin}/bureau/inscription/{}", code.expose_secret());
            return draw(&app, &colleague, w, None, link).await;
        }
        "donner" => match app.store.ask_staff_role(&form.login, role()?, by, now).await? {
            Asked::Given => w.desk_role_given(),
            Asked::Waiting(_) => w.desk_role_waits(),
        },
        "approuver" => {
            app.store.approve_staff_role(form.demande, by, now).await?;
            w.desk_role_given()
        }
        "retirer" => {
            app.store.take_staff_role(&form.login, role()?, by, now).await?;
            w.desk_role_taken()
        }
        "suspendre" | "reprendre" => {
            app.store.suspend_staff(&form.login, form.geste == "suspendre", by, now).await?;
            w.desk_done()
        }
        other => return Err(Fault::BadForm(other.to_owned())),
    };
    Ok(Notice::good(said).then(&app, "/bureau/personnel"))
}

struct TokenLine {
    id: i64,
    name: String,
    owner: String,
    scopes: String,
    ends: String,
    used: String,
    living: bool,
}

#[derive(Template)]
#[template(path = "desk/tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<TokenLine>,
    scopes: &'static [&'static str],
    may: bool,
    /// A token just made: told once.
    secret: String,
}

pub(super) async fn tokens(State(app): State<App>, colleague: Colleague, w: Words, headers: HeaderMap) -> Result<Response, Fault> {
    draw_tokens(&app, &colleague, w, Notice::left(&app, &headers), String::new()).await
}

async fn draw_tokens(app: &App, colleague: &Colleague, w: Words, notice: Option<Notice>, secret: String) -> Result<Response, Fault> {
    let now = app.clock.now();
    let tokens = app.store.api_tokens().await?.into_iter().map(|token| TokenLine {
        id: token.id,
        owner: match &token.owner {
            TokenOwner::Operator => w.operator_word(),
            TokenOwner::Person(idnat) => idnat.to_string(),
        },
        scopes: token.scopes.join(", "),
        ends: w.date(token.ends),
        used: token.last_used.map_or_else(|| w.desk_never(), |at| w.ago(at, now)),
        living: token.revoked.is_none() && now < token.ends,
        name: token.name,
    });
    let tokens = tokens.collect();
    let said = notice.is_some();
    let page = colleague.page(app, w, w.desk_tokens(), "/bureau/jetons").saying(notice);
    Ok(html(app, &TokensPage { page, tokens, scopes: &SCOPES, may: colleague.has(StaffRole::Security), secret }, said))
}

#[derive(Debug, Deserialize)]
pub(super) struct NewForm {
    nom: String,
    /// Scopes, parted by spaces or commas.
    #[serde(default)]
    portees: String,
    jours: u32,
}

pub(super) async fn make(State(app): State<App>, colleague: Colleague, w: Words, Form(form): Form<NewForm>) -> Result<Response, Fault> {
    colleague.must(StaffRole::Security)?;
    let now = app.clock.now();
    if form.nom.trim().is_empty() || !(1..=366).contains(&form.jours) {
        return Err(Fault::BadForm("nom, jours".to_owned()));
    }
    let scopes = form.portees.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let ends = now.plus(Duration::from_secs(u64::from(form.jours) * 86_400));
    let new = NewToken { name: form.nom.trim().to_owned(), owner: TokenOwner::Operator, scopes, ends };
    let (_, secret) = app.store.make_api_token(new, colleague.author(), now).await?;
    draw_tokens(&app, &colleague, w, None, secret.expose_secret().to_owned()).await
}

pub(super) async fn revoke(State(app): State<App>, colleague: Colleague, w: Words, Path(id): Path<i64>) -> Result<Response, Fault> {
    colleague.must(StaffRole::Security)?;
    app.store.revoke_api_token(id, colleague.author(), app.clock.now()).await?;
    Ok(Notice::good(w.desk_token_revoked()).then(&app, "/bureau/jetons"))
}
