//! Components: added, changed, closed and opened again (REV19). Never deleted: what they wrote and said stays theirs.

use std::collections::BTreeSet;

use crdt::ids::{ComponentId, SeatId};
use crdt::review::permission::{Action, Place};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::refusal::Refusal;
use super::rights::{has_version, must};
use super::words;
use crate::people::component::{ByLanguage, Component, Kind};
use crate::people::directory::{Entry, Register};

/// All that is said of a component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComponentWords {
    /// Short and unique: "AFR".
    pub code: String,
    /// What sort of body.
    pub kind: Kind,
    /// 1 to 8.
    pub hue: u8,
    /// Its name in each language.
    pub name: ByLanguage,
}

/// The most languages a name is given in.
const MOST_LANGUAGES: usize = 12;

impl App {
    /// Add a component.
    pub async fn add_component(&self, by: SeatId, said: ComponentWords) -> Result<ComponentId, Refusal> {
        let said = checked(said)?;
        let id = ComponentId(Uuid::new_v4());
        let now = self.clock.now();
        self.directory
            .enter(|register| {
                must_keep(register, by)?;
                must_be_free(register, None, &said)?;
                let ComponentWords { code, kind, hue, name } = said;
                let about = json!({ "component": id, "code": code });
                let made =
                    Component { id, code, kind, hue, name, closed: false, closings: Vec::new(), version: 1 };
                let entry = audit::entry(now, "component_added", By::Seat(by), about);
                Ok::<_, Refusal>((vec![Entry::Component(made)], vec![entry]))
            })
            .await?;
        Ok(id)
    }

    /// Say something else of a component, if it has the expected version. Saying what is said already changes nothing.
    pub async fn change_component(
        &self,
        by: SeatId,
        id: ComponentId,
        expected: Option<u64>,
        said: ComponentWords,
    ) -> Result<(), Refusal> {
        let said = checked(said)?;
        self.to_component(by, id, expected, "component_changed", |register, component| {
            must_be_free(register, Some(id), &said)?;
            let ComponentWords { code, kind, hue, name } = said;
            Ok(Component { code, kind, hue, name, ..component })
        })
        .await
    }

    /// Close a component, or open it again, if it has the expected version.
    pub async fn close_component(
        &self,
        by: SeatId,
        id: ComponentId,
        expected: Option<u64>,
        closed: bool,
    ) -> Result<(), Refusal> {
        let event = if closed { "component_closed" } else { "component_opened" };
        let now = self.clock.now();
        self.to_component(by, id, expected, event, |_, component| Ok(component.set_closed(closed, now))).await
    }

    async fn to_component(
        &self,
        by: SeatId,
        id: ComponentId,
        expected: Option<u64>,
        event: &'static str,
        act: impl FnOnce(&Register, Component) -> Result<Component, Refusal>,
    ) -> Result<(), Refusal> {
        let now = self.clock.now();
        self.directory
            .enter(|register| {
                must_keep(register, by)?;
                let before = register.component(id).ok_or(Refusal::NotFound)?;
                has_version(expected, before.version)?;
                let mut after = act(register, before.clone())?;
                if after == *before {
                    return Ok((Vec::new(), Vec::new()));
                }
                after.version += 1;
                let about = json!({ "component": id, "code": after.code });
                let entry = audit::entry(now, event, By::Seat(by), about);
                Ok::<_, Refusal>((vec![Entry::Component(after)], vec![entry]))
            })
            .await
    }
}

fn must_keep(register: &Register, by: SeatId) -> Result<(), Refusal> {
    must(register, by, Action::KeepComponents, &Place::default(), "keep the components")
}

/// REV19: the words of a component, without the white space around them.
fn checked(said: ComponentWords) -> Result<ComponentWords, Refusal> {
    let code = words::code("code", &said.code)?;
    if !(1..=8).contains(&said.hue) {
        return Err(Refusal::field("hue", "is one of the eight colours, 1 to 8"));
    }
    let mut name = ByLanguage::new();
    for (language, words) in &said.name {
        let field = format!("name.{language}");
        let language = words::language(&field, language)?;
        name.insert(language, words::line(&field, words, 200)?);
    }
    if name.is_empty() || name.len() > MOST_LANGUAGES {
        let full = Broken::Full { most: MOST_LANGUAGES };
        let broken = if name.is_empty() { Broken::Missing } else { full };
        let rule = format!("is given in 1 to {MOST_LANGUAGES} languages");
        return Err(Refusal::broken("name", broken, rule));
    }
    Ok(ComponentWords { code, name, ..said })
}

/// REV19: no other component has that code, or that name in one of its languages.
fn must_be_free(register: &Register, own: Option<ComponentId>, said: &ComponentWords) -> Result<(), Refusal> {
    let others = || register.components().into_iter().filter(|other| Some(other.id) != own);
    if others().any(|other| other.code.eq_ignore_ascii_case(&said.code)) {
        return Err(Refusal::ComponentExists { field: "code".to_owned(), taken: said.code.clone() });
    }
    let taken: BTreeSet<(&str, String)> = others()
        .flat_map(|other| other.name.iter().map(|(language, name)| (language.as_str(), name.to_lowercase())))
        .collect();
    match said.name.iter().find(|(language, name)| taken.contains(&(language.as_str(), name.to_lowercase())))
    {
        Some((language, name)) => {
            Err(Refusal::ComponentExists { field: format!("name.{language}"), taken: name.clone() })
        }
        None => Ok(()),
    }
}
