//! Rules HIS: digests, sealed drafts, authorship.

use crate::people::*;
use crdt::document::{Block, Text};
use crdt::history::milestone::{Day, Sealer, TextToSeal};
use crdt::history::proof::{
    AuditHead, Metadata, NoStatement, Part, PictureFacts, PictureKind, SealerName, Statement,
};
use crdt::history::{
    Digest, Milestone, SealError, Sealing, Status, Symbol, attribution, digest, merkle, proof,
};
use crdt::ids::{ChapterId, ComponentId, MilestoneId, PersonId, SeatId, TextId};
use uuid::Uuid;

const SECRETARIAT: Sealer = Sealer {
    seat: SeatId(Uuid::from_u128(1)),
    person: PersonId(Uuid::from_u128(2)),
    component: ComponentId(Uuid::from_u128(3)),
};

fn to_seal<'a>(text: u128, number: &'a str, language: &'a str, blocks: &'a [Block]) -> TextToSeal<'a> {
    TextToSeal {
        text: TextId(Uuid::from_u128(text)),
        chapter: ChapterId(Uuid::from_u128(text)),
        number,
        language,
        drafted: language == "es",
        heads: vec![],
        blocks,
    }
}

fn sealing<'a>(name: &'a str, texts: Vec<TextToSeal<'a>>) -> Sealing<'a> {
    Sealing {
        id: MilestoneId(Uuid::from_u128(9)),
        paper: "ciudades",
        name,
        symbol: None,
        status: None,
        languages: None,
        event: None,
        date: None,
        note: None,
        by: SECRETARIAT,
        texts,
    }
}

fn seal(name: &str, blocks: &[Block], earlier: &[Milestone]) -> Result<Milestone, SealError> {
    sealing(name, vec![to_seal(1, "1", "es", blocks)]).seal(earlier, "2016-09-30T10:00:00Z".parse().unwrap())
}

#[test]
fn his1_the_digest_of_a_text_is_that_of_its_canonical_json() {
    let found = blocks("# Sí\n\n1. Con **fuerza**.\n");
    let canonical = r#"[{"id":"0000000000000001","level":1,"runs":[{"text":"Sí"}],"type":"heading"},{"id":"0000000000000002","numbered":true,"runs":[{"text":"Con "},{"marks":{"strong":true},"text":"fuerza"},{"text":"."}],"type":"paragraph"}]"#;
    assert_eq!(digest::canonical(&found), canonical);
    // The worked example of SPEC.md; printf '%s' '…' | sha256sum
    assert_eq!(
        digest::of_text(&found).to_string(),
        "3e68935a0d7837c5919265cb9e7f00c45272de74acaaece5302027e221bf93b8"
    );
}

#[test]
fn his1_composed_and_decomposed_letters_have_different_digests() {
    assert_ne!(digest::of_text(&blocks("é")), digest::of_text(&blocks("e\u{301}")));
}

#[test]
fn his2_the_digest_of_a_draft_is_that_of_its_sorted_lines() {
    let one = digest::of_text(&blocks("# Sí\n\n1. Con **fuerza**.\n"));
    let two = digest::of_text(&blocks("# Yes\n"));
    assert_eq!(
        digest::of_draft([("es", "1", one), ("en", "1", two)]),
        digest::of_draft([("en", "1", two), ("es", "1", one)])
    );
    assert_eq!(
        digest::of_draft([("es", "1", one), ("en", "1", two)]).to_string(),
        "c49745993aaf1e0ba4e7fa987148b3d5e5a4708a6a59bee8c7d921bfc59664f0"
    );
}

