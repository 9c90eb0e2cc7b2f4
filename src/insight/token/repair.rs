//! What a pasted value would be without the mistakes of copying. It is only worked out here;
//! whether it is taken is the person's decision, so each step is named first.

use super::mistakes::{bare, without_scheme};
use crate::model::Secret;

/// A better value, and what was done to get it.
pub struct Repair {
    pub value: Secret,
    /// As sentences, in order.
    pub steps: Vec<&'static str>,
}

/// `None` where nothing can be mended, or nothing has to be.
pub fn repair(text: &str) -> Option<Repair> {
    let mut steps = Vec::new();
    let mut value = text.to_owned();
    // One layer at a time: a header line in quotes with a blank behind it has three.
    while let Some((step, next)) = once(&value) {
        if !steps.contains(&step) {
            steps.push(step);
        }
        value = next;
    }
    (!steps.is_empty() && !value.is_empty()).then(|| Repair {
        value: Secret::new(value),
        steps,
    })
}

/// The first mistake that is found, and the value without it; each makes it shorter.
fn once(text: &str) -> Option<(&'static str, String)> {
    let changed = |step, next: &str| (next != text).then(|| (step, next.to_owned()));
    let escaped = ["%0a", "%0d", "%20", "\\n", "\\r", "\\t"];
    let lower = text.to_ascii_lowercase();
    changed("take the blanks around it away", text.trim())
        .or_else(|| changed("take the quotation marks and signs around it away", bare(text)))
        .or_else(|| {
            let name = lower.starts_with("authorization:");
            let step = if name {
                "take the name of the header in front of it away"
            } else {
                "take the scheme in front of it away"
            };
            changed(step, without_scheme(text))
        })
        .or_else(|| {
            let end = escaped.iter().find(|end| lower.ends_with(**end))?;
            let kept = &text[..text.len() - end.len()];
            changed("take the escaped line break behind it away", kept)
        })
        .or_else(|| {
            // A value that was wrapped; words with blanks between are no value.
            let joined: String = text.split(['\n', '\r']).map(str::trim).collect();
            changed("join its lines", &joined)
        })
        .or_else(|| {
            let visible = |c: &char| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}');
            let kept: String = text.chars().filter(visible).collect();
            changed("take the invisible characters in it away", &kept)
        })
        .or_else(|| {
            let half = text.len() / 2;
            let twice = text.len() > 32 && text.is_char_boundary(half) && text[..half] == text[half..];
            twice.then(|| ("keep one of the two copies", text[..half].to_owned()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(text: &str) -> (usize, Vec<&'static str>) {
        let repair = repair(text).unwrap();
        assert_eq!(
            repair.value.reveal(),
            "0123456789abcdef".repeat(3),
            "{text:?}"
        );
        (repair.steps.len(), repair.steps)
    }

    #[test]
    fn every_mistake_that_can_be_undone_is_undone_and_named() {
        let hex = "0123456789abcdef".repeat(3);
        let one = [
            format!(" {hex}\n"),
            format!("\"{hex}\""),
            format!("{hex};"),
            format!("Bearer {hex}"),
            format!("bearer: {hex}"),
            format!("Authorization: Bearer {hex}"),
            format!("{hex}%0A"),
            format!("{hex}\\n"),
            format!("{}\n{}", &hex[..24], &hex[24..]),
            format!("{}\u{200b}{}", &hex[..24], &hex[24..]),
            format!("{hex}{hex}"),
        ];
        for text in one {
            assert_eq!(steps(&text).0, 1, "{text:?}: {:?}", steps(&text).1);
        }
        let (count, _) = steps(&format!("  'Authorization: Bearer Bearer {hex}' \n"));
        assert_eq!(count, 3);
    }

    #[test]
    fn what_is_fine_or_beyond_repair_is_left_alone() {
        let hex = "0123456789abcdef".repeat(3);
        for text in [hex.as_str(), "", "   ", "\"\"", "tk-live-Zm9v+/=="] {
            assert!(repair(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_repaired_value_needs_no_repair(text in "\\PC*|[\"' \n\tBearer:%0A\\\\a-f0-9]{0,40}") {
            if let Some(first) = repair(&text) {
                prop_assert!(repair(first.value.reveal()).is_none());
            }
        }
    }
}
