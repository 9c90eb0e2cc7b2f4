//! Calls as they are kept, written and read again.

use super::ending::Answer;
use super::*;
use crate::insight::redact::Mask;
use crate::model::{
    Auth, CookieNews, Failure, Headers, Hop, Outcome, Param, Part, RequestSpec, SentRequest, Slot,
    SlotPlace, Timestamp, Timing, TokenName, TokenRef,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

fn any_timestamp() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    (first + 1..last, 0..1_000_000_000).prop_map(|(s, n)| Timestamp::new(s, n).unwrap())
}

fn any_duration() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n))
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..60), any::<String>().prop_map(Vec::from)]
}

fn any_headers() -> impl Strategy<Value = Headers> {
    let name = prop_oneof![Just("set-cookie".to_owned()), any::<String>()];
    vec((name, any_bytes()), 0..6).prop_map(Headers::from_iter)
}

fn any_token() -> impl Strategy<Value = TokenRef> {
    ("[a-z0-9._-]{1,40}", any::<Option<String>>()).prop_map(|(name, fingerprint)| TokenRef {
        name: TokenName::new(&name).unwrap(),
        fingerprint,
    })
}

fn any_slot() -> impl Strategy<Value = Slot> {
    let place = prop_oneof![
        Just(SlotPlace::Url),
        any::<usize>().prop_map(SlotPlace::Header),
        Just(SlotPlace::Body),
        Just(SlotPlace::Form),
    ];
    (any_token(), place, any::<(usize, usize)>()).prop_map(|(token, place, (from, to))| Slot {
        name: token.name,
        place,
        range: from..to,
    })
}

fn any_part() -> impl Strategy<Value = Part> {
    any::<(
        String,
        String,
        bool,
        Option<String>,
        Option<String>,
        [bool; 2],
    )>()
    .prop_map(
        |(name, value, is_file, file_name, media_type, [is_off, literal])| Part {
            name,
            value,
            is_file,
            file_name,
            media_type,
            is_off,
            literal,
            written: None,
        },
    )
}

