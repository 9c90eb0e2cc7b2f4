//! Cookies (RFC 6265): a login is followed through redirects, steps and cases; what a cookie
//! holds is shown and kept nowhere; one that has ended is evidence.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use faults::{Asked, Server, answer};
use program::{Home, Ran};
use std::io::Write;
use tty::Tty;

const SID: &str = "s3cr3t-session-0123456789";

/// A site with a login: `/login` gives a cookie and leads to `/home`, which wants it.
fn site() -> Server {
    Server::doing(|call, stream| {
        let path = call.target.split('?').next().unwrap_or_default().to_owned();
        let knows = call.header("cookie").is_some_and(|c| c.contains(SID));
        let set = format!("set-cookie: sid={SID}; Path=/; HttpOnly\r\n");
        let head = |status: &str, more: &str, body: &str| {
            answer(
                status,
                &format!("{more}content-type: text/plain\r\n"),
                body.as_bytes(),
            )
        };
        let said = match path.as_str() {
            "/login" => head("302 Found", &format!("{set}location: /home\r\n"), ""),
            // Comes back to the same address once there is a cookie.
            "/gate" if !knows => head("302 Found", &format!("{set}location: /gate\r\n"), ""),
            "/csrf" => head(
                "200 OK",
                "x-csrf: token-99887766\r\nset-cookie: theme=dark7\r\n",
                "ok",
            ),
            "/logout" => head(
                "401 Unauthorized",
                "set-cookie: sid=; Path=/; Max-Age=0\r\n",
                "over",
            ),
            "/away" => head("302 Found", "location: http://localhost:9/never\r\n", ""),
            _ if knows => head("200 OK", "", &format!("welcome {SID}")),
            _ => head("401 Unauthorized", "", "who are you"),
        };
        let _ = stream.write_all(&said);
        false
    })
}

fn targets(calls: &[Asked]) -> Vec<String> {
    calls.iter().map(|call| call.target.clone()).collect()
}

