//! The elements as bytes, for a [saved history](crate::sync::saved): the runs of each actor, by the actors' numbers.

use automerge::ObjType;

use super::{Elements, Id, MAX_DEPTH, Made, Place, Run};
use crate::sync::chunk::{ChunkError, Reader, write_length};

const WRONG: ChunkError = ChunkError::Malformed("the elements do not fit together");

/// What stands in the first byte of a run: its place and what was made, in two halves.
mod tag {
    pub const HEAD: u8 = 0;
    pub const ELEMENT: u8 = 1;
    pub const KEY: u8 = 2;
    pub const PLACE: u8 = 0x0f;
    pub const MADE_ELEMENT: u8 = 0x00;
    pub const MADE_VALUE: u8 = 0x10;
    pub const MADE_OBJECT: u8 = 0x20;
    pub const MADE_INSERTED_OBJECT: u8 = 0x30;
    pub const MADE: u8 = 0xf0;
}

impl Elements {
    /// Appends the elements to `to`.
    pub(in crate::sync) fn write(&self, to: &mut Vec<u8>) {
        // Actors whose changes were all taken back have left empty places behind them.
        let used = self.runs.iter().rposition(|runs| !runs.is_empty()).map_or(0, |last| last + 1);
        write_length(to, used as u64);
        for runs in &self.runs[..used] {
            write_length(to, runs.len() as u64);
            let mut end = 0;
            for run in runs {
                run.write(end, to);
                end = run.end();
            }
        }
    }

    /// Reads what [`Elements::write`] wrote, for a graph with this many actors.
    pub(in crate::sync) fn read(input: &mut Reader<'_>, actors: u32) -> Result<Elements, ChunkError> {
        let count = input.length()?;
        if count > actors as usize {
            return Err(WRONG);
        }
        let mut elements = Elements { runs: Vec::with_capacity(count) };
        for _ in 0..count {
            let mut runs = Vec::new();
            let mut end = 0;
            for _ in 0..input.length()? {
                let run = Run::read(end, input, actors)?;
                end = run.end();
                runs.push(run);
            }
            runs.shrink_to_fit();
            elements.runs.push(runs);
        }
        Ok(elements)
    }
}

impl Run {
    fn end(&self) -> u64 {
        self.first.saturating_add(u64::from(self.count))
    }

    fn write(&self, end: u64, to: &mut Vec<u8>) {
        let place = match self.place {
            Place::Head => tag::HEAD,
            Place::Element(_) => tag::ELEMENT,
            Place::Key(_) => tag::KEY,
        };
        let made = match self.made {
            Made::Element => tag::MADE_ELEMENT,
            Made::Value => tag::MADE_VALUE,
            Made::Object { inserted: false, .. } => tag::MADE_OBJECT,
            Made::Object { inserted: true, .. } => tag::MADE_INSERTED_OBJECT,
        };
        to.push(place | made);
        write_length(to, self.first - end);
        write_length(to, u64::from(self.count));
        self.object.write(to);
        match &self.place {
            Place::Head => {}
            Place::Element(element) => element.write(to),
            Place::Key(key) => {
                write_length(to, key.len() as u64);
                to.extend(key.as_bytes());
            }
        }
        if let Made::Object { kind, depth, .. } = self.made {
            to.extend([number_of(kind), depth]);
        }
    }

    fn read(end: u64, input: &mut Reader<'_>, actors: u32) -> Result<Run, ChunkError> {
        let tag = input.take(1)?[0];
        let first = end.checked_add(input.unsigned()?).ok_or(WRONG)?;
        let count = u32::try_from(input.unsigned()?).map_err(|_| WRONG)?;
        let object = Id::read(input, actors)?;
        let place = match tag & tag::PLACE {
            tag::HEAD => Place::Head,
            tag::ELEMENT => Place::Element(Id::read(input, actors)?),
            tag::KEY => {
                let length = input.length()?;
                Place::Key(std::str::from_utf8(input.take(length)?).map_err(|_| WRONG)?.into())
            }
            _ => return Err(WRONG),
        };
        let made = match tag & tag::MADE {
            tag::MADE_ELEMENT => Made::Element,
            tag::MADE_VALUE => Made::Value,
            made @ (tag::MADE_OBJECT | tag::MADE_INSERTED_OBJECT) => {
                let [kind, depth] = *input.take(2)? else { return Err(WRONG) };
                let kind = kind_of(kind).filter(|_| depth <= MAX_DEPTH).ok_or(WRONG)?;
                Made::Object { kind, depth, inserted: made == tag::MADE_INSERTED_OBJECT }
            }
            _ => return Err(WRONG),
        };
        Ok(Run { first, count, object, place, made })
    }
}

impl Id {
    fn write(self, to: &mut Vec<u8>) {
        write_length(to, self.counter);
        write_length(to, u64::from(self.actor));
    }

    fn read(input: &mut Reader<'_>, actors: u32) -> Result<Id, ChunkError> {
        let counter = input.unsigned()?;
        let actor = u32::try_from(input.unsigned()?).map_err(|_| WRONG)?;
        // The root is nobody's, and there may be nobody.
        if actor < actors.max(1) { Ok(Id { counter, actor }) } else { Err(WRONG) }
    }
}

fn number_of(kind: ObjType) -> u8 {
    match kind {
        ObjType::Map => 0,
        ObjType::List => 1,
        ObjType::Text => 2,
        ObjType::Table => 3,
    }
}

fn kind_of(number: u8) -> Option<ObjType> {
    Some(match number {
        0 => ObjType::Map,
        1 => ObjType::List,
        2 => ObjType::Text,
        3 => ObjType::Table,
        _ => return None,
    })
}
