//! What runs leave behind: answers that hold a secret in every form come in by every door, and
//! every byte that was written is looked through for it, packed ones unpacked.
#![cfg(unix)]

use crate::faults;
use crate::masks::table;
use crate::program;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use faults::{Asked, Server, answer};
use flate2::Compression;
use flate2::write::GzEncoder;
use program::{Home, Ran};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use table::{FORMS, FRESH, NUMBER, body_of, spellings};

/// Stands beside every secret, so that what is not there at all does not pass.
const KEPT: &str = "KEEPMARK77";
/// Of a token that no call sends. The letters of one are changed by every encoding.
const KNOWN: [&str; 2] = ["kn0wn/t0ken+of=the&day", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"];

/// Heads of answers: `@` stands for the secret.
const HEADS: &[(&str, &str)] = &[
    ("location", "https://h/cb?a=1#access_token=@&state=x"),
    ("location", "https://h/cb?api%5Fkey=@"),
    ("location", "/next?code=1&client%5Fsecret=@"),
    ("content-location", "/x?sig=@&page=2"),
    ("link", "<https://h/x?access_token=@>; rel=next"),
    ("refresh", "0; url=https://h/cb?token=@"),
    ("referer", "https://h/cb?jwt=@"),
    ("set-cookie", "sid=@; Path=/; HttpOnly"),
    ("x-auth-token", "@"),
    ("authorization", "Bearer @"),
    ("x-debug", "{\"password\":\"@\"}"),
    ("x-debug", "{\"name\":\"Authorization\",\"value\":\"@\"}"),
];

/// One answer, and what must not be left of it anywhere.
struct Case {
    what: String,
    headers: String,
    body: String,
    secrets: Vec<String>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, form) in FORMS {
        cases.push(Case {
            what: (*what).to_owned(),
            headers: String::new(),
            body: body_of(what, form),
            secrets: vec![FRESH.to_owned(), NUMBER.to_owned()],
        });
    }
    for (name, value) in HEADS {
        let value = value.replace('@', FRESH);
        cases.push(Case {
            what: format!("{name}: {value}"),
            headers: format!("{name}: {value}\r\n"),
            body: format!("{{\"you\":\"{FRESH}\"}}"),
            secrets: match *name {
                // What a cookie holds is looked for everywhere, and what a header is as well.
                "set-cookie" | "x-auth-token" | "authorization" => vec![FRESH.to_owned()],
                _ => vec![value.clone()],
            },
        });
    }
    for value in KNOWN {
        let all = spellings(value);
        let lines = all
            .iter()
            .map(|(what, spelt)| format!("{what}: {spelt} was sent\n"));
        cases.push(Case {
            what: "a token that was not sent".to_owned(),
            headers: String::new(),
            body: lines.collect(),
            secrets: all.into_iter().map(|(_, spelt)| spelt).collect(),
        });
    }
    cases
}

fn serve() -> Server {
    let cases = cases();
    Server::doing(move |asked: &Asked, stream| {
        let number = asked.target.rsplit('/').next().unwrap_or_default();
        let Some(case) = number.parse().ok().and_then(|n: usize| cases.get(n)) else {
            return stream.write_all(&answer("404 Not Found", "", b"")).is_ok();
        };
        let headers = format!("x-mark: {KEPT}\r\n{}", case.headers);
        let bytes = answer("403 Forbidden", &headers, case.body.as_bytes());
        stream.write_all(&bytes).is_ok()
    })
}

fn home(server: &Server) -> Home {
    let home = Home::settled(&format!(
        "environment = \"here\"\n[environments.here]\nbase_url = \"{}\"\n\
         [tokens.first]\nenv = \"FIRST\"\n[tokens.second]\nenv = \"SECOND\"\n",
        server.base()
    ));
    home.with("FIRST", KNOWN[0]).with("SECOND", KNOWN[1])
}

fn has(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// What of the secrets of a case stands in these bytes: as it is, or as JSON writes it.
fn left<'c>(case: &'c Case, bytes: &[u8]) -> Option<&'c str> {
    let in_json = |text: &str| {
        serde_json::json!(text)
            .to_string()
            .trim_matches('"')
            .to_owned()
    };
    let mut secrets = case.secrets.iter();
    secrets
        .find(|secret| has(bytes, secret) || has(bytes, &in_json(secret)))
        .map(String::as_str)
}

