//! Files that are there whole or not at all, however this program ends. A text grows without a
//! name where the system can do that, so that a kill leaves nothing of it; else under a name of
//! ours, locked as long as its writer lives, which the next start takes away.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What the names of unfinished files begin with.
const PREFIX: &str = ".saving-";

/// A file on its way to its place, for its owner alone.
pub struct WholeFile {
    growing: Growing,
    /// Where it gets a name of ours for the moment before it takes the place of another file.
    staging: PathBuf,
}

enum Growing {
    Nameless(File),
    Named(NamedTempFile),
}

impl WholeFile {
    /// For this place. `ours` is a folder that is swept at every start; it is used for names of
    /// ours where it is on the same disk.
    pub fn at(path: &Path, ours: &Path) -> io::Result<WholeFile> {
        let folder = folder_of(path);
        match nameless(folder) {
            Some(file) => Ok(WholeFile {
                growing: Growing::Nameless(file),
                staging: ours.to_owned(),
            }),
            None => Ok(WholeFile {
                growing: Growing::Named(named(folder)?),
                staging: folder.to_owned(),
            }),
        }
    }

    fn file(&self) -> &File {
        match &self.growing {
            Growing::Nameless(file) => file,
            Growing::Named(file) => file.as_file(),
        }
    }

    /// Puts it where no file stands; one that does is left alone.
    pub fn becomes(self, path: &Path) -> io::Result<()> {
        self.file().sync_all()?;
        match self.growing {
            Growing::Nameless(file) => give_name(&file, path)?,
            Growing::Named(file) => {
                file.persist_noclobber(path).map_err(|error| error.error)?;
            }
        }
        sync(folder_of(path))
    }

    /// Puts it in the place of whatever file stands there.
    pub fn replaces(self, path: &Path) -> io::Result<()> {
        self.file().sync_all()?;
        let place = folder_of(path);
        match self.growing {
            Growing::Named(file) => {
                file.persist(path).map_err(|error| error.error)?;
            }
            Growing::Nameless(file) => {
                // Nobody takes it for a left-over from its first moment on.
                let _ = file.try_lock();
                let named = |folder: &Path| {
                    let name = |name: &Path| give_name(&file, name);
                    builder().make_in(folder, name)
                };
                let named = match named(&self.staging) {
                    Ok(named) => named,
                    // It is on another disk, or is not there.
                    Err(_) => named(place)?,
                };
                named.persist(path).map_err(|error| error.error)?;
            }
        }
        sync(place)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    builder
}

/// A file with a name of ours, which is locked.
fn named(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = builder().tempfile_in(folder)?;
        // Where files cannot be locked, none is taken for a left-over either.
        let _ = file.as_file().lock();
        // Another program's sweep may have taken the lock first.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// A file that is gone when it is closed, unless it is given a name before.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).ok()?;
    let file = File::from(file);
    // Without this view of it, no name can be given to it later.
    handle(&file).exists().then_some(file)
}

#[cfg(target_os = "linux")]
fn handle(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(target_os = "linux")]
fn give_name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    linkat(CWD, handle(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn give_name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A name is on disk only when its folder is. Windows cannot open folders, and needs it less.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Writes what a person wants in a file of theirs. A new file is for its owner alone; one that
/// stands there keeps its mode, and its text until the new one is whole. What is no usual file,
/// or would lose its owner or its other names, is written where it is.
pub fn put_out(path: &Path, bytes: &[u8], ours: &Path) -> io::Result<()> {
    let mut old = match OpenOptions::new().write(true).open(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A link that leads nowhere yet is not what is written to.
            let place =
                std::fs::read_link(path).map_or(path.to_owned(), |to| folder_of(path).join(to));
            let mut new = WholeFile::at(&place, ours)?;
            new.write_all(bytes)?;
            return new.becomes(&place);
        }
        Err(error) => return Err(error),
    };
    let metadata = old.metadata()?;
    if metadata.is_file() {
        let place = std::fs::canonicalize(path)?;
        // Where none can be made beside it, the old one is all there is.
        if let Ok(mut new) = WholeFile::at(&place, ours)
            && is_alike(&metadata, &new.file().metadata()?)
        {
            new.write_all(bytes)?;
            new.file().set_permissions(metadata.permissions())?;
            return new.replaces(&place);
        }
        old.set_len(0)?;
    }
    old.write_all(bytes)
}

/// Whether a file has nothing but its mode and its text that the new one would not have.
#[cfg(unix)]
fn is_alike(old: &Metadata, new: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    old.nlink() == 1 && (old.uid(), old.gid()) == (new.uid(), new.gid())
}

#[cfg(not(unix))]
fn is_alike(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Takes away what writers that are dead have left in this folder.
pub fn sweep(folder: &Path) {
    for (path, kind) in named_so(folder, PREFIX) {
        if kind.is_file() {
            remove_if_left(&path);
        }
    }
}

/// What stands in a folder under names that begin so.
pub fn named_so(folder: &Path, prefix: &str) -> Vec<(PathBuf, std::fs::FileType)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| {
        let name = entry.file_name();
        name.as_encoded_bytes().starts_with(prefix.as_bytes())
    });
    let entries = entries.filter_map(|entry| Some((entry.path(), entry.file_type().ok()?)));
    entries.collect()
}

/// Takes a file away unless somebody holds its lock. What fails is tried again at the next start.
pub fn remove_if_left(path: &Path) {
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of ours and one of a person's, on the same disk.
    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (ours, theirs) = (dir.path().join("ours"), dir.path().join("theirs"));
        std::fs::create_dir(&ours).unwrap();
        std::fs::create_dir(&theirs).unwrap();
        (dir, ours, theirs)
    }

