//! Where the browser is sent, and what must be kept for its return.
//!
//! OpenID Connect Core §3.1.2.1, RFC 7636. Requirements: PSC-05, PSC-10. Nothing of the person is in the address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Refusal;
use sha2::{Digest, Sha256};

use super::{Begun, Party};
use crate::provider;
use crate::provider::form::with_query;

impl Party {
    /// Where to send the browser; `fresh` asks the provider to identify her anew (`prompt=login`): compare [`super::SignedIn::auth_time`] with the
    /// moment at which the attempt began. At most 1 s, and at once while the provider is known to be down.
    ///
    /// Errors: the provider is down, or its login page is not known.
    /// Requirements: PSC-05, PSC-10.
    pub async fn begin(&self, redirect_uri: &str, fresh: bool) -> Result<Begun, Refusal> {
        let inner = &self.inner;
        let (config, provider) = (&inner.config, &inner.provider);
        if provider.circuit.is_open(inner.clock.now()) {
            return Err(inner.away());
        }
        let page = match &config.authorization_override {
            Some(page) => page.clone(),
            None => provider.endpoints(provider::deadline()).await.and_then(|found| found.authorization).ok_or_else(|| inner.away())?,
        };
        let state = URL_SAFE_NO_PAD.encode(inner.entropy.bytes::<16>());
        let nonce = URL_SAFE_NO_PAD.encode(inner.entropy.bytes::<16>());
        let verifier = URL_SAFE_NO_PAD.encode(inner.entropy.bytes::<32>());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut fields =
            vec![("response_type", "code"), ("client_id", &config.client_id), ("redirect_uri", redirect_uri), ("scope", &config.scope)];
        fields.extend(config.acr_values.as_deref().map(|acr| ("acr_values", acr)));
        fields.extend([("state", state.as_str()), ("nonce", &nonce), ("code_challenge", &challenge), ("code_challenge_method", "S256")]);
        if fresh {
            fields.push(("prompt", "login"));
        }
        fields.extend(config.idp_hint.as_deref().map(|hint| ("kc_idp_hint", hint)));
        Ok(Begun { url: with_query(&page, &fields), state, nonce, verifier: verifier.into() })
    }
}
