//! What was measured, as one Markdown table, with the ratios that mean something on any machine.

use std::time::Duration;

use crate::crowd::Outcome;
use crate::servers::Kind;

/// How a long text opened.
pub struct Opening {
    /// The last byte, after the socket was open.
    pub after: Duration,
    /// What came over the wire.
    pub size_bytes: u64,
}

/// All that was measured of one kind of server; the words say why something was not.
pub struct Measured {
    kind: Kind,
    /// Two clients, each writing five letters a second.
    pub two: Result<Outcome, String>,
    /// 50 clients, 50 edits a second.
    pub fifty: Result<Outcome, String>,
    /// 200 clients, 200 edits a second.
    pub two_hundred: Result<Outcome, String>,
    /// The same with clients that acknowledge every message.
    pub stock: Result<Outcome, String>,
    /// The highest rate that 50 clients sustain.
    pub highest: Result<(u32, Outcome), String>,
    /// A long history.
    pub opening: Result<Opening, String>,
}

impl Measured {
    /// Nothing yet.
    pub fn of(kind: Kind) -> Measured {
        let none = || "–".to_owned();
        Measured {
            kind,
            two: Err(none()),
            fifty: Err(none()),
            two_hundred: Err(none()),
            stock: Err(none()),
            highest: Err(none()),
            opening: Err(none()),
        }
    }
}

/// One row: what it is, and the figure of each server, if there is one.
struct Row {
    name: &'static str,
    less_is_better: bool,
    digits: usize,
    figure: fn(&Measured) -> Option<f64>,
}

const ROWS: [Row; 18] = [
    row("2 clients, 10 edits/s: p50, ms", 2, |m| Some(m.two.as_ref().ok()?.ms(0.5))),
    row("… p99, ms", 1, |m| Some(m.two.as_ref().ok()?.ms(0.99))),
    row("50 clients, 50 edits/s: p50, ms", 2, |m| Some(m.fifty.as_ref().ok()?.ms(0.5))),
    row("… p99, ms", 1, |m| Some(m.fifty.as_ref().ok()?.ms(0.99))),
    row("… server CPU, µs a delivery", 1, |m| Some(m.fifty.as_ref().ok()?.cpu_us())),
    row("… bytes a delivery", 0, |m| Some(m.fifty.as_ref().ok()?.bytes())),
    Row {
        less_is_better: false,
        ..row("… delivered, %", 1, |m| Some(m.fifty.as_ref().ok()?.delivered() * 100.0))
    },
    row("200 clients, 200 edits/s: p50, ms", 1, |m| Some(m.two_hundred.as_ref().ok()?.ms(0.5))),
    row("… p99, ms", 1, |m| Some(m.two_hundred.as_ref().ok()?.ms(0.99))),
    row("… server CPU, µs a delivery", 1, |m| Some(m.two_hundred.as_ref().ok()?.cpu_us())),
    row("… bytes a delivery", 0, |m| Some(m.two_hundred.as_ref().ok()?.bytes())),
    row("… peak memory, MB", 0, |m| Some(m.two_hundred.as_ref().ok()?.server.peak_bytes as f64 / 1e6)),
    Row {
        less_is_better: false,
        ..row("… delivered, %", 1, |m| Some(m.two_hundred.as_ref().ok()?.delivered() * 100.0))
    },
    row("… with stock automerge-repo acknowledgements: p99, ms", 1, |m| {
        Some(m.stock.as_ref().ok()?.ms(0.99))
    }),
    row("… and µs a delivery", 1, |m| Some(m.stock.as_ref().ok()?.cpu_us())),
    Row {
        less_is_better: false,
        ..row("highest edits/s of 50 clients with p99 < 250 ms", 0, |m| {
            Some(f64::from(m.highest.as_ref().ok()?.0))
        })
    },
    row("a long history, after a restart: last byte, ms", 1, |m| {
        Some(m.opening.as_ref().ok()?.after.as_secs_f64() * 1e3)
    }),
    row("… bytes on the wire", 0, |m| Some(m.opening.as_ref().ok()?.size_bytes as f64)),
];

const fn row(name: &'static str, digits: usize, figure: fn(&Measured) -> Option<f64>) -> Row {
    Row { name, less_is_better: true, digits, figure }
}

