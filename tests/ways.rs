//! The ways out: whose certificates are believed, through which proxy calls go, and that nothing
//! is sent where the other side is not who it should be.

mod faults;
mod program;

use faults::proxy::{Socks, locked, tunnel};
use faults::secure::{Authority, SecureServer};
use faults::{Server, answer, dead_port, until_gone};
use program::{Home, Ran};
use serde_json::Value;
use std::io::Write;
use std::net::TcpListener;

fn get(home: &Home, url: &str, options: &[&str]) -> Ran {
    let mut args = vec!["send", "GET", url, "--json"];
    args.extend(options);
    home.run(&args)
}

#[track_caller]
fn fails(home: &Home, url: &str, options: &[&str], kind: &str) -> Value {
    let ran = get(home, url, options);
    let outcome = ran.json()["outcome"].clone();
    assert_eq!(outcome["kind"], kind, "{outcome}");
    assert_eq!(ran.code, 1);
    for part in ["message", "hint"] {
        assert!(outcome[part].as_str().unwrap().ends_with('.'), "{outcome}");
    }
    outcome
}

#[track_caller]
fn works(ran: &Ran) -> Value {
    let exchange = ran.json();
    assert_eq!(exchange["outcome"]["status"], 200, "{exchange}");
    exchange
}

fn message(outcome: &Value) -> &str {
    outcome["message"].as_str().unwrap()
}

#[test]
fn a_certificate_of_nobody_we_trust_is_refused_and_nothing_is_sent() {
    let server = SecureServer::showing(Authority::new().signs_loopback());
    let outcome = fails(&Home::new(), &server.base(), &[], "tls.untrusted");
    assert!(message(&outcome).contains("nothing was sent"));
    assert_eq!((server.handshakes(), server.asked().len()), (1, 0));
}

#[test]
fn an_authority_is_trusted_by_option_by_variable_and_by_environment() {
    let authority = Authority::new();
    let server = SecureServer::showing(authority.signs_loopback());
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    let exchange = works(&get(&home, &server.base(), &["--cacert", &file]));
    assert_eq!(exchange["outcome"]["body"]["text"], "behind TLS");
    assert!(exchange["outcome"]["timing"]["tls_ms"].as_f64().unwrap() > 0.0);
    assert!(exchange.get("unverified").is_none());

    let home = Home::new().with("SSL_CERT_FILE", &file);
    works(&get(&home, &server.base(), &[]));

    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"{}\"\nca_file = \"{file}\"\n",
        server.base()
    ));
    works(&get(&home, "/", &["--env", "acme"]));
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_file_without_an_authority_is_named() {
    let home = Home::new();
    let empty = home.write("empty.pem", "no certificate here\n");
    for file in [empty.as_str(), "missing.pem"] {
        let ran = home.run(&["send", "GET", "https://127.0.0.1:9/", "--cacert", file]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(file), "{}", ran.err);
    }
    let home = Home::settled(
        "[environments.acme]\nbase_url = \"https://127.0.0.1:9\"\nca_file = \"gone.pem\"\n",
    );
    let outcome = fails(&home, "/", &["--env", "acme"], "tls.untrusted");
    assert!(message(&outcome).contains("gone.pem"), "{outcome}");
}

#[test]
fn a_certificate_outside_its_dates_says_which() {
    let authority = Authority::new();
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    for (years, says) in [
        ((2010, 2012), "expired on 2012-01-01"),
        ((2090, 2100), "not valid before 2090-01-01"),
    ] {
        let server = SecureServer::showing(authority.signs(&["127.0.0.1"], years));
        let outcome = fails(&home, &server.base(), &["--cacert", &file], "tls.expired");
        assert!(message(&outcome).contains(says), "{outcome}");
        assert_eq!(server.asked().len(), 0);
    }
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let authority = Authority::new();
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    let server = SecureServer::showing(authority.signs(&["api.acme.example"], (2020, 2100)));
    fails(
        &home,
        &server.base(),
        &["--cacert", &file],
        "tls.wrong_host",
    );
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn the_check_is_left_out_for_one_origin_and_said_every_time() {
    let authority = Authority::new();
    let server = SecureServer::showing(authority.signs_loopback());
    let other = SecureServer::showing(authority.signs_loopback());
    let home = Home::new();
    let base = server.base();
    let ran = get(&home, &base, &["--insecure", &base]);
    assert_eq!(works(&ran)["unverified"], serde_json::json!([base]));
    assert!(ran.err.contains("not checked"), "{}", ran.err);
    let text = home.run(&["send", "GET", &base, "--insecure", &base]);
    assert!(text.out.contains("was not checked"), "{}", text.out);
    // Another port is another origin.
    fails(
        &home,
        &other.base(),
        &["--insecure", &base],
        "tls.untrusted",
    );
    assert_eq!(other.asked().len(), 0);
    let wrong = home.run(&["send", "GET", &base, "--insecure", "here"]);
    assert_eq!(wrong.code, 2);

    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"{base}\"\ninsecure_origins = [\"{base}\"]\n"
    ));
    let exchange = works(&get(&home, "/", &["--env", "acme"]));
    assert_eq!(exchange["unverified"], serde_json::json!([base]));
    // It is still known when the call is looked at later.
    let shown = home.run(&[
        "history",
        "show",
        exchange["id"].as_str().unwrap(),
        "--json",
    ]);
    assert_eq!(shown.json()["unverified"], serde_json::json!([base]));
}

