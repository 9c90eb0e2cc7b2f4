//! A server on loopback that speaks TLS, with whatever certificate it is given.

use super::until_gone;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData, SigningKey,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// An authority of our own, which no machine trusts by itself.
pub struct Authority {
    name: String,
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    der: CertificateDer<'static>,
    /// Those between it and the one that is trusted, itself first.
    chain: Vec<CertificateDer<'static>>,
}

/// A certificate with its key, and what a server shows with it.
pub struct Shown {
    pub pem: String,
    pub key_pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

const NAME: &str = "rcgen self signed cert";

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Authority {
    pub fn new() -> Authority {
        Authority::named(NAME)
    }

    pub fn named(name: &str) -> Authority {
        Authority::with(name, |_| {})
    }

    pub fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Authority {
        let mut params = authority_params(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Authority {
            name: name.to_owned(),
            pem: own.pem(),
            der: own.der().clone(),
            issuer: Issuer::new(params, key),
            chain: Vec::new(),
        }
    }

    /// One beneath this one.
    pub fn beneath(&self, name: &str) -> Authority {
        self.beneath_with(name, |_| {})
    }

    pub fn beneath_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Authority {
        let mut params = authority_params(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap();
        let mut chain = vec![own.der().clone()];
        chain.extend(self.chain.iter().cloned());
        Authority {
            name: name.to_owned(),
            pem: own.pem(),
            der: own.der().clone(),
            issuer: Issuer::new(params, key),
            chain,
        }
    }

    /// A certificate for these names, valid in these years.
    pub fn signs(&self, names: &[&str], years: (i32, i32)) -> Shown {
        self.signs_with(names, |params| {
            params.not_before = date_time_ymd(years.0, 1, 1);
            params.not_after = date_time_ymd(years.1, 1, 1);
        })
    }

    /// For this machine, now.
    pub fn signs_loopback(&self) -> Shown {
        self.signs(&["127.0.0.1", "localhost"], (2020, 2100))
    }

    /// Its own certificate, shown as a server's.
    pub fn itself(&self) -> Shown {
        Shown {
            pem: self.pem.clone(),
            key_pem: self.issuer.key().serialize_pem(),
            chain: vec![self.der.clone()],
            key: PrivatePkcs8KeyDer::from(self.issuer.key().serialize_der()).into(),
        }
    }

    /// A certificate that is odd in some way.
    pub fn signs_with(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        let mut chain = vec![signed.der().clone()];
        chain.extend(self.chain.iter().cloned());
        Shown {
            pem: signed.pem(),
            key_pem: key.serialize_pem(),
            chain,
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        }
    }

    /// For localhost, written by hand: what the library for certificates would not write.
    pub fn signs_by_hand(&self, odd: Odd) -> Shown {
        const SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        const SHA1_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
        let key = KeyPair::generate().unwrap();
        let own = key.subject_public_key_info();
        let (version, way, info) = match odd {
            Odd::Version1 => (None, SHA256, own),
            Odd::Sha1 => (Some(2), SHA1_RSA, own),
            Odd::Key(info) => (Some(2), SHA256, info),
        };
        let name = |name: &str| {
            let pair = [tlv(6, &[0x55, 4, 3]), tlv(12, name.as_bytes())].concat();
            tlv(0x30, &tlv(0x31, &tlv(0x30, &pair)))
        };
        let way = tlv(0x30, &tlv(6, way));
        let dates = [tlv(0x17, b"200101000000Z"), tlv(0x17, b"490101000000Z")].concat();
        let hosts = tlv(
            0x30,
            &[tlv(0x82, b"localhost"), tlv(0x87, &[127, 0, 0, 1])].concat(),
        );
        let hosts = [tlv(6, &[0x55, 0x1d, 0x11]), tlv(4, &hosts)].concat();
        let mut inner = Vec::new();
        if let Some(version) = version {
            inner.extend(tlv(0xa0, &tlv(2, &[version])));
        }
        inner.extend(tlv(2, &[7]));
        inner.extend(way.clone());
        inner.extend(name(&self.name));
        inner.extend(tlv(0x30, &dates));
        inner.extend(name("localhost"));
        inner.extend(info);
        if version.is_some() {
            inner.extend(tlv(0xa3, &tlv(0x30, &tlv(0x30, &hosts))));
        }
        let inner = tlv(0x30, &inner);
        let signature = [vec![0], self.issuer.key().sign(&inner).unwrap()].concat();
        let whole = tlv(0x30, &[inner, way, tlv(3, &signature)].concat());
        Shown {
            pem: String::new(),
            key_pem: key.serialize_pem(),
            chain: vec![whole.into()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        }
    }
}

/// What is odd about a certificate that is written by hand.
pub enum Odd {
    /// Of the version before there were names of hosts in it.
    Version1,
    /// Signed with SHA-1.
    Sha1,
    /// For a key that is not the server's, by its description.
    Key(Vec<u8>),
}

impl Odd {
    /// An RSA key of that many bits.
    pub fn rsa(bits: usize) -> Odd {
        let mut modulus = vec![0xff; bits / 8];
        modulus.insert(0, 0);
        let pair = [tlv(2, &modulus), tlv(2, &[1, 0, 1])].concat();
        let way = tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]);
        let way = tlv(0x30, &[way, tlv(5, &[])].concat());
        let key = [vec![0], tlv(0x30, &pair)].concat();
        Odd::Key(tlv(0x30, &[way, tlv(3, &key)].concat()))
    }

    /// A key on the curve P-521.
    pub fn p521() -> Odd {
        let curve = [
            tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]),
            tlv(6, &[0x2b, 0x81, 4, 0, 0x23]),
        ];
        let point = [vec![0, 4], vec![1; 132]].concat();
        Odd::Key(tlv(
            0x30,
            &[tlv(0x30, &curve.concat()), tlv(3, &point)].concat(),
        ))
    }
}

/// A value of DER.
fn tlv(tag: u8, inner: &[u8]) -> Vec<u8> {
    let length = match inner.len() {
        short @ ..0x80 => vec![short as u8],
        middle @ 0x80..0x100 => vec![0x81, middle as u8],
        long => vec![0x82, (long >> 8) as u8, long as u8],
    };
    [vec![tag], length, inner.to_vec()].concat()
}

impl Shown {
    /// Without those of the authorities between.
    pub fn alone(mut self) -> Shown {
        self.chain.truncate(1);
        self
    }

    /// As TLS libraries want it, whatever stands in the certificate.
    pub fn certified(self) -> CertifiedKey {
        let key = rustls::crypto::ring::sign::any_ecdsa_type(&self.key).unwrap();
        CertifiedKey::new(self.chain, key)
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
        let shown = Arc::new(SingleCertAndKey::from(shown.certified()));
        let config = Arc::new(config.with_cert_resolver(shown));
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
