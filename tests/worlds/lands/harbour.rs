//! The seventh world: a harbour. JSON:API errors whose details are Norwegian and whose titles
//! mislead, names for ids, opaque keys, no place that says who one is.

use super::{bearer, opaque};
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why};
use serde_json::{Value, json};

fn people(_: i64) -> Vec<Holder> {
    let key = |place| format!("hk_{}", opaque(place, 37));
    let holder = |name, place, sees| Holder {
        name,
        value: key(place),
        sees,
        ..Holder::default()
    };
    const BERGEN: &[&str] = &["ports/bergen", "vessels/astrid", "vessels/kong-olav"];
    vec![
        Holder {
            writes: true,
            ..holder("master", 1, &["*"])
        },
        holder("clerk", 2, BERGEN),
        holder("idle", 3, &[]),
        Holder {
            state: State::Revoked,
            ..holder("leaver", 4, BERGEN)
        },
        Holder {
            state: State::Expired,
            ..holder("stale", 5, BERGEN)
        },
        Holder {
            state: State::Elsewhere,
            ..holder("guest", 6, BERGEN)
        },
        Holder {
            scopes: Some(&["read"]),
            writes: true,
            ..holder("lookout", 7, BERGEN)
        },
        Holder {
            limited: true,
            ..holder("hasty", 8, BERGEN)
        },
    ]
}

