//! Files of other kinds that people take for the ones we read: each is told in words of its own, for each wants something else done.

use super::ReadError;

/// Office put everything into this container until 2003, and still puts there what a password protects.
const CONTAINER: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// An entry of its directory has this many bytes, and begins where their multiple does (MS-CFB 2.6.1).
const ENTRY_BYTES: usize = 128;
/// Where an entry says how many bytes its name has, the zero behind it counted.
const NAME_LENGTH_AT: usize = 64;
/// The entry that holds an encrypted document (MS-OFFCRYPTO 2.3.4.4).
const ENCRYPTED: &str = "EncryptedPackage";
/// An OpenDocument file begins with an entry that is packed in no way and says what it is; this is where its name stands.
const FIRST_NAME_AT: usize = 30;

/// What is wrong with such a file; `None` for any other.
pub(in crate::export) fn foreign(bytes: &[u8]) -> Option<ReadError> {
    if bytes.starts_with(&CONTAINER[..4]) {
        let is_protected = bytes.chunks_exact(ENTRY_BYTES).any(|entry| is_named(entry, ENCRYPTED));
        return Some(if is_protected { ReadError::Protected } else { ReadError::Old });
    }
    let first = bytes.strip_prefix(b"PK").and_then(|_| bytes.get(FIRST_NAME_AT..))?;
    first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument").then_some(ReadError::OpenDocument)
}

fn is_named(entry: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = u16::from_le_bytes([entry[NAME_LENGTH_AT], entry[NAME_LENGTH_AT + 1]]);
    entry.starts_with(&name) && usize::from(length) == name.len() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A container whose directory has an entry of this name.
    fn container(name: &str) -> Vec<u8> {
        let mut bytes = CONTAINER.to_vec();
        bytes.resize(1_024 + 3 * ENTRY_BYTES, 0);
        let entry = 1_024 + ENTRY_BYTES;
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[entry..entry + name.len()].copy_from_slice(&name);
        bytes[entry + NAME_LENGTH_AT] = u8::try_from(name.len() + 2).unwrap();
        bytes
    }

    #[test]
    fn i01_the_container_tells_a_protected_document_from_an_old_one() {
        assert_eq!(foreign(&container(ENCRYPTED)), Some(ReadError::Protected));
        assert_eq!(foreign(&container("WordDocument")), Some(ReadError::Old));
        assert_eq!(foreign(&container("EncryptedPackages")), Some(ReadError::Old), "a longer name");
        assert_eq!(foreign(&CONTAINER[..4]), Some(ReadError::Old), "cut off");
        // An old document may say the word.
        let mut says = container("WordDocument");
        says.extend(std::iter::once(b'.').chain(ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes)));
        says.resize(4_096, 0);
        assert_eq!(foreign(&says), Some(ReadError::Old));
    }

    #[test]
    fn i01_an_opendocument_file_says_what_it_is_in_its_first_entry() {
        let begins = |name: &str| [&b"PK\x03\x04"[..], &[0; 26], name.as_bytes()].concat();
        let text = begins("mimetypeapplication/vnd.oasis.opendocument.textPK");
        assert_eq!(foreign(&text), Some(ReadError::OpenDocument));
        assert_eq!(foreign(&begins("mimetypeapplication/epub+zipPK")), None);
        assert_eq!(foreign(b"PK"), None);
        assert_eq!(foreign(b"Name;Age\n"), None);
    }
}
