//! Words as they are compared: lower case, without accents, ASCII letters and digits only.
//!
//! Requirements: CAB-04. `FRÊNE LAUZE` and `frene-lauze` are the same two words; `Œdème` is `oedeme`. It knows no language.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, in order.
///
/// ```
/// assert_eq!(rules::words::folded("FRÊNE-Lauze, cœur"), ["frene", "lauze", "coeur"]);
/// ```
pub fn folded(text: &str) -> Vec<String> {
    let plain: String = text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    let plain = plain.replace('œ', "oe").replace('æ', "ae");
    plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
