//! Somebody who comes back: a guest, the way to the server, and a memory of what they were promised.

use std::collections::BTreeSet;

use automerge::ChangeHash;

use super::proxy::Proxy;
use crate::guest::Guest;
use crate::process::{Process, SignedIn};

/// See the module's documentation.
pub struct Regular {
    /// Their desk, and their socket while they have one.
    pub guest: Guest,
    /// What stands between them and the server.
    pub proxy: Proxy,
    /// Own changes that they once read as saved.
    pub acknowledged: BTreeSet<ChangeHash>,
    /// The words they typed. No word is typed twice.
    pub typed: Vec<String>,
    who: SignedIn,
}

impl Regular {
    /// Somebody at an empty desk, with a clear line to the server.
    pub async fn new(name: &str, process: &Process, who: &SignedIn, document: &str) -> Regular {
        Regular {
            guest: process.guest(name, who, document),
            proxy: Proxy::to(&process.address).await,
            acknowledged: BTreeSet::new(),
            typed: Vec::new(),
            who: who.clone(),
        }
    }

    /// Connects, asks for what is missing, and sends what the server has not; whether that worked.
    pub async fn comes_in(&mut self, process: &Process) -> bool {
        self.hangs_up();
        let Ok(socket) = process.socket_at(&self.proxy.address, &self.who).await else { return false };
        if !self.guest.tries_to_enter(socket).await {
            return false;
        }
        self.guest.uploads().await;
        true
    }

    /// Lets go of the socket, without a word, as whoever shuts a laptop. What they were promised is kept in mind.
    pub fn hangs_up(&mut self) {
        self.notes();
        self.guest.hangs_up();
    }

    /// Keeps in mind what reads as saved now.
    pub fn notes(&mut self) {
        let durable = self.guest.durable();
        self.acknowledged.extend(durable.into_iter().filter(|hash| self.guest.desk.wrote(hash)));
    }

    /// Types a word of their own behind the first one of the text, and sends it if there is a line.
    pub async fn types(&mut self) {
        let word = format!("[{}{}]", self.guest.name, self.typed.len() + 1);
        self.guest.writes(|desk| desk.types_at(1, &word)).await;
        self.typed.push(word);
    }

    /// Takes in what is here, and waits for nothing.
    pub async fn glances(&mut self) {
        while self.guest.is_connected() && self.guest.hears_what_is_here().await {}
        if !self.guest.is_connected() {
            self.notes();
        }
    }

    /// Listens until all of these changes are here and all of their own is saved; comes back whenever the line breaks.
    pub async fn comes_to(&mut self, process: &Process, all: &BTreeSet<ChangeHash>) {
        loop {
            let here: BTreeSet<ChangeHash> = self.guest.desk.hashes_since(&[]).into_iter().collect();
            if self.guest.is_connected() && all.is_subset(&here) && self.guest.is_saved() {
                return self.notes();
            }
            if !self.guest.is_connected() {
                self.comes_in(process).await;
            } else if self.guest.hears_something().await.is_err() {
                self.notes();
            }
        }
    }
}
