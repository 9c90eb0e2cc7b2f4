//! The sandbox over its loopback socket: it gives the same answers as the pure function behind
//! it, and it stays at home.

#[cfg(unix)]
use httriage::engine::sandbox::{
    CALLS, Call, Request, Sandbox, SandboxError, World, answer, endpoints, practice_clients,
    token_value,
};
use httriage::model::{Headers, Response, Timestamp};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No test waits longer than this for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

type Pairs = Vec<(String, String)>;

fn address(sandbox: &Sandbox) -> SocketAddr {
    let base = sandbox.base_url();
    base.strip_prefix("http://").unwrap().parse().unwrap()
}

/// The headers of a call, as a client would send them.
fn headers_of(call: &Call, host: SocketAddr) -> Pairs {
    let mut pairs = vec![("host".to_owned(), host.to_string())];
    if let Some(token) = call.token {
        let value = token_value(token).unwrap();
        pairs.push(("authorization".into(), format!("Bearer {}", value.reveal())));
    }
    for (name, value) in call.headers {
        pairs.push((name.to_lowercase(), (*value).to_owned()));
    }
    pairs
}

fn purely(world: &mut World, call: &Call, host: SocketAddr) -> Response {
    let request = Request {
        method: call.method.to_owned(),
        target: call.url.to_owned(),
        headers: headers_of(call, host).into_iter().collect(),
        body: call.data.unwrap_or("").as_bytes().to_vec(),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    answer(world, &request, Timestamp::now()).response
}

fn text_of(method: &str, target: &str, headers: &Pairs, body: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text + "\r\n" + body
}

/// Sends one request and reads until the server closes.
async fn exchange(to: SocketAddr, request: &str) -> Response {
    let closing = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let work = async {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(closing.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        parse(&bytes)
    };
    tokio::time::timeout(PATIENCE, work).await.unwrap()
}

fn parse(bytes: &[u8]) -> Response {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let mut status_line = lines.next().unwrap().splitn(3, ' ');
    let version = status_line.next().unwrap().to_owned();
    let status = status_line.next().unwrap().parse().unwrap();
    Response {
        status,
        reason: status_line.next().unwrap_or("").to_owned(),
        version,
        headers: lines.map(|l| l.split_once(": ").unwrap()).collect(),
        body: bytes[end + 4..].to_vec(),
        ..Response::default()
    }
}

/// What must be equal: everything but the framing, the date, and times inside the body.
fn essence(mut response: Response) -> Response {
    let framing = ["date", "content-length", "connection"];
    let kept: Headers = response
        .headers
        .iter()
        .filter(|h| !framing.contains(&h.name.as_str()))
        .map(|h| (h.name.clone(), h.value.clone()))
        .collect();
    response.headers = kept;
    let year = Timestamp::now().to_string()[..4].to_owned();
    let mut body = String::from_utf8(response.body).unwrap();
    for at in (0..body.len().saturating_sub(19)).rev() {
        let Some(text) = body.get(at..at + 20) else {
            continue;
        };
        if text.starts_with(&year) && text.parse::<Timestamp>().is_ok() {
            body.replace_range(at..at + 20, "TIME");
        }
    }
    response.body = body.into_bytes();
    response
}

async fn is_the_same_over_loopback(call: &Call) {
    let sandbox = Sandbox::start(None).await.unwrap();
    let host = address(&sandbox);
    let mut world = World::fresh();
    let request = text_of(
        call.method,
        call.url,
        &headers_of(call, host),
        call.data.unwrap_or(""),
    );
    let heard = exchange(host, &request).await;
    let pure = purely(&mut world, call, host);
    assert_eq!(essence(heard), essence(pure), "{call:?}");
}

#[tokio::test]
async fn every_guided_call_is_answered_over_loopback_as_by_the_pure_function() {
    for call in CALLS {
        is_the_same_over_loopback(call).await;
    }
}

#[tokio::test]
async fn every_endpoint_is_answered_over_loopback_as_by_the_pure_function() {
    for endpoint in endpoints().iter() {
        for token in ["admin", "support"] {
            let mut url = endpoint.path.to_owned();
            for (place, value) in [
                ("{workspace}", "1"),
                ("{runbook}", "7"),
                ("{task}", "3"),
                ("{stream}", "1"),
                ("{field}", "1"),
                ("{user}", "3"),
                ("{token}", "3"),
            ] {
                url = url.replace(place, value);
            }
            is_the_same_over_loopback(&Call {
                status: 0,
                method: endpoint.method.clone().leak(),
                url: url.leak(),
                token: Some(token),
                headers: &[],
                data: None,
                note: "",
            })
            .await;
        }
    }
}

#[test]
fn every_guided_call_gives_its_status_in_a_fresh_world() {
    let host = "127.0.0.1:4000".parse().unwrap();
    for call in CALLS {
        let response = purely(&mut World::fresh(), call, host);
        let body = String::from_utf8_lossy(&response.body).into_owned();
        assert_eq!(response.status, call.status, "{call:?}\n{body}");
    }
}

#[test]
fn the_guided_calls_cover_every_documented_status_and_open_with_the_forbidden_tasks() {
    for status in [
        200, 201, 400, 401, 403, 404, 405, 422, 429, 500, 501, 503, 504,
    ] {
        assert!(CALLS.iter().any(|c| c.status == status), "{status}");
    }
    let first = CALLS[0];
    assert_eq!(
        (first.status, first.method, first.url, first.token),
        (403, "GET", "/core/runbooks/7/tasks", Some("support"))
    );
    for call in CALLS {
        assert!(call.url.starts_with('/'));
        assert!(
            call.note.ends_with('.') && call.note.len() < 100,
            "{}",
            call.note
        );
    }
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    assert_eq!(here.ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_ne!(here.port(), 0);
    // The other loopback addresses of Linux stand for any other interface of the machine.
    if cfg!(target_os = "linux") {
        assert!(
            TcpStream::connect(("127.0.0.2", here.port()))
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_and_its_own_is_not() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let port = here.port();
    let status = async |headers: &[(&str, &str)]| {
        let pairs = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        let text = text_of("OPTIONS", "/core/runbooks", &pairs, "");
        exchange(here, &text).await.status
    };
    let own = here.to_string();
    let local = format!("LocalHost:{port}");
    assert_eq!(status(&[("host", &own)]).await, 204);
    assert_eq!(status(&[("host", &local)]).await, 204);
    let page = format!("http://localhost:{port}");
    assert_eq!(status(&[("host", &own), ("origin", &page)]).await, 204);

    let rebound = format!("attacker.example:{port}");
    let wrong_port = format!("127.0.0.1:{}", port ^ 1);
    let tail = format!("127.0.0.1.attacker.example:{port}");
    for host in [&rebound, &wrong_port, &tail, "127.0.0.1", "localhost", ""] {
        assert_eq!(status(&[("host", host)]).await, 403, "{host}");
    }
    assert_eq!(status(&[]).await, 403);
    assert_eq!(status(&[("host", &own), ("host", &rebound)]).await, 403);
    let secure = format!("https://127.0.0.1:{port}");
    for origin in [
        "https://attacker.example",
        "null",
        "",
        &secure,
        "http://127.0.0.1",
    ] {
        let headers = [("host", own.as_str()), ("origin", origin)];
        assert_eq!(status(&headers).await, 403, "{origin}");
    }
    let text = format!("GET http://attacker.example/core/runbooks HTTP/1.1\r\nhost: {own}\r\n\r\n");
    assert_eq!(exchange(here, &text).await.status, 403);
}

#[tokio::test]
async fn one_connection_serves_several_calls_and_head_sends_no_body() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let call = CALLS[0];
    let work = async {
        let mut stream = TcpStream::connect(here).await.unwrap();
        for method in ["HEAD", "GET", "HEAD", "OPTIONS"] {
            let text = text_of(method, call.url, &headers_of(&call, here), "");
            stream.write_all(text.as_bytes()).await.unwrap();
            let response = read_one(&mut stream, method == "HEAD").await;
            let expected = if method == "OPTIONS" { 204 } else { 403 };
            assert_eq!(response.status, expected);
            if method == "HEAD" {
                let length: usize = response
                    .headers
                    .get("content-length")
                    .unwrap()
                    .parse()
                    .unwrap();
                assert!(length > 0);
            }
        }
    };
    tokio::time::timeout(PATIENCE, work).await.unwrap();
}

/// Reads one answer and leaves the connection open.
async fn read_one(stream: &mut TcpStream, head_only: bool) -> Response {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    let mut response = parse(&bytes);
    let length = response.headers.get("content-length");
    let length = length.map_or(0, |text| text.parse().unwrap());
    if !head_only {
        response.body = vec![0; length];
        stream.read_exact(&mut response.body).await.unwrap();
    }
    response
}

#[tokio::test]
async fn a_body_above_its_limit_is_refused_with_a_plain_400() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let pairs = vec![("host".to_owned(), here.to_string())];
    let text = text_of("POST", "/core/runbooks", &pairs, &"x".repeat(9_000_000));
    let work = async {
        let mut stream = TcpStream::connect(here).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        read_one(&mut stream, false).await
    };
    let response = tokio::time::timeout(PATIENCE, work).await.unwrap();
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn a_slow_answer_keeps_nobody_else_waiting() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let slow = CALLS.iter().find(|c| c.status == 504).unwrap();
    let text = text_of(slow.method, slow.url, &headers_of(slow, here), "");
    let waiting = tokio::spawn(async move { exchange(here, &text).await.status });
    let first = CALLS[0];
    let text = text_of(first.method, first.url, &headers_of(&first, here), "");
    assert_eq!(exchange(here, &text).await.status, 403);
    assert!(!waiting.is_finished());
    assert_eq!(waiting.await.unwrap(), 504);
}

#[tokio::test]
async fn a_dropped_sandbox_refuses_connections_and_ends_those_it_had() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let mut kept = TcpStream::connect(here).await.unwrap();
    let text = text_of(
        "OPTIONS",
        "/core/runbooks",
        &vec![("host".into(), here.to_string())],
        "",
    );
    kept.write_all(text.as_bytes()).await.unwrap();
    assert_eq!(read_one(&mut kept, false).await.status, 204);
    drop(sandbox);
    let work = async {
        let ended = kept.read_u8().await;
        assert!(ended.is_err());
        while TcpStream::connect(here).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, work).await.unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_remedy() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let port = address(&sandbox).port();
    let error = Sandbox::start(Some(port)).await.unwrap_err();
    assert_eq!(error, SandboxError::PortInUse { port });
    assert!(error.to_string().contains(&port.to_string()));
    assert!(error.to_string().contains("Choose another port"));
}

/// How soon a call is answered that nothing holds up, on a busy machine; far below the limits
/// after which silent callers are sent away.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Callers that begin so and then say nothing.
async fn silent(count: usize, here: SocketAddr, text: &str) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(here).await.unwrap();
        // One that was sent away already need not be heard.
        let _ = stream.write_all(text.as_bytes()).await;
        streams.push(stream);
    }
    streams
}

