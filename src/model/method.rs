//! Which methods only read, and the headers and query parameters by which a server is asked to take
//! a call for one of another method: `X-HTTP-Method-Override: DELETE` makes a GET delete.

use url::form_urlencoded;

/// With `-` for `_`, which servers that take headers as variables cannot tell apart.
const NAMES: [&str; 5] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "-method",
    "-httpmethod",
];

/// A parameter of this plain name asks for another method only where its value is one.
const PLAIN: &str = "method";
const WRITING: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// Whether the method asks for no change (RFC 9110, 9.2.1).
pub fn is_safe_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Whether a header or parameter of that name asks for another method.
pub fn names_method(name: &str) -> bool {
    let name = name.trim_end_matches("[]").replace('_', "-");
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether the query of a URL asks for another method that may change something.
pub fn url_asks_to_write(url: &str) -> bool {
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split(['&', ';']).any(pair_asks)
}

/// A URL without the parameters of its query that name a method; the rest byte for byte.
pub fn without_method(url: &str) -> String {
    if !url_asks_to_write(url) {
        return url.to_owned();
    }
    let (front, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let (path, query) = front.split_once('?').unwrap_or((front, ""));
    let is_plain = |pair: &&str| !pair.split(';').any(names_or_asks);
    let pairs: Vec<&str> = query.split('&').filter(is_plain).collect();
    let sign = if pairs.is_empty() { "" } else { "?" };
    format!("{path}{sign}{}{fragment}", pairs.join("&"))
}

/// Whether headers or parameters, by name and value, ask for another method that may change
/// something.
pub fn rows_ask_to_write<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> bool {
    rows.into_iter().any(|(name, value)| asks(name, value))
}

/// A value that is still to be filled in may be any method.
fn asks(name: &str, value: &str) -> bool {
    let value = value.trim().to_ascii_uppercase();
    let is_plain = name.eq_ignore_ascii_case(PLAIN) && WRITING.contains(&value.as_str());
    is_plain || names_method(name) && !is_safe_method(&value)
}

fn pair_asks(pair: &str) -> bool {
    let mut parsed = form_urlencoded::parse(pair.as_bytes());
    parsed.any(|(name, value)| asks(&name, &value))
}

fn names_or_asks(pair: &str) -> bool {
    let mut parsed = form_urlencoded::parse(pair.as_bytes());
    parsed.any(|(name, value)| names_method(&name) || asks(&name, &value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Param, RequestSpec};

    #[test]
    fn a_read_that_asks_for_another_method_is_no_read() {
        let mut spec = RequestSpec::new("GET", "/orders/7");
        assert!(spec.is_safe());
        spec.headers
            .push(Param::data("X-Http-Method-Override", "delete"));
        assert!(!spec.is_safe());
        spec.headers[0].enabled = false;
        assert!(spec.is_safe());
        spec.headers[0] = Param::data("X-HTTP-Method", "get");
        assert!(spec.is_safe());
        spec.params.push(Param::new("_method", "{{method}}"));
        assert!(!spec.is_safe());
        let mut spec = RequestSpec::new("GET", "/orders/7?a=1&%5Fmethod=PUT#x");
        assert!(!spec.is_safe());
        assert_eq!(without_method(&spec.url), "/orders/7?a=1#x");
        assert_eq!(without_method("/a?_method=PUT"), "/a");
        spec.url = "/orders/7?method=orders.list".into();
        assert!(spec.is_safe());
        assert_eq!(without_method(&spec.url), spec.url);
        for url in ["/a?method=delete", "/a?b=1;_method=PUT", "/a?_method[]=PUT"] {
            spec.url = url.into();
            assert!(!spec.is_safe(), "{url}");
            assert_eq!(without_method(url), "/a");
        }
        let mut spec = RequestSpec::new("GET", "/a");
        spec.headers
            .push(Param::data("X_HTTP_METHOD_OVERRIDE", "delete"));
        assert!(!spec.is_safe());
    }
}
