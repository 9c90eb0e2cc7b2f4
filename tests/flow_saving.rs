//! What is saved and recorded, by keys and messages alone: never anything that is not in front.

use crate::scene;

use httriage::app::{Effect, Overlay, Pane, Screen};
use httriage::insight::replay::Change;
use httriage::model::{Auth, CallOrigin, RequestSpec, Session, TokenName};
use scene::{Scene, USUAL, WIDE, text_of};

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn get(path: &str, token: &str) -> RequestSpec {
    RequestSpec {
        auth: Auth::Bearer(name(token)),
        ..RequestSpec::new("GET", format!("{{{{base}}}}{path}"))
    }
}

/// What was written last.
fn written(scene: &Scene) -> Session {
    let mut asked = scene.asked.iter().rev();
    let session = asked.find_map(|effect| match effect {
        Effect::WriteSession { session, .. } => Some((**session).clone()),
        _ => None,
    });
    session.expect("no session was written")
}

fn steps(session: &Session) -> Vec<String> {
    let steps = session.steps.iter();
    steps
        .map(|step| {
            let token = step.spec.auth.token();
            format!(
                "{} {}",
                step.name,
                token.map_or("–", |token| token.as_str())
            )
        })
        .collect()
}

#[test]
fn the_call_in_front_is_saved_and_not_the_row_of_a_hidden_cursor() {
    for size in [WIDE, USUAL] {
        let mut scene = Scene::open(size);
        scene.send(&get("/core/runbooks/1", "admin"));
        scene.send(&get("/core/users", "support"));
        // The cursor of the history is left on another row than the call in front.
        scene.state.focus = Pane::History;
        scene.keys("g down down");
        scene.state.focus = Pane::Response;
        scene.keys("ctrl-s");
        let picture = text_of(&scene.picture());
        assert!(picture.contains("Save this call as a session"), "{picture}");
        assert!(
            picture.contains("GET /core/users  as support  403"),
            "{picture}"
        );
        scene
            .keys("ctrl-u")
            .types("who may list users")
            .keys("enter");
        let session = written(&scene);
        assert_eq!(session.name, "who may list users");
        assert_eq!(steps(&session), ["GET /core/users support"]);
        // It is open on its screen, to be replayed by one more key.
        scene.keys("3 r");
        assert_eq!(
            scene.state.sessions.results[0]
                .as_ref()
                .unwrap()
                .report
                .change,
            Change::Same
        );
    }
}

#[test]
fn esc_saves_nothing() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-s esc");
    assert!(scene.state.overlay.is_none());
    let wrote = |effect: &Effect| matches!(effect, Effect::WriteSession { .. });
    assert!(!scene.asked.iter().any(wrote));
}

#[test]
fn a_case_is_saved_without_what_was_asked_about_it() {
    let mut scene = Scene::open(WIDE);
    scene.state.case = Some("ACME-9".to_owned());
    scene.send(&get("/core/runbooks/7/tasks", "support"));
    scene.send(&get("/core/users", "support"));
    // What an investigation, the matrix and a survey made carries the case too.
    for (call, origin) in [CallOrigin::Probe, CallOrigin::Matrix, CallOrigin::Survey]
        .into_iter()
        .enumerate()
    {
        let mut made = (*scene.store[0]).clone().into_raw();
        made.id = httriage::model::ExchangeId::from_number(made.id.number() + 100 + call as u64);
        made.case = Some("ACME-9".to_owned());
        made.origin = origin;
        let made = httriage::insight::redact::Mask::default().exchange(made);
        scene.store.push(made.into());
    }
    scene.keys("ctrl-s");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("Save these 2 calls as a session"),
        "{picture}"
    );
    let (front, other) = (
        picture.find("GET /core/users  as"),
        picture.find("/tasks  as support"),
    );
    assert!(front.unwrap() < other.unwrap(), "{picture}");
    scene.keys("enter");
    let session = written(&scene);
    assert_eq!(session.name, "ACME-9");
    assert_eq!(
        steps(&session),
        [
            "GET /core/runbooks/7/tasks support",
            "GET /core/users support"
        ]
    );
}

#[test]
fn what_another_token_got_is_recorded_only_after_a_question() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.steps.truncate(1);
    scene.keys("3 enter");
    scene.state.sessions.token = Some(name("admin"));
    scene.keys("r");
    let differences = text_of(&scene.picture());
    assert!(
        differences.contains("with admin in place of support"),
        "{differences}"
    );
    let records = |scene: &Scene| {
        let records = scene.asked.iter().filter_map(|effect| match effect {
            Effect::Record { token, .. } => Some(token.clone()),
            _ => None,
        });
        records.collect::<Vec<_>>()
    };
    // The first row leaves all as it is.
    scene.keys("w");
    assert!(matches!(scene.state.overlay, Some(Overlay::Dialog(_))));
    scene.keys("enter");
    assert_eq!(records(&scene), []);
    scene.keys("w down enter");
    assert_eq!(records(&scene), [Some(name("admin"))]);
    assert_eq!(scene.state.screen, Screen::Sessions);
    // The step goes as admin now, so nothing is asked any more.
    scene.keys("w");
    assert_eq!(records(&scene).len(), 2);
    assert!(scene.state.overlay.is_none());
}
