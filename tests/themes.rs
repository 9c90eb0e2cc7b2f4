//! The built-in themes: everything can be read on its ground, class colours stay apart for every
//! kind of eye, and without colours nothing is lost.

use crate::scene;

use httriage::app::{Effect, Overlay, Pane};
use httriage::format::theme_file;
use httriage::model::{Ink, Role, Scheme, StatusClass};
use httriage::ui::Theme;
use ratatui::style::{Color, Modifier};
use scene::{SIZES, Scene, WIDE, draw, guided, text_of};

const CLASSES: [Role; 6] = [
    Role::Informational,
    Role::Success,
    Role::Redirection,
    Role::ClientError,
    Role::ServerError,
    Role::NoAnswer,
];

/// The classes that a verdict hangs on.
const TOLD_APART: [Role; 4] = [
    Role::Success,
    Role::ClientError,
    Role::ServerError,
    Role::NoAnswer,
];

type Light = [f64; 3];

/// The schemes that bring a ground of their own; of the others nobody knows what is behind.
fn grounded() -> Vec<Scheme> {
    let mut schemes = theme_file::built_in();
    schemes.retain(|scheme| scheme.look(Role::Ground).ground.is_some());
    assert_eq!(schemes.len(), 4);
    schemes
}

/// The light of an ink, red, green and blue from 0 to 1 (sRGB undone).
fn light(ink: Option<Ink>) -> Light {
    let Some(Ink::Rgb(red, green, blue)) = ink else {
        panic!("a theme with a ground names its inks exactly: {ink:?}");
    };
    [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        match part {
            ..=0.040_45 => part / 12.92,
            _ => ((part + 0.055) / 1.055).powf(2.4),
        }
    })
}

fn luminance([red, green, blue]: Light) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The contrast ratio of WCAG 2.
fn contrast(one: Light, other: Light) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_ink_can_be_read_on_its_ground_and_on_the_raised_one() {
    for scheme in grounded() {
        let ground = scheme.look(Role::Ground);
        let raised = scheme.look(Role::Raised);
        assert_ne!(raised.ground, ground.ground, "{}", scheme.name);
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Badge) {
            for beneath in [ground.ground, raised.ground] {
                let look = scheme.look(role);
                let ink = light(look.ink.or(ground.ink));
                let ratio = contrast(ink, light(look.ground.or(beneath)));
                // A rule is no text; it has to be seen. Two figures are enough for a threshold.
                let least = if role == Role::Frame { 3.0 } else { 4.5 };
                let ratio = (ratio * 100.0).round() / 100.0;
                let name = &scheme.name;
                assert!(ratio >= least, "{name}: {} has {ratio:.2}", role.id());
            }
        }
        for class in CLASSES {
            let badge = light(scheme.look(Role::Badge).ink);
            let ratio = contrast(badge, light(scheme.look(class).ink));
            assert!(ratio >= 4.5, "{}: {} badge", scheme.name, class.id());
        }
    }
}

#[test]
fn letters_are_never_left_to_how_faint_a_terminal_draws_what_is_dim() {
    for scheme in theme_file::built_in() {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Frame) {
            assert!(!scheme.look(role).dim, "{}: {}", scheme.name, role.id());
        }
    }
}

/// How a colour looks without one kind of cone (Machado, Oliveira and Fernandes 2009).
fn seen_by(eye: &[[f64; 3]; 3], [red, green, blue]: Light) -> Light {
    eye.map(|row| (row[0] * red + row[1] * green + row[2] * blue).clamp(0.0, 1.0))
}

