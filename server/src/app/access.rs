//! Getting in: invitations, sign-in links, sessions, tokens and tickets.

use std::net::IpAddr;
use std::time::Duration;

use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Grant, Role, Scope};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::invitations::Arriving;
use super::refusal::Refusal;
use super::words;
use crate::people::account::{Person, Session, initials};
use crate::people::component::{Component, Kind};
use crate::people::directory::{Entry, Register};
use crate::people::link::{Link, LinkClosed};
use crate::people::seat::Seat;
use crate::people::token::{Pass, Secret, key_of};
use crate::store::{Coll, Expect, Op, StoreError};

/// Whom to invite, and to what.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Invitation {
    /// Their name; needed for somebody new.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
    /// The code of the component in which they get a seat; without one, the secretariat for somebody new.
    pub component: Option<String>,
    /// What they do there; a contributor if nothing is said.
    pub function: Option<Function>,
    /// They run the service.
    pub admin: bool,
}

/// A sign-in link, ready to be given to its person.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct LinkMade {
    /// The whole address.
    pub url: String,
    /// Until when it works.
    pub expires_at: Moment,
}

/// A secret that was made for a program, with its last moment.
#[derive(Clone, Debug)]
pub struct PassMade {
    /// Shown once.
    pub secret: Secret,
    /// Until when it works.
    pub expires: Moment,
}

