//! Real sockets: what closes them, with which code, and that one bad client never hurts another.

use std::time::Duration;

use borrador::live::{LiveSettings, aside};
use borrador_tests::desk::Desk;
use borrador_tests::frames::{self, FromServer};
use borrador_tests::guest::Guest;
use borrador_tests::hostile::{forged, raw};
use borrador_tests::live::LiveServer;
use borrador_tests::notation::{lines, paper};
use borrador_tests::socket::{Heard, Kind, frame};
use crdt::ids::TextId;
use crdt::sync::events::Access;
use crdt::sync::wire::document_id;
use uuid::Uuid;

async fn housing() -> LiveServer {
    LiveServer::of(paper("# Housing\nCities [welcome].")).await
}

/// Inés and Lyon have the text open; what she writes, Lyon sees.
async fn assert_others_go_on(server: &LiveServer) {
    let mut inés = server.enters("Inés", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Read).await;
    inés.writes(|desk| desk.types_after("Housing", "!")).await;
    inés.hears_until(Guest::is_saved).await;
    let heads = inés.desk.heads();
    lyon.hears_until(|lyon| lyon.desk.heads() == heads).await;
}

/// Chiara has joined, sends this, and is hung up on with this code; nobody else notices.
async fn assert_closed(bytes: &[u8], code: u16) {
    let server = housing().await;
    let seat = server.seat(Access::Write);
    let mut chiara = server.guest("Chiara", seat);
    chiara.joins(server.socket(seat).await).await;
    chiara.sends_raw(bytes).await;
    assert_eq!(chiara.hears_the_end().await, Heard::Closed(code));
    assert_others_go_on(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn7_two_people_write_over_real_sockets() {
    let server = housing().await;
    let mut tangier = server.enters("Tangier", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Write).await;
    tangier.writes(|desk| desk.types_after("welcome]", " everyone")).await;
    lyon.writes(|desk| desk.replaces("Cities", "All cities")).await;
    for guest in [&mut tangier, &mut lyon] {
        guest.hears_until(|guest| guest.desk.lines() == "# Housing\nAll cities [welcome] everyone.").await;
        guest.hears_until(Guest::is_saved).await;
    }
}

/// A server that waits for nobody longer than a moment.
async fn impatient_housing() -> LiveServer {
    let moment = Duration::from_millis(200);
    let settings = LiveSettings { join_within: moment, heartbeat: moment, ..LiveSettings::default() };
    LiveServer::with(paper("# Housing\nCities [welcome]."), settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_w02_a_client_that_never_says_who_it_is_is_hung_up_on() {
    let server = impatient_housing().await;
    let seat = server.seat(Access::Write);
    let mut silent = server.socket(seat).await;
    assert_eq!(silent.hears().await, Heard::Closed(4408));
    assert_others_go_on(&server).await;
}

/// Chiara has joined, sends the beginning of a message, and from then on nothing but answers to pings, or pings of her own.
async fn assert_hung_up_on_for_never_ending(beginning: &[u8]) {
    let server = impatient_housing().await;
    let seat = server.seat(Access::Write);
    let mut chiara = server.guest("Chiara", seat);
    chiara.joins(server.socket(seat).await).await;
    chiara.sends_raw(beginning).await;
    assert_eq!(chiara.hears_the_end().await, Heard::Closed(4408));
    assert_others_go_on(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_w04_a_fragment_that_is_never_finished_closes_the_socket() {
    assert_hung_up_on_for_never_ending(&frame(Kind::Binary, false, b"to be continued")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_w04_half_a_frame_closes_the_socket() {
    let whole = frame(Kind::Binary, true, &[0; 1_000]);
    assert_hung_up_on_for_never_ending(&whole[..500]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w03_words_where_bytes_belong_close_the_socket() {
    assert_closed(&frame(Kind::Text, true, b"hello"), 1007).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w03_what_is_not_cbor_closes_the_socket() {
    assert_closed(&frame(Kind::Binary, true, b"hello"), 1007).await;
    let deep = [&[0xa1, 0x61, b'x'][..], &[0x81; 1_000], &[0]].concat();
    assert_closed(&frame(Kind::Binary, true, &deep), 1007).await;
    let claims = [0x9b, 0, 0, 0, 1, 0, 0, 0, 0];
    assert_closed(&frame(Kind::Binary, true, &claims), 1007).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w03_a_sync_message_that_is_none_closes_the_socket() {
    let server = housing().await;
    let mut chiara = server.enters("Chiara", Access::Write).await;
    chiara.sends(&frames::sync("Chiara", &server.document(), b"\x42\xff\xff")).await;
    assert_eq!(chiara.hears_the_end().await, Heard::Closed(1007));
    assert_others_go_on(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w04_forty_megabytes_in_one_frame_are_too_big() {
    assert_closed(&frame(Kind::Binary, true, &vec![0; 40 << 20]), 1009).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w04_forty_thousand_fragments_are_too_big_together() {
    let mut bytes = frame(Kind::Binary, false, &[0; 1_024]);
    let more = frame(Kind::Continuation, false, &[0; 1_024]);
    for _ in 0..40_000 {
        bytes.extend(&more);
    }
    assert_closed(&bytes, 1009).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w04_a_fragment_without_a_beginning_closes_the_socket() {
    assert_closed(&frame(Kind::Continuation, true, b"x"), 1007).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn8_w20_a_flood_of_carets_closes_the_socket() {
    let server = housing().await;
    let mut chiara = server.enters("Chiara", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Read).await;
    for count in 1..3_000 {
        chiara.sends(&frames::caret("Chiara", count, &server.document(), Some("5@ab"))).await;
    }
    assert_eq!(chiara.hears_the_end().await, Heard::Closed(4429));
    assert_others_go_on(&server).await;
    lyon.hears_until(|lyon| lyon.desk.lines().contains('!')).await;
    assert!(lyon.carets < 100, "Lyon was shown {} carets", lyon.carets);
}

#[tokio::test(flavor = "multi_thread")]
async fn syn8_w20_a_caret_of_a_hundred_kibibytes_is_shown_to_nobody() {
    let server = housing().await;
    let mut chiara = server.enters("Chiara", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Read).await;
    let large = frames::ephemeral("Chiara", 1, &server.document(), &[0; 100 << 10]);
    chiara.sends(&large).await;
    chiara.sends(&frames::caret("Chiara", 2, &server.document(), Some("5@ab"))).await;
    chiara.writes(|desk| desk.types_after("Housing", "!")).await;
    lyon.hears_until(|lyon| lyon.desk.lines().contains('!')).await;
    assert_eq!(lyon.carets, 1, "the small one that came after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn w13_ten_thousand_changes_whose_dependencies_never_come_are_refused_and_hurt_nobody() {
    let server = housing().await;
    let mut chiara = server.enters("Chiara", Access::Write).await;
    let honest = chiara.desk.clone().types_after("Housing", "?");
    let homeless = |n: u64| {
        let mut nowhere = [0; 32];
        nowhere[..8].copy_from_slice(&n.to_be_bytes());
        forged(&honest, |change| change.deps = vec![automerge::ChangeHash(nowhere)]).to_vec()
    };
    let message = chiara.message(chiara.desk.heads(), Vec::new(), (0..10_000).map(homeless).collect());
    chiara.sends(&frames::sync("Chiara", &server.document(), &message)).await;
    chiara.hears_until(|chiara| chiara.told == ["missing_dependencies"]).await;
    assert_others_go_on(&server).await;
    chiara.writes(|desk| desk.types_after("Housing", ":")).await;
    chiara.hears_until(Guest::is_saved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w19_the_same_change_a_thousand_times_and_messages_backwards_enter_once() {
    let server = housing().await;
    let mut chiara = server.enters("Chiara", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Read).await;
    let known = chiara.desk.heads();
    for _ in 0..20 {
        chiara.desk.types_after("Housing", "!");
    }
    let changes = chiara.desk.since(&known);
    let first = raw(&changes[0]).to_vec();
    for change in changes.iter().rev().map(|change| raw(change).to_vec()).chain(vec![first; 1_000]) {
        let message = chiara.message(chiara.desk.heads(), Vec::new(), vec![change]);
        chiara.sends(&frames::sync("Chiara", &server.document(), &message)).await;
    }
    let heads = chiara.desk.heads();
    lyon.hears_until(|lyon| lyon.desk.heads() == heads).await;
    chiara.hears_until(Guest::is_saved).await;
    assert_eq!(lyon.desk.lines(), format!("# Housing{}\nCities [welcome].", "!".repeat(20)));
    let stored = server.live.text(server.text).await.unwrap();
    assert_eq!(lines(&stored), lyon.desk.lines());
}

#[tokio::test(flavor = "multi_thread")]
async fn syn9_w21_who_loses_the_right_to_write_is_refused_on_the_open_socket() {
    let server = housing().await;
    let seat = server.seat(Access::Write);
    let mut tangier = server.guest("Tangier", seat);
    tangier.enters(server.socket(seat).await).await;
    server.may(seat, Some(Access::Read));
    tangier.writes(|desk| desk.types_after("welcome]", " nobody")).await;
    tangier.hears_until(|tangier| tangier.told == ["not_allowed"]).await;
    assert!(!tangier.is_saved());
}

#[tokio::test(flavor = "multi_thread")]
async fn syn9_w21_a_write_that_waits_for_the_room_is_refused_if_the_right_is_lost_meanwhile() {
    let server = housing().await;
    let seat = server.seat(Access::Read);
    let mut tangier = server.guest("Tangier", seat);
    tangier.enters(server.socket(seat).await).await;
    // The socket still finds the right when the frame comes in; the room, a moment later, does not.
    server.may_for_a_moment(seat, Access::Write);
    tangier.writes(|desk| desk.types_after("welcome]", " nobody")).await;
    tangier.hears_until(|tangier| tangier.told == ["not_allowed"]).await;
    assert!(!tangier.is_saved());
}

#[tokio::test(flavor = "multi_thread")]
async fn syn9_w21_who_loses_the_right_to_read_is_told_at_once() {
    let server = housing().await;
    let seat = server.seat(Access::Read);
    let mut omar = server.guest("Omar", seat);
    omar.enters(server.socket(seat).await).await;
    server.may(seat, Some(Access::None));
    omar.hears_until(|omar| omar.told == ["unavailable"]).await;
    assert_others_go_on(&server).await;
    assert!(!omar.desk.lines().contains('!'));
}

#[tokio::test(flavor = "multi_thread")]
async fn syn9_w21_whoever_loses_the_seat_is_hung_up_on() {
    let server = housing().await;
    let seat = server.seat(Access::Write);
    let mut omar = server.guest("Omar", seat);
    omar.enters(server.socket(seat).await).await;
    server.may(seat, None);
    assert_eq!(omar.hears_the_end().await, Heard::Closed(4401));
}

/// The rows of messages in docs/RIGHTS.md.
#[tokio::test(flavor = "multi_thread")]
async fn syn9_every_kind_of_message_is_answered_as_the_access_of_the_moment_says() {
    for (access, refusal) in
        [(Access::Read, Some("not_allowed")), (Access::Locked, Some("chapter_locked")), (Access::Write, None)]
    {
        let server = housing().await;
        let mut lyon = server.enters("Lyon", Access::Read).await;
        let seat = server.seat(access);
        let mut omar = server.guest("Omar", seat);
        omar.enters(server.socket(seat).await).await;
        omar.sends(&frames::caret("Omar", 1, &server.document(), None)).await;
        lyon.hears_until(|lyon| lyon.carets == 1).await;
        let heads = [omar.writes(|desk| desk.types_after("welcome]", " everyone")).await];
        match refusal {
            Some(code) => {
                omar.hears_until(|omar| omar.told == [code]).await;
                assert_eq!(omar.kept.len(), 1, "{access:?}");
            }
            None => lyon.hears_until(|lyon| lyon.desk.heads() == heads).await,
        }
    }
    let server = housing().await;
    let mut lyon = server.enters("Lyon", Access::Read).await;
    let seat = server.seat(Access::None);
    let mut omar = server.guest("Omar", seat);
    omar.joins(server.socket(seat).await).await;
    omar.sends(&frames::caret("Omar", 1, &server.document(), None)).await;
    omar.asks().await;
    omar.hears_until(|omar| omar.told == ["unavailable"]).await;
    assert_others_go_on(&server).await;
    lyon.hears_until(|lyon| lyon.desk.lines().contains('!')).await;
    assert_eq!(lyon.carets, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn syn10_w16_what_is_refused_is_kept_on_the_disk_before_its_author_is_told_where() {
    let server = housing().await;
    let seat = server.seat(Access::Write);
    let mut tangier = server.guest("Tangier", seat);
    tangier.enters(server.socket(seat).await).await;
    server.may(seat, Some(Access::Locked));
    tangier.writes(|desk| desk.types_after("welcome]", " everyone")).await;
    tangier.hears_until(|tangier| tangier.told == ["chapter_locked"]).await;
    let records = aside::of_seat(&*server.store, seat).await.unwrap();
    assert_eq!(tangier.kept, [records[0].id.to_string()]);
    assert_eq!(
        (&records[0].written, records[0].words(), records[0].reason.as_str()),
        (&vec![" everyone".to_owned()], 1, "chapter_locked")
    );
    // It builds on the first change, so it goes to the same record; the first one sent again adds nothing.
    tangier.writes(|desk| desk.types_after("everyone", " who comes")).await;
    tangier.uploads().await;
    tangier.hears_until(|tangier| tangier.told.len() == 3).await;
    let records = aside::of_seat(&*server.store, seat).await.unwrap();
    assert_eq!((records.len(), records[0].changes, records[0].words()), (1, 2, 3));
    assert_eq!(aside::changes_of(&*server.store, &records[0]).await.unwrap().len(), 2);
    assert_others_go_on(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn12_a_seat_leaves_so_many_records_beside_the_texts_and_is_told_when_there_is_no_more_room() {
    let limits = aside::AsideLimits { records: 1, ..aside::AsideLimits::default() };
    let settings = LiveSettings { aside: limits, ..LiveSettings::default() };
    let server = LiveServer::with(paper("# Housing\nCities [welcome]."), settings).await;
    let seat = server.seat(Access::Read);
    for (window, told) in [("first", "not_allowed"), ("second", "set_aside_full")] {
        let mut omar = server.guest(window, seat);
        omar.enters(server.socket(seat).await).await;
        omar.writes(|desk| desk.types_after("welcome]", window)).await;
        omar.hears_until(|omar| omar.told == [told]).await;
        assert_eq!(omar.kept.len(), usize::from(window == "first"));
    }
    assert_eq!(aside::of_seat(&*server.store, seat).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn w23_a_client_that_never_reads_is_cut_off_and_can_come_back_for_everything() {
    let settings = LiveSettings { max_queue_bytes: 64 << 10, ..LiveSettings::default() };
    let server = LiveServer::with(paper("# Housing\nCities [welcome]."), settings).await;
    let seat = server.seat(Access::Read);
    let mut lazy = server.guest("Lazy", seat);
    lazy.enters(server.narrow_socket(seat).await).await;
    let mut inés = server.enters("Inés", Access::Write).await;
    let mut lyon = server.enters("Lyon", Access::Read).await;

    let mut chance = fastrand::Rng::with_seed(23);
    let mut edits = 0;
    while server.live.connections() == 3 {
        let heads = [inés.writes(|desk| desk.links_at_length(&mut chance)).await];
        lyon.hears_until(|lyon| lyon.desk.heads() == heads).await;
        inés.hears_until(Guest::is_saved).await;
        edits += 1;
        assert!(edits < 2_000, "whoever never reads is still there");
    }
    assert!(matches!(lazy.hears_the_end().await, Heard::Closed(1013) | Heard::Gone));

    lazy.enters(server.socket(seat).await).await;
    let heads = inés.desk.heads();
    lazy.hears_until(|lazy| lazy.desk.heads() == heads).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_w24_a_client_of_another_version_is_told_so() {
    for version in ["0", "99"] {
        let server = housing().await;
        let mut socket = server.socket(server.seat(Access::Write)).await;
        socket.sends(&frames::join("old", &[version])).await.unwrap();
        assert_eq!(socket.hears().await, Heard::Closed(4409));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_a_stopping_server_tells_everybody_to_come_back() {
    let server = housing().await;
    let mut inés = server.enters("Inés", Access::Write).await;
    inés.writes(|desk| desk.types_after("Housing", "!")).await;
    inés.hears_until(Guest::is_saved).await;
    server.live.stop().await;
    assert_eq!(inés.hears_the_end().await, Heard::Closed(1012));
}

#[tokio::test(flavor = "multi_thread")]
async fn c08_a_text_that_cannot_be_read_is_refused_in_words_and_the_others_go_on() {
    let server = housing().await;
    // Everybody may read and write it, and nothing is left of its log.
    let lost = document_id(TextId(Uuid::from_u128(0x1057)));
    let seat = server.seat(Access::Write);
    let mut inés = Guest::new("Inés", &lost, Desk::new([7; 16], Some(seat)));
    inés.joins(server.socket(seat).await).await;
    for _ in 0..2 {
        inés.asks().await;
        let said = inés.hears_something().await;
        assert!(matches!(&said, Ok(FromServer::Error { code, .. }) if code == "text_unreadable"), "{said:?}");
    }
    assert_others_go_on(&server).await;
}
