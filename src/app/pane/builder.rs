//! The request while the person types it.

mod body;
mod completion;
mod search;

use crate::app::field::Field;
use crate::app::list::List;
use crate::app::message::{Draft, Effect, Notice};
use crate::app::table::{Spelling, Table, params};
use crate::insight::Fault;
use crate::model::{
    Auth, BodyKind, Environment, Part, RequestSpec, TokenName, bare_url, token_names_in,
};

pub use body::TypedBody;
pub use completion::Completion;
pub use search::TextSearch;

/// The tabs of the request pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuilderTab {
    Params,
    Headers,
    Auth,
    Body,
    Notes,
}

impl BuilderTab {
    /// Every tab, in the order of the tab bar.
    pub const ALL: [BuilderTab; 5] = [
        BuilderTab::Params,
        BuilderTab::Headers,
        BuilderTab::Auth,
        BuilderTab::Body,
        BuilderTab::Notes,
    ];

    /// The word on the tab.
    pub fn title(self) -> &'static str {
        match self {
            BuilderTab::Params => "Params",
            BuilderTab::Headers => "Headers",
            BuilderTab::Auth => "Auth",
            BuilderTab::Body => "Body",
            BuilderTab::Notes => "Notes",
        }
    }
}

/// The text that has the caret.
#[derive(Debug)]
pub enum Editing {
    Url,
    /// A row of the table in front, as text.
    Row(Box<RowText>),
    Body,
    /// The path of the file to send as the body.
    File,
    Notes,
}

/// A row being edited, and its text before that.
#[derive(Debug)]
pub struct RowText {
    pub field: Field,
    before: String,
}

impl RowText {
    fn new(text: &str) -> Box<RowText> {
        let field = Field::line(text);
        let before = field.text();
        Box::new(RowText { field, before })
    }
}

/// A removed row, with its table and its position there.
#[derive(Debug)]
struct Removed {
    tab: BuilderTab,
    kind: BodyKind,
    at: usize,
    row: Part,
}

/// The request pane: every part of a request as typed, and where the person is in it.
#[derive(Debug)]
pub struct Builder {
    pub method: String,
    pub url: Field,
    pub completion: Completion,
    pub params: Table,
    pub headers: Table,
    pub auth: Auth,
    /// The cursor over the tokens to choose from, with "none" as the last row.
    pub tokens: List,
    pub body: TypedBody,
    /// Kept with the call, and never sent.
    pub notes: Field,
    pub tab: BuilderTab,
    /// Whether the cursor is on the URL instead of the tab below it.
    pub on_url: bool,
    /// Whether the person wrote or sent this call; `false` for one from a file, the history or a
    /// paste.
    pub is_written: bool,
    pub editing: Option<Editing>,
    /// The URL before the person started to type in it.
    pub began: String,
    /// The search in the text being edited, while there is one.
    pub search: Option<TextSearch>,
    removed: Vec<Removed>,
}

