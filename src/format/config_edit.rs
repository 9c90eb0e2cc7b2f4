//! `config.toml` changed in one place, with everything else left as it stands: comments, order
//! and blanks are the person's.

use super::FormatError;
use crate::model::{Origin, Token, TokenName, TokenSource};
use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

/// The text with a token added, and its name in the lists of these environments.
pub fn add_token(
    text: &str,
    file: &str,
    token: &Token,
    environments: &[String],
) -> Result<String, FormatError> {
    let mut document = parse(text, file)?;
    let tokens = table(&mut document, file, "tokens")?;
    let mut entry = Table::new();
    match &token.source {
        TokenSource::Variable(variable) => entry.insert("env", value(variable)),
        TokenSource::Command(words) => entry.insert("command", list(words)),
        TokenSource::File(path) => entry.insert("file", value(path.to_string_lossy().into_owned())),
        TokenSource::Keyring => entry.insert("keyring", value(true)),
        TokenSource::Prompt | TokenSource::Sandbox => entry.insert("prompt", value(true)),
    };
    if let Some(origins) = &token.origins {
        let origins: Vec<String> = origins.iter().map(Origin::to_string).collect();
        entry.insert("origins", list(&origins));
    }
    tokens.insert(token.name.as_str(), Item::Table(entry));
    for name in environments {
        let environments = table(&mut document, file, "environments")?;
        let Some(environment) = environments.get_mut(name).and_then(Item::as_table_like_mut) else {
            return Err(wrong(
                file,
                format!("there is no environment \"{name}\""),
                "Name one that stands under [environments].",
            ));
        };
        let list = environment
            .entry("tokens")
            .or_insert_with(|| value(Array::new()));
        if let Some(list) = list.as_array_mut() {
            list.push(token.name.as_str());
        }
    }
    Ok(document.to_string())
}

/// The text without a token, which no environment lists any more.
pub fn remove_token(text: &str, file: &str, name: &TokenName) -> Result<String, FormatError> {
    let mut document = parse(text, file)?;
    let tokens = document.get_mut("tokens").and_then(Item::as_table_like_mut);
    let gone = tokens.and_then(|tokens| tokens.remove(name.as_str()));
    if gone.is_none() {
        return Err(wrong(
            file,
            format!("there is no token \"{name}\""),
            "See httriage token list.",
        ));
    }
    let environments = document
        .get_mut("environments")
        .and_then(Item::as_table_like_mut);
    for (_, environment) in environments.into_iter().flat_map(|table| table.iter_mut()) {
        let list = environment.get_mut("tokens").and_then(Item::as_array_mut);
        if let Some(list) = list {
            list.retain(|known| known.as_str() != Some(name.as_str()));
        }
    }
    Ok(document.to_string())
}

fn parse(text: &str, file: &str) -> Result<DocumentMut, FormatError> {
    text.parse::<DocumentMut>().map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let problem = error.message().replace('\n', " ");
        FormatError::at(file, text, offset, problem, "Correct the line first.")
    })
}

/// A table of the document, made where there is none; it stands there only by what is in it.
fn table<'d>(
    document: &'d mut DocumentMut,
    file: &str,
    name: &str,
) -> Result<&'d mut Table, FormatError> {
    let item = document.entry(name).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    item.as_table_mut().ok_or_else(|| {
        wrong(
            file,
            format!("{name} is not written as a table"),
            "Write it as [tokens.NAME] or [environments.NAME].",
        )
    })
}

fn list(words: &[String]) -> Item {
    value(words.iter().map(Value::from).collect::<Array>())
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
    use crate::format::config_file;

    const OLD: &str = "# mine\nenvironment = \"acme\"   # where to start\n\n[environments.acme]\n\
        base_url = \"https://api.acme.example\" # ours\ntokens = [\"old\"]\n\n\
        # kept for later\n[tokens.old]\nenv = \"OLD\"\n";

    fn token(source: TokenSource) -> Token {
        Token {
            name: TokenName::new("new").unwrap(),
            source,
            origins: None,
        }
    }

    #[test]
    fn a_token_is_added_and_everything_else_stays_as_it_stands() {
        let words = ["pass", "show", "a \"b\""].map(String::from).to_vec();
        let new = token(TokenSource::Command(words.clone()));
        let text = add_token(OLD, "f", &new, &["acme".into()]).unwrap();
        assert_eq!(
            text,
            OLD.replace("[\"old\"]", "[\"old\", \"new\"]")
                + "\n[tokens.new]\ncommand = [\"pass\", \"show\", 'a \"b\"']\n"
        );
        let settings = config_file::read(&text, "f").unwrap();
        let read = settings.token(&new.name).unwrap();
        assert_eq!(read.source, TokenSource::Command(words));
        assert_eq!(remove_token(&text, "f", &new.name).unwrap(), OLD);
    }

    #[test]
    fn every_source_reads_back_from_an_empty_file_too() {
        for source in [
            TokenSource::Variable("A".into()),
            TokenSource::File("/run/secrets/a b".into()),
            TokenSource::Keyring,
            TokenSource::Prompt,
        ] {
            let mut new = token(source);
            new.origins = Origin::exactly("https://api.acme.example")
                .ok()
                .map(|o| vec![o]);
            let text = add_token("", "f", &new, &[]).unwrap();
            let settings = config_file::read(&text, "f").unwrap();
            assert_eq!(settings.tokens, [new]);
        }
    }

    #[test]
    fn what_cannot_be_changed_is_named() {
        let new = token(TokenSource::Prompt);
        let name = TokenName::new("new").unwrap();
        let said = |result: Result<String, FormatError>| result.unwrap_err().to_string();
        assert!(said(add_token("a = \n", "f", &new, &[])).starts_with("f:1:5"));
        assert!(said(add_token("tokens = 1\n", "f", &new, &[])).contains("not written as a table"));
        assert!(said(add_token(OLD, "f", &new, &["gone".into()])).contains("\"gone\""));
        assert!(said(remove_token(OLD, "f", &name)).contains("no token \"new\""));
        assert!(said(remove_token("", "f", &name)).contains("no token \"new\""));
    }

    #[test]
    fn a_token_is_taken_out_of_every_environment_that_lists_it() {
        let old = TokenName::new("old").unwrap();
        let text = remove_token(OLD, "f", &old).unwrap();
        assert!(text.contains("tokens = []") && !text.contains("[tokens.old]"));
        assert!(text.starts_with("# mine\n"));
    }
}
