//! Documents as attackers write them, and as bad lines leave them: I01 to I05. Each is refused, or read without harm, at once.

use std::io::{Cursor, Write as _};
use std::net::TcpListener;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;

fn refused(bytes: &[u8]) -> ReadError {
    read(bytes, &mut ids()).unwrap_err()
}

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)
}

fn new_archive() -> ZipWriter<Cursor<Vec<u8>>> {
    ZipWriter::new(Cursor::new(Vec::new()))
}

fn finished(archive: ZipWriter<Cursor<Vec<u8>>>) -> Vec<u8> {
    archive.finish().unwrap().into_inner()
}

#[test]
fn i01_what_is_no_document_is_told_in_plain_words() {
    assert_eq!(refused(b"").to_string(), "the file is empty");
    assert!(refused(b"\x89PNG\r\n\x1a\n").to_string().contains("no Word document"));
    let table = archive::write([("xl/workbook.xml", &b"<x/>"[..])]).unwrap();
    assert!(refused(&table).to_string().contains("no Word document"), "a spreadsheet with another name");
    assert!(refused(&file("<w:p>", &[])).to_string().contains("damaged"), "XML that does not end");
    let deep = "<w:sdt>".repeat(5_000) + &"</w:sdt>".repeat(5_000);
    assert!(refused(&file(&deep, &[])).to_string().contains("damaged"), "elements in elements without end");
}

#[test]
fn i01_what_a_password_protects_is_told_to_need_none() {
    // Word puts the encrypted package into the container of old files.
    let mut container = vec![0; 640];
    container[..4].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0]);
    assert_eq!(refused(&container), ReadError::Old);
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    container[512..544].copy_from_slice(&name);
    container[576] = 34;
    assert_eq!(refused(&container), ReadError::Protected);
    // Other programs set the flag of each entry, in its own head and in the directory at the end.
    let mut bytes = archive::write([("word/document.xml", &b"<x/>"[..])]).unwrap();
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let head = bytes.windows(4).position(|window| window == signature).unwrap();
        bytes[head + flags] |= 1;
    }
    assert_eq!(refused(&bytes), ReadError::Protected);
    assert!(ReadError::Protected.to_string().contains("File → Info → Protect"));
    let text = [("mimetype", &b"application/vnd.oasis.opendocument.text"[..]), ("content.xml", &b"<x/>"[..])];
    let mut archive = new_archive();
    for (name, content) in text {
        archive.start_file(name, stored()).unwrap();
        archive.write_all(content).unwrap();
    }
    assert_eq!(refused(&finished(archive)), ReadError::OpenDocument);
}

#[test]
fn i01_a_document_cut_off_anywhere_is_damaged_and_harms_nothing() {
    let whole = file(&p("Sigue."), &[]);
    for length in 1..whole.len() {
        let error = refused(&whole[..length]).to_string();
        assert!(error.contains("damaged"), "{length} bytes of {}: {error}", whole.len());
    }
    let xml = format!("<w:document {NAMES}><w:body>{}</w:body></w:document>", p("Sigue."));
    for length in (1..xml.len()).filter(|length| xml.is_char_boundary(*length)) {
        let bytes = archive::write([("word/document.xml", &xml.as_bytes()[..length])]).unwrap();
        assert_eq!(refused(&bytes), ReadError::Unreadable(super::super::package::DAMAGED), "{length}");
    }
}

#[test]
fn i02_ten_gibibytes_are_refused_before_any_is_unpacked() {
    let mut one = new_archive();
    one.start_file("word/media/0.bin", SimpleFileOptions::default()).unwrap();
    let piece = vec![0; 1 << 20];
    for _ in 0..16 {
        one.write_all(&piece).unwrap();
    }
    let mut one = ZipArchive::new(Cursor::new(finished(one))).unwrap();
    let mut bomb = new_archive();
    for at in 0..640 {
        bomb.raw_copy_file_rename(one.by_index(0).unwrap(), format!("word/media/{at}.bin")).unwrap();
    }
    let bomb = finished(bomb);
    assert!(bomb.len() < 12 << 20, "{} bytes hold ten gibibytes", bomb.len());
    assert!(matches!(refused(&bomb), ReadError::TooLarge(..)));
}

#[test]
fn i02_a_document_that_lies_about_its_size_is_stopped_where_it_has_come_too_far() {
    let mut bomb = new_archive();
    bomb.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..12 {
        bomb.write_all(&piece).unwrap();
    }
    let mut bomb = finished(bomb);
    let head = bomb.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bomb[head + 24..head + 28].copy_from_slice(&7u32.to_le_bytes());
    assert!(bomb.len() < 100_000);
    assert!(
        matches!(refused(&bomb), ReadError::TooLarge(..) | ReadError::Unreadable(_)),
        "a hundred times tighter than programs pack, or not the size that it says"
    );
}

