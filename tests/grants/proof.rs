//! Tokens verified with the keys of their issuer, and what the issuer says of them.

use super::desk::Desk;
use super::{PATIENCE, PLANTED, Place, post, private, status};
use crate::program::{Home, has_shape};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httriage::engine::Flight;
use httriage::engine::grant::{Allowed, Person, Proof, Wish};
use httriage::engine::sandbox::{Sandbox, practice_clients};
use httriage::insight::token::signature::{Signature, Verified};
use httriage::model::{Origin, Secret, TokenName};
use serde_json::json;

/// The services of the sandbox, each as a token of the same name.
fn services(sandbox: &Sandbox) -> String {
    let (api, issuer) = (sandbox.base_url(), sandbox.issuer_url());
    let mut config = format!("[environments.practice]\nbase_url = \"{api}\"\n");
    for (id, secret) in practice_clients() {
        if secret.is_some() {
            config.push_str(&format!(
                "[tokens.{id}.oauth]\ngrant = \"client_credentials\"\nissuer = \"{issuer}\"\nclient_id = \"{id}\"\nclient_secret = {{ file = \"{{files}}/{id}\" }}\n"
            ));
        }
    }
    config
}

fn secrets(folder: &std::path::Path) {
    for (id, secret) in practice_clients() {
        private(folder, id, &secret.unwrap_or_default());
    }
}

fn wish(token: &str, allowed: Allowed) -> Wish {
    Wish {
        token: TokenName::new(token).unwrap(),
        url: None,
        allowed,
    }
}

async fn proof(place: &Place, wish: &Wish) -> Result<Proof, String> {
    let (environment, flight) = (place.environment(), Flight::default());
    let work = place.grants.verify(wish, &environment, &flight);
    let proof = tokio::time::timeout(PATIENCE, work).await.unwrap();
    proof.map_err(|failure| failure.message)
}

#[track_caller]
fn told(proof: Result<Proof, String>) -> Verified {
    match proof.unwrap() {
        Proof::Told(verified) => *verified,
        Proof::Asks { origin, .. } => panic!("{origin}"),
    }
}

fn nobody() -> Allowed {
    Allowed::These(Vec::new())
}

#[tokio::test]
async fn a_token_is_verified_with_the_keys_of_its_own_settings_without_a_question() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let place = Place::new(&services(&sandbox), Person::Nobody, |_| {});
    secrets(place.files.path());
    let verified = told(proof(&place, &wish("practice-service", nobody())).await);
    assert_eq!(verified.signature, Signature::Holds);
    assert_eq!(verified.key.as_deref(), Some("practice-2"));
    assert_eq!(verified.issuer, Some(sandbox.issuer_url()));
    // The keys are asked for once.
    let keys = |place: &Place| {
        let calls = place.told.calls();
        calls.iter().filter(|call| call.contains("\"kty\"")).count()
    };
    told(proof(&place, &wish("practice-service", nobody())).await);
    assert_eq!(keys(&place), 1);
    // Of a key that is published no more they are asked for again, in case it came meanwhile.
    let verified = told(proof(&place, &wish("practice-old-key", nobody())).await);
    assert_eq!(verified.signature, Signature::UnknownKey);
    assert_eq!(keys(&place), 2);
    let said = &verified.lines()[0].text;
    assert!(
        said.contains("key unknown here but of issuer") && said.contains("practice-0"),
        "{said}"
    );
}

