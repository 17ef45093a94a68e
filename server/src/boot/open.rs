//! From a store to a service: the settings that the store itself keeps, and the clock that follows from them.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::Clock;
use super::demo::{self, DemoError};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::settings::Settings;
use crate::store::sled::SledStore;
use crate::store::{Coll, Expect, Op, Store, StoreError};

const KEY: &str = "service";

/// What a store knows about the service it belongs to.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Clients that keep a copy of a text recognise the store by this.
    pub id: Uuid,
    /// How far the service's clock is from the system's, in milliseconds. Not 0 in a demonstration only.
    pub clock_offset_ms: i64,
    /// The address people used last; the command line makes links with it.
    pub public_url: Option<String>,
    /// The service is a demonstration.
    pub demo: bool,
}

/// Why a service could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailure {
    /// The folder in which the data directory would be made is not there either.
    #[error(
        "the data directory {0} does not exist and cannot be made: create the folder around it first, or correct --data"
    )]
    NoFolder(String),
    /// There is no store, and this command makes none.
    #[error("there is no store in {0}; correct --data, or run `borrador serve` first")]
    NoStore(String),
    /// The store did not open; it says why.
    #[error("{0}")]
    Store(#[from] crate::store::folder::OpenError),
    /// The store opened, and then did not answer.
    #[error("the store cannot be used: {0}")]
    Reading(#[from] StoreError),
    /// The demonstration could not be loaded.
    #[error("{0}")]
    Demo(#[from] DemoError),
    /// An act of the service was refused while it was set up.
    #[error("{0}")]
    Refused(#[from] Refusal),
}

/// May a command make the data directory?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// Yes, but not the folders around it: a mistyped path must not become an empty service somewhere.
    Make,
    /// No: the command needs what is in it.
    Refuse,
}

/// The store in a data directory.
pub fn store(data: &Path, missing: Missing) -> Result<Arc<dyn Store>, OpenFailure> {
    let shown = data.display().to_string();
    let around = data.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match missing {
        Missing::Refuse if !data.join("store.json").exists() => return Err(OpenFailure::NoStore(shown)),
        Missing::Make if !data.exists() && !around.is_dir() => return Err(OpenFailure::NoFolder(shown)),
        _ => {}
    }
    Ok(Arc::new(SledStore::open(data)?))
}

/// What the store knows of its service; noted down when it is new.
pub async fn service(store: &dyn Store, demo_wanted: bool) -> Result<Service, OpenFailure> {
    if let Some(record) = store.get(Coll::Setting, KEY).await? {
        let service: Service = record.read()?;
        if demo_wanted && !service.demo {
            return Err(DemoError::NotEmpty.into());
        }
        return Ok(service);
    }
    let clock_offset_ms = if demo_wanted { demo::clock_offset_ms()? } else { 0 };
    let service = Service { id: Uuid::new_v4(), clock_offset_ms, public_url: None, demo: demo_wanted };
    store.commit(vec![Op::put(Coll::Setting, KEY, Expect::Absent, &service)]).await?;
    Ok(service)
}

/// The service over a store. `settings` say where it will be reached, if that is known.
pub async fn app(
    store: Arc<dyn Store>,
    mut settings: Settings,
    service: Service,
) -> Result<Arc<App>, OpenFailure> {
    settings.demo = service.demo;
    let clock = Clock::system(service.clock_offset_ms);
    let live = settings.limits.live(service.id.to_string());
    Ok(App::start(store, clock, settings, live).await?)
}

/// Note the address that people use, for links made on the command line.
pub async fn note_public_url(app: &App, service: &Service) -> Result<(), StoreError> {
    let noted = Service { public_url: Some(app.settings.public_url.clone()), ..service.clone() };
    if noted != *service {
        app.store.commit(vec![Op::put(Coll::Setting, KEY, Expect::Any, &noted)]).await?;
    }
    Ok(())
}
