//! Limits in every form that answers state them.

use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Name, limit, left, window in seconds, seconds until it is full again.
type Row<Name> = (Name, Option<u64>, Option<u64>, Option<u64>, Option<i64>);

/// What answers say, and what is read of it.
type Said<'a> = (&'a [(&'a str, &'a str)], &'a [Row<Option<&'a str>>]);

fn rows(fields: &[(&str, &str)]) -> Vec<Row<Option<String>>> {
    let headers = Headers::from_iter(fields.iter().copied());
    let row = |quota: &Quota| {
        let until = quota.resets_at.map(|at| at.as_second() - NOW);
        let window = quota.window.map(|window| window.as_secs());
        (
            quota.name.clone(),
            quota.limit,
            quota.remaining,
            window,
            until,
        )
    };
    quotas(&headers, None, at(NOW)).iter().map(row).collect()
}

#[test]
fn every_family_of_limit_headers_is_counted_alike() {
    let cases: &[Said] = &[
        (
            &[
                ("RateLimit", "\"default\";r=50;t=30"),
                ("RateLimit-Policy", "\"default\";q=100;w=60"),
            ],
            &[(None, Some(100), Some(50), Some(60), Some(30))],
        ),
        (
            &[("RateLimit", "\"a\";r=1;t=2, \"b\";r=3")],
            &[
                (Some("a"), None, Some(1), None, Some(2)),
                (Some("b"), None, Some(3), None, None),
            ],
        ),
        (
            &[
                ("ratelimit", "limit=100, remaining=0, reset=7"),
                ("ratelimit-policy", "100;w=60"),
            ],
            &[(None, Some(100), Some(0), Some(60), Some(7))],
        ),
        (
            &[
                ("RateLimit-Limit", "100, 100;w=60"),
                ("RateLimit-Remaining", "9"),
                ("RateLimit-Reset", "12"),
            ],
            &[(None, Some(100), Some(9), None, Some(12))],
        ),
        (
            &[
                ("X-RateLimit-Limit", "5000"),
                ("X-RateLimit-Remaining", "0"),
                ("X-RateLimit-Reset", "1700000600"),
            ],
            &[(None, Some(5000), Some(0), None, Some(600))],
        ),
        (
            &[
                ("X-Rate-Limit-Limit", "600"),
                ("X-Rate-Limit-Reset", "1700000005000"),
            ],
            &[(None, Some(600), None, None, Some(5))],
        ),
        (
            &[
                ("x-ratelimit-limit-requests", "60"),
                ("x-ratelimit-remaining-requests", "59"),
                ("x-ratelimit-reset-requests", "6m1s"),
            ],
            &[(Some("requests"), Some(60), Some(59), None, Some(361))],
        ),
        (
            &[
                ("acme-ratelimit-input-tokens-remaining", "3"),
                ("acme-ratelimit-input-tokens-reset", "2023-11-14T22:13:40Z"),
            ],
            &[(Some("input tokens"), None, Some(3), None, Some(20))],
        ),
        (
            &[
                ("X-RateLimit-Reset-After", "1.5"),
                ("X-RateLimit-Reset", "Tue, 14 Nov 2023 22:13:21 GMT"),
            ],
            &[(None, None, None, None, Some(1))],
        ),
        (
            &[("X-Acme-Shop-Api-Call-Limit", "38/40")],
            &[(Some("acme shop call"), Some(40), Some(2), None, None)],
        ),
        (
            &[
                ("X-RateLimit-Interval-Milliseconds", "10000"),
                ("X-RateLimit-Max", "100"),
            ],
            &[(None, Some(100), None, Some(10), None)],
        ),
        (
            &[
                ("X-RateLimit-Limit", "none"),
                ("content-length", "4"),
                ("max-age", "3"),
            ],
            &[],
        ),
    ];
    for (fields, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, limit, left, window, until)| {
                (name.map(str::to_owned), *limit, *left, *window, *until)
            })
            .collect();
        assert_eq!(rows(fields), expected, "{fields:?}");
    }
}

#[test]
fn a_limit_is_said_in_a_sentence() {
    let quota = Quota {
        name: Some("requests".into()),
        limit: Some(60),
        remaining: Some(0),
        window: None,
        resets_at: Some(at(NOW + 90)),
    };
    assert!(quota.is_used_up());
    let says = quota.says(at(NOW)).unwrap();
    assert_eq!(says, "0 of 60 requests left, full again in 90 s");
    assert_eq!(Quota::default().says(at(NOW)), None);
}

#[test]
fn names_that_an_api_is_known_for_are_counted_too() {
    let known = HeaderNames {
        remaining: vec!["x-acme-fuel".into()],
        deprecation: vec!["acme-change".into()],
        ..HeaderNames::default()
    };
    let headers = Headers::from_iter([("X-Acme-Fuel", "7"), ("Acme-Change", "names=old")]);
    let found = quotas(&headers, Some(&known), at(NOW));
    assert_eq!(found[0].remaining, Some(7));
    let ends = deprecation(&headers, Some(&known)).unwrap();
    assert_eq!(ends.words.as_deref(), Some("names=old"));
}

#[test]
fn what_will_end_is_said_with_its_dates() {
    let of =
        |fields: &[(&str, &str)]| deprecation(&Headers::from_iter(fields.iter().copied()), None);
    let found = of(&[
        ("Deprecation", "@1688169599"),
        ("Sunset", "Sun, 30 Jun 2024 23:59:59 GMT"),
        (
            "Link",
            "<https://a.example/x>; rel=\"next\", <https://a.example/old>; rel=\"deprecation\"",
        ),
    ])
    .unwrap();
    assert_eq!(found.since, Some(at(1_688_169_599)));
    assert_eq!(found.sunset, Some(at(1_719_791_999)));
    assert_eq!(found.link.as_deref(), Some("https://a.example/old"));
    assert_eq!(
        found.says(at(1_719_791_999 - 600)),
        "deprecated since 2023-06-30, gone on 2024-06-30, in 10 min; see https://a.example/old"
    );
    assert!(
        found
            .says(at(1_800_000_000))
            .contains("to be gone since 2024-06-30")
    );
    assert_eq!(of(&[("Deprecation", "true")]), Some(Deprecation::default()));
    assert_eq!(
        of(&[("Deprecation", "2024-01-01")]).unwrap().since,
        Some(at(1_704_067_200))
    );
    assert_eq!(of(&[("Deprecation", "false")]), None);
    assert_eq!(of(&[]), None);
}

proptest! {
    #[test]
    fn no_header_is_too_odd(name in "(x-)?rate-?limit(-[a-z]{1,9}){0,3}", text in "([0-9]{0,25}|[\"=;,.a-z0-9@ -]{0,40}|\\PC{0,20})") {
        let headers = Headers::from_iter([(name.as_str(), text.as_str()), ("deprecation", text.as_str()), ("sunset", text.as_str())]);
        for quota in quotas(&headers, None, at(NOW)) {
            let _ = quota.says(at(NOW));
        }
        let _ = deprecation(&headers, None);
    }
}
