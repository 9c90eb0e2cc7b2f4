//! What both forms of Bruno files share: methods, values in a path, the query, and comments in
//! bodies, which are not sent.

use crate::format::written::{self, COMPONENT_OF_URL};
use crate::model::Param;

/// The methods that name a block of a `.bru` file, in lower case.
pub const METHODS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace", "connect",
];

/// Replaces `:name` in the path of a URL by a value.
pub fn with_path_value(url: &str, name: &str, value: &str) -> String {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(found) if found == name => value,
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/") + query
}

/// The query in the URL is what is sent; of the rows, which repeat it, only those switched off are
/// kept. `is_encoded` encodes each pair as it stands, escapes too.
pub fn queried(url: String, rows: Vec<Param>, is_encoded: bool) -> (String, Vec<Param>) {
    let Some((path, query)) = url.split_once('?') else {
        return (url, rows);
    };
    let (query, fragment) = query.split_at(query.find('#').unwrap_or(query.len()));
    if query.is_empty() {
        return (format!("{path}{fragment}"), rows);
    }
    let encoded = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => {
            let (name, value) = (
                COMPONENT_OF_URL.encoded(name),
                COMPONENT_OF_URL.encoded(value),
            );
            format!("{name}={value}")
        }
        None => COMPONENT_OF_URL.encoded(pair),
    };
    let url = if is_encoded {
        let pairs: Vec<String> = query.split('&').map(encoded).collect();
        format!("{path}?{}{fragment}", pairs.join("&"))
    } else {
        url
    };
    let off = rows.into_iter().filter(|row| !row.enabled);
    (url, off.collect())
}

/// JSON without its comments; a line with nothing else is removed too.
pub fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let is_remark = !quoted && (rest.starts_with("//") || rest.starts_with("/*"));
        if is_remark {
            let end = match rest.starts_with("//") {
                true => rest.find('\n'),
                false => rest.find("*/").map(|end| end + 2),
            };
            rest = &rest[end.unwrap_or(rest.len())..];
            let line = out.rfind('\n').map_or(0, |at| at + 1);
            if out[line..].trim().is_empty()
                && let Some(next) = rest
                    .trim_start_matches([' ', '\t', '\r'])
                    .strip_prefix('\n')
            {
                out.truncate(line);
                rest = next;
            }
            continue;
        }
        let length = match (quoted, c) {
            // The backslash and the character it escapes.
            (true, '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (_, c) => c.len_utf8(),
        };
        if c == '"' {
            quoted = !quoted;
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// A GraphQL request body; comments in the variables are removed.
pub fn graphql(query: &str, variables: &str) -> String {
    written::graphql(query, &without_remarks(variables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_taken_out_and_texts_left_alone() {
        let text = "{\n  \"a\": \"http://x//y \\\" /* no */\",\n  // why\n  /* many\n  lines */\n  \"b\": 1 // c\n}";
        let plain = "{\n  \"a\": \"http://x//y \\\" /* no */\",\n  \"b\": 1 \n}";
        assert_eq!(without_remarks(text), plain);
        assert_eq!(without_remarks("/* open"), "");
        assert_eq!(without_remarks("\"a\\"), "\"a\\");
    }

    #[test]
    fn the_query_of_the_url_is_the_one_that_is_sent() {
        let off = Param {
            enabled: false,
            ..Param::new("off", "1")
        };
        let rows = || vec![Param::new("q", "a b"), off.clone()];
        let url = "{{host}}/x?q=a b&e=%2F&flag".to_owned();
        let (sent, rest) = queried(url.clone(), rows(), false);
        assert_eq!((&sent, &rest[..]), (&url, std::slice::from_ref(&off)));
        let (sent, _) = queried(url, rows(), true);
        assert_eq!(sent, "{{host}}/x?q=a%20b&e=%252F&flag");
        let (sent, rest) = queried("{{host}}/x?".to_owned(), rows(), false);
        assert_eq!((&sent[..], rest.len()), ("{{host}}/x", 2));
    }
}
