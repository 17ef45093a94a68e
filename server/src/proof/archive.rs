//! The archive that a bundle is: a zip of plain files, none of them compressed, in one exact form (rule HIS10).
//!
//! Every program that opens zips opens it. It is written and read here rather than by a library because its bytes are part of what
//! is proved: the same files give the same archive with every version of this program, and [`unpack`] takes nothing that
//! [`pack`] would not have written. So nothing in it can be inflated, lie outside of its folder, stand there twice or hide between two files.

use std::collections::BTreeMap;

use flate2::Crc;

/// The files of an archive by their names, in the order of the names.
pub type Files<'a> = BTreeMap<String, &'a [u8]>;

/// More files than any bundle has.
const MOST_FILES: usize = 20_000;
/// The form has no room for more bytes than 32 bits can count, and nobody needs as many.
pub const MOST_BYTES: u64 = 1 << 30;
const LONGEST_NAME: usize = 120;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Version 2.0, the oldest that every program speaks.
const NEEDED: u16 = 20;
/// Written on a Unix machine: the files come out as files that their owner may write.
const MADE_BY: u16 = 3 << 8 | NEEDED;
const MODE: u32 = 0o100_644 << 16;
/// 1 January 1980, the first day that zips know: the day of packing is nobody's business.
const FIRST_DAY: u16 = 0x21;

/// Why an archive is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Too long to be one.
    #[error("it has more than {MOST_BYTES} bytes, or more than {MOST_FILES} files; no bundle has as many")]
    TooLarge,
    /// No zip at all.
    #[error("it is not a bundle: it does not begin as a zip archive does")]
    NotAZip,
    /// Packed by something else, or cut off, or changed between the files.
    #[error("{place}: {what}; use the file as it was downloaded, not one that was packed again")]
    OtherForm {
        /// Where in the archive.
        place: String,
        /// What is there.
        what: &'static str,
    },
}

/// The archive of these files; `None` where a name or a size cannot be in one.
pub fn pack(files: &Files<'_>) -> Option<Vec<u8>> {
    let total: u64 = files.values().map(|bytes| bytes.len() as u64).sum();
    if files.len() > MOST_FILES || total > MOST_BYTES || !files.keys().all(|name| is_name(name)) {
        return None;
    }
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let facts = Facts { sum: sum(bytes), size: u32::try_from(bytes.len()).ok()?, name };
        let offset = u32::try_from(out.len()).ok()?;
        facts.local(&mut out);
        out.extend_from_slice(bytes);
        facts.central(offset, &mut directory);
    }
    let (offset, size) = (u32::try_from(out.len()).ok()?, u32::try_from(directory.len()).ok()?);
    let count = u16::try_from(files.len()).ok()?;
    out.append(&mut directory);
    out.extend(END.to_le_bytes());
    // This disk, the disk of the directory, and how many of it are here.
    [0, 0, count, count].iter().for_each(|number| out.extend(number.to_le_bytes()));
    [size, offset].iter().for_each(|number| out.extend(number.to_le_bytes()));
    // No comment.
    out.extend(0u16.to_le_bytes());
    Some(out)
}

/// An archive taken apart.
#[derive(Debug)]
pub struct Unpacked<'a> {
    /// Its files.
    pub files: Files<'a>,
    /// What around the files is not as [`pack`] writes it, in words: the sums and names that stand there, or something behind them.
    pub around: Option<String>,
}

/// Takes an archive apart, without copying. Names, sizes and their number are bounded before anything is believed.
pub fn unpack(archive: &[u8]) -> Result<Unpacked<'_>, ArchiveError> {
    if archive.len() as u64 > MOST_BYTES {
        return Err(ArchiveError::TooLarge);
    }
    if !archive.starts_with(&LOCAL.to_le_bytes()) {
        return Err(ArchiveError::NotAZip);
    }
    let mut reader = Reader { bytes: archive, at: 0, last: String::new() };
    let mut files = Files::new();
    let mut places = Vec::new();
    while reader.begins_with(LOCAL) {
        let start = reader.at;
        let (name, bytes) = reader.file()?;
        if files.last_key_value().is_some_and(|(before, _)| *before >= name) {
            return Err(reader.other("its files are doubled or in another order"));
        }
        if files.len() == MOST_FILES {
            return Err(ArchiveError::TooLarge);
        }
        reader.last.clone_from(&name);
        places.push((start..reader.at, name.clone()));
        files.insert(name, bytes);
    }
    let again = pack(&files).ok_or_else(|| reader.other("it cannot be a bundle"))?;
    let around = (again != archive).then(|| {
        let differs = again.iter().zip(archive).position(|(one, other)| one != other);
        let differs = differs.unwrap_or(again.len().min(archive.len()));
        match places.iter().find(|(place, _)| place.contains(&differs)) {
            Some((_, name)) => {
                format!("byte {differs}, in what the archive says of {name}, is not as it was written")
            }
            None => format!("byte {differs}, behind the files, is not as it was written"),
        }
    });
    Ok(Unpacked { files, around })
}

