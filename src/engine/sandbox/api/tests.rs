//! What the sandbox answers to ordinary and to hostile calls, without a socket.

use super::*;
use crate::engine::sandbox::{endpoints, token_value};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

const NOW: i64 = 1_780_000_000_000;

/// A world with short ways to ask it.
struct Practice {
    world: World,
    now: Timestamp,
}

impl Practice {
    fn new() -> Practice {
        Practice {
            world: World::fresh(),
            now: Timestamp::from_millisecond(NOW).unwrap(),
        }
    }

    fn later(&mut self, ms: i64) {
        self.now = Timestamp::from_millisecond(self.now.as_millisecond() + ms).unwrap();
    }

    fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut all = Headers::from_iter([("host", "127.0.0.1:4000")]);
        for (name, value) in headers {
            all.push(*name, *value);
        }
        let request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: all,
            body: body.as_bytes().to_vec(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        answer(&mut self.world, &request, self.now).response
    }

    fn as_token(&mut self, token: &str, method: &str, target: &str, body: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", token_value(token).unwrap().reveal());
        let response = self.send(method, target, &[("authorization", &bearer)], body);
        (response.status, value_of(&response))
    }

    fn get(&mut self, token: &str, target: &str) -> (u16, Value) {
        self.as_token(token, "GET", target, "")
    }
}

fn value_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or(Value::Null)
}

fn code(document: &Value) -> &str {
    document["errors"][0]["code"].as_str().unwrap_or("")
}

fn ids(document: &Value) -> Vec<&str> {
    let items = document["data"].as_array().unwrap();
    items.iter().map(|i| i["id"].as_str().unwrap()).collect()
}

#[test]
fn support_is_forbidden_the_tasks_of_a_runbook_that_it_sees() {
    let mut practice = Practice::new();
    assert_eq!(practice.get("support", "/core/runbooks/7").0, 200);
    let (status, body) = practice.get("support", "/core/runbooks/7/tasks");
    assert_eq!(status, 403);
    assert_eq!(
        body,
        json!({ "errors": [{
            "title": "Forbidden",
            "detail": "You need a role on this runbook to list its tasks.",
            "code": "forbidden",
        }]})
    );
    assert_eq!(practice.get("support", "/core/runbooks/3/tasks").0, 200);
}

#[test]
fn absent_archived_deleted_and_hidden_are_one_and_the_same_answer() {
    let mut practice = Practice::new();
    let absent = practice.get("support", "/core/runbooks/999");
    for runbook in [9, 10, 11] {
        let target = format!("/core/runbooks/{runbook}");
        assert_eq!(practice.get("support", &target), absent);
    }
    assert_eq!(practice.get("admin", "/core/runbooks/9").0, 200);
    let (_, archived) = practice.get("admin", "/core/runbooks?archived=true");
    assert_eq!(ids(&archived), ["10"]);
    let (_, log) = practice.get("admin", "/core/action_logs?runbook_id=11");
    assert_eq!(log["data"][0]["attributes"]["event"], "runbook.deleted");
}

#[test]
fn the_developer_role_alone_opens_nothing_but_who_am_i() {
    let mut practice = Practice::new();
    for endpoint in endpoints().iter().filter(|e| e.method == "GET") {
        if endpoint.path == "/core/users/me" {
            continue;
        }
        let target = endpoint.path.replace("{user}", "1");
        let target = ["{workspace}", "{runbook}", "{task}", "{stream}", "{field}"]
            .iter()
            .fold(target, |path, place| path.replace(place, "1"));
        let (status, body) = practice.get("developer", &target);
        let empty = body["data"].as_array().is_some_and(Vec::is_empty);
        let refused = matches!(status, 400 | 403 | 404);
        assert!(refused || empty, "{target}: {status} {body}");
    }
    let (_, me) = practice.get("developer", "/core/users/me");
    assert_eq!(me["data"]["attributes"]["roles"][0]["key"], "developer");
}

