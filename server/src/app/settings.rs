//! What an operator may set, with the defaults. The configuration file (`boot/config.rs`) fills these in.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crdt::document::import::ChapterLimits;
use crdt::sync::room::{ChunkLimits, QuotaLimits, RoomSettings};

use super::zone::Zone;
use crate::live::LiveSettings;
use crate::live::aside::AsideLimits;
use crate::people::mail::post::PostSettings;
use crate::proof::key::Signer;

/// The settings of a running service.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// The address people use, without a slash at the end: `https://borrador.example.org`.
    pub public_url: String,
    /// Origins of other pages that may act as ours: a development server. Empty in service.
    pub guest_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The PDF program; `None`: the file `borrador-pdf` beside this program.
    pub pdf_worker: Option<PathBuf>,
    /// Where letters are handed over; `None`: nobody is written to.
    pub mail: Option<PostSettings>,
    /// The organisation's time zone: the days of the week of its procedures are those of this zone.
    pub time_zone: Zone,
    /// Who signs sealed drafts.
    pub signer: Signer,
    /// This service is a demonstration.
    pub demo: bool,
    /// How much of everything.
    pub limits: Limits,
}

/// How much of everything. Each is one setting `limits.NAME`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// A JSON body, in bytes.
    pub json_body_bytes: usize,
    /// A document that is imported or put, in bytes of its request.
    pub import_bytes: usize,
    /// A picture, in bytes.
    pub image_bytes: usize,
    /// A picture, in pixels as its head says them.
    pub image_pixels: u64,
    /// An address with its query, in bytes.
    pub path_bytes: usize,
    /// All headers of a request, in bytes.
    pub header_bytes: usize,
    /// Seconds until the headers of a request must have come in.
    pub header_seconds: u64,
    /// Seconds until the body of a request must have come in, and one more for every 16 KiB that did.
    pub body_seconds: u64,
    /// JSON values in a body: two bytes of JSON can take seventy of memory.
    pub body_values: usize,
    /// Characters in a chapter that is imported or put at once.
    pub chapter_characters: usize,
    /// Paragraphs in a chapter that is imported or put at once.
    pub chapter_paragraphs: usize,
    /// Attempts to sign in, for each network address and minute.
    pub sign_ins_per_minute: u32,
    /// Letters with a way in that one person is sent in a minute.
    pub way_in_letters_per_minute: u32,
    /// Drafts of amendments that one seat opens in a minute: each copies the log of its text, which stays when the draft is thrown away.
    pub drafts_per_minute: u32,
    /// Exports, for each person and minute.
    pub exports_per_minute: u32,
    /// Exports of one person that wait or run at once.
    pub exports_per_person: usize,
    /// Exports that wait or run at once.
    pub exports_at_once: usize,
    /// Seconds until an export must be finished.
    pub export_seconds: u64,
    /// Jobs after which the PDF program is started afresh.
    pub pdf_jobs: u32,
    /// Hours that a draft lies under silence at least.
    pub silence_hours: u64,
    /// Event streams of one person at once.
    pub event_streams: usize,
    /// Connections at once.
    pub connections: usize,
    /// A message on a socket, in bytes, all its frames together.
    pub message_bytes: usize,
    /// What may wait for a client that does not read, in bytes.
    pub queue_bytes: usize,
    /// Seconds until a socket must have said `join`, and ended a message that it began.
    pub join_seconds: u64,
    /// Seconds between signs of life that a socket is asked for; after two without one it is closed.
    pub heartbeat_seconds: u64,
    /// Seconds after which a text that nobody has open leaves memory.
    pub idle_text_seconds: u64,
    /// Memory for loaded texts, in bytes, and as much again for the histories of open ones.
    pub loaded_bytes: usize,
    /// One change of a text, in bytes once unpacked.
    pub change_bytes: usize,
    /// Operations in one change.
    pub change_operations: u64,
    /// Changes that one change may follow directly.
    pub change_dependencies: usize,
    /// Changes of one connection that may wait for others.
    pub waiting_changes: usize,
    /// Their bytes together.
    pub waiting_bytes: usize,
    /// Records of what a seat wrote without the right to.
    pub set_aside_records: usize,
    /// The changes in them, in bytes together.
    pub set_aside_bytes: usize,
    /// Drafts of amendments of one component in one paper.
    pub amendment_drafts: usize,
    /// Changes in the history of one text.
    pub text_changes: u32,
    /// Changes of one text that stay as they were appended before the older ones are packed.
    pub log_changes: u64,
    /// The same in bytes of changes.
    pub log_bytes: u64,
    /// Letters and markers ever inserted into one text.
    pub text_elements: u64,
    /// Marks ever set or taken away in one text.
    pub text_marks: u64,
    /// Marks with different names in one text: notes, citations and brackets carry their id in it.
    pub text_mark_names: usize,
    /// Operation counters that one seat may leave out in one text.
    pub skipped_counters: u64,
}