#[test]
fn his3_a_sealed_draft_says_what_every_text_was() {
    let (es, en) = (blocks("# Acogida\n\nNadie sobra.\n"), blocks("# Reception\n\nNobody is too many.\n"));
    let now = "2016-09-30T10:00:00Z".parse().unwrap();
    let draft = Sealing {
        event: Some(" Bogotá World Congress "),
        date: Some("2016-10-12".parse().unwrap()),
        note: Some("Para leer.\nY comentar."),
        ..sealing("  Bogotá draft ", vec![to_seal(1, "1", "es", &es), to_seal(2, "1", "en", &en)])
    }
    .seal([], now)
    .unwrap();
    assert_eq!(
        (draft.name.as_str(), draft.event.as_deref()),
        ("Bogotá draft", Some("Bogotá World Congress"))
    );
    assert_eq!(draft.languages, ["en", "es"]);
    assert_eq!((draft.texts[0].title.as_str(), draft.texts[0].words), ("Acogida", 3));
    assert_eq!(draft.texts[1].digest, digest::of_text(&en));
    assert!(draft.is_whole());
    let json = serde_json::to_value(&draft).unwrap();
    assert_eq!(
        (json["date"].as_str(), json["sealed_at"].as_str()),
        (Some("2016-10-12"), Some("2016-09-30T10:00:00Z"))
    );
    assert_eq!(serde_json::from_value::<Milestone>(json).unwrap(), draft);
    let mut altered = draft;
    altered.texts[0].digest = altered.texts[1].digest;
    assert!(!altered.is_whole());
}

#[test]
fn his4_a_name_is_given_once_whatever_the_case_of_its_letters() {
    let words = blocks("# Acogida\n");
    let first = seal("Borrador de Bogotá", &words, &[]).unwrap();
    let refused = seal(" BORRADOR DE BOGOTÁ", &words, std::slice::from_ref(&first));
    assert_eq!(refused, Err(SealError::NameTaken("Borrador de Bogotá".into())));
    assert!(seal("Borrador de Quito", &words, &[first]).is_ok());
}

#[test]
fn his4_a_name_can_be_read_and_is_not_too_long() {
    let words = blocks("# Acogida\n");
    let long = "á".repeat(121);
    for wrong in [
        "",
        "  ",
        "a\u{0}",
        "a\nb",
        "a\u{202e}b",
        "\u{200f}",
        "a\u{2028}b",
        "\u{200b}",
        "a\u{2060}",
        long.as_str(),
    ] {
        assert_eq!(seal(wrong, &words, &[]), Err(SealError::Name), "{wrong:?} passed");
    }
    assert!(seal(&long[2..], &words, &[]).is_ok());
}

#[test]
fn his4_a_paper_without_words_is_not_sealed() {
    assert_eq!(seal("Nada", &[], &[]), Err(SealError::Empty));
}

#[test]
fn his5_a_day_is_written_year_month_day() {
    assert_eq!("2016-10-12".parse::<Day>().unwrap().parts(), (2016, 10, 12));
    for wrong in ["2016-13-01", "2016-02-30", "12/10/2016", "2016-1-1", "", "+2016-10-1"] {
        assert!(wrong.parse::<Day>().is_err(), "{wrong:?} passed");
    }
}

#[test]
fn his6_each_word_is_told_by_the_session_that_wrote_it_and_its_latest_change() {
    let base = text("# T\n\nLas ciudades acogen.\n");
    let (mut ines, mut samir) = (Desk::of("Inés", &base), Desk::of("Samir", &base));
    ines.types_after("ciudades", " y regiones");
    samir.replaces("acogen", "reciben");
    meet(&mut [&mut ines, &mut samir]);
    let runs = attribution::runs(&ines.text);
    assert_eq!(runs, attribution::runs(&samir.text));
    let told: Vec<(String, bool)> = runs
        .iter()
        .map(|run| {
            let words = crdt::document::Anchor::of(&ines.text, run.start..run.end).unwrap().quote;
            (words, run.actor == base_actor())
        })
        .collect();
    let expected =
        [("T\nLas ciudades", true), (" y regiones", false), (" ", true), ("reciben", false), (".", true)];
    assert_eq!(told, expected.map(|(words, by_secretariat)| (words.to_string(), by_secretariat)));
    assert_eq!(ines.text.declared_seat(&runs[1].actor), ines.writer.seat);
    assert_eq!(runs.first().map(|run| run.start), Some(0));
    assert_eq!(runs.last().map(|run| run.end), Some(ines.text.length_utf16()));
    assert!(runs.windows(2).all(|pair| pair[0].end == pair[1].start), "no unit is left out");
    let typed = Text::load_with(&base.save(), [ines.changes[0].as_slice()]).unwrap();
    assert_eq!(vec![runs[1].change], typed.heads());
}

fn base_actor() -> crdt::ids::ActorId {
    session("secretariat", 0).actor
}

