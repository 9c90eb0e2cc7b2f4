//! Practice APIs that were written before the rules had seen them: what the first verdicts were
//! worth at first sight stands in `worlds/lands/mod.rs`, and here that it has not got worse.

use crate::worlds;

use serde_json::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use worlds::land::{Land, Realm, Weather};
use worlds::measure::{Broken, Tally, investigate, keeps_the_rules};
use worlds::{lands, packs};

/// What the servers saw that they should not have.
fn strays(realm: &Realm, case: &Broken, found: &Value) -> Vec<String> {
    let mut wrong = realm.early();
    let home = realm.server.asked();
    let abroad = realm.other.asked();
    let label = case.label;
    if case.weather == Weather::Abroad {
        if abroad.len() != 1 {
            wrong.push(format!("{label}: {} calls abroad", abroad.len()));
        }
    } else {
        wrong.extend(keeps_the_rules(case, &home, found, 8));
        for asked in &abroad {
            if asked.header("authorization").is_some() {
                wrong.push(format!("{label}: a token went abroad"));
            }
        }
    }
    let mut made_up: Vec<String> = Vec::new();
    for asked in home {
        if !["GET", "HEAD", "OPTIONS"].contains(&asked.method.as_str())
            && asked.method != case.method
        {
            wrong.push(format!("{label}: {} {}", asked.method, asked.target));
        }
        let Some(sent) = asked.header("authorization") else {
            continue;
        };
        let known = |value: &str| !value.is_empty() && sent.contains(value);
        let named = case.tokens.iter().any(|name| known(realm.value(name)))
            || case
                .value
                .as_deref()
                .is_some_and(|value| known(value.trim()))
            || case
                .headers
                .iter()
                .any(|header| header.to_lowercase().starts_with("authorization"));
        if !named && !made_up.iter().any(|before| before == sent) {
            made_up.push(sent.to_owned());
        }
    }
    if made_up.len() > 1 {
        wrong.push(format!("{label}: {} made-up tokens", made_up.len()));
    }
    wrong
}

fn measure(
    land: &'static Land,
    cases: fn(&Realm) -> Vec<Broken>,
    pack: Option<&str>,
) -> (Tally, Vec<String>) {
    let count = cases(&Realm::of(land, Weather::Clear, "")).len();
    let queue = Mutex::new((0..count).collect::<Vec<_>>());
    let result = Mutex::new((Tally::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(place) = queue.lock().unwrap().pop() else {
                        return;
                    };
                    let mut case = cases(&Realm::of(land, Weather::Clear, "")).swap_remove(place);
                    let realm = Realm::of(land, case.weather, &case.url);
                    if case.weather == Weather::Abroad {
                        case.url = format!("{}{}", realm.other.base(), case.url);
                    }
                    let tokens: HashMap<String, String> = realm
                        .people
                        .iter()
                        .map(|holder| (holder.name.to_owned(), holder.value.clone()))
                        .collect();
                    let found = investigate(&realm.server.base(), pack, &tokens, &case, &[]);
                    let wrong = strays(&realm, &case, &found);
                    let mut result = result.lock().unwrap();
                    result.0.note(land.name, &case, &found);
                    result.1.extend(wrong);
                }
            });
        }
    });
    result.into_inner().unwrap()
}

/// All lands, with the pack of each or without any.
fn measured(with_packs: bool) -> Tally {
    let mut whole = Tally::default();
    let only = std::env::var("HTTRIAGE_LAND").unwrap_or_default();
    for (land, cases) in lands::all() {
        if !only.is_empty() && land.name != only {
            continue;
        }
        let pack = with_packs.then(|| packs::of_land(land));
        let (tally, wrong) = measure(land, cases, pack.as_deref());
        println!("{}", tally.line(land.name));
        for (cause, (right, all)) in &tally.causes {
            if right != all {
                println!("    {cause}: {right} of {all}");
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(tally.all >= 60, "{} has {} cases", land.name, tally.all);
        whole.add(tally);
    }
    println!("{}", whole.line("all lands"));
    for line in &whole.wrong {
        println!("  {line}");
    }
    whole
}

#[test]
fn first_verdicts_hold_in_lands_that_the_rules_were_not_made_from() {
    let whole = measured(true);
    assert!(whole.wrong.is_empty(), "{}", whole.line("all lands"));
}

#[test]
fn in_a_land_that_no_pack_knows_no_wrong_verdict_is_sure() {
    let whole = measured(false);
    let sure = &whole.wrong_and_sure;
    assert!(
        sure.is_empty(),
        "{} wrong and sure:\n{}",
        sure.len(),
        sure.join("\n")
    );
}
