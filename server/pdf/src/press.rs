//! The press: a checked job goes in, the bytes of a PDF come out.

use typst::comemo;
use typst::foundations::{Bytes, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::job::Job;
use crate::preflight;
use crate::refusal::{Code, Refusal};
use crate::spelled::spell_annexes;
use crate::world::ClosedWorld;

/// The file that the template reads and that the PDF carries inside, so that the printed paper holds its own
/// source.
const PAPER: &str = "paper.json";

/// Jobs for which a remembered layout may stay unused. The languages of a paper are printed in turn, and the
/// first one should still be warm when somebody corrects a word in it.
const JOBS_REMEMBERED: usize = 4;

/// Typst with the template and the faces loaded. Costs some 40 ms to make and remembers the layout of recent
/// papers: printing a paper again after a small change takes a fraction of the first time.
pub struct Press {
    world: ClosedWorld,
    standards: PdfStandards,
}

impl Press {
    /// A press that has printed nothing yet.
    pub fn new() -> Self {
        let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
            .expect("A-3a and UA-1 are both PDF 1.7");
        Self { world: ClosedWorld::new(include_str!("template.typ")), standards }
    }

    /// Lays out the paper and writes it as PDF/A-3a and PDF/UA-1. The same job gives the same bytes, in any
    /// process.
    ///
    /// Takes as long as it takes: whoever calls bounds the time.
    pub fn print(&mut self, mut job: Job) -> Result<Vec<u8>, Refusal> {
        spell_annexes(&mut job.data, self.world.fonts());
        preflight::check(&job, self.world.fonts())?;
        comemo::evict(JOBS_REMEMBERED);

        let paper = serde_json::to_vec(&job.data).map_err(|error| {
            Refusal::new(
                Code::ExportFailed,
                format!("the paper cannot be attached: {error}"),
                "report this fault",
            )
        })?;
        let pictures = job.pictures.iter().map(|(name, picture)| (name.as_str(), picture.0.clone()));
        self.world.hand_in(pictures.chain([(PAPER, Bytes::new(paper))]));

        let document = typst::compile::<PagedDocument>(&self.world)
            .output
            .map_err(|errors| Refusal::from(errors.as_slice()))?;
        let options = PdfOptions {
            ident: Smart::Custom(job.ident.clone()),
            creator: Smart::Custom(Some("Borrador".into())),
            timestamp: Some(Timestamp::new_utc(job.timestamp.0)),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|errors| Refusal::from(errors.as_slice()))
    }
}

impl Default for Press {
    fn default() -> Self {
        Self::new()
    }
}
