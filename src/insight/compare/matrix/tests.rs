//! Answers of our own, read as cells.

use super::*;
use crate::insight::api::knowledge::{CodeRow, Meaning, Pack};
use crate::insight::{CodeNote, Grounds, Statement};
use crate::model::RawExchange;
use crate::model::{ExchangeId, Headers, Hop, Response, SentRequest, Step, Timestamp, TokenRef};
use std::sync::Arc;
use std::time::Duration;

/// As the packs have it, as far as the codes here go.
fn knowledge() -> Knowledge {
    let row = |code: &str, cause| CodeRow {
        note: CodeNote {
            code: code.into(),
            title: None,
            statuses: vec![],
            meaning: Statement {
                text: "It is so.".into(),
                grounds: Grounds::Inferred,
            },
            causes: vec![cause],
            checks: vec![],
            ask: vec![],
        },
        meaning: Meaning::default(),
    };
    let pack = Pack {
        codes: vec![
            row("forbidden", Cause::PermissionMissingRole),
            row("invalid_token", Cause::TokenRejected),
            row("not_found", Cause::ResourceAbsent),
            row("unprocessable_entity", Cause::RequestValidation),
        ],
        ..Pack::default()
    };
    Knowledge {
        packs: vec![Arc::new(pack)],
        ..Knowledge::default()
    }
}

fn exchange(outcome: Outcome) -> Exchange {
    Mask::default().exchange(RawExchange {
        id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
        environment: "e".into(),
        case: None,
        typed: Default::default(),
        sent: SentRequest {
            token: Some(TokenRef {
                name: name("a"),
                fingerprint: None,
            }),
            ..SentRequest::default()
        },
        outcome,
        redirects: vec![],
        attempts: 1,
        unverified: vec![],
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        probe_of: None,
        run: None,
        origin: Default::default(),
    })
}

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        body: body.into(),
        headers: Headers::from_iter([("content-type", "application/json")]),
        ..Response::default()
    }
}

fn answer(status: u16, code: &str) -> Exchange {
    let body = match code {
        "" => "{}".to_owned(),
        code => format!(r#"{{"errors":[{{"title":"T","detail":"D","code":"{code}"}}]}}"#),
    };
    exchange(Outcome::Answered(response(status, &body)))
}

fn came(status: u16, code: &str) -> Cell {
    Cell::Came(Box::new(Answer::of(&answer(status, code), &knowledge())))
}

fn failed(cause: Cause) -> Cell {
    let outcome = Outcome::Failed(Failure::new(cause, "no", "try"));
    Cell::Came(Box::new(Answer::of(&exchange(outcome), &knowledge())))
}

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn callers(names: &[&str]) -> Vec<Caller> {
    names.iter().map(|n| Caller::Token(name(n))).collect()
}

/// A matrix of rows of cells; pins are `+` and `-`.
fn matrix(callers: &[Caller], rows: Vec<(&str, Vec<Cell>)>) -> Matrix {
    let steps = rows.iter().map(|(pins, _)| {
        let pins = pins.chars().zip(callers).filter_map(|(pin, caller)| {
            let pin = match pin {
                '+' => Pin::Allow,
                '-' => Pin::Deny,
                _ => return None,
            };
            Some((caller.token()?.clone(), pin))
        });
        Step {
            access: pins.collect(),
            ..Step::default()
        }
    });
    let session = Session {
        steps: steps.collect(),
        ..Session::default()
    };
    let mut matrix = Matrix::new(&session, callers);
    for (row, (_, cells)) in rows.into_iter().enumerate() {
        for (column, cell) in cells.into_iter().enumerate() {
            matrix.set(row, column, cell);
        }
    }
    matrix
}

fn words(matrix: &Matrix) -> Vec<Vec<&'static str>> {
    let word = |row, column| matrix.access(row, column).map_or("", Access::words);
    (0..matrix.rows.len())
        .map(|row| (0..matrix.callers.len()).map(|c| word(row, c)).collect())
        .collect()
}

