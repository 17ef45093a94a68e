//! C01–C07: the program as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn borrador(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_borrador")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A server on a port of its own; killed when dropped, told to stop by [`Server::stops`].
struct Server {
    child: Child,
    greeting: Vec<String>,
}

impl Server {
    /// Started, and heard out until it has printed as many lines as it should.
    fn start(folder: &Path, args: &[&str], lines: usize) -> Self {
        let all = [&["serve", "--data", "data", "--listen", "127.0.0.1:0"], args].concat();
        let mut child = Command::new(env!("CARGO_BIN_EXE_borrador"))
            .args(all)
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let greeting =
            BufReader::new(child.stdout.take().unwrap()).lines().take(lines).map(Result::unwrap).collect();
        Self { child, greeting }
    }

    fn stops(mut self) -> i32 {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A stream that nobody reads any more, as after `| head`.
fn nobody_reads() -> Stdio {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    drop(ours);
    Stdio::from(std::os::fd::OwnedFd::from(theirs))
}

#[test]
fn a_service_whose_greeting_nobody_reads_serves_and_stops_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_borrador"))
        .args(["serve", "--data", "data", "--listen", &port.to_string()])
        .current_dir(folder.path())
        .env_clear()
        .stdout(nobody_reads())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server { child, greeting: Vec::new() };
    let mut asking = loop {
        match TcpStream::connect(port) {
            Ok(stream) => break stream,
            Err(_) => assert_eq!(server.child.try_wait().unwrap(), None, "it has ended before it served"),
        }
    };
    asking.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    asking.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.stops(), 0);
    let mut help = Command::new(env!("CARGO_BIN_EXE_borrador"));
    let helped = help.arg("--help").env_clear().stdout(nobody_reads()).output().unwrap();
    assert_eq!((helped.status.code(), words(&helped).as_str()), (Some(0), ""));
}

#[test]
fn c01_a_mistake_is_one_line_with_the_nearest_word_and_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let said = borrador(folder.path(), &["serve", "--dat", "x"]);
    assert_eq!(said.status.code(), Some(2));
    assert_eq!(
        words(&said),
        "borrador: the option --dat is not known; did you mean --data? (see borrador --help)\n"
    );
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn c02_all_mistakes_of_a_configuration_are_in_one_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.toml"), "listn = \"x\"\n[limits]\npath_bytes = 1\n").unwrap();
    let said = borrador(folder.path(), &["serve", "--config", "b.toml", "--public-url", "nonsense"]);
    assert_eq!(said.status.code(), Some(2));
    let report = words(&said);
    assert!(report.contains("b.toml:1: listn: is not a key; did you mean listen?"), "{report}");
    assert!(report.contains("b.toml:3: limits.path_bytes: is a number from 256 to 8192, not 1"), "{report}");
    assert!(report.contains("--public-url is an address"), "{report}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn c04_a_data_directory_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (data, reason) in [("nowhere/data", "create the folder around it"), ("file", "must be a folder")] {
        let said = borrador(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", data]);
        assert_eq!(said.status.code(), Some(1));
        assert!(words(&said).contains(data) && words(&said).contains(reason), "{}", words(&said));
    }
    let said = borrador(folder.path(), &["check", "--data", "nothing"]);
    assert!(words(&said).contains("there is no store in nothing"), "{}", words(&said));
    assert!(!folder.path().join("nothing").exists());
}

#[test]
fn c05_a_second_server_is_told_who_is_there_and_commands_go_to_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path(), &[], 2);
    assert!(first.greeting[1].contains("/sign-in#"), "{:?}", first.greeting);
    let second = borrador(folder.path(), &["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        words(&second).contains(&format!("in use by process {}", first.child.id())),
        "{}",
        words(&second)
    );
    let link = borrador(
        folder.path(),
        &["invite", "--data", "data", "--name", "Ana Gil", "--email", "ana@example.org"],
    );
    let origin = first.greeting[0].rsplit(' ').next().unwrap();
    assert!(words(&link).starts_with(&format!("{origin}/sign-in#")), "{}", words(&link));
    assert_eq!(first.stops(), 0);
}

