//! The parameters of a list: those that narrow it, and those that only steer it.

use crate::insight::facts::Facts;

/// Names of parameters that say how much, in what order and with what, and not what.
pub fn is_steering(name: &str) -> bool {
    let bare = name.to_ascii_lowercase();
    // An id says which, whatever the word before it begins with: `order_id`.
    if bare.ends_with("_id") || name.ends_with("Id") {
        return false;
    }
    let begins = [
        "page",
        "fields",
        "include",
        "sort",
        "order",
        "limit",
        "offset",
        "cursor",
        "per_page",
        "perpage",
        "expand",
        "embed",
        "format",
        "locale",
        "lang",
        "pretty",
        "api_key",
        "access_token",
    ];
    begins.iter().any(|begin| bare.starts_with(begin))
        || bare == "size"
        || bare == "after"
        || bare == "before"
}

/// The parameters by which a list is narrowed.
pub fn filters(call: &Facts) -> Vec<(String, String)> {
    let Some(route) = &call.route else {
        return Vec::new();
    };
    route
        .url
        .query_pairs()
        .filter(|(name, value)| !is_steering(name) && !value.is_empty())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
