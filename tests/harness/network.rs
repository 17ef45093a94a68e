//! A simulated network: the real room, the real connections, named people, and time that passes only when told to.
//!
//! ```
//! use borrador_tests::network::Network;
//! use borrador_tests::notation::paper;
//!
//! let network = Network::of(paper("# Housing\nCities welcome."));
//! let inés = network.writer("Inés");
//! let omar = network.reader("Omar");
//! network.settle();
//! inés.types_after("Cities", " everywhere");
//! assert!(!inés.is_saved());
//! network.settle();
//! assert!(inés.is_saved());
//! assert_eq!(omar.reads(), "# Housing\nCities everywhere welcome.");
//! ```

mod disk;
mod server;
mod world;

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use bytes::Bytes;
use crdt::ids::{AsideId, SeatId, TextId};
use crdt::sync::events::{Access, Refusal};
use uuid::Uuid;

pub use disk::{Disk, Mood};
pub use world::World;

use self::server::Server;
use crate::client::{Client, Millis, Ours, Stock};
use crate::desk::Desk;
use crate::notation::secretariat;
use crate::person::Person;

/// The cities that take part; whoever needs no name of their own gets one of these.
const CITIES: [&str; 7] = ["Tangier", "Lyon", "Tunis", "Beirut", "Amman", "Lisbon", "Turin"];

/// See the module's documentation.
pub struct Network {
    world: Rc<RefCell<World>>,
}

impl Network {
    /// A network around one text, whose log begins with this change of the secretariat.
    pub fn of(paper: Vec<u8>) -> Network {
        Self::seeded(paper, 2016)
    }

    /// The same, with all chance drawn from this seed.
    pub fn seeded(paper: Vec<u8>, seed: u64) -> Network {
        let text = TextId(Uuid::from_u128(0xb06074));
        let mut server = Server::new(text, Disk::with(&[paper.into()], secretariat()));
        server.rights.insert(secretariat(), Access::Write);
        Network { world: Rc::new(RefCell::new(World::new(server, seed))) }
    }

    /// People who may write, with our own client, named after cities.
    pub fn writers<const N: usize>(&self) -> [Person; N] {
        std::array::from_fn(|n| self.writer(CITIES[n]))
    }

    /// Somebody who may write, with our own client.
    pub fn writer(&self, name: &str) -> Person {
        self.somebody(name, Access::Write, true, Box::new(Ours::default()))
    }

    /// Somebody who may write, with an unmodified automerge-repo client.
    pub fn stock_writer(&self, name: &str) -> Person {
        self.somebody(name, Access::Write, false, Box::new(Stock::default()))
    }

    /// Somebody who may only read.
    pub fn reader(&self, name: &str) -> Person {
        self.somebody(name, Access::Read, true, Box::new(Ours::default()))
    }

    /// Somebody for whom the text does not exist.
    pub fn stranger(&self, name: &str) -> Person {
        self.somebody(name, Access::None, true, Box::new(Ours::default()))
    }

    /// A second window of the same seat.
    pub fn second_window_of(&self, person: &Person) -> Person {
        let name = format!("{} (second window)", person.name());
        self.seat_down(&name, person.seat(), true, Box::new(Ours::default()))
    }

    fn somebody(&self, name: &str, access: Access, signs: bool, client: Box<dyn Client>) -> Person {
        let number = self.world().machines.len() as u128;
        let seat = SeatId(Uuid::from_u128(0x5ea7_0000 + number));
        self.world().server.rights.insert(seat, access);
        self.seat_down(name, seat, signs, client)
    }

    fn seat_down(&self, name: &str, seat: SeatId, signs: bool, client: Box<dyn Client>) -> Person {
        let mut world = self.world();
        let actor = world.chance.u128(..).to_be_bytes();
        let machine = world.add(name, seat, Desk::new(actor, signs.then_some(seat)), client);
        drop(world);
        Person::new(self.world.clone(), machine)
    }

    /// Lets things happen until all is quiet.
    pub fn settle(&self) {
        self.world().settle();
    }

    /// Lets this much time pass.
    pub fn run_for_ms(&self, time: Millis) {
        self.world().run_for(time);
    }

    /// What this person may do changes from now on.
    pub fn may(&self, person: &Person, access: Access) {
        let seat = person.seat();
        self.world().server.rights.insert(seat, access);
    }

    /// What the disk does with writes that end from now on.
    pub fn disk_is(&self, mood: Mood) {
        self.world().server.disk.mood = mood;
    }

    /// How long writes take from now on.
    pub fn disk_takes_ms(&self, time: Millis) {
        self.world().disk_ms = time..time + 1;
    }

    /// From now on changes gather at the server, or (`false`) no longer.
    pub fn changes_gather(&self, gather: bool) {
        self.world().gather(gather);
    }

    /// The server keeps a snapshot of what is on the disk.
    pub fn takes_snapshot(&self) {
        self.world().server.disk.takes_snapshot();
    }

    /// The server keeps the history of the room as it is, if all of it is durable.
    pub fn saves_history(&self) {
        self.world().server.saves_history();
    }

    /// `kill -9`, or the power.
    pub fn server_crashes(&self) {
        self.world().crash();
    }

    /// The server starts again from its disk.
    pub fn server_restarts(&self) {
        self.world().restart();
    }

    /// How many changes are on the disk.
    pub fn stored(&self) -> usize {
        self.world().server.disk.len()
    }

    /// The document that the disk makes, and the lines of its text.
    pub fn on_disk(&self) -> String {
        let bytes = self.world().server.disk.document().save();
        crate::notation::lines(&crdt::document::Text::load(&bytes).expect("the disk holds a text"))
    }

    /// Who was refused what, in order.
    pub fn audit(&self) -> Vec<(SeatId, Refusal)> {
        self.world().server.refused.clone()
    }

    /// What was set aside for a person: how many changes each of their records has, in order.
    pub fn set_aside_for(&self, person: &Person) -> Vec<usize> {
        let seat = person.seat();
        let world = self.world();
        let theirs = world.server.aside.iter().filter(|(whose, _)| *whose == seat);
        let mut records: Vec<(AsideId, usize)> = Vec::new();
        for (_, held) in theirs {
            match records.iter_mut().find(|(record, _)| *record == held.record) {
                Some((_, changes)) => *changes += 1,
                None => records.push((held.record, 1)),
            }
        }
        records.into_iter().map(|(_, changes)| changes).collect()
    }

    /// The server makes changes of its own for a seat. The ticket asks for the [outcome](Network::outcome).
    pub fn submits(&self, ticket: u64, seat: SeatId, changes: &[Bytes]) {
        self.world().submit(ticket, seat, changes.to_vec());
    }

    /// What came of a submission; `None` while it is under way.
    pub fn outcome(&self, ticket: u64) -> Option<Result<(), Refusal>> {
        self.world().server.done.get(&ticket).copied()
    }

    /// All of it, for suites that reach deeper.
    pub fn world(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }
}
