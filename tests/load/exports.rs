//! `cargo run --release -p borrador-tests --bin exports -- --pages 75`
//!
//! What the files of a long paper cost, asked over HTTP of a server of its own: PDF for the first time and after one paragraph has changed,
//! with the PDF program warm (it has printed the demonstration's paper) and the most memory it took; Word, HTML and Markdown; then what differs
//! between two drafts of it. Beside them, in the same run, what others need for the same words: LibreOffice makes a PDF of our Word file, Chromium
//! prints our HTML. They start anew each time, ours does not; both are named as not installed where they are not.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--pages N` | of 3,000 characters, with a table, a list and two notes in each chapter of eighteen thousand | 75 |
//! | `--rounds N` | servers, one after the other: each gives one first time | 3 |
//! | `--times N` | each of the other files is made by each server | 5 |
//!
//! The bound on exports a minute is raised.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use borrador_tests::measure::{Usage, children_of, percentile};
use borrador_tests::options::number;
use borrador_tests::process::{Launch, PAPER, Process, SignedIn};
use bytes::Bytes;
use serde_json::{Value, json};

const SETTINGS: &str = "[limits]\nexports_per_minute = 10000\n";
const CHARACTERS_OF_A_PAGE: usize = 3_000;
const CHARACTERS_OF_A_CHAPTER: usize = 18_000;
const SENTENCE: &str = "Las ciudades acogen a quien llega con los medios que los Estados les dan, y responden ante sus vecinas y \
    vecinos de la vivienda, la escuela, la salud y el trato igual ante cada ventanilla. ";

#[tokio::main]
async fn main() {
    let pages = number("--pages").unwrap_or(75) as usize;
    let rounds = number("--rounds").unwrap_or(3);
    let times = number("--times").unwrap_or(5);
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut took = Took::default();
    let mut peak_bytes = 0;
    for round in 0..rounds {
        let process = Launch::on(&folder.path().join(format!("data{round}")))
            .configured(&folder.path().join("settings.toml"), SETTINGS)
            .tries()
            .unwrap_or_else(|refused| panic!("the program does not serve: {refused:?}"));
        let mut desk = Desk::opens(&process, pages).await;
        peak_bytes = peak_bytes.max(desk.prints(times, &mut took).await);
        desk.compares(times, &mut took).await;
        if round == 0 {
            desk.leaves_files(folder.path()).await;
        }
    }
    let others = others(folder.path(), times, &mut took);
    println!("{pages} pages of 3,000 characters{}\n", printed_pages(&folder.path().join("paper.pdf")));
    took.prints();
    println!("\nThe PDF program held {} MB at most.", peak_bytes >> 20);
    others.iter().for_each(|missing| println!("{missing} is not installed: nothing to compare with."));
}

