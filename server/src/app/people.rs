//! People and their hats: a further seat for somebody who is here, what a seat does, who somebody is, a new way in (REV70,
//! REV72). Ending seats and restoring them is in [`rights`](super::rights), inviting in [`invitations`](super::invitations).

use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::permission::{Action, Function, Grant, Place, Role, Scope};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::access::LinkMade;
use super::audit::{self, By};
use super::refusal::Refusal;
use super::rights::{
    has_version, is_last_administrator, must, must_be_able_to_make, must_be_free, must_stand_as_high_as,
    must_stand_high_enough,
};
use super::words;
use crate::people::account::{Person, initials};
use crate::people::directory::{Entry, Register};
use crate::people::seat::Seat;

/// A seat to be given to somebody who is here already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewSeat {
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub component: ComponentId,
    /// What they do there.
    pub function: Function,
    /// *Admin* or *secretariat* of the service, if it is that.
    pub role: Option<Role>,
}

/// All that the people's keepers say of a seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeatWords {
    /// What its holder does in the component.
    pub function: Function,
    /// *Admin* or *secretariat* of the service, if it is that.
    pub role: Option<Role>,
    /// Its holder acts with it unless they choose another hat.
    pub first: bool,
}

/// Who somebody is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonWords {
    /// As they sign.
    pub name: String,
    /// Where they are reached.
    pub email: String,
    /// The language of letters to them.
    pub language: String,
}

impl App {
    /// REV72: give somebody a further hat.
    pub async fn give_seat(&self, by: SeatId, new: NewSeat) -> Result<SeatId, Refusal> {
        let (id, now) = (SeatId(Uuid::new_v4()), self.clock.now());
        self.directory
            .enter(|register| {
                must(register, by, Action::InvitePeople, &Place::default(), "give seats")?;
                let unknown = || Refusal::field("person", "is not known here");
                let person = register.person(new.person).ok_or_else(unknown)?;
                must_stand_as_high_as(register, by, register.standing_of(person.id))?;
                must_be_able_to_make(register, by, new.role)?;
                must_be_free(register, person.id, new.component)?;
                let seat = new_seat(register, id, new);
                let about = json!({ "seat": id, "person": new.person, "component": new.component });
                let entry = audit::entry(now, "seat_given", By::Seat(by), about);
                Ok::<_, Refusal>((vec![Entry::Seat(seat)], vec![entry]))
            })
            .await?;
        self.rights_changed();
        Ok(id)
    }

    /// REV70, REV72: change what a seat does, its role in the service, or make it its holder's first hat.
    pub async fn change_seat(
        &self,
        by: SeatId,
        seat: SeatId,
        expected: Option<u64>,
        said: SeatWords,
    ) -> Result<(), Refusal> {
        self.directory
            .enter(|register| {
                must(register, by, Action::EndSeat, &Place::default(), "change seats")?;
                let seat = register.seat(seat).ok_or(Refusal::NotFound)?;
                must_stand_high_enough(register, by, seat)?;
                must_be_able_to_make(register, by, said.role)?;
                has_version(expected, seat.version)?;
                let next = Seat {
                    function: said.function,
                    grants: with_role(&seat.grants, said.role),
                    rank: rank_of(register, seat, said.first),
                    ..seat.clone()
                };
                let further = if said.first { behind(register, seat) } else { Vec::new() };
                if next == *seat && further.is_empty() {
                    return Ok((Vec::new(), Vec::new()));
                }
                if said.role != Some(Role::Admin) && is_last_administrator(register, seat) {
                    return Err(Refusal::LastAdmin);
                }
                let about = json!({ "seat": seat.id, "function": said.function, "role": said.role });
                let (mut entries, ops) = self.seat_changed(next, by, "seat_changed", about);
                entries.extend(further.into_iter().map(Entry::Seat));
                Ok::<_, Refusal>((entries, ops))
            })
            .await?;
        self.rights_changed();
        Ok(())
    }

    /// REV70: change who somebody is, if they have the expected version.
    pub async fn change_person(
        &self,
        by: SeatId,
        person: PersonId,
        expected: Option<u64>,
        said: PersonWords,
    ) -> Result<(), Refusal> {
        let (name, email, language) = checked(&said)?;
        let now = self.clock.now();
        self.directory
            .enter(|register| {
                must(register, by, Action::InvitePeople, &Place::default(), "change people")?;
                let before = register.person(person).ok_or(Refusal::NotFound)?;
                must_stand_as_high_as(register, by, register.standing_of(person))?;
                has_version(expected, before.version)?;
                if let Some(other) = register.person_by_email(&email).filter(|other| other.id != person) {
                    return Err(Refusal::PersonExists { person: other.id, name: other.name.clone() });
                }
                let initials = initials(&name);
                let mut after = Person { name, initials, email, language, ..before.clone() };
                if after == *before {
                    return Ok((Vec::new(), Vec::new()));
                }
                after.version += 1;
                let entry = audit::entry(now, "person_changed", By::Seat(by), json!({ "person": person }));
                Ok::<_, Refusal>((vec![Entry::Person(after)], vec![entry]))
            })
            .await
    }

