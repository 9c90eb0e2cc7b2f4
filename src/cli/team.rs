//! `httriage team`: the shared history. Set up by its owner, looked at, and brought up to date now
//! where no explorer does it.

use super::args::{TeamArgs, TeamCommand, TeamInitArgs};
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::history::{History, Outbox, TakenIn};
use crate::engine::sandbox;
use crate::engine::team::{self, Link, Team, TeamError, Wish};
use crate::engine::{Home, Vault};
use crate::model::{Share, TeamSettings};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What every command here needs.
struct Ground {
    settings: TeamSettings,
    vault: Arc<Vault>,
    history: History,
    team: Team,
}

/// Carries out one command of the team.
pub fn run(args: TeamArgs, out: &mut Out) -> Result<u8, Trouble> {
    let ground = ground()?;
    let tasks = choice::tasks()?;
    let done = tasks.block_on(async {
        match args.command {
            TeamCommand::Init(args) => init(&ground, &args, out).await,
            TeamCommand::Status { json } => status(&ground, json, out).await,
            TeamCommand::Push { again, json } => push(&ground, again, json, out).await,
            TeamCommand::Pull { json } => pull(&ground, json, out).await,
        }
    });
    ground.history.close(super::history::CLOSING);
    done
}

fn ground() -> Result<Ground, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let Some(own) = settings.team.clone() else {
        return Err(Trouble::usage(
            "No team is set up here. Write [team] with url = \"postgres://db.acme.example/httriage\", name and token into config.toml; httriage help team says how.",
        ));
    };
    let vault = Arc::new(Vault::new(&settings, sandbox::token_value));
    let history = History::at(home.data_dir(), choice::retention(&settings), vault.clone());
    let history = choice::in_team(history, &settings).opened()?;
    Ok(Ground {
        team: Team::new(own.clone(), vault.clone(), history.clone()),
        settings: own,
        vault,
        history,
    })
}

impl From<TeamError> for Trouble {
    fn from(error: TeamError) -> Trouble {
        Trouble::failed(error.to_string())
    }
}

/// Connects, and remembers for `status` how that went.
async fn connected(ground: &Ground) -> Result<Link, Trouble> {
    let opened = ground.team.open().await;
    let told = opened.as_ref().err().map(TeamError::to_string);
    ground.history.note_trouble(told.as_deref())?;
    Ok(opened?)
}

async fn init(ground: &Ground, args: &TeamInitArgs, out: &mut Out) -> Result<u8, Trouble> {
    if args.as_owner {
        let wish = Wish {
            keep_months: args.keep_months,
            writers: args.writers.clone(),
            readers: args.readers.clone(),
        };
        let (was, is) = team::set_up(&ground.settings, &ground.vault, &wish).await?;
        if args.json {
            out.json(&json!({ "url": ground.settings.url.to_string(), "was": was, "version": is }));
            return Ok(0);
        }
        let url = &ground.settings.url;
        out.line(&match was {
            0 => format!("The shared history is made in {url}, version {is}."),
            _ if was == is => {
                format!("The shared history in {url} is of version {is}, as it should be.")
            }
            _ => format!(
                "The shared history in {url} was of version {was} and is of version {is} now."
            ),
        });
        for (logins, may) in [
            (&args.writers, "add calls of their own and read all"),
            (&args.readers, "read all"),
        ] {
            if !logins.is_empty() {
                out.line(&format!("{} may {may}.", logins.join(", ")));
            }
        }
        return Ok(0);
    }
    let link = connected(ground).await?;
    let (login, share) = (ground.settings.login(), ground.settings.share);
    if args.json {
        out.json(&json!({ "url": ground.settings.url.to_string(), "version": link.version() }));
        return Ok(0);
    }
    out.line(&format!(
        "{} answers, and its tables fit.",
        ground.settings.url
    ));
    out.line(&match (link.may_write(), share) {
        (false, _) => format!("{login} may read what others share, and not add to it."),
        (true, Share::None) => "Nothing goes there, as share = \"none\" wants it.".to_owned(),
        (true, Share::Cases) => {
            "Calls made for a case go there from now on; others stay here.".to_owned()
        }
        (true, Share::All) => "Every call goes there from now on.".to_owned(),
    });
    Ok(0)
}

async fn status(ground: &Ground, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let opened = connected(ground).await;
    let outbox = ground.history.outbox()?;
    let pulled = pulled_to(ground)?;
    if json {
        let mut object = Map::new();
        object.insert("url".into(), json!(ground.settings.url.to_string()));
        object.insert("pending".into(), json!(outbox.pending));
        object.insert("pulled_to".into(), json!(pulled));
        if outbox.refused > 0 {
            object.insert("refused".into(), json!(outbox.refused));
        }
        if let Err(trouble) = &opened {
            object.insert("last_error".into(), json!(trouble.to_string()));
        }
        out.json(&Value::Object(object));
        return Ok(u8::from(opened.is_err()));
    }
    let url = &ground.settings.url;
    match &opened {
        Ok(link) => {
            let may = if link.may_write() {
                "read and add"
            } else {
                "read"
            };
            out.line(&format!(
                "{url} answers; {} may {may}.",
                ground.settings.login()
            ));
        }
        Err(trouble) => out.line(&trouble.to_string()),
    }
    out.line(&waiting(&outbox));
    out.line(&match pulled {
        0 => "Nothing was read from it yet.".to_owned(),
        _ => format!("Read up to change {pulled}."),
    });
    Ok(u8::from(opened.is_err()))
}

/// How many calls wait, in a sentence.
pub fn waiting(outbox: &Outbox) -> String {
    let mut words = match outbox.pending {
        0 => "Nothing waits to go.".to_owned(),
        1 => "1 entry waits to go.".to_owned(),
        count => format!("{count} entries wait to go."),
    };
    if outbox.refused > 0 {
        let why = outbox.why.as_deref().unwrap_or("no reason was given");
        words.push_str(&format!(
            " {} could not go, the last one because: {why} httriage team push --again tries them again.",
            outbox.refused
        ));
    }
    words
}

fn pulled_to(ground: &Ground) -> Result<i64, Trouble> {
    Ok(ground.history.pulled()?.map_or(0, |(_, change)| change))
}

async fn push(ground: &Ground, again: bool, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    if again {
        ground.history.send_again()?;
    }
    let link = connected(ground).await?;
    let went = ground.team.push(&link).await?;
    let outbox = ground.history.outbox()?;
    if json {
        out.json(&json!({ "sent": went, "pending": outbox.pending }));
        return Ok(0);
    }
    out.line(&match went {
        1 => "1 entry went to the team.".to_owned(),
        _ => format!("{went} entries went to the team."),
    });
    if outbox.pending + outbox.refused > 0 {
        out.line(&waiting(&outbox));
    }
    Ok(0)
}

async fn pull(ground: &Ground, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let link = connected(ground).await?;
    let TakenIn { kept, unreadable } = ground.team.pull(&link).await?;
    if json {
        out.json(
            &json!({ "kept": kept, "unreadable": unreadable, "pulled_to": pulled_to(ground)? }),
        );
        return Ok(0);
    }
    out.line(&match kept {
        1 => "1 call of others came.".to_owned(),
        _ => format!("{kept} calls of others came."),
    });
    if unreadable > 0 {
        out.line(&format!(
            "{unreadable} more were made by a newer httriage. Update this one to read them."
        ));
    }
    Ok(0)
}
