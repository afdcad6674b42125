//! TLS configurations by real handshakes, in memory: versions, suites, groups, who shows what.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::{cipher_suite, kx_group};
use rustls::{CipherSuite, ClientConfig, ClientConnection, ProtocolVersion, ServerConfig, ServerConnection};
use rustls_pki_types::{CertificateDer, ServerName};
use trust::tls::{self, Doors, Through};

use crate::bench::{lab, neighbour, ours};

/// What each side saw.
#[derive(Debug)]
pub struct Seen {
    pub seen_by_server: Vec<CertificateDer<'static>>,
    pub seen_by_client: Vec<CertificateDer<'static>>,
    pub version: Option<ProtocolVersion>,
    pub suite: Option<CipherSuite>,
}

/// A whole handshake without sockets.
pub fn shake(client: Arc<ClientConfig>, server: Arc<ServerConfig>) -> Result<Seen, rustls::Error> {
    let name = ServerName::try_from("mss.voisin.mssante.test").expect("a host name");
    let mut client = ClientConnection::new(client, name)?;
    let mut server = ServerConnection::new(server)?;
    for _ in 0..8 {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).expect("memory");
        server.read_tls(&mut wire.as_slice()).expect("memory");
        server.process_new_packets()?;
        wire.clear();
        server.write_tls(&mut wire).expect("memory");
        client.read_tls(&mut wire.as_slice()).expect("memory");
        client.process_new_packets()?;
    }
    assert!(!client.is_handshaking() && !server.is_handshaking(), "eight flights are enough");
    Ok(Seen {
        seen_by_server: server.peer_certificates().unwrap_or_default().to_vec(),
        seen_by_client: client.peer_certificates().unwrap_or_default().to_vec(),
        version: client.protocol_version(),
        suite: client.negotiated_cipher_suite().map(|suite| suite.suite()),
    })
}

