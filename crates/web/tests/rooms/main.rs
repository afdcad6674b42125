//! The rooms of mailboxes as people live them in a browser: the list, the access given and withdrawn, another owner, the end, the history.

#[path = "../house/mod.rs"]
mod house;

mod closing;
mod doors;
mod giving;
mod handing;
mod history;
mod list;
mod machines;
mod opening;

use house::{Browser, CABINET, House, Page, address, idnat};
use rules::IdNat;
use rules::movement::{Change, Movement, standing};

pub const CLAIRE: &str = "899790000014";
pub const KARIM: &str = "899790000022";
pub const LUCIE: &str = "899790000030";
pub const NADIA: &str = "899790000048";
pub const MARTHE: &str = "899790000063";
pub const PAUL: &str = "899790000071";
pub const ZOE: &str = "899790000089";
pub const ANNE: &str = "899790000097";

/// The room of the cabinet.
pub fn room(rest: &str) -> String {
    format!("/boites/{CABINET}/{rest}")
}

pub async fn movements(house: &House, mailbox: &str) -> Vec<Movement> {
    house.store.mailbox(&address(mailbox)).await.expect("the store").expect("the mailbox").movements
}

pub async fn last(house: &House) -> Movement {
    movements(house, CABINET).await.pop().expect("movements")
}

/// Who has what in the cabinet now, by the movements.
pub async fn capacity(house: &House, person: &str) -> Option<&'static str> {
    let movements = movements(house, CABINET).await;
    let standing = standing(&movements, house.now());
    let person = idnat(person);
    standing.people().into_iter().find(|spell| spell.person == person).map(|spell| spell.capacity.as_str())
}

/// Presses the button that undoes what the page says was done.
pub async fn undo(browser: &Browser, page: &Page) -> Page {
    let notice = page.between("<div class=\"notice", "</div>");
    let action = part(notice, "action=\"", "\"").expect("a way to undo");
    let mut fields = Vec::new();
    for input in notice.split("<input type=\"hidden\" ").skip(1) {
        fields.push((plain(&part(input, "name=\"", "\"").expect("a name")), plain(&part(input, "value=\"", "\"").expect("a value"))));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.submit(&plain(&action), &fields).await
}

fn part(text: &str, before: &str, after: &str) -> Option<String> {
    Some(text.split_once(before)?.1.split_once(after)?.0.to_owned())
}

/// The text behind the few signs that a page must write otherwise.
pub fn plain(text: &str) -> String {
    text.replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&quot;", "\"")
}

/// What a page says, apostrophes as people write them.
#[track_caller]
pub fn says(page: &Page, text: &str) {
    let read = plain(&page.text);
    assert!(read.contains(text), "{text:?} is not on {} ({}):\n{read}", page.url, page.status);
}

#[track_caller]
pub fn silent(page: &Page, text: &str) {
    let read = plain(&page.text);
    assert!(!read.contains(text), "{text:?} is on {} ({}):\n{read}", page.url, page.status);
}

/// Fields of the sentence: somebody, until further notice, attested.
pub fn sentence(person: &str) -> [(&str, &str); 4] {
    [("personne", person), ("debut", "ouvert"), ("fin", "ouvert"), ("atteste", "oui")]
}

pub fn delegated(movement: &Movement) -> (&IdNat, Option<rules::Moment>) {
    match &movement.change {
        Change::Delegated { person, until, .. } => (person, *until),
        other => panic!("{other:?} is no delegation"),
    }
}

/// No acronym of kinds, no technical number of a practice (CAB-02, CAB-20, CAB-21).
#[track_caller]
pub fn speaks_plainly(page: &Page) {
    let words = page.text.split(|c: char| !c.is_alphanumeric());
    for word in words {
        assert!(!["CAB", "PER", "ORG", "BAL", "collective", "COL"].contains(&word), "{word} is on {}", page.url);
    }
    for rang in ["99790000014017", "99790000022028", "99790000063014"] {
        assert!(!page.text.contains(rang), "the technical number of a practice is on {}", page.url);
    }
}
