//! `GET /boites/{address}/historique`: what happened in a mailbox, as people would tell it, newest first; and its files (`exports`).
//!
//! Requirements: CAB-08, CAB-16, DEL-03, LOC-04, TRU-58. For the people of the mailbox alone; movements are shown since the beginning, acts as long as
//! the journal keeps them.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::access::Access;
use rules::journal::Line;
use rules::movement::{Movement, standing};
use rules::{Author, Channel, IdNat, Moment};
use serde::Deserialize;
use store::timeline::{Kinds, TimelineQuery};

use super::found::Places;
use super::room::Inside;
use super::sentences::{self, Names};
use super::{acts, exports};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{Member, encoded};

/// Lines on a page.
const PAGE: u32 = 50;
/// Lines below the people, in the room.
const LATEST: u32 = 8;

/// One line of the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// For `<time datetime>`.
    pub(crate) iso: String,
    pub(crate) when: String,
    pub(crate) text: String,
    pub(crate) icon: &'static str,
}

/// One happening, before it is put into the words of a page or of a file.
#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub(super) at: Moment,
    /// Number in the journal, or of the movement; none for an end by its date.
    pub(super) seq: Option<i64>,
    pub(super) by: Author,
    pub(super) act: String,
    pub(super) channel: Option<Channel>,
    pub(super) text: String,
}

impl Happening {
    fn told(&self, w: Words, now: Moment) -> Told {
        let when = w.ago(self.at, now);
        Told { iso: self.at.to_string(), when, text: self.text.clone(), icon: acts::icon(&self.act) }
    }
}

/// Which part of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum View {
    #[default]
    Tout,
    /// Who was let in or out: since the beginning.
    Acces,
    /// Who came.
    Entrees,
    Lettres,
}

impl View {
    const ALL: [Self; 4] = [Self::Tout, Self::Acces, Self::Entrees, Self::Lettres];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Tout => "tout",
            Self::Acces => "acces",
            Self::Entrees => "entrees",
            Self::Lettres => "lettres",
        }
    }

    pub(super) fn said(self, w: Words) -> String {
        match self {
            Self::Tout => w.view_all(),
            Self::Acces => w.view_rights(),
            Self::Entrees => w.view_entries(),
            Self::Lettres => w.view_letters(),
        }
    }

    fn kinds(self) -> Kinds {
        match self {
            Self::Tout => Kinds::All,
            Self::Acces => Kinds::Movements,
            Self::Entrees => Kinds::Access,
            Self::Lettres => Kinds::Letters,
        }
    }
}

/// What the address of the page asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) vue: View,
    /// Number of one person; empty: everybody.
    pub(super) personne: String,
    /// `microseconds.number` of the last line of the page before.
    avant: String,
    /// `csv`, `impression`; empty: the page.
    pub(super) format: String,
}

impl Asked {
    pub(super) fn person(&self) -> Option<IdNat> {
        IdNat::parse(&self.personne).ok()
    }

    fn before(&self) -> Option<(Moment, i64)> {
        let (at, seq) = self.avant.split_once('.')?;
        Some((Moment::from_micros(at.parse().ok()?), seq.parse().ok()?))
    }

    pub(super) fn query(&self, more: &str) -> String {
        format!("?vue={}&personne={}{more}", self.vue.key(), encoded(&self.personne))
    }
}

/// A tab, or a person to choose.
#[derive(Debug)]
struct Option_ {
    value: String,
    text: String,
    selected: bool,
}

#[derive(Template)]
#[template(path = "access/history.html")]
struct History {
    page: Page,
    address: String,
    tabs: Vec<Option_>,
    people: Vec<Option_>,
    view: &'static str,
    told: Vec<Told>,
    older: Option<String>,
    csv: String,
    print: String,
    forever: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    match asked.format.as_str() {
        "csv" => return exports::csv(&app, w, inside, asked).await,
        "impression" => return exports::print(&app, w, &member, &inside, &asked).await,
        _ => {}
    }
    let reader = Reader::of(&app, &inside).await?;
    let (happenings, older) = reader.page(&app, w, &asked, asked.before(), PAGE).await?;
    let path = inside.path("historique");
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = Page::of(&app, w, &member.signed.session, w.history_title(&inside.mailbox.label)).at(Place::History, path.clone());
    let history = History {
        page: page.holding(&inside.mailbox.address, &inside.mailbox.label).saying(notice),
        address: inside.mailbox.address.to_string(),
        tabs: View::ALL.map(|view| tab(w, view, &asked)).into(),
        people: everybody(&app, w, &inside, &asked).await?,
        view: asked.vue.key(),
        told: happenings.iter().map(|one| one.told(w, inside.now)).collect(),
        older: older.map(|(at, seq)| format!("{path}{}", asked.query(&format!("&avant={}.{seq}", at.micros())))),
        csv: format!("{path}{}", asked.query("&format=csv")),
        print: format!("{path}{}", asked.query("&format=impression")),
        forever: asked.vue == View::Acces,
    };
    Ok(html(&app, &history, said))
}

fn tab(w: Words, view: View, asked: &Asked) -> Option_ {
    let query = Asked { vue: view, ..asked.clone() }.query("");
    Option_ { value: query, text: view.said(w), selected: view == asked.vue }
}

