//! The ways to look at a body.

/// How a body is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Indented if it is JSON, else as it came.
    #[default]
    Pretty,
    Raw,
    Hex,
}

impl View {
    /// The word on the tab of the response.
    pub fn title(self) -> &'static str {
        match self {
            View::Pretty => "pretty",
            View::Raw => "raw",
            View::Hex => "hex",
        }
    }

    /// The view that the next key press shows.
    pub fn next(self) -> View {
        match self {
            View::Pretty => View::Raw,
            View::Raw => View::Hex,
            View::Hex => View::Pretty,
        }
    }

    /// The view to begin with: hex for bytes that are not text.
    pub fn of(body: &[u8]) -> View {
        let head = &body[..body.len().min(SAMPLE)];
        if head.contains(&0) {
            return View::Hex;
        }
        match std::str::from_utf8(head) {
            // The sample may cut a character; a few bad ones may be an old encoding.
            Err(_) if 10 * bad_characters(head) > head.len() => View::Hex,
            _ => View::Pretty,
        }
    }
}

/// How many bytes are looked at to tell text from binary data.
const SAMPLE: usize = 4_096;

fn bad_characters(bytes: &[u8]) -> usize {
    let chunks = bytes.utf8_chunks();
    chunks.map(|chunk| chunk.invalid().len()).sum()
}