impl App {
    /// Somebody comes in through a link, their own or that of an invitation. Answers with their session's cookie value, which is
    /// always a new one.
    pub async fn sign_in(&self, token: &str, arriving: &Arriving) -> Result<(Secret, PersonId), Refusal> {
        let now = self.clock.now();
        self.admits_sign_in(arriving.from)?;
        let key = key_of(token);
        let Some(record) = self.store.get(Coll::Link, &key).await? else {
            return self.use_invitation(&key, arriving).await;
        };
        let link: Link = record.read()?;
        let used = link.used(now)?;
        if self.directory.register().seats_of(link.person).is_empty() {
            return Err(Refusal::LinkUnknown);
        }
        let session = Secret::draw();
        let ops = vec![
            Op::put(Coll::Link, key, Expect::Version(record.version), &used),
            Op::put(Coll::Session, session.key(), Expect::Absent, &Session::start(link.person, now)),
            audit::entry(now, "sign_in", By::Person(link.person), json!({})),
        ];
        match self.store.commit(ops).await {
            Ok(_) => Ok((session, link.person)),
            // Two came through at the same moment; a link that may be used again lets the slower one in as well.
            Err(StoreError::Conflict { .. }) if link.reusable => {
                Box::pin(self.sign_in(token, arriving)).await
            }
            Err(StoreError::Conflict { .. }) => Err(LinkClosed::Used.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// May somebody at this network address try to come in once more in this minute?
    pub fn admits_sign_in(&self, from: IpAddr) -> Result<(), Refusal> {
        self.sign_ins.take(from, self.clock.now())
    }

    /// End the session with this cookie value, and the sockets and streams that were opened with it; that it is over already
    /// is no error.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), Refusal> {
        let key = key_of(cookie);
        let delete = Op::Delete { coll: Coll::Session, key: key.clone(), expect: Expect::Any };
        self.store.commit(vec![delete]).await?;
        self.end_login(&key);
        Ok(())
    }

    /// Closes what was opened with this session or token.
    pub(super) fn end_login(&self, key: &str) {
        self.live.end_login(key);
        self.news.end_login(key);
    }

    /// Whose living session has this cookie value?
    pub async fn person_of_session(&self, cookie: &str) -> Result<Option<PersonId>, Refusal> {
        let now = self.clock.now();
        let key = key_of(cookie);
        let Some(record) = self.store.get(Coll::Session, &key).await? else { return Ok(None) };
        let session: Session = record.read()?;
        if !session.is_alive(now) || self.directory.register().person(session.person).is_none() {
            return Ok(None);
        }
        if let Some(noted) = session.noted(now) {
            let op = Op::put(Coll::Session, key, Expect::Version(record.version), &noted);
            match self.store.commit(vec![op]).await {
                // Another request of the same session noted it, or it was ended: either way this request goes on.
                Ok(_) | Err(StoreError::Conflict { .. }) => {}
                Err(error) => tracing::warn!(%error, "could not note the use of a session"),
            }
        }
        Ok(Some(session.person))
    }

    /// What a bearer token stands for, if it does.
    pub async fn pass_of_token(&self, token: &str) -> Result<Option<Pass>, Refusal> {
        self.pass(Coll::Token, token).await
    }

    /// What a socket's ticket stands for, if it does.
    pub async fn pass_of_ticket(&self, ticket: &str) -> Result<Option<Pass>, Refusal> {
        self.pass(Coll::Ticket, ticket).await
    }

    async fn pass(&self, coll: Coll, presented: &str) -> Result<Option<Pass>, Refusal> {
        let Some(record) = self.store.get(coll, &key_of(presented)).await? else { return Ok(None) };
        let pass: Pass = record.read()?;
        Ok(Some(pass).filter(|pass| pass.is_alive(self.clock.now())))
    }

    /// A ticket for a socket that speaks for `seat`.
    pub async fn make_ticket(&self, seat: SeatId) -> Result<PassMade, Refusal> {
        self.make_pass(Coll::Ticket, seat, Pass::TICKET_LASTS, Vec::new()).await
    }

    /// A bearer token for a program that speaks for the seat of `email` in `component`, or for their first seat.
    pub async fn make_token(
        &self,
        email: &str,
        component: Option<&str>,
        days: u32,
    ) -> Result<PassMade, Refusal> {
        let seat = seat_named(&self.directory.register(), email, component)?;
        let about = json!({ "seat": seat, "days": days });
        let audit = audit::entry(self.clock.now(), "token", By::Operator, about);
        self.make_pass(Coll::Token, seat, Duration::from_hours(24 * u64::from(days)), vec![audit]).await
    }

    async fn make_pass(
        &self,
        coll: Coll,
        seat: SeatId,
        lasts: Duration,
        also: Vec<Op>,
    ) -> Result<PassMade, Refusal> {
        let secret = Secret::draw();
        let pass = Pass { seat, expires: self.clock.now() + lasts };
        let mut ops = vec![Op::put(coll, secret.key(), Expect::Absent, &pass)];
        ops.extend(also);
        self.store.commit(ops).await?;
        Ok(PassMade { secret, expires: pass.expires })
    }

    /// A link with which `person` signs in on another device.
    pub async fn make_link(&self, person: PersonId) -> Result<LinkMade, Refusal> {
        self.make_link_noting(person, Vec::new()).await
    }

    pub(super) async fn make_link_noting(
        &self,
        person: PersonId,
        also: Vec<Op>,
    ) -> Result<LinkMade, Refusal> {
        let (secret, link) = (Secret::draw(), Link::once(person, self.clock.now()));
        let mut ops = vec![Op::put(Coll::Link, secret.key(), Expect::Absent, &link)];
        ops.extend(also);
        self.store.commit(ops).await?;
        Ok(LinkMade { url: self.sign_in_url(secret.reveal()), expires_at: link.expires })
    }

    /// The address that a sign-in link's token makes.
    pub fn sign_in_url(&self, token: &str) -> String {
        format!("{}/sign-in#{token}", self.settings.public_url)
    }

    /// Invite somebody: an account if they have none, a seat if they have none there, and a link.
    pub async fn invite(&self, invitation: &Invitation) -> Result<LinkMade, Refusal> {
        let person = self.enter_person(invitation).await?;
        self.make_link(person).await
    }

    /// The account and the seat of somebody who is invited, made if they are missing.
    pub async fn enter_person(&self, invitation: &Invitation) -> Result<PersonId, Refusal> {
        let now = self.clock.now();
        let mut person = PersonId(Uuid::nil());
        self.directory
            .enter(|register| {
                let (id, entries) = plan_invitation(register, invitation)?;
                person = id;
                let about =
                    json!({ "person": id, "component": invitation.component, "admin": invitation.admin });
                Ok::<_, Refusal>((entries, vec![audit::entry(now, "invite", By::Operator, about)]))
            })
            .await?;
        self.rights_changed();
        Ok(person)
    }

    /// Note in the audit log that a seat tried what it may not, at most sixty times a minute for each seat.
    pub async fn note_refused(&self, seat: SeatId, method: &str, route: &str) {
        let now = self.clock.now();
        if self.refusals.take(seat, now).is_err() {
            return;
        }
        let entry = audit::entry(now, "refused", By::Seat(seat), json!({ "method": method, "route": route }));
        if let Err(error) = self.store.commit(vec![entry]).await {
            tracing::error!(%error, %seat, route, "could not write a refused attempt to the audit log");
        }
    }
}

/// The seat of a person in a component, or their first one.
pub fn seat_named(register: &Register, email: &str, component: Option<&str>) -> Result<SeatId, Refusal> {
    let person = register
        .person_by_email(email)
        .ok_or_else(|| Refusal::field("email", format!("{email} is not known here; invite them first")))?;
    let seats = register.seats_of(person.id);
    let found = match component {
        None => seats.first(),
        Some(code) => {
            let component = component_named(register, code)?;
            seats.iter().find(|seat| seat.component == component)
        }
    };
    found
        .map(|seat| seat.id)
        .ok_or_else(|| Refusal::field("component", format!("{email} holds no seat there")))
}

fn component_named(register: &Register, code: &str) -> Result<ComponentId, Refusal> {
    let found = register.component_by_code(code);
    found.map(|component| component.id).ok_or_else(|| {
        let known: Vec<&str> =
            register.components().iter().map(|component| component.code.as_str()).collect();
        Refusal::field("component", format!("{code} is not a component; there are {}", known.join(", ")))
    })
}

/// The person who is invited, and the entries that make them one.
fn plan_invitation(register: &Register, asked: &Invitation) -> Result<(PersonId, Vec<Entry>), Refusal> {
    let mut entries = Vec::new();
    let email = words::email("email", &asked.email)?;
    let known = register.person_by_email(&email);
    let person = match known {
        Some(person) => person.id,
        None => {
            let name = words::line("name", asked.name.as_deref().unwrap_or_default(), 120)?;
            let (id, initials) = (PersonId(Uuid::new_v4()), initials(&name));
            let language = "en".to_owned();
            entries.push(Entry::Person(Person { id, name, initials, email, language, version: 0 }));
            id
        }
    };
    let component = match (&asked.component, known) {
        (Some(code), _) => Some(component_named(register, code)?),
        (None, Some(_)) if !asked.admin => None,
        (None, _) => Some(secretariat(register, &mut entries)),
    };
    if let Some(component) = component {
        entries.extend(seat_in(register, person, component, asked));
    }
    Ok((person, entries))
}

/// The seat to write: a new one, or the one held already when that gains something.
fn seat_in(
    register: &Register,
    person: PersonId,
    component: ComponentId,
    asked: &Invitation,
) -> Option<Entry> {
    let held = register.seats_of(person);
    let admin = Grant { scope: Scope::Service, role: Role::Admin };
    let mut seat = match held.iter().find(|seat| seat.component == component) {
        Some(seat) => (*seat).clone(),
        None => Seat {
            id: SeatId(Uuid::new_v4()),
            person,
            component,
            function: asked.function.unwrap_or(Function::Contributor),
            grants: Vec::new(),
            rank: u32::try_from(held.len()).unwrap_or(u32::MAX),
            ended: false,
            version: 0,
        },
    };
    if let Some(function) = asked.function {
        seat.function = function;
    }
    if asked.admin && !seat.grants.contains(&admin) {
        seat.grants.push(admin);
    }
    if held.contains(&&seat) {
        return None;
    }
    seat.version += 1;
    Some(Entry::Seat(seat))
}

/// The secretariat, which comes into being with the first person who needs it.
fn secretariat(register: &Register, entries: &mut Vec<Entry>) -> ComponentId {
    if let Some(found) = register.components().iter().find(|component| component.kind == Kind::Secretariat) {
        return found.id;
    }
    let name =
        [("es", "Secretaría"), ("en", "Secretariat")].map(|(lang, name)| (lang.to_owned(), name.to_owned()));
    let id = ComponentId(Uuid::new_v4());
    let made = Component {
        id,
        code: "SEC".to_owned(),
        kind: Kind::Secretariat,
        hue: 1,
        name: name.into(),
        closed: false,
        closings: Vec::new(),
        version: 0,
    };
    entries.push(Entry::Component(made));
    id
}
