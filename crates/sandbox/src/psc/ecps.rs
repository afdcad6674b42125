//! The e-CPS of each persona: its state, its clocks, and the two ways to activate it.
//!
//! Requirements: CPS-01, CPS-03 (48 h), CPS-04, SIM-06. States of the specification, and the moments that end them: 48 h for PSC to learn of a new number, 90 s
//! for a QR code obtained with a card, 24 h for one sent to the private contacts, three years of validity. May not know who asks for a login.

use std::collections::BTreeMap;
use std::time::Duration;

use rules::Moment;

use crate::personas::{Persona, Personas};

const HOUR: u64 = 3_600;
/// From the number to its being known at PSC, at the latest.
pub(super) const KNOWN_AFTER: Duration = Duration::from_secs(48 * HOUR);
/// Life of a QR code got with a card.
pub(super) const CARD_QR: Duration = Duration::from_secs(90);
/// Life of a QR code sent by e-mail.
pub(super) const CONTACT_QR: Duration = Duration::from_secs(24 * HOUR);
/// Validity of an activated e-CPS.
const VALID: Duration = Duration::from_secs(3 * 365 * 24 * HOUR);

/// How the QR code came to the person (CPS-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// Her nominative card.
    Card,
    /// Two secrets, to her private e-mail and to her mobile.
    Contact,
}

impl Path {
    pub fn life(self) -> Duration {
        match self {
            Self::Card => CARD_QR,
            Self::Contact => CONTACT_QR,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    None,
    Waiting,
    Activable,
    QrSent {
        path: Path,
        /// Text of the QR code.
        qr: String,
        /// Code of the SMS; contact path only.
        sms: Option<String>,
    },
    Active,
    Expired,
    Blocked,
}

impl State {
    /// The name of the specification.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Waiting => "WAITING",
            Self::Activable => "ACTIVABLE",
            Self::QrSent { .. } => "QR_SENT",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Blocked => "BLOCKED",
        }
    }

    /// A state without secrets, by its name.
    fn read(name: &str) -> Option<Self> {
        [Self::None, Self::Waiting, Self::Activable, Self::Active, Self::Expired, Self::Blocked]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// One person's e-CPS.
#[derive(Clone, Debug)]
pub(super) struct Ecps {
    pub state: State,
    /// When that state began.
    pub since: Moment,
    /// What she types to approve.
    code: String,
}

/// Why a step of the wizard is not taken; said to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hitch {
    NotNow,
    NoContact,
    WrongQr,
    WrongSms,
    CodeForm,
    CodesDiffer,
}

impl Hitch {
    pub fn message(self) -> &'static str {
        match self {
            Self::NotNow => "Cette étape n'est plus possible : l'état de l'e-CPS a changé. Reprenez à partir de ce qui est affiché.",
            Self::NoContact => "Le registre ne connaît ni e-mail ni mobile pour cette personne : l'activation ne peut pas commencer.",
            Self::WrongQr => "Ce texte n'est pas celui du QR code affiché ou reçu. Recopiez-le, ou demandez-en un nouveau.",
            Self::WrongSms => "Ce code n'est pas celui du SMS. Ouvrez la boîte d'envoi du simulateur pour le relire.",
            Self::CodeForm => "Le code e-CPS se compose de quatre chiffres.",
            Self::CodesDiffer => "Les deux codes saisis diffèrent. Saisissez deux fois le même.",
        }
    }
}

/// What the person types at the last step.
pub(super) struct Finish<'a> {
    pub qr: &'a str,
    pub sms: &'a str,
    pub code: &'a str,
    pub again: &'a str,
}

/// The e-CPS of everybody.
#[derive(Default)]
pub(super) struct Phones {
    by_idnat: BTreeMap<String, Ecps>,
}

impl Phones {
    /// As the file of personas says, counted from `start`.
    pub fn of(personas: &Personas, start: Moment) -> Self {
        let one = |p: &Persona| {
            let since = Personas::moved(start, &p.psc.ecps_offset).unwrap_or(start);
            let state = State::read(&p.psc.ecps).unwrap_or(State::None);
            (p.idnat.clone(), Ecps { state, since, code: p.psc.ecps_code.clone() })
        };
        let professionals = personas.all().iter().filter(|p| !p.idnat.is_empty() && p.local.is_none());
        Self { by_idnat: professionals.map(one).collect() }
    }

    /// The e-CPS as it is now: clocks that ran out have had their effect.
    pub fn now(&mut self, idnat: &str, now: Moment) -> Option<&mut Ecps> {
        let ecps = self.by_idnat.get_mut(idnat)?;
        let (lasts, then) = match &ecps.state {
            State::Waiting => (KNOWN_AFTER, State::Activable),
            State::QrSent { path, .. } => (path.life(), State::Activable),
            State::Active => (VALID, State::Expired),
            _ => return Some(ecps),
        };
        let until = ecps.since.plus(lasts);
        if now >= until {
            (ecps.state, ecps.since) = (then, until);
        }
        Some(ecps)
    }

    pub fn is_active(&mut self, idnat: &str, now: Moment) -> bool {
        self.now(idnat, now).is_some_and(|ecps| ecps.state == State::Active)
    }

    pub fn code_is(&mut self, idnat: &str, code: &str, now: Moment) -> bool {
        self.now(idnat, now).is_some_and(|ecps| !code.is_empty() && ecps.code == code.trim())
    }

    /// `POST /sim/ecps/{idnat}`; false when the name is no state that can be set.
    pub fn set(&mut self, idnat: &str, state: &str, now: Moment) -> bool {
        match (self.by_idnat.get_mut(idnat), State::read(state)) {
            (Some(ecps), Some(state)) => {
                (ecps.state, ecps.since) = (state, now);
                true
            }
            _ => false,
        }
    }

