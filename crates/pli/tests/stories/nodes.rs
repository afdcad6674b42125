//! Two `pli serve` on one PostgreSQL: a right that ends on one ends on the other, in open IMAP and submission sessions and on the pages.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, NADIA, Smtp, eventually};

/// One more node of the demo's operator: its own process, ports and folder, the same base, blobs and keys.
struct Node {
    child: Child,
    imaps: u16,
    submission: u16,
    web: u16,
}

impl Node {
    /// `shift`: ports of the demo's block that nobody has.
    fn start(demo: &Demo, name: &str, shift: u16) -> Self {
        Self::changed(demo, name, shift, |text| text)
    }

    /// With something else in its configuration.
    fn changed(demo: &Demo, name: &str, shift: u16, change: impl Fn(String) -> String) -> Self {
        let home = demo.path("operator");
        let dir = demo.path(name);
        std::fs::create_dir_all(&dir).expect("a folder");
        for file in ["kek", "psc-secret", "web-secret"] {
            std::fs::copy(home.join(file), dir.join(file)).expect("a key");
        }
        let text = std::fs::read_to_string(home.join("pli.toml")).expect("a configuration");
        let moved = |door: &str, by: u16| demo.port("operator", door) + shift + by;
        let (imaps, submission, web) = (moved("smtp", 1), moved("smtp", 2), moved("smtp", 3));
        // The pages keep their public address, as behind a balancer; the other doors stay shut.
        let listen =
            format!("[listen]\nimaps = \"127.0.0.1:{imaps}\"\nsubmission = \"127.0.0.1:{submission}\"\nweb = \"127.0.0.1:{web}\"\n");
        let (before, rest) = text.split_once("[listen]").expect("its doors");
        let (_, after) = rest.split_once("[tls]").expect("its certificate");
        let blobs = format!("at = {:?}", home.join("blobs"));
        let text = format!("{before}{listen}\n[tls]{after}").replace("at = \"blobs\"", &blobs);
        std::fs::write(dir.join("pli.toml"), change(text)).expect("a configuration");
        let log = std::fs::File::create(dir.join("log")).expect("a log");
        let mut serve = Command::new(env!("CARGO_BIN_EXE_pli"));
        serve.args(["serve", "--dir"]).arg(&dir).env("PLI_LOG", "info").stdout(Stdio::null()).stderr(log);
        let child = serve.spawn().expect("pli runs");
        let said = || std::fs::read_to_string(dir.join("log")).unwrap_or_default();
        eventually("the node is ready", Duration::from_secs(20), || said().contains("ready").then_some(()));
        Self { child, imaps, submission, web }
    }

