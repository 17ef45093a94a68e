//! HTTP: the routes, and what every request passes before it reaches one.
//!
//! A handler is four movements: who asks ([`intake::caller`]), about what, do it (an act of [`App`]), answer. Status codes,
//! JSON names and header rules live here and nowhere else.

pub mod amendments;
pub mod brackets;
pub mod comparing;
pub mod components;
pub mod coverage;
pub mod error;
pub mod events;
pub mod exports;
pub mod history;
pub mod instead;
pub mod intake;
pub mod invitations;
pub mod matrix;
pub mod milestones;
pub mod notices;
pub mod openapi;
pub mod papers;
pub mod people;
pub mod planned;
pub mod positions;
pub mod preflight;
pub mod proofs;
pub mod public;
pub mod publications;
pub mod remarks;
pub mod replies;
pub mod reviews;
pub mod rights;
pub mod rounds;
pub mod seats;
pub mod set_aside;
pub mod silences;
pub mod site;
pub mod sources;
pub mod sync;
pub mod tasks;
pub mod texts;
pub mod word;

use std::sync::Arc;

use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig, delete, get, post, put};
use actix_web::{HttpResponse, Resource};
use serde_json::json;

use crate::app::App;
use crate::http::error::Problem;

/// All routes of a service.
pub fn routes(app: &Arc<App>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let (data, live) = (web::Data::from(app.clone()), web::Data::from(app.live.clone()));
    move |config| {
        config
            .app_data(data.clone())
            .app_data(live.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| nothing_there().into()))
            .app_data(
                web::QueryConfig::default().error_handler(|error, _| bad_query(&error.to_string()).into()),
            )
            .configure(interface)
            .configure(rounds_and_notices)
            .configure(public_pages)
            .configure(pages)
            .default_service(web::to(site::file_or_nothing));
    }
}

