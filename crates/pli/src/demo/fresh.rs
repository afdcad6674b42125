//! `--fresh`: a demo begins anew. Erases what a demo made and nothing else: a folder that is not a demo's is refused.

use std::path::Path;

use crate::config::{Config, FILE_NAME, Store};
use crate::failure::{Failure, Outcome};
use crate::state::{DEMO_OPERATORS, StateDir};

/// Everything a demo writes in its folder.
const FILES: [&str; 7] = ["demo.json", "demo.json.new", "clock", "clock.new", "instance", "log", "control.sock"];

/// Empties the folder of an earlier demo, its schemas included.
pub async fn wipe(state: &StateDir) -> Outcome<()> {
    if !state.root().exists() {
        return Ok(());
    }
    if state.join(FILE_NAME).exists() {
        let why = "c'est le dossier d'un serveur, pas d'une démonstration : --fresh ne l'efface pas";
        return Err(Failure::usage(format!("{} : {why}", state.root().display())));
    }
    let _lock = state.lock()?;
    for operator in DEMO_OPERATORS {
        let dir = state.join(operator);
        erase_store(&dir.join(FILE_NAME)).await?;
        remove(&dir)?;
    }
    remove(&state.join("pki"))?;
    remove(&state.join("try"))?;
    FILES.iter().try_for_each(|file| remove(&state.join(file)))
}

/// A schema outlives its folder unless it is dropped; a configuration that can no longer be read has nothing to drop.
async fn erase_store(config: &Path) -> Outcome<()> {
    let Ok(Config { store: Store::Postgres { url, schema, .. }, .. }) = Config::read(config) else { return Ok(()) };
    store::Engine::Postgres { url, schema }.erase().await.map_err(Failure::from)
}

fn remove(path: &Path) -> Outcome<()> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::configuration(format!("{} : {error}", path.display()))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_folder_of_a_server_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), "").unwrap();
        std::fs::create_dir(dir.path().join("operator")).unwrap();
        let refused = wipe(&StateDir::at(dir.path())).await.unwrap_err();
        assert!(matches!(refused, Failure::Usage { .. }), "{refused}");
        assert!(dir.path().join("operator").exists());
    }

    #[tokio::test]
    async fn what_a_demo_made_is_gone_and_what_others_put_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        for made in ["operator", "peer", "pki"] {
            std::fs::create_dir(dir.path().join(made)).unwrap();
            std::fs::write(dir.path().join(made).join("file"), "x").unwrap();
        }
        std::fs::write(dir.path().join("clock"), "12").unwrap();
        std::fs::write(dir.path().join("mine.txt"), "keep").unwrap();
        wipe(&StateDir::at(dir.path())).await.unwrap();
        let mut left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["lock", "mine.txt"]);
    }
}
