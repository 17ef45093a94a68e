//! Where people are: carets, and frames that pass without being kept.

use bytes::Bytes;

use super::Room;
use crate::sync::events::{ConnectionId, Output, Send};
use crate::sync::presence::{self, Caret};
use crate::sync::wire::say;

impl Room {
    pub(super) fn on_caret(&mut self, connection: ConnectionId, data: &Bytes, output: &mut Output) {
        let Some(guest) = self.guests.get_mut(&connection) else { return };
        let Some(caret) = Caret::read(data) else { return };
        let said = caret.write(guest.speaker.seat, connection);
        guest.caret = Some(caret);
        self.tell_others(connection, &said, output);
    }

    pub(super) fn on_left(&mut self, connection: ConnectionId, output: &mut Output) {
        if let Some(guest) = self.guests.remove(&connection) {
            self.tell_others(connection, &presence::gone(guest.speaker.seat, connection), output);
        }
    }

    fn tell_others(&mut self, about: ConnectionId, said: &[u8], output: &mut Output) {
        let to: Vec<ConnectionId> = self.guests.keys().copied().filter(|other| *other != about).collect();
        if !to.is_empty() {
            let frame = self.passing_frame(said);
            output.send.push(Send::Frame { to, frame });
        }
    }

    pub(super) fn passing_frame(&mut self, data: &[u8]) -> Bytes {
        self.passing_count += 1;
        let server = &self.settings.server;
        say::ephemeral(server, server, self.passing_count, &self.document, data).into()
    }
}
