//! `/bureau/chiffres`: the month by kind of mailbox, and its three files.
//!
//! Requirements: IND-C, IND-41, IND-60, IND-62, IND-71. Kinds are told apart, never added together; each download is journalled.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rules::Channel;
use rules::journal::{Act, Entry};
use rules::usage::{self, Figures, File, Month};
use serde_json::json;

use super::colleague::Colleague;
use crate::App;
use crate::figures::months::{Asked, Shown};
use crate::frame::{Fault, Page, Words, html};

#[derive(Default)]
struct KindLine {
    name: String,
    mailboxes: u64,
    actors: BTreeSet<String>,
    visits: u64,
    sent: u64,
    received: u64,
    refused: u64,
}

impl KindLine {
    fn acts(&self) -> u64 {
        self.sent + self.received
    }
}

#[derive(Template)]
#[template(path = "desk/figures.html")]
struct FiguresPage {
    page: Page,
    month: Shown,
    lines: Vec<KindLine>,
    most: u64,
    files: [&'static str; 3],
}

pub(super) async fn show(State(app): State<App>, colleague: Colleague, w: Words, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let month = asked.shown(w, now)?;
    let figures = app.store.figures(month.month, now).await?;
    let lines = by_kind(w, &figures);
    let most = lines.iter().map(KindLine::acts).max().unwrap_or(0).max(1);
    let page = colleague.page(&app, w, w.desk_figures(), "/bureau/chiffres");
    Ok(html(&app, &FiguresPage { page, month, lines, most, files: ["connexions", "echanges", "boites"] }, false))
}

fn by_kind(w: Words, figures: &Figures) -> Vec<KindLine> {
    let mut kinds: BTreeMap<&str, KindLine> = BTreeMap::new();
    for row in &figures.boites {
        kinds.entry(row.type_boite).or_default().mailboxes += 1;
    }
    for row in &figures.connexions {
        let line = kinds.entry(row.type_boite).or_default();
        line.visits += row.nb_visites;
        line.refused += row.nb_refus;
        line.actors.extend(row.id_acteur.clone().filter(|_| row.nb_visites > 0));
    }
    for row in &figures.echanges {
        let line = kinds.entry(row.type_boite).or_default();
        match row.sens {
            "EMIS" => line.sent += row.counts.nb_messages,
            "RECU" => line.received += row.counts.nb_messages,
            _ => {}
        }
    }
    kinds.into_iter().map(|(kind, line)| KindLine { name: w.kind_written(kind), ..line }).collect()
}

/// `GET /bureau/chiffres/{month}/{file}`: one of the three files, as the monthly job writes it.
pub(super) async fn file(
    State(app): State<App>,
    colleague: Colleague,
    Path((month, file)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let month = Month::parse(&month).map_err(|_| Fault::NotFound)?;
    let file = File::parse(&file).ok_or(Fault::NotFound)?;
    let now = app.clock.now();
    let figures = app.store.figures(month, now).await?;
    let line = Entry {
        at: now,
        author: colleague.author(),
        act: Act::IndicatorsDownloaded,
        object: format!("{month}/{}", file.name()),
        channel: Channel::Webmail,
        facts: json!({ "format": "csv" }),
    };
    app.store.journal(line).await?;
    let disposition = format!("attachment; filename=\"{month}_{}.csv\"", file.name());
    let body = usage::csv(file, &figures, &usage::Format::default());
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)], body).into_response())
}
