//! Borrador, the program: reads the command line, does what it says, exits with a code.

use std::process::ExitCode;

use borrador::boot::cli::{self, Answer, Command};
use borrador::boot::say::say;
use borrador::boot::{commands, serve, telemetry};

fn main() -> ExitCode {
    telemetry::report_panics();
    let answer = match cli::parse(std::env::args_os()) {
        Ok(said) => run(said.command),
        Err(answer) => answer,
    };
    match answer.is_result {
        true if answer.words.is_empty() => {}
        true => say(answer.words.trim_end()),
        false => eprintln!("{}", answer.words),
    }
    ExitCode::from(answer.exit)
}

fn run(command: Command) -> Answer {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Answer::failure(format!("borrador: cannot start: {error}"), 1),
    };
    runtime.block_on(async {
        match command {
            Command::Serve(said) => serve::run(said).await,
            other => commands::run(other).await,
        }
    })
}