#[tokio::test]
async fn an_issuer_that_only_the_token_names_is_asked_after_a_yes_and_gets_no_token() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let issuer = sandbox.issuer_url();
    let place = Place::new(&services(&sandbox), Person::Nobody, |_| {});
    secrets(place.files.path());
    let service = TokenName::new("practice-service").unwrap();
    let work = place.call("GET", "/core/users/me", "practice-service");
    assert_eq!(status(&work.await), 200);
    let value = place.client.vault().at_hand(&service).unwrap();
    let pasted = TokenName::new("pasted").unwrap();
    place.client.vault().lend(&pasted, value);
    // Lent values have no source; their name stands in the settings of nobody.
    let before = place.told.calls().len();
    let asks = proof(&place, &wish("pasted", nobody())).await.unwrap();
    let Proof::Asks { origin, why } = asks else {
        panic!("nobody was asked");
    };
    assert_eq!(origin.to_string(), issuer);
    assert!(why.contains("token itself names it"), "{why}");
    assert_eq!(place.told.calls().len(), before, "nothing was fetched");
    let allowed = Allowed::These(vec![Origin::parse(&issuer).unwrap()]);
    let verified = told(proof(&place, &wish("pasted", allowed)).await);
    assert_eq!(verified.signature, Signature::Holds);
    for call in &place.told.calls()[before..] {
        assert!(!call.contains("‹token:"), "{call}");
    }
}

#[tokio::test]
async fn a_refusal_that_says_where_its_api_is_described_is_followed_after_a_yes() {
    let desk = Desk::open(PLANTED);
    let elsewhere = Desk::open(PLANTED);
    let base = desk.base.clone();
    let challenge = |at: &str| -> &'static str {
        let text = format!(
            "www-authenticate: Bearer error=\"invalid_token\", resource_metadata=\"{at}/.well-known/oauth-protected-resource\"\r\n"
        );
        text.leak()
    };
    desk.state().metadata = Some(format!(
        "{{\"resource\": \"{base}\", \"authorization_servers\": [\"https://login.acme.example\"], \"scopes_supported\": [\"read\"]}}"
    ));
    desk.state().bad = Some(("401 Unauthorized", challenge(&base)));
    let config = format!(
        "[environments.acme]\nbase_url = \"{base}\"\nwho_am_i = \"/me\"\ntokens = [\"acme\"]\n[tokens.acme]\nfile = \"acme.token\"\n"
    );
    // By another name of this machine, at which the API is not.
    let stranger = challenge(&elsewhere.base.replace("127.0.0.1", "localhost"));
    let state = desk.clone();
    let ran = tokio::task::spawn_blocking(move || {
        let home = Home::settled(&config);
        let token = forged("https://id.globex.example");
        private(&home.path(""), "acme.token", token.reveal());
        let call = |home: &Home| {
            let sent = home.run(&["send", "GET", "/orders", "--env", "acme", "--token", "acme"]);
            assert_eq!(sent.code, 4, "{}", sent.all());
            let kept = home.run(&["history", "list", "--json"]).json();
            kept["exchanges"][0]["id"].as_str().unwrap().to_owned()
        };
        let id = call(&home);
        let inspect = |more: &[&str]| {
            let own = ["token", "inspect", "acme", "--env", "acme", "--call", &id];
            home.run(&[&own[..], more].concat())
        };
        // Nobody said yes: nothing is sent.
        let before = state.state().asked;
        let refused = inspect(&["--ask"]);
        assert_eq!(refused.code, 1, "{}", refused.all());
        assert!(refused.err.contains("Nothing was asked"), "{}", refused.err);
        assert_eq!(state.state().asked, before);
        let asked = inspect(&["--ask", "--yes", "--json"]);
        assert_eq!(asked.code, 0, "{}", asked.all());
        let lines = asked.json()["passport"].to_string();
        for says in [
            "https://login.acme.example, and this token is from https://id.globex.example",
            "by the API",
            "401",
        ] {
            assert!(lines.contains(says), "{says}: {lines}");
        }
        // An address inside this network that is not the API's is not followed.
        state.state().bad = Some(("401 Unauthorized", stranger));
        let id = call(&home);
        let own = [
            "token", "inspect", "acme", "--env", "acme", "--call", &id, "--ask", "--yes",
        ];
        let asked = home.run(&own);
        assert!(!asked.all().contains(token.reveal()));
        asked
    });
    let asked = ran.await.unwrap();
    assert_eq!(asked.code, 0, "{}", asked.all());
    assert!(!asked.out.contains("takes from"), "{}", asked.out);
    assert!(asked.err.contains("inside this network"), "{}", asked.err);
    assert_eq!(elsewhere.state().asked, 0);
}

