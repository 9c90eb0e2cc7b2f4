//! Where the history lies, who may read it, and whether it is still the file that was opened.

use super::error::Trouble;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: PathBuf,
}

/// The files behind a connection, told apart from others that took their names since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    database: Option<FileId>,
    log: Option<FileId>,
}

type FileId = (u64, u64);

impl Place {
    pub fn new(directory: &Path) -> Place {
        Place {
            directory: directory.to_owned(),
        }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn database(&self) -> PathBuf {
        self.directory.join("history.sqlite")
    }

    /// A file beside the database that belongs to it: `-wal`, `-shm`, `.damaged-…`.
    pub fn beside(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("history.sqlite{ending}"))
    }

    /// Makes the directory and an empty database, both for their owner alone.
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

    /// Without this a power cut may take the name of a new file, and all that is in it.
    fn sync_directory(&self) -> Result<(), Trouble> {
        #[cfg(unix)]
        {
            File::open(&self.directory)?.sync_all()?;
            if let Some(parent) = self.directory.parent().filter(|p| p.is_dir()) {
                // The parent may be closed to us, and then was not made by us either.
                let _ = File::open(parent).map(|parent| parent.sync_all());
            }
        }
        Ok(())
    }

    /// SQLite gives its other files the mode of the database.
    fn tighten(&self) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = self.database();
            let loose = std::fs::metadata(&path)
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0);
            if loose {
                // Someone else's file cannot be changed, and need not be.
                let _ = std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600));
            }
        }
    }

    /// A lock of our own, for what SQLite's locks do not cover.
    pub fn lock_file(&self, name: &str) -> Result<File, Trouble> {
        let path = self.directory.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        Ok(private(&mut options).open(path)?)
    }

    pub fn seen(&self) -> Seen {
        Seen {
            database: file_id(&self.database()),
            log: file_id(&self.beside("-wal")),
        }
    }
}

impl Seen {
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
