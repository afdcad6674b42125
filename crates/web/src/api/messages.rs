//! Letters, for a person's own programs: which there are, and one whole. Requirements: CAB-10, CAB-16, STF-03, IND-A.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rules::Channel;
use serde::{Deserialize, Serialize};
use store::mail::{Want, flag, page};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::input::{Path, Query, address};
use super::problem::{Problem, Problems};
use super::shapes::List;
use crate::App;

/// A folder.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "INBOX", "messages": 12, "unseen": 3}))]
pub struct FolderShape {
    pub name: String,
    pub messages: u32,
    pub unseen: u32,
}

/// The folders of a mailbox.
#[utoipa::path(get, path = "/mailboxes/{address}/folders", tag = "messages", params(("address" = String, Path, description = "Address of the mailbox")),
    responses((status = 200, body = List<FolderShape>), Problems))]
pub async fn folders(State(app): State<App>, caller: Caller, Path(text): Path<String>) -> Result<axum::Json<List<FolderShape>>, Problem> {
    caller.may("messages.read")?;
    let access = caller.person()?.enter(&app, &address(&text)?).await?;
    let folders = app.store.folders(&access).await?;
    let items = folders.into_iter().map(|folder| FolderShape { name: folder.name, messages: folder.messages, unseen: folder.unseen });
    Ok(axum::Json(List { items: items.collect() }))
}

/// A letter in a list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"uid": 42, "date": "2026-11-21T22:00:00.000000Z", "size": 18213, "seen": false, "answered": false, "flagged": false}))]
pub struct LetterShape {
    pub uid: u32,
    /// When it was filed.
    #[schema(format = "date-time")]
    pub date: String,
    /// Bytes.
    pub size: u32,
    pub seen: bool,
    pub answered: bool,
    pub flagged: bool,
}

/// Which letters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Name of the folder; `INBOX` when absent.
    pub folder: Option<String>,
    /// Number before which the page begins.
    #[param(minimum = 1)]
    pub before: Option<u32>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Letters of a folder, newest first. Listing them reads none.
#[utoipa::path(get, path = "/mailboxes/{address}/messages", tag = "messages", params(("address" = String, Path, description = "Address of the mailbox"), Which),
    responses((status = 200, body = List<LetterShape>), Problems))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    Query(which): Query<Which>,
) -> Result<axum::Json<List<LetterShape>>, Problem> {
    caller.may("messages.read")?;
    let limit = which.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::bad("limit : 1 à 200."));
    }
    let access = caller.person()?.enter(&app, &address(&text)?).await?;
    let folder = which.folder.unwrap_or_else(|| "INBOX".to_owned());
    let place = which.before.map_or(page::Place::Newest, page::Place::Before);
    let page = app.store.mail_page(&access, &page::Which::Name(folder), place, limit, app.clock.now()).await?;
    let items = page.letters.into_iter().map(|stored| LetterShape {
        uid: stored.uid,
        date: stored.internal_date.to_string(),
        size: stored.size,
        seen: stored.flags.system & flag::SEEN != 0,
        answered: stored.flags.system & flag::ANSWERED != 0,
        flagged: stored.flags.system & flag::FLAGGED != 0,
    });
    Ok(axum::Json(List { items: items.collect() }))
}

/// One letter, whole, as it was received. It is journalled as fetched by the caller.
#[utoipa::path(get, path = "/mailboxes/{address}/messages/{uid}", tag = "messages",
    params(("address" = String, Path, description = "Address of the mailbox"), ("uid" = u32, Path, description = "Number in the folder", minimum = 1), Folder),
    responses((status = 200, description = "The message, RFC 5322", body = String, content_type = "message/rfc822"), Problems))]
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path((text, uid)): Path<(String, u32)>,
    Query(folder): Query<Folder>,
) -> Result<Response, Problem> {
    caller.may("messages.read")?;
    let access = caller.person()?.enter(&app, &address(&text)?).await?;
    let folder = app.store.folder(&access, folder.folder.as_deref().unwrap_or("INBOX")).await?;
    let want = Want { bytes: true, to_person: true, ..Want::default() };
    let found = app.store.read(&access, folder.id, &[uid], want, Channel::Api, app.clock.now()).await?;
    let bytes = found.into_iter().next().and_then(|stored| stored.bytes).ok_or_else(Problem::not_found)?;
    Ok(([(CONTENT_TYPE, "message/rfc822")], bytes).into_response())
}

/// Which folder.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Folder {
    /// Name of the folder; `INBOX` when absent.
    pub folder: Option<String>,
}