impl Builder {
    /// The methods that the list offers, and that can be typed before the URL.
    pub const METHODS: [&'static str; 7] =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// The pane with a request loaded, on the first tab.
    pub fn new(spec: &RequestSpec) -> Builder {
        Builder {
            method: spec.method.clone(),
            url: Field::line(&spec.url),
            completion: Completion::default(),
            params: Table::new(Spelling::Pair, spec.params.iter().cloned()),
            headers: Table::new(Spelling::Header, spec.headers.iter().cloned()),
            auth: spec.auth.clone(),
            tokens: List::default(),
            body: TypedBody::new(&spec.body),
            notes: Field::lines(&spec.notes),
            tab: BuilderTab::Params,
            on_url: true,
            is_written: false,
            editing: None,
            began: String::new(),
            search: None,
            removed: Vec::new(),
        }
    }

    /// Loads a whole request; the tab and the cursor stay where they are.
    pub fn load(&mut self, spec: &RequestSpec) {
        *self = Builder {
            tab: self.tab,
            on_url: self.on_url,
            tokens: self.tokens,
            completion: std::mem::take(&mut self.completion),
            ..Builder::new(spec)
        };
    }

    /// A new call to a URL. Of the call before only the token stays: its method, headers and body
    /// were meant for another place.
    pub fn begin(&mut self, url: &str) {
        self.load(&RequestSpec {
            auth: self.auth.clone(),
            ..RequestSpec::new("GET", url)
        });
        self.is_written = true;
        self.on_url = true;
    }

    /// Switches off the headers and parameters that hold a token by name, other than this one; gives
    /// their names.
    pub fn switch_off_tokens(&mut self, but: Option<&TokenName>) -> Vec<String> {
        let rows = self.headers.rows.iter_mut().chain(&mut self.params.rows);
        let mut names = Vec::new();
        for row in rows.filter(|row| !row.is_off) {
            let held = token_names_in(&row.value);
            if held.iter().any(|name| Some(name) != but) {
                row.is_off = true;
                names.push(row.name.clone());
            }
        }
        names
    }

    /// The request as it stands, including a row being edited.
    pub fn spec(&self) -> RequestSpec {
        let edited = |tab: BuilderTab, table: &Table| match &self.editing {
            Some(Editing::Row(text)) if self.tab == tab => {
                table.with(&text.before, &text.field.text())
            }
            _ => table.rows.clone(),
        };
        let rows = self.body.table();
        RequestSpec {
            method: self.method.clone(),
            url: bare_url(&self.url.text()).to_owned(),
            params: params(edited(BuilderTab::Params, &self.params)),
            headers: params(edited(BuilderTab::Headers, &self.headers)),
            body: self
                .body
                .body(rows.map(|table| edited(BuilderTab::Body, table))),
            auth: self.auth.clone(),
            notes: self.notes.text(),
        }
    }

    /// The text that the keys go to, if any.
    pub fn field(&mut self) -> Option<&mut Field> {
        if let Some(search) = &mut self.search {
            return Some(&mut search.field);
        }
        match self.editing.as_mut()? {
            Editing::Url => Some(&mut self.url),
            Editing::Row(text) => Some(&mut text.field),
            Editing::Body => Some(&mut self.body.area),
            Editing::File => Some(&mut self.body.file),
            Editing::Notes => Some(&mut self.notes),
        }
    }

    /// Whether some text of the request has the caret.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// Whether the cursor is inside that tab.
    pub fn shows(&self, tab: BuilderTab) -> bool {
        self.tab == tab && !self.on_url
    }

    /// The table of the tab in front, if it has one.
    pub fn table(&self) -> Option<&Table> {
        self.table_of(self.tab)
    }

    /// The table of a tab, if it has one.
    pub fn table_of(&self, tab: BuilderTab) -> Option<&Table> {
        match tab {
            BuilderTab::Params => Some(&self.params),
            BuilderTab::Headers => Some(&self.headers),
            BuilderTab::Auth | BuilderTab::Notes => None,
            BuilderTab::Body => self.body.table(),
        }
    }

    /// The row under the cursor, if it is on one.
    pub fn row(&self) -> Option<&Part> {
        self.table()?.row()
    }

    /// The cursor of the tab in front, if it has rows.
    pub fn list(&self) -> Option<&List> {
        match self.tab {
            BuilderTab::Auth => Some(&self.tokens),
            _ => self.table().map(|table| &table.list),
        }
    }

    fn table_mut(&mut self) -> Option<&mut Table> {
        match self.tab {
            BuilderTab::Params => Some(&mut self.params),
            BuilderTab::Headers => Some(&mut self.headers),
            BuilderTab::Auth | BuilderTab::Notes => None,
            BuilderTab::Body => self.body.table_mut(),
        }
    }

    /// Edits what the cursor is on; an empty table gets its first row.
    pub fn edit(&mut self) -> Option<Notice> {
        if self.on_url {
            self.editing = Some(Editing::Url);
            self.began = self.url.text();
            self.completion.begin(&self.began);
            return None;
        }
        if let Some(table) = self.table() {
            match table.typed() {
                Some(text) => self.editing = Some(Editing::Row(RowText::new(&text))),
                None => self.add_row(),
            }
            return None;
        }
        match (self.tab, self.body.kind) {
            (BuilderTab::Notes, _) => self.editing = Some(Editing::Notes),
            (BuilderTab::Body, BodyKind::File) => self.editing = Some(Editing::File),
            (BuilderTab::Body, _) if self.body.is_preview() => {
                return Some(Notice::info(
                    "This body is too large to be edited here: only its beginning is shown. Your own editor takes all of it.",
                ));
            }
            (BuilderTab::Body, _) => {
                self.body.kind = BodyKind::Text;
                self.editing = Some(Editing::Body);
            }
            _ => {}
        }
        None
    }

    /// Adds a row at the end of the table and starts editing it.
    pub fn add_row(&mut self) {
        if self.table().is_none() {
            self.tab = BuilderTab::Params;
        }
        self.on_url = false;
        if let Some(table) = self.table_mut() {
            table.add();
            self.editing = Some(Editing::Row(RowText::new("")));
        }
    }

    /// Starts a search in the lines being edited.
    pub fn start_search(&mut self) {
        let search = match self.editing {
            Some(Editing::Body) => TextSearch::new(&self.body.area),
            Some(Editing::Notes) => TextSearch::new(&self.notes),
            _ => return,
        };
        self.search = Some(search);
    }

    /// The search and the text that it searches.
    fn searched(&mut self) -> Option<(&mut TextSearch, &mut Field)> {
        let text = match self.editing {
            Some(Editing::Body) => &mut self.body.area,
            Some(Editing::Notes) => &mut self.notes,
            _ => return None,
        };
        Some((self.search.as_mut()?, text))
    }

    /// Searches again after a key in the search line.
    pub fn look(&mut self) {
        if let Some((search, text)) = self.searched() {
            search.typed(text);
        }
    }

    /// Moves the caret to the next match, or to the one before.
    pub fn step_match(&mut self, forward: bool) {
        if let Some((search, text)) = self.searched() {
            search.step(text, forward);
        }
    }

    /// Ends the search; the caret stays where it led.
    pub fn end_search(&mut self) {
        if let Some((_, text)) = self.searched() {
            text.stop_looking();
        }
        self.search = None;
    }

    /// Whether the list below the URL is visible: the caret must be at the end of the text.
    pub fn is_completing(&self) -> bool {
        let at_end = || self.url.caret().1 == self.url.text().chars().count();
        matches!(self.editing, Some(Editing::Url)) && self.completion.is_open() && at_end()
    }

    /// Updates that list after a key in the URL.
    pub fn complete(&mut self, environment: &Environment) {
        if matches!(self.editing, Some(Editing::Url)) {
            self.completion.typed(&self.url.text(), environment);
        }
    }

    /// Puts the chosen completion into the URL.
    pub fn take_completion(&mut self, environment: &Environment) {
        if let Some(text) = self.completion.take(environment) {
            self.url.replace(&text);
        }
    }

    /// After a key that changes the text: the call is now the person's own. Moving the caret
    /// through the URL does not count.
    pub fn was_typed(&mut self) {
        let is_same = matches!(self.editing, Some(Editing::Url)) && self.url.text() == self.began;
        self.is_written |= !is_same;
    }

    /// Ends editing; drops a row without a name.
    pub fn finish_editing(&mut self) {
        self.completion.close();
        self.end_search();
        if let Some(Editing::Row(text)) = self.editing.take()
            && let Some(table) = self.table_mut()
        {
            table.take(&text.before, &text.field.text());
        }
    }

    /// Switches the row under the cursor on or off; a row that is off is not sent.
    pub fn switch_row(&mut self) {
        if !self.on_url
            && let Some(table) = self.table_mut()
        {
            table.switch();
        }
    }

    /// Removes the row under the cursor; `undo` brings it back.
    pub fn remove_row(&mut self) {
        let (tab, kind) = (self.tab, self.body.kind);
        if !self.on_url
            && let Some(table) = self.table_mut()
            && let Some((at, row)) = table.remove()
        {
            self.removed.push(Removed { tab, kind, at, row });
        }
    }

    /// Brings back the row that was removed last.
    pub fn undo(&mut self) {
        self.finish_editing();
        if let Some(Removed { tab, kind, at, row }) = self.removed.pop() {
            self.tab = tab;
            self.on_url = false;
            if tab == BuilderTab::Body {
                self.body.kind = kind;
            }
            if let Some(table) = self.table_mut() {
                table.put_back(at, row);
            }
        }
    }

    /// Whether `undo` has a row to bring back.
    pub fn has_removed(&self) -> bool {
        !self.removed.is_empty()
    }

    /// Moves up and down, from the URL into the table and back. The tokens tab has `tokens` rows
    /// and one for "none".
    pub fn step(&mut self, step: isize, tokens: usize) {
        if self.on_url {
            self.on_url = step <= 0;
            if let Some(table) = self.table_mut() {
                table.list.to_first();
            }
            return;
        }
        let at_top = self.list().is_none_or(|list| list.cursor == 0);
        if step < 0 && at_top {
            self.on_url = true;
        } else if self.tab == BuilderTab::Auth {
            self.tokens.step(step, tokens + 1);
        } else if let Some(table) = self.table_mut() {
            table.list.step(step, table.rows.len());
        }
    }

    /// Moves to the last row of the tab in front.
    pub fn to_last(&mut self, tokens: usize) {
        self.on_url = false;
        self.tokens.to_last(tokens + 1);
        if let Some(table) = self.table_mut() {
            table.list.to_last(table.rows.len());
        }
    }

    /// Moves to the URL, or to a row of the table in front.
    pub fn to_row(&mut self, row: Option<usize>) {
        self.on_url = row.is_none();
        if let (Some(row), BuilderTab::Auth) = (row, self.tab) {
            self.tokens.cursor = row;
        }
        if let (Some(row), Some(table)) = (row, self.table_mut()) {
            table.list.cursor = row.min(table.rows.len().saturating_sub(1));
        }
    }

    /// Opens a tab by its position.
    pub fn to_tab(&mut self, place: usize) {
        self.finish_editing();
        self.tab = BuilderTab::ALL.get(place).copied().unwrap_or(self.tab);
    }

    /// Opens the tab `step` places further, wrapping at the ends.
    pub fn step_tab(&mut self, step: isize) {
        self.finish_editing();
        let tabs = BuilderTab::ALL;
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(tabs.len() as isize) as usize;
        self.tab = tabs[next];
    }

    /// Gives the body another kind and shows its tab.
    pub fn choose_body(&mut self, kind: BodyKind) {
        self.finish_editing();
        self.body.choose(kind);
        self.tab = BuilderTab::Body;
        self.on_url = false;
    }

    /// Puts the caret at a line and a column of the body, if the body can be edited.
    pub fn body_at(&mut self, at: (usize, usize)) {
        if !self.body.is_preview() {
            self.editing = Some(Editing::Body);
            self.body.area.jump(at);
        }
    }

    /// Takes a pasted text that is too large for the body's field; `None` for any other.
    pub fn paste_large(&mut self, text: &str) -> Option<Notice> {
        let in_body = matches!(self.editing, Some(Editing::Body)) && self.search.is_none();
        if !in_body || !self.body.paste_large(text) {
            return None;
        }
        self.finish_editing();
        Some(Notice::info(
            "The pasted text is in the body as it is. It is too large to be edited here: only its beginning is shown.",
        ))
    }

    /// Opens the body in the person's editor, byte for byte; or the notes, if they are in front.
    pub fn open_editor(&mut self) -> Vec<Effect> {
        self.finish_editing();
        if self.shows(BuilderTab::Notes) {
            return vec![Effect::OpenEditor {
                draft: Draft::Notes,
                text: self.notes.text().into_bytes(),
                ending: ".md",
            }];
        }
        self.tab = BuilderTab::Body;
        self.on_url = false;
        let text = self.body.bytes().unwrap_or_default();
        let json = text.is_empty() || text.starts_with(b"{") || text.starts_with(b"[");
        vec![Effect::OpenEditor {
            draft: Draft::Body,
            text,
            ending: if json { ".json" } else { ".txt" },
        }]
    }

    /// Why the body cannot be opened in an editor.
    pub fn why_not_edit(&self) -> Option<&'static str> {
        match self.body.bytes() {
            _ if self.shows(BuilderTab::Notes) => None,
            None => Some("Only a body that is one text goes to an editor."),
            Some(_) => None,
        }
    }

