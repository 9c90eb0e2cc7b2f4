//! How the worlds look from outside.

use super::{About, Kind, Said, Style, Why};
use serde_json::{Value, json};

fn number(id: u32) -> String {
    id.to_string()
}

fn marked(id: u32) -> String {
    format!("pl-{id:04}")
}

fn uuid(id: u32) -> String {
    format!("{:08x}-1111-4222-8333-{:012x}", id + 0xa000, id)
}

fn data(list: Vec<Value>) -> Value {
    json!({"data": list, "links": {"next": null}, "meta": {"page": {"number": 1, "total": null}}})
}

fn data_one(one: Value) -> Value {
    json!({"data": one})
}

fn bare(list: Vec<Value>) -> Value {
    Value::Array(list)
}

fn bare_one(one: Value) -> Value {
    one
}

fn items(list: Vec<Value>) -> Value {
    let count = list.len();
    json!({"items": list, "count": count})
}

/// JSON:API with codes of its own, and a 401 for what is really a missing role.
fn acme(why: Why, about: &About) -> Said {
    let (status, code, title) = match why {
        Why::NoToken | Why::Scheme | Why::Malformed | Why::Unknown | Why::Revoked => {
            (401, "unauthorized", "Unauthorized")
        }
        Why::Expired => (401, "token_expired", "Unauthorized"),
        Why::NotYet => (401, "token_not_yet_valid", "Unauthorized"),
        Why::Elsewhere => (401, "unauthorized", "Unauthorized"),
        Why::Role => (401, "unauthorized", "Session expired"),
        Why::Scope => (403, "insufficient_scope", "Forbidden"),
        Why::NotFound | Why::Archived | Why::Parent | Why::Route => (404, "not_found", "Not Found"),
        Why::Method => (405, "method_not_allowed", "Method Not Allowed"),
        Why::NotBuilt => (500, "internal_server_error", "Internal Server Error"),
        Why::CoreOld => (405, "method_not_allowed", "Method Not Allowed"),
        Why::Version => (404, "not_found", "Not Found"),
        Why::CoreUrl => (400, "bad_request", "Bad Request"),
        Why::Json | Why::MissingParameter => (400, "bad_request", "Bad Request"),
        Why::MediaType => (415, "unsupported_media_type", "Unsupported Media Type"),
        Why::InvalidParameter | Why::Values => {
            (422, "unprocessable_entity", "Unprocessable Entity")
        }
        Why::Conflict => (409, "conflict", "Conflict"),
        Why::TooLarge => (413, "payload_too_large", "Payload Too Large"),
        Why::Limit => (429, "too_many_requests", "Too Many Requests"),
        Why::Broken => (500, "internal_server_error", "Internal Server Error"),
        Why::Unreachable => (503, "service_unavailable", "Service Unavailable"),
        Why::Slow => (504, "gateway_timeout", "Gateway Timeout"),
    };
    let detail = match why {
        Why::NotBuilt => "This endpoint has not been implemented yet.",
        Why::CoreOld => "Core does not support this. Its version is v3.80.0.",
        Why::CoreUrl => "The Core-Url header must be an absolute address.",
        _ => "Please see the documentation.",
    };
    let mut error = json!({"title": title, "detail": detail, "code": code});
    if !about.pointer.is_empty() {
        error["source"] = json!({"pointer": about.pointer});
    } else if !about.name.is_empty() {
        error["source"] = json!({"parameter": about.name});
    }
    let mut said = Said::json(status, json!({"errors": [error]}));
    if why == Why::Limit {
        said = said.with("retry-after", "1");
    }
    said
}

