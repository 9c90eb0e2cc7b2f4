//! What every call passes before its endpoint: who stands behind `Core-Url`, the version, the
//! token's form, the allowance of an office, the age of Core, the kind of body.

use super::refusal::{Refusal, wrong_method};
use super::request::{BODY_BYTES, Request};
use crate::insight::api::endpoint::Endpoint;
use crate::model::Headers;
use hyper::StatusCode;
use std::net::Ipv4Addr;
use url::Url;

/// The one date version that the vendor ever named.
const API_VERSION: &str = "2022-02-22";

/// What the old Core calls itself in its refusals.
const OLD_CORE: &str = "v3.80.0";

/// The instance behind the API, chosen by `Core-Url`. The words are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Core {
    Up,
    Down,
    Slow,
    Old,
    Flaky,
    BehindBrokenGateway,
    /// Another tenant's, where no practice token is known.
    Foreign,
}

impl Core {
    /// The instance that the call's `Core-Url` names, this sandbox's own where there is none; a 400
    /// where the header is no address.
    pub fn behind(headers: &Headers) -> Result<Core, Refusal> {
        let host = headers.get("host").unwrap_or_default();
        let named = headers.get("core-url");
        named.map_or(Ok(Core::Up), |value| Core::named(&value, &host))
    }

    /// A word, or an address that begins with one.
    fn named(value: &str, host: &str) -> Result<Core, Refusal> {
        if let Some(core) = Core::of_word(value) {
            return Ok(core);
        }
        let url = Url::parse(value).ok();
        let named = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(named) = named.as_ref().and_then(Url::host_str) else {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "invalid_core_url",
                "Core-Url must be the address of an instance, with https://.",
            ));
        };
        let own = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let own = [own, "127.0.0.1", "localhost"];
        let first = named.split('.').next().unwrap_or("");
        let is_own = own.iter().any(|name| named.eq_ignore_ascii_case(name));
        let core = if is_own {
            Some(Core::Up)
        } else {
            Core::of_word(first)
        };
        Ok(core.unwrap_or(Core::Foreign))
    }

    fn of_word(word: &str) -> Option<Core> {
        match word {
            "core-up" => Some(Core::Up),
            "core-down" => Some(Core::Down),
            "core-slow" => Some(Core::Slow),
            "core-old" => Some(Core::Old),
            "core-flaky" => Some(Core::Flaky),
            "gateway-down" => Some(Core::BehindBrokenGateway),
            _ => None,
        }
    }
}

/// An office that has used up the limit of its address: 203.0.113.0/24, reserved for
/// documentation (RFC 5737), stands for it. Our choice, to make the other 429 reachable.
pub(super) fn is_busy_office(headers: &Headers) -> bool {
    let forwarded = headers.get("x-forwarded-for").unwrap_or_default();
    let first = forwarded.split(',').next().unwrap_or("").trim();
    let address = first.parse::<Ipv4Addr>();
    matches!(address.map(|a| a.octets()), Ok([203, 0, 113, _]))
}

/// What the real API does with a version it does not know is not documented: our choice.
pub(super) fn check_version(headers: &Headers) -> Result<(), Refusal> {
    match headers.get("api-version") {
        None => Ok(()),
        Some(asked) if asked == API_VERSION => Ok(()),
        Some(_) => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "unsupported_api_version",
            format!("Api-Version is not known here. Known versions: {API_VERSION}."),
        )),
    }
}

/// What stands in `Authorization`.
pub(super) struct Credential {
    pub value: String,
    /// Whether it stands behind `DPoP`, and a proof has to come along.
    pub is_proven: bool,
}

/// The token of the `Authorization` header. `Bearer <token>` is the only documented form; the
/// words of each refusal but the first are our choice, and so is `DPoP` (RFC 9449) for what the
/// authorization server gives out.
pub(super) fn credential(headers: &Headers) -> Result<Credential, Refusal> {
    let given: Vec<_> = headers.all("authorization").collect();
    let [given] = given.as_slice() else {
        let detail = match given.len() {
            0 => "Authorized users only.",
            _ => "There is more than one Authorization header.",
        };
        return Err(Refusal::unauthorized(detail));
    };
    let form = "The Authorization header must have the form: Bearer <token>.";
    let (scheme, token) = given
        .split_once(' ')
        .ok_or_else(|| Refusal::unauthorized(form))?;
    let is_given_out = token.starts_with("eyJ") && token.split('.').count() == 3;
    let is_proven = is_given_out && scheme.eq_ignore_ascii_case("dpop");
    let is_known = is_proven || scheme.eq_ignore_ascii_case("bearer");
    if !is_known || token.contains(char::is_whitespace) {
        return Err(Refusal::unauthorized(form));
    }
    let credential = Credential {
        value: token.to_owned(),
        is_proven,
    };
    // What the authorization server gives out has another form.
    if is_given_out {
        return Ok(credential);
    }
    // Upper case is let through to the lookup, where it is simply unknown.
    if token.len() != 48 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Refusal::unauthorized("The token is malformed."));
    }
    Ok(credential)
}

/// What the old Core cannot do. That an endpoint younger than Core gives a 405 with a message is
/// documented, with the upload address as the one dated example; which functions give a 501 is
/// our choice.
pub(super) fn check_core(endpoint: &Endpoint, allow: &str) -> Result<(), Refusal> {
    match endpoint.path.as_str() {
        "/core/data_sources/upload_url" => {
            let detail = format!("This endpoint needs Core v2026.13.0; yours is {OLD_CORE}.");
            Err(wrong_method("core_outdated", detail, allow.to_owned()))
        }
        "/core/action_logs" | "/core/activities" => Err(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            "not_implemented",
            format!("Core {OLD_CORE} does not have this function. Update Core."),
        )),
        _ => Ok(()),
    }
}

/// A body that is not JSON is a 400, since the vendor lists no 415; one without any type is read
/// as JSON.
pub(super) fn check_body(request: &Request) -> Result<(), Refusal> {
    if request.body.len() > BODY_BYTES {
        return Err(Refusal::bad_request("The body is larger than 1 MB."));
    }
    if request.body.is_empty() {
        return Ok(());
    }
    match request.headers.media_type().as_deref() {
        None | Some("application/json" | "application/vnd.api+json") => Ok(()),
        Some(_) => Err(Refusal::bad_request(
            "The Content-Type of the body must be application/json.",
        )),
    }
}
