//! Where secrets stand under secret names in a text of any kind. No parser of one format: around
//! each sign of a secret name its neighbours tell what the name is and where its value stands, so
//! that broken, cut and mixed texts are read as well. A region that was walked through is not
//! walked through again, so that the time does not grow faster than the text.

mod calls;
mod cells;
mod code;
mod commands;
mod container;
mod credentials;
mod dumps;
mod lines;
mod links;
mod markup;
mod members;
mod object;
mod passwords;
mod refused;
mod sentences;
mod settings;
mod spoken;
mod statements;
mod steps;
mod stores;
mod structure;
mod tables;
mod wording;

use super::names::{self, may_be_secret_name as is_secret_name};
use super::signs::Sign;
use super::spared::{is_complaint, is_kept, is_spared};
use super::views::escape;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use steps::{
    LONGEST_NAME, blanks, is_header, is_of_name, is_quote, may_be_in_name, number_end, outer_mark,
    skip_blanks, skip_gap, string_end,
};

/// In the middle of a text a word of letters and digits that is so long is no word.
const LONG_WORD: usize = 16;
/// Where a sign says that a value comes, so long a one is enough.
const SHORT_WORD: usize = 8;

/// A secret by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub range: Range<usize>,
    /// Where a quotation mark stands that has to stand around what is put in place of a number.
    pub quote: Option<Range<usize>>,
    /// It stands right under its name, not somewhere inside.
    pub is_direct: bool,
}

pub(super) struct Places<'t> {
    text: &'t [u8],
    pub found: Vec<Named>,
    /// Behind what was walked through.
    done: usize,
    /// Something stands there that can be read only once escapes are undone.
    pub deeper: bool,
    // What is found out once, when it is needed.
    is_form: Option<bool>,
    is_yaml: Option<bool>,
    is_settings: Option<bool>,
    has_columns: bool,
    table_end: usize,
    /// What looks like a text in base64, which has to be unpacked.
    pub packed: Vec<Range<usize>>,
    /// Behind the base64 that was looked at.
    packed_end: usize,
    /// Behind the command line that was looked at.
    command_end: usize,
    /// Behind the printed list that was looked through.
    printed_end: usize,
    /// Behind the path that was looked at.
    path_end: usize,
    /// Where the key of a set begins that was looked at.
    set_seen: Option<usize>,
    /// The brackets that were walked through.
    walks: Vec<Range<usize>>,
    /// The object whose members were looked at last.
    object_seen: Rc<object::Object>,
    /// The bytes that may still be looked ahead and back through for what belongs together.
    budget: Cell<usize>,
    /// The name that was looked at last.
    name_seen: Range<usize>,
    /// The words around the sign that was looked at last.
    words_seen: Range<usize>,
    last_ends: HashMap<Vec<u8>, Option<usize>>,
    /// The columns of tables that statements name without them.
    tables: HashMap<String, Option<Vec<Option<String>>>>,
    /// Whether names are secret ones; most stand there many times.
    names: HashMap<String, bool>,
    // Where lines and words reach that were looked at last; signs come in order, and a long line
    // may hold many.
    line_start: Cell<Reach>,
    line_end: Cell<Reach>,
    plain_word: Reach,
    run_end: Reach,
    flow_end: Reach,
    /// Where a string ends that was begun by this mark.
    header_end: (u8, Reach),
}

/// What was found at `found` by looking from `from` on, or back from there.
#[derive(Clone, Copy, Default)]
struct Reach {
    from: usize,
    found: usize,
}

