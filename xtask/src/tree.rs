//! The files of the repository, read once. Build output, states of demos and hidden folders are not part of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::source::Source;

/// Folders that hold no source.
const SKIPPED: [&str; 6] = ["target", "pli-demo", ".git", "node_modules", "corpus", "artifacts"];
/// Files larger than this are data, not text of ours.
const MAX_TEXT: u64 = 4 << 20;

/// Every text file with its path from the root, `/` as separator.
pub struct Tree {
    pub root: PathBuf,
    pub files: Vec<File>,
}

pub struct File {
    pub path: String,
    pub text: String,
}

impl Tree {
    /// Reads the workspace that this xtask belongs to.
    pub fn read() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask has no parent folder")?.to_path_buf();
        let mut files = Vec::new();
        collect(&root, &root, &mut files).map_err(|fault| format!("{}: {fault}", root.display()))?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root, files })
    }

    /// Rust files of the workspace.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

impl File {
    /// The crate it belongs to: `crates/NAME/…`.
    pub fn krate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/").and_then(|rest| rest.split('/').next())
    }

    /// Part of a crate's own code, not of its tests, benches or examples.
    pub fn is_code(&self) -> bool {
        self.path.ends_with(".rs") && self.path.starts_with("crates/") && self.path.split('/').nth(2) == Some("src") && !self.is_test()
    }

    /// A file that holds nothing but tests.
    pub fn is_test(&self) -> bool {
        let mut folders: Vec<&str> = self.path.split('/').collect();
        let name = folders.pop().unwrap_or_default();
        folders.iter().any(|folder| matches!(*folder, "tests" | "benches" | "fuzz")) || name == "tests.rs" || name.ends_with("_tests.rs")
    }

    pub fn source(&self) -> Source {
        Source::read(&self.text)
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
            collect(root, &entry.path(), files)?;
        } else if kind.is_file() && entry.metadata()?.len() <= MAX_TEXT {
            let path = entry.path();
            // What is not UTF-8 is data (golden messages, certificates): no rule of ours reads it.
            if let (Ok(text), Ok(local)) = (fs::read_to_string(&path), path.strip_prefix(root)) {
                files.push(File { path: local.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    Ok(())
}
