//! What goes wrong on the API: `application/problem+json` (RFC 9457), with the refusal's code and its sentence in French.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rules::Refusal;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as Documented, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::frame::Fault;

/// A refusal or a mistake, for programs and for people.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"type": "about:blank", "title": "Forbidden", "status": 403, "code": "NO_RIGHT",
    "detail": "Vous n'avez pas accès à cette boîte.", "requirements": ["CAB-09"]}))]
pub struct Problem {
    /// `about:blank`: `code` says which it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The HTTP status in words.
    pub title: String,
    pub status: u16,
    /// Stable, for programs: `NO_RIGHT`, `TERMS_NOT_ACCEPTED`, `BAD_REQUEST`…
    pub code: String,
    /// For people, in French, with what to do.
    pub detail: String,
    /// The rules that this refusal obeys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<&'static str>,
    /// Where a person accepts the terms, when that is what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip)]
    retry_after: Option<u32>,
    #[serde(skip)]
    www_authenticate: Option<&'static str>,
}

impl Problem {
    fn of(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            requirements: Vec::new(),
            url: None,
            retry_after: None,
            www_authenticate: None,
        }
    }

    /// What was sent cannot be read, or cannot be meant.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail)
    }

    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND, "NOT_FOUND", "Il n'y a rien à cette adresse, ou rien que vous puissiez voir.")
    }

    /// No token, or one that opens nothing.
    pub fn unauthorized() -> Self {
        let mut problem = Self::of(StatusCode::UNAUTHORIZED, "TOKEN_INVALID", "Jeton absent, inconnu ou périmé.");
        problem.www_authenticate = Some("Bearer realm=\"pli\"");
        problem
    }

    /// The token lacks a scope.
    pub fn scope(scope: &str) -> Self {
        Self::of(StatusCode::FORBIDDEN, "SCOPE_MISSING", format!("Ce jeton n'a pas la portée « {scope} »."))
    }

    pub fn for_people_only() -> Self {
        Self::of(
            StatusCode::FORBIDDEN,
            "PEOPLE_ONLY",
            "Seule une personne, avec son propre jeton, peut le demander : un système de l'opérateur n'ouvre pas de boîte.",
        )
    }

    pub fn for_systems_only() -> Self {
        Self::of(StatusCode::FORBIDDEN, "SYSTEMS_ONLY", "Seuls les systèmes de l'opérateur peuvent le demander.")
    }

    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::of(StatusCode::CONFLICT, code, detail)
    }

    pub fn too_large() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "Le corps de la requête est trop grand.")
    }

    pub fn media_type() -> Self {
        Self::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "MEDIA_TYPE", "Le corps doit être du JSON (application/json).")
    }

    pub fn method() -> Self {
        Self::of(StatusCode::METHOD_NOT_ALLOWED, "METHOD", "Cette opération n'existe pas ici.")
    }

    /// Ours: logged, never shown.
    pub fn ours(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "api");
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Une erreur de notre côté ; rien n'a été perdu. Réessayez.")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let http = refusal.http();
        let status = StatusCode::from_u16(http.status).unwrap_or(StatusCode::FORBIDDEN);
        let mut problem = Self::of(status, refusal.code(), refusal.french());
        problem.requirements = refusal.requirements().to_vec();
        problem.retry_after = http.retry_after;
        problem.www_authenticate = http.www_authenticate;
        if let Refusal::TermsNotAccepted { url, .. } = refusal {
            problem.url = Some(url);
        }
        problem
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal) => refusal.into(),
            store::Error::NotFound(_) => Self::not_found(),
            store::Error::Exists(what) => Self::conflict("EXISTS", format!("Existe déjà : {what}.")),
            store::Error::NotAllowed(what) => Self::conflict("NOT_ALLOWED", format!("N'est pas permis : {what}.")),
            store::Error::Internal(why) => Self::ours(why),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::NotFound => Self::not_found(),
            Fault::BadForm(field) => Self::bad(field),
            // Pages lead a browser on; a program has its token, or has not.
            Fault::SignIn { .. } | Fault::Terms { .. } | Fault::SignInAgain { .. } => Self::unauthorized(),
            Fault::Ours => Self::ours("see the line before"),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(how) = self.www_authenticate {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(how));
        }
        response
    }
}

/// The problems that every operation may answer, for its description.
pub struct Problems;

const DOCUMENTED: [(&str, &str); 11] = [
    ("400", "The request cannot be read."),
    ("401", "No token, or one that proves nobody."),
    ("403", "Refused by the rules: see `code`."),
    ("404", "Nothing there, or nothing that you may see."),
    ("405", "No such operation."),
    ("409", "It contradicts what is there."),
    ("413", "Too large."),
    ("415", "Not JSON."),
    ("422", "Understood, and not possible: see `code`."),
    ("429", "Too many attempts; see `Retry-After`."),
    ("503", "Not now: Pro Santé Connect cannot be reached, or we are overloaded; see `Retry-After`."),
];

impl IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Documented>> {
        let one = |(status, words): (&str, &str)| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().description(words).content("application/problem+json", content).build();
            (status.to_owned(), RefOr::T(response))
        };
        DOCUMENTED.into_iter().map(one).collect()
    }
}
