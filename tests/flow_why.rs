//! Why a call was refused, by keys alone: the Why tab, the investigation, and the ticket.

use crate::scene;

use httriage::app::pane::{Editing, ResponseTab};
use httriage::app::{Effect, Message, Overlay, Pane};
use httriage::insight::seen::Seen;
use httriage::model::{
    Auth, Body, Cause, ExchangeId, Outcome, Param, RequestSpec, Resolution, ResolvedWhat, Response,
    TokenName,
};
use scene::{SIZES, Scene, USUAL, WIDE, guided, text_of};

fn refused() -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.draws = true;
    scene.state.focus = Pane::Response;
    scene
}

fn sent(scene: &Scene) -> usize {
    let sends = |effect: &&Effect| matches!(effect, Effect::Send { .. });
    scene.asked.iter().filter(sends).count()
}

fn copied(scene: &Scene) -> String {
    let copies = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.clone()),
        _ => None,
    });
    copies.unwrap()
}

#[test]
fn the_why_tab_judges_without_sending() {
    let mut scene = refused();
    let before = sent(&scene);
    scene.keys("[");
    assert_eq!(scene.state.response.tab, ResponseTab::Why);
    let why = scene.state.response.why.as_ref().unwrap();
    assert_eq!(
        why.explanation.verdict().cause,
        Cause::PermissionMissingRole
    );
    assert!(text_of(&scene.picture()).contains("permission.missing_role"));
    assert_eq!(sent(&scene), before);
    let probes = |effect: &Effect| matches!(effect, Effect::Investigate { .. });
    assert!(!scene.asked.iter().any(probes));
    // Another answer in front is judged anew.
    scene.send(&RequestSpec::new("GET", "{{base}}/core/users/me"));
    let why = scene.state.response.why.as_ref().unwrap();
    assert_eq!(why.explanation.verdict().cause, Cause::TokenMissing);
}

#[test]
fn every_probe_is_kept_and_marked_and_the_call_itself_is_not_made_again() {
    let mut scene = refused();
    let (before, kept) = (sent(&scene), scene.store.len());
    let call = scene
        .state
        .response
        .shown
        .as_ref()
        .unwrap()
        .exchange
        .clone();
    scene.keys("i");
    let Some(Overlay::Investigate(pane)) = &scene.state.overlay else {
        panic!("no investigation is on top");
    };
    let (case, explanation) = pane.found.as_ref().unwrap();
    assert!(pane.job.is_none() && !case.probes.is_empty());
    assert_eq!(explanation.verdict().cause, Cause::PermissionMissingRole);
    assert!(explanation.verdict().confidence > 0.9);
    assert_eq!(sent(&scene), before);
    let probes = &scene.store[kept..];
    assert_eq!(probes.len(), case.probes.len());
    assert!(probes.iter().all(|p| p.probe_of.as_ref() == Some(&call.id)));
    let marked = scene.state.history.rows.iter();
    assert_eq!(
        marked.filter(|row| row.summary.is_probe).count(),
        probes.len()
    );
    assert!(!scene.state.is_busy());
}

#[test]
fn the_first_esc_stops_and_the_second_closes_with_what_is_known() {
    let mut scene = refused();
    scene.halfway = true;
    scene.keys("i");
    let Some(Overlay::Investigate(pane)) = &scene.state.overlay else {
        panic!("no investigation is on top");
    };
    let job = pane.job.unwrap();
    let case = pane.found.as_ref().unwrap().0.clone();
    scene.keys("esc");
    assert_eq!(scene.asked.last(), Some(&Effect::Cancel(job)));
    assert!(matches!(scene.state.overlay, Some(Overlay::Investigate(_))));
    scene.tell(Message::Investigated { job, case });
    assert!(!scene.state.is_busy());
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
    // What was found is opened again, and nothing is sent for it.
    let asked = scene.asked.len();
    scene.keys("i");
    assert!(matches!(scene.state.overlay, Some(Overlay::Investigate(_))));
    assert_eq!(scene.asked.len(), asked);
}

#[test]
fn enter_opens_a_probe_like_any_other_call() {
    let mut scene = refused();
    scene.keys("i g up up up up up up up up down enter");
    assert!(scene.state.overlay.is_none());
    let shown = scene.state.response.shown.as_ref().unwrap();
    assert!(shown.exchange.probe_of.is_some());
}

#[test]
fn an_investigation_is_saved_as_a_session_of_the_call_and_its_probes() {
    let mut scene = refused();
    scene.keys("i s");
    let saved = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::SaveSession { held, .. } => Some(held.clone()),
        _ => None,
    });
    let saved = saved.unwrap();
    assert!(saved.len() > 1 && saved[0].probe_of.is_none());
    assert!(saved[1..].iter().all(|probe| probe.probe_of.is_some()));
}

