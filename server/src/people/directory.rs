//! The directory: all components, people, seats, papers and review rounds, in memory.
//!
//! It is loaded when the service starts and changed only through [`Directory::enter`], which commits to the store first.
//! Readers take the [`Register`] as it stands, a shared value that no later change touches, and ask it anything.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crdt::ids::{ComponentId, PaperId, PersonId, RoundId, SeatId, TextId};
use crdt::review::permission::{Action, Place, Standing, may};
use crdt::review::round::Round;

use super::account::Person;
use super::component::Component;
use super::paper::{Paper, TextPlace};
use super::seat::Seat;
use crate::store::{Coll, Expect, Op, Record, Store, StoreError, scan_all};

/// Keeps the register and the store in step.
pub struct Directory {
    store: Arc<dyn Store>,
    register: RwLock<Arc<Register>>,
    /// Held from reading the register to publishing the next one, so that checks still hold when their write lands.
    writing: tokio::sync::Mutex<()>,
}

/// Everybody and everything at one moment.
#[derive(Clone, Default, Debug)]
pub struct Register {
    components: BTreeMap<ComponentId, Component>,
    people: BTreeMap<PersonId, Person>,
    seats: BTreeMap<SeatId, Seat>,
    papers: BTreeMap<PaperId, Paper>,
    texts: BTreeMap<TextId, TextPlace>,
    rounds: BTreeMap<RoundId, Round>,
}

/// A new or changed entry of the register.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A body.
    Component(Component),
    /// A person.
    Person(Person),
    /// A seat.
    Seat(Seat),
    /// A paper with its chapters.
    Paper(Paper),
    /// A review round: who reads what was sent in it is asked again and again.
    Round(Box<Round>),
}

impl Directory {
    /// The directory as the store has it.
    pub async fn load(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut register = Register::default();
        for record in scan_all(&*store, Coll::Component, "").await? {
            register.take(Entry::Component(record.read()?));
        }
        for record in scan_all(&*store, Coll::Person, "").await? {
            register.take(Entry::Person(record.read()?));
        }
        for record in scan_all(&*store, Coll::Seat, "").await? {
            register.take(Entry::Seat(record.read()?));
        }
        for record in scan_all(&*store, Coll::Paper, "").await? {
            register.take(Entry::Paper(Record::read(&record)?));
        }
        for record in scan_all(&*store, Coll::Round, "").await? {
            register.take(Entry::Round(Box::new(record.read()?)));
        }
        let register = RwLock::new(Arc::new(register));
        Ok(Self { store, register, writing: tokio::sync::Mutex::default() })
    }

    /// The register as it stands.
    pub fn register(&self) -> Arc<Register> {
        Arc::clone(&self.register.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Change the register: `plan` sees it as it is and answers with the entries to write and with further operations
    /// of the same commit. Nobody else changes it meanwhile; when the commit fails, nothing has changed. Without
    /// entries and operations nothing happens.
    pub async fn enter<E: From<StoreError>>(
        &self,
        plan: impl FnOnce(&Register) -> Result<(Vec<Entry>, Vec<Op>), E>,
    ) -> Result<(), E> {
        let _writing = self.writing.lock().await;
        let before = self.register();
        let (entries, also) = plan(&before)?;
        let mut ops: Vec<Op> = entries.iter().map(Entry::op).collect();
        ops.extend(also);
        if ops.is_empty() {
            return Ok(());
        }
        self.store.commit(ops).await?;
        let mut after = Register::clone(&before);
        entries.into_iter().for_each(|entry| after.take(entry));
        *self.register.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Ok(())
    }
}

impl Entry {
    fn op(&self) -> Op {
        match self {
            Entry::Component(component) => {
                Op::put(Coll::Component, component.id.to_string(), Expect::Any, component)
            }
            Entry::Person(person) => Op::put(Coll::Person, person.id.to_string(), Expect::Any, person),
            Entry::Seat(seat) => Op::put(Coll::Seat, seat.id.to_string(), Expect::Any, seat),
            Entry::Paper(paper) => Op::put(Coll::Paper, paper.id.to_string(), Expect::Any, paper),
            Entry::Round(round) => {
                Op::put(Coll::Round, format!("{}/{}", round.paper, round.id), Expect::Any, round)
            }
        }
    }
}

impl Register {
    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Component(component) => drop(self.components.insert(component.id, component)),
            Entry::Person(person) => drop(self.people.insert(person.id, person)),
            Entry::Seat(seat) => drop(self.seats.insert(seat.id, seat)),
            Entry::Paper(paper) => {
                self.texts.retain(|_, place| place.paper != paper.id);
                self.texts.extend(paper.texts());
                self.papers.insert(paper.id, paper);
            }
            Entry::Round(round) => drop(self.rounds.insert(round.id, *round)),
        }
    }

