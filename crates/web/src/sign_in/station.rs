//! Whom this workstation remembers, at their own wish: the tiles of the shared desk.
//!
//! Requirements: PSC-C, PSC-34. The cookie holds national numbers only and is never trusted: names are read in the register each time, and a tile does
//! no more than typing the number. It opens nothing: the telephone decides.

use axum::http::HeaderMap;
use axum::response::Response;
use rules::IdNat;

use crate::App;
use crate::frame::Fault;
use crate::frame::page::{cookie, set_cookie};

const COOKIE: &str = "poste";
/// Half a year: who comes back less often types her number again.
const LIFE_S: u32 = 180 * 24 * 3600;
/// Tiles of one workstation, at most.
const MOST: usize = 8;

/// Somebody of this workstation.
pub(super) struct Tile {
    pub person: IdNat,
    pub name: String,
    pub occupation: String,
}

/// The numbers that the browser brought; whatever is no national number is left out.
pub(super) fn remembered(app: &App, headers: &HeaderMap) -> Vec<IdNat> {
    let text = cookie(app, headers, COOKIE).unwrap_or_default();
    let numbers = text.split('.').take(MOST).filter_map(|number| IdNat::parse(number).ok());
    numbers.filter(IdNat::is_national).collect()
}

/// The people of this workstation whom the register knows and admits today.
pub(super) async fn tiles(app: &App, headers: &HeaderMap) -> Result<Vec<Tile>, Fault> {
    let now = app.clock.now();
    let mut tiles = Vec::new();
    for number in remembered(app, headers) {
        let Some(person) = app.store.person(&number).await? else { continue };
        if person.admissible(now).is_ok() {
            let occupation = person.occupations(now).into_iter().next().map(|occupation| occupation.label).unwrap_or_default();
            tiles.push(Tile { name: person.name(), person: person.idnat, occupation });
        }
    }
    Ok(tiles)
}

/// Puts somebody in front.
pub(super) fn remember(app: &App, headers: &HeaderMap, response: &mut Response, person: &IdNat) {
    let others = remembered(app, headers).into_iter().filter(|other| other != person);
    keep(app, response, std::iter::once(person.clone()).chain(others).take(MOST));
}

/// Takes somebody's tile away.
pub(super) fn forget(app: &App, headers: &HeaderMap, response: &mut Response, person: &IdNat) {
    keep(app, response, remembered(app, headers).into_iter().filter(|other| other != person));
}

fn keep(app: &App, response: &mut Response, people: impl Iterator<Item = IdNat>) {
    let text = people.map(|person| person.to_string()).collect::<Vec<_>>().join(".");
    set_cookie(app, response, COOKIE, &text, if text.is_empty() { 0 } else { LIFE_S });
}
