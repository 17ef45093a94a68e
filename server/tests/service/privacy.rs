//! Nobody is shown what is not theirs, by any address.
//!
//! Two promises, each kept through random days. What a component does inside itself changes nothing of what others can read: not a list, a
//! count, a file, a search or an event. And what it sends is found by everybody whom the round lets read it, and by nobody else.
//!
//! The addresses are those of the description, filled with every id that exists: one that is added tomorrow is asked too, or fails the test until
//! this file knows how to fill it. `PRIVACY_DAYS` sets how many days there are, `PRIVACY_SEED` the first of their seeds; a day that fails
//! prints its own.

pub mod everything;
mod inside;
mod sent;

use std::panic::{AssertUnwindSafe, resume_unwind};

use crdt::review::permission::{Function, Role};
use fastrand::Rng;
use futures_util::FutureExt;

use crate::amendments::arrives;
use crate::amendments::people::Room;
use crate::harness::Somebody;

/// Runs a test with a seed for each day, and says which one failed.
async fn days(day: impl AsyncFn(Rng)) {
    let asked = |name, otherwise| {
        std::env::var(name).map_or(otherwise, |number| number.parse().expect("the number is whole"))
    };
    let (first, count): (u64, u64) = (asked("PRIVACY_SEED", 2016), asked("PRIVACY_DAYS", 3));
    for seed in first..first + count {
        let done = AssertUnwindSafe(day(Rng::with_seed(seed))).catch_unwind().await;
        if let Err(panic) = done {
            eprintln!("seed {seed} failed; repeat it with PRIVACY_SEED={seed} PRIVACY_DAYS=1");
            resume_unwind(panic);
        }
    }
}

/// Somebody who looks, and what they may know of MEWA's.
struct Reader {
    name: &'static str,
    somebody: Somebody,
    is_own: bool,
    answers: bool,
}

/// The people of a room who look at everything: of MEWA, of other components with and without something to answer for, the secretariat.
/// Who holds a pen reads no more than others (REV3): threads for the rapporteurs are not for everybody who may write.
async fn readers(room: &Room) -> Vec<Reader> {
    let service = &room.service;
    arrives(service, "Pilar Soto", "AFR", Function::Contributor, &[Role::Pen]).await;
    arrives(service, "Tomas Berg", "EUR", Function::FocalPoint, &[Role::Rapporteur]).await;
    let reader = async |name: &'static str, is_own, answers| Reader {
        name,
        somebody: service.signs_in(name).await,
        is_own,
        answers,
    };
    vec![
        reader("samir", true, false).await,
        reader("leila", true, false).await,
        reader("claire", false, false).await,
        reader("olga", false, false).await,
        reader("pilar", false, false).await,
        reader("tomas", false, true).await,
        reader("jonas", false, true).await,
        reader("ines", false, true).await,
    ]
}
