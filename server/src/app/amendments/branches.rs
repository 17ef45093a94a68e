//! Who may write on which branch.
//!
//! A branch belongs to one component, and for everybody else it does not exist. Sockets ask for every message, so this is kept in
//! memory; it is read from the amendments when the service starts, and changed with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use crdt::ids::{ComponentId, PersonId, SeatId, TextId};
use crdt::review::amendment::Amendment;
use crdt::review::permission::{Action, may};
use crdt::sync::events::Access;

use super::kept::all_records;
use crate::live::RightsOf;
use crate::people::directory::Directory;
use crate::store::{Store, StoreError};

/// The branches, beside the directory that knows all other texts.
pub struct Branches {
    directory: Arc<Directory>,
    doors: RwLock<BTreeMap<TextId, Door>>,
}

/// The way to a branch.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Door {
    /// The text it is a branch of.
    base: TextId,
    /// Whose it is.
    component: ComponentId,
    /// What its writers must be allowed to do at the base.
    action: Action,
    /// They may not write on it, whatever they may do: nobody decides on their own words.
    except: BTreeSet<PersonId>,
    /// It is decided: nobody writes on it any more.
    is_over: bool,
}

impl Branches {
    /// The branches of all amendments in the store.
    pub async fn load(store: &dyn Store, directory: Arc<Directory>) -> Result<Branches, StoreError> {
        let branches = Branches { directory, doors: RwLock::default() };
        for amendment in all_records(store).await? {
            branches.note(&amendment);
        }
        Ok(branches)
    }

    /// An amendment is new, or has changed. Answers whether that changes who writes where.
    pub fn note(&self, amendment: &Amendment) -> bool {
        let is_over = amendment.state().is_final();
        let base = amendment.text;
        let draft = Door {
            base,
            component: amendment.component,
            action: Action::Propose,
            except: BTreeSet::new(),
            is_over,
        };
        let copies = amendment.copies.iter().map(|copy| {
            let except = amendment.workers.clone();
            let door = Door { base, component: copy.component, action: Action::Decide, except, is_over };
            (copy.branch.text, door)
        });
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        let now = [(amendment.branch.text, draft)].into_iter().chain(copies);
        let mut has_changed = false;
        for (text, door) in now {
            has_changed |= doors.get(&text) != Some(&door);
            doors.insert(text, door);
        }
        has_changed
    }

    /// A draft was thrown away: its branch exists for nobody.
    pub fn forget(&self, amendment: &Amendment) {
        self.doors.write().unwrap_or_else(PoisonError::into_inner).remove(&amendment.branch.text);
    }

    fn door(&self, text: TextId) -> Option<Door> {
        self.doors.read().unwrap_or_else(PoisonError::into_inner).get(&text).cloned()
    }
}

impl RightsOf for Branches {
    fn access(&self, seat: SeatId, text: TextId) -> Access {
        let Some(door) = self.door(text) else { return self.directory.access(seat, text) };
        let register = self.directory.register();
        let Some(place) = register.text(door.base).map(|base| base.place()) else { return Access::None };
        let Some(held) = register.seat(seat).filter(|seat| seat.component == door.component) else {
            return Access::None;
        };
        let rights = held.rights();
        if !may(&rights, Action::Read, &place) {
            Access::None
        } else if !door.is_over && may(&rights, door.action, &place) && !door.except.contains(&held.person) {
            Access::Write
        } else {
            Access::Read
        }
    }

    fn is_held(&self, seat: SeatId) -> bool {
        self.directory.is_held(seat)
    }
}
