//! Files that go into a body, read as the call is made. They are data: where a token goes was
//! settled before.

use super::home::at_home;
use crate::model::{Cause, Failure, SentRequest};
use std::io::Read;
use std::path::Path;

/// No more is read of one file: all of it is held in memory, and kept with the call.
const LARGEST: u64 = 256_000_000;

/// Reads the files of a request into their places; it names no file afterwards.
pub fn read(sent: &mut SentRequest) -> Result<(), Failure> {
    // From the last on, so that the places of those before stay true.
    for (at, path) in std::mem::take(&mut sent.files).into_iter().rev() {
        let contents = contents(&path)?;
        sent.insert(at, &contents);
    }
    Ok(())
}

/// The files of a session's step where they are read from: below the folder that a person agreed
/// to, and nowhere else. `None` where nobody did.
pub fn below(
    folder: Option<&Path>,
    files: Vec<(usize, String)>,
) -> Result<Vec<(usize, String)>, Failure> {
    let refused = |path: &str, why: &str, hint: &str| {
        let message = format!("the file {path} of the step is not read: {why}.");
        Failure::unsent(Cause::RequestMalformedBody, message, hint)
    };
    let mut found = Vec::with_capacity(files.len());
    for (at, path) in files {
        let Some(folder) = folder else {
            return Err(refused(
                &path,
                "a session may come from anybody, and nobody agreed to it",
                "httriage replay asks for it at a terminal, or takes --send-files.",
            ));
        };
        let whole = std::fs::canonicalize(folder).and_then(|folder| {
            let whole = std::fs::canonicalize(folder.join(&path))?;
            Ok(whole.starts_with(&folder).then_some(whole))
        });
        let whole = match whole {
            Ok(whole) => whole,
            Err(error) => {
                return Err(refused(
                    &path,
                    &error.to_string(),
                    "Put it beside the session, or correct the path.",
                ));
            }
        };
        match whole.as_deref().and_then(Path::to_str) {
            Some(whole) => found.push((at, whole.to_owned())),
            None => {
                return Err(refused(
                    &path,
                    "it does not lie below the folder of the session",
                    "Put it beside the session, and name it from there.",
                ));
            }
        }
    }
    Ok(found)
}

fn contents(path: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |why: String| {
        Failure::unsent(
            Cause::RequestMalformedBody,
            format!("the file {path} of the body cannot be read ({why})."),
            "Correct the path, or leave the file out.",
        )
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(at_home(Path::new(path)))
        .map_err(|error| unreadable(error.to_string()))?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(unreadable("it is no file".to_owned()));
    }
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable("it is larger than 256 MB".to_owned()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Slot, SlotPlace, TokenName};

    #[test]
    fn the_files_of_a_session_lie_below_the_folder_that_was_agreed_to() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("session");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("a.txt"), "a").unwrap();
        std::fs::write(folder.path().join("secret"), "b").unwrap();
        let files = |path: &str| vec![(3, path.to_owned())];
        let read = below(Some(&inner), files("a.txt")).unwrap();
        assert!(read[0].1.ends_with("a.txt") && Path::new(&read[0].1).is_absolute());
        let outside = folder.path().join("secret");
        for (folder, path, why) in [
            (None, "a.txt", "nobody agreed"),
            (Some(&inner), "../secret", "does not lie below"),
            (
                Some(&inner),
                outside.to_str().unwrap(),
                "does not lie below",
            ),
            (Some(&inner), "gone.txt", "is not read"),
        ] {
            let failure = below(folder.map(|folder| folder.as_path()), files(path)).unwrap_err();
            assert!(failure.message.contains(why), "{}", failure.message);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&outside, inner.join("link")).unwrap();
            assert!(below(Some(&inner), files("link")).is_err());
        }
        assert!(below(None, Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn files_stand_where_they_belong_and_are_not_searched_for_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let slot = |range| Slot {
            name: TokenName::named("x"),
            place: SlotPlace::Body,
            range,
        };
        let mut sent = SentRequest {
            body: b"a{{token:x}}b|c".to_vec(),
            slots: vec![slot(1..12)],
            files: vec![
                (0, file("0", "{{token:x}}")),
                (13, file("1", "{{token:x}}")),
                (15, file("2", "\u{e4}")),
            ],
            ..SentRequest::default()
        };
        read(&mut sent).unwrap();
        assert!(sent.files.is_empty());
        let body = String::from_utf8(sent.body).unwrap();
        assert_eq!(body, "{{token:x}}a{{token:x}}b{{token:x}}|c\u{e4}");
        assert_eq!(sent.slots, [slot(12..23)]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_and_nothing_is_sent() {
        let mut sent = SentRequest {
            files: vec![(0, "not/there.bin".to_owned())],
            ..SentRequest::default()
        };
        let failure = read(&mut sent).err().unwrap();
        assert!(!failure.was_sent && failure.message.contains("not/there.bin"));
    }
}
