//! Grants for which a person says yes in a browser: with a code on another device (RFC 8628), or
//! on this one with PKCE (RFC 7636).

use super::call::{answered, part, random, unsent};
use super::form::{secret, wishes};
use super::loopback::Loopback;
use super::server::Endpoint;
use super::state::{DeviceShown, Grants, News, Person};
use crate::engine::client::Flight;
use crate::engine::clock;
use crate::engine::vault::keep;
use crate::insight::token::grant::{Given, NotGiven, device_code, given};
use crate::insight::token::step_up::StepUp;
use crate::model::{
    Cause, Environment, Failure, Grant, GrantPart, Param, RawExchange, Secret, TokenName,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use std::time::Duration;
use url::Url;

/// RFC 8628, 3.5: how much slower it asks after `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);
/// How long a person has for signing in.
const PATIENCE: Duration = Duration::from_secs(600);

const NOT_THAT_ADDRESS: &str = "That is not the address that this sign-in leads to. Paste the whole address that the browser ended at.";

/// Why a call to a token endpoint gave nothing.
pub(super) struct Refusal {
    pub failure: Failure,
    /// As the server wrote it, where it answered.
    code: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal {
            failure,
            code: None,
        }
    }
}

impl Refusal {
    /// RFC 6749, 5.2: `invalid_grant`; some servers have a word of their own.
    pub fn is_of_refresh_token(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        code == "invalid_grant" || code.contains("refresh_token")
    }
}

