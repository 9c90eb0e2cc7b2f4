//! A success whose whole body is one sentence that refuses: `Invalid API key`, `ERROR 102 login`.
//! Only its beginning counts, so that a record, a report or a list of words stays an answer.

/// Longer ones are texts that somebody asked for.
const LONGEST: usize = 120;

/// What is refused for.
const THINGS: &[&str] = &[
    "api key",
    "apikey",
    "api-key",
    "api_key",
    "api token",
    "access token",
    "access key",
    "auth token",
    "token",
    "key",
    "credentials",
    "password",
    "username or password",
    "user name or password",
    "login",
    "session",
    "signature",
    "client id",
    "authentication",
    "authorization",
];

/// Before such a thing.
const FAULTS_BEFORE: &[&str] = &[
    "invalid",
    "wrong",
    "incorrect",
    "bad",
    "unknown",
    "expired",
    "missing",
    "no",
    "unauthorized",
];

/// Behind it.
const FAULTS_BEHIND: &[&str] = &[
    "invalid",
    "wrong",
    "incorrect",
    "expired",
    "missing",
    "required",
    "failed",
    "not valid",
    "not found",
    "not specified",
    "not provided",
    "error",
];

/// Sentences that refuse, whatever follows.
const REFUSALS: &[&str] = &[
    "access denied",
    "access is denied",
    "access forbidden",
    "permission denied",
    "unauthorized",
    "unauthorised",
    "not authorized",
    "not authorised",
    "not allowed",
    "forbidden",
    "not logged in",
    "please log in",
    "please login",
    "you must be logged in",
    "you are not logged in",
    "you are not authorized",
    "you are not allowed",
    "you do not have permission",
    "you don't have permission",
    "too many requests",
    "rate limit exceeded",
    "rate limited",
    "quota exceeded",
    "limit exceeded",
    "limit reached",
    "daily limit",
    "monthly limit",
    "ip not allowed",
    "ip address not allowed",
    "account suspended",
    "account disabled",
    "account is suspended",
    "account is disabled",
    "invalid request",
    "bad request",
];

/// Whether the text is such a sentence, with or without the quotes of JSON.
pub fn refuses(text: &str) -> bool {
    let text = text.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    if text.is_empty() || text.len() > LONGEST || text.contains(['\n', '{', '<', '\t', ';', '=']) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if ["success", "revoked", "logged out", "deleted"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return false;
    }
    let (calls_itself, says) = after_mark(&lower);
    let begins = |starts: &[&str]| starts.iter().any(|start| after(says, start).is_some());
    calls_itself && says.split(' ').nth(1).is_some() || begins(REFUSALS) || names_a_fault(says)
}

/// Whether it calls itself an error, as `error:` or with a number, and what it says behind that.
fn after_mark(lower: &str) -> (bool, &str) {
    let Some(rest) = after(lower, "error") else {
        return (false, lower);
    };
    let marked = rest.starts_with([':', '-', '!', '.']);
    let rest = rest.trim_start_matches([':', '-', '!', '.', ' ', '#', '(']);
    let said = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = said.len() < rest.len() && !said.starts_with(['.', '%', ',']);
    let said = said.trim_start_matches([':', '-', '.', ' ', ')']);
    (marked || is_numbered, said)
}

/// `invalid api key`, `your token has expired`.
fn names_a_fault(says: &str) -> bool {
    let says = ["your ", "the ", "this ", "an ", "a "]
        .iter()
        .find_map(|word| says.strip_prefix(word))
        .unwrap_or(says);
    let thing = |text: &str| {
        let text = text.trim_start_matches("or missing ");
        THINGS.iter().any(|thing| after(text, thing).is_some())
    };
    let before = FAULTS_BEFORE.iter().find_map(|fault| after(says, fault));
    if before.is_some_and(|rest| thing(rest.trim_start())) {
        return true;
    }
    let behind = THINGS.iter().filter_map(|thing| after(says, thing));
    behind.into_iter().any(|rest| {
        let rest = rest.trim_start();
        let rest = ["is ", "has ", "was ", "are "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest);
        FAULTS_BEHIND
            .iter()
            .any(|fault| after(rest, fault).is_some())
    })
}

/// What follows the word or words that a text begins with.
fn after<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(start)?;
    (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::refuses;

    #[test]
    fn a_sentence_that_begins_with_a_refusal_refuses() {
        for text in [
            "Invalid API key",
            "\"Access denied\"",
            "Your API key has expired",
            "ERROR 102 invalid login",
            "error: quota exceeded",
            "Please log in",
            "api key is required.",
            "Invalid or missing token",
            "Daily limit of 500 calls reached",
        ] {
            assert!(refuses(text), "{text}");
        }
    }

    #[test]
    fn what_only_speaks_of_such_things_is_an_answer() {
        for text in [
            "",
            "OK",
            "pong",
            "Token revoked",
            "Error rate: 0.5 %",
            "error 0.5",
            "errors",
            "key",
            "token=abc",
            "Keyboard invalid",
            "The session about expired keys was recorded",
            "Password changed",
            "No results",
            "Session started\nInvalid token",
            "{\"error\": \"Invalid token\"}",
        ] {
            assert!(!refuses(text), "{text}");
        }
    }
}
