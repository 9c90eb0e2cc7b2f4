//! One call to an authorization server. It is a call like any other: it goes by the same client,
//! with the borders of every token, and into the same history.

use super::form::secret;
use super::state::{Grants, News};
use crate::engine::client::{Flight, Outgoing};
use crate::engine::clock;
use crate::insight::token::grant::NotGiven;
use crate::insight::token::proof::wanted_nonce;
use crate::model::{
    Auth, Author, Body, CallOrigin, Cause, ClientAuth, Environment, Failure, Grant, GrantKind,
    GrantPart, Manner, Origin, Outcome, Param, Placement, RawExchange, Reach, RequestSpec,
    Response, TokenName, as_text, resolve, slot,
};
use crate::model::{Secret, TokenSource};
use ring::rand::SecureRandom;
use serde_json::json;

/// How long an assertion is good, in seconds: it is used at once.
const ASSERTION_LIFE: i64 = 60;

/// Where a grant is asked for: the server's own origin, reached as the environment reaches its.
pub fn place(environment: &Environment, origin: &Origin) -> Environment {
    Environment {
        name: environment.name.clone(),
        base_url: origin.to_string(),
        proxy: environment.proxy.clone(),
        ca_file: environment.ca_file.clone(),
        insecure_origins: environment.insecure_origins.clone(),
        reach: Reach {
            addresses: environment.reach.addresses.clone(),
            family: environment.reach.family,
            // A socket, and a version of HTTP, are the API's.
            ..Reach::default()
        },
        no_cookies: true,
        // Metadata may have named it: only what was lent to it goes there.
        chosen_by: Author::File,
        ..Environment::default()
    }
}

/// The failure where a token could not be got and so no call went out; `why` has no full stop.
pub fn unsent(cause: Cause, name: &TokenName, why: &str, hint: &str) -> Failure {
    Failure::unsent(cause, format!("token {name} was not got: {why}."), hint)
}

