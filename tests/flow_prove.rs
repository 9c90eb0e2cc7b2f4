//! Proving it, by keys alone: what a refusal hangs on, when a call stopped working, and a verdict
//! put to the test.

use crate::scene;

use httriage::app::{Effect, Overlay, Pane};
use httriage::insight::isolate::{Matters, Verdict};
use httriage::model::{
    Auth, Body, CallOrigin, Cause, Environment, Outcome, Param, RequestSpec, Response, TokenName,
};
use scene::{Scene, USUAL, WIDE, text_of};

fn call(token: &str, version: &str) -> RequestSpec {
    let mut spec = RequestSpec::new("GET", "{{base}}/core/runbooks/7/tasks");
    spec.auth = Auth::Bearer(TokenName::new(token).unwrap());
    spec.headers = vec![
        Param::new("Api-Version", version),
        Param::new("X-Note", version),
    ];
    spec
}

fn refused() -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.draws = true;
    scene.send(&call("admin", "2022-02-22"));
    scene.send(&call("admin", "1999-01-01"));
    scene.state.focus = Pane::Response;
    scene
}

fn sent(scene: &Scene) -> usize {
    let sends = |effect: &&Effect| matches!(effect, Effect::Send { .. });
    scene.asked.iter().filter(sends).count()
}

fn searches(scene: &Scene) -> usize {
    let begins = |effect: &&Effect| matches!(effect, Effect::Isolate { .. });
    scene.asked.iter().filter(begins).count()
}

fn copied(scene: &Scene) -> String {
    let copies = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.clone()),
        _ => None,
    });
    copies.unwrap()
}

#[test]
fn one_key_finds_the_part_and_says_it_before_all_else() {
    let mut scene = refused();
    let (before, kept) = (sent(&scene), scene.store.len());
    scene.keys("I");
    let Some(Overlay::Isolate(pane)) = &scene.state.overlay else {
        panic!("no search is on top: {}", scene.notice());
    };
    let search = pane.search.as_ref().unwrap();
    assert!(pane.job.is_none());
    assert_eq!(search.verdict(), Verdict::Found);
    let says = "It turns on the header Api-Version; the other part may be as it is.";
    assert_eq!(search.sentence(), says);
    let matters: Vec<(String, Matters)> = search
        .parts()
        .into_iter()
        .map(|(number, part)| (part.name(), search.finding().matters[number]))
        .collect();
    assert_eq!(
        matters,
        [
            ("header Api-Version".to_owned(), Matters::Yes),
            ("header X-Note".to_owned(), Matters::No)
        ]
    );
    // Each call is kept, marked as a probe of one run, and none was sent as the person's own.
    assert_eq!(sent(&scene), before);
    let made = &scene.store[kept..];
    assert_eq!(made.len(), search.asked.len());
    assert!(made.iter().all(|call| call.origin == CallOrigin::Probe));
    assert!(!scene.state.is_busy());
    let text = text_of(&scene.picture());
    assert!(
        text.contains("It turns on the header Api-Version"),
        "{text}"
    );
    // Closed and opened again, nothing is sent anew.
    scene.keys("esc I");
    assert_eq!(searches(&scene), 1);
    assert!(matches!(&scene.state.overlay, Some(Overlay::Isolate(_))));
}

#[test]
fn what_was_found_is_copied_saved_and_opened() {
    let mut scene = refused();
    scene.keys("I y");
    let text = copied(&scene);
    assert!(
        text.starts_with("It turns on the header Api-Version"),
        "{text}"
    );
    assert!(
        text.contains("curl") && text.contains("1999-01-01"),
        "{text}"
    );
    assert!(!text.contains("X-Note"), "{text}");
    scene.keys("s");
    let saves = |effect: &Effect| matches!(effect, Effect::SaveSession { .. });
    assert!(scene.asked.iter().any(saves));
    scene.keys("enter");
    assert!(scene.state.overlay.is_none());
    assert!(scene.state.response.shown.is_some());
}

#[test]
fn without_a_call_that_worked_parts_are_left_out() {
    let mut scene = Scene::open(WIDE);
    scene.send(&call("admin", "1999-01-01"));
    scene.state.focus = Pane::Response;
    scene.keys("I");
    let Some(Overlay::Isolate(pane)) = &scene.state.overlay else {
        panic!("no search is on top");
    };
    let search = pane.search.as_ref().unwrap();
    let says = "It turns on the header Api-Version: without it the call works.";
    assert_eq!(search.sentence(), says);
    // And where there is one, a key does so all the same.
    let mut scene = refused();
    scene.keys("I a");
    assert_eq!(searches(&scene), 2);
    let Some(Overlay::Isolate(pane)) = &scene.state.overlay else {
        panic!("no search is on top");
    };
    assert!(pane.search.as_ref().unwrap().against.is_none());
}

#[test]
fn the_call_that_a_person_marked_is_the_one_to_compare_with() {
    let mut scene = refused();
    scene.state.focus = Pane::History;
    scene.keys("down x");
    scene.state.focus = Pane::Response;
    scene.keys("I");
    let marked = scene.state.history.rows.iter().find(|row| row.marked);
    let marked = marked.unwrap().summary.id.clone();
    let against = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::Isolate { against, .. } => Some(against.clone()),
        _ => None,
    });
    assert_eq!(against.unwrap(), Some(marked));
}

