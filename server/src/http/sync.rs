//! The door to the live path: `GET /sync` becomes a WebSocket that speaks for one seat.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::SeatId;
use serde::Deserialize;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::caller::{self, choose, session_cookie};
use crate::http::intake::gate::is_own_page;
use crate::live::{Live, socket};
use crate::people::token::key_of;

/// What stands in the address.
#[derive(Deserialize)]
pub struct Door {
    seat: Option<String>,
    ticket: Option<String>,
}

/// Open a socket. A browser comes with its cookie and from our own page; a program with a bearer token; whoever can set
/// neither, with a ticket.
#[utoipa::path(get, path = "/sync", tag = "sync",
    params(("seat" = Option<uuid::Uuid>, Query), ("ticket" = Option<String>, Query)),
    responses((status = 101, description = "The automerge-repo protocol"), (status = 401), (status = 403)))]
pub async fn open(
    req: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
    live: web::Data<Live>,
    door: web::Query<Door>,
) -> Result<HttpResponse, Problem> {
    let (seat, login) = speaker(&req, &app, &door).await?;
    socket::open(req, payload, live, seat, login).await.map_err(|_| {
        Problem::new("request_invalid", "this address is for WebSockets; send an upgrade request")
    })
}

/// The seat that the socket speaks for, and the login that it ends with. A ticket opens one door for an hour; who is in stays.
async fn speaker(req: &HttpRequest, app: &App, door: &Door) -> Result<(SeatId, Option<String>), Problem> {
    let unknown = || Refusal::field("seat", "is the UUID of one of your seats");
    let wished: Option<SeatId> =
        door.seat.as_deref().map(|text| text.parse().map_err(|_| unknown())).transpose()?;
    let pass = match (&door.ticket, caller::bearer(req)) {
        (Some(ticket), _) => Some((app.pass_of_ticket(ticket).await?, None)),
        (None, Some(token)) => Some((app.pass_of_token(token).await?, Some(key_of(token)))),
        (None, None) => None,
    };
    let register = app.directory.register();
    if let Some((pass, login)) = pass {
        let pass = pass.ok_or(Refusal::SignInRequired)?;
        if wished.is_some_and(|wished| wished != pass.seat) {
            return Err(Refusal::NotAllowed("speak for a seat it was not made for").into());
        }
        let held = register.seat(pass.seat).is_some_and(|seat| !seat.ended);
        return if held { Ok((pass.seat, login)) } else { Err(Refusal::SignInRequired.into()) };
    }
    let cookie = session_cookie(req).ok_or(Refusal::SignInRequired)?;
    // Browsers send cookies from any page that opens a socket, and always say which page that is.
    if !req.headers().contains_key(header::ORIGIN) || !is_own_page(req.headers(), &app.settings) {
        return Err(Refusal::CrossSite.into());
    }
    let person = app.person_of_session(cookie).await?.ok_or(Refusal::SignInRequired)?;
    let seat = match (choose(&register, person, wished), wished) {
        // A browser does not tell its page why a socket does not open. This one opens, and closes at once with its reason.
        (Err(Refusal::SeatEnded(_)), Some(ended)) => ended,
        (chosen, _) => chosen?,
    };
    Ok((seat, Some(key_of(cookie))))
}
