//! Components, people, seats and invitations: who keeps them, what is refused, and what a link opens.

use std::time::Duration;

use crdt::ids::{ComponentId, PersonId, SeatId};
use serde_json::{Value, json};

use super::harness::{Answer, Service, Somebody};
use super::{remarks, rounds};

/// What somebody is told of a list.
async fn listed(somebody: &Somebody, what: &str) -> Vec<Value> {
    somebody.get(&format!("/api/v1/{what}")).send().await.json()[what].as_array().unwrap().clone()
}

fn component(service: &Service, code: &str) -> ComponentId {
    service.app.directory.register().component_by_code(code).unwrap().id
}

fn person(service: &Service, first_name: &str) -> PersonId {
    let register = service.app.directory.register();
    register.person_by_email(&format!("{first_name}@example.org")).unwrap().id
}

fn lyon() -> Value {
    json!({ "code": "lyon", "kind": "city", "hue": 7, "name": { "es": " Lyon ", "fr": "Lyon" } })
}

async fn adds(somebody: &Somebody, said: &Value) -> Answer {
    somebody.post("/api/v1/components", &said.to_string()).send().await
}

/// An invitation for Amina to AFR.
fn amina(service: &Service) -> Value {
    json!({
        "name": "Amina Keita", "email": "amina@example.org", "language": "en",
        "component": component(service, "AFR"), "function": "contributor",
    })
}

async fn invites(somebody: &Somebody, said: &Value) -> Answer {
    somebody.post("/api/v1/invitations", &said.to_string()).send().await
}

