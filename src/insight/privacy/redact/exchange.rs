//! A call that may be shown and kept. Only this room makes one, so that nothing that prints, keeps
//! or hands a call on can be given one with its secrets in it.

use crate::model::RawExchange;
use std::fmt;
use std::ops::Deref;

/// One request as typed and as sent, and its outcome, without what is secret in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchange(RawExchange);

impl Exchange {
    /// Of a call that was looked through.
    pub(super) fn masked(exchange: RawExchange) -> Exchange {
        Exchange(exchange)
    }

    /// To be changed, and then looked through again.
    pub fn into_raw(self) -> RawExchange {
        self.0
    }
}

impl Deref for Exchange {
    type Target = RawExchange;

    fn deref(&self) -> &RawExchange {
        &self.0
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("id", &self.id)
            .field("environment", &self.environment)
            .field("case", &self.case)
            .field("typed", &self.typed)
            .field("sent", &self.sent)
            .field("outcome", &self.outcome)
            .field("redirects", &self.redirects)
            .field("attempts", &self.attempts)
            .field("unverified", &self.unverified)
            .field("started_at", &self.started_at)
            .field("took", &self.took)
            .field("probe_of", &self.probe_of)
            .field("origin", &self.origin)
            .finish()
    }
}
