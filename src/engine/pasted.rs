//! An answer that came to somebody else, as a call that can be judged like one of our own. What
//! the text does not show of the request is unknown. Its credential is looked at as it is taken
//! in; the value is masked then and kept nowhere.

use super::client::Client;
use super::clock;
use super::credential::carried;
use super::vault::Vault;
use crate::insight::facts::{Credential, CredentialPlace};
use crate::insight::{Exchange, Saved};
use crate::model::{ExchangeId, Param, RawExchange, RequestSpec, SentRequest, Timestamp, as_text};

/// Takes a pasted call in: as it may be shown and kept.
pub fn taken(saved: Saved, client: &Client) -> Exchange {
    let raw = exchange(saved, client.new_id(), clock::now());
    let seen = looked_at(&raw, client.vault());
    client.vault().note_seen(&raw.id, seen);
    client.shown(raw)
}

/// How a pasted call carried its credential, as far as the text showed it.
pub fn credential(exchange: &Exchange, vault: &Vault) -> Credential {
    let seen = vault.seen(&exchange.id);
    seen.unwrap_or_else(|| looked_at(exchange, vault))
}

/// A pasted answer, secrets included, as a call that was made elsewhere.
fn exchange(saved: Saved, id: ExchangeId, now: Timestamp) -> RawExchange {
    let mut sent = saved.sent.unwrap_or_default();
    let url = as_text(&sent.url);
    if sent.url.is_empty() {
        sent.url = "pasted answer".to_owned();
    }
    let headers = sent.headers.iter();
    let headers = headers.map(|header| Param::data(&header.name, header.text()));
    let typed = RequestSpec {
        headers: headers.collect(),
        ..RequestSpec::new(sent.method.clone(), url)
    };
    RawExchange {
        typed,
        sent,
        redirects: saved.hops,
        ..RawExchange::with_outcome(id, saved.outcome, now)
    }
}

fn looked_at(exchange: &RawExchange, vault: &Vault) -> Credential {
    let sent = SentRequest {
        headers: exchange.sent.headers.clone(),
        url: exchange.sent.url.clone(),
        ..SentRequest::default()
    };
    let mut seen = carried(&sent, vault, false);
    if seen.place == CredentialPlace::Nowhere && !exchange.shows_head() {
        seen.place = CredentialPlace::Unknown;
    }
    // What stands there in place of a value says nothing of it, nor does a name of ours that a
    // stranger wrote.
    let blotted = sent.headers.iter().any(|header| is_blotted(&header.text()));
    if blotted || seen.token.is_some() {
        seen.token = None;
        seen.report = None;
    }
    seen
}