#[test]
fn lists_shrink_to_what_the_token_may_see() {
    let mut practice = Practice::new();
    let seen = |practice: &mut Practice, token| {
        let (_, body) = practice.get(token, "/core/runbooks");
        ids(&body).len()
    };
    assert_eq!(seen(&mut practice, "admin"), 11);
    assert_eq!(seen(&mut practice, "viewer"), 7);
    assert_eq!(seen(&mut practice, "support"), 7);
    assert_eq!(seen(&mut practice, "user-admin"), 0);
    let (_, places) = practice.get("support", "/core/workspaces");
    assert_eq!(ids(&places), ["1"]);
}

#[test]
fn every_listed_item_opens_for_the_same_token() {
    for token in ["admin", "editor", "viewer", "support"] {
        let mut practice = Practice::new();
        let (_, list) = practice.get(token, "/core/runbooks");
        for id in ids(&list) {
            let target = format!("/core/runbooks/{id}");
            assert_eq!(practice.get(token, &target).0, 200, "{token} {target}");
        }
    }
}

#[test]
fn folders_say_what_the_token_may_do_there_and_mean_it() {
    for (token, may) in [("editor", true), ("viewer", false)] {
        let mut practice = Practice::new();
        let (_, folders) = practice.get(token, "/core/workspaces/1/folders");
        let permissions = &folders["data"][0]["meta"]["permissions"];
        assert_eq!(!permissions.as_array().unwrap().is_empty(), may);
        let body = r#"{"data":{"type":"runbook","attributes":{"name":"New"},
            "relationships":{"workspace":{"data":{"id":"1"}}}}}"#;
        let (status, _) = practice.as_token(token, "POST", "/core/runbooks", body);
        assert_eq!(status, if may { 201 } else { 403 });
    }
}

#[test]
fn pages_lead_to_each_other_by_absolute_links() {
    let mut practice = Practice::new();
    let (_, first) = practice.get("admin", "/core/runbooks/6/tasks?stage=not_startable");
    assert_eq!(first["data"].as_array().unwrap().len(), 20);
    assert_eq!(first["meta"]["page"]["number"], 1);
    assert_eq!(first["links"]["prev"], Value::Null);
    let next = first["links"]["next"].as_str().unwrap();
    let target = next.strip_prefix("http://127.0.0.1:4000").unwrap();
    let (_, second) = practice.get("admin", target);
    assert_eq!(second["data"].as_array().unwrap().len(), 3);
    assert_eq!(second["links"]["next"], Value::Null);
    assert_eq!(second["links"]["last"], second["links"]["self"]);

    let (_, past) = practice.get("admin", "/core/runbooks?page[number]=99");
    assert_eq!(past["data"], json!([]));
    let (status, wrong) = practice.get("admin", "/core/runbooks?page[size]=many");
    assert_eq!(status, 400);
    assert_eq!(wrong["errors"][0]["source"]["parameter"], "page[size]");
    let huge = format!("/core/runbooks?page[number]={}", usize::MAX);
    assert_eq!(practice.get("admin", &huge).0, 200);
}

#[test]
fn filters_are_plain_names_and_a_misspelt_one_changes_nothing() {
    let mut practice = Practice::new();
    let (_, all) = practice.get("admin", "/core/runbooks");
    let (_, ignored) = practice.get(
        "admin",
        "/core/runbooks?filter[workspace_id]=2&archive=true",
    );
    assert_eq!(ids(&all), ids(&ignored));
    let (_, some) = practice.get("admin", "/core/runbooks?workspace_id=2&sort=-name");
    assert_eq!(ids(&some), ["8", "12", "6"]);
    let (_, other) = practice.get("viewer", "/core/runbooks?workspace_id=2");
    assert_eq!(other["data"], json!([]));
    let (status, body) = practice.get("admin", "/core/runbooks?stage=live");
    assert_eq!((status, code(&body)), (422, "unprocessable_entity"));
}