impl<'t> Places<'t> {
    /// For a walk that has not begun. How far it may look ahead and back grows with the text alone.
    pub fn new(text: &'t [u8]) -> Places<'t> {
        Places {
            text,
            found: Vec::new(),
            done: 0,
            deeper: false,
            is_form: None,
            is_yaml: None,
            is_settings: None,
            has_columns: false,
            table_end: 0,
            packed: Vec::new(),
            packed_end: 0,
            command_end: 0,
            printed_end: 0,
            path_end: 0,
            set_seen: None,
            walks: Vec::new(),
            object_seen: Rc::default(),
            budget: Cell::new(2 * text.len() + (64 << 10)),
            name_seen: 0..0,
            words_seen: 0..0,
            last_ends: HashMap::new(),
            tables: HashMap::new(),
            names: HashMap::new(),
            line_start: Cell::default(),
            line_end: Cell::default(),
            plain_word: Reach::default(),
            run_end: Reach::default(),
            flow_end: Reach::default(),
            header_end: (0, Reach::default()),
        }
    }

    /// Looks around a sign; signs are given in the order of the text.
    pub fn look(&mut self, sign: Sign, place: &Range<usize>) {
        if place.start < self.done {
            return;
        }
        match sign {
            Sign::Authority => {
                self.authority(place.end);
                self.path_of_url(place);
            }
            Sign::PrivateKey => self.private_key(place.end),
            Sign::Packed => self.packed(place.start),
            Sign::Code => self.code(place),
            Sign::KeySet => self.key_of_set(place.start),
            Sign::Insert => self.insert(place.end),
            Sign::Copy => self.copied(place),
            Sign::Identified => self.identified(place.end),
            Sign::Command => self.command(place),
            Sign::Spoken => self.spoken(place),
            Sign::Call => self.call(place.end),
            Sign::DataSource => self.data_source(place.start),
            Sign::Path => self.path(place.start),
            Sign::Scheme if self.scheme(place) => {}
            Sign::Name | Sign::Scheme if self.passes_mark(place) => {}
            Sign::Name | Sign::Scheme => {
                self.columns(place);
                match self.string_around(place) {
                    Some(string) if self.quoted(&string) => {}
                    _ => self.bare(place),
                }
            }
        }
    }

    /// Whether the sign is that of a mask or a slot, as `‹token:support·a361›`.
    fn passes_mark(&mut self, place: &Range<usize>) -> bool {
        let text = self.text;
        let before = &text[..place.start];
        let (open, close) = match (before.ends_with(b"{{"), before.ends_with("‹".as_bytes())) {
            (true, _) => ("{{", "}}"),
            (_, true) => ("‹", "›"),
            _ => return false,
        };
        let start = place.start - open.len();
        let near = &text[place.end..text.len().min(place.end + LONGEST_NAME)];
        let end = memchr::memmem::find(near, close.as_bytes());
        let end = place.end + end.map_or(0, |length| length + close.len());
        let is_mark = std::str::from_utf8(&text[start..end]).is_ok_and(is_kept);
        if is_mark {
            self.done = end;
        }
        is_mark
    }

    /// What stands between quotation marks around a sign, if it may be a name.
    fn string_around(&mut self, place: &Range<usize>) -> Option<Range<usize>> {
        let Range { start, end } = self.words_around(place);
        let quote = *self.text.get(start.checked_sub(1)?)?;
        let ends = self.text.get(end).copied();
        let is_quote = is_quote(&quote);
        if is_quote && start >= 2 && self.text[start - 2] == b'\\' || ends == Some(b'\\') {
            self.deeper = true;
        }
        let is_open = start < 2 || self.text[start - 2] != b'\\';
        (is_quote && is_open && ends == Some(quote)).then_some(start..end)
    }

    /// How far what may be a name in quotation marks reaches around a sign. Of many signs beside
    /// each other only what is new is looked through.
    fn words_around(&mut self, place: &Range<usize>) -> Range<usize> {
        let known = &self.words_seen;
        if !(known.start..=known.end).contains(&place.start) {
            let from = place.start.saturating_sub(LONGEST_NAME);
            let before = self.text[from..place.start].iter().rev();
            let inside = before.take_while(|b| may_be_in_name(b)).count();
            self.words_seen = place.start - inside..place.end;
        }
        let start = self
            .words_seen
            .start
            .max(place.start.saturating_sub(LONGEST_NAME));
        let limit = self.text.len().min(place.end + LONGEST_NAME);
        let mut end = self.words_seen.end.max(place.end);
        while end < limit && may_be_in_name(&self.text[end]) {
            end += 1;
        }
        self.words_seen.end = end;
        start..end.min(limit)
    }

    /// Tells whether the whole of it is a name, or none at all.
    fn quoted(&mut self, string: &Range<usize>) -> bool {
        if *string == self.name_seen {
            return true;
        }
        let name = self.name(string);
        // Some scripts have no blanks between words, but signs and particles.
        let is_sentence = name.trim().contains(' ')
            || !name.is_ascii() && name.contains(['：', '。', '「', 'は', '是', '为', '為']);
        let after = skip_gap(self.text, self.behind_brackets(string.end + 1));
        let separator = self.separator(after);
        if let Some(value) = separator
            && self.store(string, value, &name)
        {
            self.name_seen = string.clone();
            return true;
        }
        if !self.is_secret(&name) {
            self.name_seen = string.clone();
            if separator.is_none() {
                self.kind_of(string, &name);
            }
            return !is_sentence;
        }
        if self.entry_before(string, &name) {
            return true;
        }
        match separator {
            Some(value) if self.is_wording(string, value, &name) => {}
            Some(value) => {
                let quote = string.end..string.end + 1;
                self.value(value, &name, Some(quote));
                if self.opens_word(value) && !self.spoken_value(value, &name) {
                    self.word_after_colon(value, &name, SHORT_WORD);
                }
            }
            None => match self.serialized(string.end + 1) {
                Some(value) => self.string_value(value, &name),
                None if self.is_call_or_fallback(string.end + 1, &name) => {}
                None => {
                    self.pair(string.clone(), &name);
                    self.spoken_before(string.start - 1, &name);
                    self.spoken_value(string.end + 1, &name);
                    // A sentence in which a name is one of the words.
                    return !is_sentence || self.done > string.end;
                }
            },
        }
        self.name_seen = string.clone();
        true
    }

    /// Whether a word begins there, and no number, call or type.
    fn opens_word(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default().iter();
        let word = rest.take(LONGEST_NAME).take_while(|b| is_of_name(b));
        if self.text.get(at + word.count()) == Some(&b'(') {
            return false;
        }
        let is_letter = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_alphabetic);
        is_letter(at)
            || self.text.get(at).is_some_and(u8::is_ascii_digit)
                && is_letter(number_end(self.text, at))
    }

