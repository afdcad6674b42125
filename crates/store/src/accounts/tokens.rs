//! API tokens: shown once, kept hashed, with scopes and an end; their last use is visible.
//!
//! Requirements: STF-04. A person's token never reaches beyond her own rights: the API opens mailboxes with her name as any other door does.

use rules::{Author, IdNat, Moment};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Result, Store};

/// In whose name a token acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "lowercase")]
pub enum TokenOwner {
    Person(IdNat),
    Operator,
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for, in the words of whoever asked: « sauvegarde », « logiciel du cabinet ».
    pub name: String,
    pub owner: TokenOwner,
    /// Words of [`rules::staff::SCOPES`].
    pub scopes: Vec<String>,
    /// First moment at which it opens nothing.
    pub ends: Moment,
}

/// A token as it may be shown: everything but itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenInfo {
    pub id: i64,
    pub name: String,
    pub owner: TokenOwner,
    pub scopes: Vec<String>,
    pub created: Moment,
    pub by: Author,
    pub ends: Moment,
    /// To the minute.
    pub last_used: Option<Moment>,
    pub revoked: Option<Moment>,
}

impl TokenInfo {
    /// It was given that scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

impl Store {
    /// Draws a token. Refused: an end that is not to come, an unknown scope, none, or one that a person's token cannot have.
    pub async fn make_api_token(&self, new: NewToken, author: Author, now: Moment) -> Result<(TokenInfo, SecretString)> {
        let _ = (new, author, now);
        todo!()
    }

    /// The token behind a secret, when it is alive; notes its use, at most once a minute.
    pub async fn api_token(&self, secret: &str, now: Moment) -> Result<Option<TokenInfo>> {
        let _ = (secret, now);
        todo!()
    }

    /// All of them, ended and revoked ones too, newest first.
    pub async fn api_tokens(&self) -> Result<Vec<TokenInfo>> {
        todo!()
    }

    /// From now on it opens nothing. A token already revoked stays as it is.
    pub async fn revoke_api_token(&self, id: i64, author: Author, now: Moment) -> Result<TokenInfo> {
        let _ = (id, author, now);
        todo!()
    }
}
