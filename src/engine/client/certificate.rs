//! Reads certificates (RFC 5280), only to name what is wrong with them. The TLS library decides
//! whether to trust them.

use crate::model::Timestamp;
use std::net::{Ipv4Addr, Ipv6Addr};

const BOOLEAN: u8 = 0x01;
/// The DER tag of an integer.
pub const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
/// The DER tag of an object identifier.
pub const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
/// The DER tag of a sequence.
pub const SEQUENCE: u8 = 0x30;

/// Reads DER values one after another.
#[derive(Clone, Copy)]
pub struct Der<'a>(pub &'a [u8]);

impl<'a> Der<'a> {
    /// The tag of the next value, its content, and all its bytes.
    fn whole(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let [tag, length, ..] = *self.0 else {
            return None;
        };
        let (length, head) = match length {
            0..=0x7f => (usize::from(length), 2),
            // Four bytes can give the length of every file that is read here.
            0x81..=0x84 => {
                let head = 2 + usize::from(length & 0x7f);
                let bytes = self.0.get(2..head)?;
                let number = bytes.iter().fold(0, |n, b| (n << 8) | usize::from(*b));
                (number, head)
            }
            _ => return None,
        };
        let end = head.checked_add(length)?;
        let whole = self.0.get(..end)?;
        self.0 = &self.0[end..];
        Some((tag, &whole[head..], whole))
    }

    fn pop(&mut self) -> Option<(u8, &'a [u8])> {
        self.whole().map(|(tag, inner, _)| (tag, inner))
    }

    /// The next value, if it has this tag.
    pub fn take(&mut self, tag: u8) -> Option<Der<'a>> {
        let mut ahead = *self;
        let (found, inner) = ahead.pop()?;
        if found != tag {
            return None;
        }
        *self = ahead;
        Some(Der(inner))
    }

    /// Whether the next values have these tags.
    pub fn begins(mut self, tags: &[u8]) -> bool {
        tags.iter()
            .all(|tag| self.pop().is_some_and(|(found, _)| found == *tag))
    }
}

/// The kind of a certificate's public key.
#[derive(Debug, PartialEq, Eq)]
pub enum Key {
    /// With its length in bits.
    Rsa(usize),
    Curve(&'static str),
    Ed25519,
    /// A name, or the object identifier.
    Other(String),
}

impl Key {
    /// Why this program cannot check a handshake with such a key; `None` where it can.
    pub fn why_not_checked(&self) -> Option<String> {
        match self {
            Key::Rsa(bits @ 2048..=8192) if bits % 8 == 0 => None,
            Key::Rsa(bits @ ..2048) => Some(format!(
                "has an RSA key of {bits} bits, and 2048 is the least that counts as safe"
            )),
            Key::Rsa(bits) => Some(format!(
                "has an RSA key of {bits} bits, and this program reads up to 8192"
            )),
            Key::Curve("P-256" | "P-384") | Key::Ed25519 => None,
            Key::Curve(name) => Some(format!(
                "has a key of a kind that cannot be checked here, {name}"
            )),
            Key::Other(name) => Some(format!(
                "has a key of a kind that cannot be checked here, {name}"
            )),
        }
    }
}

struct Extension<'a> {
    oid: String,
    is_critical: bool,
    value: &'a [u8],
}

