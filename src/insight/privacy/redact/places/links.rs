//! Paths that let in whoever has them, in URLs and alone.

use super::Places;
use crate::insight::redact::paths::credential_in_path;
use std::ops::Range;

/// No path is read further.
const LONGEST: usize = 2_000;

impl Places<'_> {
    /// The path of a URL whose authority begins behind this sign.
    pub(super) fn path_of_url(&mut self, place: &Range<usize>) {
        let rest = &self.text[place.end..self.text.len().min(place.end + LONGEST)];
        let of_authority = |b: &u8| b.is_ascii_alphanumeric() || b"-._~%:@[]{}".contains(b);
        let length = rest.iter().take_while(|b| of_authority(b)).count();
        match &rest[length..] {
            [b'/', ..] => self.path_from(place.end + length),
            [b'\\', b'/', ..] => self.deeper = true,
            _ => {}
        }
    }

    /// A path one part of which begins here.
    pub(super) fn path(&mut self, at: usize) {
        if self.text[at] == b'/' {
            if at > 0 && self.text[at - 1] == b'\\' {
                self.deeper = true;
            }
            self.path_from(at);
        }
    }

    fn path_from(&mut self, start: usize) {
        if start < self.path_end {
            return;
        }
        let rest = &self.text[start..self.text.len().min(start + LONGEST)];
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=:@/?".contains(b);
        let mut length = rest.iter().take_while(|b| fits(b)).count();
        self.path_end = start + length;
        while rest[..length].ends_with(b".") || rest[..length].ends_with(b")") {
            length -= 1;
        }
        let path = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        if let Some(range) = credential_in_path(path) {
            self.add(start + range.start..start + range.end, None, true);
        }
    }
}