#[test]
fn a_write_goes_again_and_again_only_after_a_person_said_so_and_never_where_it_is_protected() {
    let mut scene = Scene::open(USUAL);
    let mut write = call("admin", "1999-01-01");
    write.method = "POST".to_owned();
    write.url = "{{base}}/core/runbooks".to_owned();
    write.body = Body::Text("{\"name\":\"a\"}".to_owned());
    scene.send(&write);
    scene.state.focus = Pane::Response;
    let kept = scene.store.len();
    scene.keys("I");
    assert_eq!((searches(&scene), scene.store.len()), (0, kept));
    let text = text_of(&scene.picture());
    assert!(text.contains("POST writes"), "{text}");
    scene.keys("Y");
    assert_eq!(searches(&scene), 1);
    let allows = scene.asked.iter().any(|effect| {
        matches!(
            effect,
            Effect::Isolate {
                allow_writes: true,
                ..
            }
        )
    });
    assert!(allows && scene.store.len() > kept);

    let mut scene = Scene::open(USUAL);
    scene.send(&write);
    scene.state.focus = Pane::Response;
    for place in scene
        .state
        .environments
        .iter_mut()
        .filter(|e| e.name == Environment::SANDBOX)
    {
        place.protected = true;
    }
    scene.keys("I");
    assert!(scene.notice().contains("protected"), "{}", scene.notice());
    scene.keys("Y");
    assert_eq!(searches(&scene), 0);
}

#[test]
fn what_works_has_nothing_that_it_could_hang_on() {
    let mut scene = Scene::open(USUAL);
    scene.send(&call("admin", "2022-02-22"));
    scene.state.focus = Pane::Response;
    scene.keys("I");
    assert_eq!(searches(&scene), 0);
    assert!(scene.notice().contains("not refused"), "{}", scene.notice());
}

#[test]
fn an_investigation_leads_to_it() {
    let mut scene = refused();
    scene.keys("i I");
    assert!(matches!(&scene.state.overlay, Some(Overlay::Isolate(_))));
    assert!(scene.state.investigated.is_some());
}

#[test]
fn stopped_it_keeps_what_is_known() {
    let mut scene = refused();
    scene.halfway = true;
    scene.keys("I");
    let text = text_of(&scene.picture());
    assert!(text.contains("is under way"), "{text}");
    scene.keys("esc");
    let cancels = |effect: &Effect| matches!(effect, Effect::Cancel(_));
    assert!(scene.asked.iter().any(cancels));
}

#[test]
fn when_it_stopped_working_is_told_without_a_call() {
    for place in [Pane::Response, Pane::History] {
        let mut scene = refused();
        let kept = scene.store.len();
        scene.state.focus = place;
        scene.keys("W");
        let Some(Overlay::When(pane)) = &scene.state.overlay else {
            panic!("nothing is on top");
        };
        let Some(Ok(turned)) = &pane.found else {
            panic!("nothing was found");
        };
        let changed: Vec<&str> = turned.changed.iter().map(|c| c.what.as_str()).collect();
        assert_eq!(changed, ["header Api-Version", "header X-Note"]);
        assert_eq!(scene.store.len(), kept);
        let sentence = turned.sentence();
        assert!(sentence.contains("Between them changed"), "{sentence}");
        // The call that failed first is under the cursor, the good one above it.
        scene.keys("up enter");
        assert_eq!(scene.status_in_front(), Some(200));
    }
}

#[test]
fn a_verdict_that_is_tested_says_that_it_stood() {
    let mut scene = Scene::open(WIDE);
    scene.draws = true;
    scene.state.focus = Pane::Response;
    scene.keys("i");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("would fall if") && text.contains("x runs it"),
        "{text}"
    );
    let kept = scene.store.len();
    scene.keys("x");
    assert_eq!(scene.store.len(), kept + 1);
    let Some(Overlay::Investigate(pane)) = &scene.state.overlay else {
        panic!("no investigation is on top");
    };
    let (case, explanation) = pane.found.as_ref().unwrap();
    assert_eq!(case.tested.len(), 1);
    assert!(explanation.stood);
    assert_eq!(explanation.verdict().cause, Cause::PermissionMissingRole);
    let evidence = &explanation.verdict().evidence;
    assert!(
        evidence
            .iter()
            .any(|text| text.starts_with("It stood its test: ")),
        "{evidence:?}"
    );
    assert!(text_of(&scene.picture()).contains("It stood its test."));
    // It is not tested twice.
    scene.keys("x");
    assert_eq!(scene.store.len(), kept + 1);
    assert!(
        scene.notice().contains("No further call"),
        "{}",
        scene.notice()
    );
}

#[test]
fn a_verdict_that_falls_is_lowered_and_the_next_comes_first() {
    let mut scene = Scene::open(WIDE);
    scene.state.focus = Pane::Response;
    scene.keys("i");
    let first = |scene: &Scene| {
        let Some(Overlay::Investigate(pane)) = &scene.state.overlay else {
            panic!("no investigation is on top");
        };
        let (case, explanation) = pane.found.as_ref().unwrap();
        (case.clone(), explanation.clone())
    };
    let before = first(&scene).1.verdict().clone();
    // The same call is answered now.
    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        reason: "OK".to_owned(),
        body: b"{\"data\":[]}".to_vec(),
        headers: [("content-type", "application/json")].into_iter().collect(),
        ..Response::default()
    }));
    let expected = first(&scene).1.refuted_by.clone().unwrap();
    scene.keys("x");
    let (case, after) = first(&scene);
    let fell = case.tested[0].fell;
    assert!(fell, "{expected:?}: {:?}", case.tested);
    assert_ne!(after.verdict().cause, before.cause);
    assert!(!after.stood);
    let fallen = after.verdicts.iter().find(|own| own.cause == before.cause);
    if let Some(fallen) = fallen {
        assert!(fallen.confidence < before.confidence);
        let told = fallen
            .evidence
            .iter()
            .any(|text| text.starts_with("It did not stand its test"));
        assert!(told, "{:?}", fallen.evidence);
    }
}
