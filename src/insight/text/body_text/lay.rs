//! A line of a body as it is laid out.

use super::form::Form;
use super::{BodyText, json_lines, markup};

impl BodyText {
    /// The text of a line; `place` is told of each byte of the body where it goes.
    pub(super) fn lay(
        &self,
        body: &[u8],
        number: usize,
        text: &mut Vec<u8>,
        place: impl FnMut(usize, usize),
    ) {
        let bytes = body.get(self.lines.place(number)).unwrap_or_default();
        let indent = self.lines.depth(number) * 2;
        text.resize(text.len() + indent, b' ');
        match &self.form {
            Form::Json => json_lines::tidy(bytes, self.begins_inside(number), text, place),
            Form::Markup => markup::tidy(bytes, text, place),
            Form::Table(columns) if !self.is_later_piece(number) => {
                columns.lay(bytes, text, place);
            }
            Form::Events if self.is_json_of_event(body, number) => {
                json_lines::tidy(bytes, self.begins_inside(number), text, place);
            }
            Form::Events => {
                if let Some(event) = self.value_from(number) {
                    text.extend_from_slice(format!("#{event} ").as_bytes());
                }
                as_it_came(bytes, text, place);
            }
            Form::Plain | Form::Table(_) => as_it_came(bytes, text, place),
        }
    }
}

fn as_it_came(bytes: &[u8], text: &mut Vec<u8>, mut place: impl FnMut(usize, usize)) {
    for (at, byte) in bytes.iter().enumerate() {
        place(at, text.len());
        text.push(*byte);
    }
}
