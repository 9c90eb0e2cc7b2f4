//! The manual on the screen: opened from anywhere, searched, read, and left to what was in front.

use crate::scene;

use httriage::app::Overlay;
use scene::{SIZES, SMALL, Scene, WIDE, pasted_token, text_of};

fn picture(scene: &mut Scene) -> String {
    text_of(&scene.picture())
}

fn is_open(scene: &Scene) -> bool {
    matches!(scene.state.overlay, Some(Overlay::Manual(_)))
}

#[test]
fn f3_opens_the_manual_from_anywhere_and_esc_gives_back_what_was_in_front() {
    for size in SIZES {
        for place in [
            "", "2", "3", "4", "/", "ctrl-t", "ctrl-p", "ctrl-k", "alt-e", "i", "alt-1 x",
        ] {
            let mut scene = Scene::open(size);
            scene.keys(place);
            let before = picture(&mut scene);
            scene.keys("f3");
            assert!(is_open(&scene), "{place}");
            scene.keys("esc");
            assert_eq!(picture(&mut scene), before, "{size:?} {place}");
        }
    }
    let mut scene = Scene::open(WIDE);
    scene.tell(pasted_token("0f7a".repeat(12).as_str(), true));
    scene.keys("f3 esc");
    assert!(matches!(scene.state.overlay, Some(Overlay::Pasted(_))));
}

#[test]
fn the_sheet_of_keys_leads_to_the_manual() {
    let mut scene = Scene::open(WIDE);
    scene.keys("?");
    assert!(picture(&mut scene).contains("m manual"));
    scene.keys("m");
    assert!(is_open(&scene));
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
    scene.keys("i ? m esc");
    assert!(matches!(scene.state.overlay, Some(Overlay::Investigate(_))));
}

#[test]
fn the_list_begins_on_the_topic_of_what_is_in_front() {
    for (keys, topic) in [
        ("", "tour"),
        ("2", "matrix"),
        ("4", "tokens"),
        ("alt-e", "config"),
    ] {
        let mut scene = Scene::open(WIDE);
        scene.keys(keys).keys("f3 enter");
        assert!(
            picture(&mut scene).contains(&format!("Manual: {topic}")),
            "{keys}"
        );
    }
}

#[test]
fn a_page_is_turned_and_left_for_the_topics() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.draws = true;
        scene.keys("f3 enter");
        let first = picture(&mut scene);
        for _ in 0..40 {
            scene.keys("space");
        }
        let last = picture(&mut scene);
        assert_ne!(first, last);
        scene.keys("j");
        assert_eq!(picture(&mut scene), last);
        scene.keys("b");
        assert_ne!(picture(&mut scene), last);
        scene.keys("g");
        assert_eq!(picture(&mut scene), first);
        scene.keys("q");
        assert!(is_open(&scene));
        assert!(picture(&mut scene).contains("matrix ") || size == SMALL);
        scene.keys("q");
        assert!(scene.state.overlay.is_none());
    }
}

#[test]
fn words_find_topics_and_places_in_a_page() {
    let mut scene = Scene::open(WIDE);
    scene.draws = true;
    scene.keys("f3 /").types("keyring");
    let found = picture(&mut scene);
    assert!(
        found.contains("tokens ") && !found.contains("matrix "),
        "{found}"
    );
    scene.keys("enter");
    let Some(Overlay::Manual(manual)) = &scene.state.overlay else {
        panic!("{:?}", scene.state.overlay);
    };
    assert!(manual.topic.is_some());
    assert!(picture(&mut scene).to_lowercase().contains("keyring"));
    // Letters that are keys elsewhere are typed.
    scene.keys("/").types("no such words");
    scene.keys("esc");
    assert!(is_open(&scene));
    scene.keys("esc / q");
    assert!(is_open(&scene));
}
