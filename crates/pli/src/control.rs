//! The control socket: how a command reaches the process that runs, and what a command does when none does.
//!
//! One writer, one clock: while a demo or a server runs, every command is executed by it, so that open sessions learn at once.
//! The socket is a Unix one in the state folder, readable by its owner only; one JSON line a request, one a response.
//!
//! | file | what |
//! |---|---|
//! | `control.rs` | the words: request, response; choosing an operator |
//! | `control/server.rs` | the running process answers |
//! | `control/client.rs` | the command line asks, or opens the folder itself |

pub mod client;
pub mod server;

use rules::{Address, Domain};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::{Order, journal};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Longest request or response line. Answers hold whole journals; requests are small.
pub const MAX_REQUEST: usize = 1024 * 1024;

/// One request line.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// `--operator DOMAIN`.
    pub operator: Option<Domain>,
    pub order: Order,
}

/// One response line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Response {
    Done(Value),
    Failed(Failure),
}

impl From<Outcome<Value>> for Response {
    fn from(outcome: Outcome<Value>) -> Self {
        match outcome {
            Ok(value) => Self::Done(value),
            Err(failure) => Self::Failed(failure),
        }
    }
}

impl From<Response> for Outcome<Value> {
    fn from(response: Response) -> Self {
        match response {
            Response::Done(value) => Ok(value),
            Response::Failed(failure) => Err(failure),
        }
    }
}

/// The operator an order is for: the one asked for, else the one that hosts the address, else the first.
pub fn choose<'a>(operators: &'a [Operator], asked: Option<&Domain>, address: Option<&Address>) -> Outcome<&'a Operator> {
    let named = asked.cloned().or_else(|| address.map(Address::domain));
    let found = match &named {
        Some(domain) => operators.iter().find(|operator| operator.hosts(domain)),
        None => operators.first(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = operators.iter().flat_map(|operator| operator.config.domains.iter()).map(Domain::as_str).collect();
        let asked = named.map(|domain| domain.to_string()).unwrap_or_default();
        Failure::usage(format!("aucun opérateur d'ici n'héberge « {asked} » (connus : {})", known.join(", ")))
    })
}

/// Executes an order on the operators of a state folder.
pub async fn execute(operators: &[Operator], request: Request) -> Outcome<Value> {
    if request.operator.is_none() && matches!(request.order, Order::JournalVerify) {
        // The proof is of the whole folder, unless one operator is asked for.
        return journal::verify_all(operators).await;
    }
    let operator = choose(operators, request.operator.as_ref(), request.order.address())?;
    request.order.run(operator).await
}
