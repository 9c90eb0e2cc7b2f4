//! What the sandbox answers: one function from a world, a request and a time to an answer, with
//! no socket, no clock and no waiting, so that tests and screens can call it directly. The gates
//! every call passes stand here, the endpoints in the rooms beside.

mod ask;
mod audit;
mod document;
mod gates;
mod given;
mod places;
mod refusal;
mod request;
mod runbooks;
mod streams;
mod tasks;
mod users;

pub(super) use request::BODY_BYTES;
pub use request::{Answer, Request};

use super::world::{TokenState, User, World};
use crate::insight::api::endpoint::{Endpoint, endpoints_at};
use crate::model::{Headers, Response};
use ask::Ask;
use document::Reply;
use gates::Core;
use hyper::StatusCode;
use jiff::Timestamp;
use refusal::{Refusal, wrong_method};
use std::time::Duration;
use url::form_urlencoded;

/// How long a slow Core is waited for before the API gives up.
const SLOW: Duration = Duration::from_secs(2);

/// Things made before the world counts as full: more than practice needs, and few enough that a
/// loop cannot fill the memory.
const MOST_CREATED: u32 = 5_000;

/// RFC 9728: who gives out tokens for this API.
const RESOURCE: &str = "/.well-known/oauth-protected-resource";

/// RFC 9470: takes a recent and strong sign-in only. Our choice, to practise with.
const STEP_UP: &str = "/practice/step_up";

/// Answers one call; the world changes as the call says.
pub fn answer(world: &mut World, request: &Request, now: Timestamp) -> Answer {
    let response = match Core::behind(&request.headers) {
        Ok(Core::BehindBrokenGateway) => gateway_page(),
        Ok(core) => match admit(world, request, core, now) {
            Ok(Admitted::Allow(allow)) => allow_only(allow),
            Ok(Admitted::Reply(reply)) => document_response(reply),
            Err(refusal) => refusal_response(&refusal),
        },
        Err(refusal) => refusal_response(&refusal),
    };
    let timed_out = response.status == StatusCode::GATEWAY_TIMEOUT.as_u16();
    Answer {
        delay: if timed_out { SLOW } else { Duration::ZERO },
        response: if request.method == "HEAD" {
            without_body(response)
        } else {
            response
        },
    }
}

/// The answer to a body that was not read to its end.
pub(super) fn body_refused(detail: &str) -> Response {
    refusal_response(&Refusal::bad_request(detail))
}

enum Admitted {
    Allow(String),
    Reply(Reply),
}

/// The gates in their order: address, version, route, token, Core, allowance, endpoint. Which
/// one comes first is documented nowhere: our choice.
fn admit(
    world: &mut World,
    request: &Request,
    core: Core,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    let headers = &request.headers;
    if gates::is_busy_office(headers) || !world.limits.admit_address(request.peer, now) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ip_rate_limited",
            "Too many requests came from this IP address. Try again later.",
        ));
    }
    gates::check_version(headers)?;

    let target = request.target.as_str();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let (RESOURCE, "GET", Some(issuer)) = (path, request.method.as_str(), &world.issuer) {
        return Ok(Admitted::Reply(Reply::Shown(serde_json::json!({
            "resource": world.api,
            "authorization_servers": [issuer],
            "scopes_supported": ["read", "write"],
            "bearer_methods_supported": ["header"],
        }))));
    }
    if path == STEP_UP && matches!(request.method.as_str(), "GET" | "HEAD") {
        return given::step_up(world, request, core, now).map(Admitted::Reply);
    }
    let endpoints = world.endpoints.clone();
    let known = endpoints_at(&endpoints, path);
    if known.is_empty() {
        return Err(Refusal::not_found());
    }
    let allow = allowed_methods(&known);
    let method = match request.method.as_str() {
        "OPTIONS" => return Ok(Admitted::Allow(allow)),
        "HEAD" => "GET",
        other => other,
    };
    let Some(endpoint) = known.into_iter().find(|e| e.method == method) else {
        let detail = format!("{method} is not a method of this path.");
        return Err(wrong_method("method_not_allowed", detail, allow));
    };

    let token = gates::credential(headers)?;
    reach(world, core)?;
    let user = match given::issued(world, core, &token, request, now)? {
        Some(user) => user,
        None => recognise(world, core, &token.value, now)?,
    };
    if core == Core::Old {
        gates::check_core(endpoint, &allow)?;
    }
    gates::check_body(request)?;

    let ask = Ask {
        user,
        values: endpoint
            .values(path)
            .unwrap_or_default()
            .into_iter()
            .map(decoded)
            .collect(),
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        body: request.body.clone(),
        base: format!("http://{}", headers.get("host").unwrap_or_default()),
        path: path.to_owned(),
        target: request.target.clone(),
        now,
        core_old: core == Core::Old,
    };
    if method == "POST" && world.created >= MOST_CREATED {
        let detail = "The practice world is full. Start the sandbox again.";
        return Err(Refusal::unprocessable(detail));
    }
    match perform(world, endpoint, &ask) {
        Some(reply) => {
            let reply = reply?;
            world.created += u32::from(matches!(reply, Reply::Created(_)));
            Ok(Admitted::Reply(reply))
        }
        // `Allow` names the method all the same: the endpoint is on the list, only not built yet.
        None => Err(wrong_method(
            "endpoint_not_implemented",
            "This endpoint has not been implemented in the API yet.".to_owned(),
            allow,
        )),
    }
}

