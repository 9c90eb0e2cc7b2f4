//! When a call that was told to slow down may go again: what the answer asks for, else ever
//! longer waits with chance in them, so that many clients do not come back at the same moment.

use crate::model::{Headers, Outcome, RawExchange, Timestamp, limits};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextTry {
    After(Duration),
    /// With the reason, as the end of a sentence; `None` where the answer asks for no other try.
    Never(Option<String>),
}

/// `tries` have been made so far; `chance` lies between 0 and 1.
pub fn next_try(exchange: &RawExchange, tries: u32, chance: f64) -> NextTry {
    let Outcome::Answered(response) = &exchange.outcome else {
        return NextTry::Never(None);
    };
    if !matches!(response.status, 429 | 503) {
        return NextTry::Never(None);
    }
    let never = |why: String| NextTry::Never(Some(why));
    let method = exchange.sent.method.as_str();
    if !exchange.typed.is_safe() || !is_safe(method) {
        return never(format!("{method} is never sent again by itself"));
    }
    if tries >= limits::TRIES {
        return never(format!("it was tried {tries} times"));
    }
    match retry_after(&response.headers, exchange.answered_at()) {
        Some(wait) if wait > limits::LONGEST_WAIT => never(format!(
            "the server asks for a wait of {}, and no more than {} is waited by itself",
            wait_text(wait),
            wait_text(limits::LONGEST_WAIT)
        )),
        Some(wait) => NextTry::After(wait),
        None => NextTry::After(growing(tries, chance)),
    }
}

fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// One second, two, four: each a little longer by chance, never shorter.
pub fn growing(tries: u32, chance: f64) -> Duration {
    let doubled = limits::FIRST_WAIT * 2_u32.saturating_pow(tries.saturating_sub(1).min(16));
    doubled.mul_f64(1.0 + chance.clamp(0.0, 1.0) / 4.0)
}

/// How long the answer asks to wait (RFC 9110, 10.2.3): a number of seconds, or a date in any
/// of its three forms. A date counts from the answer's own `Date`, so that a clock that is wrong
/// on either side does no harm. What is neither is passed over; of several, the longest holds.
pub fn retry_after(headers: &Headers, answered_at: Timestamp) -> Option<Duration> {
    let now = its_clock(headers, answered_at);
    let waits = headers.iter().filter_map(|header| {
        let name = header.name.to_ascii_lowercase();
        let text = header.text();
        match name.strip_prefix("x-").unwrap_or(&name) {
            "retry-after" => wait(text.trim(), now),
            // Finer than seconds, as some clients ask for it.
            name if name.ends_with("retry-after-ms") => {
                text.trim().parse().ok().map(Duration::from_millis)
            }
            _ => None,
        }
    });
    waits.max()
}

/// The time at the other side, where the answer tells it.
pub fn its_clock(headers: &Headers, answered_at: Timestamp) -> Timestamp {
    let its_now = headers.get("date").and_then(|text| date(&text));
    its_now.unwrap_or(answered_at)
}

fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    if let Some(at) = date(text) {
        let seconds = at.duration_since(now).as_secs().max(0);
        return Some(Duration::from_secs(seconds as u64));
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    // More than a number can hold is more than anybody waits.
    let seconds = whole.parse::<u64>().unwrap_or(u64::MAX);
    let begun = u64::from(part.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(seconds.saturating_add(begun)))
}

fn date(text: &str) -> Option<Timestamp> {
    let at: SystemTime = httpdate::parse_http_date(text.trim()).ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}