    /// In each way in which a file can grow.
    fn each_way(path: &Path, ours: &Path, text: &[u8]) -> [WholeFile; 2] {
        let mut named = WholeFile {
            growing: Growing::Named(named(folder_of(path)).unwrap()),
            staging: ours.to_owned(),
        };
        let mut usual = WholeFile::at(path, ours).unwrap();
        named.write_all(text).unwrap();
        usual.write_all(text).unwrap();
        [usual, named]
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let (_dir, ours, theirs) = folders();
        drop(each_way(&theirs.join("a"), &ours, b"half"));
        assert_eq!(names(&theirs), [""; 0]);
        assert_eq!(names(&ours), [""; 0]);
    }

    #[test]
    fn a_new_file_is_put_over_nothing() {
        let (_dir, ours, theirs) = folders();
        for (turn, name) in ["a", "b"].into_iter().enumerate() {
            let path = theirs.join(name);
            let [file, again] = each_way(&path, &ours, b"text").map(Some);
            let (mut file, mut again) = (file, again);
            if turn == 1 {
                std::mem::swap(&mut file, &mut again);
            }
            file.unwrap().becomes(&path).unwrap();
            let refused = again.unwrap().becomes(&path).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read(&path).unwrap(), b"text");
            #[cfg(unix)]
            assert_eq!(mode(&path), 0o600);
        }
        assert_eq!(names(&theirs), ["a", "b"]);
        assert_eq!(names(&ours), [""; 0]);
    }

    #[test]
    fn a_file_takes_the_place_of_another_also_where_ours_is_not_there() {
        let (_dir, ours, theirs) = folders();
        let path = theirs.join("a");
        for ours in [ours.as_path(), Path::new("/no/such/folder")] {
            for file in each_way(&path, ours, b"new") {
                std::fs::write(&path, "an old text").unwrap();
                file.replaces(&path).unwrap();
                assert_eq!(std::fs::read(&path).unwrap(), b"new");
            }
        }
        for file in each_way(&path, &ours, b"new") {
            // A folder cannot be replaced by a file; the try leaves nothing behind.
            file.replaces(&ours).unwrap_err();
        }
        assert_eq!(names(&theirs), ["a"]);
        assert_eq!(names(&ours), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_person_has_written_keeps_its_mode_its_links_and_its_kind() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (_dir, ours, theirs) = folders();
        let put = |name: &str, text: &[u8]| put_out(&theirs.join(name), text, &ours).unwrap();
        put("new", b"1");
        assert_eq!(mode(&theirs.join("new")), 0o600);
        let old = theirs.join("old");
        std::fs::write(&old, "a longer text").unwrap();
        std::fs::set_permissions(&old, PermissionsExt::from_mode(0o644)).unwrap();
        put("old", b"22");
        assert_eq!(
            (mode(&old), std::fs::read(&old).unwrap()),
            (0o644, b"22".to_vec())
        );
        // Through a link, and through one that leads nowhere yet.
        symlink("old", theirs.join("link")).unwrap();
        symlink("later", theirs.join("ahead")).unwrap();
        put("link", b"333");
        put("ahead", b"4444");
        assert!(theirs.join("link").is_symlink() && theirs.join("ahead").is_symlink());
        assert_eq!(std::fs::read(&old).unwrap(), b"333");
        assert_eq!(std::fs::read(theirs.join("later")).unwrap(), b"4444");
        // Another name of the same file shows the same text afterwards.
        std::fs::hard_link(&old, theirs.join("twin")).unwrap();
        put("old", b"5");
        assert_eq!(std::fs::read(theirs.join("twin")).unwrap(), b"5");
        put_out(Path::new("/dev/null"), b"6", &ours).unwrap();
        put_out(&theirs, b"7", &ours).unwrap_err();
        put_out(&theirs.join("no/such"), b"8", &ours).unwrap_err();
        assert_eq!(
            names(&theirs),
            ["ahead", "later", "link", "new", "old", "twin"]
        );
        assert_eq!(names(&ours), [""; 0]);
    }

    #[test]
    fn what_the_dead_have_left_is_swept_and_nothing_else() {
        let (_dir, ours, _) = folders();
        let left = |name: &str| std::fs::write(ours.join(name), "secret").unwrap();
        left(".saving-dead01");
        left("a.session.toml");
        std::fs::create_dir(ours.join(".saving-folder")).unwrap();
        let living = named(&ours).unwrap();
        sweep(&ours);
        let name = living
            .path()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let mut kept = vec![
            ".saving-folder".to_owned(),
            name,
            "a.session.toml".to_owned(),
        ];
        kept.sort();
        assert_eq!(names(&ours), kept);
        sweep(Path::new("/no/such/folder"));
    }
}