fn any_spec() -> impl Strategy<Value = RequestSpec> {
    let rows = || {
        vec(any::<(String, String, bool, bool, bool)>(), 0..4).prop_map(|rows| {
            rows.into_iter()
                .map(|(name, value, enabled, literal, is_pair)| {
                    if is_pair {
                        Param {
                            enabled,
                            ..Param::of_query(&format!("{name}={value}"))
                        }
                    } else {
                        Param {
                            enabled,
                            literal,
                            ..Param::new(name, value)
                        }
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    let body = prop_oneof![
        Just(Body::Empty),
        any::<String>().prop_map(Body::Text),
        any_bytes().prop_map(Body::Bytes),
        rows().prop_map(Body::Form),
        vec(any_part(), 0..4).prop_map(Body::Multipart),
        any::<String>().prop_map(Body::File)
    ];
    let auth = prop_oneof![
        Just(Auth::None),
        any_token().prop_map(|token| Auth::Bearer(token.name))
    ];
    (any::<[String; 3]>(), rows(), rows(), body, auth).prop_map(
        |([method, url, notes], params, headers, body, auth)| RequestSpec {
            method,
            url,
            params,
            headers,
            body,
            auth,
            notes,
        },
    )
}

fn any_response() -> impl Strategy<Value = Response> {
    let part = || proptest::option::of(any_duration());
    let parts = (
        part(),
        part(),
        part(),
        part(),
        any::<bool>(),
        any_duration(),
    );
    let timing = parts.prop_map(|(dns, connect, tls, first_byte, reused, total)| Timing {
        dns,
        connect,
        tls,
        reused,
        first_byte,
        total,
    });
    let texts = any::<(u16, String, String, bool, bool)>();
    let sizes = any::<(Option<u64>, Option<u64>)>();
    let fields = (any_headers(), any_headers());
    (texts, sizes, fields, any_bytes(), timing).prop_map(
        |(texts, (received, wire_bytes), (headers, trailers), body, timing)| {
            let (status, reason, version, body_cut, refused) = texts;
            let cookies = CookieNews {
                expired: vec![version.clone()],
                refused: vec!["one".to_owned(), String::new()],
                ..CookieNews::default()
            };
            Response {
                received,
                wire_bytes,
                status,
                reason,
                version,
                headers,
                trailers,
                body,
                as_sent: None,
                body_cut,
                refused,
                cookies,
                timing,
            }
        },
    )
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let cause = proptest::sample::select(Cause::ALL);
    let partial = proptest::option::of(any_response().prop_map(Box::new));
    let failure = (cause, any::<[String; 2]>(), partial, any::<bool>()).prop_map(
        |(cause, [message, hint], partial, was_sent)| Failure {
            cause,
            message,
            hint,
            partial,
            was_sent,
        },
    );
    prop_oneof![
        any_response().prop_map(Outcome::Answered),
        failure.prop_map(Outcome::Failed)
    ]
}

pub(crate) fn any_exchange() -> impl Strategy<Value = Exchange> {
    let sent = (
        any::<[String; 2]>(),
        any_headers(),
        any_bytes(),
        vec(any_slot(), 0..3),
        proptest::option::of(any_token()),
    )
        .prop_map(|([method, url], headers, body, slots, token)| SentRequest {
            method,
            url,
            headers,
            body,
            slots,
            files: Vec::new(),
            token,
        });
    let frame = (
        0..=ExchangeId::LAST,
        any::<(String, Option<String>)>(),
        proptest::option::of(0..=ExchangeId::LAST),
    );
    let times = (any_timestamp(), any_duration());
    let hop = any::<(u16, String, String, bool, Vec<String>)>();
    let hop = hop.prop_map(|(status, location, method, token_sent, dropped)| Hop {
        status,
        location,
        method,
        token_sent,
        dropped,
    });
    let end = (any_outcome(), vec(hop, 0..3), any::<(u32, Vec<String>)>());
    (frame, any_spec(), sent, end, times).prop_map(
        |((id, (environment, case), probe), typed, sent, end, (started_at, took))| {
            let (outcome, redirects, (attempts, unverified)) = end;
            Mask::default().exchange(RawExchange {
                id: ExchangeId::from_number(id),
                environment,
                case,
                typed,
                sent,
                outcome,
                redirects,
                attempts,
                unverified,
                started_at,
                took,
                probe_of: probe.map(ExchangeId::from_number),
                origin: CallOrigin::ALL[(id % 8) as usize],
                run: (id % 3 == 0).then(|| ExchangeId::from_number(id / 3)),
            })
        },
    )
}

fn owned(bodies: Bodies<&[u8]>) -> Bodies<Vec<u8>> {
    Bodies {
        typed: bodies.typed.to_vec(),
        sent: bodies.sent.to_vec(),
        received: bodies.received.to_vec(),
    }
}

proptest! {
    #[test]
    fn any_call_is_read_back_exactly(exchange in any_exchange()) {
        let read = read(&write(&exchange), owned(bodies(&exchange)));
        prop_assert!(read.is_ok_and(|read| read == *exchange));
    }

    #[test]
    fn any_summary_is_read_back_exactly(exchange in any_exchange()) {
        let summary = crate::insight::summary(&exchange);
        let read = read_summary(&write_summary(&summary), summary.id.clone());
        prop_assert_eq!(read, Ok(summary));
    }
}

#[test]
fn members_of_a_later_program_are_passed_over_and_a_later_version_is_named() {
    let exchange = Mask::default().exchange(RawExchange {
        id: ExchangeId::from_number(7),
        environment: "sandbox".into(),
        case: None,
        typed: RequestSpec::new("GET", "{{base}}/core"),
        sent: SentRequest::default(),
        outcome: Outcome::Answered(Response::default()),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::from_millis(12),
        probe_of: None,
        run: None,
        origin: Default::default(),
    });
    let text = write(&exchange);
    let longer = text.replacen("{\"v\":1", "{\"weather\":[\"fine\"],\"v\":1", 1);
    assert!(read(&longer, Bodies::default()).is_ok_and(|read| read == *exchange));
    let later = text.replacen("{\"v\":1", "{\"v\":3", 1);
    let error = read(&later, Bodies::default()).err().unwrap().to_string();
    assert!(error.contains("Update httriage"), "{error}");
    // An older program would fill in what is marked as data, and is told not to try.
    let mut data = read(&text, Bodies::default()).ok().unwrap();
    data.typed.headers = vec![Param::data("X-A", "{{token:x}}")];
    let data = Mask::default().exchange(data);
    let marked = write(&data);
    assert!(marked.starts_with("{\"v\":2,"), "{marked}");
    assert!(read(&marked, Bodies::default()).is_ok_and(|read| read == *data));
    let error = read("{\"v\":1}", Bodies::default()).err().unwrap();
    assert!(error.to_string().contains("cannot be shown"), "{error}");
}

#[test]
fn a_text_in_another_encoding_is_kept_as_it_came_and_read_as_text() {
    use crate::insight::charset;
    let mut response = Response {
        body: b"Gr\xf6\xdfe".to_vec(),
        headers: [("content-type", "text/plain; charset=latin1")]
            .into_iter()
            .collect(),
        ..Response::default()
    };
    charset::decode(&mut response);
    let answer = Answer::of(&response);
    let read = answer.read(response.bytes().to_vec()).unwrap();
    assert_eq!(read, response);
    assert_eq!(read.body, "Größe".as_bytes());
    // Masked, it is a text of ours, whatever its header says.
    response.set_body("Gr‹secret›e".as_bytes().to_vec());
    let read = Answer::of(&response).read(response.bytes().to_vec());
    assert_eq!(read.unwrap(), response);
}