/// RFC 9457 in German, without codes; bad tokens are a 403 with a challenge.
fn globex(why: Why, about: &About) -> Said {
    let (status, title, detail) = match why {
        Why::NoToken => (401, "Nicht angemeldet", "Es wurde kein Token mitgeschickt."),
        Why::Scheme => (401, "Nicht angemeldet", "Die Anmeldung ist nicht lesbar."),
        Why::Malformed
        | Why::Unknown
        | Why::Revoked
        | Why::Expired
        | Why::NotYet
        | Why::Elsewhere => (
            403,
            "Zugriff verweigert",
            "Der Token ist ungültig oder abgelaufen.",
        ),
        Why::Role => (
            403,
            "Zugriff verweigert",
            "Dafür fehlt Ihnen die Berechtigung.",
        ),
        Why::Scope => (
            403,
            "Zugriff verweigert",
            "Der Token reicht dafür nicht aus.",
        ),
        Why::NotFound | Why::Archived | Why::Parent => {
            (404, "Nicht gefunden", "Der Eintrag wurde nicht gefunden.")
        }
        Why::Route => (404, "Nicht gefunden", "Diese Adresse gibt es nicht."),
        Why::Method => (405, "Nicht erlaubt", "Diese Methode gibt es hier nicht."),
        Why::NotBuilt => (
            500,
            "Fehler",
            "Diese Funktion ist noch nicht implementiert.",
        ),
        Why::CoreOld => (501, "Fehler", "Das geht hier nicht."),
        Why::Version => (400, "Falsche Anfrage", "Die Anfrage ist fehlerhaft."),
        Why::CoreUrl => (400, "Falsche Anfrage", "Core-Url ist keine Adresse."),
        Why::Json => (400, "Falsche Anfrage", "Der Inhalt ist nicht lesbar."),
        Why::MediaType => (
            415,
            "Falsche Anfrage",
            "Dieser Inhalt wird nicht angenommen.",
        ),
        Why::MissingParameter => (400, "Falsche Anfrage", "Angabe fehlt: runbook_id"),
        Why::InvalidParameter => (400, "Falsche Anfrage", "Der Wert ist nicht erlaubt."),
        Why::Values => (422, "Falsche Werte", "Die Angaben sind unvollständig."),
        Why::Conflict => (409, "Konflikt", "Der Zustand erlaubt das nicht."),
        Why::TooLarge => (413, "Zu groß", "Der Inhalt ist zu groß."),
        Why::Limit => (429, "Zu viel", "Zu viele Anfragen."),
        Why::Broken => (500, "Fehler", "Ein unerwarteter Fehler ist aufgetreten."),
        Why::Unreachable => (503, "Gestört", "Der Dienst dahinter ist nicht erreichbar."),
        Why::Slow => (504, "Gestört", "Der Dienst dahinter antwortet nicht."),
    };
    let mut problem =
        json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
    if why == Why::Values {
        problem["errors"] = json!([{"pointer": format!("#{}", about.pointer), "detail": "fehlt"}]);
    }
    let mut said = Said::json(status, problem);
    said.headers = vec![("content-type".into(), "application/problem+json".into())];
    match why {
        Why::NoToken => said.with("www-authenticate", "Bearer"),
        Why::Malformed
        | Why::Unknown
        | Why::Revoked
        | Why::Expired
        | Why::NotYet
        | Why::Elsewhere => said.with("www-authenticate", "Bearer error=\"invalid_token\""),
        Why::Scope => said.with(
            "www-authenticate",
            "Bearer error=\"insufficient_scope\", scope=\"write\"",
        ),
        Why::Limit => said
            .with("retry-after", "1")
            .with("x-ratelimit-limit", "10"),
        _ => said,
    }
}

/// French, with numbers for codes; whatever is not there or not allowed looks alike.
fn initech(why: Why, about: &About) -> Said {
    let (status, code, message) = match why {
        Why::NoToken => (401, "E-4010", "Authentification requise."),
        Why::Scheme | Why::Malformed => (401, "E-4011", "Authentification impossible."),
        Why::Unknown | Why::Revoked | Why::Elsewhere => (401, "E-4012", "Jeton refusé."),
        Why::Expired | Why::NotYet => (401, "E-4013", "Le jeton a expiré."),
        Why::Role => (403, "E-4030", "Action refusée."),
        Why::Scope => (403, "E-4031", "La portée (scope) ne suffit pas."),
        Why::NotFound | Why::Archived | Why::Parent => (404, "E-4040", "Introuvable."),
        Why::Route => (404, "E-4049", "Aucune ressource à cette adresse."),
        Why::Method => (405, "E-4050", "Méthode refusée."),
        Why::NotBuilt => (
            500,
            "E-5001",
            "Cette fonction n'est pas encore implémentée.",
        ),
        Why::CoreOld => (501, "E-5010", "Mettez Core à jour."),
        Why::Version => (406, "E-4060", "Cette demande n'est pas possible."),
        Why::CoreUrl => (400, "E-4008", "En-tête Core-Url inutilisable."),
        Why::Json => (400, "E-4001", "Contenu illisible."),
        Why::MediaType => (415, "E-4150", "Contenu refusé."),
        Why::MissingParameter => (400, "E-4002", "Paramètre requis : runbook_id"),
        Why::InvalidParameter => (400, "E-4003", "Valeur refusée."),
        Why::Values => (400, "E-4004", "Valeurs refusées."),
        Why::Conflict => (409, "E-4090", "État incompatible."),
        Why::TooLarge => (413, "E-4130", "Contenu trop grand."),
        Why::Limit => (429, "E-4290", "Trop de requêtes pour ce jeton."),
        Why::Broken => (500, "E-5000", "Erreur interne."),
        Why::Unreachable => (503, "E-5030", "Service indisponible."),
        Why::Slow => (504, "E-5040", "Délai dépassé."),
    };
    let mut error = json!({"error": {"code": code, "message": message}});
    if why == Why::Values {
        error["error"]["field"] = json!(about.name);
    }
    Said::json(status, error)
}

