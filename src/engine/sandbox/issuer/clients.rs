//! The clients that may ask for tokens, and how they sign in.

use super::reply::{Form, oauth_error};
use crate::engine::sandbox::world::derive;
use crate::model::{Headers, Response, decoded};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;
use std::time::Duration;

/// A client as it is registered.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub id: &'static str,
    /// The text from which its secret is derived; absent for one that cannot keep any.
    pub secret: Option<&'static str>,
    pub grants: &'static [&'static str],
    /// The practice token whose person it acts for where it has no other.
    pub acts_for: &'static str,
    pub lifetime: Duration,
    /// The scopes it may have, where those are not all.
    pub most: Option<&'static [&'static str]>,
    /// The API its tokens are for, whatever it asks for.
    pub audience: Option<&'static str>,
    /// Whether its tokens are still signed with a key that is published no more.
    pub is_retired: bool,
}

/// A service with a secret of its own.
const fn service(id: &'static str, secret: &'static str) -> Registered {
    Registered {
        id,
        secret: Some(secret),
        grants: &["client_credentials"],
        acts_for: "editor",
        lifetime: Duration::from_secs(600),
        most: None,
        audience: None,
        is_retired: false,
    }
}

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The four that are named for what is wrong with their tokens are for practice.
static CLIENTS: [Registered; 6] = [
    service("practice-service", "client practice-service"),
    Registered {
        lifetime: Duration::from_secs(5),
        ..service("practice-brief", "client practice-brief")
    },
    Registered {
        audience: Some("https://reports.practice.example"),
        ..service("practice-elsewhere", "client practice-elsewhere")
    },
    Registered {
        most: Some(&["read"]),
        ..service("practice-reader", "client practice-reader")
    },
    Registered {
        is_retired: true,
        ..service("practice-old-key", "client practice-old-key")
    },
    Registered {
        secret: None,
        grants: &[DEVICE, "authorization_code", "refresh_token"],
        acts_for: "viewer",
        ..service("practice-cli", "")
    },
];

/// The clients, each with its secret where it has one. They are no secrets: they are the same on
/// every machine, and open the sandbox only.
pub fn practice_clients() -> Vec<(&'static str, Option<String>)> {
    let clients = CLIENTS.iter();
    clients
        .map(|client| (client.id, client.secret.map(derive)))
        .collect()
}

/// RFC 6749, 2.3.1: in `Authorization`, or in the form; both at once is one too many.
pub(super) fn signed_in(headers: &Headers, form: &Form) -> Result<&'static Registered, ()> {
    let header = headers.get("authorization");
    let in_form = form.get("client_secret");
    let (id, secret) = match (&header, in_form) {
        (Some(_), Some(_)) => return Err(()),
        (Some(header), None) => basic(header).ok_or(())?,
        (None, secret) => {
            let id = form.get("client_id").unwrap_or_default();
            (id.to_owned(), secret.map(str::to_owned))
        }
    };
    let client = CLIENTS.iter().find(|client| client.id == id).ok_or(())?;
    if client.secret.map(derive) == secret {
        Ok(client)
    } else {
        Err(())
    }
}

fn basic(header: &str) -> Option<(String, Option<String>)> {
    let pair = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let secret = decoded(secret)?;
    Some((decoded(id)?, Some(secret)))
}

pub(super) fn unknown() -> Response {
    let mut refused = oauth_error(
        401,
        "invalid_client",
        "The client is unknown, or its secret is wrong.",
    );
    let challenge = "Basic realm=\"practice\"";
    refused.headers.push("www-authenticate", challenge);
    refused
}

/// The client with that id.
pub(super) fn named(id: &str) -> Option<&'static Registered> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// Every grant that some client may use, each once.
pub(super) fn practice_grants() -> BTreeSet<&'static str> {
    let grants = CLIENTS.iter().flat_map(|client| client.grants);
    grants.copied().collect()
}
