//! psc-sim as a program and a person meet it, over real HTTP.
//!
//! | file | shows |
//! |---|---|
//! | `basics` | the login by the page, the tokens, the control API |
//! | `phone` | the phone page, the wait, the activation of an e-CPS, the outbox |
//! | `ciba` | a program asks a phone |
//! | `callers` | how a program proves itself |
//! | `sessions` | a browser that is known; logout told to programs |
//! | `userinfo` | userinfo and its defects |

mod basics;
mod callers;
mod ciba;
mod phone;
mod sessions;
mod userinfo;
mod world;
