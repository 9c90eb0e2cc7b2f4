//! Stores a value that a person gives: in the system's keyring, or in a file that only they can
//! read. And examines values without showing them.

use crate::engine::Home;
use crate::insight::api::marks::Marks;
use crate::insight::token::grant::{NotGiven, came_back as read_address};
use crate::insight::token::signature::{self, Head, PublicKey, Signature};
use crate::insight::token::sigv4::Signed;
use crate::insight::token::{Repair, TokenReport, bound_key, inspect, repair};
use crate::model::{Secret, Timestamp, TokenName};
use std::io::{self, Write};
use std::path::Path;

/// What a value tells about itself: its kind, its claims, its faults.
pub fn examined(secret: &Secret, now: Timestamp, marks: &Marks) -> TokenReport {
    inspect(secret.reveal(), now, marks)
}

/// The value without copying mistakes; `None` where it has none.
pub fn repaired(secret: &Secret) -> Option<Repair> {
    repair(secret.reveal())
}

/// What a token says of its signature; else why it says nothing.
pub fn head(secret: &Secret) -> Result<Head, String> {
    signature::head(secret.reveal())
}

/// The value of `Authorization` for a request that is signed with this key.
pub fn signed(request: &Signed, key_id: &str, key: &Secret) -> Option<Secret> {
    request.authorization(key_id, key.reveal()).map(Secret::new)
}

/// The thumbprint of the key that a token says it is bound to (`cnf`, RFC 9449, 6.1).
pub fn bound_to(secret: &Secret) -> Option<String> {
    bound_key(secret.reveal())
}

/// Whether the signature of a token holds by one of these keys.
pub fn verified(secret: &Secret, keys: &[PublicKey]) -> Signature {
    signature::verify(secret.reveal(), keys)
}

/// The code in a pasted redirect address of a browser; `None` where it has no query or no answer.
pub fn came_back(
    address: &Secret,
    state: &str,
    issuer: Option<&str>,
) -> Option<Result<Secret, NotGiven>> {
    let text = address.reveal().trim();
    let (_, query) = text.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    read_address(query, state, issuer)
}

/// Writes the value into a new private file; fails where one is there already.
pub fn into_file(home: &Home, path: &Path, secret: &Secret) -> io::Result<()> {
    let mut file = home.file_at(path)?;
    file.write_all(secret.reveal().as_bytes())?;
    file.write_all(b"\n")?;
    file.becomes(path)
}

pub use safe::{forget_got, from_keyring, into_keyring, keyring, out_of_keyring};

/// What is kept of an obtained token besides its value: when, until when, its scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub at: Timestamp,
    pub until: Option<Timestamp>,
    pub given: Option<Vec<String>>,
}

/// Stores an obtained token and its refresh token in the keyring, under its name and issuer. Fails
/// with the keyring's reason.
pub fn keep_got(
    name: &TokenName,
    issuer: &str,
    kept: &Kept,
    access: &Secret,
    refresh: Option<&Secret>,
) -> Result<(), String> {
    safe::put_got(name, issuer, &written(kept, access, refresh))
}

/// What `keep_got` stored: its times and scopes, the token, the refresh token.
pub fn kept_got(name: &TokenName, issuer: &str) -> Option<(Kept, Secret, Option<Secret>)> {
    read(&safe::take_got(name, issuer)?)
}

/// Five lines: when it was obtained, until when it is good, its scopes, and the two values.
fn written(kept: &Kept, access: &Secret, refresh: Option<&Secret>) -> Secret {
    let until = kept
        .until
        .map_or_else(String::new, |until| until.to_string());
    let given = match &kept.given {
        Some(given) => format!("={}", given.join(" ")),
        None => String::new(),
    };
    let refresh = refresh.map_or("", Secret::reveal);
    Secret::new(format!(
        "{}\n{until}\n{given}\n{}\n{refresh}",
        kept.at,
        access.reveal()
    ))
}

fn read(text: &Secret) -> Option<(Kept, Secret, Option<Secret>)> {
    let mut lines = text.reveal().split('\n');
    let at = lines.next()?.parse().ok()?;
    let until = lines.next()?.parse().ok();
    let given = lines.next()?.strip_prefix('=');
    let given = given.map(|text| text.split_ascii_whitespace().map(str::to_owned).collect());
    let access = lines.next().filter(|text| !text.is_empty())?;
    let refresh = lines.next().filter(|text| !text.is_empty());
    let kept = Kept { at, until, given };
    Some((kept, Secret::new(access), refresh.map(Secret::new)))
}

