//! When a token is got, and when it is got anew: for a call that needs it, before it runs out,
//! once after an answer that says that it is not good, and when somebody wants it.

use super::call::{part, unsent};
use super::form;
use super::server::Endpoint;
use super::state::{Grants, Held, News, Person};
use crate::engine::client::{Flight, Ready, Renew};
use crate::engine::clock;
use crate::engine::vault::keep;
use crate::insight::token::grant::Given;
use crate::insight::token::step_up::StepUp;
use crate::model::{
    CallOrigin, Cause, Environment, Failure, Got, Grant, GrantKind, GrantPart, Origin, Param,
    RawExchange, TokenName, TokenSource,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;

/// A value that was got because the one before was refused, and is refused too, is not replaced
/// again for so long: the token is not what is wrong.
const QUIET: Duration = Duration::from_secs(60);

/// Why a value is got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Missing,
    /// The value with this number was refused.
    Refused(u64),
    /// Somebody wants another, from the beginning.
    Wanted,
}

/// Why there is no value.
enum NotGot {
    /// And why the refresh token was no help, where there was one.
    NeedsPerson(Option<Failure>),
    Failed(Failure),
}

impl From<Failure> for NotGot {
    fn from(failure: Failure) -> NotGot {
        NotGot::Failed(failure)
    }
}