#[test]
fn a_server_that_asks_who_we_are_gets_the_environments_certificate() {
    let authority = Authority::new();
    let server = SecureServer::demanding(authority.signs_loopback(), &authority);
    let home = Home::new();
    let ca = home.write("ca.pem", &authority.pem);
    let ran = get(&home, &server.base(), &["--cacert", &ca]);
    let outcome = ran.json()["outcome"].clone();
    assert_eq!(outcome["kind"], "tls.handshake", "{outcome}");
    let hint = outcome["hint"].as_str().unwrap();
    assert!(hint.contains("client_certificate"), "{outcome}");

    let me = authority.signs(&["me.acme.example"], (2020, 2100));
    let certificate = home.write("me.pem", &me.pem);
    let key = home.write("me.key", &me.key_pem);
    let base = server.base();
    home.write(
        "config.toml",
        format!(
            "[environments.acme]\nbase_url = \"{base}\"\nca_file = \"{ca}\"\n\
             client_certificate = \"{certificate}\"\nclient_key = \"{key}\"\n"
        ),
    );
    works(&get(&home, "/", &["--env", "acme"]));
}

#[test]
fn a_machine_without_authorities_can_speak_plain_http_and_says_what_is_missing() {
    let home = Home::new()
        .with("SSL_CERT_FILE", "nowhere.pem")
        .with("SSL_CERT_DIR", "nowhere");
    let plain = Server::saying(answer("200 OK", "", b"fine"));
    works(&get(&home, &plain.base(), &[]));
    let server = SecureServer::showing(Authority::new().signs_loopback());
    let outcome = fails(&home, &server.base(), &[], "tls.untrusted");
    assert!(message(&outcome).contains("no authorities"), "{outcome}");
}

#[test]
fn https_to_a_port_of_plain_http_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    // It ends with the test's process.
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        until_gone(&mut stream);
    });
    let outcome = fails(&Home::new(), &url, &[], "tls.handshake");
    let hint = outcome["hint"].as_str().unwrap();
    assert!(hint.contains("http://"), "{outcome}");
}

#[test]
fn a_redirect_to_a_host_that_is_not_who_it_says_ends_there() {
    let server = SecureServer::showing(Authority::new().signs_loopback());
    let location = format!("location: {}/next\r\n", server.base());
    let first = Server::saying(answer("302 Found", &location, b""));
    let ran = get(&Home::new(), &first.base(), &[]);
    assert_eq!(ran.json()["outcome"]["kind"], "tls.untrusted");
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn a_proxy_that_is_not_there_is_named_and_not_the_host_behind_it() {
    let proxy = format!("127.0.0.1:{}", dead_port());
    let target = Server::saying(answer("200 OK", "", b"fine"));
    for (variable, address) in [
        ("http_proxy", format!("http://{proxy}")),
        ("ALL_PROXY", format!("http://user:pass-phrase@{proxy}")),
        ("ALL_PROXY", format!("socks5://{proxy}")),
    ] {
        let home = Home::new().with(variable, &address);
        let outcome = fails(&home, &target.base(), &[], "proxy.refused");
        assert!(message(&outcome).contains(&proxy), "{outcome}");
        assert!(!outcome.to_string().contains("pass-phrase"), "{outcome}");
    }
    for variable in ["HTTPS_PROXY", "ALL_PROXY"] {
        let home = Home::new().with(variable, &format!("http://{proxy}"));
        let outcome = fails(&home, "https://127.0.0.1:9/", &[], "proxy.refused");
        assert!(message(&outcome).contains(&proxy), "{outcome}");
    }
    assert_eq!(target.asked().len(), 0);
    let home = Home::new()
        .with("HTTP_PROXY", &format!("http://{proxy}"))
        .with("NO_PROXY", "127.0.0.1");
    works(&get(&home, &target.base(), &[]));
}

#[test]
fn a_proxy_that_wants_a_password_is_no_answer_of_the_api() {
    let proxy = locked();
    let home = Home::new().with("ALL_PROXY", &proxy.base());
    let outcome = fails(&home, "http://127.0.0.1:9/core", &[], "proxy.refused");
    assert_eq!(outcome["response"]["status"], 407);
    assert!(message(&outcome).contains("407"), "{outcome}");
    fails(&home, "https://127.0.0.1:9/core", &[], "proxy.refused");
}

#[test]
fn calls_go_through_the_proxy_of_the_environment() {
    let authority = Authority::new();
    let server = SecureServer::showing(authority.signs_loopback());
    let (tunnel, socks) = (tunnel(), Socks::start());
    let home = Home::new();
    let ca = home.write("ca.pem", &authority.pem);
    for proxy in [tunnel.base(), socks.url()] {
        home.write(
            "config.toml",
            format!(
                "[environments.acme]\nbase_url = \"{}\"\nca_file = \"{ca}\"\nproxy = \"{proxy}\"\n",
                server.base()
            ),
        );
        works(&get(&home, "/", &["--env", "acme"]));
    }
    assert_eq!((tunnel.asked().len(), socks.passed()), (1, 1));
    let plain = Server::saying(answer("200 OK", "", b"fine"));
    let home = Home::new().with("ALL_PROXY", &socks.url());
    works(&get(&home, &plain.base(), &[]));
    assert_eq!(socks.passed(), 2);
}

#[test]
fn a_proxy_that_is_no_url_is_said_without_repeating_it() {
    let home = Home::settled(
        "[environments.acme]\nbase_url = \"http://127.0.0.1:9\"\nproxy = \"http://u:pass-phrase@\"\n",
    );
    let outcome = fails(&home, "/", &["--env", "acme"], "proxy.refused");
    assert!(!outcome.to_string().contains("pass-phrase"), "{outcome}");
}
