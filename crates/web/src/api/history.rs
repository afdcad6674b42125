//! The history of a mailbox for its people, and the proof of one act. Requirements: CAB-08, CAB-16, DEL-03, IND-40.

use axum::extract::State;
use rules::{Moment, journal::Line};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::timeline::{Kinds, TimelineQuery};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::input::{Path, Query, address, idnat, moment};
use super::problem::{Problem, Problems};
use super::shapes::{AuthorShape, List};
use crate::App;

/// One act, as the journal keeps it: never a subject, never content.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"seq": 12, "at": "2026-11-21T22:00:00.123456Z", "author": {"type": "person", "id": "899790000048", "capacity": "delegataire"}, "act": "message.opened",
    "object": "3", "channel": "webmail", "facts": {}, "hash": "6f1e0000000000000000000000000000000000000000000000000000000000aa"}))]
pub struct LineShape {
    pub seq: i64,
    #[schema(format = "date-time")]
    pub at: String,
    pub author: AuthorShape,
    pub act: String,
    pub object: String,
    pub channel: String,
    #[schema(value_type = Object)]
    pub facts: Value,
    pub hash: String,
}

impl LineShape {
    pub fn of(line: &Line) -> Self {
        Self {
            seq: line.seq,
            at: line.at.to_string(),
            author: AuthorShape::of(&line.author),
            act: line.act.clone(),
            object: line.object.clone(),
            channel: line.channel.as_str().to_owned(),
            facts: if line.facts.is_null() { Value::Object(Default::default()) } else { line.facts.clone() },
            hash: line.hash.clone(),
        }
    }
}

/// Which acts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `all`, `access`, `letters` or `movements`.
    pub kinds: Option<String>,
    /// Acts of this person, and movements about her.
    pub person: Option<String>,
    /// Moment and number of the last line of the page before; both or none.
    pub before_at: Option<String>,
    #[param(minimum = 1)]
    pub before_seq: Option<i64>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// The acts in a mailbox, newest first, for its people.
#[utoipa::path(get, path = "/mailboxes/{address}/history", tag = "history", params(("address" = String, Path, description = "Address of the mailbox"), Which),
    responses((status = 200, body = List<LineShape>), Problems))]
pub async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    Query(which): Query<Which>,
) -> Result<axum::Json<List<LineShape>>, Problem> {
    caller.may("journal.read")?;
    let person = caller.person()?;
    let query = query(which)?;
    let access = person.enter(&app, &address(&text)?).await?;
    let lines = app.store.timeline(&access, query, app.clock.now()).await?;
    Ok(axum::Json(List { items: lines.iter().map(LineShape::of).collect() }))
}

fn query(which: Which) -> Result<TimelineQuery, Problem> {
    let kinds = match which.kinds.as_deref() {
        None | Some("all") => Kinds::All,
        Some("access") => Kinds::Access,
        Some("letters") => Kinds::Letters,
        Some("movements") => Kinds::Movements,
        Some(_) => return Err(Problem::bad("kinds : all, access, letters ou movements.")),
    };
    let limit = which.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::bad("limit : 1 à 200."));
    }
    let before: Option<(Moment, i64)> = match (which.before_at, which.before_seq) {
        (Some(at), Some(seq)) => Some((moment(&at)?, seq)),
        (None, None) => None,
        _ => return Err(Problem::bad("before_at et before_seq vont ensemble.")),
    };
    Ok(TimelineQuery { before, kinds, person: which.person.as_deref().map(idnat).transpose()?, limit })
}
