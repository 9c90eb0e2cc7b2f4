//! Tokens from an authorization server that other people wrote (`oidc-provider`), so that both
//! sides of a grant are not read from the standards by the same eyes.
//!
//! `HTTRIAGE_TEST_ISSUER` names the folder that npm put it into; `.ci/run` does that and sets it,
//! and then these tests are run or fail. Without it they say what they left out.

use super::{PATIENCE, PLANTED, Place, exchange, message, status};
use httriage::engine::Flight;
use httriage::engine::grant::{News, Person};
use httriage::model::{GrantPart, TokenName};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// The server, which ends with its test.
struct Issuer {
    child: Child,
    base: String,
    folder: tempfile::TempDir,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Issuer {
    /// `None` where nobody put one here.
    fn start(left_out: &str) -> Option<Issuer> {
        let Some(modules) = std::env::var_os("HTTRIAGE_TEST_ISSUER") else {
            println!("left out: {left_out}, since HTTRIAGE_TEST_ISSUER names no folder");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let script =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/grants/independent/server.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(modules)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let out = child.stdout.take().unwrap();
        let (line, said) = mpsc::channel();
        std::thread::spawn(move || {
            for text in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = line.send(text);
            }
        });
        let line = said.recv_timeout(PATIENCE).expect("it listens");
        let base = line.strip_prefix("listening on ").expect("its address");
        Some(Issuer {
            child,
            base: base.to_owned(),
            folder,
        })
    }

    /// Each of its clients as a token of the same name.
    fn place(&self, person: Person) -> Place {
        let base = &self.base;
        let key = self.folder.path().join("key.pem");
        let at = format!("issuer = \"{base}\"");
        let secret = "client_secret = { file = \"{files}/secret\" }";
        let config = format!(
            "[environments.acme]\nbase_url = \"{base}\"\n\
             [tokens.service.oauth]\ngrant = \"client_credentials\"\nclient_id = \"service\"\n{secret}\nscopes = [\"orders:read\"]\n{at}\n\
             [tokens.brief.oauth]\ngrant = \"client_credentials\"\nclient_id = \"brief\"\nclient_auth = \"post\"\n{secret}\n{at}\n\
             [tokens.keyed.oauth]\ngrant = \"client_credentials\"\nclient_id = \"keyed\"\nprivate_key = {{ file = \"{key}\" }}\nkey_id = \"k1\"\n{at}\n\
             [tokens.browser.oauth]\ngrant = \"authorization_code\"\nclient_id = \"browser\"\nscopes = [\"openid\", \"orders:read\"]\n{at}\n\
             [tokens.rolling.oauth]\ngrant = \"authorization_code\"\nclient_id = \"rolling\"\nscopes = [\"openid\"]\n{at}\n\
             [tokens.device.oauth]\ngrant = \"device_code\"\nclient_id = \"device\"\nscopes = [\"openid\", \"orders:read\"]\n{at}\n\
             [tokens.asking.oauth]\ngrant = \"authorization_code\"\nclient_id = \"asking\"\n{secret}\nscopes = [\"openid\"]\n{at}\n\
             [tokens.bound.oauth]\ngrant = \"authorization_code\"\nclient_id = \"bound\"\nscopes = [\"openid\"]\ndpop = true\n{at}\n",
            key = key.display(),
        );
        Place::new(&config, person, |news| match news {
            News::Browser { url, .. } => {
                let url = url.clone();
                std::thread::spawn(move || Browser::default().opens(&url));
            }
            News::Device(device) => {
                let url = device.whole_url.clone().unwrap();
                std::thread::spawn(move || Browser::default().opens(&url));
            }
            _ => {}
        })
    }
}

/// A browser with somebody before it who signs in and agrees to all that is asked.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Follows where it leads, until a page asks for nothing more.
    fn opens(&mut self, url: &str) {
        let mut url = url::Url::parse(url).unwrap();
        let mut form: Option<String> = None;
        // Sign in, agree, and what lies between.
        for _ in 0..20 {
            let answer = self.asks(&url, form.take().as_deref());
            if let Some(to) = header(&answer, "location").next() {
                url = url.join(&to).unwrap();
                continue;
            }
            form = self.fills(&answer);
            match &form {
                None => return,
                Some(_) => {
                    if let Some(to) = attribute(&answer, "action=\"") {
                        url = url.join(&to).unwrap();
                    }
                }
            }
        }
        panic!("the pages do not end");
    }

