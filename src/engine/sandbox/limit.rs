//! Rate limits of the sandbox, per token and per address. The vendor names both limits and no
//! numbers, so every number here is our choice.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;

const WINDOW: SignedDuration = SignedDuration::from_secs(10);
/// Calls of one address in a window: far more than a person makes, less than a runaway loop.
const PER_ADDRESS: u32 = 5_000;
/// Calls of an ordinary token in a window.
const PER_TOKEN: u32 = 3_000;
/// Calls of the throttled token in a window, once it has been freed.
const PER_THROTTLED_TOKEN: u32 = 5;
/// How long after its first refused call the throttled token is freed: the third try of a
/// back-off of 1, 2, 4 seconds finds it open.
const FREED_AFTER: SignedDuration = SignedDuration::from_millis(2_500);
/// Addresses remembered at once; more cannot come over loopback.
const ADDRESSES: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Window {
    since: Timestamp,
    calls: u32,
}

/// The counters, and when the throttled token was first refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    addresses: HashMap<IpAddr, Window>,
    tokens: HashMap<u64, Window>,
    first_refused: Option<Timestamp>,
}

impl Limits {
    /// Counts one call of the address; false if it is one too many.
    pub fn admit_address(&mut self, address: IpAddr, now: Timestamp) -> bool {
        if self.addresses.len() >= ADDRESSES {
            self.addresses.retain(|_, w| is_open(w, now));
        }
        count(self.addresses.entry(address), PER_ADDRESS, now)
    }

    /// Counts one call of the token; false if it is one too many.
    pub fn admit_token(&mut self, id: u64, throttled: bool, now: Timestamp) -> bool {
        if !throttled {
            return count(self.tokens.entry(id), PER_TOKEN, now);
        }
        let first = *self.first_refused.get_or_insert(now);
        now.duration_since(first) >= FREED_AFTER
            && count(self.tokens.entry(id), PER_THROTTLED_TOKEN, now)
    }
}

fn count<K>(
    entry: std::collections::hash_map::Entry<'_, K, Window>,
    most: u32,
    now: Timestamp,
) -> bool {
    let fresh = Window {
        since: now,
        calls: 0,
    };
    let window = entry.or_insert(fresh);
    if !is_open(window, now) {
        *window = fresh;
    }
    window.calls = window.calls.saturating_add(1);
    window.calls <= most
}

/// A clock that was set back starts a new window instead of keeping an old one for hours.
fn is_open(window: &Window, now: Timestamp) -> bool {
    let age = now.duration_since(window.since);
    age >= SignedDuration::ZERO && age < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_780_000_000_000 + ms).unwrap()
    }

    #[test]
    fn the_throttled_token_is_free_at_the_third_try_of_a_back_off() {
        let mut limits = Limits::default();
        assert!(!limits.admit_token(9, true, at(0)));
        assert!(!limits.admit_token(9, true, at(1_000)));
        assert!(limits.admit_token(9, true, at(3_000)));
        for _ in 0..4 {
            assert!(limits.admit_token(9, true, at(3_100)));
        }
        assert!(!limits.admit_token(9, true, at(3_200)));
        assert!(limits.admit_token(9, true, at(13_000)));
    }

    #[test]
    fn an_address_is_refused_after_its_calls_and_free_in_the_next_window() {
        let mut limits = Limits::default();
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!((0..PER_ADDRESS).all(|_| limits.admit_address(here, at(0))));
        assert!(!limits.admit_address(here, at(1)));
        assert!(limits.admit_address(here, at(10_000)));
    }
}
