//! What a code or a sentence of an API speaks of. A code is a word for programs, so what it says
//! counts; a sentence may be translated or misleading, so it only lends weight. Neither is
//! compared as a whole: APIs agree on the ideas and not on the spelling.

mod codes;
mod phrases;

pub use codes::senses_of_code;
pub use phrases::senses_of_text;

/// An idea that a code or a sentence can express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sense {
    Expired,
    NotYet,
    /// A token that is unknown or not accepted, for whatever reason.
    Invalid,
    Revoked,
    /// No credential came.
    NoCredential,
    Scheme,
    /// The text of the token is not of the right form.
    MalformedToken,
    /// The token belongs to another tenant, audience or issuer.
    Elsewhere,
    /// Not signed in; says nothing of why.
    Unauthenticated,
    Scope,
    Role,
    Denied,
    Rate,
    OfToken,
    OfAddress,
    /// The address that the call comes from is on no list of those that may call.
    AddressList,
    Version,
    /// What stands behind the API is too old.
    OldServer,
    NotImplemented,
    Method,
    Archived,
    Deleted,
    ParentAbsent,
    NotFound,
    Route,
    /// Whose data is meant was not said, or cannot be told.
    Tenant,
    MissingParameter,
    InvalidParameter,
    MissingField,
    Syntax,
    MediaType,
    Validation,
    Conflict,
    TooLarge,
    Upstream,
    Timeout,
    Internal,
    Edge,
    BadUrl,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_understood_in_every_spelling() {
        use Sense::*;
        let cases: &[(&str, &[Sense])] = &[
            ("token_expired", &[Expired]),
            ("auth.tokenExpired", &[Expired]),
            ("TOKEN-EXPIRED", &[Expired]),
            ("invalid_token", &[Invalid]),
            ("unauthorized", &[Unauthenticated]),
            ("insufficient_scope", &[Scope]),
            ("missing_role", &[Role]),
            ("forbidden", &[Denied]),
            ("token_rate_limited", &[Rate, OfToken]),
            ("ip_rate_limited", &[Rate, OfAddress]),
            ("accessDenied.invalidIp", &[AddressList]),
            ("IP_ADDRESS_NOT_ALLOWED", &[AddressList]),
            ("ip-not-in-whitelist", &[AddressList]),
            ("ip_not_found", &[NotFound]),
            ("INVALID_ZIP", &[]),
            ("too_many_requests", &[Rate]),
            ("unsupported_api_version", &[Version]),
            ("backend_outdated", &[OldServer]),
            ("endpoint_not_implemented", &[NotImplemented]),
            ("method_not_allowed", &[Method]),
            ("route_not_found", &[Route]),
            ("not_found", &[NotFound]),
            ("runbook_archived", &[Archived]),
            ("parent_not_found", &[ParentAbsent]),
            ("missing_tenant", &[Tenant]),
            ("missing_parameter", &[MissingParameter]),
            ("unprocessable_entity", &[Validation]),
            ("invalid_json", &[Syntax]),
            ("unsupported_media_type", &[MediaType]),
            ("token_not_yet_valid", &[NotYet]),
            ("wrong_audience", &[Elsewhere]),
            ("E1042", &[]),
        ];
        for (code, senses) in cases {
            assert_eq!(&senses_of_code(code), senses, "{code}");
        }
    }

    #[test]
    fn sentences_are_understood_in_several_languages() {
        assert!(senses_of_text("Der Token ist abgelaufen.").contains(&Sense::Expired));
        assert!(senses_of_text("Le jeton a expiré").contains(&Sense::Expired));
        assert!(senses_of_text("ip 不在白名单中").contains(&Sense::AddressList));
        assert!(senses_of_text("调用频率过高").contains(&Sense::Rate));
        assert!(senses_of_text("The link is broken.").is_empty());
    }
}