#[test]
fn an_answer_is_read_by_code_before_status() {
    let cases = [
        (200, "", "allowed"),
        (204, "", "allowed"),
        (304, "", "allowed"),
        (403, "forbidden", "denied"),
        (403, "a-code-nobody-knows", "denied"),
        (401, "forbidden", "denied"),
        (401, "", "token not accepted"),
        (403, "invalid_token", "token not accepted"),
        (404, "not_found", "unclear"),
        (422, "unprocessable_entity", "unclear"),
        (409, "", "unclear"),
        (429, "", "unclear"),
        (500, "", "unclear"),
        (999, "", "unclear"),
        // Errors amid success: with a code that is known, and with one that is not.
        (200, "forbidden", "denied"),
        (200, "missing_scope", "denied"),
        (200, "token_expired", "token not accepted"),
        (200, "odd", "unclear"),
    ];
    for (status, code, says) in cases {
        let one = matrix(&callers(&["a"]), vec![(" ", vec![came(status, code)])]);
        assert_eq!(words(&one), [[says]], "{status} {code}");
    }
}

#[test]
fn no_answer_is_never_a_denial() {
    for cause in Cause::ALL {
        let both = callers(&["a", "b"]);
        let rows = vec![("--", vec![failed(*cause), came(403, "")])];
        let matrix = matrix(&both, rows);
        assert_eq!(words(&matrix), [["failed", "denied"]], "{}", cause.id());
        assert_eq!(matrix.standing(0, 0), Some(Standing::Open));
        assert!(!matrix.is_as_pinned());
    }
}

#[test]
fn what_one_token_does_not_find_and_another_does_is_hidden() {
    let all = callers(&["a", "b", "c"]);
    let rows = vec![
        (
            "",
            vec![came(404, "not_found"), came(200, ""), came(403, "")],
        ),
        (
            "",
            vec![came(404, "not_found"), came(404, ""), came(403, "")],
        ),
    ];
    assert_eq!(
        words(&matrix(&all, rows)),
        [
            ["hidden", "allowed", "denied"],
            ["unclear", "unclear", "denied"]
        ]
    );
}

#[test]
fn a_token_that_works_where_tokens_are_asked_for_is_not_unknown() {
    let all = callers(&["a", "b"]);
    let rows = vec![
        ("", vec![came(401, ""), came(200, "")]),
        ("", vec![came(403, ""), came(200, "")]),
    ];
    assert_eq!(
        words(&matrix(&all, rows)),
        [["denied", "allowed"], ["denied", "allowed"]]
    );
    // What anybody may call proves nothing of a token.
    let rows = vec![
        ("", vec![came(401, ""), came(200, "")]),
        ("", vec![came(200, ""), came(200, "")]),
    ];
    assert_eq!(
        words(&matrix(&all, rows)),
        [["token not accepted", "allowed"], ["allowed", "allowed"]]
    );
}

#[test]
fn a_call_without_a_token_is_turned_away_and_not_unknown() {
    let all = [Caller::Nobody, Caller::Wrong];
    let rows = vec![("", vec![came(401, ""), came(401, "")])];
    assert_eq!(
        words(&matrix(&all, rows)),
        [["denied", "token not accepted"]]
    );
}

#[test]
fn an_answer_that_was_not_given_the_token_says_nothing_about_it() {
    let mut moved = answer(200, "").into_raw();
    moved.redirects.push(Hop {
        status: 302,
        location: "https://elsewhere.example/".into(),
        method: "GET".into(),
        token_sent: false,
        dropped: vec!["authorization".into()],
    });
    let moved = Mask::default().exchange(moved);
    let cell = Cell::Came(Box::new(Answer::of(&moved, &knowledge())));
    assert_eq!(
        words(&matrix(&callers(&["a"]), vec![("", vec![cell])])),
        [["unclear"]]
    );
}

#[test]
fn a_page_of_a_gateway_says_nothing_about_a_token() {
    let mut page = response(403, "<html><title>Blocked</title><h1>Blocked</h1></html>");
    page.headers = Headers::from_iter([("content-type", "text/html")]);
    let cell = Answer::of(&exchange(Outcome::Answered(page)), &knowledge());
    let one = matrix(
        &callers(&["a"]),
        vec![("", vec![Cell::Came(Box::new(cell))])],
    );
    assert_eq!(words(&one), [["unclear"]]);
}

