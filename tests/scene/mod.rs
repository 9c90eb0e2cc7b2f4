//! The explorer without a terminal, a network or a clock: keys and messages go in, effects are
//! answered by the sandbox's pure function, and the picture can be looked at.
// Every test file that includes this takes only a part of it.
#![allow(dead_code)]

mod proving;

use httriage::app::pane::{SeenToken, Shown, SignIn};
use httriage::app::{
    Came, Chosen, Effect, FillRun, Gathered, Imported, ImportedToken, Job, Key, Keymap, Message,
    Notice, OpenSession, Painted, Pane, Pasted, Pointer, PointerMove, Proven, SandboxNews, Screen,
    SessionFile, SessionFrom, SetUp, SetupOrder, Start, State, ThemeName, TokenRow, open, update,
};
use httriage::engine::jq;
use httriage::engine::sandbox::{
    CALLS, Call, GUIDE, Request, World, answer, token_names, token_value,
};
use httriage::format::{catalogue_file, registry, session_file, theme_file};
use httriage::insight::Exchange;
use httriage::insight::asking::request;
use httriage::insight::completion::candidates;
use httriage::insight::facts::{Case, Credential, CredentialPlace, Facts, Probed};
use httriage::insight::learned::Learned;
use httriage::insight::matrix::{Answer, Caller, Cell};
use httriage::insight::probe::next;
use httriage::insight::redact::Mask;
use httriage::insight::replay::{Change, Keeping, judge, rerecorded, session_of};
use httriage::insight::survey::Survey;
use httriage::insight::token::inspect;
use httriage::insight::token::signature::{Signature, Verified};
use httriage::insight::token::testimony::Testimony;
use httriage::insight::{BodyText, Catalogue, Found, explain};
use httriage::insight::{received, summary};
use httriage::model::{
    Auth, Body, CallOrigin, Environment, ExchangeId, Expectation, Filtered, KnownCase, Origin,
    Outcome, Param, RawExchange, RequestSpec, Response, Scheme, Secret, SentRequest, Session,
    Settings, SlotPlace, Step, Timestamp, Token, TokenName, TokenRef, TokenSource, limits, resolve,
};
use httriage::ui::{self, Theme};
use hyper::StatusCode;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub const BASE: &str = "http://127.0.0.1:4100";
pub const WIDE: (u16, u16) = (160, 48);
pub const USUAL: (u16, u16) = (80, 24);
pub const SMALL: (u16, u16) = (40, 10);
pub const SIZES: [(u16, u16); 3] = [WIDE, USUAL, SMALL];

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(catalogue_file::built_in()));
static WORLD: LazyLock<World> = LazyLock::new(World::fresh);
/// The practice tokens and the one of the other environments, with made-up fingerprints.
static KNOWN: LazyLock<Vec<(TokenRef, Secret)>> = LazyLock::new(known);
static MASK: LazyLock<Mask> = LazyLock::new(|| Mask::new(&KNOWN));

pub struct Scene {
    pub state: State,
    pub theme: Theme,
    /// Everything that was asked for, oldest first.
    pub asked: Vec<Effect>,
    /// Effects are kept instead of answered; `answer_all` answers them.
    pub held: bool,
    /// Draws after every message, so that pages and rows are measured as in the real loop.
    pub draws: bool,
    /// What the next calls come back with, instead of the sandbox's answer.
    pub outcomes: Vec<Outcome>,
    /// What the store holds, oldest first, and what was forgotten of it.
    pub store: Vec<Arc<Exchange>>,
    pub forgotten: Vec<ExchangeId>,
    /// Investigations stop in the middle.
    pub halfway: bool,
    /// The session files that there are.
    pub sessions: Vec<(PathBuf, Session)>,
    /// The support cases of one's own and of the team.
    pub cases: Vec<KnownCase>,
    /// Tokens that are not practice tokens.
    pub rows: Vec<TokenRow>,
    /// What is heard of a token that is verified.
    pub proven: Proven,
    /// What the person's editor makes of the next text.
    pub leaves: Option<Vec<u8>>,
    waiting: Vec<Effect>,
    waiting_messages: Vec<Message>,
    world: World,
    calls: u16,
    /// What the calls of a run are made for, and the first of them.
    run: (CallOrigin, Option<ExchangeId>),
}

pub fn now() -> Timestamp {
    "2026-03-14T02:07:00Z".parse().unwrap()
}

/// What the runtime makes of a pasted token.
/// A device that waits for a yes in a browser.
pub fn signing_in() -> Message {
    Message::SignIn(Box::new(SignIn {
        token: TokenName::new("me").unwrap(),
        user_code: Some("BCDF-GHJK".to_owned()),
        url: "https://login.practice.example/device".to_owned(),
        whole_url: Some("https://login.practice.example/device?user_code=BCDF-GHJK".to_owned()),
        until: after_ms(600_000),
    }))
}

/// A token that waits for a yes in a browser on this machine.
pub fn signing_in_here() -> Message {
    Message::SignIn(Box::new(SignIn {
        token: TokenName::new("me").unwrap(),
        user_code: None,
        url: "https://login.practice.example/authorize?response_type=code&state=s1".to_owned(),
        whole_url: None,
        until: after_ms(600_000),
    }))
}

