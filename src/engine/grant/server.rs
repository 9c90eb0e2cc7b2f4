//! Where a server is asked for what: as the settings say, else as the metadata of its issuer
//! says, which counts for the issuer's own origin only.

use super::call::{answered, place, unsent};
use super::state::Grants;
use crate::engine::client::Flight;
use crate::insight::token::grant::{Metadata, metadata, metadata_urls};
use crate::model::{
    Cause, Environment, Failure, Grant, Origin, Param, RequestSpec, Server, TokenName,
};
use std::sync::PoisonError;

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Token,
    Device,
    Authorization,
}

impl Endpoint {
    fn of_settings(self, server: &Server) -> Option<&String> {
        match self {
            Endpoint::Token => server.token_url.as_ref(),
            Endpoint::Device => server.device_url.as_ref(),
            Endpoint::Authorization => server.authorization_url.as_ref(),
        }
    }

    fn of_metadata(self, metadata: &Metadata) -> Option<&String> {
        match self {
            Endpoint::Token => metadata.token.as_ref(),
            Endpoint::Device => metadata.device.as_ref(),
            Endpoint::Authorization => metadata.authorization.as_ref(),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Endpoint::Token => "token_url",
            Endpoint::Device => "device_url",
            Endpoint::Authorization => "authorization_url",
        }
    }
}

impl Grants {
    pub(super) async fn endpoint(
        &self,
        name: &TokenName,
        grant: &Grant,
        endpoint: Endpoint,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<String, Failure> {
        if let Some(url) = endpoint.of_settings(&grant.server) {
            return Ok(url.clone());
        }
        let issuer = grant.server.issuer.as_deref().unwrap_or_default();
        let known = self.metadata_of(name, issuer, environment, flight).await?;
        let found = endpoint.of_metadata(&known).cloned();
        found.ok_or_else(|| {
            let key = endpoint.key();
            let why = format!("the metadata of {issuer} names no {key} on its own origin");
            let hint =
                format!("Write {key} beside issuer in config.toml, if you trust that address.");
            unsent(Cause::TokenMissing, name, &why, &hint)
        })
    }

    /// Asked for once in a run.
    pub(super) async fn metadata_of(
        &self,
        name: &TokenName,
        issuer: &str,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Metadata, Failure> {
        let known = {
            let known = self.inner.metadata.lock();
            let known = known.unwrap_or_else(PoisonError::into_inner);
            known.get(issuer).cloned()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let origin = self.origin(name, issuer)?;
        let mut why = "its address is no URL".to_owned();
        for url in metadata_urls(issuer).into_iter().flatten() {
            let mut typed = RequestSpec::new("GET", url.as_str());
            typed
                .headers
                .push(Param::data("accept", "application/json"));
            let exchange = self
                .call(typed, place(environment, &origin), flight)
                .await?;
            let left = exchange.redirects.iter();
            let left = left.filter_map(|hop| Origin::parse(&hop.location));
            let strays = left.into_iter().any(|to| to != origin);
            let read = match answered(name, &exchange) {
                Err(failure) => {
                    self.made(exchange);
                    return Err(failure);
                }
                Ok(_) if strays => Err("it led to another host".to_owned()),
                Ok(response) if response.status == 200 => metadata(&response.body, issuer),
                Ok(response) => Err(format!("it answered {:03}", response.status)),
            };
            self.made(exchange);
            match read {
                Ok(found) => {
                    let metadata = self.inner.metadata.lock();
                    let mut metadata = metadata.unwrap_or_else(PoisonError::into_inner);
                    metadata.insert(issuer.to_owned(), found.clone());
                    return Ok(found);
                }
                Err(no) => why = format!("{url}: {no}"),
            }
        }
        let why = format!("the metadata of {issuer} cannot be used, {why}");
        let hint = "Correct issuer in config.toml, or write token_url beside it.";
        Err(unsent(Cause::TokenMissing, name, &why, hint))
    }
}
