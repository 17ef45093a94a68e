//! What the program says to whoever started it.

use std::fmt::Display;
use std::io::{self, Write};

/// Says a line. Nobody may be reading any more (`borrador serve --demo | head`): then it is said to nobody, and the service goes on. What
/// else keeps it from being said is told on the other stream.
pub fn say(line: impl Display) {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            // Whoever reads neither stream cannot be told.
            let _untold = writeln!(io::stderr(), "borrador: cannot write to the standard output: {error}");
        }
        _ => {}
    }
}