/// The token of a link that was just made.
fn token(made: &Answer) -> String {
    assert!(made.status < 300, "{}", made.text());
    made.json()["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned()
}

async fn enters(service: &Service, token: &str) -> Answer {
    service.post("/api/v1/sign-in", &json!({ "token": token }).to_string()).send().await
}

/// Dora, of the secretariat of the service, who runs nothing.
async fn dora(service: &Service, ines: &Somebody) -> Somebody {
    let said = json!({
        "name": "Dora Lima", "email": "dora@example.org", "language": "es", "component": component(service, "SEC"),
        "function": "deputy", "role": "secretariat",
    });
    let came = enters(service, &token(&invites(ines, &said).await)).await;
    assert_eq!(came.status, 200, "{}", came.text());
    service.signs_in("dora").await
}

#[tokio::test(flavor = "multi_thread")]
async fn rev19_the_secretariat_adds_changes_and_closes_a_component_and_all_of_it_is_on_record() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let made = adds(&ines, &lyon()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["code"], &made["name"]["es"], &made["closed"], &made["version"]),
        (&json!("LYON"), &json!("Lyon"), &json!(false), &json!(1))
    );
    let at = format!("/api/v1/components/{}", made["id"].as_str().unwrap());
    let mut said = lyon();
    said["name"]["en"] = json!("Lyon Metropolis");
    let put = |version: &str| ines.put(&at, &said.to_string()).header("if-match", version);
    assert_eq!(put("1").send().await.json()["version"], 2);
    put("1").send().await.is_refused(412, "stale_version");
    assert_eq!(put("2").send().await.json()["version"], 2, "saying what is said changes nothing");
    let closed = ines.post(&format!("{at}/close"), "{}").header("if-match", "2").send().await.json();
    assert_eq!((&closed["closed"], &closed["version"]), (&json!(true), &json!(3)));
    assert_eq!(ines.post(&format!("{at}/open"), "{}").send().await.json()["closed"], false);
    let log = service.app.store.audit(0, 1000).await.unwrap();
    let log: Vec<String> =
        log.iter().map(|entry| String::from_utf8_lossy(&entry.json).into_owned()).collect();
    for event in ["component_added", "component_changed", "component_closed", "component_opened"] {
        assert_eq!(log.iter().filter(|entry| entry.contains(event)).count(), 1, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev19_what_a_component_may_not_be_is_said_field_by_field_and_changes_nothing() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    assert_eq!(adds(&ines, &lyon()).await.status, 201);
    let with = |field: &str, value: Value| {
        let mut said = json!({ "code": "TURIN", "kind": "city", "hue": 2, "name": { "es": "Turín" } });
        said[field] = value;
        said
    };
    let long = "x".repeat(201);
    for (field, wrong) in [
        ("code", json!("T")),
        ("code", json!("TU RIN")),
        ("code", json!("ΤURIN")),
        ("hue", json!(0)),
        ("hue", json!(9)),
        ("name", json!({})),
        ("name.es", json!({ "es": "  " })),
        ("name.es", json!({ "es": long })),
        ("name.es", json!({ "es": "Turín\u{202e}nirut" })),
        ("name.ES", json!({ "ES": "Turín" })),
    ] {
        let refused = adds(&ines, &with(field.split('.').next().unwrap(), wrong.clone())).await;
        refused.is_refused(422, "field_invalid");
        assert_eq!(refused.json()["details"]["field"], field, "{wrong}");
    }
    for (field, taken) in [("code", json!("afr")), ("name.fr", json!({ "fr": "LYON" }))] {
        let refused = adds(&ines, &with(field.split('.').next().unwrap(), taken)).await;
        refused.is_refused(409, "component_exists");
        assert_eq!(refused.json()["details"]["field"], field);
    }
    assert_eq!(listed(&ines, "components").await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev19_nobody_comes_into_a_closed_component() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let link = token(&invites(&ines, &amina(&service)).await);
    let afr = component(&service, "AFR");
    assert_eq!(ines.post(&format!("/api/v1/components/{afr}/close"), "{}").send().await.status, 200);
    enters(&service, &link).await.is_refused(409, "component_closed");
    let mut other = amina(&service);
    other["email"] = json!("other@example.org");
    invites(&ines, &other).await.is_refused(409, "component_closed");
    let seat = json!({ "person": person(&service, "samir"), "component": afr, "function": "deputy" });
    ines.post("/api/v1/seats", &seat.to_string()).send().await.is_refused(409, "component_closed");
    let olga = service.signs_in("olga").await;
    assert_eq!(olga.get("/api/v1/me").send().await.status, 200, "who sits there goes on");
    assert_eq!(ines.post(&format!("/api/v1/components/{afr}/open"), "{}").send().await.status, 200);
    assert_eq!(enters(&service, &link).await.status, 200, "the link was not used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev19_a_closed_component_is_asked_in_no_new_round_and_no_longer_in_one_that_runs() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let round = rounds::opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let afr = component(&service, "AFR");
    assert_eq!(ines.post(&format!("/api/v1/components/{afr}/close"), "{}").send().await.status, 200);
    let register = service.app.directory.register();
    let running = register.round(round["id"].as_str().unwrap().parse().unwrap()).unwrap();
    assert_eq!(borrador::app::rounds::asked(&register, running), [component(&service, "MEWA")]);
    let milestone = rounds::sealed(&ines, "Quito draft").await;
    let plan = rounds::plan(&service, &milestone, &["AFR"]);
    let closed = rounds::drafts(&ines, &plan).await;
    closed.is_refused(409, "component_closed");
    assert_eq!(closed.json()["details"], json!({ "component": "AFR" }));

    let adaeze = service.signs_in("adaeze").await;
    let remark = remarks::remarks(&service, &adaeze, "Say who pays.").await;
    remarks::sends(&adaeze, &round, &[&remark]).await.is_refused(409, "component_closed");
    let body = json!({ "components": [afr], "words": "" });
    rounds::act(&ines, &round, "remind", body).await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev71_amina_comes_in_by_her_link_once_with_the_seat_she_was_offered() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let made = invites(&ines, &amina(&service)).await;
    assert_eq!(made.json()["invitation"]["state"], "open");
    assert_eq!(listed(&ines, "people").await.len(), 4, "nobody is there before they come");
    let link = token(&made);
    let came = enters(&service, &link).await;
    assert_eq!(came.status, 200, "{}", came.text());
    let me = came.json();
    assert_eq!(
        (&me["person"]["name"], &me["person"]["email"]),
        (&json!("Amina Keita"), &json!("amina@example.org"))
    );
    let seats = me["seats"].as_array().unwrap();
    assert_eq!(seats.len(), 1);
    assert_eq!(
        (&seats[0]["component"]["code"], &seats[0]["function"]),
        (&json!("AFR"), &json!("contributor"))
    );
    enters(&service, &link).await.is_refused(410, "invitation_used");
    let invitations = listed(&ines, "invitations").await;
    assert_eq!((invitations.len(), &invitations[0]["state"]), (1, &json!("used")));
    assert!(!invitations[0].to_string().contains(&link), "a link is told once");
    for act in ["renew", "withdraw"] {
        let at = format!("/api/v1/invitations/{}/{act}", invitations[0]["id"].as_str().unwrap());
        ines.post(&at, "{}").send().await.is_refused(410, "invitation_used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev71_two_browsers_cannot_use_one_invitation_and_one_person_comes() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let link = token(&invites(&ines, &amina(&service)).await);
    let (one, other) = tokio::join!(enters(&service, &link), enters(&service, &link));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    assert_eq!(listed(&ines, "people").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev71_an_invitation_expires_is_withdrawn_and_made_anew() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let made = invites(&ines, &amina(&service)).await;
    let (first, id) = (token(&made), made.json()["invitation"]["id"].as_str().unwrap().to_owned());
    invites(&ines, &amina(&service)).await.is_refused(409, "invitation_open");
    service.passes(Duration::from_hours(14 * 24));
    let ines = service.signs_in("ines").await;
    enters(&service, &first).await.is_refused(410, "invitation_expired");
    assert_eq!(listed(&ines, "invitations").await[0]["state"], "expired");

    let act = |act: &str| ines.post(&format!("/api/v1/invitations/{id}/{act}"), "{}");
    let second = token(&act("renew").send().await);
    enters(&service, &first).await.is_refused(410, "invitation_withdrawn");
    assert_eq!(act("withdraw").send().await.json()["state"], "withdrawn");
    enters(&service, &second).await.is_refused(410, "invitation_withdrawn");
    assert_eq!(act("withdraw").send().await.status, 200, "taking it back twice changes nothing");
    let third = token(&act("renew").send().await);
    assert_eq!(enters(&service, &third).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_an_invitation_opened_where_somebody_else_is_signed_in_asks_for_the_address() {
    let service = Service::start().await;
    let (ines, samir) = (service.signs_in("ines").await, service.signs_in("samir").await);
    let link = token(&invites(&ines, &amina(&service)).await);
    let in_samirs_browser = |said: Value| samir.post("/api/v1/sign-in", &said.to_string());
    in_samirs_browser(json!({ "token": link })).send().await.is_refused(409, "invitation_for_another");
    let guess = json!({ "token": link, "email": "samir@example.org" });
    in_samirs_browser(guess).send().await.is_refused(409, "invitation_for_another");
    assert_eq!(
        samir.get("/api/v1/me").send().await.json()["person"]["name"],
        "Samir Haddad",
        "he stays who he is"
    );
    let told = json!({ "token": link, "email": " Amina@example.org" });
    assert_eq!(in_samirs_browser(told).send().await.json()["person"]["name"], "Amina Keita");
}

#[tokio::test(flavor = "multi_thread")]
async fn a06_rev70_the_secretariat_makes_nobody_administrator_and_gets_into_no_administrators_account() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let dora = dora(&service, &ines).await;
    for role in ["admin", "secretariat"] {
        let mut said = amina(&service);
        said["role"] = json!(role);
        invites(&dora, &said).await.is_refused(403, "stands_above");
        let samirs = service.signs_in("samir").await.seats[0];
        let lifted = json!({ "function": "contributor", "role": role, "first": false }).to_string();
        dora.put(&format!("/api/v1/seats/{samirs}"), &lifted).send().await.is_refused(403, "stands_above");
    }
    let of_ines = person(&service, "ines");
    let hers = json!({ "person": of_ines, "component": component(&service, "AFR"), "function": "observer" });
    dora.post("/api/v1/seats", &hers.to_string()).send().await.is_refused(403, "stands_above");
    let link = format!("/api/v1/people/{of_ines}/sign-in-links");
    dora.post(&link, "{}").send().await.is_refused(403, "stands_above");
    let renamed = json!({ "name": "X", "email": "dora2@example.org", "language": "es" }).to_string();
    dora.put(&format!("/api/v1/people/{of_ines}"), &renamed).send().await.is_refused(403, "stands_above");
    dora.post(&format!("/api/v1/seats/{}/end", ines.seats[0]), "{}")
        .send()
        .await
        .is_refused(403, "stands_above");
    let function = json!({ "function": "observer", "first": false }).to_string();
    dora.put(&format!("/api/v1/seats/{}", ines.seats[0]), &function)
        .send()
        .await
        .is_refused(403, "stands_above");
    assert_eq!(
        ines.post(&format!("/api/v1/people/{}/sign-in-links", person(&service, "dora")), "{}")
            .send()
            .await
            .status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev70_an_old_link_does_not_open_the_account_of_who_became_administrator_meanwhile() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let dora = dora(&service, &ines).await;
    let kept = token(&invites(&dora, &amina(&service)).await);
    let mut to_sec = amina(&service);
    to_sec["component"] = json!(component(&service, "SEC"));
    to_sec["role"] = json!("admin");
    assert_eq!(enters(&service, &token(&invites(&ines, &to_sec).await)).await.status, 200);
    enters(&service, &kept).await.is_refused(410, "invitation_withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev70_a_seat_that_ended_with_the_right_to_run_the_service_is_not_restored_from_below() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let dora = dora(&service, &ines).await;
    let mut said = amina(&service);
    said["role"] = json!("admin");
    let came = enters(&service, &token(&invites(&ines, &said).await)).await.json();
    let seat: SeatId = came["seats"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(ines.post(&format!("/api/v1/seats/{seat}/end"), "{}").send().await.status, 200);
    dora.post(&format!("/api/v1/seats/{seat}/restore"), "{}").send().await.is_refused(403, "stands_above");
    assert_eq!(ines.post(&format!("/api/v1/seats/{seat}/restore"), "{}").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a06_an_administrator_does_not_step_down_as_the_last_one() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let down = json!({ "function": "focal_point", "role": null, "first": true }).to_string();
    ines.put(&format!("/api/v1/seats/{}", ines.seats[0]), &down).send().await.is_refused(409, "last_admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev72_samir_gets_a_second_hat_wears_it_first_and_a_third_in_the_same_place_is_refused() {
    let service = Service::start().await;
    let (ines, samir) = (service.signs_in("ines").await, service.signs_in("samir").await);
    let new = json!({ "person": person(&service, "samir"), "component": component(&service, "AFR"), "function": "deputy" });
    let given = ines.post("/api/v1/seats", &new.to_string()).send().await;
    assert_eq!(given.status, 201, "{}", given.text());
    let hat = given.json()["id"].as_str().unwrap().to_owned();
    let hats = async || {
        let me = samir.get("/api/v1/me").send().await.json();
        let seats = me["seats"].as_array().unwrap().iter();
        seats
            .map(|seat| {
                format!(
                    "{} {}",
                    seat["component"]["code"].as_str().unwrap(),
                    seat["function"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(hats().await, ["MEWA contributor", "AFR deputy"]);
    ines.post("/api/v1/seats", &new.to_string()).send().await.is_refused(409, "seat_exists");

    let put = |first: bool, version: &str| {
        let said = json!({ "function": "focal_point", "first": first }).to_string();
        ines.put(&format!("/api/v1/seats/{hat}"), &said).header("if-match", version)
    };
    assert_eq!(put(true, "1").send().await.json()["version"], 2);
    assert_eq!(hats().await, ["AFR focal_point", "MEWA contributor"]);
    put(false, "1").send().await.is_refused(412, "stale_version");
    assert_eq!(put(false, "2").send().await.status, 200);
    assert_eq!(hats().await, ["MEWA contributor", "AFR focal_point"]);

    assert_eq!(ines.post(&format!("/api/v1/seats/{hat}/end"), "{}").send().await.status, 200);
    assert_eq!(
        ines.post("/api/v1/seats", &new.to_string()).send().await.status,
        201,
        "the ended one is history"
    );
    ines.post(&format!("/api/v1/seats/{hat}/restore"), "{}").send().await.is_refused(409, "seat_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_shown_to_the_keepers_only_and_names_of_people_are_theirs_to_mend() {
    let service = Service::start().await;
    let (ines, samir) = (service.signs_in("ines").await, service.signs_in("samir").await);
    let of = |people: Vec<Value>| people.into_iter().find(|each| each["name"] == "Samir Haddad").unwrap();
    assert_eq!(of(listed(&ines, "people").await)["email"], "samir@example.org");
    assert_eq!(of(listed(&samir, "people").await)["email"], Value::Null);
    samir.get("/api/v1/invitations").send().await.is_refused(403, "not_allowed");
    let at = format!("/api/v1/people/{}", person(&service, "samir"));
    let put = |email: &str, version: &str| {
        let said = json!({ "name": "Samir Al-Haddad", "email": email, "language": "en" }).to_string();
        ines.put(&at, &said).header("if-match", version)
    };
    put("olga@example.org", "0").send().await.is_refused(409, "person_exists");
    put("samir at example.org", "0").send().await.is_refused(422, "field_invalid");
    let mended = put("samir.h@example.org", "0").send().await.json();
    assert_eq!((&mended["initials"], &mended["email"]), (&json!("SA"), &json!("samir.h@example.org")));
    put("samir.h@example.org", "0").send().await.is_refused(412, "stale_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_invitations_is_forgotten_a_month_later_with_its_keys() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let link = token(&invites(&ines, &amina(&service)).await);
    service.passes(Duration::from_hours(44 * 24 - 1));
    assert_eq!(service.app.sweep().await.unwrap(), 1, "the link with which Inés came in");
    enters(&service, &link).await.is_refused(410, "invitation_expired");
    service.passes(Duration::from_hours(1));
    assert_eq!(service.app.sweep().await.unwrap(), 1);
    enters(&service, &link).await.is_refused(404, "invitation_unknown");
}
