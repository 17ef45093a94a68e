//! News of a paper as server-sent events: `thread`, `milestone`, `text`, `rights` and `procedure`.
//!
//! A stream tells only what its listener may see at that moment; it ends when that is nothing, and with the session it was
//! opened in. One that falls behind is closed: the browser connects again and reads what it shows anew.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use crdt::ids::{PaperId, SeatId, TextId};
use crdt::review::permission::{Action, Place};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::app::App;
use crate::app::news::{Event, Listening, What};
use crate::app::refusal::Refusal;
use crate::app::threads::{Kept, reads};
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::{papers, reviews, rights};

/// A sign of life this often keeps proxies from closing the stream, and ends streams of seats that lost their rights.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// What happens to a paper, as it happens. Browsers set no header on such a request: `?seat=` names the seat instead.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/events", tag = "events",
    params(("slug" = String, Path), ("seat" = Option<uuid::Uuid>, Query)),
    responses((status = 200, description = "text/event-stream")))]
pub async fn stream(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?.id;
    let limit = app.settings.limits.event_streams;
    let full = Refusal::TooMany { what: "event streams at once", retry_after_s: 30 };
    let (news, place) = app.news.listen(caller.person, limit).ok_or(full)?;
    let Caller { seat, login, .. } = caller;
    let greetings = vec!["retry: 2000\n\n".to_owned()].into_iter();
    let mut listener = Listener { app: app.clone(), paper, seat, login, news, _place: place, greetings };
    // A page that was kept on a device, or missed some news, must not believe in rights of yesterday.
    let rights = listener.told(What::Rights).await.map(|(name, data)| frame(name, &data));
    listener.greetings = listener.greetings.chain(rights).collect::<Vec<_>>().into_iter();
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(frames(listener)))
}

struct Listener {
    app: web::Data<App>,
    paper: PaperId,
    seat: SeatId,
    login: Option<String>,
    news: Receiver<Event>,
    _place: Listening,
    /// What is said before any news: how long to wait after a break, then the rights as they are.
    greetings: std::vec::IntoIter<String>,
}

fn frame(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn frames(listener: Listener) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    unfold(listener, |mut listener| async move {
        let frame = listener.next().await?;
        Some((Ok(Bytes::from(frame)), listener))
    })
}

impl Listener {
    /// The next frame; `None` when the stream ends.
    async fn next(&mut self) -> Option<String> {
        if let Some(greeting) = self.greetings.next() {
            return Some(greeting);
        }
        loop {
            let event = tokio::select! {
                event = self.news.recv() => event.ok()?,
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    return self.may_read().then(|| ": keep-alive\n\n".to_owned());
                }
            };
            let over = match &event.what {
                What::Stopping => true,
                What::LoginEnded(login) => self.login.as_deref() == Some(&**login),
                _ => !self.may_read(),
            };
            if over {
                return None;
            }
            if event.paper != self.paper {
                continue;
            }
            if let Some((name, data)) = self.told(event.what).await {
                return Some(frame(name, &data));
            }
        }
    }

    fn may_read(&self) -> bool {
        let place = Place { paper: Some(self.paper), ..Place::default() };
        self.app.directory.register().may(self.seat, Action::Read, &place)
    }

    async fn told(&self, what: What) -> Option<(&'static str, Value)> {
        let register = self.app.directory.register();
        match what {
            What::Thread(thread, version) => {
                reads(&register, self.app.clock.now(), self.seat, &thread).then(|| {
                    let kept = Kept { thread, version };
                    ("thread", json!({ "thread": reviews::view(&register, self.seat, &kept) }))
                })
            }
            What::Milestone(sealed) => Some(("milestone", json!({ "id": sealed.id, "name": sealed.name }))),
            What::Text(text) => self.text(text).await.map(|data| ("text", data)),
            What::Rights => {
                let paper = register.paper(self.paper)?;
                Some(("rights", json!(rights::view(&register, self.seat, paper))))
            }
            What::Procedure { topic, within } => within
                .is_none_or(|component| {
                    register.seat(self.seat).is_some_and(|seat| seat.component == component)
                })
                .then(|| ("procedure", json!({ "topic": topic }))),
            What::LoginEnded(_) | What::Stopping => None,
        }
    }

    async fn text(&self, text: TextId) -> Option<Value> {
        match self.app.text_state(text).await {
            Ok(state) => Some(json!({
                "text": text,
                "title": state.summary.title,
                "numbered": state.summary.numbered,
                "notes": state.apparatus.notes,
                "characters": state.summary.characters,
                "heads": state.heads,
            })),
            Err(refusal) => {
                tracing::warn!(%text, %refusal, "could not tell about a text");
                None
            }
        }
    }
}
