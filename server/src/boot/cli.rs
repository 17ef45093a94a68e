//! The command line: what can be said, and how a mistake is answered (exit code 2, one line, the nearest right word).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::telemetry::LogFormat;

/// Many bodies write one policy paper together.
#[derive(Parser, Debug)]
#[command(name = "borrador", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the service. The first start on an empty store prints one set-up link.
    Serve(Serve),
    /// Make an account or a seat, and print one sign-in link for it
    Invite(Invite),
    /// Print a bearer token for a program that acts from one seat
    Token(Token),
    /// Make a paper of a Markdown file: each level-1 heading becomes a chapter
    Import(Import),
    /// Write a paper or a sealed milestone of it as a file
    Export(Export),
    /// Seal a milestone: from then on it never changes
    Seal(Seal),
    /// Check that everything in the store is what it was when it was written
    Check(Check),
    /// Write everything in the store into a new folder, while the service runs
    Backup(Backup),
    /// Make a data directory of a backup
    Restore(Restore),
    /// Check the bundle of a sealed draft, without a store or a network
    Verify(Verify),
    /// Print the OpenAPI description of the HTTP interface
    Openapi,
    /// Print the keys of the configuration file with their ranges and defaults
    Settings,
}

/// Where the data are.
#[derive(Args, Debug)]
pub struct DataArg {
    /// The data directory
    #[arg(long, env = "BORRADOR_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
}

/// `borrador serve`.
#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// A configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "BORRADOR_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address people use, such as `https://borrador.example.org`
    #[arg(long, env = "BORRADOR_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The store; sled in the data directory is the only one so far
    #[arg(long, value_enum, default_value_t)]
    pub store: StoreKind,
    /// Fill an empty store with a demonstration, and print links for its fictitious people
    #[arg(long)]
    pub demo: bool,
    /// How log lines are written
    #[arg(long, value_enum, default_value_t)]
    pub log: LogFormat,
    /// The PDF program [default: borrador-pdf beside this one]
    #[arg(long, value_name = "FILE")]
    pub pdf_worker: Option<PathBuf>,
}

/// The engines of the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum StoreKind {
    /// Embedded, in the data directory.
    #[default]
    Sled,
    /// In memory: everything is gone when the service stops.
    Memory,
}

/// `borrador invite`.
#[derive(Args, Debug)]
pub struct Invite {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// Their name, needed for somebody new
    #[arg(long)]
    pub name: Option<String>,
    /// Their e-mail address
    #[arg(long)]
    pub email: String,
    /// The code of the component in which they get a seat
    #[arg(long, value_name = "CODE")]
    pub component: Option<String>,
    /// What they do there [default: contributor]
    #[arg(long, value_name = "FUNCTION", value_parser = ["focal_point", "deputy", "contributor", "observer"])]
    pub function: Option<String>,
    /// They run the service
    #[arg(long)]
    pub admin: bool,
}

/// `borrador token`.
#[derive(Args, Debug)]
pub struct Token {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// Whose seat it acts from
    #[arg(long)]
    pub email: String,
    /// In which component, if they have several seats
    #[arg(long, value_name = "CODE")]
    pub component: Option<String>,
    /// For how many days it works
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,
}

/// `borrador import`.
#[derive(Args, Debug)]
pub struct Import {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// The Markdown file, or the Word document (.docx)
    pub file: PathBuf,
    /// The paper's name in addresses
    #[arg(long, value_name = "SLUG")]
    pub paper: String,
    /// Its title
    #[arg(long)]
    pub title: String,
    /// Its language
    #[arg(long, value_name = "CODE")]
    pub language: String,
    /// Only say what a Word document would become; nothing is written
    #[arg(long)]
    pub look: bool,
}

/// `borrador export`.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// The paper's name in addresses
    #[arg(long, value_name = "SLUG")]
    pub paper: String,
    /// A sealed milestone by its name; without it, the current draft
    #[arg(long, value_name = "NAME")]
    pub milestone: Option<String>,
    /// Which language
    #[arg(long, value_name = "CODE")]
    pub language: String,
    /// Which kind of file
    #[arg(long, value_parser = ["pdf", "docx", "md", "html"])]
    pub format: String,
    /// What it shows: the words, with or without brackets; what changed since the draft before; or the words with the comments that are
    /// for everybody
    #[arg(long, value_name = "VIEW", default_value = "bracketed", value_parser = ["bracketed", "clean", "redline", "comments"])]
    pub view: String,
    /// Where to write it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The PDF program, when no server runs [default: borrador-pdf beside this one]
    #[arg(long, value_name = "FILE")]
    pub pdf_worker: Option<PathBuf>,
}

