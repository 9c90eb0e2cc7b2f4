//! A text in a file for another program to edit. Each sheet has its own folder, for whatever the
//! editor puts beside it, and a lock in it that lasts as long as this program or the editor. A
//! folder with a free lock was left by a kill, and the next start removes it.

use super::whole_file::{named_so, remove_if_left};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The prefix of the folders.
const PREFIX: &str = "editing-";
const LOCK: &str = "lock";

/// A file for an editor; dropping this removes it.
pub struct EditorFile {
    folder: PathBuf,
    path: PathBuf,
    lock: File,
}

impl EditorFile {
    /// Writes a sheet in a folder of ours; `ending` (such as `.json`) tells the editor the kind of
    /// text.
    pub fn new(ours: &Path, ending: &str, text: &[u8]) -> io::Result<EditorFile> {
        let (folder, lock) = locked_folder(ours)?;
        let sheet = EditorFile {
            path: folder.join(format!("text{ending}")),
            folder,
            lock,
        };
        let mut file = private().open(&sheet.path)?;
        file.write_all(text)?;
        Ok(sheet)
    }

    /// The file for the editor to open.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A share of the lock for the editor to inherit.
    #[cfg(unix)]
    pub fn share(&self) -> io::Result<std::os::fd::OwnedFd> {
        // A copy made with `dup` stays open when another program starts.
        Ok(rustix::io::dup(&self.lock)?)
    }

    /// A share of the lock for the editor to inherit.
    #[cfg(not(unix))]
    pub fn share(&self) -> io::Result<File> {
        self.lock.try_clone()
    }

    /// The text now; more than `most` bytes are an error.
    pub fn text(&self, most: u64) -> io::Result<Vec<u8>> {
        // Editors may replace the file, so open it anew.
        let mut text = Vec::new();
        let file = File::open(&self.path)?;
        file.take(most + 1).read_to_end(&mut text)?;
        if text.len() as u64 > most {
            Err(io::Error::other(format!("it holds more than {most} bytes")))
        } else {
            Ok(text)
        }
    }
}

impl Drop for EditorFile {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// Makes a folder with a lock; the lock must be held before anything else is in it.
fn locked_folder(ours: &Path) -> io::Result<(PathBuf, File)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    loop {
        let folder = builder.tempdir_in(ours)?.keep();
        let path = folder.join(LOCK);
        let lock = match private().open(&path) {
            Ok(lock) => lock,
            // Another program's sweep may remove the empty folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                remove(&folder);
                return Err(error);
            }
        };
        // Where files cannot be locked, no sweep takes them for left-overs either.
        let _ = lock.lock();
        if path.exists() {
            return Ok((folder, lock));
        }
    }
}

fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Removes the sheets in a folder of ours whose programs have ended.
pub fn sweep(ours: &Path) {
    for (path, kind) in named_so(ours, PREFIX) {
        if kind.is_file() {
            // Earlier versions left plain files.
            remove_if_left(&path);
            continue;
        }
        if !kind.is_dir() {
            continue;
        }
        match File::open(path.join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => remove(&path),
            Ok(_) => {}
            // It is just being made or removed, and empty.
            Err(_) => drop(std::fs::remove_dir(&path)),
        }
    }
}

/// Removes a folder, the lock last: after a kill in between, the next start removes the rest.
fn remove(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name() != LOCK) {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // The next start tries again.
        let _ = if is_folder {
            std::fs::remove_dir_all(entry.path())
        } else {
            std::fs::remove_file(entry.path())
        };
    }
    if std::fs::read_dir(folder).is_ok_and(|rest| rest.count() <= 1) {
        let _ = std::fs::remove_file(folder.join(LOCK));
        let _ = std::fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_sheet_is_private_holds_the_bytes_and_is_gone_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let sheet = EditorFile::new(dir.path(), ".json", b"{\xff").unwrap();
        let path = sheet.path().to_owned();
        assert!(path.starts_with(dir.path()) && path.extension().unwrap() == "json");
        #[cfg(unix)]
        for (path, mode) in [(path.as_path(), 0o600), (path.parent().unwrap(), 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            let found = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode);
        }
        assert_eq!(sheet.text(2).unwrap(), b"{\xff");
        let error = sheet.text(1).unwrap_err().to_string();
        assert!(error.contains("more than 1 bytes"), "{error}");
        // Whatever an editor puts beside it goes with it.
        std::fs::write(path.with_file_name(".text.json.swp"), "secret").unwrap();
        drop(sheet);
        assert_eq!(names(dir.path()), [""; 0]);
    }

    #[test]
    fn only_sheets_without_a_living_owner_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let living = EditorFile::new(dir.path(), ".txt", b"1").unwrap();
        // As a kill leaves them: while a sheet was used, when it was made, and when it was
        // taken away. And as they were before they had folders.
        for (folder, files) in [
            ("editing-used", &["lock", "text.json", ".text.json.swp"][..]),
            ("editing-made", &[]),
            ("editing-gone", &["lock"]),
        ] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
            for file in files {
                std::fs::write(dir.path().join(folder).join(file), "secret").unwrap();
            }
        }
        std::fs::create_dir(dir.path().join("editing-used/undo")).unwrap();
        std::fs::write(dir.path().join("editing-abc.json"), "secret").unwrap();
        std::fs::write(dir.path().join("other"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/", dir.path().join("editing-link")).unwrap();
        sweep(dir.path());
        let mut left = names(dir.path());
        left.retain(|name| !["other", "editing-link"].contains(&name.as_str()));
        let folder = living.path().parent().unwrap();
        assert_eq!(left, [folder.file_name().unwrap().to_str().unwrap()]);
        assert_eq!(living.text(9).unwrap(), b"1");
    }

    #[test]
    fn a_sheet_that_is_made_while_others_sweep_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    sweep(dir.path());
                }
            });
            for _ in 0..300 {
                let sheet = EditorFile::new(dir.path(), ".txt", b"whole").unwrap();
                assert_eq!(sheet.text(9).unwrap(), b"whole");
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        sweep(dir.path());
        assert_eq!(names(dir.path()), [""; 0]);
    }
}
