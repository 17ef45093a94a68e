//! Publishing: what everybody may read, and that nothing else exists for them.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Answer, PAPER, Service, Somebody};
use super::positions::changes_the_first_chapter;

/// The draft that Inés seals; private until she publishes it.
pub(super) async fn sealed(ines: &Somebody, name: &str) -> String {
    sealed_as(ines, &json!({"name": name, "event": "UCLG congress, Bogotá", "date": "2016-10-12"})).await
}

async fn sealed_as(ines: &Somebody, what: &Value) -> String {
    let answer = ines.post(&format!("/api/v1/papers/{PAPER}/milestones"), &what.to_string()).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

pub(super) async fn publish(somebody: &Somebody, id: &str) -> Answer {
    somebody.post(&format!("/api/v1/milestones/{id}/publish"), "{}").send().await
}

pub(super) async fn withdraw(somebody: &Somebody, id: &str, reason: &str) -> Answer {
    let body = json!({ "reason": reason }).to_string();
    somebody.post(&format!("/api/v1/milestones/{id}/withdraw"), &body).send().await
}

/// Every address behind the page of a draft.
pub(super) fn behind(id: &str) -> Vec<String> {
    let picture = "0a".repeat(32);
    let files =
        ["en.pdf", "en.md", "en.html", "en.html?view=clean", "bundle.zip", "xx.pdf", "en.exe", "nothing"];
    let pictures = format!("/p/{PAPER}/{id}/pictures/{picture}");
    files.iter().map(|file| format!("/p/{PAPER}/{id}/{file}")).chain([pictures]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn his37_what_is_not_published_is_to_a_stranger_what_does_not_exist() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    let asked = |id: &str| {
        let pages = [format!("/p/{PAPER}/{id}"), format!("/p/{PAPER}/{id}?lang=en")];
        pages.into_iter().chain(behind(id)).collect::<Vec<_>>()
    };
    for (there, not_there) in asked(&draft).iter().zip(asked(unknown)) {
        for accept in ["text/html", "*/*", "application/atom+xml"] {
            let [one, other] = [there, &not_there].map(|at| service.get(at).header("accept", accept).send());
            let (one, other) = (one.await, other.await);
            assert_eq!(one.status, other.status, "{there}");
            assert_eq!(one.status, 404, "{there}");
            let kind = |answer: &Answer| answer.header("content-type").map(str::to_owned);
            assert_eq!(kind(&one), kind(&other), "{there}");
            if one.header("content-type") == Some("application/problem+json") {
                let code = |answer: &Answer| (answer.json()["code"].clone(), answer.json()["detail"].clone());
                assert_eq!(code(&one), code(&other));
            } else {
                assert_eq!(one.body, other.body, "{there}");
            }
        }
    }
    for at in [format!("/p/{PAPER}"), "/p/nothing".to_owned()] {
        service.get(&at).send().await.is_refused(404, "not_found");
        service.get(&format!("{at}/feed.atom")).send().await.is_refused(404, "not_found");
    }
    // Nor does publishing one draft show another, or the text as it is now.
    let later = sealed(&ines, "Quito draft").await;
    assert_eq!(publish(&ines, &draft).await.status, 200);
    let summary = ines.get(&format!("/api/v1/papers/{PAPER}")).send().await.json();
    for named in summary["milestones"].as_array().unwrap() {
        let expected = if named["id"] == draft.as_str() { "public" } else { "private" };
        assert_eq!(named["publication"], expected, "{named}");
    }
    service.get(&format!("/p/{PAPER}/{later}")).send().await.is_refused(404, "not_found");
    for public in [format!("/p/{PAPER}"), format!("/p/{PAPER}/feed.atom"), format!("/p/{PAPER}/{draft}")] {
        let answer = service.get(&public).send().await;
        assert_eq!(answer.status, 200, "{public}");
        assert!(!answer.text().contains(&later) && !answer.text().contains("Quito"), "{public}");
    }
    service.get(&format!("/p/other/{draft}")).send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren22_a_published_draft_is_read_by_everybody_without_a_script() {
    let service =
        Service::with(|settings| settings.public_url = "https://drafts.example.org".to_owned()).await;
    let ines = service.signs_in("ines").await;
    let draft = sealed_as(
        &ines,
        &json!({"name": "Bogotá <draft>", "symbol": "UCLG/MIG/2016/1", "status": "for_comments"}),
    )
    .await;
    let published = publish(&ines, &draft).await;
    assert_eq!(published.status, 200, "{}", published.text());
    let address = format!("/p/{PAPER}/{draft}");
    assert_eq!(published.json()["url"], json!(format!("https://drafts.example.org{address}")));

    let page = service.get(&address).send().await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'") && !policy.contains("script"),
        "{policy}"
    );
    let html = page.text();
    for there in [
        "<html lang=\"en\" dir=\"ltr\">",
        "<h1 dir=\"auto\">Bogotá &lt;draft&gt;</h1>",
        "Cities welcome everyone.",
        "Housing for all: Bogotá &lt;draft&gt; (UCLG/MIG/2016/1)",
        "<span><b>UCLG/MIG/2016/1</b></span><span>Draft for comments</span>",
        "number = {UCLG/MIG/2016/1}",
        "hreflang=\"x-default\"",
        "rel=\"canonical\" href=\"https://drafts.example.org/p/housing/",
        "@misc{housing-",
        "/en.pdf\" download>PDF</a>",
        "/bundle.zip\" download>",
        "hreflang=\"en\" dir=\"ltr\" aria-current=\"true\">English</a>",
    ] {
        assert!(html.contains(there), "{there} in {html}");
    }
    for script in ["<script", " style=", " onclick", " onload", "javascript:"] {
        assert!(!html.contains(script), "{script} in {html}");
    }
    // Every numbered paragraph is a place, with a link to it.
    let texts = service.app.live.text(service.text()).await.unwrap();
    let numbered = texts.blocks().into_iter().find(|block| block.is_numbered()).unwrap();
    assert!(html.contains(&format!(
        "<p id=\"p-{}\" data-number=\"1\"><a class=\"here number\" href=\"#p-{}\"",
        numbered.id, numbered.id
    )));

    for (file, begins) in
        [("en.pdf", "%PDF"), ("en.md", "---"), ("en.html", "<!doctype html>"), ("bundle.zip", "PK")]
    {
        let answer = service.get(&format!("{address}/{file}")).send().await;
        assert_eq!(answer.status, 200, "{file}: {}", answer.text());
        assert!(answer.text().starts_with(begins), "{file}");
        assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    }
    let notices = service.signs_in("adaeze").await.get("/api/v1/notices").send().await.json();
    assert_eq!(notices["notices"][0]["kind"], "draft_published", "{notices}");
    assert_eq!(notices["notices"][0]["name"], "Bogotá <draft>");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren23_a_withdrawn_draft_says_when_and_why_at_every_address_and_has_no_word_left() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    withdraw(&ines, &draft, "It names people.").await.is_refused(409, "publication_refused");
    assert_eq!(publish(&ines, &draft).await.status, 200);
    publish(&ines, &draft).await.is_refused(409, "publication_refused");
    withdraw(&ines, &draft, " ").await.is_refused(422, "field_invalid");
    // A page that was shown does not outlive the withdrawal.
    let address = format!("/p/{PAPER}/{draft}");
    assert!(service.get(&address).send().await.text().contains("Cities welcome everyone."));
    let withdrawn = withdraw(&ines, &draft, "It names <people>.").await;
    assert_eq!((withdrawn.status, &withdrawn.json()["state"]), (200, &json!("withdrawn")));

    let page = service.get(&address).send().await;
    assert_eq!(page.status, 410);
    let html = page.text();
    assert!(html.contains("It names &lt;people&gt;.") && html.contains("21 September 2016"), "{html}");
    assert!(
        !html.contains("Cities welcome") && !html.contains("citation_") && !html.contains("A first word"),
        "{html}"
    );
    for at in behind(&draft).into_iter().chain([format!("{address}/changes")]) {
        let gone = service.get(&at).send().await;
        gone.is_refused(410, "draft_withdrawn");
        assert_eq!(gone.json()["details"]["reason"], "It names <people>.", "{at}");
        assert!(gone.json()["details"]["withdrawn_at"].is_string(), "{at}");
    }
    let feed = service.get(&format!("/p/{PAPER}/feed.atom")).send().await.text();
    assert!(feed.contains("It names &lt;people&gt;.") && !feed.contains("Cities welcome"), "{feed}");

    assert_eq!(publish(&ines, &draft).await.status, 200);
    let again = service.get(&address).send().await;
    assert!(again.status == 200 && again.text().contains("Cities welcome everyone."));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_act_at_once_the_second_is_told_and_who_may_not_is_refused() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    let samir = service.signs_in("samir").await;
    publish(&samir, &draft).await.is_refused(403, "not_allowed");
    let standing = samir.get(&format!("/api/v1/milestones/{draft}/publication")).send().await.json();
    assert_eq!((&standing["state"], &standing["may_publish"]), (&json!("private"), &json!(false)));
    let act = |version: &'static str| {
        ines.post(&format!("/api/v1/milestones/{draft}/publish"), "{}").header("if-match", version).send()
    };
    assert_eq!(act("\"0\"").await.json()["version"], 1);
    act("\"0\"").await.is_refused(412, "stale_version");
    let [one, other] = ["Names.", "Errors."].map(|reason| withdraw(&ines, &draft, reason));
    let (one, other) = tokio::join!(one, other);
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert!(both == [200, 409] || both == [200, 412], "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_asked_about_and_not_sent_again_while_it_is_the_same() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    publish(&ines, &draft).await;
    for at in ["", "/en.md", "/en.html"].map(|end| format!("/p/{PAPER}/{draft}{end}")) {
        let first = service.get(&at).send().await;
        let etag = first.header("etag").unwrap().to_owned();
        assert_eq!(first.header("cache-control"), Some("public, no-cache"), "{at}");
        let listed = format!("\"other\", W/{etag}");
        for known in [etag.as_str(), &listed, "*"] {
            let again = service.get(&at).header("if-none-match", known).send().await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{at}");
        }
        let head = service.ask("HEAD", &at).send().await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{at}");
        assert_eq!(head.header("etag"), Some(etag.as_str()));
    }
    let other = service.get(&format!("/p/{PAPER}/{draft}")).header("if-none-match", "\"other\"").send().await;
    assert_eq!(other.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ren24_the_feed_is_an_atom_feed_of_what_was_published() {
    let service =
        Service::with(|settings| settings.public_url = "https://drafts.example.org".to_owned()).await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá & after").await;
    publish(&ines, &draft).await;
    let answer = service.get(&format!("/p/{PAPER}/feed.atom")).send().await;
    assert_eq!(answer.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    let feed = answer.text();
    // RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, each once.
    let (head, entry) = feed.split_once("<entry>").unwrap();
    for once in ["<id>urn:uuid:", "<title>", "<updated>2016-09-21T08:42:00", "<author><name>"] {
        assert_eq!(head.matches(once).count(), 1, "{once} in {feed}");
    }
    assert!(
        head.contains("rel=\"self\"")
            && head.starts_with(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\""
            )
    );
    for once in [
        &*format!("<id>urn:uuid:{draft}</id>"),
        "<title>Bogotá &amp; after</title>",
        "<updated>",
        "<published>",
        "<summary>",
    ] {
        assert_eq!(entry.matches(once).count(), 1, "{once} in {feed}");
    }
    assert!(
        entry.contains(&format!(
            "hreflang=\"en\" href=\"https://drafts.example.org/p/{PAPER}/{draft}?lang=en\""
        ))
    );
    let page = service.get(&format!("/p/{PAPER}/{draft}")).send().await.text();
    assert!(page.contains(&format!(
        "type=\"application/atom+xml\" title=\"New drafts as a feed\" href=\"/p/{PAPER}/feed.atom?lang=en\""
    )));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_later_of_a_draft_is_on_its_page_at_once() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    publish(&ines, &draft).await;
    let address = format!("/p/{PAPER}/{draft}");
    let before = service.get(&address).send().await;
    assert!(!before.text().contains("We cannot house everyone."));
    let adaeze = service.signs_in("adaeze").await;
    let position = json!({"milestone": draft, "subject": {"on": "paper"}, "stance": "reservation",
        "words": "We cannot house everyone.", "way_out": ""});
    let taken = adaeze.post(&format!("/api/v1/papers/{PAPER}/positions"), &position.to_string()).send().await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    let after = service.get(&address).send().await;
    assert!(after.text().contains("We cannot house everyone."));
    assert_ne!(before.header("etag"), after.header("etag"));
    let file: Value = json!(service.get(&format!("{address}/en.md")).send().await.text());
    assert!(file.as_str().unwrap().contains("We cannot house everyone."), "page and files say the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren30_everybody_reads_what_a_published_draft_changed_of_the_one_published_before_it() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let first = sealed(&ines, "Bogotá draft").await;
    service.passes(Duration::from_mins(1));
    changes_the_first_chapter(&service, &adaeze).await;
    let second = sealed(&ines, "Quito <draft>").await;
    let changes = format!("/p/{PAPER}/{second}/changes");

    publish(&ines, &second).await;
    // The first one is nobody's yet: there is no word of it, nor a way to one.
    service.get(&changes).send().await.is_refused(404, "not_found");
    assert!(!service.get(&format!("/p/{PAPER}/{second}")).send().await.text().contains("/changes"));
    service.get(&format!("/p/{PAPER}/{first}/changes")).send().await.is_refused(404, "not_found");

    publish(&ines, &first).await;
    let draft = service.get(&format!("/p/{PAPER}/{second}")).send().await.text();
    assert!(
        draft.contains(&format!("href=\"{changes}?lang=en\">What changed since “Bogotá draft”</a>")),
        "{draft}"
    );
    let page = service.get(&changes).send().await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let html = page.text();
    for there in [
        "<h1 dir=\"auto\">Quito &lt;draft&gt; compared with Bogotá draft</h1>",
        "<del><span class=\"heard\"> [deleted: </span>Cities<span class=\"heard\">] </span></del>",
        "<ins><span class=\"heard\"> [inserted: </span>All cities<span class=\"heard\">] </span></ins>",
        "A bar beside a paragraph: something changed in it",
    ] {
        assert!(html.contains(there), "{there} in {html}");
    }
    for not_there in ["Adaeze", "<script", " style="] {
        assert!(!html.contains(not_there), "{not_there} in {html}");
    }
    let known = service.get(&changes).header("if-none-match", page.header("etag").unwrap()).send().await;
    assert_eq!(known.status, 304);

    withdraw(&ines, &first, "It names people.").await;
    service.get(&changes).send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren31_search_engines_find_what_is_published_and_nothing_of_a_demonstration() {
    let service =
        Service::with(|settings| settings.public_url = "https://drafts.example.org".to_owned()).await;
    let ines = service.signs_in("ines").await;
    let [public, private] = [sealed(&ines, "Bogotá draft").await, sealed(&ines, "Quito draft").await];
    publish(&ines, &public).await;
    let robots = service.get("/robots.txt").send().await;
    assert_eq!(robots.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(robots.text().contains("Disallow: /\nAllow: /p/\n"), "{}", robots.text());
    assert!(robots.text().contains("Sitemap: https://drafts.example.org/sitemap.xml"));
    let sitemap = service.get("/sitemap.xml").send().await.text();
    let address = format!(
        "<loc>https://drafts.example.org/p/{PAPER}/{public}?lang=en</loc><lastmod>2016-09-21</lastmod>"
    );
    assert!(sitemap.contains(&address) && !sitemap.contains(&private), "{sitemap}");

    let demonstration = Service::with(|settings| settings.demo = true).await;
    let robots = demonstration.get("/robots.txt").send().await.text();
    assert_eq!(robots, "User-agent: *\nDisallow: /\n");
}
