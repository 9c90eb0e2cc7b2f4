//! A step of `*.session.toml` with another expectation: everything else of the file stays as it
//! is, comments and the order of the lines included.

use super::{FormatError, session_file, toml_error};
use crate::model::{Auth, Expectation, TokenName};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value, value};

/// What the writer puts where nothing was answered; it is not true any more once there is.
const NO_ANSWER: &str = "# No answer came.\n";

/// The text with a new expectation for the step of that place, which must be the one of that
/// name; the file may have been changed since it was read. With a token, the step goes with that
/// from now on.
pub fn record(
    text: &str,
    file: &str,
    (step, name): (usize, &str),
    expect: &Expectation,
    token: Option<&TokenName>,
) -> Result<String, FormatError> {
    let mut session = session_file::read(text, file)?;
    let known = session.steps.get_mut(step).filter(|s| s.name == name);
    let Some(known) = known else {
        return Err(wrong(
            file,
            format!("step \"{name}\" is not where it was"),
            "The file was changed meanwhile. Open it again.",
        ));
    };
    let mut document = text.parse::<DocumentMut>().map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let problem = toml_error::told(error.message(), " ");
        FormatError::at(file, text, offset, problem, "Correct the line first.")
    })?;
    let steps = document
        .get_mut("step")
        .and_then(Item::as_array_of_tables_mut);
    let Some(table) = steps.and_then(|steps| steps.get_mut(step)) else {
        return Err(wrong(
            file,
            "its steps are not written as [[step]]".to_owned(),
            "Write each step under a line [[step]].",
        ));
    };
    if let Some(token) = token {
        known.spec.auth = Auth::Bearer(token.clone());
        set(table, "token", Some(value(token.as_str())));
    }
    let item = table
        .entry("expect")
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = item.as_table_like_mut() else {
        return Err(wrong(
            file,
            "an expectation is not written as a table".to_owned(),
            "Write it under a line [step.expect].",
        ));
    };
    let was = known.expect.replace(expect.clone());
    change(table, &was.unwrap_or_default(), expect);
    let mut text = document.to_string();
    if expect.status.is_some() {
        text = without_note(&text, step);
    }
    // Nothing but this may have changed.
    match session_file::read(&text, file) {
        Ok(read) if read == session => Ok(text),
        _ => Err(wrong(
            file,
            "the expectation cannot be put in without changing more".to_owned(),
            "Change it by hand.",
        )),
    }
}

fn change(table: &mut dyn TableLike, was: &Expectation, now: &Expectation) {
    let number = |number: i64| value(number);
    if was.status != now.status {
        set(table, "status", now.status.map(|n| number(n.into())));
    }
    let lists = [
        ("codes", &was.codes, &now.codes),
        ("titles", &was.titles, &now.titles),
        ("details", &was.details, &now.details),
        ("places", &was.places, &now.places),
    ];
    for (key, was, now) in lists {
        if was != now {
            set(table, key, (!now.is_empty()).then(|| list(now)));
        }
    }
    if was.elapsed_ms != now.elapsed_ms {
        let elapsed = now.elapsed_ms.and_then(|ms| i64::try_from(ms).ok());
        set(table, "elapsed_ms", elapsed.map(number));
    }
    let texts = [
        ("body_sha256", &was.body_sha256, &now.body_sha256),
        ("body", &was.body, &now.body),
    ];
    for (key, was, now) in texts {
        if was != now {
            set(table, key, now.as_ref().map(|text| value(text.as_str())));
        }
    }
    for (pointer, text) in now.values.iter().filter(|pair| !was.values.contains(pair)) {
        if let Some(values) = table.get_mut("values").and_then(Item::as_table_like_mut) {
            let new = pinned(text, values.get(pointer));
            set(values, pointer, Some(new));
        }
    }
}

/// A pinned value keeps its type where it can.
fn pinned(text: &str, old: Option<&Item>) -> Item {
    let was_text = old.is_some_and(|item| item.as_str().is_some());
    let parsed = text.parse::<Value>().ok();
    match parsed.filter(|value| !was_text && !value.is_str()) {
        Some(parsed) => Item::Value(parsed),
        None => value(text),
    }
}

