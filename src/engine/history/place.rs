//! Where the history is, who may read it, and whether it is still the file that was opened.

use super::error::Trouble;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: PathBuf,
}

/// The identity of a connection's files, to tell them from others that took their names since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    database: Option<FileId>,
    log: Option<FileId>,
}

type FileId = (u64, u64);

impl Place {
    /// The place in this directory; touches no file.
    pub fn new(directory: &Path) -> Place {
        Place {
            directory: directory.to_owned(),
        }
    }

    /// The directory that holds the history.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of the database file.
    pub fn database(&self) -> PathBuf {
        self.directory.join("history.sqlite")
    }

    /// The path of a file that belongs to the database: `-wal`, `-shm`, `.damaged-…`.
    pub fn beside(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("history.sqlite{ending}"))
    }

    /// Creates the directory and an empty database, both for their owner only.
    pub fn prepare(&self) -> Result<(), Trouble> {
        if !self.directory.is_dir() {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(&self.directory)?;
        }
        let path = self.database();
        match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
            Ok(_) => self.sync_directory(),
            // Never opened here when it exists: closing it would drop the locks that SQLite
            // holds on it for this whole process.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.tighten();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Without this a power cut may lose a new file with its name.
    fn sync_directory(&self) -> Result<(), Trouble> {
        #[cfg(unix)]
        {
            File::open(&self.directory)?.sync_all()?;
            if let Some(parent) = self.directory.parent().filter(|p| p.is_dir()) {
                // A parent that we cannot open was not made by us either.
                let _ = File::open(parent).map(|parent| parent.sync_all());
            }
        }
        Ok(())
    }

    /// Makes the database private; SQLite gives its other files the same mode.
    fn tighten(&self) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = self.database();
            let loose = std::fs::metadata(&path)
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0);
            if loose {
                // Somebody else's file cannot be changed, and need not be.
                let _ = std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600));
            }
        }
    }

    /// Opens a lock file of our own, for what SQLite's locks do not cover.
    pub fn lock_file(&self, name: &str) -> Result<File, Trouble> {
        let path = self.directory.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        Ok(private(&mut options).open(path)?)
    }

    /// The identities of the files that are there now.
    pub fn seen(&self) -> Seen {
        Seen {
            database: file_id(&self.database()),
            log: file_id(&self.beside("-wal")),
        }
    }
}

impl Seen {
    /// Whether the database is still the same file; `false` if either is missing.
    pub fn is_same_database(&self, other: &Seen) -> bool {
        self.database.is_some() && self.database == other.database
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere an open file cannot be removed or replaced.
#[cfg(not(unix))]
fn file_id(path: &Path) -> Option<FileId> {
    path.exists().then_some((0, 0))
}