/// The status of a usual call, which must come at once.
async fn answered_at_once(here: SocketAddr) -> u16 {
    let call = CALLS[0];
    let text = text_of(call.method, call.url, &headers_of(&call, here), "");
    let answer = tokio::time::timeout(AT_ONCE, exchange(here, &text)).await;
    answer.expect("a usual call is held up").status
}

/// A request that announces a body of that length, and does not send it.
fn announcing(here: SocketAddr, length: &str, more: &str) -> String {
    format!(
        "POST /core/runbooks HTTP/1.1\r\nhost: {here}\r\ncontent-length: {length}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn silent_callers_hold_nobody_up() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    for begun in [
        String::new(),
        "GET /core/runbooks HTTP/1.1\r\nhost: ".to_owned(),
        announcing(here, "10", ""),
    ] {
        let streams = silent(300, here, &begun).await;
        assert_eq!(answered_at_once(here).await, 403, "{begun}");
        drop(streams);
    }
}

#[tokio::test]
async fn whoever_waits_for_an_answer_is_not_sent_away_for_silent_callers() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let slow = CALLS.iter().find(|c| c.status == 504).unwrap();
    let text = text_of(slow.method, slow.url, &headers_of(slow, here), "");
    let waiting = tokio::spawn(async move { exchange(here, &text).await.status });
    // It is answered by the world of the sandbox from here on.
    assert_eq!(answered_at_once(here).await, 403);
    let streams = silent(600, here, "").await;
    assert_eq!(waiting.await.unwrap(), 504);
    drop(streams);
}