fn is_nowhere(home: &Home, ran: &Ran) {
    assert!(!ran.all().contains(SID), "{}", ran.all());
    let mut folders = vec![home.path("")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            let found = bytes.windows(SID.len()).any(|w| w == SID.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn a_login_is_followed_through_its_redirect_and_its_value_stands_nowhere() {
    let site = site();
    let home = Home::new();
    let ran = home.run(&["send", "GET", &(site.base() + "/login")]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.out.contains("welcome ‹"), "{}", ran.out);
    is_nowhere(&home, &ran);
    // Another run begins without.
    assert_eq!(home.run(&["send", "GET", &(site.base() + "/home")]).code, 4);
}

#[test]
fn the_same_address_with_a_cookie_is_no_loop() {
    let site = site();
    let ran = Home::new().run(&["send", "GET", &(site.base() + "/gate")]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(targets(&site.asked()), ["/gate", "/gate"]);
}

#[test]
fn cookies_are_switched_off_by_an_option_and_by_an_environment() {
    let site = site();
    let login = site.base() + "/login";
    let ran = Home::new().run(&["send", "GET", &login, "--no-cookies"]);
    assert_eq!(ran.code, 4, "{}", ran.all());
    let config = format!(
        "environment = \"e\"\n[environments.e]\nbase_url = \"{}\"\nno_cookies = true\n",
        site.base()
    );
    assert_eq!(
        Home::settled(&config).run(&["send", "GET", "/login"]).code,
        4
    );
    assert!(
        site.asked()
            .iter()
            .all(|call| call.header("cookie").is_none())
    );
}

#[test]
fn a_cookie_that_was_typed_goes_as_it_is_and_alone() {
    let site = site();
    let ran = Home::new().run(&[
        "send",
        "GET",
        &(site.base() + "/login"),
        "--header",
        "Cookie: a=1;  b=2",
    ]);
    assert_eq!(ran.code, 4);
    for call in site.asked() {
        assert_eq!(call.header("cookie"), Some("a=1;  b=2"));
    }
}

/// A session of these steps, with what each captures.
fn session(home: &Home, steps: &[(&str, &str)]) -> String {
    let mut text = "version = 2\nname = \"login\"\n".to_owned();
    for (url, more) in steps {
        text.push_str(&format!(
            "\n[[step]]\nname = \"{url}\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}{url}\"\n{more}\n"
        ));
    }
    home.write("login.session.toml", text)
}

#[test]
fn a_session_keeps_its_cookies_and_captures_them_and_headers() {
    let site = site();
    let home = Home::new();
    let file = session(
        &home,
        &[
            ("/login", "capture = { sid = { cookie = \"sid\" } }"),
            ("/csrf", "capture = { csrf = { header = \"X-Csrf\" } }"),
            (
                "/home",
                "headers = [[\"X-Csrf\", \"{{csrf}}\"], [\"X-Copy\", \"{{sid}}\"]]",
            ),
        ],
    );
    let ran = home.run(&["replay", &file, "--base-url", &site.base(), "--json"]);
    let report = ran.json();
    let steps = report["steps"].as_array().unwrap();
    assert!(
        steps.iter().all(|step| step["replayed"]["status"] == 200),
        "{report}"
    );
    let asked = site.asked();
    let last = asked.last().unwrap();
    assert_eq!(last.header("x-csrf"), Some("token-99887766"));
    assert_eq!(last.header("x-copy"), Some(SID));
    assert_eq!(
        last.header("cookie"),
        Some(format!("sid={SID}; theme=dark7").as_str())
    );
    is_nowhere(&home, &ran);
    let hurl = home.run(&["export", &file, "--as", "hurl", "--base-url", &site.base()]);
    assert!(hurl.out.contains("sid: cookie \"sid\""), "{}", hurl.all());
    assert!(hurl.out.contains("csrf: header \"X-Csrf\""), "{}", hurl.out);
}

#[test]
fn a_capture_that_names_no_place_is_refused_with_its_line() {
    let home = Home::new();
    for wrong in [
        "{ }",
        "{ header = \"a\", cookie = \"b\" }",
        "{ body = \"a\" }",
        "7",
    ] {
        let file = session(&home, &[("/x", &format!("capture = {{ a = {wrong} }}"))]);
        let ran = home.run(&["replay", &file, "--base-url", "http://127.0.0.1:9"]);
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.all());
        assert!(ran.err.contains(".toml:8:"), "{wrong}: {}", ran.err);
    }
}

#[test]
fn a_cookie_that_the_answer_takes_back_is_evidence() {
    let site = site();
    let home = Home::new();
    let file = session(&home, &[("/login", ""), ("/logout", "")]);
    let ran = home.run(&["replay", &file, "--base-url", &site.base()]);
    assert_ne!(ran.code, 2, "{}", ran.all());
    let listed = home.run(&["history", "list", "/logout", "--json"]).json();
    let id = listed["exchanges"][0]["id"].as_str().unwrap().to_owned();
    let shown = home.run(&["history", "show", &id, "--json"]).json();
    let notes = shown["outcome"]["notes"].to_string();
    assert!(notes.contains("takes back cookie sid"), "{shown}");
}

#[test]
fn cookies_of_one_host_do_not_reach_another() {
    let (site, other) = (site(), site());
    let home = Home::new();
    let text = format!(
        "name = \"two\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"{}/login\"\n[[step]]\nname = \"b\"\nmethod = \"GET\"\nurl = \"{}/home\"\n",
        site.base(),
        other.base()
    );
    let file = home.write("two.session.toml", text);
    home.run(&["replay", &file, "--base-url", &site.base()]);
    assert!(
        other
            .asked()
            .iter()
            .all(|call| call.header("cookie").is_none())
    );
    assert_eq!(other.asked().len(), 1);
}

#[test]
fn each_token_of_a_matrix_has_cookies_of_its_own() {
    let site = Server::doing(|call, stream| {
        let who = call.header("authorization").unwrap_or("Bearer nobody-0");
        let set = format!("set-cookie: who={}; Path=/\r\n", &who[7..]);
        let _ = stream.write_all(&answer("200 OK", &set, b"{}"));
        false
    });
    let home = Home::new()
        .with("HTTRIAGE_TOKEN_A", "aaaaaaaa-0123456789")
        .with("HTTRIAGE_TOKEN_B", "bbbbbbbb-0123456789");
    let file = session(&home, &[("/1", ""), ("/2", ""), ("/3", "")]);
    let base = site.base();
    let ran = home.run(&["matrix", &file, "--tokens", "a,b,none", "--base-url", &base]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let mut along = 0;
    for call in site.asked() {
        let who = call.header("authorization").unwrap_or("Bearer nobody-0");
        if let Some(cookie) = call.header("cookie") {
            assert_eq!(cookie, format!("who={}", &who[7..]));
            along += 1;
        }
    }
    assert!(along > 0, "no cookie went along");
}

#[test]
fn on_the_screen_the_jar_is_looked_at_and_emptied() {
    let site = site();
    let mut tty = Tty::start(&[&(site.base() + "/login")], (160, 48));
    tty.sees("GET ▾");
    tty.types("\x12");
    tty.sees("✓ 200 OK");
    tty.types("K");
    let text = tty.sees("1 cookie, in memory until the end of this run");
    assert!(text.contains("Remove sid") && !text.contains(SID), "{text}");
    tty.types("jj\r");
    tty.sees("All cookies of this run were removed.");
    tty.types("K");
    tty.sees("no answer has set one in this run");
    tty.types("j\r");
    tty.sees("neither kept nor sent");
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
    assert!(!String::from_utf8_lossy(&tty.bytes()).contains(SID));
}
