//! The commands of an operator, one file each: what is asked (also the words of the control socket), the decision, the JSON, the table.
//!
//! Shapes of the JSON are the demo contract's: fields may be added, never renamed. A command never prints: `main` does.

pub mod check;
pub mod cotitulaire;
pub mod delegation;
pub mod directory;
pub mod indicators;
pub mod journal;
pub mod local;
pub mod mailbox;
mod movement;
pub mod queue;
pub mod register;
pub mod responsable;
pub mod show;
pub mod sim;
pub mod staff;
pub mod terms;
pub mod token;
pub mod webhook;
pub mod whitelist;

use rules::{Address, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Everything that is executed by whoever holds the state folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    Check,
    MailboxList,
    MailboxShow(mailbox::Show),
    MailboxCreate(mailbox::Create),
    MailboxLife {
        step: mailbox::life::Step,
        life: mailbox::life::Life,
    },
    MailboxHandOver(mailbox::life::HandOver),
    CertificateAdd(mailbox::certificate::Add),
    CertificateRemove(mailbox::certificate::Change),
    CertificateList(mailbox::certificate::List),
    DelegationList(delegation::List),
    DelegationAdd(delegation::Add),
    DelegationEnd(delegation::End),
    CotitulaireAdd(cotitulaire::Change),
    CotitulaireEnd(cotitulaire::Change),
    ResponsableAdd(responsable::Change),
    ResponsableEnd(responsable::Change),
    TermsAccept(terms::Accept),
    TermsShow(terms::Show),
    TermsPublish(terms::Publication),
    RegisterSearch(register::Search),
    RegisterPerson(register::Show),
    RegisterStructure(register::Place),
    SituationEnd(register::SituationEnd),
    JournalShow(journal::Show),
    JournalVerify,
    JournalExport(journal::export::Export),
    Staff(staff::Staff),
    Token(token::Token),
    Webhook(webhook::Webhook),
    Local(local::Local),
    QueueList,
    QueueAct(queue::Act),
    WhitelistShow(whitelist::Show),
    WhitelistLoad(whitelist::Load),
    WhitelistVerify(whitelist::Verify),
    WhitelistApprove(whitelist::Approve),
    WhitelistFetch,
    Indicators(indicators::Month),
    IndicatorsCompute(indicators::edition::Compute),
    IndicatorsVerify(indicators::verify::Verify),
    IndicatorsTrace(indicators::trace::Trace),
    IndicatorsDeposit(indicators::deposit::Deposit),
    DirectoryExtract(directory::Extract),
    /// Re-read certificates, CRLs and list; only a running process can.
    Reload,
}