/// Everybody who ever had a right here.
async fn everybody(app: &App, w: Words, inside: &Inside, asked: &Asked) -> Result<Vec<Option_>, Fault> {
    let standing = inside.standing();
    let mut ids: Vec<IdNat> = standing.spells().iter().map(|spell| spell.person.clone()).collect();
    ids.sort();
    ids.dedup();
    let names = Names::of(app, ids.clone()).await?;
    let one = |id: &IdNat| Option_ { value: id.to_string(), text: names.person(id), selected: id.as_str() == asked.personne };
    let mut list: Vec<Option_> = ids.iter().map(one).collect();
    list.sort_by(|a, b| a.text.cmp(&b.text));
    list.insert(0, Option_ { value: String::new(), text: w.everybody(), selected: asked.person().is_none() });
    Ok(list)
}

/// The last lines, for the room.
pub(crate) async fn latest(app: &App, w: Words, access: &Access, now: Moment) -> Result<Vec<Told>, Fault> {
    let reader = Reader { access: access.clone(), movements: app.store.movements_history(access, now).await?, now };
    let (happenings, _) = reader.page(app, w, &Asked::default(), None, LATEST).await?;
    Ok(happenings.iter().take(LATEST as usize).map(|one| one.told(w, now)).collect())
}

/// Reads the history for one person who is in.
pub(super) struct Reader {
    access: Access,
    movements: Vec<Movement>,
    now: Moment,
}

impl Reader {
    pub(super) async fn of(app: &App, inside: &Inside) -> Result<Self, Fault> {
        let movements = app.store.movements_history(&inside.access, inside.now).await?;
        Ok(Self { access: inside.access.clone(), movements, now: inside.now })
    }

    /// One page, newest first, and where the next one begins.
    pub(super) async fn page(
        &self,
        app: &App,
        w: Words,
        asked: &Asked,
        before: Option<(Moment, i64)>,
        limit: u32,
    ) -> Result<(Vec<Happening>, Option<(Moment, i64)>), Fault> {
        if asked.vue == View::Acces {
            return Ok((self.movements(app, w, asked).await?, None));
        }
        let query = TimelineQuery { before, kinds: asked.vue.kinds(), person: asked.person(), limit };
        let lines = app.store.timeline(&self.access, query, self.now).await?;
        let more = lines.len() >= limit as usize;
        let last = lines.last().map(|line| (line.at, line.seq));
        let oldest = if more { last.map_or(self.now, |(at, _)| at) } else { Moment::from_micros(i64::MIN) };
        let newest = before.map_or(self.now, |(at, _)| at);
        let mut names = Names::default();
        names.learn(app, lines.iter().flat_map(acts::named).collect()).await?;
        let mut happenings: Vec<Happening> = lines.iter().filter_map(|line| self.happening(w, &names, line)).collect();
        if asked.vue == View::Tout {
            happenings.extend(self.lapses(app, w, asked, oldest, newest).await?);
            happenings.sort_by_key(|one| std::cmp::Reverse((one.at, one.seq)));
        }
        say_how_they_signed_in(app, w, &mut happenings).await?;
        Ok((happenings, last.filter(|_| more)))
    }

    fn happening(&self, w: Words, names: &Names, line: &Line) -> Option<Happening> {
        let text = acts::act(w, names, line, &self.movements)?;
        let (act, by) = (line.act.clone(), line.author.clone());
        Some(Happening { at: line.at, seq: Some(line.seq), by, act, channel: Some(line.channel), text })
    }

    /// Every movement since the mailbox began, and the ends that came by their date (CAB-08, DEL-03).
    async fn movements(&self, app: &App, w: Words, asked: &Asked) -> Result<Vec<Happening>, Fault> {
        let person = asked.person();
        let about = |m: &&Movement| person.as_ref().is_none_or(|p| m.by.person() == Some(p) || m.change.person() == Some(p));
        let names = Names::of(app, self.movements.iter().flat_map(sentences::named).collect()).await?;
        let one = |m: &Movement| Happening {
            at: m.at,
            seq: Some(m.seq),
            by: m.by.clone(),
            act: m.change.act().as_str().to_owned(),
            channel: None,
            text: sentences::movement(w, &names, m),
        };
        let mut happenings: Vec<Happening> = self.movements.iter().filter(about).map(one).collect();
        happenings.extend(self.lapses(app, w, asked, Moment::from_micros(i64::MIN), self.now).await?);
        happenings.sort_by_key(|one| std::cmp::Reverse((one.at, one.seq)));
        say_how_they_signed_in(app, w, &mut happenings).await?;
        Ok(happenings)
    }

    async fn lapses(&self, app: &App, w: Words, asked: &Asked, after: Moment, before: Moment) -> Result<Vec<Happening>, Fault> {
        let standing = standing(&self.movements, self.now);
        let mut found = sentences::lapses(standing.spells(), &self.movements, after, before);
        if let Some(person) = asked.person() {
            found.retain(|(_, spell)| spell.person == person);
        }
        let involved = found.iter().flat_map(|(_, spell)| [Some(spell.person.clone()), spell.by.person().cloned()]).flatten();
        let names = Names::of(app, involved.collect()).await?;
        let told = found.into_iter().map(|(at, spell)| Happening {
            at,
            seq: None,
            by: Author::task("échéance"),
            act: "movement.lapsed".to_owned(),
            channel: None,
            text: sentences::lapsed(w, &names, spell),
        });
        Ok(told.collect())
    }
}

/// Acts of somebody whom Pro Santé Connect does not know say which structure proved her (LOC-04).
async fn say_how_they_signed_in(app: &App, w: Words, happenings: &mut [Happening]) -> Result<(), Fault> {
    let mut places = Places::default();
    for one in happenings {
        if let Some(structure) = one.by.person().and_then(IdNat::employer) {
            let proved = w.signs_in_locally(places.said(app, &structure).await?);
            one.text = format!("{} ({proved})", one.text);
        }
    }
    Ok(())
}
