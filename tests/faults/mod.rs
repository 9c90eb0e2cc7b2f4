//! A server on loopback that does what it is told, and what no decent server does. Raw sockets:
//! a library that speaks HTTP would refuse to send most of this.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub mod http2;
pub mod proxy;
pub mod secure;
pub mod table;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Nobody waits longer than this for the other side.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Which connection of the server it came over.
    pub connection: usize,
}

impl Asked {
    pub fn all(&self, name: &str) -> Vec<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let found = self.headers.iter().filter(same);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }
}

/// What is done with a request; `false` closes the connection.
type Deed = dyn Fn(&Asked, &mut TcpStream) -> bool + Send + Sync;

pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn doing(deed: impl Fn(&Asked, &mut TcpStream) -> bool + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let deed: Arc<Deed> = Arc::new(deed);
        let kept = Arc::clone(&asked);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { break };
                let (deed, kept) = (Arc::clone(&deed), Arc::clone(&kept));
                std::thread::spawn(move || serve(stream, number, &deed, &kept));
            }
        });
        Server { address, asked }
    }

    /// Answers every request with these bytes and closes.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Server {
        let bytes = bytes.into();
        Server::doing(move |_, stream| {
            let _ = stream.write_all(&bytes);
            false
        })
    }

    /// Says this, and then nothing until the other side goes.
    pub fn stalling(bytes: impl Into<Vec<u8>>) -> Server {
        let bytes = bytes.into();
        Server::doing(move |_, stream| {
            let _ = stream.write_all(&bytes);
            until_gone(stream);
            false
        })
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads until the other side closes.
pub fn until_gone(stream: &mut TcpStream) {
    let mut bytes = [0; 1024];
    while stream.read(&mut bytes).is_ok_and(|length| length > 0) {}
}

/// A port of this machine on which nothing listens, and that nobody else is given meanwhile.
pub fn dead_port() -> u16 {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    // Taken, but not listened on, until the test's process ends.
    std::mem::forget(socket);
    port
}

/// A whole answer with its length.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn serve(mut stream: TcpStream, number: usize, deed: &Arc<Deed>, kept: &Mutex<Vec<Asked>>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let mut ahead = Vec::new();
    while let Some(mut asked) = read(&mut stream, &mut ahead) {
        asked.connection = number;
        kept.lock().unwrap().push(asked.clone());
        if !deed(&asked, &mut stream) {
            // Everything read and the writing side closed first, so that no reset can overtake
            // what was said.
            let _ = stream.shutdown(std::net::Shutdown::Write);
            until_gone(&mut stream);
            return;
        }
    }
}

/// The next request; `None` when the other side has gone.
fn read(stream: &mut TcpStream, ahead: &mut Vec<u8>) -> Option<Asked> {
    let mut bytes = [0; 16 * 1024];
    let mut more = |ahead: &mut Vec<u8>| match stream.read(&mut bytes) {
        Ok(length) if length > 0 => {
            ahead.extend_from_slice(&bytes[..length]);
            Some(())
        }
        _ => None,
    };
    let end = loop {
        match ahead.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end,
            None => more(ahead)?,
        }
    };
    let head = String::from_utf8_lossy(&ahead[..end]).into_owned();
    ahead.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut asked = Asked {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        ..Asked::default()
    };
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let pair = (name.to_owned(), value.trim().to_owned());
        asked.headers.push(pair);
    }
    let length = asked.header("content-length");
    let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    while ahead.len() < length {
        more(ahead)?;
    }
    asked.body = ahead.drain(..length).collect();
    Some(asked)
}
