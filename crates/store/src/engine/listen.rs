//! LISTEN on PostgreSQL: what other nodes changed wakes the sessions of this one.
//!
//! The connection is made again when it breaks; meanwhile every session looks again each 2 s, and caches of rights are not believed. Words are written by `postgres` (rights) and `notify` (the rest).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use rules::mailbox::MailboxId;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::tx::Effects;
use crate::context::Context;
use crate::{Error, Result};

/// Rights of the mailbox that follows have moved.
pub(super) const MOVED: &str = "r";
/// Messages, flags or folders of the mailbox that follows have changed.
pub(super) const WOKEN: &str = "m";
/// The session whose mark follows is over.
pub(super) const OVER: &str = "s";
/// Events wait for webhooks.
pub(super) const WEBHOOKS: &str = "w";
/// The queue has new rows.
pub(super) const QUEUE: &str = "q";

const FALLBACK: Duration = Duration::from_secs(2);
/// Everybody looks again this often: a node that died may have left one unsaid.
const LOOK: Duration = Duration::from_secs(60);

/// The task that listens.
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    /// Returns when the first connection listens: nothing that commits afterwards is missed.
    pub(super) async fn start(
        config: Config,
        channel: String,
        node: String,
        context: Arc<Context>,
        connected: Arc<AtomicBool>,
    ) -> Result<Self> {
        let (ready, first) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut ready = Some(ready);
            loop {
                let heard = listen(&config, &channel, &node, &context, &connected, &mut ready).await;
                connected.store(false, Ordering::Release);
                // Lost sight of the others: what was remembered may be old, and whatever they did has to be looked for.
                context.forget();
                if let Err(error) = heard {
                    tracing::warn!(%error, "the connection that listens for changes is lost; looking every 2 s");
                }
                tokio::time::sleep(FALLBACK).await;
            }
        });
        first.await.map_err(|_| Error::Internal("PostgreSQL: cannot listen".to_owned()))?;
        Ok(Self(task))
    }

    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(
    config: &Config,
    channel: &str,
    node: &str,
    context: &Context,
    connected: &AtomicBool,
    ready: &mut Option<oneshot::Sender<()>>,
) -> std::result::Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
    let statement = format!("LISTEN {channel}");
    let mut asked = std::pin::pin!(client.batch_execute(&statement));
    loop {
        tokio::select! {
            done = &mut asked => { done?; break }
            message = messages.next() => { if message.transpose()?.is_none() { return Ok(()) } }
        }
    }
    // Between the loss and this moment others may have changed anything.
    context.forget();
    connected.store(true, Ordering::Release);
    if let Some(ready) = ready.take() {
        let _ = ready.send(());
    }
    let mut look = tokio::time::interval(LOOK);
    look.tick().await;
    loop {
        tokio::select! {
            message = messages.next() => match message.transpose()? {
                Some(AsyncMessage::Notification(notification)) => hear(notification.payload(), node, context),
                Some(_) => {}
                None => return Ok(()),
            },
            _ = look.tick() => context.feed.rouse_all(),
        }
    }
}

/// One notification, `node word word…`. Our own were told at the commit.
fn hear(payload: &str, node: &str, context: &Context) {
    let mut words = payload.split(' ');
    if words.next() == Some(node) {
        return;
    }
    let mut effects = Effects::default();
    for word in words {
        if word == QUEUE {
            effects.queue = true;
        } else if word == WEBHOOKS {
            effects.webhooks = true;
        } else if let Some(mark) = word.strip_prefix(OVER) {
            effects.over.push(mark.to_owned());
        } else if let Some(id) = word.strip_prefix(MOVED).and_then(|id| id.parse().ok()) {
            // The number of the revision is not carried: on PostgreSQL it is asked for, not remembered.
            effects.moved.push((MailboxId(id), 0));
        } else if let Some(id) = word.strip_prefix(WOKEN).and_then(|id| id.parse().ok()) {
            effects.woken.push(MailboxId(id));
        }
    }
    context.tell(effects);
}
