//! Certificates and keys in files: PEM as people have it, DER, and by name whatever else it is.

use super::certificate::{Certificate, Der, INTEGER, OID, SEQUENCE};
use crate::engine::home::at_home;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::Read;
use std::path::Path;

/// The system's own bundle of authorities has a quarter of it.
const LARGEST: u64 = 16_000_000;

/// What a file turned out to be.
enum Content {
    /// PEM, tidied.
    Pem(String),
    Der(Vec<u8>),
    /// Something else, and what makes PEM of it.
    Other(&'static str),
}

/// At least one certificate, or why there is none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = match content(path)? {
        Content::Other(what) => return Err(other(what)),
        Content::Der(der) if Certificate::read(&der).is_some() => return Ok(vec![der.into()]),
        Content::Der(_) => return Err("cannot be read: it holds no certificate".to_owned()),
        Content::Pem(text) => text,
    };
    let found = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| match error {
        pem::Error::MissingSectionEnd { .. } => {
            "cannot be read: a certificate breaks off in it".to_owned()
        }
        error => format!("cannot be read: {error}"),
    })?;
    if !found.is_empty() {
        return Ok(found);
    }
    Err(match labels(&text).first() {
        Some(label) => format!(
            "cannot be read: no PEM certificate stands in the file, but a {}",
            label.to_lowercase()
        ),
        None => "cannot be read: no PEM certificate stands in the file".to_owned(),
    })
}

/// The first private key, or why there is none.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let text = match content(path)? {
        Content::Other(what) => return Err(other(what)),
        Content::Der(der) => {
            let key = PrivateKeyDer::try_from(der);
            return key.map_err(|_| "cannot be read: it holds no private key".to_owned());
        }
        Content::Pem(text) => text,
    };
    let labels = labels(&text);
    if labels.contains(&"ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(other(ENCRYPTED));
    }
    if let Ok(key) = PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        return Ok(key);
    }
    Err(
        match labels.iter().find(|label| label.ends_with("PRIVATE KEY")) {
            Some(label) => format!(
                "cannot be read: a {} is of no kind that is read here, or damaged",
                label.to_lowercase()
            ),
            None => "cannot be read: no PEM private key stands in the file".to_owned(),
        },
    )
}

const ENCRYPTED: &str = "an encrypted key, and its passphrase is not asked for here; `openssl pkey -in KEY -out PLAIN` takes it off, and `chmod 600 PLAIN` keeps the new file to yourself";
const PKCS12: &str = "PKCS#12 (a .p12 or .pfx); `openssl pkcs12 -in FILE -out cert.pem -nokeys` and `openssl pkcs12 -in FILE -out key.pem -nocerts -nodes` make certificate and key of it, and `chmod 600 key.pem` keeps the key to yourself";
const PKCS7: &str =
    "PKCS#7 (a .p7b); `openssl pkcs7 -print_certs -in FILE -out cert.pem` makes PEM of it";
const JAVA: &str = "a Java key store; `keytool -exportcert -rfc` writes its certificates as PEM";

fn other(what: &str) -> String {
    format!("cannot be read as PEM: it is {what}")
}

fn content(path: &Path) -> Result<Content, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(at_home(path)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err("cannot be read: it is far too large".to_owned());
    }
    if bytes.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) {
        return Ok(Content::Other(JAVA));
    }
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(der(bytes));
    }
    let text = tidy(&decoded(&bytes));
    if text.contains("-----BEGIN PKCS7") {
        return Ok(Content::Other(PKCS7));
    }
    Ok(Content::Pem(text))
}

/// What a file in DER is, told by how it begins.
fn der(bytes: Vec<u8>) -> Content {
    let inner = Der(&bytes).take(SEQUENCE);
    let is_encrypted = |mut inner: Der| {
        // RFC 8018, A: every way to encrypt by a passphrase has a number beneath this one.
        const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];
        let way = inner.take(SEQUENCE).and_then(|mut way| way.take(OID));
        way.is_some_and(|way| way.0.starts_with(PKCS5))
    };
    match inner {
        // RFC 7292, 4: version 3, then what it keeps.
        Some(inner) if inner.begins(&[INTEGER, SEQUENCE]) && inner.0.starts_with(&[2, 1, 3]) => {
            Content::Other(PKCS12)
        }
        Some(inner) if inner.begins(&[OID]) => Content::Other(PKCS7),
        Some(inner) if is_encrypted(inner) => Content::Other(ENCRYPTED),
        _ => Content::Der(bytes),
    }
}

