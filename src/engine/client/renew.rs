//! Makes sure that a call goes out with good tokens. The implementation makes calls itself and so
//! stands above the client, which knows only this trait.

use super::flight::Flight;
use crate::insight::token::step_up::StepUp;
use crate::model::{Environment, Failure, RawExchange, TokenName};
use futures_util::future::BoxFuture;

/// The tokens of a call that can be renewed, each with the number of its current value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready(pub Vec<(TokenName, u64)>);

/// What gets and renews the tokens of a call; `engine/grant` implements it.
pub trait Renew: Send + Sync {
    /// Before a call: gets missing tokens and renews those that are about to expire.
    fn ready<'a>(
        &'a self,
        tokens: &'a [TokenName],
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, Result<Ready, Failure>>;

    /// After an answer that rejects a token: renews it, and tells whether any token has a new
    /// value. `goes_again` says whether the call will be repeated then.
    fn anew<'a>(
        &'a self,
        ready: &'a Ready,
        refused: &'a RawExchange,
        goes_again: bool,
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, bool>;

    /// After an answer that asks for a stronger or newer sign-in: remembers which.
    fn needs_stronger(&self, ready: &Ready, demand: &StepUp);

    /// Learns how the repeated call with a new value came out.
    fn came(&self, ready: &Ready, exchange: &RawExchange);
}
