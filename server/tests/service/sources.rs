//! Sources that a paper cites, and pictures that it shows.

use std::io::Write as _;

use crdt::document::schema::Image;
use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::ids::ParagraphId;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use serde_json::{Value, json};

use crate::harness::{PAPER, Service, Somebody};

const SOURCES: &str = "/api/v1/papers/housing/sources";
const IMAGES: &str = "/api/v1/papers/housing/images";

fn harvey() -> Value {
    json!({"author": "David Harvey", "title": "The Right to the City", "year": "2008", "link": "https://newleftreview.org/issues/ii53", "note": ""})
}

/// A black PNG of this size; of one that is larger than any that is taken, the head alone.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([1, 0, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(b"IHDR", &head));
    if u64::from(width) * u64::from(height) <= 40_000_000 {
        let rows = vec![0; (1 + (width as usize).div_ceil(8)) * height as usize];
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&rows).unwrap();
        bytes.extend(chunk(b"IDAT", &packed.finish().unwrap()));
        bytes.extend(chunk(b"IEND", b""));
    }
    bytes
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(&[kind, data].concat());
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

pub async fn added(somebody: &Somebody) -> Value {
    let answer = somebody.post(SOURCES, &harvey().to_string()).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn list(somebody: &Somebody) -> Value {
    somebody.get(SOURCES).send().await.json()
}

#[actix_web::test]
async fn doc30_adaeze_adds_a_source_and_everybody_who_reads_the_paper_finds_it() {
    let service = Service::start().await;
    let (adaeze, olga) = (service.signs_in("adaeze").await, service.signs_in("olga").await);
    let source = added(&adaeze).await;
    assert!(source["id"].as_str().is_some_and(|id| id.len() == 16), "{source}");
    let seen = list(&olga).await;
    assert_eq!(seen["sources"][0], source);
    assert_eq!((&seen["may_add"], &list(&adaeze).await["may_add"]), (&json!(false), &json!(true)));
}

#[actix_web::test]
async fn doc30_two_change_a_source_at_once_and_the_second_is_told() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let source = added(&adaeze).await;
    let at = format!("{SOURCES}/{}", source["id"].as_str().unwrap());
    let with = |year: &str| {
        let mut words = harvey();
        words["year"] = json!(year);
        words.to_string()
    };
    let changed = adaeze.put(&at, &with("2012")).header("if-match", "1").send().await;
    assert_eq!((changed.status, &changed.json()["year"]), (200, &json!("2012")));
    let late = adaeze.put(&at, &with("2013")).header("if-match", "1").send().await;
    assert_eq!(late.refusal(), (412, "stale_version".to_owned()));
    let late = adaeze.delete(&at).header("if-match", "1").send().await;
    assert_eq!(late.refusal(), (412, "stale_version".to_owned()));
    assert_eq!(list(&adaeze).await["sources"][0]["year"], "2012");
}

#[actix_web::test]
async fn doc30_a_source_that_is_taken_off_the_list_is_still_found_by_what_cites_it() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let source = added(&adaeze).await;
    let id = source["id"].as_str().unwrap();
    cites(&service, &adaeze, id).await;
    let at = format!("{SOURCES}/{id}");
    let retired = adaeze.delete(&at).header("if-match", "1").send().await;
    assert_eq!((retired.status, &retired.json()["unused"]), (200, &json!(true)));
    let seen = &list(&adaeze).await["sources"][0];
    assert_eq!((&seen["unused"], &seen["cited"][0]["chapter"]), (&json!(true), &json!("1")));
    // Saying something of it offers it again.
    let back = adaeze.put(&at, &harvey().to_string()).header("if-match", "2").send().await.json();
    assert_eq!((&back["unused"], &back["version"]), (&json!(false), &json!(3)));
}

/// A paragraph of the first chapter cites the source, twice, once in a note.
pub async fn cites(service: &Service, somebody: &Somebody, source: &str) {
    let name = format!("citation:{source}");
    writes(service, somebody, |blocks| {
        let last = blocks.last_mut().unwrap();
        last.runs.push(Run::marked("Harvey 2008", Marks::on([name.as_str()])));
        last.runs.push(Run::plain(" and "));
        last.runs
            .push(Run::marked("Harvey 2008, p. 23", Marks::on([name.as_str(), "footnote:f000000000000001"])));
    })
    .await;
}