/// The way from the API to Core: there, gone, too slow, or there every other time.
fn reach(world: &mut World, core: Core) -> Result<(), Refusal> {
    match core {
        Core::Down => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            "Could not connect to Core.",
        )),
        Core::Slow => Err(Refusal::new(
            StatusCode::GATEWAY_TIMEOUT,
            "gateway_timeout",
            "Core did not answer in time.",
        )),
        Core::Flaky => {
            world.flaky_calls += 1;
            match world.flaky_calls % 2 {
                1 => Err(Refusal::unexpected()),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Core looks the token up and loads the person behind it. A token is known to one instance
/// only, so that another tenant gives the same words as no token at all.
fn recognise(world: &mut World, core: Core, token: &str, now: Timestamp) -> Result<User, Refusal> {
    let unknown = || Refusal::unauthorized("Authorized users only.");
    if core == Core::Foreign {
        return Err(unknown());
    }
    let record = world.token_of_value(token).ok_or_else(unknown)?;
    if record.state == TokenState::Expired {
        // That an expired token is told apart from an unknown one is our choice: its record is
        // still there, a revoked one's is not.
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "This token has expired.",
        ));
    }
    record.last_accessed_at = Some(ask::stamp(now));
    let (id, user, throttled) = (record.id, record.user, record.name == "throttled");
    let user = world.user(user).filter(|u| !u.archived).cloned();
    let user = user.ok_or_else(unknown)?;
    if !world.limits.admit_token(id, throttled, now) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "token_rate_limited",
            "Too many requests were made with this token. Try again later.",
        ));
    }
    Ok(user)
}

