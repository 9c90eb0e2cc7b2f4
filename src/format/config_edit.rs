//! `config.toml` changed in one place, with everything else left as it stands: comments, order
//! and blanks are the person's.

use super::{FormatError, config_file, toml_error};
use crate::model::{
    Environment, Grant, GrantKind, GrantPart, Origin, Placement, Token, TokenName, TokenSource,
};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

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
    let (source, given) = written(&token.source);
    if let Placement::Basic(user) | Placement::Digest(user) = &token.placement {
        let mut password = InlineTable::new();
        password.insert(source, given);
        let mut basic = InlineTable::new();
        basic.insert("user", user.into());
        basic.insert("password", password.into());
        let key = match &token.placement {
            Placement::Digest(_) => "digest",
            _ => "basic",
        };
        entry.insert(key, value(basic));
    } else if let Placement::Sigv4(own) = &token.placement {
        let mut secret = InlineTable::new();
        secret.insert(source, given);
        let mut signed = InlineTable::new();
        for (key, text) in [
            ("key_id", &own.key_id),
            ("region", &own.region),
            ("service", &own.service),
        ] {
            signed.insert(key, text.into());
        }
        signed.insert("secret", secret.into());
        if let Some(session) = &own.session {
            signed.insert("session", session.as_str().into());
        }
        entry.insert("sigv4", value(signed));
    } else {
        entry.insert(source, value(given));
    }
    match &token.placement {
        Placement::Bearer
        | Placement::Proven(_)
        | Placement::Basic(_)
        | Placement::Digest(_)
        | Placement::Sigv4(_)
        | Placement::Client(_) => {}
        Placement::Scheme(word) => drop(entry.insert("scheme", value(word))),
        Placement::Header(name) => drop(entry.insert("header", value(name))),
        Placement::Query(name) => drop(entry.insert("query", value(name))),
        Placement::Cookie(name) => drop(entry.insert("cookie", value(name))),
    }
    if let Some(origins) = &token.origins {
        let origins: Vec<String> = origins.iter().map(Origin::to_string).collect();
        entry.insert("origins", list(&origins));
    }
    if let Some(ttl) = token.ttl {
        entry.insert("ttl", value(format!("{}s", ttl.as_secs())));
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

/// The key of a source, and what stands behind it.
fn written(source: &TokenSource) -> (&'static str, Value) {
    match source {
        TokenSource::Variable(variable) => ("env", Value::from(variable)),
        TokenSource::Command(words) => ("command", words.iter().collect::<Array>().into()),
        TokenSource::File(path) => ("file", Value::from(path.to_string_lossy().into_owned())),
        TokenSource::Keyring => ("keyring", Value::from(true)),
        TokenSource::Prompt | TokenSource::Sandbox => ("prompt", Value::from(true)),
        TokenSource::Grant(grant) => ("oauth", grant_table(grant).into()),
    }
}

fn grant_table(grant: &Grant) -> InlineTable {
    let mut table = InlineTable::new();
    let mut put = |key: &str, text: Option<&str>| {
        if let Some(text) = text {
            table.insert(key, text.into());
        }
    };
    put("grant", Some(grant.kind.id()));
    let server = &grant.server;
    put("issuer", server.issuer.as_deref());
    put("token_url", server.token_url.as_deref());
    put("device_url", server.device_url.as_deref());
    put("authorization_url", server.authorization_url.as_deref());
    put("client_id", Some(&grant.client_id));
    put("client_auth", Some(grant.client_auth.id()));
    put("key_id", grant.key_id.as_deref());
    put("audience", grant.audience.as_deref());
    put("resource", grant.resource.as_deref());
    match &grant.kind {
        GrantKind::AuthorizationCode { redirect } => put("redirect_uri", redirect.as_deref()),
        GrantKind::TokenExchange { subject, actor } => {
            put("subject_token", Some(subject.as_str()));
            put("actor_token", actor.as_ref().map(TokenName::as_str));
        }
        GrantKind::JwtBearer { subject, .. } => put("subject", subject.as_deref()),
        GrantKind::Password { user, .. } => put("user", Some(user)),
        GrantKind::ClientCredentials | GrantKind::DeviceCode | GrantKind::RefreshToken(_) => {}
    }
    for (part, source) in grant.sources() {
        let key = match part {
            GrantPart::ClientSecret => "client_secret",
            GrantPart::PrivateKey => "private_key",
            GrantPart::Refresh => "refresh_token",
            GrantPart::Assertion => "assertion",
            _ => "password",
        };
        let (source, given) = written(source);
        let mut secret = InlineTable::new();
        secret.insert(source, given);
        table.insert(key, secret.into());
    }
    if grant.dpop {
        table.insert("dpop", true.into());
    }
    if !grant.scopes.is_empty() {
        table.insert("scopes", grant.scopes.iter().collect::<Array>().into());
    }
    if !grant.parameters.is_empty() {
        let rows = grant.parameters.iter();
        let rows: InlineTable = rows.map(|(name, value)| (name, value)).collect();
        table.insert("parameters", rows.into());
    }
    table
}

/// The text with an environment added. The first one is the one to start with, unless the person
/// has said which that is.
pub fn add_environment(
    text: &str,
    file: &str,
    environment: &Environment,
) -> Result<String, FormatError> {
    let mut document = parse(text, file)?;
    let is_first = !document.contains_key("environments") && !document.contains_key("environment");
    let environments = table(&mut document, file, "environments")?;
    if environments.contains_key(&environment.name) {
        return Err(wrong(
            file,
            format!("there is an environment \"{}\" already", environment.name),
            "Give another name, or remove that one first.",
        ));
    }
    let mut entry = Table::new();
    fill(&mut entry, environment);
    environments.insert(&environment.name, Item::Table(entry));
    if is_first {
        // Above all tables, where the keys of the whole file stand.
        document.insert("environment", value(&environment.name));
    }
    Ok(document.to_string())
}

/// The text with another base URL, pack and protection for an environment; all else of it stays.
pub fn change_environment(
    text: &str,
    file: &str,
    name: &str,
    environment: &Environment,
) -> Result<String, FormatError> {
    let mut document = parse(text, file)?;
    let environments = table(&mut document, file, "environments")?;
    let Some(entry) = environments.get_mut(name).and_then(Item::as_table_like_mut) else {
        return Err(no_environment(file, name));
    };
    let mut put = |key: &str, new: Option<Value>| match (entry.get_mut(key), new) {
        (_, None) => drop(entry.remove(key)),
        (Some(Item::Value(old)), Some(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, Some(new)) => drop(entry.insert(key, value(new))),
    };
    put("base_url", Some(Value::from(&environment.base_url)));
    put("knowledge", environment.knowledge.as_ref().map(Value::from));
    put("who_am_i", environment.who_am_i.as_ref().map(Value::from));
    put(
        "protected",
        environment.protected.then(|| Value::from(true)),
    );
    if environment.name != name {
        if environments.contains_key(&environment.name) {
            return Err(wrong(
                file,
                format!("there is an environment \"{}\" already", environment.name),
                "Give another name.",
            ));
        }
        if let Some(entry) = environments.remove(name) {
            environments.insert(&environment.name, entry);
        }
        let start = document.get("environment").and_then(Item::as_str);
        if start == Some(name) {
            document["environment"] = value(&environment.name);
        }
    }
    Ok(document.to_string())
}

fn fill(entry: &mut Table, environment: &Environment) {
    entry.insert("base_url", value(&environment.base_url));
    if let Some(pack) = &environment.knowledge {
        entry.insert("knowledge", value(pack));
    }
    if let Some(path) = &environment.who_am_i {
        entry.insert("who_am_i", value(path));
    }
    if environment.protected {
        entry.insert("protected", value(true));
    }
    if !environment.headers.is_empty() {
        let pairs = environment.headers.iter();
        let headers: InlineTable = pairs
            .map(|(name, text)| (name.as_str(), Value::from(text)))
            .collect();
        entry.insert("headers", value(headers));
    }
    if !environment.tokens.is_empty() {
        let tokens: Vec<String> = environment.tokens.iter().map(ToString::to_string).collect();
        entry.insert("tokens", list(&tokens));
    }
}

/// The text without an environment. A token that only this one named stays bound to its host: it
/// must not go to more places because one is gone. Returns the names of such tokens too.
pub fn remove_environment(
    text: &str,
    file: &str,
    name: &str,
) -> Result<(String, Vec<TokenName>), FormatError> {
    let settings = config_file::read(text, file)?;
    let mut document = parse(text, file)?;
    let environments = table(&mut document, file, "environments")?;
    if environments.remove(name).is_none() {
        return Err(no_environment(file, name));
    }
    let start = document.get("environment").and_then(Item::as_str);
    if start == Some(name) {
        document.remove("environment");
    }
    let gone = settings.environment(name);
    let origin = gone.and_then(Environment::origin);
    let mut bound = Vec::new();
    for token in gone.iter().flat_map(|gone| &gone.tokens) {
        let elsewhere = settings.environments.iter().filter(|e| e.name != name);
        let is_named = elsewhere.into_iter().any(|e| e.tokens.contains(token));
        let is_own = settings
            .token(token)
            .is_some_and(|own| own.origins.is_none());
        if is_named || !is_own {
            continue;
        }
        let tokens = table(&mut document, file, "tokens")?;
        if let Some(entry) = tokens
            .get_mut(token.as_str())
            .and_then(Item::as_table_like_mut)
        {
            let origins: Vec<String> = origin.iter().map(Origin::to_string).collect();
            entry.insert("origins", list(&origins));
            bound.push(token.clone());
        }
    }
    Ok((document.to_string(), bound))
}

fn no_environment(file: &str, name: &str) -> FormatError {
    wrong(
        file,
        format!("there is no environment \"{name}\""),
        "See httriage env list.",
    )
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
        let problem = toml_error::told(error.message(), " ");
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
    use crate::model::{ClientAuth, Server, Sigv4};

    const OLD: &str = "# mine\nenvironment = \"acme\"   # where to start\n\n[environments.acme]\n\
        base_url = \"https://api.acme.example\" # ours\ntokens = [\"old\"]\n\n\
        # kept for later\n[tokens.old]\nenv = \"OLD\"\n";

    fn token(source: TokenSource) -> Token {
        Token {
            name: TokenName::new("new").unwrap(),
            source,
            origins: None,
            placement: Default::default(),
            ttl: None,
        }
    }

    fn full(kind: GrantKind) -> Grant {
        Grant {
            kind,
            server: Server {
                issuer: Some("https://login.acme.example".into()),
                token_url: Some("https://login.acme.example/t".into()),
                device_url: Some("https://login.acme.example/d".into()),
                authorization_url: Some("https://login.acme.example/a".into()),
            },
            client_id: "tool".into(),
            client_auth: ClientAuth::Post,
            client_secret: Some(TokenSource::Variable("A".into())),
            private_key: Some(TokenSource::File("key.pem".into())),
            key_id: Some("k1".into()),
            scopes: vec!["read".into()],
            audience: Some("api".into()),
            resource: Some("https://api.acme.example".into()),
            parameters: vec![("tenant".into(), "7".into())],
            dpop: true,
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
            TokenSource::Grant(Box::new(full(GrantKind::Password {
                user: "kim".into(),
                password: TokenSource::Keyring,
            }))),
            TokenSource::Grant(Box::new(full(GrantKind::JwtBearer {
                assertion: Some(TokenSource::File("a.jwt".into())),
                subject: Some("kim".into()),
            }))),
            TokenSource::Grant(Box::new(full(GrantKind::TokenExchange {
                subject: TokenName::named("one"),
                actor: Some(TokenName::named("two")),
            }))),
        ] {
            let mut new = token(source);
            new.origins = Origin::exactly("https://api.acme.example")
                .ok()
                .map(|o| vec![o]);
            if new.grant().is_some_and(|grant| grant.dpop) {
                new.placement = Placement::Proven(new.name.clone());
            }
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

    fn acme(name: &str) -> Environment {
        Environment {
            name: name.to_owned(),
            base_url: "https://api.acme.example/v2".into(),
            protected: true,
            ..Environment::default()
        }
    }

    #[test]
    fn an_environment_is_added_changed_and_removed_and_comments_stay() {
        let text = add_environment(OLD, "f", &acme("live")).unwrap();
        let added =
            "\n[environments.live]\nbase_url = \"https://api.acme.example/v2\"\nprotected = true\n";
        assert!(text.contains(added), "{text}");
        for line in OLD.lines() {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(
            config_file::read(&text, "f")
                .unwrap()
                .environment("live")
                .unwrap()
                .protected
        );
        assert_eq!(remove_environment(&text, "f", "live").unwrap().0, OLD);

        let mut changed = acme("acme");
        changed.protected = false;
        let text = change_environment(OLD, "f", "acme", &changed).unwrap();
        let wanted = "base_url = \"https://api.acme.example/v2\" # ours\ntokens = [\"old\"]";
        assert!(text.contains(wanted), "{text}");
        let text = change_environment(OLD, "f", "acme", &acme("other")).unwrap();
        let settings = config_file::read(&text, "f").unwrap();
        assert_eq!(settings.environment.as_deref(), Some("other"));
        assert!(settings.environment("acme").is_none());

        let again = add_environment(OLD, "f", &acme("acme")).unwrap_err();
        assert!(again.to_string().contains("already"));
        assert!(remove_environment(OLD, "f", "gone").is_err());
    }

    #[test]
    fn the_first_environment_is_the_one_to_start_with() {
        let text = add_environment("# mine\n", "f", &acme("acme")).unwrap();
        let settings = config_file::read(&text, "f").unwrap();
        assert_eq!(settings.environment.as_deref(), Some("acme"));
        assert!(text.contains("# mine"));
        let text = add_environment(&text, "f", &acme("live")).unwrap();
        let settings = config_file::read(&text, "f").unwrap();
        assert_eq!(settings.environment.as_deref(), Some("acme"));
    }

    #[test]
    fn a_token_goes_to_no_more_places_when_its_environment_is_removed() {
        let (text, bound) = remove_environment(OLD, "f", "acme").unwrap();
        let old = TokenName::new("old").unwrap();
        assert_eq!(bound, std::slice::from_ref(&old));
        let settings = config_file::read(&text, "f").unwrap();
        let origins = settings.token(&old).unwrap().origins.clone().unwrap();
        assert_eq!(
            origins,
            [Origin::exactly("https://api.acme.example").unwrap()]
        );
    }

    #[test]
    fn the_place_of_a_token_reads_back() {
        for placement in [
            Placement::Scheme("Bot".into()),
            Placement::Header("X-Api-Key".into()),
            Placement::Query("api_key".into()),
            Placement::Cookie("sid".into()),
            Placement::Basic("kim".into()),
            Placement::Digest("kim".into()),
            Placement::Sigv4(Box::new(Sigv4 {
                key_id: "AKIDEXAMPLE".into(),
                region: "eu-west-1".into(),
                service: "s3".into(),
                session: None,
            })),
        ] {
            let mut new = token(TokenSource::Variable("A".into()));
            new.placement = placement;
            let text = add_token("", "f", &new, &[]).unwrap();
            assert_eq!(config_file::read(&text, "f").unwrap().tokens, [new]);
        }
    }
}