/// `850 ms`, `12 s`, `5 min`, `2 h`, `3 days`
pub fn wait_text(wait: Duration) -> String {
    // A second of which a little has passed is still one.
    let seconds = wait.saturating_add(Duration::from_millis(50)).as_secs();
    match seconds {
        0 => format!("{} ms", wait.as_millis()),
        1..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        172_800..=31_535_999 => format!("{} days", seconds / 86_400),
        _ => "more than a year".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExchangeId, RequestSpec, Response, SentRequest};
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn asked(values: &[&str]) -> Option<Duration> {
        let headers: Headers = values.iter().map(|v| ("retry-after", *v)).collect();
        // Sun, 06 Nov 1994 08:49:37 GMT
        retry_after(&headers, at(784_111_777))
    }

    fn answer(method: &str, status: u16, headers: &[(&str, &str)]) -> RawExchange {
        RawExchange {
            id: ExchangeId::from_number(1),
            environment: String::new(),
            case: None,
            typed: RequestSpec::new(method, "https://api.acme.example/"),
            sent: SentRequest {
                method: method.to_owned(),
                ..SentRequest::default()
            },
            outcome: Outcome::Answered(Response {
                status,
                headers: headers.iter().copied().collect(),
                ..Response::default()
            }),
            redirects: Vec::new(),
            attempts: 1,
            unverified: Vec::new(),
            started_at: at(784_111_777),
            took: Duration::ZERO,
            probe_of: None,
            run: None,
            origin: Default::default(),
        }
    }

    #[test]
    fn every_form_of_retry_after_is_understood() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(asked(&["120"]), seconds(120));
        assert_eq!(asked(&["0"]), seconds(0));
        assert_eq!(asked(&[" 7 "]), seconds(7));
        assert_eq!(asked(&["1.2"]), seconds(2));
        assert_eq!(asked(&["Sun, 06 Nov 1994 08:50:37 GMT"]), seconds(60));
        assert_eq!(asked(&["Sunday, 06-Nov-94 08:50:37 GMT"]), seconds(60));
        assert_eq!(asked(&["Sun Nov  6 08:50:37 1994"]), seconds(60));
        assert_eq!(asked(&["Sun, 06 Nov 1994 08:00:00 GMT"]), seconds(0));
        assert_eq!(asked(&["1", "30", "never"]), seconds(30));
    }

    #[test]
    fn a_wait_may_be_said_in_milliseconds() {
        let of = |fields: &[(&str, &str)]| {
            let headers: Headers = fields.iter().copied().collect();
            retry_after(&headers, at(0))
        };
        let ms = |n| Some(Duration::from_millis(n));
        assert_eq!(of(&[("Retry-After-Ms", "1250")]), ms(1_250));
        assert_eq!(
            of(&[("x-ms-retry-after-ms", "20"), ("retry-after", "1")]),
            ms(1_000)
        );
        assert_eq!(of(&[("X-Retry-After", "3")]), ms(3_000));
        assert_eq!(of(&[("retry-after-ms", "soon")]), None);
    }

    #[test]
    fn garbage_is_passed_over_and_huge_numbers_do_no_harm() {
        for garbage in ["", "soon", "-5", "+5", "1e3", "0x10", "5s", ".", "1.x", "٣"] {
            assert_eq!(asked(&[garbage]), None, "{garbage}");
        }
        let huge = asked(&["99999999999999999999999"]);
        assert_eq!(huge, Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn a_date_counts_from_the_answers_own_clock() {
        let headers: Headers = [
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"),
        ]
        .into_iter()
        .collect();
        let late = at(784_111_777 + 86_400);
        assert_eq!(retry_after(&headers, late), Some(Duration::from_secs(10)));
    }

    #[test]
    fn only_reading_calls_that_were_told_to_wait_go_again() {
        let after = |exchange: &RawExchange, tries| next_try(exchange, tries, 0.0);
        let seconds = |n| NextTry::After(Duration::from_secs(n));
        let limited = answer("GET", 429, &[]);
        assert_eq!(after(&limited, 1), seconds(1));
        assert_eq!(after(&limited, 2), seconds(2));
        assert_eq!(after(&limited, 3), seconds(4));
        assert!(matches!(after(&limited, 4), NextTry::Never(Some(_))));
        assert_eq!(
            after(&answer("HEAD", 503, &[("retry-after", "9")]), 1),
            seconds(9)
        );
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let refused = after(&answer(method, 429, &[("retry-after", "1")]), 1);
            assert!(matches!(refused, NextTry::Never(Some(_))), "{method}");
        }
        for status in [200, 404, 500, 502, 504] {
            assert_eq!(after(&answer("GET", status, &[]), 1), NextTry::Never(None));
        }
        let long = after(&answer("GET", 429, &[("retry-after", "7200")]), 1);
        assert!(matches!(long, NextTry::Never(Some(why)) if why.contains("2 h")));
    }

    #[test]
    fn waits_are_said_in_the_unit_a_person_would_use() {
        let said = |ms| wait_text(Duration::from_millis(ms));
        assert_eq!(
            [said(600), said(999), said(90_000)],
            ["600 ms", "1 s", "90 s"]
        );
        assert_eq!([said(600_000), said(86_400_000)], ["10 min", "24 h"]);
        assert_eq!(wait_text(Duration::MAX), "more than a year");
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(text in any::<String>(), second in 0_i64..4_000_000_000) {
            let headers: Headers = [("retry-after", text.as_str()), ("date", text.as_str())]
                .into_iter()
                .collect();
            let _ = retry_after(&headers, at(second));
        }

        #[test]
        fn waits_grow_and_never_come_early(tries in 1_u32..40, chance in any::<f64>()) {
            prop_assert!(growing(tries, chance) >= growing(tries, 0.0));
            prop_assert!(growing(tries + 1, 0.0) >= growing(tries, 0.0));
        }
    }
}
