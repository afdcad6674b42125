//! `GET /boites`: every mailbox of the person at the keyboard, what waits for her answer, and the way to open her practice's.
//!
//! Requirements: BAL-01, BAL-04, CAB-02, CAB-12, CAB-17, CAB-18, CAB-19, DEL-05, DEL-08. Never a letter; entering is the door's.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::cards::{self, Card};
use super::practices;
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "mailboxes/mine.html")]
struct MinePage {
    page: Page,
    offered: Vec<Card>,
    invited: Vec<Card>,
    open: Vec<Card>,
    announced: Vec<Card>,
    ended: Vec<Card>,
    may_open: bool,
    none: bool,
}

pub(super) async fn page(State(app): State<App>, w: Words, member: Member, headers: HeaderMap) -> Result<Response, Fault> {
    let now = app.clock.now();
    let mine = app.store.mailboxes_of(&member.person, now).await?;
    let person = app.store.person(&member.person).await?;
    let shelves = cards::shelves(&app, w, &member.person, mine, now).await?;
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = MinePage {
        page: Page::of(&app, w, &member.signed.session, w.my_mailboxes()).at(Place::Mailboxes, "/boites").saying(notice),
        none: shelves.open.is_empty() && shelves.invited.is_empty() && shelves.offered.is_empty() && shelves.announced.is_empty(),
        offered: shelves.offered,
        invited: shelves.invited,
        open: shelves.open,
        announced: shelves.announced,
        ended: shelves.ended,
        may_open: person.is_some_and(|person| practices::may_ask(&person, now)),
    };
    Ok(html(&app, &page, said))
}
