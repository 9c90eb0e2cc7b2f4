//! How a request of a collection proves who it is, as far as that can be done with a token.

use super::read::PostmanReader;
use crate::format::collection::is_proven;
use crate::format::node::{Members, Node};
use crate::model::{Auth, Param, RequestSpec, TokenName, slot};

impl PostmanReader<'_, '_> {
    /// `auth` of a request, else of the folder or the collection that it is in.
    pub(super) fn auth(&mut self, spec: &mut RequestSpec, node: Node) {
        let Some(auth) = node.members() else {
            return;
        };
        let kind = auth.text("type").unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        // A header of one's own says it already.
        if matches!(kind.as_str(), "" | "noauth" | "inherit") || is_proven(spec) {
            return;
        }
        let values = auth.get(&kind).map(|node| self.values(node));
        let values = values.unwrap_or_default();
        let value = |name: &str| {
            let found = values.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.trim())
        };
        match kind.as_str() {
            "bearer" => {
                let token = self.token("bearer", value("token"), "auth bearer", node.at);
                spec.auth = Auth::Bearer(token);
            }
            "oauth2" => self.oauth2(spec, node.at, &value),
            "basic" => {
                let pair = format!("{}:{}", value("username"), value("password"));
                self.gathered.basic(spec, &pair, "auth basic");
            }
            "apikey" => {
                let name = match value("key") {
                    "" => "X-API-Key",
                    name => name,
                };
                let place = format!("auth apikey {name}");
                let token = self.token(name, value("value"), &place, node.at);
                let row = Param::new(name, slot(&token));
                match value("in") {
                    "query" => spec.params.push(row),
                    _ => spec.headers.push(row),
                }
            }
            _ => {
                let what = match kind.as_str() {
                    "awsv4" => "requests are signed for AWS, which is not done here",
                    "digest" => {
                        "requests answer a challenge of Digest, which a token with digest = { user, password } does here"
                    }
                    "ntlm" => "requests answer a challenge of NTLM, which is not done here",
                    "hawk" => "requests are signed with Hawk, which is not done here",
                    "oauth1" => "requests are signed with OAuth 1, which is not done here",
                    "jwt" => "requests carry a JWT that Postman signs, which is not done here",
                    "edgegrid" => "requests are signed for Akamai, which is not done here",
                    _ => "requests prove who they are in a way that is not known here",
                };
                self.gathered.notes.count(node.at, what);
            }
        }
    }

    fn oauth2<'v>(&mut self, spec: &mut RequestSpec, at: usize, value: &dyn Fn(&str) -> &'v str) {
        let found = value("accessToken");
        let token = self.token("oauth2", found, "auth oauth2", at);
        let prefix = match value("headerPrefix") {
            "" => "Bearer",
            prefix => prefix,
        };
        if value("addTokenTo") == "queryParams" {
            let row = Param::new("access_token", slot(&token));
            spec.params.push(row);
        } else if prefix.eq_ignore_ascii_case("bearer") {
            spec.auth = Auth::Bearer(token);
        } else {
            let value = format!("{prefix} {}", slot(&token));
            spec.headers.push(Param::new("Authorization", value));
        }
    }

    /// The token of a value; where there is none, one that is still to be given.
    fn token(&mut self, base: &str, value: &str, place: &str, at: usize) -> TokenName {
        if value.is_empty() {
            self.gathered.notes.count(
                at,
                "requests need a token that is not in the file; give it by the name that stands there",
            );
            return self.gathered.lifter.missing(base, place);
        }
        self.gathered.lifter.lift(base, place, value)
    }

    /// As a list of `key` and `value` (v2.1), or as one object (v2.0).
    fn values(&mut self, node: Node) -> Vec<(String, String)> {
        let pairs: Vec<(String, String)> = match node.list() {
            Some(rows) => {
                let rows = rows.into_iter().filter_map(Node::members);
                rows.filter_map(|row| Some((row.text("key")?, row.text("value")?)))
                    .collect()
            }
            None => {
                let members: Members = node.members().unwrap_or_default();
                let members = members.iter();
                members
                    .filter_map(|(name, node)| Some((name.to_owned(), node.text()?)))
                    .collect()
            }
        };
        let pairs = pairs.into_iter();
        pairs
            .map(|(key, value)| (key, self.gathered.variables.plain(&value)))
            .collect()
    }
}
