//! Clients that say nothing, say it for ever, or never listen.

use borrador_tests::faults::silence::lets_go;
use borrador_tests::process::Launch;

#[tokio::test(flavor = "multi_thread")]
async fn syn1_lines_that_went_silent_are_let_go_of_with_their_files() {
    let data = tempfile::tempdir().unwrap();
    let settings = "[limits]\nheartbeat_seconds = 1\n";
    let process = Launch::on(&data.path().join("data"))
        .configured(&data.path().join("b.toml"), settings)
        .tries()
        .unwrap();
    println!("{:?}", lets_go(&process, 10, false).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn w23_clients_that_never_read_are_let_go_of_with_their_files_and_hold_up_nobody() {
    let data = tempfile::tempdir().unwrap();
    let settings = "[limits]\nheartbeat_seconds = 3\nqueue_bytes = 65536\n";
    let process = Launch::on(&data.path().join("data"))
        .configured(&data.path().join("b.toml"), settings)
        .tries()
        .unwrap();
    println!("{:?}", lets_go(&process, 2, true).await);
}