fn interface(config: &mut ServiceConfig) {
    config
        .service(at("/health").route(get().to(health)))
        .service(at("/sync").route(get().to(sync::open)))
        .service(at("/api/v1/openapi.json").route(get().to(openapi)))
        .service(at("/api/v1/sign-in").route(post().to(people::sign_in)))
        .service(at("/api/v1/sign-out").route(post().to(people::sign_out)))
        .service(at("/api/v1/sign-in-letters").route(post().to(people::ask_for_letter)))
        .service(at("/api/v1/sign-in-links").route(post().to(people::make_link)))
        .service(at("/api/v1/sync-tickets").route(post().to(people::make_ticket)))
        .service(at("/api/v1/me").route(get().to(people::me)))
        .service(at("/api/v1/components").route(get().to(components::list)).route(post().to(components::add)))
        .service(at("/api/v1/components/{id}").route(put().to(components::change)))
        .service(at("/api/v1/components/{id}/close").route(post().to(components::close)))
        .service(at("/api/v1/components/{id}/open").route(post().to(components::open)))
        .service(at("/api/v1/people").route(get().to(people::people)))
        .service(at("/api/v1/people/{id}").route(put().to(seats::change_person)))
        .service(at("/api/v1/people/{id}/sign-in-links").route(post().to(seats::make_link)))
        .service(
            at("/api/v1/invitations").route(get().to(invitations::list)).route(post().to(invitations::make)),
        )
        .service(at("/api/v1/invitations/{id}/renew").route(post().to(invitations::renew)))
        .service(at("/api/v1/invitations/{id}/withdraw").route(post().to(invitations::withdraw)))
        .service(at("/api/v1/imports/word").route(post().to(word::take_in)))
        .service(at("/api/v1/imports/word/look").route(post().to(word::look)))
        .service(at("/api/v1/papers").route(get().to(papers::list)).route(post().to(papers::create)))
        .service(at("/api/v1/papers/{slug}").route(get().to(papers::one)))
        .service(at("/api/v1/papers/{slug}/threads").route(get().to(reviews::list)))
        .service(
            at("/api/v1/papers/{slug}/milestones")
                .route(get().to(milestones::list))
                .route(post().to(milestones::seal)),
        )
        .service(
            at("/api/v1/papers/{slug}/positions")
                .route(get().to(positions::list))
                .route(post().to(positions::take)),
        )
        .service(at("/api/v1/papers/{slug}/positions/{id}/reconfirm").route(post().to(positions::reconfirm)))
        .service(at("/api/v1/papers/{slug}/positions/{id}/admit").route(post().to(positions::admit)))
        .service(at("/api/v1/papers/{slug}/positions/{id}/lift").route(post().to(positions::lift)))
        .service(
            at("/api/v1/papers/{slug}/positions/{id}/received/{file}").route(get().to(positions::received)),
        )
        .service(
            at("/api/v1/papers/{slug}/sources").route(get().to(sources::list)).route(post().to(sources::add)),
        )
        .service(
            at("/api/v1/papers/{slug}/sources/{id}")
                .route(put().to(sources::change))
                .route(delete().to(sources::retire)),
        )
        .service(at("/api/v1/papers/{slug}/images").route(post().to(sources::bring_image)))
        .service(at("/api/v1/blobs/{sha256}").route(get().to(sources::blob)))
        .service(at("/api/v1/papers/{slug}/brackets").route(get().to(brackets::list)))
        .service(at("/api/v1/papers/{slug}/brackets/{id}/side").route(post().to(brackets::side)))
        .service(at("/api/v1/papers/{slug}/brackets/{id}/options").route(post().to(brackets::offer)))
        .service(at("/api/v1/papers/{slug}/brackets/{id}/settle").route(post().to(brackets::settle)))
        .service(at("/api/v1/papers/{slug}/brackets/{id}/mark").route(post().to(brackets::mark)))
        .service(at("/api/v1/texts/{id}/brackets").route(post().to(brackets::open)))
        .service(at("/api/v1/texts/{id}/brackets/{bracket}/lift").route(post().to(brackets::lift)))
        .service(
            at("/api/v1/papers/{slug}/silences")
                .route(get().to(silences::list))
                .route(post().to(silences::open)),
        )
        .service(at("/api/v1/papers/{slug}/silences/{id}").route(get().to(silences::one)))
        .service(at("/api/v1/papers/{slug}/silences/{id}/object").route(post().to(silences::object)))
        .service(at("/api/v1/papers/{slug}/silences/{id}/extend").route(post().to(silences::extend)))
        .service(at("/api/v1/papers/{slug}/silences/{id}/cancel").route(post().to(silences::cancel)))
        .service(at("/api/v1/papers/{slug}/silences/{id}/deliveries").route(post().to(silences::told)))
        .service(
            at("/api/v1/papers/{slug}/silences/{id}/certificate/{file}")
                .route(get().to(silences::certificate)),
        )
        .service(at("/api/v1/papers/{slug}/chapters/{id}/lock").route(post().to(rights::lock)))
        .service(at("/api/v1/papers/{slug}/chapters/{id}/unlock").route(post().to(rights::unlock)))
        .service(at("/api/v1/papers/{slug}/pens").route(post().to(rights::give_pen)))
        .service(at("/api/v1/papers/{slug}/pens/take").route(post().to(rights::take_pen)))
        .service(at("/api/v1/seats").route(post().to(seats::give)))
        .service(at("/api/v1/seats/{id}").route(put().to(seats::change)))
        .service(at("/api/v1/seats/{id}/end").route(post().to(rights::end_seat)))
        .service(at("/api/v1/seats/{id}/restore").route(post().to(rights::restore_seat)))
        .service(at("/api/v1/papers/{slug}/export").route(get().to(exports::draft)))
        .service(at("/api/v1/papers/{slug}/events").route(get().to(events::stream)))
        .service(
            // A text has the size that makes compression worth its time; event streams must not be held up by it.
            at("/api/v1/texts/{id}")
                .route(get().to(texts::read).wrap(Compress::default()))
                .route(put().to(texts::replace)),
        )
        .service(at("/api/v1/texts/{id}/attribution").route(get().to(texts::attribution)))
        .service(at("/api/v1/texts/{id}/history").route(get().to(history::list)))
        .service(
            at("/api/v1/texts/{id}/history/{moment}").route(get().to(history::one).wrap(Compress::default())),
        )
        .service(at("/api/v1/texts/{id}/history/{moment}/restoration").route(get().to(history::preview)))
        .service(at("/api/v1/texts/{id}/restore").route(post().to(history::restore)))
        .service(at("/api/v1/texts/{id}/threads").route(post().to(reviews::open)))
        .service(at("/api/v1/threads/{id}/comments").route(post().to(reviews::answer)))
        .service(at("/api/v1/threads/{id}/resolve").route(post().to(reviews::resolve)))
        .service(at("/api/v1/threads/{id}/reopen").route(post().to(reviews::reopen)))
        .service(at("/api/v1/threads/{id}/entry").route(post().to(matrix::acts::describe)))
        .service(at("/api/v1/threads/{id}/verdict").route(post().to(matrix::acts::judge)))
        .service(at("/api/v1/papers/{slug}/matrix").route(get().to(matrix::list)))
        .service(
            at("/api/v1/papers/{slug}/matrix/index").route(get().to(matrix::index).wrap(Compress::default())),
        )
        .service(at("/api/v1/papers/{slug}/matrix/rows").route(get().to(matrix::some)))
        .service(at("/api/v1/papers/{slug}/matrix/imports").route(post().to(matrix::imports::bring)))
        .service(
            at("/api/v1/papers/{slug}/matrix/imports/{id}")
                .route(get().to(matrix::imports::one))
                .route(delete().to(matrix::imports::discard)),
        )
        .service(
            at("/api/v1/papers/{slug}/matrix/imports/{id}/take-in")
                .route(post().to(matrix::imports::take_in)),
        )
        .service(at("/api/v1/papers/{slug}/matrix/file").route(get().to(matrix::files::file)))
        .service(at("/api/v1/papers/{slug}/matrix/answers").route(post().to(matrix::acts::answer)))
        .service(
            at("/api/v1/papers/{slug}/matrix/answers/{id}/undo").route(post().to(matrix::acts::take_back)),
        )
        .service(at("/api/v1/papers/{slug}/matrix/assignments").route(post().to(matrix::acts::assign)))
        .service(at("/api/v1/rounds/{id}/answers").route(get().to(replies::list)))
        .service(at("/api/v1/rounds/{id}/answers/{component}").route(get().to(replies::one)))
        .service(at("/api/v1/rounds/{id}/answers/{component}/file").route(get().to(replies::file)))
        .service(at("/api/v1/set-aside").route(get().to(set_aside::list)))
        .service(
            at("/api/v1/set-aside/{id}")
                .route(get().to(set_aside::one))
                .route(delete().to(set_aside::discard)),
        )
        .service(at("/api/v1/set-aside/{id}/file").route(get().to(set_aside::file)))
        .configure(amendment_routes)
        .service(at("/api/v1/milestones/{id}").route(get().to(milestones::one)))
        .service(at("/api/v1/milestones/{id}/publication").route(get().to(publications::one)))
        .service(at("/api/v1/milestones/{id}/publish").route(post().to(publications::publish)))
        .service(at("/api/v1/milestones/{id}/withdraw").route(post().to(publications::withdraw)))
        .service(at("/api/v1/milestones/{id}/texts/{text}").route(get().to(milestones::sealed_text)))
        .service(at("/api/v1/milestones/{id}/files/{file}").route(get().to(milestones::file)))
        .service(at("/api/v1/milestones/{id}/bundle").route(get().to(proofs::bundle)))
        .service(at("/api/v1/keys").route(get().to(proofs::keys)))
        .service(
            at("/api/v1/milestones/{id}/compare/{other}")
                .route(get().to(comparing::milestone).wrap(Compress::default())),
        )
        .service(
            at("/api/v1/papers/{slug}/compare").route(get().to(comparing::drafts).wrap(Compress::default())),
        )
        .service(at("/api/v1/papers/{slug}/compare/file").route(get().to(comparing::file)))
        .service(at("/api/v1/papers/{slug}/looks").route(post().to(comparing::look)))
        .service(
            at("/api/v1/papers/{slug}/planned")
                .route(get().to(planned::list))
                .route(post().to(planned::plan)),
        )
        .service(at("/api/v1/papers/{slug}/planned/{id}").route(put().to(planned::change)))
        .service(at("/api/v1/papers/{slug}/planned/{id}/cancel").route(post().to(planned::cancel)))
        .service(at("/api/v1/papers/{slug}/preflight").route(get().to(preflight::look)));
}