#[test]
fn i02_too_tight_for_any_program_is_too_large() {
    let mut bomb = new_archive();
    bomb.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..40 {
        bomb.write_all(&piece).unwrap();
    }
    assert!(matches!(refused(&finished(bomb)), ReadError::TooLarge(..)));
}

#[test]
fn i02_a_hundred_thousand_entries_are_too_many() {
    let mut bomb = new_archive();
    for at in 0..100_000 {
        bomb.start_file(format!("w/{at}"), stored()).unwrap();
    }
    assert!(matches!(refused(&finished(bomb)), ReadError::TooLarge(..)));
}

#[test]
fn i02_an_archive_within_the_archive_is_never_opened() {
    let mut inner = new_archive();
    inner.start_file("bomb.bin", SimpleFileOptions::default()).unwrap();
    inner.write_all(&vec![0; 4 << 20]).unwrap();
    let inner = finished(inner);
    let mut around = ZipWriter::new_append(Cursor::new(file(&p("Sigue."), &[]))).unwrap();
    for name in ["word/embeddings/one.zip", "word/media/two.docx"] {
        around.start_file(name, stored()).unwrap();
        around.write_all(&inner).unwrap();
    }
    let document = read(&finished(around), &mut ids()).unwrap();
    assert_eq!(text(&document, None)[1..], ["Sigue."]);
}

#[test]
fn i03_names_of_entries_are_no_paths_and_links_lead_nowhere() {
    let links = "<Relationship Id=\"rId1\" Type=\"x/image\" Target=\"media/link.png\"/>\
        <Relationship Id=\"rId2\" Type=\"x/image\" Target=\"../../../../etc/passwd\"/>\
        <Relationship Id=\"rId3\" Type=\"x/image\" Target=\"/etc/passwd\"/>";
    let body = p("Sigue.")
        + &pictures::drawing("rId1", "uno")
        + &pictures::drawing("rId2", "dos")
        + &pictures::drawing("rId3", "tres");
    let whole = file(&body, &[("document.xml.rels", links)]);
    let mut archive = ZipWriter::new_append(Cursor::new(whole)).unwrap();
    let outside = std::env::temp_dir().join(format!("borrador-outside-{}.xml", std::process::id()));
    for name in ["../../borrador-outside.xml".to_owned(), outside.display().to_string()] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(b"<x/>").unwrap();
    }
    archive.add_symlink("word/media/link.png", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let document = read(&finished(archive), &mut ids()).unwrap();
    assert_eq!(text(&document, None)[1..], ["Sigue."]);
    let left_out = ["uno", "dos", "tres"].map(|words| (Found::Picture, words.to_owned()));
    assert_eq!(found(&document), left_out);
    assert!(!outside.exists());
}

#[test]
fn i04_a_document_type_is_refused_in_whatever_part() {
    let evil = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>";
    let laughs = "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><a>&b;</a>";
    for part in ["document", "styles", "numbering", "footnotes", "endnotes", "comments", "_rels/document.xml"]
    {
        for words in [evil, laughs] {
            let name =
                if part.starts_with('_') { format!("word/{part}.rels") } else { format!("word/{part}.xml") };
            let bytes = archive::write([("word/other.xml", &b"<x/>"[..]), (name.as_str(), words.as_bytes())]);
            assert_eq!(refused(&bytes.unwrap()), ReadError::Unsafe, "{name}");
        }
    }
}

#[test]
fn i05_nobody_goes_where_a_picture_or_a_template_lies_outside() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let address = format!("http://{}/latest/meta-data", server.local_addr().unwrap());
    let links = format!(
        "<Relationship Id=\"rId1\" Type=\"x/image\" Target=\"{address}\" TargetMode=\"External\"/>\
         <Relationship Id=\"rId2\" Type=\"x/attachedTemplate\" Target=\"{address}\" TargetMode=\"External\"/>\
         <Relationship Id=\"rId3\" Type=\"x/image\" Target=\"file:///etc/passwd\" TargetMode=\"External\"/>"
    );
    let linked = pictures::drawing("rId3", "otra").replace("r:embed", "r:link");
    let body = p("Véase") + &pictures::drawing("rId1", "Una plaza") + &linked;
    let document = read(&file(&body, &[("document.xml.rels", &links)]), &mut ids()).unwrap();
    assert_eq!(text(&document, None)[1..], ["Véase"]);
    let outside = [address, "file:///etc/passwd".to_owned()].map(|place| (Found::PictureOutside, place));
    assert_eq!(found(&document), outside);
    assert_eq!(server.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody came");
}
