//! The eleventh world: a warehouse. The tenant stands in the path, errors are nested as OData
//! nests them and in Polish, numbers for ids, answers without a Date, challenges that say little,
//! a wall that says nothing at all.

use super::{bearer, opaque};
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why};
use serde_json::{Value, json};

fn people(_: i64) -> Vec<Holder> {
    let holder = |name, place, sees| Holder {
        name,
        value: format!("wh.{}.{}", opaque(place, 8), opaque(place + 100, 32)),
        sees,
        ..Holder::default()
    };
    const HALL: &[&str] = &["orders/17", "orders/18", "delivery-notes/501"];
    vec![
        Holder {
            writes: true,
            ..holder("owner", 1, &["*"])
        },
        holder("packer", 2, HALL),
        holder("temp", 3, &[]),
        Holder {
            state: State::Revoked,
            ..holder("fired", 4, HALL)
        },
        Holder {
            state: State::Expired,
            ..holder("summer", 5, HALL)
        },
        Holder {
            scopes: Some(&["read"]),
            writes: true,
            ..holder("scanner", 6, HALL)
        },
        Holder {
            limited: true,
            ..holder("loop", 7, HALL)
        },
    ]
}

const WAYS: &[Way] = &[
    way("account", "GET", Does::Who),
    way("orders", "GET POST", Does::Serve),
    way("orders/*", "GET PATCH DELETE", Does::Serve),
    way("orders/*/lines", "GET POST", Does::Serve),
    way("orders/*/lines/*", "GET PATCH", Does::Serve),
    way("orders/*/lines/*/scans", "GET", Does::Serve),
    way("orders/*/cancel", "POST", Does::Clashes),
    way("delivery-notes", "GET", Does::Serve),
    way("delivery-notes/*", "GET", Does::Serve),
    Way {
        pattern: "invoices",
        methods: "GET POST",
        only: &["owner"],
        does: Does::Serve,
    },
    Way {
        pattern: "invoices/*",
        methods: "GET",
        only: &["owner"],
        does: Does::Serve,
    },
    way("stock", "GET", Does::Needs("order_id")),
    way("robots", "GET", Does::Says(Why::NotBuilt)),
    way("pallets", "GET POST", Does::Says(Why::CoreOld)),
    way("labels", "GET POST", Does::Says(Why::Broken)),
    way("carriers", "GET", Does::Says(Why::Unreachable)),
    way("gates", "GET", Does::Says(Why::Slow)),
    way("scales", "GET", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing("orders/17", &[("name", "Rower"), ("state", "open")]),
    thing("orders/18", &[("name", "Lampa"), ("state", "packed")]),
    thing("orders/40", &[("name", "Biurko"), ("state", "open")]),
    thing("orders/17/lines/1", &[("name", "Koło"), ("size", "l")]),
    thing("orders/17/lines/2", &[("name", "Rama"), ("size", "m")]),
    thing("orders/40/lines/1", &[("name", "Blat"), ("size", "l")]),
    thing(
        "delivery-notes/501",
        &[("name", "WZ 501"), ("order_id", "17")],
    ),
    thing(
        "delivery-notes/502",
        &[("name", "WZ 502"), ("order_id", "40")],
    ),
    thing("invoices/9", &[("name", "FV 9"), ("order_id", "17")]),
    Thing {
        archived: true,
        ..thing("orders/3", &[("name", "Stare"), ("state", "packed")])
    },
];

fn says(why: Why, about: &About) -> Said {
    let (status, code, text) = match why {
        Why::NoToken => (401, "Unauthenticated", "Zaloguj się."),
        Why::Scheme => (401, "Unauthenticated", "Nagłówek jest nieczytelny."),
        Why::Malformed => (401, "InvalidKey", "Klucz ma niewłaściwą postać."),
        Why::Unknown | Why::Revoked | Why::Elsewhere => (401, "InvalidKey", "Klucz jest nieznany."),
        Why::Expired | Why::NotYet => (401, "InvalidKey", "Klucz wygasł."),
        Why::Role => (
            403,
            "NotPermitted",
            "Klucz jest nieważny dla tej czynności.",
        ),
        Why::Scope => (403, "ScopeRequired", "Za mało."),
        Why::NotFound | Why::Archived | Why::Parent => (404, "ResourceNotFound", "Brak."),
        Why::Route => (404, "ResourceNotFound", "Brak."),
        Why::Method => (405, "MethodNotAllowed", "Nie tak."),
        Why::NotBuilt => (
            501,
            "OperationPending",
            "Ten endpoint nie został jeszcze zaimplementowany.",
        ),
        Why::CoreOld => (501, "OperationPending", "Wymagany Core 2026.2.0."),
        Why::Version => (406, "NotAcceptable", "Nie."),
        Why::CoreUrl => (400, "BadRequest", "Core-Url nie jest adresem."),
        Why::Json => (400, "BadRequest", "Treść jest nieczytelna."),
        Why::MediaType => (415, "BadRequest", "Treść jest nieczytelna."),
        Why::MissingParameter => (400, "BadRequest", "Brakuje: order_id."),
        Why::InvalidParameter => (400, "BadRequest", "Zła wartość."),
        Why::Values => (400, "PropertyInvalid", "Zła wartość."),
        Why::Conflict => (409, "StateConflict", "Już wysłane."),
        Why::TooLarge => (413, "BadRequest", "Za duże."),
        Why::Limit => (429, "SlowDown", "Wolniej."),
        Why::Broken => (500, "ServerFault", "Awaria."),
        Why::Unreachable => (503, "ServerFault", "Core nie odpowiada."),
        Why::Slow => (504, "ServerFault", "Core nie zdążył."),
    };
    let mut error = json!({"code": code, "message": {"lang": "pl", "value": text}});
    if matches!(why, Why::Values | Why::InvalidParameter) {
        error["target"] = json!(about.name);
        error["details"] = json!([{"code": code, "target": about.name, "message": text}]);
    }
    let mut said = Said::json(status, json!({"error": error}));
    if status == 401 {
        said = said.with("www-authenticate", "Bearer realm=\"warehouse\"");
    }
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// A wall that says nothing.
fn wall() -> Said {
    Said::text(403, "text/plain", "").with("x-edge-decision", "deny")
}

fn stranger(path: &str) -> Said {
    Said::json(
        404,
        json!({"status": 404, "error": "Not Found", "path": path}),
    )
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html";
    match path {
        "/t/acme/docks" => Some(Said::text(
            502,
            html,
            "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>",
        )),
        "/t/acme/cranes" => Some(Said::text(503, "text/plain", "no healthy upstream")),
        "/t/acme/order" if asked.method == "POST" => {
            Some(Said::text(303, html, "").with("location", "/t/acme/orders"))
        }
        "/t/acme/archive" => {
            Some(Said::text(301, html, "").with("location", "{other}/t/acme/orders"))
        }
        "/t/acme/staff" => {
            Some(Said::text(302, html, "").with("location", "/sso/login?next=staff"))
        }
        "/sso/login" => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>Zaloguj</title></head><body><form><input name=pw type=password></form></body></html>",
        )),
        "/t/acme/yard" => Some(Said::text(
            403,
            html,
            "<html><body><h1>403 Forbidden</h1><hr>nginx</body></html>",
        )),
        "/t/acme/belt" => Some(Said::text(302, html, "").with("location", "/t/acme/belt2")),
        "/t/acme/belt2" => Some(Said::text(302, html, "").with("location", "/t/acme/belt")),
        "/t/acme/tape" => Some(Said::text(302, html, "").with("location", "file:///etc/hosts")),
        _ if path.starts_with("/acme/ui") => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>Magazyn</title></head><body><div id=app></div></body></html>",
        )),
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "warehouse",
    prefix: "/t/acme",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"value": list, "@odata.count": count}),
    one: |one| one,
    record: |_, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let mut record: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        record["id"] = json!(id.parse::<u32>().unwrap_or_default());
        record["is_archived"] = json!(thing.archived);
        record
    },
    marks: |holder, limited| {
        let mut marks = vec![("x-activity".to_owned(), "a-9".to_owned())];
        if limited {
            let whose = if holder.limited { "key" } else { "ip" };
            marks.push(("x-quota-scope".into(), whose.into()));
        }
        marks
    },
    filters: &[
        ("state", &["open", "packed", "sent"]),
        ("size", &[]),
        ("order_id", &[]),
    ],
    strict: false,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22"],
    tenant: "https://acme.example",
    skew: None,
    hides: true,
    routes_first: false,
    squeezes: false,
    is_shaped: |value| value.starts_with("wh.") && value.len() == 44,
    id_fits: |id| id.bytes().all(|b| b.is_ascii_digit()),
    needs: "name",
    most: 3_500,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", format!("/t/acme{path}"), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, format!("/t/acme{path}"), tokens).data(data)
    };
    let packer = realm.value("packer").to_owned();
    let name = "{\"name\":\"Nowe\"}";
    vec![
        get("fine", "none", "/orders/17/lines/1", &["packer"]),
        get("fine list", "none", "/orders?state=open", &["packer"]),
        get("nothing fits", "none", "/orders?state=sent", &["packer"]),
        get(
            "fine, sorted by nothing",
            "none",
            "/delivery-notes",
            &["packer", "owner"],
        ),
        get("bare", "token.missing", "/orders", &[]),
        get(
            "in a parameter",
            "token.missing",
            "/orders/17?key={{token:packer}}",
            &[],
        )
        .header("X-Key: {{token:packer}}"),
        get("cookie", "token.missing", "/orders", &[]).header("Cookie: session={{token:packer}}"),
        get("token word", "token.scheme", "/orders", &[])
            .header("Authorization: Token {{token:packer}}"),
        get("basic", "token.scheme", "/orders/17", &[]).header("Authorization: Basic cGFja2VyOnB3"),
        get("no word", "token.scheme", "/orders/17/lines", &[])
            .header("Authorization: {{token:packer}}"),
        get("twice", "token.scheme", "/orders", &["packer"]).value(bearer(&packer)),
        get("comma", "token.stray_characters", "/orders", &["packer"]).value(format!("{packer},")),
        get(
            "quotes",
            "token.stray_characters",
            "/orders/17",
            &["packer", "owner"],
        )
        .value(format!("\"{packer}\"")),
        get(
            "broken line",
            "token.stray_characters",
            "/orders",
            &["packer"],
        )
        .value(format!("{}\n{}", &packer[..20], &packer[20..])),
        get(
            "cut, compared",
            "token.wrong_shape",
            "/orders",
            &["packer", "owner"],
        )
        .value(packer[..packer.len() - 5].to_owned()),
        get("undefined", "token.wrong_shape", "/orders/17", &["packer"]).value("undefined".into()),
        get("stars", "token.wrong_shape", "/orders", &["packer"]).value("****************".into()),
        get("fired", "token.rejected", "/orders", &["fired"]),
        get(
            "fired, compared",
            "token.rejected",
            "/orders/17/lines",
            &["fired", "owner"],
        ),
        send(
            "fired, writes",
            "token.rejected",
            "PATCH",
            "/orders/17",
            &["fired"],
            name,
        ),
        get("summer", "token.expired", "/orders", &["summer"]),
        get(
            "summer, compared",
            "token.expired",
            "/orders/17",
            &["summer", "owner"],
        ),
        get(
            "core of another",
            "token.wrong_instance",
            "/orders",
            &["packer"],
        )
        .header("Core-Url: https://globex.example"),
        get("abroad", "token.wrong_instance", "/orders/17", &["packer"]).weather(Weather::Abroad),
        get(
            "abroad, list",
            "token.wrong_instance",
            "/orders",
            &["packer"],
        )
        .weather(Weather::Abroad),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/archive",
            &["packer"],
        ),
        get(
            "invoices",
            "permission.missing_role",
            "/invoices",
            &["packer"],
        ),
        get(
            "an invoice",
            "permission.missing_role",
            "/invoices/9",
            &["packer", "owner"],
        ),
        send(
            "may not change",
            "permission.missing_role",
            "PATCH",
            "/orders/17",
            &["packer"],
            name,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            "/orders/17/lines",
            &["packer", "owner"],
            name,
        ),
        call(
            "may not remove",
            "permission.missing_role",
            "DELETE",
            "/t/acme/orders/17".into(),
            &["packer"],
        ),
        send(
            "scope",
            "permission.missing_scope",
            "PATCH",
            "/orders/17",
            &["scanner"],
            name,
        ),
        send(
            "scope, compared",
            "permission.missing_scope",
            "POST",
            "/orders",
            &["scanner", "owner"],
            name,
        ),
        get("temp, list", "permission.no_roles", "/orders", &["temp"]),
        get("temp, item", "permission.no_roles", "/orders/17", &["temp"]),
        get(
            "temp, below",
            "permission.no_roles",
            "/orders/17/lines/1",
            &["temp"],
        ),
        get(
            "temp, compared",
            "permission.no_roles",
            "/delivery-notes",
            &["temp", "owner"],
        ),
        get(
            "temp, item compared",
            "permission.no_roles",
            "/delivery-notes/501",
            &["temp", "owner"],
        ),
        get("wall", "permission.edge_block", "/orders", &["packer"]).weather(Weather::Walled),
        get(
            "wall, compared",
            "permission.edge_block",
            "/orders/17",
            &["packer", "owner"],
        )
        .weather(Weather::Walled),
        get(
            "wall here",
            "permission.edge_block",
            "/orders/17",
            &["packer"],
        )
        .weather(Weather::WalledHere),
        send(
            "wall against writing",
            "permission.edge_block",
            "PATCH",
            "/orders/17",
            &["owner"],
            name,
        )
        .weather(Weather::WalledHere),
        get("page", "permission.edge_block", "/yard", &["packer"]),
        get("login", "permission.edge_block", "/staff", &["packer"]),
        get(
            "hidden",
            "resource.hidden_by_permission",
            "/orders/40",
            &["packer", "owner"],
        ),
        get(
            "hidden below",
            "resource.hidden_by_permission",
            "/orders/40/lines/1",
            &["packer", "owner"],
        ),
        get(
            "hidden list below",
            "resource.hidden_by_permission",
            "/orders/40/lines",
            &["packer", "owner"],
        ),
        send(
            "hidden, written",
            "resource.hidden_by_permission",
            "PATCH",
            "/orders/40",
            &["packer", "owner"],
            name,
        ),
        get(
            "filter",
            "resource.hidden_by_permission",
            "/delivery-notes?order_id=40",
            &["packer"],
        ),
        get(
            "filter, compared",
            "resource.hidden_by_permission",
            "/delivery-notes?order_id=40",
            &["packer", "owner"],
        ),
        get("absent", "resource.absent", "/orders/99", &["packer"]),
        get(
            "absent, compared",
            "resource.absent",
            "/delivery-notes/999",
            &["packer", "owner"],
        ),
        get(
            "absent below",
            "resource.absent",
            "/orders/17/lines/77",
            &["packer"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PATCH",
            "/orders/99",
            &["owner"],
            name,
        ),
        call(
            "absent, removed",
            "resource.absent",
            "DELETE",
            "/t/acme/orders/99".into(),
            &["owner"],
        ),
        get("archived", "resource.archived", "/orders/3", &["owner"]),
        get(
            "archived above",
            "resource.archived",
            "/orders/3/lines",
            &["owner"],
        ),
        get(
            "archived, compared",
            "resource.archived",
            "/orders/3",
            &["packer", "owner"],
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            "/orders/99/lines",
            &["packer"],
        ),
        get(
            "parent absent, item",
            "resource.parent_absent",
            "/orders/99/lines/1",
            &["packer", "owner"],
        ),
        get(
            "parent absent, deep",
            "resource.parent_absent",
            "/orders/17/lines/77/scans",
            &["packer"],
        ),
        send(
            "parent absent, written",
            "resource.parent_absent",
            "POST",
            "/orders/99/lines",
            &["owner"],
            name,
        ),
        call(
            "prefix gone",
            "path.unknown",
            "GET",
            "/orders/17".into(),
            &["packer"],
        ),
        call(
            "half of the prefix",
            "path.unknown",
            "GET",
            "/acme/orders/17".into(),
            &["packer"],
        ),
        get("misspelt", "path.unknown", "/ordres/17", &["packer"]),
        get(
            "misspelt list",
            "path.unknown",
            "/delivery_notes",
            &["packer", "owner"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            "/orders/17/linse",
            &["packer"],
        ),
        get("doubled slash", "path.unknown", "//orders/17", &["packer"]),
        get("capital", "path.unknown", "/Orders/17", &["packer"]),
        get("not here", "path.unknown", "/orders/17", &["packer"]).weather(Weather::NotHere),
        call(
            "ui",
            "path.browser_url",
            "GET",
            "/acme/ui/orders/17".into(),
            &["packer"],
        ),
        call(
            "hash",
            "path.browser_url",
            "GET",
            "/acme/ui#!/orders/17".into(),
            &["packer"],
        ),
        send(
            "cut body",
            "request.malformed_body",
            "POST",
            "/orders",
            &["owner"],
            "{\"name\": ",
        )
        .header("Content-Type: application/json"),
        send(
            "csv",
            "request.content_type",
            "POST",
            "/orders",
            &["owner"],
            "name\nx",
        )
        .header("Content-Type: text/csv"),
        get(
            "order wanted",
            "request.missing_parameter",
            "/stock",
            &["packer"],
        ),
        get(
            "state unknown",
            "request.invalid_parameter",
            "/orders?state=lost",
            &["packer"],
        ),
        get(
            "id of letters",
            "request.invalid_parameter",
            "/orders/abc",
            &["packer"],
        ),
        get(
            "braces",
            "request.bad_url",
            "/orders/{orderId}",
            &["packer"],
        ),
        get(
            "undefined in the path",
            "request.bad_url",
            "/orders/undefined/lines",
            &["packer"],
        ),
        send(
            "name blank",
            "request.validation",
            "POST",
            "/orders",
            &["owner"],
            "{\"name\":\"\"}",
        ),
        send(
            "put",
            "request.wrong_method",
            "PUT",
            "/orders/17",
            &["owner"],
            name,
        ),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/order",
            &["owner"],
            name,
        ),
        send(
            "sent already",
            "request.conflict",
            "POST",
            "/orders/17/cancel",
            &["owner"],
            name,
        ),
        get(
            "filter unread",
            "request.ignored_parameter",
            "/orders?status=open",
            &["packer"],
        ),
        get(
            "limit unread",
            "request.ignored_parameter",
            "/orders?limit=1",
            &["packer"],
        ),
        get("core-url bare", "request.core_url", "/orders", &["packer"]).header("Core-Url: acme"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/orders",
            &["owner"],
            &format!("{{\"name\":\"{}\"}}", "n".repeat(4_000)),
        ),
        get(
            "not built",
            "endpoint.not_implemented",
            "/robots",
            &["packer"],
        ),
        get("old core", "core.outdated", "/pallets", &["packer"]),
        send(
            "old core, written",
            "core.outdated",
            "POST",
            "/pallets",
            &["owner"],
            name,
        ),
        get("version", "version.unsupported", "/orders", &["packer"])
            .header("Api-Version: 2027-01-01"),
        get(
            "version below",
            "version.unsupported",
            "/orders/17/lines/1",
            &["packer", "owner"],
        )
        .header("Api-Version: 2"),
        get("loop", "rate.token", "/orders", &["loop"]),
        get(
            "loop, compared",
            "rate.token",
            "/orders/17",
            &["loop", "owner"],
        ),
        get("everybody", "rate.ip", "/orders", &["packer"]).weather(Weather::AddressLimited),
        get(
            "everybody, compared",
            "rate.ip",
            "/orders/17",
            &["packer", "owner"],
        )
        .weather(Weather::AddressLimited),
        get("broken", "server.error", "/labels", &["packer"]),
        send(
            "broken, written",
            "server.error",
            "POST",
            "/labels",
            &["owner"],
            name,
        ),
        get("away", "upstream.unreachable", "/carriers", &["packer"]),
        get("slow", "upstream.timeout", "/gates", &["packer"]),
        get("gateway page", "gateway.error", "/docks", &["packer"]),
        get("gateway text", "gateway.error", "/cranes", &["packer"]),
        get("wavers", "server.intermittent", "/scales", &["packer"]),
        get("belt", "redirect.loop", "/belt", &["packer"]),
        get("tape", "redirect.refused", "/tape", &["packer"]),
    ]
}