/// Somebody changes the first chapter.
pub async fn writes(service: &Service, somebody: &Somebody, change: impl FnOnce(&mut Vec<Block>)) {
    let text = service.text();
    let now = service.app.live.text(text).await.unwrap();
    let mut blocks = now.blocks();
    change(&mut blocks);
    let mut edited = crdt::document::Text::clone(&now);
    let writer = crdt::document::Writer {
        actor: crdt::ids::ActorId(vec![7; 16]),
        seat: Some(somebody.seats[0]),
        at: service.app.clock.now(),
    };
    let change = edited.become_blocks(&writer, &blocks, crdt::document::diff::Source::Whole).unwrap().change;
    let seat = somebody.seats[0];
    service.app.live.submit(text, seat, vec![change.unwrap().into()]).await.unwrap();
}

#[actix_web::test]
async fn ren9_files_end_with_what_they_cite_and_hold_the_pictures_of_their_paper_and_no_others() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let source = added(&adaeze).await;
    cites(&service, &adaeze, source["id"].as_str().unwrap()).await;
    let house = adaeze.brings(IMAGES, "image/png", &png(40, 30)).send().await.json();
    // Kept by the service, and no picture of this paper: a letter, say.
    let letter = service.app.store.put_blob(png(41, 30).into()).await.unwrap();
    let figure = |id: u8, blob: String| {
        let image = Image { blob, alt: "A house".into(), credit: String::new() };
        Block::new(ParagraphId([id; 8]), BlockKind::Image(image), vec![Run::plain("Front")])
    };
    let house = house["blob"].as_str().unwrap().to_owned();
    let letter = crdt::ids::to_hex(&letter);
    writes(&service, &adaeze, |blocks| blocks.extend([figure(1, house), figure(2, letter)])).await;
    let file =
        |format: &str| adaeze.get(&format!("/api/v1/papers/{PAPER}/export?language=en&format={format}"));
    let markdown = file("md").send().await.text();
    let behind =
        markdown.split("# Sources\n").nth(1).unwrap_or_else(|| panic!("no bibliography: {markdown}"));
    assert!(behind.contains("David Harvey, *The Right to the City*, 2008."), "{behind}");
    let docx = file("docx").send().await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx.body.to_vec())).unwrap();
    let names = (0..archive.len()).map(|at| archive.by_index(at).unwrap().name().unwrap().into_owned());
    let pictures: Vec<String> = names.filter(|name| name.starts_with("word/media/")).collect();
    assert_eq!(pictures.len(), 1, "{pictures:?}");
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(&pictures[0]).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, png(40, 30));
}

#[actix_web::test]
async fn doc19_the_list_says_where_a_source_is_cited_and_the_paper_counts_its_notes() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let source = added(&adaeze).await;
    cites(&service, &adaeze, source["id"].as_str().unwrap()).await;
    let cited = list(&adaeze).await["sources"][0]["cited"].clone();
    assert_eq!(cited.as_array().unwrap().len(), 2, "{cited}");
    assert_eq!((&cited[0]["language"], &cited[0]["text"]), (&json!("en"), &json!(service.text())));
    let paper = adaeze.get(&format!("/api/v1/papers/{PAPER}")).send().await.json();
    let texts = |chapter: usize| paper["chapters"][chapter]["texts"]["en"].clone();
    assert_eq!((&texts(0)["notes"], &texts(0)["first_note"]), (&json!(1), &json!(1)));
    assert_eq!((&texts(1)["notes"], &texts(1)["first_note"]), (&json!(0), &json!(2)));
}

#[actix_web::test]
async fn what_is_no_source_is_refused_by_its_field() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    for (field, value) in [
        ("title", json!("  ")),
        ("title", json!("x".repeat(501))),
        ("link", json!("javascript:alert(1)")),
        ("year", json!("the year in which everything began")),
        ("author", json!("evil\u{202e}name")),
    ] {
        let mut words = harvey();
        words[field] = value;
        let answer = adaeze.post(SOURCES, &words.to_string()).send().await;
        assert_eq!((answer.status, &answer.json()["details"]["field"]), (422, &json!(field)));
    }
    let unknown = adaeze.put(&format!("{SOURCES}/ffffffffffffffff"), &harvey().to_string()).send().await;
    assert_eq!(unknown.refusal().0, 404);
}

