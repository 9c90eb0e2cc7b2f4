//! The line for a jq filter, and the filters typed before.

use crate::app::field::Field;
use crate::model::limits;

/// The line in which a person types a jq filter, with its own history.
#[derive(Debug, Default)]
pub struct JqLine {
    /// The text, while the line is open.
    pub field: Option<Field>,
    /// The filter that is running.
    pub running: Option<u64>,
    /// Why the last one gave no results.
    pub trouble: Option<String>,
    /// Earlier filters, the newest last.
    asked: Vec<String>,
    /// How far back the line shows an earlier filter; after the newest comes the text being typed.
    back: usize,
    typed: String,
}

impl JqLine {
    /// Opens the line with this filter in it.
    pub fn open(&mut self, filter: &str) {
        self.field = Some(Field::line(filter));
        self.trouble = None;
        self.back = 0;
    }

    /// Closes the line; the earlier filters stay.
    pub fn close(&mut self) {
        *self = JqLine {
            asked: std::mem::take(&mut self.asked),
            ..JqLine::default()
        };
    }

    /// Adds the filter in the line to the earlier ones.
    pub fn ask(&mut self, filter: &str) {
        self.asked.retain(|asked| asked != filter);
        self.asked.push(filter.to_owned());
        let most = self.asked.len().saturating_sub(limits::JQ_ASKED);
        self.asked.drain(..most);
        (self.back, self.trouble) = (0, None);
    }

    /// Shows an older filter, or a newer one.
    pub fn recall(&mut self, older: bool) {
        let Some(field) = &mut self.field else {
            return;
        };
        if self.back == 0 {
            self.typed = field.text();
        }
        self.back = if older {
            (self.back + 1).min(self.asked.len())
        } else {
            self.back.saturating_sub(1)
        };
        let asked = self.asked.len() - self.back;
        field.set(self.asked.get(asked).unwrap_or(&self.typed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_filters_come_back_and_so_does_what_was_being_typed() {
        let mut line = JqLine::default();
        for filter in [".a", ".b", ".a"] {
            line.ask(filter);
        }
        line.open("half");
        let mut seen = Vec::new();
        for older in [true, true, true, false, false, false] {
            line.recall(older);
            seen.push(line.field.as_ref().unwrap().text());
        }
        assert_eq!(seen, [".a", ".b", ".b", ".a", "half", "half"]);
    }

    #[test]
    fn not_all_that_was_ever_asked_is_kept() {
        let mut line = JqLine::default();
        for number in 0..2 * limits::JQ_ASKED {
            line.ask(&format!(".[{number}]"));
        }
        assert_eq!(line.asked.len(), limits::JQ_ASKED);
        line.close();
        assert_eq!(line.asked.len(), limits::JQ_ASKED);
    }
}