/// Puts a value in its place, with the comment that stood beside the old one.
fn set(table: &mut dyn TableLike, key: &str, new: Option<Item>) {
    let Some(new) = new else {
        table.remove(key);
        return;
    };
    match (table.get_mut(key), new) {
        (Some(Item::Value(old)), Item::Value(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, new) => drop(table.insert(key, new)),
    }
}

/// One text beside its key, several one a line, as the writer has them.
fn list(texts: &[String]) -> Item {
    let mut list: Array = texts.iter().map(String::as_str).collect();
    if texts.len() > 1 {
        for item in list.iter_mut() {
            item.decor_mut().set_prefix("\n  ");
        }
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    value(list)
}

/// Takes the note that no answer came out of the part of a step.
fn without_note(text: &str, step: usize) -> String {
    let mut starts = text.match_indices("[[step]]").map(|(at, _)| at).skip(step);
    let begin = starts.next().unwrap_or(0);
    let end = starts.next().unwrap_or(text.len());
    let part = text[begin..end].replacen(NO_ANSWER, "", 1);
    format!("{}{part}{}", &text[..begin], &text[end..])
}

fn wrong(file: &str, problem: String, remedy: &str) -> FormatError {
    FormatError {
        place: file.to_owned(),
        problem,
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# for ACME\nversion = 1\nname = \"a\" # short\n\n[[step]]\nname = \"one\"\nmethod = \"GET\"\n\
        url = \"/a\"\n[step.expect]\n# since May\nstatus = 403 # as told\ncodes = [\"forbidden\"]\nignore = [\"/meta\"]\n\
        values = { \"/n\" = 1, \"/t\" = \"1\" }\n\n# the second\n[[step]]\nname = \"two\"\nurl = \"/b\" # odd order\nmethod = \"GET\"\n";

    fn expectation() -> Expectation {
        Expectation {
            status: Some(200),
            ignore: vec!["/meta".into()],
            values: vec![("/n".into(), "2".into()), ("/t".into(), "2".into())],
            ..Expectation::default()
        }
    }

    #[test]
    fn the_token_of_a_step_changes_with_its_expectation_where_that_is_wanted() {
        let admin = TokenName::new("admin");
        let new = record(OLD, "f", (0, "one"), &expectation(), admin.as_ref()).unwrap();
        let read = session_file::read(&new, "f").unwrap();
        assert_eq!(read.steps[0].spec.auth.token(), admin.as_ref());
        let same = session_file::read(OLD, "f").unwrap();
        assert_eq!(read.steps[1].spec.auth, same.steps[1].spec.auth);
    }

    #[test]
    fn a_new_expectation_leaves_comments_order_and_all_else() {
        let new = record(OLD, "f", (0, "one"), &expectation(), None).unwrap();
        let wanted = OLD
            .replace(
                "status = 403 # as told\ncodes = [\"forbidden\"]\n",
                "status = 200 # as told\n",
            )
            .replace("\"/n\" = 1, \"/t\" = \"1\"", "\"/n\" = 2, \"/t\" = \"2\"");
        assert_eq!(new, wanted);
        assert_eq!(
            record(&new, "f", (0, "one"), &expectation(), None).unwrap(),
            new
        );
    }

    #[test]
    fn a_step_without_an_expectation_gets_one() {
        let expect = Expectation {
            status: Some(422),
            codes: vec!["a".into(), "b".into()],
            ..Expectation::default()
        };
        let new = record(OLD, "f", (1, "two"), &expect, None).unwrap();
        let end =
            "method = \"GET\"\n\n[step.expect]\nstatus = 422\ncodes = [\n  \"a\",\n  \"b\",\n]\n";
        assert!(new.ends_with(end), "{new}");
        assert!(new.contains("# odd order"));
    }

    #[test]
    fn a_note_that_no_answer_came_goes_with_the_first_answer() {
        let old = "name = \"a\"\n\n[[step]]\nname = \"one\"\nmethod = \"GET\"\nurl = \"/a\"\n[step.expect]\n# No answer came.\n\n\
            [[step]]\nname = \"two\"\nmethod = \"GET\"\nurl = \"/a\"\n[step.expect]\n# No answer came.\n";
        let expect = Expectation {
            status: Some(200),
            ..Expectation::default()
        };
        let new = record(old, "f", (0, "one"), &expect, None).unwrap();
        assert_eq!(new.matches("No answer came").count(), 1, "{new}");
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_left_alone() {
        let error = record(OLD, "f", (0, "another"), &expectation(), None).unwrap_err();
        assert!(error.to_string().contains("is not where it was"));
        let inline = "name = \"a\"\nstep = [{ name = \"one\", method = \"GET\", url = \"/a\" }]\n";
        let error = record(inline, "f", (0, "one"), &expectation(), None).unwrap_err();
        assert!(error.to_string().contains("[[step]]"));
    }
}