    /// Takes in what the editor wrote.
    pub fn edited(&mut self, draft: Draft, text: Vec<u8>) -> Option<Notice> {
        match draft {
            Draft::Body => self.body.edited(text),
            Draft::Notes => {
                self.notes.replace(&String::from_utf8_lossy(&text));
                None
            }
        }
    }

    /// Puts every value of a JSON body on its own line, or says why not.
    pub fn format_body(&mut self) -> Option<Notice> {
        self.tab = BuilderTab::Body;
        self.on_url = false;
        self.body.format()
    }

    /// The first mistake in a body that should be JSON.
    pub fn body_fault(&self) -> Option<Fault> {
        let typed = |row: &&Part| !row.is_off && row.name.eq_ignore_ascii_case("content-type");
        let media_type = self.headers.rows.iter().find(typed);
        self.body.fault(media_type.map(|row| row.value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, Param};

    fn typed(builder: &mut Builder, text: &str) {
        builder.field().unwrap().paste(text);
        builder.finish_editing();
    }

    #[test]
    fn rows_are_typed_switched_off_removed_and_brought_back() {
        let mut builder = Builder::new(&RequestSpec::new("GET", "/x"));
        builder.add_row();
        typed(&mut builder, "page[size] = 5");
        builder.add_row();
        typed(&mut builder, "  ");
        assert_eq!(builder.spec().params, [Param::new("page[size]", "5")]);
        builder.switch_row();
        assert!(!builder.spec().params[0].enabled);
        builder.remove_row();
        assert!(builder.spec().params.is_empty());
        builder.undo();
        assert_eq!(builder.spec().params.len(), 1);
    }

    #[test]
    fn a_row_still_under_edit_belongs_to_the_request() {
        let mut builder = Builder::new(&RequestSpec::new("GET", "/x"));
        builder.tab = BuilderTab::Headers;
        builder.add_row();
        builder
            .field()
            .unwrap()
            .paste("Core-Url: https://a.example");
        assert_eq!(
            builder.spec().headers[0],
            Param::new("Core-Url", "https://a.example")
        );
    }

    #[test]
    fn a_loaded_request_comes_back_as_it_was() {
        let mut spec = RequestSpec::new("POST", "/x");
        spec.body = Body::Bytes(b"a\r\nb\xff".to_vec());
        spec.params = vec![Param {
            enabled: false,
            ..Param::new("a", "b")
        }];
        let mut builder = Builder::new(&spec);
        assert_eq!(builder.spec(), spec);
        builder.editing = Some(Editing::Body);
        builder.field().unwrap().edit(crate::app::Action::FieldLeft);
        assert_eq!(builder.spec(), spec);
        builder.field().unwrap().paste("c");
        assert!(matches!(builder.spec().body, Body::Text(_)));
    }

    #[test]
    fn what_an_editor_leaves_is_the_body_and_can_be_undone() {
        let mut builder = Builder::new(&RequestSpec::new("POST", "/x"));
        builder.tab = BuilderTab::Body;
        builder.on_url = false;
        builder.edit();
        builder.field().unwrap().paste("{\"a\": \"{{token:x}}\"}");
        let effects = builder.open_editor();
        let Effect::OpenEditor { text, ending, .. } = &effects[0] else {
            panic!("{effects:?}");
        };
        // A token stays a name.
        assert_eq!(text, b"{\"a\": \"{{token:x}}\"}");
        assert_eq!(*ending, ".json");
        assert!(builder.edited(Draft::Body, text.clone()).is_some());
        assert!(builder.edited(Draft::Body, b"new\r\n".to_vec()).is_none());
        assert_eq!(builder.spec().body, Body::Text("new\r\n".into()));
        builder.edit();
        for _ in 0..2 {
            let field = builder.field().unwrap();
            field.edit(crate::app::Action::FieldUndo);
        }
        assert_eq!(
            builder.spec().body,
            Body::Text("{\"a\": \"{{token:x}}\"}".into())
        );
        assert!(builder.edited(Draft::Body, b"\xff".to_vec()).is_none());
        assert_eq!(builder.spec().body, Body::Bytes(b"\xff".to_vec()));
    }

    #[test]
    fn a_json_body_is_put_on_lines_and_other_text_is_left_alone() {
        let mut builder = Builder::new(&RequestSpec::new("POST", "/x"));
        builder.choose_body(BodyKind::Text);
        builder.body.area.paste("{\"b\":1.0}");
        assert!(builder.format_body().is_none());
        assert_eq!(builder.spec().body, Body::Text("{\n  \"b\": 1.0\n}".into()));
        builder.body.area.paste("x");
        assert_eq!(builder.body_fault().map(|fault| fault.line), Some(3));
        assert!(builder.format_body().is_some());
        assert!(builder.body.text().ends_with("}x"));
    }

    #[test]
    fn up_and_down_go_between_the_url_and_the_table() {
        let mut builder = Builder::new(&RequestSpec::new("GET", "/x"));
        builder.step(1, 0);
        assert!(!builder.on_url);
        builder.step(-1, 0);
        assert!(builder.on_url);
    }

    #[test]
    fn the_rows_of_a_form_are_edited_switched_off_removed_and_brought_back() {
        let mut builder = Builder::new(&RequestSpec::new("POST", "/x"));
        builder.choose_body(BodyKind::Form);
        builder.edit();
        typed(&mut builder, "a = 1");
        builder.add_row();
        builder.field().unwrap().paste("b = 2");
        // One still under edit belongs to the request.
        let rows = vec![Param::new("a", "1"), Param::new("b", "2")];
        assert_eq!(builder.spec().body, Body::Form(rows));
        builder.finish_editing();
        builder.switch_row();
        let Body::Form(rows) = builder.spec().body else {
            panic!("no form");
        };
        assert!(rows[0].enabled && !rows[1].enabled);
        builder.remove_row();
        builder.choose_body(BodyKind::File);
        builder.edit();
        builder.field().unwrap().paste("/tmp/x");
        assert_eq!(builder.spec().body, Body::File("/tmp/x".into()));
        // Going back brings the form with its row.
        builder.finish_editing();
        builder.undo();
        assert_eq!(builder.body.kind, BodyKind::Form);
        assert_eq!(builder.body.form.rows.len(), 2);
    }
}
