//! The tenth world: a hospital. Errors are fragments, members without the braces around them, in
//! Portuguese and with letters for codes; who asks is looked at before where to; words for many
//! that do not end like one; JWTs with roles and scopes; a firewall that speaks JSON with codes.

use super::bearer;
use crate::worlds::land::{Does, Holder, Land, Realm, Thing, Way, Weather, thing, way};
use crate::worlds::measure::{Broken, call};
use crate::worlds::{About, Said, State, Why, jwt};
use serde_json::{Value, json};

const BEHIND: i64 = -1_500;

fn people(now: i64) -> Vec<Holder> {
    let token = |name: &str, audience: &str, to: i64, scope: &str| {
        jwt(
            json!({"iss": format!("https://entrar.{audience}"), "aud": [format!("https://{audience}/ficha")],
            "sub": name, "iat": now - 3_000, "nbf": now - 3_000, "exp": now + to, "scope": scope}),
        )
    };
    const HOME: &str = "santa-clara.example";
    const ALL: &str = "ward.read ward.write staff.read";
    let holder = |name, sees| Holder {
        name,
        value: token(name, HOME, 3_600, ALL),
        sees,
        ..Holder::default()
    };
    const EAST: &[&str] = &["staff/ana", "ward/east"];
    vec![
        Holder {
            writes: true,
            ..holder("head", &["*"])
        },
        holder("nurse", EAST),
        holder("visitor", &[]),
        Holder {
            state: State::Revoked,
            ..holder("left", EAST)
        },
        Holder {
            state: State::Expired,
            value: token("night", HOME, -900, ALL),
            ..holder("night", EAST)
        },
        Holder {
            state: State::Elsewhere,
            value: token("abroad", "sao-joao.example", 3_600, ALL),
            ..holder("abroad", EAST)
        },
        Holder {
            value: token("student", HOME, 3_600, "ward.read staff.read"),
            scopes: Some(&["read"]),
            writes: true,
            ..holder("student", EAST)
        },
        Holder {
            limited: true,
            ..holder("pump", EAST)
        },
    ]
}

const WAYS: &[Way] = &[
    way("whoami", "GET", Does::Who),
    way("ward", "GET POST", Does::Serve),
    way("ward/*", "GET PUT", Does::Serve),
    way("ward/*/bed", "GET POST", Does::Serve),
    way("ward/*/bed/*", "GET PUT DELETE", Does::Serve),
    way("ward/*/bed/*/chart", "GET", Does::Serve),
    way("ward/*/bed/*/chart/*", "GET", Does::Serve),
    way("staff", "GET POST", Does::Serve),
    way("staff/*", "GET", Does::Serve),
    Way {
        pattern: "payroll",
        methods: "GET",
        only: &["head"],
        does: Does::Serve,
    },
    Way {
        pattern: "payroll/*",
        methods: "GET",
        only: &["head"],
        does: Does::Serve,
    },
    way("ward/*/lock", "POST", Does::Clashes),
    way("rota", "GET", Does::Needs("ward_id")),
    way("triage", "GET POST", Does::Says(Why::NotBuilt)),
    way("allergy", "GET", Does::Says(Why::CoreOld)),
    way("labs", "GET", Does::Says(Why::Broken)),
    way("imaging", "GET", Does::Says(Why::Unreachable)),
    way("pharmacy", "GET", Does::Says(Why::Slow)),
    way("pager", "GET", Does::Wavers),
];

const THINGS: &[Thing] = &[
    thing("ward/east", &[("label", "Leste"), ("level", "2")]),
    thing("ward/west", &[("label", "Oeste"), ("level", "3")]),
    thing("ward/east/bed/e1", &[("label", "E1"), ("state", "free")]),
    thing("ward/east/bed/e2", &[("label", "E2"), ("state", "used")]),
    thing("ward/west/bed/w1", &[("label", "W1"), ("state", "free")]),
    thing("ward/east/bed/e1/chart/c-20", &[("label", "Chart")]),
    thing("staff/ana", &[("label", "Ana"), ("ward_id", "east")]),
    thing("staff/rui", &[("label", "Rui"), ("ward_id", "west")]),
    thing("payroll/p-1", &[("label", "P")]),
    Thing {
        archived: true,
        ..thing("ward/attic", &[("label", "Sótão"), ("level", "9")])
    },
];