    /// Where a value begins behind `:`, `=`, `=>` or `:=`, and the wide forms of the first two.
    fn separator(&self, at: usize) -> Option<usize> {
        let length = match self.text.get(at..)? {
            [0xef, 0xbc, 0x9a | 0x9d, ..] => 3,
            [b'=', b'>', ..] | [b':', b'=', ..] => 2,
            [b'=', b'=', ..] | [b':', b':', ..] => return None,
            [b':' | b'=', ..] => 1,
            _ => return None,
        };
        Some(skip_gap(self.text, at + length))
    }

    /// A value as programs write it: in quotes, in brackets, as a number.
    fn value(&mut self, at: usize, name: &str, quote: Option<Range<usize>>) {
        let at = self.behind_type(self.behind_signs(at));
        match self.text.get(at) {
            Some(sign) if is_quote(sign) => self.string_value(at, name),
            // Under a name that is no sure one, only what stands right there counts.
            Some(b'{' | b'[') if names::is_secret_name(name) => self.container(at, name, quote),
            Some(b'0'..=b'9' | b'-') => self.number(at, name, quote, true),
            Some(b'\\' | b'%' | b'&') if escape(self.text, at).is_some() => self.deeper = true,
            _ => {}
        }
    }

    fn string_value(&mut self, at: usize, name: &str) {
        let sign = self.text[at];
        let three = [sign; 3];
        let (start, end) = if self.text[at..].starts_with(&three) && sign != b'`' {
            let start = at + 3;
            let end = memchr::memmem::find(&self.text[start..], &three);
            (start, end.map_or(self.text.len(), |length| start + length))
        } else {
            (at + 1, string_end(self.text, at + 1, sign))
        };
        let end = end.min(self.text.len());
        let complains = || is_complaint(&self.name(&(start..end))) && self.is_among_errors(at);
        if !self.spares(name, &(start..end)) && !complains() {
            self.add(self.credential(start..end, name), None, true);
            self.done = end + 1;
        }
    }