pub fn pasted_token(value: &str, is_certain: bool) -> Message {
    Message::PasteToken {
        text: Pasted(value.to_owned()),
        seen: Box::new(SeenToken {
            report: inspect(value, now(), &CATALOGUE.library.marks()),
            fingerprint: "7b62".to_owned(),
            mended: vec!["the scheme in front of it: taken off".to_owned()],
            is_certain,
        }),
    }
}

pub fn after_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(now().as_millisecond() + ms).unwrap()
}

/// The sandbox, a protected environment and an open one, and the sandbox's first call.
pub fn start(size: (u16, u16)) -> Start {
    let acme = |name: &str, protected| Environment {
        name: name.to_owned(),
        base_url: format!("https://{name}.example"),
        variables: vec![("runbook".to_owned(), "7".to_owned())],
        tokens: vec![TokenName::new("desk").unwrap()],
        protected,
        configured: true,
        ..Environment::default()
    };
    Start {
        settings: Settings::default(),
        catalogue: CATALOGUE.clone(),
        keymap: Keymap::default(),
        themes: theme_file::built_in()
            .into_iter()
            .map(|scheme| ThemeName {
                name: scheme.name,
                note: scheme.note,
            })
            .collect(),
        theme: Scheme::USUAL.to_owned(),
        guide: session_file::read(GUIDE, "guide").unwrap().steps,
        environments: vec![
            Environment::sandbox(),
            acme("acme-live", true),
            acme("acme-test", false),
        ],
        environment: 0,
        spec: spec_of(&CALLS[0]),
        is_written: false,
        send_first: true,
        pasted: None,
        was_argument: false,
        session: None,
        case: None,
        now: now(),
        zone: TimeZone::UTC,
        size,
        has_keyring: false,
    }
}

/// A saved session: a refusal as recorded, one whose code is not, a list that was allowed, and a
/// call that writes.
pub fn session() -> Session {
    let step = |name: &str, method: &str, url: &str, token: &str, status, codes: &[&str]| Step {
        name: name.to_owned(),
        spec: RequestSpec {
            auth: Auth::Bearer(TokenName::new(token).unwrap()),
            ..RequestSpec::new(method, format!("{{{{base}}}}{url}"))
        },
        expect: Some(Expectation {
            status: Some(status),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            ..Expectation::default()
        }),
        ..Step::default()
    };
    Session {
        name: "ACME-1234 tasks refused".to_owned(),
        note: "customer's integration token".to_owned(),
        environment: Some("sandbox".to_owned()),
        variables: vec![("runbook".to_owned(), "7".to_owned())],
        steps: vec![
            step(
                "list tasks",
                "GET",
                "/core/runbooks/{{runbook}}/tasks",
                "support",
                403,
                &["forbidden"],
            ),
            step(
                "show it",
                "GET",
                "/core/runbooks/{{runbook}}",
                "support",
                404,
                &["not_found"],
            ),
            step("all runbooks", "GET", "/core/runbooks", "admin", 200, &[]),
            step(
                "start it",
                "PATCH",
                "/core/runbooks/{{runbook}}/start",
                "viewer",
                200,
                &[],
            ),
        ],
    }
}

/// A call of the guided list, as a person would type it.
pub fn spec_of(call: &Call) -> RequestSpec {
    let mut spec = RequestSpec::new(call.method, format!("{{{{base}}}}{}", call.url));
    spec.auth = match call.token {
        Some(name) => Auth::Bearer(TokenName::new(name).unwrap()),
        None => Auth::None,
    };
    let headers = call.headers.iter();
    spec.headers = headers.map(|(n, v)| Param::new(*n, *v)).collect();
    spec.body = call
        .data
        .map_or(Body::Empty, |data| Body::Text(data.to_owned()));
    spec
}

/// The guided call whose note holds these words.
pub fn guided(words: &str) -> RequestSpec {
    spec_of(CALLS.iter().find(|c| c.note.contains(words)).unwrap())
}

impl Scene {
    /// Opened, with nothing carried out yet.
    pub fn closed(start: Start) -> Scene {
        let (state, effects) = open(start);
        Scene {
            state,
            theme: Theme::new(true, false),
            asked: effects.clone(),
            held: true,
            draws: false,
            outcomes: Vec::new(),
            store: Vec::new(),
            forgotten: Vec::new(),
            halfway: false,
            sessions: vec![("acme-1234.session.toml".into(), session())],
            cases: Vec::new(),
            rows: Vec::new(),
            proven: Proven {
                verified: Verified {
                    signature: Signature::Holds,
                    algorithm: Some("ES256".to_owned()),
                    key: Some("practice-2".to_owned()),
                    issuer: Some("https://login.practice.example".to_owned()),
                    remarks: Vec::new(),
                },
                testimony: Testimony::default(),
                issuer: None,
                troubles: Vec::new(),
            },
            leaves: None,
            waiting: effects,
            waiting_messages: Vec::new(),
            world: WORLD.clone(),
            calls: 0,
            run: (CallOrigin::Person, None),
        }
    }

