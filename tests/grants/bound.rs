//! Tokens that a bare value does not make: bound to a key (DPoP, RFC 9449), and with a sign-in that
//! is strong and recent enough (RFC 9470).

use super::{PATIENCE, Place, exchange, signed_in, status};
use httriage::engine::Flight;
use httriage::engine::grant::{News, Person};
use httriage::engine::sandbox::Sandbox;
use httriage::model::TokenName;
use std::sync::{Arc, Mutex};

/// A program that asks in a browser, once bare and once with a key. Whoever is asked says yes.
fn place(sandbox: &Sandbox) -> (Place, Arc<Mutex<Vec<String>>>) {
    let (api, issuer) = (sandbox.base_url(), sandbox.issuer_url());
    let at = format!(
        "grant = \"authorization_code\"\nissuer = \"{issuer}\"\nclient_id = \"practice-cli\""
    );
    let config = format!(
        "[environments.practice]\nbase_url = \"{api}\"\n[tokens.bare.oauth]\n{at}\n[tokens.bound.oauth]\ndpop = true\n{at}\n[tokens.device.oauth]\ngrant = \"device_code\"\nissuer = \"{issuer}\"\nclient_id = \"practice-cli\"\n"
    );
    let pages: Arc<Mutex<Vec<String>>> = Arc::default();
    let opened = pages.clone();
    let place = Place::new(&config, Person::Here, move |news| {
        if let News::Browser { url, .. } = news {
            opened.lock().unwrap().push(url.clone());
            let url = url.clone();
            std::thread::spawn(move || {
                let back = url::Url::parse(&signed_in(&url)).unwrap();
                let base = back.origin().ascii_serialization();
                let target = &back[url::Position::BeforePath..];
                let host = base.strip_prefix("http://").unwrap();
                let get = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
                assert!(exchange(&base, &get).contains("Done."));
            });
        }
    });
    (place, pages)
}

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

#[tokio::test]
async fn a_bound_token_goes_with_a_proof_and_a_nonce_that_is_asked_for_is_answered_once() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let (place, _) = place(&sandbox);
    let first = place.call("GET", "/core/users/me", "bound").await;
    // Once without the nonce of the API, and once with it.
    assert_eq!((status(&first), first.attempts), (200, 2));
    let second = place.call("GET", "/core/users/me", "bound").await;
    assert_eq!((status(&second), second.attempts), (200, 1));
    let query = place.call("GET", "/core/runbooks?page=1", "bound").await;
    assert!(status(&query) < 401, "{}", status(&query));
    let told = place.told.calls();
    let wanted = |call: &&String| call.contains("use_dpop_nonce");
    assert_eq!(
        told.iter().filter(wanted).count(),
        1,
        "by the token endpoint"
    );
    // A proof is not kept: a name stands in its place.
    let given = told
        .iter()
        .find(|call| call.contains("access_token"))
        .unwrap();
    assert!(given.contains("{{token:bound.proof}}"), "{given}");
    assert!(!told.join("\n").contains("eyJ0eXAiOiJkcG9wK2p3dCI"));
    let got = place.grants.got(&name("bound")).unwrap();
    assert!(got.not_kept.unwrap().contains("key"));
    // Its value alone is worth nothing.
    let value = place.client.vault().at_hand(&name("bound")).unwrap();
    let claims = value.reveal().split('.').nth(1).unwrap().to_owned();
    place.client.vault().lend(&name("stolen"), value);
    assert_eq!(
        status(&place.call("GET", "/core/users/me", "stolen").await),
        401
    );
    let print = place.client.vault().key_print(&name("bound")).unwrap();
    use base64::Engine;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims);
    let claims: serde_json::Value = serde_json::from_slice(&claims.unwrap()).unwrap();
    assert_eq!(claims["cnf"]["jkt"], print);
}

