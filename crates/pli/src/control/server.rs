//! The running process answers commands on its control socket.
//!
//! The socket's mode (0600) is the whole of its access control: who can open it is the administrator.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{MAX_REQUEST, Request, Response, execute};
use crate::commands::Order;
use crate::failure::{Failure, Outcome};
use crate::node::Node;

/// The socket, removed when dropped.
pub struct Socket {
    listener: UnixListener,
    path: std::path::PathBuf,
}

impl Socket {
    /// Binds; a socket file left by a process that was killed is replaced (the folder's lock is ours already).
    pub fn bind(path: &Path) -> Outcome<Self> {
        let wrong = |error: std::io::Error| Failure::configuration(format!("{} : {error}", path.display()));
        // Bound beside, closed to others, then put in place: nobody else ever finds it open.
        let beside = path.with_extension("new");
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(wrong(error)),
            _ => {}
        }
        let short = ShortPath::of(&beside).map_err(wrong)?;
        let listener = UnixListener::bind(short.as_path()).map_err(wrong)?;
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600)).map_err(wrong)?;
        std::fs::rename(&beside, path).map_err(wrong)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers until `stop`.
    pub async fn answer(self, nodes: Vec<Node>, stop: CancellationToken) {
        let nodes = Arc::new(nodes);
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(conversation(stream, Arc::clone(&nodes)));
                }
                Err(error) => tracing::warn!(%error, "control socket"),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Best effort: the next start replaces it anyway.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn conversation(stream: UnixStream, nodes: Arc<Vec<Node>>) {
    let (reading, mut writing) = stream.into_split();
    let mut line = Vec::new();
    let mut reading = BufReader::new(reading.take(MAX_REQUEST as u64));
    while matches!(reading.read_until(b'\n', &mut line).await, Ok(read) if read > 0) {
        let response = Response::from(respond(&line, &nodes).await);
        let mut bytes = serde_json::to_vec(&response).unwrap_or_default();
        bytes.push(b'\n');
        if writing.write_all(&bytes).await.is_err() {
            return;
        }
        line.clear();
        reading.get_mut().set_limit(MAX_REQUEST as u64);
    }
}

async fn respond(line: &[u8], nodes: &[Node]) -> Outcome<Value> {
    let request: Request = serde_json::from_slice(line).map_err(|error| Failure::usage(format!("requête illisible : {error}")))?;
    if matches!(request.order, Order::Reload) {
        for node in nodes {
            node.reload().await?;
        }
        return Ok(serde_json::json!({"reloaded": nodes.len()}));
    }
    let operators: Vec<_> = nodes.iter().map(|node| node.operator.clone()).collect();
    execute(&operators, request).await
}

/// A Unix socket's path holds at most 107 bytes; a deeper state folder is reached through a descriptor of its folder.
pub(super) struct ShortPath {
    path: std::path::PathBuf,
    _dir: Option<std::fs::File>,
}

impl ShortPath {
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        use std::os::fd::AsRawFd;
        if path.as_os_str().len() <= 100 {
            return Ok(Self { path: path.to_owned(), _dir: None });
        }
        let parent = path.parent().unwrap_or(Path::new("."));
        let dir = std::fs::File::open(parent)?;
        let short = Path::new("/proc/self/fd").join(dir.as_raw_fd().to_string()).join(path.file_name().unwrap_or_default());
        Ok(Self { path: short, _dir: Some(dir) })
    }

    pub(super) fn as_path(&self) -> &Path {
        &self.path
    }
}
