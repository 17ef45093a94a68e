//! The server on one processor, the generator on another: neither takes the other's time.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Two processors, or one for both.
#[derive(Clone)]
pub struct Cores {
    all: CpuSet,
    apart: Option<(usize, usize)>,
}

impl Cores {
    /// Those that this process may use, and this thread on the second of them.
    pub fn taken() -> Cores {
        let all = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
        let usable: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).collect();
        let apart = match usable[..] {
            [server, generator, ..] => Some((server, generator)),
            _ => None,
        };
        let cores = Cores { all, apart };
        cores.settle(apart.map(|(_, generator)| generator));
        cores
    }

    /// Starts a process on the server's processor: it has the processors of the thread that starts it.
    pub fn starts<T>(&self, start: impl FnOnce() -> T) -> T {
        self.settle(self.apart.map(|(server, _)| server));
        let started = start();
        self.settle(self.apart.map(|(_, generator)| generator));
        started
    }

    /// In words, for the head of the table.
    pub fn words(&self) -> String {
        match self.apart {
            Some((server, generator)) => format!("server on processor {server}, generator on {generator}"),
            None => "server and generator share the only processor".to_owned(),
        }
    }

    fn settle(&self, core: Option<usize>) {
        let mut set = CpuSet::new();
        match core {
            Some(core) => set.set(core),
            None => set = self.all,
        }
        if let Err(error) = sched_setaffinity(None, &set) {
            eprintln!("the processors could not be told apart ({error}): server and generator may share one");
        }
    }
}
