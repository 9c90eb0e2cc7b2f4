//! The request as it is being typed.

use crate::app::field::Field;
use crate::app::list::List;
use crate::app::message::{Draft, Effect, Notice};
use crate::insight::{Fault, typed_fault, typed_lines};
use crate::model::{Auth, Body, Param, RequestSpec, written};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuilderTab {
    Params,
    Headers,
    Auth,
    Body,
}

impl BuilderTab {
    pub const ALL: [BuilderTab; 4] = [
        BuilderTab::Params,
        BuilderTab::Headers,
        BuilderTab::Auth,
        BuilderTab::Body,
    ];

    pub fn title(self) -> &'static str {
        match self {
            BuilderTab::Params => "Params",
            BuilderTab::Headers => "Headers",
            BuilderTab::Auth => "Auth",
            BuilderTab::Body => "Body",
        }
    }
}

/// Rows that are edited in place as `name = value` or `Name: value`.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub rows: Vec<Param>,
    pub list: List,
}

/// The text that has the caret.
#[derive(Debug)]
pub enum Editing {
    Url,
    /// A row of the table in front, as text.
    Row(Box<Field>),
    Body,
}

#[derive(Debug)]
pub struct Builder {
    pub method: String,
    pub url: Field,
    pub params: Table,
    pub headers: Table,
    pub auth: Auth,
    /// The cursor over the tokens that can be chosen, and none at their end.
    pub tokens: List,
    pub body: Field,
    pub tab: BuilderTab,
    /// Whether the cursor is on the URL, rather than in the tab beneath it.
    pub on_url: bool,
    pub editing: Option<Editing>,
    /// A body that was loaded and is more than its text, and the text it shows as: it goes out
    /// as it is for as long as that text is not edited.
    kept: Option<(Body, String)>,
    removed: Vec<(BuilderTab, usize, Param)>,
}

impl Builder {
    pub const METHODS: [&'static str; 7] =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    pub fn new(spec: &RequestSpec) -> Builder {
        let mut builder = Builder {
            method: String::new(),
            url: Field::line(""),
            params: Table::default(),
            headers: Table::default(),
            auth: Auth::None,
            tokens: List::default(),
            body: Field::lines(""),
            tab: BuilderTab::Params,
            on_url: true,
            editing: None,
            kept: None,
            removed: Vec::new(),
        };
        builder.load(spec);
        builder
    }

    /// Takes a whole request over.
    pub fn load(&mut self, spec: &RequestSpec) {
        self.editing = None;
        self.method = spec.method.clone();
        self.url.set(&spec.url);
        self.params = Table {
            rows: spec.params.clone(),
            list: List::default(),
        };
        self.headers = Table {
            rows: spec.headers.clone(),
            list: List::default(),
        };
        self.auth = spec.auth.clone();
        self.kept = None;
        match &spec.body {
            Body::Empty => self.body = Field::lines(""),
            Body::Text(text) => self.body = Field::lines(text),
            body => {
                let shown = match (body, written(body)) {
                    (Body::File(path), _) => format!("@{path}"),
                    (Body::Bytes(bytes), None) => String::from_utf8_lossy(bytes).into_owned(),
                    (_, written) => written.unwrap_or_default().text,
                };
                self.body = Field::lines(&shown);
                self.kept = Some((body.clone(), self.body.text()));
            }
        }
        self.removed.clear();
    }

    /// The request as it stands, a row under edit included.
    pub fn spec(&self) -> RequestSpec {
        let mut params = self.params.rows.clone();
        let mut headers = self.headers.rows.clone();
        if let Some(Editing::Row(field)) = &self.editing {
            let (rows, list) = match self.tab {
                BuilderTab::Headers => (&mut headers, &self.headers.list),
                _ => (&mut params, &self.params.list),
            };
            if let Some(row) = rows.get_mut(list.cursor) {
                *row = parse_row(self.tab, &field.text(), row.enabled);
            }
        }
        params.retain(|row| !row.name.is_empty());
        headers.retain(|row| !row.name.is_empty());
        let text = self.body.text();
        let body = match &self.kept {
            Some((body, shown)) if *shown == text => body.clone(),
            _ if text.is_empty() => Body::Empty,
            _ => Body::Text(text),
        };
        RequestSpec {
            method: self.method.clone(),
            url: self.url.text(),
            params,
            headers,
            body,
            auth: self.auth.clone(),
        }
    }

