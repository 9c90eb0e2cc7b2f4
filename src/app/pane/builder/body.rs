//! The body while the person types it, of any kind. What was typed as one kind is kept when another
//! is chosen, and comes back with it.

use crate::app::field::Field;
use crate::app::message::Notice;
use crate::app::table::{Spelling, Table, params};
use crate::insight::{Fault, typed_fault, typed_lines};
use crate::model::{Body, BodyKind, Param, Part, form_rows, is_plain, limits, written};

/// A body that the shown text cannot fully represent.
#[derive(Clone, Debug)]
struct Kept {
    body: Body,
    shown: String,
    /// Only the beginning is shown, and cannot be edited here.
    is_preview: bool,
}

/// The body of the request being typed: one text or table for each kind.
#[derive(Debug)]
pub struct TypedBody {
    pub kind: BodyKind,
    pub area: Field,
    pub form: Table,
    pub parts: Table,
    /// The path of a file.
    pub file: Field,
    /// Sent as it is until the person edits the text it is shown as.
    kept: Option<Kept>,
    /// The text came as data: `{{names}}` in it stay text, even once it is edited.
    literal: bool,
}

/// Lines shown of a body that is too large to edit in its field.
const PREVIEW_LINES: usize = 200;

impl TypedBody {
    /// The body of a loaded request, ready to be edited.
    pub fn new(body: &Body) -> TypedBody {
        let mut typed = TypedBody {
            kind: BodyKind::None,
            area: Field::lines(""),
            form: Table::empty(Spelling::Pair),
            parts: Table::empty(Spelling::Part),
            file: Field::line(""),
            kept: None,
            literal: false,
        };
        match body {
            Body::Empty => {}
            Body::Text(_) | Body::Bytes(_) => typed.hold(body.clone(), false),
            Body::Form(rows) => {
                typed.kind = BodyKind::Form;
                typed.form = Table::new(Spelling::Pair, rows.iter().cloned());
            }
            Body::Multipart(parts) => {
                typed.kind = BodyKind::Multipart;
                typed.parts = Table::new(Spelling::Part, parts.iter().cloned());
            }
            Body::File(path) => {
                typed.kind = BodyKind::File;
                typed.file.set(path);
            }
        }
        typed
    }

    /// Loads a text or bytes. What the field cannot hold, or would be slow with, is shown and kept
    /// beside it.
    fn hold(&mut self, body: Body, as_one_step: bool) {
        self.kind = BodyKind::Text;
        self.kept = None;
        self.literal = matches!(&body, Body::Bytes(_));
        let text = match &body {
            Body::Text(text) => text.clone(),
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        let is_preview = is_large(&text);
        let shown = if is_preview { preview(&text) } else { text };
        if as_one_step && !is_preview {
            self.area.replace(&shown)
        } else {
            self.area = Field::lines(&shown)
        }
        let shown = self.area.text();
        // The field cannot hold every line end and byte.
        if !matches!(&body, Body::Text(text) if *text == shown) {
            self.kept = Some(Kept {
                body,
                shown,
                is_preview,
            });
        }
    }

    /// The body as it would be sent, with these rows for those being edited.
    pub fn body(&self, rows: Option<Vec<Part>>) -> Body {
        match self.kind {
            BodyKind::None => Body::Empty,
            BodyKind::Text => self.text_body(),
            BodyKind::Form => Body::Form(params(rows.unwrap_or_else(|| self.form.rows.clone()))),
            BodyKind::Multipart => {
                let mut parts = rows.unwrap_or_else(|| self.parts.rows.clone());
                parts.retain(|part| !part.name.is_empty());
                Body::Multipart(parts)
            }
            BodyKind::File => match self.file.text() {
                path if path.is_empty() => Body::Empty,
                path => Body::File(path),
            },
        }
    }

    fn text_body(&self) -> Body {
        let text = self.area.text();
        match &self.kept {
            Some(kept) if kept.shown == text => kept.body.clone(),
            _ => self.typed(text),
        }
    }

    /// A text as a body of the current kind.
    fn typed(&self, text: String) -> Body {
        match self.literal && !is_plain(&text) {
            _ if text.is_empty() => Body::Empty,
            true => Body::Bytes(text.into_bytes()),
            false => Body::Text(text),
        }
    }

    /// Whether `{{names}}` in it stay text.
    pub fn is_literal(&self) -> bool {
        self.kind == BodyKind::Text && matches!(self.text_body(), Body::Bytes(_))
    }

    /// The text in the field, which may be only the beginning of a large body.
    pub fn text(&self) -> String {
        self.area.text()
    }

    /// Line and column of the caret, in characters from zero.
    pub fn caret(&self) -> (usize, usize) {
        self.area.caret()
    }

    /// Whether no body is sent.
    pub fn is_empty(&self) -> bool {
        match self.kind {
            BodyKind::None => true,
            BodyKind::Text => self.area.is_empty(),
            BodyKind::Form => self.form.rows.is_empty(),
            BodyKind::Multipart => self.parts.rows.is_empty(),
            BodyKind::File => self.file.is_empty(),
        }
    }

    /// The number of rows that are sent; `None` if this kind has no rows.
    pub fn count(&self) -> Option<usize> {
        self.table().map(Table::count)
    }

    /// The rows of a form or of multipart data; `None` for any other kind.
    pub fn table(&self) -> Option<&Table> {
        match self.kind {
            BodyKind::Form => Some(&self.form),
            BodyKind::Multipart => Some(&self.parts),
            _ => None,
        }
    }

    /// The same rows, to be changed.
    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match self.kind {
            BodyKind::Form => Some(&mut self.form),
            BodyKind::Multipart => Some(&mut self.parts),
            _ => None,
        }
    }

