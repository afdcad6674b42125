//! The end of a session: said by us to the provider, or by the provider to us.
//!
//! OpenID Connect RP-Initiated Logout 1.0 §2, Back-Channel Logout 1.0 §2.5. Requirements: PSC-35, PSC-36. Our own session is ended by the caller,
//! before, and whatever happens here.

use rules::Refusal;

use super::{LogoutNotice, Party, id_token};
use crate::provider;
use crate::provider::form::{Form, with_query};

impl Party {
    /// Where to send the browser after the local session is over; `None` when the provider's address is not known.
    ///
    /// Requirements: PSC-35.
    pub async fn logout_url(&self, id_token: &str, back_to: &str, state: &str) -> Option<String> {
        let page = self.logout_page().await?;
        Some(with_query(&page, &[("id_token_hint", id_token), ("post_logout_redirect_uri", back_to), ("state", state)]))
    }

    /// Ends the provider's session without a browser (a session begun on a telephone): one more try when the first does not arrive.
    ///
    /// Errors: the provider did not take it; the local session is over all the same.
    /// Requirements: PSC-35.
    pub async fn end_session(&self, id_token: &str) -> Result<(), Refusal> {
        let inner = &self.inner;
        let page = self.logout_page().await.ok_or_else(|| inner.away())?;
        let mut tries = 2;
        loop {
            tries -= 1;
            let form = Form::new().with("id_token_hint", id_token);
            let outcome = inner.provider.ask(inner.http().post(&page, None, form, provider::deadline())).await;
            match outcome {
                Ok(reply) if (200..300).contains(&reply.status) => return Ok(()),
                _ if tries > 0 => {}
                Ok(_) => return Err(inner.failed(id_token::Defect("the provider does not end this session"))),
                Err(_) => return Err(inner.away()),
            }
        }
    }

    /// Checks a back-channel logout token: signature, `iss`, `aud`, `iat` (2 min), `events`, no `nonce`, `sid` or `sub`. The caller's store
    /// still has to see that its `jti` is new.
    ///
    /// Errors: [`Refusal::LoginFailed`] on any defect (answer 400); the provider's keys cannot be read.
    /// Requirements: PSC-36.
    pub async fn logout_notice(&self, logout_token: &str) -> Result<LogoutNotice, Refusal> {
        let inner = &self.inner;
        let claims = inner.signed_claims(logout_token).await?;
        let (issuer, client) = (&inner.config.issuer, &inner.config.client_id);
        id_token::check_notice(&claims, issuer, client, inner.clock.now()).map_err(|defect| inner.failed(defect))
    }

    async fn logout_page(&self) -> Option<String> {
        self.inner.provider.endpoints(provider::deadline()).await.and_then(|found| found.logout)
    }
}
