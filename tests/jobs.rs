//! The thirteen jobs, each done by keys in a terminal of its own and counted: from the sandbox
//! and from an environment of one's own, on a large screen and on a small one. The manual's table
//! is made from what is pressed here.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use faults::{Server, answer};
use program::Served;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tty::Tty;

const SIZES: [(u16, u16); 2] = [(160, 48), (80, 24)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Sandbox,
    /// The same API by a name of one's own, with tokens of one's own.
    Own,
}

/// A job, the keys that do it, and what is seen of it.
struct Job {
    what: &'static str,
    /// No more presses than these, pasted texts apart.
    most: usize,
    /// Keys in backticks, `paste` for a text that is pasted, and what is to be seen then.
    steps: &'static [(&'static str, &'static str)],
    /// What it takes besides where only one pane is seen.
    on_small: &'static str,
    /// What is to be known besides.
    how: &'static str,
}

const FIRST_ANSWER: Job = Job {
    what: "first answer",
    most: 2,
    steps: &[("", "▲ 403 Forbidden")],
    on_small: "",
    how: "it comes by itself; on an environment of your own `^R` sends",
};

const ANOTHER_TOKEN: Job = Job {
    what: "send again with another token",
    most: 3,
    steps: &[("`^T` `↓` `^R`", "as user-admin|as admin")],
    on_small: "",
    how: "`^R` takes the token under the cursor, and sends",
};

const WHY: Job = Job {
    what: "a verdict for a refusal",
    most: 1,
    steps: &[("`i`", "the token works")],
    on_small: "",
    how: "what is likely stands there before",
};

const COMPARE: Job = Job {
    what: "compare with the answer before",
    most: 1,
    steps: &[("`c`", "Outcome")],
    on_small: "",
    how: "",
};

const LAST_WEEK: Job = Job {
    what: "find last week's 404",
    most: 14,
    steps: &[("`/` `404 since:7d`", "1 found"), ("`Enter`", "1 found")],
    on_small: "",
    how: "",
};

const CURL: Job = Job {
    what: "take in a customer's curl",
    most: 1,
    steps: &[("paste", "PUT")],
    on_small: "",
    how: "at any time",
};

const REPRO: Job = Job {
    what: "copy a redacted repro",
    most: 4,
    steps: &[("`y` `↓` `↓` `Enter`", "Copied")],
    on_small: "",
    how: "",
};

const REPLAY: Job = Job {
    what: "save a call and replay it",
    most: 5,
    steps: &[
        ("`^S`", "Save this call"),
        ("`Enter`", "Saved"),
        ("`3`", "with its own token"),
        ("`r`", ""),
    ],
    on_small: "",
    how: "",
};

const CODE: Job = Job {
    what: "read an error's code",
    most: 0,
    steps: &[("", "forbidden")],
    on_small: "",
    how: "it stands beside title and detail",
};

const AFTER_429: Job = Job {
    what: "retry after a 429",
    most: 1,
    steps: &[("`w`", "✓ 200")],
    on_small: "",
    how: "it waits as the answer asks",
};

const SET_UP: Job = Job {
    what: "add an environment and its token",
    most: 10,
    steps: &[
        ("`Alt-e` paste", "/v2/orders"),
        (
            "`Enter` `Enter` `Enter` `Enter` `Enter` `Enter` paste",
            "characters",
        ),
        ("`^R`", "✓ 200"),
    ],
    on_small: "",
    how: "a URL, then the token, which is not shown",
};

const NEWCOMER: Job = Job {
    what: "a verdict on an API of which nothing is configured",
    most: 3,
    steps: &[
        ("paste", "/v2/orders"),
        ("paste", "use for this run"),
        ("`Enter`", "pasted"),
        ("`Enter`", "▲ 403"),
    ],
    on_small: "",
    how: "a URL, then the token, which goes to that host alone",
};

