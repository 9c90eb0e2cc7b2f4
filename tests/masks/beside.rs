//! Texts whose structure says what is secret in them: what stands beside the name of a place, in
//! stores, in cookies, in sentences about a value. And texts that speak of secrets and hold none.

use super::*;

/// One text a block. `§` stands around what is masked; all else stays as it is.
const BESIDE: &str = include_str!("beside.txt");
const LEFT: &str = include_str!("left.txt");

fn blocks(texts: &str) -> impl Iterator<Item = &str> {
    texts.trim_end().split("\n====\n")
}

#[test]
fn what_is_secret_by_what_stands_around_it_is_masked_and_nothing_else() {
    let (mut forms, mut wrong) = (0, Vec::new());
    for form in blocks(BESIDE) {
        forms += 1;
        let parts: Vec<&str> = form.split('§').collect();
        assert!(parts.len() > 1, "{form} holds nothing secret");
        let expected = parts
            .iter()
            .enumerate()
            .map(|(number, part)| match number % 2 {
                0 => *part,
                _ => MASK,
            });
        let expected: String = expected.collect();
        let body = parts.concat();
        let masked = in_body(body.as_bytes());
        if masked != expected {
            wrong.push(format!("{masked} instead of {expected}"));
        }
        assert_eq!(in_body(masked.as_bytes()), masked, "{form} is masked twice");
        if serde_json::from_str::<serde_json::Value>(&body).is_ok() {
            let still = serde_json::from_str::<serde_json::Value>(&masked);
            assert!(still.is_ok(), "{form} is no JSON any more: {masked}");
        }
    }
    println!("{} of {forms} texts", wrong.len());
    assert!(wrong.is_empty(), "{} of {forms}: {wrong:#?}", wrong.len());
}

#[test]
fn what_only_tells_about_secrets_is_left() {
    let (mut forms, mut wrong) = (0, Vec::new());
    for body in blocks(LEFT) {
        forms += 1;
        let masked = in_body(body.as_bytes());
        if masked != body {
            wrong.push(format!("{masked} instead of {body}"));
        }
    }
    println!("{} of {forms} texts", wrong.len());
    assert!(wrong.is_empty(), "{} of {forms}: {wrong:#?}", wrong.len());
}