fn rounds_and_notices(config: &mut ServiceConfig) {
    config
        .service(
            at("/api/v1/papers/{slug}/rounds").route(get().to(rounds::list)).route(post().to(rounds::create)),
        )
        .service(at("/api/v1/papers/{slug}/readings").route(post().to(rounds::read)))
        .service(at("/api/v1/rounds/{id}").route(get().to(rounds::one)).route(put().to(rounds::change)))
        .service(at("/api/v1/rounds/{id}/announce").route(post().to(rounds::announce)))
        .service(at("/api/v1/rounds/{id}/pause").route(post().to(rounds::pause)))
        .service(at("/api/v1/rounds/{id}/resume").route(post().to(rounds::resume)))
        .service(at("/api/v1/rounds/{id}/extend").route(post().to(rounds::extend)))
        .service(at("/api/v1/rounds/{id}/close").route(post().to(rounds::close)))
        .service(at("/api/v1/rounds/{id}/publish").route(post().to(rounds::publish)))
        .service(at("/api/v1/rounds/{id}/invite").route(post().to(rounds::invite)))
        .service(at("/api/v1/rounds/{id}/release").route(post().to(rounds::release)))
        .service(at("/api/v1/rounds/{id}/remind").route(post().to(rounds::remind)))
        .service(at("/api/v1/rounds/{id}/coverage").route(get().to(coverage::of_round)))
        .service(at("/api/v1/rounds/{id}/coverage/file").route(get().to(coverage::file)))
        .service(at("/api/v1/papers/{slug}/remarks").route(post().to(remarks::send)))
        .service(at("/api/v1/threads/{id}/prepare").route(post().to(remarks::prepare)))
        .service(at("/api/v1/threads/{id}/withdraw").route(post().to(remarks::withdraw)))
        .service(at("/api/v1/threads/{id}/admit").route(post().to(remarks::admit)))
        .service(at("/api/v1/tasks").route(get().to(tasks::list)))
        .service(at("/api/v1/notices").route(get().to(notices::list)))
        .service(at("/api/v1/notices/seen").route(post().to(notices::seen)));
}

