//! `borrador serve`: from settings to a listening service, and to an orderly end.

use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App as Web, HttpServer};
use tokio::signal::unix::{SignalKind, signal};

use super::cli::{Answer, Serve, StoreKind};
use super::crowd::Crowd;
use super::demo::{self, Invited};
use super::open::{self, Missing, Service};
use super::say::say;
use super::{admin, config, telemetry};
use crate::app::App;
use crate::app::access::Invitation;
use crate::app::settings::Settings;
use crate::app::zone::Zone;
use crate::http;
use crate::proof::key::Signer;
use crate::store::memory::MemoryStore;
use crate::store::{Store, Tidied};

/// Sockets and requests have so long to end when the service stops; whoever waits for the process waits a little longer.
const LAST_WORDS: Duration = Duration::from_secs(6);
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// What nobody waits for is swept in every so many rounds.
const SWEEP_ALL_EVERY: u32 = 60;
/// Often, because changes take ten times the room until they are packed.
const TIDY_EVERY: Duration = Duration::from_secs(10);

/// Run the service until it is told to stop.
pub async fn run(said: Serve) -> Answer {
    let settings = match settings(&said) {
        Ok(settings) => settings,
        Err(words) => return Answer::failure(words, 2),
    };
    telemetry::start(said.log);
    match serve(said, settings).await {
        Ok(()) => Answer::result(String::new(), 0),
        Err(words) => Answer::failure(format!("borrador: {words}"), 1),
    }
}

/// The configuration file, with what the command line says above it. All mistakes at once.
fn settings(said: &Serve) -> Result<Settings, String> {
    let mut mistakes = Vec::new();
    let file = match &said.config {
        Some(file) => config::read(file).unwrap_or_else(|found| {
            mistakes.extend(found.iter().map(ToString::to_string));
            config::Config::default()
        }),
        None => config::Config::default(),
    };
    let listen = said.listen.clone().or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let address = listen.parse().unwrap_or_else(|_| {
        mistakes
            .push(format!("borrador: listen is an address and a port such as 127.0.0.1:8080, not {listen}"));
        ([127, 0, 0, 1], 0).into()
    });
    let public_url = match said.public_url.as_deref().map(config::checked_public_url) {
        Some(Ok(url)) => Some(url),
        Some(Err(words)) => {
            mistakes.push(format!("borrador: --public-url {words}"));
            None
        }
        None => file.public_url,
    };
    let defaults = Settings::listening(address);
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n"));
    }
    Ok(Settings {
        public_url: public_url.unwrap_or(defaults.public_url),
        guest_origins: file.guest_origins,
        trusted_proxies: file.trusted_proxies,
        time_zone: file.time_zone.unwrap_or_else(Zone::utc),
        pdf_worker: said.pdf_worker.clone().or(file.pdf_worker),
        // The file was read without mistakes, so this has none.
        mail: file.mail.settings().map_err(|(key, words)| format!("borrador: {key} {words}"))?,
        limits: file.limits,
        ..defaults
    })
}

async fn serve(said: Serve, mut settings: Settings) -> Result<(), String> {
    let listener = bind(&mut settings)?;
    let data = &said.data.data;
    let store: Arc<dyn Store> = match said.store {
        StoreKind::Sled => {
            let store = open::store(data, Missing::Make).map_err(|error| error.to_string())?;
            settings.signer = Signer::kept_in(data).map_err(|error| error.to_string())?;
            store
        }
        StoreKind::Memory => Arc::new(MemoryStore::new()),
    };
    let (app, service) = open_app(store, settings, said.demo).await.map_err(|error| error.to_string())?;
    open::note_public_url(&app, &service).await.map_err(|error| error.to_string())?;
    let invited =
        if service.demo { demo::load(&app).await.map_err(|error| error.to_string())? } else { Vec::new() };
    match app.sign_earlier().await {
        Ok(0) => {}
        Ok(signed) => tracing::info!(signed, "signed drafts that had been sealed before"),
        // They are signed when somebody asks for their proof.
        Err(error) => tracing::warn!(%error, "could not sign drafts that had been sealed before"),
    }
    let set_up = set_up_link(&app).await.map_err(|error| error.to_string())?;
    let keeps_data = said.store == StoreKind::Sled;
    let admin = keeps_data.then(|| admin::listen(app.clone(), data)).transpose();
    let admin = admin.map_err(|error| format!("cannot open {}: {error}", admin::socket(data).display()))?;
    let carrying = tokio::spawn(app.clone().watch_letters());
    let (sweeping, tidying) = (tokio::spawn(sweep(app.clone())), tokio::spawn(tidy(app.clone())));
    let waiting = tokio::spawn(app.clone().watch_instants());
    // Before the greeting: whoever reads it may tell the process to stop at once.
    let told_to_stop = told_to_stop().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let server = start(&app, listener).map_err(|error| format!("cannot serve: {error}"))?;
    let handle = server.handle();
    let running = tokio::spawn(server);
    greet(&app, &invited, set_up.as_deref());
    told_to_stop.await;
    tracing::info!("stopping");
    app.news.end();
    app.live.stop().await;
    handle.stop(true).await;
    carrying.abort();
    sweeping.abort();
    tidying.abort();
    waiting.abort();
    if let Some(admin) = admin {
        admin.abort();
        remove_socket(data);
    }
    match running.await {
        Ok(ended) => ended.map_err(|error| format!("the server failed: {error}")),
        Err(error) => Err(format!("the server failed: {error}")),
    }
}

