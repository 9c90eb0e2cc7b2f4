//! The ways out: whose certificates are believed, through which proxy calls go, and that nothing
//! is sent where the other side is not who it should be.

use crate::faults;
use crate::program;

use faults::proxy::{Socks, forbidding, locked, socks_answering, tunnel};
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
    assert!(text.err.contains("was not checked"), "{}", text.err);
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
    // Nobody was met there, so nobody's certificate was left unchecked.
    let nobody = format!("https://127.0.0.1:{}", dead_port());
    let ran = get(&home, &nobody, &["--insecure", &nobody]);
    assert_eq!(ran.json()["outcome"]["kind"], "connect.refused");
    assert!(ran.json().get("unverified").is_none(), "{}", ran.out);

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
    assert_eq!(outcome["kind"], "tls.client_certificate", "{outcome}");
    let hint = outcome["hint"].as_str().unwrap();
    assert!(hint.contains("client_certificate"), "{outcome}");
    assert!(hint.contains("CN=rcgen self signed cert"), "{outcome}");
    assert_eq!(ran.json()["attempts"], 1);

    // One of somebody else's is not taken, and called by that name.
    let stranger = Authority::named("stranger").signs(&["me.acme.example"], (2020, 2100));
    let certificate = home.write("stranger.pem", &stranger.pem);
    let key = home.write("stranger.key", &stranger.key_pem);
    let settings = |certificate: &str, key: &str| {
        format!(
            "[environments.acme]\nbase_url = \"{}\"\nca_file = \"{ca}\"\n\
             client_certificate = \"{certificate}\"\nclient_key = \"{key}\"\n",
            server.base()
        )
    };
    home.write("config.toml", settings(&certificate, &key));
    let outcome = fails(&home, "/", &["--env", "acme"], "tls.client_certificate");
    assert!(message(&outcome).contains("does not accept"), "{outcome}");
    assert_eq!(server.asked().len(), 0);

    let me = authority.signs(&["me.acme.example"], (2020, 2100));
    let certificate = home.write("me.pem", &me.pem);
    let key = home.write("me.key", &me.key_pem);
    home.write("config.toml", settings(&certificate, &key));
    works(&get(&home, "/", &["--env", "acme"]));

    // Paths as people write them, and files as editors leave them.
    home.write("bom.pem", format!("\u{feff}{}", me.pem));
    home.write("config.toml", settings("~/bom.pem", "~/me.key"));
    works(&get(&home, "/", &["--env", "acme"]));
}

#[test]
fn a_key_that_cannot_be_read_is_named_as_what_it_is_before_anything_is_sent() {
    let server = SecureServer::showing(Authority::new().signs_loopback());
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let me = Authority::new().signs_loopback();
    for (certificate, key, says) in [
        (me.pem.as_str(), encrypted, "an encrypted key"),
        ("0\u{5}\u{2}\u{1}\u{3}0\0", encrypted, "PKCS#12"),
        (me.pem.as_str(), "", "no PEM private key"),
        (encrypted, encrypted, "encrypted private key"),
    ] {
        let home = Home::new();
        let certificate = home.write("me.pem", certificate);
        let key = home.write("me.key", key);
        home.write(
            "config.toml",
            format!(
                "[environments.acme]\nbase_url = \"{}\"\n\
                 client_certificate = \"{certificate}\"\nclient_key = \"{key}\"\n",
                server.base()
            ),
        );
        let outcome = fails(&home, "/", &["--env", "acme"], "tls.client_certificate");
        assert!(message(&outcome).contains(says), "{outcome}");
        assert!(message(&outcome).contains("Nothing was sent"), "{outcome}");
    }
    assert_eq!(server.handshakes(), 0);
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
    for (address, says) in [
        (proxy.base(), "its address holds none"),
        (
            proxy.base().replace("//", "//user:pass-phrase@"),
            "does not accept",
        ),
    ] {
        let home = Home::new().with("ALL_PROXY", &address);
        for url in ["http://127.0.0.1:9/core", "https://127.0.0.1:9/core"] {
            let outcome = fails(&home, url, &[], "proxy.refused");
            assert_eq!(outcome["response"]["status"], 407, "{outcome}");
            for part in ["407", "office", says] {
                assert!(message(&outcome).contains(part), "{outcome}");
            }
            assert!(outcome["hint"].as_str().unwrap().contains("USER:PASSWORD@"));
            assert!(!outcome.to_string().contains("pass-phrase"), "{outcome}");
        }
    }
}

