//! The `[mail]` of the configuration file: where letters are handed over. Off without `server`.
//!
//! ```toml
//! [mail]
//! server = "smtp.example.org:587"
//! from = "Borrador <borrador@example.org>"
//! user = "borrador"
//! password_file = "/etc/borrador/mail-password"
//! ```

use std::net::IpAddr;
use std::path::Path;

use lettre::message::Mailbox;

use crate::people::mail::post::{Login, Password, PostSettings, Security};

/// What the file says of mail, key by key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MailConfig {
    server: Option<(String, u16)>,
    security: Option<Security>,
    from: Option<Mailbox>,
    /// `mail.user`.
    pub user: Option<String>,
    password: Option<Password>,
}

impl MailConfig {
    /// `mail.server`.
    pub fn server(&mut self, word: &str) -> Result<(), String> {
        let rule = || format!("is a host and a port, such as smtp.example.org:587, not {word}");
        let (host, port) = word.rsplit_once(':').ok_or_else(rule)?;
        let is_name =
            !host.is_empty() && host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-".contains(&c));
        let port: u16 = port.parse().ok().filter(|port| *port != 0 && is_name).ok_or_else(rule)?;
        self.server = Some((host.to_owned(), port));
        Ok(())
    }

    /// `mail.security`.
    pub fn security(&mut self, word: &str) -> Result<(), String> {
        self.security = Some(match word {
            "tls" => Security::Tls,
            "starttls" => Security::StartTls,
            "none" => Security::Plain,
            other => return Err(format!("is tls, starttls or none, not {other}")),
        });
        Ok(())
    }

    /// `mail.from`.
    pub fn from(&mut self, word: &str) -> Result<(), String> {
        let parsed = word
            .parse()
            .map_err(|_| format!("is an address such as Borrador <borrador@example.org>, not {word}"));
        self.from = Some(parsed?);
        Ok(())
    }

    /// `mail.password_file`.
    pub fn password_file(&mut self, word: &str) -> Result<(), String> {
        let read =
            Password::read(Path::new(word)).map_err(|error| format!("cannot be read: {word}: {error}"));
        self.password = Some(read?);
        Ok(())
    }

    /// All of it together; `None` when there is to be no mail. Otherwise the key that is missing or does not fit, and why.
    pub fn settings(&self) -> Result<Option<PostSettings>, (&'static str, &'static str)> {
        let Some((host, port)) = self.server.clone() else {
            let alone = self.security.is_some()
                || self.from.is_some()
                || self.user.is_some()
                || self.password.is_some();
            return if alone {
                Err(("mail.server", "is missing; without it nobody is written to"))
            } else {
                Ok(None)
            };
        };
        let from = self.from.clone().ok_or(("mail.from", "is missing; say who writes"))?;
        let login = match (self.user.clone(), self.password.clone()) {
            (None, None) => None,
            (Some(user), Some(password)) => Some(Login { user, password }),
            _ => return Err(("mail.user", "and mail.password_file belong together")),
        };
        let security = self.security.unwrap_or(Security::StartTls);
        if security == Security::Plain && !is_this_machine(&host) {
            return Err((
                "mail.security",
                "is none only for a server on this machine: letters hold sign-in links",
            ));
        }
        Ok(Some(PostSettings { host, port, security, login, from, patience: PostSettings::PATIENCE }))
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(server: &str, security: &str) -> MailConfig {
        let mut config = MailConfig::default();
        config.server(server).unwrap();
        config.security(security).unwrap();
        config.from("Borrador <borrador@example.org>").unwrap();
        config
    }

    #[test]
    fn c02_letters_travel_in_the_clear_on_this_machine_only() {
        assert!(said("127.0.0.1:25", "none").settings().unwrap().is_some());
        assert_eq!(said("smtp.example.org:25", "none").settings().unwrap_err().0, "mail.security");
        assert!(said("smtp.example.org:587", "starttls").settings().unwrap().is_some());
        assert_eq!(MailConfig::default().settings(), Ok(None));
    }

    #[test]
    fn c02_what_is_missing_or_no_address_is_named() {
        let mut config = MailConfig::default();
        for wrong in ["smtp.example.org", "smtp.example.org:0", ":25", "a b:25", "smtp:99999"] {
            assert!(config.server(wrong).is_err(), "{wrong} passed");
        }
        for wrong in ["Borrador", "a@b@c", "borrador@example.org\r\nBcc: x@y"] {
            assert!(config.from(wrong).is_err(), "{wrong} passed");
        }
        assert!(config.security("ssl").is_err() && config.password_file("/no/such/file").is_err());
        config.user = Some("borrador".to_owned());
        assert_eq!(config.settings().unwrap_err().0, "mail.server");
        config.server("smtp.example.org:587").unwrap();
        assert_eq!(config.settings().unwrap_err().0, "mail.from");
        config.from("borrador@example.org").unwrap();
        assert_eq!(config.settings().unwrap_err().0, "mail.user");
    }
}
