//! What the tests of several forms share.

use super::{registry, session_file};
use crate::model::Collection;

/// Reads a text as whoever imports it does: by itself it is of that kind, what came of it can be
/// a session, and nothing that begins with `planted` stands in either.
pub fn read_whole(text: &str, kind: &str) -> Collection {
    let read = registry::read(text, "a", None, &[], &|_| None, &mut |_| ()).unwrap();
    assert_eq!(read.kind, kind);
    let (session, _) = read.session("a");
    let written = session_file::write(&session);
    assert!(session_file::read(&written, "a").is_ok(), "{written}");
    assert!(
        !format!("{read:?}{written}").contains("planted"),
        "{read:?}"
    );
    read
}