impl Grants {
    /// Gets a token from the beginning, whatever is held of it.
    pub async fn login(
        &self,
        name: &TokenName,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Got, Failure> {
        let Some(TokenSource::Grant(grant)) = self.inner.vault.source(name, false) else {
            let why = "its source is none that it could be got from";
            let hint = "Give it oauth = { … } in config.toml; httriage help tokens shows how.";
            return Err(unsent(Cause::TokenMissing, name, why, hint));
        };
        self.see_to(name, &grant, Reason::Wanted, environment, flight)
            .await?;
        let held = self.held().get(name).and_then(|held| held.got.clone());
        held.ok_or_else(|| {
            let why = "it was taken away meanwhile";
            unsent(Cause::TokenMissing, name, why, "Try it again.")
        })
    }

    /// Sees to it that a token has a good value; its number.
    fn see_to<'a>(
        &'a self,
        name: &'a TokenName,
        grant: &'a Grant,
        reason: Reason,
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, Result<u64, Failure>> {
        // A token that is exchanged for another is seen to in the same way.
        async move {
            let source = TokenSource::Grant(Box::new(grant.clone()));
            if reason == Reason::Missing
                && let Some(number) = self.fresh(name, &source)
            {
                return Ok(number);
            }
            // A renewal that is left halfway would lose a refresh token that is good once: it
            // goes on, whoever stops waiting for it.
            let (this, own_name, own_grant) = (self.clone(), name.clone(), grant.clone());
            let place = environment.clone();
            let task = tokio::spawn(async move {
                let flight = Flight::default();
                this.see_to_alone(&own_name, &own_grant, reason, &place, &flight, false)
                    .await
            });
            let ended = || {
                let hint = "Send the call again when you like.";
                unsent(
                    Cause::CallCancelled,
                    name,
                    "you ended the wait for it",
                    hint,
                )
            };
            let done = tokio::select! {
                done = task => done.unwrap_or_else(|_| Err(ended().into())),
                _ = flight.stopped() => Err(ended().into()),
            };
            let refused = match done {
                Ok(number) => return Ok(number),
                Err(NotGot::Failed(failure)) => return Err(failure),
                Err(NotGot::NeedsPerson(refused)) => refused,
            };
            let is_asked = match self.inner.person {
                Person::Nobody => false,
                Person::Here => true,
                Person::Pastes(_) => reason == Reason::Wanted,
            };
            if !is_asked {
                return Err(refused.unwrap_or_else(|| needs_person(name)));
            }
            let asked = self
                .see_to_alone(name, grant, reason, environment, flight, true)
                .await;
            asked.map_err(|not| match not {
                NotGot::Failed(failure) => failure,
                NotGot::NeedsPerson(refused) => refused.unwrap_or_else(|| needs_person(name)),
            })
        }
        .boxed()
    }

    /// One at a time for each token.
    async fn see_to_alone(
        &self,
        name: &TokenName,
        grant: &Grant,
        reason: Reason,
        environment: &Environment,
        flight: &Flight,
        may_ask: bool,
    ) -> Result<u64, NotGot> {
        let lock = self.lock(name);
        let _alone = lock.lock().await;
        let source = TokenSource::Grant(Box::new(grant.clone()));
        let held = self.held().get(name).cloned();
        let held = held.filter(|held| held.is_of(&source));
        // Somebody else may have done it meanwhile.
        match reason {
            Reason::Missing => {
                if let Some(number) = self.fresh(name, &source) {
                    return Ok(number);
                }
                if held.is_none()
                    && self.recall(name, grant)
                    && let Some(number) = self.fresh(name, &source)
                {
                    return Ok(number);
                }
            }
            Reason::Refused(number) => {
                if let Some(held) = held.as_ref().filter(|held| held.number != number) {
                    return Ok(held.number);
                }
            }
            Reason::Wanted => {}
        }
        for given in grant.given() {
            if let Some(TokenSource::Grant(own)) = self.inner.vault.source(given, false) {
                self.see_to(given, &own, Reason::Missing, environment, flight)
                    .await?;
            }
        }
        let (given, by_refresh) = self
            .obtain(name, grant, reason, environment, flight, may_ask)
            .await?;
        let is_refusal = matches!(reason, Reason::Refused(_));
        let number = self.keep(name, grant, &given, by_refresh, is_refusal);
        Ok(number)
    }

    /// With the refresh token that is held, else from the beginning.
    async fn obtain(
        &self,
        name: &TokenName,
        grant: &Grant,
        reason: Reason,
        environment: &Environment,
        flight: &Flight,
        may_ask: bool,
    ) -> Result<(Given, bool), NotGot> {
        let refresh = part(GrantPart::Refresh, name)?;
        let is_own = matches!(grant.kind, GrantKind::RefreshToken(_));
        let mut refused = None;
        if reason != Reason::Wanted && !is_own && self.inner.vault.has(&refresh) {
            let url = self
                .endpoint(name, grant, Endpoint::Token, environment, flight)
                .await?;
            let mut rows = vec![Param::data("grant_type", "refresh_token")];
            rows.extend(form::secret("refresh_token", GrantPart::Refresh, name));
            let renewed = self
                .exchanged(name, grant, &url, rows, environment, flight)
                .await;
            match renewed {
                Ok(given) => return Ok((given, true)),
                // The server did not take it: it will not take it again.
                Err(refusal) if refusal.is_of_refresh_token() => {
                    self.inner.vault.drop_value(&refresh);
                    let _ = keep::forget_got(name, &issuer(grant));
                    refused = Some(refusal.failure);
                }
                Err(refusal) => return Err(refusal.failure.into()),
            }
        }
        if grant.kind.needs_person() {
            if !may_ask {
                return Err(NotGot::NeedsPerson(refused));
            }
            let given = match &grant.kind {
                GrantKind::AuthorizationCode { redirect } => {
                    self.by_browser(name, grant, redirect.as_deref(), environment, flight)
                        .await?
                }
                _ => self.by_device(name, grant, environment, flight).await?,
            };
            return Ok((given, false));
        }
        let url = self
            .endpoint(name, grant, Endpoint::Token, environment, flight)
            .await?;
        self.lend_own(name, grant, &url).await?;
        let rows = form::rows(name, grant).unwrap_or_default();
        let given = self
            .exchanged(name, grant, &url, rows, environment, flight)
            .await
            .map_err(|refusal| refusal.failure)?;
        Ok((given, false))
    }

    fn keep(
        &self,
        name: &TokenName,
        grant: &Grant,
        given: &Given,
        by_refresh: bool,
        after_refusal: bool,
    ) -> u64 {
        let now = clock::now();
        let has_refresh =
            part(GrantPart::Refresh, name).is_ok_and(|own| self.inner.vault.has(&own));
        let mut got = Got {
            name: name.clone(),
            grant: grant.kind.id(),
            by_refresh,
            at: now,
            until: given.until,
            asked: grant.scopes.clone(),
            given: given.scopes.clone(),
            renews: has_refresh || !grant.kind.needs_person(),
            not_kept: None,
        };
        let kept = keep::Kept {
            at: got.at,
            until: got.until,
            given: got.given.clone(),
        };
        let own = part(GrantPart::Refresh, name).ok();
        let refresh = own.as_ref().and_then(|own| self.inner.vault.at_hand(own));
        if let (GrantKind::RefreshToken(source), Some(own), Some(new)) =
            (&grant.kind, &own, &given.refresh)
        {
            let is_written =
                *source == TokenSource::Keyring && keep::into_keyring(own, new).is_ok();
            if !is_written {
                self.tell(News::Says(format!(
                    "The server gave another refresh token for token {name}. It is used from now on and ends with this run: put a new one where the settings say that it is."
                )));
            }
        }
        got.not_kept = if grant.dpop {
            self.check_binding(name, given);
            Some("it is bound to a key that ends with it".to_owned())
        } else {
            keep::keep_got(name, &issuer(grant), &kept, &given.access, refresh.as_ref()).err()
        };
        let mut all = self.held();
        let number = all.get(name).map_or(0, |held| held.number) + 1;
        all.insert(
            name.clone(),
            Held {
                number,
                at: now,
                until: given.until,
                after_refusal,
                grant: Some(grant.clone()),
                got: Some(got.clone()),
            },
        );
        drop(all);
        self.tell(News::Got(Box::new(got)));
        number
    }

    /// Says where a token names another key than the one that its proofs are made with (`cnf`, RFC
    /// 9449, 6.1). Of a token that does not name its key nobody can tell.
    fn check_binding(&self, name: &TokenName, given: &Given) {
        let own = self.inner.vault.key_print(name);
        let named = keep::bound_to(&given.access);
        if let Some((own, named)) = own.zip(named).filter(|(own, named)| own != named) {
            self.tell(News::Says(format!(
                "Token {name} is bound to another key than this run's (cnf jkt {named}, and not {own}): the API will not take it from here."
            )));
        }
    }

    /// Takes what an earlier run left in the keyring; whether there was something.
    fn recall(&self, name: &TokenName, grant: &Grant) -> bool {
        if grant.dpop {
            return false;
        }
        let Some((kept, access, refresh)) = keep::kept_got(name, &issuer(grant)) else {
            return false;
        };
        let origin = grant.server.token_url.as_deref();
        let origin = origin.or(grant.server.issuer.as_deref());
        let origin = origin.and_then(Origin::parse);
        let vault = &self.inner.vault;
        let has_refresh = refresh.is_some();
        if let (Some(refresh), Some(origin), Ok(own)) =
            (refresh, origin, part(GrantPart::Refresh, name))
        {
            vault.lend_to(&own, refresh, origin);
        }
        vault.lend(name, access);
        let got = Got {
            name: name.clone(),
            grant: grant.kind.id(),
            by_refresh: false,
            at: kept.at,
            until: kept.until,
            asked: grant.scopes.clone(),
            given: kept.given,
            renews: has_refresh || !grant.kind.needs_person(),
            not_kept: None,
        };
        self.held().insert(
            name.clone(),
            Held {
                number: 1,
                at: got.at,
                until: got.until,
                after_refusal: false,
                grant: Some(grant.clone()),
                got: Some(got),
            },
        );
        true
    }

    /// The number of the value of a command, which runs again once its time is over.
    async fn command(&self, name: &TokenName) -> Result<u64, Failure> {
        let source = self.inner.vault.source(name, false);
        let is_command = |source: &TokenSource| matches!(source, TokenSource::Command(_));
        let Some(source) = source.filter(is_command) else {
            return Ok(0);
        };
        let lock = self.lock(name);
        let _alone = lock.lock().await;
        if let Some(number) = self.fresh(name, &source) {
            return Ok(number);
        }
        let held = self.held().get(name).cloned();
        let is_over = held
            .as_ref()
            .is_some_and(|held| !held.is_fresh(clock::now()));
        if is_over {
            self.inner.vault.read_anew(name).await?;
        } else {
            self.inner.vault.secret(name, false).await?;
        }
        Ok(self.hold_command(name, false))
    }

    fn hold_command(&self, name: &TokenName, after_refusal: bool) -> u64 {
        let now = clock::now();
        let ttl = self.inner.vault.ttl(name);
        let until = ttl.and_then(|ttl| now.checked_add(ttl).ok());
        let mut all = self.held();
        let number = all.get(name).map_or(0, |held| held.number) + 1;
        let held = Held {
            number,
            at: now,
            until,
            after_refusal,
            grant: None,
            got: None,
        };
        all.insert(name.clone(), held);
        number
    }

    /// A token whose value with this number was refused: the number that it has now, if it is
    /// another.
    async fn replaced(
        &self,
        name: &TokenName,
        number: u64,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Option<u64>, String> {
        let says = |failure: Failure| {
            let why = failure.message.trim_start_matches("Nothing was sent: ");
            format!(
                "Token {name} was refused, and could not be renewed: {why} {}",
                failure.hint
            )
        };
        let held = self.held().get(name).cloned();
        let Some(held) = held else {
            return Ok(None);
        };
        if held.number != number {
            return Ok(Some(held.number));
        }
        let age = Duration::try_from(clock::now().duration_since(held.at)).unwrap_or_default();
        if held.after_refusal && age < QUIET {
            return Err(format!(
                "Token {name} is refused although it was renewed just now: it is not its age."
            ));
        }
        match self.inner.vault.source(name, false) {
            Some(TokenSource::Grant(grant)) => {
                let reason = Reason::Refused(number);
                let now = self
                    .see_to(name, &grant, reason, environment, flight)
                    .await
                    .map_err(says)?;
                Ok((now != number).then_some(now))
            }
            Some(TokenSource::Command(words)) => {
                let lock = self.lock(name);
                let _alone = lock.lock().await;
                let now = self.held().get(name).map_or(number, |held| held.number);
                if now != number {
                    return Ok(Some(now));
                }
                if self.inner.vault.read_anew(name).await.map_err(says)? {
                    return Ok(Some(self.hold_command(name, true)));
                }
                let program = words.first().map(String::as_str).unwrap_or_default();
                Err(format!(
                    "Token {name} was refused, and {program} gives the same value again."
                ))
            }
            _ => Ok(None),
        }
    }
}

impl Renew for Grants {
    fn ready<'a>(
        &'a self,
        tokens: &'a [TokenName],
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, Result<Ready, Failure>> {
        async move {
            let mut ready = Ready::default();
            for name in tokens {
                let number = match self.inner.vault.source(name, false) {
                    Some(TokenSource::Grant(grant)) => {
                        self.see_to(name, &grant, Reason::Missing, environment, flight)
                            .await?
                    }
                    Some(TokenSource::Command(_)) => {
                        tokio::select! {
                            number = self.command(name) => number?,
                            _ = flight.stopped() => return Ok(ready),
                        }
                    }
                    _ => continue,
                };
                ready.0.push((name.clone(), number));
            }
            Ok(ready)
        }
        .boxed()
    }

    fn anew<'a>(
        &'a self,
        ready: &'a Ready,
        refused: &'a RawExchange,
        goes_again: bool,
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, bool> {
        async move {
            let mut is_other = false;
            for (name, number) in &ready.0 {
                match self.replaced(name, *number, environment, flight).await {
                    Ok(None) => {}
                    Ok(Some(_)) => {
                        is_other = true;
                        if !goes_again {
                            let method = &refused.sent.method;
                            self.tell(News::Says(format!(
                                "Token {name} was refused and is renewed. The {method} was not sent again, since it may have been done: send it yourself if it is to be."
                            )));
                        }
                    }
                    Err(says) => self.tell(News::Says(says)),
                }
            }
            if is_other && goes_again {
                // It was made, and it is what shows that the old value was not good any more.
                let mut refused = refused.clone();
                refused.origin = CallOrigin::Grant;
                self.made(refused);
            }
            is_other
        }
        .boxed()
    }

    fn needs_stronger(&self, ready: &Ready, demand: &StepUp) {
        for (name, _) in &ready.0 {
            let Some(TokenSource::Grant(grant)) = self.inner.vault.source(name, false) else {
                continue;
            };
            if !self.ask_for(name, demand.clone()) {
                continue;
            }
            let words = demand.words();
            self.tell(News::Says(match &grant.kind {
                GrantKind::AuthorizationCode { .. } => format!(
                    "The API wants a sign-in with {words} behind token {name}. N on screen 4 asks for it, or httriage token login {name}{}.",
                    demand.options()
                ),
                other => format!(
                    "The API wants a sign-in with {words} behind token {name}, which was got by {}; authorization_code can ask for it.",
                    other.words()
                ),
            }));
        }
    }

    fn came(&self, ready: &Ready, exchange: &RawExchange) {
        let names: Vec<&str> = ready.0.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let status = exchange.outcome.headline();
        let is_good = exchange.outcome.status().is_some_and(|status| status < 400);
        let words = if is_good {
            format!(
                "Token {names} had expired: its old value was refused with 401, and the one got anew was answered {status}."
            )
        } else {
            format!(
                "Token {names} was refused with 401 and renewed; the call made again was answered {status}."
            )
        };
        self.tell(News::Says(words));
    }
}

fn needs_person(name: &TokenName) -> Failure {
    let why = "somebody has to say yes to it in a browser";
    let hint = format!("Get it with httriage token login {name}, or with N on screen 4.");
    unsent(Cause::TokenMissing, name, why, &hint)
}

/// What a token is kept by, beside its name.
fn issuer(grant: &Grant) -> String {
    let server = &grant.server;
    let named = server.issuer.as_ref().or(server.token_url.as_ref());
    named.cloned().unwrap_or_default()
}