#[test]
fn pins_tell_unexpected_allows_from_unexpected_denials() {
    let all = callers(&["a", "b", "c", "d"]);
    let rows = vec![
        (
            "+-+-",
            vec![came(200, ""), came(200, ""), came(403, ""), came(401, "")],
        ),
        (
            "-- +",
            vec![came(404, ""), came(500, ""), came(200, ""), Cell::Waiting],
        ),
    ];
    let matrix = matrix(&all, rows);
    assert_eq!(matrix.standing_so(Standing::Kept), [(0, 0), (0, 3), (1, 0)]);
    assert_eq!(matrix.standing_so(Standing::UnexpectedAllow), [(0, 1)]);
    assert_eq!(matrix.standing_so(Standing::UnexpectedDeny), [(0, 2)]);
    assert_eq!(matrix.standing_so(Standing::Open), [(1, 1)]);
    assert_eq!(matrix.standing(1, 2), None);
    assert_eq!(matrix.standing(1, 3), None);
    assert!(matrix.is_pinned() && !matrix.is_as_pinned());
}

#[test]
fn a_matrix_whose_pins_all_hold_is_as_pinned_only_when_it_is_filled() {
    let all = callers(&["a"]);
    let filled = matrix(&all, vec![("+", vec![came(200, "")])]);
    assert!(filled.is_as_pinned() && filled.is_filled());
    let waiting = matrix(&all, vec![("+", vec![Cell::Waiting])]);
    assert!(!waiting.is_as_pinned() && !waiting.is_filled());
    let skipped = matrix(&all, vec![("+", vec![Cell::Skipped("it writes".into())])]);
    assert!(!skipped.is_as_pinned());
}

#[test]
fn columns_and_rows_that_fare_the_same_are_grouped() {
    let all = callers(&["a", "b", "c"]);
    let fine = || came(200, "");
    let rows = vec![
        ("", vec![fine(), came(403, "x"), fine()]),
        ("", vec![fine(), fine(), fine()]),
        ("", vec![fine(), came(403, "x"), fine()]),
    ];
    let mut matrix = matrix(&all, rows);
    assert_eq!(matrix.columns_alike(), [vec![0, 2], vec![1]]);
    assert_eq!(matrix.rows_alike(), [vec![0, 2], vec![1]]);
    let differs: Vec<bool> = (0..3).map(|row| matrix.row_differs(row)).collect();
    assert_eq!(differs, [true, false, true]);
    // Another code is another fate.
    matrix.set(2, 1, came(403, "y"));
    assert_eq!(matrix.rows_alike().len(), 3);
}

#[test]
fn what_is_counted_is_what_the_cells_say() {
    let all = callers(&["a", "b"]);
    let rows = vec![
        ("", vec![came(200, ""), came(404, "")]),
        ("", vec![failed(Cause::ConnectRefused), Cell::Waiting]),
    ];
    let matrix = matrix(&all, rows);
    assert_eq!(matrix.row_counts(0).of(Access::Hidden), 1);
    assert_eq!(matrix.column_counts(0).of(Access::Failed), 1);
    assert_eq!(matrix.counts().total(), 3);
}

#[test]
fn answers_differ_by_status_and_codes_and_never_by_words() {
    let one = |exchange: &Exchange| Answer::of(exchange, &knowledge());
    let first = one(&answer(403, "forbidden"));
    let mut reworded = answer(403, "forbidden").into_raw();
    if let Outcome::Answered(response) = &mut reworded.outcome {
        response.body = String::from_utf8_lossy(&response.body)
            .replace("\"D\"", "\"Anders\"")
            .into();
    }
    let reworded = Mask::default().exchange(reworded);
    assert!(one(&reworded).differs_from(&first).is_empty());
    assert_eq!(one(&answer(403, "other")).differs_from(&first), ["codes"]);
    assert_eq!(
        one(&answer(200, "")).differs_from(&first),
        ["status", "codes"]
    );
}

#[test]
fn the_items_of_a_list_are_counted() {
    let items = |body: &str| {
        let exchange = exchange(Outcome::Answered(response(200, body)));
        Answer::of(&exchange, &knowledge()).items
    };
    assert_eq!(items(r#"{"data":[{"id":1},{"id":2}]}"#), Some(2));
    assert_eq!(items(r#"{"data":[]}"#), Some(0));
    assert_eq!(items("[1,2,3]"), Some(3));
    assert_eq!(items(r#"{"data":{"id":1}}"#), None);
    assert_eq!(items("[1,"), None);
    assert_eq!(items("not json"), None);
}