fn amendment_routes(config: &mut ServiceConfig) {
    let act = |act: &str| at(&format!("/api/v1/amendments/{{id}}/{act}"));
    config
        .service(at("/api/v1/papers/{slug}/amendments").route(get().to(amendments::list)))
        .service(at("/api/v1/texts/{id}/amendments").route(post().to(amendments::open)))
        .service(at("/api/v1/threads/{id}/amend").route(post().to(amendments::of_thread)))
        .service(at("/api/v1/set-aside/{id}/propose").route(post().to(amendments::of_set_aside)))
        .service(
            at("/api/v1/amendments/{id}")
                .route(get().to(amendments::one))
                .route(put().to(amendments::describe))
                .route(delete().to(amendments::discard)),
        )
        .service(act("revisions/{number}").route(get().to(amendments::revision)))
        .service(act("ready").route(post().to(amendments::ready)))
        .service(act("refresh").route(post().to(amendments::refresh)))
        .service(act("submit").route(post().to(amendments::submit)))
        .service(act("withdraw").route(post().to(amendments::withdraw)))
        .service(act("sponsor").route(post().to(amendments::sponsor)))
        .service(act("voice").route(post().to(amendments::voice)))
        .service(act("take-up").route(post().to(amendments::take_up)))
        .service(act("copy").route(post().to(amendments::copy)))
        .service(act("decide").route(post().to(amendments::decide)))
        .service(act("admit").route(post().to(amendments::admit)));
}