impl Limits {
    /// What a chapter that comes in at once may have.
    pub fn chapter(&self) -> ChapterLimits {
        ChapterLimits { characters: self.chapter_characters, paragraphs: self.chapter_paragraphs }
    }

    /// The limits of the live path of the store with this id.
    pub fn live(&self, storage_id: String) -> LiveSettings {
        LiveSettings {
            storage_id,
            max_message_bytes: self.message_bytes,
            max_queue_bytes: self.queue_bytes,
            join_within: Duration::from_secs(self.join_seconds),
            heartbeat: Duration::from_secs(self.heartbeat_seconds),
            idle_room: Duration::from_secs(self.idle_text_seconds),
            aside: AsideLimits { records: self.set_aside_records, bytes: self.set_aside_bytes },
            max_loaded_bytes: self.loaded_bytes,
            room: RoomSettings {
                chunk: ChunkLimits {
                    max_unpacked_bytes: self.change_bytes,
                    max_operations: self.change_operations,
                    max_dependencies: self.change_dependencies,
                },
                max_waiting: self.waiting_changes,
                max_waiting_bytes: self.waiting_bytes,
                max_changes: self.text_changes,
                quota: QuotaLimits {
                    elements: self.text_elements,
                    marks: self.text_marks,
                    mark_names: self.text_mark_names,
                    skipped: self.skipped_counters,
                },
                ..RoomSettings::named("borrador")
            },
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_body_bytes: 256 * 1024,
            import_bytes: 20 * 1024 * 1024,
            image_bytes: 10 << 20,
            image_pixels: 40_000_000,
            path_bytes: 2 * 1024,
            header_bytes: 16 * 1024,
            header_seconds: 10,
            body_seconds: 30,
            body_values: 100_000,
            chapter_characters: 60_000,
            chapter_paragraphs: 1_000,
            sign_ins_per_minute: 30,
            way_in_letters_per_minute: 2,
            drafts_per_minute: 30,
            exports_per_minute: 30,
            exports_per_person: 4,
            exports_at_once: 32,
            export_seconds: 60,
            pdf_jobs: 200,
            silence_hours: 72,
            event_streams: 12,
            connections: 10_000,
            message_bytes: 16 << 20,
            queue_bytes: 8 << 20,
            join_seconds: 30,
            heartbeat_seconds: 15,
            idle_text_seconds: 300,
            loaded_bytes: 256 << 20,
            change_bytes: 1 << 20,
            change_operations: 100_000,
            change_dependencies: 64,
            waiting_changes: 256,
            waiting_bytes: 1 << 20,
            set_aside_records: 100,
            set_aside_bytes: 8 << 20,
            amendment_drafts: 50,
            text_changes: 200_000,
            log_changes: 1_000,
            log_bytes: 256 * 1024,
            text_elements: 5_000_000,
            text_marks: 20_000,
            text_mark_names: 512,
            skipped_counters: 1_000_000,
        }
    }
}

impl Settings {
    /// The settings of a service that listens at `listen`, all else as by default.
    pub fn listening(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: format!("http://{listen}"),
            guest_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            pdf_worker: None,
            mail: None,
            time_zone: Zone::utc(),
            signer: Signer::fresh(),
            demo: false,
            limits: Limits::default(),
        }
    }

    /// Do people reach the service by HTTPS? Then cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Is this origin one of our own pages, or one that may act as ours?
    pub fn is_own_origin(&self, origin: &str) -> bool {
        origin == self.public_url || self.is_loopback_name(origin) || self.is_guest_origin(origin)
    }

    /// Is this origin one that may act as ours?
    pub fn is_guest_origin(&self, origin: &str) -> bool {
        self.guest_origins.iter().any(|guest| guest == origin)
    }

    /// On one's own machine `localhost` and `127.0.0.1` name the same service.
    fn is_loopback_name(&self, origin: &str) -> bool {
        let port = self.listen.port();
        self.listen.ip().is_loopback()
            && ["localhost", "127.0.0.1", "[::1]"]
                .iter()
                .any(|name| origin == format!("http://{name}:{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a07_only_our_own_pages_are_our_own() {
        let settings = Settings {
            public_url: "https://borrador.example.org".to_owned(),
            ..Settings::listening("127.0.0.1:8080".parse().unwrap())
        };
        assert!(settings.is_own_origin("https://borrador.example.org"));
        assert!(settings.is_own_origin("http://localhost:8080"));
        for foreign in
            ["null", "https://evil.example", "http://borrador.example.org", "http://localhost:8081"]
        {
            assert!(!settings.is_own_origin(foreign), "{foreign} passed");
        }
    }
}