#[tokio::test]
async fn a_body_that_would_be_too_large_is_refused_before_it_comes() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    for (length, more) in [
        ("99999999999", ""),
        ("99999999999", "expect: 100-continue\r\n"),
        ("1000001", ""),
    ] {
        let mut stream = TcpStream::connect(here).await.unwrap();
        let text = announcing(here, length, more);
        stream.write_all(text.as_bytes()).await.unwrap();
        let answer = tokio::time::timeout(AT_ONCE, read_one(&mut stream, false)).await;
        let response = answer.expect("it waits for the body");
        assert_eq!(response.status, 400, "{length} {more}");
        assert_eq!(response.headers.get("connection").unwrap(), "close");
    }
}

#[tokio::test]
async fn whoever_is_slow_is_sent_away_in_time() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let here = address(&sandbox);
    let head = "GET /core/runbooks HTTP/1.1\r\nhost: ".to_owned();
    let slow = [String::new(), head, announcing(here, "10", "")].map(|begun| async move {
        let mut stream = TcpStream::connect(here).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let (mut reads, mut writes) = stream.into_split();
        // One more byte now and then is no reason to wait longer.
        let dripping = tokio::spawn(async move {
            while writes.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
        let mut rest = Vec::new();
        let _ = reads.read_to_end(&mut rest).await;
        dripping.abort();
        rest
    });
    let [none, half, body] = slow;
    let all = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::join!(none, half, body)
    });
    let (.., body) = all.await.expect("somebody slow is waited for");
    assert_eq!(parse(&body).status, 400);
}

