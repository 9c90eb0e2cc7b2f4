//! Every way in which a server or what is between can fail a call, with the name it must get.

use super::secure::{Authority, SecureServer};
use super::{Server, answer, dead_port, until_gone};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::net::{TcpListener, TcpStream};

/// Calls in this table are made with these limits.
pub const LIMITS: [&str; 6] = ["--timeout", "1", "--max-time", "6", "--max-body", "1MB"];

pub struct Fault {
    pub what: &'static str,
    pub url: String,
    /// The id of its cause, or the status of the answer that stands in spite of it.
    pub named: &'static str,
    /// The status line that came before it.
    pub came: Option<&'static str>,
    _server: Box<dyn Send>,
}

fn fault(what: &'static str, named: &'static str, server: Server) -> Fault {
    Fault {
        what,
        url: server.base(),
        named,
        came: None,
        _server: Box::new(server),
    }
}

impl Fault {
    /// The answer began with this.
    fn after(self, came: &'static str) -> Fault {
        Fault {
            came: Some(came),
            ..self
        }
    }
}

fn saying(what: &'static str, named: &'static str, bytes: impl Into<Vec<u8>>) -> Fault {
    fault(what, named, Server::saying(bytes))
}

/// Whatever is done with each connection, from its first byte on.
fn raw(what: &'static str, named: &'static str, deed: fn(TcpStream), scheme: &str) -> Fault {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    // It ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { break };
            std::thread::spawn(move || deed(stream));
        }
    });
    Fault {
        what,
        url,
        named,
        came: None,
        _server: Box::new(()),
    }
}

fn secure(what: &'static str, named: &'static str, names: &[&str], years: (i32, i32)) -> Fault {
    let server = SecureServer::showing(Authority::new().signs(names, years));
    Fault {
        what,
        url: server.base(),
        named,
        came: None,
        _server: Box::new(server),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn packed(body: &[u8]) -> Vec<u8> {
    answer("200 OK", "content-encoding: gzip\r\n", body)
}

fn endless(stream: &mut TcpStream, piece: &[u8], pause_ms: u64) -> bool {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    while stream.write_all(piece).is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(pause_ms));
    }
    false
}

