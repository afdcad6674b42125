//! Replies that are not refusals: the small talk of the protocol (RFC 5321 §4.2), and what goes wrong on our side.
//!
//! Every refusal comes from `rules::refusal` (TRU-38) through [`refusal`]; none is written here.

use rules::Refusal;

pub(crate) const OK: &str = "250 2.0.0 OK";
pub(crate) const SENDER_OK: &str = "250 2.1.0 Sender OK";
pub(crate) const RECIPIENT_OK: &str = "250 2.1.5 Recipient OK";
pub(crate) const READY_FOR_TLS: &str = "220 2.0.0 Ready to start TLS";
pub(crate) const GO_AHEAD: &str = "354 End data with <CR><LF>.<CR><LF>";
pub(crate) const BYE: &str = "221 2.0.0 Bye";
pub(crate) const HELP: &str = "214 2.0.0 See RFC 5321";
pub(crate) const AUTHENTICATED: &str = "235 2.7.0 Authentication succeeded";

pub(crate) const UNKNOWN: &str = "500 5.5.2 Command not recognized";
pub(crate) const LINE: &str = "500 5.5.2 Malformed line: CRLF ends it, no NUL, no bare CR or LF";
pub(crate) const TOO_LONG: &str = "500 5.5.6 Line too long";
pub(crate) const SYNTAX: &str = "501 5.5.4 Syntax error in parameters";
pub(crate) const SASL_SYNTAX: &str = "501 5.5.2 Malformed SASL message";
pub(crate) const SASL_CANCELLED: &str = "501 5.7.0 Authentication cancelled";
pub(crate) const NOT_IMPLEMENTED: &str = "502 5.5.1 Command not implemented";
pub(crate) const EHLO_FIRST: &str = "503 5.5.1 EHLO first";
pub(crate) const MAIL_FIRST: &str = "503 5.5.1 MAIL first";
pub(crate) const RCPT_FIRST: &str = "503 5.5.1 RCPT first";
pub(crate) const NESTED_MAIL: &str = "503 5.5.1 A transaction is open";
pub(crate) const ALREADY_SECURE: &str = "503 5.5.1 TLS already active";
pub(crate) const ALREADY_IN: &str = "503 5.5.1 Already authenticated";
pub(crate) const NOT_NOW: &str = "503 5.5.1 AUTH is not allowed here";
pub(crate) const MECHANISM: &str = "504 5.5.4 Mechanism not offered";
pub(crate) const LOGIN_FIRST: &str = "530 5.7.0 Authentication required";
pub(crate) const PARAMETER: &str = "555 5.5.4 Parameter not supported";

pub(crate) const STOPPING: &str = "421 4.3.2 Service shutting down";
pub(crate) const IDLE: &str = "421 4.4.2 Idle for too long";
pub(crate) const TOO_MANY_ERRORS: &str = "421 4.7.0 Too many errors";
/// Ours: logged with its cause, shown without it.
pub(crate) const OUR_FAULT: &str = "451 4.3.0 Temporary failure here, try later";

/// The lines of a refusal, ready for the wire (TRU-38).
pub(crate) fn refusal(refusal: &Refusal, transaction: &str) -> String {
    refusal.smtp().lines(refusal.code(), transaction)
}

/// What a failure of the store means to the other side: its refusal, or a fault of ours that will pass.
pub(crate) fn of_store(error: &store::Error, transaction: &str) -> String {
    match error {
        store::Error::Refused(why) => refusal(why, transaction),
        other => {
            tracing::error!(transaction, error = %other, "the store failed a session");
            format!("{OUR_FAULT}\r\n")
        }
    }
}