#[track_caller]
fn is_clean(door: &str, case: &Case, bytes: &[u8]) {
    if let Some(secret) = left(case, bytes) {
        let text = String::from_utf8_lossy(bytes);
        panic!("{door}, {}: {secret} is in {text}", case.what);
    }
}

#[track_caller]
fn printed(door: &str, case: &Case, ran: &Ran) {
    is_clean(door, case, ran.out.as_bytes());
    is_clean(door, case, ran.err.as_bytes());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found
}

/// Every byte beneath a home but the settings, and every value of the database, unpacked.
fn written(home: &Home) -> Vec<u8> {
    const PACKED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let mut bytes = Vec::new();
    for path in files(&home.path("")) {
        if !path.ends_with("config.toml") {
            bytes.extend(path.to_string_lossy().bytes());
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    let conn = Connection::open(home.path("data/history.sqlite")).unwrap();
    let mut tables = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let (mut values, mut unpacked) = (0, 0);
    for table in tables.map(Result::unwrap) {
        let mut rows = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let (ValueRef::Text(value) | ValueRef::Blob(value)) = row.get_ref(column).unwrap()
                else {
                    continue;
                };
                values += 1;
                bytes.extend_from_slice(value);
                if value.starts_with(&PACKED) {
                    unpacked += 1;
                    bytes.extend(zstd::stream::decode_all(value).unwrap());
                }
                bytes.push(b'\n');
            }
        }
    }
    assert!(values > 0 && unpacked > 0, "{values} {unpacked}");
    bytes
}

/// Does it for each number, some at a time.
fn for_each(count: usize, work: impl Fn(usize) + Sync) {
    let next = Mutex::new(0..count);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.lock().unwrap().next();
                    match number {
                        Some(number) => work(number),
                        None => return,
                    }
                }
            });
        }
    });
}

const EXPORTS: [&str; 6] = ["curl", "har", "html", "http", "hurl", "markdown"];

