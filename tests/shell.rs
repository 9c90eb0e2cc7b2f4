//! What surrounds the calls, tried on the built program: keys, themes, completions, doctor.

use crate::program;

use httriage::app::Action;
use program::{Home, Ran, Served, has_shape};
use serde_json::{Value, json};

#[test]
fn keys_are_listed_as_keys_toml_left_them() {
    let home = Home::new();
    home.write("keys.toml", "send = \"f6\"\n");
    let text = home.run(&["keys"]).out;
    assert!(text.contains("In every pane"), "{text}");
    assert!(!text.contains("ctrl-r "), "{text}");
    let json = home.run(&["keys", "--json"]).json();
    let rows = json["keys"].as_array().unwrap();
    assert_eq!(rows.len(), Action::ALL.len());
    for action in Action::ALL {
        assert!(rows.iter().any(|row| row["id"] == action.id()));
        assert!(text.contains(action.id()), "{}", action.id());
    }
    let send = rows.iter().find(|row| row["id"] == "send").unwrap();
    assert_eq!(send["keys"], json!(["f6"]));
}

#[test]
fn a_clash_of_keys_is_wrong_usage_with_both_names() {
    let home = Home::new();
    home.write("keys.toml", "# mine\nsend = \"ctrl-t\"\nmarc = \"x\"\n");
    let ran = home.run(&["keys"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for words in [
        "keys.toml:2:8: ctrl-t is wanted by send and by choose-token",
        "keys.toml:3:1: there is no action \"marc\"",
    ] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn a_theme_that_is_unknown_or_broken_is_wrong_usage_before_the_screen_is_taken() {
    let home = Home::new();
    home.run(&["--theme", "darkest"])
        .refused(2, &["no theme named darkest", "colour-blind"]);
    std::fs::create_dir(home.path("themes")).unwrap();
    home.write("themes/own.toml", "like = \"dark\"\nsuccess = \"gren\"\n");
    home.run(&["--theme", "own"])
        .refused(2, &["own.toml:2:11", "gren", "success"]);
    home.write("config.toml", "theme = \"own\"\n");
    home.run(&[]).refused(2, &["own.toml:2:11"]);
    // One that is not asked for stops nobody.
    home.run(&["--theme", "dark"])
        .refused(2, &["needs a terminal"]);
}

#[test]
fn completions_and_the_manual_page_know_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = home.run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in ["doctor", "replay", "--max-body"] {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
    }
    let page = home.run(&["man"]).out;
    assert!(
        page.starts_with(".ie") || page.contains(".TH httriage 1"),
        "{page}"
    );
    assert!(page.contains("doctor") && page.contains("sandbox"));
    assert_eq!(home.run(&["completions", "cmd"]).code, 2);
}

#[test]
fn a_shell_completes_the_names_that_a_person_gave() {
    let home = Home::settled(
        "[environments.acme]\nbase_url = \"https://api.acme.example\"\ntokens = [\"desk\"]\n[tokens.desk]\nenv = \"DESK\"\n",
    );
    home.run(&[
        "send",
        "GET",
        "/core/users/me",
        "--env",
        "sandbox",
        "--case",
        "C-9",
    ]);
    let saved = home.run(&["history", "save", "kept", "case:C-9"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let names = |kind: &str| {
        let ran = home.run(&["names-for-shell", kind]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{kind}");
        ran.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names("environments"), ["acme", "sandbox"]);
    assert!(names("tokens").starts_with(&["desk".to_owned()]));
    assert!(names("tokens").contains(&"support".to_owned()));
    assert_eq!(names("cases"), ["C-9"]);
    assert_eq!(names("sessions").len(), 1, "{:?}", names("sessions"));

    // What the script makes of it, asked as bash asks.
    let script = home.run(&["completions", "bash"]).out;
    let offered = |typed: &[&str]| {
        let words: Vec<String> = typed.iter().map(|word| format!("'{word}'")).collect();
        let program = env!("CARGO_BIN_EXE_httriage");
        let asked = format!(
            "{script}\nCOMP_WORDS=('{program}' {}); COMP_CWORD={}\n_httriage_names '{program}' '' ''\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            words.join(" "),
            typed.len()
        );
        let file = home.write("asked.bash", asked);
        let ours = home.command(&[]);
        let set = ours.get_envs();
        let set = set.filter_map(|(name, value)| value.map(|value| (name, value)));
        let mut bash = std::process::Command::new("bash");
        let output = bash.arg(file).env_clear().envs(set).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(offered(&["send", "/x", "--env", "ac"]), ["acme"]);
    assert_eq!(offered(&["send", "-t", "de"]), ["desk", "developer"]);
    assert_eq!(offered(&["history", "list", "--case", ""]), ["C-9"]);
    assert_eq!(offered(&["replay", "k"]), ["kept"]);
    assert_eq!(offered(&["token", "inspect", "des"]), ["desk"]);
    // There it is a variable of the system, and none of ours is offered.
    assert!(!offered(&["token", "add", "x", "--env", "ac"]).contains(&"acme".to_owned()));
    // The lines of the other scripts that ask for names.
    let zsh = home.run(&["completions", "zsh"]).out;
    for (begin, names) in [
        ("'--env=[Environment of config.toml", "environments"),
        ("'*-t+[Token by name", "tokens"),
        ("':session -- ", "sessions"),
        ("'::what -- The name of a token", "tokens"),
        ("'::other -- Another token", "tokens"),
        ("':name -- The name of the token", "tokens"),
    ] {
        let mut lines = zsh
            .lines()
            .filter(|line| line.starts_with(begin))
            .peekable();
        assert!(lines.peek().is_some(), "{begin}");
        let asks = format!(":_httriage_{names}'");
        assert!(lines.all(|line| line.contains(&asks)), "{begin}");
    }
    // The command is the first word, with nothing before it.
    assert!(zsh.contains("case $line[1] in") && !zsh.contains("$line[2]"));
    assert!(!zsh.contains("'::what -- A URL"));
    let fish = home.run(&["completions", "fish"]).out;
    for kind in ["environments", "tokens", "sessions", "cases"] {
        assert!(
            fish.contains(&format!("(httriage names-for-shell {kind} ")),
            "{kind}"
        );
    }
}

/// The checks of one kind.
fn checks(ran: &Ran, id: &str) -> Vec<Value> {
    let document = ran.json();
    has_shape(&document, &["version", "system", "wrong", "checks"], &[]);
    let checks = document["checks"].as_array().unwrap();
    for check in checks {
        has_shape(check, &["id", "health", "message"], &["remedy"]);
        if check["health"] == "wrong" {
            let message = check["message"].as_str().unwrap();
            let has_remedy = check["remedy"].is_string() || message.matches(". ").count() > 0;
            assert!(has_remedy, "no remedy: {message}");
        }
    }
    checks
        .iter()
        .filter(|check| check["id"] == id)
        .cloned()
        .collect()
}

fn told(ran: &Ran, id: &str, health: &str, words: &str) {
    let found = checks(ran, id);
    let said = found.iter().any(|check| {
        let message = check["message"].as_str().unwrap();
        check["health"] == health && message.contains(words)
    });
    assert!(said, "{id} {health} {words}: {}", ran.out);
}

/// A home whose data nobody else can read.
fn private(config: &str) -> Home {
    let home = Home::settled(config);
    let data = home.path("data");
    std::fs::create_dir(&data).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(data, mode).unwrap();
    }
    home
}

#[test]
fn doctor_finds_nothing_wrong_with_an_api_that_answers() {
    let served = Served::start();
    let config = format!("[environments.here]\nbase_url = \"{}\"\n", served.base);
    let home = private(&config);
    let ran = home.run(&["doctor", "--json"]);
    // The machine itself may lack certificate authorities; nothing else can be wrong.
    let wrong = usize::from(checks(&ran, "roots")[0]["health"] == "wrong");
    assert_eq!(ran.json()["wrong"], json!(wrong), "{}", ran.out);
    assert_eq!(ran.code, i32::from(wrong > 0));
    told(&ran, "config", "fine", "1 environment, 0 tokens");
    told(&ran, "dns", "fine", "127.0.0.1, of environment here");
    told(&ran, "clock", "fine", "here answers, and its clock agrees");
    told(&ran, "sqlite", "fine", "SQLite 3.");
    told(&ran, "proxy", "fine", "No proxy is set");
    told(&ran, "history", "fine", "There is no history yet");
    // Looking leaves nothing behind.
    assert!(!home.path("data/history.sqlite").exists());
}

#[test]
fn doctor_names_what_is_wrong_with_its_remedy_and_shows_no_secret() {
    let config = "theme = \"neon\"\n\
        [environments.acme]\nbase_url = \"http://api.acme.invalid\"\ntokens = [\"desk\", \"lost\"]\n\
        [environments.empty]\n\
        [tokens.desk]\nenv = \"DESK_TOKEN\"\n\
        [tokens.safe]\nenv = \"SAFE_TOKEN\"\n";
    let home = private(config)
        .with("SAFE_TOKEN", "a-value-that-nobody-may-see")
        .with("HTTPS_PROXY", "http://ann:hunter2@127.0.0.1:9");
    home.write("keys.toml", "send = \"ctrl-t\"\n");
    let ran = home.run(&["doctor", "--offline", "--json"]);
    assert_eq!(ran.code, 1);
    told(&ran, "theme", "wrong", "no theme named neon");
    told(&ran, "config", "wrong", "keys.toml:1:8");
    told(
        &ran,
        "environment",
        "wrong",
        "token lost, which is not defined",
    );
    told(&ran, "environment", "wrong", "acme is called by http");
    told(&ran, "environment", "wrong", "empty has no base URL");
    told(&ran, "token", "wrong", "DESK_TOKEN is not set");
    told(&ran, "token", "fine", "Token safe is there");
    told(
        &ran,
        "proxy",
        "note",
        "127.0.0.1:9 with a user and a password",
    );
    told(&ran, "network", "note", "--offline");
    let all = ran.all();
    for secret in ["a-value", "hunter2", "ann:"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    // The home directory's own name is not told either.
    let folder = home
        .path("")
        .to_str()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    assert!(!all.contains(&folder), "{all}");
    assert!(all.contains("~/"), "{all}");
    let text = home.run(&["doctor", "--offline"]);
    assert_eq!(text.code, 1);
    assert!(text.out.contains("WRONG token"), "{}", text.out);
    assert!(text.out.contains("things are wrong."), "{}", text.out);
}

#[test]
fn doctor_says_when_nobody_answers_and_when_settings_cannot_be_read() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let config = format!("[environments.gone]\nbase_url = \"http://127.0.0.1:{port}\"\n");
    let ran = private(&config).run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1);
    told(&ran, "reach", "wrong", "refused");
    let ran = private("environment = \n").run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1);
    told(&ran, "config", "wrong", "config.toml:1:");
}

#[cfg(unix)]
#[test]
fn doctor_tells_a_data_folder_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = private("");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(home.path("data"), mode).unwrap();
    let ran = home.run(&["doctor", "--offline", "--json"]);
    told(&ran, "files", "wrong", "Others on this machine can read");
    let files = checks(&ran, "files");
    let remedy = files[0]["remedy"].as_str().unwrap();
    assert!(remedy.starts_with("Run: chmod 700 "), "{remedy}");
}

#[test]
fn the_guided_tour_replays_as_it_is_written() {
    let home = Home::new();
    let tour = include_str!("../assets/sandbox/guide.session.toml");
    let file = home.write("guide.session.toml", tour);
    let ran = home.run(&["replay", &file, "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ran.json()["same"], 13);
}
