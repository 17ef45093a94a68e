//! Rules HIS35 and HIS36: published and withdrawn.

use crdt::history::publication::{Publication, PublicationError};
use crdt::ids::{MilestoneId, PaperId, SeatId};
use crdt::moment::Moment;
use uuid::Uuid;

const BOGOTA: (PaperId, MilestoneId) = (PaperId(Uuid::from_u128(1)), MilestoneId(Uuid::from_u128(2)));
const INES: SeatId = SeatId(Uuid::from_u128(3));

fn at(hour: i64) -> Moment {
    Moment::from_unix_ms(hour * 3_600_000)
}

#[test]
fn his35_a_draft_is_published_once_and_keeps_the_instant_of_the_first_time() {
    let published = Publication::publish(None, BOGOTA, INES, at(1)).unwrap();
    assert!(published.is_public());
    let again = Publication::publish(Some(&published), BOGOTA, INES, at(2));
    assert_eq!(again.unwrap_err(), PublicationError::PublicAlready);
    let withdrawn = published.withdraw("It names people.", INES, at(3)).unwrap();
    let back = Publication::publish(Some(&withdrawn), BOGOTA, INES, at(4)).unwrap();
    assert_eq!((back.first, back.published, back.changed()), (at(1), at(4), at(4)));
    assert_eq!(back.withdrawn, None);
}

#[test]
fn his36_a_public_draft_is_withdrawn_for_a_reason_that_can_be_read() {
    let published = Publication::publish(None, BOGOTA, INES, at(1)).unwrap();
    let withdrawn = published.withdraw("  It names people. ", INES, at(2)).unwrap();
    assert!(!withdrawn.is_public());
    assert_eq!(withdrawn.withdrawn.as_ref().map(|each| each.reason.as_str()), Some("It names people."));
    assert_eq!(withdrawn.changed(), at(2));
    assert_eq!(withdrawn.withdraw("Again.", INES, at(3)).unwrap_err(), PublicationError::NotPublic);
    for unreadable in ["", "  ", "a\nb", "\u{202e}abc", &"x".repeat(501)] {
        let refused = published.withdraw(unreadable, INES, at(2));
        assert_eq!(refused.unwrap_err(), PublicationError::Reason, "{unreadable:?}");
    }
}