/// What strangers may read. The addresses of a draft are told from those of the pages by its id, which is a UUID.
fn public_pages(config: &mut ServiceConfig) {
    const DRAFT: &str = "/p/{slug}/{id:[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}}";
    config
        .service(
            at("/p/{slug}")
                .route(get().to(public::list).wrap(Compress::default()))
                .route(web::head().to(public::list)),
        )
        .service(
            at("/p/{slug}/feed.atom")
                .route(get().to(public::feed).wrap(Compress::default()))
                .route(web::head().to(public::feed)),
        )
        .service(
            at(DRAFT)
                .route(get().to(public::page).wrap(Compress::default()))
                .route(web::head().to(public::page)),
        )
        .service(
            at(&format!("{DRAFT}/changes"))
                .route(get().to(public::changes).wrap(Compress::default()))
                .route(web::head().to(public::changes)),
        )
        .service(at("/robots.txt").route(get().to(public::robots)).route(web::head().to(public::robots)))
        .service(
            at("/sitemap.xml")
                .route(get().to(public::sitemap).wrap(Compress::default()))
                .route(web::head().to(public::sitemap)),
        )
        .service(
            at(&format!("{DRAFT}/pictures/{{digest}}"))
                .route(get().to(public::picture))
                .route(web::head().to(public::picture)),
        )
        .service(
            at(&format!("{DRAFT}/{{file}}"))
                .route(get().to(public::file))
                .route(web::head().to(public::file)),
        );
}

fn pages(config: &mut ServiceConfig) {
    const PAGES: &[&str] = &[
        "/",
        "/sign-in",
        "/set-aside",
        "/people",
        "/papers/{slug}",
        "/papers/{slug}/milestones/{id}",
        "/p/{slug}/brackets",
        "/p/{slug}/matrix",
        "/papers/{slug}/{language}/{number}",
        "/p/{slug}/review",
        "/p/{slug}/review/{round}",
        "/p/{slug}/desk",
        "/p/{slug}/answers",
        "/p/{slug}/answers/{component}",
        "/p/{slug}/positions",
        "/p/{slug}/positions/{draft}",
        "/p/{slug}/silence",
        "/p/{slug}/silence/{id}",
        "/p/{slug}/compare/{from}/{to}",
        "/p/{slug}/history/{chapter}",
        "/p/{slug}/amendments",
        "/p/{slug}/amendments/{id}",
        "/p/{slug}/amendments/{id}/{desk}",
        "/p/{slug}/sources",
        "/p/{slug}/milestones",
    ];
    for page in PAGES {
        config.service(at(page).route(get().to(site::page)).route(web::head().to(site::page)));
    }
}

/// A route. Methods that it does not take are told so.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(openapi::method_not_allowed))
}

fn nothing_there() -> Problem {
    crate::app::refusal::Refusal::NotFound.into()
}

fn bad_query(words: &str) -> Problem {
    let words: String = words.chars().take(120).collect();
    Problem::new("field_invalid", format!("the part of the address after ? cannot be read: {words}"))
}

/// Is the service there?
#[utoipa::path(get, path = "/health", tag = "service", responses((status = 200)))]
pub async fn health(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "store": app.store.name(),
        "connections": app.live.connections(),
        "mail": app.mail.is_on(),
    }))
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "service", responses((status = 200)))]
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(&*openapi::DESCRIPTION)
}
