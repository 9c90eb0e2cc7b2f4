//! When an API asks for a stronger or newer sign-in (RFC 9470), and for which.

use crate::insight::challenge::challenges;
use crate::model::Response;

/// The sign-in that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// Strengths that would do, the best first, with blanks between.
    pub acr_values: Option<String>,
    /// How long ago it may be, in seconds.
    pub max_age: Option<u64>,
}

impl StepUp {
    /// The parameters of an authorization request (OpenID Connect Core, 3.1.2.1).
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let strength = self.acr_values.clone().map(|acr| ("acr_values", acr));
        let age = self.max_age.map(|age| ("max_age", age.to_string()));
        strength.into_iter().chain(age).collect()
    }

    /// In words: `acr_values=phr and max_age=60`.
    pub fn words(&self) -> String {
        let pairs = self.parameters().into_iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() {
            return "a newer sign-in".to_owned();
        }
        pairs.join(" and ")
    }

    /// The same as options of `token login`.
    pub fn options(&self) -> String {
        let acr = self.acr_values.as_ref();
        let acr = acr.map(|acr| format!(" --acr-values '{acr}'"));
        let age = self.max_age.map(|age| format!(" --max-age {age}"));
        acr.unwrap_or_default() + &age.unwrap_or_default()
    }
}

/// What a refusal asks for; `None` where it is no such refusal.
pub fn demanded(response: &Response) -> Option<StepUp> {
    if !matches!(response.status, 401 | 403) {
        return None;
    }
    let all = challenges(&response.headers);
    let named = all.iter().find(|challenge| {
        challenge.parameter("error") == Some("insufficient_user_authentication")
    })?;
    // It goes into an address and a command: what is no such name is left out.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " :/.-_~+".contains(c);
    let acr = named.parameter("acr_values");
    let acr = acr.filter(|text| text.chars().all(is_plain));
    let age = named.parameter("max_age");
    Some(StepUp {
        acr_values: acr.map(str::to_owned),
        max_age: age.and_then(|text| text.trim().parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Headers;

    fn said(status: u16, challenge: &str) -> Option<StepUp> {
        demanded(&Response {
            status,
            headers: Headers::from_iter([("www-authenticate", challenge)]),
            ..Response::default()
        })
    }

    #[test]
    fn a_challenge_names_the_sign_in_that_would_do() {
        let error = "Bearer error=\"insufficient_user_authentication\"";
        let asked = said(
            401,
            &format!("{error}, acr_values=\"phr mfa\", max_age=\"60\""),
        )
        .unwrap();
        assert_eq!(asked.words(), "acr_values=phr mfa and max_age=60");
        assert_eq!(asked.options(), " --acr-values 'phr mfa' --max-age 60");
        assert_eq!(said(401, error).unwrap().words(), "a newer sign-in");
        let odd = said(
            401,
            &format!("{error}, acr_values=\"'; rm\", max_age=\"x\""),
        )
        .unwrap();
        assert_eq!(odd, StepUp::default());
        assert_eq!(said(401, "Bearer acr_values=\"phr\""), None);
        assert_eq!(said(200, error), None);
    }
}