/// The distance of two colours as the eye measures it (CIE 1976).
fn apart(one: Light, other: Light) -> f64 {
    let lab = |[red, green, blue]: Light| {
        let bent = |part: f64| match part {
            0.008_856.. => part.cbrt(),
            _ => 7.787 * part + 16.0 / 116.0,
        };
        let x = bent((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        let y = bent(luminance([red, green, blue]));
        let z = bent((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    };
    let (one, other) = (lab(one), lab(other));
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The two class colours of a scheme that are nearest to each other for an eye.
fn nearest(scheme: &Scheme, eye: &[[f64; 3]; 3]) -> f64 {
    let mut least = f64::MAX;
    for (place, one) in TOLD_APART.iter().enumerate() {
        for other in &TOLD_APART[..place] {
            let seen = |role: &Role| seen_by(eye, light(scheme.look(*role).ink));
            least = least.min(apart(seen(one), seen(other)));
        }
    }
    least
}

#[test]
fn classes_stay_apart_for_eyes_without_one_of_the_cones() {
    const WITHOUT_RED: [[f64; 3]; 3] = [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ];
    const WITHOUT_GREEN: [[f64; 3]; 3] = [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ];
    const WITHOUT_BLUE: [[f64; 3]; 3] = [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ];
    let eyes = [WITHOUT_RED, WITHOUT_GREEN, WITHOUT_BLUE];
    for scheme in grounded() {
        let least = eyes.iter().map(|eye| nearest(&scheme, eye));
        let least = least.fold(f64::MAX, f64::min);
        // A difference of 2 can just be told; 25 is told at a glance. The usual colours fail,
        // which is why there are others.
        let safe = least >= 25.0;
        let promised = scheme.name.starts_with("colour-blind");
        assert_eq!(safe, promised, "{}: {least:.1}", scheme.name);
    }
}

#[test]
fn without_colours_no_cell_has_one_and_no_word_is_lost() {
    let mono = theme_file::built_in();
    let mono = mono.iter().find(|scheme| scheme.name == "mono").unwrap();
    for scheme in &theme_file::built_in() {
        let plain = Theme::of(scheme, false, false);
        let by_theme = Theme::of(mono, true, false);
        for size in SIZES {
            let mut scene = Scene::drawn(size);
            let words = text_of(&scene.picture());
            for theme in [&plain, &by_theme] {
                let (buffer, _) = draw(&scene.state, theme, size);
                let coloured = buffer.content.iter();
                let coloured = coloured.filter(|c| (c.fg, c.bg) != (Color::Reset, Color::Reset));
                assert_eq!(coloured.count(), 0, "{}", scheme.name);
                assert_eq!(text_of(&buffer), words);
            }
        }
        // What was a filled block still is one.
        let badge = plain.badge(StatusClass::ClientError);
        for block in [badge, plain.selected()] {
            let reversed = block.add_modifier.contains(Modifier::REVERSED);
            assert!(reversed, "{}", scheme.name);
        }
    }
}

#[test]
fn a_ground_fills_the_whole_screen_also_under_what_lies_on_top() {
    for scheme in grounded() {
        let theme = Theme::of(&scheme, true, false);
        for keys in ["", "?", "ctrl-t", "ctrl-p", "ctrl-k"] {
            for size in SIZES {
                let mut scene = Scene::drawn(size);
                scene.keys(keys);
                let (buffer, _) = draw(&scene.state, &theme, size);
                let bare = buffer.content.iter().filter(|c| c.bg == Color::Reset);
                assert_eq!(bare.count(), 0, "{} {keys} {size:?}", scheme.name);
            }
        }
    }
}

#[test]
fn a_theme_is_seen_while_it_is_chosen_and_goes_when_it_is_not() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("f7 down");
    assert_eq!(
        scene.asked.last(),
        Some(&Effect::UseTheme("dark".to_owned()))
    );
    scene.keys("esc");
    let back = Effect::UseTheme(Scheme::USUAL.to_owned());
    assert_eq!(scene.asked.last(), Some(&back));
    scene.keys("f7 down down ctrl-t esc");
    assert_eq!(scene.asked.last(), Some(&back));
    scene.keys("f7 down down enter");
    assert_eq!(scene.state.theme, "light");
    assert!(scene.notice().contains("theme = \"light\""));
    scene.keys("ctrl-p").types("theme mono").keys("enter");
    assert_eq!(scene.state.theme, "mono");
    assert!(scene.state.overlay.is_none());
}

#[test]
fn in_ascii_every_sign_of_our_own_has_a_stand_in() {
    for keys in ["", "?", "ctrl-t", "ctrl-p", "alt-3 right"] {
        for size in SIZES {
            let mut scene = Scene::drawn(size);
            scene.theme = Theme::new(true, true);
            scene.send(&guided("Two values are refused"));
            scene.state.focus = Pane::Response;
            scene.keys(keys);
            let text = text_of(&scene.picture());
            assert!(text.is_ascii(), "{keys} {size:?}\n{text}");
        }
    }
}

#[test]
fn the_list_of_themes_opens_on_the_one_in_use() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("f7 down enter f7");
    let Some(Overlay::Dialog(dialog)) = &scene.state.overlay else {
        panic!("the list is open");
    };
    assert_eq!(dialog.choices[dialog.list.cursor].label, "dark");
}
