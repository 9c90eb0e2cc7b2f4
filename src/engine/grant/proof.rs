//! Whether a token is what its issuer signed: the issuer's public keys are found by its metadata,
//! asked for once in a run, and held against the signature. No token goes along, and no host is
//! asked that the settings do not name before a person said yes to it.
//!
//! What a token says of its issuer is a stranger's word: such an address is https and public,
//! unless the API itself is there, and leads nowhere else.

use super::call::place;
use super::state::Grants;
use crate::engine::client::{Flight, Renew};
use crate::engine::vault::keep;
use crate::insight::token::grant::{metadata, metadata_urls};
use crate::insight::token::signature::{PublicKey, Signature, Verified, is_key_set, keys};
use crate::model::{
    Cause, Environment, Failure, Jar, Manner, Origin, Outcome, Param, RequestSpec, Response,
    Secret, TokenName, TokenSource, as_text, is_public,
};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::{Host, Url};

/// No set of keys, and no metadata, is longer.
const LONGEST: u64 = 1_000_000;
/// For each of both.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which hosts may be asked beside those of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    All,
    These(Vec<Origin>),
}

/// What is to be proven.
#[derive(Clone, Debug)]
pub struct Wish {
    pub token: TokenName,
    /// The issuer, or where its keys stand, as a person named it.
    pub url: Option<String>,
    pub allowed: Allowed,
}

/// What became of a wish to verify a token.
pub enum Proof {
    /// This host would be asked, if a person says yes; why, as a sentence.
    Asks {
        origin: Origin,
        why: String,
    },
    Told(Box<Verified>),
}

/// Who named an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The settings, or whoever sits here.
    Known,
    Token,
    Metadata,
    /// The refusal of an API.
    Api,
}

/// Why it does not go on.
pub(super) enum Stop {
    Asks { origin: Origin, why: String },
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

/// One search for what stands at addresses that strangers named.
pub(super) struct Search<'a> {
    pub grants: &'a Grants,
    pub wish: &'a Wish,
    pub environment: &'a Environment,
    pub flight: &'a Flight,
    /// What did not come about if it fails, as the beginning of a sentence.
    pub missed: &'a str,
}

impl Grants {
    /// Checks the signature of a token, as far as it may ask for the keys.
    pub async fn verify(
        &self,
        wish: &Wish,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Proof, Failure> {
        let secret = self.value(&wish.token, environment, flight).await?;
        let head = match keep::head(&secret) {
            Ok(head) => head,
            Err(why) => return Ok(told(Verified::unchecked(&Default::default(), why))),
        };
        if let Some(why) = head.why_not() {
            return Ok(told(Verified::unchecked(&head, why)));
        }
        let configured = self.issuer_of(&wish.token, environment);
        let (address, named) = match (&wish.url, configured, &head.issuer) {
            (Some(url), ..) => (url.clone(), Named::Known),
            (None, Some(issuer), _) => (issuer, Named::Known),
            (None, None, Some(issuer)) => (issuer.clone(), Named::Token),
            (None, None, None) => {
                let why = "neither the settings nor the token name its issuer; --url names one";
                return Ok(told(Verified::unchecked(&head, why.to_owned())));
            }
        };
        let missed = format!("token {} was not verified", wish.token);
        let search = Search {
            grants: self,
            wish,
            environment,
            flight,
            missed: &missed,
        };
        let mut verified = Verified::unchecked(&head, String::new());
        let is_other = |issuer: &&String| !same(issuer, &address);
        match head.issuer.as_ref() {
            Some(issuer) if wish.url.is_none() && is_other(&issuer) => {
                verified.remarks.push(format!(
                    "It says that {issuer} issued it; the settings name {address}, whose keys were asked for."
                ));
            }
            _ => {}
        }
        match &wish.url {
            None => verified.issuer = Some(address.clone()),
            Some(url) => verified
                .remarks
                .push(format!("Its keys were taken from {url}, as you said.")),
        }
        for is_again in [false, true] {
            let (found, is_fresh) = match search.keys(&address, named, is_again).await {
                Ok(found) => found,
                Err(Stop::Asks { origin, why }) => return Ok(Proof::Asks { origin, why }),
                Err(Stop::Failed(failure)) => return Err(failure),
            };
            verified.signature = keep::verified(&secret, &found);
            // A key that came after the keys were asked for.
            if verified.signature != Signature::UnknownKey || is_fresh {
                break;
            }
        }
        Ok(told(verified))
    }

    /// The value of a token, got where it has to be.
    pub(super) async fn value(
        &self,
        name: &TokenName,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Secret, Failure> {
        if !environment.sandbox {
            let names = [name.clone()];
            self.ready(&names, environment, flight).await?;
        }
        self.inner.vault.secret(name, environment.sandbox).await
    }

    fn issuer_of(&self, name: &TokenName, environment: &Environment) -> Option<String> {
        match self.inner.vault.source(name, environment.sandbox)? {
            TokenSource::Grant(grant) => grant.server.issuer,
            _ => None,
        }
    }

    fn known_keys(&self) -> MutexGuard<'_, HashMap<String, Vec<PublicKey>>> {
        lock(&self.inner.keys)
    }
}

impl Search<'_> {
    /// The keys of an issuer, or those that stand at an address; and whether they were asked for
    /// just now.
    async fn keys(
        &self,
        address: &str,
        named: Named,
        is_again: bool,
    ) -> Result<(Vec<PublicKey>, bool), Stop> {
        if !is_again && let Some(found) = self.grants.known_keys().get(address).cloned() {
            return Ok((found, false));
        }
        let found = if self.wish.url.as_deref() == Some(address) {
            match self.at(address, named).await {
                Ok(body) if is_key_set(&body) => self.read(address, &body)?,
                // It may be the issuer itself.
                Ok(_) | Err(Stop::Failed(_)) => self.of_issuer(address, named).await?,
                Err(asks) => return Err(asks),
            }
        } else {
            self.of_issuer(address, named).await?
        };
        let mut known = self.grants.known_keys();
        known.insert(address.to_owned(), found.clone());
        Ok((found, true))
    }

