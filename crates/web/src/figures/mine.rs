//! `/moi/chiffres`: one's own figures, mailbox by mailbox. Requirements: IND-A, IND-D, IND-60, IND-62.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rules::mailbox::Mailbox;
use rules::usage::person_mailboxes;

use super::months::{Asked, Shown};
use super::table::{Row, Table};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "figures/mine.html")]
struct MinePage {
    page: Page,
    month: Shown,
    table: Table,
}

pub(super) async fn show(State(app): State<App>, member: Member, w: Words, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let month = asked.shown(w, now)?;
    // Those she has or lately had: what she did elsewhere long ago is in her former mailboxes' histories.
    let mailboxes: Vec<Mailbox> = app.store.mailboxes_of(&member.person, now).await?.into_iter().map(|mine| mine.mailbox).collect();
    let figures = app.store.figures_among(&mailboxes, month.month, now).await?;
    let row = |total: rules::usage::Total| {
        let label = mailboxes.iter().find(|mailbox| mailbox.address.as_str() == total.adresse_boite).map(|mailbox| mailbox.label.clone());
        Row { what: label.unwrap_or_else(|| total.adresse_boite.clone()), more: total.adresse_boite.clone(), total }
    };
    let table = Table::of(person_mailboxes(&figures, &member.person).into_iter().map(row).collect());
    if asked.is_csv() {
        return Ok(table.csv(month.month, "mes-chiffres"));
    }
    let page = Page::of(&app, w, &member.signed.session, w.my_figures()).at(Place::Me, "/moi/chiffres");
    Ok(html(&app, &MinePage { page, month, table }, false))
}
