//! The twelfth world: a library. Errors are lines of Japanese text with a word before them, all
//! else is HAL; UUIDs for tokens; three levels; a bad token is a 403, and a limit is one too.

use super::bearer;
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why};
use serde_json::{Value, json};

fn people(_: i64) -> Vec<Holder> {
    let holder = |name, place: u32, sees| Holder {
        name,
        value: format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            place.wrapping_mul(2_654_435_761),
            place * 977,
            place * 31,
            place * 57,
            u64::from(place) * 987_654_321
        ),
        sees,
        ..Holder::default()
    };
    const CENTRAL: &[&str] = &["libraries/central", "members/m-100"];
    vec![
        Holder {
            writes: true,
            ..holder("chief", 11, &["*"])
        },
        holder("clerk", 12, CENTRAL),
        holder("guest", 13, &[]),
        Holder {
            state: State::Revoked,
            ..holder("former", 14, CENTRAL)
        },
        Holder {
            state: State::Expired,
            ..holder("lapsed", 15, CENTRAL)
        },
        Holder {
            limited: true,
            ..holder("harvester", 16, CENTRAL)
        },
    ]
}

const WAYS: &[Way] = &[
    way("me", "GET", Does::Who),
    way("libraries", "GET POST", Does::Serve),
    way("libraries/*", "GET PATCH", Does::Serve),
    way("libraries/*/shelves", "GET POST", Does::Serve),
    way("libraries/*/shelves/*", "GET DELETE", Does::Serve),
    way("libraries/*/shelves/*/books", "GET POST", Does::Serve),
    way("libraries/*/shelves/*/books/*", "GET PATCH", Does::Serve),
    way("libraries/*/close", "PUT", Does::Clashes),
    way("members", "GET", Does::Serve),
    way("members/*", "GET", Does::Serve),
    Way {
        pattern: "fines",
        methods: "GET POST",
        only: &["chief"],
        does: Does::Serve,
    },
    Way {
        pattern: "fines/*",
        methods: "GET",
        only: &["chief"],
        does: Does::Serve,
    },
    way("loans", "GET", Does::Needs("member_id")),
    way("maps", "GET", Does::Says(Why::NotBuilt)),
    way("scans", "GET", Does::Says(Why::CoreOld)),
    way("catalogues", "GET", Does::Says(Why::Broken)),
    way("couriers", "GET", Does::Says(Why::Unreachable)),
    way("exports", "GET", Does::Says(Why::Slow)),
    way("printers", "GET", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing("libraries/central", &[("title", "中央"), ("floor", "1")]),
    thing("libraries/harbour", &[("title", "港"), ("floor", "2")]),
    thing(
        "libraries/central/shelves/A-3",
        &[("title", "A"), ("kind", "open")],
    ),
    thing(
        "libraries/central/shelves/B-1",
        &[("title", "B"), ("kind", "closed")],
    ),
    thing(
        "libraries/harbour/shelves/H-2",
        &[("title", "H"), ("kind", "open")],
    ),
    thing(
        "libraries/central/shelves/A-3/books/9784003101018",
        &[("title", "こころ")],
    ),
    thing(
        "libraries/central/shelves/A-3/books/9784101010014",
        &[("title", "坊っちゃん")],
    ),
    thing(
        "members/m-100",
        &[("title", "青木"), ("library_id", "central")],
    ),
    thing(
        "members/m-200",
        &[("title", "森"), ("library_id", "harbour")],
    ),
    thing("fines/f-1", &[("title", "100")]),
    Thing {
        archived: true,
        ..thing("libraries/old-mill", &[("title", "旧"), ("floor", "1")])
    },
];

fn says(why: Why, about: &About) -> Said {
    let (status, text) = match why {
        Why::NoToken => (401, "LOGIN 鍵がありません".to_owned()),
        Why::Scheme => (401, "LOGIN ヘッダーが読めません".to_owned()),
        Why::Malformed | Why::Unknown | Why::Revoked | Why::Elsewhere => {
            (403, "KEY 鍵が無効です".to_owned())
        }
        Why::Expired | Why::NotYet => (403, "KEY 鍵は期限切れです".to_owned()),
        Why::Role | Why::Scope => (403, "RIGHT この操作はできません".to_owned()),
        Why::NotFound | Why::Archived | Why::Parent => (404, "NONE 見つかりません".to_owned()),
        Why::Route => (404, "NONE 見つかりません".to_owned()),
        Why::Method => (405, "HOW できません".to_owned()),
        Why::NotBuilt => (501, "LATER このendpointは未実装です".to_owned()),
        Why::CoreOld => (501, "OLD".to_owned()),
        Why::Version => (400, "ASK わかりません".to_owned()),
        Why::CoreUrl => (400, "ASK Core-Urlが正しくありません".to_owned()),
        Why::Json => (400, "ASK 本文が読めません".to_owned()),
        Why::MediaType => (415, "ASK 本文が読めません".to_owned()),
        Why::MissingParameter => (400, format!("ASK {} が必要です", about.name)),
        Why::InvalidParameter => (422, format!("ASK {} の値が正しくありません", about.name)),
        Why::Values => (422, format!("ASK {} が空です", about.name)),
        Why::Conflict => (409, "STATE 閉館中です".to_owned()),
        Why::TooLarge => (413, "ASK 大きすぎます".to_owned()),
        Why::Limit => (429, "WAIT お待ちください".to_owned()),
        Why::Broken => (500, "FAIL 故障です".to_owned()),
        Why::Unreachable => (503, "FAIL Coreに接続できません".to_owned()),
        Why::Slow => (504, "FAIL Coreが応答しません".to_owned()),
    };
    // Every error is JSON that is nothing but a text.
    let mut said = Said::json(status, Value::String(text));
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// A page of nobody in particular.
fn wall() -> Said {
    Said::text(403, "text/plain", "Forbidden by administrative rules.").with("server", "front")
}

fn stranger(_: &str) -> Said {
    Said::text(
        404,
        "text/html",
        "<html><body><h1>It works!</h1></body></html>",
    )
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html";
    match path {
        "/api/seats" => Some(Said::text(
            502,
            html,
            "<html><head><title>502 Bad Gateway</title></head></html>",
        )),
        "/api/lockers" => Some(Said::text(504, "text/plain", "Gateway Timeout")),
        "/api/library" if asked.method == "POST" => {
            Some(Said::text(302, html, "").with("location", "/api/libraries"))
        }
        "/api/branches" => {
            Some(Said::text(308, html, "").with("location", "{other}/api/libraries"))
        }
        "/api/rooms" => Some(Said::text(302, html, "").with("location", "/auth/login")),
        "/auth/login" => Some(Said::text(
            200,
            html,
            "<!doctype html><title>ログイン</title><form><input type=\"password\" name=\"p\"></form>",
        )),
        "/api/stairs" => Some(Said::text(301, html, "").with("location", "/api/stairs")),
        _ if path.starts_with("/opac") => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>OPAC</title></head><body></body></html>",
        )),
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "library",
    prefix: "/api",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"_embedded": {"items": list}, "_links": {"self": {"href": "/"}}, "page": {"totalElements": count}}),
    one: |one| one,
    record: |_, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let mut record: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        record["id"] = json!(id);
        record["state"] = json!(if thing.archived { "ARCHIVED" } else { "OPEN" });
        record["_links"] = json!({"self": {"href": format!("/api/{}", thing.path)}});
        record
    },
    marks: |holder, limited| {
        let mut marks = vec![("x-shelfmark".to_owned(), "s-1".to_owned())];
        if limited && !holder.limited {
            marks.push(("ratelimit-policy".into(), "\"by-ip\";q=30;w=60".into()));
        } else if limited {
            marks.push(("ratelimit".into(), "\"user\";r=0;t=1".into()));
        }
        marks
    },
    filters: &[
        ("kind", &["open", "closed"]),
        ("floor", &[]),
        ("library_id", &[]),
    ],
    strict: false,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22"],
    tenant: "https://city.example",
    skew: Some(0),
    hides: true,
    routes_first: false,
    squeezes: false,
    is_shaped: |value| value.len() == 36 && value.matches('-').count() == 4,
    id_fits: |_| true,
    needs: "title",
    most: 2_000,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    const C: &str = "/libraries/central";
    const A3: &str = "/libraries/central/shelves/A-3";
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", format!("/api{path}"), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, format!("/api{path}"), tokens).data(data)
    };
    let clerk = realm.value("clerk").to_owned();
    let title = "{\"title\":\"新\"}";
    let in_a3 = |rest: &str| format!("{A3}{rest}");
    vec![
        get("fine", "none", &in_a3("/books/9784003101018"), &["clerk"]),
        get(
            "fine list",
            "none",
            &format!("{C}/shelves?kind=open"),
            &["clerk"],
        ),
        get(
            "nothing fits",
            "none",
            "/libraries?floor=9",
            &["clerk", "chief"],
        ),
        get("bare", "token.missing", C, &[]),
        get("in a header", "token.missing", "/libraries", &[]).header("X-Api-Key: {{token:clerk}}"),
        get(
            "in a parameter",
            "token.missing",
            "/libraries?token={{token:clerk}}",
            &[],
        ),
        get("key word", "token.scheme", C, &[]).header("Authorization: Key {{token:clerk}}"),
        get("no word", "token.scheme", "/libraries", &[]).header("Authorization: {{token:clerk}}"),
        get("twice", "token.scheme", "/libraries", &["clerk"]).value(bearer(&clerk)),
        get("quotes", "token.stray_characters", C, &["clerk"]).value(format!("\"{clerk}\"")),
        get(
            "blank behind",
            "token.stray_characters",
            "/libraries",
            &["clerk"],
        )
        .value(format!("{clerk}\u{200b}")),
        get(
            "dash",
            "token.stray_characters",
            "/libraries",
            &["clerk", "chief"],
        )
        .value(clerk.replacen('-', "\u{2010}", 1)),
        get(
            "cut",
            "token.wrong_shape",
            "/libraries",
            &["clerk", "chief"],
        )
        .value(clerk[..30].to_owned()),
        get("template", "token.wrong_shape", C, &["clerk"]).value("{{api_key}}".into()),
        get("former", "token.rejected", "/libraries", &["former"]),
        get("former, item", "token.rejected", A3, &["former"]),
        get(
            "former, compared",
            "token.rejected",
            C,
            &["former", "chief"],
        ),
        send(
            "former, writes",
            "token.rejected",
            "PATCH",
            C,
            &["former"],
            title,
        ),
        get("lapsed", "token.expired", "/libraries", &["lapsed"]),
        get(
            "lapsed, compared",
            "token.expired",
            A3,
            &["lapsed", "chief"],
        ),
        get(
            "another tenant",
            "token.wrong_instance",
            "/libraries",
            &["clerk"],
        )
        .header("Core-Url: https://port.example"),
        get("abroad", "token.wrong_instance", C, &["clerk"]).weather(Weather::Abroad),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/branches",
            &["clerk"],
        ),
        get("fines", "permission.missing_role", "/fines", &["clerk"]),
        get(
            "a fine, compared",
            "permission.missing_role",
            "/fines/f-1",
            &["clerk", "chief"],
        ),
        send(
            "may not change",
            "permission.missing_role",
            "PATCH",
            C,
            &["clerk"],
            title,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            &in_a3("/books"),
            &["clerk", "chief"],
            title,
        ),
        call(
            "may not remove",
            "permission.missing_role",
            "DELETE",
            format!("/api{A3}"),
            &["clerk"],
        ),
        get(
            "guest, list",
            "permission.no_roles",
            "/libraries",
            &["guest"],
        ),
        get("guest, item", "permission.no_roles", C, &["guest"]),
        get(
            "guest, deep",
            "permission.no_roles",
            &in_a3("/books/9784003101018"),
            &["guest"],
        ),
        get(
            "guest, compared",
            "permission.no_roles",
            "/members",
            &["guest", "chief"],
        ),
        get("wall", "permission.edge_block", "/libraries", &["clerk"]).weather(Weather::Walled),
        get(
            "wall, compared",
            "permission.edge_block",
            C,
            &["clerk", "chief"],
        )
        .weather(Weather::Walled),
        get("wall here", "permission.edge_block", A3, &["clerk"]).weather(Weather::WalledHere),
        send(
            "wall against writing",
            "permission.edge_block",
            "PATCH",
            C,
            &["chief"],
            title,
        )
        .weather(Weather::WalledHere),
        get("login", "permission.edge_block", "/rooms", &["clerk"]),
        get(
            "hidden",
            "resource.hidden_by_permission",
            "/libraries/harbour",
            &["clerk", "chief"],
        ),
        get(
            "hidden below",
            "resource.hidden_by_permission",
            "/libraries/harbour/shelves/H-2",
            &["clerk", "chief"],
        ),
        get(
            "hidden list",
            "resource.hidden_by_permission",
            "/libraries/harbour/shelves",
            &["clerk", "chief"],
        ),
        get(
            "filter",
            "resource.hidden_by_permission",
            "/members?library_id=harbour",
            &["clerk"],
        ),
        get(
            "filter, compared",
            "resource.hidden_by_permission",
            "/members?library_id=harbour",
            &["clerk", "chief"],
        ),
        get(
            "absent",
            "resource.absent",
            "/libraries/atlantis",
            &["clerk"],
        ),
        get(
            "absent, compared",
            "resource.absent",
            "/members/m-999",
            &["clerk", "chief"],
        ),
        get(
            "absent below",
            "resource.absent",
            &format!("{C}/shelves/Z-9"),
            &["clerk"],
        ),
        get(
            "absent deep",
            "resource.absent",
            &in_a3("/books/9780000000000"),
            &["clerk", "chief"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PATCH",
            "/libraries/atlantis",
            &["chief"],
            title,
        ),
        get(
            "archived",
            "resource.archived",
            "/libraries/old-mill",
            &["chief"],
        ),
        get(
            "archived above",
            "resource.archived",
            "/libraries/old-mill/shelves",
            &["chief"],
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            "/libraries/atlantis/shelves",
            &["clerk"],
        ),
        get(
            "parent absent, deep",
            "resource.parent_absent",
            &format!("{C}/shelves/Z-9/books"),
            &["clerk"],
        ),
        get(
            "parent absent, deeper",
            "resource.parent_absent",
            "/libraries/atlantis/shelves/A-3/books",
            &["clerk"],
        ),
        send(
            "parent absent, written",
            "resource.parent_absent",
            "POST",
            "/libraries/atlantis/shelves",
            &["chief"],
            title,
        ),
        call("prefix gone", "path.unknown", "GET", C.into(), &["clerk"]),
        get("misspelt", "path.unknown", "/libaries/central", &["clerk"]),
        get(
            "misspelt list",
            "path.unknown",
            "/libary",
            &["clerk", "chief"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            &format!("{C}/shelfs"),
            &["clerk"],
        ),
        get(
            "misspelt deep",
            "path.unknown",
            &in_a3("/volumes"),
            &["clerk", "chief"],
        ),
        get(
            "doubled slash",
            "path.unknown",
            "/libraries//central",
            &["clerk"],
        ),
        get("capital", "path.unknown", "/Libraries/central", &["clerk"]),
        get("not here", "path.unknown", C, &["clerk"]).weather(Weather::NotHere),
        call(
            "opac",
            "path.browser_url",
            "GET",
            "/opac/central".into(),
            &["clerk"],
        ),
        call(
            "hash",
            "path.browser_url",
            "GET",
            "/opac#/central".into(),
            &["clerk"],
        ),
        send(
            "broken",
            "request.malformed_body",
            "PATCH",
            C,
            &["chief"],
            "{\"title\": 新}",
        )
        .header("Content-Type: application/json"),
        send(
            "plain",
            "request.content_type",
            "PATCH",
            C,
            &["chief"],
            "title=x",
        )
        .header("Content-Type: text/plain"),
        get(
            "member wanted",
            "request.missing_parameter",
            "/loans",
            &["clerk"],
        ),
        get(
            "kind unknown",
            "request.invalid_parameter",
            &format!("{C}/shelves?kind=ajar"),
            &["clerk"],
        ),
        get(
            "colon",
            "request.bad_url",
            "/libraries/:libraryId/shelves",
            &["clerk"],
        ),
        get("blank", "request.bad_url", &format!("{C}%20"), &["clerk"]),
        send(
            "title blank",
            "request.validation",
            "POST",
            "/libraries",
            &["chief"],
            "{\"title\":\"\"}",
        ),
        send("put", "request.wrong_method", "PUT", C, &["chief"], title),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/library",
            &["chief"],
            title,
        ),
        send(
            "closed",
            "request.conflict",
            "PUT",
            &format!("{C}/close"),
            &["chief"],
            title,
        ),
        get(
            "filter unread",
            "request.ignored_parameter",
            &format!("{C}/shelves?sort_of=open"),
            &["clerk"],
        ),
        get(
            "core-url bare",
            "request.core_url",
            "/libraries",
            &["clerk"],
        )
        .header("Core-Url: city.example"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/libraries",
            &["chief"],
            &format!("{{\"title\":\"{}\"}}", "n".repeat(3_000)),
        ),
        get("not built", "endpoint.not_implemented", "/maps", &["clerk"]),
        get("old core", "core.outdated", "/scans", &["clerk"]),
        get("version", "version.unsupported", C, &["clerk"]).header("Api-Version: 2030-01-01"),
        get("harvester", "rate.token", "/libraries", &["harvester"]),
        get(
            "harvester, compared",
            "rate.token",
            C,
            &["harvester", "chief"],
        ),
        get("everybody", "rate.ip", "/libraries", &["clerk"]).weather(Weather::AddressLimited),
        get("everybody, compared", "rate.ip", C, &["clerk", "chief"])
            .weather(Weather::AddressLimited),
        get("broken server", "server.error", "/catalogues", &["clerk"]),
        get("away", "upstream.unreachable", "/couriers", &["clerk"]),
        get("slow", "upstream.timeout", "/exports", &["clerk"]),
        get("gateway page", "gateway.error", "/seats", &["clerk"]),
        get("gateway text", "gateway.error", "/lockers", &["clerk"]),
        get("wavers", "server.intermittent", "/printers", &["clerk"]),
        get("stairs", "redirect.loop", "/stairs", &["clerk"]),
    ]
}
