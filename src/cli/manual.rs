//! `httriage help`: the built-in manual, by topic.

use super::args::{HelpArgs, command};
use super::pager;
use super::print::Out;
use super::trouble::Trouble;
use crate::format::manual::{Kind, Line, TOPICS, Topic, lines};
use crate::model::wrap;

/// Shows a topic, the help of a command, or all topics; fails for an unknown word.
pub fn run(args: HelpArgs, out: &mut Out) -> Result<u8, Trouble> {
    let Some(topic) = args.topic.map(|topic| topic.to_lowercase()) else {
        overview(out);
        return Ok(0);
    };
    if let Some(topic) = Topic::of(&topic) {
        pager::show(topic.page, |width| lines(topic.page, width), out);
        return Ok(0);
    }
    let mut whole = command();
    if let Some(found) = whole.find_subcommand_mut(&topic) {
        let text = found.render_long_help().to_string();
        pager::show(&text, |width| as_it_is(&text, width), out);
        return Ok(0);
    }
    let with_word = TOPICS.iter().filter(|page| page.has(&topic));
    let names: Vec<&str> = with_word.map(|page| page.name).collect();
    Err(Trouble::usage(if names.is_empty() {
        format!("The manual says nothing of {topic}. `httriage help` lists its topics.")
    } else {
        format!(
            "There is no topic {topic}. The word stands in: {}.",
            names.join(", ")
        )
    }))
}

/// A text that already has its lines.
fn as_it_is(text: &str, width: usize) -> Vec<Line> {
    let parts = text.lines().flat_map(|line| wrap(line, width));
    let line = |text| Line {
        kind: Kind::Text,
        text,
    };
    parts.map(line).collect()
}

fn overview(out: &mut Out) {
    out.line(
        "httriage tells why an API said no. `httriage` alone opens the explorer on a practice API.",
    );
    out.line("");
    out.heading("Topics, as in `httriage help why`");
    let names = TOPICS.iter().map(|topic| topic.name.len());
    let longest = names.max().unwrap_or(0);
    for topic in TOPICS {
        out.line(&format!("  {:longest$}  {}", topic.name, topic.title()));
    }
    out.line("");
    out.heading("Commands; `httriage COMMAND --help` says all of one");
    let whole = command();
    let shown: Vec<_> = whole
        .get_subcommands()
        .filter(|c| !c.is_hide_set())
        .collect();
    let longest = shown.iter().map(|c| c.get_name().len()).max().unwrap_or(0);
    for one in shown {
        let about = one.get_about().map(ToString::to_string).unwrap_or_default();
        out.line(&format!("  {:longest$}  {about}", one.get_name()));
    }
}
