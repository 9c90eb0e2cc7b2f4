//! The loopback socket around the sandbox's answers. It hears this machine only, refuses
//! browsers that were sent here by a web page, writes nothing down, and ends when it is dropped.

use super::api::{self, Answer, BODY_BYTES, Request, answer};
use super::guests::{Guests, Seat};
use super::issuer::Issuer;
use super::world::World;
use crate::engine::clock;
use crate::model::{Headers, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{EXPECT, HOST, ORIGIN};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Connections at once. One more takes the place of whoever has been silent longest.
const CONNECTIONS: usize = 256;
/// Longest wait for the head of a request, and so for the next one on a kept connection.
const HEAD: Duration = Duration::from_secs(10);
/// Longest wait for a whole body.
const BODY: Duration = Duration::from_secs(10);
/// Bytes of too large a body that are read and thrown away after its answer.
const DRAINED_BYTES: usize = 64_000_000;
/// Rest after a failed accept, as when the process has no file left to give.
const PAUSE: Duration = Duration::from_millis(10);

/// A running sandbox. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    task: JoinHandle<()>,
    /// Where its authorization server listens.
    issuer: SocketAddr,
    issuing: JoinHandle<()>,
}

impl Sandbox {
    /// Serves a fresh world on a port of 127.0.0.1; any free one without a number, or with zero.
    pub async fn start(port: Option<u16>) -> Result<Sandbox, SandboxError> {
        Sandbox::start_at(port, None).await
    }

    /// As `start`, with the port of its authorization server.
    pub async fn start_at(
        port: Option<u16>,
        issuer_port: Option<u16>,
    ) -> Result<Sandbox, SandboxError> {
        if !clock::can_be_a_date() {
            return Err(SandboxError::Clock);
        }
        let (listener, spare, address) = listen(port.unwrap_or(0))?;
        let (issuing, issuer_spare, issuer) = listen(issuer_port.unwrap_or(0))?;
        let world = Arc::new(Mutex::new(World {
            api: Some(format!("http://{address}")),
            issuer: Some(format!("http://{issuer}")),
            ..World::fresh()
        }));
        let room = |port, door| {
            let world = Arc::clone(&world);
            Arc::new(Room { port, world, door })
        };
        let api = room(address.port(), Door::Api);
        let back = room(issuer.port(), Door::Issuer(Box::default()));
        Ok(Sandbox {
            address,
            task: tokio::spawn(accept(listener, spare, api)),
            issuer,
            issuing: tokio::spawn(accept(issuing, issuer_spare, back)),
        })
    }

    /// Where its authorization server listens: `http://127.0.0.1:PORT`
    pub fn issuer_url(&self) -> String {
        format!("http://{}", self.issuer)
    }

    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The connections are owned by this task and end with it.
        self.task.abort();
        self.issuing.abort();
    }
}

/// Why the sandbox could not start, with what to try.
#[derive(Debug, PartialEq, Eq)]
pub enum SandboxError {
    PortInUse {
        port: u16,
    },
    PortForbidden {
        port: u16,
    },
    Unavailable {
        port: u16,
        why: String,
    },
    /// Its answers bear dates, which cannot be written for any time.
    Clock,
}

impl SandboxError {
    fn new(port: u16, error: io::Error) -> SandboxError {
        match error.kind() {
            io::ErrorKind::AddrInUse => SandboxError::PortInUse { port },
            io::ErrorKind::PermissionDenied => SandboxError::PortForbidden { port },
            _ => SandboxError::Unavailable {
                port,
                why: error.to_string(),
            },
        }
    }
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SandboxError::PortInUse { port } => write!(
                f,
                "The sandbox could not listen on port {port}: another program uses it. \
                 Choose another port, or leave the port out to get a free one."
            ),
            SandboxError::PortForbidden { port } => write!(
                f,
                "The sandbox could not listen on port {port}: the system does not allow it. \
                 Choose a port above 1023, or leave the port out to get a free one."
            ),
            SandboxError::Unavailable { port, why } => write!(
                f,
                "The sandbox could not listen on port {port} of 127.0.0.1: {why}. \
                 Close other programs, or check that the loopback interface is up."
            ),
            SandboxError::Clock => f.write_str(
                "The sandbox cannot date its answers: this machine's clock stands before 1970 or after 9999. Set the clock.",
            ),
        }
    }
}

impl std::error::Error for SandboxError {}

/// What all connections share.
struct Room {
    port: u16,
    world: Arc<Mutex<World>>,
    door: Door,
}

/// Who answers.
enum Door {
    Api,
    Issuer(Box<Mutex<Issuer>>),
}

/// A port of this machine. The second listener is given away when the process has no other file
/// left for a caller.
fn listen(port: u16) -> Result<(TcpListener, std::net::TcpListener, SocketAddr), SandboxError> {
    let refused = |error| SandboxError::new(port, error);
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let spare = listener.try_clone().map_err(refused)?;
    let listener = TcpListener::from_std(listener).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, spare, address))
}

