//! A server on loopback that speaks HTTP/2 frame by frame, as it is told.

use super::secure::Shown;
use rustls::sign::SingleCertAndKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Tls = StreamOwned<ServerConnection, TcpStream>;

/// RFC 9113, 6: the kinds of frames that are used here.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// One call as it came.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Its place among all calls, from one.
    pub number: usize,
    pub connection: usize,
    stream: u32,
    /// Its head: packed where it came over HTTP/2, else as text.
    pub head: Vec<u8>,
    pub is_http1: bool,
    pub body: Vec<u8>,
}

impl Call {
    /// As it stands in the table of RFC 7541, appendix A.
    pub fn is_post(&self) -> bool {
        self.head.starts_with(b"POST ") || self.head.contains(&0x83)
    }
}

/// What a call gets.
pub struct Reply<'a> {
    tls: &'a mut Tls,
    stream: u32,
}

impl Reply<'_> {
    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let _ = self.tls.write_all(&frame(kind, flags, stream, payload));
        let _ = self.tls.flush();
    }

    /// A status of RFC 7541, appendix A: `0x88` is 200.
    fn head(&mut self, status: u8, flags: u8) {
        self.frame(HEADERS, flags | END_HEADERS, self.stream, &[status]);
    }

    pub fn ok(&mut self) {
        self.head(0x88, END_STREAM);
    }

    /// 404, and the beginning of a body.
    pub fn begins(&mut self, body: &[u8]) {
        self.head(0x8d, 0);
        self.frame(DATA, 0, self.stream, body);
    }

    /// 200, a body, and one field behind it.
    pub fn with_trailer(&mut self, body: &[u8], name: &str, value: &str) {
        self.head(0x88, 0);
        self.frame(DATA, 0, self.stream, body);
        let mut field = vec![0, name.len() as u8];
        field.extend(name.as_bytes());
        field.push(value.len() as u8);
        field.extend(value.as_bytes());
        self.frame(HEADERS, END_STREAM | END_HEADERS, self.stream, &field);
    }

    pub fn resets(&mut self, reason: u32) {
        self.frame(RST_STREAM, 0, self.stream, &reason.to_be_bytes());
    }

    /// The last stream that was taken is this one, or none.
    pub fn goes_away(&mut self, took_this: bool, reason: u32) {
        let last = if took_this { self.stream } else { 0 };
        let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
        self.frame(GOAWAY, 0, 0, &payload);
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// What is done with a call; `false` closes the connection.
type Deed = dyn Fn(&Call, &mut Reply) -> bool + Send + Sync;

pub struct Http2 {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Http2 {
    /// With HTTP/1.1 for those who ask for no other; there every call is answered.
    pub fn doing(
        shown: Shown,
        deed: impl Fn(&Call, &mut Reply) -> bool + Send + Sync + 'static,
    ) -> Http2 {
        Http2::speaking(&["h2", "http/1.1"], shown, deed)
    }

    /// Of the protocols that a client offers it takes the first of these, or says that there is
    /// none.
    pub fn speaking(
        protocols: &[&str],
        shown: Shown,
        deed: impl Fn(&Call, &mut Reply) -> bool + Send + Sync + 'static,
    ) -> Http2 {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap();
        let shown = Arc::new(SingleCertAndKey::from(shown.certified()));
        let mut config = config.with_no_client_auth().with_cert_resolver(shown);
        let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
        config.alpn_protocols = protocols.collect();
        let config = Arc::new(config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (kept, deed): (_, Arc<Deed>) = (Arc::clone(&calls), Arc::new(deed));
        // It ends with the test's process.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { break };
                let (config, kept, deed) = (config.clone(), kept.clone(), deed.clone());
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(super::PATIENCE));
                    let connection = ServerConnection::new(config).unwrap();
                    let mut tls = StreamOwned::new(connection, stream);
                    let _ = serve(&mut tls, number, &kept, &deed);
                    tls.conn.send_close_notify();
                    let _ = tls.flush();
                    let _ = tls.sock.shutdown(std::net::Shutdown::Write);
                    super::until_gone(&mut tls.sock);
                });
            }
        });
        Http2 { address, calls }
    }

    pub fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn keep(mut call: Call, kept: &Mutex<Vec<Call>>) -> Call {
    let mut kept = kept.lock().unwrap();
    call.number = kept.len() + 1;
    kept.push(call.clone());
    call
}

fn serve(
    tls: &mut Tls,
    connection: usize,
    kept: &Mutex<Vec<Call>>,
    deed: &Arc<Deed>,
) -> io::Result<()> {
    let mut first = vec![0; 24];
    tls.read_exact(&mut first)?;
    if tls.conn.alpn_protocol() != Some(b"h2") {
        let mut head = first;
        while !head.windows(4).any(|w| w == b"\r\n\r\n") {
            let mut byte = [0];
            tls.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let call = Call {
            connection,
            head,
            is_http1: true,
            ..Call::default()
        };
        keep(call, kept);
        return tls.write_all(&super::answer("200 OK", "", b"over 1.1"));
    }
    tls.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    let mut call = Call::default();
    loop {
        let mut head = [0; 9];
        tls.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length];
        tls.read_exact(&mut payload)?;
        match kind {
            SETTINGS if flags == 0 => tls.write_all(&frame(SETTINGS, 1, 0, &[]))?,
            HEADERS => {
                call = Call {
                    connection,
                    stream,
                    head: payload,
                    ..Call::default()
                };
            }
            DATA => call.body.extend(payload),
            _ => {}
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            let whole = keep(std::mem::take(&mut call), kept);
            let stream = whole.stream;
            if !deed(&whole, &mut Reply { tls, stream }) {
                return Ok(());
            }
        }
    }
}
