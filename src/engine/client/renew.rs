//! What sees to it that a call goes out with tokens that are good. It stands above the client,
//! since it makes calls itself, and the client knows no more of it than this.

use super::flight::Flight;
use crate::model::{Environment, Failure, RawExchange, TokenName};
use futures_util::future::BoxFuture;

/// The tokens of a call that can be had anew, each with the number of the value that it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready(pub Vec<(TokenName, u64)>);

pub trait Renew: Send + Sync {
    /// Before a call: gets what has to be got, and gets anew what is about to run out.
    fn ready<'a>(
        &'a self,
        tokens: &'a [TokenName],
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, Result<Ready, Failure>>;

    /// After an answer that says that a token is not good any more: whether one of the tokens
    /// has another value now. `goes_again` is whether the call is made once more then.
    fn anew<'a>(
        &'a self,
        ready: &'a Ready,
        refused: &'a RawExchange,
        goes_again: bool,
        environment: &'a Environment,
        flight: &'a Flight,
    ) -> BoxFuture<'a, bool>;

    /// What came of a call that went again with another value.
    fn came(&self, ready: &Ready, exchange: &RawExchange);
}
