//! The real program finds the part that a refusal hangs on: in calls that differ from one that
//! works in one planted part, or in two, among others that do not matter. How often it names them
//! within its budget is measured here, and that it never writes unasked.

use crate::faults::{Asked, Server, answer};
use crate::program::{Home, Ran, has_shape};
use crate::worlds::measure::variable;
use crate::worlds::{TENANT, World, styles};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A call as it is typed, and as a step of a session.
#[derive(Clone, Debug, Default)]
struct Typed {
    url: String,
    token: &'static str,
    headers: Vec<(String, String)>,
    params: Vec<(String, String)>,
    data: Option<Value>,
}

impl Typed {
    fn new(url: &str, token: &'static str) -> Typed {
        Typed {
            url: url.to_owned(),
            token,
            ..Typed::default()
        }
    }

    fn header(mut self, name: &str, value: &str) -> Typed {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn param(mut self, name: &str, value: &str) -> Typed {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With much in it that no API looks at: `which` tells one call from another.
    fn noisy(self, which: &str) -> Typed {
        self.header("X-Request-Source", which)
            .header("Accept-Language", &format!("en-{which}"))
            .header("X-Team", "support")
            .header("X-Build", &format!("{which}-117"))
            .header("Prefer", &format!("wait={}", which.len()))
    }

    fn arguments(&self, method: &str) -> Vec<String> {
        let mut args = vec!["isolate".to_owned(), method.to_owned(), self.url.clone()];
        for (name, value) in &self.headers {
            args.extend(["--header".to_owned(), format!("{name}: {value}")]);
        }
        for (name, value) in &self.params {
            args.extend(["--param".to_owned(), format!("{name}={value}")]);
        }
        if let Some(data) = &self.data {
            args.extend(["--data".to_owned(), data.to_string()]);
        }
        if !self.token.is_empty() {
            args.extend(["--token".to_owned(), self.token.to_owned()]);
        }
        args
    }

    fn session(&self, method: &str) -> String {
        let pairs = |pairs: &[(String, String)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| format!("[{name:?}, {value:?}]"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let mut text = format!(
            "name = \"works\"\n[[step]]\nname = \"it\"\nmethod = {method:?}\nurl = \"{{{{base}}}}{}\"\nheaders = [{}]\nparams = [{}]\n",
            self.url,
            pairs(&self.headers),
            pairs(&self.params)
        );
        if !self.token.is_empty() {
            text.push_str(&format!("token = {:?}\n", self.token));
        }
        if let Some(data) = &self.data {
            text.push_str(&format!("body = '{data}'\n"));
        }
        text
    }
}

/// Runs the program on a refused call beside one that works.
fn isolate(
    base: &str,
    tokens: &[(&str, String)],
    method: &str,
    refused: &Typed,
    works: &Typed,
    more: &[&str],
) -> Ran {
    let mut home = Home::new();
    for (name, value) in tokens {
        home = home.with(&variable(name), value);
    }
    home.write("works.session.toml", works.session(method));
    let mut args = refused.arguments(method);
    args.extend(
        [
            "--against",
            "works.session.toml",
            "--base-url",
            base,
            "--json",
        ]
        .map(str::to_owned),
    );
    args.extend(more.iter().map(|word| (*word).to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    home.run(&args)
}

fn matter(found: &Value) -> Vec<&str> {
    let parts = found["parts"].as_array().unwrap().iter();
    let mut names: Vec<&str> = parts
        .filter(|part| part["matters"] == "yes")
        .map(|part| part["part"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// How often the planted parts were named.
#[derive(Default)]
struct Count {
    all: usize,
    right: usize,
    most_calls: usize,
    wrong: Vec<String>,
}

impl Count {
    fn note(&mut self, label: &str, planted: &[&str], ran: &Ran) {
        self.all += 1;
        let found = ran.json();
        let calls = found["calls"].as_u64().unwrap() as usize;
        self.most_calls = self.most_calls.max(calls);
        assert!(calls <= 24, "{label}: {calls} calls");
        let mut planted = planted.to_vec();
        planted.sort_unstable();
        let result = if planted.len() == 1 {
            "found"
        } else {
            "together"
        };
        if matter(&found) == planted && found["result"] == result && ran.code == 0 {
            self.right += 1
        } else {
            self.wrong.push(format!("{label}: {planted:?}: {found:#}"))
        }
    }

    fn is_good(&self, what: &str) {
        let share = 100.0 * self.right as f64 / self.all.max(1) as f64;
        println!(
            "{what}: {} of {} ({share:.1} %), at most {} calls",
            self.right, self.all, self.most_calls
        );
        assert!(self.all > 20, "{what}: {} cases", self.all);
        assert!(share >= 98.0, "{share:.1} %\n{}", self.wrong.join("\n"));
    }
}

fn only_reads(asked: &[Asked]) {
    for call in asked {
        assert_eq!(call.method, "GET", "{}", call.target);
    }
}

#[test]
fn in_worlds_that_differ_the_planted_part_is_found_among_others_that_do_not_matter() {
    let mut count = Count::default();
    for style in styles::all() {
        let world = World::of(style);
        let base = world.server.base();
        let tokens: Vec<(&str, String)> = world
            .tokens
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let at = |rest: &str| world.path(rest);
        let good = |url: &str| {
            Typed::new(url, "admin")
                .header("Api-Version", "2022-02-22")
                .header("Core-Url", TENANT)
                .noisy("good")
        };
        let bad = |url: &str, token, version: &str, tenant: &str| {
            Typed::new(url, token)
                .header("Api-Version", version)
                .header("Core-Url", tenant)
                .noisy("bad")
        };
        let (item, list) = (at("/R/#1"), at("/R"));
        let last = item.trim_matches('/').split('/').count();
        let step = format!("path part {last}");
        let (version, tenant) = ("2022-02-22", TENANT);
        let cases: Vec<(&str, Vec<&str>, Typed)> = vec![
            (
                "revoked",
                vec!["token"],
                bad(&item, "revoked", version, tenant),
            ),
            (
                "expired",
                vec!["token"],
                bad(&item, "expired", version, tenant),
            ),
            (
                "no roles",
                vec!["token"],
                bad(&item, "nobody", version, tenant),
            ),
            (
                "version",
                vec!["header Api-Version"],
                bad(&item, "reader", "1999-01-01", tenant),
            ),
            (
                "tenant",
                vec!["header Core-Url"],
                bad(&item, "reader", version, "https://globex.example"),
            ),
            (
                "no tenant",
                vec!["header Core-Url"],
                bad(&item, "admin", version, "acme"),
            ),
            (
                "absent",
                vec![&step],
                bad(&at("/R/#99"), "admin", version, tenant),
            ),
            (
                "hidden",
                vec!["token", &step],
                bad(&at("/R/#9"), "reader", version, tenant),
            ),
        ];
        for (label, planted, refused) in cases {
            let label = format!("{}: {label}", world.style.name);
            let ran = isolate(&base, &tokens, "GET", &refused, &good(&item), &[]);
            count.note(&label, &planted, &ran);
        }
        // The same on a list, where the wrong token is the only one that lacks a header.
        let refused = Typed::new(&list, "").noisy("bad");
        let works = good(&list);
        let ran = isolate(&base, &tokens, "GET", &refused, &works, &[]);
        count.note(&format!("{}: no token", world.style.name), &["token"], &ran);
        only_reads(&world.server.asked());
        assert_eq!(world.early(), Vec::<String>::new());
    }
    count.is_good("worlds");
}

/// A server that refuses a call in which all of these stand, and minds nothing else.
fn planted(wrong: Vec<Vec<String>>) -> Server {
    Server::doing(move |asked, stream| {
        let all = format!(
            "{} {:?} {}",
            asked.target,
            asked.headers,
            String::from_utf8_lossy(&asked.body)
        );
        let is_refused = wrong
            .iter()
            .any(|set| set.iter().all(|sign| all.contains(sign)));
        let (status, body) = if is_refused {
            (
                "403 Forbidden",
                r#"{"errors":[{"code":"no_way","title":"No"}]}"#,
            )
        } else {
            ("200 OK", r#"{"data":[]}"#)
        };
        let _ = stream.write_all(&answer(
            status,
            "content-type: application/json\r\n",
            body.as_bytes(),
        ));
        true
    })
}

/// Every place a call has, with the sign that stands there in the refused one.
const PLACES: [(&str, &str); 12] = [
    ("token", "refused-value-of-a-token"),
    ("path part 2", "bad-path"),
    ("header X-One", "bad-one"),
    ("header X-Two", "bad-two"),
    ("header X-Three", "bad-three"),
    ("parameter page", "bad-page"),
    ("parameter filter", "bad-filter"),
    ("parameter sort", "bad-sort"),
    ("field /name", "bad-name"),
    ("field /data/kind", "bad-kind"),
    ("field /data/size", "bad-size"),
    ("field /tags/0", "bad-tags"),
];

fn with_everything(which: &str) -> Typed {
    let mut typed = Typed::new(
        &format!("/v1/{which}-path/orders"),
        if which == "bad" { "refused" } else { "works" },
    );
    for name in ["One", "Two", "Three"] {
        let value = format!("{which}-{}", name.to_ascii_lowercase());
        typed = typed.header(&format!("X-{name}"), &value);
    }
    for name in ["page", "filter", "sort"] {
        typed = typed.param(name, &format!("{which}-{name}"));
    }
    typed.data = Some(json!({
        "name": format!("{which}-name"),
        "data": { "kind": format!("{which}-kind"), "size": format!("{which}-size") },
        "tags": [format!("{which}-tags")],
        "same": true,
    }));
    typed
}

fn values() -> [(&'static str, String); 2] {
    [
        ("refused", "refused-value-of-a-token".to_owned()),
        ("works", "works-value-of-a-token".to_owned()),
    ]
}

#[test]
fn one_part_of_twelve_and_any_two_together_are_found_within_the_budget() {
    let mut count = Count::default();
    let try_it = |places: &[usize], count: &mut Count| {
        let names: Vec<&str> = places.iter().map(|place| PLACES[*place].0).collect();
        let signs = places.iter().map(|place| PLACES[*place].1.to_owned());
        let server = planted(vec![signs.collect()]);
        let (refused, works) = (with_everything("bad"), with_everything("good"));
        let ran = isolate(&server.base(), &values(), "GET", &refused, &works, &[]);
        count.note("planted", &names, &ran);
        only_reads(&server.asked());
    };
    for one in 0..PLACES.len() {
        try_it(&[one], &mut count);
        // Each with its neighbours, near and far.
        for step in [1, 5] {
            try_it(&[one, (one + step) % PLACES.len()], &mut count);
        }
    }
    count.is_good("planted");
}

#[test]
fn the_answer_is_a_sentence_with_its_evidence_and_the_smallest_refused_call() {
    let server = planted(vec![vec!["bad-two".to_owned()]]);
    let (refused, works) = (with_everything("bad"), with_everything("good"));
    let ran = isolate(&server.base(), &values(), "GET", &refused, &works, &[]);
    let found = ran.json();
    has_shape(
        &found,
        &["result", "sentence", "parts", "calls", "minimal"],
        &[],
    );
    assert_eq!(
        found["sentence"],
        "It turns on the header X-Two; the other 11 parts may be as they are."
    );
    for part in found["parts"].as_array().unwrap() {
        has_shape(part, &["part", "value", "against", "matters"], &[]);
        let expected = if part["part"] == "header X-Two" {
            "yes"
        } else {
            "no"
        };
        assert_eq!(part["matters"], expected, "{part}");
    }
    // Nothing but the reason is left of the call.
    let minimal = found["minimal"].to_string();
    assert!(minimal.contains("bad-two"), "{minimal}");
    for gone in ["-one", "-three", "-page", "-name", "token"] {
        assert!(!minimal.contains(gone), "{gone}: {minimal}");
    }
    for value in values() {
        assert!(!ran.all().contains(&value.1), "{}", value.0);
    }
}

#[test]
fn two_parts_that_are_each_enough_are_both_named() {
    let server = planted(vec![
        vec!["bad-two".to_owned()],
        vec!["bad-kind".to_owned()],
    ]);
    let (refused, works) = (with_everything("bad"), with_everything("good"));
    let ran = isolate(&server.base(), &values(), "GET", &refused, &works, &[]);
    let found = ran.json();
    assert_eq!(matter(&found), ["field /data/kind", "header X-Two"]);
    let sentence = found["sentence"].as_str().unwrap();
    assert!(sentence.contains("Each of these is enough"), "{sentence}");
    assert_eq!(found["result"], "together");
}

#[test]
fn a_server_that_flickers_is_said_to_and_nothing_is_blamed() {
    let mut blamed = BTreeMap::new();
    for period in [2, 3, 4, 5, 7] {
        let asked = AtomicUsize::new(0);
        let server = Server::doing(move |_, stream| {
            let number = asked.fetch_add(1, Ordering::SeqCst);
            let (status, body) = match number % period {
                0 => ("403 Forbidden", r#"{"errors":[{"code":"no"}]}"#),
                _ => ("200 OK", "{}"),
            };
            let _ = stream.write_all(&answer(
                status,
                "content-type: application/json\r\n",
                body.as_bytes(),
            ));
            true
        });
        let (refused, works) = (with_everything("bad"), with_everything("good"));
        let ran = isolate(&server.base(), &values(), "GET", &refused, &works, &[]);
        let found = ran.json();
        assert_eq!(
            (found["result"].as_str().unwrap(), ran.code),
            ("flickers", 1),
            "{found:#}"
        );
        let sentence = found["sentence"].as_str().unwrap();
        assert!(
            sentence.contains("cannot be told: the answer flickers"),
            "{sentence}"
        );
        blamed.insert(period, matter(&found).len());
    }
    assert!(blamed.values().all(|count| *count == 0), "{blamed:?}");
}

#[test]
fn a_call_that_writes_is_sent_only_where_a_person_said_so_and_never_where_it_is_protected() {
    let server = planted(vec![vec!["bad-name".to_owned()]]);
    let (refused, works) = (with_everything("bad"), with_everything("good"));
    let ran = isolate(&server.base(), &values(), "POST", &refused, &works, &[]);
    ran.refused(2, &["Nothing was sent", "POST writes", "--allow-writes"]);
    assert_eq!(server.asked().len(), 0);
    let ran = isolate(
        &server.base(),
        &values(),
        "POST",
        &refused,
        &works,
        &["--allow-writes"],
    );
    assert_eq!(matter(&ran.json()), ["field /name"]);
    assert!(server.asked().iter().all(|call| call.method == "POST"));

    let before = server.asked().len();
    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"{}\"\nprotected = true\n",
        server.base()
    ));
    let args = [
        "isolate",
        "POST",
        "/x",
        "--data",
        "{}",
        "--env",
        "acme",
        "--allow-writes",
    ];
    home.run(&args)
        .refused(2, &["Nothing was sent", "protected"]);
    assert_eq!(server.asked().len(), before);
}

#[test]
fn without_another_call_the_part_is_found_without_which_it_works() {
    let server = planted(vec![vec!["bad-sort".to_owned()]]);
    let home = Home::new().with(&variable("refused"), "refused-value-of-a-token");
    let mut args = with_everything("bad").arguments("GET");
    args.extend(["--base-url".to_owned(), server.base()]);
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = home.run(&words);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let says = "It turns on the parameter sort: without it the call works.";
    assert!(ran.out.contains(says), "{}", ran.out);
    assert!(
        ran.out
            .contains("The smallest call that is refused the same"),
        "{}",
        ran.out
    );
    only_reads(&server.asked());
}

#[test]
fn a_secret_in_an_address_a_name_or_another_call_is_said_nowhere() {
    const OURS: &str = "ours0123known4567token89ab";
    const FRESH: &str = "fresh9876typed5432secret10cdefgh";
    let server = planted(vec![vec!["orders".to_owned()]]);
    let base = server.base();
    let home = Home::settled("[tokens.desk]\nenv = \"DESK\"\n").with("DESK", OURS);
    home.write(
        "other.session.toml",
        format!(
            "name = \"other\"\n\n[variables]\npassword = \"{FRESH}\"\n\n[[step]]\nname = \"it\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}/orders?p={{{{password}}}}\"\n"
        ),
    );
    let header = format!("{OURS}: 1");
    let typed = [
        vec![format!("/orders/{OURS}/y?a=1")],
        vec![format!("/bot123456789:{FRESH}/orders?a=1")],
        vec!["/orders?a=1".to_owned(), "-H".to_owned(), header],
        vec![
            "/orders".to_owned(),
            "--param".to_owned(),
            format!("{OURS}=1"),
        ],
        vec![format!("http://u:{FRESH}@[x/?token={FRESH}")],
        vec![
            "/orders?p=1".to_owned(),
            "--against".to_owned(),
            "other.session.toml#1".to_owned(),
        ],
    ];
    for words in &typed {
        for more in [&[][..], &["--json"]] {
            let mut args = vec!["isolate", "GET", "--base-url", &base];
            args.extend(words.iter().map(String::as_str));
            args.extend(more);
            let said = home.run(&args).all();
            assert!(said.trim().len() > 10, "{words:?}");
            assert!(!said.contains(OURS) && !said.contains(FRESH), "{said}");
        }
    }
}

#[test]
fn a_call_that_works_is_said_to_and_so_is_one_to_compare_with_that_does_not() {
    let server = planted(vec![vec!["never".to_owned()]]);
    let (one, other) = (with_everything("bad"), with_everything("good"));
    let ran = isolate(&server.base(), &values(), "GET", &one, &other, &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.json()["sentence"]
            .as_str()
            .unwrap()
            .contains("works now")
    );
    let server = planted(vec![vec!["orders".to_owned()]]);
    let ran = isolate(&server.base(), &values(), "GET", &one, &other, &[]);
    assert_eq!(ran.code, 1);
    let found = ran.json();
    assert!(
        found["sentence"]
            .as_str()
            .unwrap()
            .contains("nothing to compare with"),
        "{found}"
    );
    assert!(server.asked().len() <= 6);
}

#[test]
fn the_other_call_comes_from_the_history_a_step_or_a_file_of_another_program() {
    let server = planted(vec![vec!["bad-one".to_owned()]]);
    let base = server.base();
    let home = Home::new();
    let with = |more: &[&str]| {
        let mut args = vec![
            "isolate",
            "GET",
            "/a?x=1",
            "-H",
            "X-One: bad-one",
            "--base-url",
            &base,
        ];
        args.extend(more);
        home.run(&args)
    };
    let sent = home.run(&[
        "send",
        "GET",
        "/a?x=2",
        "-H",
        "X-One: fine",
        "--base-url",
        &base,
        "--json",
    ]);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let found = with(&["--against", &id, "--json"]).json();
    assert_eq!(matter(&found), ["header X-One"]);
    assert_eq!(found["parts"].as_array().unwrap().len(), 2);

    let session = home.write(
        "two.session.toml",
        "name = \"two\"\n[[step]]\nname = \"first\"\nmethod = \"POST\"\nurl = \"{{base}}/b\"\n[[step]]\nname = \"second\"\nmethod = \"GET\"\nurl = \"{{base}}/a\"\n",
    );
    for step in ["#2", "#second", ""] {
        let found = with(&["--against", &format!("{session}{step}"), "--json"]).json();
        assert_eq!(matter(&found), ["header X-One"], "{step}");
    }
    with(&["--against", &format!("{session}#9")]).refused(2, &["no step 9"]);
    with(&["--against", "zzzzzz"]).refused(2, &["neither a call, nor a session, nor a file"]);

    home.write("works.sh", format!("curl '{base}/a?x=3' -H 'X-One: other'"));
    let found = with(&["--against", "works.sh", "--json"]).json();
    assert_eq!(matter(&found), ["header X-One"]);
}

#[test]
fn a_file_that_leads_to_another_host_is_not_obeyed() {
    let (home_server, far) = (planted(vec![vec!["bad".to_owned()]]), planted(Vec::new()));
    let secret = format!("sk-{}", "q7".repeat(20));
    let home = Home::new().with(&variable("own"), "own-value-of-our-token");
    home.write(
        "far.sh",
        format!(
            "curl '{}/good' -H 'Authorization: Bearer {secret}'",
            far.base()
        ),
    );
    home.write(
        "far.session.toml",
        format!(
            "name = \"far\"\n[[step]]\nname = \"it\"\nmethod = \"GET\"\nurl = \"{}/{{{{token:own}}}}\"\n",
            far.base()
        ),
    );
    let base = home_server.base();
    for file in ["far.sh", "far.session.toml"] {
        let ran = home.run(&[
            "isolate",
            "GET",
            "/bad",
            "-t",
            "own",
            "--base-url",
            &base,
            "--against",
            file,
        ]);
        ran.refused(2, &["Nothing was sent", "is not obeyed in that"]);
        assert!(!ran.all().contains(&secret));
    }
    assert_eq!((far.asked().len(), home_server.asked().len()), (0, 0));
}

#[test]
fn a_token_out_of_a_file_goes_to_the_host_that_both_calls_go_to() {
    let server = planted(vec![vec!["bad-one".to_owned()]]);
    let base = server.base();
    let secret = format!("sk-{}", "q7".repeat(20));
    let home = Home::new().with(&variable("own"), "own-value-of-our-token");
    home.write(
        "works.sh",
        format!("curl '{base}/a' -H 'X-One: fine' -H 'Authorization: Bearer {secret}'"),
    );
    let ran = home.run(&[
        "isolate",
        "GET",
        "/a",
        "-t",
        "own",
        "-H",
        "X-One: bad-one",
        "--base-url",
        &base,
        "--against",
        "works.sh",
        "--json",
    ]);
    assert_eq!(matter(&ran.json()), ["header X-One"], "{}", ran.all());
    assert!(!ran.all().contains(&secret));
    let carried = |call: &Asked| {
        call.header("authorization")
            .is_some_and(|v| v.contains(&secret))
    };
    assert!(server.asked().iter().any(carried));
}

#[test]
fn the_calls_are_kept_and_make_a_session_that_can_be_replayed() {
    let home = Home::new();
    let ran = home.run(&[
        "isolate",
        "GET",
        "/core/runbooks/9",
        "-t",
        "support",
        "--against-token",
        "admin",
        "--env",
        "sandbox",
        "--save",
        "found.session.toml",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let says = "It turns on the token, the only part that differs.";
    assert!(ran.out.contains(says), "{}", ran.out);
    let listed = home.run(&["history", "list", "--json"]).json();
    let calls = listed["exchanges"].as_array().unwrap().len();
    assert!(calls >= 4, "{calls}");
    let replayed = home.run(&["replay", "found.session.toml", "--json"]);
    assert_eq!(replayed.code, 0, "{}", replayed.all());
}

#[test]
fn on_the_sandbox_what_is_planted_is_found() {
    let home = Home::new();
    let cases: [(&[&str], &[&str]); 5] = [
        (
            &[
                "/core/runbooks/9",
                "-t",
                "support",
                "--against-token",
                "admin",
            ],
            &["token"],
        ),
        (
            &[
                "/core/runbooks/7/tasks",
                "-t",
                "support",
                "--against-token",
                "admin",
            ],
            &["token"],
        ),
        (
            &[
                "/core/runbooks",
                "-t",
                "admin",
                "-H",
                "Api-Version: 1999-01-01",
                "-H",
                "X-Note: a",
            ],
            &["header Api-Version"],
        ),
        (
            &[
                "/core/runbooks",
                "-t",
                "admin",
                "-H",
                "Core-Url: nowhere",
                "--param",
                "page[size]=2",
            ],
            &["header Core-Url"],
        ),
        (
            &[
                "/core/runbooks",
                "-t",
                "revoked",
                "-H",
                "X-Note: a",
                "--against-token",
                "admin",
            ],
            &["token"],
        ),
    ];
    for (words, planted) in cases {
        let mut args = vec!["isolate", "GET"];
        args.extend(words);
        args.extend(["--env", "sandbox", "--json"]);
        let ran = home.run(&args);
        assert_eq!(matter(&ran.json()), planted, "{words:?}: {}", ran.out);
        assert_eq!(ran.code, 0, "{words:?}");
    }
}
