//! The URL that the HTTP library is given: its path and query are those of the request, byte for
//! byte, and not what a browser would make of them.

use hyper::http::uri::PathAndQuery;
use url::{Position, Url};

/// The URL of a request, its path and query as they stand. Scheme, user, host and port are what
/// the library reads, and it goes there and nowhere else.
pub fn target(text: &str) -> Option<Url> {
    let read = Url::parse(text).ok()?;
    let origin = &read[..Position::BeforePath];
    let rest = text.split('#').next().unwrap_or_default();
    let rest = match rest.strip_prefix(origin) {
        Some(rest) if rest.starts_with('/') && PathAndQuery::try_from(rest).is_ok() => rest,
        // Of another's making: the library writes it in its own way.
        _ => return Some(read),
    };
    if rest == &read[Position::BeforePath..] {
        return Some(read);
    }
    let mut parts = read
        .serialize_internal(serde_json::value::Serializer)
        .ok()?;
    let query = rest.find('?').map(|at| origin.len() + at);
    *parts.get_mut(TEXT)? = format!("{origin}{rest}").into();
    *parts.get_mut(QUERY)? = query.into();
    *parts.get_mut(FRAGMENT)? = serde_json::Value::Null;
    let url = Url::deserialize_internal(parts).ok()?;
    let is_same = url[..Position::BeforePath] == *origin && url[Position::BeforePath..] == *rest;
    is_same.then_some(url)
}

/// Where the library keeps the whole text of a URL, and where in it the query and the fragment
/// begin.
const TEXT: usize = 0;
const QUERY: usize = 8;
const FRAGMENT: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_stay_and_the_rest_is_read() {
        for (text, path, query) in [
            ("http://a.example/a/../b/%2e%2e", "/a/../b/%2e%2e", None),
            ("http://a.example/a\\b", "/a\\b", None),
            ("https://[::1]:8443/?x='|^`{}\\", "/", Some("x='|^`{}\\")),
            ("http://me:pw@127.0.0.1:81/./?#f", "/./", Some("")),
            ("http://a.example//b?q=/../", "//b", Some("q=/../")),
        ] {
            let url = target(text).unwrap();
            assert_eq!((url.path(), url.query()), (path, query), "{text}");
            assert_eq!(url.fragment(), None);
            let read = Url::parse(text).unwrap();
            assert_eq!(url.origin(), read.origin());
            assert_eq!(url.username(), read.username());
            assert_eq!(url.password(), read.password());
            let uri: hyper::Uri = url.as_str().parse().unwrap();
            assert_eq!(uri.host().unwrap(), read.host_str().unwrap());
            assert_eq!(uri.path(), path);
        }
    }

    #[test]
    fn what_is_written_in_another_way_goes_where_the_library_reads_it() {
        for (text, wanted) in [
            ("HTTP://A.Example:80/../b", "http://a.example/b"),
            (
                "http://a.example\\@b.example/x",
                "http://a.example/@b.example/x",
            ),
            ("http://a.example/a b", "http://a.example/a%20b"),
        ] {
            assert_eq!(target(text).unwrap().as_str(), wanted);
        }
        assert!(target("no url").is_none());
    }
}
