//! What a movement changes, about whom, and under which name the journal tells it.
//!
//! Requirements: CAB-08, DEL-03. Words only: whether a change may be made is in `decide`, `handing` and `life`, what it means in `fold`.

use serde::{Deserialize, Serialize};

use crate::ids::IdNat;
use crate::journal::Act;
use crate::time::Moment;

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The mailbox begins. `owner`: holder of a PER, owner of a CAB, none for ORG and APP.
    Opened {
        #[serde(default)]
        owner: Option<IdNat>,
    },
    ResponsableAdded {
        person: IdNat,
    },
    ResponsableRemoved {
        person: IdNat,
    },
    CotitulaireAdded {
        person: IdNat,
    },
    /// Withdrawn by the owner, or left by herself: the author tells.
    CotitulaireRemoved {
        person: IdNat,
    },
    /// A delegation; a second one of the same person replaces the first. Both ends optional; `until` is the first moment without the right.
    Delegated {
        person: IdNat,
        #[serde(default)]
        from: Option<Moment>,
        #[serde(default)]
        until: Option<Moment>,
    },
    /// Ended by a manager, or left by herself: the author tells.
    DelegationEnded {
        person: IdNat,
    },
    /// The person took up the right she was given: her first visit. It gives no right, and none waits for it.
    Accepted {
        person: IdNat,
    },
    /// The owner asks this person to become the owner; a second offer replaces the first. It moves nothing until she consents.
    HandOverOffered {
        to: IdNat,
    },
    /// Withdrawn by the owner, or declined by the one who was asked: the author tells.
    HandOverDropped {
        to: IdNat,
    },
    /// The attachment moved to a new owner, who consented (CAB-12).
    HandedOver {
        to: IdNat,
    },
    Suspended,
    Resumed,
    Closing,
    Closed,
}

impl Change {
    /// The person the change is about.
    pub fn person(&self) -> Option<&IdNat> {
        match self {
            Self::Opened { owner } => owner.as_ref(),
            Self::ResponsableAdded { person }
            | Self::ResponsableRemoved { person }
            | Self::CotitulaireAdded { person }
            | Self::CotitulaireRemoved { person }
            | Self::Delegated { person, .. }
            | Self::DelegationEnded { person }
            | Self::Accepted { person } => Some(person),
            Self::HandOverOffered { to } | Self::HandOverDropped { to } | Self::HandedOver { to } => Some(to),
            Self::Suspended | Self::Resumed | Self::Closing | Self::Closed => None,
        }
    }

    /// The same, to write the number under which the register knows her in the place of an alias.
    pub fn person_mut(&mut self) -> Option<&mut IdNat> {
        match self {
            Self::Opened { owner } => owner.as_mut(),
            Self::ResponsableAdded { person }
            | Self::ResponsableRemoved { person }
            | Self::CotitulaireAdded { person }
            | Self::CotitulaireRemoved { person }
            | Self::Delegated { person, .. }
            | Self::DelegationEnded { person }
            | Self::Accepted { person } => Some(person),
            Self::HandOverOffered { to } | Self::HandOverDropped { to } | Self::HandedOver { to } => Some(to),
            Self::Suspended | Self::Resumed | Self::Closing | Self::Closed => None,
        }
    }

    /// The journal's name of it.
    pub fn act(&self) -> Act {
        match self {
            Self::Opened { .. } => Act::MovementOpened,
            Self::ResponsableAdded { .. } => Act::MovementResponsableAdded,
            Self::ResponsableRemoved { .. } => Act::MovementResponsableRemoved,
            Self::CotitulaireAdded { .. } => Act::MovementCotitulaireAdded,
            Self::CotitulaireRemoved { .. } => Act::MovementCotitulaireRemoved,
            Self::Delegated { .. } => Act::MovementDelegated,
            Self::DelegationEnded { .. } => Act::MovementDelegationEnded,
            Self::Accepted { .. } => Act::MovementAccepted,
            Self::HandOverOffered { .. } => Act::MovementHandoverOffered,
            Self::HandOverDropped { .. } => Act::MovementHandoverDropped,
            Self::HandedOver { .. } => Act::MovementHandedOver,
            Self::Suspended => Act::MovementSuspended,
            Self::Resumed => Act::MovementResumed,
            Self::Closing => Act::MovementClosing,
            Self::Closed => Act::MovementClosed,
        }
    }

    /// It lets somebody read and write who could not before (or for longer): whoever makes it answers for that person (CAB-15, DEL-14).
    pub fn lets_in(&self) -> bool {
        matches!(self, Self::CotitulaireAdded { .. } | Self::Delegated { .. } | Self::ResponsableAdded { .. })
    }
}