/// A token that was signed by nobody, of this issuer.
fn forged(issuer: &str) -> Secret {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    Secret::new(format!(
        "{}.{}.{}",
        part(json!({ "alg": "ES256", "kid": "k1", "jku": "https://evil.example/keys" })),
        part(json!({ "iss": issuer, "sub": "7" })),
        URL_SAFE_NO_PAD.encode([7; 64])
    ))
}

#[tokio::test]
async fn a_token_leads_nowhere_inside_this_network_nor_over_plain_http() {
    let desk = Desk::open(PLANTED);
    let config = "[environments.acme]\nbase_url = \"https://api.acme.example\"\n";
    let place = Place::new(config, Person::Nobody, |_| {});
    let name = TokenName::new("pasted").unwrap();
    for (issuer, says) in [
        (desk.base.as_str(), "inside this network"),
        ("https://127.0.0.1:9", "inside this network"),
        ("https://[::ffff:10.0.0.1]/", "inside this network"),
        ("https://localhost/", "inside this network"),
        ("http://login.acme.example", "not https"),
        ("file:///etc/passwd", "no URL"),
        ("not a url", "cannot be used"),
    ] {
        place.client.vault().lend(&name, forged(issuer));
        let why = proof(&place, &wish("pasted", Allowed::All)).await;
        let why = why.err().unwrap();
        assert!(why.contains(says), "{issuer}: {why}");
    }
    assert!(
        place.told.calls().is_empty(),
        "{}",
        place.told.calls().len()
    );
}

#[tokio::test]
async fn an_issuer_that_leads_elsewhere_is_not_followed() {
    let desk = Desk::open(PLANTED);
    let elsewhere = Desk::open(PLANTED);
    desk.state().leads_to = Some(format!("{}/.well-known/x", elsewhere.base));
    let config = format!("[environments.acme]\nbase_url = \"{}\"\n", desk.base);
    let place = Place::new(&config, Person::Nobody, |_| {});
    let name = TokenName::new("pasted").unwrap();
    place.client.vault().lend(&name, forged(&desk.base));
    let why = proof(&place, &wish("pasted", Allowed::All)).await;
    let why = why.err().unwrap();
    assert!(why.contains("leads to"), "{why}");
    assert_eq!(elsewhere.state().asked, 0);
    // Keys on another host are a question of their own.
    desk.state().leads_to = None;
    desk.state().metadata = Some(format!(
        "{{\"issuer\": \"{}\", \"jwks_uri\": \"https://keys.acme.example/k\"}}",
        desk.base
    ));
    let allowed = Allowed::These(vec![Origin::parse(&desk.base).unwrap()]);
    let Proof::Asks { origin, why } = proof(&place, &wish("pasted", allowed)).await.unwrap() else {
        panic!("nobody was asked");
    };
    assert_eq!(origin.to_string(), "https://keys.acme.example");
    assert!(why.contains("metadata"), "{why}");
}

#[tokio::test]
async fn an_address_out_of_metadata_is_data_and_takes_no_token() {
    let desk = Desk::open(PLANTED);
    let config = format!("[environments.acme]\nbase_url = \"{}\"\n", desk.base);
    let place = Place::new(&config, Person::Nobody, |_| {});
    let name = TokenName::new("pasted").unwrap();
    place.client.vault().lend(&name, forged(&desk.base));
    desk.state().metadata = Some(format!(
        "{{\"issuer\": \"{0}\", \"jwks_uri\": \"{0}/keys?x={{{{token:pasted}}}}\"}}",
        desk.base
    ));
    let _ = proof(&place, &wish("pasted", Allowed::All)).await;
    let calls = place.told.calls().join("\n");
    assert!(calls.contains("/keys"), "{calls}");
    assert!(!calls.contains("‹token:pasted"), "{calls}");
}

