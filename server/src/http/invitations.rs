//! Invitations, as who keeps the people sees and makes them. A link is told once: in the answer that makes it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{ComponentId, InvitationId};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::LinkMade;
use crate::app::invitations::NewInvitation;
use crate::app::people::PersonWords;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::people::Nothing;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::invitation::{Invitation, Standing};
use crate::people::mail::letter::{About, Letter, State};

/// A seat that is offered.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    id: Uuid,
    name: String,
    email: String,
    language: String,
    component_id: Uuid,
    #[schema(value_type = String, example = "focal_point")]
    function: Function,
    #[schema(value_type = Option<String>, example = "secretariat")]
    role: Option<Role>,
    /// Who made the newest link.
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    made_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    state: Standing,
    /// Where its newest letter stands; none where nobody is written to.
    letter: Option<LetterView>,
}

/// A letter, as who keeps the people sees it.
#[derive(Serialize, ToSchema)]
pub struct LetterView {
    state: State,
    /// When it was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Moment>,
    /// What the mail server said then.
    words: Option<String>,
}

/// An invitation that was just made, with its link.
#[derive(Serialize, ToSchema)]
pub struct InvitationMade {
    invitation: InvitationView,
    /// Told now and never again.
    url: String,
}

/// Whom to invite, and to what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationBody {
    /// 1 to 120 characters.
    name: String,
    email: String,
    /// The language of the letter: "es".
    language: String,
    component: Uuid,
    #[schema(value_type = String, example = "focal_point")]
    function: Function,
    /// `admin` or `secretariat` of the service, if they will be that.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "secretariat")]
    role: Option<Role>,
}
impl Incoming for InvitationBody {}

/// The invitations there are, the newest first.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "people", responses((status = 200, body = [InvitationView])))]
pub async fn list(app: web::Data<App>, caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let all = app.invitations(caller.seat).await?;
    let (some, next) = page.of(all, |invitation| invitation.id.to_string())?;
    let now = app.clock.now();
    let letters = app.letters().await?;
    let about = |id| letters.iter().rfind(|letter| letter.about == About::Invitation(id));
    let some: Vec<InvitationView> =
        some.iter().map(|each| view(&caller.register, each, about(each.id), now)).collect();
    Ok(HttpResponse::Ok().json(json!({ "invitations": some, "next": next })))
}

/// Offer somebody new a seat.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "people", request_body = InvitationBody,
    responses((status = 201, body = InvitationMade), (status = 409, description = "They are here, or invited, already")))]
pub async fn make(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: Body<InvitationBody>,
) -> Result<HttpResponse, Problem> {
    let InvitationBody { name, email, language, component, function, role } = body.value;
    let to = PersonWords { name, email, language };
    let new = NewInvitation { to, component: ComponentId(component), function, role };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let made = app.offer_seat(caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(made_view(&app, &caller, &made).await?)))
    })
    .await
}

/// Make the link anew: earlier ones work no more.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/renew", tag = "people", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = InvitationMade), (status = 410, description = "It was used")))]
pub async fn renew(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let made = app.renew_invitation(caller.seat, invitation_id(&id)?).await?;
    Ok(HttpResponse::Ok().json(made_view(&app, &caller, &made).await?))
}

/// Take it back: its link works no more.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/withdraw", tag = "people", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = InvitationView), (status = 410, description = "It was used")))]
pub async fn withdraw(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let withdrawn = app.withdraw_invitation(caller.seat, invitation_id(&id)?).await?;
    let letter = app.letter_of_invitation(withdrawn.id).await?;
    Ok(HttpResponse::Ok().json(view(&caller.register, &withdrawn, letter.as_ref(), app.clock.now())))
}

fn invitation_id(id: &str) -> Result<InvitationId, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

async fn made_view(
    app: &App,
    caller: &Caller,
    (invitation, link): &(Invitation, LinkMade),
) -> Result<InvitationMade, Refusal> {
    let letter = app.letter_of_invitation(invitation.id).await?;
    let invitation = view(&caller.register, invitation, letter.as_ref(), app.clock.now());
    Ok(InvitationMade { invitation, url: link.url.clone() })
}

fn view(
    register: &Register,
    invitation: &Invitation,
    letter: Option<&Letter>,
    now: Moment,
) -> InvitationView {
    InvitationView {
        id: invitation.id.0,
        name: invitation.name.clone(),
        email: invitation.email.clone(),
        language: invitation.language.clone(),
        component_id: invitation.component.0,
        function: invitation.function,
        role: invitation.role,
        by: author_view(register, invitation.by),
        made_at: invitation.made,
        expires_at: invitation.expires,
        state: invitation.standing(now),
        letter: letter.map(|letter| LetterView {
            state: letter.state(),
            at: letter.tries.last().map(|last| last.at),
            words: letter.tries.last().map(|last| last.answer.words().to_owned()),
        }),
    }
}
