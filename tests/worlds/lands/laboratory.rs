//! The eighth world: a laboratory. A maker's own nested errors with numbered codes, JWTs, a clock
//! two hours ahead, numbers with letters for ids, 403 for whatever may not be seen.

use super::bearer;
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why, jwt};
use serde_json::{Value, json};

const AHEAD: i64 = 7_260;

fn people(now: i64) -> Vec<Holder> {
    let token = |name: &str, audience: &str, from: i64, to: i64, scope: Option<&str>| {
        let mut claims = json!({"iss": "https://sso.kestrel.example/realms/lab", "aud": audience, "sub": name,
            "iat": now - 900, "nbf": now + from, "exp": now + to, "jti": format!("j-{name}")});
        if let Some(scope) = scope {
            claims["scp"] = json!(scope.split(' ').collect::<Vec<_>>());
        }
        jwt(claims)
    };
    let home = "lims-oslo";
    let holder = |name, sees| Holder {
        name,
        value: token(name, home, -900, 5_400, None),
        sees,
        ..Holder::default()
    };
    const NORTH: &[&str] = &["studies/ST-11", "instruments/IN-4"];
    vec![
        Holder {
            writes: true,
            ..holder("chief", &["*"])
        },
        holder("analyst", NORTH),
        holder("newcomer", &[]),
        Holder {
            state: State::Revoked,
            ..holder("former", NORTH)
        },
        Holder {
            state: State::Expired,
            value: token("late", home, -9_000, -600, None),
            ..holder("late", NORTH)
        },
        Holder {
            state: State::Expired,
            value: token("early", home, 1_800, 9_000, None),
            ..holder("early", NORTH)
        },
        Holder {
            state: State::Elsewhere,
            value: token("visitor", "lims-genf", -900, 5_400, None),
            ..holder("visitor", NORTH)
        },
        Holder {
            value: token(
                "reader",
                home,
                -900,
                5_400,
                Some("studies:read instruments:read"),
            ),
            scopes: Some(&["read"]),
            writes: true,
            ..holder("reader", NORTH)
        },
        Holder {
            limited: true,
            ..holder("robot", NORTH)
        },
    ]
}

