//! What both forms of these files have in common: methods, and values that stand in a path.

pub const METHODS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace", "connect",
];

/// `/x/:id` with a value in the place of the name.
pub fn with_path_value(url: &str, name: &str, value: &str) -> String {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(found) if found == name => value,
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/") + query
}
