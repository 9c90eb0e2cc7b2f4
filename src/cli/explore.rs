//! `httriage` alone: the explorer.

use super::args::ExploreArgs;
use super::choice;
use super::explain;
use super::import;
use super::misuse;
use super::print::{Color, Out};
use super::resolve::name_of;
use super::trouble::Trouble;
use crate::app::{Pasted, Start, ThemeName};
use crate::engine::clock;
use crate::engine::grant::{Grants, Person};
use crate::engine::sandbox::{self, CALLS};
use crate::engine::team::Team;
use crate::engine::{Client, Home, HomeError, Vault, keep};
use crate::format::{registry, session_file};
use crate::insight;
use crate::insight::api::library::Library;
use crate::model::{
    Auth, Body, Environment, Origin, Param, RequestSpec, Scheme, Settings, Step, TokenName,
    bare_url,
};
use crate::runtime;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

/// Most bytes read from standard input.
const STDIN_BYTES: u64 = 64_000_000;

/// Opens the explorer, or explains a text that came through a pipe.
pub fn run(args: ExploreArgs, color: Color, out: &mut Out) -> Result<u8, Trouble> {
    if let Some(read) = piped_text(args.what.as_deref())? {
        return told(&read, out);
    }
    let home = Home::find()?;
    let catalogue = choice::catalogue(&home)?;
    let opening = Opening::of(args.what.as_deref(), &home, &catalogue.library)?;
    let url = opening.url.as_deref();
    let mut settings = home.settings()?;
    let keymap = choice::keymap(&home)?;
    let themes = choice::themes(&home);
    let theme = args.theme.as_deref().or(settings.theme.as_deref());
    let theme = choice::theme(theme.unwrap_or(Scheme::USUAL), &themes)?;
    // If standard input was read, keys still come from the terminal.
    let piped = args.what.as_deref() == Some("-");
    if !(piped || std::io::stdin().is_terminal()) || !std::io::stdout().is_terminal() {
        return Err(Trouble::usage(
            "The explorer needs a terminal, and this is not one. For scripts there are httriage send METHOD URL and httriage replay SESSION; see httriage --help.",
        ));
    }
    let is_plain = args.plain || settings.plain;
    if !is_plain && std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(Trouble::usage(
            "This terminal calls itself dumb (TERM=dumb), so the explorer cannot be drawn on it. httriage --plain goes line by line. httriage send METHOD URL makes a call and says what came, httriage investigate METHOD URL says why it was refused, httriage replay SESSION sends a session. Where the terminal can do more, start it with TERM=xterm-256color httriage.",
        ));
    }
    let is_said = args.place.env.is_some() || args.place.base_url.is_some();
    let whole = url.filter(|url| url.starts_with("http") && !is_said);
    let chosen = match (whole, choice::environment(&args.place, &settings)?) {
        (Some(url), _) => environment_of(url, &settings),
        (None, Some(environment)) => environment,
        (None, None) => Environment::sandbox(),
    };
    let token = match &args.token {
        Some(name) => Some(choice::token(name, &chosen, &settings)?),
        // An environment that lists tokens starts with its first.
        None => chosen.tokens.first().cloned(),
    };
    // The opening call is a refusal worth reading; it is sent by itself, but only to our own
    // sandbox.
    let send_first = chosen.sandbox && args.what.is_none();
    let mut spec = match url {
        _ if opening.pasted.is_some() => RequestSpec::new("GET", ""),
        Some(url) => RequestSpec::new("GET", url),
        None if chosen.sandbox => opening_call(),
        None => RequestSpec::new("GET", "/"),
    };
    if let Some(token) = token {
        spec.auth = Auth::Bearer(token);
    }
    let mut options = choice::client_options(&args.limits, &settings)?;
    options.library = catalogue.library.clone();
    settings.max_body = Some(options.body_bytes);
    let (mut environments, environment) = environments(chosen, &settings);
    // On the screen they belong to the environment, where they are always visible.
    let insecure = std::mem::take(&mut options.insecure);
    for environment in &mut environments {
        environment
            .insecure_origins
            .extend(insecure.iter().cloned());
    }
    let vault = Vault::new(&settings, sandbox::token_value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    // A known value in the URL shows as its name from the first picture on.
    spec.url = vault.mask().template(&spec.url);
    let record = choice::record(&args.record, &home, &settings, &vault);
    let team = settings.team.clone().zip(record.clone());
    let team = team.map(|(own, history)| Team::new(own, vault.clone(), history));
    let who = name_of(&settings);
    let start = Start {
        settings,
        catalogue: Arc::new(catalogue),
        keymap,
        themes: themes.schemes.iter().map(theme_name).collect(),
        theme,
        guide: guide(),
        environments,
        environment,
        spec,
        is_written: opening.url.is_some() && opening.pasted.is_none() && !piped,
        send_first,
        pasted: opening.pasted,
        was_argument: !piped,
        session: opening.session,
        case: args.record.case.clone(),
        now: clock::now(),
        zone: jiff::tz::TimeZone::system(),
        size: (0, 0),
        has_keyring: keep::keyring().is_ok(),
    };
    let (tell, news) = tokio::sync::mpsc::unbounded_channel();
    let grants = Grants::new(vault.clone(), &options, Person::Here, move |news| {
        // Nobody listens any more when the program is about to end.
        let _ = tell.send(news);
    });
    let means = runtime::Means {
        client: Client::new(vault, options).renewing(Arc::new(grants.clone())),
        grants,
        news,
        history: record,
        team,
        home,
        who,
    };
    let looks = runtime::Looks {
        schemes: themes.schemes,
        colour: color.is_on(true),
        ascii: args.ascii,
    };
    let ran = if is_plain {
        runtime::run_plain(start, means)
    } else {
        runtime::run(start, means, looks)
    };
    ran.map_err(|error| Trouble::failed(error.to_string()))?;
    Ok(0)
}

