//! Approval on the person's telephone, started by our server (CIBA, poll mode): for a workstation that several people share.
//!
//! OpenID CIBA Core 1.0 §7, §10, §11. Requirements: PSC-33. How many requests a person may receive is the store's to limit (PSC-34).

use std::time::Duration;

use rules::{IdNat, Moment, Refusal};
use secrecy::SecretString;
use serde::Deserialize;

use super::id_token::Defect;
use super::{Asked, Channel2, Inner, Party, PartyKind, PhoneAnswer};
use crate::provider;
use crate::provider::form::Form;
use crate::provider::http::Reply;

const GRANT: &str = "urn:openid:params:grant-type:ciba";
/// When the provider names none (CIBA §7.3).
const INTERVAL_S: u64 = 5;
const ID_LIMIT: usize = 8192;

#[derive(Deserialize)]
struct Acknowledged {
    auth_req_id: String,
    expires_in: u64,
    interval: Option<u64>,
}

impl Party {
    /// Asks this person to approve on her telephone (or with her card), comparing `number`, two digits shown in large on the screen.
    ///
    /// Errors: [`Refusal::PhoneNotAsked`], neutral, whatever the reason; the provider is down.
    /// Requirements: PSC-33.
    pub async fn ask_phone(&self, person: &IdNat, channel: Channel2, number: &str) -> Result<Asked, Refusal> {
        let inner = &self.inner;
        let config = &inner.config;
        let two_digits = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
        if !matches!(config.kind, PartyKind::Psc) || !two_digits {
            return Err(Refusal::PhoneNotAsked);
        }
        let deadline = provider::deadline();
        let endpoints = inner.provider.endpoints(deadline).await.ok_or_else(|| inner.away())?;
        let called = endpoints.called(inner.shows_certificate());
        let Some(address) = called.ciba.as_deref() else {
            tracing::error!("the identity provider offers no approval by telephone to us");
            return Err(Refusal::PhoneNotAsked);
        };
        let mut form = Form::new().with("scope", &config.scope).with("login_hint", person.as_str()).with("binding_message", number);
        if let Some(acr) = &config.acr_values {
            form.add("acr_values", acr);
        }
        form.add("channel", channel.name());
        let audience = called.token.as_deref().unwrap_or(address);
        let basic = inner.present(&mut form, audience).ok_or_else(|| inner.away())?;
        let reply = inner.provider.ask(inner.http().post(address, basic, form, deadline)).await.map_err(|_| inner.away())?;
        inner.acknowledged(&reply)
    }

    /// What became of a request. Ask no more often than its interval.
    ///
    /// Errors: as [`Party::finish`]; [`Refusal::IdentityConflict`] when somebody else approved.
    /// Requirements: PSC-33.
    pub async fn poll_phone(&self, auth_req_id: &str, person: &IdNat) -> Result<PhoneAnswer, Refusal> {
        let inner = &self.inner;
        let form = Form::new().with("grant_type", GRANT).with("auth_req_id", auth_req_id);
        let reply = inner.token_call(form).await?;
        if reply.status != 200 {
            return inner.not_yet(&reply);
        }
        let tokens = inner.tokens(&reply)?;
        // The only login whose ID token answers no nonce: it came by our own call, for a request that only we know.
        let signed_in = inner.signed_in(&tokens, None).await?;
        if signed_in.person.as_ref() != Some(person) {
            tracing::error!("a telephone's approval came from somebody else than was asked: refused");
            return Err(Refusal::IdentityConflict);
        }
        Ok(PhoneAnswer::Approved(Box::new(signed_in)))
    }
}

impl Inner {
    fn acknowledged(&self, reply: &Reply) -> Result<Asked, Refusal> {
        if reply.status != 200 {
            let error = self.oauth_error(reply)?;
            tracing::info!(error, "the identity provider asks nothing of this telephone");
            return Err(Refusal::PhoneNotAsked);
        }
        let told: Acknowledged = serde_json::from_slice(&reply.body).map_err(|_| Refusal::PhoneNotAsked)?;
        if told.auth_req_id.is_empty() || told.auth_req_id.len() > ID_LIMIT {
            return Err(Refusal::PhoneNotAsked);
        }
        Ok(Asked {
            auth_req_id: SecretString::from(told.auth_req_id),
            expires: self.clock.now().plus(Duration::from_secs(told.expires_in.min(600))),
            interval: Duration::from_secs(told.interval.unwrap_or(INTERVAL_S).clamp(1, 60)),
        })
    }

    fn not_yet(&self, reply: &Reply) -> Result<PhoneAnswer, Refusal> {
        match self.oauth_error(reply)?.as_str() {
            "authorization_pending" => Ok(PhoneAnswer::Pending),
            "slow_down" => Ok(PhoneAnswer::SlowDown),
            "access_denied" => Ok(PhoneAnswer::Denied),
            "expired_token" => Ok(PhoneAnswer::Expired),
            _ => Err(self.failed(Defect("a telephone's request is not known any more"))),
        }
    }
}

impl Asked {
    /// The request is over, whatever the provider says.
    pub fn is_over(&self, now: Moment) -> bool {
        self.expires <= now
    }
}
