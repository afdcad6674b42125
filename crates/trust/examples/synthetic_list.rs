//! How long a list of the real one's size takes: `cargo run --release -p trust --example synthetic_list`.
//!
//! TRU-20 asks for loading and verifying under a second. Prints figures, asserts nothing, writes in a temporary folder.

use std::time::Instant;

use rules::{Clock, Domain, Moment};
use trust::TrustSpace;
use trust::pki::{AUTHORITY, Lab, SIGNER};
use trust::space::Config;
use trust::synth::{REAL, list};

type Failure = Box<dyn std::error::Error>;

/// Runs it some times, prints the fastest in milliseconds.
fn fastest<T>(what: &str, times: u32, mut run: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut best = f64::MAX;
    let mut last = None;
    for _ in 0..times {
        let begun = Instant::now();
        last = Some(run()?);
        best = best.min(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    println!("{what:<46} {best:>9.3} ms");
    last.ok_or_else(|| "never run".into())
}

fn main() -> Result<(), Failure> {
    let now = Moment::parse("2026-11-21T22:00:00Z").ok_or("a date")?;
    let domain = Domain::parse("voisin.mssante.test")?;
    let lab = fastest("laboratory (RSA keys)", 1, || Ok(Lab::create(std::slice::from_ref(&domain), &domain, now)?))?;
    let bytes = fastest("synthetic list, made and signed", 3, || Ok(list(7, REAL, now, &lab.signer)?))?;
    println!("{:<46} {:>9} bytes", "its size", bytes.len());
    let tree = fastest("XML into a tree", 5, || Ok(trust::list::xml::parse(&bytes)?))?;
    fastest("canonical form", 5, || Ok(trust::list::c14n::canonical(&tree, None)))?;

    let dir = tempfile::TempDir::new()?;
    std::fs::write(dir.path().join("ca.pem"), &lab.ca.cert_pem)?;
    std::fs::write(dir.path().join("ca.crl"), lab.crl(now)?)?;
    let config = Config {
        anchors: dir.path().join("ca.pem"),
        intermediates: None,
        crls: vec![dir.path().join("ca.crl")],
        state_dir: dir.path().join("state"),
        signers: vec![SIGNER.to_owned()],
        signer_issuer: AUTHORITY.to_owned(),
        own: Vec::new(),
    };
    let space = TrustSpace::open(config, Clock::new(move || now))?;
    fastest("verified, indexed, compared, kept on disk", 5, || Ok(space.load(&bytes, "figures", false)?))?;
    let snapshot = space.snapshot();
    let chain = lab.operators.values().next().ok_or("an operator")?.chain()?;
    let peer = fastest("verdict on a peer's chain", 200, || Ok(snapshot.judge(&chain, now)?))?;
    fastest("may it speak for a domain", 200, || Ok(snapshot.speaks_for(&peer, &domain).is_ok()))?;
    Ok(())
}