impl Grants {
    pub(super) async fn by_device(
        &self,
        name: &TokenName,
        grant: &Grant,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Given, Failure> {
        let device_url = self
            .endpoint(name, grant, Endpoint::Device, environment, flight)
            .await?;
        let token_url = self
            .endpoint(name, grant, Endpoint::Token, environment, flight)
            .await?;
        let asked = self
            .post(name, grant, &device_url, wishes(grant), environment, flight)
            .await?;
        let read = answered(name, &asked).map(|response| device_code(response, clock::now()));
        let code = match read {
            Err(failure) => {
                self.made(asked);
                return Err(failure);
            }
            Ok(Err(no)) => {
                let id = self.made(asked);
                return Err(self.refusal(name, &device_url, &no, &id));
            }
            Ok(Ok(code)) => code,
        };
        let own = part(GrantPart::DeviceCode, name)?;
        let origin = self.origin(name, &token_url)?;
        self.inner.vault.lend_to(&own, code.code, origin);
        self.made(asked);
        self.tell(News::Device(DeviceShown {
            name: name.clone(),
            user_code: code.user_code,
            url: code.url,
            whole_url: code.whole_url,
            until: code.until,
        }));
        let mut interval = code.interval;
        loop {
            tokio::select! {
                _ = tokio::time::sleep(interval) => {}
                _ = flight.stopped() => return Err(given_up(name)),
            }
            let mut rows = vec![Param::data(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
            )];
            rows.extend(secret("device_code", GrantPart::DeviceCode, name));
            let polled = self
                .post(name, grant, &token_url, rows, environment, flight)
                .await?;
            let is_over = clock::now() >= code.until;
            let given = |said| given(said, clock::now(), grant.dpop);
            let no = match answered(name, &polled).map(given) {
                // The way to the server is not open just now: ask less often.
                Err(failure) if is_over || flight.is_stopped() => {
                    self.made(polled);
                    return Err(failure);
                }
                Err(_) => {
                    interval = (interval * 2).min(Duration::from_secs(60));
                    continue;
                }
                Ok(Ok(given)) => return self.taken(name, given, polled),
                Ok(Err(no)) => no,
            };
            match no.code.as_deref() {
                // Polls that were told to wait say nothing that the last one does not.
                Some("authorization_pending") if !is_over => {}
                Some("slow_down") if !is_over => interval += SLOWER,
                Some("authorization_pending" | "slow_down") => {
                    self.made(polled);
                    let why = "nobody said yes before the code ran out";
                    let hint =
                        format!("N on screen 4, or httriage token login {name}, begins again.");
                    return Err(unsent(Cause::TokenMissing, name, why, &hint));
                }
                _ => {
                    let id = self.made(polled);
                    return Err(self.refusal(name, &token_url, &no, &id));
                }
            }
        }
    }

    pub(super) async fn by_browser(
        &self,
        name: &TokenName,
        grant: &Grant,
        redirect: Option<&str>,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Given, Failure> {
        let page = self
            .endpoint(name, grant, Endpoint::Authorization, environment, flight)
            .await?;
        let token_url = self
            .endpoint(name, grant, Endpoint::Token, environment, flight)
            .await?;
        let listening = Loopback::listen(redirect).await.map_err(|error| {
            let why = format!("this machine cannot be listened on for the browser ({error})");
            let hint = "Choose another redirect_uri in config.toml, or use a device code.";
            unsent(Cause::TokenMissing, name, &why, hint)
        })?;
        let (state, verifier) = (random(name)?, random(name)?);
        let back = listening.redirect.clone();
        let demand = self.demands().get(name).cloned().unwrap_or_default();
        let url = address(&page, grant, &back, (&state, &verifier), &demand);
        let url = url.ok_or_else(|| {
            let why = format!("{page} is no URL");
            unsent(
                Cause::TokenMissing,
                name,
                &why,
                "Correct it in config.toml.",
            )
        })?;
        let origin = self.origin(name, &token_url)?;
        let own = part(GrantPart::Verifier, name)?;
        self.inner
            .vault
            .lend_to(&own, Secret::new(verifier), origin.clone());
        let pastes = match self.inner.person {
            Person::Pastes(paste) => Some(paste),
            _ => None,
        };
        let mut landed = self.landing();
        let now = clock::now();
        self.tell(News::Browser {
            name: name.clone(),
            url,
            is_pasted: pastes.is_some(),
            until: now.checked_add(PATIENCE).unwrap_or(now),
        });
        let issuer = grant.server.issuer.as_deref();
        let answer = match pastes {
            Some(paste) => {
                drop(listening);
                pasted(name, paste, &state, issuer)?
            }
            None => {
                let answer = listening.answer(&state, issuer);
                let late = tokio::time::sleep(PATIENCE);
                tokio::pin!(answer, late);
                loop {
                    tokio::select! {
                        answer = &mut answer => break answer,
                        Some(address) = landed.recv() => {
                            match keep::came_back(&address, &state, issuer) {
                                Some(answer) => break answer,
                                None => self.tell(News::Says(NOT_THAT_ADDRESS.to_owned())),
                            }
                        }
                        _ = flight.stopped() => return Err(given_up(name)),
                        _ = &mut late => {
                            let why = "nobody signed in within 10 min";
                            return Err(unsent(Cause::TokenMissing, name, why, "Try it again."));
                        }
                    }
                }
            }
        };
        let code = answer.map_err(|no| {
            let why = self.inner.vault.mask().text(&no.says);
            let hint = "Sign in again, as somebody who may use this client.";
            unsent(Cause::TokenMissing, name, &why, hint)
        })?;
        let own = part(GrantPart::Code, name)?;
        self.inner.vault.lend_to(&own, code, origin);
        let mut rows = vec![
            Param::data("grant_type", "authorization_code"),
            Param::data("redirect_uri", back),
        ];
        rows.extend(secret("code", GrantPart::Code, name));
        rows.extend(secret("code_verifier", GrantPart::Verifier, name));
        if let Some(resource) = &grant.resource {
            rows.push(Param::data("resource", resource));
        }
        let given = self
            .exchanged(name, grant, &token_url, rows, environment, flight)
            .await
            .map_err(|refusal| refusal.failure)?;
        self.demands().remove(name);
        Ok(given)
    }

    /// One call to the token endpoint that ends with a token or without.
    pub(super) async fn exchanged(
        &self,
        name: &TokenName,
        grant: &Grant,
        url: &str,
        rows: Vec<Param>,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Given, Refusal> {
        let exchange = self
            .post(name, grant, url, rows, environment, flight)
            .await?;
        match answered(name, &exchange).map(|said| given(said, clock::now(), grant.dpop)) {
            Err(failure) => {
                self.made(exchange);
                Err(failure.into())
            }
            Ok(Ok(given)) => Ok(self.taken(name, given, exchange)?),
            Ok(Err(no)) => {
                let id = self.made(exchange);
                Err(Refusal {
                    failure: self.refusal(name, url, &no, &id),
                    code: no.code,
                })
            }
        }
    }

    /// Keeps what was given, so that it is masked before its call is shown.
    fn taken(
        &self,
        name: &TokenName,
        given: Given,
        exchange: RawExchange,
    ) -> Result<Given, Failure> {
        let vault = &self.inner.vault;
        let origin = self.origin(name, &exchange.sent.url)?;
        vault.lend(name, given.access.clone());
        if let Some(refresh) = &given.refresh {
            let own = part(GrantPart::Refresh, name)?;
            vault.lend_to(&own, refresh.clone(), origin.clone());
        }
        if let Some(identity) = &given.identity {
            let own = part(GrantPart::Identity, name)?;
            vault.lend_to(&own, identity.clone(), origin);
        }
        self.made(exchange);
        Ok(given)
    }
}

/// The address of the page, with all that it is asked; the two secrets are state and verifier.
fn address(
    page: &str,
    grant: &Grant,
    back: &str,
    (state, verifier): (&str, &str),
    demand: &StepUp,
) -> Option<String> {
    let mut url = Url::parse(page).ok()?;
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let mut pairs = url.query_pairs_mut();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", &grant.client_id),
        ("redirect_uri", back),
        ("state", state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ] {
        pairs.append_pair(name, value);
    }
    // What the API asked for wins over what the settings ask for always.
    let demand = demand.parameters();
    let is_demanded = |row: &Param| demand.iter().any(|(name, _)| *name == row.name);
    for row in wishes(grant).iter().filter(|row| !is_demanded(row)) {
        pairs.append_pair(&row.name, &row.value);
    }
    for (name, value) in &demand {
        pairs.append_pair(name, value);
    }
    drop(pairs);
    Some(url.into())
}

fn pasted(
    name: &TokenName,
    paste: fn() -> Option<Secret>,
    state: &str,
    issuer: Option<&str>,
) -> Result<Result<Secret, NotGiven>, Failure> {
    let address = paste().ok_or_else(|| given_up(name))?;
    keep::came_back(&address, state, issuer).ok_or_else(|| {
        let why = "the address is not the one that this sign-in leads to";
        let hint = "Begin again, and paste the whole address that the browser ends at.";
        unsent(Cause::TokenMissing, name, why, hint)
    })
}

fn given_up(name: &TokenName) -> Failure {
    let hint = format!(
        "Begin again with N on screen 4, with httriage token login {name}, or with the call that needs it."
    );
    unsent(
        Cause::CallCancelled,
        name,
        "you ended the wait for it",
        &hint,
    )
}
