//! Tokens that are got from an authorization server: by every grant, for the call that needs
//! them, anew when they run out, and with nothing of them left anywhere.
#![cfg(unix)]

mod bound;
mod desk;
mod digest;
mod independent;
mod proof;
mod signed;
mod tls;

use crate::program;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use desk::Desk;
use httriage::engine::grant::{Grants, News, Person};
use httriage::engine::sandbox::{Sandbox, practice_clients};
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault};
use httriage::format::{config_file, record};
use httriage::insight::Exchange;
use httriage::model::{
    Auth, Author, Cause, Environment, Manner, Outcome, RawExchange, RequestSpec, Settings,
    TokenName, resolve,
};
use program::Home;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// No secret of these tests is one that anybody else has.
const PLANTED: &str = "planted-0f1e2d3c4b5a";
/// Longest wait for anything in process.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was told, as text; the calls as all that can be printed of them.
#[derive(Clone, Default)]
struct Told {
    says: Arc<Mutex<Vec<String>>>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Told {
    fn said(&self) -> String {
        self.says.lock().unwrap().join("\n")
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

/// A call as the history keeps it.
fn written(exchange: &Exchange) -> String {
    let bodies = record::bodies(exchange);
    let bodies = [bodies.typed, bodies.sent, bodies.received].map(String::from_utf8_lossy);
    format!("{}\n{}", record::write(exchange), bodies.join("\n"))
}

struct Place {
    client: Arc<Client>,
    grants: Grants,
    told: Told,
    settings: Settings,
    files: tempfile::TempDir,
}

/// A file that only its owner can read.
fn private(folder: &std::path::Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

impl Place {
    /// `{files}` in the settings is a folder of the test's own.
    fn new(config: &str, person: Person, yes: impl Fn(&News) + Send + Sync + 'static) -> Place {
        let files = tempfile::tempdir().unwrap();
        private(files.path(), "secret", &format!("{PLANTED}-client"));
        let config = config.replace("{files}", files.path().to_str().unwrap());
        let settings = config_file::read(&config, "config.toml").unwrap();
        let vault = Arc::new(Vault::new(&settings, |_| None));
        let options = ClientOptions::default();
        let told = Told::default();
        let hears = told.clone();
        let grants = Grants::new(vault.clone(), &options, person, move |news| {
            yes(&news);
            let says = match news {
                News::Made(exchange) => {
                    hears.calls.lock().unwrap().push(written(&exchange));
                    return;
                }
                News::Says(says) => says,
                News::Device(device) => format!("{device:?}"),
                News::Browser { url, .. } => url,
                News::Got(got) => format!("{got:?}"),
            };
            hears.says.lock().unwrap().push(says);
        });
        let client = Client::new(vault, options).renewing(Arc::new(grants.clone()));
        Place {
            client: Arc::new(client),
            grants,
            told,
            settings,
            files,
        }
    }

    fn environment(&self) -> Environment {
        self.settings.environments[0].clone()
    }

    fn outgoing(&self, method: &str, path: &str, token: &str) -> Outgoing {
        let environment = self.environment();
        let mut typed = RequestSpec::new(method, path);
        typed.auth = Auth::Bearer(TokenName::new(token).unwrap());
        Outgoing {
            sent: resolve(&typed, &environment).unwrap(),
            typed,
            environment,
            author: Author::Person,
            case: None,
            manner: Manner::default(),
        }
    }

    async fn call(&self, method: &str, path: &str, token: &str) -> RawExchange {
        let outgoing = self.outgoing(method, path, token);
        let flight = Flight::default();
        let call = self.client.send(outgoing, &flight);
        tokio::time::timeout(PATIENCE, call).await.unwrap()
    }

    /// Nothing that was planted, or given, stands in anything that was told.
    #[track_caller]
    fn tells_no_secret(&self) {
        let all = self.told.calls().join("\n") + &self.told.said();
        let at = all.find(PLANTED);
        let around = at.map(|at| &all[at.saturating_sub(80)..(at + 60).min(all.len())]);
        assert_eq!(around, None);
    }
}

fn status(exchange: &RawExchange) -> u16 {
    match &exchange.outcome {
        Outcome::Answered(response) => response.status,
        Outcome::Failed(failure) => panic!("{}", failure.message),
    }
}

fn message(exchange: &RawExchange) -> String {
    match &exchange.outcome {
        Outcome::Failed(failure) => format!("{} {}", failure.message, failure.hint),
        Outcome::Answered(response) => panic!("{}", response.status),
    }
}

/// A service that signs in with its secret, at the desk.
fn service(base: &str, more: &str) -> String {
    format!(
        "[environments.acme]\nbase_url = \"{base}\"\ntokens = [\"acme\"]\n[tokens.acme.oauth]\ngrant = \"client_credentials\"\ntoken_url = \"{base}/token\"\nclient_id = \"tool\"\nclient_secret = {{ file = \"{{files}}/secret\" }}\nscopes = [\"read\"]\n{more}\n"
    )
}

#[tokio::test]
async fn a_token_is_got_by_the_first_call_that_needs_it_and_used_by_the_next() {
    let desk = Desk::open(PLANTED);
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    for _ in 0..2 {
        assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    }
    let state = desk.state();
    assert_eq!((state.given, state.calls.len()), (1, 2));
    let (form, auth) = &state.forms[0];
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["scope"], "read");
    let pair = STANDARD.encode(format!("tool:{PLANTED}-client"));
    assert_eq!(auth.as_deref(), Some(format!("Basic {pair}").as_str()));
    assert!(!form.contains_key("client_secret"));
    drop(state);
    // The call to the server is a call like any other.
    let calls = place.told.calls();
    assert_eq!(calls.len(), 1);
    assert!(calls[0].contains("/token") && calls[0].contains("\"origin\":\"grant\""));
    assert!(calls[0].contains("‹token:acme·"), "{}", calls[0]);
    place.tells_no_secret();
}

#[tokio::test]
async fn many_calls_that_are_refused_at_once_renew_their_token_once() {
    let desk = Desk::open(PLANTED);
    desk.state().refreshes = true;
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    desk.expire();
    let calls = (0..8).map(|_| place.call("GET", "/orders", "acme"));
    let calls = futures_util::future::join_all(calls).await;
    assert!(calls.iter().all(|call| status(call) == 200));
    let state = desk.state();
    assert_eq!((state.given, state.thefts), (2, 0), "one refresh for all");
    assert_eq!(state.forms[1].0["grant_type"], "refresh_token");
    drop(state);
    let said = place.told.said();
    assert!(said.contains("Token acme had expired"), "{said}");
    place.tells_no_secret();
}

#[tokio::test]
async fn a_token_is_got_anew_before_it_runs_out_and_its_refresh_token_is_good_once() {
    let desk = Desk::open(PLANTED);
    desk.state().refreshes = true;
    desk.state().lifetime = Some(1);
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    let until = tokio::time::Instant::now() + PATIENCE;
    while desk.state().given < 3 {
        assert!(tokio::time::Instant::now() < until);
        assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    }
    let state = desk.state();
    assert_eq!(state.thefts, 0);
    let grants = state
        .forms
        .iter()
        .map(|(form, _)| form["grant_type"].as_str());
    let grants: Vec<&str> = grants.take(3).collect();
    assert_eq!(
        grants,
        ["client_credentials", "refresh_token", "refresh_token"]
    );
    // Nobody was refused meanwhile.
    drop(state);
    assert!(!place.told.said().contains("refused"));
    place.tells_no_secret();
}

#[tokio::test]
async fn a_write_is_never_sent_again_and_its_token_is_renewed_all_the_same() {
    let desk = Desk::open(PLANTED);
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    desk.expire();
    assert_eq!(status(&place.call("POST", "/orders", "acme").await), 401);
    let writes = desk
        .state()
        .calls
        .iter()
        .filter(|call| call.0 == "POST")
        .count();
    assert_eq!((writes, desk.state().given), (1, 2));
    let said = place.told.said();
    assert!(said.contains("was not sent again"), "{said}");
    assert_eq!(status(&place.call("POST", "/orders", "acme").await), 200);
}

#[tokio::test]
async fn a_token_is_not_renewed_where_the_answer_does_not_say_so_nor_over_and_over() {
    for (bad, given) in [
        (
            (
                "403 Forbidden",
                "www-authenticate: Bearer error=\"invalid_token\"\r\n",
            ),
            1,
        ),
        (
            (
                "401 Unauthorized",
                "www-authenticate: Bearer error=\"insufficient_scope\"\r\n",
            ),
            1,
        ),
    ] {
        let desk = Desk::open(PLANTED);
        desk.state().bad = Some(bad);
        let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
        assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
        desk.expire();
        let refused = place.call("GET", "/orders", "acme").await;
        assert!(bad.0.starts_with(&status(&refused).to_string()));
        assert_eq!(desk.state().given, given, "{bad:?}");
    }
    // One that the API never takes: once anew, and then it is the token and not its age.
    let desk = Desk::open(PLANTED);
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    let api = Desk::open(PLANTED);
    let mut outgoing = place.outgoing("GET", "/orders", "acme");
    outgoing.environment.base_url = api.base.clone();
    let vault = place.client.vault();
    let origin = outgoing.environment.origin().unwrap();
    vault.permit(false, &TokenName::new("acme").unwrap(), origin);
    outgoing.sent = resolve(&outgoing.typed, &outgoing.environment).unwrap();
    for calls in [2, 3, 4] {
        let exchange = place
            .client
            .send(outgoing.clone(), &Flight::default())
            .await;
        assert_eq!(status(&exchange), 401);
        assert_eq!((desk.state().given, api.state().calls.len()), (2, calls));
    }
    let said = place.told.said();
    assert!(said.contains("it is not its age"), "{said}");
    place.tells_no_secret();
}

#[tokio::test]
async fn a_server_that_refuses_is_quoted_and_the_call_does_not_go() {
    let desk = Desk::open(PLANTED);
    desk.state().refuses = Some((
        "400 Bad Request",
        "{\"error\": \"invalid_scope\", \"error_description\": \"No such scope for planted-0f1e2d3c4b5a-client.\"}",
    ));
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    let failed = place.call("GET", "/orders", "acme").await;
    let Outcome::Failed(failure) = &failed.outcome else {
        panic!("it was answered");
    };
    assert_eq!(
        (failure.cause, failure.was_sent),
        (Cause::TokenMissing, false)
    );
    let said = message(&failed);
    assert!(
        said.contains("answered 400 Bad Request invalid_scope (No such scope"),
        "{said}"
    );
    assert!(said.contains("httriage history show"), "{said}");
    assert!(!said.contains(PLANTED), "{said}");
    assert!(desk.state().calls.is_empty());
    assert_eq!(place.told.calls().len(), 1);
    place.tells_no_secret();
}

#[tokio::test]
async fn a_refresh_token_that_is_not_taken_is_not_tried_again() {
    let desk = Desk::open(PLANTED);
    desk.state().refreshes = true;
    let place = Place::new(&service(&desk.base, ""), Person::Nobody, |_| {});
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    desk.expire();
    desk.state().refresh = Some("another".to_owned());
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    let state = desk.state();
    let grants = state
        .forms
        .iter()
        .map(|(form, _)| form["grant_type"].as_str());
    let grants: Vec<&str> = grants.collect();
    assert_eq!(
        grants,
        ["client_credentials", "refresh_token", "client_credentials"]
    );
    drop(state);
    place.tells_no_secret();
}

#[tokio::test]
async fn metadata_counts_for_its_issuer_and_its_origin_and_no_secret_goes_elsewhere() {
    let elsewhere = Desk::open(PLANTED);
    let issuer_of = |document: &dyn Fn(&str) -> String| {
        let desk = Desk::open(PLANTED);
        desk.state().metadata = Some(document(&desk.base));
        let config = service(&desk.base, "").replace(
            &format!("token_url = \"{}/token\"", desk.base),
            &format!("issuer = \"{}\"", desk.base),
        );
        (Place::new(&config, Person::Nobody, |_| {}), desk)
    };
    let (place, desk) = issuer_of(&|base| {
        format!("{{\"issuer\": \"{base}\", \"token_endpoint\": \"{base}/token\"}}")
    });
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    assert_eq!(desk.state().given, 1);
    let there = elsewhere.base.clone();
    let (place, desk) = issuer_of(&|base| {
        format!("{{\"issuer\": \"{base}\", \"token_endpoint\": \"{there}/token\"}}")
    });
    let said = message(&place.call("GET", "/orders", "acme").await);
    assert!(
        said.contains("names no token_url on its own origin"),
        "{said}"
    );
    assert_eq!((desk.state().given, elsewhere.state().given), (0, 0));
    let (place, _desk) = issuer_of(&|base| {
        format!("{{\"issuer\": \"https://other.example\", \"token_endpoint\": \"{base}/token\"}}")
    });
    let said = message(&place.call("GET", "/orders", "acme").await);
    assert!(
        said.contains("of another issuer, https://other.example"),
        "{said}"
    );
}

#[tokio::test]
async fn each_grant_sends_the_form_that_its_standard_asks_for() {
    let desk = Desk::open(PLANTED);
    let base = &desk.base;
    let der = {
        use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
        let random = ring::rand::SystemRandom::new();
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap()
    };
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    let folder = tempfile::tempdir().unwrap();
    let key = private(folder.path(), "key.pem", &pem);
    let word = private(folder.path(), "word", &format!("{PLANTED}-pässword &=+"));
    let again = private(folder.path(), "again", &format!("{PLANTED}-old-refresh"));
    let subject = private(folder.path(), "subject", &format!("{PLANTED}-subject"));
    let at = format!("token_url = \"{base}/token\"\nclient_id = \"tool\"");
    let config = format!(
        "[environments.acme]\nbase_url = \"{base}\"\n\
         [tokens.post.oauth]\ngrant = \"client_credentials\"\nclient_auth = \"post\"\nclient_secret = {{ file = \"{{files}}/secret\" }}\n{at}\n\
         [tokens.keyed.oauth]\ngrant = \"client_credentials\"\nprivate_key = {{ file = \"{key}\" }}\nkey_id = \"k1\"\n{at}\n\
         [tokens.bearer.oauth]\ngrant = \"jwt_bearer\"\nprivate_key = {{ file = \"{key}\" }}\nclient_auth = \"none\"\nsubject = \"kim\"\n{at}\n\
         [tokens.old.oauth]\ngrant = \"password\"\nuser = \"kim\"\npassword = {{ file = \"{word}\" }}\n{at}\n\
         [tokens.again.oauth]\ngrant = \"refresh_token\"\nrefresh_token = {{ file = \"{again}\" }}\n{at}\n\
         [tokens.support]\nfile = \"{subject}\"\n\
         [tokens.less.oauth]\ngrant = \"token_exchange\"\nsubject_token = \"support\"\nscopes = [\"read\"]\naudience = \"api\"\nparameters = {{ tenant = \"{{{{seven}}}}\" }}\n{at}\n\
         [tokens.bound]\nfile = \"{subject}\"\norigins = [\"https://api.acme.example\"]\n\
         [tokens.stolen.oauth]\ngrant = \"token_exchange\"\nsubject_token = \"bound\"\n{at}\n"
    );
    let place = Place::new(&config, Person::Nobody, |_| {});
    let form = async |token: &str| {
        assert_eq!(
            status(&place.call("GET", "/orders", token).await),
            200,
            "{token}"
        );
        desk.state().forms.last().unwrap().0.clone()
    };
    let post = form("post").await;
    assert_eq!(post["client_id"], "tool");
    assert_eq!(post["client_secret"], format!("{PLANTED}-client"));
    let claims = |assertion: &str| -> serde_json::Value {
        let body = assertion.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
    };
    let keyed = form("keyed").await;
    assert!(keyed["client_assertion_type"].ends_with("client-assertion-type:jwt-bearer"));
    let said = claims(&keyed["client_assertion"]);
    assert_eq!(
        (&said["iss"], &said["sub"]),
        (&"tool".into(), &"tool".into())
    );
    assert_eq!(said["aud"], format!("{base}/token"));
    let bearer = form("bearer").await;
    assert!(bearer["grant_type"].ends_with("grant-type:jwt-bearer"));
    assert_eq!(claims(&bearer["assertion"])["sub"], "kim");
    let old = form("old").await;
    assert_eq!(old["username"], "kim");
    assert_eq!(old["password"], format!("{PLANTED}-pässword &=+"));
    let again = form("again").await;
    assert_eq!(again["refresh_token"], format!("{PLANTED}-old-refresh"));
    let less = form("less").await;
    assert!(less["grant_type"].ends_with("grant-type:token-exchange"));
    assert_eq!(less["subject_token"], format!("{PLANTED}-subject"));
    assert!(less["subject_token_type"].ends_with("token-type:access_token"));
    assert_eq!(
        (less["scope"].as_str(), less["audience"].as_str()),
        ("read", "api")
    );
    assert_eq!(less["tenant"], "{{seven}}", "data is not filled in");
    let before = desk.state().given;
    let said = message(&place.call("GET", "/orders", "stolen").await);
    assert!(said.contains("bound does not belong to"), "{said}");
    assert_eq!(desk.state().given, before);
    // Neither a key nor what it signed is told.
    place.tells_no_secret();
    let told = place.told.calls().join("\n");
    assert!(!told.contains(&keyed["client_assertion"][..60]));
    assert!(!told.contains(&STANDARD.encode(der.as_ref())[40..80]));
}

#[tokio::test]
async fn what_a_command_gives_is_read_anew_after_its_time_and_after_a_refusal() {
    let desk = Desk::open(PLANTED);
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let script = format!(
        "echo x >> {count}; printf '{PLANTED}-access-%04d' $(wc -l < {count})",
        count = count.display()
    );
    let config = format!(
        "[environments.acme]\nbase_url = \"{}\"\n[tokens.acme]\ncommand = [\"sh\", \"-c\", '''{script}''']\nttl = \"1s\"\n[tokens.same]\ncommand = [\"printf\", \"{PLANTED}-same\"]\n",
        desk.base
    );
    let place = Place::new(&config, Person::Nobody, |_| {});
    let value = |number: u32| format!("{PLANTED}-access-{number:04}");
    desk.state().access = Some(value(1));
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    // A refusal: it runs again.
    desk.state().access = Some(value(2));
    assert_eq!(status(&place.call("GET", "/orders", "acme").await), 200);
    // Its time is over: it runs again, and nobody is refused for it.
    let until = tokio::time::Instant::now() + PATIENCE;
    while !desk.state().calls.iter().any(|call| call.2 == value(3)) {
        assert!(tokio::time::Instant::now() < until);
        place.call("GET", "/orders", "acme").await;
    }
    let refused = place.told.calls();
    assert_eq!(
        refused.len(),
        2,
        "of the first value and of the third alone"
    );
    let before = desk.state().calls.len();
    assert_eq!(status(&place.call("GET", "/orders", "same").await), 401);
    assert_eq!(desk.state().calls.len(), before + 1);
    let said = place.told.said();
    assert!(said.contains("printf gives the same value again"), "{said}");
    place.tells_no_secret();
}

/// One request over a socket of its own, and all that came.
fn exchange(base: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn post(base: &str, target: &str, form: &str) -> String {
    let host = base.strip_prefix("http://").unwrap();
    exchange(
        base,
        &format!(
            "POST {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        ),
    )
}

/// Signs in on the page that a browser was sent to; the address that it ends at.
fn signed_in(page: &str) -> String {
    let url = url::Url::parse(page).unwrap();
    let base = url.origin().ascii_serialization();
    let form = format!("{}&decision=allow&as=viewer", url.query().unwrap());
    let answer = post(&base, "/authorize", &form);
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    location
        .unwrap_or_else(|| panic!("{answer}"))
        .trim()
        .to_owned()
}

/// The clients of the sandbox that have a person, and one that has none.
fn practice(sandbox: &Sandbox) -> String {
    let (api, issuer) = (sandbox.base_url(), sandbox.issuer_url());
    format!(
        "[environments.practice]\nbase_url = \"{api}\"\n\
         [tokens.device.oauth]\ngrant = \"device_code\"\nissuer = \"{issuer}\"\nclient_id = \"practice-cli\"\nscopes = [\"read\"]\n\
         [tokens.browser.oauth]\ngrant = \"authorization_code\"\nissuer = \"{issuer}\"\nclient_id = \"practice-cli\"\n\
         [tokens.service.oauth]\ngrant = \"client_credentials\"\nissuer = \"{issuer}\"\nclient_id = \"practice-service\"\nclient_secret = {{ file = \"{{files}}/practice\" }}\n"
    )
}

fn practice_secret() -> String {
    let all = practice_clients();
    let found = all.into_iter().find(|(id, _)| *id == "practice-service");
    found.unwrap().1.unwrap()
}

#[tokio::test]
async fn a_device_waits_for_its_person_slows_down_and_is_refreshed_without_anybody() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let issuer = sandbox.issuer_url();
    let place = Place::new(&practice(&sandbox), Person::Here, move |news| {
        if let News::Device(device) = news {
            let form = format!("user_code={}&decision=allow&as=viewer", device.user_code);
            let issuer = issuer.clone();
            std::thread::spawn(move || post(&issuer, "/device", &form));
        }
    });
    assert_eq!(
        status(&place.call("GET", "/core/users/me", "device").await),
        200
    );
    let name = TokenName::new("device").unwrap();
    let got = place.grants.got(&name).unwrap();
    assert_eq!(
        (got.grant, got.scopes().unwrap()),
        ("device_code", &["read".to_owned()][..])
    );
    assert!(got.renews && !got.by_refresh && got.until.is_some());
    // What was given, and the code that it was given for, stand nowhere.
    let told = place.told.calls().join("\n");
    assert!(
        told.contains("device_code") && told.contains("‹token:device.device·"),
        "{told}"
    );
    let poll = told.matches("grant-type%3Adevice_code").count();
    assert_eq!(poll, 1, "polls that wait are not kept");
}

#[tokio::test]
async fn a_person_who_says_no_is_quoted_and_nobody_is_asked_where_nobody_is() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let issuer = sandbox.issuer_url();
    let place = Place::new(&practice(&sandbox), Person::Here, move |news| {
        if let News::Device(device) = news {
            let form = format!("user_code={}&decision=deny", device.user_code);
            let issuer = issuer.clone();
            std::thread::spawn(move || post(&issuer, "/device", &form));
        }
    });
    let said = message(&place.call("GET", "/core/users/me", "device").await);
    assert!(
        said.contains("access_denied (The person said no)"),
        "{said}"
    );
    let place = Place::new(&practice(&sandbox), Person::Nobody, |_| {});
    for token in ["device", "browser"] {
        let said = message(&place.call("GET", "/core/users/me", token).await);
        assert!(said.contains("somebody has to say yes to it"), "{said}");
    }
    assert!(place.told.calls().is_empty(), "nothing was asked");
}

#[tokio::test]
async fn a_browser_comes_back_with_a_code_that_is_proven_by_pkce() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let place = Place::new(&practice(&sandbox), Person::Here, |news| {
        if let News::Browser { url, .. } = news {
            let url = url.clone();
            std::thread::spawn(move || {
                let back = signed_in(&url);
                let back = url::Url::parse(&back).unwrap();
                let base = back.origin().ascii_serialization();
                let target = &back[url::Position::BeforePath..];
                // Somebody else comes first, with a state of their own.
                let host = base.strip_prefix("http://").unwrap();
                let get = |target: &str| {
                    exchange(
                        &base,
                        &format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n"),
                    )
                };
                assert!(get("/callback?code=forged&state=forged").contains("404"));
                assert!(get(target).contains("Done."));
            });
        }
    });
    let answered = place.call("GET", "/core/users/me", "browser").await;
    assert_eq!(status(&answered), 200);
    let told = place.told.calls().join("\n");
    for part in [
        "code={{token:browser.code}}",
        "code_verifier={{token:browser.verifier}}",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("forged"));
    assert!(place.files.path().exists());
}

#[tokio::test]
async fn nothing_that_a_server_gave_is_left_on_the_disk() {
    let desk = Desk::open(PLANTED);
    desk.state().refreshes = true;
    let home = Home::settled(&service(&desk.base, "").replace("{files}", "."));
    private(&home.path(""), "secret", &format!("{PLANTED}-client"));
    let url = format!("{}/orders", desk.base);
    let ran = home.run(&["send", "GET", &url, "--env", "acme", "--token", "acme"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    // One that is refused although it is new: both calls are kept, with what they repeated.
    desk.state().bad = Some((
        "401 Unauthorized",
        "www-authenticate: Bearer error=\"invalid_token\"\r\n",
    ));
    let refused = home.run(&["token", "login", "acme", "--json"]);
    let got = refused.json();
    program::has_shape(
        &got,
        &["name", "grant", "scopes_asked", "scopes_given"],
        &["expires_at"],
    );
    assert_eq!(
        (&got["name"], &got["grant"]),
        (&"acme".into(), &"client_credentials".into())
    );
    assert_eq!(got["scopes_given"], serde_json::json!(["read"]));
    // This build has no keyring, and says so.
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(
        refused.err.contains("ends with this command"),
        "{}",
        refused.err
    );
    desk.state().refuses = Some(("401 Unauthorized", "{\"error\": \"invalid_client\"}"));
    let denied = home.run(&["token", "login", "acme"]);
    assert_eq!(denied.code, 1);
    assert!(denied.err.contains("invalid_client"), "{}", denied.err);
    assert!(denied.err.contains("Likely:"), "{}", denied.err);
    let kept = home.run(&["history", "list", "--json"]);
    let kept = kept.json()["exchanges"].as_array().unwrap().len();
    assert_eq!(kept, 4, "the call, and three to the server");
    for ran in [&ran, &refused, &denied] {
        assert!(!desk.is_planted(&ran.all()), "{}", ran.all());
    }
    let mut folders = vec![home.path("data")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            seen += 1;
            for value in ["client", "access", "refresh", "identity"] {
                let value = format!("{PLANTED}-{value}");
                for text in [
                    value.clone(),
                    STANDARD.encode(format!("tool:{value}"))[8..].to_owned(),
                ] {
                    let found = bytes
                        .windows(text.len())
                        .any(|part| part == text.as_bytes());
                    assert!(!found, "{value} is in {}", path.display());
                }
            }
        }
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn the_address_that_a_browser_ended_at_is_pasted_where_it_is_on_another_machine() {
    let sandbox = Sandbox::start(None).await.unwrap();
    let config = practice(&sandbox).replace("{files}", ".");
    let ran = tokio::task::spawn_blocking(move || {
        let home = Home::settled(&config);
        private(&home.path(""), "practice", &practice_secret());
        let mut child = home
            .command(&["token", "login", "browser", "--paste", "--json"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let page = lines.find_map(|line| {
            let line = line.unwrap();
            line.trim()
                .strip_prefix("open ")
                .map(|url| url.trim().to_owned())
        });
        let address = signed_in(&page.unwrap());
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(address.as_bytes()).unwrap();
        drop(stdin);
        let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
        let ran = program::finish(child);
        (ran.json(), rest.join("\n"), address)
    });
    let (got, err, address) = ran.await.unwrap();
    assert_eq!(
        (&got["name"], &got["grant"]),
        (&"browser".into(), &"authorization_code".into())
    );
    assert_eq!(got["scopes_given"], serde_json::json!(["read", "write"]));
    assert!(!err.contains(&address), "{err}");
    drop(sandbox);
}
