//! The time of day. A clock can be set to years that no date can be written for; the nearest one
//! that can is taken then.

use crate::model::Timestamp;
use std::time::SystemTime;

pub fn now() -> Timestamp {
    let now = SystemTime::now();
    Timestamp::try_from(now).unwrap_or(match now > SystemTime::UNIX_EPOCH {
        true => Timestamp::MAX,
        false => Timestamp::MIN,
    })
}

/// Whether an answer can be dated by the clock as HTTP dates are written: the library that does
/// so panics where not.
pub fn can_be_a_date() -> bool {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.is_ok_and(|since| since.as_secs() < YEAR_10000)
}

/// Its first second, counted from 1970 on.
const YEAR_10000: u64 = 253_402_300_800;