    /// The text under edit, if any.
    pub fn field(&mut self) -> Option<&mut Field> {
        match self.editing.as_mut()? {
            Editing::Url => Some(&mut self.url),
            Editing::Row(field) => Some(field),
            Editing::Body => Some(&mut self.body),
        }
    }

    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// Whether the cursor is in the content of that tab.
    pub fn shows(&self, tab: BuilderTab) -> bool {
        self.tab == tab && !self.on_url
    }

    /// The table of the tab in front, if it has one.
    pub fn table(&self) -> Option<&Table> {
        match self.tab {
            BuilderTab::Params => Some(&self.params),
            BuilderTab::Headers => Some(&self.headers),
            BuilderTab::Auth | BuilderTab::Body => None,
        }
    }

    /// The row under the cursor, if it is on one.
    pub fn row(&self) -> Option<&Param> {
        let table = self.table()?;
        table.rows.get(table.list.cursor)
    }

    /// The cursor in the tab in front, if it has rows.
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
            BuilderTab::Auth | BuilderTab::Body => None,
        }
    }

    /// Edits what the cursor is on; an empty table gets its first row.
    pub fn edit(&mut self) {
        if self.on_url {
            self.editing = Some(Editing::Url);
            return;
        }
        match self.tab {
            BuilderTab::Body => self.editing = Some(Editing::Body),
            BuilderTab::Auth => {}
            BuilderTab::Params | BuilderTab::Headers => match self.row_text() {
                Some(text) => self.editing = Some(Editing::Row(Box::new(Field::line(&text)))),
                None => self.add_row(),
            },
        }
    }

    /// A new row at the end of the table, ready to be typed.
    pub fn add_row(&mut self) {
        if self.table().is_none() {
            self.tab = BuilderTab::Params;
        }
        self.on_url = false;
        if let Some(table) = self.table_mut() {
            table.rows.push(Param::new("", ""));
            table.list.to_last(table.rows.len());
            self.editing = Some(Editing::Row(Box::new(Field::line(""))));
        }
    }

    /// Ends editing; a row that has no name is dropped.
    pub fn finish_editing(&mut self) {
        if let Some(Editing::Row(field)) = self.editing.take() {
            let tab = self.tab;
            if let Some(table) = self.table_mut() {
                let at = table.list.cursor;
                if let Some(row) = table.rows.get_mut(at) {
                    *row = parse_row(tab, &field.text(), row.enabled);
                    if row.name.is_empty() {
                        table.rows.remove(at);
                        table.list.step(0, table.rows.len());
                    }
                }
            }
        }
    }

    pub fn switch_row(&mut self) {
        if !self.on_url
            && let Some(table) = self.table_mut()
            && let Some(row) = table.rows.get_mut(table.list.cursor)
        {
            row.enabled = !row.enabled;
        }
    }

    pub fn remove_row(&mut self) {
        let tab = self.tab;
        if !self.on_url
            && let Some(table) = self.table_mut()
            && table.list.cursor < table.rows.len()
        {
            let at = table.list.cursor;
            let row = table.rows.remove(at);
            table.list.step(0, table.rows.len());
            self.removed.push((tab, at, row));
        }
    }

    /// Brings back the row that was last removed.
    pub fn undo(&mut self) {
        if let Some((tab, at, row)) = self.removed.pop() {
            self.tab = tab;
            self.on_url = false;
            if let Some(table) = self.table_mut() {
                let at = at.min(table.rows.len());
                table.rows.insert(at, row);
                table.list.cursor = at;
            }
        }
    }

    pub fn has_removed(&self) -> bool {
        !self.removed.is_empty()
    }

    /// Up and down go from the URL into the table and back. Beside no token there are `tokens`
    /// to choose from.
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

    /// The last row of the tab in front.
    pub fn to_last(&mut self, tokens: usize) {
        self.on_url = false;
        self.tokens.to_last(tokens + 1);
        if let Some(table) = self.table_mut() {
            table.list.to_last(table.rows.len());
        }
    }

    /// To the URL, or to a row of the table in front.
    pub fn to_row(&mut self, row: Option<usize>) {
        self.on_url = row.is_none();
        if let (Some(row), BuilderTab::Auth) = (row, self.tab) {
            self.tokens.cursor = row;
        }
        if let (Some(row), Some(table)) = (row, self.table_mut()) {
            table.list.cursor = row.min(table.rows.len().saturating_sub(1));
        }
    }

    /// To a tab by its place.
    pub fn to_tab(&mut self, place: usize) {
        self.tab = BuilderTab::ALL.get(place).copied().unwrap_or(self.tab);
    }

    /// Takes the body to the person's editor, byte for byte.
    pub fn open_editor(&mut self) -> Vec<Effect> {
        self.finish_editing();
        self.tab = BuilderTab::Body;
        self.on_url = false;
        let text = match self.spec().body {
            Body::Bytes(bytes) => bytes,
            Body::Text(text) => text.into_bytes(),
            _ => Vec::new(),
        };
        let json = text.is_empty() || text.starts_with(b"{") || text.starts_with(b"[");
        vec![Effect::OpenEditor {
            draft: Draft::Body,
            text,
            ending: if json { ".json" } else { ".txt" },
        }]
    }

    /// Why the body is nothing for an editor.
    pub fn no_editor(&self) -> Option<&'static str> {
        match self.kept {
            Some((Body::Form(_) | Body::Multipart(_) | Body::File(_), _)) => {
                Some("Only a body that is one text goes to an editor.")
            }
            _ => None,
        }
    }

    /// Takes over what came out of the editor; one step back brings the old text again.
    pub fn edited(&mut self, draft: Draft, text: Vec<u8>) -> Option<Notice> {
        let Draft::Body = draft;
        let before = match self.spec().body {
            Body::Bytes(bytes) => bytes,
            Body::Text(text) => text.into_bytes(),
            _ => Vec::new(),
        };
        if before == text {
            return Some(Notice::info("The body is as it was: nothing was changed."));
        }
        self.kept = None;
        match String::from_utf8(text) {
            Ok(text) => {
                self.body.replace(&text);
                if self.body.text() != text {
                    // Line ends and marks that a text field cannot hold.
                    self.kept = Some((Body::Text(text), self.body.text()));
                }
            }
            Err(bytes) => {
                let bytes = bytes.into_bytes();
                self.body.replace(&String::from_utf8_lossy(&bytes));
                self.kept = Some((Body::Bytes(bytes), self.body.text()));
            }
        }
        None
    }

    /// Puts every value of a JSON body on a line of its own, or says why not.
    pub fn format_body(&mut self) -> Option<Notice> {
        self.tab = BuilderTab::Body;
        self.on_url = false;
        match typed_lines(&self.body.text()) {
            Some(lines) if self.kept.is_none() => {
                self.body.replace(&lines);
                None
            }
            Some(_) => Some(Notice::trouble(
                "The body goes out byte for byte as it was loaded, and was not changed.",
                "Edit it first; then it is text.",
            )),
            None => Some(Notice::trouble(
                "Only JSON is put on lines.",
                "Correct the place that stands under the body; {{names}} go into quotes.",
            )),
        }
    }

    /// The first mistake in a body that is meant to be JSON.
    pub fn body_fault(&self) -> Option<Fault> {
        if self.kept.is_some() {
            return None;
        }
        let typed = |row: &&Param| row.enabled && row.name.eq_ignore_ascii_case("content-type");
        let media_type = self.headers.rows.iter().find(typed);
        let media_type = media_type.map(|row| row.value.as_str());
        typed_fault(&self.body.text(), media_type)
    }

    pub fn step_tab(&mut self, step: isize) {
        let tabs = BuilderTab::ALL;
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(tabs.len() as isize) as usize;
        self.tab = tabs[next];
    }

    /// The row under the cursor as it is typed.
    fn row_text(&self) -> Option<String> {
        let table = self.table()?;
        let row = table.rows.get(table.list.cursor)?;
        Some(match self.tab {
            BuilderTab::Headers => format!("{}: {}", row.name, row.value),
            _ => format!("{} = {}", row.name, row.value),
        })
    }
}

/// `name = value` or `Name: value`; blanks around the sign are not part of either.
fn parse_row(tab: BuilderTab, text: &str, enabled: bool) -> Param {
    let sign = if tab == BuilderTab::Headers { ':' } else { '=' };
    let (name, value) = text.split_once(sign).unwrap_or((text, ""));
    Param {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        enabled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        builder.body.paste("{\"b\":1.0}");
        assert!(builder.format_body().is_none());
        assert_eq!(builder.spec().body, Body::Text("{\n  \"b\": 1.0\n}".into()));
        builder.body.paste("x");
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
}
