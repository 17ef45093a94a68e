//! The PDF worker of Borrador: it turns the data of one paper into one PDF, and knows nothing else.
//!
//! ```text
//! protocol (frames on stdin and stdout) → job (what came) → preflight (may it be printed?) → press (Typst) → PDF
//!                                                                     ↓ refusal (why not, in plain words)
//! ```
//!
//! It is a process of its own for three reasons. Typst compiles in one call that cannot be stopped, so a
//! limit on time or memory can only be a limit on a process. What people write should not be laid out in the
//! address space that holds everybody's texts. And Typst's dependencies take minutes to build: here they are
//! built once.
//!
//! This crate has never heard of chapters, rights or Automerge. It gets words, numbers and levels already
//! decided, and decides the look alone (`template.typ`). It opens no file, no socket and no clock: the same
//! job gives the same bytes on any machine.
//!
//! ```
//! use borrador_pdf::{job::Job, press::Press};
//!
//! let job = Job::from_json(r#"{
//!     "ident": "urn:borrador:example", "timestamp": "2016-09-30T10:00:00Z",
//!     "data": {
//!         "meta": {
//!             "lang": "es", "title": "Ciudades", "subtitle": "", "org": "CGLU", "short": "Ciudades", "milestone": "Borrador de Bogotá",
//!             "version": "", "hash": "", "draft": false, "demo": "", "date": {"y": 2016, "m": 9, "d": 30}, "cover": [],
//!             "labels": {"contents": "Índice", "draft": "BORRADOR", "page": "Página", "of": "de"}
//!         },
//!         "blocks": [
//!             {"t": "h", "l": 1, "n": "1", "id": "00000000000000aa", "c": [{"t": "s", "v": "Acogida"}]},
//!             {"t": "p", "n": "1", "id": "00000000000000ab", "c": [{"t": "s", "v": "La primera puerta es local."}]}
//!         ]
//!     }
//! }"#.as_bytes())?;
//! assert!(Press::new().print(job)?.starts_with(b"%PDF-1.7"));
//! # Ok::<(), borrador_pdf::refusal::Refusal>(())
//! ```

pub mod fonts;
pub mod job;
pub mod limits;
pub mod preflight;
pub mod press;
pub mod protocol;
pub mod refusal;
mod spelled;
pub mod world;