#[test]
fn an_answer_with_a_secret_in_any_form_leaves_it_nowhere_by_any_door() {
    let server = serve();
    let cases = cases();
    let cells = std::sync::atomic::AtomicUsize::new(0);
    let looked = |count: usize| cells.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
    // Each in a home of its own: what one answer gave away is not known beside another.
    for_each(cases.len(), |number| {
        let case = &cases[number];
        let home = home(&server);
        let path = format!("/x/{number}");
        let send = home.run(&["send", "GET", &path]);
        assert_eq!(send.code, 4, "{}: {}", case.what, send.all());
        printed("send", case, &send);
        let send = home.run(&["send", "GET", &path, "--json"]);
        assert!(send.out.contains(KEPT), "{}", send.out);
        printed("send --json", case, &send);
        let asked = home.run(&["investigate", "GET", &path, "--probes", "1", "--json"]);
        printed("investigate", case, &asked);
        if case.headers.is_empty() {
            for more in [&[][..], &["--json"]] {
                let args = [&["explain", "-"], more].concat();
                printed("explain", case, &home.feed(&args, &case.body));
                looked(1);
            }
        }
        let listed = home.run(&["history", "list", "--json"]);
        printed("history list", case, &listed);
        let id = listed.json()["exchanges"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        for more in [&[][..], &["--json"]] {
            let shown = home.run(&[&["history", "show", &id], more].concat());
            assert_eq!(shown.code, 0, "{}", shown.err);
            printed("history show", case, &shown);
        }
        for form in EXPORTS {
            let exported = home.run(&["export", &id, "--as", form]);
            assert_eq!(exported.code, 0, "{}", exported.err);
            printed(form, case, &exported);
        }
        let exported = home.run(&["history", "export", "--out", "all.json"]);
        assert_eq!(exported.code, 0, "{}", exported.err);
        let saved = home.run(&["history", "save", "kept"]);
        assert_eq!(saved.code, 0, "{}", saved.err);
        for report in ["text", "json", "junit", "markdown"] {
            let replayed = home.run(&["replay", "kept", "--report", report]);
            printed(report, case, &replayed);
        }
        let bytes = written(&home);
        assert!(has(&bytes, KEPT), "{}", case.what);
        is_clean("at rest", case, &bytes);
        // Calls, lists, exports, reports, files.
        looked(3 + 3 + EXPORTS.len() + 2 + 4 + 1);
    });
    println!("{} answers, {} cells", cases.len(), cells.into_inner());
}

#[test]
fn a_known_value_is_kept_under_no_name_and_no_label() {
    let known = KNOWN[1];
    let named = format!("{known}: 1\r\nset-cookie: {known}=1\r\n");
    let bytes = answer("403 Forbidden", &named, b"{}");
    let server = Server::doing(move |_: &Asked, stream| stream.write_all(&bytes).is_ok());
    let home = home(&server);
    home.write("f.txt", "nothing");
    let (header, part) = (format!("{known}: 1"), format!("{known}=x"));
    let file = format!("f=@f.txt;filename={known};type=a/{known}");
    for more in [
        &["--case", known][..],
        &["--header", header.as_str()],
        &["--param", part.as_str()],
        &["--form", part.as_str()],
        &["--form", file.as_str()],
        &["--request", known],
    ] {
        let mut args = vec!["send", "/x"];
        args.extend(more);
        for form in [&["--include"][..], &["--json"]] {
            let mut args = args.clone();
            args.extend(form);
            let said = home.run(&args).all().to_lowercase();
            assert!(said.contains("403"), "{said}");
            assert!(!said.contains(known), "{said}");
        }
    }
    let kept = written(&home).to_ascii_lowercase();
    let at = memchr::memmem::find(&kept, known.as_bytes());
    let near = at.map(|at| String::from_utf8_lossy(&kept[at.saturating_sub(80)..at + 40]));
    assert!(at.is_none(), "{near:?}");
}

/// Packed by gzip.
fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_body_that_stays_packed_is_kept_only_where_nothing_secret_is_in_it() {
    let secret = gzip(&format!(
        "{{\"password\":\"{FRESH}\",\"k\":\"{}\"}}",
        KNOWN[0]
    ));
    let mut wrong = secret.clone();
    let sum = wrong.len() - 6;
    wrong[sum] ^= 0x55;
    let harmless = gzip("{\"kind\":\"order\",\"id\":\"77\"}");
    let said = "content-encoding: gzip\r\n";
    let unknown = "content-encoding: exi\r\n";
    let noise: Vec<u8> = (0..40).map(|n| 0x80 | n).collect();
    let answers = [
        ("", secret.clone(), false),
        (said, wrong.clone(), false),
        (unknown, secret.clone(), false),
        (unknown, noise, false),
        ("", harmless.clone(), true),
    ];
    for (headers, body, is_kept) in answers {
        let bytes = answer("403 Forbidden", headers, &body);
        let server = Server::doing(move |_: &Asked, stream| stream.write_all(&bytes).is_ok());
        let home = home(&server);
        let ran = home.run(&["send", "/x", "--json"]);
        let shown = ran.out.contains(&STANDARD.encode(&body));
        assert_eq!(shown, is_kept, "{}", ran.out);
        let at_rest = memchr::memmem::find(&written(&home), &body).is_some();
        assert_eq!(at_rest, is_kept, "{headers}");
        let says = "are packed, and";
        assert_eq!(ran.out.contains(says), !is_kept, "{}", ran.out);
    }
    let server = serve();
    let home = home(&server);
    std::fs::write(home.path("x.gz"), &secret).unwrap();
    let sent: [&[&str]; 3] = [
        &["--data", "@x.gz"],
        &["--data", "@x.gz", "--header", "Content-Encoding: gzip"],
        &["--form", "f=@x.gz"],
    ];
    for more in sent {
        let mut args = vec!["send", "POST", "/x/0"];
        args.extend(more);
        home.run(&args);
    }
    // It went out as it was.
    let whole = |asked: &Asked| memchr::memmem::find(&asked.body, &secret).is_some();
    assert!(server.asked().iter().all(whole) && server.asked().len() == 3);
    std::fs::remove_file(home.path("x.gz")).unwrap();
    let kept = memchr::memmem::find(&written(&home), &secret[..secret.len() - 8]);
    assert!(kept.is_none());
}

#[test]
fn a_secret_variable_of_a_session_or_a_run_is_kept_nowhere() {
    let server = serve();
    let home = home(&server);
    let case = Case {
        what: "a session".to_owned(),
        headers: String::new(),
        body: String::new(),
        secrets: vec![FRESH.to_owned()],
    };
    let step = "[[step]]\nname = \"it\"\nmethod = \"GET\"\nurl = \"{{base}}/x?p={{password}}/0\"\n";
    // In the program's own folder it is the file of a person; here only what came of it is looked at.
    let folder = tempfile::tempdir().unwrap();
    let own = format!("name = \"n\"\n\n[variables]\npassword = \"{FRESH}\"\n\n{step}");
    let given = format!("name = \"n\"\n\n{step}");
    let wrong =
        format!("{own}\n[[step]]\nname = \"bad\"\nmethod = \"GET\"\nurl = \"htp:/u:{FRESH}@[x\"\n");
    let password = format!("password={FRESH}");
    for (text, more) in [
        (&own, &[][..]),
        (&given, &["--var", password.as_str()][..]),
        (&wrong, &["--json"][..]),
    ] {
        let file = folder.path().join("n.session.toml");
        std::fs::write(&file, text).unwrap();
        let mut args = vec!["replay", file.to_str().unwrap()];
        args.extend(more);
        let ran = home.run(&args);
        printed("replay", &case, &ran);
        assert!(ran.all().contains("403"), "{}", ran.all());
    }
    let sent = server.asked();
    assert!(sent.iter().all(|asked| asked.target.contains(FRESH)));
    assert_eq!(sent.len(), 3);
    is_clean("the history", &case, &written(&home));
}

#[test]
fn what_is_secret_in_a_request_is_kept_nowhere() {
    let server = serve();
    let home = home(&server);
    let base = server.base();
    let known = KNOWN[1];
    let case = Case {
        what: "a request".to_owned(),
        headers: String::new(),
        body: String::new(),
        secrets: vec![FRESH.to_owned(), NUMBER.to_owned(), known.to_owned()],
    };
    let header = |name: &str, value: &str| format!("{name}: {value}");
    let typed = [
        vec![format!("{base}/x/0#access_token={FRESH}")],
        vec![format!("{base}/{known}/0")],
        vec![format!("{base}/x/0?api%5Fkey={FRESH}")],
        vec![format!(
            "{base}/x/0?passwd={FRESH}&client_assertion={FRESH}&sig={FRESH}"
        )],
        vec![
            format!("{base}/x/0"),
            "--header".into(),
            header("Referer", &format!("https://h/cb?token={FRESH}")),
        ],
        vec![
            format!("{base}/x/0"),
            "--header".into(),
            header("X-Auth-User", FRESH),
        ],
        vec![
            format!("{base}/x/0"),
            "--header".into(),
            header("X-Note", known),
        ],
        vec![
            format!("{base}/x/0"),
            "--param".into(),
            format!("jwt={FRESH}"),
        ],
        vec![
            format!("{base}/x/0"),
            "--data".into(),
            format!("{{\"passphrase\":\"{FRESH}\",\"pwd\":{NUMBER}}}"),
        ],
        vec![
            format!("{base}/x/0"),
            "--data".into(),
            format!("a=1&private_key={FRESH} and more"),
        ],
        vec![
            format!("{base}/x/0"),
            "--data".into(),
            format!("<a><access_key>{FRESH}</access_key></a>"),
        ],
    ];
    for args in &typed {
        for more in [&[][..], &["--json"]] {
            let mut all = vec!["send", "POST"];
            all.extend(args.iter().map(String::as_str));
            all.extend(more);
            let ran = home.run(&all);
            assert_eq!(ran.code, 4, "{args:?}: {}", ran.all());
            printed(&args.join(" "), &case, &ran);
        }
    }
    let listed = home.run(&["history", "list", "--json", "--limit", "100"]);
    printed("history list", &case, &listed);
    let rows = listed.json();
    for row in rows["exchanges"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        printed(
            "history show",
            &case,
            &home.run(&["history", "show", id, "--json"]),
        );
        for form in EXPORTS {
            printed(form, &case, &home.run(&["export", id, "--as", form]));
        }
    }
    assert_eq!(server.asked().len(), 2 * typed.len());
    let bytes = written(&home);
    assert!(has(&bytes, KEPT));
    is_clean("at rest", &case, &bytes);
}