/// One arm for each endpoint; `None` for those that are listed and not built.
fn perform(world: &mut World, endpoint: &Endpoint, ask: &Ask) -> Option<Result<Reply, Refusal>> {
    let below = endpoint.path.strip_prefix("/core")?;
    Some(match (endpoint.method.as_str(), below) {
        ("GET", "/users/me") => users::me(world, ask),
        ("GET", "/workspaces") => places::workspaces(world, ask),
        ("POST", "/workspaces") => places::create_workspace(world, ask),
        ("GET", "/workspaces/{workspace}") => places::workspace(world, ask),
        ("GET", "/workspaces/{workspace}/folders") => places::folders(world, ask),
        ("GET", "/runbooks") => runbooks::runbooks(world, ask),
        ("POST", "/runbooks") => runbooks::create(world, ask),
        ("GET", "/runbooks/{runbook}") => runbooks::runbook(world, ask),
        ("PATCH", "/runbooks/{runbook}") => runbooks::update(world, ask),
        ("DELETE", "/runbooks/{runbook}") => runbooks::delete(world, ask),
        ("PATCH", "/runbooks/{runbook}/start") => runbooks::start(world, ask),
        ("PATCH", "/runbooks/{runbook}/pause") => runbooks::pause(world, ask),
        ("PATCH", "/runbooks/{runbook}/resume") => runbooks::resume(world, ask),
        ("PATCH", "/runbooks/{runbook}/cancel") => runbooks::cancel(world, ask),
        ("GET", "/runbooks/{runbook}/tasks") => tasks::tasks(world, ask),
        ("POST", "/runbooks/{runbook}/tasks") => tasks::create(world, ask),
        ("GET", "/runbooks/{runbook}/tasks/{task}") => tasks::task(world, ask),
        ("PATCH", "/runbooks/{runbook}/tasks/{task}") => tasks::update(world, ask),
        ("DELETE", "/runbooks/{runbook}/tasks/{task}") => tasks::delete(world, ask),
        ("PATCH", "/runbooks/{runbook}/tasks/{task}/start") => tasks::start(world, ask),
        ("PATCH", "/runbooks/{runbook}/tasks/{task}/finish") => tasks::finish(world, ask),
        ("PATCH", "/runbooks/{runbook}/tasks/{task}/skip") => tasks::skip(world, ask),
        ("GET", "/runbooks/{runbook}/streams") => streams::streams(world, ask),
        ("POST", "/runbooks/{runbook}/streams") => streams::create(world, ask),
        ("GET", "/runbooks/{runbook}/streams/{stream}") => streams::stream(world, ask),
        ("PATCH", "/runbooks/{runbook}/streams/{stream}") => streams::update(world, ask),
        ("DELETE", "/runbooks/{runbook}/streams/{stream}") => streams::delete(world, ask),
        ("GET", "/runbooks/{runbook}/runbook_teams") => streams::teams(world, ask),
        ("POST", "/runbooks/{runbook}/comments") => streams::comment(world, ask),
        ("GET", "/runbook_types") => places::runbook_types(world, ask),
        ("GET", "/task_types") => places::task_types(world, ask),
        ("GET", "/custom_fields") => places::custom_fields(world, ask),
        ("GET", "/custom_fields/{field}") => places::custom_field(world, ask),
        ("GET", "/users") => users::users(world, ask),
        ("POST", "/users") => users::create_user(world, ask),
        ("GET", "/users/{user}") => users::user(world, ask),
        ("PATCH", "/users/{user}/archive") => users::archive_user(world, ask),
        ("GET", "/users/{user}/user_app_tokens") => users::tokens(world, ask),
        ("DELETE", "/users/{user}/user_app_tokens/{token}") => users::revoke_token(world, ask),
        ("GET", "/role_types") => users::role_types(world, ask),
        ("GET", "/action_logs") => audit::action_logs(world, ask),
        ("GET", "/activities") => audit::activities(world, ask),
        ("GET", "/data_sources/upload_url") => audit::upload_url(world, ask),
        _ => return None,
    })
}

fn allowed_methods(known: &[&Endpoint]) -> String {
    let mut methods: Vec<&str> = known.iter().map(|e| e.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.join(", ")
}

fn decoded(segment: &str) -> String {
    // A plus stands for itself in a path; only the form decoder would read it as a blank.
    let kept = segment.replace('+', "%2B");
    form_urlencoded::parse(kept.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

fn document_response(reply: Reply) -> Response {
    match reply {
        Reply::Shown(value) => json_response(StatusCode::OK, &value),
        Reply::Created(value) => json_response(StatusCode::CREATED, &value),
        Reply::Empty => response(StatusCode::NO_CONTENT, Headers::new(), Vec::new()),
    }
}

fn refusal_response(refusal: &Refusal) -> Response {
    let mut response = json_response(refusal.status, &refusal.body());
    if let Some(allow) = &refusal.allow {
        response.headers.push("allow", allow.as_str());
    }
    for (name, value) in &refusal.headers {
        response.headers.push(*name, value.as_str());
    }
    response
}

fn json_response(status: StatusCode, value: &serde_json::Value) -> Response {
    let headers = Headers::from_iter([("content-type", "application/json; charset=utf-8")]);
    response(status, headers, value.to_string().into_bytes())
}

fn allow_only(allow: String) -> Response {
    let headers = Headers::from_iter([("allow", allow)]);
    response(StatusCode::NO_CONTENT, headers, Vec::new())
}

/// What stands in front of the API when the API is gone: HTML, no error list. Our choice of
/// words, in the manner of such pages.
fn gateway_page() -> Response {
    const PAGE: &str = "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n\
        <body>\n<center><h1>503 Service Temporarily Unavailable</h1></center>\n\
        <hr><center>gateway</center>\n</body>\n</html>\n";
    let headers = Headers::from_iter([("content-type", "text/html"), ("server", "gateway")]);
    response(StatusCode::SERVICE_UNAVAILABLE, headers, PAGE.into())
}

/// To HEAD the answer is that of GET without its body; the length stays, except where there was
/// no body (RFC 9110, 8.6).
fn without_body(mut response: Response) -> Response {
    if !response.body.is_empty() {
        let length = response.body.len().to_string();
        response.headers.push("content-length", length);
        response.body.clear();
    }
    response
}

fn response(status: StatusCode, headers: Headers, body: Vec<u8>) -> Response {
    Response {
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or("").to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body,
        ..Response::default()
    }
}

#[cfg(test)]
mod tests;
