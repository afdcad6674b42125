//! Stories in a real browser: Debian's chromium driven by the scripts of `tests/browser`, on a desk and on a phone, with and without
//! JavaScript. Each looks at every page it crosses with axe-core; none may have a violation.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::Demo;

/// Runs one script against a demo; what it says is shown when it fails.
pub fn tell(demo: &Demo, script: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(folder.join("node_modules/playwright-core").exists(), "the browser stories need `npm ci` in {}: ./dev test does it", folder.display());
    let told = Command::new("node").arg(folder.join(script)).arg(demo.dir()).current_dir(&folder).stdin(Stdio::null()).output();
    let told = told.expect("node runs");
    let words = format!("{}\n{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{script}\n{words}");
}
