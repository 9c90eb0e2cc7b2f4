//! The call that would prove a verdict wrong, where the API's pack names one: it only reads, and
//! costs one request.

use crate::insight::facts::{Case, CredentialPlace};
use crate::model::{Cause, CauseGroup, StatusClass, TokenName};

/// What an answer has to show for the verdict to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Class(StatusClass),
    Status(u16),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refutation {
    pub method: &'static str,
    pub url: String,
    /// Whose call it is; `None` where the token has no name here.
    pub token: Option<TokenName>,
    pub expects: Expected,
}

impl Refutation {
    /// `GET https://… with the same token would decide: a success says that it is something else.`
    pub fn sentence(&self) -> String {
        let sign = match self.expects {
            Expected::Class(StatusClass::Success) => "a success".to_owned(),
            Expected::Class(class) => format!("a {}", class.id().replace('_', " ")),
            Expected::Status(status) => format!("a {status}"),
        };
        format!(
            "{} {} with the same token would decide: {sign} says that it is something else.",
            self.method, self.url
        )
    }
}

/// A token that is at fault cannot say whose it is; one that only lacks a right can.
pub fn refutation(case: &Case, cause: Cause) -> Option<Refutation> {
    let was_sent = !matches!(
        case.credential.place,
        CredentialPlace::Nowhere | CredentialPlace::Unknown
    );
    let expects = match cause.group() {
        CauseGroup::Token if was_sent => Expected::Class(StatusClass::Success),
        CauseGroup::Permission if was_sent && cause != Cause::PermissionEdgeBlock => {
            Expected::Status(401)
        }
        _ => return None,
    };
    let who = case.knowledge.calls()?.who_am_i.as_ref()?;
    let route = case.call.route.as_ref()?;
    let home = route.home(&case.environment.base_path())?;
    let url = route.below(&home, &who.path);
    // The call itself says nothing new.
    (url.path() != route.url.path()).then(|| Refutation {
        method: "GET",
        url: url.to_string(),
        token: case.credential.token.clone(),
        expects,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::example::{call, coded};

    #[test]
    fn who_the_token_is_tells_a_bad_token_from_a_missing_right() {
        let refused = call("GET /core/runbooks", coded(401, "unauthorized"));
        let call = refutation(&refused.0, Cause::TokenRejected).unwrap();
        assert!(call.url.ends_with("/me"), "{}", call.url);
        assert_eq!(call.expects, Expected::Class(StatusClass::Success));
        let sentence = call.sentence();
        assert!(sentence.contains("a success says"), "{sentence}");
        let call = refutation(&refused.0, Cause::PermissionMissingRole).unwrap();
        assert_eq!(call.expects, Expected::Status(401));
        assert_eq!(refutation(&refused.0, Cause::ServerError), None);
    }

    #[test]
    fn of_an_api_that_nobody_knows_no_call_is_named() {
        let refused = call("GET /core/runbooks", coded(401, "unauthorized")).unknown();
        assert_eq!(refutation(&refused.0, Cause::TokenRejected), None);
    }
}
