//! What the API says of mailboxes, people and movements. Moments are RFC 3339 in UTC; names of fields never change, new ones may come.

use rules::access::Capacity;
use rules::mailbox::{Bearer, Mailbox, State};
use rules::movement::{Change, Movement, Right, standing};
use rules::{Author, Moment};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::mailboxes::{Mine, Standing};
use utoipa::ToSchema;

/// A mailbox.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"address": "cabinet.des-lilas@pli.mssante.test", "kind": "CAB", "label": "Cabinet médical des Lilas", "state": "ACTIVE",
    "bearer": "899790000014", "created": "2026-01-05T08:00:00.000000Z", "mine": {"capacity": "delegataire", "right": "held", "since": "2026-01-05T08:00:00.000000Z",
    "until": null, "unseen": 3, "accepted": true, "last_use": null, "handover_offered": false}}))]
pub struct MailboxShape {
    #[schema(format = "email")]
    pub address: String,
    /// `PER`, `ORG`, `APP` or `CAB`.
    pub kind: String,
    pub label: String,
    /// `DEMANDEE`, `ACTIVE`, `SUSPENDUE`, `EN_CLOTURE`, `CLOSE`.
    pub state: String,
    /// National number of the person, or number of the structure, that the directory attaches it to.
    pub bearer: String,
    #[schema(format = "date-time")]
    pub created: String,
    /// What the caller has in it, when the caller is a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine: Option<MineShape>,
}

/// What one person has in a mailbox.
#[derive(Serialize, ToSchema)]
pub struct MineShape {
    /// `owner`, `cotitulaire`, `delegataire`, `responsable`.
    pub capacity: String,
    /// `held`, `announced`, `ended`, or `none` for somebody who is only asked to take it over.
    pub right: String,
    #[schema(format = "date-time")]
    pub since: String,
    /// First moment without the right.
    #[schema(format = "date-time")]
    pub until: Option<String>,
    /// Unread messages of INBOX.
    pub unseen: u32,
    /// She took up what she was given.
    pub accepted: bool,
    #[schema(format = "date-time")]
    pub last_use: Option<String>,
    pub handover_offered: bool,
}

/// One person of a mailbox.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"idnat": "899790000048", "name": "Nadia SUREAU", "capacity": "delegataire", "since": "2026-01-05T08:00:00.000000Z", "until": null,
    "terms": "accepted", "accepted": true, "last_use": "2026-11-21T09:58:00.000000Z", "occupation": "secrétaire médicale"}))]
pub struct PersonShape {
    pub idnat: String,
    pub name: String,
    pub capacity: String,
    #[schema(format = "date-time")]
    pub since: String,
    #[schema(format = "date-time")]
    pub until: Option<String>,
    /// `accepted` or `pending`.
    pub terms: String,
    pub accepted: bool,
    #[schema(format = "date-time")]
    pub last_use: Option<String>,
    pub occupation: Option<String>,
}

/// A movement, as it was written: never edited, never deleted.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"seq": 4, "at": "2026-01-05T08:00:00.000000Z", "by": {"type": "person", "id": "899790000014", "capacity": "owner"}, "type": "movement.delegated",
    "person": "899790000048", "from": null, "until": null, "reason": null, "attested": true}))]
pub struct MovementShape {
    pub seq: i64,
    #[schema(format = "date-time")]
    pub at: String,
    pub by: AuthorShape,
    /// As in the journal, e.g. `movement.delegated`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whom it is about.
    pub person: Option<String>,
    #[schema(format = "date-time")]
    pub from: Option<String>,
    #[schema(format = "date-time")]
    pub until: Option<String>,
    pub reason: Option<String>,
    pub attested: bool,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
pub struct AuthorShape {
    /// `person`, `machine`, `citizen`, `staff`, `peer` or `task`.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
    /// A person's capacity at the moment of the act.
    pub capacity: Option<String>,
}

/// Everything in one answer: a list of things.
#[derive(Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    pub items: Vec<T>,
}

/// Why, in the caller's words.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Because {
    /// Kept for ever with the movement. Compulsory for the operator's systems where they act in the place of people.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

pub fn text(at: Moment) -> String {
    at.to_string()
}

impl MailboxShape {
    pub fn of(mailbox: &Mailbox, now: Moment) -> Self {
        let state = standing(&mailbox.movements, now).state();
        Self {
            address: mailbox.address.to_string(),
            kind: mailbox.kind.as_str().to_owned(),
            label: mailbox.label.clone(),
            state: state_word(state),
            bearer: match &mailbox.bearer {
                Bearer::Person { idnat, .. } => idnat.to_string(),
                Bearer::Structure { structure } => structure.clone(),
            },
            created: text(mailbox.created),
            mine: None,
        }
    }

    pub fn mine(mine: &Mine, now: Moment) -> Self {
        let right = match mine.right {
            Right::Held { .. } => "held",
            Right::NotBegun { .. } => "announced",
            Right::Ended { .. } => "ended",
            Right::Never => "none",
        };
        let own = MineShape {
            capacity: mine.capacity.as_str().to_owned(),
            right: right.to_owned(),
            since: text(mine.since),
            until: mine.until.map(text),
            unseen: mine.unseen,
            accepted: mine.accepted,
            last_use: mine.last_use.map(text),
            handover_offered: mine.offer_to_me,
        };
        Self { mine: Some(own), ..Self::of(&mine.mailbox, now) }
    }
}

fn state_word(state: State) -> String {
    match serde_json::to_value(state) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

impl PersonShape {
    pub fn of(standing: &Standing) -> Self {
        Self {
            idnat: standing.person.to_string(),
            name: standing.name.clone(),
            capacity: standing.capacity.as_str().to_owned(),
            since: text(standing.since),
            until: standing.until.map(text),
            terms: if standing.terms_accepted { "accepted" } else { "pending" }.to_owned(),
            accepted: standing.accepted,
            last_use: standing.last_use.map(|(at, _)| text(at)),
            occupation: standing.occupation.clone(),
        }
    }
}

impl MovementShape {
    pub fn of(movement: &Movement) -> Self {
        let (from, until) = match &movement.change {
            Change::Delegated { from, until, .. } => (from.map(text), until.map(text)),
            _ => (None, None),
        };
        Self {
            seq: movement.seq,
            at: text(movement.at),
            by: AuthorShape::of(&movement.by),
            kind: movement.change.act().as_str().to_owned(),
            person: movement.change.person().map(ToString::to_string),
            from,
            until,
            reason: movement.reason.clone(),
            attested: movement.attested,
        }
    }
}

impl AuthorShape {
    pub fn of(author: &Author) -> Self {
        let (kind, id, capacity) = match author {
            Author::Person { id, capacity } => ("person", id.to_string(), capacity.map(|c: Capacity| c.as_str().to_owned())),
            Author::Machine { id } => ("machine", id.clone(), None),
            Author::Citizen { id } => ("citizen", id.clone(), None),
            Author::Staff { id } => ("staff", id.clone(), None),
            Author::Peer { id } => ("peer", id.to_string(), None),
            Author::Task { id } => ("task", id.clone(), None),
        };
        Self { kind: kind.to_owned(), id, capacity }
    }
}
