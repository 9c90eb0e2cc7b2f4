//! Every text of the second table, masked.

use super::more::forms;
use super::*;

#[test]
fn a_secret_is_masked_in_the_texts_of_every_trade() {
    let mut left = Vec::new();
    let forms = forms();
    for (what, body, secrets) in &forms {
        let masked = in_body(body.as_bytes());
        let is_left = secrets.iter().any(|secret| masked.contains(secret));
        if is_left || !masked.contains(MASK) {
            left.push(format!(
                "{what}: {}",
                masked.chars().take(200).collect::<String>()
            ));
        }
        assert_eq!(in_body(masked.as_bytes()), masked, "{what} is masked twice");
        if serde_json::from_str::<serde_json::Value>(body).is_ok() {
            let still = serde_json::from_str::<serde_json::Value>(&masked);
            assert!(still.is_ok(), "{what} is no JSON any more: {masked}");
        }
    }
    println!("{} texts, {} left", forms.len(), left.len());
    assert!(
        left.is_empty(),
        "{} of {}: {left:#?}",
        left.len(),
        forms.len()
    );
}
