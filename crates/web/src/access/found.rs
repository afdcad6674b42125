//! People found in the register by name or number, with what they do, where, and whether they can be let into a mailbox.
//!
//! Requirements: CAB-07, CAB-21, DEL-01, DEL-11, DEL-13, BAL-06. Eligibility shown here is advice, told at once; the movement's own decision
//! stays the authority. People known to one structure only are found for that structure's own mailboxes, and nowhere else.

use std::collections::HashMap;

use rules::access::Capacity;
use rules::eligibility;
use rules::mailbox::{Bearer, Kind, Mailbox};
use rules::register::{Person, Structure};
use rules::{IdNat, Moment, Refusal};

use crate::App;
use crate::frame::{Fault, Words};

/// Results shown at once: more, and one types another letter.
const SHOWN: u32 = 8;

/// One person of the results.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) idnat: String,
    pub(crate) name: String,
    /// « secrétaire médicale ».
    pub(crate) occupation: String,
    /// « CABINET DES LILAS, VALCLAIR ».
    pub(crate) place: String,
    /// RPPS number, or how a person without one signs in: tells two people of one name apart.
    pub(crate) known_as: String,
    /// Why she cannot be let in, in words; empty when she can.
    pub(crate) refused: String,
    /// She could be a cotitulaire (CAB-07).
    pub(crate) cotitulaire: bool,
    pub(crate) chosen: bool,
}

/// Places already looked up for this page.
#[derive(Default)]
pub(crate) struct Places(HashMap<String, Option<Structure>>);

impl Places {
    pub(crate) async fn get(&mut self, app: &App, id: &str) -> Result<Option<&Structure>, Fault> {
        if !self.0.contains_key(id) {
            let structure = app.store.structure(id).await?;
            self.0.insert(id.to_owned(), structure);
        }
        Ok(self.0.get(id).and_then(Option::as_ref))
    }

    /// « CABINET DES LILAS, VALCLAIR »; empty for a place the register does not know.
    pub(crate) async fn said(&mut self, app: &App, id: &str) -> Result<String, Fault> {
        Ok(self.get(app, id).await?.map(said).unwrap_or_default())
    }
}

/// Name and town: never a technical number (CAB-21).
pub(crate) fn said(structure: &Structure) -> String {
    match structure.address.town() {
        "" => structure.name.clone(),
        town => format!("{}, {town}", structure.name),
    }
}

/// The people whom these words name: everybody with a national number, and a structure's own staff for its own mailboxes (DEL-11).
pub(crate) async fn people(app: &App, mailbox: Option<&Mailbox>, query: &str, now: Moment) -> Result<Vec<Person>, Fault> {
    let query = query.trim();
    if query.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let employer = mailbox.and_then(local_to);
    let mut found = app.store.search_people(query, SHOWN, now).await?;
    found.retain(|person| person.idnat.employer().is_none_or(|theirs| Some(&theirs) == employer.as_ref()));
    if let Some(structure) = employer {
        let own = app.store.search_local(&structure, query, SHOWN, now).await?;
        found.extend(own.into_iter().filter(|person| person.idnat.employer().is_some()));
    }
    found.dedup_by(|a, b| a.idnat == b.idnat);
    Ok(found)
}

/// The structure whose own staff may work in this mailbox.
fn local_to(mailbox: &Mailbox) -> Option<String> {
    match (&mailbox.bearer, mailbox.kind) {
        (Bearer::Structure { structure }, Kind::Org) => Some(structure.clone()),
        _ => None,
    }
}

/// The person behind a number that a form carries, unless she belongs to another structure alone.
pub(crate) async fn known(app: &App, mailbox: Option<&Mailbox>, idnat: &str) -> Result<Option<Person>, Fault> {
    let Ok(idnat) = IdNat::parse(idnat) else { return Ok(None) };
    let employer = mailbox.and_then(local_to);
    let person = app.store.person(&idnat).await?;
    Ok(person.filter(|person| person.idnat.employer().is_none_or(|theirs| Some(&theirs) == employer.as_ref())))
}

/// Shows people as results. `judged`: may she be let in, in the capacity the page is about?
pub(crate) async fn shown(
    app: &App,
    w: Words,
    people: &[Person],
    now: Moment,
    judged: impl Fn(&Person) -> Result<(), Refusal>,
    cotitulaire: impl Fn(&Person) -> bool,
) -> Result<Vec<Found>, Fault> {
    let mut places = Places::default();
    let mut list = Vec::with_capacity(people.len());
    for person in people {
        let occupation = person.occupations(now).into_iter().next();
        let place = match occupation.as_ref().and_then(|occupation| occupation.structure) {
            Some(id) => places.said(app, id).await?,
            None => String::new(),
        };
        let known_as = match (person.idnat.rpps(), person.idnat.employer()) {
            (Some(rpps), _) => w.rpps(rpps),
            (None, Some(structure)) => w.signs_in_locally(places.said(app, &structure).await?),
            (None, None) => String::new(),
        };
        let refused = judged(person).err().map(|refusal| reason(w, person, &refusal, now)).unwrap_or_default();
        list.push(Found {
            idnat: person.idnat.to_string(),
            name: person.name(),
            occupation: occupation.map(|occupation| occupation.label).unwrap_or_default(),
            place,
            known_as,
            cotitulaire: cotitulaire(person),
            refused,
            chosen: false,
        });
    }
    // Those who can be let in first; one alone is chosen already.
    list.sort_by_key(|found| !found.refused.is_empty());
    let mut able = list.iter_mut().filter(|found| found.refused.is_empty());
    if let (Some(first), None) = (able.next(), able.next()) {
        first.chosen = true;
    }
    Ok(list)
}

/// A refusal in few words, beside a name.
fn reason(w: Words, person: &Person, refusal: &Refusal, now: Moment) -> String {
    match refusal {
        Refusal::AlreadyThere => w.found_already(),
        Refusal::NotEligible if person.struck_off_at(now) => w.found_struck_off(),
        Refusal::NotEligible if person.occupations(now).is_empty() => w.found_no_situation(),
        Refusal::NotEligible => w.found_not_eligible(),
        other => w.refusal(other),
    }
}

/// May she be given that capacity here, by what the register says today?
pub(crate) fn judge(mailbox: &Mailbox, capacity: Capacity, now: Moment) -> impl Fn(&Person) -> Result<(), Refusal> {
    move |person| eligibility::judge(mailbox, person, capacity, now)
}
