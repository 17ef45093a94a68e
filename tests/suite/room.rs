//! The room, told by people: what becomes durable before anybody sees it, who is refused what, and that refusals hurt nobody.
//!
//! Two promises are not written out in the tests because the network checks them at every frame: nobody receives what is not
//! on the disk, and nothing reads "saved" that is not (see `harness/network/world.rs`).

use borrador_tests::network::{Mood, Network};
use borrador_tests::notation::{assert_same, paper};

fn housing() -> Network { Network::of(paper("# Housing\nCities [welcome].")) }

#[test]
fn syn2_two_cities_write_at_once_and_read_the_same() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    lyon.replaces("Cities", "All cities");
    network.settle();
    assert_same(&[&tangier, &lyon], "# Housing\nAll cities [welcome] everyone.");
    assert_eq!(network.on_disk(), tangier.reads());
}

#[test]
fn syn2_stock() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    let samir = network.stock_writer("Samir");
    network.settle();
    tangier.types_after("welcome]", " everyone");
    samir.replaces("Cities", "All cities");
    network.settle();
    assert_same(&[&tangier, &lyon, &samir], "# Housing\nAll cities [welcome] everyone.");
    assert!(samir.is_saved());
    let _ = Mood::Full;
}
