//! Says why a secure connection failed, as exactly as possible.

use super::certificate::{Certificate, Key, distinguished};
use super::phases::Phases;
use crate::model::{Cause, Failure, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription as Alert, CertificateError, Error, OtherError, PeerIncompatible};
use std::fmt;
use std::sync::Arc;

/// What is wrong with a certificate; travels through the TLS library as an error.
#[derive(Debug)]
pub struct Distrust {
    pub cause: Cause,
    /// The second half of a sentence about the certificate: `has expired`.
    pub what: String,
    pub hint: String,
}

impl Distrust {
    fn new(cause: Cause, what: impl Into<String>, hint: impl Into<String>) -> Distrust {
        Distrust {
            cause,
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// Wraps the reason into an error that the TLS library passes through.
    pub fn into_error(self) -> Error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(self))))
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Distrust {}

const OWNER: &str = "The owner of the host must have it made anew.";

/// The certificates that a server sent, its own first.
pub struct Chain<'a> {
    own: Option<Certificate<'a>>,
    others: Vec<Certificate<'a>>,
    /// The authorities that this run trusts besides the system's.
    authorities: Vec<Certificate<'a>>,
}

impl<'a> Chain<'a> {
    /// Reads what the server sent; certificates that cannot be read are left out.
    pub fn read(
        own: &'a CertificateDer,
        others: &'a [CertificateDer],
        authorities: &'a [CertificateDer],
    ) -> Chain<'a> {
        let all = |list: &'a [CertificateDer]| {
            let read = list.iter().filter_map(|der| Certificate::read(der));
            read.collect()
        };
        Chain {
            own: Certificate::read(own),
            others: all(others),
            authorities: all(authorities),
        }
    }

    /// Why the TLS library refuses the chain; says more than the library's own error.
    pub fn why_refused(&self, error: &CertificateError) -> Distrust {
        use CertificateError as E;
        let Some(own) = &self.own else {
            return Distrust::new(Cause::TlsUntrusted, "cannot be read", OWNER);
        };
        match error {
            E::Expired => self.out_of_dates(None, own.not_after, "expired"),
            E::ExpiredContext { not_after, .. } => {
                self.out_of_dates(Some(not_after.as_secs()), own.not_after, "expired")
            }
            E::NotValidYet => self.out_of_dates(None, own.not_before, "is not valid before"),
            E::NotValidYetContext { not_before, .. } => self.out_of_dates(
                Some(not_before.as_secs()),
                own.not_before,
                "is not valid before",
            ),
            E::NotValidForName | E::NotValidForNameContext { .. } => wrong_host(own),
            E::Revoked => Distrust::new(Cause::TlsUntrusted, "has been revoked", OWNER),
            E::UnknownIssuer => self.no_way_up(own),
            other => self.odd(own, other),
        }
    }

    fn out_of_dates(&self, said: Option<u64>, own: Option<i64>, how: &str) -> Distrust {
        let said = said.and_then(|seconds| i64::try_from(seconds).ok()).or(own);
        let day = said.map_or_else(|| "a day that cannot be read".to_owned(), day);
        let how = match how {
            "expired" => format!("expired on {day}"),
            how => format!("{how} {day}"),
        };
        // Its own dates may be fine, but not those of a certificate above it.
        let dated = |c: &&Certificate| [c.not_after, c.not_before].contains(&said);
        let mut above = self.others.iter().chain(&self.authorities);
        let above = above.find(dated).filter(|_| said.is_some() && said != own);
        let what = match above {
            Some(above) => format!("leads to that of {}, which {how}", above.subject()),
            None => how,
        };
        let hint = "Check this machine's clock; otherwise the owner of the host must renew it.";
        Distrust::new(Cause::TlsExpired, what, hint)
    }

    /// The chain does not end at a trusted authority.
    fn no_way_up(&self, own: &Certificate) -> Distrust {
        let mut top = own;
        // The certificates may form a circle.
        for _ in 0..self.others.len() {
            let mut above = self
                .others
                .iter()
                .filter(|c| !top.is_signed_by(top) && top.is_signed_by(c));
            match above.next() {
                Some(above) => top = above,
                None => break,
            }
        }
        let signs_itself = top.is_signed_by(top);
        let is_own = std::ptr::eq(top, own);
        if let Some(address) = top.issuer_address().filter(|_| !signs_itself) {
            let whose = if is_own {
                "it"
            } else {
                "the last one sent with it"
            };
            return Distrust::new(
                Cause::TlsIncompleteChain,
                format!(
                    "came without that of {}, which signed {whose}, and leads to no authority this machine trusts",
                    top.issuer()
                ),
                format!(
                    "Whoever runs the host must let it send the whole chain. The missing certificate is at {address}; until then fetch it and name it with --cacert."
                ),
            );
        }
        let what = match (signs_itself, is_own) {
            (true, true) => "is signed by nobody but itself".to_owned(),
            (true, false) => format!(
                "is not signed by an authority this machine trusts: it leads to {}",
                top.subject()
            ),
            (false, _) => format!(
                "is not signed by an authority this machine trusts: it leads to {}, whose certificate did not come with it",
                top.issuer()
            ),
        };
        Distrust::new(
            Cause::TlsUntrusted,
            what,
            self.whom_to_trust(signs_itself && is_own),
        )
    }

    fn whom_to_trust(&self, signs_itself: bool) -> String {
        if !self.authorities.is_empty() {
            let names = self.authorities.iter().map(Certificate::subject);
            let names: Vec<_> = names.take(3).collect();
            return format!(
                "The authorities in --cacert and ca_file are others: {}. Find the one that signed it.",
                names.join("; ")
            );
        }
        let hint = if signs_itself {
            "If you know it to be the right one, name it with --cacert or ca_file."
        } else {
            "A company's own authority must be installed on this machine, or named with --cacert or ca_file."
        };
        hint.to_owned()
    }

    /// Refusals that the library does not explain well.
    fn odd(&self, own: &Certificate, error: &CertificateError) -> Distrust {
        let untrusted = |what: String| Distrust::new(Cause::TlsUntrusted, what, OWNER);
        let word = match error {
            CertificateError::Other(inner) => word(&inner.0),
            other => word(other),
        };
        let word = word.as_str();
        if own.version != 3 {
            return untrusted(format!(
                "is of X.509 version {}, and only version 3 can name the hosts it is for",
                own.version
            ));
        }
        let all = || std::iter::once(own).chain(&self.others);
        if let Some(oid) = all().find_map(Certificate::unknown_critical) {
            return untrusted(format!(
                "holds the critical extension {oid}, which must be understood and is not"
            ));
        }
        if let Some(what) = why_not_for_servers(own) {
            return untrusted(what);
        }
        if word == "CaUsedAsEndEntity" && own.is_signed_by(own) {
            return self.no_way_up(own);
        }
        let signature = "BadSignature InvalidSignatureForPublicKey UnsupportedSignatureAlgorithm UnsupportedSignatureAlgorithmContext UnsupportedSignatureAlgorithmForPublicKeyContext";
        if signature.split(' ').any(|known| known == word) {
            return untrusted(self.bad_signature());
        }
        untrusted(match word {
            "CaUsedAsEndEntity" => {
                "is an authority's own (CA:TRUE), which no server should show".to_owned()
            }
            "EndEntityUsedAsCa" => format!(
                "is signed by {}, whose certificate is not that of an authority",
                own.issuer()
            ),
            "NameConstraintViolation" => format!(
                "is for a name outside the name constraints of an authority above it; it is signed by {}",
                own.issuer()
            ),
            "PathLenConstraintViolated" => {
                "leads over more authorities than one of them allows (path length)".to_owned()
            }
            word => format!("breaks the rules for certificates: {}", spelled(word)),
        })
    }

    fn bad_signature(&self) -> String {
        let all = || self.own.iter().chain(&self.others);
        if let Some(weak) = all().find(|c| c.is_signed_weakly()) {
            return format!(
                "is signed with {}, which is too weak to count",
                weak.signed_with()
            );
        }
        // The signer's key may be one that cannot be checked.
        let signers = self.others.iter().chain(&self.authorities);
        let mut signers = signers.filter(|s| all().any(|c| c.is_signed_by(s)));
        if let Some(why) = signers.find_map(|s| Some((s.subject(), s.key.why_not_checked()?))) {
            return format!("is signed by {}, which {}", why.0, why.1);
        }
        let odd = all().map(Certificate::signed_with);
        let mut odd = odd.filter(|name| name.contains("Ed448") || name.contains("SHA-512"));
        match odd.next() {
            Some(name) => format!("is signed with {name}, which cannot be checked here"),
            None => "does not carry the signature of the authority that it names".to_owned(),
        }
    }
}

