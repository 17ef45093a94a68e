//! Jobs in on one stream, answers out on the other, one after the other.
//!
//! ```text
//! job:     length (u32, little-endian) · JSON of `job::Job`
//! answer:  status (u8: 0 printed, 1 refused) · length (u32, little-endian) · PDF, or JSON of `refusal::Refusal`
//! ```
//!
//! A job that cannot be read or printed is answered like any other and disturbs none after it. The process
//! ends when the input ends between two jobs.

use std::io::{self, BufRead, Read, Write};
use std::panic::{self, AssertUnwindSafe};

use crate::job::Job;
use crate::limits::Watch;
use crate::press::Press;
use crate::refusal::{Code, Facts, Refusal};

/// A paper of 1,000 pages has some 5 MB, and its pictures come with it. More is a mistake of the sender; it is read past, not kept.
pub const MAX_JOB_BYTES: u32 = 96 * 1024 * 1024;

/// Why the worker stopped.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody has more jobs.
    InputClosed,
    /// A panic while printing. It was answered; what it left in Typst's memory is not to be trusted.
    Fault,
}

/// Prints every job of `input` until it ends. An error means that one of the streams broke.
pub fn serve<W: Write + Send + 'static>(
    input: &mut impl BufRead,
    press: &mut Press,
    watch: &Watch<W>,
) -> io::Result<End> {
    while let Some(job) = read_job(input)? {
        watch.begin()?;
        // The press is dropped after a panic, so nobody sees it half changed.
        match panic::catch_unwind(AssertUnwindSafe(|| press.print(Job::from_json(&job?)?))) {
            Ok(result) => watch.answer(&result)?,
            Err(_) => {
                let hint = "try again; if it happens again, report it together with the time of the export";
                watch.answer(&Err(Refusal::new(
                    Code::WorkerFault,
                    "the PDF worker failed while printing this paper",
                    hint,
                )))?;
                return Ok(End::Fault);
            }
        }
    }
    Ok(End::InputClosed)
}

/// The bytes of the next job, `None` at the end of the input. A job over the limit is skipped and comes back
/// as a refusal.
fn read_job(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MAX_JOB_BYTES {
        skip(input, length.into())?;
        let message = format!("the paper has {length} bytes of data; the limit is {MAX_JOB_BYTES}");
        let refusal = Refusal::new(Code::JobTooLarge, message, "export the chapters as papers of their own");
        return Ok(Some(Err(refusal.about(Facts::limit((MAX_JOB_BYTES / 1024 / 1024).into())))));
    }
    // Not reserved beforehand: the length is only a claim until the bytes are here.
    let mut job = Vec::new();
    if input.take(length.into()).read_to_end(&mut job)? < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(Ok(job)))
}

fn skip(input: &mut impl BufRead, length: u64) -> io::Result<()> {
    if io::copy(&mut input.take(length), &mut io::sink())? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Writes one answer and flushes it.
pub fn write_answer(output: &mut impl Write, result: &Result<Vec<u8>, Refusal>) -> io::Result<()> {
    let refused;
    let (status, bytes) = match result {
        Ok(pdf) => (0, pdf),
        Err(refusal) => {
            refused = serde_json::to_vec(refusal)?;
            (1, &refused)
        }
    };
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    output.write_all(&[status])?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}
