//! Is this file fit to be played? Control keys, doubled ids, dangling references, dates and offsets.
//!
//! Requirements: SIM-12. May not correct anything: a wrong file is refused with the place of its fault.

use std::collections::HashSet;

use super::model::{File, PersonaMailbox, Place};
use super::{BadPersonas, dates};

type Checked = Result<(), BadPersonas>;

/// All checks, in the order in which their faults are easiest to understand.
pub(super) fn check(file: &File) -> Checked {
    if file.version != 1 {
        return Err(BadPersonas::Version(file.version));
    }
    keys(file)?;
    doubled(file)?;
    references(file)?;
    forms(file)
}

fn wrong(id: &str, what: &'static str) -> BadPersonas {
    BadPersonas::Key { id: id.to_owned(), what }
}

fn keys(file: &File) -> Checked {
    for persona in &file.personas {
        if !persona.rpps.is_empty() && (!luhn(&persona.rpps, 11) || persona.idnat != format!("8{}", persona.rpps)) {
            return Err(wrong(&persona.id, "RPPS"));
        }
        if persona.ins.as_ref().is_some_and(|ins| !ins_key(&ins.matricule)) {
            return Err(wrong(&persona.id, "INS"));
        }
    }
    places(file).try_for_each(place_keys)
}

fn place_keys(place: &Place) -> Checked {
    if !place.rpps_rang.is_empty() && !luhn(&place.rpps_rang, 14) {
        return Err(wrong(&place.id, "RPPS-rang"));
    }
    for finess in [&place.finess_eg, &place.finess_ej] {
        if !finess.is_empty() && !luhn(finess, 9) {
            return Err(wrong(&place.id, "FINESS"));
        }
    }
    Ok(())
}

/// Luhn over all the digits, the last one being the key.
fn luhn(digits: &str, length: usize) -> bool {
    if digits.len() != length || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// 13 digits and the key 97 − N mod 97.
fn ins_key(matricule: &str) -> bool {
    let Some((number, key)) = matricule.split_at_checked(13) else { return false };
    match (number.parse::<u64>(), key.parse::<u64>()) {
        (Ok(number), Ok(key)) => key == 97 - number % 97,
        _ => false,
    }
}

fn doubled(file: &File) -> Checked {
    let once = |ids: Vec<&str>| {
        let mut seen = HashSet::new();
        match ids.into_iter().filter(|id| !id.is_empty()).find(|id| !seen.insert(id.to_ascii_lowercase())) {
            Some(id) => Err(BadPersonas::Doubled(id.to_owned())),
            None => Ok(()),
        }
    };
    let personas = &file.personas;
    once(personas.iter().map(|p| p.id.as_str()).chain(places(file).map(|s| s.id.as_str())).collect())?;
    once(personas.iter().map(|p| p.slug.as_str()).collect())?;
    once(personas.iter().map(|p| p.idnat.as_str()).collect())?;
    once(personas.iter().filter_map(|p| p.ins.as_ref()).map(|i| i.matricule.as_str()).collect())?;
    once(places(file).map(|s| s.idnat_struct.as_str()).collect())?;
    once(file.mailboxes.iter().map(|m| m.address.as_str()).collect())?;
    once(situations(file).collect())
}

fn references(file: &File) -> Checked {
    let personas: HashSet<&str> = file.personas.iter().map(|p| p.id.as_str()).collect();
    let numbers: HashSet<&str> = file.personas.iter().map(|p| p.idnat.as_str()).collect();
    let known_places: HashSet<&str> = places(file).map(|s| s.id.as_str()).collect();
    let must = |known: &HashSet<&str>, from: &str, to: &str| {
        if known.contains(to) { Ok(()) } else { Err(BadPersonas::Dangling { from: from.to_owned(), to: to.to_owned() }) }
    };
    for persona in &file.personas {
        for activity in persona.exercices.iter().flat_map(|e| &e.activities) {
            if let Some(structure) = &activity.structure {
                must(&known_places, &activity.situation_id, structure)?;
            }
            if !activity.employeur_idnat.is_empty() {
                must(&numbers, &activity.situation_id, &activity.employeur_idnat)?;
            }
        }
        if let Some(local) = &persona.local {
            must(&known_places, &persona.id, &local.structure)?;
        }
        for other in persona.ins.iter().flat_map(|ins| ins.represents.iter().chain(&ins.represented_by)) {
            must(&personas, &persona.id, other)?;
        }
    }
    let known_situations: HashSet<&str> = situations(file).collect();
    for mailbox in &file.mailboxes {
        let bearers = if matches!(mailbox.kind.as_str(), "ORG" | "APP") { &known_places } else { &personas };
        must(bearers, &mailbox.address, &mailbox.bearer)?;
        if let Some(structure) = &mailbox.structure {
            must(&known_places, &mailbox.address, structure)?;
        }
        if let Some(situation) = &mailbox.situation_id {
            must(&known_situations, &mailbox.address, situation)?;
        }
        for who in people(mailbox) {
            must(&personas, &mailbox.address, who)?;
        }
    }
    Ok(())
}

fn people(mailbox: &PersonaMailbox) -> impl Iterator<Item = &str> {
    let joined = mailbox.cotitulaires.iter().chain(&mailbox.delegataires).map(|j| j.who.as_str());
    mailbox.responsables.iter().map(String::as_str).chain(joined)
}

/// Texts that become values later: reading them here means that nothing can fail once the file is accepted.
fn forms(file: &File) -> Checked {
    let form = |at: &str, ok: bool| if ok { Ok(()) } else { Err(BadPersonas::Form(at.to_owned())) };
    for place in places(file) {
        form(&place.id, place.closed.as_deref().is_none_or(|date| dates::midnight(date).is_some()))?;
    }
    for persona in &file.personas {
        form(&persona.id, persona.idnat.is_empty() || rules::IdNat::parse(&persona.idnat).is_ok())?;
        form(&persona.id, persona.psc.other_ids.iter().all(serde_json::Value::is_object))?;
        let struck = persona.ordre.as_ref().and_then(|o| o.radie_le.as_deref());
        form(&persona.id, struck.is_none_or(|date| dates::midnight(date).is_some()))?;
        for activity in persona.exercices.iter().flat_map(|e| &e.activities) {
            let ends_well = activity.fin.is_empty() || dates::midnight(&activity.fin).is_some();
            form(&activity.situation_id, dates::midnight(&activity.debut).is_some() && ends_well)?;
        }
    }
    for mailbox in &file.mailboxes {
        form(&mailbox.address, rules::Address::parse(&mailbox.address).is_ok())?;
        form(&mailbox.address, super::mailboxes::kind(&mailbox.kind).is_some())?;
        let offsets = mailbox.cotitulaires.iter().chain(&mailbox.delegataires).flat_map(|j| [&j.from_offset, &j.until_offset]);
        for offset in offsets.flatten() {
            form(&mailbox.address, dates::offset(offset).is_some())?;
        }
    }
    Ok(())
}

fn places(file: &File) -> impl Iterator<Item = &Place> {
    file.structures.iter().chain(&file.other_cabinets)
}

fn situations(file: &File) -> impl Iterator<Item = &str> {
    file.personas.iter().flat_map(|p| &p.exercices).flat_map(|e| &e.activities).map(|a| a.situation_id.as_str())
}
