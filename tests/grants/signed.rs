//! Requests that are signed as a whole (Signature Version 4): the key stays here.

use super::{PLANTED, Place, private, status};
use crate::faults::{Asked, Server};
use httriage::engine::grant::Person;
use ring::{digest, hmac};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

/// The signature that the server expects of this call, by the maker's description.
fn expected(asked: &Asked, key: &str) -> String {
    let header = |name: &str| asked.header(name).unwrap().to_owned();
    let (host, at) = (header("host"), header("x-amz-date"));
    let (session, body) = (
        header("x-amz-security-token"),
        header("x-amz-content-sha256"),
    );
    let canonical = format!(
        "GET\n/folder/a%20b\nlist=2&prefix=x\nhost:{host}\nx-amz-content-sha256:{body}\nx-amz-date:{at}\nx-amz-security-token:{session}\n\nhost;x-amz-content-sha256;x-amz-date;x-amz-security-token\n{body}"
    );
    let scope = format!("{}/eu-west-1/s3/aws4_request", &at[..8]);
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hash(&canonical));
    let mut signing = format!("AWS4{key}").into_bytes();
    for part in [&at[..8], "eu-west-1", "s3", "aws4_request", &text] {
        let own = hmac::Key::new(hmac::HMAC_SHA256, &signing);
        signing = hmac::sign(&own, part.as_bytes()).as_ref().to_vec();
    }
    hex(&signing)
}

#[tokio::test]
async fn a_request_is_signed_by_a_key_that_stays_here() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    let base = server.base();
    let config = format!(
        "[environments.storage]\nbase_url = \"{base}\"\ntokens = [\"storage\", \"session\"]\n\
         [tokens.storage.sigv4]\nkey_id = \"AKIDEXAMPLE\"\nsecret = {{ file = \"{{files}}/secret\" }}\nregion = \"eu-west-1\"\nservice = \"s3\"\nsession = \"session\"\n\
         [tokens.session]\nfile = \"{{files}}/session\"\n"
    );
    let place = Place::new(&config, Person::Nobody, |_| {});
    private(place.files.path(), "session", &format!("{PLANTED}-session"));
    let call = place.call("GET", "/folder/a%20b?prefix=x&list=2", "storage");
    let call = call.await;
    assert_eq!(status(&call), 200);
    let asked = server.asked().remove(0);
    let value = asked.header("authorization").unwrap();
    let key = format!("{PLANTED}-client");
    assert!(
        value.ends_with(&format!("Signature={}", expected(&asked, &key))),
        "{value}"
    );
    assert!(value.contains("Credential=AKIDEXAMPLE/"), "{value}");
    assert!(!format!("{asked:?}").contains(&key));
    assert_eq!(
        asked.header("x-amz-security-token"),
        Some(format!("{PLANTED}-session").as_str())
    );
    let shown = super::written(&place.client.shown(call));
    assert!(!shown.contains(PLANTED) && shown.contains("x-amz-date"));
}
