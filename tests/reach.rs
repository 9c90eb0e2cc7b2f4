//! How a host is reached where that is not left to the system: the connection goes elsewhere, and
//! the request, the certificate and the border of tokens stay with the name.

use crate::faults;
use crate::program;

use faults::http2::{Call, Http2, Reply};
use faults::secure::Authority;
use faults::{Server, answer, dead_port};
use program::{Home, Ran};
use serde_json::Value;
use std::io::Write;

fn telling_its_host() -> Server {
    Server::doing(|asked, stream| {
        let host = asked.header("host").unwrap_or_default().to_owned();
        stream
            .write_all(&answer("200 OK", "", host.as_bytes()))
            .is_ok()
    })
}

fn port_of(server: &Server) -> String {
    server.base().rsplit(':').next().unwrap().to_owned()
}

fn get(home: &Home, url: &str, options: &[&str]) -> Ran {
    let mut args = vec!["send", "GET", url, "--json", "--timeout", "10"];
    args.extend(options);
    home.run(&args)
}

fn outcome(ran: &Ran) -> Value {
    ran.json()["outcome"].clone()
}

#[test]
fn a_name_is_reached_at_the_address_it_was_given_and_stays_the_name() {
    let server = telling_its_host();
    let port = port_of(&server);
    let url = format!("http://api.acme.example:{port}/");
    for to in ["127.0.0.1", "[::1],127.0.0.1"] {
        let rule = format!("API.acme.example:{port}:{to}");
        let said = outcome(&get(&Home::new(), &url, &["--resolve", &rule]));
        assert_eq!(said["status"], 200, "{said}");
        assert_eq!(said["body"]["text"], format!("api.acme.example:{port}"));
    }
    let rule = format!("*:{port}:127.0.0.1");
    let said = outcome(&get(&Home::new(), &url, &["--resolve", &rule]));
    assert_eq!(said["status"], 200, "{said}");
}

#[test]
fn a_rule_for_another_port_is_none_for_this_one() {
    let server = telling_its_host();
    let url = format!("http://localhost:{}/", port_of(&server));
    let rule = format!("localhost:{}:127.0.0.1", dead_port());
    let said = outcome(&get(&Home::new(), &url, &["--resolve", &rule]));
    assert_eq!(said["status"], 200, "{said}");
}

#[test]
fn an_environment_says_how_it_is_reached_and_the_run_goes_before_it() {
    let server = telling_its_host();
    let (port, dead) = (port_of(&server), dead_port());
    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"http://api.acme.example:{port}\"\nresolve = [\"api.acme.example:{port}:127.0.0.1\"]\nhttp1.1 = true\n\
         [environments.lost]\nbase_url = \"http://127.0.0.1:{dead}\"\nipv6 = true\n"
    ));
    let said = outcome(&get(&home, "/x", &["--env", "acme"]));
    assert_eq!(said["status"], 200, "{said}");
    let rule = format!("api.acme.example:{port}:127.0.0.255");
    let said = outcome(&get(&home, "/x", &["--env", "acme", "--resolve", &rule]));
    assert_eq!(said["kind"], "connect.refused", "{said}");
    let said = outcome(&get(&home, "/x", &["--env", "lost"]));
    assert_eq!(said["kind"], "dns.unresolved", "{said}");
    let said = outcome(&get(&home, "/x", &["--env", "lost", "-4"]));
    assert_eq!(said["kind"], "connect.refused", "{said}");
}