    /// Whether it is sent byte for byte as it was loaded.
    pub fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether only the beginning is shown.
    pub fn is_preview(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_preview)
    }

    /// Chooses another kind. If nothing was typed as that kind yet, it starts with what the old
    /// kind can pass on.
    pub fn choose(&mut self, kind: BodyKind) {
        let before = self.body(None);
        self.kind = kind;
        if !self.is_empty() {
            return;
        }
        match (kind, before) {
            (BodyKind::Form, Body::Text(text)) => {
                let rows = form_rows(&text).unwrap_or_default();
                self.form = Table::new(Spelling::Pair, rows);
            }
            (BodyKind::Form, Body::Multipart(parts)) => {
                let texts = parts.into_iter().filter(|part| !part.is_file);
                self.form = Table::new(Spelling::Pair, texts.map(Param::from));
            }
            (BodyKind::Multipart, Body::Form(rows)) => {
                self.parts = Table::new(Spelling::Part, rows);
            }
            (BodyKind::Text, form @ Body::Form(_)) => {
                let text = written(&form).unwrap_or_default().text;
                self.area = Field::lines(&text);
            }
            _ => {}
        }
    }

    /// What an editor gets; `None` if the body is not one text.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self.kind {
            BodyKind::None => Some(Vec::new()),
            BodyKind::Text => Some(match self.text_body() {
                Body::Bytes(bytes) => bytes,
                Body::Text(text) => text.into_bytes(),
                _ => Vec::new(),
            }),
            BodyKind::Form | BodyKind::Multipart | BodyKind::File => None,
        }
    }

    /// Takes in what an editor wrote; undo brings the old text back.
    pub fn edited(&mut self, text: Vec<u8>) -> Option<Notice> {
        if self.bytes().as_ref() == Some(&text) {
            return Some(Notice::info("The body is as it was: nothing was changed."));
        }
        let body = match String::from_utf8(text) {
            Ok(text) => self.typed(text),
            Err(error) => Body::Bytes(error.into_bytes()),
        };
        self.hold(body, true);
        None
    }

    /// Takes in a text that would make the field slow, at the caret; from then on it can only be
    /// viewed. `false` for any other text.
    pub fn paste_large(&mut self, text: &str) -> bool {
        // Terminals send a carriage return for each line break of a paste.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if !is_large(&text) {
            return false;
        }
        let (row, column) = self.area.caret();
        let typed = self.area.text();
        let line = typed.split('\n').nth(row).unwrap_or_default();
        let before: usize = typed.split('\n').take(row).map(|line| line.len() + 1).sum();
        let inside: usize = line.chars().take(column).map(char::len_utf8).sum();
        let (head, tail) = typed.split_at(before + inside);
        self.hold(self.typed(format!("{head}{text}{tail}")), false);
        true
    }

    /// Puts every value of a JSON body on its own line, or says why not.
    pub fn format(&mut self) -> Option<Notice> {
        if self.kept.is_some() {
            return Some(Notice::trouble(
                "The body goes out byte for byte as it was loaded, and was not changed.",
                "Edit it first; then it is text.",
            ));
        }
        match typed_lines(&self.area.text()) {
            Some(lines) if self.kind == BodyKind::Text => {
                self.area.replace(&lines);
                None
            }
            _ => Some(Notice::trouble(
                "Only JSON is put on lines.",
                "Correct the place that stands under the body; {{names}} go into quotes.",
            )),
        }
    }

    /// The first mistake in a text that should be JSON.
    pub fn fault(&self, media_type: Option<&str>) -> Option<Fault> {
        if self.kind == BodyKind::Text && self.kept.is_none() {
            typed_fault(&self.area.text(), media_type)
        } else {
            None
        }
    }
}

