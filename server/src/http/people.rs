//! People: who I am, who is there, signing in and out.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::SeatId;
use crdt::moment::Moment;
use crdt::review::permission::{Action, Grant, Place, Scope, Standing};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::invitations::Arriving;
use crate::app::refusal::Refusal;
use crate::app::words;
use crate::export::labels;
use crate::http::components::{ComponentView, component_view};
use crate::http::error::Problem;
use crate::http::intake::address;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::{COOKIE, Caller, choose, session_cookie};
use crate::http::intake::paging::Page;
use crate::people::account::{Person, Session};
use crate::people::directory::Register;
use crate::people::seat::Seat;

/// The person who asks, and the service they ask.
#[derive(Serialize, ToSchema)]
pub struct MeView {
    person: PersonView,
    seats: Vec<MySeatView>,
    /// Seats that the person held: what was written with them may still be on a device.
    ended_seats: Vec<Uuid>,
    service: ServiceView,
}

/// A person, to themself.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    id: Uuid,
    name: String,
    email: String,
    initials: String,
}

/// A seat, to who holds it.
#[derive(Serialize, ToSchema)]
pub struct MySeatView {
    id: Uuid,
    component: ComponentView,
    #[schema(value_type = String, example = "focal_point")]
    function: crdt::review::permission::Function,
    hue: u8,
    grants: Vec<GrantView>,
}

/// What a seat may do beyond its function.
#[derive(Serialize, ToSchema)]
pub struct GrantView {
    #[schema(example = "paper")]
    scope: &'static str,
    id: Option<Uuid>,
    #[schema(value_type = String, example = "pen")]
    role: crdt::review::permission::Role,
}

/// The service.
#[derive(Serialize, ToSchema)]
pub struct ServiceView {
    version: &'static str,
    demo: bool,
    #[schema(value_type = String, format = DateTime)]
    now: Moment,
    languages: Vec<&'static str>,
}

/// A person, to others.
#[derive(Serialize, ToSchema)]
pub struct ColleagueView {
    id: Uuid,
    name: String,
    initials: String,
    /// Only for who keeps the people.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Only for who keeps the people: the language of letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// For `If-Match` when their name or address is changed.
    version: u64,
    seats: Vec<SeatView>,
}

/// A seat, to others.
#[derive(Serialize, ToSchema)]
pub struct SeatView {
    id: Uuid,
    component_id: Uuid,
    #[schema(value_type = String, example = "deputy")]
    function: crdt::review::permission::Function,
    /// `admin` or `secretariat` of the service, if it is that.
    #[schema(value_type = Option<String>, example = "secretariat")]
    role: Option<crdt::review::permission::Role>,
    /// Nobody holds it any more. Only who keeps the people is shown such seats.
    ended: bool,
    /// For `If-Match` when its rights are changed.
    version: u64,
}

/// What the sign-in page posts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// What stands behind the # of a sign-in link.
    token: String,
    /// The address an invitation was sent to: asked for (409 `invitation_for_another`) when somebody else is signed in.
    #[serde(default)]
    email: Option<String>,
}
impl Incoming for SignIn {}

/// Who asks for a way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterFor {
    /// The address of their account.
    email: String,
}
impl Incoming for LetterFor {}

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
impl Incoming for Nothing {}

/// For which seat a ticket is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketFor {
    /// One of the caller's seats; without it, the one the request acts with.
    #[serde(default)]
    seat: Option<Uuid>,
}
impl Incoming for TicketFor {}

/// Sign in with a link's token; answers with a session cookie.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "people", request_body = SignIn,
    responses((status = 200, body = MeView), (status = 409, description = "Somebody else is signed in: say which address the invitation was sent to"),
    (status = 410, description = "The link was used or withdrawn, or is too old")))]
pub async fn sign_in(
    req: HttpRequest,
    app: web::Data<App>,
    body: Body<SignIn>,
) -> Result<HttpResponse, Problem> {
    let from = address::client(&req, &app.settings.trusted_proxies);
    let old = session_cookie(&req);
    let signed_in = match old {
        Some(old) => app.person_of_session(old).await?,
        None => None,
    };
    let SignIn { token, email } = body.value;
    let (session, person) = app.sign_in(&token, &Arriving { from, signed_in, email }).await?;
    if let Some(old) = old {
        app.sign_out(old).await?;
    }
    let seat = choose(&app.directory.register(), person, None)?;
    let me = me_view(&app, &Caller::seated(&app, seat)?)?;
    Ok(HttpResponse::Ok().insert_header((header::SET_COOKIE, cookie(&app, session.reveal())?)).json(me))
}

fn cookie(app: &App, value: &str) -> Result<HeaderValue, Problem> {
    let secure = if app.settings.is_https() { "; Secure" } else { "" };
    let age_s = Session::WHOLE.as_secs();
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}{secure}");
    HeaderValue::from_str(&cookie).map_err(|error| Refusal::Fault(format!("session cookie: {error}")).into())
}

/// End this session. Who holds no seat any more may leave too.
#[utoipa::path(post, path = "/api/v1/sign-out", tag = "people", request_body = Nothing, responses((status = 204)))]
pub async fn sign_out(
    req: HttpRequest,
    app: web::Data<App>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    match Caller::of(&req, &app).await {
        Err(problem) if problem.code() != "seat_ended" => return Err(problem),
        _ => {}
    }
    if let Some(session) = session_cookie(&req) {
        app.sign_out(session).await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, gone)).finish())
}

