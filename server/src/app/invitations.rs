//! Invitations: made, made anew, withdrawn, used (REV71).
//!
//! All of them take turns, so that an address has one open invitation to a component, and a link is used once, whoever else
//! comes at the same moment.

use std::net::IpAddr;

use crdt::ids::{ComponentId, InvitationId, PersonId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Function, Place, Role};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::access::LinkMade;
use super::audit::{self, By};
use super::people::{NewSeat, PersonWords, checked, new_seat};
use super::refusal::Refusal;
use super::rights::{must, must_be_able_to_make, must_stand_as_high_as};
use crate::people::account::{Person, Session, initials};
use crate::people::directory::{Entry, Register};
use crate::people::invitation::{Invitation, Standing};
use crate::people::link::LinkClosed;
use crate::people::mail::letter::About;
use crate::people::token::Secret;
use crate::store::{Coll, Expect, Op, Record, StoreError, scan_all};

/// A seat to be offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewInvitation {
    /// To whom.
    pub to: PersonWords,
    /// Where.
    pub component: ComponentId,
    /// What they will do there.
    pub function: Function,
    /// *Admin* or *secretariat* of the service, if they will be that.
    pub role: Option<Role>,
}

/// Somebody at the door with a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arriving {
    /// From where.
    pub from: IpAddr,
    /// Who is signed in in that browser, if anybody is.
    pub signed_in: Option<PersonId>,
    /// The address they say the invitation was sent to; asked for when somebody else is signed in.
    pub email: Option<String>,
}

impl App {
    /// The invitations there are, the newest first, for who keeps the people.
    pub async fn invitations(&self, by: SeatId) -> Result<Vec<Invitation>, Refusal> {
        must_invite(&self.directory.register(), by)?;
        let mut all = self.all_invitations().await?;
        all.sort_by_key(|invitation| std::cmp::Reverse((invitation.made, invitation.id)));
        Ok(all)
    }

    /// Offer a seat. The link is told once.
    pub async fn offer_seat(
        &self,
        by: SeatId,
        new: NewInvitation,
    ) -> Result<(Invitation, LinkMade), Refusal> {
        let (name, email, language) = checked(&new.to)?;
        let _turn = self.settling.alone(TURN).await;
        let now = self.clock.now();
        let register = self.directory.register();
        must_invite(&register, by)?;
        must_be_able_to_make(&register, by, new.role)?;
        let unknown = || Refusal::field("component", "is not known here");
        let component = register.component(new.component).ok_or_else(unknown)?;
        if component.closed {
            return Err(Refusal::ComponentClosed(component.code.clone()));
        }
        if let Some(person) = register.person_by_email(&email) {
            return Err(Refusal::PersonExists { person: person.id, name: person.name.clone() });
        }
        let waits = |other: &Invitation| {
            other.component == component.id
                && other.email.to_lowercase() == email.to_lowercase()
                && other.standing(now) == Standing::Open
        };
        if self.all_invitations().await?.iter().any(waits) {
            return Err(Refusal::InvitationOpen(email));
        }
        let secret = Secret::draw();
        let invitation = Invitation {
            id: InvitationId(Uuid::new_v4()),
            name,
            email,
            language,
            component: component.id,
            function: new.function,
            role: new.role,
            by,
            made: now,
            expires: now + Invitation::LASTS,
            key: secret.key(),
            mailed: Vec::new(),
            end: None,
        };
        let about =
            json!({ "invitation": invitation.id, "component": component.id, "function": new.function });
        let ops = vec![
            Op::put(Coll::Invitation, invitation.id.to_string(), Expect::Absent, &invitation),
            key_record(&invitation.key, invitation.id),
            audit::entry(now, "invite", By::Seat(by), about),
        ];
        self.commit_with_letter(ops, About::Invitation(invitation.id)).await?;
        let made = self.link_of(&invitation, &secret);
        Ok((invitation, made))
    }

