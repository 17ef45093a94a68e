//! Pictures as they were brought, told by their first bytes: nothing else is shown as a picture, whatever it is called.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// A picture of a kind that browsers show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Picture {
    /// The picture that these bytes are; `None` if they are none.
    pub fn of(bytes: Bytes) -> Option<Picture> {
        let media_type = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            "image/png"
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            "image/jpeg"
        } else {
            return None;
        };
        Some(Picture { media_type, bytes })
    }

    /// As an address that holds it whole.
    pub fn data(&self) -> String {
        format!("data:{};base64,{}", self.media_type, STANDARD.encode(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_like_a_picture_is_one() {
        let png = Picture::of(Bytes::from_static(b"\x89PNG\r\n\x1a\n...")).unwrap();
        assert!(png.data().starts_with("data:image/png;base64,iVBORw0KGgr"));
        assert_eq!(Picture::of(Bytes::from_static(&[0xff, 0xd8, 0xff, 0xe0])).unwrap().media_type, "image/jpeg");
        for other in ["", "<svg xmlns=''>", "[{\"id\":1}]", "GIF89a", "\u{89}PNG"] {
            assert_eq!(Picture::of(Bytes::copy_from_slice(other.as_bytes())), None, "{other}");
        }
    }
}
