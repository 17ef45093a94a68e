//! Certificates: the file that says what was adopted by silence. Made once and kept, like the files of sealed drafts.

use crdt::ids::{PersonId, SilenceId};
use crdt::moment::Moment;

use super::App;
use super::exports::{FileMade, Format};
use super::refusal::Refusal;
use super::zone::Zone;
use crate::export::certificate::{self, Facts};
use crate::export::files::{self, Sheet};
use crate::export::labels::Words;
use crate::people::paper::{Paper, in_language};

impl App {
    /// REV69: the certificate of a procedure whose draft was adopted; for others there is none.
    pub async fn export_certificate(
        &self,
        person: PersonId,
        paper: &Paper,
        id: SilenceId,
        language: &str,
        format: Format,
    ) -> Result<FileMade, Refusal> {
        let silence = self.silence(paper.id, id).await?.silence;
        let (_, draft) = self.milestone(silence.milestone).await?;
        let words = Words::of(language);
        let register = self.directory.register();
        let named = |id| {
            let component = register.component(id);
            let name = component.and_then(|each| in_language(&each.name, language, &paper.languages));
            name.or(component.map(|each| each.code.as_str())).unwrap_or_default().to_owned()
        };
        let opened_by = register.who(silence.opened.by);
        let of = opened_by.map(|who| named(who.component.id)).unwrap_or_default();
        let zone = Zone::named(&silence.zone).unwrap_or_else(Zone::utc);
        let facts = Facts {
            paper: paper.title_in(language),
            draft: &draft,
            opened_by: (opened_by.map(|who| who.person.name.as_str()).unwrap_or_default(), &of),
            component: &named,
            instant: &|at| in_words(&words, &zone, at),
        };
        let chapter = certificate::chapter(&words, &silence, &facts).ok_or(Refusal::NotFound)?;
        let title = words.get("certificate-title");
        let name = files::certificate_name(paper, &draft, &title, language, format.extension());
        let key = format!("{id}/{language}.{}", format.extension());
        if let Some(bytes) = self.kept_file(&key).await? {
            let losses = self.kept_losses(&key).await?;
            return Ok(FileMade { name, format, bytes, losses });
        }
        let day = |at| zone.on_the_wall(at).date;
        let sheet = Sheet::new(paper, language, vec![chapter], Some(&draft), self.pressed(&day))
            .as_certificate(&id.to_string(), title);
        let made = self.press(person, format, name, sheet).await?;
        if let Err(error) = self.keep_file(key, &made).await {
            tracing::warn!(silence = %id, %error, "a certificate was not kept");
        }
        Ok(made)
    }
}

/// "23 September 2016, 14:00 (UTC+02:00)".
fn in_words(words: &Words, zone: &Zone, at: Moment) -> String {
    let wall = zone.on_the_wall(at);
    let (hour, minute) = wall.time;
    let ahead = wall.ahead_minutes;
    let sign = if ahead < 0 { '−' } else { '+' };
    let (hours, minutes) = (ahead.abs() / 60, ahead.abs() % 60);
    format!("{}, {hour:02}:{minute:02} (UTC{sign}{hours:02}:{minutes:02})", words.day(wall.date))
}
