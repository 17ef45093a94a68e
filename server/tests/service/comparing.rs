//! Two drafts compared over HTTP: what differs, who made it differ and why, and what a seat has seen.

use std::time::Duration;

use serde_json::{Value, json};

use super::amendments::people::{Room, act, decision};
use super::brackets;
use super::exports::document_of;
use super::harness::{PAPER, Service, Somebody};
use super::positions::{changes_the_first_chapter, says, seals};

async fn compares(somebody: &Somebody, query: &str) -> Value {
    let answer = somebody.get(&format!("/api/v1/papers/{PAPER}/compare?{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn since(draft: &Value) -> String {
    format!("from={}", draft["id"].as_str().unwrap())
}

/// The passages of all chapters, as `3 same` or `[-goes-]{+comes+}`.
fn passages(compared: &Value) -> Vec<String> {
    let chapters = compared["chapters"].as_array().unwrap().iter();
    let passages = chapters.flat_map(|chapter| chapter["passages"].as_array().unwrap());
    passages
        .map(|passage| match passage["change"].as_str().unwrap() {
            "same" => format!("{} same", passage["count"]),
            "moved_away" => "moved away".to_owned(),
            _ => passage["runs"].as_array().unwrap().iter().map(written).collect(),
        })
        .collect()
}

fn written(run: &Value) -> String {
    let text = run["text"].as_str().unwrap();
    match run["change"].as_str().unwrap() {
        "inserted" => format!("{{+{text}+}}"),
        "deleted" => format!("[-{text}-]"),
        "marked" => format!("~{text}~"),
        _ => text.to_owned(),
    }
}

/// Every change with the person to whom it is credited.
fn credits(compared: &Value) -> Vec<(String, String)> {
    let chapters = compared["chapters"].as_array().unwrap().iter();
    let entries = chapters.flat_map(|chapter| chapter["passages"].as_array().unwrap());
    let runs = entries.flat_map(|entry| entry["runs"].as_array().into_iter().flatten());
    runs.filter(|run| run["change"] == "inserted" || run["change"] == "deleted")
        .map(|run| {
            let source = run["source"].as_u64().map(|at| &compared["sources"][usize::try_from(at).unwrap()]);
            let person = source.and_then(|source| source["author"]["person"].as_str()).unwrap_or("nobody");
            (person.to_owned(), written(run))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn his20_what_was_written_since_a_sealed_draft_is_shown_word_by_word_with_its_writer() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let draft = seals(&service, &ines, "Bogotá draft").await;
    service.passes(Duration::from_mins(1));
    changes_the_first_chapter(&service, &adaeze).await;

    let compared = compares(&samir, &since(&draft)).await;
    assert_eq!(
        passages(&compared),
        [
            "1 same",
            "[-A first word.-]",
            "[-Cities-]{+All cities+} welcome everyone.",
            "[-Keys open doors.-]",
            "2 same"
        ]
    );
    assert!(credits(&compared).iter().all(|(person, _)| person == "Adaeze Obi"), "{:?}", credits(&compared));
    assert_eq!(
        (&compared["changes"], &compared["added"], &compared["removed"]),
        (&json!(3), &json!(2), &json!(7))
    );
    assert_eq!((&compared["from"]["name"], &compared["to"]["kind"]), (&json!("Bogotá draft"), &json!("now")));
    let entry = &compared["chapters"][0]["passages"][2];
    assert_eq!((&entry["number"], &entry["old_number"]), (&json!(1), &json!(1)));
    assert_eq!(entry["runs"][1]["at"], json!("2016-09-21T08:44:00Z"));
    assert_eq!(compared["chapters"][1]["changes"], 0);

    let quito = seals(&service, &ines, "Quito draft").await;
    let path =
        |from: &Value, to: &str| format!("/api/v1/milestones/{}/compare/{to}", from["id"].as_str().unwrap());
    let between = samir.get(&path(&draft, quito["id"].as_str().unwrap())).send().await.json();
    assert_eq!((passages(&between), credits(&between)), (passages(&compared), credits(&compared)));
    let back = samir.get(&path(&quito, draft["id"].as_str().unwrap())).send().await.json();
    assert_eq!((&back["added"], &back["removed"]), (&json!(7), &json!(2)), "and the other way round");
    assert_eq!(samir.get(&path(&quito, "now")).send().await.json()["changes"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn his26_what_an_amendment_brought_bears_its_number_its_component_and_its_reason() {
    let room = Room::start().await;
    let draft = seals(&room.service, &room.ines, "Bogotá draft").await;
    let accepted = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let answer =
        room.adaeze.post(&act(&accepted, "decide"), &decision("accepted", "Well said.")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let open = room.drafted("everyone", "nobody").await;

    let compared = compares(&room.claire, &since(&draft)).await;
    assert_eq!(credits(&compared), [("Leila Mansour".to_owned(), "{+all +}".to_owned())]);
    let amendment = &compared["sources"][0]["amendment"];
    assert_eq!(
        (&amendment["number"], &amendment["component"], &amendment["state"], &amendment["reason"]),
        (&json!(1), &json!("MEWA"), &json!("accepted"), &json!("Keys are not enough."))
    );
    assert_eq!(amendment["decision"]["words"], "Well said.");
    assert_eq!(amendment["decision"]["by"]["person"], "Adaeze Obi");
    let all = compared.to_string();
    assert!(!all.contains("Samir"), "who wrote it within the body is not told");
    assert!(
        !all.contains("nobody") && !all.contains(open["id"].as_str().unwrap()),
        "a draft is nobody else's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn his26_an_amendment_taken_in_other_words_names_both_who_proposed_and_who_reworded() {
    let room = Room::start().await;
    let draft = seals(&room.service, &room.ines, "Bogotá draft").await;
    let proposed = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let copy = room.adaeze.post(&act(&proposed, "copy"), "{}").send().await.json();
    let text = copy["copy"]["text"].as_str().unwrap().parse().unwrap();
    room.writes(&room.adaeze, text, "Keys", "Good keys").await;
    let answer = room.adaeze.post(&act(&proposed, "decide"), &decision("modified", "Shorter.")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let compared = compares(&room.claire, &since(&draft)).await;
    let told = credits(&compared);
    let wrote =
        |name: &str, word: &str| told.iter().any(|(person, words)| person == name && words.contains(word));
    assert!(wrote("Leila Mansour", "all") && wrote("Adaeze Obi", "Good"), "{told:?}");
    let numbers: Vec<_> =
        compared["sources"].as_array().unwrap().iter().map(|source| &source["amendment"]["number"]).collect();
    assert_eq!(numbers, [&json!(1), &json!(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn his26_a_bracket_that_was_settled_says_how_and_by_whom() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let opened = brackets::opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let settle = format!("/api/v1/papers/{PAPER}/brackets/{}/settle", opened["id"].as_str().unwrap());
    let settled =
        adaeze.post(&settle, &json!({"end": "kept", "words": "Agreed in Tunis."}).to_string()).send().await;
    assert_eq!(settled.status, 200, "{}", settled.text());
    let compared = compares(&samir, &since(&draft)).await;
    assert_eq!(passages(&compared), ["2 same", "~Cities~ welcome everyone.", "1 same", "2 same"]);
    let bracket = &compared["chapters"][0]["passages"][1]["brackets"][0];
    assert_eq!(
        (&bracket["id"], &bracket["end"], &bracket["words"], &bracket["by"]["person"]),
        (&opened["id"], &json!("kept"), &json!("Agreed in Tunis."), &json!("Adaeze Obi"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn his25_the_words_that_do_not_differ_come_when_they_are_asked_for_and_chapters_part_by_part() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let draft = seals(&service, &ines, "Bogotá draft").await;
    changes_the_first_chapter(&service, &adaeze).await;
    let folded = compares(&samir, &since(&draft)).await;
    assert!(!folded.to_string().contains("Work is a right."));
    assert_eq!(folded["chapters"][1]["passages"][0]["first"], 2, "the new number");
    let whole = compares(&samir, &format!("{}&unchanged=1", since(&draft))).await;
    assert_eq!(whole["chapters"][1]["passages"][0]["entries"][1]["runs"][0]["text"], "Work is a right.");
    let second = compares(&samir, &format!("{}&cursor=1", since(&draft))).await;
    assert_eq!(second["chapters"][0]["passages"], Value::Null);
    assert_eq!(second["chapters"][1]["passages"], folded["chapters"][1]["passages"]);
    assert_eq!(folded["next"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn his27_what_a_seat_has_seen_is_where_its_next_comparison_begins_and_nobody_elses() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let nothing = samir.get(&format!("/api/v1/papers/{PAPER}/compare?from=seen")).send().await;
    nothing.is_refused(409, "nothing_earlier");
    seals(&service, &ines, "Bogotá draft").await;
    changes_the_first_chapter(&service, &adaeze).await;

    let first = compares(&samir, "from=seen").await;
    assert_eq!(
        (&first["from"]["kind"], &first["changes"]),
        (&json!("milestone"), &json!(3)),
        "the latest draft"
    );
    let looks = format!("/api/v1/papers/{PAPER}/looks");
    let seen = json!({ "texts": first["to"]["texts"] }).to_string();
    assert_eq!(samir.post(&looks, &seen).send().await.status, 204);
    let again = compares(&samir, "from=seen").await;
    assert_eq!((&again["from"]["kind"], &again["changes"]), (&json!("seen"), &json!(0)));

    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    let body = json!({ "base_heads": heads, "markdown": "# Housing\n\n1. All cities welcome everybody." });
    assert_eq!(adaeze.put(&text, &body.to_string()).send().await.status, 200);
    let later = compares(&samir, "from=seen").await;
    assert_eq!(passages(&later)[1], "All cities welcome [-everyone-]{+everybody+}.");
    assert_eq!(
        compares(&adaeze, "from=seen").await["from"]["kind"],
        "milestone",
        "Adaeze has marked nothing"
    );

    let unknown = json!({ "texts": { service.text().to_string(): ["00".repeat(32)] } }).to_string();
    samir.post(&looks, &unknown).send().await.is_refused(422, "field_invalid");
    let strange = json!({ "texts": { "00000000-0000-4000-8000-000000000000": [] } }).to_string();
    samir.post(&looks, &strange).send().await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn his27_a_component_sees_what_changed_since_the_draft_on_which_it_took_its_position() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let bogota = seals(&service, &ines, "Bogotá draft").await;
    assert_eq!(says(&adaeze, &bogota, "supports").await.status, 201);
    changes_the_first_chapter(&service, &adaeze).await;
    seals(&service, &ines, "Quito draft").await;
    let compared = compares(&adaeze, "from=position").await;
    assert_eq!((&compared["from"]["name"], &compared["changes"]), (&json!("Bogotá draft"), &json!(3)));
    let none = samir.get(&format!("/api/v1/papers/{PAPER}/compare?from=position")).send().await;
    none.is_refused(409, "nothing_earlier");
}

#[tokio::test(flavor = "multi_thread")]
async fn his20_what_is_no_draft_of_this_paper_is_not_compared_with_it() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let new = json!({"slug": "work", "title": "Work", "language": "en", "markdown": "# Work"}).to_string();
    assert_eq!(ines.post("/api/v1/papers", &new).send().await.status, 201);
    let asks = async |path: &str| ines.get(&format!("/api/v1/papers/{path}")).send().await;
    asks(&format!("work/compare?{}", since(&draft))).await.is_refused(404, "not_found");
    asks("housing/compare").await.is_refused(422, "field_invalid");
    asks("housing/compare?from=yesterday").await.is_refused(422, "field_invalid");
    asks("housing/compare?from=now&language=tlh").await.is_refused(422, "field_invalid");
    asks("housing/compare?from=now&unchanged=yes").await.is_refused(422, "field_invalid");
    asks("housing/compare?from=now&cursor=-1").await.is_refused(422, "field_invalid");
    ines.get("/api/v1/milestones/none/compare/now").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren14_a_comparison_is_taken_out_as_files_and_the_clean_one_holds_no_word_that_went() {
    let service = Service::with(|settings| settings.limits.exports_per_minute = 1000).await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let bogota = seals(&service, &ines, "Bogotá draft").await;
    changes_the_first_chapter(&service, &adaeze).await;
    let quito = seals(&service, &ines, "Quito draft").await;
    let file = async |query: &str| {
        let (from, to) = (since(&bogota), quito["id"].as_str().unwrap());
        let answer =
            samir.get(&format!("/api/v1/papers/{PAPER}/compare/file?{from}&to={to}&{query}")).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    };
    let html = file("format=html").await;
    assert_eq!(html.header("content-type").unwrap(), "text/html; charset=utf-8");
    assert!(html.header("content-disposition").unwrap().contains("attachment"));
    let words = html.text();
    assert!(words.contains("<del>Cities</del><ins>All cities</ins> welcome everyone."), "{words}");
    assert!(
        words.contains("<title>Quito draft compared with Bogotá draft · Housing for all</title>"),
        "{words}"
    );
    assert!(
        !words.contains("<script") && !words.contains("http://") && !words.contains("<link"),
        "it needs nothing else"
    );
    assert!(
        file("format=md").await.text().contains("<del>Cities</del><ins>All cities</ins> welcome everyone.")
    );
    assert!(
        file("format=pdf").await.body.starts_with(b"\0%PDF")
            || file("format=pdf").await.body.starts_with(b"%PDF")
    );
    assert_eq!(file("format=html").await.body, html.body, "the same pair gives the same bytes");
    let word = file("format=docx").await.body;
    assert_eq!(file("format=docx").await.body, word, "the same pair gives the same bytes");
    let word = document_of(&word);
    let at = "w:author=\"AFR\" w:date=\"2016-";
    for (element, words) in
        [("ins", "<w:t xml:space=\"preserve\">All cities</w:t>"), ("del", "Cities</w:delText>")]
    {
        let before = &word[..word.find(words).unwrap_or_else(|| panic!("{words} is not in {word}"))];
        let change = &before[before.rfind(&format!("<w:{element} ")).unwrap()..];
        assert!(change.contains(at), "{change}");
    }
    for format in ["html", "md"] {
        let clean = file(&format!("format={format}&view=clean")).await.text();
        assert!(clean.contains("All cities welcome everyone."), "{clean}");
        assert!(
            !clean.contains("Keys") && !clean.contains("first word") && !clean.contains("<del>"),
            "{clean}"
        );
    }
    let refused =
        |query: &str| samir.get(&format!("/api/v1/papers/{PAPER}/compare/file?{}&{query}", since(&bogota)));
    refused("format=exe").send().await.is_refused(422, "field_invalid");
    refused("format=md&view=secret").send().await.is_refused(422, "field_invalid");
}
