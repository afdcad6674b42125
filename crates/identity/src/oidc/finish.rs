//! Who came back: the code becomes tokens, the tokens a person, and nothing of the tokens stays but the ID token.
//!
//! OpenID Connect Core §3.1.3, §5.3. Requirements: PSC-06, PSC-07, PSC-08, PSC-12, PSC-13, PSC-14, PSC-17, LOC-05.

use rules::{IdNat, Refusal};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::id_token::{self, Defect, Expected};
use super::{Inner, Party, PartyKind, Return, SignedIn, strength, userinfo};
use crate::prove::{level, person};
use crate::provider::form::Form;
use crate::provider::http::Reply;
use crate::provider::shape;
use crate::provider::{self, Unproved};

const CODE_LIMIT: usize = 4096;

/// What the token endpoint gives. The refresh token is not even read (PSC-13).
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Tokens {
    access_token: String,
    id_token: String,
}

/// The code of an OAuth error, when the endpoint gave one.
#[derive(Deserialize)]
struct OauthError {
    error: String,
}

impl Party {
    /// Trades the code for a person. At most 3 s a call: token, keys when they are old, userinfo.
    ///
    /// Errors: [`Refusal::LoginFailed`] for any defect of the return, of the ID token or of userinfo; [`Refusal::TokenWrongLevel`];
    /// [`Refusal::IdentityConflict`]; [`Refusal::PersonUnknown`] when the number is of no admitted form; [`Refusal::LoginWeak`] for a structure;
    /// [`Refusal::PscUnavailable`] or [`Refusal::LoginUnavailable`].
    /// Requirements: PSC-06, PSC-07, PSC-08, PSC-09, PSC-13.
    pub async fn finish(&self, back: Return<'_>) -> Result<SignedIn, Refusal> {
        let inner = &self.inner;
        let printable = !back.code.is_empty() && back.code.len() <= CODE_LIMIT && back.code.bytes().all(|b| b.is_ascii_graphic());
        if !printable || back.iss.is_some_and(|iss| iss != inner.config.issuer) {
            return Err(inner.failed(Defect("the return names another provider, or no code")));
        }
        let form = Form::new()
            .with("grant_type", "authorization_code")
            .with("code", back.code)
            .with("redirect_uri", back.redirect_uri)
            .with("code_verifier", back.verifier);
        let reply = inner.token_call(form).await?;
        let tokens = inner.tokens(&reply)?;
        inner.signed_in(&tokens, Some(back.nonce)).await
    }
}

impl Inner {
    /// Posts to the token endpoint with our credentials.
    pub(super) async fn token_call(&self, mut form: Form) -> Result<Reply, Refusal> {
        let deadline = provider::deadline();
        let endpoints = self.provider.endpoints(deadline).await.ok_or_else(|| self.away())?;
        let address = endpoints.called(self.shows_certificate()).token.as_deref().ok_or_else(|| self.away())?;
        let basic = self.present(&mut form, address).ok_or_else(|| self.away())?;
        self.provider.ask(self.http().post(address, basic, form, deadline)).await.map_err(|_| self.away())
    }

    /// The tokens of a 200; otherwise the refusal that the error deserves.
    pub(super) fn tokens(&self, reply: &Reply) -> Result<Tokens, Refusal> {
        if reply.status == 200 {
            return serde_json::from_slice(&reply.body).map_err(|_| self.failed(Defect("the token reply is no token reply")));
        }
        let error = self.oauth_error(reply)?;
        tracing::info!(error, issuer = self.config.issuer, "the provider gives no tokens for this return");
        Err(Refusal::LoginFailed)
    }

    /// The error code, made harmless for logs. Our own credentials refused is an outage with an alarm, as in PSC-23.
    pub(super) fn oauth_error(&self, reply: &Reply) -> Result<String, Refusal> {
        let code = serde_json::from_slice::<OauthError>(&reply.body).map(|e| e.error).unwrap_or_default();
        let code: String = code.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect();
        if reply.status == 401 || code == "invalid_client" {
            tracing::error!(issuer = self.config.issuer, "the identity provider refuses our own credentials: nobody can log in");
            return Err(self.away());
        }
        Ok(code)
    }

