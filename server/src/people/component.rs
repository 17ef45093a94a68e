//! A body of the organisation.

use std::collections::BTreeMap;

use crdt::ids::ComponentId;
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
    /// How often it was changed: the version that `If-Match` names.
    #[serde(default)]
    pub version: u64,
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