#[test]
fn a_proxy_that_opens_nothing_shows_its_status_and_page() {
    for status in [
        "403 Forbidden",
        "502 Bad Gateway",
        "503 Service Unavailable",
    ] {
        let proxy = forbidding(status);
        let home = Home::new().with("https_proxy", &proxy.base());
        let secret = ["--header", "Authorization: Bearer a-long-secret-value"];
        let outcome = fails(
            &home,
            "https://api.acme.example/core",
            &secret,
            "proxy.denied",
        );
        for part in [status, "api.acme.example"] {
            assert!(message(&outcome).contains(part), "{outcome}");
        }
        assert_eq!(
            outcome["response"]["body"]["text"],
            "<h1>Blocked by policy</h1>"
        );
        // Asked for the way twice, and for nothing else.
        let asked = proxy.asked();
        assert_eq!(asked.len(), 2);
        for asked in asked {
            assert_eq!(
                (asked.method.as_str(), asked.target.as_str()),
                ("CONNECT", "api.acme.example:443")
            );
            assert_eq!(asked.header("authorization"), None);
        }
        // It is the proxy's status and not the API's.
        let text = home.run(&["send", "GET", "https://api.acme.example/core"]);
        assert!(
            text.err.starts_with("⚡ no answer: proxy.denied"),
            "{}",
            text.err
        );
        assert!(text.out.contains("Blocked by policy"), "{}", text.out);
    }
}

#[test]
fn a_proxy_that_is_none_or_refuses_says_why() {
    let target = "https://127.0.0.1:9/";
    for (proxy, says) in [
        (Server::saying("").base(), "closed the connection instead"),
        (
            Server::saying("SSH-2.0-x\r\n").base(),
            "what it answered cannot be read",
        ),
        (socks_answering(2), "its rules do not allow this host"),
        (socks_answering(5), "the host refused its connection"),
        (socks_answering(99), "not SOCKS"),
    ] {
        let home = Home::new().with("ALL_PROXY", &proxy);
        let outcome = fails(&home, target, &[], "proxy.refused");
        assert!(message(&outcome).contains(says), "{proxy}: {outcome}");
        let name = proxy.split("://").nth(1).unwrap();
        assert!(message(&outcome).contains(name), "{outcome}");
    }
}

#[test]
fn a_name_that_the_proxy_would_have_had_to_look_up_is_not_the_proxys_fault() {
    let home = Home::new().with("ALL_PROXY", &format!("socks5://127.0.0.1:{}", dead_port()));
    let outcome = fails(&home, "http://nowhere.invalid/x", &[], "dns.unresolved");
    assert!(message(&outcome).contains("nowhere.invalid"), "{outcome}");
    let hint = outcome["hint"].as_str().unwrap();
    assert!(hint.contains("socks5h://"), "{hint}");
    // The proxy's own name is the proxy's.
    let home = Home::new().with("ALL_PROXY", "socks5://nowhere.invalid:1080");
    let outcome = fails(&home, "http://127.0.0.1:1/x", &[], "proxy.refused");
    assert!(message(&outcome).contains("nowhere.invalid"), "{outcome}");
}

#[test]
fn a_proxy_cannot_lead_a_call_elsewhere() {
    let elsewhere = Server::saying(answer("200 OK", "", b"elsewhere"));
    let location = format!("location: {}/login\r\n", elsewhere.base());
    let proxy = Server::saying(answer("302 Found", &location, b"Sign in first"));
    let home = Home::new().with("HTTPS_PROXY", &proxy.base());
    let outcome = fails(&home, "https://api.acme.example/", &[], "proxy.denied");
    assert!(message(&outcome).contains("302"), "{outcome}");
    assert_eq!(elsewhere.asked().len(), 0);
}

