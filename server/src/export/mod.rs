//! Files of a paper: Markdown, HTML and Word, made here, and PDF, made by a process of its own; and the [`public`] pages.
//!
//! [`docx`] puts the parts of a Word document into one [`archive`].
//! [`tables`] writes and reads the matrix as spreadsheets, CSV and Word documents.
//! [`files`] turns texts into the data of a file, with words from [`labels`] and the positions of an [`annex`] behind them;
//! [`asked`] says who was asked and who answered, [`discussed`] what everybody may read of the talk about it, [`reply`] what became of what a component sent (its amendments
//! as [`reworded`] shows them), [`redline`] what differs between two drafts, [`certificate`] what was adopted
//! by silence; [`leaf`] is what the blocks of all these are made with. [`word`] reads Word documents that come in. [`queue`] decides whose export may run. [`worker`] talks to the PDF
//! program, which has its own limits of time and memory: whatever a text does to it, the editor stays fast.

pub mod annex;
pub mod archive;
pub mod asked;
pub mod certificate;
pub mod discussed;
pub mod disputed;
pub mod docx;
pub mod files;
pub mod labels;
pub mod leaf;
pub mod public;
pub mod queue;
pub mod redline;
pub mod reply;
pub mod reworded;
pub mod sources;
pub mod tables;
pub mod word;
pub mod worker;
