//! What the tests of several forms share.

use super::{registry, session_file};
use crate::model::Collection;

/// Imports a text and checks that it is recognised as that kind, that its requests can become a
/// session, and that neither holds anything that begins with `planted`.
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
