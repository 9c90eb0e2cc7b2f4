//! The vault on this machine: values from every source, and where they may go.

use super::*;
use crate::model::{Auth, Body, Cause, Param, RequestSpec, resolve};

fn practice(name: &str) -> Option<Secret> {
    (name == "support").then(|| Secret::new("0123456789abcdef"))
}

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn file_token(dir: &tempfile::TempDir, content: &[u8], mode: u32) -> Vault {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.path().join("token");
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let token = Token {
        name: name("t"),
        source: TokenSource::File(path),
        origins: None,
        placement: Default::default(),
        ttl: None,
    };
    Vault::new(
        &Settings {
            tokens: vec![token],
            ..Settings::default()
        },
        practice,
    )
}

fn at(base_url: &str) -> Environment {
    Environment {
        name: "e".into(),
        base_url: base_url.into(),
        ..Environment::default()
    }
}

fn request(url: &str, token: &str, environment: &Environment) -> SentRequest {
    let mut spec = RequestSpec::new("GET", url);
    spec.auth = Auth::Bearer(name(token));
    resolve(&spec, environment).unwrap()
}

#[tokio::test]
async fn a_value_is_put_in_only_when_the_request_is_filled() {
    let vault = Vault::new(&Settings::default(), practice);
    let mut sandbox = Environment::sandbox();
    sandbox.base_url = "http://127.0.0.1:1".into();
    let sent = request("/x?key={{token:support}}", "support", &sandbox);
    let (filled, token) = vault
        .fill(&sent, &sandbox, Author::Person, None)
        .await
        .ok()
        .unwrap();
    assert_eq!(
        filled.headers.get("authorization").unwrap(),
        "Bearer 0123456789abcdef"
    );
    assert_eq!(filled.url, "http://127.0.0.1:1/x?key=0123456789abcdef");
    assert_eq!(token.unwrap().fingerprint.unwrap().len(), 4);
    assert!(vault.mask().finds("you sent 0123456789abcdef"));
}

#[tokio::test]
async fn what_could_not_be_masked_afterwards_is_not_sent() {
    let vault = Vault::new(&Settings::default(), practice);
    let mut sandbox = Environment::sandbox();
    sandbox.base_url = "http://127.0.0.1:1".into();
    let sent = request("/x", "support", &sandbox);
    let filled = vault.fill(&sent, &sandbox, Author::Person, None).await;
    assert!(filled.is_ok());
    // A mask that does not find its value.
    vault.read().mask = Some(Arc::default());
    let refused = vault.fill(&sent, &sandbox, Author::Person, None).await;
    let refused = refused.err().unwrap();
    assert!(
        !refused.was_sent && refused.message.contains("support"),
        "{refused:?}"
    );
    vault.read().mask = None;
    assert!(
        vault
            .fill(&sent, &sandbox, Author::Person, None)
            .await
            .is_ok()
    );
    // Somebody panicked over what is known.
    for lock in 0..2 {
        let vault = Vault::new(&Settings::default(), practice);
        assert!(
            vault
                .fill(&sent, &sandbox, Author::Person, None)
                .await
                .is_ok()
        );
        std::thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _read = (lock == 0).then(|| vault.read());
                let _bindings = (lock == 1).then(|| vault.bindings());
                panic!("over a lock");
            });
            assert!(panics.join().is_err());
        });
        let without = SentRequest {
            url: "http://127.0.0.1:1/x".into(),
            ..SentRequest::default()
        };
        for sent in [&sent, &without] {
            let refused = vault.fill(sent, &sandbox, Author::Person, None).await;
            assert!(!refused.err().unwrap().was_sent);
        }
        // What was read is masked all the same.
        assert!(vault.mask().finds("you sent 0123456789abcdef"));
    }
}

#[tokio::test]
async fn one_final_line_break_of_a_file_is_not_part_of_the_value() {
    let dir = tempfile::tempdir().unwrap();
    let vault = file_token(&dir, b"value-of-token\n", 0o600);
    assert_eq!(
        vault.value(&name("t"), false).await.unwrap().reveal(),
        "value-of-token"
    );
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused_with_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let vault = file_token(&dir, b"value-of-token", 0o644);
    let failure = vault.value(&name("t"), false).await.unwrap_err();
    assert_eq!(failure.cause, Cause::TokenMissing);
    assert!(failure.hint.starts_with("Run: chmod 600 "));
}

#[tokio::test]
async fn a_value_that_cannot_stand_in_a_header_is_named_and_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let vault = file_token(&dir, b"abc\ndefsecret\n", 0o600);
    let here = at("https://a.example");
    let sent = request("/x", "t", &here);
    let failure = vault
        .fill(&sent, &here, Author::Person, None)
        .await
        .err()
        .unwrap();
    assert_eq!(failure.cause, Cause::TokenStrayCharacters);
    assert!(failure.message.contains("a line break") && !failure.message.contains("secret"));
}

