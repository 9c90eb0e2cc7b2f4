//! Tokens that are got from an authorization server (RFC 6749), and got anew before they run out
//! or once after an answer that says that they did. It stands above the client, by which it makes
//! its own calls; whoever tells people hears of them as `News`.
//!
//! There is one renewal at a time for each token, however many calls wait for it: a server that
//! gives out a refresh token with each answer takes a second use of an old one for a theft.

mod call;
mod described;
mod form;
mod loopback;
mod person;
mod proof;
mod renewal;
mod server;
mod state;
mod testimony;

pub use described::Described;
pub use proof::{Allowed, Proof, Wish};
pub use state::{DeviceShown, Grants, News, Person};
