//! What can go wrong with the history file, in words that a person can act on.

use crate::format::FormatError;
use rusqlite::ErrorCode;
use rusqlite::ffi;
use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

/// What failed, with which file, and why. Its text names a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryError {
    pub doing: Doing,
    pub path: PathBuf,
    pub trouble: Trouble,
}

/// What the history was doing when it failed, for the first words of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Open,
    Record,
    Read,
    Forget,
    Restore,
    Share,
    Resolve,
}

/// What went wrong with the file; the message names a remedy for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    DiskFull,
    ReadOnly,
    NoPermission,
    /// Another process holds the file.
    Locked,
    /// The file is damaged; `kept` is its new name, if it was moved aside.
    Damaged {
        kept: Option<PathBuf>,
    },
    /// A newer httriage wrote the file.
    Newer {
        found: i64,
        known: i64,
    },
    /// The file, its write-ahead log or its directory was removed or replaced.
    Gone,
    /// This SQLite can lose committed rows when two processes share a file.
    OldSqlite {
        version: String,
    },
    /// Something that is not a history stands in its place.
    Foreign,
    /// The history is already closed in this run.
    Closed,
    /// An abbreviated id that fits several calls.
    Ambiguous {
        first: String,
        second: String,
    },
    /// One call whose record cannot be read; the others can.
    Unreadable(FormatError),
    TooLarge,
    Other(String),
}

impl Trouble {
    pub(super) fn while_doing(self, doing: Doing, path: PathBuf) -> HistoryError {
        HistoryError {
            doing,
            path,
            trouble: self,
        }
    }

    /// Whether the connection can still be used after this.
    pub(super) fn leaves_connection(&self) -> bool {
        matches!(
            self,
            Trouble::DiskFull
                | Trouble::Locked
                | Trouble::Unreadable(_)
                | Trouble::TooLarge
                | Trouble::Ambiguous { .. }
        )
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Trouble {
        let Some(cause) = error.sqlite_error() else {
            return Trouble::Other(error.to_string());
        };
        // This code means a full disk: the shared index cannot grow.
        if cause.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
            return Trouble::DiskFull;
        }
        match cause.code {
            ErrorCode::DiskFull => Trouble::DiskFull,
            ErrorCode::ReadOnly if cause.extended_code == ffi::SQLITE_READONLY_DBMOVED => {
                Trouble::Gone
            }
            ErrorCode::ReadOnly => Trouble::ReadOnly,
            ErrorCode::CannotOpen => match std::fs::File::open("/dev/null") {
                // If no file can be opened any more, it is not this file's fault.
                Err(error) if error.kind() != ErrorKind::NotFound => error.into(),
                _ => Trouble::NoPermission,
            },
            ErrorCode::PermissionDenied => Trouble::NoPermission,
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Trouble::Locked,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Trouble::Damaged { kept: None },
            ErrorCode::TooBig => Trouble::TooLarge,
            _ => Trouble::Other(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Trouble::DiskFull,
            ErrorKind::ReadOnlyFilesystem => Trouble::ReadOnly,
            ErrorKind::PermissionDenied => Trouble::NoPermission,
            ErrorKind::NotFound => Trouble::Gone,
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
                Trouble::Foreign
            }
            _ => Trouble::Other(error.to_string()),
        }
    }
}

impl From<FormatError> for Trouble {
    fn from(error: FormatError) -> Trouble {
        Trouble::Unreadable(error)
    }
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self.doing {
            Doing::Open => "The history cannot be opened: ",
            Doing::Record => "The call was not recorded: ",
            Doing::Read => "The history cannot be read: ",
            Doing::Forget => "Nothing was forgotten: ",
            Doing::Restore => "Nothing was brought back: ",
            Doing::Share => "What goes to the team could not be noted: ",
            Doing::Resolve => "What the refusal was is not recorded: ",
        })?;
        let path = self.path.display();
        match &self.trouble {
            Trouble::DiskFull => write!(
                f,
                "the disk of {path} is full. Free some space; the next call tries again."
            ),
            Trouble::ReadOnly => write!(
                f,
                "{path} is read-only. Make it writable, or set HTTRIAGE_DATA_DIR to another directory."
            ),
            Trouble::NoPermission => write!(
                f,
                "permission to use {path} was denied. Mend its permissions and those of its directory, or set HTTRIAGE_DATA_DIR to another directory."
            ),
            Trouble::Locked => write!(
                f,
                "another process holds {path} and does not let go. End that process, or try again later."
            ),
            Trouble::Damaged { kept: Some(kept) } => write!(
                f,
                "{path} was damaged. It is kept as {}, and a new history begins with the next call.",
                kept.display()
            ),
            Trouble::Damaged { kept: None } => write!(
                f,
                "{path} is damaged and could not be moved aside. Move it away by hand to begin a new one."
            ),
            Trouble::Newer { found, known } => write!(
                f,
                "{path} was written by a newer httriage (version {found} of the file, this one knows {known}). Update httriage, or set HTTRIAGE_DATA_DIR to another directory."
            ),
            Trouble::Gone => write!(
                f,
                "{path} or a file beside it was removed or replaced while it was in use. Put it back if it was moved; otherwise a new history begins with the next call."
            ),
            Trouble::OldSqlite { version } => write!(
                f,
                "this build uses SQLite {version}, which can lose rows when two programs write at once. Use a build with SQLite 3.51.3 or later."
            ),
            Trouble::Foreign => write!(
                f,
                "something else than a history stands at {path}. Move it away, or set HTTRIAGE_DATA_DIR to another directory."
            ),
            Trouble::Closed => f.write_str("it was already closed. Start httriage again."),
            Trouble::Ambiguous { first, second } => write!(
                f,
                "several calls begin so, {first} and {second} among them. Give more of the id."
            ),
            Trouble::Unreadable(error) => error.fmt(f),
            Trouble::TooLarge => write!(
                f,
                "its body is larger than {path} can hold. Ask for less with --max-body."
            ),
            Trouble::Other(why) => write!(
                f,
                "{path} gave an error ({why}). Check the disk, or set HTTRIAGE_DATA_DIR to another directory."
            ),
        }
    }
}

impl std::error::Error for HistoryError {}
