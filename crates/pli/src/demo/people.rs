//! The personas and their mailboxes, loaded through the store as an import and a first week of movements would have made them.
//!
//! Requirements: SIM-11, CAB-06, DEL-08, CGU-02. Done once: a folder that has mailboxes already is left as it is.

use std::path::Path;
use std::time::Duration;

use rules::access::Capacity;
use rules::mailbox::Kind;
use rules::movement::{self, Change};
use rules::{Author, Channel, Domain, IdNat, Moment, Refusal};
use sandbox::Personas;
use sandbox::personas::{Grant, PlannedMailbox};
use store::mailboxes::{Acceptance, NewMailbox};

use crate::commands::mailbox::certificate;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Mailboxes of the demo were opened then, or a month before the demo if that is earlier: before anybody was struck off.
const OPENED: &str = "2026-01-05T08:00:00Z";
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// The shipped personas, or those of `--personas`.
pub fn read(file: Option<&Path>) -> Outcome<Personas> {
    let Some(file) = file else { return Ok(Personas::shipped()) };
    let text = std::fs::read_to_string(file).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))?;
    Personas::read(&text).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))
}

/// Domains of the operators of the demo: ours first.
pub fn domains(personas: &Personas) -> Outcome<Vec<Domain>> {
    let named = personas.domains();
    let parse = |text: &String| Domain::parse(text).map_err(|error| Failure::configuration(format!("personas : {text} : {error}")));
    [&named.operator, &named.peer].into_iter().map(parse).collect()
}

/// Fills an operator that has no mailbox yet; `machine`: the name of the certificate that opens the APP mailboxes of its structure.
pub async fn load(operator: &Operator, personas: &Personas, machine: &str, started: Moment) -> Outcome<()> {
    if !operator.store.mailboxes().await?.is_empty() {
        return Ok(());
    }
    let opened = Moment::parse(OPENED).unwrap_or(started).min(started.minus(MONTH));
    let import = || Author::task("import");
    for structure in personas.structures() {
        operator.store.put_structure(&structure, import(), opened).await?;
    }
    for person in personas.persons() {
        operator.store.put_person(&person, import(), opened).await?;
    }
    for person in personas.accepted_terms(operator.domain(), started) {
        accept(operator, &person, opened).await?;
    }
    // A delegation that began before the demo was written then; the journal is in the order of time.
    let mut later = Vec::new();
    for planned in personas.mailboxes(operator.domain(), started) {
        later.extend(movements(&planned, started));
        create(operator, planned, machine, opened).await?;
    }
    later.sort_by_key(|step| step.at);
    for step in later {
        make(operator, step).await;
    }
    Ok(())
}

/// Those whom only their structure knows are let in once it has given them an account.
pub async fn let_in_local(operator: &Operator, personas: &Personas, started: Moment) -> Outcome<()> {
    for (mailbox, grant) in personas.local_delegations(operator.domain(), started) {
        let Some(known) = operator.store.mailbox(&mailbox).await? else { continue };
        let standing = movement::standing(&known.movements, started);
        let Some(giver) = standing.now_in(Capacity::Responsable).next().cloned() else { continue };
        if grant.terms {
            accept(operator, &grant.person, started).await?;
        }
        let by = Author::Person { id: giver, capacity: Some(Capacity::Responsable) };
        let change = Change::Delegated { person: grant.person, from: grant.from.filter(|from| *from > started), until: grant.until };
        make(operator, Step { mailbox, at: started, change, by }).await;
    }
    Ok(())
}

/// One movement to make, when it was made.
struct Step {
    mailbox: rules::Address,
    at: Moment,
    change: Change,
    by: Author,
}

async fn accept(operator: &Operator, person: &IdNat, at: Moment) -> Outcome<()> {
    let author = Author::Person { id: person.clone(), capacity: None };
    let version = &operator.config.terms.version;
    Ok(operator.store.accept_terms(person, Acceptance::of(version, Channel::Webmail), author, at).await?)
}

async fn create(operator: &Operator, planned: PlannedMailbox, machine: &str, at: Moment) -> Outcome<()> {
    let structure = match planned.kind {
        Kind::Cab | Kind::Per => planned.structure,
        Kind::Org | Kind::App => None,
    };
    let new = NewMailbox {
        address: planned.address,
        kind: planned.kind,
        bearer: planned.bearer,
        label: planned.label,
        structure,
        first: planned.responsables.into_iter().map(|person| Change::ResponsableAdded { person }).collect(),
    };
    let app = (new.kind == Kind::App).then(|| new.address.clone());
    operator.store.import_mailbox(new, Author::staff("demo"), Channel::System, at).await?;
    match app {
        Some(address) => enter_machine(operator, &address, machine, at).await,
        None => Ok(()),
    }
}

/// The demo's machine belongs to one structure, and opens the APP mailboxes of that one.
async fn enter_machine(operator: &Operator, address: &rules::Address, machine: &str, at: Moment) -> Outcome<()> {
    let certificate = certificate::entered(machine, None)?;
    match operator.store.add_certificate(address, certificate, Author::staff("demo"), Channel::System, at).await {
        Ok(()) | Err(store::Error::Refused(Refusal::OtherStructure)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whoever owns or answers for the mailbox let its people in, and those who accepted the terms have been there already.
fn movements(planned: &PlannedMailbox, started: Moment) -> Vec<Step> {
    let owner = planned.owner.clone().map(|id| (id, Capacity::Owner));
    let giver = owner.or_else(|| planned.responsables.first().cloned().map(|id| (id, Capacity::Responsable)));
    let giver = giver.map_or(Author::staff("demo"), |(id, capacity)| Author::Person { id, capacity: Some(capacity) });
    let step = |at: Moment, change: Change, by: Author| Step { mailbox: planned.address.clone(), at, change, by };
    let mut steps = Vec::new();
    let mut let_in = |grant: &Grant, change: Change, capacity: Capacity| {
        let at = grant.from.map_or(started, |from| from.min(started));
        steps.push(step(at, change, giver.clone()));
        if grant.terms {
            let herself = Author::Person { id: grant.person.clone(), capacity: Some(capacity) };
            steps.push(step(at, Change::Accepted { person: grant.person.clone() }, herself));
        }
    };
    for grant in &planned.cotitulaires {
        let_in(grant, Change::CotitulaireAdded { person: grant.person.clone() }, Capacity::Cotitulaire);
    }
    for grant in &planned.delegataires {
        let from = grant.from.filter(|from| *from > started);
        let_in(grant, Change::Delegated { person: grant.person.clone(), from, until: grant.until }, Capacity::Delegataire);
    }
    steps.extend(planned.suspended.then(|| step(started, Change::Suspended, Author::staff("demo"))));
    steps
}

/// A persona whom the rules refuse today (another date, another table) is left out and told, not a reason not to start.
async fn make(operator: &Operator, step: Step) {
    let Step { mailbox, at, change, by } = step;
    let asked = change.clone();
    let decide = move |mailbox: &rules::mailbox::Mailbox, person: Option<&rules::register::Person>| match &asked {
        Change::Accepted { person } => movement::accept(mailbox, person, at),
        asked => movement::by_staff(mailbox, asked, person, at),
    };
    let reason = matches!(by, Author::Staff { .. }).then(|| "personnages de la démonstration".to_owned());
    let made = operator.store.import_movement(&mailbox, change, reason, by, Channel::Webmail, at, decide).await;
    if let Err(error) = made {
        tracing::warn!(%mailbox, %error, "a movement of the personas was refused");
    }
}
