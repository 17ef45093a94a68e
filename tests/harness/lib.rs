//! People, networks and servers for the suites.
//!
//! Two worlds, told in the same words:
//!
//! | World | What is real in it | What is imagined |
//! |---|---|---|
//! | [`network`] | the room, the connection, the frames, Automerge in every client | time, the wires, the disk |
//! | [`live`], [`process`] | the server, sockets included | the people |
//!
//! ```
//! use borrador_tests::network::Network;
//! use borrador_tests::notation::{assert_same, paper};
//!
//! let network = Network::of(paper("# Housing\nCities [welcome]."));
//! let [tangier, lyon] = network.writers();
//! network.settle();
//! tangier.types_after("welcome]", " everyone");
//! lyon.replaces("Cities", "All cities");
//! network.settle();
//! assert_same(&[&tangier, &lyon], "# Housing\nAll cities [welcome] everyone.");
//! ```
//!
//! Nothing here waits for a while and hopes: the simulated network runs until it is quiet, and with real sockets a test
//! waits for the frame that it is about.

pub mod client;
pub mod desk;
pub mod faults;
pub mod frames;
pub mod guest;
pub mod hostile;
pub mod live;
pub mod measure;
pub mod network;
pub mod notation;
pub mod options;
pub mod person;
pub mod process;
pub mod socket;
