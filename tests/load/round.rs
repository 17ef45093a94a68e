//! `cargo run --release -p borrador-tests --bin round`
//!
//! A whole review round of the demonstration's paper, asked over HTTP of a server of its own with everybody acting one after the other: 21
//! components, in each a focal point and somebody who is invited for it; 120 remarks and 30 amendments are written inside and sent, the round is
//! closed, all of them are answered and decided, the next draft is sealed, and each component's answers are taken out as a file. Printed are
//! the middle and the worst time of each act, the whole, and what the server needed.
//!
//! `--remarks N`, `--amendments N` for another size; `--pdf`: the answers as PDF, too, which needs the `borrador-pdf` program beside the server.

use std::time::{Duration, Instant};

use borrador_tests::guest::Guest;
use borrador_tests::measure::Usage;
use borrador_tests::options::number;
use borrador_tests::process::{Launch, PAPER, Process, SignedIn};
use crdt::ids::TextId;
use crdt::sync::wire::document_id;
use serde_json::{Value, json};

const SETTINGS: &str = "[limits]\nsign_ins_per_minute = 10000\nexports_per_minute = 10000\n";
const COMPONENTS: usize = 21;
const FILES: [(&str, &str); 2] = [("md", "answers as Markdown"), ("pdf", "answers as PDF")];

/// A component that is asked: who sends, and who writes.
struct Asked {
    id: String,
    code: String,
    focal: SignedIn,
    contributor: SignedIn,
}

#[tokio::main]
async fn main() {
    let remarks = number("--remarks").unwrap_or(120) as usize;
    let amendments = number("--amendments").unwrap_or(30) as usize;
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let process = Launch::on(&folder.path().join("data"))
        .configured(&folder.path().join("settings.toml"), SETTINGS)
        .tries()
        .unwrap_or_else(|refused| panic!("the program does not serve: {refused:?}"));
    let mut round = Round::of(&process).await;
    let before = Usage::of(process.pid());
    let begun = Instant::now();
    let asked = round.opens().await;
    let threads = round.is_remarked(&asked, remarks).await;
    let proposed = round.is_amended(&asked, amendments).await;
    round.is_read(&asked).await;
    round.closes().await;
    round.is_answered(&threads).await;
    let accepted = round.is_decided(&proposed).await;
    round.is_sealed().await;
    round.is_told(&asked).await;
    let whole = begun.elapsed();
    round.prints();
    let used = Usage::of(process.pid());
    println!(
        "whole round: {:.1} s, {:.1} s of processor time in the server; {accepted} of {amendments} amendments accepted",
        whole.as_secs_f64(),
        used.since(&before).cpu.as_secs_f64()
    );
    println!(
        "memory: {} MB before, {} MB after, {} MB at most",
        before.memory_bytes >> 20,
        used.memory_bytes >> 20,
        used.peak_bytes >> 20
    );
}

/// The round as it goes on, and how long each act took.
struct Round<'a> {
    process: &'a Process,
    ines: SignedIn,
    id: String,
    with_pdf: bool,
    acts: Vec<(&'static str, Vec<Duration>)>,
}