    /// One page, or the answer to a form.
    fn asks(&mut self, url: &url::Url, form: Option<&str>) -> String {
        let base = url.origin().ascii_serialization();
        let host = base.strip_prefix("http://").unwrap().to_owned();
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let cookies = self.cookies.iter();
        let cookies: Vec<String> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let head = format!("host: {host}\r\ncookie: {cookies}\r\nconnection: close\r\n");
        let answer = match form {
            None => exchange(&base, &format!("GET {target} HTTP/1.1\r\n{head}\r\n")),
            Some(form) => exchange(
                &base,
                &format!(
                    "POST {target} HTTP/1.1\r\n{head}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
                    form.len()
                ),
            ),
        };
        for cookie in header(&answer, "set-cookie") {
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// What somebody types into the form of a page; `None` where it has none.
    fn fills(&self, page: &str) -> Option<String> {
        if !page.contains("<form") {
            return None;
        }
        let hidden = |name: &str| {
            let at = page.find(&format!("name=\"{name}\""))?;
            attribute(&page[at..], "value=\"")
        };
        if let Some(prompt) = hidden("prompt") {
            return Some(format!("prompt={prompt}&login=kim&password=any"));
        }
        // The page of a device: the code that stands in it is the right one.
        let (xsrf, code) = (hidden("xsrf")?, hidden("user_code")?);
        Some(format!("xsrf={xsrf}&user_code={code}&confirm=yes"))
    }
}

/// The values of a header in a whole answer.
fn header<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    head.lines().filter_map(move |line| {
        let (known, value) = line.split_once(':')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// The first value that begins so, up to its quotation mark.
fn attribute(text: &str, begin: &str) -> Option<String> {
    let (_, rest) = text.split_once(begin)?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

impl Place {
    /// The value of a token, or of what belongs to its grant.
    fn value(&self, token: &TokenName) -> String {
        let value = self.client.vault().at_hand(token);
        value.unwrap().reveal().to_owned()
    }

    /// Neither of these, nor anything planted, was told.
    #[track_caller]
    fn hides(&self, values: &[String]) {
        let told = self.told.calls().join("\n") + &self.told.said();
        for value in values {
            assert!(!told.contains(value.as_str()), "a value was told");
        }
        self.tells_no_secret();
    }
}

fn refresh_of(token: &str) -> TokenName {
    GrantPart::Refresh.of(&name(token)).unwrap()
}

/// The server lets a token be good no more, before its time.
fn end(base: &str, token: &str) {
    let host = base.strip_prefix("http://").unwrap();
    let said = exchange(
        base,
        &format!("GET /end?token={token} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
    );
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[tokio::test]
async fn a_service_proves_who_it_is_to_another_server_in_each_way() {
    let Some(issuer) = Issuer::start("client credentials") else {
        return;
    };
    let place = issuer.place(Person::Nobody);
    for token in ["service", "brief", "keyed"] {
        let answered = place.call("GET", "/orders", token).await;
        assert_eq!(status(&answered), 200, "{token}");
    }
    let got = place.grants.got(&name("service")).unwrap();
    assert_eq!(got.scopes().unwrap(), ["orders:read".to_owned()]);
    let values = ["service", "brief", "keyed"].map(|token| place.value(&name(token)));
    place.hides(&values);
}

#[tokio::test]
async fn a_token_of_another_server_is_got_anew_before_it_runs_out() {
    let Some(issuer) = Issuer::start("a token that lives two seconds") else {
        return;
    };
    let place = issuer.place(Person::Nobody);
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut values = std::collections::BTreeSet::new();
    while values.len() < 3 {
        assert!(tokio::time::Instant::now() < until);
        let answered = place.call("GET", "/orders", "brief").await;
        assert_eq!(status(&answered), 200);
        values.insert(place.value(&name("brief")));
    }
    place.hides(&Vec::from_iter(values));
}

#[tokio::test]
async fn a_device_is_let_in_by_a_person_at_another_server() {
    let Some(issuer) = Issuer::start("a device code") else {
        return;
    };
    let place = issuer.place(Person::Here);
    assert_eq!(status(&place.call("GET", "/me", "device").await), 200);
    let got = place.grants.got(&name("device")).unwrap();
    assert!(got.renews && got.until.is_some());
    let part = |part: GrantPart| place.value(&part.of(&name("device")).unwrap());
    place.hides(&[
        place.value(&name("device")),
        part(GrantPart::Refresh),
        part(GrantPart::DeviceCode),
    ]);
}

#[tokio::test]
async fn a_code_with_pkce_gets_a_token_of_another_server_that_is_renewed_by_rotation() {
    let Some(issuer) = Issuer::start("a code with PKCE, and rotation") else {
        return;
    };
    let place = issuer.place(Person::Here);
    assert_eq!(status(&place.call("GET", "/me", "browser").await), 200);
    let parts = [GrantPart::Code, GrantPart::Verifier, GrantPart::Refresh];
    let mut secrets = parts.map(|part| place.value(&part.of(&name("browser")).unwrap()));
    let (base, old) = (issuer.base.clone(), place.value(&name("browser")));
    let value = old.clone();
    tokio::task::spawn_blocking(move || end(&base, &old))
        .await
        .unwrap();
    // The old value is refused, and the person hears of the new one alone.
    assert_eq!(status(&place.call("GET", "/me", "browser").await), 200);
    assert!(place.grants.got(&name("browser")).unwrap().by_refresh);
    let said = place.told.said();
    assert!(said.contains("Token browser had expired"), "{said}");
    let refresh = place.value(&refresh_of("browser"));
    assert_ne!(std::mem::replace(&mut secrets[2], refresh.clone()), refresh);
    place.hides(&secrets);
    place.hides(&[value, place.value(&name("browser"))]);
}

#[tokio::test]
async fn a_refresh_token_of_another_server_is_good_once_and_each_new_one_is_kept() {
    let Some(issuer) = Issuer::start("rotation of refresh tokens") else {
        return;
    };
    let place = issuer.place(Person::Here);
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut values = std::collections::BTreeSet::new();
    let mut again = std::collections::BTreeSet::new();
    while again.len() < 3 {
        assert!(tokio::time::Instant::now() < until);
        assert_eq!(status(&place.call("GET", "/me", "rolling").await), 200);
        values.insert(place.value(&name("rolling")));
        again.insert(place.value(&refresh_of("rolling")));
    }
    // Nobody was asked a second time.
    assert!(place.grants.got(&name("rolling")).unwrap().by_refresh);
    assert_eq!(place.told.said().matches("/auth?").count(), 1);
    place.hides(&Vec::from_iter(values));
    place.hides(&Vec::from_iter(again));
}

#[tokio::test]
async fn a_token_of_another_server_is_bound_to_a_key_and_its_nonce_is_answered() {
    let Some(issuer) = Issuer::start("a token bound to a key (DPoP)") else {
        return;
    };
    let place = issuer.place(Person::Here);
    assert_eq!(status(&place.call("GET", "/me", "bound").await), 200);
    let asked = place.told.calls();
    let refused = asked.iter().filter(|call| call.contains("use_dpop_nonce"));
    assert_eq!(
        refused.count(),
        1,
        "the token endpoint asked for its nonce once"
    );
    let (base, old) = (issuer.base.clone(), place.value(&name("bound")));
    let value = old.clone();
    tokio::task::spawn_blocking(move || end(&base, &old))
        .await
        .unwrap();
    // Its refresh token is good with the same key only.
    assert_eq!(status(&place.call("GET", "/me", "bound").await), 200);
    let got = place.grants.got(&name("bound")).unwrap();
    assert!(got.by_refresh && got.not_kept.unwrap().contains("key"));
    place.hides(&[value, place.value(&name("bound"))]);
}

#[tokio::test]
async fn another_server_says_whether_a_token_is_active_and_whose_it_is() {
    let Some(issuer) = Issuer::start("introspection and userinfo") else {
        return;
    };
    let place = issuer.place(Person::Here);
    let (environment, flight) = (place.environment(), Flight::default());
    let token = name("asking");
    let said = place.grants.introspect(&token, &environment, &flight).await;
    let said = said.map_err(|failure| failure.message).unwrap();
    assert!(said.is_active && said.subject.as_deref() == Some("kim"));
    let who = place.grants.userinfo(&token, &environment, &flight).await;
    let who = who.map_err(|failure| failure.message).unwrap();
    assert!(
        who.contains(&("sub".to_owned(), "kim".to_owned())),
        "{who:?}"
    );
    place.hides(&[place.value(&token), place.value(&refresh_of("asking"))]);
}

#[tokio::test]
async fn a_refusal_of_another_server_is_quoted_and_kept_without_secrets() {
    let Some(issuer) = Issuer::start("a client that another server does not know") else {
        return;
    };
    let base = &issuer.base;
    let config = format!(
        "[environments.acme]\nbase_url = \"{base}\"\n[tokens.wrong.oauth]\ngrant = \"client_credentials\"\nclient_id = \"nobody\"\nclient_secret = {{ file = \"{{files}}/secret\" }}\nissuer = \"{base}\"\n"
    );
    let place = Place::new(&config, Person::Nobody, |_| {});
    let said = message(&place.call("GET", "/orders", "wrong").await);
    assert!(
        said.contains("answered 401 Unauthorized invalid_client"),
        "{said}"
    );
    let calls = place.told.calls();
    let refused = calls.iter().find(|call| call.contains("invalid_client"));
    let refused = refused.expect("the refused call is in the history");
    assert!(refused.contains("\"origin\":\"grant\""), "{refused}");
    assert!(!refused.contains(PLANTED));
    place.tells_no_secret();
}