async fn accept(listener: TcpListener, spare: std::net::TcpListener, room: Arc<Room>) {
    let guests = Arc::new(Guests::default());
    let mut connections = JoinSet::new();
    let mut spare = Some(spare);
    loop {
        while connections.try_join_next().is_some() {}
        // Answers come to their end; nobody else is sent away for one more.
        while guests.count() >= CONNECTIONS && !guests.dismiss_one() {
            tokio::time::sleep(PAUSE).await;
        }
        match listener.accept().await {
            Ok((stream, peer)) => {
                let seat = guests.seat();
                let number = seat.number();
                let served = serve(stream, peer.ip(), Arc::clone(&room), seat);
                guests.serve_by(number, connections.spawn(served));
            }
            Err(_) => {
                if spare.take().is_none() {
                    guests.dismiss_one();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, room: Arc<Room>, seat: Seat) {
    let seat = Arc::new(seat);
    let service = service_fn(move |request| {
        let (room, seat) = (Arc::clone(&room), Arc::clone(&seat));
        async move { Ok::<_, Infallible>(room.reply(request, peer, &seat).await) }
    });
    // A connection that breaks is the caller's affair; there is nobody here to tell.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl Room {
    async fn reply(&self, request: hyper::Request<Incoming>, peer: IpAddr, seat: &Seat) -> Wire {
        seat.heard();
        if !self.is_for_us(&request) {
            return refused();
        }
        let (head, body) = request.into_parts();
        // Who asks first whether a body is welcome has not sent it.
        let is_coming = !head.headers.contains_key(EXPECT);
        let body = match tokio::time::timeout(BODY, read(body, is_coming, seat)).await {
            Ok(Ok(body)) => body,
            Ok(Err(refusal)) => return closing(api::body_refused(refusal)),
            Err(_) => return closing(api::body_refused(NOT_WHOLE)),
        };
        seat.begins_to_wait();
        let wire = self.answered(&head, body, peer).await;
        seat.answered();
        wire
    }

    async fn answered(&self, head: &Parts, body: Vec<u8>, peer: IpAddr) -> Wire {
        let target = head.uri.path_and_query();
        let request = Request {
            method: head.method.as_str().to_owned(),
            target: target.map_or_else(|| head.uri.path().to_owned(), ToString::to_string),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
            body,
            peer,
        };
        let answered = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            match &self.door {
                Door::Api => answer(&mut world, &request, clock::now()),
                Door::Issuer(issuer) => {
                    let mut issuer = issuer.lock().unwrap_or_else(PoisonError::into_inner);
                    let base = format!("http://127.0.0.1:{}", self.port);
                    Answer {
                        response: issuer.answer(&mut world, &request, &base, clock::now()),
                        delay: Duration::ZERO,
                    }
                }
            }
        };
        // Others are served meanwhile: the world is free again.
        if !answered.delay.is_zero() {
            tokio::time::sleep(answered.delay).await;
        }
        on_wire(answered.response)
    }

    /// A web page can make a browser call loopback addresses. It cannot forge `Host` or `Origin`,
    /// so a name that only resolves to us, and a page from elsewhere, are both refused.
    fn is_for_us(&self, request: &hyper::Request<Incoming>) -> bool {
        let is_ours = |authority: &str| {
            let (name, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
            let loopback = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
            loopback && port.parse() == Ok(self.port)
        };
        let own_page = |origin: &str| origin.strip_prefix("http://").is_some_and(is_ours);
        let texts = |name| {
            let values = request.headers().get_all(name);
            values.iter().map(|value| value.to_str().unwrap_or(""))
        };
        let absolute = request.uri().authority().map(|a| a.as_str());
        texts(HOST).count() == 1
            && texts(HOST).all(is_ours)
            && absolute.is_none_or(is_ours)
            && texts(ORIGIN).all(own_page)
    }
}

const NOT_WHOLE: &str = "The body did not arrive whole.";

const TOO_LARGE: &str = "The body is larger than 1 MB.";

/// The body, or why it is refused: at once where its length says so, before a byte of it came.
async fn read(mut body: Incoming, is_coming: bool, seat: &Seat) -> Result<Vec<u8>, &'static str> {
    if body.size_hint().lower() > BODY_BYTES as u64 {
        if is_coming {
            tokio::spawn(drain(body));
        }
        return Err(TOO_LARGE);
    }
    let mut kept = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| NOT_WHOLE)?.into_data() else {
            continue;
        };
        seat.heard();
        kept.extend_from_slice(&data);
        if kept.len() > BODY_BYTES {
            tokio::spawn(drain(body));
            return Err(TOO_LARGE);
        }
    }
    Ok(kept)
}

/// Takes the rest of a body that was refused: closing on a caller that still sends would take
/// the answer away from it. It ends with the connection, at the latest.
async fn drain(mut body: Incoming) {
    let mut length = 0;
    let rest = async {
        while let Some(Ok(frame)) = body.frame().await {
            length += frame.data_ref().map_or(0, Bytes::len);
            if length > DRAINED_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(BODY, rest).await;
}

type Wire = hyper::Response<Full<Bytes>>;

fn refused() -> Wire {
    on_wire(Response {
        status: 403,
        headers: Headers::from_iter([("content-type", "text/plain; charset=utf-8")]),
        body: b"This practice server answers only its own machine.\n".to_vec(),
        ..Response::default()
    })
}

/// An answer after which nothing more is heard on the connection.
fn closing(mut response: Response) -> Wire {
    response.headers.push("connection", "close");
    on_wire(response)
}

fn on_wire(response: Response) -> Wire {
    let mut wire = hyper::Response::builder().status(response.status);
    for header in response.headers.iter() {
        wire = wire.header(header.name.as_str(), header.value.as_slice());
    }
    wire.body(Full::new(Bytes::from(response.body)))
        .unwrap_or_default()
}
