//! The description of the HTTP interface, made from the handlers themselves.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::{
    amendments, brackets, comparing, components, coverage, events, exports, history, invitations, matrix,
    milestones, notices, papers, people, planned, positions, preflight, proofs, publications, remarks,
    replies, reviews, rights, rounds, seats, set_aside, silences, sources, sync, tasks, texts, word,
};
use crate::http::error::Problem;

/// Everything below `/api/v1`, `/health` and `/sync`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Borrador",
        description = "Many bodies write one policy paper together. Errors are \
        application/problem+json with a stable `code`. Sign in with a session cookie or a bearer token; the header \
        Borrador-Seat names the seat to act with."
    ),
    paths(
        super::health,
        super::openapi,
        people::sign_in,
        people::sign_out,
        people::ask_for_letter,
        people::make_link,
        people::make_ticket,
        people::me,
        people::people,
        components::list,
        components::add,
        components::change,
        components::close,
        components::open,
        invitations::list,
        invitations::make,
        invitations::renew,
        invitations::withdraw,
        seats::give,
        seats::change,
        seats::change_person,
        seats::make_link,
        papers::list,
        papers::create,
        word::look,
        word::take_in,
        papers::one,
        texts::read,
        texts::replace,
        texts::attribution,
        history::list,
        history::one,
        history::preview,
        history::restore,
        amendments::list,
        amendments::one,
        amendments::revision,
        amendments::open,
        amendments::of_thread,
        amendments::of_set_aside,
        amendments::discard,
        amendments::describe,
        amendments::ready,
        amendments::refresh,
        amendments::submit,
        amendments::withdraw,
        amendments::sponsor,
        amendments::voice,
        amendments::take_up,
        amendments::copy,
        amendments::decide,
        amendments::admit,
        reviews::list,
        reviews::open,
        reviews::answer,
        reviews::resolve,
        reviews::reopen,
        matrix::list,
        matrix::index,
        matrix::some,
        matrix::files::file,
        matrix::imports::bring,
        matrix::imports::one,
        matrix::imports::discard,
        matrix::imports::take_in,
        matrix::acts::answer,
        matrix::acts::take_back,
        matrix::acts::assign,
        matrix::acts::describe,
        matrix::acts::judge,
        milestones::seal,
        milestones::list,
        milestones::one,
        milestones::sealed_text,
        milestones::file,
        preflight::look,
        proofs::bundle,
        proofs::keys,
        comparing::drafts,
        comparing::milestone,
        comparing::file,
        comparing::look,
        publications::one,
        publications::publish,
        publications::withdraw,
        planned::list,
        planned::plan,
        planned::change,
        planned::cancel,
        positions::list,
        positions::take,
        positions::reconfirm,
        positions::admit,
        positions::lift,
        positions::received,
        brackets::list,
        brackets::open,
        brackets::side,
        brackets::offer,
        brackets::settle,
        brackets::mark,
        brackets::lift,
        silences::list,
        silences::open,
        silences::one,
        silences::object,
        silences::extend,
        silences::cancel,
        silences::told,
        silences::certificate,
        exports::draft,
        rights::lock,
        rights::unlock,
        rights::give_pen,
        rights::take_pen,
        rights::end_seat,
        rights::restore_seat,
        rounds::list,
        rounds::create,
        rounds::one,
        rounds::change,
        rounds::announce,
        rounds::pause,
        rounds::resume,
        rounds::extend,
        rounds::close,
        rounds::publish,
        rounds::invite,
        rounds::release,
        rounds::remind,
        rounds::read,
        coverage::of_round,
        coverage::file,
        remarks::prepare,
        remarks::send,
        remarks::withdraw,
        remarks::admit,
        tasks::list,
        notices::list,
        notices::seen,
        replies::list,
        replies::one,
        replies::file,
        sources::list,
        sources::add,
        sources::change,
        sources::retire,
        sources::bring_image,
        sources::blob,
        set_aside::list,
        set_aside::one,
        set_aside::file,
        set_aside::discard,
        events::stream,
        sync::open,
    )
)]
pub struct Api;

/// The description as JSON.
pub static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| json!(Api::openapi()));

/// The methods that the description knows for a route, in capitals; empty for an unknown one.
pub fn methods_of(route: &str) -> Vec<String> {
    let path = DESCRIPTION["paths"][route].as_object();
    let methods = path.into_iter().flat_map(|operations| operations.keys());
    methods
        .filter(|key| ["get", "put", "post", "delete"].contains(&key.as_str()))
        .map(|key| key.to_uppercase())
        .collect()
}

/// The answer to a method that a route does not take.
pub async fn method_not_allowed(req: HttpRequest) -> HttpResponse {
    let known = methods_of(&req.match_pattern().unwrap_or_default());
    let allow = if known.is_empty() { "GET, HEAD".to_owned() } else { known.join(", ") };
    let problem = Problem::new("method_not_allowed", format!("this address takes {allow}"));
    let value = HeaderValue::from_str(&allow).unwrap_or(HeaderValue::from_static("GET"));
    problem.header(header::ALLOW, value).error_response()
}
