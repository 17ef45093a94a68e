//! The key of the service: Ed25519 (RFC 8032), as files that `openssl` reads.
//!
//! The secret half is made at the first start and lies in the data directory, for its owner only. It is in no backup: backups
//! travel, and whoever holds the key can sign in the organisation's name. Nothing is lost with it: signatures keep, their public keys are
//! in the store, and a service without its key makes a new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::history::{Digest, digest};
use crdt::ids::{from_hex, to_hex};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The file in the data directory.
pub const FILE: &str = "signing-key.pem";

/// What stands before the 32 bytes of a secret key in PKCS #8 (RFC 8410, section 7).
const SECRET_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 bytes of a public key (RFC 8410, section 4).
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Who signs: the secret half.
#[derive(Clone, PartialEq, Eq)]
pub struct Signer(SigningKey);

/// With what one checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey([u8; 32]);

/// A signature; as text, 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{}: {error}; it holds the key that signs sealed drafts", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// It is no key of ours.
    #[error(
        "{} does not hold a key that this program wrote; move it away to have a new one made (what was signed keeps its proof), or bring the right one back", .0.display()
    )]
    NotOurs(PathBuf),
}

impl Signer {
    /// A new key, from the system's randomness.
    pub fn fresh() -> Signer {
        let mut seed = [0; 32];
        // A machine without randomness cannot make tokens either: nothing safe can be done on it.
        getrandom::fill(&mut seed).expect("the operating system gives random bytes");
        Signer(SigningKey::from_bytes(&seed))
    }

    /// The key with these 32 bytes: for tests and examples that must come out the same.
    pub fn of_seed(seed: [u8; 32]) -> Signer {
        Signer(SigningKey::from_bytes(&seed))
    }

    /// The key in a data directory, made and written down if there is none. Whoever calls holds the lock of the directory.
    pub fn kept_in(folder: &Path) -> Result<Signer, KeyError> {
        let path = folder.join(FILE);
        let io = |error| KeyError::Io { path: path.clone(), error };
        match fs::read_to_string(&path) {
            Ok(pem) => {
                let mode = fs::metadata(&path).map_err(io)?.permissions().mode();
                if mode & 0o077 != 0 {
                    tracing::warn!(file = %path.display(), "others may read the key that signs sealed drafts; chmod 600");
                }
                let signer = from_pem(&pem, "PRIVATE KEY", &SECRET_HEAD).map(Signer::of_seed);
                signer.ok_or_else(|| KeyError::NotOurs(path.clone()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let signer = Signer::fresh();
                signer.write(folder, &path).map_err(io)?;
                Ok(signer)
            }
            Err(error) => Err(io(error)),
        }
    }

    fn write(&self, folder: &Path, path: &Path) -> io::Result<()> {
        let temporary = folder.join("signing-key.pem.new");
        // Left behind by a start that was cut off: nothing was signed with it.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(to_pem("PRIVATE KEY", &SECRET_HEAD, self.0.as_bytes()).as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    }

    /// The signature over these bytes: the same each time.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }

    /// The half that everybody may have.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
}

impl PublicKey {
    /// By what it is known: SHA-256 of its 32 bytes.
    pub fn id(&self) -> Digest {
        digest::of_bytes(&self.0)
    }

    /// As a file that `openssl` reads.
    pub fn pem(&self) -> String {
        to_pem("PUBLIC KEY", &PUBLIC_HEAD, &self.0)
    }

    /// The key in such a file, if it is written as [`PublicKey::pem`] does.
    pub fn of_pem(pem: &str) -> Option<PublicKey> {
        from_pem(pem, "PUBLIC KEY", &PUBLIC_HEAD).map(PublicKey)
    }

    /// Was this signed with its other half? Signatures that other programs might judge otherwise (RFC 8032, malleable) are refused.
    pub fn verifies(&self, bytes: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
    }
}

fn to_pem(label: &str, head: &[u8], key: &[u8; 32]) -> String {
    let body = STANDARD.encode([head, key].concat());
    // RFC 7468: lines of 64 letters. Neither half of a key needs two.
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn from_pem(pem: &str, label: &str, head: &[u8]) -> Option<[u8; 32]> {
    let body = pem
        .strip_prefix(&format!("-----BEGIN {label}-----\n"))?
        .strip_suffix(&format!("\n-----END {label}-----\n"))?;
    STANDARD.decode(body).ok()?.strip_prefix(head)?.try_into().ok()
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public().id())
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = from_hex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Signature).ok_or_else(|| serde::de::Error::custom("128 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_data_directory_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let made = Signer::kept_in(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Signer::kept_in(folder.path()).unwrap(), made);
        fs::write(&path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        let refused = Signer::kept_in(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("move it away"), "{refused}");
    }

    #[test]
    fn the_first_example_of_rfc_8032_is_signed_as_it_says() {
        let seed = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let signer = Signer::of_seed(seed.try_into().unwrap());
        assert_eq!(
            to_hex(&signer.public().0),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        let expected = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(format!("{:?}", signer.sign(b"")), expected);
    }
}