/// Why the key of a trusted certificate cannot be used; `None` where it can.
pub fn why_key_fails(own: &CertificateDer) -> Option<Distrust> {
    let key: Key = Certificate::read(own)?.key;
    let why = key.why_not_checked()?;
    Some(Distrust::new(Cause::TlsUntrusted, why, OWNER))
}

/// Why a certificate is not for servers (RFC 5280, 4.2.1.12); `None` where it is.
pub fn why_not_for_servers(own: &Certificate) -> Option<String> {
    const ANY: &str = "2.5.29.37.0";
    const SERVERS: &str = "1.3.6.1.5.5.7.3.1";
    let purposes = own.purposes()?;
    if purposes.iter().any(|p| p == ANY || p == SERVERS) {
        return None;
    }
    let named = purposes.iter().map(|purpose| match purpose.as_str() {
        "1.3.6.1.5.5.7.3.2" => "clients",
        "1.3.6.1.5.5.7.3.3" => "signing code",
        "1.3.6.1.5.5.7.3.4" => "mail",
        "1.3.6.1.5.5.7.3.8" => "time stamps",
        "1.3.6.1.5.5.7.3.9" => "OCSP",
        other => other,
    });
    let named: Vec<_> = named.collect();
    Some(format!(
        "is for another purpose: for {} (extended key usage), and not for servers",
        named.join(", ")
    ))
}