#[test]
fn a_broken_body_is_400_and_bad_values_are_422_all_at_once() {
    let mut practice = Practice::new();
    let mut post = |body| practice.as_token("editor", "POST", "/core/runbooks", body);
    let (status, broken) = post(r#"{"data": "#);
    assert_eq!(status, 400);
    let detail = broken["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("line 1 column"), "{detail}");
    assert_eq!(post("[]").0, 400);
    assert_eq!(post("{}").0, 400);
    assert_eq!(post(r#"{"data":{"type":"task"}}"#).0, 400);
    let (status, wrong) = post(r#"{"data":{"type":"runbook","attributes":{"name":5}}}"#);
    assert_eq!(status, 400);
    let at = &wrong["errors"][0]["source"]["pointer"];
    assert_eq!(at, "/data/attributes/name");
    let (status, values) = post(r#"{"data":{"type":"runbook","attributes":{"name":" "}}}"#);
    assert_eq!(status, 422);
    assert_eq!(values["errors"].as_array().unwrap().len(), 2);
}

#[test]
fn every_bad_credential_is_401_and_an_expired_one_has_its_own_code() {
    let mut practice = Practice::new();
    let value = token_value("viewer").unwrap();
    let good = format!("Bearer {}", value.reveal());
    let doubled = format!("Bearer {good}");
    let unknown = format!("Bearer {}", "0f".repeat(24));
    let upper = format!("Bearer {}", value.reveal().to_uppercase());
    for bad in [
        "",
        "Bearer",
        "Bearer abc",
        value.reveal(),
        &doubled,
        &unknown,
        &upper,
    ] {
        let response = practice.send("GET", "/core/users/me", &[("authorization", bad)], "");
        let body = value_of(&response);
        assert_eq!(
            (response.status, code(&body)),
            (401, "unauthorized"),
            "{bad}"
        );
    }
    let twice = [("authorization", good.as_str()), ("Authorization", &good)];
    assert_eq!(
        practice.send("GET", "/core/users/me", &twice, "").status,
        401
    );
    let (_, expired) = practice.get("expired", "/core/users/me");
    assert_eq!(code(&expired), "token_expired");
    let (_, revoked) = practice.get("revoked", "/core/users/me");
    assert_eq!(code(&revoked), "unauthorized");
}

#[test]
fn a_revoked_token_and_an_archived_account_stop_working_at_once() {
    let mut practice = Practice::new();
    assert_eq!(practice.get("viewer", "/core/users/me").0, 200);
    let revoke = "/core/users/3/user_app_tokens/3";
    assert_eq!(practice.as_token("viewer", "DELETE", revoke, "").0, 204);
    assert_eq!(practice.get("viewer", "/core/users/me").0, 401);
    let archive = "/core/users/4/archive";
    assert_eq!(practice.as_token("editor", "PATCH", archive, "").0, 403);
    assert_eq!(practice.as_token("user-admin", "PATCH", archive, "").0, 204);
    assert_eq!(practice.get("support", "/core/users/me").0, 401);
}

#[test]
fn the_tokens_of_a_person_show_expiry_and_never_a_value() {
    let mut practice = Practice::new();
    let (_, tokens) = practice.get("user-admin", "/core/users/9/user_app_tokens");
    let expires = &tokens["data"][0]["attributes"]["expires_at"];
    assert_eq!(expires, "2026-03-31T00:00:00Z");
    let value = token_value("expired").unwrap();
    assert!(!tokens.to_string().contains(value.reveal()));
    let mail = "/core/users/hugo.baker%40acme.example";
    assert_eq!(practice.get("user-admin", mail).1["data"]["id"], "9");
    assert_eq!(practice.get("viewer", mail).0, 403);
}

#[test]
fn the_two_limits_are_told_apart_by_code() {
    let mut practice = Practice::new();
    let (status, body) = practice.get("throttled", "/core/runbooks");
    assert_eq!((status, code(&body)), (429, "token_rate_limited"));
    practice.later(3_000);
    assert_eq!(practice.get("throttled", "/core/runbooks").0, 200);
    let office = [("x-forwarded-for", "203.0.113.9, 10.0.0.1")];
    let response = practice.send("GET", "/core/runbooks", &office, "");
    assert_eq!(code(&value_of(&response)), "ip_rate_limited");
}

#[test]
fn core_url_chooses_the_state_of_core_by_word_or_by_host() {
    let bearer = format!("Bearer {}", token_value("admin").unwrap().reveal());
    let ask = |core: &str, target: &str| {
        let headers = [("authorization", bearer.as_str()), ("core-url", core)];
        let response = Practice::new().send("GET", target, &headers, "");
        let body = value_of(&response);
        (response.status, code(&body).to_owned())
    };
    let logs = "/core/action_logs";
    let upload = "/core/data_sources/upload_url";
    for (core, target, status, code) in [
        ("core-down", logs, 503, "service_unavailable"),
        (
            "https://core-down.example",
            logs,
            503,
            "service_unavailable",
        ),
        ("core-slow", logs, 504, "gateway_timeout"),
        ("core-old", logs, 501, "not_implemented"),
        ("core-old", upload, 405, "core_outdated"),
        ("core-old", "/core/runbooks", 200, ""),
        ("core-flaky", logs, 500, "internal_server_error"),
        ("gateway-down", logs, 503, ""),
        ("https://other.example", logs, 401, "unauthorized"),
        ("http://127.0.0.1:4000", logs, 200, ""),
        ("http://localhost:4000", logs, 200, ""),
        ("https://core-up", upload, 200, ""),
        ("acme.example", logs, 400, "invalid_core_url"),
        ("", logs, 400, "invalid_core_url"),
    ] {
        assert_eq!(
            ask(core, target),
            (status, code.to_owned()),
            "{core} {target}"
        );
    }
}

#[test]
fn only_a_slow_core_makes_wait() {
    let mut world = World::fresh();
    let bearer = format!("Bearer {}", token_value("admin").unwrap().reveal());
    for (core, wait) in [("core-slow", 2), ("core-down", 0)] {
        let request = Request {
            method: "GET".to_owned(),
            target: "/core/users/me".to_owned(),
            headers: Headers::from_iter([("authorization", bearer.as_str()), ("core-url", core)]),
            body: Vec::new(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let answer = answer(
            &mut world,
            &request,
            Timestamp::from_millisecond(NOW).unwrap(),
        );
        assert_eq!(answer.delay, Duration::from_secs(wait));
    }
}

#[test]
fn a_wrong_method_lacks_in_allow_and_an_unbuilt_endpoint_does_not() {
    let mut practice = Practice::new();
    let bearer = format!("Bearer {}", token_value("admin").unwrap().reveal());
    let auth = [("authorization", bearer.as_str())];
    let put = practice.send("PUT", "/core/runbooks/7", &auth, "");
    assert_eq!(put.status, 405);
    let allow = put.headers.get("allow").unwrap();
    assert_eq!(allow, "GET, PATCH, DELETE, HEAD, OPTIONS");
    let unbuilt = practice.send("PATCH", "/core/custom_fields/1", &auth, "");
    assert_eq!(code(&value_of(&unbuilt)), "endpoint_not_implemented");
    assert!(unbuilt.headers.get("allow").unwrap().contains("PATCH"));
}

#[test]
fn head_is_get_without_the_body_and_options_needs_no_token() {
    let mut practice = Practice::new();
    let bearer = format!("Bearer {}", token_value("admin").unwrap().reveal());
    let auth = [("authorization", bearer.as_str())];
    let get = practice.send("GET", "/core/runbooks", &auth, "");
    let head = practice.send("HEAD", "/core/runbooks", &auth, "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let length = get.body.len().to_string();
    assert_eq!(head.headers.get("content-length").unwrap(), length);
    for endpoint in endpoints().iter() {
        let options = practice.send("OPTIONS", &endpoint.path, &[], "");
        assert_eq!(options.status, 204);
        assert!(
            options
                .headers
                .get("allow")
                .unwrap()
                .contains(endpoint.method.as_str())
        );
    }
    assert_eq!(practice.send("OPTIONS", "/elsewhere", &[], "").status, 404);
}

#[test]
fn a_run_goes_through_its_stages_and_no_others() {
    let mut practice = Practice::new();
    let mut patch = |command: &str, body: &str| {
        let target = format!("/core/runbooks/1/{command}");
        practice.as_token("admin", "PATCH", &target, body)
    };
    let options = r#"{"meta":{"comms":"off","run_type":"rehearsal"}}"#;
    let live = r#"{"meta":{"comms":"on","run_type":"live"}}"#;
    assert_eq!(patch("tasks/1/start", "").0, 422);
    assert_eq!(patch("pause", "").0, 422);
    let (status, empty) = patch("start", "");
    assert_eq!(
        (status, empty["errors"].as_array().unwrap().len()),
        (422, 2)
    );
    let (_, started) = patch("start", options);
    assert_eq!(started["data"]["attributes"]["stage"], "active");
    assert_eq!(started["data"]["attributes"]["run_type"], "rehearsal");
    assert_eq!(patch("start", live).0, 422);
    assert_eq!(patch("tasks/1/start", "").0, 200);
    assert_eq!(patch("tasks/1/finish", "").0, 200);
    assert_eq!(patch("tasks/2/skip", "").0, 422);
    assert_eq!(
        patch("tasks/2/skip", r#"{"meta":{"comment":"not needed"}}"#).0,
        200
    );
    assert_eq!(patch("tasks/3/start", "").0, 200);
    for (command, stage) in [
        ("pause", "paused"),
        ("resume", "active"),
        ("cancel", "canceled"),
    ] {
        assert_eq!(patch(command, "").1["data"]["attributes"]["stage"], stage);
    }
}

#[test]
fn what_is_created_is_there_and_what_is_deleted_is_not() {
    let mut practice = Practice::new();
    let task = r#"{"data":{"type":"task","attributes":{"name":"Call the branch"}}}"#;
    let (status, created) = practice.as_token("editor", "POST", "/core/runbooks/7/tasks", task);
    assert_eq!((status, &created["data"]["id"]), (201, &json!("7")));
    let there = "/core/runbooks/7/tasks/7";
    assert_eq!(practice.get("editor", there).0, 200);
    assert_eq!(practice.as_token("editor", "DELETE", there, "").0, 204);
    assert_eq!(practice.get("editor", there).0, 404);

    let runbook = r#"{"data":{"type":"runbook","attributes":{"name":"New"},
        "relationships":{"workspace":{"data":{"id":"1"}}}}}"#;
    let (_, created) = practice.as_token("editor", "POST", "/core/runbooks", runbook);
    assert_eq!(created["data"]["id"], "14");
    assert_eq!(practice.get("editor", "/core/runbooks/14/tasks").0, 200);
    let comment = r#"{"data":{"type":"comment","attributes":{"content":"Hello"}}}"#;
    let (status, _) = practice.as_token("support", "POST", "/core/runbooks/3/comments", comment);
    assert_eq!(status, 201);
}

#[test]
fn a_loop_of_writes_fills_the_world_and_not_the_memory() {
    let mut practice = Practice::new();
    let long = format!(
        r#"{{"data":{{"type":"task","attributes":{{"name":"{}"}}}}}}"#,
        "x".repeat(2_001)
    );
    let target = "/core/runbooks/7/tasks";
    assert_eq!(practice.as_token("editor", "POST", target, &long).0, 422);
    practice.world.created = MOST_CREATED - 1;
    let task = r#"{"data":{"type":"task","attributes":{"name":"One more"}}}"#;
    assert_eq!(practice.as_token("editor", "POST", target, task).0, 201);
    assert_eq!(practice.as_token("editor", "POST", target, task).0, 422);
}

#[test]
fn an_old_core_ignores_unknown_assignees_where_a_new_one_refuses() {
    let body = r#"{"data":{"type":"task","id":"4","relationships":{"assignees":{"data":
        [{"type":"user","id":"404"},{"type":"user","id":"2"}]}}}}"#;
    let target = "/core/runbooks/7/tasks/4";
    let (status, refused) = Practice::new().as_token("editor", "PATCH", target, body);
    assert_eq!(status, 422);
    let at = &refused["errors"][0]["source"]["pointer"];
    assert_eq!(at, "/data/relationships/assignees/data/0/id");
    let bearer = format!("Bearer {}", token_value("editor").unwrap().reveal());
    let old = [("authorization", bearer.as_str()), ("core-url", "core-old")];
    assert_eq!(
        Practice::new().send("PATCH", target, &old, body).status,
        200
    );
}

#[test]
fn every_endpoint_is_served_but_the_one_that_is_listed_as_unbuilt() {
    for endpoint in endpoints().iter() {
        let target = endpoint.path.replace("{user}", "3").replace("{token}", "3");
        let target = ["{workspace}", "{runbook}", "{task}", "{stream}", "{field}"]
            .iter()
            .fold(target, |path, place| path.replace(place, "1"));
        let (status, body) = Practice::new().as_token("admin", &endpoint.method, &target, "");
        let unbuilt = (endpoint.method.as_str(), endpoint.path.as_str())
            == ("PATCH", "/core/custom_fields/{field}");
        assert_eq!(
            status == 405,
            unbuilt,
            "{} {target}: {body}",
            endpoint.method
        );
        assert!(status < 500 || endpoint.method == "DELETE", "{target}");
    }
}

/// The vendor's list, with 204, which it uses without listing it.
const STATUSES: [u16; 14] = [
    200, 201, 204, 400, 401, 403, 404, 405, 422, 429, 500, 501, 503, 504,
];

proptest! {
    #[test]
    fn any_call_at_all_gets_a_status_of_the_list(
        method in "GET|HEAD|POST|PATCH|PUT|DELETE|OPTIONS|[A-Z]{1,8}",
        target in "/core/(users|runbooks|workspaces)(/[0-9a-z%+]{1,3}){0,4}(\\?.{0,20})?|.{0,30}",
        core in proptest::option::of("core-(down|old|flaky|up)|gateway-down|.{0,12}"),
        body in "\\{\"data\":\\{\"type\":\"(runbook|task|user)\".{0,20}\\}\\}|.{0,40}",
        token in "admin|editor|support|developer|throttled",
    ) {
        let bearer = format!("Bearer {}", token_value(&token).unwrap().reveal());
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(core.as_deref().map(|core| ("core-url", core)));
        let response = Practice::new().send(&method, &target, &headers, &body);
        prop_assert!(STATUSES.contains(&response.status), "{}", response.status);
    }
}

/// The members of every resource, lists opened.
fn resources(document: &Value) -> Vec<&Value> {
    match &document["data"] {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

#[test]
fn every_list_has_meta_and_every_relationship_is_one_of_json_api() {
    for target in [
        "/core/workspaces",
        "/core/workspaces/1/folders",
        "/core/runbooks",
        "/core/runbooks/7",
        "/core/runbooks/7/tasks",
        "/core/runbooks/7/tasks?forecast=true",
        "/core/runbooks/7/streams",
        "/core/runbooks/7/runbook_teams",
        "/core/runbook_types",
        "/core/task_types",
        "/core/custom_fields",
        "/core/users",
        "/core/role_types",
        "/core/action_logs",
        "/core/activities?runbook_id=7",
    ] {
        let (status, document) = Practice::new().get("admin", target);
        assert_eq!(status, 200, "{target}: {document}");
        if let Value::Array(items) = &document["data"] {
            let total = document["meta"]["page"]["total"].as_u64();
            assert!(
                total.is_some_and(|total| total >= items.len() as u64),
                "{target}"
            );
        }
        for resource in resources(&document) {
            let relationships = resource["relationships"].as_object();
            for (name, relationship) in relationships.into_iter().flatten() {
                let data = relationship.get("data");
                let data = data.unwrap_or_else(|| panic!("{target}: {name}"));
                let one = |id: &Value| id["id"].is_string() && id["type"].is_string();
                let fits = match data {
                    Value::Array(many) => many.iter().all(one),
                    data => data.is_null() || one(data),
                };
                assert!(fits, "{target}: {name}: {relationship}");
            }
        }
    }
}
