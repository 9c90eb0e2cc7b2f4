//! Bodies as files: written where a person says, byte for byte and over nothing, and handed to
//! whatever the system opens such files with.

use super::Home;
use super::browser::OPENER;
use super::child::Starter;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Writes a new file; the answer is where it is, from the root on.
pub fn save(home: &Home, path: &Path, body: &[u8]) -> Result<PathBuf, String> {
    let shown = path.display();
    let write = || {
        let mut file = home.file_at(path)?;
        file.write_all(body)?;
        file.becomes(path)
    };
    write().map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!("There is a file {shown} already; it was left as it is. Choose another name.")
        }
        _ => format!("The body could not be saved to {shown}: {error}."),
    })?;
    Ok(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// Opens a file as the system is set up to; waits until that has begun. No shell reads its name.
pub fn open(path: &Path, starter: &Starter) -> Result<(), String> {
    open_with(OPENER, path, starter)
}

fn open_with(opener: &str, path: &Path, starter: &Starter) -> Result<(), String> {
    let mut command = starter.command(opener);
    command.arg(path);
    command.stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.stderr(Stdio::null());
    let ended = command.status();
    match ended {
        // The opener of Windows ends with 1 when all went well.
        Ok(status) if status.success() || cfg!(windows) => Ok(()),
        Ok(_) => Err(format!("{opener} knows no program for {}.", path.display())),
        Err(error) => Err(format!(
            "{opener} could not be started: {error}. The file is {}.",
            path.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_saved_as_it_is_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().into(), folder.path().join("data"));
        let path = folder.path().join("a.png");
        let body: Vec<u8> = (0..=255).collect();
        assert_eq!(save(&home, &path, &body).unwrap(), path);
        let why = save(&home, &path, b"other").unwrap_err();
        assert!(why.contains("already"), "{why}");
        assert_eq!(std::fs::read(&path).unwrap(), body);
        let nowhere = folder.path().join("no/such/folder");
        assert!(
            save(&home, &nowhere, &body)
                .unwrap_err()
                .contains("could not be saved")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_saved_body_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().into(), folder.path().join("data"));
        let path = save(&home, &folder.path().join("a"), b"1").unwrap();
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn the_opener_gets_the_name_as_one_argument_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().into(), folder.path().join("data"));
        let path = save(&home, &folder.path().join("a; touch b"), b"1").unwrap();
        let starter = Starter::new(&Default::default());
        assert_eq!(
            open_with("test-no-such-opener", &path, &starter)
                .unwrap_err()
                .split(':')
                .next(),
            Some("test-no-such-opener could not be started")
        );
        assert_eq!(open_with("true", &path, &starter), Ok(()));
        assert!(
            open_with("false", &path, &starter)
                .unwrap_err()
                .contains("knows no program")
        );
        // It copies what it is given: the name is one argument or there is no such file.
        assert_eq!(open_with("cat", &path, &starter), Ok(()));
    }
}
