//! Splits a `.bru` file into blocks: a name, and what stands between the braces. A brace at the
//! start of a line ends a block.

use crate::model::Param;

/// One block of a `.bru` file: its name, where it begins (in bytes), and its lines.
pub struct Block<'t> {
    pub name: &'t str,
    pub at: usize,
    lines: Vec<&'t str>,
}

impl Block<'_> {
    /// The rows of a block, `name: value` on each line; a tilde switches a row off. A value between
    /// three quotes may have several lines.
    pub fn rows(&self) -> Vec<Param> {
        let mut rows: Vec<Param> = Vec::new();
        let mut lines = self.lines.iter();
        while let Some(line) = lines.next() {
            let line = line.trim();
            if line.is_empty() || line.starts_with("//") {
                continue;
            }
            let enabled = !line.starts_with('~');
            let line = line.trim_start_matches('~');
            let (name, value) = split(line);
            let mut value = value.to_owned();
            if value == "'''" {
                let mut text = Vec::new();
                for line in lines.by_ref() {
                    if line.trim() == "'''" {
                        break;
                    }
                    // Indented as far as the name, and once more.
                    let inside = line.len() - line.trim_start_matches(' ').len();
                    text.push(&line[inside.min(4)..]);
                }
                value = text.join("\n");
            }
            let name = name.trim_matches('"');
            if !name.is_empty() {
                rows.push(Param {
                    enabled,
                    ..Param::new(name, value)
                });
            }
        }
        rows
    }

    /// The value of the first row with this name; `None` where it is missing or empty.
    pub fn value(&self, name: &str) -> Option<String> {
        let row = self.rows().into_iter().find(|row| row.name == name)?;
        (!row.value.is_empty()).then_some(row.value)
    }

    /// The lines without the indent of the block.
    pub fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| {
            let two = line.strip_prefix("  ");
            two.or_else(|| line.strip_prefix('\t')).unwrap_or(line)
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Splits name and value; a quoted name may hold a colon.
fn split(line: &str) -> (&str, &str) {
    let from = match line.strip_prefix('"') {
        Some(inside) => inside.find('"').map_or(0, |end| end + 2),
        None => 0,
    };
    match line[from..].find(':') {
        Some(at) => (line[..from + at].trim(), line[from + at + 1..].trim()),
        None => (line.trim(), ""),
    }
}

/// Splits a `.bru` text into its blocks, in their order; lines between blocks are skipped.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let name = line.trim_end().strip_suffix('{').map(str::trim_end);
        match (open, name) {
            (true, _) if line.trim_end() == "}" => open = false,
            (true, _) => {
                if let Some(block) = blocks.last_mut() {
                    block.lines.push(line);
                }
            }
            (false, Some(name)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                blocks.push(Block {
                    name,
                    at,
                    lines: Vec::new(),
                });
                open = true;
            }
            _ => {}
        }
        at += whole.len();
    }
    blocks
}
