//! Whether a picture can be shown to its end: one that was cut off, or damaged on the way, would be found out by the first file that
//! shows it, when nobody can change the sealed words around it any more.
//!
//! After the PNG specification (ISO/IEC 15948, chunks and their CRC, one zlib stream over all `IDAT`) and ITU-T T.81 (markers of JPEG).
//! Letters of a JPEG that are wrong but there are for whoever shows it.

use std::io::{Read, sink};

use flate2::Crc;
use flate2::read::ZlibDecoder;

/// The eight bytes with which every PNG begins.
const SIGNATURE: usize = 8;

/// Whether every chunk of a PNG is as it was written, and its rows are all there. What stands behind its end is not looked at.
pub fn is_whole_png(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(SIGNATURE..).unwrap_or_default();
    let (mut rows, mut packed) = (None, Vec::new());
    while let Some((kind, data, behind)) = chunk(rest) {
        match kind {
            b"IHDR" => rows = size_of_rows(data),
            b"IDAT" => packed.extend_from_slice(data),
            b"IEND" => return rows.is_some_and(|rows| holds(&packed, rows)),
            _ => {}
        }
        rest = behind;
    }
    false
}

/// Whether a JPEG has a picture in it and an end.
pub fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if *marker == 0xda {
            return bytes[at..].windows(2).any(|two| two == [0xff, 0xd9]);
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// The next chunk and what stands behind it; `None` if it is cut off or changed.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (checked, rest) = rest.split_at_checked(length.checked_add(4)?)?;
    let (crc, behind) = rest.split_first_chunk::<4>()?;
    let mut sum = Crc::new();
    sum.update(checked);
    let (kind, data) = checked.split_first_chunk::<4>()?;
    (sum.sum() == u32::from_be_bytes(*crc)).then_some((kind, data, behind))
}

/// How many bytes the rows are, by the picture's header; of one that comes in seven passes at least so many as half of them.
fn size_of_rows(header: &[u8]) -> Option<u64> {
    let number = |at: usize| Some(u64::from(u32::from_be_bytes(*header.get(at..)?.first_chunk()?)));
    let (width, height) = (number(0)?, number(4)?);
    let samples = match header.get(9)? {
        0 | 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => return None,
    };
    let row = 1 + (width * samples * u64::from(*header.get(8)?)).div_ceil(8);
    Some(if *header.get(12)? == 0 { row * height } else { row * height / 2 })
}

fn holds(packed: &[u8], rows: u64) -> bool {
    std::io::copy(&mut ZlibDecoder::new(packed).take(rows), &mut sink()).is_ok_and(|held| held == rows)
}
