//! One connection to the pages: HTTP over whatever `pli` accepted and, where it must, wrapped in TLS.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::keyboard::{From, PeerCertificate};

/// A request's head must come within this.
const HEAD: Duration = Duration::from_secs(10);
/// An answer under way may last this long once we stop.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves one connection until it ends or `stop`.
pub async fn connection<IO>(io: IO, from: SocketAddr, certificate: Option<Vec<u8>>, router: Router, stop: CancellationToken)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(From(from));
        if let Some(certificate) = &certificate {
            request.extensions_mut().insert(PeerCertificate(certificate.clone()));
        }
        router.clone().oneshot(request.map(Body::new))
    });
    let conversation = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(io), service);
    tokio::pin!(conversation);
    tokio::select! {
        // However a browser leaves, there is nobody to tell.
        _ = conversation.as_mut() => return,
        () = stop.cancelled() => conversation.as_mut().graceful_shutdown(),
    }
    if tokio::time::timeout(LAST_WORDS, conversation).await.is_err() {
        tracing::debug!("a connection to the pages was cut at the end");
    }
}
