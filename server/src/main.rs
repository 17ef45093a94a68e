//! Borrador, the program: reads the command line, does what it says, exits with a code.

use std::process::ExitCode;

use borrador::boot::cli::{self, Answer, Command};
use borrador::boot::{commands, serve};

fn main() -> ExitCode {
    let answer = match cli::parse(std::env::args_os()) {
        Ok(said) => run(said.command),
        Err(answer) => answer,
    };
    match answer.exit {
        0 if answer.words.is_empty() => {}
        0 => println!("{}", answer.words.trim_end()),
        _ => eprintln!("{}", answer.words),
    }
    ExitCode::from(answer.exit)
}

fn run(command: Command) -> Answer {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Answer { words: format!("borrador: cannot start: {error}"), exit: 1 },
    };
    runtime.block_on(async {
        match command {
            Command::Serve(said) => serve::run(said).await,
            other => commands::run(other).await,
        }
    })
}
