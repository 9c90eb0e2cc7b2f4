//! The ninth world: a railway. RFC 9457 in Spanish with nothing but types to tell one refusal
//! from another, a framework's own words for what it does not route, 401 for what a role would
//! allow, UUIDs, and a clock that is behind.

use super::bearer;
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why};
use serde_json::{Value, json};

fn hex(place: u64) -> String {
    let mut state = place.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut value = String::new();
    while value.len() < 48 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        value.push_str(&format!("{:04x}", state & 0xffff));
    }
    value
}

fn people(_: i64) -> Vec<Holder> {
    let holder = |name, place, sees| Holder {
        name,
        value: hex(place),
        sees,
        ..Holder::default()
    };
    const SUR: &[&str] = &[
        "lines/0b6f1c1e-0000-4000-8000-000000000001",
        "depots/0b6f1c1e-0000-4000-8000-0000000000d1",
    ];
    vec![
        Holder {
            writes: true,
            ..holder("director", 21, &["*"])
        },
        holder("guard", 22, SUR),
        holder("trainee", 23, &[]),
        Holder {
            state: State::Revoked,
            ..holder("retired", 24, SUR)
        },
        Holder {
            state: State::Expired,
            ..holder("seasonal", 25, SUR)
        },
        Holder {
            limited: true,
            ..holder("bot", 26, SUR)
        },
    ]
}