/// How long each thing took, in the order in which they were first done.
#[derive(Default)]
struct Took(Vec<(&'static str, Vec<Duration>)>);

impl Took {
    fn note(&mut self, what: &'static str, took: Duration) {
        match self.0.iter_mut().find(|(name, _)| *name == what) {
            Some((_, all)) => all.push(took),
            None => self.0.push((what, vec![took])),
        }
    }

    async fn timed<T>(&mut self, what: &'static str, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = work.await;
        self.note(what, begun.elapsed());
        done
    }

    fn prints(self) {
        println!("| | Times | Median, ms | Worst, ms |\n|---|---|---|---|");
        for (name, mut all) in self.0 {
            all.sort_unstable();
            let [median, worst] = [0.5, 1.0].map(|part| percentile(&all, part).as_secs_f64() * 1_000.0);
            println!("| {name} | {} | {median:.0} | {worst:.0} |", all.len());
        }
    }
}

/// Inés with her long paper.
struct Desk<'a> {
    process: &'a Process,
    ines: SignedIn,
    texts: Vec<String>,
    edits: usize,
}

impl Desk<'_> {
    async fn opens(process: &Process, pages: usize) -> Desk<'_> {
        let ines = process.signs_in("ines.duarte@example.org").await;
        let paper = json!({ "slug": "largo", "title": "Un documento largo", "language": "es", "markdown": long(pages) });
        process.posts(&ines, "/api/v1/papers", &paper).await;
        let paper = process.gets(&ines, "/api/v1/papers/largo").await;
        let chapters = paper["chapters"].as_array().expect("a paper has chapters");
        for chapter in chapters {
            let pen = json!({ "chapter": chapter["id"], "seat": ines.seat });
            process.posts(&ines, "/api/v1/papers/largo/pens", &pen).await;
        }
        let texts = chapters.iter().map(|chapter| word(&chapter["texts"]["es"]["id"])).collect();
        Desk { process, ines, texts, edits: 0 }
    }

    /// The files of the text as it is; the most memory that the PDF program took, in bytes.
    async fn prints(&mut self, times: u64, took: &mut Took) -> u64 {
        self.process
            .takes(&self.ines, &format!("/api/v1/papers/{PAPER}/export?language=es&format=pdf"))
            .await;
        took.timed("PDF, first", self.takes("pdf")).await;
        for _ in 0..times {
            self.changes_a_paragraph(self.edits % self.texts.len()).await;
            took.timed("PDF, after a paragraph changed", self.takes("pdf")).await;
        }
        for (name, format) in [("Word", "docx"), ("HTML", "html"), ("Markdown", "md")] {
            for _ in 0..times {
                took.timed(name, self.takes(format)).await;
            }
        }
        let programs = children_of(self.process.pid());
        programs.into_iter().map(|program| Usage::of(program).peak_bytes).max().unwrap_or(0)
    }

    /// What differs between two drafts, in one of which a paragraph of every chapter was changed three times.
    async fn compares(&mut self, times: u64, took: &mut Took) {
        for _ in 0..times {
            self.changes_a_paragraph(0).await;
            let first = self.seals().await;
            for chapter in (0..self.texts.len()).flat_map(|chapter| [chapter; 3]) {
                self.changes_a_paragraph(chapter).await;
            }
            let second = self.seals().await;
            let compared = format!("/api/v1/milestones/{first}/compare/{second}");
            took.timed("Comparison, as data", self.process.gets(&self.ines, &compared)).await;
            for (name, format) in
                [("Comparison, HTML", "html"), ("Comparison, Word", "docx"), ("Comparison, PDF", "pdf")]
            {
                let file = format!(
                    "/api/v1/papers/largo/compare/file?from={first}&to={second}&language=es&format={format}"
                );
                took.timed(name, self.process.takes(&self.ines, &file)).await;
            }
        }
    }

    async fn seals(&self) -> String {
        let named = json!({ "name": format!("Lectura {}", self.edits) });
        word(&self.process.posts(&self.ines, "/api/v1/papers/largo/milestones", &named).await["id"])
    }

    /// A word more in the middle of a chapter, as a program would write it.
    async fn changes_a_paragraph(&mut self, chapter: usize) {
        self.edits += 1;
        let path = format!("/api/v1/texts/{}", self.texts[chapter]);
        let heads = self.process.gets(&self.ines, &path).await["heads"].clone();
        let markdown = self.process.takes_as(&self.ines, &format!("{path}?ids=1"), "text/markdown").await;
        let markdown = String::from_utf8(markdown.to_vec()).expect("Markdown is UTF-8");
        let ends: Vec<usize> = markdown.match_indices("ventanilla. {#p-").map(|(at, _)| at).collect();
        let (before, behind) = markdown.split_at(ends[(ends.len() / 2 + self.edits) % ends.len()]);
        let changed = format!("{before}{} veces en cada {behind}", self.edits);
        self.process.puts(&self.ines, &path, &json!({ "base_heads": heads, "markdown": changed })).await;
    }

    async fn takes(&self, format: &str) -> Bytes {
        let path = format!("/api/v1/papers/largo/export?language=es&format={format}");
        self.process.takes(&self.ines, &path).await
    }

    async fn leaves_files(&self, folder: &Path) {
        for format in ["pdf", "docx", "html"] {
            std::fs::write(folder.join(format!("paper.{format}")), self.takes(format).await)
                .expect("there is room");
        }
    }
}