#[test]
fn one_family_of_addresses_is_used_and_its_absence_is_named() {
    let server = telling_its_host();
    let port = port_of(&server);
    let url = format!("http://api.acme.example:{port}/");
    let both = format!("api.acme.example:{port}:::1,127.0.0.1");
    let said = outcome(&get(&Home::new(), &url, &["--resolve", &both, "-4"]));
    assert_eq!(said["status"], 200, "{said}");
    let one = format!("api.acme.example:{port}:127.0.0.1");
    let said = outcome(&get(&Home::new(), &url, &["--resolve", &one, "-6"]));
    assert_eq!(said["kind"], "dns.unresolved", "{said}");
    let words = said["message"].as_str().unwrap();
    assert!(words.contains("has no IPv6 address"), "{words}");
    for (url, option) in [("http://127.0.0.1:9/", "-6"), ("http://[::1]:9/", "-4")] {
        let said = outcome(&get(&Home::new(), url, &[option]));
        assert_eq!(said["kind"], "dns.unresolved", "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_socket_of_the_system_stands_in_for_every_host() {
    use std::io::Read;
    use std::os::unix::net::UnixListener;
    let home = Home::new();
    let path = home.path("api.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let length = stream.read(&mut bytes).unwrap();
        stream.write_all(&answer("200 OK", "", b"here")).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    });
    let path = path.display().to_string();
    let said = outcome(&get(
        &home,
        "http://docker.example/v1/info",
        &["--unix-socket", &path],
    ));
    assert_eq!(
        (&said["status"], &said["body"]["text"]),
        (&200.into(), &"here".into())
    );
    let asked = serving.join().unwrap().to_ascii_lowercase();
    assert!(asked.starts_with("get /v1/info http/1.1"), "{asked}");
    assert!(asked.contains("host: docker.example\r\n"), "{asked}");
    let missing = home.path("none.sock").display().to_string();
    let said = outcome(&get(
        &home,
        "http://docker.example/",
        &["--unix-socket", &missing],
    ));
    assert_eq!(said["kind"], "connect.unreachable", "{said}");
    assert!(
        said["message"].as_str().unwrap().contains("none.sock"),
        "{said}"
    );
}

#[test]
fn a_proxy_beside_an_address_or_a_socket_is_refused() {
    let home = Home::new().with("HTTP_PROXY", "http://127.0.0.1:9");
    let url = "http://api.acme.example/";
    for options in [
        ["--resolve", "api.acme.example:80:127.0.0.1"],
        ["--unix-socket", "/nowhere.sock"],
    ] {
        let said = outcome(&get(&home, url, &options));
        assert_eq!(said["kind"], "proxy.refused", "{said}");
        let words = said["message"].as_str().unwrap();
        assert!(words.starts_with("Nothing was sent"), "{words}");
    }
    // A rule for another host is none for this one.
    let rule = "other.example:80:127.0.0.1";
    let said = outcome(&get(&home, url, &["--resolve", rule]));
    assert!(!said["message"].as_str().unwrap().starts_with("Nothing"));
}

#[test]
fn rules_that_cannot_be_read_end_with_words() {
    for rule in ["api.acme.example", "a:80:b", "10.0.0.1:80:10.0.0.2"] {
        let ran = get(&Home::new(), "http://a.example/", &["--resolve", rule]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(rule), "{}", ran.err);
    }
    for pair in [["-4", "-6"], ["--http1.1", "--http2"]] {
        assert_eq!(get(&Home::new(), "http://a.example/", &pair).code, 2);
    }
}

fn over_tls(options: &[&str]) -> (Value, Vec<Call>) {
    let authority = Authority::new();
    let deed = |_: &Call, reply: &mut Reply| {
        reply.ok();
        true
    };
    let server = Http2::doing(authority.signs_loopback(), deed);
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    let mut all = vec!["--cacert", &file];
    all.extend(options);
    let ran = get(&home, &format!("{}/x", server.base()), &all);
    (outcome(&ran), server.calls())
}

#[test]
fn one_version_of_http_is_spoken_where_one_was_chosen() {
    let (said, calls) = over_tls(&["--http2"]);
    assert_eq!((&said["status"], calls[0].is_http1), (&200.into(), false));
    let (said, calls) = over_tls(&["--http1.1"]);
    assert!(calls.iter().all(|call| call.is_http1), "{said}");
    // A server of the older version says so in its own way, and nothing else is tried.
    let server = telling_its_host();
    let said = outcome(&get(&Home::new(), &server.base(), &["--http2"]));
    let hint = said["hint"].as_str().unwrap();
    assert!(hint.starts_with("HTTP/2 alone was asked for"), "{said}");
}

#[test]
fn a_token_stays_with_the_name_wherever_the_connection_goes() {
    let server = telling_its_host();
    let port = port_of(&server);
    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"http://api.acme.example:{port}\"\ntokens = [\"support\"]\n\
         [tokens.support]\nenv = \"SUPPORT\"\norigins = [\"http://api.acme.example:{port}\"]\n"
    ))
    .with("SUPPORT", "made-up-value-of-a-token");
    let rule = format!("*:{port}:127.0.0.1");
    let options = ["--env", "acme", "--token", "support", "--resolve", &rule];
    let said = outcome(&get(&home, "/x", &options));
    assert_eq!(said["status"], 200, "{said}");
    let other = format!("http://other.example:{port}/{{{{token:support}}}}");
    let said = outcome(&get(&home, &other, &["--env", "acme", "--resolve", &rule]));
    assert_eq!(said["kind"], "token.wrong_instance", "{said}");
    let seen: Vec<bool> = server
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").is_some())
        .collect();
    assert_eq!(seen, [true]);
}
