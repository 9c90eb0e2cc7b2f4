//! A credential that the answer or the address names: as the field that is wrong, or as a link
//! that was signed for a while.

use crate::insight::facts::Case;
use crate::insight::rules::finding::{Findings, Tier, moment};
use crate::insight::words::Sense;
use crate::model::{Cause, Timestamp};
use url::Url;

/// The credential that the answer points at as the field that is wrong. A value of that name in
/// the body may be anything, such as the address of a device.
pub fn named_credential(case: &Case) -> Option<&str> {
    const NAMES: &str = "oauthtoken accesstoken apikey apitoken authtoken clientsecret oauthsignature \
        oauthconsumerkey consumerkey accesskey authorization";
    let call = &case.call;
    if !matches!(call.status(), 200..=299 | 400..=403 | 422) || call.is_fine() {
        return None;
    }
    let fields = call.errors.first().iter();
    let mut fields =
        fields.filter_map(|entry| entry.field.as_deref().or(entry.parameter.as_deref()));
    fields.find(|field| {
        let letters = field.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        let is_named = NAMES.split_whitespace().any(|name| name == plain);
        let body = String::from_utf8_lossy(&call.exchange.sent.body);
        is_named && !body.contains(&format!("\"{field}\""))
    })
}

/// Wrong where the API checks a credential of somebody else, which the call hands over.
pub(super) fn field(case: &Case, findings: &mut Findings) {
    let Some(name) = named_credential(case) else {
        return;
    };
    let is_signature = name.to_ascii_lowercase().contains("signature");
    let is_absent = case.sends_nothing()
        || case.call.says(Sense::MissingParameter) && !case.call.says(Sense::InvalidParameter);
    let cause = match (is_absent, is_signature) {
        (true, _) => Cause::TokenMissing,
        (false, true) => Cause::TokenProof,
        (false, false) => Cause::TokenRejected,
    };
    let says = format!("The answer points at {name}, which is a credential.");
    findings.add(cause, 5.5, Tier::Said, says);
}

/// Wrong where a signed link is refused for another reason after its time.
pub(super) fn link(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Ok(url) = Url::parse(&call.exchange.sent.url) else {
        return;
    };
    if !matches!(call.status(), 400 | 401 | 403 | 404 | 410) || !is_signed(&url) {
        return;
    }
    let over = ends_at(&url).filter(|ends| *ends < case.deciding_time());
    if let Some(ends) = over {
        let says = format!("The address was signed until {}.", moment(ends));
        findings.add(Cause::TokenExpired, 7.0, Tier::Seen, says);
    }
    if call.hints(Sense::Expired) || call.says(Sense::Expired) {
        let says = "The address is a signed link, and the answer says that it has expired.";
        findings.add(Cause::TokenExpired, 5.0, Tier::Said, says);
        let others = [Cause::PermissionMissingRole, Cause::TokenClockSkew];
        findings.against(&others, 2.0);
    }
}

fn value(url: &Url, wanted: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.into_owned())
}

/// Whether a signature and an end stand in the query.
fn is_signed(url: &Url) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| value(url, name).is_some());
    let signature = ["signature", "sig", "x-amz-signature", "x-goog-signature"];
    let end = ["expires", "x-amz-expires", "x-goog-expires", "se", "exp"];
    has(&signature) && has(&end)
}

/// When a signed link ends: as seconds, as a time, or so long after a time.
fn ends_at(url: &Url) -> Option<Timestamp> {
    if let Some(end) = value(url, "expires").or_else(|| value(url, "exp")) {
        return Timestamp::from_second(end.parse().ok()?).ok();
    }
    if let Some(end) = value(url, "se") {
        return end.parse().ok();
    }
    for kind in ["amz", "goog"] {
        let begins = value(url, &format!("x-{kind}-date"));
        let lasts = value(url, &format!("x-{kind}-expires"));
        if let (Some(begins), Some(lasts)) = (begins, lasts) {
            // `20260102T030405Z`
            let cut = |from, to| begins.get(from..to);
            let (day, time) = (cut(0, 8)?, cut(9, 15)?);
            let text = format!(
                "{}-{}-{}T{}:{}:{}Z",
                day.get(0..4)?,
                day.get(4..6)?,
                day.get(6..8)?,
                time.get(0..2)?,
                time.get(2..4)?,
                time.get(4..6)?
            );
            let begins: Timestamp = text.parse().ok()?;
            let lasts: i64 = lasts.parse().ok()?;
            return Timestamp::from_second(begins.as_second().checked_add(lasts)?).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, says, silent};
    use crate::model::Cause;

    const REJECTED: Cause = Cause::TokenRejected;

    #[test]
    fn a_credential_that_is_named_as_the_field_is_what_is_wrong() {
        let named = |field: &str| {
            says(
                400,
                &format!(
                    "{{\"error\":{{\"id\":\"INVALID_PARAMETER\",\"text\":\"It is wrong\",\"field\":\"{field}\"}}}}"
                ),
            )
        };
        fires(
            "auth.field",
            REJECTED,
            &call("GET /core/users", named("oauth_token")),
        );
        silent(
            "auth.field",
            REJECTED,
            &call("GET /core/users", named("stage")),
        );
        let handed = call("POST /core/devices", named("access_token"));
        let handed = handed.body("application/json", "{\"access_token\":1}");
        silent("auth.field", REJECTED, &handed);
        let cause = Cause::RequestInvalidParameter;
        silent(
            "known.says",
            cause,
            &call("GET /core/users", named("api_key")),
        );
    }

    #[test]
    fn a_signed_link_ends_when_its_address_says() {
        let ended = Cause::TokenExpired;
        let link = |query: &str| call(&format!("GET /a.txt?{query}"), coded(403, "AccessDenied"));
        fires("auth.link", ended, &link("Expires=1532688887&Signature=x"));
        silent("auth.link", ended, &link("Expires=4102444800&Signature=x"));
        silent("auth.link", ended, &link("Expires=1532688887"));
        let long = "X-Amz-Date=20200102T030405Z&X-Amz-Expires=60&X-Amz-Signature=x";
        fires("auth.link", ended, &link(long));
        fires("auth.link", ended, &link("se=2020-01-02T03:04:05Z&sig=x"));
    }
}
