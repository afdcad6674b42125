//! The state folder: which operators it holds, who may write in it now, how far the sandbox's clock was moved.
//!
//! ```text
//! DIR/pli.toml                 a server's only operator, or, in a demo:
//! DIR/operator/pli.toml        pli.mssante.test
//! DIR/peer/pli.toml            voisin.mssante.test
//! DIR/pki/…  DIR/demo.json     demo only
//! DIR/control.sock  DIR/lock  DIR/log  DIR/clock
//! ```
//! One process at a time writes in it: the one that holds the lock (decision: one clock, one writer, the control socket).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::config::{Config, FILE_NAME};
use crate::failure::{Failure, Outcome};

/// Folders of the operators of a demo, in the order in which an address-less command picks one.
pub const DEMO_OPERATORS: [&str; 2] = ["operator", "peer"];

/// A state folder. Nothing is opened by naming it.
#[derive(Clone, Debug)]
pub struct StateDir {
    root: PathBuf,
}

impl StateDir {
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub fn socket(&self) -> PathBuf {
        self.join("control.sock")
    }

    /// Configurations of every operator here: one for a server, several for a demo.
    pub fn configs(&self) -> Outcome<Vec<Config>> {
        let single = self.join(FILE_NAME);
        if single.exists() {
            return Ok(vec![Config::read(&single)?]);
        }
        let files = DEMO_OPERATORS.iter().map(|name| self.root.join(name).join(FILE_NAME)).filter(|file| file.exists());
        let configs: Vec<Config> = files.map(|file| Config::read(&file).map_err(Failure::from)).collect::<Outcome<_>>()?;
        if configs.is_empty() {
            let help = "lancez « pli demo » d'abord, ou indiquez le dossier avec --dir";
            return Err(Failure::configuration(format!("{} : aucune configuration {FILE_NAME} ici ; {help}", self.root.display())));
        }
        Ok(configs)
    }

    /// Takes the folder for this process, or says who has it.
    pub fn lock(&self) -> Outcome<Lock> {
        let path = self.join("lock");
        let wrong = |error: std::io::Error| Failure::configuration(format!("{} : {error}", path.display()));
        let mut file = private().read(true).open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)
                    .and_then(|()| file.seek(SeekFrom::Start(0)))
                    .and_then(|_| write!(file, "{}", std::process::id()))
                    .map_err(wrong)?;
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The number only makes the sentence more helpful.
                let _ = file.read_to_string(&mut holder);
                Err(Failure::refused("OCCUPE", format!("{} est déjà tenu par un processus pli (pid {holder})", self.root.display())))
            }
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }

    /// Microseconds by which a demo's clock was moved; zero when it never was.
    pub fn clock_offset(&self) -> i64 {
        std::fs::read_to_string(self.join("clock")).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    pub fn keep_clock_offset(&self, micros: i64) -> std::io::Result<()> {
        write_whole(&self.join("clock"), micros.to_string().as_bytes())
    }
}

/// The right to write in a state folder; given back when dropped, or when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// A file that only its owner reads: keys, secrets, sockets' neighbours.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

/// Writes a file so that nobody ever reads half of it: beside it, synced, then renamed over.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = private().truncate(true).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::at(dir.path());
        let held = state.lock().unwrap();
        let refused = state.lock().unwrap_err();
        assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
        drop(held);
        state.lock().unwrap();
    }

    #[test]
    fn an_empty_folder_has_no_operator_and_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let failure = StateDir::at(dir.path()).configs().unwrap_err();
        assert!(matches!(&failure, Failure::Configuration { rendered } if rendered.contains("pli demo")), "{failure}");
    }

    #[test]
    fn the_clock_of_a_demo_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::at(dir.path());
        assert_eq!(state.clock_offset(), 0);
        state.keep_clock_offset(86_400_000_000).unwrap();
        assert_eq!(state.clock_offset(), 86_400_000_000);
    }
}
