//! Two answers beside each other, by keys alone.

use crate::scene;

use httriage::app::Pane;
use httriage::app::pane::ResponseTab;
use scene::{SMALL, Scene, USUAL, WIDE, guided, text_of};

/// A refused call, and the same again with a token that may.
fn twice() -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-t");
    let at = scene
        .state
        .tokens
        .iter()
        .position(|t| t.name.as_str() == "admin");
    let now = scene
        .state
        .tokens
        .iter()
        .position(|t| t.name.as_str() == "support");
    let (at, now) = (at.unwrap() as isize, now.unwrap() as isize);
    let step = if at < now { "up" } else { "down" };
    for _ in 0..(at - now).abs() {
        scene.keys(step);
    }
    scene.keys("enter ctrl-r");
    assert_eq!(scene.status_in_front(), Some(200));
    scene
}

#[test]
fn the_answer_in_front_is_compared_with_the_previous_one_to_the_same_request() {
    let mut scene = twice();
    scene.state.focus = Pane::Response;
    scene.keys("c");
    assert_eq!(scene.state.response.tab, ResponseTab::Diff);
    let text = text_of(&scene.picture());
    for words in ["403 Forbidden", "200 OK", "forbidden", "Outcome", "Body"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("support") && text.contains("admin"));
}

#[test]
fn the_first_answer_to_a_request_has_nothing_to_be_compared_with() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("Archiving a person succeeds"));
    scene.state.focus = Pane::Response;
    scene.keys("c");
    let text = text_of(&scene.picture());
    assert!(text.contains("no earlier answer"), "{text}");
}

#[test]
fn two_calls_of_the_history_are_chosen_in_either_order() {
    for keys in ["c down c", "down c up c"] {
        let mut scene = twice();
        scene.state.focus = Pane::History;
        scene.keys(keys);
        let (was, diff) = scene.state.response.compared.as_ref().unwrap();
        assert_eq!(was.outcome.status(), Some(403), "{keys}");
        assert_eq!(scene.status_in_front(), Some(200));
        assert!(!diff.as_ref().unwrap().is_same());
        assert_eq!(scene.state.response.tab, ResponseTab::Diff);
    }
    // Chosen twice, a call is no longer chosen.
    let mut scene = twice();
    scene.state.focus = Pane::History;
    scene.keys("c c");
    assert_eq!(scene.state.comparing, None);
    assert!(scene.notice().contains("No longer chosen"));
}

#[test]
fn the_comparison_fits_small_screens() {
    for size in [USUAL, SMALL] {
        let mut scene = twice();
        scene.resize(size);
        scene.state.focus = Pane::Response;
        scene.keys("c");
        let text = text_of(&scene.picture());
        assert!(text.contains("Outcome") || size == SMALL, "{text}");
        scene.keys("G g");
        assert_eq!(text_of(&scene.picture()), text);
    }
}