/// The drafts of HIS2 with empty metadata.
fn example_parts() -> Vec<Part> {
    vec![
        Part::of("metadata.json", b"{}"),
        Part { name: "texts/en/1.json".into(), digest: digest::of_text(&blocks("# Yes\n")) },
        Part {
            name: "texts/es/1.json".into(),
            digest: digest::of_text(&blocks("# Sí\n\n1. Con **fuerza**.\n")),
        },
    ]
}

#[test]
fn his7_the_parts_are_listed_as_sha256sum_does() {
    let list = proof::list(&example_parts());
    assert!(list.starts_with(
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  metadata.json\n9514568e"
    ));
    assert_eq!(proof::parse_list(&list), Some(example_parts()));
    let lines: Vec<&str> = list.lines().collect();
    for wrong in [
        list.replace("  ", " "),
        list.to_uppercase(),
        list.trim_end().to_owned(),
        format!("{list}\n"),
        [lines[1], lines[0], lines[2], ""].join("\n"),
        [lines[0], lines[0], ""].join("\n"),
    ] {
        assert_eq!(proof::parse_list(&wrong), None, "{wrong:?} passed");
    }
}

#[test]
fn his8_the_root_is_the_tree_hash_of_rfc_9162() {
    let root = proof::root(&example_parts()).to_string();
    assert_eq!(root, "998d149f3c306c60eace546b18493317b6e7e13c127226d7aa7506577a6aedef");
    // The tree as the RFC defines it, split at the largest power of two.
    fn by_the_rfc(leaves: &[&[u8]]) -> Digest {
        match leaves {
            [] => digest::of_bytes(b""),
            [alone] => merkle::leaf(alone),
            more => {
                let split = 1 << (more.len() - 1).ilog2();
                merkle::node(by_the_rfc(&more[..split]), by_the_rfc(&more[split..]))
            }
        }
    }
    let words: Vec<String> = (0..70).map(|number| format!("leaf {number}")).collect();
    for count in 0..words.len() {
        let leaves: Vec<&[u8]> = words[..count].iter().map(String::as_bytes).collect();
        assert_eq!(merkle::root(leaves.iter().copied()), by_the_rfc(&leaves), "{count} leaves");
    }
}

#[test]
fn his8_a_node_is_never_a_leaf() {
    let [one, two] = [b"one".as_slice(), b"two"].map(merkle::leaf);
    let pair = [one.0, two.0].concat();
    assert_ne!(merkle::root([b"one".as_slice(), b"two"]), merkle::root([pair.as_slice()]));
}

#[test]
fn his9_a_statement_has_one_way_of_being_written() {
    let draft = seal("Borrador de Bogotá", &blocks("# Acogida\n"), &[]).unwrap();
    let by = SealerName { person: "Inés Duarte".into(), component: "SEC".into() };
    let audit = AuditHead { sequence: 7, hash: digest::of_bytes(b"seven") };
    let metadata = Metadata::of(&draft, by, Some(audit));
    assert!(metadata.is_whole());
    assert_eq!(serde_json::from_str::<Metadata>(&metadata.json()).unwrap(), metadata);
    let names: Vec<String> = metadata.parts().into_iter().map(|part| part.name).collect();
    assert_eq!(names, ["metadata.json", "texts/es/1.json"]);
    assert!(!metadata.json().contains("note"), "what is not known is left out: {}", metadata.json());
    let statement = Statement {
        paper: "ciudades".into(),
        milestone: draft.id,
        name: draft.name.clone(),
        symbol: Some("UCLG/MIG/2016/1".parse().unwrap()),
        sealed: draft.sealed_at,
        signed: draft.sealed_at,
        parts: 2,
        root: proof::root(&metadata.parts()),
        key: digest::of_bytes(b"a key"),
    };
    let text = statement.to_string();
    assert!(
        text.starts_with("Borrador: statement on a sealed draft, version 1\npaper: ciudades\n"),
        "{text}"
    );
    assert_eq!(text.parse(), Ok(statement.clone()));
    let without = Statement { symbol: None, ..statement };
    assert!(!without.to_string().contains("symbol"));
    assert_eq!(without.to_string().parse(), Ok(without));
    for wrong in [
        text.replace(": ", ":"),
        text.to_uppercase(),
        text.clone() + "more: 1\n",
        text.replace("parts: 2", "parts: 02"),
    ] {
        assert_eq!(wrong.parse::<Statement>(), Err(NoStatement), "{wrong:?} passed");
    }
}