#[tokio::test]
async fn a_token_does_not_travel_to_another_origin_without_consent() {
    let dir = tempfile::tempdir().unwrap();
    let vault = file_token(&dir, b"value-of-token", 0o600);
    let here = at("https://a.example");
    let sent = request("https://b.example/x", "t", &here);
    let failure = vault
        .fill(&sent, &here, Author::Person, None)
        .await
        .err()
        .unwrap();
    assert_eq!(failure.cause, Cause::TokenWrongInstance);
    let consent = Consent {
        origin: Origin::parse("https://b.example").unwrap(),
        tokens: vec![name("t")],
    };
    assert!(
        vault
            .fill(&sent, &here, Author::Person, Some(&consent))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_goes_where_a_person_let_it_go_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let vault = file_token(&dir, b"value-of-token", 0o600);
    let here = at("https://a.example");
    let sent = request("https://b.example/x", "t", &here);
    vault.permit(
        false,
        &name("t"),
        Origin::parse("https://b.example").unwrap(),
    );
    assert!(vault.fill(&sent, &here, Author::Person, None).await.is_ok());
    let other = request("https://b.example:8443/x", "t", &here);
    assert!(
        vault
            .fill(&other, &here, Author::Person, None)
            .await
            .is_err()
    );
    // The sandbox's own token of that name is another one.
    let sandbox = Environment {
        sandbox: true,
        ..here.clone()
    };
    assert!(
        vault
            .fill(&sent, &sandbox, Author::Person, None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_output_of_a_command_is_a_value_and_its_failure_a_sentence() {
    let command = |words: &[&str]| {
        let words = words.iter().map(|w| w.to_string()).collect();
        let token = Token {
            name: name("t"),
            source: TokenSource::Command(words),
            origins: None,
            placement: Default::default(),
            ttl: None,
        };
        Vault::new(
            &Settings {
                tokens: vec![token],
                ..Settings::default()
            },
            practice,
        )
    };
    let value = command(&["printf", "from-a-command"])
        .value(&name("t"), false)
        .await;
    assert_eq!(value.unwrap().reveal(), "from-a-command");
    let failure = command(&["false"])
        .value(&name("t"), false)
        .await
        .unwrap_err();
    assert!(failure.message.contains("the command false ended with"));
}

#[test]
fn the_variable_of_a_token_is_its_name_in_capitals() {
    assert_eq!(name("user-admin").variable(), "HTTRIAGE_TOKEN_USER_ADMIN");
}

#[tokio::test]
async fn a_lent_token_goes_to_the_one_origin_it_came_with() {
    let vault = Vault::new(&Settings::default(), |_| None);
    let origin = Origin::parse("https://a.example").unwrap();
    vault.lend_to(&name("bearer"), Secret::new("v4lue"), origin);
    let sent = |url: &str| {
        let mut sent = SentRequest {
            url: url.to_owned(),
            ..SentRequest::default()
        };
        sent.push_bearer(&name("bearer"));
        sent
    };
    // Wherever the person is at the moment.
    let elsewhere = Environment {
        base_url: "https://b.example".into(),
        ..Environment::default()
    };
    let there = sent("https://a.example/x");
    let (filled, _) = vault
        .fill(&there, &elsewhere, Author::Person, None)
        .await
        .unwrap();
    assert_eq!(filled.headers.get("authorization").unwrap(), "Bearer v4lue");
    for url in [
        "https://b.example/",
        "http://a.example/",
        "https://a.example:8443/",
    ] {
        let refused = vault
            .fill(&sent(url), &elsewhere, Author::Person, None)
            .await;
        assert_eq!(
            refused.err().unwrap().cause,
            Cause::TokenWrongInstance,
            "{url}"
        );
    }
    assert_eq!(vault.lent(), [name("bearer")]);
    let known = vault.by_value(&[]);
    assert_eq!(known(&Secret::new("v4lue")), Some(name("bearer")));
    assert_eq!(known(&Secret::new("other")), None);
}

#[tokio::test]
async fn a_token_in_a_parameter_or_a_form_is_encoded_like_its_neighbours() {
    let vault = Vault::new(&Settings::default(), |_| None);
    vault.lend(&name("key"), Secret::new("a&b=c d"));
    let mut spec = RequestSpec::new("POST", "https://a.example/x");
    spec.url.push_str("/{{token:key}}");
    spec.params = vec![Param::new("k", "{{token:key}}")];
    spec.headers = vec![Param::new("X-Key", "v1 {{token:key}}")];
    spec.body = Body::Form(vec![Param::new("p", "{{token:key}}"), Param::new("q", "1")]);
    let home = Environment {
        base_url: "https://a.example".into(),
        ..Environment::default()
    };
    let sent = resolve(&spec, &home).unwrap();
    let (filled, _) = vault
        .fill(&sent, &home, Author::Person, None)
        .await
        .unwrap();
    assert_eq!(
        filled.url,
        "https://a.example/x/a%26b%3Dc%20d?k=a%26b%3Dc%20d"
    );
    assert_eq!(filled.headers.get("x-key").unwrap(), "v1 a&b=c d");
    assert_eq!(filled.body, b"p=a%26b%3Dc%20d&q=1");
    // A text is sent as it is, unless it is said to be a form.
    for (media_type, body) in [
        ("application/json", "{\"k\":\"a&b=c d\"}"),
        (
            "application/x-www-form-urlencoded",
            "{\"k\":\"a%26b%3Dc%20d\"}",
        ),
    ] {
        spec.body = Body::Text("{\"k\":\"{{token:key}}\"}".into());
        spec.headers = vec![Param::new("Content-Type", media_type)];
        let sent = resolve(&spec, &home).unwrap();
        let (filled, _) = vault
            .fill(&sent, &home, Author::Person, None)
            .await
            .unwrap();
        assert_eq!(filled.body, body.as_bytes());
    }
}
