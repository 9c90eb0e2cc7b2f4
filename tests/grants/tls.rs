//! Clients that prove who they are by the certificate of their environment (RFC 8705).

use super::{Place, message};
use crate::faults::secure::{Authority, SecureServer};
use httriage::engine::grant::Person;

#[tokio::test]
async fn a_client_is_proven_by_the_certificate_of_its_environment() {
    let authority = Authority::new();
    let server = SecureServer::demanding(authority.signs_loopback(), &authority);
    let files = tempfile::tempdir().unwrap();
    let me = authority.signs(&["me.acme.example"], (2020, 2100));
    let write = |name: &str, text: &str| {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (ca, own) = (write("ca.pem", &authority.pem), write("me.pem", &me.pem));
    let key = write("me.key", &me.key_pem);
    let base = server.base();
    let place = |shown: &str| {
        let config = format!(
            "[environments.acme]\nbase_url = \"{base}\"\nca_file = \"{ca}\"\ntokens = [\"acme\"]\n{shown}\n[tokens.acme.oauth]\ngrant = \"client_credentials\"\nclient_auth = \"tls\"\nclient_id = \"tool\"\ntoken_url = \"{base}/token\"\n"
        );
        Place::new(&config, Person::Nobody, |_| {})
    };
    let bare = message(&place("").call("GET", "/orders", "acme").await);
    assert!(
        bare.contains("by a certificate, and the environment has none"),
        "{bare}"
    );
    assert_eq!(server.asked().len(), 0);
    // The server lets it in; that it gives no token is its own affair.
    let shown = format!("client_certificate = \"{own}\"\nclient_key = \"{key}\"");
    let said = message(&place(&shown).call("GET", "/orders", "acme").await);
    assert!(said.contains("200"), "{said}");
    let asked = server.asked();
    assert!(asked[0].starts_with("POST /token"), "{asked:?}");
}