struct Facts<'a> {
    sum: u32,
    size: u32,
    name: &'a str,
}

impl Facts<'_> {
    fn local(&self, out: &mut Vec<u8>) {
        out.extend(LOCAL.to_le_bytes());
        self.common(out);
        out.extend_from_slice(self.name.as_bytes());
    }

    fn central(&self, offset: u32, out: &mut Vec<u8>) {
        out.extend(CENTRAL.to_le_bytes());
        out.extend(MADE_BY.to_le_bytes());
        self.common(out);
        // No comment, the first disk, nothing said of the kind.
        [0u16; 3].iter().for_each(|number| out.extend(number.to_le_bytes()));
        out.extend(MODE.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
    }

    fn common(&self, out: &mut Vec<u8>) {
        // No flags, no compression, midnight.
        [NEEDED, 0, 0, 0, FIRST_DAY].iter().for_each(|number| out.extend(number.to_le_bytes()));
        [self.sum, self.size, self.size].iter().for_each(|number| out.extend(number.to_le_bytes()));
        let name = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        // Nothing extra.
        [name, 0].iter().for_each(|number| out.extend(number.to_le_bytes()));
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The file before, for saying where.
    last: String,
}

impl<'a> Reader<'a> {
    fn begins_with(&self, signature: u32) -> bool {
        self.bytes[self.at..].starts_with(&signature.to_le_bytes())
    }

    fn file(&mut self) -> Result<(String, &'a [u8]), ArchiveError> {
        self.take(4)?;
        self.take(2)?;
        let flags = self.number_16()?;
        if flags & 1 != 0 {
            return Err(self.other("a file is encrypted"));
        }
        if flags != 0 {
            return Err(
                self.other("a file says its size behind its bytes, or has a name in another alphabet")
            );
        }
        if self.number_16()? != 0 {
            return Err(self.other("a file is compressed"));
        }
        self.take(8)?;
        let (packed, size) = (self.number_32()?, self.number_32()?);
        let (name, extra) = (self.number_16()?, self.number_16()?);
        if packed != size {
            return Err(self.other("a file has two sizes"));
        }
        let name = self.take(usize::from(name))?;
        let name = std::str::from_utf8(name).ok().filter(|name| is_name(name));
        let name =
            name.ok_or_else(|| self.other("a file has a name that leads elsewhere or that nobody can read"))?;
        if extra != 0 {
            return Err(self.other("something stands between a file's name and its bytes"));
        }
        let bytes = self.take(usize::try_from(size).unwrap_or(usize::MAX))?;
        Ok((name.to_owned(), bytes))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], ArchiveError> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count));
        let taken = taken.ok_or_else(|| self.other("it ends in the middle of a file"))?;
        self.at += count;
        Ok(taken)
    }

    fn number_16(&mut self) -> Result<u16, ArchiveError> {
        Ok(self.take(2)?.iter().rev().fold(0, |number, byte| number << 8 | u16::from(*byte)))
    }

    fn number_32(&mut self) -> Result<u32, ArchiveError> {
        Ok(self.take(4)?.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    fn other(&self, what: &'static str) -> ArchiveError {
        let place = match self.last.as_str() {
            "" => "at its beginning".to_owned(),
            last => format!("behind {last}"),
        };
        ArchiveError::OtherForm { place, what }
    }
}

fn sum(bytes: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Relative, without `..`, in letters that every file system writes alike.
fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        })
}
