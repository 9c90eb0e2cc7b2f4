//! How a collection of another program authenticates: by user and password, by a token, by a key.
//! The values become tokens.

use super::call::Call;
use super::collection::CollectionBuilder;
use crate::model::{Param, slot};

/// Where an API key is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    Header,
    Query,
    Cookie,
}

/// The credential that the program wrote down; its texts may hold `{{names}}`.
pub enum Proof {
    /// None, or the one of the folder above.
    None,
    Basic {
        user: String,
        password: String,
    },
    Bearer {
        /// The scheme before the value; empty for `Bearer`.
        prefix: String,
        value: String,
        /// The kind, for the place of the token: `auth oauth2`.
        kind: &'static str,
    },
    Key {
        name: String,
        value: String,
        place: KeyPlace,
    },
    /// A challenge, a signature.
    Other,
}

impl KeyPlace {
    /// Reads the place as programs write it: `query`, `queryParams`, `Query params`, `cookie`,
    /// `header`.
    pub fn of(written: &str) -> KeyPlace {
        let written = written.to_ascii_lowercase();
        if written.starts_with("query") {
            KeyPlace::Query
        } else if written.starts_with("cookie") {
            KeyPlace::Cookie
        } else {
            KeyPlace::Header
        }
    }
}

impl Proof {
    /// A bearer token with the usual `Bearer` before it.
    pub fn bearer(value: String) -> Proof {
        Proof::Bearer {
            prefix: String::new(),
            value,
            kind: "bearer",
        }
    }

    /// An OAuth token, if the program saved one.
    pub fn oauth(value: String) -> Proof {
        Proof::Bearer {
            prefix: String::new(),
            value,
            kind: "oauth2",
        }
    }
}

impl CollectionBuilder<'_> {
    /// Adds the credential to a call that has no `Authorization` header yet.
    pub fn prove(&mut self, call: &mut Call, proof: Proof, at: usize) {
        if call.header("authorization").is_some() {
            return;
        }
        match proof {
            Proof::None => {}
            Proof::Basic { user, password } => call.user = Some(format!("{user}:{password}")),
            Proof::Bearer {
                prefix,
                value,
                kind,
            } => {
                let place = format!("auth {kind}");
                let token = self.credential(kind, &value, &place, at);
                let prefix = match prefix.trim() {
                    "" => "Bearer",
                    prefix => prefix,
                };
                let value = format!("{prefix} {}", slot(&token));
                call.headers.push(Param::new("Authorization", value));
            }
            Proof::Key { name, value, place } => {
                let name = if name.is_empty() {
                    "X-API-Key".to_owned()
                } else {
                    name
                };
                let said = format!("auth apikey {name}");
                let token = slot(&self.credential(&name, &value, &said, at));
                match place {
                    KeyPlace::Header => call.headers.push(Param::new(name, token)),
                    KeyPlace::Query => call.params.push(Param::new(name, token)),
                    KeyPlace::Cookie => {
                        call.headers
                            .push(Param::new("Cookie", format!("{name}={token}")));
                    }
                }
            }
            Proof::Other => self.notes.count(
                at,
                "requests prove who they are in a way that is not done here (a challenge or a signature)",
            ),
        }
    }
}