const WAYS: &[Way] = &[
    way("session", "GET", Does::Who),
    way("ports", "GET", Does::Serve),
    way("ports/*", "GET", Does::Serve),
    way("ports/*/berths", "GET POST", Does::Serve),
    way("ports/*/berths/*", "GET PATCH DELETE", Does::Serve),
    way("ports/*/berths/*/moorings", "GET", Does::Serve),
    way("vessels", "GET POST", Does::Serve),
    way("vessels/*", "GET PATCH", Does::Serve),
    way("vessels/*/cargo", "GET", Does::Serve),
    way("vessels/*/cargo/*", "GET", Does::Serve),
    way("vessels/*/depart", "POST", Does::Clashes),
    Way {
        pattern: "pilots",
        methods: "GET POST",
        only: &["master"],
        does: Does::Serve,
    },
    Way {
        pattern: "pilots/*",
        methods: "GET",
        only: &["master"],
        does: Does::Serve,
    },
    way("tides", "GET", Does::Needs("port_id")),
    way("forecasts", "GET", Does::Says(Why::NotBuilt)),
    way("customs", "GET", Does::Says(Why::CoreOld)),
    way("radar", "GET", Does::Says(Why::Broken)),
    way("weather", "GET", Does::Says(Why::Unreachable)),
    way("charts", "GET", Does::Says(Why::Slow)),
    way("beacons", "GET", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing("ports/bergen", &[("name", "Bergen")]),
    thing("ports/narvik", &[("name", "Narvik")]),
    thing(
        "ports/bergen/berths/kai-a",
        &[("name", "A"), ("state", "free")],
    ),
    thing(
        "ports/bergen/berths/kai-b",
        &[("name", "B"), ("state", "taken")],
    ),
    thing(
        "ports/narvik/berths/malm",
        &[("name", "M"), ("state", "free")],
    ),
    thing(
        "vessels/astrid",
        &[("name", "Astrid"), ("port_id", "bergen"), ("flag", "no")],
    ),
    thing(
        "vessels/kong-olav",
        &[("name", "Kong Olav"), ("port_id", "bergen"), ("flag", "dk")],
    ),
    thing(
        "vessels/polarlys",
        &[("name", "Polarlys"), ("port_id", "narvik"), ("flag", "no")],
    ),
    thing("vessels/astrid/cargo/fish", &[("name", "Fish")]),
    thing("pilots/jon", &[("name", "Jon")]),
    Thing {
        archived: true,
        ..thing(
            "vessels/gamle-erik",
            &[
                ("name", "Gamle Erik"),
                ("port_id", "bergen"),
                ("flag", "no"),
            ],
        )
    },
];

fn says(why: Why, about: &About) -> Said {
    let (status, code, title, detail) = match why {
        Why::NoToken => (401, "no_authentication", "Hei", "Du må logge inn."),
        Why::Scheme => (
            401,
            "authentication_failed",
            "Hei",
            "Innloggingen kunne ikke leses.",
        ),
        Why::Malformed | Why::Unknown | Why::Revoked => (
            401,
            "authentication_failed",
            "Session timed out",
            "Nøkkelen er ikke kjent.",
        ),
        Why::Expired | Why::NotYet => (
            401,
            "authentication_failed",
            "Session timed out",
            "Nøkkelen er utløpt.",
        ),
        Why::Elsewhere => (
            401,
            "authentication_failed",
            "Session timed out",
            "Nøkkelen hører til en annen havn.",
        ),
        Why::Role => (
            403,
            "insufficient_privilege",
            "Session timed out",
            "Dette har du ikke lov til.",
        ),
        Why::Scope => (403, "insufficient_scope", "Nei", "Nøkkelen rekker ikke."),
        Why::NotFound | Why::Archived | Why::Parent | Why::Route => {
            (404, "not_here", "Bad link", "Vi fant ingenting.")
        }
        Why::Method => (405, "bad_verb", "Nei", "Det går ikke."),
        Why::NotBuilt => (
            500,
            "fault",
            "Feil",
            "Denne funksjonen er ikke implementert ennå.",
        ),
        Why::CoreOld => (405, "fault", "Feil", "Core 2025.22.0 støtter ikke dette."),
        Why::Version => (
            400,
            "bad_request",
            "Feil",
            "Forespørselen ble ikke forstått.",
        ),
        Why::CoreUrl => (
            400,
            "bad_request",
            "Feil",
            "Core-Url må være en hel adresse.",
        ),
        Why::Json => (400, "bad_request", "Feil", "Innholdet kunne ikke leses."),
        Why::MediaType => (415, "bad_request", "Feil", "Vi leser bare JSON."),
        Why::MissingParameter => (400, "bad_request", "Feil", "Noe mangler."),
        Why::InvalidParameter => (400, "bad_request", "Feil", "Verdien er ikke kjent."),
        Why::Values => (422, "bad_record", "Feil", "Feltet må fylles ut."),
        Why::Conflict => (409, "bad_state", "Feil", "Skipet er alt til sjøs."),
        Why::TooLarge => (413, "bad_request", "Feil", "For stort."),
        Why::Limit => (429, "calm_down", "Ro", "For mange forespørsler."),
        Why::Broken => (500, "fault", "Feil", "Noe gikk galt."),
        Why::Unreachable => (503, "fault", "Feil", "Tjenesten bak svarer ikke."),
        Why::Slow => (504, "fault", "Feil", "Tjenesten bak er for treg."),
    };
    let mut error =
        json!({"status": status.to_string(), "code": code, "title": title, "detail": detail});
    match why {
        Why::Values => {
            error["source"] = json!({"pointer": format!("/data/attributes/{}", about.name)});
        }
        Why::MissingParameter | Why::InvalidParameter => {
            error["source"] = json!({"parameter": about.name});
        }
        _ => {}
    }
    let mut said = Said::json(status, json!({"errors": [error]}));
    said.headers[0].1 = "application/vnd.api+json".into();
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// As a managed gateway says it.
fn wall() -> Said {
    Said::json(403, json!({"message": "Forbidden"}))
        .with("x-amzn-errortype", "ForbiddenException")
        .with("x-amz-apigw-id", "Zx81kE-7")
}

fn stranger(_: &str) -> Said {
    Said::text(404, "text/plain", "404 page not found\n")
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html";
    match path {
        "/havn/ferries" => Some(Said::text(
            503,
            html,
            "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>",
        )),
        "/havn/tugs" => Some(Said::text(
            502,
            "text/plain",
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
        )),
        "/havn/boats" if asked.method == "POST" => {
            Some(Said::text(302, html, "").with("location", "/havn/vessels"))
        }
        "/havn/old-vessels" => {
            Some(Said::text(308, html, "").with("location", "{other}/havn/vessels"))
        }
        "/havn/crew" => {
            Some(Said::text(303, html, "").with("location", "/oauth2/authorize?client_id=7"))
        }
        "/oauth2/authorize" => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>Logg inn</title></head><body><form method=post><input name=u><input name=p type=\"password\"></form></body></html>",
        )),
        "/havn/round" => Some(Said::text(302, html, "").with("location", "/havn/round")),
        _ if path.starts_with("/kart") => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>Havnekart</title></head><body><div id=app></div></body></html>",
        )),
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "harbour",
    prefix: "/havn",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"data": list, "meta": {"totalt": count}}),
    one: |one| json!({"data": one}),
    record: |kind, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let attributes: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        json!({"type": kind, "id": id, "attributes": attributes, "links": {"self": format!("/havn/{}", thing.path)}})
    },
    marks: |holder, limited| {
        let mut marks = vec![("x-correlation".to_owned(), "c-71".to_owned())];
        if limited && !holder.name.is_empty() && holder.limited {
            marks.push((
                "ratelimit-policy".into(),
                "\"per-credential\";q=60;w=60".into(),
            ));
        }
        marks
    },
    filters: &[
        ("port_id", &[]),
        ("flag", &["no", "dk", "se"]),
        ("state", &["free", "taken"]),
    ],
    strict: false,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22", "2024-05-01"],
    tenant: "https://bergen.example",
    skew: Some(3),
    hides: true,
    routes_first: true,
    squeezes: false,
    is_shaped: |value| value.starts_with("hk_") && value.len() == 40,
    id_fits: |_| true,
    needs: "name",
    most: 4_000,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", path.to_owned(), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, path.to_owned(), tokens).data(data)
    };
    let clerk = realm.value("clerk").to_owned();
    let name = "{\"name\":\"Ny\"}";
    vec![
        get("fine", "none", "/havn/vessels/astrid", &["clerk"]),
        get(
            "fine list",
            "none",
            "/havn/ports/bergen/berths?state=free",
            &["clerk"],
        ),
        get("nothing fits", "none", "/havn/vessels?flag=se", &["clerk"]),
        get("bare", "token.missing", "/havn/vessels", &[]),
        get(
            "in another header",
            "token.missing",
            "/havn/vessels/astrid",
            &[],
        )
        .header("X-Auth-Key: {{token:clerk}}"),
        get("key word", "token.scheme", "/havn/vessels", &[])
            .header("Authorization: Key {{token:clerk}}"),
        get("value alone", "token.scheme", "/havn/vessels/astrid", &[])
            .header("Authorization: {{token:clerk}}"),
        get("twice bearer", "token.scheme", "/havn/vessels", &["clerk"]).value(bearer(&clerk)),
        get(
            "invisible",
            "token.stray_characters",
            "/havn/vessels",
            &["clerk"],
        )
        .value(format!("{clerk}\u{200b}")),
        get(
            "quotes",
            "token.stray_characters",
            "/havn/vessels/astrid",
            &["clerk"],
        )
        .value(format!("'{clerk}'")),
        get(
            "semicolon",
            "token.stray_characters",
            "/havn/vessels",
            &["clerk", "master"],
        )
        .value(format!("{clerk};")),
        get(
            "cut",
            "token.wrong_shape",
            "/havn/vessels",
            &["clerk", "master"],
        )
        .value(clerk[..29].to_owned()),
        get(
            "cut a little, on an item",
            "token.wrong_shape",
            "/havn/vessels/astrid",
            &["clerk", "master"],
        )
        .value(clerk[..38].to_owned()),
        get("template", "token.wrong_shape", "/havn/vessels", &["clerk"])
            .value("${HARBOUR_KEY}".into()),
        get("null", "token.wrong_shape", "/havn/vessels", &["clerk"]).value("null".into()),
        get("leaver", "token.rejected", "/havn/vessels", &["leaver"]),
        get(
            "leaver compared",
            "token.rejected",
            "/havn/vessels/astrid",
            &["leaver", "master"],
        ),
        send(
            "leaver writes",
            "token.rejected",
            "PATCH",
            "/havn/vessels/astrid",
            &["leaver"],
            name,
        ),
        get("stale", "token.expired", "/havn/vessels", &["stale"]),
        get(
            "stale compared",
            "token.expired",
            "/havn/vessels/astrid",
            &["stale", "master"],
        ),
        get(
            "of another tenant",
            "token.wrong_instance",
            "/havn/vessels",
            &["clerk"],
        )
        .header("Core-Url: https://narvik.example"),
        get(
            "abroad",
            "token.wrong_instance",
            "/havn/vessels/astrid",
            &["clerk"],
        )
        .weather(Weather::Abroad),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/havn/old-vessels",
            &["clerk"],
        ),
        get(
            "pilots",
            "permission.missing_role",
            "/havn/pilots",
            &["clerk"],
        ),
        get(
            "a pilot, compared",
            "permission.missing_role",
            "/havn/pilots/jon",
            &["clerk", "master"],
        ),
        send(
            "may not change",
            "permission.missing_role",
            "PATCH",
            "/havn/vessels/astrid",
            &["clerk"],
            name,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            "/havn/ports/bergen/berths",
            &["clerk", "master"],
            name,
        ),
        call(
            "may not remove",
            "permission.missing_role",
            "DELETE",
            "/havn/ports/bergen/berths/kai-a".into(),
            &["clerk"],
        ),
        send(
            "scope",
            "permission.missing_scope",
            "PATCH",
            "/havn/vessels/astrid",
            &["lookout"],
            name,
        ),
        send(
            "scope, compared",
            "permission.missing_scope",
            "POST",
            "/havn/vessels",
            &["lookout", "master"],
            name,
        ),
        get(
            "idle, list",
            "permission.no_roles",
            "/havn/vessels",
            &["idle"],
        ),
        get(
            "idle, item",
            "permission.no_roles",
            "/havn/vessels/astrid",
            &["idle"],
        ),
        get(
            "idle, below",
            "permission.no_roles",
            "/havn/ports/bergen/berths/kai-a",
            &["idle"],
        ),
        get(
            "idle, compared",
            "permission.no_roles",
            "/havn/vessels/astrid",
            &["idle", "master"],
        ),
        get("wall", "permission.edge_block", "/havn/vessels", &["clerk"]).weather(Weather::Walled),
        get(
            "wall at one place",
            "permission.edge_block",
            "/havn/vessels/astrid",
            &["clerk"],
        )
        .weather(Weather::WalledHere),
        send(
            "wall against writing",
            "permission.edge_block",
            "PATCH",
            "/havn/vessels/astrid",
            &["master"],
            name,
        )
        .weather(Weather::WalledHere),
        get("login", "permission.edge_block", "/havn/crew", &["clerk"]),
        get(
            "hidden",
            "resource.hidden_by_permission",
            "/havn/vessels/polarlys",
            &["clerk", "master"],
        ),
        get(
            "hidden below",
            "resource.hidden_by_permission",
            "/havn/ports/narvik/berths/malm",
            &["clerk", "master"],
        ),
        get(
            "hidden list below",
            "resource.hidden_by_permission",
            "/havn/ports/narvik/berths",
            &["clerk", "master"],
        ),
        get(
            "emptied",
            "resource.hidden_by_permission",
            "/havn/vessels?port_id=narvik",
            &["clerk"],
        ),
        get(
            "emptied, compared",
            "resource.hidden_by_permission",
            "/havn/vessels?port_id=narvik",
            &["clerk", "master"],
        ),
        get(
            "absent",
            "resource.absent",
            "/havn/vessels/titanic",
            &["clerk"],
        ),
        get(
            "absent, compared",
            "resource.absent",
            "/havn/vessels/titanic",
            &["clerk", "master"],
        ),
        get(
            "absent below",
            "resource.absent",
            "/havn/ports/bergen/berths/kai-z",
            &["clerk"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PATCH",
            "/havn/vessels/titanic",
            &["master"],
            name,
        ),
        get(
            "archived",
            "resource.archived",
            "/havn/vessels/gamle-erik",
            &["master"],
        ),
        get(
            "archived above",
            "resource.archived",
            "/havn/vessels/gamle-erik/cargo",
            &["master"],
        ),
        get(
            "no such port",
            "resource.parent_absent",
            "/havn/ports/atlantis/berths",
            &["clerk"],
        ),
        get(
            "no such port, deep",
            "resource.parent_absent",
            "/havn/ports/atlantis/berths/kai-a/moorings",
            &["clerk", "master"],
        ),
        get("prefix gone", "path.unknown", "/vessels/astrid", &["clerk"]),
        get(
            "misspelt",
            "path.unknown",
            "/havn/vesels/astrid",
            &["clerk"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            "/havn/ports/bergen/births",
            &["clerk"],
        ),
        get(
            "doubled slash",
            "path.unknown",
            "/havn//vessels/astrid",
            &["clerk"],
        ),
        get(
            "doubled slash inside",
            "path.unknown",
            "/havn/vessels//astrid",
            &["clerk"],
        ),
        get(
            "capital",
            "path.unknown",
            "/havn/Vessels/astrid",
            &["clerk"],
        ),
        get(
            "another program",
            "path.unknown",
            "/havn/vessels/astrid",
            &["clerk"],
        )
        .weather(Weather::NotHere),
        get(
            "web page",
            "path.browser_url",
            "/kart/vessels/astrid",
            &["clerk"],
        ),
        get(
            "behind a hash",
            "path.browser_url",
            "/havn/#/vessels/astrid",
            &["clerk"],
        ),
        send(
            "cut body",
            "request.malformed_body",
            "PATCH",
            "/havn/vessels/astrid",
            &["master"],
            "{\"name\": \"Ny\"",
        )
        .header("Content-Type: application/json"),
        send(
            "form",
            "request.content_type",
            "PATCH",
            "/havn/vessels/astrid",
            &["master"],
            "name=Ny",
        )
        .header("Content-Type: application/x-www-form-urlencoded"),
        send(
            "no type",
            "request.content_type",
            "POST",
            "/havn/vessels",
            &["master"],
            name,
        )
        .header("Content-Type: text/plain"),
        get(
            "port wanted",
            "request.missing_parameter",
            "/havn/tides",
            &["clerk"],
        ),
        get(
            "flag unknown",
            "request.invalid_parameter",
            "/havn/vessels?flag=xx",
            &["clerk"],
        ),
        get(
            "braces",
            "request.bad_url",
            "/havn/vessels/{vessel}",
            &["clerk"],
        ),
        get(
            "undefined",
            "request.bad_url",
            "/havn/ports/undefined/berths",
            &["clerk"],
        ),
        get(
            "blank",
            "request.bad_url",
            "/havn/vessels/astrid%20",
            &["clerk"],
        ),
        send(
            "name empty",
            "request.validation",
            "POST",
            "/havn/vessels",
            &["master"],
            "{\"name\":\" \"}",
        ),
        send(
            "put",
            "request.wrong_method",
            "PUT",
            "/havn/vessels/astrid",
            &["master"],
            name,
        ),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/havn/boats",
            &["master"],
            name,
        ),
        send(
            "at sea",
            "request.conflict",
            "POST",
            "/havn/vessels/astrid/depart",
            &["master"],
            name,
        ),
        get(
            "filter unread",
            "request.ignored_parameter",
            "/havn/vessels?flagg=no",
            &["clerk"],
        ),
        get(
            "core-url bare",
            "request.core_url",
            "/havn/vessels",
            &["clerk"],
        )
        .header("Core-Url: bergen.example"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/havn/vessels",
            &["master"],
            &format!("{{\"name\":\"{}\"}}", "n".repeat(5_000)),
        ),
        get(
            "not built",
            "endpoint.not_implemented",
            "/havn/forecasts",
            &["clerk"],
        ),
        get("old core", "core.outdated", "/havn/customs", &["clerk"]),
        get(
            "version",
            "version.unsupported",
            "/havn/vessels",
            &["clerk"],
        )
        .header("Api-Version: 2019-01-01"),
        get(
            "version on an item",
            "version.unsupported",
            "/havn/vessels/astrid",
            &["clerk", "master"],
        )
        .header("Api-Version: 3"),
        get("hasty", "rate.token", "/havn/vessels", &["hasty"]),
        get(
            "hasty compared",
            "rate.token",
            "/havn/vessels/astrid",
            &["hasty", "master"],
        ),
        get("everybody", "rate.ip", "/havn/vessels", &["clerk"]).weather(Weather::AddressLimited),
        get(
            "everybody compared",
            "rate.ip",
            "/havn/vessels/astrid",
            &["clerk", "master"],
        )
        .weather(Weather::AddressLimited),
        get("broken", "server.error", "/havn/radar", &["clerk"]),
        get("away", "upstream.unreachable", "/havn/weather", &["clerk"]),
        get("slow", "upstream.timeout", "/havn/charts", &["clerk"]),
        get("gateway page", "gateway.error", "/havn/ferries", &["clerk"]),
        get("gateway text", "gateway.error", "/havn/tugs", &["clerk"]),
        get("wavers", "server.intermittent", "/havn/beacons", &["clerk"]),
        get("in a circle", "redirect.loop", "/havn/round", &["clerk"]),
    ]
}