#[cfg(feature = "keyring")]
mod safe {
    use super::{Secret, TokenName};
    use keyring::{Entry, Error};

    /// The service name of all our entries.
    const SERVICE: &str = "httriage";

    /// Whether the keyring can be used; if not, why.
    pub fn keyring() -> Result<(), String> {
        match Entry::store_status() {
            Ok(()) => Ok(()),
            Err(error) => Err(why(error)),
        }
    }

    /// Reads a token's value; `None` where the keyring holds none.
    pub fn from_keyring(name: &TokenName) -> Result<Option<Secret>, String> {
        match entry(name)?.get_password() {
            Ok(value) => Ok(Some(Secret::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(why(&error)),
        }
    }

    /// Stores a value under the token's name; replaces an old one. Fails with the keyring's reason.
    pub fn into_keyring(name: &TokenName, secret: &Secret) -> Result<(), String> {
        let stored = entry(name)?.set_password(secret.reveal());
        stored.map_err(|error| why(&error))
    }

    /// Removes a token's value; a missing one is no failure.
    pub fn out_of_keyring(name: &TokenName) -> Result<(), String> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(why(&error)),
        }
    }

    pub(super) fn put_got(name: &TokenName, issuer: &str, text: &Secret) -> Result<(), String> {
        let stored = got(name, issuer)?.set_password(text.reveal());
        stored.map_err(|error| why(&error))
    }

    pub(super) fn take_got(name: &TokenName, issuer: &str) -> Option<Secret> {
        let stored = got(name, issuer).ok()?.get_password();
        stored.ok().map(Secret::new)
    }

    /// Removes an obtained token; a missing one is no failure.
    pub fn forget_got(name: &TokenName, issuer: &str) -> Result<(), String> {
        match got(name, issuer)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(why(&error)),
        }
    }

    /// Token names have no spaces, so this is never a token's own entry.
    fn got(name: &TokenName, issuer: &str) -> Result<Entry, String> {
        let user = format!("{name} {issuer}");
        Entry::new(SERVICE, &user).map_err(|error| why(&error))
    }

    fn entry(name: &TokenName) -> Result<Entry, String> {
        Entry::new(SERVICE, name.as_str()).map_err(|error| why(&error))
    }

    fn why(error: &Error) -> String {
        match error {
            Error::NoDefaultStore => "no keyring service runs in this session".to_owned(),
            // Others of its errors may carry the value itself.
            Error::PlatformFailure(error) => format!("the system's keyring failed ({error})"),
            Error::NoStorageAccess(_) => "the system's keyring is locked".to_owned(),
            _ => "the system's keyring refused it".to_owned(),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod safe {
    use super::{Secret, TokenName};

    const ABSENT: &str = "this build of httriage cannot use the system's keyring";

    /// Whether the keyring can be used; if not, why.
    pub fn keyring() -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// Reads a token's value; `None` where the keyring holds none.
    pub fn from_keyring(_: &TokenName) -> Result<Option<Secret>, String> {
        Err(ABSENT.to_owned())
    }

    /// Always fails: this build has no keyring.
    pub fn into_keyring(_: &TokenName, _: &Secret) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// Removes a token's value; a missing one is no failure.
    pub fn out_of_keyring(_: &TokenName) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    pub(super) fn put_got(_: &TokenName, _: &str, _: &Secret) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    pub(super) fn take_got(_: &TokenName, _: &str) -> Option<Secret> {
        None
    }

    /// Removes an obtained token; a missing one is no failure.
    pub fn forget_got(_: &TokenName, _: &str) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_token_that_was_got_reads_back() {
        let at: Timestamp = "2026-05-12T08:00:00Z".parse().unwrap();
        for (until, given, refresh) in [
            (Some(at), Some(vec!["read".to_owned()]), Some("again")),
            (None, None, None),
            (None, Some(Vec::new()), None),
        ] {
            let kept = Kept { at, until, given };
            let refresh = refresh.map(Secret::new);
            let text = written(&kept, &Secret::new("value"), refresh.as_ref());
            let (back, access, again) = read(&text).unwrap();
            assert_eq!((back, access.reveal()), (kept, "value"));
            let same = again.as_ref().map(Secret::reveal) == refresh.as_ref().map(Secret::reveal);
            assert!(same);
        }
        assert!(read(&Secret::new("something else")).is_none());
    }

    #[test]
    fn a_file_for_a_value_is_new_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(dir.path().into(), dir.path().join("data"));
        let path = dir.path().join("support.token");
        into_file(&home, &path, &Secret::new("value-of-token")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"value-of-token\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = into_file(&home, &path, &Secret::new("another"));
        assert_eq!(again.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
