//! Invented domains, organisations and DNs, with the irregular shapes of the real file. Requirements: TRU-17, TRU-18, TRU-20.

use std::collections::BTreeSet;

use super::assign::Shape;
use super::{Dice, REAL};

/// Names with 2, 3, 4, 5 and 6 dots, of 4 944.
const DOTS: [usize; 5] = [4_247, 674, 21, 1, 1];
/// DNs outside ASCII, of 391.
const ACCENTED: usize = 69;
/// DNs whose OU is `3`+SIRET, of 391; the others hold `1`+FINESS.
const SIRET: usize = 72;
/// DNs whose organisation stands in quotes, of 391.
const QUOTED: usize = 9;

const HEADS: [&str; 16] =
    ["val", "bel", "mont", "font", "clair", "roche", "haute", "saint", "beau", "cour", "mar", "chant", "ville", "pont", "lac", "plaine"];
const MIDDLES: [&str; 16] = ["e", "a", "on", "il", "er", "an", "ou", "es", "in", "au", "or", "ette", "ol", "is", "ar", "en"];
const TAILS: [&str; 16] =
    ["mont", "ville", "court", "clair", "fort", "lieu", "gnac", "sur", "dres", "bourg", "val", "mer", "rac", "nay", "sac", "tier"];
const KINDS: [&str; 8] =
    ["C.H. DE", "CLINIQUE DE", "LABORATOIRE", "CENTRE DE SANTE", "GROUPEMENT", "HOPITAL LOCAL DE", "CABINET", "MAISON MEDICALE"];
const PLAIN_STATES: [&str; 8] = [
    "Ille-et-Vilaine (35)",
    "Nord (59)",
    "Gironde (33)",
    "Hauts-de-Seine (92)",
    "Loire-Atlantique (44)",
    "Paris (75)",
    "Var (83)",
    "Moselle (57)",
];
const ACCENTED_STATES: [&str; 4] = ["Bouches-du-Rhône (13)", "Isère (38)", "Hérault (34)", "Côte-d'Or (21)"];

/// A count of the real list brought down (or up) to a list of `count` entries, rounded.
pub(super) fn scaled(of_real: usize, count: usize) -> usize {
    (of_real * count + REAL / 2) / REAL
}

/// As many different domains, in no order; the exact spread of dots when there are 4 944.
pub(super) fn domains(many: usize, dice: &mut Dice) -> Vec<String> {
    let total: usize = DOTS.iter().sum();
    let mut deep: Vec<usize> = Vec::with_capacity(many);
    for (share, labels) in DOTS.into_iter().zip(1..).skip(1) {
        deep.extend(std::iter::repeat_n(labels, (share * many + total / 2) / total));
    }
    deep.resize(many, 1);
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(many);
    while names.len() < many {
        // The deepest names have the shortest labels: 52 characters was the longest seen.
        let depth = deep[names.len()];
        let mut labels = (0..depth).map(|_| label(dice, depth < 3)).collect::<Vec<_>>().join(".");
        if !seen.insert(labels.clone()) {
            labels.push_str(&format!("-n{}", names.len()));
        }
        names.push(format!("{labels}.mssante.test"));
    }
    dice.shuffle(&mut names);
    names
}

fn label(dice: &mut Dice, long: bool) -> String {
    let mut label = dice.pick(&HEADS).to_owned();
    if long {
        label.push_str(dice.pick(&MIDDLES));
        label.push_str(dice.pick(&TAILS));
        if dice.below(3) == 0 {
            label.push_str(&format!("-{}", dice.below(100)));
        }
    }
    label
}

pub(super) fn description(name: &str, ampersand: bool) -> String {
    let label = name.split('.').next().unwrap_or_default();
    if ampersand { format!("Domaine d'essai & démonstration, {label}") } else { format!("Domaine MSSanté de {label}") }
}

/// The DNs, in the order of `Shape::dns`, as they are declared.
pub(super) fn dns(shape: &Shape, dice: &mut Dice) -> Vec<String> {
    let many = shape.dns.len();
    let mut order: Vec<usize> = (0..many).collect();
    dice.shuffle(&mut order);
    // Positions in a shuffled order, so that traits do not follow sizes. A third of the quoted DNs are accented too: those hold a NBSP.
    let accented = 0..scaled(ACCENTED, shape.count);
    let quoted = accented.end - scaled(QUOTED / 3, shape.count)..accented.end + scaled(QUOTED - QUOTED / 3, shape.count);
    let siret = many / 3..many / 3 + scaled(SIRET, shape.count);
    (0..many)
        .map(|dn| order[dn])
        .enumerate()
        .map(|(dn, rank)| one(dn, [&accented, &siret, &quoted].map(|r| r.contains(&rank)), dice))
        .collect()
}

fn one(number: usize, [accented, siret, quoted]: [bool; 3], dice: &mut Dice) -> String {
    let unit = match (siret, number % 40) {
        (true, _) => format!("3999{number:011}"),
        (false, 7) => format!("10B0{number:06}"),
        (false, _) => format!("199{number:07}"),
    };
    let place = format!("{}{}", dice.pick(&HEADS), dice.pick(&TAILS));
    let host = format!("mss{number}.{place}.example");
    let place = place.to_uppercase();
    let kind = dice.pick(&KINDS);
    let organisation = match (quoted, accented, number % 23) {
        (true, true, _) => format!("\"CLCC\u{a0} INSTITUT {place}\""),
        (true, false, _) => format!("\"C H U  DE  {place}\""),
        (false, true, n) if n % 2 == 0 => format!("HÔPITAL D'ÉTÉ {place}"),
        (false, _, 5) => format!("CENTRE HOSPITALIER \"LES-{place}\""),
        (false, _, _) => format!("{kind} {place}"),
    };
    let state = if accented { dice.pick(&ACCENTED_STATES) } else { dice.pick(&PLAIN_STATES) };
    match number % 17 {
        3 => format!("CN={host}, OU={unit}, O={organisation}, ST={state}, C=FR"),
        6 => format!("CN={host} ,OU={unit},O={organisation},ST={state},C=FR"),
        9 => format!("CN={host},OU={unit},O={organisation},ST={},C=FR", state.replace(" (", "(")),
        12 => format!("CN={host},OU={unit},O={organisation},L={state},C=FR"),
        _ => format!("CN={host},OU={unit},O={organisation},ST={state},C=FR"),
    }
}
