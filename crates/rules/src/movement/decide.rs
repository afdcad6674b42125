//! May this person be let in, or taken out? The deciders, run again inside the transaction that writes the movement.
//!
//! Requirements: CAB-06, CAB-07, CAB-14, DEL-01, DEL-02, DEL-04, DEL-08, DEL-11. They write nothing; the change and its author are the
//! caller's. Each looks at the mailbox as it is now: the rights in hand say who asks, not what is still true.

use crate::access::{Capacity, ManagerRights, OwnerRights};
use crate::eligibility;
use crate::ids::IdNat;
use crate::mailbox::{Kind, Mailbox, State};
use crate::movement::handing::{drop_hand_over, hand_over, offer_hand_over};
use crate::movement::life::{close, resume, suspend};
use crate::movement::{Change, Right, Standing, standing};
use crate::refusal::Refusal;
use crate::register::Person;
use crate::time::Moment;

/// On whose word a movement is made.
#[derive(Clone, Debug)]
pub enum Mandate<R> {
    /// A person of the mailbox, by her own right.
    Held(R),
    /// The operator's staff, with evidence kept outside: same checks of the person and of the mailbox, none of the asker.
    Staff,
}

pub(super) type Decision = Result<(), Refusal>;

/// The owner declares a cotitulaire: an authorised professional, client of the operator or not, in any number (CAB-06, CAB-07).
pub fn add_cotitulaire(by: &Mandate<OwnerRights>, mailbox: &Mailbox, person: &Person, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_owner(mailbox, &standing)?;
    only(mailbox, &[Kind::Cab])?;
    active(&standing)?;
    not_yet(&standing, &person.idnat, &[Capacity::Owner, Capacity::Cotitulaire])?;
    eligible(mailbox, person, Capacity::Cotitulaire, now)
}

/// The owner withdraws a cotitulaire (CAB-06). It always works while the mailbox lives: taking a right away is never unsafe.
pub fn remove_cotitulaire(by: &Mandate<OwnerRights>, mailbox: &Mailbox, person: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_owner(mailbox, &standing)?;
    only(mailbox, &[Kind::Cab])?;
    living(&standing)?;
    there(&standing, person, Capacity::Cotitulaire)
}

/// A délégataire is given access, for a period or until further notice (DEL-01, DEL-08). Somebody with a higher capacity needs none; a
/// second delegation of the same person replaces the first, so that dates can be changed.
pub fn delegate(
    by: &Mandate<ManagerRights>,
    mailbox: &Mailbox,
    person: &Person,
    from: Option<Moment>,
    until: Option<Moment>,
    now: Moment,
) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_manager(mailbox, &standing)?;
    only(mailbox, &[Kind::Per, Kind::Org, Kind::Cab])?;
    active(&standing)?;
    let begins = from.map_or(now, |from| from.max(now));
    if until.is_some_and(|until| until <= begins) {
        return Err(Refusal::BadPeriod);
    }
    if matches!(standing.right_of(&person.idnat), Right::Held { capacity, .. } if capacity > Capacity::Delegataire) {
        return Err(Refusal::AlreadyThere);
    }
    // A replacement whose situation begins with the delegation can be announced beforehand.
    eligible(mailbox, person, Capacity::Delegataire, begins)
}

/// A délégataire's access ends now (DEL-02), begun or not.
pub fn end_delegation(by: &Mandate<ManagerRights>, mailbox: &Mailbox, person: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_manager(mailbox, &standing)?;
    living(&standing)?;
    there(&standing, person, Capacity::Delegataire)
}

/// A cotitulaire or a délégataire leaves by herself: nobody is kept in a mailbox. The owner cannot: she hands over, or closes.
pub fn renounce(mailbox: &Mailbox, person: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    living(&standing)?;
    if standing.has(person, Capacity::Owner) {
        return Err(Refusal::OwnerStays);
    }
    there(&standing, person, Capacity::Cotitulaire).or_else(|_| there(&standing, person, Capacity::Delegataire))
}

/// The person takes up the right she was given; once for each time she was let in. It changes nothing to what she may do.
pub fn accept(mailbox: &Mailbox, person: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    living(&standing)?;
    if !matches!(standing.right_of(person), Right::Held { .. }) {
        return Err(Refusal::NotThere);
    }
    if standing.accepted(person) { Err(Refusal::AlreadyThere) } else { Ok(()) }
}