fn wrong_host(own: &Certificate) -> Distrust {
    const SHOWN: usize = 5;
    let hosts = own.hosts();
    let what = match (hosts.as_slice(), own.common_name()) {
        ([], Some(name)) => {
            format!("names no host: its common name, {name}, has not counted as one for years")
        }
        ([], None) => "names no host at all".to_owned(),
        (hosts, _) => {
            let shown = hosts.iter().take(SHOWN).cloned().collect::<Vec<_>>();
            let more = match hosts.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("is not for that host but for {}{more}", shown.join(", "))
        }
    };
    let hint = "Check the host name in the URL; the server may also show another's certificate where it does not know the name.";
    Distrust::new(Cause::TlsWrongHost, what, hint)
}

/// Turns `InvalidSerialNumber` into `invalid serial number`.
fn spelled(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| "a day long past".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// The failure of a call whose TLS handshake failed.
pub fn failure(error: &Error, host: &str, phases: &Phases) -> Failure {
    let handshake = |what: String, hint: &str| {
        Failure::new(
            Cause::TlsHandshake,
            format!("The secure connection to {host} was not made, so nothing was sent: {what}."),
            hint,
        )
    };
    let check = "Check that this port speaks https, and what stands between.";
    match error {
        Error::InvalidCertificate(CertificateError::Other(inner)) => {
            match inner.0.downcast_ref::<Distrust>() {
                Some(distrust) => distrusted(distrust, host),
                None => handshake(inner.0.to_string(), check),
            }
        }
        Error::InvalidCertificate(CertificateError::BadSignature) => handshake(
            "whoever answered does not hold the key of the certificate that was shown".to_owned(),
            "Something between may be posing as the host.",
        ),
        Error::InvalidMessage(_) => Failure::new(
            Cause::TlsHandshake,
            format!("What {host} answered is not TLS, so nothing was sent."),
            "This port may speak plain http: check the port, or begin the URL with http://.",
        ),
        // Missing root certificates; other general errors come before any certificate.
        Error::General(why) if why.contains("CA certificates") => Failure::new(
            Cause::TlsUntrusted,
            format!(
                "The certificate of {host} could not be checked, so nothing was sent: this machine has no authorities."
            ),
            "Install its package of CA certificates, or name a PEM file with --cacert or SSL_CERT_FILE.",
        ),
        Error::AlertReceived(alert) => alerted(*alert, host, phases),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => handshake(OLD_TLS.to_owned(), OLD_TLS_HINT),
        Error::PeerIncompatible(why) => handshake(
            format!(
                "the two sides have too little in common, {}",
                spelled(&word(why))
            ),
            "Its settings of TLS may be too old. Whoever runs the host can say which it takes.",
        ),
        Error::PeerMisbehaved(why) => handshake(
            format!("it breaks the rules of TLS, {}", spelled(&word(why))),
            check,
        ),
        other => handshake(other.to_string(), check),
    }
}

const OLD_TLS: &str = "it speaks no version of TLS from 1.2 on";
const OLD_TLS_HINT: &str =
    "Older versions are not safe and not spoken here; whoever runs the host must update it.";

fn distrusted(distrust: &Distrust, host: &str) -> Failure {
    Failure::new(
        distrust.cause,
        format!(
            "The certificate of {host} {}, so nothing was sent.",
            distrust.what
        ),
        distrust.hint.clone(),
    )
}

/// The failure for an alert that the server sent as it broke off.
fn alerted(alert: Alert, host: &str, phases: &Phases) -> Failure {
    let asked = phases.asked();
    let about_ours = matches!(
        alert,
        Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    );
    let may_be_ours = matches!(alert, Alert::HandshakeFailure | Alert::DecryptError);
    if alert == Alert::CertificateRequired || asked.is_some() && (about_ours || may_be_ours) {
        return client_certificate(host, Some(alert), phases);
    }
    let (what, hint) = match alert {
        Alert::ProtocolVersion => (OLD_TLS, OLD_TLS_HINT),
        Alert::HandshakeFailure | Alert::InsufficientSecurity => (
            "it has no kind of key, cipher or signature in common with this program",
            "Its settings of TLS or the kind of its certificate's key may be too old or too new. Whoever runs the host can say which it takes.",
        ),
        Alert::UnrecognisedName => (
            "it knows no host of that name",
            "Check the host name in the URL; the server tells its hosts apart by it.",
        ),
        Alert::NoApplicationProtocol => (
            "it speaks neither HTTP/2 nor HTTP/1.1 there",
            "Check the port: another service may be behind it.",
        ),
        _ => {
            let what = format!("it broke off with {}", spelled(&format!("{alert:?}")));
            return Failure::new(
                Cause::TlsHandshake,
                format!(
                    "The secure connection to {host} was not made, so nothing was sent: {what}."
                ),
                "Check the host and port. It may also want a client certificate (client_certificate in config.toml), or another host name.",
            );
        }
    };
    Failure::new(
        Cause::TlsHandshake,
        format!("The secure connection to {host} was not made, so nothing was sent: {what}."),
        hint,
    )
}

/// The failure where the server wants another client certificate, or any.
pub fn client_certificate(host: &str, alert: Option<Alert>, phases: &Phases) -> Failure {
    let why = match alert {
        Some(Alert::CertificateExpired) => " (expired)",
        Some(Alert::CertificateRevoked) => " (revoked)",
        Some(Alert::UnknownCA) => " (it does not know who signed it)",
        Some(Alert::UnsupportedCertificate) => " (not the right kind)",
        _ => "",
    };
    let asked = phases.asked().unwrap_or_default();
    let takes = match asked.authorities.as_slice() {
        [] => String::new(),
        names => format!(" It takes those signed by {}.", names.join("; ")),
    };
    let (what, hint) = if asked.was_shown {
        (
            format!("does not accept the client certificate that it was shown{why}"),
            format!(
                "Check that client_certificate in config.toml is the one meant for this host.{takes}"
            ),
        )
    } else {
        (
            "wants a client certificate, and none is configured".to_owned(),
            format!(
                "Ask for a certificate and name it and its key as client_certificate and client_key of the environment.{takes}"
            ),
        )
    };
    Failure::new(
        Cause::TlsClientCertificate,
        format!("{host} {what}, so it took no call."),
        hint,
    )
}

/// The names of the first three authorities whose certificates a server accepts.
pub fn authority_names(names: &[&[u8]]) -> Vec<String> {
    names
        .iter()
        .take(3)
        .map(|name| distinguished(name))
        .collect()
}

/// The library's name for an enum case, without its content.
fn word(case: &impl fmt::Debug) -> String {
    let text = format!("{case:?}");
    let end = text.find(|c: char| !c.is_ascii_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}
