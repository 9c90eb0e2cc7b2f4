//! The outermost members of a JSON text, found in one pass whatever its size, and whether or not
//! the rest of it can be read.

/// Each outermost member: its name, and the text from its value on.
pub struct Members<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// None where the text is no object.
pub fn members(text: &str) -> Members<'_> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    Members {
        text: if text.starts_with('{') { text } else { "" },
        at: 0,
        depth: 0,
    }
}

/// Whether a text is an object that has a member of that name.
pub fn has(text: &str, name: &str) -> bool {
    members(text).any(|(found, _)| found == name)
}

impl<'t> Iterator for Members<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => {
                    self.at = bytes.len();
                    return None;
                }
                b'}' | b']' => self.depth -= 1,
                b'"' => {
                    let start = self.at + 1;
                    self.at = start;
                    while self.at < bytes.len() && bytes[self.at] != b'"' {
                        self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
                    }
                    let name = self.text.get(start..self.at).unwrap_or_default();
                    let behind = self.text.get(self.at + 1..).unwrap_or_default();
                    if self.depth == 1
                        && let Some(value) = behind.trim_start().strip_prefix(':')
                    {
                        self.at += 1;
                        return Some((name, value.trim_start()));
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outermost_members_are_told_from_what_lies_deeper() {
        let text =
            "\u{feff} {\"a\": {\"b\": [\"c\", {\"d\": 1}]}, \"e\\\"\" : \"f:\", \"log\":{\"x\":1}}";
        let names: Vec<&str> = members(text).map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "e\\\"", "log"]);
        let (_, value) = members(text).last().unwrap();
        assert!(value.starts_with("{\"x\""));
        assert!(has(text, "log") && !has(text, "b") && !has(text, "x"));
        for broken in [
            "",
            "[{\"log\":1}]",
            "{",
            "{\"log\"",
            "{\"log\\",
            "\"log\":1",
        ] {
            assert!(!has(broken, "log"), "{broken}");
        }
    }
}
