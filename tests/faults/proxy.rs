//! Proxies on loopback: one that tunnels, one that asks for a password, one that speaks SOCKS.

use super::{Server, answer};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Tunnels every CONNECT to where it asks, which must be this machine.
pub fn tunnel() -> Server {
    Server::doing(|asked, stream| {
        assert_eq!(asked.method, "CONNECT");
        let address: SocketAddr = asked.target.parse().unwrap();
        assert!(address.ip().is_loopback());
        let far = TcpStream::connect(address).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        join(stream, far);
        false
    })
}

/// Opens nothing to anybody, and says so with this status and page.
pub fn forbidding(status: &str) -> Server {
    Server::saying(answer(
        status,
        "content-type: text/html\r\n",
        b"<h1>Blocked by policy</h1>",
    ))
}

/// Lets two of three connections through to a server, and closes the others unread.
pub fn in_front_of(server: &Server) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let far: SocketAddr = server.base()["http://".len()..].parse().unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { break };
            if number % 3 == 1 {
                continue;
            }
            std::thread::spawn(move || join(&mut stream, TcpStream::connect(far).unwrap()));
        }
    });
    base
}

/// Asks everybody for a password.
pub fn locked() -> Server {
    let realm = "proxy-authenticate: Basic realm=\"office\"\r\n";
    let page = b"<h1>Who are you?</h1>";
    Server::saying(answer("407 Proxy Authentication Required", realm, page))
}

/// A SOCKS5 proxy that answers every wish to connect with this (RFC 1928, 6).
pub fn socks_answering(reply: u8) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("socks5h://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut near) = stream else { break };
            std::thread::spawn(move || {
                let _ = near.read(&mut [0; 300]);
                let _ = near.write_all(&[5, 0]);
                let _ = near.read(&mut [0; 300]);
                let _ = near.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
                super::until_gone(&mut near);
            });
        }
    });
    url
}

/// A SOCKS5 proxy (RFC 1928) without passwords.
pub struct Socks {
    address: SocketAddr,
    passed: Arc<AtomicUsize>,
}

impl Socks {
    pub fn start() -> Socks {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&passed);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || pass(stream, &counted));
            }
        });
        Socks { address, passed }
    }

    pub fn url(&self) -> String {
        format!("socks5h://{}", self.address)
    }

    /// How many connections went through.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

fn pass(mut near: TcpStream, counted: &AtomicUsize) -> Option<()> {
    near.set_read_timeout(Some(super::PATIENCE)).ok()?;
    let mut two = [0; 2];
    near.read_exact(&mut two).ok()?;
    let mut methods = vec![0; usize::from(two[1])];
    near.read_exact(&mut methods).ok()?;
    near.write_all(&[5, 0]).ok()?;
    let mut head = [0; 4];
    near.read_exact(&mut head).ok()?;
    let host = match head[3] {
        1 => {
            let mut address = [0; 4];
            near.read_exact(&mut address).ok()?;
            Ipv4Addr::from(address).to_string()
        }
        _ => {
            let mut length = [0];
            near.read_exact(&mut length).ok()?;
            let mut name = vec![0; usize::from(length[0])];
            near.read_exact(&mut name).ok()?;
            String::from_utf8(name).ok()?
        }
    };
    let mut port = [0; 2];
    near.read_exact(&mut port).ok()?;
    assert!(matches!(host.as_str(), "127.0.0.1" | "localhost"), "{host}");
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, u16::from_be_bytes(port))).ok()?;
    counted.fetch_add(1, Ordering::SeqCst);
    near.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).ok()?;
    join(&mut near, far);
    Some(())
}

/// Passes bytes both ways until one side ends.
fn join(near: &mut TcpStream, mut far: TcpStream) {
    let (mut back, mut from) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let other = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut back);
        let _ = back.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(near, &mut far);
    let _ = far.shutdown(std::net::Shutdown::Write);
    let _ = other.join();
}