/// Text that nobody can guess: 43 characters (RFC 7636, 4.1).
pub fn random(name: &TokenName) -> Result<String, Failure> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut bytes = [0; 32];
    let filled = ring::rand::SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| {
        let why = "the system gives no random numbers";
        unsent(Cause::TokenMissing, name, why, "Start httriage again.")
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl Grants {
    /// Sends a form as the client of the grant.
    pub(super) async fn post(
        &self,
        name: &TokenName,
        grant: &Grant,
        url: &str,
        mut rows: Vec<Param>,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<RawExchange, Failure> {
        let origin = self.origin(name, url)?;
        let mut place = place(environment, &origin);
        let mut auth = Auth::None;
        match grant.client_auth {
            ClientAuth::None => rows.push(Param::data("client_id", &grant.client_id)),
            ClientAuth::Tls => {
                // Its key goes nowhere: the handshake proves that it is here.
                if environment.identity.is_none() {
                    let why = "its client proves who it is by a certificate, and the environment has none";
                    let hint = "Give the environment client_certificate in config.toml.";
                    return Err(unsent(Cause::TlsClientCertificate, name, why, hint));
                }
                place.identity.clone_from(&environment.identity);
                rows.push(Param::data("client_id", &grant.client_id));
            }
            ClientAuth::Basic => {
                let secret = part(GrantPart::ClientSecret, name)?;
                self.lend(&secret, &grant.client_secret, &origin).await?;
                let client = Placement::Client(grant.client_id.clone());
                place.placements.push((secret.clone(), client));
                auth = Auth::Bearer(secret);
            }
            ClientAuth::Post => {
                let own = part(GrantPart::ClientSecret, name)?;
                self.lend(&own, &grant.client_secret, &origin).await?;
                rows.push(Param::data("client_id", &grant.client_id));
                rows.extend(secret("client_secret", GrantPart::ClientSecret, name));
            }
            ClientAuth::PrivateKeyJwt => {
                let signed = self.signed(name, grant, &grant.client_id, url).await?;
                let assertion = part(GrantPart::ClientAssertion, name)?;
                self.inner.vault.lend_to(&assertion, signed, origin.clone());
                rows.push(Param::data("client_id", &grant.client_id));
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                rows.push(Param::data("client_assertion_type", kind));
                rows.extend(secret("client_assertion", GrantPart::ClientAssertion, name));
            }
        }
        let mut typed = RequestSpec::new("POST", as_text(url));
        typed
            .headers
            .push(Param::data("accept", "application/json"));
        typed.body = Body::Form(rows);
        typed.auth = auth;
        if !grant.dpop {
            return self.call(typed, place, flight).await;
        }
        if let Some(proof) = self.inner.vault.lend_proof(name, &origin) {
            typed.headers.push(Param::new("dpop", slot(&proof)));
        }
        let first = self.call(typed.clone(), place.clone(), flight).await?;
        let wanted = first.outcome.response().and_then(wanted_nonce);
        if wanted.is_none() {
            return Ok(first);
        }
        // RFC 9449, 8: the server wants its nonce in the proof, which is known by now. Nothing was
        // given yet, and no code is used up.
        self.made(first);
        self.call(typed, place, flight).await
    }

    pub(super) async fn call(
        &self,
        typed: RequestSpec,
        environment: Environment,
        flight: &Flight,
    ) -> Result<RawExchange, Failure> {
        self.call_as(typed, environment, Manner::default(), flight)
            .await
    }

    pub(super) async fn call_as(
        &self,
        typed: RequestSpec,
        environment: Environment,
        manner: Manner,
        flight: &Flight,
    ) -> Result<RawExchange, Failure> {
        let outgoing = Outgoing {
            sent: resolve(&typed, &environment)?,
            typed,
            environment,
            author: Author::Person,
            case: None,
            manner,
        };
        let mut exchange = self.inner.client.send(outgoing, flight).await;
        exchange.origin = CallOrigin::Grant;
        Ok(exchange)
    }

    /// Puts a call into the history. To be called once all that is secret in its answer is known.
    pub(super) fn made(&self, exchange: RawExchange) -> String {
        let id = exchange.id.to_string();
        let shown = self.inner.client.shown(exchange);
        self.tell(News::Made(Box::new(shown)));
        id
    }

    /// Whatever a grant gives beside the client: its own secrets, each bound to the server.
    pub(super) async fn lend_own(
        &self,
        name: &TokenName,
        grant: &Grant,
        url: &str,
    ) -> Result<(), Failure> {
        let vault = &self.inner.vault;
        let origin = self.origin(name, url)?;
        match &grant.kind {
            GrantKind::RefreshToken(source) => {
                let own = part(GrantPart::Refresh, name)?;
                vault.lend_part(&own, source, &origin).await
            }
            GrantKind::Password { password, .. } => {
                let own = part(GrantPart::Password, name)?;
                vault.lend_part(&own, password, &origin).await
            }
            GrantKind::TokenExchange { subject, actor } => {
                let own = part(GrantPart::Subject, name)?;
                vault.lend_copy(&own, subject, &origin).await?;
                let Some(actor) = actor else {
                    return Ok(());
                };
                let own = part(GrantPart::Actor, name)?;
                vault.lend_copy(&own, actor, &origin).await
            }
            GrantKind::JwtBearer { assertion, subject } => {
                let own = part(GrantPart::Assertion, name)?;
                if let Some(source) = assertion {
                    return vault.lend_part(&own, source, &origin).await;
                }
                let subject = subject.as_deref().unwrap_or(&grant.client_id);
                let signed = self.signed(name, grant, subject, url).await?;
                vault.lend_to(&own, signed, origin);
                Ok(())
            }
            GrantKind::ClientCredentials
            | GrantKind::DeviceCode
            | GrantKind::AuthorizationCode { .. } => Ok(()),
        }
    }

    /// RFC 7523, 3: who asks, for whom, at which server, and until when.
    async fn signed(
        &self,
        name: &TokenName,
        grant: &Grant,
        subject: &str,
        url: &str,
    ) -> Result<Secret, Failure> {
        let now = clock::now().as_second();
        let mut claims = json!({
            "iss": grant.client_id,
            "sub": subject,
            "aud": url,
            "iat": now,
            "exp": now.saturating_add(ASSERTION_LIFE),
            "jti": random(name)?,
        });
        // Servers that take an assertion for a scope read it there.
        if matches!(grant.kind, GrantKind::JwtBearer { .. }) && !grant.scopes.is_empty() {
            claims["scope"] = json!(grant.scopes.join(" "));
        }
        let key = part(GrantPart::PrivateKey, name)?;
        let none = TokenSource::Prompt;
        let source = grant.private_key.as_ref().unwrap_or(&none);
        let vault = &self.inner.vault;
        vault
            .sign(&key, source, grant.key_id.as_deref(), &claims.to_string())
            .await
    }

    async fn lend(
        &self,
        name: &TokenName,
        source: &Option<TokenSource>,
        origin: &Origin,
    ) -> Result<(), Failure> {
        let none = TokenSource::Prompt;
        let source = source.as_ref().unwrap_or(&none);
        self.inner.vault.lend_part(name, source, origin).await
    }

    pub(super) fn origin(&self, name: &TokenName, url: &str) -> Result<Origin, Failure> {
        Origin::parse(url).ok_or_else(|| {
            let why = format!("{url} is no URL");
            unsent(
                Cause::TokenMissing,
                name,
                &why,
                "Correct it in config.toml.",
            )
        })
    }

    /// Why a server gave nothing, as the failure of the call that wanted the token.
    pub(super) fn refusal(&self, name: &TokenName, url: &str, no: &NotGiven, id: &str) -> Failure {
        let host = Origin::parse(url).map_or_else(String::new, |origin| origin.to_string());
        let why = format!("{host} answered {}", no.says);
        unsent(
            Cause::TokenMissing,
            name,
            // What a server says may repeat what it was sent.
            &self.inner.vault.mask().text(&why),
            &format!("httriage history show {id} has the whole answer, and why."),
        )
    }
}

/// The name under which the vault keeps a part of a grant, such as the client secret; a failure
/// where the token's own name leaves no room for it.
pub fn part(part: GrantPart, token: &TokenName) -> Result<TokenName, Failure> {
    part.of(token).ok_or_else(|| {
        let why = "its name is too long for what belongs to its grant";
        unsent(Cause::TokenMissing, token, why, "Give it a shorter name.")
    })
}

/// The answer, or the failure in the words of the token that was wanted.
pub fn answered<'e>(name: &TokenName, exchange: &'e RawExchange) -> Result<&'e Response, Failure> {
    match &exchange.outcome {
        Outcome::Answered(response) => Ok(response),
        Outcome::Failed(failure) => {
            let why = failure.message.trim_start_matches("Nothing was sent: ");
            let why = why.trim_end_matches('.');
            Err(unsent(failure.cause, name, why, &failure.hint))
        }
    }
}
