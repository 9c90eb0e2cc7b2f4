//! A server on this machine that keeps every request byte for byte.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// Names in small letters, in the order of the names.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_slice())
    }

    /// Without what every client says in its own way, and with one word for every boundary.
    pub fn plain(mut self) -> Request {
        let type_of = self
            .header("content-type")
            .map(<[u8]>::to_vec)
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&type_of).into_owned();
        if let Some((_, boundary)) = text.split_once("boundary=") {
            let body = String::from_utf8_lossy(&self.body).replace(boundary, "B");
            self.body = body.into_bytes();
            for (name, value) in &mut self.headers {
                if name == "content-type" {
                    *value = text.replace(boundary, "B").into_bytes();
                }
            }
        }
        let own = [
            "host",
            "content-length",
            "accept-encoding",
            "connection",
            "expect",
        ];
        self.headers
            .retain(|(name, _)| !own.contains(&name.as_str()));
        for (_, value) in &mut self.headers {
            *value = value.trim_ascii().to_vec();
        }
        self.headers.sort();
        self
    }
}

pub struct Recorder {
    pub base: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Recorder {
    pub fn new() -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                take(stream, &kept);
            }
        });
        Recorder { base, seen }
    }

    /// All that came since the last look.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

fn take(mut stream: TcpStream, kept: &Mutex<Vec<Request>>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut block = [0; 65536];
    let (head, length) = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = bytes[..at].to_vec();
            let rest = bytes.split_off(at + 4);
            bytes = rest;
            let request = parsed(&head);
            let length = request.header("content-length").map(<[u8]>::to_vec);
            let length = String::from_utf8(length.unwrap_or_default()).ok()?;
            break (request, length.parse::<usize>().unwrap_or(0));
        }
        let count = stream.read(&mut block).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&block[..count]);
    };
    if head.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    while bytes.len() < length {
        let count = stream.read(&mut block).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&block[..count]);
    }
    let is_head = head.method == "HEAD";
    // Kept before it is answered: whoever made the call looks for it next.
    kept.lock().ok()?.push(Request {
        body: bytes,
        ..head
    });
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let answer = &answer[..answer.len() - if is_head { 2 } else { 0 }];
    stream.write_all(answer).ok()
}

fn parsed(head: &[u8]) -> Request {
    let mut lines = head
        .split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let headers = lines.map(|line| {
        let at = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let name = String::from_utf8_lossy(&line[..at]).to_ascii_lowercase();
        (name, line.get(at + 1..).unwrap_or_default().to_vec())
    });
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    for (_, value) in &mut headers {
        *value = value.trim_ascii().to_vec();
    }
    Request {
        method,
        target,
        headers,
        body: Vec::new(),
    }
}
