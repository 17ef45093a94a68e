//! The post: hands one message to the mail server that the operator named.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::letter::Answer;

/// Where letters are handed over, and in whose name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostSettings {
    /// The name of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line to it is kept private.
    pub security: Security,
    /// Who we are to it; `None`: it asks nobody.
    pub login: Option<Login>,
    /// Who writes: `Borrador <borrador@example.org>`.
    pub from: Mailbox,
    /// How long the server may take for one answer.
    pub patience: Duration,
}

impl PostSettings {
    /// How long a server may take for one answer, unless something else is set.
    pub const PATIENCE: Duration = Duration::from_secs(20);
}

/// A user of the mail server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    /// Their name there.
    pub user: String,
    /// Their password.
    pub password: Password,
}

/// A password, which no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The first line of a file.
    pub fn read(file: &Path) -> std::io::Result<Self> {
        let words = std::fs::read_to_string(file)?;
        Ok(Self(words.lines().next().unwrap_or_default().to_owned()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How the line to the mail server is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting; without it nothing is sent.
    StartTls,
    /// Not at all: for a server on the same machine.
    Plain,
}

/// A message, ready to be handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// Whose letter: the same for each try, so that a reader's program shows it once.
    pub id: String,
    /// The name of who reads it.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What it is about.
    pub subject: String,
    /// Its words.
    pub body: String,
}

/// The way to the mail server. Each message has a connection of its own: letters are few, and a server that went away in between
/// is found when it matters.
#[derive(Clone, Debug)]
pub struct Post {
    settings: PostSettings,
}

/// How long handing one message over may take, however alive the server is.
const WHOLE_PATIENCE: Duration = Duration::from_secs(90);

impl Post {
    /// The way to the server that these settings name. Nothing is connected yet.
    pub fn to(settings: PostSettings) -> Self {
        Self { settings }
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, smtp::Error> {
        let PostSettings { host, port, security, login, from, patience } = &self.settings;
        let tls = match security {
            Security::Tls => Tls::Wrapper(TlsParameters::new(host.clone())?),
            Security::StartTls => Tls::Required(TlsParameters::new(host.clone())?),
            Security::Plain => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
            .port(*port)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(*patience))
            .tls(tls);
        Ok(match login {
            Some(Login { user, password }) => {
                builder.credentials(Credentials::new(user.clone(), password.0.clone())).build()
            }
            None => builder.build(),
        })
    }

    /// Hand a message over. Never waits longer than a minute and a half.
    pub async fn hand_over(&self, written: &Written) -> Answer {
        let message = match self.message(written) {
            Ok(message) => message,
            Err(words) => return Answer::Never(words),
        };
        let transport = match self.transport() {
            Ok(transport) => transport,
            Err(error) => return Answer::NotNow(said(&error)),
        };
        match tokio::time::timeout(WHOLE_PATIENCE, transport.send(message)).await {
            Ok(Ok(taken)) => {
                let words: Vec<&str> = taken.message().collect();
                Answer::Taken(format!("{} {}", taken.code(), words.join(" ")))
            }
            // What our side finds wrong with it, an address that this server cannot be told for one, no waiting will mend.
            Ok(Err(error)) if error.is_permanent() || (error.is_client() && !error.is_response()) => {
                Answer::Never(said(&error))
            }
            Ok(Err(error)) => Answer::NotNow(said(&error)),
            Err(_) => Answer::NotNow(format!(
                "the mail server took longer than {} seconds",
                WHOLE_PATIENCE.as_secs()
            )),
        }
    }

    /// The message with its headers, or why there can be none. Names and subjects come from people: whatever they hold, they
    /// stay in their header.
    fn message(&self, written: &Written) -> Result<Message, String> {
        let address: Address = written
            .email
            .parse()
            .map_err(|_| format!("{} is no address that mail can go to", written.email))?;
        let domain = self.settings.from.email.domain();
        let one_line =
            |words: &str| -> String { words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect() };
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .message_id(Some(format!("<{}@{domain}>", written.id)))
            .date(SystemTime::now())
            .from(self.settings.from.clone())
            .to(Mailbox::new(Some(one_line(&written.name)), address))
            .subject(one_line(&written.subject))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(written.body.clone())
            .map_err(|error| error.to_string())
    }
}

/// What went wrong, with its causes.
fn said(error: &smtp::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let deeper_words = deeper.to_string();
        if !words.contains(&deeper_words) {
            words = format!("{words}: {deeper_words}");
        }
        cause = deeper.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> Post {
        let settings = PostSettings {
            host: "localhost".to_owned(),
            port: 25,
            security: Security::Plain,
            login: None,
            from: "Borrador <borrador@example.org>".parse().unwrap(),
            patience: PostSettings::PATIENCE,
        };
        Post::to(settings)
    }

    fn written(name: &str, email: &str, subject: &str) -> Written {
        let (name, email, subject) = (name.to_owned(), email.to_owned(), subject.to_owned());
        Written { id: "1".to_owned(), name, email, subject, body: "Words.\r\n.\r\nMore.".to_owned() }
    }

    #[test]
    fn rev73_no_name_and_no_subject_makes_another_header_or_reader() {
        for name in [
            "x\r\nBcc: evil@example.org",
            "x\u{85}Bcc: evil@example.org",
            "\"<evil@example.org>, x",
            "Inés Ñ, Duarte; a <b@c>",
        ] {
            let message =
                post().message(&written(name, "ines@example.org", "Hello\r\nBcc: evil@example.org")).unwrap();
            let head =
                String::from_utf8(message.formatted()).unwrap().split("\r\n\r\n").next().unwrap().to_owned();
            assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
            let readers: Vec<String> = message.envelope().to().iter().map(ToString::to_string).collect();
            assert_eq!(readers, ["ines@example.org"], "{name:?}");
        }
    }

    #[test]
    fn rev73_an_address_that_mail_cannot_go_to_is_said_to_be_one() {
        for wrong in [
            "ines@",
            "a@b\r\nRCPT TO:<evil@example.org>",
            "a b@example.org",
            "<a@b>",
            "a@exa mple.org",
            "a,b@c",
        ] {
            assert!(post().message(&written("Inés", wrong, "x")).is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn a_password_never_shows_in_a_log() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "open sesame\nanother line\n").unwrap();
        let login = Login { user: "borrador".to_owned(), password: Password::read(file.path()).unwrap() };
        assert_eq!(login.password, Password("open sesame".to_owned()));
        assert!(!format!("{login:?}").contains("sesame"));
    }
}
