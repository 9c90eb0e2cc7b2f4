//! Digest (RFC 7616): the challenge of a server is answered, and the password stays here.

use super::{PLANTED, Place, private, status};
use crate::faults::{Asked, Server, answer};
use httriage::engine::grant::Person;
use ring::digest::{SHA256, digest};
use std::io::Write;
use std::sync::{Arc, Mutex};

fn hash(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The value of a parameter of `Authorization`.
fn parameter(header: &str, name: &str) -> String {
    let at = header.find(&format!(" {name}=")).unwrap() + name.len() + 2;
    let rest = &header[at..];
    match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap().to_owned(),
        None => rest.split(',').next().unwrap().trim().to_owned(),
    }
}

/// A server that knows one user; the number of its nonce can be changed.
fn server(nonce: Arc<Mutex<u32>>) -> Server {
    Server::doing(move |asked, stream| {
        let nonce = format!("nonce-{}", *nonce.lock().unwrap());
        let said = match asked.header("authorization") {
            Some(header) if is_right(asked, header, &nonce) => answer("200 OK", "", b"{}"),
            _ => {
                let challenge = format!(
                    "www-authenticate: Digest realm=\"desk\", qop=\"auth\", algorithm=SHA-256, nonce=\"{nonce}\", opaque=\"o1\"\r\n"
                );
                answer("401 Unauthorized", &challenge, b"{}")
            }
        };
        let _ = stream.write_all(&said);
        true
    })
}

fn is_right(asked: &Asked, header: &str, nonce: &str) -> bool {
    let part = |name: &str| parameter(header, name);
    let key = hash(&format!("kim:desk:{PLANTED}-password"));
    let call = hash(&format!("{}:{}", asked.method, asked.target));
    let (count, own) = (part("nc"), part("cnonce"));
    let right = hash(&format!("{key}:{nonce}:{count}:{own}:auth:{call}"));
    part("nonce") == nonce
        && part("uri") == asked.target
        && part("opaque") == "o1"
        && part("response") == right
}

fn place(base: &str, password: &str) -> Place {
    let config = format!(
        "[environments.acme]\nbase_url = \"{base}\"\ntokens = [\"desk\"]\n[tokens.desk]\ndigest = {{ user = \"kim\", password = {{ file = \"{{files}}/word\" }} }}\n"
    );
    let place = Place::new(&config, Person::Nobody, |_| {});
    private(place.files.path(), "word", password);
    place
}

#[tokio::test]
async fn a_challenge_of_digest_is_answered_and_the_password_stays_here() {
    let nonce = Arc::new(Mutex::new(1));
    let server = server(nonce.clone());
    let place = place(&server.base(), &format!("{PLANTED}-password"));
    let first = place.call("GET", "/orders?page=1", "desk").await;
    assert_eq!((status(&first), first.attempts), (200, 2));
    let second = place.call("GET", "/orders?page=2", "desk").await;
    assert_eq!((status(&second), second.attempts), (200, 1));
    // A nonce that is not good any more is answered anew.
    *nonce.lock().unwrap() = 2;
    let third = place.call("GET", "/orders", "desk").await;
    assert_eq!((status(&third), third.attempts), (200, 2));
    let asked = server.asked();
    let counts = asked
        .iter()
        .filter_map(|asked| asked.header("authorization"));
    let counts: Vec<String> = counts.map(|header| parameter(header, "nc")).collect();
    assert_eq!(counts, ["00000001", "00000002", "00000003", "00000001"]);
    for asked in &asked {
        assert!(!format!("{asked:?}").contains(PLANTED));
    }
    let shown = place.client.shown(first);
    assert!(!super::written(&shown).contains(PLANTED));
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_over_and_over_and_a_write_is_sent_once() {
    let server = server(Arc::new(Mutex::new(1)));
    let place = place(&server.base(), "another");
    let first = place.call("GET", "/orders", "desk").await;
    assert_eq!((status(&first), first.attempts), (401, 2));
    let second = place.call("GET", "/orders", "desk").await;
    assert_eq!((status(&second), second.attempts), (401, 1));
    let fresh = self::place(&server.base(), &format!("{PLANTED}-password"));
    let write = fresh.call("POST", "/orders", "desk").await;
    assert_eq!((status(&write), write.attempts), (401, 1));
    // It was asked by then: whoever sends it again is heard.
    let again = fresh.call("POST", "/orders", "desk").await;
    assert_eq!((status(&again), again.attempts), (200, 1));
}