/// Ask for a sign-in link by mail. The answer is the same whoever is here.
#[utoipa::path(post, path = "/api/v1/sign-in-letters", tag = "people", request_body = LetterFor,
    responses((status = 202), (status = 404, description = "This service writes no letters"), (status = 429, description = "Too many")))]
pub async fn ask_for_letter(
    req: HttpRequest,
    app: web::Data<App>,
    body: Body<LetterFor>,
) -> Result<HttpResponse, Problem> {
    if !app.mail.is_on() {
        return Err(Refusal::NotFound.into());
    }
    app.admits_sign_in(address::client(&req, &app.settings.trusted_proxies))?;
    app.into_inner().ask_for_way_in(words::email("email", &body.value.email)?);
    Ok(HttpResponse::Accepted().finish())
}

/// Make a link with which the caller signs in on another device.
#[utoipa::path(post, path = "/api/v1/sign-in-links", tag = "people", request_body = Nothing, responses((status = 201)))]
pub async fn make_link(
    app: web::Data<App>,
    caller: Caller,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let link = app.make_link(caller.person).await?;
    Ok(HttpResponse::Created().json(link))
}

/// Make a ticket for a socket that can set neither cookie nor header. It works for an hour.
#[utoipa::path(post, path = "/api/v1/sync-tickets", tag = "people", request_body = TicketFor, responses((status = 201)))]
pub async fn make_ticket(
    app: web::Data<App>,
    caller: Caller,
    body: Body<TicketFor>,
) -> Result<HttpResponse, Problem> {
    let seat = match body.value.seat {
        Some(wished) => choose(&caller.register, caller.person, Some(SeatId(wished)))?,
        None => caller.seat,
    };
    let made = app.make_ticket(seat).await?;
    Ok(HttpResponse::Created().json(json!({ "ticket": made.secret.reveal(), "expires_at": made.expires })))
}

/// The caller, their seats, and the service.
#[utoipa::path(get, path = "/api/v1/me", tag = "people", responses((status = 200, body = MeView)))]
pub async fn me(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(me_view(&app, &caller)?))
}

/// The people and their seats.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = [ColleagueView])))]
pub async fn people(caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let register = &caller.register;
    let keeps = caller.may(Action::EndSeat, &Place::default());
    let (people, next) = page.of(register.people(), |person| person.id.to_string())?;
    let people: Vec<ColleagueView> =
        people.into_iter().map(|person| colleague_view(register, person, keeps)).collect();
    Ok(HttpResponse::Ok().json(json!({ "people": people, "next": next })))
}

/// A person, to others; with address and ended seats to who keeps the people.
pub fn colleague_view(register: &Register, person: &Person, keeps: bool) -> ColleagueView {
    ColleagueView {
        id: person.id.0,
        name: person.name.clone(),
        initials: person.initials.clone(),
        email: keeps.then(|| person.email.clone()),
        language: keeps.then(|| person.language.clone()),
        version: person.version,
        seats: register
            .all_seats_of(person.id)
            .into_iter()
            .filter(|seat| keeps || !seat.ended)
            .map(seat_view)
            .collect(),
    }
}

fn me_view(app: &App, caller: &Caller) -> Result<MeView, Problem> {
    let register = &caller.register;
    let person = register.person(caller.person).ok_or(Refusal::SignInRequired)?;
    let seats = register
        .seats_of(caller.person)
        .into_iter()
        .filter_map(|seat| my_seat_view(register, seat))
        .collect();
    Ok(MeView {
        person: PersonView {
            id: person.id.0,
            name: person.name.clone(),
            email: person.email.clone(),
            initials: person.initials.clone(),
        },
        seats,
        ended_seats: register
            .all_seats_of(caller.person)
            .into_iter()
            .filter(|seat| seat.ended)
            .map(|seat| seat.id.0)
            .collect(),
        service: ServiceView {
            version: env!("CARGO_PKG_VERSION"),
            demo: app.settings.demo,
            now: app.clock.now(),
            languages: labels::languages().collect(),
        },
    })
}

fn my_seat_view(register: &Register, seat: &Seat) -> Option<MySeatView> {
    let component = register.component(seat.component)?;
    Some(MySeatView {
        id: seat.id.0,
        hue: component.hue,
        component: component_view(component),
        function: seat.function,
        grants: seat.grants.iter().map(grant_view).collect(),
    })
}

fn grant_view(grant: &Grant) -> GrantView {
    let (scope, id) = match grant.scope {
        Scope::Service => ("service", None),
        Scope::Paper(id) => ("paper", Some(id.0)),
        Scope::Chapter(id) => ("chapter", Some(id.0)),
    };
    GrantView { scope, id, role: grant.role }
}

/// A seat, to others.
pub fn seat_view(seat: &Seat) -> SeatView {
    SeatView {
        id: seat.id.0,
        component_id: seat.component.0,
        function: seat.function,
        role: Standing::of(&seat.rights()).role(),
        ended: seat.ended,
        version: seat.version,
    }
}
