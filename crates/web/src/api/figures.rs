//! The monthly figures, for the operator's systems (IND-41): the same rows as the files, from the same function (IND-60).
//!
//! Requirements: IND-41, IND-60, IND-70, IND-71. Each download is journalled.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rules::Channel;
use rules::journal::{Act, Entry};
use rules::usage::{self, File, Month};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::caller::Caller;
use super::input::{Path, Query};
use super::problem::{Problem, Problems};
use crate::App;

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Form {
    /// `json` (when absent), `csv` or `ndjson`.
    pub format: Option<String>,
}

/// One of the three files of a month: `connexions`, `echanges` or `boites`.
#[utoipa::path(get, path = "/indicators/{month}/{file}", tag = "indicators",
    params(("month" = String, Path, description = "AAAA-MM"), ("file" = String, Path, description = "connexions, echanges or boites"), Form),
    responses((status = 200, description = "The file", content(
        (serde_json::Value = "application/json", example = json!({"version": 1, "fichier": "echanges", "mois": "2026-10", "edition": 1, "lignes": []})),
        (String = "text/csv"), (String = "application/x-ndjson"))), Problems))]
pub async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((month, file)): Path<(String, String)>,
    Query(form): Query<Form>,
) -> Result<Response, Problem> {
    caller.system()?;
    caller.may("indicators.read")?;
    let month = Month::parse(&month).map_err(|error| Problem::bad(error.to_string()))?;
    let file = File::parse(&file).ok_or_else(Problem::not_found)?;
    let now = app.clock.now();
    let figures = app.store.figures(month, now).await?;
    let line = Entry {
        at: now,
        author: caller.author(),
        act: Act::IndicatorsDownloaded,
        object: format!("{month}/{}", file.name()),
        channel: Channel::Api,
        facts: json!({ "format": form.format }),
    };
    let (media, body) = match form.format.as_deref() {
        None | Some("json") => ("application/json", usage::json(file, &figures, 1).to_string()),
        Some("csv") => ("text/csv; charset=utf-8", usage::csv(file, &figures, &usage::Format::default())),
        Some("ndjson") => ("application/x-ndjson", usage::ndjson(file, &figures)),
        Some(_) => return Err(Problem::bad("format : json, csv ou ndjson.")),
    };
    app.store.journal(line).await?;
    Ok(([(CONTENT_TYPE, media)], body).into_response())
}
