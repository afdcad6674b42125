//! May this certificate be written beside an APP mailbox? Its structure should be the one that bears the mailbox.
//!
//! Requirements: LPS-22. Whether the certificate is good is asked at each connection; here only whose it says it is.

use crate::refusal::Refusal;
use crate::register::Structure;

/// Is the structure named in the certificate (`OU`: `1`+FINESS or `3`+SIRET, TRU-18) the bearer of the mailbox?
pub fn certificate_of_bearer(unit: Option<&str>, bearer: Option<&Structure>) -> bool {
    let (Some(unit), Some(bearer)) = (unit, bearer) else { return false };
    // The name of a certificate is kept folded: numbers of Corsica hold a letter.
    let is = |first: &str, number: &str| unit.strip_prefix(first).is_some_and(|rest| rest.eq_ignore_ascii_case(number));
    unit.eq_ignore_ascii_case(&bearer.id)
        || bearer.finess.as_deref().is_some_and(|finess| is("1", finess))
        || bearer.siret.as_deref().is_some_and(|siret| is("3", siret))
}

/// Another structure's certificate (a group's, a supplier's) is entered only when somebody is named who approves it.
pub fn may_enter_certificate(unit: Option<&str>, bearer: Option<&Structure>, approved_by: Option<&str>) -> Result<(), Refusal> {
    let approved = approved_by.is_some_and(|name| !name.trim().is_empty());
    if approved || certificate_of_bearer(unit, bearer) { Ok(()) } else { Err(Refusal::OtherStructure) }
}