/// The parts of a certificate that explain why it was refused.
pub struct Certificate<'a> {
    /// 1 or 3; 2 was never in use.
    pub version: u8,
    issuer: &'a [u8],
    subject: &'a [u8],
    pub not_before: Option<i64>,
    pub not_after: Option<i64>,
    pub key: Key,
    signature: String,
    extensions: Vec<Extension<'a>>,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate in DER; `None` where it cannot be read.
    pub fn read(der: &'a [u8]) -> Option<Certificate<'a>> {
        let mut outer = Der(der).take(SEQUENCE)?;
        let mut inner = outer.take(SEQUENCE)?;
        let version = match inner.take(0xa0) {
            Some(mut number) => number.take(INTEGER)?.0.last()?.saturating_add(1),
            None => 1,
        };
        inner.take(INTEGER)?;
        let signature = oid(inner.take(SEQUENCE)?.take(OID)?.0);
        let (_, _, issuer) = inner.whole()?;
        let mut dates = inner.take(SEQUENCE)?;
        let (not_before, not_after) = (dates.pop()?, dates.pop()?);
        let (_, _, subject) = inner.whole()?;
        let key = key(inner.take(SEQUENCE)?)?;
        let mut extensions = Vec::new();
        while let Some((tag, value)) = inner.pop() {
            if tag == 0xa3 {
                let mut list = Der(value).take(SEQUENCE)?;
                while let Some(mut one) = list.take(SEQUENCE) {
                    extensions.push(Extension {
                        oid: oid(one.take(OID)?.0),
                        is_critical: one.take(BOOLEAN).is_some_and(|b| b.0 != [0]),
                        value: one.take(OCTET_STRING)?.0,
                    });
                }
            }
        }
        Some(Certificate {
            version,
            issuer,
            subject,
            not_before: time(not_before),
            not_after: time(not_after),
            key,
            signature,
            extensions,
        })
    }

    fn extension(&self, oid: &str) -> Option<Der<'a>> {
        let found = self.extensions.iter().find(|e| e.oid == oid)?;
        Some(Der(found.value))
    }

    /// Whether the issuer's name is the other's subject; does not check the signature.
    pub fn is_signed_by(&self, other: &Certificate) -> bool {
        self.issuer == other.subject
    }

    /// Who signed it, as `distinguished` writes names.
    pub fn issuer(&self) -> String {
        distinguished(self.issuer)
    }

    /// Whom it is for, as `distinguished` writes names.
    pub fn subject(&self) -> String {
        distinguished(self.subject)
    }

    /// The host names and IP addresses it is valid for (RFC 5280, 4.2.1.6).
    pub fn hosts(&self) -> Vec<String> {
        let names = self.extension("2.5.29.17");
        let Some(mut names) = names.and_then(|mut names| names.take(SEQUENCE)) else {
            return Vec::new();
        };
        let mut hosts = Vec::new();
        while let Some((tag, value)) = names.pop() {
            match (tag, value.len()) {
                (0x82, _) => hosts.push(String::from_utf8_lossy(value).into_owned()),
                (0x87, 4) => {
                    hosts.extend(<[u8; 4]>::try_from(value).map(|a| Ipv4Addr::from(a).to_string()))
                }
                (0x87, 16) => {
                    hosts.extend(<[u8; 16]>::try_from(value).map(|a| Ipv6Addr::from(a).to_string()))
                }
                _ => {}
            }
        }
        hosts
    }

    /// The common name, which once named the host and no longer counts for that.
    pub fn common_name(&self) -> Option<String> {
        attributes(self.subject)
            .into_iter()
            .find(|(oid, _)| oid == COMMON_NAME)
            .map(|(_, value)| value)
    }

    /// The extended key usages (RFC 5280, 4.2.1.12); `None` where it names none.
    pub fn purposes(&self) -> Option<Vec<String>> {
        let mut list = self.extension("2.5.29.37")?.take(SEQUENCE)?;
        let mut found = Vec::new();
        while let Some(purpose) = list.take(OID) {
            found.push(oid(purpose.0));
        }
        Some(found)
    }

    /// Where to download the issuer's certificate (RFC 5280, 4.2.2.1).
    pub fn issuer_address(&self) -> Option<String> {
        let mut list = self.extension("1.3.6.1.5.5.7.1.1")?.take(SEQUENCE)?;
        let mut found = Vec::new();
        while let Some(mut one) = list.take(SEQUENCE) {
            let is_issuer = oid(one.take(OID)?.0) == "1.3.6.1.5.5.7.48.2";
            if let Some(address) = one.take(0x86).filter(|_| is_issuer) {
                found.push(String::from_utf8_lossy(address.0).into_owned());
            }
        }
        let web = found.iter().position(|address| address.starts_with("http"));
        (!found.is_empty()).then(|| found.swap_remove(web.unwrap_or(0)))
    }

    /// The first critical extension that this program does not know.
    pub fn unknown_critical(&self) -> Option<&str> {
        const KNOWN: [&str; 6] = [
            "2.5.29.15",
            "2.5.29.17",
            "2.5.29.19",
            "2.5.29.30",
            "2.5.29.31",
            "2.5.29.37",
        ];
        let critical = self.extensions.iter().filter(|e| e.is_critical);
        let mut unknown = critical.filter(|e| !KNOWN.contains(&e.oid.as_str()));
        unknown.next().map(|extension| extension.oid.as_str())
    }

    /// The signature algorithm by a name that people know.
    pub fn signed_with(&self) -> String {
        let known = match self.signature.as_str() {
            "1.2.840.113549.1.1.2" => "MD2",
            "1.2.840.113549.1.1.4" => "MD5",
            "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" => "SHA-1",
            "1.2.840.113549.1.1.14" => "SHA-224",
            "1.2.840.10045.4.3.4" => "ECDSA and SHA-512",
            "1.3.101.113" => "Ed448",
            other => return format!("the algorithm {other}"),
        };
        known.to_owned()
    }

    /// Whether the signature uses MD2, MD5 or SHA-1, which no longer count as safe.
    pub fn is_signed_weakly(&self) -> bool {
        matches!(self.signed_with().as_str(), "MD2" | "MD5" | "SHA-1")
    }
}

