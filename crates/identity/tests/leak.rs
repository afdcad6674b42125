//! No token, and no secret of ours, is ever in a log, whatever goes wrong.

mod stage;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use secrecy::ExposeSecret;
use serde_json::json;
use stage::Stage;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one thread").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Proves: PSC-12, PSC-13.
#[tokio::test]
async fn no_token_and_no_secret_is_ever_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _logged = tracing::subscriber::set_default(subscriber);
    let stage = Stage::set().await;
    let mut tokens = Vec::new();
    for faults in [
        json!({}),
        json!({"bad_sig": true}),
        json!({"ids_conflict": true}),
        json!({"acr": "none"}),
        json!({"ttl_s": 3600}),
        json!({"id_form": "bad_luhn"}),
        json!({"introspection_401": true}),
        json!({"down": "http500_html"}),
        json!({"down": "refuse"}),
    ] {
        stage.faults(faults.clone()).await;
        let token = stage.sureau().await;
        let proved = stage.psc.prove(&token).await;
        tracing::info!("{faults}: {proved:?} {:?} {:?}", proved.as_ref().err(), stage.psc.health());
        tokens.push(token);
    }
    stage.control("DELETE", "faults", None).await;
    stage.advance(10);
    let party = stage.party();
    let signed_in = stage.sign_in(&party, stage::BACK, "P01", json!({})).await.expect("a login");
    tracing::info!("{signed_in:?}");
    let id_token = signed_in.id_token.expose_secret().to_owned();
    assert!(party.logout_notice(&id_token).await.is_err() && party.end_session(&id_token).await.is_ok());
    tokens.push(id_token);
    let logged = String::from_utf8(log.0.lock().expect("one thread").clone()).expect("text");
    assert!(logged.contains("token refused") && logged.contains("IDENTITY_CONFLICT"), "the log itself is alive");
    assert!(!logged.contains("pli-introspect-secret") && !logged.contains("pli-web-secret"));
    for token in &tokens {
        for part in token.split('.').skip(1) {
            assert!(!logged.contains(part), "a token was logged");
        }
    }
}