    /// Opened, with the sandbox up and its first answer in front.
    pub fn open(size: (u16, u16)) -> Scene {
        let mut scene = Scene::closed(start(size));
        scene.held = false;
        scene.answer_all();
        scene
    }

    /// Opened, with the focus on the call line.
    pub fn on_call(size: (u16, u16)) -> Scene {
        let mut scene = Scene::open(size);
        scene.keys("backtab backtab");
        assert!(scene.state.is_on_call());
        scene
    }

    /// The focus is on the request beneath the call line.
    pub fn beneath_the_line(&mut self) -> &mut Scene {
        self.state.focus = Pane::Request;
        self.state.builder.on_url = false;
        self
    }

    /// Opened, and drawn after every message.
    pub fn drawn(size: (u16, u16)) -> Scene {
        let mut scene = Scene::open(size);
        scene.draws = true;
        scene.picture();
        scene
    }

    /// Words are keys if they name one, else they are typed.
    pub fn keys(&mut self, words: &str) -> &mut Scene {
        for word in words.split_whitespace() {
            match Key::parse(word) {
                Some(key) => self.tell(Message::Key(key)),
                None => self.types(word),
            };
        }
        self
    }

    pub fn types(&mut self, text: &str) -> &mut Scene {
        for c in text.chars() {
            let key = match c {
                ' ' => Key::parse("space"),
                c => Key::parse(&c.to_string()),
            };
            self.tell(Message::Key(key.unwrap()));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Scene {
        self.tell(Message::Paste(text.to_owned()))
    }

    pub fn resize(&mut self, (width, height): (u16, u16)) -> &mut Scene {
        self.tell(Message::Resized { width, height })
    }

    /// The mouse at a cell.
    pub fn points(&mut self, what: PointerMove, (x, y): (u16, u16)) -> &mut Scene {
        self.tell(Message::Pointer(Pointer { x, y, what }))
    }

    /// Presses and lets go where these words stand in the picture.
    pub fn click(&mut self, words: &str) -> &mut Scene {
        let place = self.place_of(words);
        self.points(PointerMove::Press, place);
        self.points(PointerMove::Release, place)
    }

    /// The cell where these words begin.
    #[track_caller]
    pub fn place_of(&mut self, words: &str) -> (u16, u16) {
        let buffer = self.picture();
        for y in 0..buffer.area.height {
            let row = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
            let mut line = String::new();
            let mut starts = Vec::new();
            for symbol in row {
                starts.push(line.len());
                line.push_str(symbol);
            }
            if let Some(at) = line.find(words) {
                let x = starts.iter().position(|start| *start == at).unwrap();
                return (x as u16, y);
            }
        }
        panic!("{words:?} is not in the picture:\n{}", text_of(&buffer));
    }

    pub fn tell(&mut self, message: Message) -> &mut Scene {
        let mut effects = update(&mut self.state, message);
        self.asked.extend(effects.clone());
        // A call that is here comes before anything else can happen, as it does in the loop.
        if self.held {
            let is_here =
                |effect: &mut Effect| matches!(effect, Effect::Fetch { held: Some(_), .. });
            for fetch in effects.extract_if(.., is_here).collect::<Vec<_>>() {
                if let Some(fetched) = self.carry_out(fetch) {
                    self.tell(fetched);
                }
            }
        }
        self.waiting.extend(effects);
        if !self.held {
            self.answer_all();
        }
        if self.draws {
            self.picture();
        }
        self
    }

    /// Puts a request into the builder, as loading one does, and sends it.
    pub fn send(&mut self, spec: &RequestSpec) -> &mut Scene {
        self.state.builder.load(spec);
        self.keys("ctrl-r")
    }

    /// Carries out what was asked for and not answered yet.
    pub fn answer_all(&mut self) -> &mut Scene {
        while !self.waiting.is_empty() || !self.waiting_messages.is_empty() {
            let message = if self.waiting_messages.is_empty() {
                let effect = self.waiting.remove(0);
                self.carry_out(effect)
            } else {
                Some(self.waiting_messages.remove(0))
            };
            if let Some(message) = message {
                let effects = update(&mut self.state, message);
                self.asked.extend(effects.clone());
                self.waiting.extend(effects);
            }
        }
        self
    }

    /// Carries out one thing and holds its answer back.
    pub fn carry_out_next(&mut self) -> Option<Message> {
        let effect = self.waiting.remove(0);
        self.carry_out(effect)
    }

    /// Carries out something that was asked for, before its turn.
    pub fn carries_out(&mut self, effect: Effect) -> Option<Message> {
        self.carry_out(effect)
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Message> {
        match effect {
            Effect::StartSandbox => Some(Message::Sandbox(SandboxNews::Up {
                base_url: BASE.to_owned(),
            })),
            Effect::ReadTokens(environment) => {
                let names = if environment.sandbox {
                    token_names()
                } else {
                    environment.tokens.clone()
                };
                let rows = names.iter().map(|name| self.row(name.clone(), false));
                let looked = Message::Looked {
                    environment: environment.name.clone(),
                    tokens: rows.collect(),
                };
                self.waiting_messages.push(looked);
                Some(Message::Tokens {
                    environment: environment.name,
                    tokens: names.into_iter().map(reference).collect(),
                })
            }
            Effect::Send {
                job,
                typed,
                sent,
                environment,
                case,
                manner: _,
            } => {
                let place = environment.clone();
                let exchange = self.exchange(*typed, *sent, environment.name, case);
                let knowledge = CATALOGUE.library.of_exchange(&exchange, &place);
                Some(Message::Sent {
                    job,
                    answer: Box::new(Shown::new(Arc::new(exchange), knowledge)),
                })
            }
            Effect::Remember(exchange) => {
                self.store.push(exchange);
                None
            }
            Effect::Recall {
                question,
                query,
                after,
            } => {
                let found = self.store.iter().rev().map(|exchange| summary(exchange));
                let found = found
                    .filter(|s| query.matches(s) && !self.forgotten.contains(&s.id))
                    .filter(|s| after.as_ref().is_none_or(|after| s.id < *after));
                Some(Message::Recalled {
                    question,
                    found: found.collect(),
                    has_older: false,
                    after,
                })
            }
            Effect::Fetch { id, held, then } => {
                let stored = self
                    .store
                    .iter()
                    .find(|exchange| exchange.id == id)
                    .cloned();
                let exchange = held.or(stored);
                Some(Message::Fetched { exchange, then })
            }
            Effect::Index {
                question,
                source,
                view,
            } => {
                let media_type = source.media_type();
                let body = BodyText::in_view(source.bytes(), media_type.as_deref(), view);
                Some(Message::Indexed {
                    question,
                    body: Arc::new(body),
                })
            }
            Effect::Search {
                question,
                source,
                pattern,
            } => {
                let found = Found::new(source.bytes(), *pattern, &mut |_| true)?;
                Some(Message::Searched {
                    question,
                    found: Arc::new(found),
                })
            }
            Effect::Jq {
                question,
                filter,
                exchange,
            } => {
                let body = &exchange.outcome.response()?.body;
                Some(Message::Filtered {
                    question,
                    filtered: filtered(&filter, body),
                })
            }
            Effect::Explain {
                exchange,
                environment,
                then,
            } => Some(Message::Explained {
                case: Box::new(self.case_of(exchange, *environment)),
                then,
            }),
            Effect::Investigate {
                job,
                exchange,
                environment,
                budget,
                ..
            } => {
                self.run = (CallOrigin::Probe, None);
                let mut case = self.case_of(exchange.clone(), *environment);
                case.budget = budget;
                let told = |case: &Case| Message::Probed {
                    job,
                    case: Box::new(case.clone()),
                };
                let mut messages = vec![told(&case)];
                while let Some(probe) = next(&case) {
                    let asked = request(&probe, &exchange.typed, &exchange.sent, &case);
                    let (spec, place) = asked.unwrap();
                    let sent = resolve(&spec, &place).unwrap();
                    let mut made = self.exchange(spec, sent, place.name, None).into_raw();
                    made.probe_of = Some(exchange.id.clone());
                    let made = self.of_run(made);
                    let facts = Facts::read(Arc::new(made), "");
                    case.budget -= 1;
                    case.probes.push(Probed { probe, facts });
                    messages.push(told(&case));
                }
                if self.halfway {
                    messages.truncate(3);
                } else {
                    messages.push(Message::Investigated {
                        job,
                        case: Box::new(case),
                    });
                }
                let last = messages.pop();
                for message in messages {
                    let effects = update(&mut self.state, message);
                    self.asked.extend(effects.clone());
                    self.waiting.extend(effects);
                }
                last
            }
            Effect::Isolate {
                job,
                exchange,
                environment,
                against,
                alone,
                ..
            } => Some(self.isolates(job, &exchange, &environment, against.as_ref(), alone)),
            Effect::Refute { job, case } => Some(self.refutes(job, case)),
            Effect::When {
                exchange,
                environment,
            } => Some(self.turns(&exchange, &environment)),
            Effect::Compare { was, is } => Some(Message::Compared {
                diff: Arc::new(httriage::insight::answer_diff(&was, &is)),
                was: was.id.clone(),
                is: is.id.clone(),
            }),
            Effect::Forget(ids) => {
                self.forgotten.extend(ids);
                None
            }
            Effect::Restore(ids) => {
                self.forgotten.retain(|id| !ids.contains(id));
                None
            }
            Effect::SaveSession { name, .. } => {
                let words = format!("Saved as {name}.session.toml.");
                Some(Message::Told(Notice::info(words)))
            }
            Effect::GatherSession {
                job,
                name,
                chosen,
                held,
                front,
                environments,
            } => {
                let mut calls: Vec<_> = match &chosen {
                    Chosen::Calls(ids) => {
                        let all = self.store.iter().chain(&held);
                        all.filter(|call| ids.contains(&call.id)).cloned().collect()
                    }
                    Chosen::Case(case) => {
                        let all = self.store.iter();
                        all.filter(|call| call.case.as_ref() == Some(case) && call.is_own())
                            .cloned()
                            .collect()
                    }
                };
                calls.dedup_by(|a, b| a.id == b.id);
                let front = calls
                    .iter()
                    .position(|call| Some(&call.id) == front.as_ref());
                let keeping = Keeping {
                    environments: &environments,
                    ..Keeping::default()
                };
                let calls = calls.iter().map(|call| &**call);
                let (session, notes) = session_of(name, "", calls, keeping);
                Some(Message::Gathered {
                    job,
                    gathered: Ok(Gathered {
                        session,
                        front,
                        notes: notes.into_iter().map(|note| note.message).collect(),
                    }),
                })
            }
            Effect::ListSessions(listing) => {
                let files = self.sessions.iter().map(|(path, _)| SessionFile {
                    name: file_name(path),
                    path: path.clone(),
                });
                Some(Message::Sessions(files.collect(), listing))
            }
            Effect::ListCases => Some(Message::Cases(self.cases.clone())),
            Effect::WriteSession { job, session } => {
                let path = PathBuf::from(format!("{}.session.toml", session.name));
                self.sessions.push((path.clone(), (*session).clone()));
                Some(Message::Opened {
                    job,
                    screen: Screen::Sessions,
                    session: Ok(Box::new(OpenSession {
                        path: Some(path),
                        session: *session,
                    })),
                })
            }
            Effect::OpenSession { job, screen, from } => {
                let session = match from {
                    SessionFrom::File(path) => self.sessions.iter().find(|s| s.0 == path).cloned(),
                    SessionFrom::Calls { name, held, .. } => {
                        let held = held.iter().map(|exchange| &**exchange);
                        let (session, _) = session_of(name, "", held, Keeping::default());
                        Some((PathBuf::new(), session))
                    }
                };
                let session = session.map(|(path, session)| {
                    let path = (path != PathBuf::new()).then_some(path);
                    Box::new(OpenSession { path, session })
                });
                Some(Message::Opened {
                    job,
                    screen,
                    session: session.ok_or_else(|| "There is no such session.".to_owned()),
                })
            }
            Effect::Replay { job, run } => {
                self.run = (CallOrigin::Replay, None);
                for (step, of) in run.session.steps.iter().enumerate().skip(run.from) {
                    let mut spec = of.spec.clone();
                    if let Some(token) = &run.token {
                        spec.auth = Auth::Bearer(token.clone());
                    }
                    let made = self.call(spec, &run.environment, &run.session.variables);
                    let mut report = judge(of, &made);
                    let made = Arc::new(made);
                    let refused = made.outcome.status().is_some_and(|status| status >= 400);
                    if report.change == Change::Changed && refused {
                        let case = self.case_of(made.clone(), run.environment.clone());
                        report.verdict = Some(explain(&case, &CATALOGUE).verdict().clone());
                    }
                    self.waiting_messages.push(Message::Stepped {
                        job,
                        step,
                        report: Box::new(report),
                        exchange: Some(made),
                    });
                }
                self.waiting_messages
                    .push(Message::Done { job, trouble: None });
                None
            }
            Effect::Fill { job, run } => {
                self.run = (CallOrigin::Matrix, None);
                for (row, step) in run.session.steps.iter().enumerate() {
                    for (column, caller) in run.callers.iter().enumerate() {
                        let message = self.cell(job, &run, (row, step), (column, caller));
                        self.waiting_messages.push(message);
                    }
                }
                self.waiting_messages
                    .push(Message::Done { job, trouble: None });
                None
            }
            Effect::Survey {
                job,
                token,
                environment,
                ..
            } => {
                self.run = (CallOrigin::Survey, None);
                let knowledge = CATALOGUE.library.of_environment(&environment);
                let mut survey = Survey::of(&knowledge, &environment);
                while let Some(spec) = survey.next(&token) {
                    let made = self.call(spec, &environment, &[]);
                    survey.take(&made, &knowledge);
                    self.waiting_messages.push(Message::Surveyed {
                        job,
                        survey: Box::new(survey.clone()),
                        exchange: Arc::new(made),
                    });
                }
                self.waiting_messages
                    .push(Message::Done { job, trouble: None });
                None
            }
            Effect::Verify {
                job,
                token,
                environment,
                allowed,
                ..
            } => {
                // Its issuer is asked only where that was agreed to.
                let issuer = "https://login.practice.example";
                let origin = Origin::parse(issuer).unwrap();
                let came = if allowed.contains(&origin) {
                    Came::Told(Box::new(self.proven.clone()))
                } else {
                    Came::Asks {
                        origin,
                        why: "The token itself names it as its issuer.".to_owned(),
                    }
                };
                let row = self.state.tokens_pane.row(&environment.name, &token);
                self.waiting_messages.push(Message::Proven {
                    job,
                    environment: environment.name.clone(),
                    token: row.unwrap().token.clone(),
                    came,
                });
                self.waiting_messages
                    .push(Message::Done { job, trouble: None });
                None
            }
            Effect::GetToken { job, .. } => Some(Message::Done { job, trouble: None }),
            Effect::Record {
                job,
                path,
                step,
                held,
                token,
                ..
            } => {
                let (_, session) = self.sessions.iter_mut().find(|s| s.0 == path)?;
                session.steps[step].expect = Some(rerecorded(&session.steps[step], &*held?));
                if let Some(token) = token {
                    session.steps[step].spec.auth = Auth::Bearer(token);
                }
                let session = session.clone();
                Some(Message::Opened {
                    job,
                    screen: Screen::Sessions,
                    session: Ok(Box::new(OpenSession {
                        path: Some(path),
                        session,
                    })),
                })
            }
            Effect::Export(_) => Some(Message::Told(Notice::info("Written as x."))),
            Effect::LookAtTokens {
                environment,
                names,
                reads,
            } => {
                let all = if environment.sandbox {
                    token_names()
                } else {
                    environment.tokens.clone()
                };
                let names = if names.is_empty() { all } else { names };
                let rows = names.into_iter().map(|name| self.row(name, reads));
                Some(Message::Looked {
                    environment: environment.name,
                    tokens: rows.collect(),
                })
            }
            Effect::AskToken(name) => {
                let mut row = self.row(name, true);
                row.token = reference(row.token.name);
                row.source = Some(TokenSource::Prompt);
                self.rows.retain(|known| known.token.name != row.token.name);
                self.rows.push(row.clone());
                Some(Message::SecretGiven(Some(Box::new(row))))
            }
            Effect::Learn { environment, .. } => {
                let calls = self.store.iter().rev().map(|exchange| summary(exchange));
                let calls = calls.filter(|call| call.environment == environment);
                let learned = Arc::new(Learned::of(calls));
                Some(Message::Learned {
                    environment,
                    learned,
                })
            }
            Effect::UseTheme(name) => {
                let scheme = theme_file::built_in();
                let scheme = scheme.into_iter().find(|s| s.name == name).unwrap();
                self.theme = Theme::of(&scheme, true, self.theme.ascii);
                None
            }
            Effect::FindPlaces(environment) => {
                let calls: Vec<_> = self.store.iter().rev().map(|e| summary(e)).collect();
                let knowledge = CATALOGUE.library.of_environment(&environment);
                let endpoints = knowledge.endpoints(&environment.base_url);
                Some(Message::Places {
                    known: candidates(&calls, &environment, &endpoints),
                    environment: environment.name,
                })
            }
            Effect::OpenEditor { draft, .. } => {
                let text = self.leaves.take()?;
                Some(Message::Edited { draft, text })
            }
            Effect::LookAtCookies => Some(Message::Cookies {
                rows: Vec::new(),
                are_used: true,
            }),
            Effect::SetUp(order) => Some(Message::SetUp(Ok(Box::new(self.set_up(*order))))),
            Effect::TypeToken(_)
            | Effect::ForgetTyped
            | Effect::HoldToken(_)
            | Effect::CameBack(_)
            | Effect::UseToken { .. }
            | Effect::OpenPage(_)
            | Effect::RemoveEnvironment(_)
            | Effect::RemoveToken(_)
            | Effect::Cancel(_)
            | Effect::ChangeCookies(_)
            | Effect::Permit { .. }
            | Effect::StopReading(_)
            | Effect::Remind { .. }
            | Effect::Resolve { .. }
            | Effect::LetGo(_)
            | Effect::TellCase { .. }
            | Effect::UseMouse(_)
            | Effect::Suspend
            | Effect::Quit => None,
            Effect::SaveBody { source, path } => Some(Message::Saved { source, path }),
            Effect::OpenFile(_) => None,
            Effect::Copy { what, .. } => {
                let words = format!("Copied {what} to the clipboard, through the terminal.");
                Some(Message::Told(Notice::info(words)))
            }
            Effect::TakeIn { text, was_argument } => Some(self.take_in(&text, was_argument)),
        }
    }

    /// The settings as they would be read again.
    fn set_up(&self, order: SetupOrder) -> SetUp {
        let SetupOrder {
            is_token_alone,
            changes,
            mut environment,
            token,
            path,
        } = order;
        let mut settings = Settings::default();
        environment.configured = true;
        environment
            .tokens
            .extend(token.iter().map(|token| token.name.clone()));
        settings.tokens.extend(token.iter().map(|token| Token {
            name: token.name.clone(),
            source: match &token.grant {
                Some(grant) => TokenSource::Grant(grant.clone()),
                None => TokenSource::Prompt,
            },
            origins: None,
            placement: token.placement.clone(),
            ttl: None,
        }));
        settings.environments.push(environment.clone());
        SetUp {
            settings,
            token: token.map(|token| token.name),
            path: (changes.is_none() && !is_token_alone).then_some(path),
            says: format!(
                "Environment {} is defined in config.toml.",
                environment.name
            ),
            environment: (!is_token_alone).then_some(environment.name),
        }
    }

    fn case_of(&self, exchange: Arc<Exchange>, environment: Environment) -> Case {
        let credential = match exchange.token() {
            Some(token) => Credential {
                place: CredentialPlace::Authorization,
                scheme: Some("Bearer".to_owned()),
                token: Some(token.name.clone()),
                report: None,
            },
            None if exchange.sent.headers.get("authorization").is_some() => Credential {
                place: CredentialPlace::Authorization,
                scheme: Some("Bearer".to_owned()),
                ..Credential::default()
            },
            None => Credential::default(),
        };
        let knowledge = CATALOGUE.library.of_exchange(&exchange, &environment);
        Case::of(Facts::read(exchange, ""), credential, environment, now()).knowing(knowledge)
    }

    /// A pasted text as the runtime reads it, its tokens with made-up fingerprints.
    fn take_in(&mut self, text: &Pasted, was_argument: bool) -> Message {
        let library = &self.state.catalogue.library;
        let saved = received(text.0.as_bytes(), library);
        let is_answer = saved.as_ref().is_some_and(|saved| saved.is_answer());
        if let Some(format) = registry::told(&text.0).filter(|_| !is_answer) {
            let kind = Some(format.kind);
            let read = registry::read(&text.0, "paste", kind, &[], &|_| None, &mut |_| {});
            let mut collection = match read {
                Ok(collection) => collection,
                Err(error) => return Message::Told(Notice::trouble(error.to_string(), "")),
            };
            collection.go_to_base();
            let count = collection.requests.len();
            let noun = format.noun_of(count);
            let session = format.is_session(count);
            let session = session.then(|| collection.session(noun).0);
            let mut spec = collection.requests.remove(0).spec;
            spec.fill_in(&collection.variables);
            let tokens = collection.tokens.into_iter().map(|found| ImportedToken {
                token: reference(found.name),
                place: found.place,
                with_value: found.value.is_some(),
            });
            return Message::Imported(Box::new(Imported {
                tokens: tokens.collect(),
                spec,
                noun,
                count,
                notes: collection.notes,
                session: session.map(Box::new),
                was_argument,
            }));
        }
        let saved = saved.unwrap();
        let says = saved.says();
        self.calls += 1;
        let sent = saved.sent.unwrap_or_else(|| SentRequest {
            url: "pasted answer".to_owned(),
            ..SentRequest::default()
        });
        let mut typed = RequestSpec::default();
        if !sent.method.is_empty() {
            typed = RequestSpec::new(&*sent.method, &*sent.url);
        }
        Message::Received(
            Arc::new(MASK.exchange(RawExchange {
                case: None,
                id: ExchangeId::new(now(), self.calls),
                environment: Environment::RECEIVED.to_owned(),
                typed,
                sent,
                outcome: saved.outcome,
                redirects: saved.hops,
                attempts: 0,
                unverified: Vec::new(),
                probe_of: None,
                run: None,
                origin: Default::default(),
                started_at: now(),
                took: Duration::ZERO,
            })),
            says,
        )
    }

    /// A call of a run, made and answered.
    fn call(
        &mut self,
        spec: RequestSpec,
        environment: &Environment,
        variables: &[(String, String)],
    ) -> Exchange {
        let mut place = environment.clone();
        place.variables.splice(0..0, variables.iter().cloned());
        let made = match resolve(&spec, &place) {
            Ok(sent) => self.exchange(spec, sent, environment.name.clone(), None),
            Err(failure) => {
                self.outcomes.insert(0, Outcome::Failed(failure));
                self.exchange(spec, SentRequest::default(), environment.name.clone(), None)
            }
        };
        self.of_run(made.into_raw())
    }

    /// The call as one of the run under way.
    fn of_run(&mut self, mut made: RawExchange) -> Exchange {
        made.origin = self.run.0;
        let first = self.run.1.get_or_insert_with(|| made.id.clone());
        made.run = Some(first.clone());
        MASK.exchange(made)
    }

    fn cell(
        &mut self,
        job: Job,
        run: &FillRun,
        (row, step): (usize, &Step),
        (column, caller): (usize, &Caller),
    ) -> Message {
        let filled = |cell, exchange| Message::Filled {
            job,
            row,
            column,
            cell,
            exchange,
        };
        if !step.spec.is_safe() && !run.writes {
            return filled(Cell::Skipped("it writes".to_owned()), None);
        }
        let mut spec = step.spec.clone();
        spec.auth = caller.token().cloned().map_or(Auth::None, Auth::Bearer);
        let mut variables = run.session.variables.clone();
        variables.extend(
            ["workspace", "runbook", "task", "stream", "field", "user"]
                .map(|name| (name.to_owned(), "1".to_owned())),
        );
        let made = self.call(spec, &run.environment, &variables);
        let knowledge = CATALOGUE.library.of_exchange(&made, &run.environment);
        let cell = Cell::Came(Box::new(Answer::of(&made, &knowledge)));
        filled(cell, Some(Arc::new(made)))
    }

    /// What is known of a token: of one that a test laid down, else of a practice token.
    fn row(&self, name: TokenName, reads: bool) -> TokenRow {
        if let Some(row) = self.rows.iter().find(|row| row.token.name == name) {
            return row.clone();
        }
        let value = KNOWN.iter().find(|(token, _)| token.name == name);
        let has_value = value.is_some() || reads;
        TokenRow {
            token: if has_value {
                reference(name)
            } else {
                TokenRef {
                    name,
                    fingerprint: None,
                }
            },
            source: value.map(|_| TokenSource::Sandbox),
            origins: Vec::new(),
            report: value
                .map(|(_, value)| inspect(value.reveal(), now(), &CATALOGUE.library.marks())),
            trouble: (!has_value).then(|| "There is no such token.".to_owned()),
            got: None,
        }
    }

    /// The call as it comes back: answered, named, and without its secrets.
    fn exchange(
        &mut self,
        typed: RequestSpec,
        mut sent: SentRequest,
        environment: String,
        case: Option<String>,
    ) -> Exchange {
        let outcome = if self.outcomes.is_empty() {
            Outcome::Answered(self.sandbox_answer(&sent))
        } else {
            self.outcomes.remove(0)
        };
        sent.token = sent.token.map(|token| reference(token.name));
        sent.put(|slot| {
            let mut known = KNOWN.iter().map(|(token, _)| token);
            let token = known.find(|token| token.name == slot.name)?;
            matches!(slot.place, SlotPlace::Header(_)).then(|| token.mask())
        });
        self.calls += 1;
        MASK.exchange(RawExchange {
            case,
            id: ExchangeId::new(now(), self.calls),
            environment,
            typed,
            sent,
            outcome,
            redirects: Vec::new(),
            attempts: 1,
            unverified: Vec::new(),
            started_at: now(),
            took: Duration::from_millis(82),
            probe_of: None,
            run: None,
            origin: Default::default(),
        })
    }

    fn sandbox_answer(&mut self, sent: &SentRequest) -> Response {
        let mut filled = sent.clone();
        filled.put(|slot| {
            let mut known = KNOWN.iter();
            let (_, value) = known.find(|(token, _)| token.name == slot.name)?;
            Some(value.reveal().to_owned())
        });
        let url = url::Url::parse(&sent.url).unwrap();
        let query = url.query().map_or(String::new(), |q| format!("?{q}"));
        let headers = filled.headers.iter();
        let request = Request {
            method: sent.method.clone(),
            target: format!("{}{query}", url.path()),
            headers: headers
                .map(|h| (h.name.to_lowercase(), h.text().into_owned()))
                .collect(),
            body: sent.body.clone(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let response = answer(&mut self.world, &request, now()).response;
        let reason = StatusCode::from_u16(response.status).unwrap();
        Response {
            reason: reason.canonical_reason().unwrap_or_default().to_owned(),
            version: "HTTP/1.1".to_owned(),
            ..response
        }
    }

    /// The screen as it is now; what it measured goes back into the state.
    pub fn picture(&mut self) -> Buffer {
        let (buffer, painted) = draw(&self.state, &self.theme, self.state.size);
        self.state.painted = painted;
        buffer
    }

    pub fn status_in_front(&self) -> Option<u16> {
        self.state
            .response
            .shown
            .as_ref()?
            .exchange
            .outcome
            .status()
    }

    pub fn notice(&self) -> String {
        let notice = self.state.notice.as_ref();
        notice.map_or(String::new(), |n| format!("{} {}", n.what, n.remedy))
    }

    /// The jobs of all calls that were asked for.
    pub fn jobs(&self) -> Vec<Job> {
        let jobs = self.asked.iter().filter_map(|effect| match effect {
            Effect::Send { job, .. } => Some(*job),
            _ => None,
        });
        jobs.collect()
    }

    pub fn last_sent(&self) -> &SentRequest {
        let sent = self.asked.iter().rev().find_map(|effect| match effect {
            Effect::Send { sent, .. } => Some(sent),
            _ => None,
        });
        sent.unwrap()
    }
}

/// The results of a filter, without a process for it.
fn filtered(filter: &str, body: &[u8]) -> Result<(Arc<Filtered>, Arc<BodyText>), String> {
    let mut kept = Vec::new();
    let mut results = jq::Results::new(&mut kept, limits::JQ_OUTPUT);
    let ending = jq::evaluate(filter, body, &mut results, &|| false);
    drop(results);
    let filtered = jq::finished(filter, body, kept, ending)?;
    let lines = BodyText::new(&filtered.body, Some(Filtered::MEDIA_TYPE));
    Ok((Arc::new(filtered), Arc::new(lines)))
}

/// As the folder of sessions names it.
fn file_name(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    name.trim_end_matches(".session.toml").to_owned()
}

pub fn draw(state: &State, theme: &Theme, (width, height): (u16, u16)) -> (Buffer, Painted) {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut painted = Painted::default();
    terminal
        .draw(|frame| painted = ui::draw(state, theme, frame))
        .unwrap();
    (terminal.backend().buffer().clone(), painted)
}

fn known() -> Vec<(TokenRef, Secret)> {
    let mut known: Vec<_> = token_names()
        .into_iter()
        .map(|name| {
            let value = token_value(name.as_str()).unwrap();
            (reference(name), value)
        })
        .collect();
    let desk = TokenName::new("desk").unwrap();
    known.push((reference(desk), Secret::new("desk-".repeat(9))));
    known
}

fn reference(name: TokenName) -> TokenRef {
    let sum: u32 = name.as_str().bytes().map(u32::from).sum();
    TokenRef {
        name,
        fingerprint: Some(format!("{:04x}", 0xa000 + sum)),
    }
}

/// The characters on the screen, a line a row, without the blanks at the ends.
pub fn text_of(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = symbol.width().saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A short hash of every cell's colours and modifiers.
pub fn styles_of(buffer: &Buffer) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for cell in &buffer.content {
        for byte in format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{:08x}", (hash >> 32) as u32 ^ hash as u32)
}