fn key(mut info: Der) -> Option<Key> {
    let mut algorithm = info.take(SEQUENCE)?;
    let kind = oid(algorithm.take(OID)?.0);
    let bits = info.take(BIT_STRING)?.0.get(1..)?;
    Some(match kind.as_str() {
        "1.2.840.113549.1.1.1" => {
            let modulus = Der(bits).take(SEQUENCE)?.take(INTEGER)?.0;
            let first = modulus
                .iter()
                .position(|b| *b != 0)
                .unwrap_or(modulus.len());
            let modulus = &modulus[first..];
            let unused = modulus.first().map_or(0, |b| b.leading_zeros() as usize);
            Key::Rsa(modulus.len() * 8 - unused)
        }
        "1.2.840.10045.2.1" => match algorithm.take(OID).map(|curve| oid(curve.0)).as_deref() {
            Some("1.2.840.10045.3.1.7") => Key::Curve("P-256"),
            Some("1.3.132.0.34") => Key::Curve("P-384"),
            Some("1.3.132.0.35") => Key::Curve("P-521"),
            Some("1.3.132.0.10") => Key::Curve("secp256k1"),
            Some("1.3.36.3.3.2.8.1.1.7") => Key::Curve("brainpoolP256r1"),
            Some("1.3.36.3.3.2.8.1.1.11") => Key::Curve("brainpoolP384r1"),
            Some(other) => Key::Other(format!("the curve {other}")),
            None => Key::Other("a curve without a name".to_owned()),
        },
        "1.2.840.113549.1.1.10" => Key::Other("RSA for PSS alone".to_owned()),
        "1.3.101.112" => Key::Ed25519,
        "1.3.101.113" => Key::Other("Ed448".to_owned()),
        "1.2.840.10040.4.1" => Key::Other("DSA".to_owned()),
        other => Key::Other(other.to_owned()),
    })
}

/// Seconds since 1970. RFC 5280, 4.1.2.5: a year of two digits means 1950 to 2049.
fn time((tag, text): (u8, &[u8])) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let whole = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => text.to_owned(),
    };
    let part = |from: usize, to: usize| whole.get(from..to);
    let stamp = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    stamp.parse().ok().map(Timestamp::as_second)
}

/// `1.2.840.113549.1.1.11`
fn oid(bytes: &[u8]) -> String {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for byte in bytes {
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.extend([first, number - first * 40]);
            } else {
                numbers.push(number);
            }
            number = 0;
        }
    }
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(".")
}