    /// The QR code goes out, by one of the two ways.
    pub fn send_qr(&mut self, idnat: &str, path: Path, secrets: (String, String), now: Moment) -> Result<(), Hitch> {
        let ecps =
            self.now(idnat, now).filter(|ecps| matches!(ecps.state, State::Activable | State::QrSent { .. })).ok_or(Hitch::NotNow)?;
        let (qr, sms) = secrets;
        ecps.state = State::QrSent { path, qr, sms: Some(sms).filter(|_| path == Path::Contact) };
        ecps.since = now;
        Ok(())
    }

    /// The QR code was scanned, the SMS code typed, a personal code chosen: the e-CPS is active.
    pub fn finish(&mut self, idnat: &str, typed: &Finish<'_>, now: Moment) -> Result<(), Hitch> {
        let ecps = self.now(idnat, now).ok_or(Hitch::NotNow)?;
        let State::QrSent { qr, sms, .. } = &ecps.state else { return Err(Hitch::NotNow) };
        if !typed.qr.trim().eq_ignore_ascii_case(qr) {
            return Err(Hitch::WrongQr);
        }
        if sms.as_deref().is_some_and(|sms| sms != typed.sms.trim()) {
            return Err(Hitch::WrongSms);
        }
        if typed.code.len() != 4 || !typed.code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Hitch::CodeForm);
        }
        if typed.code != typed.again {
            return Err(Hitch::CodesDiffer);
        }
        *ecps = Ecps { state: State::Active, since: now, code: typed.code.to_owned() };
        Ok(())
    }

    /// Deleted in the application (expired), or a new phone: to be activated again.
    pub fn start_over(&mut self, idnat: &str, now: Moment) -> Result<(), Hitch> {
        let ecps = self.now(idnat, now).filter(|ecps| matches!(ecps.state, State::Active | State::Expired)).ok_or(Hitch::NotNow)?;
        (ecps.state, ecps.since) = (State::Activable, now);
        Ok(())
    }

    /// The simulator's short cut: PSC learns of the number at once.
    pub fn hasten(&mut self, idnat: &str, now: Moment) -> Result<(), Hitch> {
        let ecps = self.now(idnat, now).filter(|ecps| ecps.state == State::Waiting).ok_or(Hitch::NotNow)?;
        (ecps.state, ecps.since) = (State::Activable, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUGO: &str = "899790000055";
    const CLAIRE: &str = "899790000014";

    fn phones(start: Moment) -> Phones {
        Phones::of(&Personas::shipped(), start)
    }

    fn state(phones: &mut Phones, idnat: &str, now: Moment) -> &'static str {
        phones.now(idnat, now).expect("known").state.name()
    }

    /// Proves: CPS-01, CPS-04.
    #[test]
    fn a_number_twenty_hours_old_waits_twenty_eight_more_then_is_activated_by_the_two_secrets() {
        let start = Moment::from_secs(1_800_000_000);
        let mut phones = phones(start);
        let after = |hours: u64| start.plus(Duration::from_secs(hours * HOUR));
        assert_eq!(state(&mut phones, HUGO, after(27)), "WAITING");
        let secrets = || ("ECPS-1".to_owned(), "123456".to_owned());
        assert_eq!(phones.send_qr(HUGO, Path::Contact, secrets(), after(27)), Err(Hitch::NotNow));
        assert_eq!(state(&mut phones, HUGO, after(28)), "ACTIVABLE");
        phones.send_qr(HUGO, Path::Contact, secrets(), after(28)).expect("activable");
        assert_eq!(state(&mut phones, HUGO, after(52)), "ACTIVABLE", "the QR code lasts 24 h");
        phones.send_qr(HUGO, Path::Contact, secrets(), after(52)).expect("once more");
        let typed = |qr, sms, code, again| Finish { qr, sms, code, again };
        let at = after(53);
        assert_eq!(phones.finish(HUGO, &typed("ECPS-2", "123456", "2580", "2580"), at), Err(Hitch::WrongQr));
        assert_eq!(phones.finish(HUGO, &typed("ecps-1", "654321", "2580", "2580"), at), Err(Hitch::WrongSms));
        assert_eq!(phones.finish(HUGO, &typed("ecps-1", "123456", "25", "25"), at), Err(Hitch::CodeForm));
        assert_eq!(phones.finish(HUGO, &typed("ecps-1", "123456", "2580", "2581"), at), Err(Hitch::CodesDiffer));
        phones.finish(HUGO, &typed("ecps-1", "123456", "2580", "2580"), at).expect("active");
        assert!(phones.code_is(HUGO, "2580", at) && !phones.code_is(HUGO, "4711", at));
        assert_eq!(state(&mut phones, HUGO, at.plus(VALID)), "EXPIRED");
    }

    #[test]
    fn a_qr_code_got_with_a_card_lasts_ninety_seconds_and_a_new_phone_starts_over() {
        let start = Moment::from_secs(1_800_000_000);
        let mut phones = phones(start);
        assert!(phones.is_active(CLAIRE, start));
        phones.start_over(CLAIRE, start).expect("a new phone");
        phones.send_qr(CLAIRE, Path::Card, ("ECPS-1".into(), String::new()), start).expect("activable");
        assert_eq!(state(&mut phones, CLAIRE, start.plus(Duration::from_secs(89))), "QR_SENT");
        assert_eq!(state(&mut phones, CLAIRE, start.plus(CARD_QR)), "ACTIVABLE");
        assert!(!phones.set(CLAIRE, "QR_SENT", start) && phones.set(CLAIRE, "BLOCKED", start));
    }
}
