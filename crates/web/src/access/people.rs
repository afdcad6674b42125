//! The people of a mailbox, one line each: name, what they do, capacity, since and until when, last use, and what may be done about them.
//!
//! Requirements: CAB-06, CAB-08, CAB-10, DEL-02, DEL-08, DEL-11. Shows everybody to everybody: who reads is no secret between those who read.

use rules::access::Capacity;
use rules::mailbox::{Kind, State as Life};
use rules::{Author, Channel};

use super::found::Places;
use super::room::Inside;
use super::sentences::{self, Names};
use crate::App;
use crate::frame::{Fault, Words};

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) idnat: String,
    pub(crate) name: String,
    pub(crate) occupation: String,
    /// « authentification locale – CH de Valclair », for somebody without national number.
    pub(crate) local: String,
    /// Class of the sign, and the word.
    pub(crate) sign: &'static str,
    pub(crate) capacity: &'static str,
    /// « depuis le … », « jusqu'au … », « à partir du … ».
    pub(crate) period: String,
    /// « donné par … ».
    pub(crate) given: String,
    /// « n'a pas encore accepté les conditions ».
    pub(crate) pending: String,
    pub(crate) used: String,
    pub(crate) me: bool,
    pub(crate) may_withdraw: bool,
    pub(crate) may_change: bool,
}

pub(crate) async fn lines(app: &App, w: Words, inside: &Inside) -> Result<Vec<Line>, Fault> {
    let (access, mailbox, now) = (&inside.access, &inside.mailbox, inside.now);
    let standing = app.store.people(&mailbox.address, now).await?;
    let alive = inside.standing().state() == Life::Active;
    let mut names = Names::default();
    names.learn(app, standing.iter().filter_map(|one| one.by.person().cloned()).collect()).await?;
    let mut places = Places::default();
    let mut lines = Vec::with_capacity(standing.len());
    for one in standing {
        let local = match one.person.employer() {
            Some(structure) => w.signs_in_locally(places.said(app, &structure).await?),
            None => String::new(),
        };
        let me = Some(&one.person) == access.person();
        let announced = one.since > now;
        let begins = announced.then(|| w.announced(w.date_time(one.since)));
        let ends = one.until.map(|until| w.until(w.date_time(until)));
        let period = match (begins, ends) {
            (Some(begins), Some(ends)) => format!("{begins}, {ends}"),
            (Some(begins), None) => begins,
            (None, Some(ends)) => ends,
            (None, None) => w.since(w.date(one.since)),
        };
        let by_herself = one.by.person() == Some(&one.person);
        let pending = match (one.terms_accepted, one.accepted || announced || one.last_use.is_some()) {
            (false, _) => w.terms_pending(),
            (true, false) => w.invitation_pending(),
            (true, true) => String::new(),
        };
        lines.push(Line {
            idnat: one.person.to_string(),
            name: one.name,
            occupation: one.occupation.unwrap_or_default(),
            local,
            sign: one.capacity.as_str(),
            capacity: w.capacity(one.capacity, mailbox.kind),
            period,
            given: if by_herself { String::new() } else { given(w, &names, &one.by, one.given) },
            pending,
            used: one.last_use.map_or_else(|| w.never_came(), |(at, channel)| used(w, at, channel, now)),
            me,
            may_withdraw: !me && may_withdraw(inside, one.capacity),
            may_change: !me && alive && inside.manages() && one.capacity == Capacity::Delegataire,
        });
    }
    Ok(lines)
}

fn given(w: Words, names: &Names, by: &Author, at: rules::Moment) -> String {
    w.given_by(sentences::within(w, names, by), w.date(at))
}

fn used(w: Words, at: rules::Moment, channel: Channel, now: rules::Moment) -> String {
    match channel {
        Channel::Imap | Channel::Smtp => w.used_by_software(w.ago(at, now)),
        _ => w.ago(at, now),
    }
}

/// Whose right the person at the keyboard may take away: managers a délégataire's (DEL-02), the owner a cotitulaire's (CAB-06).
pub(crate) fn may_withdraw(inside: &Inside, capacity: Capacity) -> bool {
    match capacity {
        Capacity::Delegataire => inside.manages(),
        Capacity::Cotitulaire => inside.owns() && inside.mailbox.kind == Kind::Cab,
        Capacity::Owner | Capacity::Responsable => false,
    }
}