/// Staff names a responsable of an ORG or APP mailbox.
pub fn add_responsable(mailbox: &Mailbox, person: &Person, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    only(mailbox, &[Kind::Org, Kind::App])?;
    active(&standing)?;
    not_yet(&standing, &person.idnat, &[Capacity::Responsable])?;
    eligible(mailbox, person, Capacity::Responsable, now)
}

/// Staff withdraws a responsable.
pub fn remove_responsable(mailbox: &Mailbox, person: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    only(mailbox, &[Kind::Org, Kind::App])?;
    living(&standing)?;
    there(&standing, person, Capacity::Responsable)
}

/// Any change asked by the operator's staff, e.g. from the command line. `person` is the one the change is about, from the register; for
/// a right that is taken away her number suffices.
pub fn by_staff(mailbox: &Mailbox, change: &Change, person: Option<&Person>, now: Moment) -> Decision {
    let known = || person.ok_or(Refusal::PersonUnknown);
    match change {
        Change::Opened { .. } => Err(Refusal::AddressTaken),
        Change::ResponsableAdded { .. } => add_responsable(mailbox, known()?, now),
        Change::ResponsableRemoved { person } => remove_responsable(mailbox, person, now),
        Change::CotitulaireAdded { .. } => add_cotitulaire(&Mandate::Staff, mailbox, known()?, now),
        Change::CotitulaireRemoved { person } => remove_cotitulaire(&Mandate::Staff, mailbox, person, now),
        Change::Delegated { from, until, .. } => delegate(&Mandate::Staff, mailbox, known()?, *from, *until, now),
        Change::DelegationEnded { person } => end_delegation(&Mandate::Staff, mailbox, person, now),
        // Consent is the person's own: nobody gives it in her place.
        Change::Accepted { .. } => Err(Refusal::NotForThisKind),
        Change::HandOverOffered { .. } => offer_hand_over(&Mandate::Staff, mailbox, known()?, now),
        Change::HandOverDropped { to } => drop_hand_over(mailbox, to, now),
        Change::HandedOver { .. } => hand_over(mailbox, known()?, now),
        Change::Suspended => suspend(mailbox, now),
        Change::Resumed => resume(mailbox, now),
        Change::Closing => close(&Mandate::Staff, mailbox, now),
        Change::Closed => living(&standing(&mailbox.movements, now)),
    }
}

impl Mandate<ManagerRights> {
    fn confirm_manager(&self, mailbox: &Mailbox, standing: &Standing) -> Decision {
        match self {
            Self::Held(rights) => rights.confirm(mailbox.id, standing),
            Self::Staff => Ok(()),
        }
    }
}

impl Mandate<OwnerRights> {
    pub(super) fn confirm_owner(&self, mailbox: &Mailbox, standing: &Standing) -> Decision {
        match self {
            Self::Held(rights) => rights.confirm(mailbox.id, standing),
            Self::Staff => Ok(()),
        }
    }
}

pub(super) fn only(mailbox: &Mailbox, kinds: &[Kind]) -> Decision {
    if kinds.contains(&mailbox.kind) { Ok(()) } else { Err(Refusal::NotForThisKind) }
}

/// Rights are given in an active mailbox only.
pub(super) fn active(standing: &Standing) -> Decision {
    match standing.state() {
        State::Active => Ok(()),
        State::Suspendue => Err(Refusal::MailboxSuspended),
        State::Demandee | State::EnCloture | State::Close => Err(Refusal::NotForThisKind),
    }
}

/// Rights may be taken away as long as the mailbox is not a tombstone.
fn living(standing: &Standing) -> Decision {
    if matches!(standing.state(), State::Demandee | State::Close) { Err(Refusal::NotForThisKind) } else { Ok(()) }
}

pub(super) fn not_yet(standing: &Standing, person: &IdNat, capacities: &[Capacity]) -> Decision {
    if capacities.iter().any(|capacity| standing.has(person, *capacity)) { Err(Refusal::AlreadyThere) } else { Ok(()) }
}

fn there(standing: &Standing, person: &IdNat, capacity: Capacity) -> Decision {
    if standing.has(person, capacity) { Ok(()) } else { Err(Refusal::NotThere) }
}

pub(super) fn eligible(mailbox: &Mailbox, person: &Person, capacity: Capacity, at: Moment) -> Decision {
    eligibility::entitled(mailbox, person, capacity, at).map(|_| ()).ok_or(Refusal::NotEligible)
}
