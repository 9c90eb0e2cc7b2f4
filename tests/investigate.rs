//! The real program investigates calls that are broken in known ways, on practice APIs that
//! share nothing but what is true. How often its first verdict names the true cause is measured
//! here, and that none of its probes is unsafe, astray, too many or too early.

use crate::faults;
use crate::program;
use crate::worlds;

use faults::{Server, answer};
use program::{Home, has_shape};
use serde_json::json;
use std::sync::Mutex;
use worlds::measure::{Broken, Tally, call, investigate, keeps_the_rules, variable};
use worlds::{Kind, World, jwt, now_by};
use worlds::{packs, styles};

fn cases(world: &World) -> Vec<Broken> {
    let style = &world.style;
    let at = |rest: &str| world.path(rest);
    let get =
        |label, truth, url: String, tokens: &[&'static str]| call(label, truth, "GET", url, tokens);
    let reader = world.tokens["reader"].clone();
    let hidden = if style.hides {
        "resource.hidden_by_permission"
    } else {
        "permission.missing_role"
    };
    let mut all = vec![
        get("fine", "none", at("/R/#1"), &["reader"]),
        get("fine list", "none", at("/R"), &["reader"]),
        get("no token", "token.missing", at("/R"), &[]),
        get("token in a header", "token.missing", at("/R"), &[])
            .header("X-Api-Key: {{token:reader}}"),
        get(
            "token in the url",
            "token.missing",
            format!("{}?access_token={{{{token:reader}}}}", at("/R")),
            &[],
        ),
        get("other scheme", "token.scheme", at("/R"), &[])
            .header("Authorization: Token {{token:reader}}"),
        get("no scheme", "token.scheme", at("/R"), &[]).header("Authorization: {{token:reader}}"),
        get("basic", "token.scheme", at("/R"), &[])
            .header("Authorization: Basic cmVhZGVyOmh1bnRlcjIy"),
        get("doubled bearer", "token.scheme", at("/R"), &["reader"])
            .value(format!("Bearer {reader}")),
        get("quoted", "token.stray_characters", at("/R"), &["reader"])
            .value(format!("\"{reader}\"")),
        get(
            "trailing comma",
            "token.stray_characters",
            at("/R/#1"),
            &["reader", "admin"],
        )
        .value(format!("{reader},")),
        get(
            "line break inside",
            "token.stray_characters",
            at("/R/#1"),
            &["reader"],
        )
        .value(format!("{}\n{}", &reader[..9], &reader[9..])),
        get("placeholder", "token.wrong_shape", at("/R"), &["reader"]).value("undefined".into()),
        get("template", "token.wrong_shape", at("/R"), &["reader"]).value("{{token}}".into()),
        get(
            "cut short",
            "token.wrong_shape",
            at("/R"),
            &["reader", "admin"],
        )
        .value(reader[..reader.len() - 3].to_owned()),
        get("revoked", "token.rejected", at("/R"), &["revoked"]),
        get(
            "revoked, on an item",
            "token.rejected",
            at("/R/#1"),
            &["revoked", "admin"],
        ),
        get("expired", "token.expired", at("/R"), &["expired"]),
        get(
            "expired, on an item",
            "token.expired",
            at("/R/#1"),
            &["expired", "admin"],
        ),
        get(
            "no roles, item",
            "permission.no_roles",
            at("/R/#1"),
            &["nobody"],
        ),
        get(
            "no roles, list",
            "permission.no_roles",
            at("/R"),
            &["nobody"],
        ),
        get(
            "no roles, compared",
            "permission.no_roles",
            at("/R/#1"),
            &["nobody", "admin"],
        ),
        get("hidden", hidden, at("/R/#9"), &["reader", "admin"]),
        get("hidden below", hidden, at("/R/#9/T"), &["reader", "admin"]),
        get(
            "hidden deep below",
            hidden,
            at("/R/#9/T/#1"),
            &["reader", "admin"],
        ),
        get("absent", "resource.absent", at("/R/#99"), &["reader"]),
        get(
            "absent, compared",
            "resource.absent",
            at("/R/#99"),
            &["reader", "admin"],
        ),
        get(
            "absent below",
            "resource.absent",
            at("/R/#1/T/#77"),
            &["reader"],
        ),
        get(
            "absent below, compared",
            "resource.absent",
            at("/R/#1/T/#77"),
            &["reader", "admin"],
        ),
        get("archived", "resource.archived", at("/R/#10"), &["admin"]),
        get(
            "archived, seen by another",
            "resource.archived",
            at("/R/#10"),
            &["reader", "admin"],
        ),
        get(
            "archived above",
            "resource.archived",
            at("/R/#10/T"),
            &["admin"],
        ),
        get(
            "archived above, seen by another",
            "resource.archived",
            at("/R/#10/T/#1"),
            &["reader", "admin"],
        ),
        get(
            "parent absent",
            "resource.parent_absent",
            at("/R/#99/T"),
            &["reader"],
        ),
        get(
            "parent absent, compared",
            "resource.parent_absent",
            at("/R/#99/T/#1"),
            &["reader", "admin"],
        ),
        get(
            "below misspelt",
            "path.unknown",
            at("/R/#1/stepps"),
            &["reader"],
        ),
        get(
            "prefix missing",
            "path.unknown",
            at("/R/#1").replacen(style.prefix, "", 1),
            &["reader"],
        ),
        get("misspelt", "path.unknown", at("/runbocks/#1"), &["reader"]),
        get(
            "misspelt list",
            "path.unknown",
            at("/runbocks"),
            &["reader", "admin"],
        ),
        get(
            "doubled slash",
            "path.unknown",
            at("/R/#1").replacen("/R", "//R", 1).replacen(
                &format!("/{}", style.nouns[1]),
                &format!("//{}", style.nouns[1]),
                1,
            ),
            &["reader"],
        ),
        get(
            "template left",
            "request.bad_url",
            at("/R/{id}"),
            &["reader"],
        ),
        get(
            "undefined left",
            "request.bad_url",
            at("/R/undefined/T"),
            &["reader"],
        ),
        get(
            "blank left",
            "request.bad_url",
            format!("{}%20", at("/R/#1")),
            &["reader"],
        ),
        get(
            "needs a role",
            "permission.missing_role",
            at("/users"),
            &["reader"],
        ),
        get(
            "needs a role, compared",
            "permission.missing_role",
            at("/users/5"),
            &["reader", "admin"],
        ),
        call(
            "may not write",
            "permission.missing_role",
            "PATCH",
            at("/R/#1/start"),
            &["reader"],
        )
        .data("{\"name\":\"a\"}"),
        call(
            "may not create",
            "permission.missing_role",
            "POST",
            at("/R"),
            &["reader", "admin"],
        )
        .data("{\"name\":\"a\"}"),
        call(
            "scope",
            "permission.missing_scope",
            "PATCH",
            at("/R/#1"),
            &["scoped"],
        )
        .data("{\"name\":\"a\"}"),
        call(
            "put",
            "request.wrong_method",
            "PUT",
            at("/R/#1"),
            &["admin"],
        )
        .data("{\"name\":\"a\"}"),
        get(
            "not built",
            "endpoint.not_implemented",
            at("/upload"),
            &["reader"],
        ),
        get("old core", "core.outdated", at("/old"), &["reader"]),
        get("version", "version.unsupported", at("/R"), &["reader"])
            .header("Api-Version: 2031-01-01"),
        get(
            "version, on an item",
            "version.unsupported",
            at("/R/#1"),
            &["reader", "admin"],
        )
        .header("Api-Version: v2"),
        get(
            "core url without scheme",
            "request.core_url",
            at("/R"),
            &["reader"],
        )
        .header("Core-Url: acme.example"),
        get(
            "core url of another",
            "token.wrong_instance",
            at("/R"),
            &["reader"],
        )
        .header("Core-Url: https://other.example"),
        call(
            "broken json",
            "request.malformed_body",
            "POST",
            at("/R"),
            &["admin"],
        )
        .data("{\"name\": \"a\",}")
        .header("Content-Type: application/json"),
        call(
            "cut json",
            "request.malformed_body",
            "POST",
            at("/R"),
            &["admin"],
        )
        .data("{\"name\": ")
        .header("Content-Type: application/json"),
        call(
            "content type",
            "request.content_type",
            "POST",
            at("/R"),
            &["admin"],
        )
        .data("{\"name\":\"a\"}")
        .header("Content-Type: text/plain"),
        call("values", "request.validation", "POST", at("/R"), &["admin"]).data("{\"name\":\" \"}"),
        call(
            "values below",
            "request.validation",
            "PATCH",
            at("/R/#1/start"),
            &["admin"],
        )
        .data("{\"title\":\"x\"}"),
        get(
            "parameter missing",
            "request.missing_parameter",
            at("/audit"),
            &["reader"],
        ),
        get(
            "parameter refused",
            "request.invalid_parameter",
            at("/R?stage=live"),
            &["reader"],
        ),
        get(
            "one of two refused",
            "request.invalid_parameter",
            at("/R?stage=live&sort=name"),
            &["reader"],
        ),
        call(
            "conflict",
            "request.conflict",
            "PATCH",
            at("/R/#2/start"),
            &["admin"],
        )
        .data("{\"name\":\"a\"}"),
        get(
            "limit of a token",
            "rate.token",
            at("/R"),
            &["limited", "reader"],
        ),
        get("broken", "server.error", at("/broken"), &["reader"]),
        get("flaky", "server.intermittent", at("/flaky"), &["reader"]),
        get(
            "core away",
            "upstream.unreachable",
            at("/down"),
            &["reader"],
        ),
        get("core slow", "upstream.timeout", at("/slow"), &["reader"]),
        get("gateway", "gateway.error", at("/gateway-down"), &["reader"]),
        get(
            "gateway in words",
            "gateway.error",
            at("/gateway-busy"),
            &["reader"],
        ),
        get(
            "firewall",
            "permission.edge_block",
            at("/blocked-docs"),
            &["reader"],
        ),
        get(
            "firewall, by address",
            "permission.edge_block",
            at("/R/#1"),
            &["reader", "admin"],
        )
        .header("X-Forwarded-For: 198.51.100.9"),
        get(
            "login page",
            "permission.edge_block",
            at("/sso-area"),
            &["reader"],
        ),
        get(
            "web page",
            "path.browser_url",
            "/app/acme/runbooks/1".into(),
            &["reader"],
        ),
        get(
            "browser address",
            "path.browser_url",
            "/#/app/acme/runbooks/1/current".into(),
            &["reader"],
        ),
        get(
            "filter in brackets",
            "request.ignored_parameter",
            at("/R?filter[stage]=active"),
            &["reader"],
        ),
        get(
            "filter misspelt",
            "request.ignored_parameter",
            at("/R?stagge=active"),
            &["reader"],
        ),
        get(
            "filter out of reach",
            "resource.hidden_by_permission",
            format!("{}?{}={}", at("/R"), world.filter(), (style.id)(2)),
            &["reader"],
        ),
        get("nothing fits", "none", at("/R?stage=paused"), &["reader"]),
        get(
            "a filter that works",
            "none",
            at("/R?stage=active"),
            &["reader"],
        ),
        call(
            "redirect changes the method",
            "request.wrong_method",
            "POST",
            at("/moved"),
            &["admin"],
        )
        .data("{\"name\":\"a\"}"),
    ];
    if style.token == Kind::Jwt {
        let now = now_by(style);
        let ahead = jwt(
            json!({"iss": "https://id.example", "aud": worlds::TENANT, "nbf": now + 900, "exp": now + 9000}),
        );
        all.push(
            get(
                "not yet valid",
                "token.not_yet_valid",
                at("/R"),
                &["reader"],
            )
            .value(ahead),
        );
        all.push(get(
            "another audience",
            "token.wrong_instance",
            at("/R/#1"),
            &["foreign", "reader"],
        ));
    } else {
        all.push(get(
            "another instance",
            // Where neither code nor claim says so, nothing tells it from any unknown token.
            if style.name == "hooli" {
                "token.wrong_instance"
            } else {
                "token.rejected"
            },
            at("/R/#1"),
            &["foreign", "reader"],
        ));
    }
    if style.prefix.is_empty() {
        all.retain(|case| case.label != "prefix missing");
    }
    if style.archived_filter.is_none() {
        // Nothing in such a world can tell the archived from the absent.
        all.retain(|case| case.truth != "resource.archived");
    }
    if style.name == "acme" {
        all.push(get(
            "capitals",
            "path.unknown",
            "/Core/Runbooks/1".into(),
            &["reader"],
        ));
    }
    if style.name == "umbrella" || style.name == "globex" {
        all.push(get(
            "limit of nobody knows whom",
            "rate.unknown",
            at("/R"),
            &["limited"],
        ));
    }
    all
}

/// Every case in a world of its own, so that what was asked for is known to be its own.
fn measure(style: &worlds::Style, pack: Option<&str>) -> (Tally, Vec<String>) {
    let names = cases(&World::of(style.clone())).len();
    let queue = Mutex::new((0..names).collect::<Vec<_>>());
    let result = Mutex::new((Tally::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(place) = queue.lock().unwrap().pop() else {
                        return;
                    };
                    let world = World::of(style.clone());
                    let case = cases(&world).swap_remove(place);
                    let found = investigate(&world.server.base(), pack, &world.tokens, &case, &[]);
                    let mut wrong = keeps_the_rules(&case, &world.server.asked(), &found, 8);
                    wrong.extend(world.early());
                    let mut result = result.lock().unwrap();
                    result.0.note(style.name, &case, &found);
                    result.1.extend(wrong);
                }
            });
        }
    });
    result.into_inner().unwrap()
}

