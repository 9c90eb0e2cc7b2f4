//! What clients need to start the server, to be pasted into their settings. Nothing is written.

use crate::cli::args::McpArgs;
use crate::cli::trouble::Trouble;
use serde_json::{Value, json};

/// The settings of common clients, for this program as it was started.
pub fn snippets(args: &McpArgs) -> Result<String, Trouble> {
    let program = std::env::current_exe().map_err(|error| {
        Trouble::failed(format!(
            "It cannot be told where this program stands: {error}. Write its path in place of httriage."
        ))
    })?;
    let program = program.display().to_string();
    let mut words = vec!["mcp".to_owned()];
    if let Some(env) = &args.env {
        words.extend(["--env".to_owned(), env.clone()]);
    }
    if args.allow_writes {
        words.push("--allow-writes".to_owned());
    }
    if let Some(case) = &args.case {
        words.extend(["--case".to_owned(), case.clone()]);
    }
    Ok(written(&program, &words))
}

fn written(program: &str, words: &[String]) -> String {
    let server = json!({ "command": program, "args": words });
    let most = json!({ "mcpServers": { "httriage": server } });
    let mut typed = server.clone();
    typed["type"] = json!("stdio");
    let typed = json!({ "servers": { "httriage": typed } });
    // A JSON text is a TOML text too, and a list of them a list.
    let toml = format!(
        "[mcp_servers.httriage]\ncommand = {}\nargs = {}\n",
        Value::from(program),
        json!(words)
    );
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    format!(
        "Nothing was written. Put what your client needs into its settings, and start it anew.\n\n\
         Most clients, among them Claude Desktop and Cursor (claude_desktop_config.json, .cursor/mcp.json, .mcp.json):\n\n{}\n\n\
         Visual Studio Code (.vscode/mcp.json):\n\n{}\n\n\
         Codex (config.toml):\n\n{}\n\
         Tokens of the tools are named as in httriage token list; their values never reach the client.\n",
        pretty(&most),
        pretty(&typed),
        toml
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_json_and_toml_of_any_path() {
        let program = "C:\\Program Files\\a \"b\"\\httriage.exe";
        let text = written(program, &["mcp".into(), "--env".into(), "acme".into()]);
        let mut documents = 0;
        for part in text.split("\n\n").filter(|part| part.starts_with('{')) {
            let value: Value = serde_json::from_str(part).unwrap();
            let servers = value.get("mcpServers").or(value.get("servers")).unwrap();
            assert_eq!(servers["httriage"]["command"], program);
            assert_eq!(servers["httriage"]["args"][2], "acme");
            documents += 1;
        }
        assert_eq!(documents, 2);
        let toml = text
            .split("\n\n")
            .find(|part| part.starts_with('['))
            .unwrap();
        let toml = toml.lines().take(3).collect::<Vec<_>>().join("\n");
        assert!(toml.contains(r#"command = "C:\\Program Files\\a \"b\"\\httriage.exe""#));
        assert!(toml.ends_with(r#"args = ["mcp","--env","acme"]"#), "{toml}");
    }
}
