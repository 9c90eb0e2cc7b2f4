//! The ids under which the other side has written a call down: the first thing its support asks
//! for.

use crate::insight::Exchange;
use crate::model::Headers;

/// Headers that carry one, the most telling first.
const NAMES: [&str; 26] = [
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "correlation-id",
    "x-trace-id",
    "traceparent",
    "trace-id",
    "x-amzn-requestid",
    "x-amzn-request-id",
    "x-amz-request-id",
    "x-amzn-trace-id",
    "x-amz-cf-id",
    "apigw-requestid",
    "cf-ray",
    "x-ms-request-id",
    "x-ms-correlation-request-id",
    "x-goog-request-id",
    "x-cloud-trace-context",
    "x-github-request-id",
    "x-gitlab-request-id",
    "x-vercel-id",
    "fly-request-id",
    "x-b3-traceid",
    "x-datadog-trace-id",
    "x-akamai-request-id",
    "sentry-trace",
];

/// Names and values as they stand in the headers, in the order above, repeats included.
pub fn request_ids_in(headers: &Headers) -> Vec<(String, String)> {
    let named = |name: &'static str| {
        headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
    };
    let found = NAMES.iter().flat_map(|name| named(name));
    let found = found.map(|header| (header.name.clone(), header.text().trim().to_owned()));
    found.filter(|(_, value)| !value.is_empty()).collect()
}

/// Those of the answer, else those that went out with the call: the other side may know them too.
pub fn request_ids(exchange: &Exchange) -> Vec<(String, String)> {
    let response = exchange.outcome.response();
    let answered = response.map(|response| request_ids_in(&response.headers));
    let answered = answered.unwrap_or_default();
    if answered.is_empty() {
        return request_ids_in(&exchange.sent.headers);
    }
    answered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_the_order_of_what_they_tell_and_empty_ones_not_at_all() {
        let headers = Headers::from_iter([
            ("CF-Ray", "8f-AMS"),
            ("content-type", "application/json"),
            ("X-Request-Id", " abc "),
            ("x-trace-id", ""),
            ("x-request-id", "def"),
        ]);
        let ids = request_ids_in(&headers);
        let ids: Vec<_> = ids.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            ids,
            [
                ("X-Request-Id", "abc"),
                ("x-request-id", "def"),
                ("CF-Ray", "8f-AMS")
            ]
        );
    }

    #[test]
    fn no_name_stands_twice() {
        for (place, name) in NAMES.iter().enumerate() {
            assert!(!NAMES[..place].contains(name));
            assert_eq!(name.to_lowercase(), *name);
        }
    }
}