    /// REV70: a sign-in link for somebody who has lost theirs. It is on record who made it: whoever has the link is that
    /// person.
    pub async fn make_link_for(&self, by: SeatId, person: PersonId) -> Result<LinkMade, Refusal> {
        let register = self.directory.register();
        must(&register, by, Action::InvitePeople, &Place::default(), "make sign-in links for others")?;
        register.person(person).ok_or(Refusal::NotFound)?;
        must_stand_as_high_as(&register, by, register.standing_of(person))?;
        let entry = audit::entry(self.clock.now(), "link_made", By::Seat(by), json!({ "person": person }));
        self.make_link_noting(person, vec![entry]).await
    }
}

/// A seat as it is given: behind its holder's other hats.
pub(super) fn new_seat(register: &Register, id: SeatId, new: NewSeat) -> Seat {
    let NewSeat { person, component, function, role } = new;
    let last = register.all_seats_of(person).into_iter().map(|seat| seat.rank).max();
    let rank = last.map_or(0, |last| last.saturating_add(1));
    Seat { id, person, component, function, grants: with_role(&[], role), rank, ended: false, version: 1 }
}

/// The name, address and language of somebody, as they are written down.
pub(super) fn checked(said: &PersonWords) -> Result<(String, String, String), Refusal> {
    let name = words::line("name", &said.name, 120)?;
    let email = words::email("email", &said.email)?;
    Ok((name, email, words::language("language", &said.language)?))
}

/// The grants with this role in the service instead of the one they hold. An administrator who is of the secretariat too
/// stays that.
fn with_role(grants: &[Grant], role: Option<Role>) -> Vec<Grant> {
    let in_service = |role| Grant { scope: Scope::Service, role };
    let replaced = |grant: &Grant| match role {
        Some(Role::Admin) => false,
        _ => [Role::Admin, Role::Secretariat].map(in_service).contains(grant),
    };
    let mut next: Vec<Grant> = grants.iter().copied().filter(|grant| !replaced(grant)).collect();
    if let Some(granted) = role.map(in_service).filter(|granted| !next.contains(granted)) {
        next.push(granted);
    }
    next
}

/// The rank of a seat that is to come first among its holder's, or not.
fn rank_of(register: &Register, seat: &Seat, first: bool) -> u32 {
    let held = register.seats_of(seat.person);
    let is_first = held.first().is_some_and(|one| one.id == seat.id);
    let others = || held.iter().filter(|other| other.id != seat.id).map(|other| other.rank);
    match (first, is_first) {
        (true, _) => 0,
        (false, true) if held.len() > 1 => others().max().unwrap_or(0).saturating_add(1),
        _ => seat.rank,
    }
}

/// The other hats of a seat's holder that must stand further back when it comes first. Their versions stay: nothing of them
/// changed that anybody could have meant to change.
fn behind(register: &Register, first: &Seat) -> Vec<Seat> {
    let others = register.all_seats_of(first.person).into_iter().filter(|seat| seat.id != first.id);
    let moved = others.zip(1u32..).filter(|(seat, rank)| seat.rank != *rank);
    moved.map(|(seat, rank)| Seat { rank, ..seat.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rev70_a_role_in_the_service_replaces_the_one_before_and_leaves_all_others() {
        let grant = |scope, role| Grant { scope, role };
        let pen = grant(Scope::Paper(crdt::ids::PaperId(Uuid::nil())), Role::Pen);
        let (admin, secretariat) =
            (grant(Scope::Service, Role::Admin), grant(Scope::Service, Role::Secretariat));
        assert_eq!(with_role(&[pen], Some(Role::Secretariat)), [pen, secretariat]);
        assert_eq!(with_role(&[pen, secretariat], Some(Role::Admin)), [pen, secretariat, admin]);
        assert_eq!(with_role(&[admin, secretariat, pen], Some(Role::Secretariat)), [pen, secretariat]);
        assert_eq!(with_role(&[admin, secretariat, pen], None), [pen]);
        assert_eq!(with_role(&[pen, admin], Some(Role::Admin)), [pen, admin]);
    }
}