    /// Make the link anew: earlier ones work no more. The new one is told once.
    pub async fn renew_invitation(
        &self,
        by: SeatId,
        id: InvitationId,
    ) -> Result<(Invitation, LinkMade), Refusal> {
        let _turn = self.settling.alone(TURN).await;
        let now = self.clock.now();
        let register = self.directory.register();
        must_invite(&register, by)?;
        let (record, before) = self.invitation(id).await?;
        must_be_able_to_make(&register, by, before.role)?;
        if let Some(component) = register.component(before.component).filter(|component| component.closed) {
            return Err(Refusal::ComponentClosed(component.code.clone()));
        }
        let secret = Secret::draw();
        let after = before.renewed(secret.key(), by, now)?;
        let about = json!({ "invitation": id });
        let ops = vec![
            put(&record, &after),
            key_record(&after.key, id),
            audit::entry(now, "invitation_renewed", By::Seat(by), about),
        ];
        self.commit_with_letter(ops, About::Invitation(id)).await?;
        let made = self.link_of(&after, &secret);
        Ok((after, made))
    }

    /// Take an invitation back. Its link works no more.
    pub async fn withdraw_invitation(&self, by: SeatId, id: InvitationId) -> Result<Invitation, Refusal> {
        let _turn = self.settling.alone(TURN).await;
        must_invite(&self.directory.register(), by)?;
        let (record, before) = self.invitation(id).await?;
        let now = self.clock.now();
        let after = before.withdrawn(by, now)?;
        if after == before {
            return Ok(after);
        }
        let about = json!({ "invitation": id });
        let ops = vec![put(&record, &after), audit::entry(now, "invitation_withdrawn", By::Seat(by), about)];
        self.store.commit(ops).await?;
        Ok(after)
    }

    /// An invitation that waits, with a link of its own for a letter about it; `None` when it waits no more.
    pub(super) async fn invitation_for_letter(
        &self,
        id: InvitationId,
    ) -> Result<Option<(Invitation, LinkMade)>, Refusal> {
        let _turn = self.settling.alone(TURN).await;
        let (record, before) = match self.invitation(id).await {
            Err(Refusal::NotFound) => return Ok(None),
            found => found?,
        };
        if before.standing(self.clock.now()) != Standing::Open {
            return Ok(None);
        }
        let secret = Secret::draw();
        let after = before.with_letter(secret.key());
        self.store.commit(vec![put(&record, &after), key_record(&secret.key(), id)]).await?;
        let made = self.link_of(&after, &secret);
        Ok(Some((after, made)))
    }

    /// Somebody comes in with the token of an invitation, whose key this is: they get an account if they have none, the seat
    /// if they have none there, and a session.
    pub(super) async fn use_invitation(
        &self,
        key: &str,
        arriving: &Arriving,
    ) -> Result<(Secret, PersonId), Refusal> {
        let _turn = self.settling.alone(TURN).await;
        let now = self.clock.now();
        let pointer = self.store.get(Coll::Invitation, &by_key(key)).await?.ok_or(Refusal::LinkUnknown)?;
        let (record, invitation) = match self.invitation(pointer.read()?).await {
            Err(Refusal::NotFound) => return Err(Refusal::LinkUnknown),
            found => found?,
        };
        invitation.must_open_for(key, now)?;
        let session = Secret::draw();
        let mut person = PersonId(Uuid::new_v4());
        let plan = |register: &Register| {
            must_be_meant(register, &invitation, arriving)?;
            let (entries, id, seat) = newcomer(register, &invitation, person)?;
            person = id;
            let about = json!({ "invitation": invitation.id, "seat": seat });
            let ops = vec![
                put(&record, &invitation.used(seat, now)),
                Op::put(Coll::Session, session.key(), Expect::Absent, &Session::start(person, now)),
                audit::entry(now, "invitation_used", By::Person(person), about),
            ];
            Ok::<_, Refusal>((entries, ops))
        };
        self.directory.enter(plan).await?;
        self.rights_changed();
        Ok((session, person))
    }

    /// Remove what became of invitations a while ago, with the keys that lead to them. Answers with how many there were.
    pub(super) async fn sweep_invitations(&self, now: Moment) -> Result<usize, Refusal> {
        let _turn = self.settling.alone(TURN).await;
        let over: Vec<Invitation> = self
            .all_invitations()
            .await?
            .into_iter()
            .filter(|invitation| invitation.expires + Invitation::TOLD <= now)
            .collect();
        if over.is_empty() {
            return Ok(0);
        }
        let delete = |key: String| Op::Delete { coll: Coll::Invitation, key, expect: Expect::Any };
        let mut ops: Vec<Op> = over.iter().map(|invitation| delete(invitation.id.to_string())).collect();
        for record in scan_all(&*self.store, Coll::Invitation, KEYS).await? {
            let leads_to: InvitationId = record.read()?;
            if over.iter().any(|invitation| invitation.id == leads_to) {
                ops.push(delete(record.key));
            }
        }
        self.store.commit(ops).await?;
        Ok(over.len())
    }

