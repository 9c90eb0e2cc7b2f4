//! Addresses that are read as one host and go to another.

use super::doors::{client, look_around, press_send, screen, typed};
use super::{Room, VALUE, holds_value};
use httriage::model::encoded;

/// With `P` for the port of the token's own host and `Q` for that of the stranger. Not all of
/// them can be sent; none may take the token to the stranger.
const TRICKS: [&str; 37] = [
    "http://127.0.0.1:THERE/x",
    "HTTP://127.0.0.1:THERE/x",
    "http://127.0.0.1:OWN@127.0.0.1:THERE/x",
    "http://127.0.0.1%3AOWN@127.0.0.1:THERE/x",
    "http://127.0.0.1:OWN%40127.0.0.1:THERE/x",
    "http://127.0.0.1:OWN\\@127.0.0.1:THERE/x",
    "http://127.0.0.1:THERE\\@127.0.0.1:OWN/x",
    "http://127.0.0.1:THERE#@127.0.0.1:OWN/x",
    "http://127.0.0.1:THERE?@127.0.0.1:OWN/x",
    "http://127.0.0.1:THERE;127.0.0.1:OWN/x",
    "http://127.0.0.1:\tTHERE/x",
    "http://127.0.0.1:THERE\n/x",
    " http://127.0.0.1:THERE/x",
    "//127.0.0.1:THERE/x",
    "/\\127.0.0.1:THERE/x",
    "http:127.0.0.1:THERE/x",
    "http:///127.0.0.1:THERE/x",
    "http:\\\\127.0.0.1:THERE\\x",
    "http://2130706433:THERE/x",
    "http://0x7f000001:THERE/x",
    "http://0x7f.0.0.1:THERE/x",
    "http://017700000001:THERE/x",
    "http://127.1:THERE/x",
    "http://127.0.0.1.:THERE/x",
    "http://localhost:THERE/x",
    "http://LOCALHOST.:THERE/x",
    "http://127.0.0.1:0THERE/x",
    "http://\u{ff11}27.0.0.1:THERE/x",
    "http://127\u{3002}0\u{3002}0\u{3002}1:THERE/x",
    "http://127.0.0.1:THERE/../..//127.0.0.1:OWN/x",
    "{{base}}@127.0.0.1:THERE/x",
    "{{base}}\\@127.0.0.1:THERE/x",
    "http://127.0.0.1:THERE/{{token:bound}}",
    "http://127.0.0.1:THERE/?k={{token:bound}}#{{token:bound}}",
    "http://me:{{token:bound}}@127.0.0.1:THERE/x",
    "http://{{token:bound}}.127.0.0.1:THERE/x",
    "http://127.0.0.1:THERE/%7B%7Btoken:bound%7D%7D?k=%7b%7btoken%3Abound%7d%7d",
];

/// Doors that every address is tried at.
const DOORS: usize = 8;

#[tokio::test]
async fn no_address_takes_the_token_to_a_stranger() {
    let room = Room::open();
    let port = |base: String| base.rsplit(':').next().unwrap().to_owned();
    let (own, there) = (port(room.own.base()), port(room.stranger.base()));
    let tricks = TRICKS.iter();
    let tricks = tricks.map(|trick| trick.replace("OWN", &own).replace("THERE", &there));
    let tricks: Vec<String> = tricks.collect();
    let mut cells = Vec::new();

    // On a line: sent, looked into, and as what its own host leads on to.
    let slot = ["--header", "X-Slot: {{token:bound}}", "--timeout", "5"];
    let run = |args: &[&str]| room.home.run(&[args, &slot].concat());
    assert_eq!(run(&["send", "GET", "/x"]).code, 0);
    assert_eq!(run(&["investigate", "GET", "/x"]).code, 0);
    assert_eq!(run(&["send", "GET", "/go?/x", "--token", "bound"]).code, 0);
    assert!(room.arrived() >= 4, "{:?}", room.own.asked());
    for trick in &tricks {
        run(&["send", "GET", trick, "--env", "own"]);
        run(&["investigate", "GET", trick, "--probes", "1", "--no-history"]);
        let from = format!("/go?{}", encoded(trick));
        run(&["send", "GET", &from, "--token", "bound", "--no-history"]);
        cells.extend(["send", "investigate", "redirect"].map(|door| format!("{door} {trick}")));
    }
    room.is_tight(&cells);

    // In a file: replayed, filled in for everybody, and as a call of the history sent again.
    let step = |trick: &String| {
        format!(
            "[[step]]\nname = \"s\"\ntoken = \"bound\"\nmethod = \"GET\"\nurl = {}\nheaders = [[\"X-Slot\", \"{{{{token:bound}}}}\"]]\n",
            serde_json::to_string(trick).unwrap()
        )
    };
    let home = ["{{base}}/x".to_owned()];
    let steps: String = home.iter().chain(&tricks).map(step).collect();
    let session = format!("name = \"tricks\"\nenvironment = \"own\"\n{steps}");
    let session = room.home.write("tricks.session.toml", session);
    let again = room.home.path("again.session.toml");
    let again = again.to_str().unwrap();
    let saved = room.home.run(&["history", "save", "again", "--out", again]);
    assert_eq!(saved.code, 0, "{}", saved.all());
    for args in [
        &["replay", &session, "--no-history", "--timeout", "5"][..],
        &[
            "matrix",
            &session,
            "--tokens",
            "bound",
            "--no-history",
            "--timeout",
            "5",
        ],
        &["replay", again, "--no-history", "--timeout", "5"],
    ] {
        let before = room.arrived();
        let ran = room.home.run(args);
        assert!(room.arrived() > before, "{args:?}: {}", ran.all());
        cells.extend(tricks.iter().map(|trick| format!("{} {trick}", args[0])));
    }
    room.is_tight(&cells);

    // On the screen: typed, and as the base of an environment.
    let client = client(&room);
    let mut scene = screen(&room);
    for base in [vec![room.own.base()], tricks].concat() {
        let before = room.arrived();
        scene.state.builder.load(&typed(&base));
        press_send(&mut scene, &client).await;
        look_around(&client, &base).await;
        if base == room.own.base() {
            assert!(room.arrived() > before + 1)
        } else {
            cells.extend(["screen", "survey"].map(|door| format!("{door} {base}")))
        }
    }
    room.is_tight(&cells);
    assert_eq!(cells.len(), TRICKS.len() * DOORS);
    assert_eq!(cells.len(), 296);
    assert!(
        !room.stranger.asked().is_empty(),
        "nothing was tried at all"
    );
    assert!(holds_value(VALUE) && !holds_value(&VALUE[..5]));
}