    /// Nobody was ever entered: the service is new.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.papers.is_empty()
    }

    /// Every component, in order of code.
    pub fn components(&self) -> Vec<&Component> {
        let mut all: Vec<&Component> = self.components.values().collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }

    /// The component with this id.
    pub fn component(&self, id: ComponentId) -> Option<&Component> {
        self.components.get(&id)
    }

    /// How high a person stands: as high as the highest of the seats they hold.
    pub fn standing_of(&self, person: PersonId) -> Standing {
        let held = self.seats_of(person).into_iter().map(|seat| Standing::of(&seat.rights()));
        held.max().unwrap_or(Standing::Member)
    }

    /// The component with this code.
    pub fn component_by_code(&self, code: &str) -> Option<&Component> {
        self.components.values().find(|component| component.code.eq_ignore_ascii_case(code))
    }

    /// Every person, in order of name.
    pub fn people(&self) -> Vec<&Person> {
        let mut all: Vec<&Person> = self.people.values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// The person with this id.
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// The person with this address.
    pub fn person_by_email(&self, email: &str) -> Option<&Person> {
        self.people.values().find(|person| person.answers_to(email))
    }

    /// The seats a person holds now; the one they act with by default comes first.
    pub fn seats_of(&self, person: PersonId) -> Vec<&Seat> {
        let mut held: Vec<&Seat> =
            self.seats.values().filter(|seat| seat.person == person && !seat.ended).collect();
        held.sort_by_key(|seat| (seat.rank, seat.id));
        held
    }

    /// Every seat a person holds or held, in order of rank.
    pub fn all_seats_of(&self, person: PersonId) -> Vec<&Seat> {
        let mut all: Vec<&Seat> = self.seats.values().filter(|seat| seat.person == person).collect();
        all.sort_by_key(|seat| (seat.rank, seat.id));
        all
    }

    /// Every seat, ended or not.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// The seat with this id, ended or not.
    pub fn seat(&self, id: SeatId) -> Option<&Seat> {
        self.seats.get(&id)
    }

    /// A seat with its person and component.
    pub fn who(&self, id: SeatId) -> Option<Who<'_>> {
        let seat = self.seat(id)?;
        Some(Who { seat, person: self.person(seat.person)?, component: self.component(seat.component)? })
    }

    /// Every paper, in order of slug.
    pub fn papers(&self) -> Vec<&Paper> {
        let mut all: Vec<&Paper> = self.papers.values().collect();
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }

    /// The paper with this id.
    pub fn paper(&self, id: PaperId) -> Option<&Paper> {
        self.papers.get(&id)
    }

    /// The paper with this slug.
    pub fn paper_by_slug(&self, slug: &str) -> Option<&Paper> {
        self.papers.values().find(|paper| paper.slug == slug)
    }

    /// Where a text belongs.
    pub fn text(&self, id: TextId) -> Option<&TextPlace> {
        self.texts.get(&id)
    }

    /// The round with this id.
    pub fn round(&self, id: RoundId) -> Option<&Round> {
        self.rounds.get(&id)
    }

    /// Every round, in no particular order.
    pub fn rounds(&self) -> impl Iterator<Item = &Round> {
        self.rounds.values()
    }

    /// The rounds of a paper, drafts among them, in order of opening.
    pub fn rounds_of(&self, paper: PaperId) -> Vec<&Round> {
        let mut all: Vec<&Round> = self.rounds.values().filter(|round| round.paper == paper).collect();
        all.sort_by_key(|round| (round.plan.opens, round.id));
        all
    }

    /// May this seat do that there? An unknown seat may nothing.
    pub fn may(&self, seat: SeatId, action: Action, place: &Place) -> bool {
        self.seat(seat).is_some_and(|seat| may(&seat.rights(), action, place))
    }
}

/// A seat and the two it joins.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The seat.
    pub seat: &'a Seat,
    /// Whose it is.
    pub person: &'a Person,
    /// Where it is.
    pub component: &'a Component,
}
