//! Letters, brought to a real mail server: taken, refused, put off, cut off, slow; across a restart; and who asks for a way in.
//!
//! The mail server is aiosmtpd in a process of its own (`smtp.py`). Without it these tests fail and say what to install.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use borrador::app::notices::{About, Outcome};
use borrador::app::settings::Settings;
use borrador::people::mail::letter::{Answer, Letter, State};
use borrador::people::mail::post::{PostSettings, Security};
use borrador::store::Store;
use borrador::store::memory::MemoryStore;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};

use super::amendments::people::{Room, act};
use super::harness::{Service, Somebody};
use super::rounds;

/// A mail server that runs until it is dropped.
struct MailServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl MailServer {
    async fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/smtp.py");
        for python in ["/usr/bin/python3", "python3"] {
            let mut command = Command::new(python);
            command
                .arg(script)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .kill_on_drop(true);
            let Ok(mut process) = command.spawn() else { continue };
            let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
            if let Some(line) = lines.next_line().await.unwrap() {
                let port = serde_json::from_str::<Value>(&line).unwrap()["port"].as_u64().unwrap();
                return Self { port: u16::try_from(port).unwrap(), lines, _process: process };
            }
        }
        panic!("the tests of mail need a mail server: on Debian, as root: apt-get install python3-aiosmtpd");
    }

    /// The next message it took.
    async fn took(&mut self) -> Taken {
        let line = self.lines.next_line().await.unwrap().expect("the mail server goes on");
        let said: Value = serde_json::from_str(&line).unwrap();
        let to =
            said["to"].as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned()).collect();
        let data = said["data"].as_str().unwrap().replace("\r\n", "\n");
        let (head, body) = data.split_once("\n\n").unwrap();
        Taken { to, head: head.to_owned(), body: plain(head, body) }
    }
}

struct Taken {
    to: Vec<String>,
    head: String,
    body: String,
}