/// A client that offers exactly these suites and groups, and trusts the laboratory.
fn client(
    suites: Vec<rustls::SupportedCipherSuite>,
    groups: Vec<&'static dyn rustls::crypto::SupportedKxGroup>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let provider =
        rustls::crypto::CryptoProvider { cipher_suites: suites, kx_groups: groups, ..rustls::crypto::aws_lc_rs::default_provider() };
    let mut roots = rustls::RootCertStore::empty();
    let ca = trust::pki::Leaf { cert_pem: lab().ca.cert_pem, key_pem: String::new() };
    roots.add(ca.chain().expect("the authority").remove(0)).expect("an anchor");
    let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(versions).expect("versions");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// Proves: LPS-01.
#[test]
fn only_the_suites_and_groups_of_the_text_are_negotiated() {
    let server = tls::people_server(&lab().operators[&neighbour()].identity()).expect("a server");
    let default = || vec![kx_group::X25519];
    let good = [
        (cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, &rustls::version::TLS12),
        (cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, &rustls::version::TLS12),
        (cipher_suite::TLS13_AES_256_GCM_SHA384, &rustls::version::TLS13),
        (cipher_suite::TLS13_AES_128_GCM_SHA256, &rustls::version::TLS13),
    ];
    for (suite, version) in good {
        let seen = shake(client(vec![suite], default(), &[version]), server.clone()).expect("an allowed suite");
        assert_eq!((seen.suite, seen.version), (Some(suite.suite()), Some(version.version)));
    }
    let bad = [
        (cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, &rustls::version::TLS12),
        (cipher_suite::TLS13_CHACHA20_POLY1305_SHA256, &rustls::version::TLS13),
        (cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, &rustls::version::TLS12),
    ];
    for (suite, version) in bad {
        assert!(shake(client(vec![suite], default(), &[version]), server.clone()).is_err(), "{suite:?}");
    }
    let groups: [&'static dyn rustls::crypto::SupportedKxGroup; 3] = [kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
    for group in groups {
        let one = client(vec![cipher_suite::TLS13_AES_256_GCM_SHA384], vec![group], &[&rustls::version::TLS13]);
        shake(one, server.clone()).expect("an allowed group");
    }
    let odd = client(vec![cipher_suite::TLS13_AES_256_GCM_SHA384], vec![kx_group::X25519MLKEM768], &[&rustls::version::TLS13]);
    assert!(shake(odd, server).is_err(), "another group");
}

/// Proves: LPS-01, LPS-02.
#[test]
fn an_identity_that_would_leave_clients_outside_is_refused_at_start() {
    let lab = lab();
    let good = lab.operators[&ours()].identity();
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let cert =
        rcgen::CertificateParams::new(vec!["mss.pli.mssante.test".to_owned()]).expect("names").self_signed(&key).expect("a certificate");
    let ecdsa = tls::Identity { chain_pem: cert.pem().into_bytes(), key_pem: key.serialize_pem().into_bytes() };
    for outcome in
        [tls::operator_server(&ecdsa).map(|_| ()), tls::people_server(&ecdsa).map(|_| ()), tls::operator_client(&ecdsa).map(|_| ())]
    {
        let error = outcome.expect_err("ECDSA alone").to_string();
        assert!(error.contains("les clients LPS ne pourront pas se connecter"), "{error}");
    }
    let swapped = tls::Identity { key_pem: lab.operators[&neighbour()].identity().key_pem, ..good.clone() };
    let error = tls::people_server(&swapped).expect_err("another key").to_string();
    assert!(error.contains("la clé n'est pas celle du certificat"), "{error}");
    let empty = tls::Identity { chain_pem: Vec::new(), ..good };
    assert!(tls::people_server(&empty).is_err());
}

/// Proves: LPS-02.
#[test]
fn an_ordinary_client_verifies_our_server_by_its_name_and_shows_nothing() {
    let lab = lab();
    let server = tls::people_server(&lab.operators[&neighbour()].identity()).expect("a server");
    let seen = shake(tls::people_client(lab.ca.cert_pem.as_bytes()).expect("a client"), server).expect("the name is in the certificate");
    assert!(seen.seen_by_server.is_empty());
    let other = tls::people_server(&lab.operators[&ours()].identity()).expect("a server");
    assert!(shake(tls::people_client(lab.ca.cert_pem.as_bytes()).expect("a client"), other).is_err(), "another host's certificate");
}

/// Proves: LPS-02.
#[test]
fn the_laboratorys_server_names_are_those_stock_clients_use() {
    let lab = lab();
    let leaf = lab.operators[&ours()].chain().expect("a chain").remove(0);
    let cert = webpki::EndEntityCert::try_from(&leaf).expect("a certificate");
    for name in ["mss.pli.mssante.test", "smtp.pli.mssante.test", "app.mss.pli.mssante.test", "localhost", "127.0.0.1"] {
        let name = ServerName::try_from(name).expect("a name");
        cert.verify_is_valid_for_subject_name(&name).unwrap_or_else(|e| panic!("{name:?}: {e}"));
    }
    assert_eq!(
        lab.operators[&ours()]
            .declared()
            .expect("a DN")
            .split(',')
            .map(|rdn| rdn.split('=').next().unwrap_or_default())
            .collect::<Vec<_>>(),
        ["CN", "OU", "O", "ST", "C"]
    );
    assert!(trust::pki::AUTHORITY.contains("IGC-SANTE"));
}

/// Proves: LPS-21.
#[test]
fn only_the_machines_name_leads_to_the_machines_door() {
    let lab = lab();
    let own = lab.operators[&ours()].identity();
    let (people, machines) = (tls::people_server(&own).expect("people"), tls::machine_server(&own).expect("machines"));
    let doors = Doors::new(people).with_machines("App.mss.pli.mssante.test", machines);
    for name in ["app.mss.pli.mssante.test", "APP.MSS.pli.mssante.test"] {
        assert_eq!(doors.choose(Some(name)).0, Through::Machines, "{name}");
    }
    for name in [None, Some("mss.pli.mssante.test"), Some("app.app.mss.pli.mssante.test"), Some("localhost")] {
        assert_eq!(doors.choose(name).0, Through::People, "{name:?}");
    }
    let alone = Doors::new(tls::people_server(&own).expect("people"));
    assert_eq!(alone.choose(Some("app.mss.pli.mssante.test")).0, Through::People);
}
