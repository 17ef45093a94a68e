//! The commands other than `serve`: asked of the running server, or done on the store where none runs.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::history::Digest;

use super::admin::{self, Outcome, Request};
use super::cli::{self, Answer, Command};
use super::open::{self, Missing, OpenFailure};
use crate::app::access::Invitation;
use crate::app::check::Report;
use crate::app::exports::Format;
use crate::app::exports::sights::Sight;
use crate::app::milestones::NewMilestone;
use crate::app::papers::NewPaper;
use crate::app::settings::Settings;
use crate::app::word_import::NewWordPaper;
use crate::proof::archive::MOST_BYTES;
use crate::proof::key::{PublicKey, Signer};
use crate::proof::verify::{self, Whole};
use crate::store::backup::{self, Manifest};

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
    match command {
        Command::Check(said) if said.backup.is_some() => {
            look_through(&said.backup.unwrap_or_default(), said.json).await
        }
        Command::Restore(said) => restore(&said.backup, &said.data).await,
        Command::Verify(said) => verify_bundle(&said.bundle, &said.key),
        command => match errand(command) {
            Ok(errand) => match carry_out(errand).await {
                Ok(Outcome { words, exit, .. }) => Answer::result(words, exit),
                Err(words) => failed(words),
            },
            Err(answer) => answer,
        },
    }
}

fn failed(words: String) -> Answer {
    Answer::failure(format!("borrador: {words}"), 1)
}

/// Looks through a backup. Nothing is changed.
async fn look_through(folder: &Path, json: bool) -> Answer {
    let (shown, folder) = (folder.display().to_string(), folder.to_owned());
    let verified = tokio::task::spawn_blocking(move || backup::verify(&folder)).await;
    match verified.map_err(|error| error.to_string()).and_then(|done| done.map_err(|error| error.to_string()))
    {
        Ok(manifest) if json => {
            Answer::result(serde_json::to_string_pretty(&manifest).unwrap_or_default(), 0)
        }
        Ok(manifest) => Answer::result(format!("{shown} is whole: {}", described(&manifest)), 0),
        Err(words) => failed(words),
    }
}

/// Makes a data directory of a backup, and looks through what it made.
async fn restore(folder: &Path, data: &Path) -> Answer {
    match backup::restore(folder, data).await {
        Ok(manifest) => {
            Answer::result(format!("{} is restored: {}", data.display(), described(&manifest)), 0)
        }
        Err(error) => failed(error.to_string()),
    }
}

/// Checks a bundle: 0 when everything in it fits, 1 naming each part that does not.
fn verify_bundle(bundle: &Path, keys: &[String]) -> Answer {
    let shown = bundle.display();
    let expected: Vec<Digest> = match keys.iter().map(|key| expected_key(key)).collect() {
        Ok(expected) => expected,
        Err(words) => return Answer::failure(format!("borrador: {words}"), 2),
    };
    let bytes = match read_bundle(bundle) {
        Ok(bytes) => bytes,
        Err(words) => return failed(words),
    };
    match verify::verify(&bytes, &expected) {
        Ok(Whole { metadata, statement, packed_with }) => {
            let by = &metadata.sealed_by;
            let compared = match expected.len() {
                0 => "; compare it with the one that the organisation publishes, at /api/v1/keys",
                1 => "; that is the key you named",
                _ => "; you named these keys",
            };
            let packed = if packed_with == statement.key {
                String::new()
            } else {
                format!(", packed with the key {packed_with}")
            };
            let words = format!(
                "{shown} is whole: “{}” of {}, sealed on {} by {} ({}), {} parts\nsigned on {} with the key {}{packed}{compared}",
                metadata.name,
                metadata.paper,
                metadata.sealed_at,
                by.person,
                by.component,
                statement.parts,
                statement.signed,
                statement.key,
            );
            Answer::result(words, 0)
        }
        Err(faults) => {
            let lines =
                faults.iter().map(|fault| format!("does not match: {}: {}\n", fault.part, fault.detail));
            Answer::result(format!("{}{shown} is not whole", lines.collect::<String>()), 1)
        }
    }
}

/// A key as somebody names it: by its id, or by the file that holds it.
fn expected_key(said: &str) -> Result<Digest, String> {
    if let Ok(id) = said.to_ascii_lowercase().parse() {
        return Ok(id);
    }
    let pem = std::fs::read_to_string(said).map_err(|error| {
        format!("--key is the id of a key (64 hexadecimal digits) or a file with a public key, not {said}: {error}")
    })?;
    let key = PublicKey::of_pem(&pem.replace("\r\n", "\n"));
    Ok(key.ok_or_else(|| format!("--key: {said} holds no Ed25519 public key in PEM"))?.id())
}