#[cfg(unix)]
mod alone {
    use super::*;
    use crate::program::Home;
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    /// A shell that does something and then goes on with the sandbox, as its parent.
    fn started(home: &Home, first: &str, options: &str) -> (Child, SocketAddr, Pid) {
        let program = env!("CARGO_BIN_EXE_httriage");
        let script = format!("{first} '{program}' sandbox {options} & echo $!; wait $!; exit $?");
        let usual = home.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &script]).env_clear();
        for (name, value) in usual.get_envs() {
            shell.envs(value.map(|value| (name, value)));
        }
        let mut shell = shell
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
        let process = lines.next().unwrap().unwrap().parse().unwrap();
        let line = lines.next().unwrap().unwrap();
        let here = line.strip_prefix("listening on http://").unwrap();
        // The rest of its output has no reader, which must not matter.
        (
            shell,
            here.parse().unwrap(),
            Pid::from_raw(process).unwrap(),
        )
    }

    async fn stops(here: SocketAddr) {
        let stopped = async {
            while TcpStream::connect(here).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, stopped).await;
        waited.expect("it goes on");
    }

    #[tokio::test]
    async fn it_ends_with_its_parent() {
        let home = Home::new();
        let (mut parent, here, _) = started(&home, "", "");
        assert_eq!(answered_at_once(here).await, 403);
        parent.kill().unwrap();
        parent.wait().unwrap();
        stops(here).await;
    }

    #[tokio::test]
    async fn one_that_is_to_be_kept_outlives_its_parent_until_it_is_told() {
        let home = Home::new();
        let (mut parent, here, process) = started(&home, "", "--keep");
        parent.kill().unwrap();
        parent.wait().unwrap();
        // It has a new parent by now, and serves on.
        for _ in 0..3 {
            assert_eq!(answered_at_once(here).await, 403);
        }
        kill_process(process, Signal::TERM).unwrap();
        stops(here).await;
    }

    #[tokio::test]
    async fn each_way_of_telling_it_to_end_ends_it_with_0() {
        for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
            let home = Home::new();
            let (mut parent, here, process) = started(&home, "", "");
            // A shell has what it starts beside itself pay no heed to the key for INT.
            kill_process(process, signal).unwrap();
            let status = parent.wait().unwrap();
            assert_eq!(status.code(), Some(0), "{signal:?}");
            stops(here).await;
        }
    }

    #[tokio::test]
    async fn few_files_are_enough_to_answer_however_many_call() {
        let home = Home::new();
        let (mut parent, here, _) = started(&home, "ulimit -n 24;", "");
        let streams = silent(100, here, "").await;
        assert_eq!(answered_at_once(here).await, 403);
        drop(streams);
        assert_eq!(answered_at_once(here).await, 403);
        parent.kill().unwrap();
        parent.wait().unwrap();
        stops(here).await;
    }
}

#[tokio::test]
async fn a_token_of_the_authorization_server_opens_the_api_and_foreign_pages_get_none() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let issuer: SocketAddr = sandbox.issuer_url()["http://".len()..].parse().unwrap();
    let clients = practice_clients();
    let (id, secret) = clients.into_iter().find(|(_, s)| s.is_some()).unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={id}&client_secret={}",
        secret.unwrap()
    );
    let mut headers = vec![
        ("host".to_owned(), issuer.to_string()),
        (
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        ),
    ];
    let given = exchange(issuer, &text_of("POST", "/token", &headers, &form)).await;
    assert_eq!(given.status, 200);
    let given: serde_json::Value = serde_json::from_slice(&given.body).unwrap();
    let token = given["access_token"].as_str().unwrap();
    let api = address(&sandbox);
    let asking = vec![
        ("host".to_owned(), api.to_string()),
        ("authorization".to_owned(), format!("Bearer {token}")),
    ];
    let me = exchange(api, &text_of("GET", "/core/users/me", &asking, "")).await;
    assert_eq!(me.status, 200);
    let place = "/.well-known/oauth-protected-resource";
    let told = exchange(api, &text_of("GET", place, &asking, "")).await;
    let told: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(told["authorization_servers"][0], sandbox.issuer_url());

    headers.push(("origin".to_owned(), "https://evil.example".to_owned()));
    let refused = exchange(issuer, &text_of("POST", "/token", &headers, &form)).await;
    assert_eq!(refused.status, 403);
    headers[0].1 = "evil.example".to_owned();
    headers.pop();
    let refused = exchange(issuer, &text_of("POST", "/token", &headers, &form)).await;
    assert_eq!(refused.status, 403);
}