/// All worlds, with the pack of each or without any.
fn measured(with_packs: bool) -> Tally {
    let mut whole = Tally::default();
    let mut broken = Vec::new();
    let only = std::env::var("HTTRIAGE_WORLD").unwrap_or_default();
    for style in styles::all() {
        if !only.is_empty() && style.name != only {
            continue;
        }
        let pack = with_packs.then(|| packs::of_style(&style));
        let (tally, wrong) = measure(&style, pack.as_deref());
        println!("{}", tally.line(style.name));
        broken.extend(wrong);
        whole.add(tally);
    }
    println!("{}", whole.line("all worlds"));
    for line in &whole.wrong {
        println!("  {line}");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    whole
}

#[test]
fn first_verdicts_name_the_true_cause_in_every_world_and_no_probe_breaks_a_rule() {
    let whole = measured(true);
    assert!(whole.all > 300, "only {} cases ran", whole.all);
    assert!(whole.wrong.is_empty(), "{}", whole.line("all worlds"));
}

#[test]
fn in_a_world_that_no_pack_knows_no_wrong_verdict_is_sure() {
    let whole = measured(false);
    assert!(whole.all > 300, "only {} cases ran", whole.all);
    let sure = &whole.wrong_and_sure;
    assert!(
        sure.is_empty(),
        "{} wrong and sure:\n{}",
        sure.len(),
        sure.join("\n")
    );
}

#[test]
fn a_token_that_was_lost_on_a_redirect_is_named_so() {
    let world = World::of(styles::all().remove(0));
    let target = format!("{}{}", world.server.base(), world.path("/R"));
    let door = Server::saying(answer("302 Found", &format!("location: {target}\r\n"), b""));
    let case = call(
        "redirect",
        "token.dropped_on_redirect",
        "GET",
        world.path("/R"),
        &["reader"],
    );
    let found = investigate(&door.base(), None, &world.tokens, &case, &[]);
    assert_eq!(found["verdict"]["cause"], case.truth, "{found}");
}

#[test]
fn a_token_of_the_other_instance_is_told_by_working_there_and_all_probes_go_to_the_base() {
    let home = World::of(styles::all().remove(0));
    let mut other = styles::all().remove(0);
    other.token = Kind::Opaque;
    let other = World::of(other);
    let url = format!("{}{}", other.server.base(), other.path("/R/#1"));
    let case = call(
        "other instance",
        "token.wrong_instance",
        "GET",
        url,
        &["reader", "admin"],
    );
    let found = investigate(&home.server.base(), None, &home.tokens, &case, &[]);
    assert_eq!(found["verdict"]["cause"], case.truth, "{found}");
    assert_eq!(other.server.asked().len(), 1);
    assert!(!home.server.asked().is_empty());
}

#[test]
fn the_budget_is_kept_and_nothing_is_probed_without_one() {
    let style = styles::all().remove(2);
    for budget in ["0", "1", "3"] {
        let world = World::of(style.clone());
        let case = call(
            "hidden",
            "",
            "GET",
            world.path("/R/#9/T"),
            &["reader", "admin"],
        );
        let found = investigate(
            &world.server.base(),
            Some(&packs::of_style(&style)),
            &world.tokens,
            &case,
            &["--probes", budget],
        );
        let asked = world.server.asked().len();
        assert!(asked <= 1 + budget.parse::<usize>().unwrap(), "{asked}");
        assert_eq!(asked, 1 + found["probes"].as_array().unwrap().len());
        if budget == "0" {
            assert!(found["verdict"]["confidence"].as_f64().unwrap() <= 0.5);
        }
    }
}

#[test]
fn a_protected_environment_holds_back_writes_and_the_made_up_token() {
    let world = World::of(styles::all().remove(1));
    let config = format!(
        "[environments.prod]\nbase_url = \"{}\"\nprotected = true\n",
        world.server.base()
    );
    let home = Home::settled(&config).with(&variable("reader"), &world.tokens["revoked"]);
    let args = [
        "investigate",
        "PATCH",
        &world.path("/R/#1"),
        "--env",
        "prod",
        "--token",
        "reader",
        "--data",
        "{}",
        "--json",
    ];
    let ran = home.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("was not sent"), "{}", ran.err);
    let real = format!("Bearer {}", world.tokens["revoked"]);
    for asked in world.server.asked() {
        assert_ne!(asked.method, "PATCH");
        let sent = asked.header("authorization").unwrap_or(&real);
        assert_eq!(sent, real);
    }
    assert_eq!(ran.json()["verdict"]["cause"], "token.rejected");
}