/// Whether a person or a program put something in the place of a value.
fn is_blotted(value: &str) -> bool {
    if is_in_brackets(value.rsplit(' ').next().unwrap_or_default()) {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let signs = [
        "**", "…", "...", "xxx", "$", "<", "[", "{", "‹", "█", "•", "redacted", "masked", "hidden",
        "removed", "your",
    ];
    signs.iter().any(|sign| lower.contains(sign))
}

/// A value that was put between the brackets of an example, which then went out with it.
fn is_in_brackets(word: &str) -> bool {
    let inner = [('<', '>'), ('{', '}'), ('[', ']')]
        .into_iter()
        .find_map(|(open, close)| word.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| {
        inner.len() >= 20
            && inner.bytes().any(|b| b.is_ascii_digit())
            && inner
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.+/=".contains(&b))
            && !is_blotted(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ClientOptions;
    use crate::engine::investigate::case_of;
    use crate::format::{catalogue_file, knowledge_file, library};
    use crate::insight::api::library::CLIENT;
    use crate::insight::facts::Case;
    use crate::insight::{Explanation, explain, received};
    use crate::model::Environment;
    use crate::model::{Cause, Outcome, Settings};
    use std::sync::Arc;

    fn client() -> Client {
        let vault = Arc::new(Vault::new(&Settings::default(), |_| None));
        let options = ClientOptions {
            library: Arc::new(library::built_in()),
            ..ClientOptions::default()
        };
        Client::new(vault, options)
    }

    fn judged(text: &str) -> (Case, Explanation) {
        let client = client();
        let saved = received(text.as_bytes(), client.library()).unwrap();
        let exchange = Arc::new(taken(saved, &client));
        let place = Environment {
            name: Environment::RECEIVED.to_owned(),
            ..Environment::default()
        };
        let case = case_of(&client, exchange, place);
        let mut catalogue = catalogue_file::built_in();
        catalogue.library = Arc::new(library::built_in());
        let explanation = explain(&case, &catalogue);
        (case, explanation)
    }

    #[test]
    fn a_value_between_the_brackets_of_an_example_is_looked_at() {
        let call = |value: &str| {
            format!(
                "> GET /x HTTP/1.1\n> Host: api.acme.example\n> Authorization: Bearer {value}\n>\n< HTTP/1.1 401 Unauthorized\n<\n"
            )
        };
        let (_, told) = judged(&call("<k3j5h2g4f6d7s8a9q1w2e3r4t5>"));
        assert_eq!(told.verdict().cause, Cause::TokenStrayCharacters);
        let (case, _) = judged(&call("<your-token-0123456789-here>"));
        assert!(case.credential.report.is_none());
    }

    #[test]
    fn a_credential_in_the_path_is_no_missing_one_and_is_not_shown() {
        let secret = "AAE3hT-9_bcd0123456789abcdefghijklm";
        let text = format!(
            "> POST /bot123456:{secret}/getMe HTTP/1.1\n> Host: api.acme.example\n>\n< HTTP/1.1 401 Unauthorized\n< Content-Type: application/json\n<\n{{\"message\":\"Unauthorized\"}}"
        );
        let (case, told) = judged(&text);
        let place = CredentialPlace::Elsewhere("path".to_owned());
        assert_eq!(case.credential.place, place);
        assert_ne!(told.verdict().cause, Cause::TokenMissing);
        assert!(!format!("{:?} {told:?}", case.call.exchange.sent.url).contains(secret));
        assert!(!case.call.exchange.typed.url.contains(secret));
    }

    #[test]
    fn what_is_not_shown_of_a_request_is_unknown() {
        let place = |text: &str| judged(text).0.credential.place;
        let answer = "HTTP/1.1 401 Unauthorized\n\nno";
        assert_eq!(place(answer), CredentialPlace::Unknown);
        let told = "403 Client Error: Forbidden for url: https://api.acme.example/x";
        assert_eq!(place(told), CredentialPlace::Unknown);
        let line = r#"203.0.113.7 - - [31/Jan/2026:12:00:00 +0000] "GET /x HTTP/1.1" 401 12"#;
        assert_eq!(place(line), CredentialPlace::Unknown);
        let recorded = r#"{"request":{"method":"GET","url":"https://a.example/x","headers":[{"name":"Host","value":"a.example"}]},"response":{"status":401,"headers":[],"content":{"size":0,"mimeType":""}}}"#;
        assert_eq!(place(recorded), CredentialPlace::Unknown);
        let whole = "> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 401 Unauthorized\n<\n";
        assert_eq!(place(whole), CredentialPlace::Nowhere);
    }

    #[test]
    fn the_credential_of_a_transcript_is_looked_at_and_shown_nowhere() {
        let head = "> GET /x HTTP/1.1\n> Host: a.example\n> Authorization: ";
        let tail = "\n>\n< HTTP/1.1 401 Unauthorized\n<\n{\"message\":\"zq8Kd0f7Lm2Ns4Pqzq8Kd0f7Lm2Ns4Pq is bad\"}";
        let (case, _) = judged(&format!(
            "{head}Bearer zq8Kd0f7Lm2Ns4Pqzq8Kd0f7Lm2Ns4Pq{tail}"
        ));
        assert_eq!(case.credential.place, CredentialPlace::Authorization);
        assert_eq!(case.credential.report.as_ref().unwrap().length, 32);
        let shown = format!("{:?}", case.call.exchange);
        assert!(!shown.contains("zq8Kd0f7"), "{shown}");
        // What a person put in its place says nothing of it.
        for value in [
            "Bearer ***",
            "Bearer <token>",
            "Bearer xxxxxxxx",
            "Bearer [REDACTED]",
            "Bearer $TOKEN",
            "Bearer {{token:support}}",
        ] {
            let (case, _) = judged(&format!("{head}{value}{tail}"));
            assert_eq!(
                case.credential.place,
                CredentialPlace::Authorization,
                "{value}"
            );
            assert!(
                case.credential.report.is_none() && case.credential.token.is_none(),
                "{value}"
            );
        }
    }

    #[test]
    fn credentials_amid_words_are_not_shown_either() {
        for text in [
            "Get \"https://api.acme.example/x\": net/http: invalid header field value \"Bearer zq8Kd0f7Lm2Ns4Pq\\n\" for key Authorization",
            "connect ECONNREFUSED https://kim:zq8Kd0f7Lm2Ns4Pq@api.acme.example/x?api_key=zq8Kd0f7Lm2Ns4Pq",
            "Error: Request failed with status code 403\n  headers: { Authorization: 'Bearer zq8Kd0f7Lm2Ns4Pq' }",
            "we sent Authorization: Bearer zq8Kd0f7Lm2Ns4Pq and nothing came",
            "level=error method=GET url=https://a.example/x?access_token=zq8Kd0f7Lm2Ns4Pq status=403 msg=no",
            "{\"method\":\"GET\",\"url\":\"https://a.example/x\",\"status\":403,\"headers\":{\"Authorization\":\"Bearer zq8Kd0f7Lm2Ns4Pq\"},\"message\":\"no\"}",
        ] {
            let (case, explanation) = judged(text);
            let shown = format!(
                "{:?} {:?} {:?}",
                case.call.exchange, case.call.errors, explanation.verdicts
            );
            assert!(!shown.contains("zq8Kd0f7"), "{text}\n{shown}");
        }
    }

    #[test]
    fn a_redirect_that_lost_the_credential_is_named_from_the_transcript_alone() {
        let text = "> GET /x HTTP/1.1\n> Host: a.example\n> Authorization: Bearer zq8Kd0f7Lm2Ns4Pqzq8Kd0f7Lm2Ns4Pq\n>\n< HTTP/1.1 302 Found\n< Location: https://b.example/x\n<\n> GET /x HTTP/1.1\n> Host: b.example\n>\n< HTTP/1.1 401 Unauthorized\n<\n{\"message\":\"no token\"}";
        let (case, explanation) = judged(text);
        assert_eq!(case.call.exchange.redirects.len(), 1);
        assert_eq!(explanation.verdict().cause, Cause::TokenDroppedOnRedirect);
    }

    #[test]
    fn the_pack_of_clients_names_each_of_its_examples() {
        let text = crate::format::library::text_of(CLIENT).unwrap();
        for example in knowledge_file::examples(&text, CLIENT).unwrap() {
            let (case, explanation) = judged(&example.answer);
            let verdict = explanation.verdict();
            assert_eq!(verdict.cause, example.cause, "{}", example.name);
            assert!(verdict.confidence >= 0.5, "{}", example.name);
            assert_eq!(verdict.knowledge[0], CLIENT, "{}", example.name);
            assert!(matches!(case.call.exchange.outcome, Outcome::Failed(_)));
        }
    }
}