impl Round<'_> {
    async fn of(process: &Process) -> Round<'_> {
        let ines = process.signs_in("ines.duarte@example.org").await;
        let with_pdf = std::env::args().any(|word| word == "--pdf");
        Round { process, ines, id: String::new(), with_pdf, acts: Vec::new() }
    }

    /// A draft is sealed, the components are asked about it, and in each somebody is invited and comes.
    async fn opens(&mut self) -> Vec<Asked> {
        let (process, ines) = (self.process, self.ines.clone());
        let sealed =
            self.posts("seal a draft", &ines, &paper("milestones"), json!({ "name": "To be read" })).await;
        let all = process.gets(&ines, "/api/v1/components").await;
        let people = process.gets(&ines, "/api/v1/people?limit=1000").await;
        let mut asked = Vec::new();
        for component in all["components"].as_array().expect("a list") {
            let (id, code) = (word(&component["id"]), word(&component["code"]));
            let Some(email) = focal_point(&people, &id) else { continue };
            if asked.len() == COMPONENTS || code == "SECRETARIAT" {
                continue;
            }
            let name = format!("Newcomer of {code}");
            let address = format!("newcomer.{}@example.org", code.to_lowercase());
            let body = json!({ "name": name, "email": address, "language": "en", "component": id, "function": "contributor" });
            let made = self.posts("invite somebody", &ines, "/api/v1/invitations", body).await;
            let link = word(&made["url"]);
            let contributor = self.timed("come in by the link", process.signs_in_by(&link)).await;
            asked.push(Asked { id, code, focal: process.signs_in(&email).await, contributor });
        }
        assert_eq!(
            asked.len(),
            COMPONENTS,
            "the demonstration has so many components with somebody who sends"
        );
        let now = word(&process.gets(&ines, "/api/v1/me").await["service"]["now"]);
        let plan = json!({
            "milestone": sealed["id"], "name": "A round to be measured", "about": "", "asks": ["comments", "amendments"],
            "visibility": "open", "invited": asked.iter().map(|each| &each.id).collect::<Vec<_>>(),
            "opens": now, "closes": now.replacen("2016", "2017", 1),
        });
        self.id = word(&self.posts("plan the round", &ines, &paper("rounds"), plan).await["id"]);
        self.posts("announce it", &ines, &self.path("announce"), json!({})).await;
        asked
    }

    /// People remark inside their components; the focal points keep each remark, and send all of a component together.
    async fn is_remarked(&mut self, asked: &[Asked], remarks: usize) -> Vec<(String, u64)> {
        let known = self.process.gets(&self.ines, &paper("threads")).await;
        let places = known["threads"].as_array().expect("the demonstration has threads").clone();
        let mut written: Vec<Vec<Value>> = vec![Vec::new(); asked.len()];
        for n in 0..remarks {
            let (place, by) = (&places[n % places.len()], &asked[n % asked.len()]);
            let path = format!("/api/v1/texts/{}/threads", word(&place["text"]));
            let body = json!({
                "anchor": place["anchor"], "paragraph": place["paragraph"], "audience": "component",
                "body": format!("Remark {n}: say who pays for this, and from which year on."),
            });
            let thread = self.posts("remark inside", &by.contributor, &path, body).await;
            let path = format!("/api/v1/threads/{}/prepare", word(&thread["id"]));
            let kept = self.posts("keep a remark", &by.focal, &path, json!({ "keep": true })).await;
            written[n % asked.len()].push(json!({ "id": kept["id"], "version": kept["version"] }));
        }
        let mut sent = Vec::new();
        for (by, remarks) in asked.iter().zip(written).filter(|(_, remarks)| !remarks.is_empty()) {
            let body = json!({ "round": self.id, "remarks": remarks });
            let answer = self.posts("send a component’s remarks", &by.focal, &paper("remarks"), body).await;
            let threads = answer["threads"].as_array().expect("what was sent");
            sent.extend(
                threads.iter().map(|thread| (word(&thread["id"]), thread["version"].as_u64().unwrap_or(0))),
            );
        }
        assert_eq!(sent.len(), remarks);
        sent
    }

    /// Drafts are begun and written in the live editor's way, and submitted by the focal points.
    async fn is_amended(&mut self, asked: &[Asked], amendments: usize) -> Vec<String> {
        let paper = self.process.gets(&self.ines, &format!("/api/v1/papers/{PAPER}")).await;
        let chapters = paper["chapters"].as_array().expect("a paper has chapters").clone();
        let mut proposed = Vec::new();
        for n in 0..amendments {
            let by = &asked[n % asked.len()];
            let text = word(&chapters[n % chapters.len()]["texts"]["es"]["id"]);
            let draft = self
                .posts(
                    "begin an amendment",
                    &by.contributor,
                    &format!("/api/v1/texts/{text}/amendments"),
                    json!({}),
                )
                .await;
            let branch: TextId = word(&draft["draft"]["text"]).parse().expect("a draft has a branch");
            let mut guest = self.process.guest("newcomer", &by.contributor, &document_id(branch));
            let process = self.process;
            let contributor = by.contributor.clone();
            self.timed("write it until “Saved”", async {
                guest.enters(process.socket(&contributor).await).await;
                let place = 1 + n / chapters.len();
                guest.writes(|desk| desk.types_at(place, &format!("Enmienda {n}. "))).await;
                guest.hears_until(Guest::is_saved).await;
            })
            .await;
            let id = word(&draft["id"]);
            let body = json!({ "title": format!("Amendment {n}"), "reason": "It has to be said.", "round": self.id });
            self.posts("submit it", &by.focal, &format!("/api/v1/amendments/{id}/submit"), body).await;
            proposed.push(id);
        }
        proposed
    }

    /// Everybody looks at what there is.
    async fn is_read(&mut self, asked: &[Asked]) {
        for each in asked {
            self.gets("read the round’s dashboard", &each.focal, &self.path("coverage")).await;
            self.gets("list the amendments", &each.focal, &paper("amendments")).await;
            self.gets("open the matrix", &each.focal, &paper("matrix/index")).await;
        }
    }

    async fn closes(&mut self) {
        let ines = self.ines.clone();
        self.posts("close the round", &ines, &self.path("close"), json!({ "reason": "All have answered." }))
            .await;
    }

    /// Inés holds a pen too, and her component is the only one that is not asked: nobody answers what their own component sent.
    async fn is_answered(&mut self, threads: &[(String, u64)]) {
        let ines = self.ines.clone();
        for (id, version) in threads {
            let rows = json!([{ "id": id, "version": version }]);
            let body =
                json!({ "outcome": "partly", "words": "Taken up in the paragraph before.", "rows": rows });
            self.posts("answer a remark", &ines, &paper("matrix/answers"), body).await;
        }
    }

    /// All that can stand is accepted; what was touched since is not. How many were accepted.
    async fn is_decided(&mut self, proposed: &[String]) -> usize {
        let ines = self.ines.clone();
        let mut accepted = 0;
        for id in proposed {
            let path = format!("/api/v1/amendments/{id}");
            let amendment = self.gets("open an amendment", &ines, &path).await;
            let can_stand = amendment["touch"]["state"] == "untouched";
            let body = match can_stand {
                true => json!({ "outcome": "accepted", "words": "" }),
                false => json!({ "outcome": "not_accepted", "words": "Others were quicker here." }),
            };
            let decided = self.posts("decide it", &ines, &format!("{path}/decide"), body).await;
            accepted += usize::from(decided["state"] == "accepted");
        }
        accepted
    }

    async fn is_sealed(&mut self) {
        let ines = self.ines.clone();
        self.posts("seal the next draft", &ines, &paper("milestones"), json!({ "name": "As decided" })).await;
    }

    /// Each component reads its answers and takes them out.
    async fn is_told(&mut self, asked: &[Asked]) {
        for each in asked {
            let path = format!("/api/v1/rounds/{}/answers/{}", self.id, each.id);
            let answers = self.gets("read one’s answers", &each.focal, &path).await;
            let items = answers["items"].as_array().expect("what was sent");
            assert!(
                items.iter().all(|item| item["answer"].is_object()),
                "{}: something was not answered",
                each.code
            );
            let with_pdf = self.with_pdf;
            for (format, act) in FILES.into_iter().filter(|(format, _)| *format != "pdf" || with_pdf) {
                let file = format!("{path}/file?format={format}&language=en");
                let bytes = self.timed(act, self.process.takes(&each.focal, &file)).await;
                assert!(bytes.len() > 200, "{}: {act}", each.code);
            }
        }
    }

    // --- asking and measuring

    fn path(&self, act: &str) -> String {
        format!("/api/v1/rounds/{}/{act}", self.id)
    }

    async fn posts(&mut self, act: &'static str, who: &SignedIn, path: &str, body: Value) -> Value {
        let process = self.process;
        self.timed(act, process.posts(who, path, &body)).await
    }

    async fn gets(&mut self, act: &'static str, who: &SignedIn, path: &str) -> Value {
        let process = self.process;
        self.timed(act, process.gets(who, path)).await
    }

    async fn timed<T>(&mut self, act: &'static str, work: impl Future<Output = T>) -> T {
        let sent = Instant::now();
        let answer = work.await;
        let waited = sent.elapsed();
        match self.acts.iter_mut().find(|(name, _)| *name == act) {
            Some((_, waits)) => waits.push(waited),
            None => self.acts.push((act, vec![waited])),
        }
        answer
    }

    fn prints(&mut self) {
        println!("{:32} {:>6} {:>10} {:>10}", "", "times", "middle ms", "worst ms");
        for (act, waits) in &mut self.acts {
            waits.sort();
            let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
            let (middle, worst) = (waits[waits.len() / 2], waits[waits.len() - 1]);
            println!("{act:32} {:>6} {:>10.1} {:>10.1}", waits.len(), ms(middle), ms(worst));
        }
    }
}

fn paper(what: &str) -> String {
    format!("/api/v1/papers/{PAPER}/{what}")
}

/// The address of somebody who sends in this component's name.
fn focal_point(people: &Value, component: &str) -> Option<String> {
    let leads = |person: &&Value| {
        let seats = person["seats"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Signing in is for the first seat.
        seats
            .first()
            .is_some_and(|seat| seat["component_id"] == component && seat["function"] == "focal_point")
    };
    people["people"].as_array()?.iter().find(leads).map(|person| word(&person["email"]))
}

#[track_caller]
fn word(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("words, not {value}")).to_owned()
}
