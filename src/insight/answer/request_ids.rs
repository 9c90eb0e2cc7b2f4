//! The ids under which the other side has written a call down: the first thing its support asks
//! for.

use crate::model::{Headers, RawExchange};

/// What the name of such a header ends with, its hyphens left out; the most telling first.
const ENDINGS: [&str; 18] = [
    "requestid",
    "correlationid",
    "traceid",
    "traceparent",
    "trackingid",
    "transactionid",
    "debugid",
    "reqid",
    "transid",
    "txid",
    "faultid",
    "uploadid",
    "rid",
    "tid",
    "ref",
    "tracecontext",
    "trace",
    "ray",
];

/// Where a header stands among those that carry one. A name that says nothing else goes before
/// one with the name of its maker; numbered ones (`…-id-2`) come last.
fn place(name: &str) -> Option<(usize, usize)> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("x-").unwrap_or(&lower);
    let words: Vec<&str> = bare.split(['-', '_']).collect();
    if let [.., "id", number] = words[..]
        && number.parse::<u8>().is_ok()
    {
        return Some((2, 0));
    }
    // The ending is made of whole words: an array is no ray.
    let ends = |from: usize| words[from..].concat();
    (0..words.len()).find_map(|from| {
        let place = ENDINGS.iter().position(|ending| *ending == ends(from))?;
        Some((usize::from(from > 0), place))
    })
}

/// Whether the header's value names one call.
pub fn is_request_id(name: &str) -> bool {
    place(name).is_some()
}

/// Names and values as they stand in the headers, the most telling first, repeats included.
fn request_ids_in(headers: &Headers) -> Vec<(String, String)> {
    let named = headers.iter().filter_map(|header| {
        let value = header.text().trim().to_owned();
        let place = place(&header.name).filter(|_| !value.is_empty())?;
        Some((place, (header.name.clone(), value)))
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(place, _)| *place);
    named.into_iter().map(|(_, found)| found).collect()
}

/// Those of the answer, else those that went out with the call: the other side may know them too.
pub fn request_ids(exchange: &RawExchange) -> Vec<(String, String)> {
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
    fn a_header_is_told_by_how_its_name_ends() {
        for name in [
            "Request-Id",
            "X-Acme-RequestId",
            "acme-correlation-id",
            "x-b3-traceid",
            "x-acme-id-2",
            "Edge-Ray",
            "X-Edge-Ref",
            "acme_tid",
        ] {
            assert!(is_request_id(name), "{name}");
        }
        for name in [
            "x-array",
            "x-tenant-id",
            "x-trace-level",
            "id",
            "ratelimit-2",
        ] {
            assert!(!is_request_id(name), "{name}");
        }
    }
}
