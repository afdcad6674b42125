//! One `pli demo` in a temporary folder: started, asked, moved in time, stopped, killed, started again.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Deadline, http};

/// Ports of one demo: base + 25 … base + 1193.
const BLOCK: u16 = 1_200;
/// Below the range from which the system takes ports for outgoing connections; 10080 is one that browsers refuse.
const FIRST: u16 = 10_100;
const BLOCKS: u16 = 18;

pub struct Demo {
    dir: tempfile::TempDir,
    base: u16,
    /// Holds the block of ports: nobody else's story gets it.
    _block: TcpListener,
    options: Vec<String>,
    child: Option<Child>,
    pub facts: Value,
}

impl Demo {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A demo with more options, e.g. `--store`.
    pub fn with(options: &[&str]) -> Self {
        let dir = tempfile::Builder::new().prefix("pli-story-").tempdir().expect("a temporary folder");
        seed_pki(dir.path());
        let (base, block) = free_block();
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut demo = Self { dir, base, _block: block, options, child: None, facts: Value::Null };
        demo.launch();
        keep_pki(demo.dir());
        demo
    }

    /// Starts (again) in the same folder, and waits until it says that it is ready.
    pub fn launch(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let facts = self.dir().join("demo.json");
        // One left by a killed demo would be taken for the new one's.
        let _ = std::fs::remove_file(&facts);
        let page = std::fs::File::create(self.path("page.txt")).expect("the page");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pli"));
        command.args(["demo", "--base-port", &self.base.to_string(), "--dir"]).arg(self.dir());
        command.args(&self.options).env("PLI_LOG", "info").stdin(Stdio::null()).stdout(page).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let deadline = Deadline::after(Duration::from_secs(60));
        while !facts.exists() {
            if let Some(status) = child.try_wait().expect("its state can be asked") {
                let said = child.wait_with_output().map(|out| String::from_utf8_lossy(&out.stderr).into_owned()).unwrap_or_default();
                panic!("pli demo ended with {status}: {said}\n{}", self.log());
            }
            assert!(!deadline.passed(), "pli demo is not ready\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.child = Some(child);
        self.facts = serde_json::from_slice(&std::fs::read(&facts).expect("demo.json")).expect("demo.json is JSON");
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// A path that `demo.json` tells, e.g. `["pki", "ca"]`.
    pub fn told(&self, keys: &[&str]) -> PathBuf {
        let value = keys.iter().fold(&self.facts, |value, key| &value[*key]);
        self.path(value.as_str().unwrap_or_else(|| panic!("demo.json has no {keys:?}")))
    }

    pub fn port(&self, operator: &str, door: &str) -> u16 {
        let port = self.facts[operator][door]["port"].as_u64().unwrap_or_else(|| panic!("no port of {operator}.{door}"));
        u16::try_from(port).expect("a port")
    }

    pub fn ca(&self) -> Vec<u8> {
        std::fs::read(self.told(&["pki", "ca"])).expect("the CA")
    }

    /// Certificate and key of a name under `pki`.
    pub fn identity(&self, name: &str) -> trust::tls::Identity {
        let read = |extension: &str| std::fs::read(self.path(&format!("pki/{name}.{extension}"))).expect("a certificate of the demo");
        trust::tls::Identity { chain_pem: read("pem"), key_pem: read("key") }
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it is dead");
    }

    /// SIGTERM, then how it ended. More than five seconds is a failure of the contract.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        signal(child.id(), "TERM");
        let deadline = Deadline::after(Duration::from_secs(5));
        loop {
            if let Some(status) = child.try_wait().expect("its state can be asked") {
                return status;
            }
            assert!(!deadline.passed(), "still running five seconds after SIGTERM\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a command of `pli` on this folder.
    pub fn pli(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pli")).args(arguments).arg("--dir").arg(self.dir()).output().expect("pli runs")
    }

    /// Runs it with `--json` and reads its one document. It must succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let out = self.pli(&all);
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "pli {arguments:?}: {} {}\n{text}", out.status, String::from_utf8_lossy(&out.stderr));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("pli {arguments:?} printed {text:?}: {error}"))
    }

    /// A token of the simulator; `body` as in the contract, e.g. `{"persona":"P04"}`.
    pub fn token(&self, body: Value) -> String {
        let answer = self.sim("POST", "token", Some(&body));
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token for {body}: {answer}")).to_owned()
    }

    /// A token of this persona for the software of the stories.
    pub fn token_of(&self, persona: &str) -> String {
        self.token(json!({"persona": persona, "client": "lps-demo", "ttl_s": 600}))
    }

    /// Moves the time of the whole demo.
    pub fn advance(&self, by: Duration) {
        self.sim("POST", "clock", Some(&json!({"advance_s": by.as_secs()})));
    }

    pub fn faults(&self, switches: &Value) {
        self.sim("PUT", "faults", Some(switches));
    }

    pub fn no_faults(&self) {
        self.sim("DELETE", "faults", None);
    }

    /// The simulator's control API.
    pub fn sim(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let control = self.facts["psc"]["control"].as_str().expect("the control API");
        http::call(method, &format!("{control}/{path}"), &[("X-Pli-Sim", "1")], body)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("---- log of the demo\n{}", self.log());
        }
    }
}

/// Sends a signal by its name.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "kill -{name} {pid}");
}

/// A block of ports that is free now, and a listener on its first port that keeps others away.
pub fn free_block() -> (u16, TcpListener) {
    let begin = u16::try_from(std::process::id() % u32::from(BLOCKS)).expect("small");
    let deadline = Deadline::after(Duration::from_secs(120));
    loop {
        for n in 0..BLOCKS {
            let base = FIRST + (begin + n) % BLOCKS * BLOCK;
            if let Ok(guard) = TcpListener::bind(("127.0.0.1", base))
                && [25, 80, 90, 91, 93, 125, 143, 180, 243, 465, 565, 587, 687, 993, 1093].iter().all(|port| is_free(base + port))
            {
                return (base, guard);
            }
        }
        assert!(!deadline.passed(), "no block of ports is free");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// Ten RSA keys take seconds: the first story's are kept for the others of this build.
fn pki_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("story-pki")
}

fn seed_pki(dir: &Path) {
    if pki_cache().exists() {
        copy(&pki_cache(), &dir.join("pki"));
    }
}

fn keep_pki(dir: &Path) {
    if !pki_cache().exists() {
        let mine = pki_cache().with_extension(std::process::id().to_string());
        copy(&dir.join("pki"), &mine);
        // Somebody else's may have come first: as good as ours.
        if std::fs::rename(&mine, pki_cache()).is_err() {
            let _ = std::fs::remove_dir_all(&mine);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
    assert!(copied.success(), "cp -a {} {}", from.display(), to.display());
}
