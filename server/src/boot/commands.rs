//! The commands other than `serve`: asked of the running server, or done on the store where none runs.

use std::path::{Path, PathBuf};

use super::admin::{self, Outcome, Request};
use super::cli::{Answer, Command};
use super::open::{self, Missing};
use crate::app::access::Invitation;
use crate::app::exports::Format;
use crate::app::milestones::NewMilestone;
use crate::app::papers::NewPaper;
use crate::app::settings::Settings;

/// A command that needs the store.
struct Errand {
    data: PathBuf,
    missing: Missing,
    request: Request,
    output: Option<PathBuf>,
    pdf_worker: Option<PathBuf>,
}

/// Carry out a command; `serve` is not among them.
pub async fn run(command: Command) -> Answer {
    match errand(command) {
        Ok(errand) => match carry_out(errand).await {
            Ok(words) => Answer { words, exit: 0 },
            Err(words) => failed(words),
        },
        Err(answer) => answer,
    }
}

fn failed(words: String) -> Answer {
    Answer { words: format!("borrador: {words}"), exit: 1 }
}

fn errand(command: Command) -> Result<Errand, Answer> {
    let errand =
        |data: PathBuf, missing, request| Errand { data, missing, request, output: None, pdf_worker: None };
    Ok(match command {
        Command::Serve(_) => return Err(failed("serve is no errand".to_owned())),
        Command::Openapi => {
            let description = &*crate::http::openapi::DESCRIPTION;
            return Err(Answer { words: format!("{description:#}"), exit: 0 });
        }
        Command::Settings => return Err(Answer { words: super::config::table(), exit: 0 }),
        Command::Invite(said) => {
            let function = said.function.map(|word| serde_json::from_value(word.into())).transpose();
            let function = function.map_err(|error| failed(error.to_string()))?;
            let (name, email, component, admin) = (said.name, said.email, said.component, said.admin);
            let invitation = Invitation { name, email, component, function, admin };
            errand(said.data.data, Missing::Make, Request::Invite(invitation))
        }
        Command::Token(said) => {
            let request = Request::Token { email: said.email, component: said.component, days: said.days };
            errand(said.data.data, Missing::Refuse, request)
        }
        Command::Import(said) => {
            let markdown = read_utf8(&said.file).map_err(failed)?;
            let new = NewPaper { slug: said.paper, title: said.title, language: said.language, markdown };
            errand(said.data.data, Missing::Make, Request::Import(new))
        }
        Command::Export(said) => {
            let format =
                Format::of_extension(&said.format).ok_or_else(|| failed("no such format".to_owned()))?;
            let (paper, milestone, language) = (said.paper, said.milestone, said.language);
            let request = Request::Export { paper, milestone, language, format };
            let (output, pdf_worker) = (Some(said.output), said.pdf_worker);
            Errand { data: said.data.data, missing: Missing::Refuse, request, output, pdf_worker }
        }
        Command::Seal(said) => {
            let milestone =
                NewMilestone { name: said.name, event: said.event, date: said.date, note: said.note };
            let request = Request::Seal { paper: said.paper, milestone, email: said.email };
            errand(said.data.data, Missing::Refuse, request)
        }
        Command::Check(said) => errand(said.data, Missing::Refuse, Request::Check),
    })
}

async fn carry_out(errand: Errand) -> Result<String, String> {
    let Errand { data, missing, request, output, pdf_worker } = errand;
    let Outcome { words, file } =
        match admin::ask(&data, &request).await.map_err(|error| error.to_string())? {
            Some(outcome) => outcome,
            None => on_the_store(&data, missing, request, pdf_worker).await?,
        };
    let (Some(file), Some(output)) = (file, output) else { return Ok(words) };
    std::fs::write(&output, &file).map_err(|error| format!("cannot write {}: {error}", output.display()))?;
    Ok(format!("{}: {} bytes", output.display(), file.len()))
}

async fn on_the_store(
    data: &Path,
    missing: Missing,
    request: Request,
    pdf_worker: Option<PathBuf>,
) -> Result<Outcome, String> {
    let words = |error: open::OpenFailure| error.to_string();
    let store = open::store(data, missing).map_err(words)?;
    let service = open::service(&*store, false).await.map_err(words)?;
    let mut settings = Settings::listening(([127, 0, 0, 1], 8080).into());
    settings.pdf_worker = pdf_worker;
    if let Some(url) = &service.public_url {
        settings.public_url.clone_from(url);
    }
    let app = open::app(store, settings, service).await.map_err(words)?;
    let outcome = admin::perform(&app, request).await.map_err(|refusal| admin::explain(&refusal));
    app.live.stop().await;
    outcome
}

fn read_utf8(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        format!("{} is not UTF-8 text: byte {offset} does not belong; save it as UTF-8", file.display())
    })
}
