//! What the trust space keeps on disk: every file received with its verdict, which one is in force, which one is held.
//!
//! Requirements: TRU-03, TRU-10, TRU-12. Layout of `state_dir`: `received/<sha256>.xml`, `received/index.jsonl` (one line a reception),
//! `in-force.json`, `held.json`. Each small file is replaced whole; nothing in here verifies anything.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rules::Moment;
use serde::{Deserialize, Serialize};

/// The verdict of a list that was installed.
pub(super) const ACCEPTED: &str = "LB-ACCEPTEE";
const DAY: Duration = Duration::from_secs(86_400);
/// Files that were never accepted are kept that long.
const KEEP_REFUSED: Duration = DAY.saturating_mul(90);
/// Nothing is kept longer.
const KEEP: Duration = DAY.saturating_mul(5 * 365 + 2);

/// One reception (TRU-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub at: Moment,
    pub source: String,
    pub sha256: String,
    pub bytes: usize,
    /// `LB-ACCEPTEE`, `LB-INCHANGEE`, or why it was refused or held.
    pub code: String,
    pub detail: String,
}

impl Verdict {
    pub(super) fn new(at: Moment, source: &str, sha256: &str, bytes: usize, code: &str, detail: &str) -> Self {
        Self { at, source: source.to_owned(), sha256: sha256.to_owned(), bytes, code: code.to_owned(), detail: detail.to_owned() }
    }
}

/// The list in force.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InForce {
    pub sha256: String,
    pub source: String,
    /// The last successful verification (TRU-11).
    pub verified_at: Moment,
    pub generated: Moment,
}

impl InForce {
    pub fn new(sha256: &str, source: &str, verified_at: Moment, generated: Moment) -> Self {
        Self { sha256: sha256.to_owned(), source: source.to_owned(), verified_at, generated }
    }
}

/// A list that waits for a person (TRU-10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub sha256: String,
    pub source: String,
    pub at: Moment,
    pub reason: String,
    pub(super) allow_older: bool,
}

/// The folder, and what its small files say.
pub(super) struct State {
    dir: PathBuf,
    in_force: Option<InForce>,
    held: Option<Held>,
    last: Option<Verdict>,
}

impl State {
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir.join("received"))?;
        let mut state = Self { dir: dir.to_owned(), in_force: None, held: None, last: None };
        state.in_force = state.small("in-force.json")?;
        state.held = state.small("held.json")?;
        state.last = state.index()?.pop();
        state.end_torn_line()?;
        Ok(state)
    }

    pub fn in_force(&self) -> Option<&InForce> {
        self.in_force.as_ref()
    }

    pub fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    pub fn last(&self) -> Option<&Verdict> {
        self.last.as_ref()
    }

    /// A file received earlier.
    pub fn bytes(&self, sha256: &str) -> io::Result<Vec<u8>> {
        fs::read(self.file(sha256))
    }

    /// Keeps a file and its verdict, and drops what has been kept long enough.
    ///
    /// Requirements: TRU-03.
    pub fn received(&mut self, bytes: &[u8], verdict: Verdict, now: Moment) -> io::Result<()> {
        let file = self.file(&verdict.sha256);
        let new = !file.exists();
        if new {
            replace(&file, bytes)?;
        }
        let mut line = serde_json::to_vec(&verdict)?;
        line.push(b'\n');
        let mut index = OpenOptions::new().create(true).append(true).open(self.dir.join("received/index.jsonl"))?;
        index.write_all(&line)?;
        index.sync_data()?;
        self.last = Some(verdict);
        if new { self.prune(now) } else { Ok(()) }
    }

    /// The list is in force from here on; whatever was held is overtaken, unless the same list was only verified again.
    pub fn install(&mut self, in_force: InForce) -> io::Result<()> {
        replace(&self.dir.join("in-force.json"), &serde_json::to_vec_pretty(&in_force)?)?;
        let another = self.in_force.as_ref().is_none_or(|old| old.sha256 != in_force.sha256);
        self.in_force = Some(in_force);
        if another && self.held.take().is_some() {
            fs::remove_file(self.dir.join("held.json"))?;
        }
        Ok(())
    }

    pub fn hold(&mut self, held: Held) -> io::Result<()> {
        replace(&self.dir.join("held.json"), &serde_json::to_vec_pretty(&held)?)?;
        self.held = Some(held);
        Ok(())
    }

    fn file(&self, sha256: &str) -> PathBuf {
        self.dir.join("received").join(format!("{sha256}.xml"))
    }

    fn small<T: for<'d> Deserialize<'d>>(&self, name: &str) -> io::Result<Option<T>> {
        match fs::read(self.dir.join(name)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// The receptions, oldest first. A line cut by a crash is left out.
    fn index(&self) -> io::Result<Vec<Verdict>> {
        match fs::read_to_string(self.dir.join("received/index.jsonl")) {
            Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    /// A line that a crash cut must not swallow the one that comes after it.
    fn end_torn_line(&self) -> io::Result<()> {
        let path = self.dir.join("received/index.jsonl");
        if fs::read(&path).is_ok_and(|bytes| bytes.last().is_some_and(|last| *last != b'\n')) {
            OpenOptions::new().append(true).open(path)?.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Requirements: TRU-03: 5 years; after 90 days, accepted files only.
    fn prune(&self, now: Moment) -> io::Result<()> {
        let mut seen: HashMap<String, (Moment, bool)> = HashMap::new();
        for verdict in self.index()? {
            let kept = seen.entry(verdict.sha256).or_insert((verdict.at, false));
            kept.0 = kept.0.max(verdict.at);
            kept.1 |= verdict.code == ACCEPTED;
        }
        let needed = [self.in_force.as_ref().map(|f| &f.sha256), self.held.as_ref().map(|h| &h.sha256)];
        for (sha256, (at, accepted)) in &seen {
            let most = if *accepted { KEEP } else { KEEP_REFUSED };
            if now.since(*at) > most && !needed.contains(&Some(sha256)) {
                match fs::remove_file(self.file(sha256)) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Writes beside, syncs, renames: the old content or the new, never a mixture.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}
