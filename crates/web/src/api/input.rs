//! Bodies, paths and queries of the API: what cannot be read is told as a problem, never as a bare line of text.

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use rules::{Address, IdNat, Moment};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::media_type()),
            Err(JsonRejection::BytesRejection(error)) => Err(too_large(&error)),
            Err(error) => Err(Problem::bad(format!("Le corps n'est pas celui qui est attendu : {}", error.body_text()))),
        }
    }
}

fn too_large(error: &BytesRejection) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { Problem::too_large() } else { Problem::bad(error.body_text()) }
}

/// Parts of the path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Self(value)).map_err(|error| Problem::bad(error.body_text()))
    }
}

/// The query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|error| Problem::bad(error.body_text()))
    }
}

/// A mailbox of a path. What is no address is no mailbox: the same answer as for one that does not exist.
pub fn address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).map_err(|_| Problem::not_found())
}

/// A national number of a path or a body.
pub fn idnat(text: &str) -> Result<IdNat, Problem> {
    IdNat::parse(text).map_err(|error| Problem::bad(format!("« {} » n'est pas un identifiant national : {error}", short(text))))
}

/// RFC 3339.
pub fn moment(text: &str) -> Result<Moment, Problem> {
    Moment::parse(text)
        .ok_or_else(|| Problem::bad(format!("« {} » n'est pas une date RFC 3339, par exemple 2026-11-27T17:00:00Z", short(text))))
}

/// What is quoted back is never long.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