#[test]
fn his7_pictures_and_sources_are_parts_and_metadata_without_them_are_written_as_before() {
    let draft = seal("Borrador de Bogotá", &blocks("# Acogida\n"), &[]).unwrap();
    let by = SealerName { person: "Inés Duarte".into(), component: "SEC".into() };
    let before = Metadata::of(&draft, by, None);
    assert!(!before.json().contains("pictures") && !before.json().contains("sources"), "{}", before.json());
    let picture = |bytes: &[u8], kind| PictureFacts { sha256: digest::of_bytes(bytes), kind };
    let (house, map) = (picture(b"house", PictureKind::Png), picture(b"map", PictureKind::Jpg));
    let sources = Part::of("sources.json", b"[]");
    let metadata = before.beside([map, house, map], Some(sources.digest));
    assert_eq!(serde_json::from_str::<Metadata>(&metadata.json()).unwrap(), metadata);
    let mut expected = vec![
        Part::of("metadata.json", metadata.json().as_bytes()),
        sources,
        Part::of(format!("images/{}.png", house.sha256), b"house"),
        Part::of(format!("images/{}.jpg", map.sha256), b"map"),
        Part { name: "texts/es/1.json".into(), digest: draft.texts[0].digest },
    ];
    expected.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(metadata.parts(), expected, "each picture once, all in the order of their names");
}

#[test]
fn his11_a_symbol_is_plain_and_the_next_one_is_its_revision() {
    let next = |symbol: &str| symbol.parse::<Symbol>().unwrap().next().map(|next| next.to_string());
    assert_eq!(next(" UCLG/MIG/2016/1 ").as_deref(), Some("UCLG/MIG/2016/1/Rev.1"));
    assert_eq!(next("UCLG/MIG/2016/1/Rev.9").as_deref(), Some("UCLG/MIG/2016/1/Rev.10"));
    assert_eq!(next("A/Rev.x").as_deref(), Some("A/Rev.x/Rev.1"));
    assert_eq!(next("A/Rev.007").as_deref(), Some("A/Rev.007/Rev.1"));
    assert_eq!(next(&"A".repeat(60)), None);
    assert_eq!("uclg/a".parse::<Symbol>().unwrap().folded(), "UCLG/A".parse::<Symbol>().unwrap().folded());
    let long = "A".repeat(61);
    for wrong in ["", "/", "A//B", "A/", "A B", "Á", "A\nB", "..", "A/\u{202e}B", long.as_str()] {
        assert!(wrong.parse::<Symbol>().is_err(), "{wrong:?} passed");
    }
}

#[test]
fn his12_a_status_has_one_name_everywhere() {
    for status in Status::ALL {
        assert_eq!(status.name().parse(), Ok(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
    }
    assert!("agreed".parse::<Status>().is_err());
}

#[test]
fn his13_only_languages_with_words_are_claimed_and_never_without_the_drafting_language() {
    let (es, en, fr) = (blocks("# Acogida\n"), blocks("# Reception\n"), Vec::new());
    let texts = || vec![to_seal(1, "1", "es", &es), to_seal(2, "1", "en", &en), to_seal(3, "1", "fr", &fr)];
    let sealed = |languages: Option<&[&str]>| {
        let languages = languages.map(|all| all.iter().map(|language| (*language).to_owned()).collect());
        let now = "2016-09-30T10:00:00Z".parse().unwrap();
        Sealing { languages, ..sealing("Quito", texts()) }.seal([], now)
    };
    let all = sealed(None).unwrap();
    assert_eq!(all.languages, ["en", "es"]);
    assert_eq!(all.texts.len(), 2, "a language without words is not sealed");
    let spanish = sealed(Some(&["es"])).unwrap();
    assert_eq!((spanish.languages.len(), spanish.texts.len()), (1, 1));
    assert!(spanish.is_whole());
    assert_eq!(sealed(Some(&["es", "fr"])), Err(SealError::LanguageWithoutWords("fr".into())));
    assert_eq!(sealed(Some(&["en"])), Err(SealError::DraftedLanguage("es".into())));
    assert_eq!(sealed(Some(&[])), Err(SealError::DraftedLanguage("es".into())));
}
