//! CPU and memory of a server: its root processes and all their descendants, from `/proc`.

use std::fs;

/// Every process of the tree under `roots` (pids or pid files).
fn tree(roots: &[String]) -> Vec<u32> {
    let pid = |r: &String| r.parse().ok().or_else(|| fs::read_to_string(r).ok()?.split_whitespace().next()?.parse().ok());
    let mut found: Vec<u32> = roots.iter().filter_map(pid).collect();
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, stat(pid)?.get(1)?.parse().ok()?))
        })
        .collect();
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(parents.iter().filter(|(_, p)| *p == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found
}

/// Fields of `/proc/PID/stat` after the command's name: state, parent…
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// CPU seconds used so far, ended children included (100 ticks a second on Linux).
pub fn cpu_seconds(roots: &[String]) -> f64 {
    let ticks = |pid: u32| stat(pid).map_or(0.0, |f| f.iter().skip(11).take(4).filter_map(|t| t.parse::<f64>().ok()).sum());
    tree(roots).into_iter().map(ticks).sum::<f64>() / 100.0
}

/// Proportional set size, KiB.
pub fn pss_kib(roots: &[String]) -> f64 {
    let pss = |pid: u32| -> f64 {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        text.lines().find_map(|l| l.strip_prefix("Pss:")?.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0)
    };
    tree(roots).into_iter().map(pss).sum()
}