/// Editors on Windows write UTF-16, or a mark before UTF-8.
fn decoded(bytes: &[u8]) -> String {
    let units = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|u| read([u[0], u[1]]));
        String::from_utf16_lossy(&units.collect::<Vec<_>>())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Without blanks around the lines, and with one name for a certificate.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for line in text.split(['\n', '\r']) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.contains("X509 CERTIFICATE-----") {
            tidied.push_str(&line.replace("X509 CERTIFICATE", "CERTIFICATE"));
        } else {
            tidied.push_str(line);
        }
        tidied.push('\n');
    }
    tidied
}

/// What the parts of a PEM file are, in order.
fn labels(text: &str) -> Vec<&str> {
    let lines = text.lines();
    let labels = lines.filter_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    labels.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Folder {
            Folder(tempfile::tempdir().unwrap())
        }

        fn file(&self, bytes: impl AsRef<[u8]>) -> std::path::PathBuf {
            let path = self.0.path().join("file");
            std::fs::write(&path, bytes).unwrap();
            path
        }

        fn certificates(&self, bytes: impl AsRef<[u8]>) -> Result<usize, String> {
            certificates(&self.file(bytes)).map(|found| found.len())
        }

        fn key(&self, bytes: impl AsRef<[u8]>) -> Result<(), String> {
            key(&self.file(bytes)).map(|_| ())
        }
    }

    fn pair() -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["acme.example".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap(), key)
    }

    #[test]
    fn certificates_are_read_in_every_form_that_people_have() {
        let (certificate, key) = pair();
        let (pem, folder) = (certificate.pem(), Folder::new());
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            let units = pem.encode_utf16().flat_map(bytes);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        let indented: String = pem.lines().map(|line| format!("    {line} \r\n")).collect();
        for form in [
            pem.clone().into_bytes(),
            [b"\xef\xbb\xbf", pem.as_bytes()].concat(),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
            format!("subject=CN = x\n{pem}").into_bytes(),
            indented.into_bytes(),
            pem.replace("CERTIFICATE", "X509 CERTIFICATE").into_bytes(),
            certificate.der().to_vec(),
        ] {
            assert_eq!(folder.certificates(&form), Ok(1));
        }
        assert_eq!(folder.certificates(pem.repeat(2)), Ok(2));
        for form in [key.serialize_pem().into_bytes(), key.serialize_der()] {
            assert_eq!(folder.key(&form), Ok(()));
        }
        let both = format!("\u{feff}{pem}{}", key.serialize_pem());
        assert_eq!(
            (folder.certificates(&both), folder.key(&both)),
            (Ok(1), Ok(()))
        );
    }

    #[test]
    fn what_is_neither_is_named_as_what_it_is() {
        let (certificate, key) = pair();
        let folder = Folder::new();
        let encrypted =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        // SEQUENCE { SEQUENCE { OID of PBES2 }, OCTET STRING }
        let encrypted_der = [
            0x30, 0x0f, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d, 4, 0,
        ];
        let pkcs12 = [0x30, 5, 2, 1, 3, 0x30, 0];
        for bytes in [
            encrypted.as_bytes(),
            old.as_bytes(),
            &encrypted_der,
            &pkcs12,
        ] {
            let why = folder.key(bytes).unwrap_err();
            assert!(
                why.contains("encrypted") || why.contains("PKCS#12"),
                "{why}"
            );
            assert!(why.contains("openssl"), "{why}");
        }
        for (bytes, says) in [
            (&pkcs12[..], "PKCS#12"),
            (b"\xfe\xed\xfe\xed\0\0\0\x02", "Java"),
            (
                b"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
                "PKCS#7",
            ),
            (key.serialize_pem().as_bytes(), "a private key"),
            (
                b"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n",
                "certificate request",
            ),
            (b"nothing of the kind", "no PEM certificate"),
            (b"", "no PEM certificate"),
        ] {
            let why = folder.certificates(bytes).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
        let why = folder.key(certificate.pem()).unwrap_err();
        assert!(why.contains("no PEM private key"), "{why}");
        let gone = folder.0.path().join("gone");
        assert!(certificates(&gone).unwrap_err().contains("cannot be read"));
    }
}