#[test]
fn the_ticket_says_verdict_evidence_and_how_to_repeat_it() {
    let mut scene = refused();
    scene.keys("i y");
    let ticket = copied(&scene);
    for part in [
        "## 403 on `GET ",
        "**permission.missing_role**",
        "Because:",
        "What to do:",
        "### Probes",
        "### What the answer says",
        "```sh\n",
        "HTTRIAGE_TOKEN_SUPPORT",
    ] {
        assert!(ticket.contains(part), "{part}\n{ticket}");
    }
    // From the list of what can be copied it is the same.
    scene.keys("esc");
    scene.keys("[ y enter");
    assert_eq!(copied(&scene), ticket);
}

#[test]
fn a_write_that_was_refused_is_read_around_and_never_sent_again() {
    let mut scene = refused();
    scene.send(&guided("Two values are refused"));
    let call = scene
        .state
        .response
        .shown
        .as_ref()
        .unwrap()
        .exchange
        .clone();
    let before = sent(&scene);
    scene.state.focus = Pane::Response;
    scene.keys("i");
    assert_eq!(sent(&scene), before);
    let probes = scene
        .store
        .iter()
        .filter(|e| e.probe_of.as_ref() == Some(&call.id));
    for probe in probes {
        assert!(matches!(&*probe.sent.method, "GET" | "HEAD" | "OPTIONS"));
    }
}

#[test]
fn a_pasted_answer_is_asked_about_by_hand_and_the_next_paste_goes_on() {
    let mut scene = refused();
    let asked = scene.asked.len();
    let pasted = "> GET /core/runbooks/7 HTTP/1.1\n> Host: api.acme.example\n> Authorization: Bearer hidden\n>\n< HTTP/1.1 404 Not Found\n< content-type: application/json\n<\n{\"errors\":[{\"code\":\"not_found\"}]}\n";
    scene.paste(pasted);
    scene.keys("i");
    let command = copied(&scene);
    assert!(command.contains("HTTRIAGE_TOKEN_THEIRS"), "{command}");
    assert!(!command.contains("hidden"), "{command}");
    scene.paste("HTTP/1.1 403 Forbidden\ncontent-type: application/json\n\n{\"errors\":[{\"code\":\"forbidden\"}]}\n");
    let Some(Overlay::Investigate(pane)) = &scene.state.overlay else {
        panic!("no investigation is on top");
    };
    assert_eq!(pane.probes(), 1);
    // It is kept as what was received, and nobody could take it for a call of ours.
    let kept = scene.asked[asked..]
        .iter()
        .filter_map(|effect| match effect {
            Effect::Remember(exchange) => Some(exchange),
            _ => None,
        });
    let kept: Vec<_> = kept.collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|exchange| exchange.is_received()));
    assert!(kept[1].probe_of.as_ref() == Some(&kept[0].id));
    let sends =
        |effect: &Effect| matches!(effect, Effect::Send { .. } | Effect::Investigate { .. });
    assert!(!scene.asked[asked..].iter().any(sends));
}

#[test]
fn what_the_answer_names_stands_under_the_verdict_and_in_the_ticket() {
    let mut scene = refused();
    scene.paste(
        "HTTP/1.1 403 Forbidden\ncontent-type: application/json\nsunset: Fri, 01 Jan 2100 00:00:00 GMT\n\
         x-ratelimit-limit: 60\nx-ratelimit-remaining: 0\n\n\
         {\"error\":\"insufficient_scope\",\"required_scopes\":[\"audit:read\"],\"granted_scopes\":[\"orders:read\"],\
         \"activation_url\":\"https://acme.example/consent\"}\n",
    );
    scene.answer_all();
    scene.keys("[");
    let rows = [
        ("needed", "audit:read"),
        ("held", "orders:read"),
        ("remedy", "https://acme.example/consent"),
        ("limit", "0 of 60 left"),
        ("ends", "gone on 2100-01-01"),
    ];
    let picture = text_of(&scene.picture());
    for (label, text) in rows {
        assert!(picture.contains(&format!("{label:9}{text}")), "{picture}");
    }
    scene.keys("y enter");
    let ticket = copied(&scene);
    for (label, text) in rows {
        let start = text.split(':').next().unwrap();
        assert!(ticket.contains(&format!("- {label}: {start}")), "{ticket}");
    }
    scene.keys("y down enter");
    assert_eq!(copied(&scene), "https://acme.example/consent");
}

#[test]
fn a_question_mark_shows_the_keys_of_the_investigation_which_is_there_again_afterwards() {
    let mut scene = refused();
    scene.keys("i ?");
    let picture = text_of(&scene.picture());
    let first = picture.find("On an investigation").unwrap();
    assert!(first < picture.find("In every pane").unwrap());
    assert!(picture.contains("copy it for a ticket"));
    scene.keys("esc");
    assert!(matches!(scene.state.overlay, Some(Overlay::Investigate(_))));
    // What acts anywhere leaves both.
    scene.keys("? ctrl-t");
    assert!(matches!(scene.state.overlay, Some(Overlay::Dialog(_))));
}