/// `borrador seal`.
#[derive(Args, Debug)]
pub struct Seal {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// The paper's name in addresses
    #[arg(long, value_name = "SLUG")]
    pub paper: String,
    /// The planned draft it fulfils, by its name; what is not said here is as it was planned
    #[arg(long, value_name = "NAME")]
    pub planned: Option<String>,
    /// The milestone's name: "Bogotá draft"
    #[arg(long, required_unless_present = "planned")]
    pub name: Option<String>,
    /// Its symbol, unique in the organisation: UCLG/MIG/2016/1/Rev.1
    #[arg(long)]
    pub symbol: Option<String>,
    /// How far it has come
    #[arg(long, value_parser = ["for_comments", "revised", "final", "adopted"])]
    pub status: Option<String>,
    /// The languages it claims to be in, as es,en [default: all in which the paper has words]
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    pub languages: Vec<String>,
    /// Although something stops a PDF; the other files can be made
    #[arg(long)]
    pub anyway: bool,
    /// The event it goes to
    #[arg(long)]
    pub event: Option<String>,
    /// The day of the event, as 2016-10-12
    #[arg(long)]
    pub date: Option<String>,
    /// A note that stays with it
    #[arg(long)]
    pub note: Option<String>,
    /// The address of the person who seals, if not the operator of the machine
    #[arg(long)]
    pub email: Option<String>,
}

/// `borrador check`.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// Look through this backup instead
    #[arg(long, value_name = "DIR", conflicts_with = "data")]
    pub backup: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `borrador backup`.
#[derive(Args, Debug)]
pub struct Backup {
    #[command(flatten)]
    /// Where the data are.
    pub data: DataArg,
    /// The folder for it: missing, or empty
    pub folder: PathBuf,
}

/// `borrador restore`.
#[derive(Args, Debug)]
pub struct Restore {
    /// The folder of the backup
    pub backup: PathBuf,
    /// The data directory to make: missing, or empty
    #[arg(long, env = "BORRADOR_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
}

/// `borrador verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// The bundle, as it was downloaded
    pub bundle: PathBuf,
    /// A key that must have signed it: its id, or a file with the public key. Again for each further key of the organisation
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
}

/// What was said on the command line, or what to print and how to exit instead.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Answer> {
    Cli::try_parse_from(args).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Answer::result(error.to_string(), 0),
        _ => Answer::failure(one_line(&error), 2),
    })
}

/// Words for the terminal, and the exit code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// For standard output if they are a result, else for standard error.
    pub words: String,
    /// The process's exit code.
    pub exit: u8,
    /// The words are what was asked for, also where the code is not 0: a report of damage.
    pub is_result: bool,
}

impl Answer {
    /// What was asked for.
    pub fn result(words: String, exit: u8) -> Answer {
        Answer { words, exit, is_result: true }
    }

    /// Why there is none.
    pub fn failure(words: String, exit: u8) -> Answer {
        Answer { words, exit, is_result: false }
    }
}

fn one_line(error: &clap::Error) -> String {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        Some(ContextValue::Strings(words)) => Some(words.join(", ")),
        _ => None,
    };
    let arg = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let mistake = match error.kind() {
        ErrorKind::UnknownArgument => format!("the option {arg} is not known"),
        ErrorKind::InvalidSubcommand => {
            format!("the command {} is not known", said(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "say what to do: serve, invite, token, import, export, seal, verify, check, backup, restore, openapi or settings"
                .to_owned()
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} needs a value"),
        ErrorKind::InvalidValue => format!(
            "{arg} does not take “{value}”; it takes {}",
            said(ContextKind::ValidValue).unwrap_or_else(|| "something else".to_owned())
        ),
        ErrorKind::ValueValidation => format!("{arg} does not take “{value}”"),
        ErrorKind::ArgumentConflict => format!("{arg} stands twice, or beside something that excludes it"),
        _ => error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    };
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(said)
        // Of several the last is the nearest.
        .map(|near| near.rsplit(", ").next().unwrap_or_default().to_owned())
        .map(|near| format!("; did you mean {near}?"));
    format!("borrador: {mistake}{} (see borrador --help)", near.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(line: &str) -> String {
        let answer = parse(line.split(' ').map(OsString::from)).unwrap_err();
        assert_eq!(answer.exit, 2, "{line}");
        assert_eq!(answer.words.lines().count(), 1, "{}", answer.words);
        answer.words
    }

    #[test]
    fn c01_a_mistake_is_one_line_with_the_nearest_right_word() {
        assert!(mistake("borrador serve --dat x").contains("--dat is not known; did you mean --data"));
        assert!(mistake("borrador sevre").contains("sevre is not known; did you mean serve"));
        assert!(mistake("borrador serve --listen").contains("--listen"));
        assert!(mistake("borrador seal --paper p").contains("missing: --name"));
        assert!(
            mistake("borrador export --paper p --language es --format doc -o x")
                .contains("it takes pdf, docx, md, html")
        );
        assert!(mistake("borrador").contains("say what to do"));
    }

    #[test]
    fn the_commands_are_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