    /// Numbers of six digits or more.
    fn number(&mut self, at: usize, name: &str, quote: Option<Range<usize>>, is_direct: bool) {
        let end = number_end(self.text, at);
        let digits = self.text[at..end].iter().filter(|b| b.is_ascii_digit());
        if digits.count() >= 6 && !self.spares(name, &(at..end)) {
            self.add(at..end, quote, is_direct);
        }
    }

    /// A name that stands without quotation marks.
    fn bare(&mut self, place: &Range<usize>) {
        let text = self.text;
        let from = place.start.saturating_sub(LONGEST_NAME);
        let before = text[from..place.start].iter().rev();
        let start = place.start - before.take_while(|b| is_of_name(b)).count();
        let mut end = self.name_end(self.behind_letters(place));
        // The name is what stands before its sign; of a longer word that is the end.
        let start = start.max(end.saturating_sub(LONGEST_NAME));
        if start > place.start || (start..end) == self.name_seen {
            return;
        }
        self.name_seen = start..end;
        if end < text.len() && escape(text, end).is_some() {
            self.deeper = true;
        }
        let in_brackets = text.get(end) == Some(&b']');
        end += usize::from(in_brackets);
        let name = self.name(&(start..end));
        if name == "input_value" && text.get(end) == Some(&b'=') {
            return self.input_below(start, end + 1);
        }
        if !self.is_secret(&name) {
            return;
        }
        let before = start.checked_sub(1).map(|before| text[before]);
        let opens = before == Some(b'<')
            || before == Some(b':')
                && text[..start - 1]
                    .iter()
                    .rev()
                    .take(LONGEST_NAME)
                    .find(|b| !is_of_name(b))
                    == Some(&b'<');
        if opens {
            return self.element(start, end, &name);
        }
        if self.is_text_of_element(start, end) {
            return self.pair_of_elements(start, &name);
        }
        if before == Some(b':') && text.get(end) == Some(&b':') && self.is_in_address(start) {
            return;
        }
        if before == Some(b'=') && self.is_bare_attribute(start, end, &name) {
            return;
        }
        let blanks = blanks(text, end);
        let Some(value) = self.separator(end + blanks) else {
            let is_done = self.row_of_key(start, end, &name)
                || self.pair_of_atoms(start, end, &name)
                || self.is_call_or_fallback(end, &name);
            if !is_done {
                self.without_sign(start, end, blanks, &name);
            }
            return;
        };
        let value = self.behind_signs(value);
        if value < text.len() && escape(text, value).is_some() {
            self.deeper = true;
        }
        let starts_line = self.starts_line(start);
        let is_quoted = text.get(value).is_some_and(is_quote);
        match &text[end + blanks..] {
            [b'=', b'>', ..] if in_brackets && !is_quoted => self.rest_of_line(value, &name),
            [b'=', ..] if !is_quoted && self.has_fallback(value, &name) => {}
            [b'=', ..] if blanks > 0 && !starts_line && !is_quoted => {
                self.word_after_colon(value, &name, SHORT_WORD);
            }
            _ if is_quoted => self.bare_string(value, &name),
            [b'=', ..] => {
                self.after_equals(end + blanks + 1, start, &name, starts_line && blanks > 0)
            }
            [b':', b'/', b'/', ..] => {}
            [b':', ..] if value == end + 1 && self.is_in_dump(start) => self.dumped(value, &name),
            _ => self.after_colon(value, start, &name, starts_line),
        }
    }