#[test]
fn the_probes_of_an_investigation_are_one_row_of_the_history_that_opens() {
    for size in [WIDE, USUAL] {
        let mut scene = refused();
        scene.resize(size);
        scene.keys("i esc");
        scene.state.focus = Pane::History;
        scene.keys("g");
        let picture = text_of(&scene.picture());
        let count = scene.state.history.folded().unwrap().len();
        assert!(
            picture.contains(&format!("investigation   {count} calls")),
            "{picture}"
        );
        assert!(picture.contains("Enter open the run"), "{picture}");
        // The call that was explained stands beneath.
        scene.keys("down");
        assert!(!scene.state.history.selected().unwrap().summary.is_probe);
        scene.keys("up right");
        assert!(scene.state.history.folded().is_none());
        let rows = scene.state.history.rows.len();
        let listed = (0..rows).filter(|row| !scene.state.history.is_hidden(*row));
        assert_eq!(listed.count(), rows);
        scene.keys("down left");
        assert_eq!(scene.state.history.folded().unwrap().len(), count);
        // What acts on one call opens the row first.
        let asked = scene.asked.len();
        scene.keys("r");
        assert_eq!(scene.asked.len(), asked);
        assert!(
            scene.notice().contains("calls of one run"),
            "{}",
            scene.notice()
        );
        scene.keys("r");
        assert!(scene.asked.len() > asked);
    }
}

// The failing field

#[test]
fn b_goes_from_an_error_to_the_field_of_the_request_that_it_names() {
    for size in [WIDE, USUAL] {
        let mut scene = Scene::open(size);
        let mut spec = guided("Two values are refused");
        spec.body = Body::Text(
            "{\n  \"data\": {\n    \"type\": \"runbook\",\n    \"attributes\": {\n      \"name\": \"\"\n    }\n  }\n}"
                .to_owned(),
        );
        scene.send(&spec);
        assert_eq!(scene.status_in_front(), Some(422));
        let picture = text_of(&scene.picture());
        assert!(
            picture.contains("to the failing field of the request"),
            "{picture}"
        );
        scene.keys("b");
        assert!(matches!(scene.state.builder.editing, Some(Editing::Body)));
        assert_eq!(scene.state.builder.body.caret(), (4, 6));
        let picture = text_of(&scene.picture());
        let line = picture
            .lines()
            .find(|line| line.contains("\"name\""))
            .unwrap();
        assert!(line.contains("▲       \"name\""), "{picture}");
        // One that was corrected in passing is still there to be gone to.
        scene.keys("esc alt-2 b");
        assert!(matches!(scene.state.builder.editing, Some(Editing::Body)));
    }
}

#[test]
fn a_field_of_the_query_is_gone_to_where_it_stands() {
    let mut scene = Scene::open(WIDE);
    scene.send(&RequestSpec {
        auth: spec_of_viewer(),
        ..RequestSpec::new("GET", "{{base}}/core/runbooks?stage=live")
    });
    assert_eq!(scene.status_in_front(), Some(422));
    scene.keys("b").types("x");
    assert!(scene.state.is_on_call());
    assert!(
        scene.state.builder.url.text().ends_with("?stage=xlive"),
        "{}",
        scene.state.builder.url.text()
    );
    let mut scene = Scene::open(WIDE);
    let mut spec = RequestSpec {
        auth: spec_of_viewer(),
        ..RequestSpec::new("GET", "{{base}}/core/runbooks")
    };
    spec.params = vec![Param::new("a", "1"), Param::new("stage", "live")];
    scene.send(&spec);
    scene.keys("b");
    assert_eq!(scene.state.builder.row().unwrap().name, "stage");
    // An answer that names no field has none to go to.
    let mut scene = Scene::open(WIDE);
    scene.keys("b");
    assert!(
        scene.notice().contains("names a field"),
        "{}",
        scene.notice()
    );
}

fn spec_of_viewer() -> Auth {
    Auth::Bearer(TokenName::new("viewer").unwrap())
}

// The page of a remedy