#[test]
fn a_long_wait_is_reported_and_not_waited_for() {
    let server = Server::saying(answer(
        "429 Too Many Requests",
        "retry-after: 3600\r\ncontent-type: application/json\r\n",
        b"{}",
    ));
    let home = Home::new().with(
        &variable("a"),
        "0123456789abcdef0123456789abcdef0123456789abcdef",
    );
    let began = std::time::Instant::now();
    let ran = home.run(&[
        "investigate",
        "GET",
        "/core/runbooks",
        "--base-url",
        &server.base(),
        "--token",
        "a",
        "--json",
    ]);
    assert!(began.elapsed().as_secs() < 30);
    let found = ran.json();
    assert!(
        found["verdict"]["cause"]
            .as_str()
            .unwrap()
            .starts_with("rate.")
    );
    let own = server
        .asked()
        .iter()
        .filter(|a| a.header("authorization").is_some())
        .count();
    assert_eq!(own, 1);
}

#[test]
fn the_result_has_its_shape_and_every_probe_stands_in_the_history() {
    let world = World::of(styles::all().remove(0));
    let home = Home::new().with(&variable("reader"), &world.tokens["reader"]);
    let path = world.path("/R/#99");
    let ran = home.run(&[
        "investigate",
        "GET",
        &path,
        "--base-url",
        &world.server.base(),
        "--token",
        "reader",
        "--json",
    ]);
    let found = ran.json();
    has_shape(
        &found,
        &["exchange", "verdict", "alternatives", "probes"],
        &[],
    );
    let verdict = [
        "cause",
        "confidence",
        "summary",
        "evidence",
        "next_steps",
        "knowledge",
    ];
    has_shape(&found["verdict"], &verdict, &["refuted_by"]);
    assert!(
        !found["verdict"]["next_steps"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(!ran.all().contains(&world.tokens["reader"]));
    let listed = home.run(&["history", "list", "--json"]).json();
    let kept = listed["exchanges"].as_array().unwrap().len();
    assert_eq!(kept, 1 + found["probes"].as_array().unwrap().len());
}

#[test]
fn a_call_that_worked_before_is_asked_again_to_tell_the_token_from_what_it_may() {
    let world = World::of(styles::all().remove(0));
    let base = world.server.base();
    let home = Home::new().with(&variable("reader"), &world.tokens["reader"]);
    let (good, refused) = (world.path("/R/#2"), world.path("/users"));
    let args = |what: &'static str, url: &str| {
        let base = base.clone();
        let words = [
            what,
            "GET",
            url,
            "--base-url",
            &base,
            "--token",
            "reader",
            "--json",
        ];
        words.map(str::to_owned)
    };
    let run = |words: [String; 8]| home.run(&words.each_ref().map(String::as_str));
    assert_eq!(run(args("send", &good)).code, 0);
    let found = run(args("investigate", &refused)).json();
    let probes = found["probes"].as_array().unwrap();
    let again = |probe: &serde_json::Value| {
        probe["request"]["url"].as_str().unwrap().ends_with(&good) && probe["token"] == "reader"
    };
    assert!(probes.iter().any(again), "{found}");
    assert_eq!(found["verdict"]["cause"], "permission.missing_role");
    // A call that never worked has no such probe.
    let fresh = Home::new().with(&variable("reader"), &world.tokens["reader"]);
    let words = args("investigate", &refused);
    let found = fresh.run(&words.each_ref().map(String::as_str)).json();
    assert!(!found["probes"].as_array().unwrap().iter().any(again));
}

/// Works once, and refuses whatever comes after.
fn turning() -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::doing(move |_, stream| {
        let fine = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let json = "content-type: application/json\r\n";
        let bytes = if fine {
            answer("200 OK", json, b"{\"data\":[{\"id\":\"1\"}]}")
        } else {
            answer(
                "401 Unauthorized",
                json,
                b"{\"errors\":[{\"code\":\"unauthorized\"}]}",
            )
        };
        let _ = std::io::Write::write_all(stream, &bytes);
        true
    })
}

#[test]
fn the_evidence_says_until_when_the_same_call_worked_and_whether_the_token_is_still_the_same() {
    let value = "0123456789abcdef".repeat(3);
    for (later, expected) in [
        (
            value.clone(),
            "With the same token desk this call worked until",
        ),
        (
            value.replace('0', "7"),
            "had another value when this call last worked",
        ),
    ] {
        let server = turning();
        let base = server.base();
        let home = Home::new().with(&variable("desk"), &value);
        let words = |what| {
            [
                what,
                "GET",
                "/core/runbooks",
                "--base-url",
                &base,
                "--token",
                "desk",
                "--json",
            ]
        };
        assert_eq!(home.run(&words("send")).code, 0);
        let home = home.with(&variable("desk"), &later);
        let found = home.run(&words("investigate")).json();
        let evidence = found["verdict"]["evidence"].to_string();
        assert!(evidence.contains(expected), "{found}");
        assert_eq!(found["verdict"]["cause"], "token.rejected");
    }
}
