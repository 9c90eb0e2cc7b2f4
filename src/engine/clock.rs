//! Reads the clock. A clock may be set to a year that no date can be written for.

use crate::model::Timestamp;
use std::time::SystemTime;

/// The current time, or the nearest time that a date can be written for.
pub fn now() -> Timestamp {
    let now = SystemTime::now();
    Timestamp::try_from(now).unwrap_or(if now > SystemTime::UNIX_EPOCH {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    })
}

/// Whether the clock's time can be written as an HTTP date; the library for that panics otherwise.
pub fn can_be_a_date() -> bool {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.is_ok_and(|since| since.as_secs() < YEAR_10000)
}

/// The first second of the year 10000, since 1970.
const YEAR_10000: u64 = 253_402_300_800;
