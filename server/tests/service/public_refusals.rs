//! What a person meets in place of a public page or file that cannot be had.

use serde_json::json;

use super::harness::{Answer, Ask, PAPER, Service, Somebody};
use super::publishing::{behind, publish, sealed, withdraw};

/// As a browser asks that is set to this language.
fn browsing(ask: Ask, language: &str) -> Ask {
    ask.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").header("accept-language", language)
}

fn is_page(answer: &Answer, language: &str, title: &str) {
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{}", answer.text());
    assert_eq!(answer.header("content-language"), Some(language));
    assert_eq!(answer.header("vary").map(str::to_lowercase).as_deref(), Some("accept, accept-language"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let html = answer.text();
    assert!(html.contains(&format!("<html lang=\"{language}\"")), "{html}");
    assert!(html.contains(&format!("<h1>{title}</h1>")), "{title} in {html}");
    assert!(!html.contains("<script") && !html.contains("JavaScript"), "{html}");
}

/// A draft with a character that no font has, which Inés seals all the same.
async fn sealed_without_pdf(service: &Service, ines: &Somebody) -> String {
    let adaeze = service.signs_in("adaeze").await;
    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    let markdown = "# Housing\n\n1. Cities welcome \u{1F9FF} everyone.\n";
    let body = json!({ "base_heads": heads, "markdown": markdown }).to_string();
    let put = adaeze.put(&text, &body).send().await;
    assert_eq!(put.status, 200, "{}", put.text());
    let body = json!({ "name": "Bogotá draft", "anyway": true }).to_string();
    let answer = ines.post(&format!("/api/v1/papers/{PAPER}/milestones"), &body).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn ren36_what_is_not_published_is_to_a_browser_the_same_page_as_what_does_not_exist() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    let all = |id: &str| {
        let page = format!("/p/{PAPER}/{id}");
        [page.clone(), format!("{page}/changes")].into_iter().chain(behind(id)).collect::<Vec<_>>()
    };
    let unknown = all("00000000-0000-4000-8000-000000000000");
    for (there, not_there) in all(&draft).iter().zip(&unknown) {
        let one = browsing(service.get(there), "fr-CA, en;q=0.5").send().await;
        let other = browsing(service.get(not_there), "fr-CA, en;q=0.5").send().await;
        assert_eq!((one.status, other.status), (404, 404), "{there}");
        is_page(&one, "fr", "Rien n’est publié ici");
        assert_eq!(one.body, other.body, "{there}");
        // Nor does it matter who asks.
        assert_eq!(browsing(ines.get(there), "fr").send().await.body, one.body, "{there}");
        let program = service.get(there).header("accept", "application/json").send().await;
        program.is_refused(404, "not_found");
    }
    for at in [format!("/p/{PAPER}"), "/p/nothing".to_owned(), format!("/p/{PAPER}/feed.atom")] {
        let answer = browsing(service.get(&at), "ar").send().await;
        assert_eq!(answer.status, 404, "{at}");
        is_page(&answer, "ar", "لا شيء منشور هنا");
        assert!(answer.text().contains("dir=\"rtl\""), "{at}");
    }
    let head = browsing(service.ask("HEAD", &format!("/p/{PAPER}/{draft}")), "en").send().await;
    assert_eq!((head.status, head.body.len()), (404, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ren36_whoever_follows_a_link_to_a_file_of_a_withdrawn_draft_reads_why() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    publish(&ines, &draft).await;
    withdraw(&ines, &draft, "It names <people>.").await;
    for at in behind(&draft).into_iter().chain([format!("/p/{PAPER}/{draft}/changes")]) {
        let gone = browsing(service.get(&at), "es").send().await;
        assert_eq!(gone.status, 410, "{at}");
        is_page(&gone, "es", "Este borrador se retiró");
        let html = gone.text();
        for there in [
            "«Bogotá draft» fue público hasta el 21 de septiembre de 2016",
            "<blockquote dir=\"auto\">It names &lt;people&gt;.</blockquote>",
            &format!("<a href=\"/p/{PAPER}?lang=es\">"),
        ] {
            assert!(html.contains(there), "{there} in {html}");
        }
        assert!(!html.contains("Cities welcome"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ren36_a_file_that_cannot_be_made_leads_back_to_the_draft() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = sealed_without_pdf(&service, &ines).await;
    assert_eq!(publish(&ines, &draft).await.status, 200);
    let file = format!("/p/{PAPER}/{draft}/en.md?view=sideways");
    let page = browsing(service.get(&file), "en").send().await;
    assert_eq!(page.status, 422);
    is_page(&page, "en", "This file cannot be made");
    assert!(page.text().contains(&format!("href=\"/p/{PAPER}/{draft}?lang=en\"")), "{}", page.text());
    service.get(&file).send().await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren36_what_is_not_there_at_the_moment_says_so_and_when_to_try_again() {
    let service = Service::with(|settings| settings.pdf_worker = Some("/nowhere/borrador-pdf".into())).await;
    let ines = service.signs_in("ines").await;
    let draft = sealed(&ines, "Bogotá draft").await;
    publish(&ines, &draft).await;
    let page = browsing(service.get(&format!("/p/{PAPER}/{draft}/en.pdf")), "en").send().await;
    assert_eq!(page.status, 503);
    is_page(&page, "en", "Not at the moment");
    assert!(page.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert!(!page.text().contains("/nowhere"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn ren37_no_pdf_is_offered_of_a_draft_that_cannot_be_printed_and_who_publishes_it_knows() {
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    let whole = sealed(&ines, "Quito draft").await;
    let draft = sealed_without_pdf(&service, &ines).await;
    let told = async |somebody: &Somebody, id: &str| {
        somebody.get(&format!("/api/v1/milestones/{id}/publication")).send().await.json()["without_pdf"]
            .clone()
    };
    assert_eq!(told(&ines, &draft).await, json!(["en"]));
    assert_eq!(told(&ines, &whole).await, json!([]));
    assert_eq!(told(&samir, &draft).await, json!([]), "he does not publish");

    assert_eq!(publish(&ines, &draft).await.json()["without_pdf"], json!([]), "it is done");
    let address = format!("/p/{PAPER}/{draft}");
    let page = service.get(&address).send().await.text();
    assert!(page.contains("There is no PDF of this draft in this language"), "{page}");
    assert!(page.contains("Cities welcome \u{1F9FF} everyone."), "{page}");
    for file in ["en.docx", "en.md", "en.html", "bundle.zip"] {
        assert!(page.contains(&format!("href=\"{address}/{file}\" download>")), "{file} in {page}");
        let answer = service.get(&format!("{address}/{file}")).send().await;
        assert_eq!(answer.status, 200, "{file}: {}", answer.text());
    }
    for at in [address, format!("/p/{PAPER}"), format!("/p/{PAPER}/feed.atom")] {
        let public = service.get(&at).send().await.text();
        assert!(!public.contains(".pdf"), "{at}: {public}");
    }

    publish(&ines, &whole).await;
    let page = service.get(&format!("/p/{PAPER}/{whole}")).send().await.text();
    assert!(page.contains("citation_pdf_url") && page.contains("/en.pdf\" download>"), "{page}");
    assert!(!page.contains("There is no PDF"), "{page}");
}
