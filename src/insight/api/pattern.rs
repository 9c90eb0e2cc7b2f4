//! Whether a host or a path is of the form wanted.

/// Whether a host is the one wanted: exact, `*.suffix` for anything below it, and between other
/// labels a `*` for one of them.
pub fn host_fits(host: &str, wanted: &str) -> bool {
    let host = host.to_ascii_lowercase();
    match wanted.strip_prefix("*.") {
        Some(suffix) => host
            .strip_suffix(suffix)
            .is_some_and(|rest| rest.ends_with('.') && rest.len() > 1),
        None if wanted.contains('*') => {
            let (given, wanted) = (host.split('.'), wanted.split('.'));
            given.clone().count() == wanted.clone().count()
                && given
                    .zip(wanted)
                    .all(|(own, part)| part == "*" || own == part)
        }
        None => host == wanted,
    }
}

/// Whether a path has the form wanted; `*` is one segment, `**` any number of them.
pub fn path_fits(path: &str, wanted: &str) -> bool {
    let given: Vec<&str> = path.split('/').collect();
    let wanted: Vec<&str> = wanted.split('/').collect();
    segments_fit(&given, &wanted)
}

fn segments_fit(given: &[&str], wanted: &[&str]) -> bool {
    match (given, wanted) {
        ([], []) => true,
        (_, ["**", rest @ ..]) => (0..=given.len()).any(|from| segments_fit(&given[from..], rest)),
        ([here, given @ ..], [part, wanted @ ..]) => {
            (*part == "*" && !here.is_empty() || here == part) && segments_fit(given, wanted)
        }
        _ => false,
    }
}
