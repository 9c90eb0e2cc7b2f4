//! Every grant, every refusal, with a clock of our own.

use super::{Issuer, clients};
use crate::engine::sandbox::api::{self, Request};
use crate::engine::sandbox::world::World;
use crate::model::{Headers, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

const BASE: &str = "http://127.0.0.1:9";
const DEVICE: &str =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=practice-cli";

struct Place {
    issuer: Issuer,
    world: World,
    now: Timestamp,
}

impl Place {
    fn new() -> Place {
        Place {
            issuer: Issuer::default(),
            world: World {
                api: Some("http://127.0.0.1:8".into()),
                ..World::fresh()
            },
            now: "2026-05-12T08:00:00Z".parse().unwrap(),
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn call(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let request = request(method, target, headers, body);
        self.issuer
            .answer(&mut self.world, &request, BASE, self.now)
    }

    fn post(&mut self, target: &str, body: &str) -> (u16, Value) {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let response = self.call("POST", target, &[form], body);
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        (response.status, body)
    }

    /// What the practice API says to a token.
    fn api(&mut self, token: &str, method: &str) -> (u16, String) {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("host", "127.0.0.1:8")];
        let (target, body) = match method {
            "GET" => ("/core/users/me", ""),
            _ => ("/core/runbooks", "{}"),
        };
        let answer = api::answer(
            &mut self.world,
            &request(method, target, &headers, body),
            self.now,
        );
        let body: Value = serde_json::from_slice(&answer.response.body).unwrap();
        let code = body["errors"][0]["code"].as_str().unwrap_or_default();
        (answer.response.status, code.to_owned())
    }
}

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    Request {
        method: method.into(),
        target: target.into(),
        headers: Headers::from_iter(headers.iter().copied()),
        body: body.into(),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
    }
}

fn secret(id: &str) -> String {
    let all = clients::practice_clients();
    let found = all.into_iter().find(|(known, _)| *known == id).unwrap();
    found.1.unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_service_gets_a_token_that_the_api_takes_until_it_runs_out() {
    let mut place = Place::new();
    let secret = secret("practice-brief");
    let form =
        format!("grant_type=client_credentials&client_id=practice-brief&client_secret={secret}");
    let (status, body) = place.post("/token", &form);
    assert_eq!(
        (status, &body["expires_in"]),
        (200, &Value::from(5)),
        "{body}"
    );
    let token = text(&body["access_token"]).to_owned();
    assert_eq!(place.api(&token, "GET").0, 200);
    place.pass(6);
    assert_eq!(place.api(&token, "GET"), (401, "token_expired".into()));

    let pair = STANDARD.encode(format!("practice-brief:{secret}"));
    let basic = format!("Basic {pair}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", basic.as_str()),
    ];
    let response = place.call(
        "POST",
        "/token",
        &headers,
        "grant_type=client_credentials&scope=read",
    );
    assert_eq!(response.status, 200);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    let reader = text(&body["access_token"]);
    assert_eq!(place.api(reader, "GET").0, 200);
    assert_eq!(
        place.api(reader, "POST"),
        (403, "insufficient_scope".into())
    );
}

#[test]
fn a_token_for_another_api_is_refused_and_one_that_was_altered_is_unknown() {
    let mut place = Place::new();
    let form = format!(
        "grant_type=client_credentials&client_id=practice-service&client_secret={}&resource=https%3A%2F%2Fother.example",
        secret("practice-service")
    );
    let (_, body) = place.post("/token", &form);
    let token = text(&body["access_token"]).to_owned();
    assert_eq!(place.api(&token, "GET"), (401, "invalid_audience".into()));
    let altered = token.replace("eyJ", "eyK");
    assert_eq!(place.api(&altered, "GET").0, 401);
    assert_eq!(
        place.api("eyJh.eyJh.AAAA", "GET"),
        (401, "unauthorized".into())
    );
}

#[test]
fn what_is_wrong_with_a_call_to_the_token_endpoint_is_said_as_the_standard_says_it() {
    let mut place = Place::new();
    let secret = secret("practice-service");
    let client = format!("client_id=practice-service&client_secret={secret}");
    for (form, status, error) in [
        (
            "grant_type=client_credentials&client_id=practice-service&client_secret=no".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=practice-service".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=nobody".to_owned(),
            401,
            "invalid_client",
        ),
        (client.clone(), 400, "invalid_request"),
        (
            format!("{client}&grant_type=password"),
            400,
            "unsupported_grant_type",
        ),
        (
            format!("{client}&grant_type=refresh_token"),
            400,
            "unauthorized_client",
        ),
        (
            format!("{client}&grant_type=client_credentials&scope=admin"),
            400,
            "invalid_scope",
        ),
        (
            format!("{DEVICE}&device_code=guessed"),
            400,
            "invalid_grant",
        ),
    ] {
        let (got, body) = place.post("/token", &form);
        assert_eq!((got, text(&body["error"])), (status, error), "{form}");
    }
    let json = [("content-type", "application/json")];
    assert_eq!(place.call("POST", "/token", &json, "{}").status, 400);
}

#[test]
fn a_device_waits_for_its_person_is_told_to_slow_down_and_then_refreshes() {
    let mut place = Place::new();
    let (_, wish) = place.post("/device_authorization", "client_id=practice-cli");
    let ask = format!("{DEVICE}&device_code={}", text(&wish["device_code"]));
    let (status, body) = place.post("/token", &ask);
    assert_eq!(
        (status, text(&body["error"])),
        (400, "authorization_pending")
    );
    let (_, body) = place.post("/token", &ask);
    assert_eq!(text(&body["error"]), "slow_down");
    let page = place.call("GET", "/device?user_code=%3Cb%3E", &[], "");
    assert!(String::from_utf8_lossy(&page.body).contains("&lt;b&gt;"));
    let code = text(&wish["user_code"]).to_ascii_lowercase();
    let (status, _) = place.post(
        "/device",
        &format!("user_code={code}&decision=allow&as=admin"),
    );
    assert_eq!(status, 200);
    let (status, given) = place.post("/token", &ask);
    assert_eq!(status, 200, "{given}");
    let first = text(&given["access_token"]).to_owned();
    assert_eq!(place.api(&first, "GET").0, 200);
    assert_eq!(place.post("/token", &ask).0, 400, "good once");

    let refresh = |token: &Value| {
        format!(
            "grant_type=refresh_token&client_id=practice-cli&refresh_token={}",
            text(token)
        )
    };
    let (status, second) = place.post("/token", &refresh(&given["refresh_token"]));
    assert_eq!(status, 200);
    assert_ne!(second["refresh_token"], given["refresh_token"]);
    // The old one comes again: all that came of the sign-in falls.
    assert_eq!(
        place.post("/token", &refresh(&given["refresh_token"])).0,
        400
    );
    assert_eq!(
        place.post("/token", &refresh(&second["refresh_token"])).0,
        400
    );
    assert_eq!(place.api(text(&second["access_token"]), "GET").0, 401);
}

#[test]
fn a_device_is_told_when_its_person_says_no_and_when_its_code_ran_out() {
    let mut place = Place::new();
    for (decision, error) in [("deny", "access_denied"), ("", "expired_token")] {
        let (_, wish) = place.post("/device_authorization", "client_id=practice-cli");
        let code = text(&wish["user_code"]);
        match decision {
            "" => place.pass(601),
            _ => drop(place.post("/device", &format!("user_code={code}&decision={decision}"))),
        }
        let ask = format!("{DEVICE}&device_code={}", text(&wish["device_code"]));
        assert_eq!(text(&place.post("/token", &ask).1["error"]), error);
    }
}

#[test]
fn a_code_is_good_once_for_whoever_asked_for_it() {
    let mut place = Place::new();
    let verifier = "a".repeat(43);
    let hash = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(hash);
    let back = "http%3A%2F%2F127.0.0.1%3A7%2Fback";
    let ask = format!(
        "response_type=code&client_id=practice-cli&redirect_uri={back}&state=s1&code_challenge={challenge}&code_challenge_method=S256"
    );
    let page = place.call("GET", &format!("/authorize?{ask}"), &[], "");
    assert_eq!(page.status, 200);
    let code = |place: &mut Place| {
        let answer = place.call(
            "POST",
            "/authorize",
            &[],
            &format!("{ask}&decision=allow&as=viewer"),
        );
        assert_eq!(answer.status, 303);
        let to = url::Url::parse(&answer.headers.get("location").unwrap()).unwrap();
        let pairs: std::collections::HashMap<_, _> = to.query_pairs().into_owned().collect();
        assert_eq!(pairs["state"], "s1");
        pairs["code"].clone()
    };
    let form = |code: &str, verifier: &str| {
        format!(
            "grant_type=authorization_code&client_id=practice-cli&redirect_uri={back}&code={code}&code_verifier={verifier}"
        )
    };
    let stolen = code(&mut place);
    assert_eq!(place.post("/token", &form(&stolen, "b")).0, 400);
    assert_eq!(
        place.post("/token", &form(&stolen, &verifier)).0,
        400,
        "used up"
    );
    let good = code(&mut place);
    let (status, body) = place.post("/token", &form(&good, &verifier));
    assert_eq!(status, 200, "{body}");
    for elsewhere in ["http%3A%2F%2Fevil.example%2F", "javascript%3Aalert(1)", ""] {
        let ask = ask.replace(back, elsewhere);
        let refused = place.call("POST", "/authorize", &[], &format!("{ask}&decision=allow"));
        assert_eq!(
            (refused.status, refused.headers.has("location")),
            (400, false)
        );
    }
}

#[test]
fn introspection_userinfo_and_keys_tell_of_a_token() {
    let mut place = Place::new();
    let secret = secret("practice-service");
    let client = format!("client_id=practice-service&client_secret={secret}");
    let (_, body) = place.post("/token", &format!("{client}&grant_type=client_credentials"));
    let token = text(&body["access_token"]).to_owned();
    let ask = format!("{client}&token={token}");
    let (_, known) = place.post("/introspect", &ask);
    assert_eq!(
        (&known["active"], text(&known["scope"])),
        (&Value::Bool(true), "read write")
    );
    assert_eq!(
        place
            .post(
                "/introspect",
                &format!("client_id=practice-cli&token={token}")
            )
            .0,
        401
    );
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(place.call("GET", "/userinfo", &headers, "").status, 200);
    assert_eq!(place.post("/revoke", &ask).0, 200);
    assert_eq!(
        place.post("/introspect", &ask).1["active"],
        Value::Bool(false)
    );
    let refused = place.call("GET", "/userinfo", &headers, "");
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .headers
            .get("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
    let keys = place.call("GET", "/jwks", &[], "");
    let keys: Value = serde_json::from_slice(&keys.body).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    let metadata = place.call("GET", "/.well-known/oauth-authorization-server", &[], "");
    let metadata: Value = serde_json::from_slice(&metadata.body).unwrap();
    assert_eq!(metadata["issuer"], BASE);
}

#[test]
fn four_clients_have_tokens_each_with_a_fault_of_its_own() {
    let mut place = Place::new();
    let mut got = |id: &str| {
        let form = format!(
            "grant_type=client_credentials&scope=read+write&client_id={id}&client_secret={}",
            secret(id)
        );
        let (status, body) = place.post("/token", &form);
        assert_eq!(status, 200, "{id}");
        let token = text(&body["access_token"]).to_owned();
        let api = (place.api(&token, "GET"), place.api(&token, "POST"));
        let header = token.split('.').next().unwrap();
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        let (given, kid) = (
            text(&body["scope"]).to_owned(),
            text(&header["kid"]).to_owned(),
        );
        (api, given, kid)
    };
    let refused = |code: &str| (401, code.to_owned());
    let (api, _, kid) = got("practice-elsewhere");
    assert_eq!(
        (api.0, kid.as_str()),
        (refused("invalid_audience"), "practice-2")
    );
    let (api, given, _) = got("practice-reader");
    assert_eq!((api.0.0, given.as_str()), (200, "read"));
    assert_eq!(api.1, (403, "insufficient_scope".to_owned()));
    let (api, _, kid) = got("practice-old-key");
    assert_eq!(
        (api.0, kid.as_str()),
        (refused("unauthorized"), "practice-0")
    );
    let (api, ..) = got("practice-brief");
    assert_eq!(api.0.0, 200);
}

#[test]
fn nothing_that_was_given_out_can_be_printed_from_the_world() {
    let mut place = Place::new();
    let secret = secret("practice-service");
    let form =
        format!("grant_type=client_credentials&client_id=practice-service&client_secret={secret}");
    let (_, body) = place.post("/token", &form);
    let token = text(&body["access_token"]);
    assert!(place.world.issued.of(token).is_some());
    assert!(!format!("{:?}", place.world).contains(token));
}
