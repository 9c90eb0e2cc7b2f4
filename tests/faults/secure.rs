//! A server on loopback that speaks TLS, with whatever certificate it is given.

use super::until_gone;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// An authority of our own, which no machine trusts by itself.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    der: CertificateDer<'static>,
}

/// A certificate with its key.
pub struct Shown {
    pub pem: String,
    pub key_pem: String,
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Authority {
            pem: own.pem(),
            der: own.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for these names, valid in these years.
    pub fn signs(&self, names: &[&str], years: (i32, i32)) -> Shown {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        Shown {
            pem: signed.pem(),
            key_pem: key.serialize_pem(),
            der: signed.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        }
    }

    /// For this machine, now.
    pub fn signs_loopback(&self) -> Shown {
        self.signs(&["127.0.0.1", "localhost"], (2020, 2100))
    }
}

pub struct SecureServer {
    address: SocketAddr,
    handshakes: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl SecureServer {
    pub fn showing(shown: Shown) -> SecureServer {
        SecureServer::start(shown, None)
    }

    /// Takes only those who show a certificate of this authority.
    pub fn demanding(shown: Shown, authority: &Authority) -> SecureServer {
        SecureServer::start(shown, Some(authority))
    }

    fn start(shown: Shown, demands: Option<&Authority>) -> SecureServer {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match demands {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der.clone()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = config.with_single_cert(vec![shown.der], shown.key).unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let handshakes = Arc::new(AtomicUsize::new(0));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (counted, kept) = (Arc::clone(&handshakes), Arc::clone(&asked));
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                counted.fetch_add(1, Ordering::SeqCst);
                let (config, kept) = (Arc::clone(&config), Arc::clone(&kept));
                std::thread::spawn(move || serve(stream, config, &kept));
            }
        });
        SecureServer {
            address,
            handshakes,
            asked,
        }
    }

    pub fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were begun.
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }

    /// The heads of the requests that came through.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, kept: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(super::PATIENCE));
    let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let Ok(length @ 1..) = tls.read(&mut chunk) else {
            let _ = tls.flush();
            break;
        };
        bytes.extend_from_slice(&chunk[..length]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            bytes.drain(..end + 4);
            kept.lock().unwrap().push(head);
            let _ = tls.write_all(&super::answer("200 OK", "", b"behind TLS"));
        }
    }
    let _ = tls.sock.shutdown(std::net::Shutdown::Write);
    until_gone(&mut tls.sock);
}