fn says(why: Why, about: &About) -> Said {
    let (status, code, title, detail) = match why {
        Why::NoToken => (401, "A001", "Acesso", "É preciso entrar."),
        Why::Scheme => (401, "A002", "Acesso", "O cabeçalho não se entende."),
        Why::Malformed | Why::Unknown | Why::Revoked | Why::Elsewhere => {
            (401, "A003", "Acesso", "A ficha não foi aceite.")
        }
        Why::Expired | Why::NotYet => (401, "A003", "Acesso", "A ficha não foi aceite."),
        Why::Role => (403, "B001", "Ficha expirada", "Não é possível."),
        Why::Scope => (
            403,
            "B002",
            "Ficha expirada",
            "Não é possível com esta ficha.",
        ),
        Why::NotFound | Why::Archived | Why::Parent => (404, "C001", "Nada", "Não há nada aqui."),
        Why::Route => (404, "C002", "Nada", "Não há nada aqui."),
        Why::Method => (405, "C003", "Modo", "Assim não."),
        Why::NotBuilt => (405, "C004", "Modo", "Isto ainda não foi implementado."),
        Why::CoreOld => (405, "C005", "Modo", "O Core (v3.92.1) ainda não tem isto."),
        Why::Version => (400, "D001", "Pedido", "O pedido não se entende."),
        Why::CoreUrl => (400, "D002", "Pedido", "Core-Url tem de ser um endereço."),
        Why::Json => (400, "D003", "Pedido", "O conteúdo não se lê."),
        Why::MediaType => (415, "D004", "Pedido", "O conteúdo não se lê."),
        Why::MissingParameter => (400, "D005", "Pedido", "Falta alguma coisa: ward_id."),
        Why::InvalidParameter => (422, "D006", "Pedido", "Há um valor que não serve."),
        Why::Values => (422, "D007", "Pedido", "Há um valor que não serve."),
        Why::Conflict => (409, "D008", "Pedido", "A ala já está fechada."),
        Why::TooLarge => (413, "D009", "Pedido", "É demasiado."),
        Why::Limit => (429, "E001", "Calma", "Espere um pouco."),
        Why::Broken => (500, "F001", "Avaria", "Alguma coisa avariou."),
        Why::Unreachable => (503, "F002", "Avaria", "O Core não responde à chamada."),
        Why::Slow => (504, "F003", "Avaria", "O Core demora."),
    };
    let mut error = json!({"title": title, "detail": detail, "code": code});
    match why {
        Why::Values => error["source"] = json!({"pointer": format!("/{}", about.name)}),
        Why::InvalidParameter => error["source"] = json!({"parameter": about.name}),
        _ => {}
    }
    // As a page of documentation prints it: the list without the object around it.
    let mut said = Said::text(
        status,
        "application/json",
        &format!("\"errors\": [{error}]"),
    );
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// A firewall that speaks like an API.
fn wall() -> Said {
    Said::json(
        403,
        json!({"code": "ACCESS_DENIED", "message": "Your request did not pass our checks.", "requestId": "b7-11"}),
    )
}

fn stranger(_: &str) -> Said {
    Said::text(404, "text/plain; charset=utf-8", "Cannot GET that")
}

fn before(asked: &crate::faults::Asked, path: &str) -> Option<Said> {
    let html = "text/html";
    match path {
        "/ficha/1.0/menu" => Some(Said::text(
            502,
            html,
            "<html><body><h1>Bad Gateway</h1><p>The proxy server received an invalid response.</p></body></html>",
        )),
        "/ficha/1.0/laundry" => Some(Said::text(503, "text/plain", "upstream request timeout")),
        "/ficha/1.0/wards" if asked.method == "POST" => {
            Some(Said::text(301, html, "").with("location", "/ficha/1.0/ward"))
        }
        "/ficha/1.0/chapel" => {
            Some(Said::text(302, html, "").with("location", "{other}/ficha/1.0/ward"))
        }
        "/ficha/1.0/parking" => Some(Said::text(302, html, "").with("location", "/saml/start")),
        "/saml/start" => Some(Said::text(
            200,
            html,
            "<!doctype html><title>Iniciar sessão</title><form method=post action=/saml><input type=\"password\"></form>",
        )),
        "/ficha/1.0/kiosk" => Some(Said::text(403, "text/plain", "RBAC: access denied")),
        "/ficha/1.0/lift" => Some(Said::text(302, html, "").with("location", "/ficha/1.0/lift?up")),
        _ if path.starts_with("/painel") => Some(Said::text(
            200,
            html,
            "<!doctype html><html><head><title>Painel</title></head><body><div id=root></div></body></html>",
        )),
        // One slash too many is taken away, and the caller sent on.
        _ if path.contains("//") => {
            let clean = path.replace("//", "/");
            Some(Said::text(308, html, "").with("location", &clean))
        }
        _ => None,
    }
}

pub static LAND: Land = Land {
    name: "hospital",
    prefix: "/ficha/1.0",
    ways: WAYS,
    things: THINGS,
    people,
    says,
    wall,
    stranger,
    list: |list, count| json!({"total": count, "rows": list}),
    one: |one| json!({"row": one}),
    record: |_, thing| {
        let id = thing.path.rsplit('/').next().unwrap_or_default();
        let mut record: Value = thing.fields.iter().map(|(n, v)| (*n, *v)).collect();
        record["key"] = json!(id);
        record["lifecycle"] = json!(if thing.archived { "archived" } else { "active" });
        record
    },
    marks: |holder, limited| {
        let mut marks = vec![("x-ficha-trace".to_owned(), "t1".to_owned())];
        if holder.limited {
            marks.push(("x-limit-subject".into(), "bearer".into()));
            marks.push(("x-rate-limit-remaining".into(), "0".into()));
        } else if limited {
            marks.push(("x-rate-limit-subject".into(), "address".into()));
        }
        marks
    },
    filters: &[
        ("state", &["free", "used"]),
        ("level", &[]),
        ("ward_id", &[]),
    ],
    strict: false,
    archived: Some(("archived", "true")),
    versions: &["2022-02-22", "2023-11-01"],
    tenant: "https://santa-clara.example",
    skew: Some(BEHIND),
    hides: true,
    routes_first: false,
    squeezes: false,
    is_shaped: |_| true,
    id_fits: |_| true,
    needs: "label",
    most: 2_500,
    before,
};

pub fn cases(realm: &Realm) -> Vec<Broken> {
    let get = |label, truth, path: &str, tokens: &[&'static str]| {
        call(label, truth, "GET", format!("/ficha/1.0{path}"), tokens)
    };
    let send = |label, truth, method, path: &str, tokens: &[&'static str], data: &str| {
        call(label, truth, method, format!("/ficha/1.0{path}"), tokens).data(data)
    };
    let nurse = realm.value("nurse").to_owned();
    let label = "{\"label\":\"Nova\"}";
    vec![
        get("fine", "none", "/ward/east/bed/e1", &["nurse"]),
        get("fine list", "none", "/ward/east/bed?state=free", &["nurse"]),
        get("fine, led on", "none", "/ward//east", &["nurse"]),
        get("nothing fits", "none", "/ward?level=3", &["nurse"]),
        get("bare", "token.missing", "/ward", &[]),
        get("bare, below", "token.missing", "/ward/east/bed/e1", &[]),
        get("in a header", "token.missing", "/ward", &[]).header("X-Access-Token: {{token:nurse}}"),
        send(
            "bare, written",
            "token.missing",
            "PUT",
            "/ward/east",
            &[],
            label,
        ),
        get("token word", "token.scheme", "/ward/east", &[])
            .header("Authorization: Token {{token:nurse}}"),
        get("no word", "token.scheme", "/ward", &[]).header("Authorization: {{token:nurse}}"),
        get("colon", "token.scheme", "/ward", &["nurse"]).value(format!("Bearer: {nurse}")),
        get("twice", "token.scheme", "/ward/east", &["nurse"]).value(bearer(&nurse)),
        get("escaped end", "token.stray_characters", "/ward", &["nurse"])
            .value(format!("{nurse}\\n")),
        get(
            "no-break space",
            "token.stray_characters",
            "/ward/east",
            &["nurse"],
        )
        .value(format!("{nurse}\u{a0}")),
        get(
            "backticks",
            "token.stray_characters",
            "/ward",
            &["nurse", "head"],
        )
        .value(format!("`{nurse}`")),
        get("two parts", "token.wrong_shape", "/ward", &["nurse"])
            .value(nurse.rsplit_once('.').unwrap().0.to_owned()),
        get(
            "cut in the middle",
            "token.wrong_shape",
            "/ward/east",
            &["nurse", "head"],
        )
        .value(nurse[..nurse.len() / 2].to_owned()),
        get("dots", "token.wrong_shape", "/ward", &["nurse"]).value(format!("{}...", &nurse[..30])),
        get("variable", "token.wrong_shape", "/ward", &["nurse"]).value("$FICHA_TOKEN".into()),
        get("night", "token.expired", "/ward", &["night"]),
        get(
            "night, compared",
            "token.expired",
            "/ward/east/bed/e1",
            &["night", "head"],
        ),
        call(
            "night, removes",
            "token.expired",
            "DELETE",
            "/ficha/1.0/ward/east/bed/e1".into(),
            &["night"],
        ),
        get(
            "abroad's",
            "token.wrong_instance",
            "/ward/east",
            &["abroad", "nurse"],
        ),
        get(
            "abroad's, list",
            "token.wrong_instance",
            "/ward",
            &["abroad", "head"],
        ),
        send(
            "abroad's, writes",
            "token.wrong_instance",
            "PUT",
            "/ward/east",
            &["abroad", "head"],
            label,
        ),
        get(
            "core of another",
            "token.wrong_instance",
            "/ward",
            &["nurse"],
        )
        .header("Core-Url: https://sao-joao.example"),
        get(
            "sent abroad",
            "token.wrong_instance",
            "/ward/east",
            &["nurse"],
        )
        .weather(Weather::Abroad),
        get("left", "token.rejected", "/ward", &["left"]),
        get(
            "left, compared",
            "token.rejected",
            "/ward/east",
            &["left", "head"],
        ),
        send(
            "left, writes",
            "token.rejected",
            "POST",
            "/ward",
            &["left"],
            label,
        ),
        get(
            "lost on the way",
            "token.dropped_on_redirect",
            "/chapel",
            &["nurse"],
        ),
        get("payroll", "permission.missing_role", "/payroll", &["nurse"]),
        get(
            "payroll, compared",
            "permission.missing_role",
            "/payroll/p-1",
            &["nurse", "head"],
        ),
        send(
            "may not write",
            "permission.missing_role",
            "PUT",
            "/ward/east",
            &["nurse"],
            label,
        ),
        send(
            "may not add",
            "permission.missing_role",
            "POST",
            "/ward/east/bed",
            &["nurse", "head"],
            label,
        ),
        call(
            "may not remove",
            "permission.missing_role",
            "DELETE",
            "/ficha/1.0/ward/east/bed/e1".into(),
            &["nurse"],
        ),
        send(
            "scope",
            "permission.missing_scope",
            "PUT",
            "/ward/east",
            &["student"],
            label,
        ),
        send(
            "scope, compared",
            "permission.missing_scope",
            "POST",
            "/ward",
            &["student", "head"],
            label,
        ),
        call(
            "scope, removes",
            "permission.missing_scope",
            "DELETE",
            "/ficha/1.0/ward/east/bed/e2".into(),
            &["student"],
        ),
        get(
            "visitor, list",
            "permission.no_roles",
            "/ward",
            &["visitor"],
        ),
        get(
            "visitor, item",
            "permission.no_roles",
            "/ward/east",
            &["visitor"],
        ),
        get(
            "visitor, deep",
            "permission.no_roles",
            "/ward/east/bed/e1",
            &["visitor"],
        ),
        get(
            "visitor, compared",
            "permission.no_roles",
            "/staff",
            &["visitor", "head"],
        ),
        get("wall", "permission.edge_block", "/ward", &["nurse"]).weather(Weather::Walled),
        get(
            "wall, compared",
            "permission.edge_block",
            "/ward/east",
            &["nurse", "head"],
        )
        .weather(Weather::Walled),
        get(
            "wall here",
            "permission.edge_block",
            "/ward/east",
            &["nurse"],
        )
        .weather(Weather::WalledHere),
        get(
            "wall here, compared",
            "permission.edge_block",
            "/ward/east/bed",
            &["nurse", "head"],
        )
        .weather(Weather::WalledHere),
        get("mesh", "permission.edge_block", "/kiosk", &["nurse"]),
        get("login", "permission.edge_block", "/parking", &["nurse"]),
        get(
            "hidden",
            "resource.hidden_by_permission",
            "/ward/west",
            &["nurse", "head"],
        ),
        get(
            "hidden below",
            "resource.hidden_by_permission",
            "/ward/west/bed/w1",
            &["nurse", "head"],
        ),
        get(
            "hidden list below",
            "resource.hidden_by_permission",
            "/ward/west/bed",
            &["nurse", "head"],
        ),
        get(
            "filter",
            "resource.hidden_by_permission",
            "/staff?ward_id=west",
            &["nurse", "head"],
        ),
        get("absent", "resource.absent", "/ward/north", &["nurse"]),
        get(
            "absent, compared",
            "resource.absent",
            "/staff/eva",
            &["nurse", "head"],
        ),
        get(
            "absent below",
            "resource.absent",
            "/ward/east/bed/e9",
            &["nurse"],
        ),
        get(
            "absent deep",
            "resource.absent",
            "/ward/east/bed/e1/chart/c-99",
            &["nurse", "head"],
        ),
        send(
            "absent, written",
            "resource.absent",
            "PUT",
            "/ward/east/bed/e9",
            &["head"],
            label,
        ),
        get("archived", "resource.archived", "/ward/attic", &["head"]),
        get(
            "archived above",
            "resource.archived",
            "/ward/attic/bed",
            &["head"],
        ),
        get(
            "archived, compared",
            "resource.archived",
            "/ward/attic",
            &["head", "nurse"],
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            "/ward/north/bed",
            &["nurse"],
        ),
        get(
            "parent absent, deep",
            "resource.parent_absent",
            "/ward/north/bed/e1/chart",
            &["nurse"],
        ),
        get(
            "parent absent, compared",
            "resource.parent_absent",
            "/ward/east/bed/e9/chart",
            &["nurse", "head"],
        ),
        call(
            "prefix gone",
            "path.unknown",
            "GET",
            "/ward/east".into(),
            &["nurse"],
        ),
        call(
            "version wrong",
            "path.unknown",
            "GET",
            "/ficha/2.0/ward/east".into(),
            &["nurse"],
        ),
        get("misspelt", "path.unknown", "/wrad/east", &["nurse"]),
        get(
            "misspelt, compared",
            "path.unknown",
            "/staf",
            &["nurse", "head"],
        ),
        get(
            "misspelt below",
            "path.unknown",
            "/ward/east/beds",
            &["nurse"],
        ),
        get("capital", "path.unknown", "/Ward/east", &["nurse"]),
        get("not here", "path.unknown", "/ward/east", &["nurse"]).weather(Weather::NotHere),
        call(
            "panel",
            "path.browser_url",
            "GET",
            "/painel/ward/east".into(),
            &["nurse"],
        ),
        call(
            "hash",
            "path.browser_url",
            "GET",
            "/painel#/ward/east".into(),
            &["nurse"],
        ),
        send(
            "no json",
            "request.malformed_body",
            "PUT",
            "/ward/east",
            &["head"],
            "{'label': 'x'}",
        )
        .header("Content-Type: application/json"),
        send(
            "form",
            "request.content_type",
            "POST",
            "/ward",
            &["head"],
            "label=x",
        )
        .header("Content-Type: application/x-www-form-urlencoded"),
        get(
            "ward wanted",
            "request.missing_parameter",
            "/rota",
            &["nurse"],
        ),
        get(
            "state unknown",
            "request.invalid_parameter",
            "/ward/east/bed?state=empty",
            &["nurse"],
        ),
        get(
            "braces",
            "request.bad_url",
            "/ward/{{ward}}/bed".replace("{{ward}}", "{ward}").as_str(),
            &["nurse"],
        ),
        get("null", "request.bad_url", "/ward/null", &["nurse"]),
        get("blank", "request.bad_url", "/ward/east%20", &["nurse"]),
        send(
            "label blank",
            "request.validation",
            "PUT",
            "/ward/east",
            &["head"],
            "{\"label\":\"\"}",
        ),
        send(
            "patch",
            "request.wrong_method",
            "PATCH",
            "/ward/east",
            &["head"],
            label,
        ),
        send(
            "turned",
            "request.wrong_method",
            "POST",
            "/wards",
            &["head"],
            label,
        ),
        send(
            "locked",
            "request.conflict",
            "POST",
            "/ward/east/lock",
            &["head"],
            label,
        ),
        get(
            "filter unread",
            "request.ignored_parameter",
            "/ward/east/bed?stat=free",
            &["nurse"],
        ),
        get("core-url bare", "request.core_url", "/ward", &["nurse"])
            .header("Core-Url: santa-clara.example"),
        send(
            "large",
            "request.too_large",
            "POST",
            "/ward",
            &["head"],
            &format!("{{\"label\":\"{}\"}}", "n".repeat(3_000)),
        ),
        get(
            "not built",
            "endpoint.not_implemented",
            "/triage",
            &["nurse"],
        ),
        send(
            "not built, written",
            "endpoint.not_implemented",
            "POST",
            "/triage",
            &["head"],
            label,
        ),
        get("old core", "core.outdated", "/allergy", &["nurse"]),
        get("version", "version.unsupported", "/ward", &["nurse"])
            .header("Api-Version: 2018-01-01"),
        get(
            "version below",
            "version.unsupported",
            "/ward/east/bed/e1",
            &["nurse", "head"],
        )
        .header("Api-Version: latest"),
        get("pump", "rate.token", "/ward", &["pump"]),
        get(
            "pump, compared",
            "rate.token",
            "/ward/east",
            &["pump", "head"],
        ),
        get("everybody", "rate.ip", "/ward", &["nurse"]).weather(Weather::AddressLimited),
        get(
            "everybody, compared",
            "rate.ip",
            "/ward/east",
            &["nurse", "head"],
        )
        .weather(Weather::AddressLimited),
        get("broken", "server.error", "/labs", &["nurse"]),
        get("away", "upstream.unreachable", "/imaging", &["nurse"]),
        get("slow", "upstream.timeout", "/pharmacy", &["nurse"]),
        get("gateway page", "gateway.error", "/menu", &["nurse"]),
        get("gateway text", "gateway.error", "/laundry", &["nurse"]),
        get("wavers", "server.intermittent", "/pager", &["nurse"]),
        get("lift", "redirect.loop", "/lift", &["nurse"]),
    ]
}