const WAYS: &[Way] = &[
    way("users/me", "GET", Does::Who),
    way("lines", "GET POST", Does::Serve),
    way("lines/*", "GET PATCH DELETE", Does::Serve),
    way("lines/*/trains", "GET POST", Does::Serve),
    way("lines/*/trains/*", "GET PATCH", Does::Serve),
    way("lines/*/trains/*/seats", "GET", Does::Serve),
    way("lines/*/close", "POST", Does::Clashes),
    way("depots", "GET", Does::Serve),
    way("depots/*", "GET", Does::Serve),
    Way {
        pattern: "salaries",
        methods: "GET",
        only: &["director"],
        does: Does::Serve,
    },
    way("delays", "GET", Does::Needs("line_id")),
    way("fares", "GET POST", Does::Says(Why::NotBuilt)),
    way("signals", "GET", Does::Says(Why::CoreOld)),
    way("meals", "GET POST", Does::Says(Why::Broken)),
    way("timetables", "GET", Does::Says(Why::Unreachable)),
    way("crossings", "GET", Does::Says(Why::Slow)),
    way("platforms", "GET PATCH", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing(
        "lines/0b6f1c1e-0000-4000-8000-000000000001",
        &[("name", "Sur"), ("gauge", "wide")],
    ),
    thing(
        "lines/0b6f1c1e-0000-4000-8000-000000000002",
        &[("name", "Norte"), ("gauge", "narrow")],
    ),
    thing(
        "lines/0b6f1c1e-0000-4000-8000-000000000001/trains/0b6f1c1e-0000-4000-8000-0000000000a1",
        &[
            ("name", "Talgo"),
            ("depot_id", "0b6f1c1e-0000-4000-8000-0000000000d1"),
        ],
    ),
    thing(
        "lines/0b6f1c1e-0000-4000-8000-000000000001/trains/0b6f1c1e-0000-4000-8000-0000000000a2",
        &[
            ("name", "Alvia"),
            ("depot_id", "0b6f1c1e-0000-4000-8000-0000000000d1"),
        ],
    ),
    thing(
        "lines/0b6f1c1e-0000-4000-8000-000000000002/trains/0b6f1c1e-0000-4000-8000-0000000000b1",
        &[
            ("name", "Civia"),
            ("depot_id", "0b6f1c1e-0000-4000-8000-0000000000d2"),
        ],
    ),
    thing(
        "depots/0b6f1c1e-0000-4000-8000-0000000000d1",
        &[
            ("name", "Atocha"),
            ("line_id", "0b6f1c1e-0000-4000-8000-000000000001"),
        ],
    ),
    thing(
        "depots/0b6f1c1e-0000-4000-8000-0000000000d2",
        &[
            ("name", "Irun"),
            ("line_id", "0b6f1c1e-0000-4000-8000-000000000002"),
        ],
    ),
    Thing {
        archived: true,
        ..thing(
            "lines/0b6f1c1e-0000-4000-8000-000000000009",
            &[("name", "Vieja"), ("gauge", "wide")],
        )
    },
];

fn says(why: Why, about: &About) -> Said {
    if why == Why::Route {
        // The framework answers before the API does.
        return Said::json(
            404,
            json!({"timestamp": "2026-03-14T02:07:00.000+00:00", "status": 404, "error": "Not Found"}),
        );
    }
    let (status, kind, title, detail) = match why {
        Why::NoToken => (401, "sin-credencial", "Sesión necesaria", "Identifíquese."),
        Why::Scheme => (
            401,
            "credencial",
            "Sesión necesaria",
            "La cabecera no se entiende.",
        ),
        Why::Malformed | Why::Unknown | Why::Revoked | Why::Elsewhere => (
            401,
            "credencial",
            "Sesión necesaria",
            "La credencial no vale.",
        ),
        Why::Expired | Why::NotYet => (
            401,
            "credencial",
            "Sesión necesaria",
            "La credencial está caducada.",
        ),
        Why::Role | Why::Scope => (
            401,
            "acceso",
            "Sesión caducada",
            "Su sesión no alcanza para esto.",
        ),
        Why::NotFound | Why::Archived | Why::Parent | Why::Route => {
            (404, "nada", "Nada", "No hay nada en esta dirección.")
        }
        Why::Method => (405, "metodo", "Método", "Así no."),
        Why::NotBuilt => (
            501,
            "endpoint-pendiente",
            "Pendiente",
            "Este endpoint todavía no está implementado.",
        ),
        Why::CoreOld => (
            400,
            "core",
            "No disponible",
            "Hace falta Core v2026.4.0 o posterior.",
        ),
        Why::Version => (404, "version", "Nada", "No hay nada en esta dirección."),
        Why::CoreUrl => (
            421,
            "instancia",
            "Instancia",
            "Core-Url no es una dirección.",
        ),
        Why::Json => (400, "cuerpo", "Cuerpo", "El cuerpo no se puede leer."),
        Why::MediaType => (415, "cuerpo", "Cuerpo", "Este tipo no se lee."),
        Why::MissingParameter => (400, "parametro", "Parámetro", "Falta line_id."),
        Why::InvalidParameter => (400, "parametro", "Parámetro", "Un valor no es válido."),
        Why::Values => (422, "valores", "Valores", "Hay valores que no sirven."),
        Why::Conflict => (409, "estado", "Estado", "La línea ya está cerrada."),
        Why::TooLarge => (413, "cuerpo", "Cuerpo", "Demasiado grande."),
        Why::Limit => (429, "limite", "Límite", "Demasiado deprisa."),
        Why::Broken => (500, "fallo", "Fallo", "Algo se ha roto."),
        Why::Unreachable => (502, "fallo", "Fallo", "Core no contesta."),
        Why::Slow => (504, "fallo", "Fallo", "Core tarda demasiado."),
    };
    let mut problem = json!({"type": format!("https://ferro.example/problemas/{kind}"), "title": title,
        "status": status, "detail": detail, "instance": "urn:req:7f"});
    match why {
        Why::Values => problem["invalid-params"] = json!([{"name": about.name, "reason": "vacío"}]),
        Why::Version => problem["versiones"] = json!(["2022-02-22"]),
        _ => {}
    }
    let mut said = Said::json(status, problem);
    said.headers[0].1 = "application/problem+json".into();
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// A wall that nobody has heard of.
fn wall() -> Said {
    Said::json(
        403,
        json!({"outcome": "denied", "policy": "geo-7", "incident": "5f1e-22"}),
    )
    .with("via", "1.1 muro")
}

fn stranger(_: &str) -> Said {
    Said::json(
        404,
        json!({"code": 5, "message": "Not Found", "details": []}),
    )
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html";
    match path {
        "/core/notices" => Some(Said::text(
            503,
            html,
            "<html><title>Service Unavailable</title><body><p>The server is temporarily unable to service your request due to maintenance downtime.</p></body></html>",
        )),
        "/core/tickets" => Some(Said::text(504, "text/plain", "stream timeout")),
        "/core/line" if asked.method == "POST" => {
            Some(Said::text(302, html, "").with("location", "/core/lines"))
        }
        "/core/staff" => Some(Said::text(302, html, "").with("location", "{other}/core/users/me")),
        "/core/lounge" => Some(Said::text(
            403,
            html,
            "<html><head><title>Access Denied</title></head><body>Reference #18.7</body></html>",
        )),
        "/core/ring" => Some(Said::text(307, html, "").with("location", "/core/ring")),
        "/core/ftp" => Some(Said::text(302, html, "").with("location", "ftp://ferro.example/x")),
        _ if path.starts_with("/web") => Some(Said::text(
            200,
            html,
            "<!doctype html><html lang=es><head><title>Ferro</title></head><body></body></html>",
        )),
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "railway",
    prefix: "/core",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"elementos": list, "pagina": {"numero": 1, "total": count}}),
    one: |one| json!({"elemento": one}),
    record: |_, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let mut record: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        record["uuid"] = json!(id);
        record["archived"] = json!(thing.archived);
        record
    },
    marks: |_, limited| {
        let rest = if limited { "0" } else { "57" };
        vec![
            ("x-request-id".to_owned(), "7f".to_owned()),
            ("x-ratelimit-limit".to_owned(), "60".to_owned()),
            ("x-ratelimit-remaining".to_owned(), rest.to_owned()),
        ]
    },
    filters: &[
        ("gauge", &["wide", "narrow"]),
        ("depot_id", &[]),
        ("line_id", &[]),
    ],
    strict: false,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22"],
    tenant: "https://ferro.example",
    skew: Some(-2_400),
    hides: true,
    routes_first: true,
    squeezes: false,
    is_shaped: |value| value.len() == 48,
    id_fits: |id| id.len() == 36,
    needs: "name",
    most: 2_000,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    const SUR: &str = "/lines/0b6f1c1e-0000-4000-8000-000000000001";
    const NORTE: &str = "/lines/0b6f1c1e-0000-4000-8000-000000000002";
    const VIEJA: &str = "/lines/0b6f1c1e-0000-4000-8000-000000000009";
    const NADA: &str = "/lines/0b6f1c1e-0000-4000-8000-0000000000ff";
    const TALGO: &str = "/trains/0b6f1c1e-0000-4000-8000-0000000000a1";
    const CIVIA: &str = "/trains/0b6f1c1e-0000-4000-8000-0000000000b1";
    const NONE: &str = "/trains/0b6f1c1e-0000-4000-8000-0000000000ee";
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", format!("/core{path}"), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, format!("/core{path}"), tokens).data(data)
    };
    let guard = realm.value("guard").to_owned();
    let name = "{\"name\":\"Nueva\"}";
    let below = |line: &str, rest: &str| format!("{line}{rest}");
    let norte = NORTE.trim_start_matches("/lines/");
    vec![
        get("fine", "none", SUR, &["guard"]),
        get(
            "fine list",
            "none",
            &below(SUR, "/trains"),
            &["guard", "director"],
        ),
        call(
            "fine head",
            "none",
            "HEAD",
            format!("/core{SUR}"),
            &["guard"],
        ),
        get("nothing fits", "none", "/lines?gauge=narrow", &["guard"]),
        send("fine, written", "none", "PATCH", SUR, &["director"], name),
        get("bare", "token.missing", "/users/me", &[]),
        get(
            "in a parameter",
            "token.missing",
            &format!("{SUR}?token={{{{token:guard}}}}"),
            &[],
        ),
        get("in x-token", "token.missing", "/lines", &[]).header("X-Token: {{token:guard}}"),
        get("small bearer", "token.scheme", "/lines", &[])
            .header("Authorization: bearer {{token:guard}}"),
        get("apikey word", "token.scheme", SUR, &[])
            .header("Authorization: ApiKey {{token:guard}}"),
        get("header and all", "token.scheme", "/lines", &["guard"])
            .value(format!("Authorization: {}", bearer(&guard))),
        get(
            "curly quotes",
            "token.stray_characters",
            "/lines",
            &["guard"],
        )
        .value(format!("“{guard}”")),
        get("blank inside", "token.stray_characters", SUR, &["guard"]).value(format!(
            "{} {}",
            &guard[..24],
            &guard[24..]
        )),
        get("dash", "token.stray_characters", "/lines", &["guard"]).value(format!(
            "{}\u{2013}{}",
            &guard[..10],
            &guard[11..]
        )),
        get("cut", "token.wrong_shape", "/lines", &["guard"]).value(guard[..44].to_owned()),
        get(
            "cut, compared",
            "token.wrong_shape",
            SUR,
            &["guard", "director"],
        )
        .value(guard[..31].to_owned()),
        get("twice", "token.wrong_shape", "/lines", &["guard"]).value(format!("{guard}{guard}")),
        get("sample", "token.wrong_shape", "/lines", &["guard"])
            .value(format!("56115e8b{}", &guard[..40])),
        get("pair", "token.wrong_shape", "/lines", &["guard"]).value("guard:hunter22".into()),
        get("retired", "token.rejected", "/lines", &["retired"]),
        get(
            "retired, compared",
            "token.rejected",
            SUR,
            &["retired", "director"],
        ),
        call(
            "retired, removes",
            "token.rejected",
            "DELETE",
            format!("/core{SUR}"),
            &["retired"],
        ),
        get("seasonal", "token.expired", "/lines", &["seasonal"]),
        get(
            "seasonal, compared",
            "token.expired",
            &below(SUR, TALGO),
            &["seasonal", "director"],
        ),
        send(
            "seasonal, writes",
            "token.expired",
            "POST",
            "/lines",
            &["seasonal"],
            name,
        ),
        get("abroad", "token.wrong_instance", SUR, &["guard"]).weather(Weather::Abroad),
        get(
            "abroad, list",
            "token.wrong_instance",
            "/lines",
            &["guard", "director"],
        )
        .weather(Weather::Abroad),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/staff",
            &["guard"],
        ),
        get(
            "salaries",
            "permission.missing_role",
            "/salaries",
            &["guard"],
        ),
        get(
            "salaries, compared",
            "permission.missing_role",
            "/salaries",
            &["guard", "director"],
        ),
        send(
            "may not change",
            "permission.missing_role",
            "PATCH",
            SUR,
            &["guard"],
            name,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            &below(SUR, "/trains"),
            &["guard", "director"],
            name,
        ),
        call(
            "may not remove",
            "permission.missing_role",
            "DELETE",
            format!("/core{SUR}"),
            &["guard", "director"],
        ),
        get(
            "trainee, list",
            "permission.no_roles",
            "/lines",
            &["trainee"],
        ),
        get("trainee, item", "permission.no_roles", SUR, &["trainee"]),
        get(
            "trainee, deep",
            "permission.no_roles",
            &below(SUR, &format!("{TALGO}/seats")),
            &["trainee"],
        ),
        get(
            "trainee, compared",
            "permission.no_roles",
            "/depots",
            &["trainee", "director"],
        ),
        get("wall", "permission.edge_block", "/lines", &["guard"]).weather(Weather::Walled),
        get(
            "wall, compared",
            "permission.edge_block",
            SUR,
            &["guard", "director"],
        )
        .weather(Weather::Walled),
        get(
            "wall here",
            "permission.edge_block",
            &below(SUR, "/trains"),
            &["guard"],
        )
        .weather(Weather::WalledHere),
        send(
            "wall against writing",
            "permission.edge_block",
            "PATCH",
            SUR,
            &["director"],
            name,
        )
        .weather(Weather::WalledHere),
        get(
            "denied by a page",
            "permission.edge_block",
            "/lounge",
            &["guard"],
        ),
        get(
            "hidden",
            "resource.hidden_by_permission",
            NORTE,
            &["guard", "director"],
        ),
        get(
            "hidden below",
            "resource.hidden_by_permission",
            &below(NORTE, CIVIA),
            &["guard", "director"],
        ),
        get(
            "hidden list below",
            "resource.hidden_by_permission",
            &below(NORTE, "/trains"),
            &["guard", "director"],
        ),
        send(
            "hidden, written",
            "resource.hidden_by_permission",
            "PATCH",
            NORTE,
            &["guard", "director"],
            name,
        ),
        get(
            "filter of another line",
            "resource.hidden_by_permission",
            &format!("/depots?line_id={norte}"),
            &["guard", "director"],
        ),
        get("absent", "resource.absent", NADA, &["guard"]),
        get(
            "absent, compared",
            "resource.absent",
            NADA,
            &["guard", "director"],
        ),
        get(
            "absent below",
            "resource.absent",
            &below(SUR, NONE),
            &["guard"],
        ),
        get(
            "absent below, compared",
            "resource.absent",
            &below(SUR, NONE),
            &["guard", "director"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PATCH",
            NADA,
            &["director"],
            name,
        ),
        call(
            "absent, removed",
            "resource.absent",
            "DELETE",
            format!("/core{NADA}"),
            &["director"],
        ),
        get("archived", "resource.archived", VIEJA, &["director"]),
        get(
            "archived above",
            "resource.archived",
            &below(VIEJA, "/trains"),
            &["director"],
        ),
        send(
            "archived, written",
            "resource.archived",
            "PATCH",
            VIEJA,
            &["director"],
            name,
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            &below(NADA, "/trains"),
            &["guard"],
        ),
        get(
            "parent absent, compared",
            "resource.parent_absent",
            &below(NADA, TALGO),
            &["guard", "director"],
        ),
        get(
            "parent absent, deep",
            "resource.parent_absent",
            &below(SUR, &format!("{NONE}/seats")),
            &["guard"],
        ),
        send(
            "parent absent, written",
            "resource.parent_absent",
            "POST",
            &below(NADA, "/trains"),
            &["director"],
            name,
        ),
        call("prefix gone", "path.unknown", "GET", SUR.into(), &["guard"]),
        call(
            "prefix twice",
            "path.unknown",
            "GET",
            format!("/core/core{SUR}"),
            &["guard"],
        ),
        get("misspelt", "path.unknown", "/linez", &["guard"]),
        get(
            "misspelt item",
            "path.unknown",
            "/depotz/0b6f1c1e-0000-4000-8000-0000000000d1",
            &["guard", "director"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            &below(SUR, "/trainss"),
            &["guard"],
        ),
        get(
            "doubled slash",
            "path.unknown",
            &format!("/{SUR}"),
            &["guard"],
        ),
        get(
            "capital",
            "path.unknown",
            &SUR.replace("lines", "Lines"),
            &["guard"],
        ),
        get("not here", "path.unknown", "/lines", &["guard"]).weather(Weather::NotHere),
        call(
            "web",
            "path.browser_url",
            "GET",
            "/web/lines/sur".into(),
            &["guard"],
        ),
        call(
            "hash",
            "path.browser_url",
            "GET",
            "/#/app/lines/sur".into(),
            &["guard"],
        ),
        send(
            "broken body",
            "request.malformed_body",
            "POST",
            "/lines",
            &["director"],
            "{name:\"x\"}",
        )
        .header("Content-Type: application/json"),
        send(
            "xml",
            "request.content_type",
            "POST",
            "/lines",
            &["director"],
            "<name>x</name>",
        )
        .header("Content-Type: application/xml"),
        get(
            "line wanted",
            "request.missing_parameter",
            "/delays",
            &["guard"],
        ),
        get(
            "gauge unknown",
            "request.invalid_parameter",
            "/lines?gauge=iberian",
            &["guard"],
        ),
        get(
            "id of another form",
            "request.invalid_parameter",
            "/lines/sur",
            &["guard"],
        ),
        get(
            "template",
            "request.bad_url",
            "/lines/{{line}}/trains"
                .replace("{{line}}", "<line>")
                .as_str(),
            &["guard"],
        ),
        send(
            "name blank",
            "request.validation",
            "POST",
            "/lines",
            &["director"],
            "{\"name\":\"\"}",
        ),
        send(
            "put",
            "request.wrong_method",
            "PUT",
            SUR,
            &["director"],
            name,
        ),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/line",
            &["director"],
            name,
        ),
        send(
            "closed",
            "request.conflict",
            "POST",
            &below(SUR, "/close"),
            &["director"],
            name,
        ),
        get(
            "filter unread",
            "request.ignored_parameter",
            "/lines?filter[gauge]=narrow",
            &["director"],
        ),
        get(
            "size unread",
            "request.ignored_parameter",
            &format!("{}?page[size]=1", below(SUR, "/trains")),
            &["guard"],
        ),
        get("core-url bare", "request.core_url", "/lines", &["guard"])
            .header("Core-Url: ferro.example"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/lines",
            &["director"],
            &format!("{{\"name\":\"{}\"}}", "n".repeat(3_000)),
        ),
        get(
            "not built",
            "endpoint.not_implemented",
            "/fares",
            &["guard"],
        ),
        get("old core", "core.outdated", "/signals", &["guard"]),
        get("version", "version.unsupported", "/lines", &["guard"])
            .header("Api-Version: 2020-06-06"),
        get(
            "version on an item",
            "version.unsupported",
            SUR,
            &["guard", "director"],
        )
        .header("Api-Version: 2031-06-06"),
        get("bot", "rate.token", "/lines", &["bot", "guard"]),
        get("bot alone", "rate.token", "/lines", &["bot"]),
        get("everybody", "rate.ip", "/lines", &["guard"]).weather(Weather::AddressLimited),
        get(
            "everybody, compared",
            "rate.ip",
            SUR,
            &["guard", "director"],
        )
        .weather(Weather::AddressLimited),
        get("broken", "server.error", "/meals", &["guard"]),
        send(
            "broken, written",
            "server.error",
            "POST",
            "/meals",
            &["director"],
            name,
        ),
        get("away", "upstream.unreachable", "/timetables", &["guard"]),
        get("slow", "upstream.timeout", "/crossings", &["guard"]),
        get("gateway page", "gateway.error", "/notices", &["guard"]),
        get("gateway text", "gateway.error", "/tickets", &["guard"]),
        get("wavers", "server.intermittent", "/platforms", &["guard"]),
        get("ring", "redirect.loop", "/ring", &["guard"]),
        get("ftp", "redirect.refused", "/ftp", &["guard"]),
    ]
}
