//! The history as a file: CSV for a spreadsheet, and a page to print or to keep as PDF.
//!
//! `?format=csv`, `?format=impression`. Requirements: CAB-08, DEL-03, TRU-58. Whoever takes a history away is journalled before it leaves. A
//! cell that a spreadsheet would take for a formula is written as text.

use askama::Template;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rules::journal::Act;
use rules::{Author, Channel, Moment};
use serde_json::json;

use super::history::{Asked, Happening, Reader};
use super::room::Inside;
use super::sentences::Names;
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::Member;

/// Lines read in one go.
const CHUNK: u32 = 200;
/// Lines on the page to print: what is longer is for a spreadsheet.
const PRINTED: usize = 2_000;

async fn note(app: &App, inside: &Inside, asked: &Asked, format: &str) -> Result<(), Fault> {
    let facts = json!({ "format": format, "kinds": asked.vue.key(), "person": asked.person().map(|person| person.to_string()) });
    app.store.note_act(&inside.access, Act::HistoryExported, facts, Channel::Webmail, inside.now).await?;
    Ok(())
}

/// Where the writing of a CSV stands.
struct Writing {
    app: App,
    w: Words,
    reader: Reader,
    asked: Asked,
    names: Names,
    next: Next,
}

enum Next {
    Head,
    After(Option<(Moment, i64)>),
    Done,
}

/// UTF-8 with its mark (spreadsheets ask for it), semicolons; streamed page by page.
pub(super) async fn csv(app: &App, w: Words, inside: Inside, asked: Asked) -> Result<Response, Fault> {
    note(app, &inside, &asked, "csv").await?;
    let reader = Reader::of(app, &inside).await?;
    let writing = Writing { app: app.clone(), w, reader, asked, names: Names::default(), next: Next::Head };
    let rows = stream::unfold(writing, |mut writing| async move {
        let chunk = writing.chunk().await?;
        Some((chunk, writing))
    });
    let name = format!("attachment; filename=\"historique-{}.csv\"", inside.mailbox.address.local());
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(rows)).into_response())
}

impl Writing {
    async fn chunk(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        let rows = match std::mem::replace(&mut self.next, Next::Done) {
            Next::Done => return None,
            Next::Head => {
                self.next = Next::After(None);
                return Some(Ok(head(self.w)));
            }
            Next::After(before) => self.reader.page(&self.app, self.w, &self.asked, before, CHUNK).await,
        };
        Some(match rows {
            Ok((happenings, older)) => {
                if older.is_some() {
                    self.next = Next::After(older);
                }
                let people = happenings.iter().filter_map(|one| one.by.person().cloned()).collect();
                match self.names.learn(&self.app, people).await {
                    Ok(()) => Ok(lines(self.w, &self.names, &happenings)),
                    Err(_) => Err(broken()),
                }
            }
            // The right was lost meanwhile, or the store is away: a file cut short, never a page of error inside it.
            Err(_) => Err(broken()),
        })
    }
}

fn broken() -> std::io::Error {
    std::io::Error::other("the history can no longer be read")
}

fn head(w: Words) -> Bytes {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(row(&[
        w.csv_date(),
        w.csv_time(),
        w.csv_person(),
        w.csv_number(),
        w.csv_capacity(),
        w.csv_act(),
        w.csv_sentence(),
        w.csv_means(),
        w.csv_line(),
    ]));
    bytes.into()
}

fn lines(w: Words, names: &Names, happenings: &[Happening]) -> Bytes {
    happenings.iter().flat_map(|one| row(&cells(w, names, one))).collect::<Vec<u8>>().into()
}

fn cells(w: Words, names: &Names, one: &Happening) -> [String; 9] {
    let at = one.at.paris();
    let (number, capacity) = match &one.by {
        Author::Person { id, capacity } => (id.to_string(), capacity.map_or("", |capacity| capacity.as_str()).to_owned()),
        _ => (String::new(), String::new()),
    };
    [
        at.strftime("%Y-%m-%d").to_string(),
        at.strftime("%H:%M:%S").to_string(),
        names.author(w, &one.by),
        number,
        capacity,
        one.act.clone(),
        one.text.clone(),
        one.channel.map_or("", Channel::as_str).to_owned(),
        one.seq.map(|seq| seq.to_string()).unwrap_or_default(),
    ]
}

fn row<const N: usize>(cells: &[String; N]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = writer.write_record(cells.iter().map(|cell| harmless(cell)));
    debug_assert!(written.is_ok(), "a vector takes everything");
    writer.into_inner().unwrap_or_default()
}

/// Text that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell.to_owned() }
}

#[derive(Template)]
#[template(path = "access/print.html")]
struct Print {
    page: Page,
    address: String,
    view: String,
    /// « établi le … par … ».
    made: String,
    rows: Vec<[String; 3]>,
    cut: bool,
}

/// A page of paper: its own style for print, everything on it.
pub(super) async fn print(app: &App, w: Words, member: &Member, inside: &Inside, asked: &Asked) -> Result<Response, Fault> {
    note(app, inside, asked, "html").await?;
    let reader = Reader::of(app, inside).await?;
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let (happenings, older) = reader.page(app, w, asked, before, CHUNK).await?;
        all.extend(happenings);
        if older.is_none() || all.len() >= PRINTED {
            break;
        }
        before = older;
    }
    let cut = all.len() > PRINTED;
    all.truncate(PRINTED);
    let names = Names::of(app, all.iter().filter_map(|one| one.by.person().cloned()).collect()).await?;
    let row = |one: &Happening| [w.date_time(one.at), names.author(w, &one.by), one.text.clone()];
    let page =
        Page::of(app, w, &member.signed.session, w.history_title(&inside.mailbox.label)).at(Place::History, inside.path("historique"));
    let print = Print {
        page: page.holding(&inside.mailbox.address, &inside.mailbox.label),
        address: inside.mailbox.address.to_string(),
        view: asked.vue.said(w),
        made: w.printed_on(w.date_time(inside.now), inside.access.name()),
        rows: all.iter().map(row).collect(),
        cut,
    };
    Ok(html(app, &print, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_can_become_a_formula_and_no_cell_can_break_its_row() {
        let text = |cell: &str| String::from_utf8(row(&[cell.to_owned(), "fin".to_owned()])).unwrap();
        assert_eq!(text("=HYPERLINK(\"http://ailleurs.test\")"), "\"'=HYPERLINK(\"\"http://ailleurs.test\"\")\";fin\r\n");
        for cell in ["=1+1", "+33", "-2", "@somme", "\t=1", "\r=1"] {
            let written = text(cell);
            assert!(written.trim_start_matches('"').starts_with('\''), "{cell:?} became {written:?}");
        }
        assert_eq!(text("a;b\r\nc"), "\"a;b\r\nc\";fin\r\n");
        assert_eq!(text("Nadia SUREAU a envoyé une lettre."), "Nadia SUREAU a envoyé une lettre.;fin\r\n");
    }
}