#[actix_web::test]
async fn doc31_a_picture_is_brought_once_and_shown_to_everybody_who_reads_the_paper() {
    let service = Service::start().await;
    let (adaeze, olga) = (service.signs_in("adaeze").await, service.signs_in("olga").await);
    let bring = || adaeze.brings(IMAGES, "image/png", &png(640, 480));
    let brought = bring().send().await;
    assert_eq!(brought.status, 201, "{}", brought.text());
    let image = brought.json();
    assert_eq!(
        (&image["kind"], &image["width"], &image["height"]),
        (&json!("png"), &json!(640), &json!(480))
    );
    assert_eq!(bring().send().await.json(), image);
    let shown = olga.get(image["url"].as_str().unwrap()).send().await;
    assert_eq!((shown.status, &shown.body), (200, &png(640, 480)));
    assert_eq!(service.get(image["url"].as_str().unwrap()).send().await.refusal().0, 401);
}

#[actix_web::test]
async fn i09_what_was_brought_is_never_taken_for_a_page() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let page = [&png(10, 10)[..], b"<script>alert(1)</script>"].concat();
    let image = adaeze.brings(IMAGES, "image/png", &page).send().await.json();
    let shown = adaeze.get(image["url"].as_str().unwrap()).send().await;
    assert_eq!(shown.header("content-type"), Some("image/png"));
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    assert!(shown.header("content-disposition").unwrap().starts_with("attachment; filename="));
    assert_eq!(shown.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    for other in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"[..],
        b"<html>",
        b"%PDF-1.7",
        b"GIF89a\x01\0\x01\0",
        b"",
    ] {
        let answer = adaeze.brings(IMAGES, "image/png", other).send().await;
        assert_eq!(answer.refusal(), (422, "image_unreadable".to_owned()));
    }
    let svg = adaeze.brings(IMAGES, "image/svg+xml", b"<svg/>").send().await;
    assert_eq!(svg.refusal(), (415, "content_type_unsupported".to_owned()));
}

#[actix_web::test]
async fn doc31_a_picture_that_was_cut_off_or_damaged_is_refused_before_any_file_would_show_it() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let whole = png(64, 48);
    for length in 0..whole.len() {
        let answer = adaeze.brings(IMAGES, "image/png", &whole[..length]).send().await;
        assert_eq!(answer.status, 422, "cut off at {length}");
    }
    for at in 33..whole.len() - 12 {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        let answer = adaeze.brings(IMAGES, "image/png", &damaged).send().await;
        assert_eq!(answer.refusal(), (422, "image_unreadable".to_owned()), "damaged at {at}");
    }
    // The picture begins, and its end was lost on the way.
    let jpeg =
        b"\xff\xd8\xff\xc0\0\x0b\x08\0\x30\0\x40\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\x34";
    let cut_off = adaeze.brings(IMAGES, "image/jpeg", jpeg).send().await;
    assert_eq!(cut_off.refusal(), (422, "image_unreadable".to_owned()));
    let ended = [&jpeg[..], b"\xff\xd9"].concat();
    assert_eq!(adaeze.brings(IMAGES, "image/jpeg", &ended).send().await.status, 201);
    assert_eq!(adaeze.brings(IMAGES, "image/png", &whole).send().await.status, 201);
}

#[actix_web::test]
async fn i10_a_picture_of_too_many_pixels_is_refused_by_its_head_and_one_of_too_many_bytes_before_it_is_read()
{
    let service = Service::with(|settings| settings.limits.image_bytes = 4_096).await;
    let adaeze = service.signs_in("adaeze").await;
    let answer = adaeze.brings(IMAGES, "image/png", &png(50_000, 50_000)).send().await;
    assert_eq!(answer.refusal(), (422, "image_too_large".to_owned()));
    assert_eq!(
        answer.json()["details"],
        json!({"width": 50_000, "height": 50_000, "limit_pixels": 40_000_000})
    );
    let answer = adaeze.brings(IMAGES, "image/png", &[0; 5_000]).send().await;
    assert_eq!(answer.refusal(), (413, "body_too_large".to_owned()));
    for (width, height) in [(0, 10), (10, 0)] {
        let answer = adaeze.brings(IMAGES, "image/png", &png(width, height)).send().await;
        assert_eq!(answer.refusal(), (422, "image_unreadable".to_owned()));
    }
}