    async fn all_invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        let records = scan_all(&*self.store, Coll::Invitation, "").await?;
        records.iter().filter(|record| !record.key.starts_with(KEYS)).map(Record::read).collect()
    }

    async fn invitation(&self, id: InvitationId) -> Result<(Record, Invitation), Refusal> {
        let record = self.store.get(Coll::Invitation, &id.to_string()).await?.ok_or(Refusal::NotFound)?;
        let invitation = record.read()?;
        Ok((record, invitation))
    }

    fn link_of(&self, invitation: &Invitation, secret: &Secret) -> LinkMade {
        LinkMade { url: self.sign_in_url(secret.reveal()), expires_at: invitation.expires }
    }
}

/// Acts on invitations take turns under this name.
const TURN: &str = "invitations";
/// Where the keys begin. No UUID starts with these letters.
const KEYS: &str = "key/";

fn by_key(key: &str) -> String {
    format!("{KEYS}{key}")
}

/// The record that leads from a link to its invitation.
fn key_record(key: &str, id: InvitationId) -> Op {
    Op::put(Coll::Invitation, by_key(key), Expect::Absent, &id)
}

fn put(before: &Record, after: &Invitation) -> Op {
    Op::put(Coll::Invitation, after.id.to_string(), Expect::Version(before.version), after)
}

fn must_invite(register: &Register, by: SeatId) -> Result<(), Refusal> {
    must(register, by, Action::InvitePeople, &Place::default(), "invite people")
}

/// REV71: who is signed in as somebody else says which address the invitation was sent to.
fn must_be_meant(register: &Register, invitation: &Invitation, arriving: &Arriving) -> Result<(), Refusal> {
    let is_at = |email: &str| invitation.email.to_lowercase() == email.trim().to_lowercase();
    let signed_in = arriving.signed_in.and_then(|person| register.person(person));
    let is_meant = match (&arriving.email, signed_in) {
        (Some(said), _) => is_at(said),
        (None, Some(person)) => is_at(&person.email),
        (None, None) => true,
    };
    if is_meant { Ok(()) } else { Err(Refusal::InvitationForAnother) }
}

/// Who comes in, what is written for them, and their seat. Whoever has been made somebody higher meanwhile, or whose inviter has
/// lost the right to invite them, does not come in by an old link (REV70).
fn newcomer(
    register: &Register,
    invitation: &Invitation,
    fresh: PersonId,
) -> Result<(Vec<Entry>, PersonId, SeatId), Refusal> {
    let known = register.person_by_email(&invitation.email);
    let theirs =
        known.map_or(crdt::review::permission::Standing::Member, |known| register.standing_of(known.id));
    let may_still = must_invite(register, invitation.by)
        .and_then(|()| must_be_able_to_make(register, invitation.by, invitation.role))
        .and_then(|()| must_stand_as_high_as(register, invitation.by, theirs));
    may_still.map_err(|_| LinkClosed::Withdrawn)?;
    let mut entries = Vec::new();
    let person = match known {
        Some(person) => person.id,
        None => {
            let Invitation { name, email, language, .. } = invitation.clone();
            let initials = initials(&name);
            entries.push(Entry::Person(Person { id: fresh, name, initials, email, language, version: 1 }));
            fresh
        }
    };
    let held = register.seats_of(person);
    if let Some(seat) = held.iter().find(|seat| seat.component == invitation.component) {
        return Ok((entries, person, seat.id));
    }
    if let Some(component) = register.component(invitation.component).filter(|component| component.closed) {
        return Err(Refusal::ComponentClosed(component.code.clone()));
    }
    let Invitation { component, function, role, .. } = *invitation;
    let seat = new_seat(register, SeatId(Uuid::new_v4()), NewSeat { person, component, function, role });
    let id = seat.id;
    entries.push(Entry::Seat(seat));
    Ok((entries, person, id))
}
