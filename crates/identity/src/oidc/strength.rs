//! How firmly a structure's own provider identified somebody: two factors of different families, or not at all.
//!
//! RFC 8176. Requirements: LOC-05, LOC-07 (an SMS is never a factor).

use rules::Refusal;

/// What is known, what is held, what one is.
const FAMILIES: [&[&str]; 3] = [&["pwd", "pin", "kba"], &["otp", "hwk", "swk", "sc", "pop"], &["fpt", "face", "iris", "retina", "vbm"]];

/// Enough: an `acr` that is declared strong, or a declared `amr` with two families.
///
/// Requirements: LOC-05.
pub(super) fn enough(acr: &str, amr: &[String], acr_strong: &[String], amr_strong: &[String]) -> Result<(), Refusal> {
    let by_acr = !acr.is_empty() && acr_strong.iter().any(|strong| strong == acr);
    let by_amr = amr.iter().any(|method| amr_strong.contains(method)) && families(amr) >= 2;
    if by_acr || by_amr { Ok(()) } else { Err(Refusal::LoginWeak) }
}

fn families(amr: &[String]) -> usize {
    // `mfa`: the provider itself says "several factors", without naming them (RFC 8176 §2).
    if amr.iter().any(|method| method == "mfa") {
        return 2;
    }
    FAMILIES.iter().filter(|family| amr.iter().any(|method| family.contains(&method.as_str()))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(acr: &str, amr: &[&str]) -> bool {
        let owned = |texts: &[&str]| texts.iter().map(|&t| t.to_owned()).collect::<Vec<_>>();
        enough(acr, &owned(amr), &owned(&["https://ch.test/loa/2fa"]), &owned(&["otp", "hwk", "mfa", "sms"])).is_ok()
    }

    /// Proves: LOC-05, LOC-07.
    #[test]
    fn two_families_or_a_declared_level_suffice_and_nothing_less() {
        for (acr, amr) in
            [("https://ch.test/loa/2fa", &[][..]), ("", &["pwd", "otp"]), ("1", &["pin", "hwk"]), ("", &["mfa"]), ("", &["otp", "face"])]
        {
            assert!(judged(acr, amr), "{acr} {amr:?}");
        }
        for (acr, amr) in [
            ("", &[][..]),
            ("1", &["pwd"]),
            ("", &["otp"]),
            ("", &["otp", "hwk"]),
            ("", &["pwd", "sms"]),
            ("", &["pwd", "swk"]),
            ("", &["pwd", "user", "rba"]),
            ("https://ch.test/loa/1fa", &["pwd"]),
        ] {
            assert!(!judged(acr, amr), "{acr} {amr:?}");
        }
    }
}