const LOG_IN: Job = Job {
    what: "log in by a cookie, and go on",
    most: 6,
    steps: &[
        ("paste", "/login"),
        ("`^R`", "✓ 200"),
        ("paste", "/home"),
        ("`^R`", "you are known"),
    ],
    on_small: "",
    how: "a curl line that logs in, then one that needs it",
};

const ALL: [&Job; 13] = [
    &FIRST_ANSWER,
    &ANOTHER_TOKEN,
    &WHY,
    &COMPARE,
    &LAST_WEEK,
    &CURL,
    &REPRO,
    &REPLAY,
    &CODE,
    &AFTER_429,
    &SET_UP,
    &NEWCOMER,
    &LOG_IN,
];

/// A press of a key, or a text that is pasted.
enum Press {
    Key(String),
    Paste,
}

/// What a line of keys comes to.
fn presses(keys: &str) -> Vec<Press> {
    let mut all = Vec::new();
    for (place, part) in keys.split('`').enumerate() {
        if place % 2 == 1 {
            all.extend(bytes(part).into_iter().map(Press::Key));
        } else {
            let pastes = part.split_whitespace().filter(|word| *word == "paste");
            all.extend(pastes.map(|_| Press::Paste));
        }
    }
    all
}

fn counted(keys: &str) -> (usize, usize) {
    let all = presses(keys);
    let pastes = all.iter().filter(|press| matches!(press, Press::Paste));
    let pastes = pastes.count();
    (all.len() - pastes, pastes)
}

/// The bytes of a key by its name.
fn bytes(key: &str) -> Vec<String> {
    match key {
        "Enter" => vec!["\r".to_owned()],
        "Tab" => vec!["\t".to_owned()],
        "Esc" => vec!["\x1b".to_owned()],
        "Alt-e" => vec!["\x1be".to_owned()],
        "↓" => vec!["\x1b[B".to_owned()],
        "↑" => vec!["\x1b[A".to_owned()],
        _ => match key.strip_prefix('^') {
            Some(letter) => {
                let code = letter.bytes().next().unwrap() & 0x1f;
                vec![(code as char).to_string()]
            }
            // Each typed letter is a press.
            None => key.chars().map(String::from).collect(),
        },
    }
}

/// A program in a home of its own.
struct Desk {
    tty: Tty,
    home: tempfile::TempDir,
    is_small: bool,
}

impl Desk {
    /// Presses the keys of a job, and nothing else, until it is done.
    fn does(&mut self, job: &Job, pasted: &[&str]) {
        let (mut pressed, mut pasted) = (0, pasted.iter());
        let besides = if self.is_small { job.on_small } else { "" };
        for (keys, seen) in job.steps.iter().chain([&(besides, "")]) {
            for press in presses(keys) {
                match press {
                    Press::Key(key) => {
                        self.tty.types(&key);
                        pressed += 1;
                    }
                    Press::Paste => {
                        let text = pasted.next().unwrap();
                        self.tty.types(&format!("\x1b[200~{text}\x1b[201~"));
                    }
                }
            }
            self.tty.sees(seen);
        }
        assert!(pasted.next().is_none());
        assert!(pressed <= job.most, "{}: {pressed}", job.what);
    }
}

/// The practice API under a name of one's own, with the values of its tokens.
struct Own {
    served: Served,
    values: Vec<(String, String)>,
}

impl Own {
    fn new() -> Own {
        let printed = run(
            tempfile::tempdir().unwrap().path(),
            &["sandbox", "--tokens"],
            &[],
        );
        let values = ["support", "admin", "throttled"].map(|name| {
            let line = printed.lines().find(|line| line.starts_with(name)).unwrap();
            let value = line.split_whitespace().nth(1).unwrap();
            let variable = format!("HTTRIAGE_TOKEN_{}", name.to_uppercase());
            (variable, value.to_owned())
        });
        Own {
            served: Served::start(),
            values: values.to_vec(),
        }
    }