fn read_bundle(path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error| format!("cannot read {}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    // One more than a bundle may have: a longer file is told by that.
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

fn described(manifest: &Manifest) -> String {
    let left_out: String =
        manifest.damaged.iter().map(|found| format!("\nleft out when it was taken: {found}")).collect();
    format!("{}, as of {}{left_out}", manifest.counts.words(), manifest.taken)
}

fn errand(command: Command) -> Result<Errand, Answer> {
    let errand =
        |data: PathBuf, missing, request| Errand { data, missing, request, output: None, pdf_worker: None };
    Ok(match command {
        Command::Serve(_) | Command::Restore(_) | Command::Verify(_) => {
            return Err(failed("that is no errand".to_owned()));
        }
        Command::Openapi => {
            let description = &*crate::http::openapi::DESCRIPTION;
            return Err(Answer::result(format!("{description:#}"), 0));
        }
        Command::Settings => return Err(Answer::result(super::config::table(), 0)),
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
            let is_word = said.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("docx"));
            if is_word {
                return word_errand(said);
            }
            if said.look {
                return Err(failed("--look is for Word documents (.docx)".to_owned()));
            }
            let markdown = read_utf8(&said.file).map_err(failed)?;
            let new = NewPaper { slug: said.paper, title: said.title, language: said.language, markdown };
            errand(said.data.data, Missing::Make, Request::Import(new))
        }
        Command::Export(said) => {
            let format =
                Format::of_extension(&said.format).ok_or_else(|| failed("no such format".to_owned()))?;
            let sight = Sight::of_name(&said.view).ok_or_else(|| failed("no such view".to_owned()))?;
            let (paper, milestone, language) = (said.paper, said.milestone, said.language);
            let request = Request::Export { paper, milestone, language, format, sight };
            let (output, pdf_worker) = (Some(said.output), said.pdf_worker);
            Errand { data: said.data.data, missing: Missing::Refuse, request, output, pdf_worker }
        }
        Command::Seal(said) => {
            let languages = (!said.languages.is_empty()).then_some(said.languages);
            let (name, symbol, status) = (said.name.unwrap_or_default(), said.symbol, said.status);
            let (anyway, event, date, note) = (said.anyway, said.event, said.date, said.note);
            let milestone =
                NewMilestone { planned: None, name, symbol, status, languages, anyway, event, date, note };
            let (paper, planned, email) = (said.paper, said.planned, said.email);
            let request = Request::Seal { paper, planned, milestone, email };
            errand(said.data.data, Missing::Refuse, request)
        }
        Command::Check(said) => errand(said.data.data, Missing::Refuse, Request::Check { json: said.json }),
        Command::Backup(said) => {
            // The service that writes it may have been started elsewhere.
            let folder = std::path::absolute(&said.folder).map_err(|error| failed(error.to_string()))?;
            errand(said.data.data, Missing::Refuse, Request::Backup { folder })
        }
    })
}

async fn carry_out(errand: Errand) -> Result<Outcome, String> {
    let Errand { data, missing, request, output, pdf_worker } = errand;
    let outcome = match admin::ask(&data, &request).await.map_err(|error| error.to_string())? {
        Some(outcome) => outcome,
        None => on_the_store(&data, missing, request, pdf_worker).await?,
    };
    let (Some(file), Some(output)) = (&outcome.file, output) else { return Ok(outcome) };
    std::fs::write(&output, file).map_err(|error| format!("cannot write {}: {error}", output.display()))?;
    // Behind the name of the file stands what it could not carry.
    let losses: String = outcome.words.lines().skip(1).map(|line| format!("\n{line}")).collect();
    Ok(Outcome { words: format!("{}: {} bytes{losses}", output.display(), file.len()), ..outcome })
}

async fn on_the_store(
    data: &Path,
    missing: Missing,
    request: Request,
    pdf_worker: Option<PathBuf>,
) -> Result<Outcome, String> {
    let words = |error: open::OpenFailure| error.to_string();
    let store = match (open::store(data, missing), &request) {
        (Ok(store), _) => store,
        (Err(OpenFailure::Store(error)), Request::Check { json }) if error.is_damage() => {
            return Ok(admin::reported(&Report::unopened(error.to_string()), *json));
        }
        (Err(error), _) => return Err(words(error)),
    };
    // These need no service, which a damaged store might not give.
    match request {
        Request::Check { json } => {
            return admin::check(&*store, json).await.map_err(|error| error.to_string());
        }
        Request::Backup { folder } => {
            return admin::backup(&*store, &folder).await.map_err(|error| error.to_string());
        }
        _ => {}
    }
    let service = open::service(&*store, false).await.map_err(words)?;
    let mut settings = Settings::listening(([127, 0, 0, 1], 8080).into());
    settings.pdf_worker = pdf_worker;
    settings.signer = Signer::kept_in(data).map_err(|error| error.to_string())?;
    if let Some(url) = &service.public_url {
        settings.public_url.clone_from(url);
    }
    let app = open::app(store, settings, service).await.map_err(words)?;
    let outcome = admin::perform(&app, request).await.map_err(|failure| admin::explain(&failure));
    app.live.stop().await;
    outcome
}

/// A Word document is made a paper, or only looked at.
fn word_errand(said: cli::Import) -> Result<Errand, Answer> {
    let shown = said.file.display();
    let file = std::fs::read(&said.file).map_err(|error| failed(format!("cannot read {shown}: {error}")))?;
    let name = said.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let new = NewWordPaper {
        slug: said.paper,
        title: said.title,
        language: said.language,
        name,
        file: bytes::Bytes::new(),
    };
    let request = Request::ImportWord { new, content: STANDARD.encode(file), look: said.look };
    Ok(Errand { data: said.data.data, missing: Missing::Make, request, output: None, pdf_worker: None })
}

fn read_utf8(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        format!("{} is not UTF-8 text: byte {offset} does not belong; save it as UTF-8", file.display())
    })
}
