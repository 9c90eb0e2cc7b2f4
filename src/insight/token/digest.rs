//! Digest (RFC 7616): what a server asks with, and the answer that a user and a password make of
//! it. The password itself does not go out.

use super::md5::md5;
use crate::insight::challenge::{Challenge, challenges};
use crate::model::Response;
use ring::digest::{SHA256, digest};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn hash(self, text: &str) -> String {
        let bytes = match self {
            Algorithm::Md5 => md5(text.as_bytes()).to_vec(),
            Algorithm::Sha256 => digest(&SHA256, text.as_bytes()).as_ref().to_vec(),
        };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a server asks with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestChallenge {
    realm: String,
    pub nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// As the server writes it; absent where it does not.
    named: Option<String>,
    /// Whether the nonces of both sides go into the key (`-sess`).
    is_session: bool,
    /// Whether `qop=auth` is offered; before RFC 2617 there was none.
    has_qop: bool,
}

/// The best challenge of a 401 that can be answered here; `None` where there is none.
pub fn digest_challenge(response: &Response) -> Option<DigestChallenge> {
    if response.status != 401 {
        return None;
    }
    let all = challenges(&response.headers);
    let known = all.iter().filter_map(read);
    known.max_by_key(|challenge| challenge.algorithm)
}

fn read(challenge: &Challenge) -> Option<DigestChallenge> {
    if !challenge.scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let named = challenge.parameter("algorithm");
    let (word, is_session) = match named.map(str::to_ascii_lowercase) {
        Some(word) => match word.strip_suffix("-sess") {
            Some(word) => (word.to_owned(), true),
            None => (word, false),
        },
        None => ("md5".to_owned(), false),
    };
    let algorithm = match word.as_str() {
        "md5" => Algorithm::Md5,
        "sha-256" => Algorithm::Sha256,
        _ => return None,
    };
    let has_qop = match challenge.parameter("qop") {
        Some(offered) => {
            let mut words = offered.split(',').map(str::trim);
            // Only the integrity of bodies is asked for, which is not done here.
            words.find(|word| word.eq_ignore_ascii_case("auth"))?;
            true
        }
        None => false,
    };
    Some(DigestChallenge {
        realm: challenge.parameter("realm").unwrap_or_default().to_owned(),
        nonce: challenge.parameter("nonce")?.to_owned(),
        opaque: challenge.parameter("opaque").map(str::to_owned),
        algorithm,
        named: named.map(str::to_owned),
        is_session,
        has_qop,
    })
}

/// The call that an answer is made for.
pub struct DigestCall<'a> {
    pub method: &'a str,
    /// Path and query as they are sent.
    pub target: &'a str,
    pub user: &'a str,
    /// What nobody can guess.
    pub own_nonce: &'a str,
    /// How often the nonce of the server was used, this call included.
    pub count: u32,
}

impl DigestChallenge {
    /// The value of `Authorization` (RFC 7616, 3.4).
    pub fn answer(&self, call: &DigestCall, password: &str) -> String {
        let hash = |text: &str| self.algorithm.hash(text);
        let DigestCall {
            method,
            target,
            user,
            own_nonce,
            count,
        } = call;
        let (realm, nonce) = (&self.realm, &self.nonce);
        let mut key = hash(&format!("{user}:{realm}:{password}"));
        if self.is_session {
            key = hash(&format!("{key}:{nonce}:{own_nonce}"));
        }
        let what = hash(&format!("{method}:{target}"));
        let answer = if self.has_qop {
            hash(&format!(
                "{key}:{nonce}:{count:08x}:{own_nonce}:auth:{what}"
            ))
        } else {
            hash(&format!("{key}:{nonce}:{what}"))
        };
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{target}\", response=\"{answer}\"",
            quoted(user),
            quoted(realm),
            quoted(nonce)
        );
        if let Some(named) = &self.named {
            out.push_str(&format!(", algorithm={named}"));
        }
        if let Some(opaque) = &self.opaque {
            out.push_str(&format!(", opaque=\"{}\"", quoted(opaque)));
        }
        if self.has_qop {
            out.push_str(&format!(", qop=auth, nc={count:08x}"));
        }
        if self.has_qop || self.is_session {
            out.push_str(&format!(", cnonce=\"{own_nonce}\""));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Headers;

    const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const OPAQUE: &str = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";

    fn asked(more: &[&str]) -> Option<DigestChallenge> {
        let headers = more.iter().map(|more| {
            let text = format!(
                "Digest realm=\"http-auth@example.org\", nonce=\"{NONCE}\", opaque=\"{OPAQUE}\", {more}"
            );
            ("www-authenticate", text)
        });
        digest_challenge(&Response {
            status: 401,
            headers: Headers::from_iter(headers),
            ..Response::default()
        })
    }

    #[test]
    fn the_examples_of_the_standard_are_answered_as_it_says() {
        // RFC 7616, 3.9.1
        let call = DigestCall {
            method: "GET",
            target: "/dir/index.html",
            user: "Mufasa",
            own_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            count: 1,
        };
        for (more, response) in [
            (
                "qop=\"auth, auth-int\", algorithm=MD5",
                "8ca523f5e9506fed4657c9700eebdbec",
            ),
            (
                "qop=\"auth, auth-int\", algorithm=SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let answer = asked(&[more]).unwrap().answer(&call, "Circle of Life");
            assert!(
                answer.contains(&format!("response=\"{response}\"")),
                "{answer}"
            );
            assert!(answer.contains("qop=auth, nc=00000001"), "{answer}");
            assert!(!answer.contains("Circle"));
        }
    }

    #[test]
    fn the_stronger_of_two_is_answered_and_what_is_not_known_is_not() {
        let both = asked(&["qop=auth", "qop=auth, algorithm=SHA-256"]).unwrap();
        assert_eq!(both.algorithm, Algorithm::Sha256);
        assert_eq!(asked(&["algorithm=SHA-512-256"]), None);
        assert_eq!(asked(&["qop=\"auth-int\""]), None);
        let old = asked(&["stale=false"]).unwrap();
        assert!(!old.has_qop && old.named.is_none());
        assert!(asked(&["algorithm=MD5-sess, qop=auth"]).unwrap().is_session);
    }
}
