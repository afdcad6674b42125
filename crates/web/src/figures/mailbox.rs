//! `/boites/{address}/chiffres`: who did what in a mailbox this month.
//!
//! Requirements: IND-A, IND-60, IND-62. Owner, cotitulaires and responsables see each person's figures; a délégataire her own.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use rules::usage::{Total, mailbox_people};
use rules::{Address, IdNat};

use super::months::{Asked, Shown};
use super::table::{Row, Table};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "figures/mailbox.html")]
struct FiguresPage {
    page: Page,
    month: Shown,
    table: Table,
    received: u64,
    /// Everybody's, or the reader's own.
    all: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    w: Words,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let address = Address::parse(&address).map_err(|_| Fault::NotFound)?;
    let access = member.enter(&app, &address).await?;
    let now = app.clock.now();
    let month = asked.shown(w, now)?;
    let mailbox = app.store.mailbox(&address).await?.ok_or(Fault::NotFound)?;
    let figures = app.store.figures_among(std::slice::from_ref(&mailbox), month.month, now).await?;
    let all = access.manager_rights().is_ok();
    let totals = mailbox_people(&figures, &address).into_iter().filter(|total| all || total.id_acteur == member.person.as_str());
    let mut rows = Vec::new();
    for total in totals {
        rows.push(row(&app, w, &mailbox, total).await?);
    }
    let table = Table::of(rows);
    if asked.is_csv() {
        return Ok(table.csv(month.month, "chiffres"));
    }
    let received = figures.echanges.iter().filter(|row| row.sens == "RECU").map(|row| row.counts.nb_messages).sum();
    let path = format!("/boites/{address}/chiffres");
    let page = Page::of(&app, w, &member.signed.session, w.figures_title(&mailbox.label))
        .at(Place::Figures, path)
        .holding(&address, &mailbox.label);
    Ok(html(&app, &FiguresPage { page, month, table, received, all }, false))
}

/// People before numbers: the name from the register.
async fn row(app: &App, w: Words, mailbox: &rules::mailbox::Mailbox, total: Total) -> Result<Row, Fault> {
    let person = match IdNat::parse(&total.id_acteur) {
        Ok(idnat) => app.store.person(&idnat).await?,
        Err(_) => None,
    };
    let what = person.map_or_else(|| total.id_acteur.clone(), |person| person.name());
    let more = total.qualites.iter().map(|word| w.figures_capacity(word, mailbox.kind)).collect::<Vec<_>>().join(", ");
    Ok(Row { what, more, total })
}