#[test]
fn c06_a_port_in_use_and_an_address_that_is_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = borrador(folder.path(), &["serve", "--data", "data", "--listen", &address]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(
        words(&said),
        format!("borrador: cannot listen on {address}: the port is in use; choose another --listen\n")
    );
    let said = borrador(folder.path(), &["serve", "--data", "data", "--listen", "here"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(words(&said).contains("not here"), "{}", words(&said));
}

#[test]
fn a_paper_goes_in_and_comes_out_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("note.md"),
        "I. El proyecto\n\n1. Las ciudades **acogen**.\n - todas\n",
    )
    .unwrap();
    let run = |args: &[&str]| {
        let said = borrador(folder.path(), args);
        assert_eq!(said.status.code(), Some(0), "{}", words(&said));
        words(&said)
    };
    run(&["import", "note.md", "--paper", "note", "--title", "Nota", "--language", "es"]);
    run(&["seal", "--paper", "note", "--name", "Primera"]);
    run(&[
        "export",
        "--paper",
        "note",
        "--milestone",
        "primera",
        "--language",
        "es",
        "--format",
        "md",
        "-o",
        "out.md",
    ]);
    let out = std::fs::read_to_string(folder.path().join("out.md")).unwrap();
    for word in ["Nota", "I. El proyecto", "**acogen**", "todas", "Primera"] {
        assert!(out.contains(word), "{word} is missing in {out}");
    }
    let again = borrador(folder.path(), &["seal", "--paper", "note", "--name", "PRIMERA"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(run(&["check"]).starts_with("all readable: papers 1, texts 1, milestones 1"));
}

/// A folder with a small paper in `data`, and its sealed draft.
fn with_a_paper() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.md"), "I. El proyecto\n\n1. Las ciudades acogen.\n").unwrap();
    let import = ["import", "note.md", "--paper", "note", "--title", "Nota", "--language", "es"];
    assert_eq!(borrador(folder.path(), &import).status.code(), Some(0));
    assert_eq!(
        borrador(folder.path(), &["seal", "--paper", "note", "--name", "Primera"]).status.code(),
        Some(0)
    );
    folder
}

fn standard_output(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_backup_is_taken_while_the_service_runs_and_becomes_a_service() {
    let folder = with_a_paper();
    let server = Server::start(folder.path(), &[], 1);
    let said = borrador(folder.path(), &["backup", "nightly"]);
    assert_eq!(said.status.code(), Some(0), "{}", words(&said));
    assert!(standard_output(&said).contains("texts 1, changes"), "{}", words(&said));
    let checked = borrador(folder.path(), &["check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", words(&checked));
    let again = borrador(folder.path(), &["backup", "nightly"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(words(&again).contains("nightly is not empty"), "{}", words(&again));
    assert_eq!(server.stops(), 0);

    let whole = borrador(folder.path(), &["check", "--backup", "nightly"]);
    assert_eq!(whole.status.code(), Some(0), "{}", words(&whole));
    let over = borrador(folder.path(), &["restore", "nightly"]);
    assert_eq!(over.status.code(), Some(1));
    assert!(words(&over).contains("data is not empty; nothing was restored"), "{}", words(&over));
    let restored = borrador(folder.path(), &["restore", "nightly", "--data", "other"]);
    assert_eq!(restored.status.code(), Some(0), "{}", words(&restored));
    let report = |data: &str| standard_output(&borrador(folder.path(), &["check", "--data", data]));
    assert_eq!(report("other"), report("data"));
    std::fs::rename(folder.path().join("data"), folder.path().join("old")).unwrap();
    std::fs::rename(folder.path().join("other"), folder.path().join("data")).unwrap();
    assert_eq!(Server::start(folder.path(), &[], 1).stops(), 0);
}

#[test]
fn c11_a_backup_that_was_cut_off_is_refused_and_its_entry_named() {
    let folder = with_a_paper();
    assert_eq!(borrador(folder.path(), &["backup", "nightly"]).status.code(), Some(0));
    let file = folder.path().join("nightly/records.entries");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    for command in [&["restore", "nightly", "--data", "other"][..], &["check", "--backup", "nightly"]] {
        let refused = borrador(folder.path(), command);
        assert_eq!(refused.status.code(), Some(1));
        let words = words(&refused);
        assert!(words.contains("records.entries: entry ") && words.contains("ends in the middle"), "{words}");
        assert_eq!(words.lines().count(), 1, "{words}");
    }
    assert!(!folder.path().join("other").exists());
}

#[test]
fn c08_damage_is_named_and_told_by_the_exit_code() {
    let folder = with_a_paper();
    // The words of a text are a list; what the draft says of itself is none.
    let folders = std::fs::read_dir(folder.path().join("data/blobs")).unwrap();
    let mut blobs = folders.flat_map(|each| std::fs::read_dir(each.unwrap().path()).unwrap());
    let is_text = |path: &std::path::PathBuf| std::fs::read(path).unwrap().starts_with(b"[");
    let sealed = blobs.find_map(|each| Some(each.unwrap().path()).filter(is_text)).unwrap();
    std::fs::write(&sealed, "[]").unwrap();
    let said = borrador(folder.path(), &["check"]);
    assert_eq!(said.status.code(), Some(1));
    let report = standard_output(&said);
    assert!(report.contains("“Primera”: the sealed words of chapter 1 (es) do not match"), "{report}");
    let said = borrador(folder.path(), &["check", "--json"]);
    assert_eq!(said.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(json["whole"], false);
    assert!(
        json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["what"].as_str().unwrap().starts_with("blob "))
    );
    // The rest goes on: the service starts, and the draft that is not sealed comes out.
    let export = ["export", "--paper", "note", "--language", "es", "--format", "md", "-o", "out.md"];
    assert_eq!(borrador(folder.path(), &export).status.code(), Some(0));

    std::fs::write(folder.path().join("data/sled/db"), "").unwrap();
    let said = borrador(folder.path(), &["check"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(standard_output(&said).contains("its file db is empty"), "{}", words(&said));
}

/// How many people the demonstration has.
const PEOPLE: usize = 33;

#[test]
fn the_demonstration_prints_the_same_links_at_each_start_and_keeps_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path(), &["--demo"], 2 + PEOPLE);
    let people = first.greeting[2..].to_vec();
    assert!(
        people.iter().all(|line| line.contains("@example.org") && line.contains("/sign-in#")),
        "{people:?}"
    );
    assert_eq!(first.stops(), 0);
    let tokens = |lines: &[String]| {
        lines.iter().map(|line| line.split('#').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let second = Server::start(folder.path(), &["--demo"], 2 + PEOPLE);
    assert_eq!(tokens(&second.greeting[2..]), tokens(&people));
    let out = borrador(
        folder.path(),
        &[
            "export",
            "--paper",
            "ciudades-migracion-inclusion",
            "--language",
            "es",
            "--format",
            "md",
            "-o",
            "es.md",
        ],
    );
    assert_eq!(out.status.code(), Some(0), "{}", words(&out));
    let exported = std::fs::read_to_string(folder.path().join("es.md")).unwrap();
    assert!(
        exported.contains("date: \"2016-09-21\"") && exported.contains("notice:"),
        "{}",
        &exported[..400]
    );
}

#[test]
fn what_was_planned_is_sealed_by_its_name_alone_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--demo"], 2 + PEOPLE);
    let paper = ["--paper", "ciudades-migracion-inclusion"];
    let seal = |planned| borrador(folder.path(), &[&["seal"], &paper[..], &["--planned", planned]].concat());
    let unknown = seal("Borrador de Lima");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(words(&unknown).contains("no draft is planned as “Borrador de Lima”"), "{}", words(&unknown));
    // In English, as in every language of the plan, it is the same plan.
    let sealed = seal("bogotá DRAFT");
    assert_eq!(sealed.status.code(), Some(0), "{}", words(&sealed));
    assert!(
        standard_output(&sealed).starts_with("Borrador de Bogotá: sealed as "),
        "{}",
        standard_output(&sealed)
    );
    let again = seal("bogotá DRAFT");
    assert_eq!(again.status.code(), Some(1));
    assert!(words(&again).contains("no draft is planned as “bogotá DRAFT”"), "{}", words(&again));
    assert_eq!(server.stops(), 0);
}