    /// Whether a word stands in an address whose parts have colons between them: `arn:…:secret:x`.
    fn is_in_address(&self, start: usize) -> bool {
        let from = start.saturating_sub(LONGEST_NAME);
        let before = &self.text[from..start];
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b":-_./*".contains(b);
        let length = before.iter().rev().take_while(|b| fits(b)).count();
        let word = &before[before.len() - length..];
        word.starts_with(b"arn:") || word.starts_with(b"urn:")
    }

    /// Where the characters of a name end. Of a long run of them, with many signs in it, that is
    /// found out once.
    fn name_end(&mut self, from: usize) -> usize {
        if (self.run_end.from..self.run_end.found).contains(&from) {
            return self.run_end.found;
        }
        let run = self.text[from..]
            .iter()
            .take_while(|b| is_of_name(b))
            .count();
        self.run_end = Reach {
            from,
            found: from + run,
        };
        from + run
    }

    /// Behind a letter that is no plain one, as in `contraseña`.
    fn behind_letters(&self, place: &Range<usize>) -> usize {
        let rest = &self.text[place.end..];
        let is_plain = self.text[place.start].is_ascii();
        place.end
            + if is_plain && rest.starts_with("ñ".as_bytes()) {
                2
            } else {
                0
            }
    }

    fn is_secret(&mut self, name: &str) -> bool {
        const MOST: usize = 1_000;
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let is_one = is_secret_name(name);
        if self.names.len() < MOST {
            self.names.insert(name.to_owned(), is_one);
        }
        is_one
    }

    /// So many bytes may be looked through once more for what belongs together; a few always may.
    fn allowance(&self, bytes: usize) -> usize {
        const ALWAYS: usize = 200;
        bytes.min(self.budget.get().max(ALWAYS))
    }

    fn charge(&self, bytes: usize) {
        self.budget.set(self.budget.get().saturating_sub(bytes));
    }

    /// A string behind a name without quotation marks, unless the mark ends a string in which the
    /// name stands: `"label": "Token:", "n": 1`.
    fn bare_string(&mut self, at: usize, name: &str) {
        let text = self.text;
        let after = text[at + 1..].iter().find(|b| !b.is_ascii_whitespace());
        if after.is_none_or(|b| b",}]:)>".contains(b)) {
            return;
        }
        // Apostrophes do not reach out of such a string either.
        if text[at] != b'"' {
            let end = string_end(text, at + 1, text[at]);
            if memchr::memchr2(b'"', b'\n', &text[at + 1..end]).is_some() {
                return self.word_after_colon(at + 1, name, LONG_WORD);
            }
        }
        self.value(at, name, None);
    }

    /// What is secret by its own look.
    pub fn mark(&mut self, range: Range<usize>) {
        self.add(range, None, true);
    }

    fn add(&mut self, range: Range<usize>, quote: Option<Range<usize>>, is_direct: bool) {
        self.found.push(Named {
            range,
            quote,
            is_direct,
        });
    }

    /// Whether what stands there is no secret though its name is one.
    fn spares(&self, name: &str, range: &Range<usize>) -> bool {
        const LONGEST: usize = 300;
        let text = &self.text[range.clone()];
        if text.is_empty() {
            return true;
        }
        // Only short texts are told by their look.
        if text.len() > LONGEST {
            return false;
        }
        let value = String::from_utf8_lossy(text);
        is_spared(name, &value)
    }

    fn name(&self, range: &Range<usize>) -> Cow<'t, str> {
        let end = range.end.min(range.start + 300).min(self.text.len());
        String::from_utf8_lossy(self.text.get(range.start..end).unwrap_or_default())
    }
}
