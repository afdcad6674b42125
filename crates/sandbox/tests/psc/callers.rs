//! The five ways in which a program proves itself, and what a certificate adds to a token.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use rules::Moment;
use sandbox::psc::Mutual;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use trust::pki::{Authority, DAY, Leaf, Purpose, Request, Subject};

use crate::world::{World, claims, error, world, world_with};

const RS256: &str = include_str!("../../keys/lps-jwt-public-test-key-rs256.pem");
const ES256: &str = include_str!("../../keys/lps-jwt-public-test-key-es256.pem");

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).expect("base64")
}

/// A compact token signed by one of the shipped keys, or by the secret.
fn signed(alg: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": alg, "typ": "JWT"})), part(claims));
    let random = SystemRandom::new();
    let signature = match alg {
        "RS256" => {
            let key = RsaKeyPair::from_pkcs8(&der(RS256)).expect("a key");
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).expect("signed");
            signature
        }
        "ES256" => {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(ES256)).expect("a key");
            key.sign(&random, message.as_bytes()).expect("signed").as_ref().to_vec()
        }
        _ => {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"lps-demo-secret");
            aws_lc_rs::hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

impl World {
    fn seconds(&self) -> i64 {
        Moment::from_micros(self.now.load(std::sync::atomic::Ordering::SeqCst)).secs()
    }

    fn assertion(&self, client: &str, jti: &str) -> Value {
        json!({"iss": client, "sub": client, "aud": self.endpoint("token"), "jti": jti, "exp": self.seconds() + 60})
    }

    /// The status of an introspection whose caller proves itself by that assertion.
    async fn asserted(&self, assertion: &str) -> StatusCode {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [("token", "x.y.z"), ("client_assertion_type", kind), ("client_assertion", assertion)];
        self.http.post(self.endpoint("token/introspect")).form(&form).send().await.expect("an answer").status()
    }
}

/// Proves: SIM-03, SIM-04.
#[tokio::test]
async fn a_signed_assertion_proves_a_program_once_for_a_minute() {
    let world = world().await;
    for alg in ["RS256", "ES256"] {
        let assertion = signed(alg, &world.assertion("lps-jwt", alg));
        assert_eq!(world.asserted(&assertion).await, StatusCode::OK, "{alg}");
        assert_eq!(world.asserted(&assertion).await, StatusCode::UNAUTHORIZED, "{alg}: its jti was seen");
    }
    let mut to_issuer = world.assertion("lps-jwt", "issuer");
    to_issuer["aud"] = json!(["https://ailleurs.test", world.sim.issuer()]);
    assert_eq!(world.asserted(&signed("RS256", &to_issuer)).await, StatusCode::OK);
    assert_eq!(world.asserted(&signed("HS256", &world.assertion("lps-demo", "h"))).await, StatusCode::OK, "client_secret_jwt");
    let spoiled = |name: &str, value: Value| {
        let mut claims = world.assertion("lps-jwt", name);
        claims[name] = value;
        signed("RS256", &claims)
    };
    let now = world.seconds();
    for (name, value) in [
        ("exp", json!(now + 61)),
        ("exp", json!(now)),
        ("aud", json!("https://ailleurs.test/token")),
        ("sub", json!("pli-web")),
        ("iss", json!("lps-demo")),
        ("jti", json!("")),
    ] {
        assert_eq!(world.asserted(&spoiled(name, value.clone())).await, StatusCode::UNAUTHORIZED, "{name} {value}");
    }
    assert_eq!(world.asserted(&signed("HS256", &world.assertion("lps-jwt", "no-secret"))).await, StatusCode::UNAUTHORIZED);
    let mut forged = signed("RS256", &world.assertion("lps-jwt", "forged"));
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    assert_eq!(world.asserted(&forged).await, StatusCode::UNAUTHORIZED);
}

/// Proves: SIM-03.
#[tokio::test]
async fn no_secret_a_wrong_one_and_an_empty_one_are_all_401() {
    let world = world().await;
    for form in [
        vec![("client_id", "lps-demo")],
        vec![("client_id", "lps-demo"), ("client_secret", "wrong")],
        vec![("client_id", "lps-jwt"), ("client_secret", "")],
        vec![("client_id", "lps-mtls")],
        vec![],
    ] {
        let answer = world.http.post(world.endpoint("token")).form(&form).send().await.expect("an answer");
        assert_eq!(error(answer).await, (StatusCode::UNAUTHORIZED, "invalid_client".into()), "{form:?}");
    }
}

struct Certified {
    world: World,
    anchor: String,
    program: Leaf,
    stranger: Leaf,
    plain: String,
}

