//! Texts that look like the token, in every place that data can come to.

use super::{Room, texts};

#[test]
fn text_from_files_pipes_and_variables_is_sent_as_it_is() {
    let room = Room::open();
    let mut cells = Vec::new();
    for (number, text) in texts().iter().enumerate() {
        let file = room.home.write("data.txt", format!("{{\"a\":\"{text}\"}}"));
        let (at_file, head) = (format!("@{file}"), format!("X-A: {text}\n"));
        let head = format!("@{}", room.home.write("head.txt", head));
        let given = format!("given={text}");
        let (own_variable, in_url) = (format!("X-A: {{{{v{number}}}}}"), "/x?v={{given}}&w=1");
        let forms: [(&str, &str, &[&str]); 7] = [
            ("data of a file", "/x", &["--data", &at_file]),
            ("data of a pipe", "/x", &["--data", "@-"]),
            ("header of a file", "/x", &["--header", &head]),
            ("variable in a URL", in_url, &["--var", &given]),
            (
                "variable in a header",
                "/x",
                &["--var", &given, "--header", "X-A: {{given}}"],
            ),
            (
                "variable in a parameter",
                "/x",
                &["--var", &given, "--param", "a={{given}}"],
            ),
            (
                "variable of an environment",
                "/x",
                &["--header", &own_variable],
            ),
        ];
        for door in ["send", "investigate"] {
            for (form, path, args) in forms {
                for base in ["", &room.stranger.base()] {
                    let url = format!("{base}{path}");
                    let start = [door, "POST", &url, "--env", "own", "--no-history"];
                    let asked = (room.own.asked().len(), room.stranger.asked().len());
                    let ran = room.home.feed(&[&start[..], args].concat(), text);
                    let now = (room.own.asked().len(), room.stranger.asked().len());
                    assert!(now != asked, "{door} {form} {text}: {}", ran.all());
                    cells.push(format!("{door} {form} {text} {base}"));
                }
            }
        }
    }
    room.is_tight(&cells);
    assert_eq!(cells.len(), 4 * 7 * 2 * 2);
    // Not one byte of it was read as anything.
    let bodies: Vec<Vec<u8>> = room.stranger.asked().into_iter().map(|a| a.body).collect();
    for text in texts() {
        for body in [format!("{{\"a\":\"{text}\"}}"), text] {
            assert!(bodies.contains(&body.into_bytes()));
        }
    }
}

#[test]
fn what_is_typed_encoded_or_masked_is_text_and_a_slot_goes_to_its_own_host() {
    let room = Room::open();
    let mut cells = Vec::new();
    for (number, text) in texts().iter().enumerate() {
        let is_slot = number == 0;
        let url = format!("/x/{text}?k={text}");
        let header = format!("X-Slot: {text}");
        let param = format!("k={text}");
        let data = format!("a={text}");
        let form = "Content-Type: application/x-www-form-urlencoded";
        let forms: [(&str, &[&str]); 5] = [
            (&url, &[]),
            ("/x", &["--header", &header]),
            ("/x", &["--param", &param]),
            ("/x", &["--data", &data]),
            ("/x", &["--data", &data, "--header", form]),
        ];
        for door in ["send", "investigate"] {
            for (path, args) in forms {
                for base in [&room.stranger.base(), ""] {
                    let url = format!("{base}{path}");
                    let start = [door, "POST", &url, "--env", "own", "--no-history"];
                    let (before, there) = (room.arrived(), room.stranger.asked().len());
                    let ran = room.home.run(&[&start[..], args].concat());
                    let arrived = room.arrived() > before;
                    assert_eq!(arrived, is_slot && base.is_empty(), "{url}: {}", ran.all());
                    // A token that would go to the stranger is held back, text is sent.
                    let went = room.stranger.asked().len() > there;
                    assert_eq!(went, !is_slot && !base.is_empty(), "{url}: {}", ran.all());
                    cells.push(format!("{door} {url} {args:?}"));
                }
            }
        }
    }
    assert_eq!(cells.len(), 4 * 5 * 2 * 2);
    for asked in room.stranger.asked() {
        assert!(!super::holds_value(&super::text_of(&asked)), "{asked:?}");
    }
}

#[test]
fn what_answers_and_sessions_give_stays_text_in_every_place() {
    let room = Room::open();
    let mut cells = Vec::new();
    let steps = |base: &str, cells: &mut Vec<String>| {
        let mut steps = String::new();
        for number in 0..texts().len() {
            // Out of an answer, out of the session, out of the environment.
            for name in [
                format!("c{number}"),
                format!("s{number}"),
                format!("v{number}"),
            ] {
                let places = [
                    format!("url = \"{base}/x/{{{{{name}}}}}\""),
                    format!("url = \"{base}/x?v={{{{{name}}}}}\""),
                    format!("url = \"{base}/x\"\nparams = [[\"v\", \"{{{{{name}}}}}\"]]"),
                    format!("url = \"{base}/x\"\nheaders = [[\"X-A\", \"{{{{{name}}}}}\"]]"),
                    format!("url = \"{base}/x\"\nbody = \"a={{{{{name}}}}}\""),
                    format!("url = \"{base}/x\"\nbody = '{{\"a\":\"{{{{{name}}}}}\"}}'"),
                ];
                for place in places {
                    let step = "[[step]]\nname = \"s\"\ntoken = \"bound\"\nmethod = \"POST\"\n";
                    steps.push_str(&format!("{step}{place}\n"));
                    cells.push(place);
                }
            }
        }
        steps
    };
    let given = (0..texts().len()).map(|number| {
        format!(
            "[[step]]\nname = \"give\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}/give/{number}\"\ncapture = {{ c{number} = \"/v\" }}\n"
        )
    });
    let given: String = given.collect();
    let texts = texts();
    let own = texts.iter().enumerate();
    let own: Vec<String> = own.map(|(n, text)| format!("s{n} = \"{text}\"")).collect();
    let head = format!(
        "name = \"f\"\nenvironment = \"own\"\nvariables = {{ {} }}\n",
        own.join(", ")
    );
    let stranger = room.stranger.base();
    for base in ["{{base}}", &stranger] {
        let text = format!("{head}{given}{}", steps(base, &mut cells));
        let session = room.home.write("forms.session.toml", text);
        let before = (room.arrived(), room.stranger.asked().len());
        let ran = room.home.run(&["replay", &session]);
        let more = ["--tokens", "bound", "--allow-writes", "--no-history"];
        let filled = room.home.run(&[&["matrix", &session][..], &more].concat());
        // The steps that give the texts are at home in any case.
        assert!(room.arrived() > before.0, "{}{}", ran.all(), filled.all());
        let went = room.stranger.asked().len() > before.1;
        assert_eq!(went, base == stranger, "{}{}", ran.all(), filled.all());
        room.is_tight(&cells);
    }
    // All that was kept, sent again.
    let again = room.home.path("again.session.toml");
    let again = again.to_str().unwrap();
    assert_eq!(
        room.home
            .run(&["history", "save", "again", "--out", again])
            .code,
        0
    );
    let before = room.arrived();
    let ran = room.home.run(&["replay", again, "--no-history"]);
    assert!(room.arrived() > before, "{}", ran.all());
    room.is_tight(&cells);
    // Replayed, filled in and sent again.
    assert_eq!(3 * cells.len(), 3 * 4 * 3 * 6 * 2);
}
