//! An authorization server and an API behind one port, that do what they are told.

use crate::faults::{Asked, Server, answer};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

#[derive(Default)]
pub struct State {
    /// How many tokens were given.
    pub given: u32,
    pub access: Option<String>,
    pub refresh: Option<String>,
    /// Whether a refresh token comes with each token.
    pub refreshes: bool,
    pub lifetime: Option<u64>,
    /// What the token endpoint says in the place of a token: status line and body.
    pub refuses: Option<(&'static str, &'static str)>,
    /// The forms that came to the token endpoint, each with its `Authorization`.
    pub forms: Vec<(HashMap<String, String>, Option<String>)>,
    /// What the API was called with: method, path, token.
    pub calls: Vec<(String, String, String)>,
    /// What the API says to a token that is not good: status line and header.
    pub bad: Option<(&'static str, &'static str)>,
    /// Old refresh tokens that came again.
    pub thefts: u32,
    /// The document at the usual places; `{base}` is the server's address.
    pub metadata: Option<String>,
    pub old: Vec<String>,
    /// Where every call is sent to.
    pub leads_to: Option<String>,
    /// How often it was called.
    pub asked: u32,
}

#[derive(Clone)]
pub struct Desk {
    pub base: String,
    state: Arc<Mutex<State>>,
    planted: &'static str,
}

impl Desk {
    /// Each value that is given begins with this.
    pub fn open(planted: &'static str) -> Desk {
        let state: Arc<Mutex<State>> = Arc::default();
        let kept = state.clone();
        let server = Server::doing(move |asked, stream| {
            let said = kept.lock().unwrap().said(asked, planted);
            let _ = stream.write_all(&said);
            true
        });
        Desk {
            base: server.base(),
            state,
            planted,
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// No token that was given is good any more.
    pub fn expire(&self) {
        self.state().access = None;
    }

    pub fn is_planted(&self, text: &str) -> bool {
        text.contains(self.planted)
    }
}

impl State {
    fn said(&mut self, asked: &Asked, planted: &str) -> Vec<u8> {
        let path = asked.target.split('?').next().unwrap();
        let json = "content-type: application/json\r\n";
        self.asked += 1;
        if let Some(to) = &self.leads_to {
            return answer("302 Found", &format!("location: {to}\r\n"), b"");
        }
        match path {
            "/token" => self.token(asked, planted),
            path if path.starts_with("/.well-known/") => match &self.metadata {
                Some(text) => answer("200 OK", json, text.as_bytes()),
                None => answer("404 Not Found", json, b"{}"),
            },
            _ => {
                let token = asked.header("authorization").unwrap_or_default();
                let token = token.trim_start_matches("Bearer ").to_owned();
                let is_good = self.access.as_ref() == Some(&token);
                self.calls
                    .push((asked.method.clone(), path.to_owned(), token.clone()));
                if is_good {
                    return answer("200 OK", json, b"{\"ok\": true}");
                }
                let (status, header) = self.bad.unwrap_or((
                    "401 Unauthorized",
                    "www-authenticate: Bearer error=\"invalid_token\"\r\n",
                ));
                // Servers repeat what they were sent.
                let body = format!("{{\"error\": \"invalid_token\", \"sent\": \"{token}\"}}");
                answer(status, &format!("{json}{header}"), body.as_bytes())
            }
        }
    }

    fn token(&mut self, asked: &Asked, planted: &str) -> Vec<u8> {
        let json = "content-type: application/json\r\n";
        let form: HashMap<String, String> = url::form_urlencoded::parse(&asked.body)
            .into_owned()
            .collect();
        let sent = form.get("refresh_token").cloned();
        let is_refresh = form.get("grant_type").is_some_and(|g| g == "refresh_token");
        let auth = asked.header("authorization").map(str::to_owned);
        self.forms.push((form, auth));
        if let Some((status, body)) = self.refuses {
            return answer(status, json, body.as_bytes());
        }
        if is_refresh && self.refresh.is_some() && self.refresh != sent {
            self.thefts += 1;
            return answer("400 Bad Request", json, b"{\"error\": \"invalid_grant\"}");
        }
        self.given += 1;
        let access = format!("{planted}-access-{:04}", self.given);
        self.old.extend(self.access.replace(access.clone()));
        let mut body = serde_json::json!({
            "access_token": access,
            "token_type": "Bearer",
            "id_token": format!("{planted}-identity-{:04}", self.given),
        });
        if let Some(lifetime) = self.lifetime {
            body["expires_in"] = lifetime.into();
        }
        if self.refreshes {
            let refresh = format!("{planted}-refresh-{:04}", self.given);
            body["refresh_token"] = refresh.clone().into();
            self.refresh = Some(refresh);
        }
        answer("200 OK", json, body.to_string().as_bytes())
    }
}