/// Words only, misleading titles, empty bodies, and odd statuses.
fn umbrella(why: Why, about: &About) -> Said {
    let (status, error) = match why {
        Why::NoToken => (401, ""),
        Why::Scheme | Why::Malformed | Why::Unknown | Why::Revoked | Why::Elsewhere => (401, ""),
        Why::Expired | Why::NotYet => (401, "Your session has expired"),
        Why::Role => (403, "Token expired or invalid"),
        Why::Scope => (403, "missing scope: runbooks.write"),
        Why::NotFound | Why::Archived | Why::Parent => (404, ""),
        Why::Route => (404, "no route"),
        Why::Method => (405, "nope"),
        Why::NotBuilt => (500, "not implemented"),
        Why::CoreOld => (405, "needs core 2026.13.0 or newer"),
        Why::Version => (410, "gone"),
        Why::CoreUrl => (400, "core-url is malformed"),
        Why::Json => (400, "bad request"),
        Why::MediaType => (400, "bad request"),
        Why::MissingParameter => (400, "runbook_id is required"),
        Why::InvalidParameter => (422, "stage: unknown value"),
        Why::Values => (422, "name can't be blank"),
        Why::Conflict => (409, "already running"),
        Why::TooLarge => (413, "too big"),
        Why::Limit => (429, "slow down"),
        Why::Broken => (500, "oops"),
        Why::Unreachable => (503, "upstream is away"),
        Why::Slow => (504, "upstream took too long"),
    };
    let _ = about;
    if error.is_empty() {
        return Said::text(status, "text/plain", "");
    }
    Said::json(status, json!({"title": "Unauthorized", "error": error}))
}

/// Always 200: what went wrong stands inside, with codes in camel case.
fn hooli(why: Why, about: &About) -> Said {
    let (code, text) = match why {
        Why::NoToken => ("auth.missingToken", "Hello?"),
        Why::Scheme => ("auth.invalidScheme", "Hello?"),
        Why::Malformed | Why::Unknown => ("auth.invalidToken", "Who?"),
        Why::Revoked => ("auth.tokenRevoked", "Who?"),
        Why::Expired => ("auth.tokenExpired", "Too late."),
        Why::NotYet => ("auth.tokenNotYetValid", "Too early."),
        Why::Elsewhere => ("auth.audienceMismatch", "Not here."),
        Why::Role => ("access.roleRequired", "Token expired."),
        Why::Scope => ("access.insufficientScope", "No."),
        Why::NotFound | Why::Archived | Why::Parent => ("resource.notFound", "No."),
        Why::Route => ("routing.unknownPath", "No."),
        Why::Method => ("routing.methodNotAllowed", "No."),
        Why::NotBuilt => ("endpointNotImplemented", "Soon."),
        Why::CoreOld => ("coreVersionTooOld", "Old."),
        Why::Version => ("unsupportedApiVersion", "No."),
        Why::CoreUrl => ("invalidCoreUrl", "No."),
        Why::Json => ("body.invalidJson", "No."),
        Why::MediaType => ("unsupportedMediaType", "No."),
        Why::MissingParameter => ("missingQueryParameter", "No."),
        Why::InvalidParameter => ("invalidQueryParameter", "No."),
        Why::Values => ("validationFailed", "No."),
        Why::Conflict => ("stateConflict", "No."),
        Why::TooLarge => ("payloadTooLarge", "No."),
        Why::Limit => ("rateLimit.tokenExceeded", "Easy."),
        Why::Broken => ("internalError", "Oops."),
        Why::Unreachable => ("upstreamUnavailable", "Away."),
        Why::Slow => ("upstreamTimeout", "Slow."),
    };
    let mut error = json!({"message": text, "extensions": {"code": code}});
    if why == Why::Values {
        error["path"] = json!([about.name]);
    }
    Said::json(200, json!({"data": null, "errors": [error]}))
}