/// The table, with what one must know to read it.
pub fn table(measured: &[Measured], cores: &str, characters: usize, edits: usize) -> String {
    let mut table = format!(
        "Measured on {} (Linux {}), {}: {cores}; one text of {} characters, a history of {} edits.\n\n",
        machine(),
        kernel(),
        today(),
        grouped(characters as f64, 0),
        grouped(edits as f64, 0),
    );
    let names: Vec<&str> = measured.iter().map(|one| one.kind.name()).collect();
    table += &format!(
        "| | {} | best other ÷ ours |\n|---|{}---|\n",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    for row in ROWS {
        let figures: Vec<Option<f64>> = measured.iter().map(row.figure).collect();
        if figures.iter().all(Option::is_none) {
            continue;
        }
        let cells: Vec<String> = figures.iter().map(|figure| cell(*figure, row.digits)).collect();
        table += &format!("| {} | {} | {} |\n", row.name, cells.join(" | "), ratio(measured, &figures, &row));
    }
    for one in measured {
        for (part, words) in one.failures() {
            table += &format!("\n{}, {part}: {words}.", one.kind.name());
        }
    }
    table + &saturation(measured)
}

impl Measured {
    fn failures(&self) -> Vec<(&'static str, &str)> {
        let words = [
            ("2 clients", self.two.as_ref().err()),
            ("50 clients", self.fifty.as_ref().err()),
            ("200 clients", self.two_hundred.as_ref().err()),
            ("highest rate", self.highest.as_ref().err()),
            ("long history", self.opening.as_ref().err()),
        ];
        words
            .into_iter()
            .filter_map(|(part, words)| Some((part, words?.as_str())))
            .filter(|(_, w)| *w != "–")
            .collect()
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let steady = [&self.two, &self.fifty, &self.two_hundred, &self.stock]
            .into_iter()
            .filter_map(|one| one.as_ref().ok());
        steady.chain(self.highest.as_ref().ok().map(|(_, outcome)| outcome))
    }
}

/// How far the generator was the limit.
fn saturation(measured: &[Measured]) -> String {
    let outcomes = || measured.iter().flat_map(Measured::outcomes);
    let busiest = outcomes().map(|outcome| outcome.generator).fold(0.0, f64::max);
    let latest = outcomes().map(|outcome| outcome.late_ms(0.99)).fold(0.0, f64::max);
    format!(
        "\nThe generator used at most {:.0} % of its processor, and sent 99 of 100 edits within {latest:.1} ms of when they were due.",
        busiest * 100.0
    )
}

/// One run in one line.
pub fn line(outcome: &Outcome) -> String {
    format!(
        "  p50 {:.2} p99 {:.1} max {:.0} ms, {:.1} % delivered, {:.2} µs and {:.0} bytes a delivery, server {:.0} % CPU, {:.0} MB (peak {:.0}), generator {:.0} % CPU, late p99 {:.1} ms",
        outcome.ms(0.5),
        outcome.ms(0.99),
        outcome.ms(1.0),
        outcome.delivered() * 100.0,
        outcome.cpu_us(),
        outcome.bytes(),
        outcome.server.cpu.as_secs_f64() * 100.0 / outcome.seconds,
        outcome.server.memory_bytes as f64 / 1e6,
        outcome.server.peak_bytes as f64 / 1e6,
        outcome.generator * 100.0,
        outcome.late_ms(0.99),
    )
}

/// The best figure of the others as a multiple of ours, or the other way round where more is better: above 1, ours is better.
fn ratio(measured: &[Measured], figures: &[Option<f64>], row: &Row) -> String {
    let mut ours = None;
    let mut best: Option<f64> = None;
    for (one, figure) in measured.iter().zip(figures) {
        match (one.kind, figure) {
            (Kind::Borrador, figure) => ours = *figure,
            (_, Some(figure)) if row.less_is_better => {
                best = Some(best.map_or(*figure, |best| best.min(*figure)))
            }
            (_, Some(figure)) => best = Some(best.map_or(*figure, |best| best.max(*figure))),
            (_, None) => {}
        }
    }
    match (ours, best) {
        (Some(ours), Some(best)) if row.less_is_better => format!("{:.2}", best / ours),
        (Some(ours), Some(best)) => format!("{:.2} (ours ÷ best other)", ours / best),
        _ => String::new(),
    }
}

fn cell(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| grouped(figure, digits))
}

/// A number with its thousands set apart.
fn grouped(number: f64, digits: usize) -> String {
    let plain = format!("{number:.digits$}");
    let (whole, rest) = plain
        .split_once('.')
        .map_or((&plain[..], String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &rest
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<&str> = info
        .lines()
        .filter_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name))
        .collect();
    format!("{} × {}", models.len(), models.first().unwrap_or(&"an unknown processor"))
}

fn kernel() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.split('-').next().unwrap_or_default().trim().to_owned()
}

fn today() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now = crdt::moment::Moment::from_unix_ms(since.as_millis() as i64);
    now.to_string().split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(260_000.0, 0), "260,000");
        assert_eq!(grouped(1234.56, 1), "1,234.6");
        assert_eq!(grouped(99.0, 0), "99");
    }
}
