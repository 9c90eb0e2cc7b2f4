//! Reads `[team]` of `config.toml`: the shared history. A password in it is refused and not
//! repeated in the error.

use super::FormatError;
use crate::model::{Share, TeamSettings, TeamUrl, Token, TokenName, why_no_team_name};
use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

/// The table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamTable {
    url: Spanned<String>,
    token: Option<Spanned<String>>,
    /// Left out, it is that of the person.
    name: Option<Spanned<String>>,
    share: Option<Spanned<String>>,
    ca_file: Option<PathBuf>,
}

impl TeamTable {
    /// What the table says, or the first mistake with its place. `person` is `name` at the top of
    /// the file.
    pub fn read(
        self,
        (file, text): (&str, &str),
        tokens: &[Token],
        person: Option<&Spanned<String>>,
    ) -> Result<TeamSettings, FormatError> {
        let wrong = |at: &Spanned<String>, problem: String, remedy: &str| {
            FormatError::at(file, text, at.span().start, problem, remedy)
        };
        let url = TeamUrl::read(self.url.get_ref()).map_err(|why| {
            let remedy = "Write url = \"postgres://db.acme.example/httriage\"; the password is a token by its name: token = \"team-db\".";
            wrong(&self.url, format!("url of team cannot be used: {why}"), remedy)
        })?;
        let (name, whose, remedy) = match (&self.name, person) {
            (Some(name), _) => (name, "name of team", "Write it as name = \"kim\"."),
            (None, Some(name)) => {
                let remedy = "Write a name for the team under [team] too: name = \"kim\".";
                (name, "name, which the team would see,", remedy)
            }
            (None, None) => {
                let problem = "team does not know who you are".to_owned();
                let remedy = "Write name = \"kim\" at the top of the file, or under [team] for the team alone.";
                return Err(wrong(&self.url, problem, remedy));
            }
        };
        if let Some(why) = why_no_team_name(name.get_ref()) {
            return Err(wrong(
                name,
                format!("{whose} cannot be used: {why}"),
                remedy,
            ));
        }
        let name = name.get_ref().clone();
        let share = match &self.share {
            None => Share::default(),
            Some(given) => Share::from_id(given.get_ref()).ok_or_else(|| {
                let problem = "share of team says nothing that can be shared".to_owned();
                let remedy = "Write share = \"cases\", \"all\" or \"none\".";
                wrong(given, problem, remedy)
            })?,
        };
        let token = self.token.as_ref().map(|given| {
            let remedy =
                "Write token = \"team-db\", and where its value comes from under [tokens.team-db].";
            let name = TokenName::new(given.get_ref()).ok_or_else(|| {
                let problem = "token of team is not the name of a token".to_owned();
                wrong(given, problem, remedy)
            })?;
            let defined = tokens.iter().find(|token| token.name == name);
            if defined.is_some_and(|token| token.origins.is_some()) {
                let problem =
                    format!("token {name} is bound to its origins, and a database is none");
                let remedy = "Give the database's password a token of its own, without origins.";
                return Err(wrong(given, problem, remedy));
            }
            Ok(name)
        });
        Ok(TeamSettings {
            url,
            token: token.transpose()?,
            name,
            share,
            ca_file: self.ca_file,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::format::config_file::read;
    use crate::model::Share;

    #[test]
    fn the_shared_history_is_a_url_a_name_and_a_token() {
        let text = "[team]\nurl = \"postgres://db.acme.example/httriage\"\ntoken = \"team-db\"\nname = \"kim\"\n";
        let team = read(text, "config.toml").unwrap().team.unwrap();
        assert_eq!((team.login(), team.share), ("kim", Share::Cases));
        assert_eq!(team.token.unwrap().as_str(), "team-db");
        let text = text.replace("db.acme", "k@db.acme") + "share = \"all\"\n";
        let team = read(&text, "config.toml").unwrap().team.unwrap();
        assert_eq!((team.login(), team.share), ("k", Share::All));
        assert_eq!(read("", "config.toml").unwrap().team, None);
    }

    #[test]
    fn a_name_is_given_once_and_the_team_has_another_only_where_it_says_so() {
        let team = "[team]\nurl = \"postgres://db.acme.example/httriage\"\n";
        for (top, own, shown) in [
            ("name = \"Kim\"\n", "", Some("Kim")),
            ("", "name = \"kim.b\"\n", Some("kim.b")),
            ("name = \"Kim Lee\"\n", "name = \"kim.b\"\n", Some("kim.b")),
        ] {
            let settings = read(&format!("{top}{team}{own}"), "config.toml").unwrap();
            assert_eq!(settings.own_name(), shown);
            assert_eq!(settings.team.unwrap().name, shown.unwrap());
        }
        let alone = read("name = \"Kim Lee\"\n", "config.toml").unwrap();
        assert_eq!(alone.own_name(), Some("Kim Lee"));
        let error = read(&format!("name = \"Kim Lee\"\n{team}"), "config.toml");
        let error = error.unwrap_err().to_string();
        assert!(error.contains("config.toml:1:8"), "{error}");
        assert!(error.contains("under [team] too"), "{error}");
    }

    #[test]
    fn mistakes_are_named_with_their_place_and_no_password_is_repeated() {
        for (lines, place, says) in [
            (
                "url = \"postgres://kim:hunter2@db/x\"\nname = \"kim\"",
                ":2:7",
                "a password",
            ),
            (
                "url = \"https://db/x\"\nname = \"kim\"",
                ":2:7",
                "postgres://",
            ),
            (
                "url = \"postgres://db/x\"\nname = \"k m\"",
                ":3:8",
                "letters",
            ),
            (
                "url = \"postgres://db/x\"\nname = \"me\"",
                ":3:8",
                "something else",
            ),
            ("url = \"postgres://db/x\"", ":2:7", "who you are"),
            (
                "url = \"postgres://db/x\"\nname = \"kim\"\nshare = \"some\"",
                ":4:9",
                "share",
            ),
            (
                "url = \"postgres://db/x\"\nname = \"kim\"\ntoken = \"Hunter 2\"",
                ":4:9",
                "token",
            ),
            (
                "url = \"postgres://db/x\"\nname = \"kim\"\npassword = \"hunter2\"",
                ":4:1",
                "password",
            ),
            (
                "url = \"postgres://db/x\"\nname = \"kim\"\ntoken = \"t\"\n[tokens.t]\nenv = \"T\"\norigins = [\"https://a.example\"]",
                ":4:9",
                "its origins",
            ),
        ] {
            let text = format!("[team]\n{lines}\n");
            let error = read(&text, "config.toml").unwrap_err().to_string();
            assert!(error.contains(&format!("config.toml{place}")), "{error}");
            assert!(error.contains(says), "{error}");
            assert!(
                !error.contains("hunter2") && !error.contains("Hunter"),
                "{error}"
            );
        }
    }
}
