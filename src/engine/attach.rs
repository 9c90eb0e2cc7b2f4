//! Files that go into a body, read as the call is made. Marks that nobody can foresee keep their
//! places while tokens are put in around them, so that nothing in a file is taken for a token.

use super::home::at_home;
use crate::model::{Cause, Failure, SentRequest};
use ring::rand::SecureRandom;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// No more is read of one file: all of it is held in memory, and kept with the call.
const LARGEST: u64 = 256_000_000;

/// The contents of the files of a request, each by the mark in its place.
#[derive(Default)]
pub struct Attached(Vec<(Vec<u8>, Vec<u8>)>);

impl Attached {
    /// Reads the files and marks their places; the request names no file afterwards.
    pub fn read(sent: &mut SentRequest) -> Result<Attached, Failure> {
        let mut attached = Vec::with_capacity(sent.files.len());
        // From the last on, so that the places of those before stay true.
        for (at, path) in std::mem::take(&mut sent.files).into_iter().rev() {
            let contents = contents(&path)?;
            let mark = mark();
            let at = at.min(sent.body.len());
            sent.body.splice(at..at, mark.iter().copied());
            attached.push((mark, contents));
        }
        Ok(Attached(attached))
    }

    /// The body with the contents in the place of the marks.
    pub fn put(&self, mut body: Vec<u8>) -> Vec<u8> {
        for (mark, contents) in &self.0 {
            if let Some(at) = memchr::memmem::find(&body, mark) {
                body.splice(at..at + mark.len(), contents.iter().copied());
            }
        }
        body
    }
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

fn mark() -> Vec<u8> {
    let mut bytes = [0; 16];
    // Without chance the mark is still one that no text holds by accident.
    let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
    let mut mark = "httriage-file-".to_owned();
    for byte in bytes {
        let _ = write!(mark, "{byte:02x}");
    }
    mark.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_where_they_belong_and_are_not_searched_for_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let mut sent = SentRequest {
            body: b"a{{token:x}}b|c".to_vec(),
            files: vec![(13, file("1", "{{token:x}}")), (15, file("2", "\u{e4}"))],
            ..SentRequest::default()
        };
        let attached = Attached::read(&mut sent).unwrap();
        assert!(sent.files.is_empty());
        let text = String::from_utf8(sent.body).unwrap();
        let filled = text.replace("{{token:x}}", "a-long-value").into_bytes();
        assert_eq!(
            attached.put(filled),
            "aa-long-valueb{{token:x}}|c\u{e4}".as_bytes()
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_and_nothing_is_sent() {
        let mut sent = SentRequest {
            files: vec![(0, "not/there.bin".to_owned())],
            ..SentRequest::default()
        };
        let failure = Attached::read(&mut sent).err().unwrap();
        assert!(!failure.was_sent && failure.message.contains("not/there.bin"));
    }
}