#[tokio::test]
async fn a_write_whose_proof_lacks_a_nonce_is_not_sent_again() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let (place, _) = place(&sandbox);
    let first = place.call("PATCH", "/core/runbooks/7/start", "bound").await;
    assert_eq!((status(&first), first.attempts), (401, 1));
    // The nonce is known by now: a person who sends it again is heard.
    let second = place.call("PATCH", "/core/runbooks/7/start", "bound").await;
    assert_ne!(status(&second), 401);
}

#[tokio::test]
async fn who_holds_a_bound_token_is_told_by_its_issuer_with_a_proof() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let (place, _) = place(&sandbox);
    let (environment, flight) = (place.environment(), Flight::default());
    let bound = name("bound");
    let who = place.grants.userinfo(&bound, &environment, &flight);
    let who = tokio::time::timeout(PATIENCE, who).await.unwrap();
    let who = who.map_err(|failure| failure.message).unwrap();
    assert!(who.iter().any(|(name, _)| name == "email"), "{who:?}");
}

#[tokio::test]
async fn a_stronger_sign_in_that_an_api_asks_for_is_what_the_next_one_asks_for() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let (place, pages) = place(&sandbox);
    let call = async || status(&place.call("GET", "/practice/step_up", "bare").await);
    assert_eq!(call().await, 401);
    let said = place.told.said();
    assert!(
        said.contains("acr_values=urn:practice:strong and max_age=300")
            && said.contains("token login bare --acr-values 'urn:practice:strong' --max-age 300"),
        "{said}"
    );
    // Nothing is got by itself for it, and nothing is said twice.
    assert_eq!(call().await, 401);
    assert_eq!(pages.lock().unwrap().len(), 1);
    assert_eq!(place.told.said().matches("wants a sign-in").count(), 1);
    let (environment, flight) = (place.environment(), Flight::default());
    let bare = name("bare");
    let login = place.grants.login(&bare, &environment, &flight);
    let login = tokio::time::timeout(PATIENCE, login).await.unwrap();
    login.map_err(|failure| failure.message).unwrap();
    let page = pages.lock().unwrap().last().unwrap().clone();
    assert!(
        page.contains("acr_values=urn%3Apractice%3Astrong"),
        "{page}"
    );
    assert!(page.contains("max_age=300"), "{page}");
    assert_eq!(call().await, 200);
}

#[tokio::test]
async fn an_address_that_a_browser_elsewhere_ended_at_is_taken_while_the_page_is_waited_for() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let (api, issuer) = (sandbox.base_url(), sandbox.issuer_url());
    let config = format!(
        "[environments.practice]\nbase_url = \"{api}\"\n[tokens.far.oauth]\ngrant = \"authorization_code\"\nissuer = \"{issuer}\"\nclient_id = \"practice-cli\"\n"
    );
    let (page, mut opened) = tokio::sync::mpsc::unbounded_channel();
    let place = Place::new(&config, Person::Here, move |news| {
        if let News::Browser { url, .. } = news {
            page.send(url.clone()).unwrap();
        }
    });
    let call = place.call("GET", "/core/users/me", "far");
    let browser = async {
        let url = opened.recv().await.unwrap();
        let back = tokio::task::spawn_blocking(move || signed_in(&url)).await;
        let back = back.unwrap();
        let forged = "http://127.0.0.1:1/callback?code=c&state=forged";
        place.grants.came_back(httriage::model::Secret::new(forged));
        place
            .grants
            .came_back(httriage::model::Secret::new(back.as_str()));
        back
    };
    let (answered, back) = tokio::join!(call, browser);
    assert_eq!(status(&answered), 200);
    let said = place.told.said();
    assert!(said.contains("not the address"), "{said}");
    let code = url::Url::parse(&back).unwrap();
    let code = code.query_pairs().find(|(name, _)| name == "code");
    let told = place.told.calls().join("\n") + &said;
    assert!(!told.contains(code.unwrap().1.as_ref()));
}