async fn open_app(
    store: Arc<dyn Store>,
    settings: Settings,
    demo: bool,
) -> Result<(Arc<App>, Service), open::OpenFailure> {
    let service = open::service(&*store, demo).await?;
    Ok((open::app(store, settings, service.clone()).await?, service))
}

/// The socket to listen on. Port 0 becomes the port that was given.
fn bind(settings: &mut Settings) -> Result<TcpListener, String> {
    let asked = settings.listen;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("cannot listen on {asked}: the port is in use; choose another --listen")
        }
        io::ErrorKind::PermissionDenied => {
            format!("cannot listen on {asked}: this user may not use that port")
        }
        _ => format!("cannot listen on {asked}: this machine has no such address"),
    };
    let listener = TcpListener::bind(asked).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let by_default = Settings::listening(asked).public_url;
    settings.listen = listener.local_addr().map_err(failed)?;
    if settings.public_url == by_default {
        settings.public_url = Settings::listening(settings.listen).public_url;
    }
    Ok(listener)
}

/// The HTTP server over a bound socket. It must be awaited to run.
pub fn start(app: &Arc<App>, listener: TcpListener) -> io::Result<actix_web::dev::Server> {
    let (routes, limits) = (http::routes(app), &app.settings.limits);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let crowd = Crowd::of(limits.connections, limits.live(String::new()).patience());
    let server =
        HttpServer::new(move || Web::new().wrap(from_fn(http::intake::gate::gate)).configure(routes.clone()))
            .workers(workers)
            .max_connections(crowd.most.div_ceil(workers))
            .client_request_timeout(Duration::from_secs(limits.header_seconds))
            .keep_alive(Duration::from_secs(75))
            // A caret should travel when it moves, not when there is more to send.
            .tcp_nodelay(true)
            .on_connect(move |connection, kept| crowd.welcomes(connection, kept))
            .shutdown_timeout(LAST_WORDS.as_secs())
            .disable_signals()
            .listen(listener)?
            .run();
    Ok(server)
}

/// A service in which nobody is yet: one link for the first administrator.
async fn set_up_link(app: &App) -> Result<Option<String>, crate::app::refusal::Refusal> {
    if !app.directory.register().is_empty() {
        return Ok(None);
    }
    let administrator = Invitation {
        name: Some("Administrator".to_owned()),
        email: "administrator@localhost".to_owned(),
        component: None,
        function: None,
        admin: true,
    };
    Ok(Some(app.invite(&administrator).await?.url))
}

fn greet(app: &App, invited: &[Invited], set_up: Option<&str>) {
    say(format_args!("Borrador is at {}", app.settings.public_url));
    if let Some(url) = set_up {
        say(format_args!("Nobody is here yet. Sign in as the administrator, once: {url}"));
    }
    if !invited.is_empty() {
        say(
            "A demonstration: its people and contributions are invented. Sign in as one of them, as often as you like:",
        );
        let width = |text: fn(&Invited) -> &str| {
            invited.iter().map(|one| text(one).chars().count()).max().unwrap_or(0)
        };
        let (name, email) = (width(|one| &one.name), width(|one| &one.email));
        let components = width(|one| &one.components);
        for one in invited {
            say(format_args!(
                "  {:name$}  {:email$}  {:components$}  {}",
                one.name, one.email, one.components, one.url
            ));
        }
    }
}

/// Listens for signals from now on; what it answers ends with the first.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn sweep(app: Arc<App>) {
    for round in (0..SWEEP_ALL_EVERY).cycle() {
        let mut swept = app.sweep_logins().await;
        if let (Ok(logins), 0) = (&swept, round) {
            swept = app.sweep().await.map(|others| logins + others);
        }
        match swept {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "removed what is over"),
            Err(error) => tracing::warn!(%error, "could not sweep"),
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

async fn tidy(app: Arc<App>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        match app.tidy().await {
            Ok(Tidied { segments: 0, snapshots: 0, .. }) => {}
            Ok(Tidied { segments, changes, snapshots }) => {
                tracing::debug!(segments, changes, snapshots, "packed older changes, removed old snapshots");
            }
            Err(error) => tracing::warn!(%error, "could not tidy the store"),
        }
    }
}

fn remove_socket(data: &Path) {
    if let Err(error) = std::fs::remove_file(admin::socket(data)) {
        tracing::warn!(%error, "could not remove the admin socket");
    }
}