    fn settings(&self) -> String {
        format!(
            "environment = \"acme\"\n[environments.acme]\nbase_url = \"{}\"\ntokens = [\"support\", \"admin\", \"throttled\"]\n",
            self.served.base
        )
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        let pairs = self.values.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

fn run(home: &Path, args: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_httriage"));
    let output = command
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("HTTRIAGE_CONFIG_DIR", home.join("config"))
        .env("HTTRIAGE_DATA_DIR", home.join("data"))
        .envs(variables.iter().copied())
        .current_dir(home)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A fresh home, in which one call was made before if there is one.
fn started(from: From, own: &Own, size: (u16, u16), args: &[&str], before: &[&str]) -> Desk {
    let home = tempfile::tempdir().unwrap();
    let variables = match from {
        From::Sandbox => Vec::new(),
        From::Own => {
            let config = home.path().join("config");
            std::fs::create_dir_all(&config).unwrap();
            std::fs::write(config.join("config.toml"), own.settings()).unwrap();
            own.variables()
        }
    };
    if !before.is_empty() {
        let place: &[&str] = match from {
            From::Sandbox => &["--env", "sandbox"],
            From::Own => &[],
        };
        run(home.path(), &[before, place].concat(), &variables);
    }
    Desk {
        tty: Tty::start_in(home.path(), args, size, &variables),
        home,
        is_small: size.0 < 120,
    }
}

/// With the refusal in front that the sandbox begins with.
fn refused(from: From, own: &Own, size: (u16, u16), before: &[&str]) -> Desk {
    let args: &[&str] = match from {
        From::Sandbox => &[],
        From::Own => &["/core/runbooks/7/tasks"],
    };
    let mut desk = started(from, own, size, args, before);
    if from == From::Own || !before.is_empty() {
        desk.tty.sees("/core/runbooks/7/tasks");
        desk.tty.types("\x12");
    }
    desk.tty.sees("▲ 403 Forbidden");
    desk
}

/// From both starts, at both sizes.
fn everywhere(mut job: impl FnMut(From, &Own, (u16, u16))) {
    for from in [From::Sandbox, From::Own] {
        for size in SIZES {
            job(from, &Own::new(), size);
        }
    }
}

#[test]
fn the_first_answer_and_the_code_of_its_error_need_no_key_or_one() {
    for size in SIZES {
        let own = Own::new();
        let mut desk = started(From::Sandbox, &own, size, &[], &[]);
        desk.does(&FIRST_ANSWER, &[]);
        desk.does(&CODE, &[]);
        let mut desk = started(From::Own, &own, size, &[], &[]);
        desk.tty.sees("acme");
        desk.tty.types("\x12");
        desk.tty.sees("▲ 404");
    }
}

#[test]
fn another_token_takes_three_keys_and_what_differs_one() {
    everywhere(|from, own, size| {
        let mut desk = refused(from, own, size, &[]);
        desk.does(&ANOTHER_TOKEN, &[]);
        desk.tty.loses("▲ 403 Forbidden");
        desk.does(&COMPARE, &[]);
    });
}

#[test]
fn a_verdict_takes_one_key() {
    everywhere(|from, own, size| refused(from, own, size, &[]).does(&WHY, &[]));
}

#[test]
fn a_call_of_another_day_is_found_with_fourteen_letters() {
    let call = ["send", "GET", "/core/runbooks/999", "-t", "admin"];
    everywhere(|from, own, size| {
        let mut desk = refused(from, own, size, &call);
        desk.does(&LAST_WEEK, &[]);
        // It is the row under the cursor, and opens.
        desk.tty.types("\r");
        desk.tty.sees("▲ 404 Not Found");
    });
}

#[test]
fn a_customers_curl_is_taken_in_by_one_paste() {
    let line = "curl -X PUT 'https://api.acme.example/v2/orders/9' -H 'X-Kind: pear' -d 'a=1'";
    everywhere(|from, own, size| {
        let mut desk = refused(from, own, size, &[]);
        desk.does(&CURL, &[line]);
        desk.tty.sees("api.acme.example/v2/orders/9");
    });
}

#[test]
fn a_repro_is_copied_without_its_secrets_by_four_keys() {
    everywhere(|from, own, size| {
        let mut desk = refused(from, own, size, &[]);
        desk.does(&REPRO, &[]);
        let bytes = String::from_utf8_lossy(&desk.tty.bytes()).into_owned();
        let (_, copied) = bytes.split_once("\x1b]52;c;").unwrap();
        let copied = copied.split(['\x07', '\x1b']).next().unwrap();
        let copied = String::from_utf8(STANDARD.decode(copied).unwrap()).unwrap();
        assert!(copied.contains("curl ") && copied.contains("/core/runbooks/7/tasks"));
        for (_, value) in &own.values {
            assert!(!copied.contains(value), "{copied}");
        }
    });
}

#[test]
fn a_call_is_saved_and_replayed_by_five_keys_at_most() {
    everywhere(|from, own, size| {
        let mut desk = refused(from, own, size, &[]);
        desk.does(&REPLAY, &[]);
        desk.tty.sees("= 1 same");
    });
}

#[test]
fn after_a_429_one_key_waits_and_sends_again() {
    everywhere(|from, own, size| {
        let args: &[&str] = match from {
            From::Sandbox => &["--env", "sandbox", "-t", "throttled", "/core/runbooks"],
            From::Own => &["-t", "throttled", "/core/runbooks"],
        };
        let mut desk = started(from, own, size, args, &[]);
        desk.tty.sees("/core/runbooks");
        desk.tty.types("\x12");
        desk.tty.sees("▲ 429");
        desk.does(&AFTER_429, &[]);
    });
}

#[test]
fn an_environment_and_its_token_are_added_by_ten_keys_at_most() {
    let value = "made-up-value-0123456789";
    everywhere(|from, own, size| {
        let server = Server::saying(answer("200 OK", "", b"{}"));
        let mut desk = refused(from, own, size, &[]);
        let url = format!("{}/v2/orders", server.base());
        desk.does(&SET_UP, &[&url, value]);
        let asked = server.asked().pop().unwrap();
        assert_eq!(
            asked.header("authorization"),
            Some(&*format!("Bearer {value}"))
        );
        let config = desk.home.path().join("config/config.toml");
        let config = std::fs::read_to_string(config).unwrap();
        assert!(
            config.contains(&server.base()) && !config.contains(value),
            "{config}"
        );
    });
}

#[test]
fn a_url_and_a_token_on_the_clipboard_give_a_verdict_by_three_keys_at_most() {
    // Made here, so that it is nobody's: hexadecimal, as long as many are.
    let value: String = (0..24).map(|n| format!("{:02x}", n * 7 + 3)).collect();
    for size in SIZES {
        let said = br#"{"errors":[{"title":"Forbidden","detail":"Orders are for staff.","code":"forbidden"}]}"#;
        let json = "content-type: application/json\r\n";
        let server = Server::saying(answer("403 Forbidden", json, said));
        let own = Own::new();
        let mut desk = started(From::Sandbox, &own, size, &[], &[]);
        desk.tty.sees("▲ 403 Forbidden");
        let url = format!("{}/v2/orders", server.base());
        desk.does(&NEWCOMER, &[&url, &value]);
        let text = desk.tty.sees("Orders are for staff.");
        assert!(text.contains("pasted") && !text.contains(&value), "{text}");
        let asked = server.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(
            asked[0].header("authorization"),
            Some(&*format!("Bearer {value}"))
        );
    }
}

#[test]
fn a_login_by_cookie_is_gone_on_from_by_six_keys_at_most() {
    everywhere(|from, own, size| {
        let server = Server::doing(|asked, stream| {
            let knows = asked
                .header("cookie")
                .is_some_and(|cookie| cookie.starts_with("sid="));
            let said = match asked.target.as_str() {
                "/login" => answer(
                    "200 OK",
                    "set-cookie: sid=quite-a-secret; Path=/\r\n",
                    b"hello",
                ),
                _ if knows => answer("200 OK", "", b"you are known"),
                _ => answer("401 Unauthorized", "", b"who are you"),
            };
            let _ = stream.write_all(&said);
            false
        });
        let mut desk = refused(from, own, size, &[]);
        let login = format!("curl {}/login -d user=me", server.base());
        let home = format!("curl {}/home", server.base());
        desk.does(&LOG_IN, &[&login, &home]);
    });
}

#[test]
fn a_start_with_a_url_is_at_that_api_and_makes_an_environment_of_it_by_two_keys() {
    for size in SIZES {
        let server = Server::saying(answer("200 OK", "", b"{}"));
        let home = tempfile::tempdir().unwrap();
        let url = format!("{}/v2/orders", server.base());
        let mut tty = Tty::start_in(home.path(), &[&url], size, &[]);
        tty.sees("/v2/orders");
        tty.types("\x12");
        tty.sees("✓ 200");
        assert_eq!(server.asked()[0].target, "/v2/orders");
        // The form begins with that address; nothing has to be pasted.
        tty.types("\x1be");
        tty.sees("proposed");
        tty.types("\x12");
        let config = home.path().join("config/config.toml");
        tty.waits_until("it is written", |_| config.exists());
        tty.waits_until("it is sent again", |_| server.asked().len() == 2);
        let config = std::fs::read_to_string(config).unwrap();
        assert!(
            config.contains(&format!("base_url = \"{}", server.base())),
            "{config}"
        );
    }
}

/// A row of the manual's table.
fn row(job: &Job) -> String {
    let keys: Vec<&str> = job.steps.iter().map(|(keys, _)| *keys).collect();
    let which = keys.join(" ");
    let (keys, pastes) = counted(&which);
    let more = counted(job.on_small).0;
    let number = match (keys, pastes) {
        (0, 1) => "1".to_owned(),
        (keys, 0) if more > 0 => format!("{keys}, on a small screen {}", keys + more),
        (keys, 0) => keys.to_string(),
        (keys, 1) => format!("{keys} and a paste"),
        (keys, pastes) => format!("{keys} and {pastes} pastes"),
    };
    let keys = match job.on_small {
        "" => which,
        small => format!("{which}, and {small}"),
    };
    let cell = |text: String| {
        if text.is_empty() {
            " ".to_owned()
        } else {
            format!(" {text} ")
        }
    };
    let (keys, how) = (cell(keys), cell(job.how.to_owned()));
    format!("| {} | {number} |{keys}|{how}|", job.what)
}

#[test]
fn the_tables_of_the_manual_say_what_is_pressed_here() {
    let rows: Vec<String> = ALL.iter().map(|job| row(job)).collect();
    let made = format!(
        "| job | keys | which | how |\n| --- | --- | --- | --- |\n{}",
        rows.join("\n")
    );
    let tour = include_str!("../assets/manual/tour.md");
    let (_, table) = tour.split_once("| job |").unwrap();
    let table = format!("| job |{}", table.split("\n\n").next().unwrap());
    assert_eq!(table, made, "the manual should have:\n{made}");
    // README has the ones that are needed first.
    let readme = include_str!("../README.md");
    let (_, table) = readme
        .split_once("| job | keys |\n| --- | --- |\n")
        .unwrap();
    let mut found = 0;
    for line in table.split("\n\n").next().unwrap().lines() {
        let Some(job) = ALL
            .iter()
            .find(|job| line.starts_with(&format!("| {} |", job.what)))
        else {
            continue;
        };
        let keys: Vec<&str> = job.steps.iter().map(|(keys, _)| *keys).collect();
        assert_eq!(line, format!("| {} | {} |", job.what, keys.join(" ")));
        found += 1;
    }
    assert!(found >= 5, "{found}");
}