#[test]
fn what_is_wrong_with_a_proxys_own_certificate_is_said_of_the_proxy() {
    let proxy = SecureServer::showing(Authority::new().signs_loopback());
    let home = Home::new().with("ALL_PROXY", &proxy.base());
    for url in ["https://api.acme.example/", "http://api.acme.example/"] {
        let outcome = fails(&home, url, &[], "tls.untrusted");
        let name = format!("the proxy 127.0.0.1:{}", proxy.port());
        assert!(message(&outcome).contains(&name), "{outcome}");
    }
    assert_eq!(proxy.asked().len(), 0);
}

#[test]
fn what_is_wrong_behind_a_proxy_is_the_hosts_and_not_the_proxys() {
    let tunnel = tunnel();
    let untrusted = SecureServer::showing(Authority::new().signs_loopback());
    let home = Home::new().with("ALL_PROXY", &tunnel.base());
    let outcome = fails(&home, &untrusted.base(), &[], "tls.untrusted");
    assert!(!message(&outcome).contains("proxy"), "{outcome}");
    // Closes as soon as the secure connection is begun.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            drop(stream);
        }
    });
    let outcome = fails(&home, &url, &[], "tls.handshake");
    assert!(!message(&outcome).contains("proxy"), "{outcome}");
    assert_eq!(tunnel.asked().len(), 2);
}

#[test]
fn an_address_that_cannot_be_read_is_refused_and_never_gone_past() {
    let proxy = Server::saying(answer("200 OK", "", b"proxy"));
    let target = Server::saying(answer("200 OK", "", b"fine"));
    let at = |user: &str| proxy.base().replace("http://", &format!("http://{user}@"));
    for (address, says) in [
        (at("user:pass@phrase"), "%40"),
        (at("user:pass#phrase"), "%23"),
        (at("user:pass/phrase"), "%2F"),
        (at("ACME\\user:pass-phrase"), "%5C"),
        ("ftp://127.0.0.1:9".to_owned(), "scheme"),
        ("http://127.0.0.1:port".to_owned(), "no URL"),
        ("not an address".to_owned(), "blank"),
    ] {
        for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
            let home = Home::new().with(variable, &address);
            let outcome = fails(&home, &target.base(), &[], "proxy.refused");
            for part in ["Nothing was sent", variable, says] {
                assert!(message(&outcome).contains(part), "{outcome}");
            }
            assert!(!outcome.to_string().contains("phrase"), "{outcome}");
        }
        // It is nobody's business where no proxy is needed, or for another kind of URL.
        for (variable, value) in [("NO_PROXY", "127.0.0.1"), ("REQUEST_METHOD", "GET")] {
            let home = Home::new()
                .with("HTTP_PROXY", &address)
                .with(variable, value);
            works(&get(&home, &target.base(), &[]));
        }
        works(&get(
            &Home::new().with("HTTPS_PROXY", &address),
            &target.base(),
            &[],
        ));
    }
    assert_eq!(proxy.asked().len(), 0);
    // Escaped, each letter arrives.
    let home = Home::new().with("http_proxy", &at("us%40er:p%40s%23s%2f"));
    works(&get(&home, &target.base(), &[]));
    let asked = proxy.asked();
    assert_eq!(
        asked[0].header("proxy-authorization"),
        Some("Basic dXNAZXI6cEBzI3Mv")
    );
}

#[test]
fn no_proxy_is_obeyed_for_all_hosts_addresses_and_ports() {
    let proxy = Server::saying(answer("200 OK", "", b"proxy"));
    let target = Server::saying(answer("200 OK", "", b"fine"));
    let base = target.base();
    let named = base.replace("127.0.0.1", "localhost");
    let port = base.rsplit(':').next().unwrap();
    let went = |list: &str, url: &str| {
        let home = Home::new()
            .with("http_proxy", &proxy.base())
            .with("NO_PROXY", list);
        let exchange = works(&get(&home, url, &[]));
        exchange["outcome"]["body"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for list in [
        "*",
        "127.0.0.0/8,localhost",
        &format!("127.0.0.1:{port} localhost:{port}"),
    ] {
        for url in [&base, &named] {
            assert_eq!(went(list, url), "fine", "{list}: {url}");
        }
    }
    for list in ["", "127.0.0.1:1", "10.0.0.0/8", "acme.example"] {
        assert_eq!(went(list, &base), "proxy", "{list}");
    }
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
