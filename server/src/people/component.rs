//! A body of the organisation.

use std::collections::BTreeMap;

use crdt::ids::ComponentId;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

/// Words by language code: `{"es": "…", "en": "…"}`.
pub type ByLanguage = BTreeMap<String, String>;

/// A section, committee, working group, partner, city or the secretariat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Component {
    /// For life.
    pub id: ComponentId,
    /// Short and unique: "AFR".
    pub code: String,
    /// What sort of body.
    pub kind: Kind,
    /// Which of the eight colours of the interface its members have.
    pub hue: u8,
    /// Its name in each language.
    pub name: ByLanguage,
    /// Nobody is invited to it any more, and no new round asks it (REV19).
    #[serde(default)]
    pub closed: bool,
    /// When it was closed and opened again, the earliest first.
    #[serde(default)]
    pub closings: Vec<Closing>,
    /// How often it was changed: the version that `If-Match` names.
    #[serde(default)]
    pub version: u64,
}

/// A time in which a component was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Closing {
    /// From when.
    pub closed: Moment,
    /// Until when; `None` while it lasts.
    pub opened: Option<Moment>,
}

impl Component {
    /// Closed from now on, or open again. Closing what is closed, and opening what is open, changes nothing.
    pub fn set_closed(self, closed: bool, now: Moment) -> Self {
        if self.closed == closed {
            return self;
        }
        let mut next = Self { closed, ..self };
        if closed {
            next.closings.push(Closing { closed: now, opened: None });
        } else if let Some(last) = next.closings.last_mut() {
            last.opened = Some(now);
        }
        next
    }

    /// Since when it had been closed at this instant; `None` when it was open then, or the record does not say since when it is closed.
    pub fn closed_at(&self, at: Moment) -> Option<Moment> {
        let lasted = |each: &&Closing| each.closed <= at && each.opened.is_none_or(|opened| opened > at);
        self.closings.iter().find(lasted).map(|each| each.closed)
    }
}

/// The sorts of bodies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regional or thematic section.
    Section,
    /// A standing committee.
    Committee,
    /// A working group.
    WorkingGroup,
    /// Another organisation that takes part.
    Partner,
    /// A city.
    City,
    /// The world secretariat.
    Secretariat,
}