    /// The person of an ID token and of its userinfo. `nonce`: `None` for a telephone's approval only.
    pub(super) async fn signed_in(&self, tokens: &Tokens, nonce: Option<&str>) -> Result<SignedIn, Refusal> {
        let config = &self.config;
        let claims = self.signed_claims(&tokens.id_token).await?;
        let expected = Expected { issuer: &config.issuer, client: &config.client_id, nonce, access_token: &tokens.access_token };
        let held = id_token::check(&claims, &expected, self.clock.now()).map_err(|defect| self.failed(defect))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut found = SignedIn {
            person: None,
            claimed_id: None,
            sub: held.sub,
            issuer: config.issuer.clone(),
            acr: text("acr").to_owned(),
            amr: texts(claims.get("amr")),
            auth_mode: text("authMode").to_owned(),
            sid: Some(text("sid")).filter(|sid| !sid.is_empty()).map(str::to_owned),
            auth_time: held.auth_time,
            id_token: SecretString::from(tokens.id_token.clone()),
            userinfo: None,
        };
        match &config.kind {
            PartyKind::Psc => {
                found.acr = level::reached(Some(text("acr")), None, &config.min_acr)?;
                self.complete_from_psc(&mut found, &claims, &tokens.access_token).await?;
            }
            PartyKind::Structure { id_claim, acr_strong, amr_strong } => {
                strength::enough(&found.acr, &found.amr, acr_strong, amr_strong)?;
                found.claimed_id = id_claim.as_deref().map(text).filter(|id| !id.is_empty()).map(str::to_owned);
                found.person = found.claimed_id.as_deref().and_then(local_person);
            }
        }
        Ok(found)
    }

    /// The claims of a token whose signature holds.
    pub(super) async fn signed_claims(&self, token: &str) -> Result<Map<String, Value>, Refusal> {
        let shape = shape::read(token).map_err(|_| self.failed(Defect("no signed token of an admitted form")))?;
        self.provider.signed(&shape, provider::deadline()).await.map_err(|unproved| match unproved {
            Unproved::Bad => self.failed(Defect("the signature does not hold")),
            Unproved::Unavailable => self.away(),
        })
    }

    /// Userinfo of PSC: same subject, same person, then what it says of her practice.
    async fn complete_from_psc(&self, found: &mut SignedIn, claims: &Map<String, Value>, access_token: &str) -> Result<(), Refusal> {
        let deadline = provider::deadline();
        let endpoints = self.provider.endpoints(deadline).await.ok_or_else(|| self.away())?;
        let address = endpoints.called(self.shows_certificate()).userinfo.as_deref().ok_or_else(|| self.away())?;
        let reply = self.provider.ask(self.http().get_as(address, access_token, deadline)).await.map_err(|_| self.away())?;
        let told: Map<String, Value> = match reply.status {
            200 => serde_json::from_slice(&reply.body).map_err(|_| self.failed(Defect("userinfo is no JSON object")))?,
            _ => return Err(self.failed(Defect("userinfo refuses its own token"))),
        };
        if told.get("sub").and_then(Value::as_str) != Some(&found.sub) {
            return Err(self.failed(Defect("userinfo speaks of somebody else")));
        }
        let (here, there) = (userinfo::names(claims), userinfo::names(&told));
        found.person = Some(person::named_by_all(&[&here, &there], self.config.preset)?);
        if found.auth_mode.is_empty() {
            found.auth_mode = told.get("authMode").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        let userinfo = super::UserInfo::read(&told);
        if userinfo.broken_practice {
            tracing::warn!("userinfo holds a practice that cannot be read: the login goes on without it");
        }
        found.userinfo = Some(userinfo);
        Ok(())
    }

    /// Tells the log what was wrong, and the person nothing.
    pub(super) fn failed(&self, defect: Defect) -> Refusal {
        tracing::info!(defect = defect.0, issuer = self.config.issuer, "a login is refused");
        Refusal::LoginFailed
    }
}

/// A number that a structure gives to its own people: never somebody's national number (LOC-05).
fn local_person(text: &str) -> Option<IdNat> {
    IdNat::parse(text).ok().filter(|idnat| idnat.employer().is_some())
}

/// A list of texts, or one text.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
