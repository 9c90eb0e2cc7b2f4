//! A text for other eyes: fingerprints, e-mail addresses and ids lose their letters and digits and
//! keep their shape, so that a screen can be shown and still be understood.

/// Hides what tells persons and things apart. Letters become `x` and digits `#`, one for one;
/// all else stays.
pub fn disguise(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    addresses(&chars, &mut hidden);
    fingerprints(&chars, &mut hidden);
    ids(&chars, &mut hidden);
    let shown = chars.iter().zip(hidden).map(|(c, hidden)| match c {
        c if !hidden => *c,
        c if c.is_numeric() => '#',
        c if c.is_alphabetic() => 'x',
        c => *c,
    });
    shown.collect()
}

/// `ann.lee@acme.example`
fn addresses(chars: &[char], hidden: &mut [bool]) {
    let local = |c: &char| c.is_alphanumeric() || "._%+-'".contains(*c);
    let domain = |c: &char| c.is_alphanumeric() || ".-".contains(*c);
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '@') {
        let before = chars[..at].iter().rev().take_while(|c| local(c)).count();
        let after = chars[at + 1..].iter().take_while(|c| domain(c)).count();
        if before > 0 && after > 1 {
            hidden[at - before..=at + after].fill(true);
        }
    }
}

/// `·a361`, as it stands behind the name of a token.
fn fingerprints(chars: &[char], hidden: &mut [bool]) {
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '·') {
        let digits = chars[at + 1..].iter().take_while(|c| c.is_ascii_hexdigit());
        let ends = |c: &char| !c.is_alphanumeric();
        if digits.count() == 4 && chars.get(at + 5).is_none_or(ends) {
            hidden[at..at + 5].fill(true);
        }
    }
}

/// Words that are ids by their look or by what stands before them.
fn ids(chars: &[char], hidden: &mut [bool]) {
    let mut start = 0;
    while start < chars.len() {
        let length = chars[start..].iter().take_while(|c| is_word(**c)).count();
        if length == 0 {
            start += 1;
            continue;
        }
        let word = &chars[start..start + length];
        let before = &chars[..start];
        if looks_like_an_id(word) || is_path_segment(before, word) || is_called_id(before) {
            hidden[start..start + length].fill(true);
        }
        start += length;
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Long, and letters mixed with digits as in no word; or a long number. A date is neither.
fn looks_like_an_id(word: &[char]) -> bool {
    let digits = word.iter().filter(|c| c.is_ascii_digit()).count();
    let date = word.len() >= 10
        && word[..10].iter().enumerate().all(|(place, c)| match place {
            4 | 7 => *c == '-',
            _ => c.is_ascii_digit(),
        });
    let number = digits == word.len() && digits >= 6;
    let mixed = word.len() >= 8 && digits >= 3 && digits < word.len();
    !date && (number || mixed)
}

/// The `7` of `/runbooks/7/tasks`, but not that of `6/7`, `HTTP/1.1` or `http://127.0.0.1`.
fn is_path_segment(before: &[char], word: &[char]) -> bool {
    let mut path = before;
    // Back over segments that are numbers themselves, to where the path or the date begins.
    let begin = loop {
        let Some(('/', rest)) = path.split_last().map(|(c, rest)| (*c, rest)) else {
            break path;
        };
        let digits = rest.iter().rev().take_while(|c| c.is_ascii_digit()).count();
        path = &rest[..rest.len() - digits];
        if digits == 0 || path.last() != Some(&'/') {
            break if digits == 0 { rest } else { path };
        }
    };
    let inside = before.last() == Some(&'/') && word.iter().all(char::is_ascii_digit);
    let named = begin
        .last()
        .is_some_and(|c| is_word(*c) || "}]".contains(*c));
    inside && named && !begin.ends_with(&['H', 'T', 'T', 'P'])
}

/// Whether `id`, `runbook_id` or `taskId` stands before, with a sign that gives it a value.
fn is_called_id(before: &[char]) -> bool {
    let signs = |c: &&char| "\"'[]:= ".contains(**c);
    let gap = before.iter().rev().take_while(signs).count();
    let (name, between) = before.split_at(before.len() - gap);
    if gap > 6 || !between.iter().any(|c| ":=".contains(*c)) {
        return false;
    }
    match name {
        [.., border, 'i', 'd'] | [.., border, 'I', 'D'] => !border.is_alphabetic(),
        [.., _, 'I', 'd'] | ['i' | 'I', 'd'] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_tells_people_and_things_apart_keeps_only_its_shape() {
        for (text, shown) in [
            ("ann.lee@acme.example wrote", "xxx.xxx@xxxx.xxxxxxx wrote"),
            ("token support ·a361  next", "token support ·x###  next"),
            ("‹token:desk·7b62›", "‹token:desk·#x##›"),
            (
                "GET /core/runbooks/7/tasks?x=1",
                "GET /core/runbooks/#/tasks?x=1",
            ),
            ("/core/7/8", "/core/#/#"),
            ("{{base}}/7 /v2/9", "{{base}}/# /v2/#"),
            ("{\"id\": \"12\", \"n\": 3}", "{\"id\": \"##\", \"n\": 3}"),
            ("runbook_id=9 taskId: abc", "runbook_id=# taskId: xxx"),
            ("filter[workspace_id]=2", "filter[workspace_id]=#"),
            (
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "x##x#xxx-#xxx-##x#-x###-##x#x##x#xx#",
            ),
            ("account 4711001", "account #######"),
        ] {
            assert_eq!(disguise(text), shown);
        }
    }

    #[test]
    fn what_says_what_happened_stays() {
        for text in [
            "▲ 403 Forbidden    82 ms   115 B   application/json",
            "2026-03-14T02:07:00Z and 02:07, 12/05/2026",
            "HTTP/1.1 200 OK, step 6/7, http://127.0.0.1:4100",
            "the token is valid: 3 of them said so",
            "forbidden · Body · 1xx",
        ] {
            assert_eq!(disguise(text), text);
        }
    }

    proptest! {
        #[test]
        fn every_sign_keeps_its_place(text in any::<String>()) {
            let shown = disguise(&text);
            prop_assert_eq!(shown.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(shown.chars()) {
                let kept = before == after;
                let hidden = (before.is_numeric() && after == '#')
                    || (before.is_alphabetic() && after == 'x');
                prop_assert!(kept || hidden);
            }
        }

        #[test]
        fn no_address_is_left(name in "[a-w]{3,9}", host in "[a-z]{2,9}", around in "[ ,;:<>\"()]") {
            let text = format!("{around}{name}.b@{host}.example{around}");
            let shown = disguise(&text);
            let address = format!("{name}.b@{host}");
            prop_assert!(!shown.contains(&address), "{}", shown);
        }
    }
}