async fn certified() -> Certified {
    let now = Moment::parse("2026-11-21T22:00:00Z").expect("a date");
    let authority = Authority::anchor("AC DU LABO", now).expect("an authority");
    let subject = |name: &str| Subject {
        common_name: name.to_owned(),
        unit: "1990000028".to_owned(),
        organisation: "EDITEUR DE DEMONSTRATION".to_owned(),
        state: "Ille-et-Vilaine (35)".to_owned(),
    };
    let issue = |name: &str, purpose| {
        let (not_before, not_after) = (now.minus(DAY * 7300), now.plus(DAY * 7300));
        let names = vec!["127.0.0.1".to_owned()];
        authority.issue(&Request { subject: subject(name), names, purpose, not_before, not_after }).expect("a certificate")
    };
    let (server, program) = (issue("psc.test", Purpose::Operator), issue("lps-mtls.editeur.test", Purpose::Machine));
    let stranger = issue("autre.editeur.test", Purpose::Machine);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let mutual = Mutual::new(listener, &server.identity(), authority.cert_pem.as_bytes()).expect("a configuration");
    let world = world_with(|config| config.mutual = Some(mutual)).await;
    Certified { world, anchor: authority.cert_pem, program, stranger, plain: format!("https://{at}") }
}

impl Certified {
    fn client(&self, shown: Option<&Leaf>) -> reqwest::Client {
        let anchor = reqwest::Certificate::from_pem(self.anchor.as_bytes()).expect("a certificate");
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([anchor]);
        let builder = match shown {
            Some(leaf) => {
                builder.identity(reqwest::Identity::from_pem(format!("{}{}", leaf.cert_pem, leaf.key_pem).as_bytes()).expect("an identity"))
            }
            None => builder,
        };
        builder.build().expect("a client")
    }
}

/// Proves: SIM-03, SIM-04.
#[tokio::test]
async fn a_certificate_proves_a_program_and_binds_its_tokens() {
    let house = certified().await;
    let world = &house.world;
    let document: Value = world.http.get(world.sim.discovery_url()).send().await.expect("an answer").json().await.expect("JSON");
    let aliases = &document["mtls_endpoint_aliases"];
    let token_endpoint = aliases["token_endpoint"].as_str().expect("an alias");
    assert!(token_endpoint.starts_with(&house.plain));
    let log_in = async || {
        let order = json!({"persona": "P04", "authorize": world.authorize_url(&[("client_id", "lps-mtls")])});
        let answer: Value = world.control("POST", "login", order).await.json().await.expect("JSON");
        crate::world::fields_of(answer["redirect"].as_str().expect("an address"))["code"].clone()
    };
    let exchange = async |shown: Option<&Leaf>, code: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "lps-mtls"),
            ("code", code),
            ("redirect_uri", crate::world::CALLBACK),
            ("code_verifier", crate::world::VERIFIER),
        ];
        house.client(shown).post(token_endpoint).form(&form).send().await.expect("an answer")
    };
    let code = log_in().await;
    for wrong in [None, Some(&house.stranger)] {
        assert_eq!(error(exchange(wrong, &code).await).await, (StatusCode::UNAUTHORIZED, "invalid_client".into()));
    }
    let bound = async |code: &str| {
        let tokens: Value = exchange(Some(&house.program), code).await.json().await.expect("JSON");
        claims(tokens["access_token"].as_str().expect("a token"))["cnf"]["x5t#S256"].as_str().expect("a thumbprint").to_owned()
    };
    let digest = Sha256::digest(house.program.chain().expect("a chain")[0].as_ref());
    assert_eq!(bound(&code).await, URL_SAFE_NO_PAD.encode(digest));
    world.control("PUT", "faults", json!({"x5t": "ans"})).await;
    assert_eq!(bound(&log_in().await).await, STANDARD.encode(hex::encode(digest)));
    world.control("PUT", "faults", json!({"x5t": "wrong"})).await;
    let wrong = bound(&log_in().await).await;
    assert!(wrong != URL_SAFE_NO_PAD.encode(digest) && wrong.len() == 43);
    // Several programs may use the address: one with a secret is not bound.
    let by_secret = house.client(None).post(aliases["introspection_endpoint"].as_str().expect("an alias"));
    let told = by_secret.basic_auth("lps-demo", Some("lps-demo-secret")).form(&[("token", "x.y.z")]).send().await.expect("an answer");
    assert_eq!(told.status(), StatusCode::OK);
}

/// Proves: SIM-03.
#[tokio::test]
async fn discovery_tells_of_ciba_of_five_proofs_and_of_no_alias_without_the_listener() {
    let world = world().await;
    let document: Value = world.http.get(world.sim.discovery_url()).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(document["backchannel_authentication_endpoint"], world.endpoint("ext/ciba/auth"));
    assert_eq!(document["token_endpoint_auth_methods_supported"].as_array().map(Vec::len), Some(5));
    assert!(document.get("mtls_endpoint_aliases").is_none());
}
