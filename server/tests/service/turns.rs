//! What counts for a deadline is when something came here, not when its turn came (REV22, REV67).
//!
//! A store that is held lets no commit through: whoever has the turn keeps it over the deadline, and what came behind them before the
//! deadline must be in time all the same. What comes after the deadline is late, so the clock did pass it.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use borrador::app::amendments::Said;
use borrador::app::rights::PenAct;
use borrador::app::silences::SilenceAct;
use crdt::ids::{AmendmentId, RoundId, SilenceId, ThreadId};
use crdt::review::permission::Function;
use crdt::review::silence::Phase;
use serde_json::{Value, json};

use super::amendments::people::{Room, arrives};
use super::harness::Service;
use super::remarks::{amina, does, remarks};
use super::rounds::{HOUR, opens};
use super::silences;
use super::store_troubles::Watched;

const MINUTE: Duration = Duration::from_mins(1);

/// Goes as far as it comes at once: it has been received, and waits.
fn waits<F: Future>(work: Pin<&mut F>) -> bool {
    work.poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

fn id<I: std::str::FromStr<Err: std::fmt::Debug>>(record: &Value) -> I {
    record["id"].as_str().unwrap().parse().unwrap()
}

/// Inés hands out a pen: an act that has the turn until its commit is carried out.
fn hands_out_a_pen(
    service: &Service,
    by: crdt::ids::SeatId,
    to: crdt::ids::SeatId,
) -> impl Future<Output = Result<(), borrador::app::refusal::Refusal>> {
    let pen = PenAct { seat: to, chapter: None, give: true };
    service.app.act_on_pen(by, service.paper().id, None, pen)
}

#[tokio::test(flavor = "multi_thread")]
async fn rev22_a_remark_that_came_before_the_closing_is_in_time_however_long_its_turn_is_held() {
    let store = Arc::new(Watched::default());
    let service = Service::over(store.clone(), |_| {}).await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let amina = amina(&service).await;
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let mut kept: Vec<(ThreadId, u64)> = Vec::new();
    for words in ["Say who pays.", "Say it in one sentence."] {
        let remark = remarks(&service, &amina, words).await;
        let prepared = does(&adaeze, &remark, "prepare", json!({ "keep": true })).await.json();
        kept.push((id(&prepared), prepared["version"].as_u64().unwrap()));
    }
    let (app, paper, round) = (&service.app, service.paper().id, id::<RoundId>(&round));
    let by = adaeze.seats[0];
    service.passes(6 * HOUR - MINUTE);

    let gate = store.holds().await;
    let mut first = pin!(hands_out_a_pen(&service, ines.seats[0], amina.seats[0]));
    assert!(waits(first.as_mut()) && store.held() == 1, "she has the turn");
    let mut sent = pin!(app.send_remarks(by, paper, Some(round), &kept[..1]));
    assert!(waits(sent.as_mut()));
    service.passes(2 * MINUTE);
    drop(gate);
    first.await.unwrap();
    let sent = sent.await.unwrap();
    assert_eq!(sent[0].thread.submission.as_ref().unwrap().late, None);
    let after = app.send_remarks(by, paper, Some(round), &kept[1..]).await.unwrap();
    assert!(after[0].thread.submission.as_ref().unwrap().late.is_some(), "the next one is late");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev22_an_amendment_that_came_before_the_closing_is_in_time_however_long_its_turn_is_held() {
    let store = Arc::new(Watched::default());
    let room = Room::over(store.clone()).await;
    let round =
        opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["amendments"])).await;
    let one = id::<AmendmentId>(&room.drafted("Keys", "Neighbours").await);
    let other = id::<AmendmentId>(&room.drafted("Keys", "Hands").await);
    let (service, app, leila) = (&room.service, &room.service.app, room.leila.seats[0]);
    let said = || Said { round: Some(id::<RoundId>(&round)), ..Said::default() };
    service.passes(6 * HOUR - MINUTE);

    let gate = store.holds().await;
    let mut first = pin!(hands_out_a_pen(service, room.ines.seats[0], room.samir.seats[0]));
    assert!(waits(first.as_mut()) && store.held() == 1, "she has the turn");
    let mut sent = pin!(app.submit_amendment((one, leila), None, said()));
    assert!(waits(sent.as_mut()));
    service.passes(2 * MINUTE);
    drop(gate);
    first.await.unwrap();
    assert_eq!(sent.await.unwrap().amendment.submission.as_ref().unwrap().late, None);
    let after = app.submit_amendment((other, leila), None, said()).await.unwrap();
    assert!(after.amendment.submission.as_ref().unwrap().late.is_some(), "the next one is late");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev67_an_objection_that_came_before_the_instant_breaks_a_silence_however_long_its_turn_is_held() {
    let store = Arc::new(Watched::default());
    let service = Service::over(store.clone(), |settings| settings.limits.silence_hours = 2).await;
    arrives(&service, "Leila Mansour", "MEWA", Function::FocalPoint, &[]).await;
    let [ines, adaeze, leila] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("leila").await];
    let opened = silences::opened(&service, &ines, &["AFR", "MEWA"]).await;
    let (app, paper, silence) = (&service.app, service.paper(), id::<SilenceId>(&opened));
    let objects = || SilenceAct::Object("Small towns are left out.".to_owned());
    let component = service.app.directory.register().component_by_code("AFR").unwrap().id;
    service.passes(3 * HOUR - MINUTE);

    let gate = store.holds().await;
    let told = SilenceAct::Told { component, words: "By telephone.".to_owned() };
    let mut first = pin!(app.act_on_silence(&paper, ines.seats[0], silence, None, told));
    assert!(waits(first.as_mut()) && store.held() == 1, "she has the turn");
    let mut sent = pin!(app.act_on_silence(&paper, adaeze.seats[0], silence, None, objects()));
    assert!(waits(sent.as_mut()));
    service.passes(2 * MINUTE);
    drop(gate);
    first.await.unwrap();
    let broken = sent.await.unwrap().silence;
    assert_eq!((broken.phase(app.clock.now()), broken.objections[0].late), (Phase::Broken, false));
    let after = app.act_on_silence(&paper, leila.seats[0], silence, None, objects()).await.unwrap();
    assert!(after.silence.objections[1].late, "the next one is late");
}
