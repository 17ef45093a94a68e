//! What a process has used, as Linux counts it, and what is usual in a row of times.

use std::fs;
use std::time::Duration;

/// Clock ticks a second in `/proc/PID/stat`; Linux has shown it so to programs since 2.6, whatever it uses inside.
const TICKS_PER_SECOND: u64 = 100;

/// What a process has used since it began.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Time on processors, its own and the kernel's for it, in steps of 10 ms.
    pub cpu: Duration,
    /// What it holds in memory now.
    pub memory_bytes: u64,
    /// The most that it ever held.
    pub peak_bytes: u64,
}

impl Usage {
    /// Of a running process.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn of(pid: u32) -> Usage {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
        // The name, in parentheses, may contain anything; the numbers begin behind it with the third field.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |field: usize| fields[field - 3].parse::<u64>().expect("a number");
        let ticks = number(14) + number(15);
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
        let size_bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            let kilobytes: u64 = line.trim().split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            kilobytes << 10
        };
        let cpu = Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND);
        Usage { cpu, memory_bytes: size_bytes("VmRSS:"), peak_bytes: size_bytes("VmHWM:") }
    }

    /// The time used since an earlier look; the memory as it is now.
    pub fn since(&self, before: &Usage) -> Usage {
        Usage { cpu: self.cpu.saturating_sub(before.cpu), ..*self }
    }
}

/// The processes that this one has started and that still run.
pub fn children_of(pid: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").expect("Linux shows its processes");
    let numbers = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |child: &u32| {
        // One that has ended meanwhile is nobody's child any more.
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
        behind_the_name.split_whitespace().nth(1).and_then(|parent| parent.parse().ok()) == Some(pid)
    };
    numbers.filter(is_child).collect()
}

/// The time that this part (0 to 1) of the sorted times stays within; zero when there are none.
pub fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
}
