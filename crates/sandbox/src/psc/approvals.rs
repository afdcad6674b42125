//! Requests that wait on a phone: logins begun on the login page, and those of programs (CIBA).
//!
//! Requirements: SIM-05, SIM-06, PSC-33. One approval serves once; after 120 s nobody can give it; three wrong codes refuse it. May not open a session.

use std::collections::HashMap;
use std::time::Duration;

use rules::Moment;

use super::state::Memory;

/// Life of a request.
pub(super) const LIFE: Duration = Duration::from_secs(120);
/// Wrong codes that refuse a request.
const WRONG_CODES: u8 = 3;
/// What is over stays this long, so that who waits learns how it ended.
const KEPT: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Waiting,
    Approved,
    Refused,
    /// Nobody answered in time.
    Over,
}

/// Who waits for the answer.
#[derive(Clone)]
pub(super) enum For {
    /// A browser, with the authorization request under that key.
    Browser { request: String },
    /// A program that polls.
    Program(Poll),
}

/// The state of a program's polling.
#[derive(Clone)]
pub(super) struct Poll {
    pub scope: String,
    pub acr: String,
    /// Between two polls; longer after each one that came too early.
    pub interval: Duration,
    pub last: Option<Moment>,
    pub collected: bool,
}

/// A request on somebody's phone.
#[derive(Clone)]
pub(super) struct Approval {
    pub id: String,
    pub idnat: String,
    pub client: String,
    /// `MOBILE` or `CARD`.
    pub channel: String,
    /// Two digits, the same on both screens.
    pub number: String,
    pub begun: Moment,
    pub waits: For,
    answer: Answer,
    wrong_codes: u8,
}

impl Approval {
    pub fn answer(&self, now: Moment) -> Answer {
        match self.answer {
            Answer::Waiting if now >= self.begun.plus(LIFE) => Answer::Over,
            answer => answer,
        }
    }
}

/// What is asked for when a request is put on a phone.
pub(super) struct Asked {
    pub id: String,
    pub idnat: String,
    pub client: String,
    pub channel: String,
    pub number: String,
    pub waits: For,
}

/// What the person does.
#[derive(Clone, Copy)]
pub(super) enum Act<'a> {
    /// With the code typed on the phone; `None`: by the control API, which needs none.
    Approve(Option<&'a str>),
    Refuse,
}

/// Why an act has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ineffective {
    Unknown,
    /// Answered already, or over.
    Settled,
    NotActive,
    WrongCode,
    TooManyCodes,
}

impl Ineffective {
    pub fn message(self) -> &'static str {
        match self {
            Self::Unknown => "Cette demande n'existe pas ou n'existe plus.",
            Self::Settled => {
                "Cette demande a déjà reçu une réponse, ou son délai de deux minutes est passé. Recommencez depuis le logiciel."
            }
            Self::NotActive => {
                "L'e-CPS de cette personne n'est pas active : elle ne peut pas valider. Activez-la d'abord, plus bas sur cette page."
            }
            Self::WrongCode => "Ce code e-CPS n'est pas le bon. Réessayez (4711 pour les personnages, sauf changement).",
            Self::TooManyCodes => "Trois codes erronés : la demande est refusée. Recommencez depuis le logiciel.",
        }
    }
}

#[derive(Default)]
pub(super) struct Approvals {
    by_id: HashMap<String, Approval>,
}

impl Approvals {
    pub fn get(&self, id: &str) -> Option<&Approval> {
        self.by_id.get(id)
    }

    /// The polling of a request made by a program.
    pub fn poll(&mut self, id: &str) -> Option<&mut Poll> {
        match self.by_id.get_mut(id) {
            Some(Approval { waits: For::Program(poll), .. }) => Some(poll),
            _ => None,
        }
    }

    pub fn forget(&mut self, id: &str) -> Option<Approval> {
        self.by_id.remove(id)
    }

    /// Those that wait now, oldest first; of one person, or of all.
    pub fn waiting(&self, idnat: Option<&str>, now: Moment) -> Vec<Approval> {
        let wanted = |a: &&Approval| idnat.is_none_or(|idnat| a.idnat == idnat) && a.answer(now) == Answer::Waiting;
        let mut waiting: Vec<Approval> = self.by_id.values().filter(wanted).cloned().collect();
        waiting.sort_by(|a, b| (a.begun, &a.id).cmp(&(b.begun, &b.id)));
        waiting
    }
}

/// Puts a request on a phone; approved at once when the simulator is told to.
pub(super) fn ask(sim: &Memory, asked: Asked) {
    let now = sim.clock.now();
    let Asked { id, idnat, client, channel, number, waits } = asked;
    let at_once = sim.auto_approve && channel == "MOBILE" && sim.phones.lock().is_active(&idnat, now);
    let answer = if at_once { Answer::Approved } else { Answer::Waiting };
    let mut approvals = sim.approvals.lock();
    approvals.by_id.retain(|_, old| now < old.begun.plus(KEPT));
    approvals.by_id.insert(id.clone(), Approval { id, idnat, client, channel, number, begun: now, waits, answer, wrong_codes: 0 });
    drop(approvals);
    sim.ring();
}

/// Answers a request on somebody's phone.
pub(super) fn act(sim: &Memory, idnat: &str, id: &str, act: Act<'_>) -> Result<Answer, Ineffective> {
    let now = sim.clock.now();
    let (active, right_code) = {
        let mut phones = sim.phones.lock();
        let right = matches!(act, Act::Approve(Some(code)) if phones.code_is(idnat, code, now));
        (phones.is_active(idnat, now), right)
    };
    let outcome = {
        let mut approvals = sim.approvals.lock();
        let approval = approvals.by_id.get_mut(id).filter(|a| a.idnat == idnat).ok_or(Ineffective::Unknown)?;
        if approval.answer(now) != Answer::Waiting {
            return Err(Ineffective::Settled);
        }
        // A card needs no phone: its reader asks for the card's own code.
        let by_phone = approval.channel != "CARD";
        match act {
            Act::Refuse => {
                approval.answer = Answer::Refused;
                Ok(Answer::Refused)
            }
            Act::Approve(_) if by_phone && !active => Err(Ineffective::NotActive),
            Act::Approve(Some(_)) if by_phone && !right_code => {
                approval.wrong_codes += 1;
                if approval.wrong_codes < WRONG_CODES {
                    Err(Ineffective::WrongCode)
                } else {
                    approval.answer = Answer::Refused;
                    Err(Ineffective::TooManyCodes)
                }
            }
            Act::Approve(_) => {
                approval.answer = Answer::Approved;
                Ok(Answer::Approved)
            }
        }
    };
    sim.ring();
    outcome
}