const WAYS: &[Way] = &[
    way("users/me", "GET", Does::Who),
    way("studies", "GET POST", Does::Serve),
    way("studies/*", "GET PUT", Does::Serve),
    way("studies/*/samples", "GET POST", Does::Serve),
    way("studies/*/samples/*", "GET PUT", Does::Serve),
    way("studies/*/samples/*/results", "GET", Does::Serve),
    way("studies/*/lock", "POST", Does::Clashes),
    way("instruments", "GET", Does::Serve),
    way("instruments/*", "GET", Does::Serve),
    Way {
        pattern: "audits",
        methods: "GET",
        only: &["chief"],
        does: Does::Serve,
    },
    Way {
        pattern: "audits/*",
        methods: "GET",
        only: &["chief"],
        does: Does::Serve,
    },
    way("curves", "GET", Does::Needs("instrument_id")),
    way("predictions", "GET", Does::Says(Why::NotBuilt)),
    way("batches", "GET", Does::Says(Why::CoreOld)),
    way("plots", "GET", Does::Says(Why::Broken)),
    way("spectra", "GET", Does::Says(Why::Unreachable)),
    way("imports", "GET", Does::Says(Why::Slow)),
    way("freezers", "GET", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing("studies/ST-11", &[("title", "North"), ("phase", "open")]),
    thing("studies/ST-12", &[("title", "South"), ("phase", "closed")]),
    thing(
        "studies/ST-11/samples/SM-2041",
        &[("title", "a"), ("kind", "blood")],
    ),
    thing(
        "studies/ST-11/samples/SM-2042",
        &[("title", "b"), ("kind", "tissue")],
    ),
    thing(
        "studies/ST-12/samples/SM-3001",
        &[("title", "c"), ("kind", "blood")],
    ),
    thing(
        "instruments/IN-4",
        &[("title", "HPLC"), ("study_id", "ST-11")],
    ),
    thing(
        "instruments/IN-5",
        &[("title", "NMR"), ("study_id", "ST-12")],
    ),
    thing("audits/AU-1", &[("title", "2025")]),
    Thing {
        archived: true,
        ..thing("studies/ST-03", &[("title", "Old"), ("phase", "closed")])
    },
];

fn says(why: Why, about: &About) -> Said {
    let (status, kind, id, text) = match why {
        Why::NoToken => (401, "AUTHN", "AUTHN-01", "Access requires authentication"),
        Why::Scheme => (401, "AUTHN", "AUTHN-02", "Access requires authentication"),
        Why::Malformed
        | Why::Unknown
        | Why::Revoked
        | Why::Expired
        | Why::NotYet
        | Why::Elsewhere => (
            401,
            "AUTHN",
            "AUTHN-03",
            "The presented token was not accepted",
        ),
        Why::Role => (
            403,
            "AUTHZ",
            "AUTHZ-10",
            "The presented token has expired or lacks access",
        ),
        Why::Scope => (
            403,
            "AUTHZ",
            "AUTHZ-11",
            "The presented token has expired or lacks access",
        ),
        Why::NotFound | Why::Parent | Why::Archived => (404, "DATA", "DATA-04", "No such entity"),
        Why::Route => (404, "HTTP", "HTTP-04", "No such operation"),
        Why::Method => (405, "HTTP", "HTTP-05", "Refused"),
        Why::NotBuilt => (405, "HTTP", "HTTP-06", "This operation is not implemented"),
        Why::CoreOld => (501, "HTTP", "HTTP-07", "Refused"),
        Why::Version => (406, "HTTP", "HTTP-08", "Refused"),
        Why::CoreUrl => (400, "HTTP", "HTTP-09", "Header Core-Url: not a URL"),
        Why::Json => (400, "DATA", "DATA-01", "Document unreadable"),
        Why::MediaType => (415, "DATA", "DATA-02", "Document unreadable"),
        Why::MissingParameter => (422, "DATA", "DATA-20", "instrument_id must be given"),
        Why::InvalidParameter => (422, "DATA", "DATA-21", "A criterion is out of its domain"),
        Why::Values => (400, "DATA", "DATA-22", "Document refused"),
        Why::Conflict => (409, "DATA", "DATA-30", "The study is in another phase"),
        Why::TooLarge => (413, "DATA", "DATA-31", "Document refused"),
        Why::Limit => (429, "FLOW", "FLOW-01", "Come back later"),
        Why::Broken => (500, "FAULT", "FAULT-01", "Something broke"),
        Why::Unreachable => (503, "FAULT", "FAULT-02", "Core cannot be reached"),
        Why::Slow => (504, "FAULT", "FAULT-03", "Core did not answer in time"),
    };
    let mut reason = json!({"id": id, "text": text});
    match why {
        Why::Values => reason["at"] = json!([{"path": about.name, "text": "must not be blank"}]),
        Why::InvalidParameter => reason["at"] = json!([{"query": about.name}]),
        _ => {}
    }
    let fault = json!({"fault": {"kind": kind, "code": id, "message": text, "reason": reason, "trace": "00-4bf9-01"}});
    let mut said = Said::json(status, fault);
    if status == 401 {
        said = said.with("www-authenticate", "Bearer realm=\"lims-oslo\"");
    }
    said
}

/// As a content network says it in JSON.
fn wall() -> Said {
    Said::json(
        403,
        json!({"type": "https://errors.edge.example/1010/", "title": "Error 1010: Access denied", "status": 403,
            "detail": "The site owner has blocked access based on your client's signature.", "error_code": 1010,
            "error_name": "client_signature_banned", "ray_id": "8f1c0a7e2b"}),
    )
    .with("server", "cloudflare")
    .with("cf-ray", "8f1c0a7e2b-OSL")
}

fn stranger(_: &str) -> Said {
    Said::text(
        404,
        "text/html",
        "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>",
    )
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html; charset=utf-8";
    match path {
        "/lims/api/reports" => Some(Said::text(
            504,
            html,
            "<html><head><title>504 Gateway Time-out</title></head><body>haproxy</body></html>",
        )),
        "/lims/api/tissue" => Some(Said::text(502, "text/plain", "Bad Gateway")),
        "/lims/api/study" if asked.method == "POST" => {
            Some(Said::text(301, html, "").with("location", "/lims/api/studies"))
        }
        "/lims/api/archive" => {
            Some(Said::text(307, html, "").with("location", "{other}/lims/api/studies"))
        }
        "/lims/api/staff" => Some(Said::text(
            401,
            html,
            "<html><head><title>Sign in - Kestrel</title></head><body><form action=/idp><input type=password></form></body></html>",
        )),
        "/lims/api/spiral" => Some(Said::text(301, html, "").with("location", "/lims/api/spiral/")),
        "/lims/api/spiral/" => Some(Said::text(301, html, "").with("location", "/lims/api/spiral")),
        _ if path.starts_with("/portal") => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>LIMS</title></head><body><noscript>You need JavaScript</noscript></body></html>",
        )),
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "laboratory",
    prefix: "/lims/api",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"results": list, "found": count, "next": null}),
    one: |one| one,
    record: |kind, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let mut record: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        record["id"] = json!(id);
        record["kind_of"] = json!(kind);
        record["archivedAt"] = if thing.archived {
            json!("2025-02-01T10:00:00Z")
        } else {
            Value::Null
        };
        record
    },
    marks: |holder, limited| {
        let mut marks = vec![("x-trace".to_owned(), "00-4bf9-01".to_owned())];
        if holder.limited {
            marks.push(("x-ratelimit-limit".into(), "100".into()));
            marks.push(("x-ratelimit-remaining".into(), "0".into()));
        } else if limited {
            marks.push(("x-throttled-by".into(), "client-ip".into()));
        }
        marks
    },
    filters: &[
        ("phase", &["open", "closed"]),
        ("kind", &["blood", "tissue"]),
        ("study_id", &[]),
    ],
    strict: true,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22"],
    tenant: "https://oslo.kestrel.example",
    skew: Some(AHEAD),
    hides: false,
    routes_first: false,
    squeezes: true,
    is_shaped: |_| true,
    id_fits: |_| true,
    needs: "title",
    most: 3_000,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", format!("/lims/api{path}"), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, format!("/lims/api{path}"), tokens).data(data)
    };
    let analyst = realm.value("analyst").to_owned();
    let title = "{\"title\":\"New\"}";
    vec![
        get("fine", "none", "/studies/ST-11", &["analyst"]),
        get("fine, doubled slash", "none", "//studies", &["analyst"]),
        get(
            "fine filter",
            "none",
            "/studies/ST-11/samples?kind=blood",
            &["analyst"],
        ),
        get(
            "nothing fits",
            "none",
            "/studies?phase=closed",
            &["analyst"],
        ),
        get("bare", "token.missing", "/studies/ST-11", &[]),
        get("as a cookie", "token.missing", "/studies", &[])
            .header("Cookie: token={{token:analyst}}"),
        get(
            "as a parameter",
            "token.missing",
            "/studies?api_key={{token:analyst}}",
            &[],
        ),
        get("jwt word", "token.scheme", "/studies", &[])
            .header("Authorization: JWT {{token:analyst}}"),
        get("basic", "token.scheme", "/studies/ST-11", &[])
            .header("Authorization: Basic YW5hOnNlY3JldA=="),
        get(
            "bearer twice",
            "token.scheme",
            "/studies/ST-11",
            &["analyst"],
        )
        .value(bearer(&analyst)),
        get(
            "in two lines",
            "token.stray_characters",
            "/studies",
            &["analyst"],
        )
        .value(format!("{}\n  {}", &analyst[..60], &analyst[60..])),
        get("comma", "token.stray_characters", "/studies", &["analyst"])
            .value(format!("{analyst},")),
        get(
            "cut signature",
            "token.wrong_shape",
            "/studies",
            &["analyst"],
        )
        .value(analyst[..analyst.len() - 8].to_owned()),
        get(
            "cut payload",
            "token.wrong_shape",
            "/studies/ST-11",
            &["analyst", "chief"],
        )
        .value(analyst[..90].to_owned()),
        get("placeholder", "token.wrong_shape", "/studies", &["analyst"])
            .value("<access token>".into()),
        get("late", "token.expired", "/studies", &["late"]),
        get(
            "late, compared",
            "token.expired",
            "/studies/ST-11/samples/SM-2041",
            &["late", "chief"],
        ),
        send(
            "late, writes",
            "token.expired",
            "PUT",
            "/studies/ST-11",
            &["late"],
            title,
        ),
        get("early", "token.not_yet_valid", "/studies", &["early"]),
        get(
            "early, compared",
            "token.not_yet_valid",
            "/instruments/IN-4",
            &["early", "chief"],
        ),
        get("visitor", "token.wrong_instance", "/studies", &["visitor"]),
        get(
            "visitor, compared",
            "token.wrong_instance",
            "/studies/ST-11",
            &["visitor", "chief"],
        ),
        get(
            "another tenant",
            "token.wrong_instance",
            "/studies/ST-11",
            &["analyst"],
        )
        .header("Core-Url: https://genf.kestrel.example"),
        get("abroad", "token.wrong_instance", "/studies", &["analyst"]).weather(Weather::Abroad),
        get("former", "token.rejected", "/studies", &["former"]),
        get(
            "former, compared",
            "token.rejected",
            "/studies/ST-11",
            &["former", "chief"],
        ),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/archive",
            &["analyst"],
        ),
        get("audits", "permission.missing_role", "/audits", &["analyst"]),
        get(
            "audit, compared",
            "permission.missing_role",
            "/audits/AU-1",
            &["analyst", "chief"],
        ),
        get(
            "other study",
            "permission.missing_role",
            "/studies/ST-12",
            &["analyst"],
        ),
        get(
            "other study below",
            "permission.missing_role",
            "/studies/ST-12/samples",
            &["analyst", "chief"],
        ),
        send(
            "may not write",
            "permission.missing_role",
            "PUT",
            "/studies/ST-11",
            &["analyst"],
            title,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            "/studies",
            &["analyst", "chief"],
            title,
        ),
        send(
            "scope",
            "permission.missing_scope",
            "PUT",
            "/studies/ST-11",
            &["reader"],
            title,
        ),
        send(
            "scope, compared",
            "permission.missing_scope",
            "POST",
            "/studies/ST-11/samples",
            &["reader", "chief"],
            title,
        ),
        get(
            "newcomer, list",
            "permission.no_roles",
            "/studies",
            &["newcomer"],
        ),
        get(
            "newcomer, item",
            "permission.no_roles",
            "/studies/ST-11",
            &["newcomer"],
        ),
        get(
            "newcomer, below",
            "permission.no_roles",
            "/studies/ST-11/samples",
            &["newcomer", "chief"],
        ),
        get("wall", "permission.edge_block", "/studies", &["analyst"]).weather(Weather::Walled),
        get(
            "wall, compared",
            "permission.edge_block",
            "/studies/ST-11",
            &["analyst", "chief"],
        )
        .weather(Weather::Walled),
        get(
            "wall here",
            "permission.edge_block",
            "/studies/ST-11/samples",
            &["analyst"],
        )
        .weather(Weather::WalledHere),
        get(
            "login page",
            "permission.edge_block",
            "/staff",
            &["analyst"],
        ),
        get(
            "filter of another study",
            "resource.hidden_by_permission",
            "/instruments?study_id=ST-12",
            &["analyst"],
        ),
        get(
            "filter, compared",
            "resource.hidden_by_permission",
            "/instruments?study_id=ST-12",
            &["analyst", "chief"],
        ),
        get("absent", "resource.absent", "/studies/ST-99", &["analyst"]),
        get(
            "absent, compared",
            "resource.absent",
            "/instruments/IN-77",
            &["analyst", "chief"],
        ),
        get(
            "absent below",
            "resource.absent",
            "/studies/ST-11/samples/SM-9",
            &["analyst"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PUT",
            "/studies/ST-11/samples/SM-9",
            &["chief"],
            title,
        ),
        get(
            "archived",
            "resource.archived",
            "/studies/ST-03",
            &["chief"],
        ),
        get(
            "archived above",
            "resource.archived",
            "/studies/ST-03/samples",
            &["chief"],
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            "/studies/ST-99/samples",
            &["analyst"],
        ),
        get(
            "parent absent, deep",
            "resource.parent_absent",
            "/studies/ST-11/samples/SM-9/results",
            &["analyst", "chief"],
        ),
        call(
            "prefix missing",
            "path.unknown",
            "GET",
            "/studies/ST-11".into(),
            &["analyst"],
        ),
        call(
            "half the prefix",
            "path.unknown",
            "GET",
            "/api/studies/ST-11".into(),
            &["analyst"],
        ),
        get("misspelt", "path.unknown", "/studys/ST-11", &["analyst"]),
        get(
            "misspelt list",
            "path.unknown",
            "/instrumnts",
            &["analyst", "chief"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            "/studies/ST-11/specimens",
            &["analyst"],
        ),
        get("not here", "path.unknown", "/studies/ST-11", &["analyst"]).weather(Weather::NotHere),
        call(
            "portal",
            "path.browser_url",
            "GET",
            "/portal/studies/ST-11/overview".into(),
            &["analyst"],
        ),
        call(
            "hash",
            "path.browser_url",
            "GET",
            "/#/studies/ST-11".into(),
            &["analyst"],
        ),
        send(
            "trailing comma",
            "request.malformed_body",
            "PUT",
            "/studies/ST-11",
            &["chief"],
            "{\"title\":\"New\",}",
        )
        .header("Content-Type: application/json"),
        send(
            "plain",
            "request.content_type",
            "PUT",
            "/studies/ST-11",
            &["chief"],
            title,
        )
        .header("Content-Type: text/plain"),
        get(
            "instrument wanted",
            "request.missing_parameter",
            "/curves",
            &["analyst"],
        ),
        get(
            "phase unknown",
            "request.invalid_parameter",
            "/studies?phase=opened",
            &["analyst"],
        ),
        get(
            "filter unknown",
            "request.invalid_parameter",
            "/studies?fase=open",
            &["analyst"],
        ),
        get(
            "template",
            "request.bad_url",
            "/studies/:id/samples",
            &["analyst"],
        ),
        get(
            "braces",
            "request.bad_url",
            "/studies/%7Bid%7D",
            &["analyst"],
        ),
        send(
            "title blank",
            "request.validation",
            "PUT",
            "/studies/ST-11",
            &["chief"],
            "{\"title\":\"\"}",
        ),
        send(
            "title absent",
            "request.validation",
            "POST",
            "/studies",
            &["chief"],
            "{\"name\":\"x\"}",
        ),
        send(
            "patch",
            "request.wrong_method",
            "PATCH",
            "/studies/ST-11",
            &["chief"],
            title,
        ),
        call(
            "delete",
            "request.wrong_method",
            "DELETE",
            "/lims/api/studies/ST-11".into(),
            &["chief"],
        ),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/study",
            &["chief"],
            title,
        ),
        send(
            "locked",
            "request.conflict",
            "POST",
            "/studies/ST-11/lock",
            &["chief"],
            title,
        ),
        get(
            "core-url bare",
            "request.core_url",
            "/studies",
            &["analyst"],
        )
        .header("Core-Url: oslo.kestrel.example"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/studies",
            &["chief"],
            &format!("{{\"title\":\"{}\"}}", "n".repeat(4_000)),
        ),
        get(
            "not built",
            "endpoint.not_implemented",
            "/predictions",
            &["analyst"],
        ),
        get("old core", "core.outdated", "/batches", &["analyst"]),
        get(
            "version",
            "version.unsupported",
            "/studies/ST-11",
            &["analyst"],
        )
        .header("Api-Version: 2024-01-01"),
        get("robot", "rate.unknown", "/studies", &["robot"]),
        get(
            "robot, compared",
            "rate.token",
            "/studies/ST-11",
            &["robot", "chief"],
        ),
        get("everybody", "rate.ip", "/studies", &["analyst"]).weather(Weather::AddressLimited),
        get(
            "everybody, compared",
            "rate.ip",
            "/studies/ST-11",
            &["analyst", "chief"],
        )
        .weather(Weather::AddressLimited),
        get("broken", "server.error", "/plots", &["analyst"]),
        get("away", "upstream.unreachable", "/spectra", &["analyst"]),
        get("slow", "upstream.timeout", "/imports", &["analyst"]),
        get("gateway page", "gateway.error", "/reports", &["analyst"]),
        get("gateway text", "gateway.error", "/tissue", &["analyst"]),
        get("wavers", "server.intermittent", "/freezers", &["analyst"]),
        get("spiral", "redirect.loop", "/spiral", &["analyst"]),
    ]
}
