//! The bodies of the organisation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::ComponentId;
use crdt::review::permission::{Action, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::components::ComponentWords;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::version::expected_version;
use crate::http::people::Nothing;
use crate::people::component::{ByLanguage, Component, Kind};

/// A body of the organisation.
#[derive(Serialize, ToSchema)]
pub struct ComponentView {
    id: Uuid,
    code: String,
    name: ByLanguage,
    kind: Kind,
    hue: u8,
    /// Nobody is invited to it any more, and no new round asks it.
    closed: bool,
    /// For `If-Match` when it is changed.
    version: u64,
}

/// All that is said of a component.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentBody {
    /// 2 to 20 letters A–Z, digits and single hyphens; unique.
    code: String,
    kind: Kind,
    /// Which of the eight colours its people have.
    hue: u8,
    /// Its name by language, in at least one: 1 to 200 characters.
    name: ByLanguage,
}
impl Incoming for ComponentBody {}

impl ComponentBody {
    fn words(self) -> ComponentWords {
        let ComponentBody { code, kind, hue, name } = self;
        ComponentWords { code, kind, hue, name }
    }
}

/// The bodies of the organisation.
#[utoipa::path(get, path = "/api/v1/components", tag = "people", responses((status = 200, body = [ComponentView])))]
pub async fn list(caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let (components, next) = page.of(caller.register.components(), |component| component.id.to_string())?;
    let components: Vec<ComponentView> = components.into_iter().map(component_view).collect();
    Ok(HttpResponse::Ok().json(json!({ "components": components, "next": next })))
}

/// Add a component.
#[utoipa::path(post, path = "/api/v1/components", tag = "people", request_body = ComponentBody,
    responses((status = 201, body = ComponentView), (status = 409, description = "The code or a name is taken")))]
pub async fn add(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: Body<ComponentBody>,
) -> Result<HttpResponse, Problem> {
    caller.must(Action::KeepComponents, &Place::default(), "keep the components")?;
    let said = body.value.words();
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let id = app.add_component(caller.seat, said).await?;
        Ok((StatusCode::CREATED, json!(now(&app, id)?)))
    })
    .await
}

/// Say something else of a component.
#[utoipa::path(put, path = "/api/v1/components/{id}", tag = "people", params(("id" = Uuid, Path)),
    request_body = ComponentBody, responses((status = 200, body = ComponentView),
    (status = 409, description = "The code or a name is taken"), (status = 412, description = "Somebody else was first")))]
pub async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ComponentBody>,
) -> Result<HttpResponse, Problem> {
    let id = component_id(&id)?;
    app.change_component(caller.seat, id, expected_version(&req)?, body.value.words()).await?;
    Ok(HttpResponse::Ok().json(now(&app, id)?))
}

/// Close a component: nobody is invited to it any more, and no new round asks it. What it wrote and said stays.
#[utoipa::path(post, path = "/api/v1/components/{id}/close", tag = "people", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = ComponentView), (status = 412, description = "Somebody else was first")))]
pub async fn close(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    set_closed(&req, &app, &caller, &id, true).await
}

/// Open a closed component again.
#[utoipa::path(post, path = "/api/v1/components/{id}/open", tag = "people", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = ComponentView), (status = 412, description = "Somebody else was first")))]
pub async fn open(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    set_closed(&req, &app, &caller, &id, false).await
}

async fn set_closed(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    id: &str,
    closed: bool,
) -> Result<HttpResponse, Problem> {
    let id = component_id(id)?;
    app.close_component(caller.seat, id, expected_version(req)?, closed).await?;
    Ok(HttpResponse::Ok().json(now(app, id)?))
}

fn component_id(id: &str) -> Result<ComponentId, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}

fn now(app: &App, id: ComponentId) -> Result<ComponentView, Refusal> {
    app.directory.register().component(id).map(component_view).ok_or(Refusal::NotFound)
}

/// A component, to everybody.
pub fn component_view(component: &Component) -> ComponentView {
    ComponentView {
        id: component.id.0,
        code: component.code.clone(),
        name: component.name.clone(),
        kind: component.kind,
        hue: component.hue,
        closed: component.closed,
        version: component.version,
    }
}
