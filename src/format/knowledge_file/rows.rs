//! The tables of a pack's file as written, before they are checked.

use crate::format::placed::Placed;
use crate::format::statement::StatementRow;
use crate::insight::{Grounds, Statement};
use serde::Deserialize;

/// The whole file of a pack.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub id: Placed<String>,
    pub layer: Option<Placed<String>>,
    pub title: String,
    #[serde(default)]
    pub uses: Vec<String>,
    pub docs: Option<String>,
    pub base: Option<String>,
    #[serde(default)]
    pub base_path: String,
    #[serde(default)]
    pub recognise: RecogniseRows,
    #[serde(default)]
    pub credential: Vec<CredentialRow>,
    #[serde(default)]
    pub errors: ErrorRows,
    #[serde(default)]
    pub headers: HeaderRows,
    #[serde(default)]
    pub pointer: Vec<PointerRow>,
    #[serde(default)]
    pub answer: Vec<AnswerRows>,
    #[serde(default)]
    pub code: Vec<CodeRows>,
    #[serde(default)]
    pub status: Vec<StatusRows>,
    #[serde(default)]
    pub cause: Vec<CauseRows>,
    #[serde(default)]
    pub endpoint: Vec<EndpointRow>,
    #[serde(default)]
    pub request_header: Vec<RequestHeaderRow>,
    #[serde(default)]
    pub web_paths: Vec<String>,
    #[serde(default)]
    pub calls: CallRows,
    #[serde(default)]
    pub probes: ProbeRows,
    #[serde(default)]
    pub example: Vec<ExampleRow>,
    #[serde(rename = "documented")]
    pub _documented: Option<String>,
    #[serde(rename = "observed")]
    pub _observed: Option<String>,
    #[serde(rename = "reading")]
    pub _reading: Option<bool>,
}

/// `[recognise]`: the marks of the API.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecogniseRows {
    pub hosts: Vec<String>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<BodyRow>,
    pub paths: Vec<String>,
}

/// A form of body under `[recognise]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRow {
    #[serde(default)]
    pub has: Vec<String>,
    pub contains: Option<String>,
}

/// `[[credential]]`: a kind of credential that the API takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialRow {
    pub id: Placed<String>,
    pub kind: String,
    #[serde(default)]
    pub prefix: String,
    #[serde(default)]
    pub public: bool,
    pub secret_beside: Option<usize>,
    pub length: Option<(usize, usize)>,
    pub alphabet: Option<Placed<String>>,
    pub checksum: Option<Placed<String>>,
    #[serde(default)]
    pub places: Vec<String>,
    pub live: Option<String>,
    pub lifetime: Option<String>,
    pub revoke: Option<String>,
    pub note: Option<String>,
    #[serde(default)]
    pub samples: Vec<String>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// `[errors]`: where the parts of an error stand, as JSON Pointers.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorRows {
    pub each: Vec<String>,
    pub title: Vec<String>,
    pub detail: Vec<String>,
    pub code: Vec<String>,
    pub field: Vec<String>,
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Vec<String>,
    pub refused: Vec<RefusedRow>,
    #[serde(rename = "documented")]
    pub _documented: Option<String>,
    #[serde(rename = "observed")]
    pub _observed: Option<String>,
    #[serde(rename = "reading")]
    pub _reading: Option<bool>,
}

/// A sign under `[errors]` that a success was refused; one of `is`, `not` and `present`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedRow {
    pub at: Placed<String>,
    pub is: Option<String>,
    pub not: Option<String>,
    #[serde(default)]
    pub present: bool,
}

/// `[headers]`: the names of headers by what they mean.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderRows {
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Vec<String>,
    pub limit: Vec<String>,
    pub remaining: Vec<String>,
    pub reset: Vec<String>,
    pub retry: Vec<String>,
    pub request_id: Vec<String>,
    pub region: Vec<String>,
    pub deprecation: Vec<String>,
    pub code: Vec<String>,
}

