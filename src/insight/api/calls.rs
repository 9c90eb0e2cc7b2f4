//! The calls that an API is known to answer, what a probe may assume of it, and the headers of a
//! request that it reads besides the credential.

use super::pattern::host_fits;
use crate::model::Cause;
use url::Url;

/// Calls that an API is known to answer; all of them are GET.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    pub who_am_i: Option<WhoAmI>,
    /// Those that any accepted credential may make.
    pub anybody: Vec<String>,
    pub lists: Vec<ListCall>,
    pub roles: Option<String>,
}

/// Who a credential belongs to, and how to read it from the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhoAmI {
    pub path: String,
    /// Pointers into the answer.
    pub name: Option<String>,
    pub roles: Option<String>,
    /// A pointer, or `header NAME`.
    pub scopes: Option<String>,
    /// Roles that by themselves allow no call on anything, in small letters.
    pub idle: Vec<String>,
}

/// A list that a survey asks for. A `{place}` in its path is filled from the first item of the
/// list that stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListCall {
    pub title: String,
    pub path: String,
}

/// What a probe may assume of an API. Of one that no pack knows, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// The parent of a path is a thing of its own, so that a 404 for it says that it is not there.
    pub parents: bool,
    /// A path without its last segment lists things, so that a 404 for it says that there is no
    /// such route.
    pub lists: bool,
    /// A 404 may hide something that exists.
    pub hidden_404: bool,
    /// A list shows only what the credential may see, so that nothing in any list says that it
    /// may see nothing.
    pub scoped_lists: bool,
    /// Who sends no credential is asked for one before anything else is said, so that what
    /// everybody is told comes from something before the API.
    pub asks_first: bool,
    /// A member or parameter such as `shelf_id` names a thing of the list `shelves`.
    pub relations: bool,
    /// The query that lists what is archived, without its question mark.
    pub archived: Option<String>,
}

/// A header of the request that the API reads besides the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHeader {
    /// As it is written.
    pub name: String,
    pub says: HeaderSays,
    pub form: Option<HeaderForm>,
    /// Values that are known to be taken.
    pub known: Vec<String>,
    /// Hosts where it cannot be left out.
    pub needed_at: Vec<String>,
    /// What is wrong with a call that lacks it, or has a value of another form.
    pub cause: Cause,
}

/// What such a header chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderSays {
    /// Which version of the API answers.
    Version,
    /// Whose data is meant, where several share a host.
    Tenant,
    Other,
}

impl HeaderSays {
    /// The names that packs use.
    pub const NAMES: &[(&str, HeaderSays)] = &[
        ("version", HeaderSays::Version),
        ("tenant", HeaderSays::Tenant),
        ("other", HeaderSays::Other),
    ];
}

/// What its values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderForm {
    /// A whole address with `http` or `https`.
    Url,
    /// `2022-02-22`
    Date,
}

impl HeaderForm {
    /// The names that packs use.
    pub const NAMES: &[(&str, HeaderForm)] =
        &[("url", HeaderForm::Url), ("date", HeaderForm::Date)];

    /// How such a value is called.
    pub fn words(self) -> &'static str {
        match self {
            HeaderForm::Url => "whole address with https://",
            HeaderForm::Date => "date",
        }
    }
}

impl RequestHeader {
    /// Whether a value has the form that the API reads.
    pub fn is_well_formed(&self, value: &str) -> bool {
        match self.form {
            None => true,
            Some(HeaderForm::Date) => {
                value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            }
            Some(HeaderForm::Url) => is_whole_address(value),
        }
    }

    /// Whether a call to that host has to have it.
    pub fn is_needed_at(&self, host: &str) -> bool {
        self.needed_at.iter().any(|wanted| host_fits(host, wanted))
    }
}

fn is_whole_address(value: &str) -> bool {
    let url = Url::parse(value).ok();
    let fits = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let named = fits.is_some_and(|url| {
        let host = url.host_str();
        host.is_some_and(|host| !host.contains(['{', '%', '<']))
    });
    named && value.trim() == value && value.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_form_that_is_read_or_another() {
        let header = |form| RequestHeader {
            name: "X-Tenant".into(),
            says: HeaderSays::Tenant,
            form,
            known: Vec::new(),
            needed_at: vec!["api.*.acme.example".into()],
            cause: Cause::RequestMissingHeader,
        };
        let tenant = header(Some(HeaderForm::Url));
        assert!(tenant.is_well_formed("https://acme.example"));
        for value in [
            "acme.example",
            " https://acme.example",
            "https://{tenant}.x",
            "ftp://a.b",
        ] {
            assert!(!tenant.is_well_formed(value), "{value}");
        }
        let version = header(Some(HeaderForm::Date));
        assert!(version.is_well_formed("2022-02-22") && !version.is_well_formed("v2"));
        assert!(header(None).is_well_formed("anything"));
        assert!(tenant.is_needed_at("api.eu.acme.example"));
        assert!(!tenant.is_needed_at("api.acme.example"));
    }
}
