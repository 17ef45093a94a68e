//! The room, told by people: what becomes durable before anybody sees it, who is refused what, and that refusals hurt nobody.
//!
//! Two promises are not written out in the tests because the network checks them at every frame: nobody receives what is not
//! on the disk, and nothing reads "saved" that is not (see `harness/network/world.rs`).

#[path = "room/admission.rs"]
mod admission;
#[path = "room/aside.rs"]
mod aside;
#[path = "room/carets.rs"]
mod carets;
#[path = "room/meeting.rs"]
mod meeting;
#[path = "room/opening.rs"]
mod opening;
#[path = "room/quota.rs"]
mod quota;
#[path = "room/storage.rs"]
mod storage;
#[path = "room/wire.rs"]
mod wire;

use borrador_tests::network::Network;
use borrador_tests::notation::paper;

fn housing() -> Network {
    Network::of(paper("# Housing\nCities [welcome]."))
}
