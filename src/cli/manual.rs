//! `httriage help`: the manual, which comes with the program, by topics.

use super::args::{HelpArgs, command};
use super::print::Out;
use super::trouble::Trouble;

/// Name and page of each topic, in the order in which one reads them.
const TOPICS: &[(&str, &str)] = &[
    ("tour", include_str!("../../assets/manual/tour.md")),
    ("send", include_str!("../../assets/manual/send.md")),
    ("why", include_str!("../../assets/manual/why.md")),
    ("prove", include_str!("../../assets/manual/prove.md")),
    (
        "knowledge",
        include_str!("../../assets/manual/knowledge.md"),
    ),
    ("tokens", include_str!("../../assets/manual/tokens.md")),
    ("matrix", include_str!("../../assets/manual/matrix.md")),
    ("sessions", include_str!("../../assets/manual/sessions.md")),
    ("history", include_str!("../../assets/manual/history.md")),
    ("import", include_str!("../../assets/manual/import.md")),
    ("config", include_str!("../../assets/manual/config.md")),
    ("keys", include_str!("../../assets/manual/keys.md")),
    ("plain", include_str!("../../assets/manual/plain.md")),
    ("signs", include_str!("../../assets/manual/signs.md")),
    ("safety", include_str!("../../assets/manual/safety.md")),
];

pub fn run(args: HelpArgs, out: &mut Out) -> Result<u8, Trouble> {
    let Some(topic) = args.topic.map(|topic| topic.to_lowercase()) else {
        overview(out);
        return Ok(0);
    };
    if let Some((_, page)) = TOPICS.iter().find(|(name, _)| *name == topic) {
        out.text(page);
        return Ok(0);
    }
    let mut whole = command();
    if let Some(found) = whole.find_subcommand_mut(&topic) {
        out.text(&found.render_long_help().to_string());
        return Ok(0);
    }
    let with_word = TOPICS
        .iter()
        .filter(|(_, page)| page.to_lowercase().contains(&topic));
    let names: Vec<&str> = with_word.map(|(name, _)| *name).collect();
    Err(Trouble::usage(match names.is_empty() {
        true => format!("The manual says nothing of {topic}. `httriage help` lists its topics."),
        false => format!(
            "There is no topic {topic}. The word stands in: {}.",
            names.join(", ")
        ),
    }))
}

fn overview(out: &mut Out) {
    out.line(
        "httriage tells why an API said no. `httriage` alone opens the explorer on a practice API.",
    );
    out.line("");
    out.heading("Topics, as in `httriage help why`");
    let longest = TOPICS.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, page) in TOPICS {
        let title = page.lines().next().unwrap_or_default();
        out.line(&format!(
            "  {name:longest$}  {}",
            title.trim_start_matches("# ")
        ));
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
