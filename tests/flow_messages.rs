//! What is told goes away with the next key, moves nothing, and is seen wherever one looks.

use crate::scene;

use httriage::app::{Notice, Screen};
use scene::{SIZES, SMALL, Scene, USUAL, WIDE, text_of};

const WORDS: &str = "Told in a few words.";

fn told(scene: &mut Scene) {
    scene.state.notice = Some(Notice::info(WORDS));
}

fn is_seen(scene: &mut Scene) -> bool {
    text_of(&scene.picture()).contains(WORDS)
}

/// On each screen, in a field and over what lies on top.
const PLACES: [&str; 13] = [
    "",
    "tab",
    "tab tab",
    "tab tab tab",
    "/",
    "2",
    "3",
    "4",
    "ctrl-t",
    "ctrl-p",
    "?",
    "ctrl-k",
    "alt-e",
];

#[test]
fn a_message_is_seen_at_every_size_and_in_every_place() {
    for size in SIZES {
        for place in PLACES {
            let mut scene = Scene::open(size);
            scene.keys(place);
            told(&mut scene);
            assert!(
                is_seen(&mut scene),
                "{size:?} {place}\n{}",
                text_of(&scene.picture())
            );
        }
    }
}

#[test]
fn a_message_goes_with_the_next_key_whatever_it_does() {
    for size in SIZES {
        for place in PLACES {
            for key in ["down", "j", "esc", "f9"] {
                let mut scene = Scene::open(size);
                scene.keys(place);
                told(&mut scene);
                scene.keys(key);
                assert!(!is_seen(&mut scene), "{size:?} {place} {key}");
            }
        }
    }
}

#[test]
fn a_message_goes_with_a_paste_and_a_click_and_stays_while_the_terminal_grows() {
    let mut scene = Scene::drawn(WIDE);
    told(&mut scene);
    scene.resize(USUAL);
    assert!(is_seen(&mut scene));
    scene.click("History");
    assert!(!is_seen(&mut scene));
    told(&mut scene);
    scene.paste("a");
    assert!(!scene.notice().contains(WORDS));
}

#[test]
fn over_a_sheet_a_message_stands_in_it_and_on_the_smallest_screen_in_the_place_of_the_keys() {
    let mut scene = Scene::open(WIDE);
    scene.keys("?");
    told(&mut scene);
    let (x, _) = scene.place_of(WORDS);
    assert!(x > 4, "{x}");
    let mut scene = Scene::open(SMALL);
    told(&mut scene);
    assert_eq!(scene.place_of(WORDS).1, 9);
}

#[test]
fn nothing_moves_for_a_message() {
    for size in SIZES {
        for screen in Screen::ALL {
            let mut scene = Scene::open(size);
            scene.keys(&(screen as usize + 1).to_string());
            let before = text_of(&scene.picture());
            told(&mut scene);
            let after = text_of(&scene.picture());
            let changed = before
                .lines()
                .zip(after.lines())
                .filter(|(was, is)| was != is);
            assert!(changed.count() <= 1, "{size:?}\n{after}");
        }
    }
}