    async fn of_issuer(&self, issuer: &str, named: Named) -> Result<Vec<PublicKey>, Stop> {
        let url = self.keys_url(issuer, named).await?;
        let is_own = Origin::parse(&url) == Origin::parse(issuer);
        let named = match named {
            Named::Known if is_own => Named::Known,
            Named::Token if is_own => Named::Token,
            _ => Named::Metadata,
        };
        let body = self.at(&url, named).await?;
        self.read(&url, &body)
    }

    fn read(&self, url: &str, body: &[u8]) -> Result<Vec<PublicKey>, Stop> {
        keys(body).map_err(|why| {
            let why = format!("what stands at {url} is no set of keys, {why}");
            self.failed(&why, "Name where they stand with --url.")
                .into()
        })
    }

    /// Where the metadata of an issuer says that its keys are.
    async fn keys_url(&self, issuer: &str, named: Named) -> Result<String, Stop> {
        let known = lock(&self.grants.inner.metadata).get(issuer).cloned();
        let hint = "Name the issuer, or where its keys stand, with --url.";
        if let Some(url) = known.and_then(|known| known.keys) {
            return Ok(url);
        }
        let mut why = "its address is no URL".to_owned();
        for url in metadata_urls(issuer).into_iter().flatten() {
            let body = match self.at(&url, named).await {
                Ok(body) => body,
                Err(Stop::Failed(failure)) if failure.was_sent => {
                    // The sentence of one address is a part of that of all.
                    let bare = failure.message.strip_prefix(self.missed);
                    let bare = bare.map(|rest| rest.trim_start_matches([':', ' ']));
                    let bare = bare.unwrap_or(failure.message.as_str());
                    why = bare.trim_end_matches('.').to_owned();
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            match metadata(&body, issuer) {
                Ok(found) => {
                    let keys = found.keys.clone();
                    lock(&self.grants.inner.metadata).insert(issuer.to_owned(), found);
                    return keys.ok_or_else(|| {
                        let why = format!("the metadata of {issuer} names no keys");
                        self.failed(&why, hint).into()
                    });
                }
                Err(no) => why = format!("{url}: {no}"),
            }
        }
        let why = format!("the metadata of {issuer} cannot be used, {why}");
        Err(self.failed(&why, hint).into())
    }

    /// What stands at an address, if it may be asked for.
    pub(super) async fn at(&self, address: &str, named: Named) -> Result<Vec<u8>, Stop> {
        let url = Url::parse(address).ok();
        let Some((url, origin)) = url.and_then(|url| Origin::of(&url).map(|origin| (url, origin)))
        else {
            let why = format!("{address} is no URL");
            return Err(self.failed(&why, "Name its issuer with --url.").into());
        };
        let home = self.environment.origin();
        let is_at_home = home.is_some_and(|home| home.host() == origin.host());
        if named != Named::Known {
            if let Some(why) = why_not(&url, is_at_home) {
                let hint = match named {
                    Named::Api => "If you know that address, open it yourself.",
                    _ => "If you know that address, name it yourself with --url.",
                };
                return Err(self.failed(&format!("{address} {why}"), hint).into());
            }
            let is_allowed = match &self.wish.allowed {
                Allowed::All => true,
                Allowed::These(list) => list.contains(&origin),
            };
            if !is_allowed {
                let why = match named {
                    Named::Api => "The API's refusal says that it is described there.",
                    Named::Metadata => "The metadata of the issuer says that its keys are there.",
                    _ => "The token itself names it as its issuer.",
                };
                return Err(Stop::Asks {
                    origin,
                    why: why.to_owned(),
                });
            }
        }
        let mut environment = place(self.environment, &origin);
        if named != Named::Known && !is_at_home {
            environment.reach.public = url.host_str().map(str::to_owned);
        }
        let response = self.asked(address, environment).await?;
        match response.status {
            200 => Ok(response.body),
            status @ 300..=399 => {
                let to = response.headers.get("location").unwrap_or_default();
                let why = format!("{address} answered {status} and leads to {to}");
                Err(self.answered_with(&why).into())
            }
            status => {
                let why = format!("{address} answered {status:03}");
                Err(self.answered_with(&why).into())
            }
        }
    }

    async fn asked(&self, url: &str, environment: Environment) -> Result<Response, Failure> {
        let mut typed = RequestSpec::new("GET", as_text(url));
        typed
            .headers
            .push(Param::data("accept", "application/json"));
        let manner = Manner {
            body_bytes: Some(LONGEST),
            jar: Jar::None,
            stays: true,
            ..Manner::default()
        };
        let own = Flight::default();
        let call = self.grants.call_as(typed, environment, manner, &own);
        tokio::pin!(call);
        let exchange = tokio::select! {
            exchange = &mut call => exchange,
            _ = self.flight.stopped() => { own.stop(); call.await }
            _ = tokio::time::sleep(PATIENCE) => { own.stop(); call.await }
        }?;
        let read = match &exchange.outcome {
            Outcome::Answered(response) => Ok(response.clone()),
            Outcome::Failed(failure) => {
                let why = failure.message.trim_start_matches("Nothing was sent: ");
                Err(Failure {
                    cause: failure.cause,
                    ..self.failed(why.trim_end_matches('.'), &failure.hint)
                })
            }
        };
        self.grants.made(exchange);
        read
    }

    fn failed(&self, why: &str, hint: &str) -> Failure {
        let message = format!("{}: {why}.", self.missed);
        Failure::unsent(Cause::ProtocolInvalid, message, hint)
    }

    pub(super) fn answered_with(&self, why: &str) -> Failure {
        Failure {
            was_sent: true,
            ..self.failed(why, "httriage history has the whole answer.")
        }
    }
}

/// Why an address that a stranger named is not asked, as the end of a sentence.
fn why_not(url: &Url, is_at_home: bool) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("holds a user");
    }
    let is_inside = match url.host()? {
        Host::Ipv4(address) => !is_public(address.into()),
        Host::Ipv6(address) => !is_public(address.into()),
        Host::Domain(name) => is_name_of_here(name),
    };
    match (url.scheme(), is_inside, is_at_home) {
        ("https", false, _) | ("https", true, true) => None,
        // The sandbox, and an API that is being built, beside their own issuer.
        ("http", true, true) => None,
        (_, true, false) => Some("is inside this network, and a token is no reason to call it"),
        _ => Some("is not https"),
    }
}

fn is_name_of_here(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn told(verified: Verified) -> Proof {
    Proof::Told(Box::new(verified))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_stranger_is_https_and_public_unless_the_api_is_there() {
        let says = |url: &str, home| why_not(&Url::parse(url).unwrap(), home);
        assert_eq!(says("https://login.acme.example/x", false), None);
        for inside in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://a.localhost./",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://0x7f.1/",
            "https://2130706433/",
        ] {
            let said = says(inside, false).unwrap();
            assert!(said.contains("inside this network"), "{inside}");
        }
        assert_eq!(says("http://127.0.0.1:9/", true), None);
        assert_eq!(says("https://10.0.0.7/", true), None);
        assert!(
            says("http://login.acme.example/", true)
                .unwrap()
                .contains("not https")
        );
        assert!(says("https://me@login.acme.example/", false).is_some());
    }
}
