//! What an issuer says of a token of its own when it is asked. It is asked at the origin that the
//! settings name, as the client that the settings name, and the token goes there and nowhere else.

use super::call::{part, place};
use super::form::secret;
use super::state::Grants;
use crate::engine::client::Flight;
use crate::insight::token::testimony::{Introspected, introspected, userinfo};
use crate::model::{
    Auth, Cause, ClientAuth, Environment, Failure, Grant, GrantPart, Outcome, Param, Placement,
    RawExchange, RequestSpec, Response, TokenName, TokenSource, as_text,
};

/// Why nobody can be asked, as the end of a sentence.
type WhyNot = String;

impl Grants {
    /// The issuer that can be asked whether a token is active; else why there is none.
    pub fn can_ask(&self, name: &TokenName) -> Result<String, WhyNot> {
        let (grant, issuer) = self.client_of(name)?;
        match grant.client_auth {
            ClientAuth::None => Err(format!(
                "its client {} has no secret, and an issuer tells only clients that can prove who they are",
                grant.client_id
            )),
            _ => Ok(issuer),
        }
    }

    fn client_of(&self, name: &TokenName) -> Result<(Grant, String), WhyNot> {
        let Some(TokenSource::Grant(grant)) = self.inner.vault.source(name, false) else {
            return Err(
                "no client of yours is set for it (oauth = { … } in config.toml)".to_owned(),
            );
        };
        match grant.server.issuer.clone() {
            Some(issuer) => Ok((*grant, issuer)),
            None => Err("its settings name no issuer".to_owned()),
        }
    }

    /// Asks the issuer whether a token is active (RFC 7662).
    pub async fn introspect(
        &self,
        name: &TokenName,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Introspected, Failure> {
        let issuer = self.can_ask(name).map_err(|why| not_asked(name, &why))?;
        let (grant, _) = self.client_of(name).map_err(|why| not_asked(name, &why))?;
        // The client asks, and not the holder of the token.
        let grant = Grant {
            dpop: false,
            ..grant
        };
        let known = self.metadata_of(name, &issuer, environment, flight).await?;
        let url = known.introspection.ok_or_else(|| {
            let why = format!(
                "the metadata of {issuer} names no introspection_endpoint on its own origin"
            );
            not_asked(name, &why)
        })?;
        self.lend_for_asking(name, &url, environment, flight)
            .await?;
        let mut rows = vec![Param::data("token_type_hint", "access_token")];
        rows.extend(secret("token", GrantPart::Asked, name));
        let exchange = self
            .post(name, &grant, &url, rows, environment, flight)
            .await?;
        self.heard(name, exchange, introspected)
    }

    /// Asks the issuer whose a token is (OpenID Connect Core, 5.3).
    pub async fn userinfo(
        &self,
        name: &TokenName,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Vec<(String, String)>, Failure> {
        let (grant, issuer) = self.client_of(name).map_err(|why| not_asked(name, &why))?;
        let known = self.metadata_of(name, &issuer, environment, flight).await?;
        let url = known.userinfo.ok_or_else(|| {
            let why =
                format!("the metadata of {issuer} names no address of userinfo on its own origin");
            not_asked(name, &why)
        })?;
        self.lend_for_asking(name, &url, environment, flight)
            .await?;
        let origin = self.origin(name, &url)?;
        let mut typed = RequestSpec::new("GET", as_text(&url));
        typed
            .headers
            .push(Param::data("accept", "application/json"));
        let asked = part(GrantPart::Asked, name)?;
        typed.auth = Auth::Bearer(asked.clone());
        let mut place = place(environment, &origin);
        if grant.dpop {
            self.inner.vault.lend_proof(name, &origin);
            let proven = Placement::Proven(name.clone());
            place.placements.push((asked, proven));
        }
        let exchange = self.call(typed, place, flight).await?;
        self.heard(name, exchange, userinfo)
    }

    /// The value under a name of its own, that goes to the issuer alone.
    async fn lend_for_asking(
        &self,
        name: &TokenName,
        url: &str,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<(), Failure> {
        self.value(name, environment, flight).await?;
        let own = part(GrantPart::Asked, name)?;
        let origin = self.origin(name, url)?;
        self.inner.vault.lend_copy(&own, name, &origin).await
    }

    fn heard<T>(
        &self,
        name: &TokenName,
        exchange: RawExchange,
        read: fn(&Response) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let heard = match &exchange.outcome {
            Outcome::Answered(response) => read(response).map_err(|why| Failure {
                was_sent: true,
                ..not_asked(name, &why)
            }),
            Outcome::Failed(failure) => {
                let why = failure.message.trim_start_matches("Nothing was sent: ");
                Err(Failure {
                    hint: failure.hint.clone(),
                    ..not_asked(name, why.trim_end_matches('.'))
                })
            }
        };
        self.made(exchange);
        heard
    }
}

fn not_asked(name: &TokenName, why: &str) -> Failure {
    Failure {
        message: format!("Its issuer told nothing of token {name}: {why}."),
        ..Failure::unsent(
            Cause::ProtocolInvalid,
            "",
            "httriage help tokens has what is needed.",
        )
    }
}