const COMMON_NAME: &str = "2.5.4.3";

/// The parts of a distinguished name, each with its object identifier.
fn attributes(name: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some(mut parts) = Der(name).take(SEQUENCE) else {
        return found;
    };
    while let Some((_, set)) = parts.pop() {
        let mut set = Der(set);
        while let Some(mut pair) = set.take(SEQUENCE) {
            if let (Some(kind), Some(value)) = (pair.take(OID), pair.pop()) {
                found.push((oid(kind.0), text(value)));
            }
        }
    }
    found
}

fn text((tag, bytes): (u8, &[u8])) -> String {
    const TELETEX: u8 = 0x14;
    const BMP: u8 = 0x1e;
    match tag {
        TELETEX => bytes.iter().map(|b| *b as char).collect(),
        BMP => {
            let units = bytes.chunks_exact(2);
            let units: Vec<u16> = units.map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Writes a distinguished name in DER as `CN=Acme root, O=Acme`.
pub fn distinguished(name: &[u8]) -> String {
    let parts = attributes(name).into_iter().rev();
    let parts = parts.filter_map(|(kind, value)| {
        let kind = match kind.as_str() {
            COMMON_NAME => "CN",
            "2.5.4.10" => "O",
            "2.5.4.11" => "OU",
            _ => return None,
        };
        Some(format!("{kind}={value}"))
    });
    let name = parts.collect::<Vec<_>>().join(", ");
    if name.is_empty() {
        return "somebody without a name".to_owned();
    }
    // The name comes from outside and may be endless.
    name.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{
        CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd,
    };

    fn made(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let names = [
            "acme.example".to_owned(),
            "10.0.0.1".to_owned(),
            "::1".to_owned(),
        ];
        let mut params = CertificateParams::new(names).unwrap();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Acme");
        params.not_before = date_time_ymd(2020, 2, 3);
        params.not_after = date_time_ymd(2060, 2, 3);
        change(&mut params);
        let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        signed.der().to_vec()
    }

    #[test]
    fn a_certificate_says_what_it_is_for() {
        let der = made(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 400], vec![5, 0]);
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        });
        let read = Certificate::read(&der).unwrap();
        assert_eq!(read.version, 3);
        assert_eq!(read.hosts(), ["acme.example", "10.0.0.1", "::1"]);
        assert_eq!(read.subject(), "O=Acme, CN=rcgen self signed cert");
        assert_eq!(read.common_name().unwrap(), "rcgen self signed cert");
        assert_eq!(read.purposes().unwrap(), ["1.3.6.1.5.5.7.3.2"]);
        assert_eq!(read.unknown_critical(), Some("1.2.3.400"));
        assert_eq!(read.key, Key::Curve("P-256"));
        assert!(read.is_signed_by(&read) && !read.is_signed_weakly());
        // 2020-02-03 and 2060-02-03, one on each side of the two forms.
        assert_eq!(read.not_before, Some(1_580_688_000));
        assert_eq!(read.not_after, Some(2_842_992_000));
        assert_eq!(read.issuer_address(), None);
    }

    #[test]
    fn keys_that_are_too_short_or_unknown_say_so() {
        for (key, says) in [
            (Key::Rsa(1024), "1024 bits"),
            (Key::Rsa(16_384), "8192"),
            (Key::Curve("P-521"), "P-521"),
            (Key::Other("Ed448".into()), "Ed448"),
        ] {
            assert!(key.why_not_checked().unwrap().contains(says));
        }
        for key in [Key::Rsa(2048), Key::Curve("P-384"), Key::Ed25519] {
            assert_eq!(key.why_not_checked(), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..900_usize, byte: u8) {
            let _ = Certificate::read(&bytes);
            let mut der = made(|_| {});
            if let Some(place) = der.get_mut(at) {
                *place = byte;
            }
            if let Some(read) = Certificate::read(&der) {
                let _ = (read.hosts(), read.subject(), read.purposes(), read.issuer_address());
                let _ = (read.common_name(), read.signed_with());
            }
        }
    }
}
