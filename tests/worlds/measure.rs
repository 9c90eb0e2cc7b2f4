//! Running the built program on one broken call, and counting how often its first verdict is right.

use super::land::Weather;
use crate::faults::Asked;
use crate::program::Home;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// One broken call and its true cause.
#[derive(Clone, Default)]
pub struct Broken {
    pub label: &'static str,
    pub method: &'static str,
    pub url: String,
    pub tokens: Vec<&'static str>,
    pub headers: Vec<String>,
    pub data: Option<String>,
    /// The value of the first token, where it is not the one of that name.
    pub value: Option<String>,
    pub truth: &'static str,
    pub weather: Weather,
}

pub fn call(
    label: &'static str,
    truth: &'static str,
    method: &'static str,
    url: String,
    tokens: &[&'static str],
) -> Broken {
    Broken {
        label,
        method,
        url,
        tokens: tokens.to_vec(),
        truth,
        ..Broken::default()
    }
}

impl Broken {
    pub fn header(mut self, header: &str) -> Broken {
        self.headers.push(header.to_owned());
        self
    }

    pub fn data(mut self, data: &str) -> Broken {
        self.data = Some(data.to_owned());
        self
    }

    pub fn weather(mut self, weather: Weather) -> Broken {
        self.weather = weather;
        self
    }

    pub fn value(mut self, value: String) -> Broken {
        self.value = Some(value);
        self
    }
}

pub fn variable(name: &str) -> String {
    format!("HTTRIAGE_TOKEN_{}", name.to_ascii_uppercase())
}

/// Runs the program on one case and gives its JSON; with the API's pack, where there is one.
pub fn investigate(
    base: &str,
    pack: Option<&str>,
    tokens: &HashMap<String, String>,
    case: &Broken,
    more: &[&str],
) -> Value {
    let mut home = match pack {
        Some(text) => {
            let id = text.split('"').nth(1).unwrap();
            let home = Home::settled(&format!(
                "[environments.world]\nbase_url = \"{base}\"\nknowledge = \"{id}\"\n"
            ));
            std::fs::create_dir(home.path("knowledge")).unwrap();
            home.write(&format!("knowledge/{id}.toml"), text);
            home
        }
        None => Home::new(),
    };
    for (name, value) in tokens {
        let first = case.tokens.first() == Some(&name.as_str());
        let value = case.value.as_ref().filter(|_| first).unwrap_or(value);
        home = home.with(&variable(name), value);
    }
    let mut args = vec!["investigate", case.method, &case.url, "--json"];
    match pack {
        Some(_) => args.extend(["--env", "world"]),
        None => args.extend(["--base-url", base]),
    }
    for token in &case.tokens {
        args.extend(["--token", token]);
    }
    for header in &case.headers {
        args.extend(["--header", header]);
    }
    if let Some(data) = &case.data {
        args.extend(["--data", data]);
    }
    args.extend(more);
    let ran = home.run(&args);
    assert_eq!(ran.code, 0, "{}: {}", case.label, ran.err);
    ran.json()
}

/// The requests that a server got are one call, and probes that keep the rules.
pub fn keeps_the_rules(
    case: &Broken,
    asked: &[Asked],
    found: &Value,
    budget: usize,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let probes = found["probes"].as_array().unwrap();
    if probes.len() > budget {
        wrong.push(format!("{}: {} probes", case.label, probes.len()));
    }
    let hops = |exchange: &Value| exchange["redirects"].as_array().unwrap().len();
    let more: usize = probes.iter().map(hops).sum::<usize>() + hops(&found["exchange"]);
    if asked.len() > 1 + probes.len() + more {
        wrong.push(format!(
            "{}: {} requests for {} probes",
            case.label,
            asked.len(),
            probes.len()
        ));
    }
    for probe in asked.iter().skip(1 + hops(&found["exchange"])) {
        if !["GET", "HEAD", "OPTIONS"].contains(&probe.method.as_str()) || !probe.body.is_empty() {
            wrong.push(format!(
                "{}: probe {} {}",
                case.label, probe.method, probe.target
            ));
        }
    }
    wrong
}

#[derive(Default)]
pub struct Tally {
    pub all: usize,
    pub right: usize,
    pub sure: usize,
    pub sure_and_right: usize,
    pub wrong: Vec<String>,
    /// Wrong at 0.6 or more.
    pub wrong_and_sure: Vec<String>,
    /// Right and all, by the true cause.
    pub causes: BTreeMap<&'static str, (usize, usize)>,
}

impl Tally {
    pub fn note(&mut self, world: &str, case: &Broken, found: &Value) {
        let verdict = &found["verdict"];
        let (cause, confidence) = (
            verdict["cause"].as_str().unwrap(),
            verdict["confidence"].as_f64().unwrap(),
        );
        let right = cause == case.truth;
        self.all += 1;
        self.right += usize::from(right);
        let of_cause = self.causes.entry(case.truth).or_default();
        of_cause.0 += usize::from(right);
        of_cause.1 += 1;
        if confidence >= 0.9 {
            self.sure += 1;
            self.sure_and_right += usize::from(right);
        }
        if !right && confidence >= 0.6 {
            let line = format!(
                "{world}: {}: {cause} instead of {} ({confidence})",
                case.label, case.truth
            );
            self.wrong_and_sure.push(line);
        }
        if !right {
            let alternatives: Vec<String> = found["alternatives"]
                .as_array()
                .unwrap()
                .iter()
                .map(|a| format!("{} {}", a["cause"].as_str().unwrap(), a["confidence"]))
                .collect();
            self.wrong.push(format!(
                "{world}: {}: {} instead of {} ({confidence}; {}) after {} probes",
                case.label,
                cause,
                case.truth,
                alternatives.join(", "),
                found["probes"].as_array().unwrap().len()
            ));
            // The course of it, for whoever looks into what went wrong.
            if std::env::var_os("HTTRIAGE_COURSE").is_some() {
                for probe in found["probes"].as_array().unwrap() {
                    let request = &probe["request"];
                    self.wrong.push(format!(
                        "      {} {} {}: {}",
                        request["method"],
                        request["url"],
                        probe["token"],
                        probe["outcome"]["status"]
                    ));
                }
                for line in verdict["evidence"].as_array().unwrap() {
                    self.wrong.push(format!("      . {line}"));
                }
            }
        }
    }

    pub fn add(&mut self, other: Tally) {
        self.all += other.all;
        self.right += other.right;
        self.sure += other.sure;
        self.sure_and_right += other.sure_and_right;
        self.wrong.extend(other.wrong);
        self.wrong_and_sure.extend(other.wrong_and_sure);
        for (cause, (right, all)) in other.causes {
            let own = self.causes.entry(cause).or_default();
            own.0 += right;
            own.1 += all;
        }
    }

    pub fn line(&self, name: &str) -> String {
        format!(
            "{name}: {} of {} right ({:.1} %), {} of {} at 0.9 and above",
            self.right,
            self.all,
            100.0 * self.right as f64 / self.all.max(1) as f64,
            self.sure_and_right,
            self.sure
        )
    }
}
