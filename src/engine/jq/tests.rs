//! Filters, their results and their mistakes, in this very process.

use super::*;

fn filtered_within(filter: &str, body: &[u8], most: usize) -> Result<Filtered, String> {
    let mut kept = Vec::new();
    let mut results = Results::new(&mut kept, most);
    let ending = evaluate(filter, body, &mut results, &|| false);
    drop(results);
    finished(filter, body, kept, ending)
}

fn filtered(filter: &str, body: &str) -> Result<Filtered, String> {
    filtered_within(filter, body.as_bytes(), limits::JQ_OUTPUT)
}

#[track_caller]
fn results(filter: &str, body: &str) -> Vec<String> {
    let filtered = filtered(filter, body).unwrap();
    let text = String::from_utf8(filtered.body).unwrap();
    assert_eq!(text.lines().count(), filtered.results);
    text.lines().map(str::to_owned).collect()
}

#[track_caller]
fn refused(filter: &str, body: &str) -> String {
    filtered(filter, body).unwrap_err()
}

#[test]
fn every_result_is_a_line() {
    let body = r#"{"data":[{"id":1,"b":{"x":[]}},{"id":2}]}"#;
    assert_eq!(
        results(".data[]", body),
        [r#"{"id":1,"b":{"x":[]}}"#, r#"{"id":2}"#]
    );
    assert_eq!(results(".data | map(.id) | add", body), ["3"]);
    assert_eq!(results(".data[] | select(.id > 5)", body), [""; 0]);
    let sequence = "\u{1e}{\"id\":1}\n\u{1e}{\"id\":\n 2}\n";
    assert_eq!(results(".id", sequence), ["1", "2"]);
}

#[test]
fn numbers_stay_as_they_were_sent_unless_the_filter_reckons_with_them() {
    let body = "[1.10, 123456789012345678901234567890, 1E400, 0.1, -3]";
    assert_eq!(
        results(".[]", body),
        [
            "1.10",
            "123456789012345678901234567890",
            "1E400",
            "0.1",
            "-3"
        ]
    );
    assert_eq!(results(".[0] + 0", body), ["1.1"]);
}

#[test]
fn several_values_are_filtered_one_after_the_other() {
    assert_eq!(results(".a", "{\"a\":1}\n{\"a\":2}\n"), ["1", "2"]);
}

#[test]
fn members_keep_their_order() {
    assert_eq!(results(".", r#"{"z":1,"a":2}"#), [r#"{"z":1,"a":2}"#]);
}

#[test]
fn escapes_that_are_written_anew_are_mentioned() {
    let told = filtered(".", r#""\u00e4""#).unwrap();
    assert_eq!(told.body, "\"ä\"\n".as_bytes());
    assert!(told.notes[0].contains("Escapes"), "{:?}", told.notes);
    assert!(filtered(".", "1").unwrap().notes.is_empty());
}

#[test]
fn a_mistake_has_its_place() {
    for (filter, says) in [
        (
            ".a | foo",
            "In column 6 of the filter, there is no filter foo.",
        ),
        (
            ".a | map(.b; 2)",
            "In column 6 of the filter, there is no filter map that takes 2.",
        ),
        (
            ".a[",
            "In column 4 of the filter, the closing ] is missing.",
        ),
        ("$x", "In column 1 of the filter, there is no variable $x."),
        (".a |", "In column 5 of the filter, a value is missing."),
        (
            "\"ä\" | §",
            "In column 7 of the filter, this sign means nothing.",
        ),
        (".a b", "In column 4 of the filter, this is too much."),
        (
            ".\n| foo",
            "In line 2, column 3 of the filter, there is no filter foo.",
        ),
    ] {
        assert_eq!(refused(filter, "{}"), says);
    }
    assert!(refused("include \"x\"; .", "{}").contains("loads no other files"));
}

#[test]
fn a_filter_cannot_reach_out() {
    for name in [
        "env",
        "halt",
        "debug",
        "stderr",
        "input",
        "inputs",
        "halt_error",
    ] {
        let says = refused(name, "{}");
        assert!(says.contains("is left out here"), "{name}: {says}");
    }
    assert!(refused("$ENV", "{}").contains("no variable $ENV"));
}

#[test]
fn an_error_in_the_middle_keeps_the_results_before_it() {
    let told = filtered(".[] | . + 1", "[1, 2, \"a\", 4]").unwrap();
    assert_eq!((told.results, told.body.as_slice()), (2, &b"2\n3\n"[..]));
    assert!(
        told.notes[0].starts_with("After these results: cannot"),
        "{:?}",
        told.notes
    );
    assert!(refused(".a", "[1]").starts_with("cannot"));
    let long = format!("[\"{}\"]", "x".repeat(100_000));
    assert!(refused(".a", &long).len() < 300);
}

#[test]
fn the_limit_of_the_output_is_named() {
    let told = filtered_within("range(1000000)", b"0", 10_000).unwrap();
    assert!(told.body.len() <= 10_000 && told.results > 1_000);
    assert!(told.notes[0].contains("there are more"), "{:?}", told.notes);
}

#[test]
fn the_limit_of_the_time_is_named() {
    let mut kept = Vec::new();
    let mut results = Results::new(&mut kept, 1_000_000);
    let ending = evaluate("repeat(1)", b"0", &mut results, &|| true);
    drop(results);
    assert_eq!(ending.stopped, Some(Stopped::Time));
    let told = finished("repeat(1)", b"0", kept, ending).unwrap();
    assert!(
        told.notes[0].contains("there may be more"),
        "{:?}",
        told.notes
    );
}

#[test]
fn what_is_no_json_or_too_much_of_it_is_refused() {
    assert!(refused(".", "{\"a\":").contains("not JSON"));
    assert!(too_large(&vec![b' '; limits::JQ_INPUT]).is_none());
    let why = too_large(&vec![b' '; limits::JQ_INPUT + 1]).unwrap();
    assert!(why.contains("at most"), "{why}");
}

#[test]
fn what_was_written_in_half_is_left_out() {
    let ending = Ending {
        stopped: Some(Stopped::Time),
        ..Ending::default()
    };
    let told = finished(".", b"", b"1\n2\n[3,".to_vec(), ending).unwrap();
    assert_eq!((told.results, told.body.as_slice()), (2, &b"1\n2\n"[..]));
}
