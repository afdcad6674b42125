//! Passwords: long, not common, kept as Argon2id (m = 19 MiB, t = 2, p = 1).
//!
//! RFC 9106; RFC 8265 §4.2 (one form for one text). Requirements: LOC-05. No forced rotation, no rule on kinds of characters. Hashing takes some tens of
//! milliseconds of a core: call it off the async threads.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rules::refusal::PasswordFault;
use rules::words::folded;
use rules::{Entropy, Refusal};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most bytes: beyond, somebody tries to make us work.
const LONGEST: usize = 1024;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Letters that must remain once common words and words about the person are taken away.
const OWN_LETTERS: usize = 5;
const DISTINCT: usize = 6;

/// Common words, folded, the longest first. Our own list: words of French and world-wide passwords, keyboards' rows, words of the trade.
fn common() -> &'static [&'static str] {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words: Vec<&str> =
            include_str!("common.txt").lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words
    })
}

/// Says whether a password is acceptable; `about` are words about the person and the place (names, login, mailbox): they count for nothing in it.
///
/// Errors: [`Refusal::PasswordRefused`] with what is wrong.
/// Requirements: LOC-05.
pub fn judge(password: &str, about: &[&str]) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal::PasswordRefused { why });
    let text = one_form(password);
    if text.chars().count() < SHORTEST {
        return refused(PasswordFault::Short);
    }
    if text.len() > LONGEST {
        return refused(PasswordFault::Long);
    }
    if text.chars().collect::<BTreeSet<_>>().len() < DISTINCT || is_a_run(&text) {
        return refused(PasswordFault::Repeats);
    }
    if text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c.is_ascii_punctuation()) {
        return refused(PasswordFault::NoLetters);
    }
    let about: Vec<String> = about.iter().flat_map(|text| folded(text)).filter(|word| word.len() >= 4).collect();
    if own_letters(&text, &about).is_some_and(|left| left < OWN_LETTERS) {
        return refused(PasswordFault::Common);
    }
    Ok(())
}

/// The PHC text to keep (`$argon2id$v=19$m=19456,t=2,p=1$…`), after [`judge`].
///
/// Errors: those of [`judge`].
/// Requirements: LOC-05.
pub fn hash(password: &str, about: &[&str], entropy: &Entropy) -> Result<String, Refusal> {
    judge(password, about)?;
    let salt = entropy.bytes::<16>();
    let hashed = argon2id().hash_password_with_salt(one_form(password).as_bytes(), &salt);
    Ok(hashed.expect("16 bytes are a salt, and our parameters are within bounds").to_string())
}

/// Is it this password? False for whatever is wrong, an unreadable PHC text included.
pub fn check(password: &str, phc: &str) -> bool {
    let text = one_form(password);
    let Ok(kept) = PasswordHash::new(phc) else { return false };
    text.len() <= LONGEST && argon2id().verify_password(text.as_bytes(), &kept).is_ok()
}

/// As long as a [`check`], for a login that is not known: the delay must not tell who exists.
pub fn check_nobody(password: &str) {
    let text = one_form(password);
    if text.len() <= LONGEST {
        let mut out = [0; 32];
        // The outcome is of no interest, the time is.
        let _ = argon2id().hash_password_into(text.as_bytes(), &[0; 16], &mut out);
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("constants within the bounds of Argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// An é typed in one piece or in two is the same é.
fn one_form(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

/// `abcdefghijkl`, `123456789012`, `aaaabbbbcccc`: most characters follow from the one before.
fn is_a_run(text: &str) -> bool {
    let points: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let following = points.windows(2).filter(|pair| (pair[1] - pair[0]).abs() <= 1).count();
    following * 3 > points.len() * 2
}

/// Letters that remain once the words are taken away; `None` when it holds none of them. Digits and signs that stand for letters count as those.
fn own_letters(text: &str, about: &[String]) -> Option<usize> {
    let plain = |text: &str| Zeroizing::new(folded(text).concat());
    let disguised: Zeroizing<String> = Zeroizing::new(text.chars().map(undisguised).collect());
    [plain(text), plain(&disguised)].into_iter().filter_map(|folded| without_words(&folded, about)).min()
}

fn without_words(folded: &str, about: &[String]) -> Option<usize> {
    let mut rest = Zeroizing::new(folded.to_owned());
    for word in common().iter().copied().chain(about.iter().map(String::as_str)) {
        if rest.contains(word) {
            // A space, so that the two sides do not become a word that was not there.
            rest = Zeroizing::new(rest.replace(word, " "));
        }
    }
    rest.contains(' ').then(|| rest.chars().filter(char::is_ascii_alphabetic).count())
}

fn undisguised(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Proves: LOC-05.
    #[test]
    fn short_common_or_personal_passwords_are_refused() {
        for bad in [
            "Court1!",
            "onze caract",
            "motdepasse2026",
            "M0tDeP@sse2026!!",
            "Azertyuiop123",
            "Soleil-Bonjour-2026",
            "hôpital-médecin-75",
            "123456789012",
            "abcdefghijklmnop",
            "aaaaaaaaaaaaaaaa",
            "a1a1a1a1a1a1a1",
            "06 12 34 56 78 91",
            "Sureau-Nadia-1988!",
        ] {
            assert!(matches!(judge(bad, &["Nadia SUREAU"]), Err(Refusal::PasswordRefused { .. })), "{bad}");
        }
        assert!(judge(&"é".repeat(600), &[]).is_err(), "too long");
    }

    /// Proves: LOC-05.
    #[test]
    fn long_ones_of_ones_own_are_accepted_without_rules_on_kinds_of_characters() {
        for good in [
            "cheval agrafe brouette lune",
            "quatre grenouilles au grenier",
            "xk9-Tq2vLm-84pw",
            "Soleil et trois chouettes muettes",
            "ŒUVRES de bois flotté",
        ] {
            assert_eq!(judge(good, &["Nadia SUREAU", "nadia.sureau"]), Ok(()), "{good}");
        }
    }

    /// Proves: LOC-05.
    #[test]
    fn what_is_kept_is_argon2id_with_its_parameters_and_a_salt_of_its_own() {
        let entropy = Entropy::seeded(7);
        let password = "cheval agrafe brouette lune";
        let (one, two) = (hash(password, &[], &entropy).expect("accepted"), hash(password, &[], &entropy).expect("accepted"));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two, "another salt");
        assert!(check(password, &one) && check(password, &two));
        assert!(!check("cheval agrafe brouette lunes", &one));
        for broken in ["", "$argon2id$", "plain", &one[..40]] {
            assert!(!check(password, broken), "{broken}");
        }
        check_nobody(password);
    }

    #[test]
    fn an_accent_typed_in_two_pieces_is_the_same_password() {
        let kept = hash("forêt profonde et hêtres", &[], &Entropy::seeded(1)).expect("accepted");
        assert!(check("fore\u{302}t profonde et he\u{302}tres", &kept));
    }

    #[test]
    fn the_list_is_folded_and_has_no_word_that_would_refuse_everything() {
        for word in common() {
            assert!(word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{word}");
        }
        assert!(common().len() > 150);
    }

    proptest! {
        #[test]
        fn judging_never_fails_badly(text in any::<String>(), about in any::<String>()) {
            let _ = judge(&text, &[&about]);
        }
    }
}