impl Order {
    /// The address the order is about: it chooses the operator.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::MailboxShow(order) => Some(&order.address),
            Self::MailboxCreate(order) => Some(&order.address),
            Self::MailboxLife { life, .. } => Some(&life.address),
            Self::MailboxHandOver(order) => Some(&order.address),
            Self::CertificateAdd(order) => Some(&order.change.address),
            Self::CertificateRemove(order) => Some(&order.address),
            Self::CertificateList(order) => Some(&order.address),
            Self::DelegationList(order) => Some(&order.mailbox),
            Self::DelegationAdd(order) => Some(&order.mailbox),
            Self::DelegationEnd(order) => Some(&order.mailbox),
            Self::CotitulaireAdd(order) | Self::CotitulaireEnd(order) => Some(&order.mailbox),
            Self::ResponsableAdd(order) | Self::ResponsableEnd(order) => Some(&order.mailbox),
            Self::JournalShow(order) => order.mailbox.as_ref(),
            Self::JournalExport(order) => order.mailbox.as_ref(),
            _ => None,
        }
    }

    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        match self {
            Self::Check => check::run(operator).await,
            Self::MailboxList => mailbox::list(operator).await,
            Self::MailboxShow(order) => order.run(operator).await,
            Self::MailboxCreate(order) => order.run(operator).await,
            Self::MailboxLife { step, life } => life.run(step, operator).await,
            Self::MailboxHandOver(order) => order.run(operator).await,
            Self::CertificateAdd(order) => order.run(operator).await,
            Self::CertificateRemove(order) => order.remove(operator).await,
            Self::CertificateList(order) => order.run(operator).await,
            Self::DelegationList(order) => order.run(operator).await,
            Self::DelegationAdd(order) => order.run(operator).await,
            Self::DelegationEnd(order) => order.run(operator).await,
            Self::CotitulaireAdd(order) => order.add(operator).await,
            Self::CotitulaireEnd(order) => order.end(operator).await,
            Self::ResponsableAdd(order) => order.add(operator).await,
            Self::ResponsableEnd(order) => order.end(operator).await,
            Self::TermsAccept(order) => order.run(operator).await,
            Self::TermsShow(order) => order.run(operator).await,
            Self::TermsPublish(order) => order.run(operator).await,
            Self::RegisterSearch(order) => order.run(operator).await,
            Self::RegisterPerson(order) => order.run(operator).await,
            Self::RegisterStructure(order) => order.run(operator).await,
            Self::SituationEnd(order) => order.run(operator).await,
            Self::JournalShow(order) => order.run(operator).await,
            Self::JournalVerify => journal::verify(operator).await,
            Self::JournalExport(order) => order.run(operator).await,
            Self::Staff(order) => order.run(operator).await,
            Self::Token(order) => order.run(operator).await,
            Self::Webhook(order) => order.run(operator).await,
            Self::Local(order) => order.run(operator).await,
            Self::QueueList => queue::list(operator).await,
            Self::QueueAct(order) => order.run(operator).await,
            Self::WhitelistShow(order) => order.run(operator).await,
            Self::WhitelistLoad(order) => order.run(operator).await,
            Self::WhitelistVerify(order) => order.run(operator).await,
            Self::WhitelistApprove(order) => order.run(operator).await,
            Self::WhitelistFetch => whitelist::fetch(operator).await,
            Self::Indicators(order) => order.run(operator).await,
            Self::IndicatorsCompute(order) => order.run(operator).await,
            Self::IndicatorsVerify(order) => order.run(operator).await,
            Self::IndicatorsTrace(order) => order.run(operator).await,
            Self::IndicatorsDeposit(order) => order.run(operator).await,
            Self::DirectoryExtract(order) => order.run(operator).await,
            Self::Reload => Err(Failure::refused("ARRETE", "aucun processus en marche : rien à relire")),
        }
    }

    /// The answer laid out for people.
    pub fn table(&self, value: &Value) -> String {
        match self {
            Self::Check => check::table(value),
            Self::MailboxList => mailbox::list_table(value),
            Self::MailboxShow(_) | Self::MailboxCreate(_) | Self::MailboxLife { .. } | Self::MailboxHandOver(_) => mailbox::table(value),
            Self::CertificateAdd(_) | Self::CertificateRemove(_) | Self::CertificateList(_) => mailbox::certificate::table(value),
            Self::TermsShow(order) => order.table(value),
            Self::RegisterSearch(order) => order.table(value),
            Self::RegisterPerson(_) => register::person_table(value),
            Self::DelegationList(_) => delegation::table(value),
            Self::DelegationAdd(_)
            | Self::DelegationEnd(_)
            | Self::CotitulaireAdd(_)
            | Self::CotitulaireEnd(_)
            | Self::ResponsableAdd(_)
            | Self::ResponsableEnd(_) => mailbox::table(value),
            Self::JournalShow(_) => journal::table(value),
            Self::Staff(order) => order.table(value),
            Self::Token(order) => order.table(value),
            Self::Webhook(order) => order.table(value),
            Self::Local(order) => order.table(value),
            Self::QueueList => queue::table(value),
            Self::Indicators(_) => indicators::table(value),
            Self::IndicatorsTrace(_) => indicators::trace::table(value),
            Self::JournalVerify
            | Self::JournalExport(_)
            | Self::TermsAccept(_)
            | Self::TermsPublish(_)
            | Self::RegisterStructure(_)
            | Self::SituationEnd(_)
            | Self::QueueAct(_)
            | Self::IndicatorsCompute(_)
            | Self::IndicatorsVerify(_)
            | Self::IndicatorsDeposit(_)
            | Self::DirectoryExtract(_)
            | Self::WhitelistShow(_)
            | Self::WhitelistLoad(_)
            | Self::WhitelistVerify(_)
            | Self::WhitelistApprove(_)
            | Self::WhitelistFetch
            | Self::Reload => show::facts(value),
        }
    }

    /// The answer is shown, and still says that something is wrong: exit code 1.
    pub fn failed(&self, value: &Value) -> bool {
        matches!(self, Self::JournalVerify | Self::Check | Self::IndicatorsVerify(_)) && value.get("ok") == Some(&Value::Bool(false))
    }
}

/// Reads a moment of the command line: RFC 3339, or a bare date (its first instant in Europe/Paris).
pub fn moment(text: &str) -> Result<Moment, String> {
    if let Some(moment) = Moment::parse(text) {
        return Ok(moment);
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| format!("« {text} » n'est ni 2026-11-21 ni 2026-11-21T22:00:00Z"))?;
    let paris = jiff::tz::TimeZone::get("Europe/Paris").map_err(|error| error.to_string())?;
    let instant = date.to_zoned(paris).map_err(|error| error.to_string())?;
    Ok(Moment::from_micros(instant.timestamp().as_microsecond()))
}

/// Reads a mail address of the command line.
pub fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

/// Reads a national number of the command line.
pub fn idnat(text: &str) -> Result<IdNat, String> {
    IdNat::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_date_is_midnight_in_paris() {
        assert_eq!(moment("2026-07-01").unwrap().to_string(), "2026-06-30T22:00:00.000000Z");
        assert_eq!(moment("2026-01-01").unwrap().to_string(), "2025-12-31T23:00:00.000000Z");
        assert_eq!(moment("2026-01-01T00:00:00+01:00").unwrap().to_string(), "2025-12-31T23:00:00.000000Z");
        assert!(moment("hier").unwrap_err().contains("hier"));
    }

    #[test]
    fn an_order_crosses_the_socket_unchanged() {
        let order = Order::DelegationEnd(delegation::End {
            mailbox: address("cabinet.des-lilas@pli.mssante.test").unwrap(),
            person: idnat("899790000048").unwrap(),
            by: movement::By { by: None, staff: Some("m.houx".into()) },
            reason: None,
        });
        let line = serde_json::to_string(&order).unwrap();
        let back: Order = serde_json::from_str(&line).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), line);
        assert!(line.starts_with(r#"{"order":"delegation_end""#), "{line}");
    }
}