/// `[[answer]]`: which cause an answer has that looks like this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRows {
    #[serde(default)]
    pub status: Vec<u16>,
    #[serde(default)]
    pub code: Vec<String>,
    #[serde(default)]
    pub words: Vec<Placed<String>>,
    #[serde(default)]
    pub all_words: Vec<Placed<String>>,
    #[serde(default)]
    pub no_words: Vec<Placed<String>>,
    #[serde(default)]
    pub header: Vec<(String, String)>,
    #[serde(default)]
    pub no_header: Vec<String>,
    #[serde(default)]
    pub method: Vec<String>,
    #[serde(default)]
    pub path: Vec<String>,
    #[serde(default)]
    pub credential: Vec<String>,
    pub cause: Placed<String>,
    #[serde(default)]
    pub also: Vec<Placed<String>>,
    pub sure: Placed<f32>,
    pub why: Option<String>,
    #[serde(default)]
    pub r#do: Vec<String>,
    pub remedy: Option<String>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// `[[code]]`: what an error code means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRows {
    pub code: Placed<String>,
    pub title: Option<String>,
    #[serde(default)]
    pub status: Vec<u16>,
    pub meaning: Option<StatementRow>,
    /// The cause that the code proves.
    pub cause: Option<Placed<String>>,
    #[serde(default)]
    pub also: Vec<Placed<String>>,
    /// The usual causes, where the code proves none.
    #[serde(default)]
    pub causes: Vec<Placed<String>>,
    pub sure: Option<Placed<f32>>,
    #[serde(default)]
    pub r#do: Vec<StatementRow>,
    #[serde(default)]
    pub ask: Vec<StatementRow>,
    pub remedy: Option<String>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// `[[status]]`: what a status means at this API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRows {
    pub status: Placed<u16>,
    pub name: Option<String>,
    pub meaning: Option<StatementRow>,
    #[serde(default)]
    pub causes: Vec<(Placed<String>, Placed<f32>)>,
    #[serde(default)]
    pub reasons: Vec<StatementRow>,
    #[serde(default)]
    pub checks: Vec<StatementRow>,
    #[serde(default)]
    pub ask: Ask,
    #[serde(default)]
    pub see: Vec<u16>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    #[serde(rename = "reading")]
    pub _reading: Option<bool>,
}

/// `[[cause]]`: the API's own words for a cause.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseRows {
    pub id: Placed<String>,
    pub summary: Option<StatementRow>,
    pub meaning: Option<StatementRow>,
    #[serde(default)]
    pub signs: Vec<StatementRow>,
    #[serde(default)]
    pub steps: Vec<StatementRow>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    #[serde(rename = "reading")]
    pub _reading: Option<bool>,
}

/// `[[endpoint]]`: a path of the API, for completion and for what paths mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointRow {
    pub method: String,
    pub path: Placed<String>,
    pub purpose: String,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// Where the API says more of a refusal; of `header`, `body`, `behind` and `page` one, or none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointerRow {
    #[serde(default)]
    pub status: Vec<u16>,
    pub header: Option<String>,
    pub body: Option<String>,
    pub behind: Option<String>,
    pub page: Option<String>,
    pub says: Placed<String>,
    pub url: Option<Placed<String>>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// `[[request_header]]`: a header that chooses a version or a tenant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestHeaderRow {
    pub name: Placed<String>,
    pub says: Placed<String>,
    pub form: Option<Placed<String>>,
    #[serde(default)]
    pub known: Vec<String>,
    #[serde(default)]
    pub needed_at: Vec<String>,
    pub cause: Placed<String>,
    pub documented: Option<String>,
    pub observed: Option<String>,
    pub reading: Option<bool>,
}

/// Whom to ask: a few words, a sentence, or a list of them.
#[derive(Default)]
pub struct Ask(pub Vec<StatementRow>);

impl<'de> Deserialize<'de> for Ask {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Ask, D::Error> {
        struct OneOrMany;
        impl<'de> serde::de::Visitor<'de> for OneOrMany {
            type Value = Ask;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a text, or a list of statements")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Ask, E> {
                let text = if text.ends_with(['.', '?']) {
                    text.to_owned()
                } else {
                    format!("Ask {text}.")
                };
                Ok(Ask(vec![StatementRow(Statement {
                    text,
                    grounds: Grounds::Inferred,
                })]))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut rows: A) -> Result<Ask, A::Error> {
                let mut ask = Vec::new();
                while let Some(row) = rows.next_element()? {
                    ask.push(row);
                }
                Ok(Ask(ask))
            }
        }
        source.deserialize_any(OneOrMany)
    }
}

/// `[calls]`: calls that probes may use.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallRows {
    pub who_am_i: Option<WhoRow>,
    pub anybody: Vec<PathRow>,
    pub list: Vec<ListRow>,
    pub roles: Option<PathRow>,
}

/// The call that says who a token belongs to, and where its answer says so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhoRow {
    pub path: String,
    pub name: Option<String>,
    pub roles: Option<String>,
    pub scopes: Option<String>,
    #[serde(default)]
    pub idle: Vec<String>,
}

/// A call by its path alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRow {
    pub path: String,
}

/// A list that probes may ask for, with its title.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListRow {
    pub title: String,
    pub path: String,
}

/// `[probes]`: what probes may assume of the API.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeRows {
    pub parents: bool,
    pub lists: bool,
    pub hidden_404: bool,
    pub scoped_lists: bool,
    pub asks_first: bool,
    pub relations: bool,
    pub archived: Option<String>,
}

/// `[[example]]`: an answer with its cause, which the tests check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleRow {
    pub name: String,
    pub request: Option<String>,
    #[serde(default)]
    pub sent: Vec<String>,
    pub data: Option<String>,
    pub answer: String,
    pub cause: Placed<String>,
    #[serde(default)]
    pub near_miss: bool,
    #[serde(rename = "documented")]
    pub _documented: Option<String>,
    #[serde(rename = "observed")]
    pub _observed: Option<String>,
    #[serde(rename = "reading")]
    pub _reading: Option<bool>,
}