/// A body as its reader sees it: quoted-printable undone.
fn plain(head: &str, body: &str) -> String {
    if !head.to_lowercase().contains("quoted-printable") {
        return body.to_owned();
    }
    let (mut bytes, mut rest) = (Vec::new(), body.replace("=\n", "").into_bytes().into_iter());
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn by_mail(port: u16) -> impl Fn(&mut Settings) {
    move |settings| {
        settings.mail = Some(PostSettings {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::Plain,
            login: None,
            from: "Borrador <borrador@example.org>".parse().unwrap(),
            patience: Duration::from_millis(500),
        });
    }
}

/// Inés invites somebody at this address to AFR; answers with the invitation.
async fn invites(service: &Service, ines: &Somebody, email: &str, language: &str) -> Value {
    let component = service.app.directory.register().component_by_code("AFR").unwrap().id;
    let said = json!({
        "name": "Amina \u{201c}Mina\u{201d} Keita", "email": email, "language": language, "component": component,
        "function": "contributor",
    });
    let made = ines.post("/api/v1/invitations", &said.to_string()).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["invitation"].clone()
}

async fn letters(service: &Service) -> Vec<Letter> {
    service.app.letters().await.unwrap()
}

/// The token of the link in a letter.
fn token(letter: &str) -> String {
    let link = letter.split("/sign-in#").nth(1).unwrap_or_else(|| panic!("no link in {letter}"));
    link.chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn enters(service: &Service, token: &str) -> u16 {
    service.post("/api/v1/sign-in", &json!({ "token": token }).to_string()).send().await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_amina_is_written_to_in_her_language_with_a_link_of_her_own_and_the_page_says_that_it_was_sent()
{
    let mut mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    let ines = service.signs_in("ines").await;
    let invitation = invites(&service, &ines, "amina@example.org", "es").await;
    assert_eq!(invitation["letter"]["state"], "waiting");
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    let taken = mail.took().await;
    assert_eq!(taken.to, ["amina@example.org"]);
    for line in ["From: Borrador <borrador@example.org>", "Auto-Submitted: auto-generated", "Message-ID: <"] {
        assert!(taken.head.contains(line), "{line} in {}", taken.head);
    }
    assert!(taken.body.contains("Inés Duarte le invita"), "{}", taken.body);
    assert!(taken.body.contains("hasta el 5 de octubre de 2016, 08:42 UTC"), "{}", taken.body);
    let listed = ines.get("/api/v1/invitations").send().await.json();
    let letter = &listed["invitations"][0]["letter"];
    assert_eq!((&letter["state"], &letter["words"]), (&json!("accepted"), &json!("250 2.0.0 taken")));
    assert_eq!(enters(&service, &token(&taken.body)).await, 200);
    let log = service.app.store.audit(0, 1000).await.unwrap();
    let noted = log
        .iter()
        .map(|entry| String::from_utf8_lossy(&entry.json).into_owned())
        .find(|entry| entry.contains("\"letter\""));
    let noted = noted.expect("what became of a letter is in the audit log");
    assert!(noted.contains("accepted") && !noted.contains("amina"), "{noted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_no_link_lies_in_the_store_while_a_letter_waits() {
    let service = Service::with(by_mail(1)).await;
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "amina@example.org", "en").await;
    let waits = service.app.carry_letters().await.unwrap();
    assert!(waits.is_some(), "nobody listens at port 1: it is tried again");
    for record in
        borrador::store::scan_all(&*service.app.store, borrador::store::Coll::Letter, "").await.unwrap()
    {
        let json = String::from_utf8_lossy(&record.json).into_owned();
        assert!(!json.contains("sign-in#") && !json.contains("token"), "{json}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_a_refusal_is_kept_in_the_servers_words_and_not_tried_again() {
    let mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "refused@example.org", "en").await;
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    let letter = &letters(&service).await[0];
    assert_eq!(letter.state(), State::Refused);
    assert!(letter.tries[0].answer.words().contains("nobody of that name here"), "{letter:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_who_is_put_off_comes_again_a_minute_later_also_after_a_restart_and_the_reader_gets_one_letter()
{
    let mut mail = MailServer::start().await;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let service = Service::over(store.clone(), by_mail(mail.port)).await;
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "later@example.org", "en").await;
    let start = service.app.clock.now();
    assert_eq!(service.app.carry_letters().await.unwrap(), Some(start + Duration::from_mins(1)));
    assert!(matches!(letters(&service).await[0].tries[0].answer, Answer::NotNow(_)));
    assert_eq!(
        service.app.carry_letters().await.unwrap(),
        Some(start + Duration::from_mins(1)),
        "not before"
    );

    let again = Service::on(store, by_mail(mail.port)).await;
    again.passes(Duration::from_mins(1));
    assert_eq!(again.app.carry_letters().await.unwrap(), None);
    assert_eq!(mail.took().await.to, ["later@example.org"]);
    let letter = &letters(&again).await[0];
    assert_eq!((letter.state(), letter.tries.len()), (State::Accepted, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_a_line_that_is_cut_and_a_server_that_says_nothing_put_a_letter_off_and_hold_up_no_other() {
    let mut mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    let ines = service.signs_in("ines").await;
    for email in ["cut@example.org", "amina@example.org"] {
        invites(&service, &ines, email, "en").await;
    }
    assert!(service.app.carry_letters().await.unwrap().is_some());
    assert_eq!(mail.took().await.to, ["amina@example.org"]);
    let states: Vec<State> = letters(&service).await.iter().map(Letter::state).collect();
    assert!(states.contains(&State::Waiting) && states.contains(&State::Accepted), "{states:?}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = Service::with(by_mail(silent.local_addr().unwrap().port())).await;
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "amina@example.org", "en").await;
    assert!(service.app.carry_letters().await.unwrap().is_some());
    assert!(matches!(letters(&service).await[0].tries[0].answer, Answer::NotNow(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_without_the_private_line_that_was_asked_for_nothing_is_sent() {
    let mail = MailServer::start().await;
    let service = Service::with(|settings| {
        by_mail(mail.port)(settings);
        settings.mail.as_mut().unwrap().security = Security::StartTls;
    })
    .await;
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "amina@example.org", "en").await;
    service.app.carry_letters().await.unwrap();
    assert!(!matches!(letters(&service).await[0].tries[0].answer, Answer::Taken(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_what_was_withdrawn_is_not_told_any_more() {
    let service = Service::with(by_mail(1)).await;
    let ines = service.signs_in("ines").await;
    let invitation = invites(&service, &ines, "amina@example.org", "en").await;
    let withdraw = format!("/api/v1/invitations/{}/withdraw", invitation["id"].as_str().unwrap());
    assert_eq!(ines.post(&withdraw, "{}").send().await.status, 200);
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    assert_eq!(letters(&service).await[0].state(), State::Moot);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_the_task_carries_a_letter_as_soon_as_it_is_written_and_no_request_waits_for_it() {
    let mut mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    tokio::spawn(service.app.clone().watch_letters());
    let ines = service.signs_in("ines").await;
    invites(&service, &ines, "amina@example.org", "en").await;
    assert_eq!(mail.took().await.to, ["amina@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev29_rev73_whoever_speaks_for_an_asked_component_is_written_to_and_it_is_on_record_that_they_were()
{
    let mut mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    let ines = service.signs_in("ines").await;
    let round = rounds::opens(&service, &ines, &["AFR"], |_| {}).await;
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    let taken = mail.took().await;
    assert_eq!(taken.to, ["adaeze@example.org"]);
    assert!(
        taken.body.contains("«Second reading»")
            && taken.body.contains("hasta el 21 de septiembre de 2016, 14:42 UTC"),
        "{}",
        taken.body
    );
    assert!(taken.body.contains("/p/housing/review"), "{}", taken.body);
    let about = About::Round(round["id"].as_str().unwrap().parse().unwrap());
    let told = service.app.notices_about(about).await.unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0].is_delivered() && told[0].seen.is_none());
    assert_eq!(
        told[0].deliveries.iter().map(|each| each.outcome.clone()).collect::<Vec<_>>(),
        [Outcome::Accepted]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_what_became_of_an_amendment_is_written_to_its_component_with_the_words_and_the_way_there() {
    let mut mail = MailServer::start().await;
    let room = Room::of(Service::with(by_mail(mail.port)).await).await;
    let (service, adaeze) = (&room.service, &room.adaeze);
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    let taken = mail.took().await;
    let mut asked = [taken.to, mail.took().await.to].concat();
    asked.sort_unstable();
    assert_eq!(asked, ["adaeze@example.org", "jonas@example.org"], "they decide");
    let page = format!("/p/housing/amendments/{}", amendment["id"].as_str().unwrap());
    assert!(
        taken.body.contains("presenta la enmienda 1, «Doors».") && taken.body.contains(&page),
        "{}",
        taken.body
    );
    let decide = json!({ "outcome": "not_accepted", "words": "It is warm enough." }).to_string();
    let decided = adaeze.post(&act(&amendment, "decide"), &decide).send().await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    let mut written = vec![mail.took().await, mail.took().await];
    written.sort_by(|one, other| one.to.cmp(&other.to));
    assert_eq!(
        written.iter().map(|each| each.to[0].as_str()).collect::<Vec<_>>(),
        ["leila@example.org", "samir@example.org"]
    );
    for letter in written {
        assert!(letter.body.contains("no se acepta la enmienda 1, «Doors»."), "{}", letter.body);
        assert!(letter.body.contains("«It is warm enough.»"), "{}", letter.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev73_what_adaeze_has_seen_on_her_start_page_is_not_sent_after_her() {
    let service = Service::with(by_mail(1)).await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    rounds::opens(&service, &ines, &["AFR"], |_| {}).await;
    let seen: Vec<Value> = rounds::told(&adaeze).await.iter().map(|notice| notice["id"].clone()).collect();
    let see = adaeze.post("/api/v1/notices/seen", &json!({ "notices": seen }).to_string()).send().await;
    assert!(see.status < 300, "{}", see.text());
    assert_eq!(service.app.carry_letters().await.unwrap(), None);
    assert_eq!(letters(&service).await[0].state(), State::Moot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_who_asks_for_a_link_is_answered_alike_and_only_who_is_here_is_written_to() {
    let mut mail = MailServer::start().await;
    let service = Service::with(by_mail(mail.port)).await;
    tokio::spawn(service.app.clone().watch_letters());
    let ask = |email: &str| service.post("/api/v1/sign-in-letters", &json!({ "email": email }).to_string());
    let (unknown, known) = (ask("nobody@example.org").send().await, ask("Samir@example.org").send().await);
    assert_eq!((unknown.status, unknown.text()), (known.status, known.text()));
    assert_eq!(known.status, 202);
    let taken = mail.took().await;
    assert_eq!(taken.to, ["samir@example.org"]);
    assert_eq!(enters(&service, &token(&taken.body)).await, 200);
    ask("nonsense").send().await.is_refused(422, "field_invalid");
    assert_eq!(service.get("/health").send().await.json()["mail"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nobody_is_written_to_and_everything_else_works() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    assert_eq!(invites(&service, &ines, "amina@example.org", "en").await["letter"], Value::Null);
    assert!(letters(&service).await.is_empty());
    service
        .post("/api/v1/sign-in-letters", "{\"email\":\"samir@example.org\"}")
        .send()
        .await
        .is_refused(404, "not_found");
    assert_eq!(service.get("/health").send().await.json()["mail"], false);
}