    /// A page as the signed-in browser gets it: status and text.
    fn page(&self, demo: &Demo, path: &str) -> (String, String) {
        let out = curl(demo, &["-w", "\n%{http_code}", &format!("http://127.0.0.1:{}{path}", self.web)]);
        let (text, status) = out.rsplit_once('\n').expect("a status");
        (status.to_owned(), text.to_owned())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One browser for the whole story.
fn curl(demo: &Demo, arguments: &[&str]) -> String {
    let jar = demo.path("cookies");
    let out =
        Command::new("curl").args(["--silent", "--show-error", "-c"]).arg(&jar).arg("-b").arg(&jar).args(arguments).output().expect("curl");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Signs in on the demo's own pages; the simulator's person answers at once.
fn sign_in(demo: &Demo, persona: &str) {
    let web = demo.facts["operator"]["web"].as_str().expect("the pages");
    let authorize = curl(demo, &["-o", "/dev/null", "-w", "%{redirect_url}", &format!("{web}/connexion/psc?vers=/boites")]);
    let back = demo.sim("POST", "login", Some(&json!({"persona": persona, "authorize": authorize})));
    let landed = curl(demo, &["-L", "-o", "/dev/null", "-w", "%{url_effective}", back["redirect"].as_str().expect("a way back")]);
    assert!(landed.ends_with("/boites"), "{landed}");
}

fn postgres() -> String {
    std::env::var("PLI_TEST_POSTGRES").expect("PLI_TEST_POSTGRES: ./dev test starts a server and names it")
}

/// Proves: PSC-39, DEL-02, DEL-09, LPS-31.
#[test]
fn a_right_that_ends_on_one_node_ends_on_the_other_within_five_seconds() {
    let demo = Demo::with(&["--store", &postgres()]);
    let (first, second) = (Node::start(&demo, "node-one", 301), Node::start(&demo, "node-two", 305));
    sign_in(&demo, "P04");
    let letters = format!("/boites/{CABINET}/lettres");
    assert_eq!(first.page(&demo, &letters).0, "200", "signed in at one node, let in at another");
    assert_eq!(second.page(&demo, &letters).0, "200");
    let mut reader = Imap::enter_at(&demo, first.imaps, CABINET, "P04");
    reader.command("SELECT INBOX").ok();
    reader.idle();
    let mut sender = Smtp::enter_at(&demo, second.submission, CABINET, "P04");
    sender.command(&format!("MAIL FROM:<{CABINET}>")).is(250);
    sender.command(&format!("RCPT TO:<{CARDIOLOGIE}>")).is(250);

    // Said to a third process: the demo's own.
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", NADIA, "--by", "899790000014"]);
    let told = reader.told(Duration::from_secs(5), |line| line.starts_with("* BYE"));
    assert_eq!(told.as_deref(), Some("* BYE L'acces a cette boite a pris fin"));
    assert_eq!(sender.command("DATA").is(421).text, "4.7.0 L'acces a pris fin");
    for node in [&first, &second] {
        let (status, page) = node.page(&demo, &letters);
        assert_eq!(status, "403", "{page}");
        assert!(page.contains("terminé"), "the reason is told: {page}");
    }
    assert_eq!(demo.json(&["queue", "list"]), json!([]), "nothing was queued");
}

/// Proves: DEL-09, REG-03, PSC-39.
#[test]
fn a_contract_that_ends_in_the_register_ends_the_access_on_every_node() {
    let demo = Demo::with(&["--store", &postgres()]);
    let node = Node::start(&demo, "node-one", 301);
    sign_in(&demo, "P04");
    let letters = format!("/boites/{CABINET}/lettres");
    assert_eq!(node.page(&demo, &letters).0, "200");
    let mut reader = Imap::enter_at(&demo, node.imaps, CABINET, "P04");
    reader.command("SELECT INBOX").ok();
    reader.idle();
    for situation in ["9900000005", "9900000006"] {
        // She works at two practices, and leaves both.
        demo.json(&["register", "situation", "end", "--person", NADIA, "--situation", situation]);
    }
    let told = reader.told(Duration::from_secs(5), |line| line.starts_with("* BYE"));
    assert_eq!(told.as_deref(), Some("* BYE L'acces a cette boite a pris fin"));
    let (status, page) = node.page(&demo, &letters);
    assert_eq!(status, "403", "{page}");
}

/// Proves: PSC-42, LPS-21.
#[test]
fn a_token_bound_to_a_certificate_serves_on_the_api_with_that_certificate_alone() {
    let demo = Demo::with(&["--store", &postgres()]);
    let node = Node::changed(&demo, "node-tls", 301, |text| text.replace("base_url = \"http://", "base_url = \"https://"));
    let certificate = std::fs::read(demo.told(&["app_client", "cert"])).expect("a certificate");
    let der = CertificateDer::from_pem_slice(&certificate).expect("PEM");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
    let thumbprint = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.as_ref());
    let free = demo.token_of("P04");
    let bound = demo.token(json!({"persona": "P04", "client": "lps-demo", "ttl_s": 600, "set": {"cnf": {"x5t#S256": thumbprint}}}));
    let path = |name: &str| demo.told(&["app_client", name]).display().to_string();
    let (ca, cert, key) = (demo.told(&["pki", "ca"]).display().to_string(), path("cert"), path("key"));
    let machines = demo.facts["app_client"]["server_name"].as_str().expect("a name");
    let people = machines.strip_prefix("app.").expect("the ordinary name");
    let ask = |name: &str, token: &str, shown: bool| {
        let (resolve, bearer) = (format!("{name}:{}:127.0.0.1", node.web), format!("Authorization: Bearer {token}"));
        let url = format!("https://{name}:{}/api/v1/mailboxes", node.web);
        let mut arguments = vec!["--cacert", &ca, "--resolve", &resolve, "-H", &bearer, "-o", "/dev/null", "-w", "%{http_code}", &url];
        if shown {
            arguments.extend(["--cert", &cert, "--key", &key]);
        }
        curl(&demo, &arguments)
    };
    for (name, token, shown, status) in [
        (machines, &bound, true, "200"),
        (machines, &bound, false, "401"),
        // Nobody is asked for a certificate there: it is not shown, even by who has it.
        (people, &bound, true, "401"),
        (people, &free, false, "200"),
        (machines, &free, false, "200"),
    ] {
        assert_eq!(ask(name, token, shown), status, "{name}, shown: {shown}");
    }
}