#[tokio::test]
async fn an_issuer_says_whether_a_token_is_active_and_whose_it_is() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let place = Place::new(&services(&sandbox), Person::Nobody, |_| {});
    secrets(place.files.path());
    let name = TokenName::new("practice-service").unwrap();
    let (environment, flight) = (place.environment(), Flight::default());
    let said = place.grants.introspect(&name, &environment, &flight).await;
    let said = said.unwrap();
    assert!(said.is_active && said.scopes == Some(vec!["read".into(), "write".into()]));
    let who = place.grants.userinfo(&name, &environment, &flight).await;
    assert!(who.unwrap().iter().any(|(name, _)| name == "email"));
    // The token went there under a name of its own, and is masked.
    let calls = place.told.calls().join("\n");
    assert!(calls.contains("‹token:practice-service"), "{calls}");
    let value = place.client.vault().at_hand(&name).unwrap();
    let form = format!(
        "client_id=practice-service&client_secret={}&token={}",
        practice_clients()[0].1.as_ref().unwrap(),
        value.reveal()
    );
    let issuer = sandbox.issuer_url();
    tokio::task::spawn_blocking(move || post(&issuer, "/revoke", &form))
        .await
        .unwrap();
    let said = place.grants.introspect(&name, &environment, &flight).await;
    assert!(!said.unwrap().is_active);
    // Whoever has no secret is told so before anything is sent.
    let place = Place::new(&super::practice(&sandbox), Person::Nobody, |_| {});
    let name = TokenName::new("device").unwrap();
    let said = place.grants.introspect(&name, &environment, &flight).await;
    let why = said.unwrap_err().message;
    assert!(why.contains("has no secret"), "{why}");
    assert!(place.told.calls().is_empty());
}

#[tokio::test]
async fn the_program_says_whether_a_signature_holds_and_ends_with_zero_only_then() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let config = services(&sandbox).replace("{files}", ".");
    let ran = tokio::task::spawn_blocking(move || {
        let home = Home::settled(&config);
        secrets(&home.path(""));
        let verify = |args: &[&str]| {
            let place = ["token", "verify"];
            home.run(&[&place[..], args, &["--env", "practice"]].concat())
        };
        let held = verify(&["practice-service", "--introspect", "--userinfo", "--json"]);
        assert_eq!(held.code, 0, "{}", held.all());
        let held = held.json();
        has_shape(
            &held,
            &[
                "signature",
                "alg",
                "kid",
                "issuer",
                "introspection",
                "userinfo",
            ],
            &[],
        );
        assert_eq!(
            (&held["signature"], &held["alg"]),
            (&"holds".into(), &"ES256".into())
        );
        assert_eq!(held["introspection"]["active"], true);

        let old = verify(&["practice-old-key", "--json"]);
        assert_eq!(old.code, 1, "{}", old.all());
        assert_eq!(old.json()["signature"], "unknown_key");
        let old = verify(&["practice-old-key"]);
        assert!(
            old.out.contains("key unknown here but of issuer"),
            "{}",
            old.out
        );

        let opaque = home.feed(&["token", "verify", "-", "--json"], "abcdef0123456789");
        assert_eq!(opaque.code, 1);
        assert_eq!(opaque.json()["signature"], "cannot_be_checked");

        let token = forged("https://login.acme.example");
        let asks = home.feed(&["token", "verify", "-"], token.reveal());
        assert_eq!(asks.code, 1);
        assert!(
            asks.err
                .contains("https://login.acme.example would be asked")
                && asks.err.contains("--yes"),
            "{}",
            asks.err
        );
        assert!(!asks.all().contains(token.reveal()));
        let wrong = verify(&["practice-service", "--url", "login"]);
        wrong.refused(2, &["--url login is no URL"]);
    });
    ran.await.unwrap();
    drop(sandbox);
}
