//! What the people of a mailbox are told before it hurts: owner gone or leaving, a FINESS number, a closing, a hand-over under way.
//!
//! Requirements: CAB-03, CAB-12, CAB-13, CAB-17, CAB-18, CAB-19. Words and links; `rules::movement::vacancy` says when each holds.

use rules::Moment;
use rules::mailbox::{Mailbox, State as Life};
use rules::movement::vacancy::Warning;
use rules::movement::{Standing, standing};

use super::room::{Inside, gone_at};
use super::sentences::Names;
use crate::App;
use crate::frame::{Fault, Words};

/// Something to know, and what one can do about it now.
#[derive(Clone, Debug)]
pub(crate) struct Alert {
    /// `warn` or `bad`.
    pub(crate) tone: &'static str,
    pub(crate) text: String,
    /// Where to go: address and words.
    pub(crate) links: Vec<(String, String)>,
    /// What to send at once: address and words.
    pub(crate) posts: Vec<(String, String)>,
}

impl Alert {
    pub(crate) fn new(tone: &'static str, text: String) -> Self {
        Self { tone, text, links: Vec::new(), posts: Vec::new() }
    }
}

/// Everything to tell somebody who is in.
pub(super) async fn alerts(app: &App, w: Words, inside: &Inside) -> Result<Vec<Alert>, Fault> {
    let standing = inside.standing();
    let warnings = app.store.warnings(&inside.mailbox.address, inside.now).await?;
    let mut list = warned(app, w, &inside.mailbox, &warnings, inside.owns()).await?;
    if standing.state() == Life::EnCloture {
        let mut alert = Alert::new("bad", closing(w, &standing));
        alert.links.push((inside.path("export"), w.export_letters()));
        if inside.owns() {
            alert.posts.push((inside.path("acces/rouvrir"), w.reopen()));
        }
        list.push(alert);
    }
    if let Some(offer) = standing.offer() {
        let names = Names::of(app, vec![offer.to.clone()]).await?;
        let mut alert = Alert::new("warn", w.offer_waits(names.person(&offer.to), w.date(offer.at)));
        if Some(&offer.to) == inside.access.person() {
            alert.links.push((inside.path("transmission"), w.offer_answer()));
        } else if inside.owns() {
            alert.posts.push((inside.path("acces/transmettre/retirer"), w.offer_withdraw()));
        }
        list.push(alert);
    }
    Ok(list)
}

/// The warnings of a cabinet, in words.
pub(crate) async fn warned(app: &App, w: Words, mailbox: &Mailbox, warnings: &[Warning], owner: bool) -> Result<Vec<Alert>, Fault> {
    let path = |rest: &str| format!("/boites/{}/{rest}", mailbox.address);
    let mut list = Vec::new();
    for warning in warnings {
        let mut alert = match warning {
            Warning::OwnerGone => Alert::new("bad", w.warn_owner_gone(&app.config.operator_name)),
            Warning::OwnerLeaving { at } if owner => Alert::new("warn", w.warn_you_leave(w.date(*at))),
            Warning::OwnerLeaving { at } => Alert::new("warn", w.warn_owner_leaves(w.date(*at))),
            Warning::StructureHasFiness => Alert::new("warn", w.warn_finess()),
        };
        match warning {
            Warning::OwnerLeaving { .. } if owner => {
                alert.links.push((path("acces/transmettre"), w.hand_over()));
                alert.links.push((path("acces/fermer"), w.close_mailbox()));
            }
            Warning::StructureHasFiness => alert.links.push(("/boites/ouvrir".to_owned(), w.warn_finess_how())),
            _ => {}
        }
        list.push(alert);
    }
    Ok(list)
}

/// « fermeture demandée le …, lisible jusqu'au … ».
pub(crate) fn closing(w: Words, standing: &Standing) -> String {
    w.closing_until(w.date(standing.state_since()), w.date_time(gone_at(standing)))
}

/// What the state of a mailbox means for its people; empty while it is open.
pub(crate) fn state(w: Words, mailbox: &Mailbox, now: Moment) -> String {
    let standing = standing(&mailbox.movements, now);
    match standing.state() {
        Life::Suspendue => w.suspended_since(w.date(standing.state_since())),
        Life::EnCloture => closing(w, &standing),
        Life::Close => w.closed_since(w.date(standing.state_since())),
        Life::Demandee | Life::Active => String::new(),
    }
}
