//! `borrador-pdf`: reads jobs on standard input, answers with PDFs on standard output. The frames are
//! described in `protocol`.
//!
//! Exit status: 0 the input ended · 1 a stream broke, or a fault that was answered · 2 wrong command line · 3
//! a job took too long and was answered. Killed by a signal: memory or the kernel's limit on processor time
//! ran out, and the job has no answer.

use std::io;
use std::process::ExitCode;

use borrador_pdf::limits::{Limits, Watch};
use borrador_pdf::press::Press;
use borrador_pdf::protocol::{self, End};

fn main() -> ExitCode {
    let limits = match Limits::from_arguments(std::env::args().skip(1)) {
        Ok(limits) => limits,
        Err(mistake) => {
            eprintln!("borrador-pdf: {mistake}");
            return ExitCode::from(2);
        }
    };
    match work(limits) {
        Ok(End::InputClosed) => ExitCode::SUCCESS,
        Ok(End::Fault) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("borrador-pdf: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(limits: Limits) -> io::Result<End> {
    limits.impose()?;
    let watch = Watch::start(io::stdout(), limits);
    protocol::serve(&mut io::stdin().lock(), &mut Press::new(), &watch)
}
