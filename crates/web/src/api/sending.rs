//! A letter sent by a person's own program: the same checks, the same Sent copy, the same journal as from the pages.
//!
//! Requirements: CAB-10, CAB-16, IND-A, LPS-51, MSG-01, MSG-10, MSG-11, PSC-31, STF-03. The mailbox signs; the author is the person whose
//! token it is.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use message::compose::{Enclosed, answer};
use message::{Correspondent, Letter};
use rules::access::Access;
use rules::{Address, Channel, Refusal};
use serde::{Deserialize, Serialize};
use store::mail::Want;
use utoipa::ToSchema;

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path, address};
use super::problem::{Problem, Problems};
use crate::App;
use crate::letters::recipients;
use crate::letters::send::{self, By, Outgoing, Source};

/// A letter to send.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"to": ["cardiologie@voisin.mssante.test"], "subject": "Demande d'avis", "text": "Bonjour,\n…",
    "attachments": [{"name": "ecg.txt", "media_type": "text/plain", "content": "RUNH"}]}))]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Addresses of the trust space.
    #[schema(min_items = 1, max_items = 100)]
    pub to: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub cc: Vec<String>,
    #[serde(default)]
    pub subject: String,
    /// Plain text.
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<NewAttachment>,
    /// The letter that this one answers: it is marked so, and the thread goes on.
    #[serde(default)]
    pub answers: Option<Answered>,
    /// The mailbox wants to be told when the letter is read.
    #[serde(default)]
    pub receipt: bool,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    pub name: String,
    /// `type/subtype`.
    pub media_type: String,
    /// Base64, with padding (RFC 4648 §4).
    #[schema(content_encoding = "base64")]
    pub content: String,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Name of the folder.
    pub folder: String,
    #[schema(minimum = 1)]
    pub uid: u32,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message_id": "0f3c@pli.mssante.test", "recipients": 1}))]
pub struct SentShape {
    /// Without brackets: the reports about it name it.
    pub message_id: String,
    pub recipients: usize,
}

/// Sends a letter in the mailbox's name. 202: it is kept and will leave; reports come to the mailbox.
#[utoipa::path(post, path = "/mailboxes/{address}/messages", tag = "messages", request_body = NewMessage,
    params(("address" = String, Path, description = "Address of the mailbox"), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 202, body = SentShape), Problems))]
pub async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewMessage>,
) -> Result<Response, Problem> {
    caller.may("messages.write")?;
    let person = caller.person()?;
    let mailbox = address(&text)?;
    once(&app, &caller, &headers, &("message", &text, &new), async || {
        let access = person.enter(&app, &mailbox).await?;
        if !send::numbered(&app) {
            return Err(Problem::conflict("NO_SOFTWARE_NUMBER", "Cet opérateur n'a pas encore de numéro de logiciel (X-MSS-NIL)."));
        }
        let (to, cc) = (reachable(&app, &new.to).await?, reachable(&app, &new.cc).await?);
        if to.is_empty() {
            return Err(Problem::bad("to : au moins une adresse."));
        }
        if to.len() + cc.len() > recipients::MOST {
            return Err(Refusal::TooManyRecipients.into());
        }
        let outgoing = outgoing(&app, &access, &new).await?;
        let by = By { channel: Channel::Api, azp: person.azp() };
        send::send(&app, &access, &outgoing, &to, &cc, None, by).await?;
        let message_id = format!("{}@{}", outgoing.token, access.address().domain());
        Ok((StatusCode::ACCEPTED, SentShape { message_id, recipients: to.len() + cc.len() }))
    })
    .await
}

/// Each address once, each one that can be written to.
async fn reachable(app: &App, addresses: &[String]) -> Result<Vec<Correspondent>, Problem> {
    let mut found: Vec<Correspondent> = Vec::new();
    for text in addresses.iter().take(recipients::MOST + 1) {
        let address = Address::parse(text).map_err(|_| Refusal::BadAddress)?;
        recipients::reachable(app, &address).await?;
        if found.iter().all(|one| one.address != address.as_str()) {
            found.push(Correspondent::new(None, address.as_str()));
        }
    }
    Ok(found)
}

async fn outgoing(app: &App, access: &Access, new: &NewMessage) -> Result<Outgoing, Problem> {
    let enclosed = |one: &NewAttachment| {
        let bytes = STANDARD.decode(&one.content).map_err(|_| Problem::bad("attachments : content doit être en base64."))?;
        Ok(Enclosed { name: one.name.clone(), media: one.media_type.clone(), bytes })
    };
    let (mut source, mut in_reply_to, mut references) = (None, None, Vec::new());
    if let Some(answered) = &new.answers {
        let folder = app.store.folder(access, &answered.folder).await?.id;
        let want = Want { bytes: true, ..Want::default() };
        let read = app.store.read(access, folder, &[answered.uid], want, Channel::Api, app.clock.now()).await?;
        let bytes = read.into_iter().next().and_then(|stored| stored.bytes).ok_or_else(Problem::not_found)?;
        (in_reply_to, references) = answer::thread(&Letter::read(&bytes));
        source = Some(Source { folder, uid: answered.uid, forward: false });
    }
    Ok(Outgoing {
        token: hex::encode(app.entropy.bytes::<16>()),
        to: String::new(),
        cc: String::new(),
        subject: new.subject.clone(),
        text: new.text.clone(),
        receipt: new.receipt,
        enclosed: new.attachments.iter().map(enclosed).collect::<Result<_, Problem>>()?,
        in_reply_to,
        references,
        source,
    })
}