pub fn all() -> Vec<Fault> {
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = format!("{ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
    let many = |count: usize| -> String { (0..count).map(|n| format!("x-{n}: {n}\r\n")).collect() };
    let hostile = "\u{1b}]52;c;aGk=\u{7}\u{202e}\u{e0041}\u{9b}31m";
    let hostile_json =
        serde_json::json!({ "errors": [{ "title": hostile, "detail": hostile, "code": hostile }] });
    let mut faults =
        vec![
        Fault {
            what: "a port where nothing listens",
            url: format!("http://127.0.0.1:{}", dead_port()),
            named: "connect.refused",
            came: None,
        _server: Box::new(()),
        },
        Fault {
            what: "a name that does not exist",
            url: "http://nowhere.invalid".to_owned(),
            named: "dns.unresolved",
            came: None,
        _server: Box::new(()),
        },
        saying("closed without a word", "connect.closed", ""),
        saying(
            "closed inside the headers",
            "connect.closed",
            "HTTP/1.1 200 OK\r\nx-a",
        ),
        raw("a reset", "connect.closed", reset, "http"),
        fault("silence", "timeout.first_byte", Server::stalling("")),
        fault(
            "silence inside the headers",
            "timeout.first_byte",
            Server::stalling("HTTP/1.1 200 OK\r\nx-a: b\r\n"),
        ),
        fault(
            "silence inside the body",
            "timeout.body",
            Server::stalling(format!("{ok}content-length: 50\r\n\r\nso far")),
        ).after("200 OK"),
        fault(
            "a drip that never ends",
            "timeout.body",
            Server::doing(|_, stream| endless(stream, b"x", 20)),
        ).after("200 OK"),
        fault(
            "a flood that never ends",
            "body.too_large",
            Server::doing(|_, stream| endless(stream, &[b'x'; 64 * 1024], 0)),
        ).after("200 OK"),
        saying(
            "too short a body",
            "body.cut_off",
            format!("{ok}content-length: 50\r\n\r\nabc"),
        ).after("200 OK"),
        saying(
            "more body than announced",
            "200",
            format!("{ok}content-length: 3\r\n\r\nabcdef"),
        ),
        saying(
            "a length that is no number",
            "protocol.invalid",
            format!("{ok}content-length: x\r\n\r\n"),
        ),
        saying(
            "two lengths",
            "protocol.invalid",
            format!("{ok}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd"),
        ),
        saying("chunks that break off", "body.cut_off", chunked.clone()).after("200 OK"),
        saying(
            "a chunk that is none",
            "body.undecodable",
            format!("{chunked}zz\r\n"),
        ).after("200 OK"),
        saying("gzip that is none", "body.undecodable", packed(b"not gzip")).after("200 OK"),
        saying(
            "gzip that breaks off",
            "body.undecodable",
            packed(&gzip(&[b'x'; 99])[..20]),
        ).after("200 OK"),
        saying(
            "a bomb",
            "body.too_large",
            packed(&gzip(&vec![0; 50_000_000])),
        ).after("200 OK"),
        saying(
            "a huge header",
            "protocol.invalid",
            format!("{ok}x: {}\r\n\r\n", "a".repeat(2_000_000)),
        ),
        saying(
            "200 headers",
            "200",
            format!("{ok}{}content-length: 0\r\n\r\n", many(200)),
        ),
        saying(
            "2,000 headers",
            "protocol.invalid",
            format!("{ok}{}\r\n", many(2_000)),
        ),
        saying(
            "ESC in a header",
            "200",
            format!("{ok}x: \u{1b}[31m\r\ncontent-length: 0\r\n\r\n"),
        ),
        saying(
            "a zero byte in a header",
            "protocol.invalid",
            format!("{ok}x: a\0b\r\n\r\n"),
        ),
        saying(
            "a header over two lines, one without a colon, one with a blank before it",
            "403",
            "HTTP/1.1 403 Forbidden\r\nx: a\r\n b\r\nnone\r\ny : z\r\ncontent-length: 0\r\n\r\n",
        ),
        saying(
            "a coding that nobody knows",
            "body.undecodable",
            answer("200 OK", "content-encoding: exi\r\n", b"x"),
        )
        .after("200 OK"),
        saying(
            "TLS where plain http is meant",
            "protocol.invalid",
            "\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{50}",
        ),
        saying(
            "Latin-1 in a header",
            "200",
            b"HTTP/1.1 200 OK\r\nx: caf\xe9\r\ncontent-length: 0\r\n\r\n".as_slice(),
        ),
        saying(
            "another protocol",
            "protocol.invalid",
            "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        ),
        saying(
            "a version of the future",
            "protocol.invalid",
            "HTTP/9.9 200 OK\r\n\r\n",
        ),
        saying(
            "an interim answer first",
            "200",
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        ),
        saying(
            "a 204 with a body",
            "204",
            "HTTP/1.1 204 No Content\r\ncontent-length: 3\r\n\r\nabc",
        ),
        saying("no status", "protocol.invalid", "HTTP/1.1 OK\r\n\r\n"),
        saying(
            "hostile JSON",
            "422",
            answer(
                "422 Bad",
                "content-type: application/json\r\n",
                hostile_json.to_string().as_bytes(),
            ),
        ),
        saying(
            "hostile text",
            "500",
            answer("500 Oops", "", hostile.as_bytes()),
        ),
        saying(
            "a body of no bytes of text",
            "200",
            answer("200 OK", "", &[0xff, 0xfe, 0, 0x80]),
        ),
        fault(
            "redirects in a circle",
            "redirect.loop",
            Server::saying("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"),
        ).after("302 Found"),
        fault(
            "a redirect to a file",
            "redirect.refused",
            Server::saying(
                "HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n",
            ),
        ).after("302 Found"),
        secure(
            "a certificate of nobody",
            "tls.untrusted",
            &["127.0.0.1"],
            (2020, 2100),
        ),
        raw("plain http behind https", "tls.handshake", plain, "https"),
        raw("a handshake that stalls", "tls.handshake", stall, "https"),
        raw("a handshake that is cut", "tls.handshake", drop, "https"),
    ];
    for status in ["299", "418", "499", "599", "600", "999"] {
        let said = answer(&format!("{status} Odd"), "", b"odd");
        faults.push(saying("an odd status", status, said));
    }
    faults
}

/// Unread bytes turn a close into a reset.
fn reset(stream: TcpStream) {
    let _ = stream.peek(&mut [0]);
}

fn plain(mut stream: TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    until_gone(&mut stream);
}

fn stall(mut stream: TcpStream) {
    until_gone(&mut stream);
}
