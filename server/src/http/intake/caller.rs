//! Who is asking: the person behind the session or token, and the seat they act with.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::permission::{Action, Place, Rights};

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::people::directory::Register;
use crate::people::token::key_of;

/// The name of the session cookie.
pub const COOKIE: &str = "borrador_session";
/// The header that names the seat to act with.
pub const SEAT_HEADER: &str = "borrador-seat";

/// Somebody who is signed in, acting from one of their seats.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// With which seat.
    pub seat: SeatId,
    /// For which component.
    pub component: ComponentId,
    /// What that seat may do.
    pub rights: Rights,
    /// The directory as it was when the request came in.
    pub register: Arc<Register>,
    /// What they came in by, for what stays open after the request: the key of their session or token.
    pub login: Option<String>,
}

impl Caller {
    /// The caller of a request, or the reason why there is none.
    pub async fn of(req: &HttpRequest, app: &App) -> Result<Caller, Problem> {
        let wished = wished_seat(req)?;
        if let Some(token) = bearer(req) {
            let pass = app.pass_of_token(token).await?.ok_or(Refusal::SignInRequired)?;
            if wished.is_some_and(|seat| seat != pass.seat) {
                return Err(Refusal::NotAllowed("act for another seat with this token").into());
            }
            let login = Some(key_of(token));
            return Ok(Caller { login, ..Caller::seated(app, pass.seat)? });
        }
        let Some(cookie) = session_cookie(req) else { return Err(Refusal::SignInRequired.into()) };
        let Some(person) = app.person_of_session(cookie).await? else {
            let cleared =
                HeaderValue::from_static("borrador_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
            return Err(Problem::from(Refusal::SignInRequired).header(header::SET_COOKIE, cleared));
        };
        let seat = choose(&app.directory.register(), person, wished)?;
        Ok(Caller { login: Some(key_of(cookie)), ..Caller::seated(app, seat)? })
    }

    /// The caller who holds `seat`; nobody if it has ended.
    pub fn seated(app: &App, seat: SeatId) -> Result<Caller, Problem> {
        let register = app.directory.register();
        let held = register.seat(seat).filter(|seat| !seat.ended).ok_or(Refusal::SignInRequired)?;
        let (person, component, rights) = (held.person, held.component, held.rights());
        Ok(Caller { person, seat, component, rights, register, login: None })
    }

    /// May they do this there?
    pub fn may(&self, action: Action, place: &Place) -> bool {
        crdt::review::permission::may(&self.rights, action, place)
    }

    /// They may, or are told that their seat may not `what`.
    pub fn must(&self, action: Action, place: &Place, what: &'static str) -> Result<(), Refusal> {
        if self.may(action, place) { Ok(()) } else { Err(Refusal::NotAllowed(what)) }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let app = req.app_data::<web::Data<App>>().ok_or(Refusal::Stopping)?;
            let caller = Caller::of(&req, app).await?;
            req.extensions_mut().insert(caller.seat);
            Ok(caller)
        })
    }
}

/// The seat to act with: the wished one if it is the person's, else their first. Who holds none any more is told so, and which
/// they held: what was written with them may still be on their device.
pub fn choose(register: &Register, person: PersonId, wished: Option<SeatId>) -> Result<SeatId, Refusal> {
    let held = register.seats_of(person);
    let ended =
        || register.all_seats_of(person).into_iter().filter(|seat| seat.ended).map(|seat| seat.id).collect();
    match wished {
        Some(wished) if held.iter().any(|seat| seat.id == wished) => Ok(wished),
        Some(wished) if register.seat(wished).is_some_and(|seat| seat.person == person) => {
            Err(Refusal::SeatEnded(ended()))
        }
        Some(_) => Err(Refusal::NotAllowed("act for a seat that is not yours")),
        None => match held.first() {
            Some(first) => Ok(first.id),
            None if register.person(person).is_some() => Err(Refusal::SeatEnded(ended())),
            None => Err(Refusal::SignInRequired),
        },
    }
}

/// The session cookie, if the request has one.
pub fn session_cookie(req: &HttpRequest) -> Option<&str> {
    let lines = req.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The bearer token, if the request has one.
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let (scheme, token) = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The seat that the header names or, for requests on which a browser sets none, `?seat=`.
fn wished_seat(req: &HttpRequest) -> Result<Option<SeatId>, Refusal> {
    let wrong = |field| Refusal::field(field, "is the UUID of one of your seats");
    if let Some(value) = req.headers().get(SEAT_HEADER) {
        let seat = value.to_str().ok().and_then(|text| text.parse().ok());
        return seat.map(Some).ok_or_else(|| wrong("Borrador-Seat"));
    }
    let mut query = req.query_string().split('&').filter_map(|pair| pair.strip_prefix("seat="));
    query.next().map(|seat| seat.parse().map_err(|_| wrong("seat"))).transpose()
}