/// Shouted codes; a bad token is a 403.
fn stark(why: Why, about: &About) -> Said {
    let (status, code, text) = match why {
        Why::NoToken
        | Why::Scheme
        | Why::Malformed
        | Why::Unknown
        | Why::Revoked
        | Why::Elsewhere => (403, "ACCESS_REFUSED", "Forbidden"),
        Why::Expired | Why::NotYet => (403, "TOKEN_EXPIRED", "Forbidden"),
        Why::Role => (403, "NOT_PERMITTED", "Forbidden"),
        Why::Scope => (403, "SCOPE_MISSING", "Forbidden"),
        Why::NotFound | Why::Archived | Why::Parent => (404, "NOTHING_HERE", "Not found"),
        Why::Route => (404, "NO_SUCH_ENDPOINT", "Not found"),
        Why::Method => (405, "METHOD", "Not allowed"),
        Why::NotBuilt => (405, "NOT_IMPLEMENTED", "Not allowed"),
        Why::CoreOld => (405, "UPGRADE_CORE", "Not allowed"),
        Why::Version => (400, "BAD_VERSION", "Bad request"),
        Why::CoreUrl => (400, "CORE_URL", "Bad request"),
        Why::Json => (400, "UNPARSEABLE", "Bad request"),
        Why::MediaType => (415, "MEDIA_TYPE", "Bad request"),
        Why::MissingParameter => (422, "REQUIRED_PARAM", "Bad request"),
        Why::InvalidParameter => (422, "BAD_PARAM", "Bad request"),
        Why::Values => (422, "BAD_VALUE", "Bad request"),
        Why::Conflict => (422, "WRONG_STATE", "Bad request"),
        Why::TooLarge => (413, "TOO_BIG", "Bad request"),
        Why::Limit => (429, "TOO_FAST", "Slow down"),
        Why::Broken => (500, "CRASH", "Error"),
        Why::Unreachable => (502, "BACKEND_DOWN", "Error"),
        Why::Slow => (504, "BACKEND_TIMEOUT", "Error"),
    };
    let mut body = json!({"ok": false, "error_code": code, "msg": text});
    if !about.pointer.is_empty() {
        body["field"] = json!(about.pointer.trim_start_matches('/'));
    } else if !about.name.is_empty() {
        body["param"] = json!(about.name);
    }
    Said::json(status, body)
}

fn result(list: Vec<Value>) -> Value {
    json!({"ok": true, "data": {"items": list, "cursor": null}})
}

fn result_one(one: Value) -> Value {
    json!({"ok": true, "result": one})
}

fn coded(id: u32) -> String {
    format!("RB{id:03}X")
}

pub fn all() -> Vec<Style> {
    vec![
        Style {
            name: "acme",
            prefix: "/core",
            nouns: ["workspaces", "runbooks", "tasks"],
            id: number,
            says: acme,
            list: data,
            one: data_one,
            nested: true,
            who_am_i: Some("users/me"),
            token: Kind::Hex,
            skew: Some(0),
            hides: true,
            archived_filter: Some("archived"),
            routes_first: true,
        },
        Style {
            name: "globex",
            prefix: "/core",
            nouns: ["workspaces", "runbooks", "tasks"],
            id: number,
            says: globex,
            list: items,
            one: bare_one,
            nested: false,
            who_am_i: Some("users/me"),
            token: Kind::Jwt,
            skew: Some(5400),
            hides: false,
            archived_filter: Some("archived"),
            routes_first: false,
        },
        Style {
            name: "initech",
            prefix: "/api/v2",
            nouns: ["projects", "plans", "steps"],
            id: uuid,
            says: initech,
            list: bare,
            one: bare_one,
            nested: false,
            who_am_i: None,
            token: Kind::Opaque,
            skew: None,
            hides: true,
            archived_filter: Some("archived"),
            routes_first: false,
        },
        Style {
            name: "umbrella",
            prefix: "/gw/tenant7/core",
            nouns: ["workspaces", "runbooks", "tasks"],
            id: marked,
            says: umbrella,
            list: data,
            one: data_one,
            nested: true,
            who_am_i: Some("me"),
            token: Kind::Jwt,
            skew: Some(-3000),
            hides: true,
            archived_filter: Some("archived"),
            routes_first: true,
        },
        Style {
            name: "hooli",
            prefix: "",
            nouns: ["areas", "checklists", "entries"],
            id: number,
            says: hooli,
            list: data,
            one: data_one,
            nested: true,
            who_am_i: Some("whoami"),
            token: Kind::Opaque,
            skew: Some(40),
            hides: true,
            archived_filter: None,
            routes_first: true,
        },
        Style {
            name: "stark",
            prefix: "/rest/v1.2",
            nouns: ["workspaces", "runbooks", "tasks"],
            id: coded,
            says: stark,
            list: result,
            one: result_one,
            nested: false,
            who_am_i: Some("users/me"),
            token: Kind::Hex,
            skew: Some(0),
            hides: true,
            archived_filter: Some("archived"),
            routes_first: true,
        },
    ]
}