/// A text that came through a pipe without a question: it is explained, since there is no screen to
/// show it on. If a terminal is at the other end of the pipe, `-` opens the explorer.
fn piped_text(what: Option<&str>) -> Result<Option<String>, Trouble> {
    if what.is_some() || std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let text = choice::text("-", STDIN_BYTES)?;
    Ok((!text.trim().is_empty()).then_some(text))
}

/// Shows requests like `import`, and explains everything else.
fn told(text: &str, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let catalogue = choice::catalogue(&home)?;
    let saved = insight::received(text.as_bytes(), &catalogue.library);
    let is_answer = saved.as_ref().is_some_and(insight::Saved::is_answer);
    if registry::told(text).is_some() && !is_answer {
        import::shown(text, out)
    } else {
        explain::text_from_pipe(text.as_bytes(), out)
    }
}

/// What the explorer begins with.
#[derive(Default)]
struct Opening {
    /// A URL, or the one in the command.
    url: Option<String>,
    pasted: Option<Pasted>,
    /// A saved session.
    session: Option<PathBuf>,
}

impl Opening {
    fn of(what: Option<&str>, home: &Home, library: &Library) -> Result<Opening, Trouble> {
        let Some(what) = what else {
            return Ok(Opening::default());
        };
        let text = match what {
            "-" => choice::text("-", STDIN_BYTES)?,
            text => text.to_owned(),
        };
        let is_url = |text: &str| {
            text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/')
        };
        // The whole path of a session looks like a path below a base URL.
        let is_session = what.ends_with(".session.toml") && home.session(what).is_ok();
        let bare = bare_url(&text);
        if !is_session && is_url(bare) && !bare.contains(char::is_whitespace) {
            return Ok(Opening {
                url: Some(bare.to_owned()),
                ..Opening::default()
            });
        }
        let mut url = None;
        let format = registry::told(&text);
        if format.is_none() && what != "-" {
            match home.session(what) {
                Ok((path, _)) => {
                    return Ok(Opening {
                        session: Some(path),
                        ..Opening::default()
                    });
                }
                Err(HomeError::NoSession { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // For a text with many calls, the environment is found while reading, which may take long.
        if let Some(format) = format.filter(|format| !format.is_many) {
            let file = if what == "-" { "stdin" } else { "the command" };
            let kind = Some(format.kind);
            let mut collection = registry::read(&text, file, kind, &[], &|_| None, &mut |_| ())?;
            collection.go_to_base();
            let first = collection.requests.first();
            url = first
                .map(|step| step.spec.url.clone())
                .filter(|url| is_url(url));
        } else if format.is_none() && (what != "-" || !is_call(&text, library)) {
            return Err(Trouble::usage(match what {
                "-" => "Standard input holds words, with no call and no answer in them. httriage explain - looks at any text.".to_owned(),
                _ => {
                    let meant = misuse::command_near(what).map_or_else(String::new, |near| {
                        format!(" Did you mean httriage {near}?")
                    });
                    format!("\"{what}\" is neither a command, nor a URL, nor a session.{meant} See httriage --help, or begin with https://.")
                }
            }));
        }
        Ok(Opening {
            url,
            pasted: Some(Pasted(text)),
            session: None,
        })
    }
}

/// Whether a text shows a call, or a part of one.
fn is_call(text: &str, library: &Library) -> bool {
    let saved = insight::received(text.as_bytes(), library);
    saved.is_some_and(|saved| saved.form != insight::Form::Words)
}

/// The guided tour. A test proves that it can be read.
fn guide() -> Vec<Step> {
    let session = session_file::read(sandbox::GUIDE, "guide.session.toml");
    session.map_or_else(|_| Vec::new(), |session| session.steps)
}

fn theme_name(scheme: &Scheme) -> ThemeName {
    ThemeName {
        name: scheme.name.clone(),
        note: scheme.note.clone(),
    }
}

/// The first of the sandbox's calls worth trying.
fn opening_call() -> RequestSpec {
    let Some(call) = CALLS.first() else {
        return RequestSpec::new("GET", "/");
    };
    let mut spec = RequestSpec::new(call.method, format!("{{{{base}}}}{}", call.url));
    spec.auth = call
        .token
        .and_then(TokenName::new)
        .map_or(Auth::None, Auth::Bearer);
    let headers = call.headers.iter();
    spec.headers = headers
        .map(|(name, value)| Param::new(*name, *value))
        .collect();
    spec.body = call
        .data
        .map_or(Body::Empty, |data| Body::Text(data.to_owned()));
    spec
}

/// The environment that a URL belongs to, or a new one if there is none.
fn environment_of(url: &str, settings: &Settings) -> Environment {
    let origin = Origin::parse(url);
    let mut all = settings.environments.iter();
    let own = all.find(|environment| origin.is_some() && environment.origin() == origin);
    own.cloned()
        .unwrap_or_else(|| choice::environment_of_url(url, settings))
}

/// All environments to choose from with the chosen one among them, and its position.
fn environments(chosen: Environment, settings: &Settings) -> (Vec<Environment>, usize) {
    let mut all = settings.environments.clone();
    if !all.iter().any(|e| e.name == Environment::SANDBOX) {
        all.push(Environment::sandbox());
    }
    match all.iter().position(|e| e.name == chosen.name) {
        Some(place) => {
            all[place] = chosen;
            (all, place)
        }
        None => {
            all.insert(0, chosen);
            (all, 0)
        }
    }
}
