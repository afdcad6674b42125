//! What a page that is open is told: a letter came, something moved, or the right is over. It never tells what a letter says.
//!
//! Requirements: PSC-37 (a page that waits is no activity), PSC-39, LPS-31, DEL-08: within five seconds of its end a right shows nothing any more.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use rules::access::Access;
use rules::{Channel, Refusal};
use store::feed::Subscription;

use crate::App;
use crate::frame::{Fault, Words};
use crate::keyboard::{Member, Watching};

/// A right or a session that ends by itself is seen within this.
const LOOK: Duration = Duration::from_secs(3);
/// Changes that come together are told together.
const TOGETHER: Duration = Duration::from_millis(150);

struct Watch {
    app: App,
    w: Words,
    member: Member,
    access: Access,
    changes: Subscription,
    /// The next UID of the inbox when it was last looked at.
    uid_next: u32,
    /// Events to tell before waiting again.
    ready: Vec<Event>,
    over: bool,
}

/// `GET /boites/{address}/lettres/direct`
pub(super) async fn stream(
    State(app): State<App>,
    w: Words,
    Watching(signed): Watching,
    Path(address): Path<String>,
) -> Result<Response, Fault> {
    let member = Member::of(&app, signed, "/boites".to_owned()).await?;
    let access = super::enter(&app, &member, &address).await?;
    let changes = app.store.feed().subscribe(access.mailbox());
    let uid_next = app.store.folder(&access, "INBOX").await?.uid_next;
    let watch = Watch { app, w, member, access, changes, uid_next, ready: vec![Event::default().event("ouvert").data("1")], over: false };
    Ok(Sse::new(events(watch)).keep_alive(KeepAlive::new().interval(Duration::from_secs(25))).into_response())
}

fn events(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, |mut watch| async move {
        loop {
            if !watch.ready.is_empty() {
                let event = watch.ready.remove(0);
                return Some((Ok(event), watch));
            }
            if watch.over {
                return None;
            }
            watch.wait().await;
        }
    })
}

impl Watch {
    /// Waits for a change or for the next look, and says what is to be told.
    async fn wait(&mut self) {
        let moved = tokio::select! {
            () = self.changes.changed() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        if moved {
            tokio::time::sleep(TOGETHER).await;
        }
        match self.look(moved).await {
            Ok(()) => {}
            Err(store::Error::Refused(refusal)) => self.end(&self.w.refusal(&refusal)),
            Err(error) => {
                tracing::debug!(%error, "a page that waits is left to ask again");
                self.over = true;
            }
        }
    }

    async fn look(&mut self, moved: bool) -> store::Result<()> {
        let now = self.app.clock.now();
        if self.app.store.web_session(&self.member.signed.cookie, false, now).await?.is_none() {
            return Err(Refusal::SessionEnded.into());
        }
        if let Some(renewed) = self.app.store.recheck(&self.access, Channel::Webmail, now).await? {
            self.access = renewed;
        }
        if !moved {
            return Ok(());
        }
        let inbox = self.app.store.folder(&self.access, "INBOX").await?;
        let came = inbox.uid_next.saturating_sub(self.uid_next);
        self.uid_next = inbox.uid_next;
        self.ready.push(Event::default().event("change").data("1"));
        if came > 0 {
            let text = if came == 1 { self.w.one_letter_came() } else { self.w.letters_came(came) };
            self.ready.push(Event::default().event("arrivee").data(text));
        }
        Ok(())
    }

    /// Says why, once, in the words of the refusal; then nothing more.
    fn end(&mut self, why: &str) {
        self.over = true;
        let text = format!(
            "<section class=\"column fault\" role=\"alert\"><h1>{}</h1><p class=\"why\">{}</p><p class=\"actions\"><a class=\"button primary\" href=\"/boites\">{}</a></p></section>",
            self.w.right_over(),
            why.replace('&', "&amp;").replace('<', "&lt;"),
            self.w.go_home()
        );
        self.ready.push(Event::default().event("fin").data(text));
        self.ready.push(Event::default().event("termine").data("1"));
    }
}