/// Whether a text is too large to edit in a field.
fn is_large(text: &str) -> bool {
    let lines = || text.bytes().filter(|b| *b == b'\n').count();
    text.len() > limits::EDITED_BYTES || lines() > limits::EDITED_LINES
}

/// The first lines of a text, but no more than a screen can show.
fn preview(text: &str) -> String {
    let lines = text.lines().take(PREVIEW_LINES);
    let lines = lines.map(|line| line.chars().take(limits::LINE_BYTES).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_was_loaded() {
        let row = Param {
            enabled: false,
            ..Param::new("a", "1")
        };
        let file = Part {
            name: "upload".into(),
            value: "today.txt".into(),
            is_file: true,
            file_name: Some("log".into()),
            media_type: Some("text/plain".into()),
            is_off: true,
            literal: false,
            written: None,
        };
        for body in [
            Body::Empty,
            Body::Text("{\"a\": 1}".into()),
            Body::Text("two\r\nlines".into()),
            Body::Bytes(b"\xff".to_vec()),
            Body::Form(vec![row, Param::new("b", "2")]),
            Body::Multipart(vec![file]),
            Body::File("/tmp/{{name}}".into()),
        ] {
            assert_eq!(TypedBody::new(&body).body(None), body);
        }
    }

    #[test]
    fn another_kind_takes_over_what_it_can_say_and_the_first_is_not_lost() {
        let mut body = TypedBody::new(&Body::Text("a=1&b=x%20y".into()));
        body.choose(BodyKind::Form);
        let rows = vec![Param::new("a", "1"), Param::new("b", "x y")];
        assert_eq!(body.body(None), Body::Form(rows));
        body.choose(BodyKind::Multipart);
        assert_eq!(body.parts.rows.len(), 2);
        body.choose(BodyKind::None);
        assert_eq!(body.body(None), Body::Empty);
        body.choose(BodyKind::Text);
        assert_eq!(body.body(None), Body::Text("a=1&b=x%20y".into()));
    }

    #[test]
    fn data_stays_data_however_it_is_edited() {
        let data = |text: &str| Body::Bytes(text.as_bytes().to_vec());
        let mut body = TypedBody::new(&data("{{token:x}}"));
        assert_eq!(body.body(None), data("{{token:x}}"));
        body.area.paste("a ");
        assert!(body.is_literal());
        assert_eq!(body.body(None), data("{{token:x}}a "));
        assert!(body.edited(b"b {{token:x}}".to_vec()).is_none());
        assert_eq!(body.body(None), data("b {{token:x}}"));
        // With nothing in braces left there is nothing to keep apart.
        assert!(body.edited(b"c".to_vec()).is_none());
        assert_eq!(body.body(None), Body::Text("c".into()));
        let mut typed = TypedBody::new(&Body::Text("{{token:x}}".into()));
        typed.area.paste("a ");
        assert_eq!(typed.body(None), Body::Text("{{token:x}}a ".into()));
    }

    #[test]
    fn a_text_too_large_for_a_field_is_only_looked_at() {
        let text = "line\n".repeat(limits::EDITED_LINES + 2);
        let mut body = TypedBody::new(&Body::Text(text.clone()));
        assert!(body.is_preview());
        assert!(body.text().len() < 2_000);
        assert_eq!(body.body(None), Body::Text(text.clone()));
        assert_eq!(body.bytes().unwrap(), text.as_bytes());
        assert!(body.edited(b"short".to_vec()).is_none());
        assert_eq!(body.body(None), Body::Text("short".into()));
        assert!(!body.is_preview());
        // A small text is the field's own business, a large one goes in at its caret.
        assert!(!body.paste_large("x"));
        body.area.edit(crate::app::Action::FieldLeft);
        assert!(body.paste_large(&text));
        assert_eq!(body.body(None), Body::Text(format!("shor{text}t")));
        assert!(body.is_preview());
    }
}