/// What other programs need for the same words; which of them are not here.
fn others(folder: &Path, times: u64, took: &mut Took) -> Vec<&'static str> {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("office").display());
    let pdf = format!("--print-to-pdf={}", folder.join("chromium.pdf").display());
    let user = format!("--user-data-dir={}", folder.join("chromium").display());
    let [office, browser] =
        [["paper.docx"], ["paper.html"]].map(|[name]| folder.join(name).display().to_string());
    let out = folder.join("office-out").display().to_string();
    let programs: [(&str, &str, Vec<&str>); 2] = [
        (
            "LibreOffice, our Word file to PDF",
            "soffice",
            vec![&profile, "--headless", "--convert-to", "pdf", "--outdir", &out, &office],
        ),
        (
            "Chromium, our HTML to PDF",
            "chromium",
            vec![
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                &user,
                &pdf,
                &browser,
            ],
        ),
    ];
    let mut missing = Vec::new();
    for (name, program, arguments) in programs {
        let runs =
            || Command::new(program).args(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        // The first time they make their profiles.
        let Ok(first) = runs() else {
            missing.push(program);
            continue;
        };
        assert!(first.success(), "{program} makes no PDF of {arguments:?}");
        for _ in 0..times {
            let begun = Instant::now();
            assert!(runs().is_ok_and(|ended| ended.success()), "{program} makes a PDF as the first time");
            took.note(name, begun.elapsed());
        }
    }
    missing
}

/// How many pages the PDF has, as poppler counts them, if it is here.
fn printed_pages(pdf: &Path) -> String {
    let Ok(output) = Command::new("pdfinfo").arg(pdf).output() else { return String::new() };
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let pages = words.lines().find_map(|line| line.strip_prefix("Pages:"));
    pages.map(|pages| format!(", {} printed", pages.trim())).unwrap_or_default()
}

/// The paper as Markdown.
fn long(pages: usize) -> String {
    let chapters = (pages * CHARACTERS_OF_A_PAGE).div_ceil(CHARACTERS_OF_A_CHAPTER);
    let mut markdown = String::new();
    let mut paragraph = 0;
    for chapter in 1..=chapters {
        let begun = markdown.len();
        markdown += &format!("# Capítulo {chapter}: ciudades que acogen\n\n");
        while markdown.len() - begun < CHARACTERS_OF_A_CHAPTER {
            paragraph += 1;
            if paragraph % 8 == 0 {
                markdown += &format!("## Lo que se pide en el punto {paragraph}\n\n");
            }
            let note = if paragraph % 20 == 0 { format!("[^{paragraph}]") } else { String::new() };
            let words = SENTENCE.repeat(2 + paragraph % 3);
            write!(markdown, "{paragraph}. {}{note}\n\n", words.trim_end()).expect("a string takes all");
            if !note.is_empty() {
                write!(markdown, "{note}: Informe de la ciudad sobre el punto {paragraph}.\n\n")
                    .expect("a string takes all");
            }
            if paragraph % 12 == 0 {
                markdown += "- Derecho a la ciudad\n- Servicios sin fronteras dentro del municipio\n- Datos comunes\n\n";
            }
        }
        markdown += "| Ciudad | Llegadas | Programa |\n|---|---|---|\n";
        for city in ["Lisboa", "Lyon", "Tánger", "Turín", "Túnez", "Ammán"] {
            writeln!(markdown, "| {city} | {} | Acogida de barrio |", 100 * chapter)
                .expect("a string takes all");
        }
        markdown += "\n";
    }
    markdown
}

fn word(value: &Value) -> String {
    value.as_str().expect("an id is a text").to_owned()
}
