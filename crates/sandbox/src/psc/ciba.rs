//! CIBA: a program asks for a person's approval on her phone, then polls the token endpoint.
//!
//! Requirements: PSC-33, SIM-03 (CIBA): two digits to compare, `interval` 1 s, 120 s, no nonce, scope `openid ciba`, `channel` kept.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::approvals::{self, Answer, Asked, For, LIFE, Poll};
use super::caller::Caller;
use super::control::begin;
use super::grant::{Fault, refused, tokens};
use super::state::{Login, Memory};
use super::token;

pub(super) const GRANT: &str = "urn:openid:params:grant-type:ciba";
/// Between two polls.
const INTERVAL: Duration = Duration::from_secs(1);
/// Added when a poll comes too early (CIBA Core §11).
const SLOWER: Duration = Duration::from_secs(5);
/// A timer that rings a little early is forgiven.
const SLACK: Duration = Duration::from_millis(100);

/// `POST ext/ciba/auth`.
pub(super) async fn authenticate(State(sim): State<Arc<Memory>>, caller: Caller) -> Result<Json<Value>, Fault> {
    let field = |name: &str| caller.form.get(name).map_or("", String::as_str);
    let scope = field("scope");
    if !scope.split(' ').any(|one| one == "openid") {
        return Err(refused("invalid_scope", "Missing openid scope"));
    }
    let number = field("binding_message");
    if number.len() != 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused("invalid_binding_message", "binding_message must be two digits"));
    }
    let channel = caller.form.get("channel").map_or("MOBILE", String::as_str);
    if !matches!(channel, "MOBILE" | "CARD") {
        return Err(refused("invalid_request", "channel is MOBILE or CARD"));
    }
    let hint = field("login_hint");
    let persona = sim.personas.find(hint).filter(|p| p.idnat == hint && p.local.is_none());
    let persona = persona.ok_or(refused("unknown_user_id", "The end user is not known"))?;
    let id = token::request(&sim, &persona.idnat, &caller.client.id);
    approvals::ask(
        &sim,
        Asked {
            id: id.clone(),
            idnat: persona.idnat.clone(),
            client: caller.client.id.clone(),
            channel: channel.to_owned(),
            number: number.to_owned(),
            waits: For::Program(Poll {
                scope: shown_scope(scope),
                acr: persona.psc.acr.clone(),
                interval: INTERVAL,
                last: None,
                collected: false,
            }),
        },
    );
    Ok(Json(json!({"auth_req_id": id, "expires_in": LIFE.as_secs(), "interval": INTERVAL.as_secs()})))
}

/// The poll, at the token endpoint.
pub(super) fn poll(sim: &Memory, caller: &Caller) -> Result<Response, Fault> {
    let now = sim.clock.now();
    let id = caller.form.get("auth_req_id").map_or("", String::as_str);
    let login = {
        let mut approvals = sim.approvals.lock();
        let asked = approvals.get(id).filter(|a| a.client == caller.client.id).cloned();
        let (asked, poll) = asked.zip(approvals.poll(id)).ok_or(refused("invalid_grant", "Invalid auth_req_id"))?;
        match asked.answer(now) {
            Answer::Waiting => {
                let early = poll.last.is_some_and(|last| now.since(last) + SLACK < poll.interval);
                poll.last = Some(now);
                if early {
                    poll.interval += SLOWER;
                    return Err(refused("slow_down", "Too early to access"));
                }
                return Err(refused("authorization_pending", "The authorization request is still pending"));
            }
            Answer::Refused => return Err(refused("access_denied", "The authorization request has been denied")),
            Answer::Over => return Err(refused("expired_token", "The auth_req_id has expired")),
            Answer::Approved if poll.collected => return Err(refused("invalid_grant", "The auth_req_id was used")),
            Answer::Approved if now >= asked.begun.plus(LIFE) => return Err(refused("expired_token", "The auth_req_id has expired")),
            Answer::Approved => {
                poll.collected = true;
                let (scope, acr) = (poll.scope.clone(), poll.acr.clone());
                Login { idnat: asked.idnat, client: asked.client, scope, acr, auth_mode: asked.channel }
            }
        }
    };
    let mut share = begin(sim, login);
    share.bound_to = caller.bound_to;
    Ok(tokens(sim, &share, ""))
}

/// PSC says `openid ciba`; what else was asked for stays, so that userinfo is complete.
fn shown_scope(asked: &str) -> String {
    asked
        .split(' ')
        .filter(|one| !matches!(*one, "openid" | "ciba" | ""))
        .fold("openid ciba".to_owned(), |text, one| format!("{text} {one}"))
}
