//! Where a value is put when a person gives one: the system's keyring, or a file that only they
//! can read. And what can be told of a value without showing it.

use crate::engine::Home;
use crate::insight::api::marks::Marks;
use crate::insight::token::{Repair, TokenReport, inspect, repair};
use crate::model::{Secret, Timestamp, TokenName};
use std::io::{self, Write};
use std::path::Path;

/// What can be told of a value by looking at it.
pub fn examined(secret: &Secret, now: Timestamp, marks: &Marks) -> TokenReport {
    inspect(secret.reveal(), now, marks)
}

/// The value without the mistakes of copying, where there are any.
pub fn repaired(secret: &Secret) -> Option<Repair> {
    repair(secret.reveal())
}

/// Writes the value into a new file of its own.
pub fn into_file(home: &Home, path: &Path, secret: &Secret) -> io::Result<()> {
    let mut file = home.file_at(path)?;
    file.write_all(secret.reveal().as_bytes())?;
    file.write_all(b"\n")?;
    file.becomes(path)
}

pub use safe::{from_keyring, into_keyring, keyring, out_of_keyring};

#[cfg(feature = "keyring")]
mod safe {
    use super::{Secret, TokenName};
    use keyring::{Entry, Error};

    /// Under which all our entries stand.
    const SERVICE: &str = "httriage";

    /// Whether there is one; if not, why.
    pub fn keyring() -> Result<(), String> {
        match Entry::store_status() {
            Ok(()) => Ok(()),
            Err(error) => Err(why(error)),
        }
    }

    /// `None` where it holds no value of that name.
    pub fn from_keyring(name: &TokenName) -> Result<Option<Secret>, String> {
        match entry(name)?.get_password() {
            Ok(value) => Ok(Some(Secret::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(why(&error)),
        }
    }

    pub fn into_keyring(name: &TokenName, secret: &Secret) -> Result<(), String> {
        let stored = entry(name)?.set_password(secret.reveal());
        stored.map_err(|error| why(&error))
    }

    /// A value that is not there is gone already.
    pub fn out_of_keyring(name: &TokenName) -> Result<(), String> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(why(&error)),
        }
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

    /// Whether there is one; if not, why.
    pub fn keyring() -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// `None` where it holds no value of that name.
    pub fn from_keyring(_: &TokenName) -> Result<Option<Secret>, String> {
        Err(ABSENT.to_owned())
    }

    pub fn into_keyring(_: &TokenName, _: &Secret) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// A value that is not there is gone already.
    pub fn out_of_keyring(_: &TokenName) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
