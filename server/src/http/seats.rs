//! Seats and who holds them, as their keepers change them: a further hat, what a hat does, who somebody is, a new way in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::permission::{Action, Function, Place, Role};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::people::{NewSeat, PersonWords, SeatWords};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::people::{ColleagueView, Nothing, SeatView, colleague_view, seat_view};

/// A further hat for somebody who is here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeatBody {
    person: Uuid,
    component: Uuid,
    #[schema(value_type = String, example = "deputy")]
    function: Function,
    /// `admin` or `secretariat` of the service, if it is that.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "secretariat")]
    role: Option<Role>,
}
impl Incoming for NewSeatBody {}

/// What a seat does from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatBody {
    #[schema(value_type = String, example = "focal_point")]
    function: Function,
    /// `admin` or `secretariat` of the service, if it is that.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "secretariat")]
    role: Option<Role>,
    /// Its holder acts with it unless they choose another hat.
    first: bool,
}
impl Incoming for SeatBody {}

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// 1 to 120 characters.
    name: String,
    email: String,
    /// The language of letters to them: "es".
    language: String,
}
impl Incoming for PersonBody {}

impl PersonBody {
    /// As the acts take it.
    pub fn words(self) -> PersonWords {
        let PersonBody { name, email, language } = self;
        PersonWords { name, email, language }
    }
}

/// Give somebody who is here a further seat.
#[utoipa::path(post, path = "/api/v1/seats", tag = "people", request_body = NewSeatBody,
    responses((status = 201, body = SeatView), (status = 409, description = "They sit there already, or the component is closed")))]
pub async fn give(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewSeatBody>,
) -> Result<HttpResponse, Problem> {
    caller.must(Action::InvitePeople, &Place::default(), "give seats")?;
    let NewSeatBody { person, component, function, role } = body.value;
    let new = NewSeat { person: PersonId(person), component: ComponentId(component), function, role };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let seat = app.give_seat(caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(seat_now(&app, seat)?)))
    })
    .await
}

/// Change what a seat does.
#[utoipa::path(put, path = "/api/v1/seats/{id}", tag = "people", params(("id" = Uuid, Path)), request_body = SeatBody,
    responses((status = 200, body = SeatView), (status = 412, description = "Somebody else was first")))]
pub async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<SeatBody>,
) -> Result<HttpResponse, Problem> {
    let seat: SeatId = id.parse().map_err(|_| Refusal::NotFound)?;
    let SeatBody { function, role, first } = body.value;
    app.change_seat(caller.seat, seat, expected_version(&req)?, SeatWords { function, role, first }).await?;
    Ok(HttpResponse::Ok().json(seat_now(&app, seat)?))
}

/// Change who somebody is: their name, address, language.
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "people", params(("id" = Uuid, Path)), request_body = PersonBody,
    responses((status = 200, body = ColleagueView), (status = 412, description = "Somebody else was first")))]
pub async fn change_person(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<PersonBody>,
) -> Result<HttpResponse, Problem> {
    let id: PersonId = id.parse().map_err(|_| Refusal::NotFound)?;
    app.change_person(caller.seat, id, expected_version(&req)?, body.value.words()).await?;
    let register = app.directory.register();
    let person = register.person(id).ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(colleague_view(&register, person, true)))
}

/// Make a sign-in link for somebody who has lost theirs. Whoever has it is that person, so it is on record who made it.
#[utoipa::path(post, path = "/api/v1/people/{id}/sign-in-links", tag = "people", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 201)))]
pub async fn make_link(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let id: PersonId = id.parse().map_err(|_| Refusal::NotFound)?;
    Ok(HttpResponse::Created().json(app.make_link_for(caller.seat, id).await?))
}

fn seat_now(app: &App, seat: SeatId) -> Result<SeatView, Refusal> {
    app.directory.register().seat(seat).map(seat_view).ok_or(Refusal::NotFound)
}