#[test]
fn o_shows_the_whole_page_that_an_answer_names_and_opens_it_only_when_told() {
    let page = format!("https://a.example/on?{}", "long=".repeat(30));
    let refusal = |url: &str| {
        Outcome::Answered(Response {
            status: 403,
            version: "HTTP/1.1".to_owned(),
            body: format!("{{\"error\":\"no\",\"needed\":\"a:b\",\"activation_url\":\"{url}\"}}")
                .into_bytes(),
            ..Response::default()
        })
    };
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.outcomes.push(refusal(&page));
        scene.keys("ctrl-r");
        let before = scene.asked.len();
        scene.keys("o");
        let picture = text_of(&scene.picture());
        let whole: String = picture.split_whitespace().collect();
        assert!(whole.contains(&page), "{picture}");
        assert!(
            !scene.asked[before..]
                .iter()
                .any(|e| matches!(e, Effect::OpenPage(_)))
        );
        scene.keys("esc");
        assert!(scene.state.overlay.is_none());
        scene.keys("o y");
        assert!(
            scene
                .asked
                .iter()
                .any(|effect| matches!(effect, Effect::Copy { text, .. } if *text == page))
        );
        scene.keys("o enter");
        assert_eq!(scene.asked.last(), Some(&Effect::OpenPage(page.clone())));
    }
    // Only pages of the web, and nothing that hides.
    for other in [
        "http://a.example/on",
        "file:///etc/passwd",
        "https://a.example/\u{202e}no",
    ] {
        let mut scene = Scene::open(WIDE);
        scene.outcomes.push(refusal(other));
        scene.keys("ctrl-r o");
        assert!(scene.state.overlay.is_none(), "{other}");
        assert!(
            scene.notice().contains("names no page"),
            "{}",
            scene.notice()
        );
    }
}

#[test]
fn what_it_was_is_recorded_with_the_verdict_proposed_and_a_note() {
    let mut scene = refused();
    let call = scene.state.response.shown.as_ref().unwrap();
    let id = call.exchange.id.clone();
    scene.keys("M");
    let picture = text_of(&scene.picture());
    assert!(picture.contains("What was it in the end?"), "{picture}");
    let Some(Overlay::Dialog(dialog)) = &scene.state.overlay else {
        panic!("a list of causes is open");
    };
    assert_eq!(dialog.choices[0].label, "permission.missing_role");
    assert!(dialog.choices[0].note.starts_with("the verdict"));
    let other = dialog.choices.iter().find(|choice| choice.label == "other");
    assert!(other.is_some());
    // Typing finds a cause; Enter goes on to the note.
    scene.types("token.exp").keys("enter");
    assert!(text_of(&scene.picture()).contains("It was token.expired"));
    scene.types("ran out").keys("enter");
    let resolves = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::Resolve {
            of, cause, note, ..
        } => Some((of.clone(), *cause, note.clone())),
        _ => None,
    });
    let note = Some("ran out".to_owned());
    assert_eq!(resolves, Some((id, Some(Some(Cause::TokenExpired)), note)));
    // Esc leaves without a word.
    let before = scene.asked.len();
    scene.keys("M esc");
    assert!(scene.state.overlay.is_none());
    let later = &scene.asked[before..];
    assert!(
        !later
            .iter()
            .any(|effect| matches!(effect, Effect::Resolve { .. }))
    );
}

#[test]
fn the_same_refusal_before_is_told_beside_the_verdict_and_listed_on_a_key() {
    let mut scene = refused();
    let exchange = scene
        .state
        .response
        .shown
        .as_ref()
        .unwrap()
        .exchange
        .clone();
    let mut earlier = httriage::insight::summary(&exchange);
    earlier.id = ExchangeId::from_number(5);
    let resolution = Resolution {
        id: ExchangeId::from_number(9),
        revision: 1,
        of: ResolvedWhat::Call(earlier.id.clone()),
        case: Some("ACME-1234".into()),
        cause: Some(Cause::PermissionMissingRole),
        note: "ran out\u{1b}[31m".into(),
        who: "Kim".into(),
        at: earlier.started_at,
        withdrawn: false,
    };
    scene.keys("[");
    scene.tell(Message::Reminded {
        of: exchange.id.clone(),
        seen: Box::new(Seen {
            calls: vec![earlier],
            resolutions: vec![resolution],
        }),
    });
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("it was permission.missing_role (ACME-1234, Kim: ran out"),
        "{picture}"
    );
    assert!(
        !picture.contains('\u{1b}'),
        "text from outside is made visible"
    );
    assert!(picture.contains("S lists the call."), "{picture}");
    let why = scene.state.response.why.as_ref().unwrap();
    let evidence = &why.explanation.verdict().evidence;
    assert!(
        evidence
            .iter()
            .any(|line| line.starts_with("An earlier refusal of this kind was resolved as")),
        "{evidence:?}"
    );
    scene.keys("S");
    assert_eq!(scene.state.focus, Pane::History);
    let filter = scene.state.history.filter.text();
    assert!(
        filter.starts_with("method:GET status:403 code:forbidden"),
        "{filter}"
    );
    assert!(scene.state.history.unreadable.is_none());
    assert_eq!(scene.state.history.rows.len(), 1);
}
