//! Pictures of the real program in a pseudo-terminal, as SVG, for people who read about it.
//! They are written when asked for: `cargo test --test it screenshots:: -- --ignored`.
#![cfg(unix)]

use crate::tty;

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;
use tty::Tty;
use unicode_width::UnicodeWidthStr;

const DARK: &[&str] = &["--theme", "dark"];
const WIDE: (u16, u16) = (132, 40);
const USUAL: (u16, u16) = (80, 24);

/// A cell of DejaVu Sans Mono at 14 pixels. Higher lines would tear frames apart.
const CELL: (f64, f64) = (8.43, 16.3);
const FONT_PIXELS: u32 = 14;
/// From the top of a cell to the foot of its letters.
const FOOT: f64 = 12.6;
const MARGIN: f64 = 12.0;
const FONTS: &str = "'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace";
const GROUND: &str = "#16181d";
const INK: &str = "#d7dae0";

fn picture(name: &str, arguments: &[&str], size: (u16, u16), lead: impl Fn(&mut Tty)) {
    let mut tty = Tty::start(arguments, size);
    tty.sees("▲ 403 Forbidden");
    lead(&mut tty);
    tty.is_quiet_for(Duration::from_millis(300));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), svg(&tty.screen())).unwrap();
}

#[test]
#[ignore = "writes pictures"]
fn the_explorer() {
    picture("explorer.svg", DARK, WIDE, |_| {});
}

#[test]
#[ignore = "writes pictures"]
fn the_explorer_in_80_columns() {
    picture("explorer-80x24.svg", &[], USUAL, |_| {});
}

#[test]
#[ignore = "writes pictures"]
fn the_explorer_in_40_columns() {
    picture("explorer-40x10.svg", &[], (40, 10), |_| {});
}

#[test]
#[ignore = "writes pictures"]
fn the_history() {
    picture("history.svg", DARK, WIDE, |tty| {
        let calls = [
            ("/core/runbooks/7", "✓ 200 OK"),
            ("/core/runbooks/9", "▲ 404 Not Found"),
            ("/core/runbooks?stage=live", "▲ 422 Unprocessable"),
            ("/core/runbooks/7/tasks", "▲ 403 Forbidden"),
            ("/core/users/me", "✓ 200 OK"),
        ];
        for (path, answer) in calls {
            tty.types("\x1b1");
            tty.sees("Enter send");
            tty.types(&format!("{path}\x12"));
            tty.sees(answer);
        }
        tty.types("\x1b1\x1b[B");
        tty.sees("Enter edit");
        tty.types("]a");
        tty.sees("Esc done");
        tty.types("Core-Url: core-down\x12");
        tty.sees("✖ 503 Service Unavailable");
        tty.types("\x1b");
        tty.sees("Enter edit");
        tty.types("\x1b3");
        tty.sees("Enter load");
        tty.types("\x1b[C\x1b[B\x1b[B\x1b[B\x1b[C\r");
        tty.sees("▾ ▲ 422");
    });
}

#[test]
#[ignore = "writes pictures"]
fn an_investigation() {
    picture("investigate.svg", DARK, WIDE, |tty| {
        tty.types("i");
        tty.sees("· permission.missing_role");
        tty.sees("Esc close");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_matrix() {
    picture("matrix.svg", DARK, WIDE, |tty| {
        tty.types("2");
        tty.sees("all endpoints");
        tty.types("r");
        tty.sees("21          16|21         16|21        16");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_sessions() {
    picture("sessions.svg", DARK, WIDE, |tty| {
        tty.types("\x13");
        tty.sees("Save this call as a session");
        tty.types("\r");
        tty.sees("Saved 1 step");
        tty.types("3");
        tty.sees("nothing sent yet|Choose a session");
        tty.types("\r");
        tty.sees("nothing sent yet");
        tty.types("r");
        tty.sees("= 1 same");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_tokens() {
    picture("inspector.svg", DARK, WIDE, |tty| {
        tty.types("4");
        tty.sees("kept in");
        tty.types("w");
        tty.sees("/core/workspaces");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_list_of_tokens() {
    picture("tokens.svg", DARK, USUAL, |tty| {
        tty.types("\x14");
        tty.sees("Tokens of sandbox");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_sheet_of_keys() {
    picture("help.svg", &[], WIDE, |tty| {
        tty.types("?");
        tty.sees("investigate why it was refused");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_palette() {
    picture("palette.svg", &[], USUAL, |tty| {
        tty.types("\x10");
        tty.sees("Find anything");
        tty.types("bring");
        tty.sees("Not now");
    });
}

#[test]
#[ignore = "writes pictures"]
fn the_themes() {
    for theme in [
        "dark",
        "light",
        "colour-blind",
        "colour-blind-light",
        "mono",
    ] {
        let name = format!("theme-{theme}.svg");
        picture(&name, &["--theme", theme], USUAL, |_| {});
    }
}

#[test]
#[ignore = "writes pictures"]
fn without_colour() {
    picture("no-color.svg", &["--color", "never"], USUAL, |_| {});
}

/// How a run of cells looks.
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    ground: Option<String>,
    bold: bool,
    dim: bool,
    underline: bool,
}

struct Run {
    column: u16,
    row: u16,
    columns: u16,
    text: String,
    look: Look,
    wide: bool,
}

/// One picture: the ground, a rectangle under every run with a ground of its own, and a text for
/// every run, stretched to its cells so that columns meet whatever font is there.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let width = f64::from(columns.get()) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows.get()) * CELL.1 + 2.0 * MARGIN;
    let corner = screen.cell(0, 0).and_then(|cell| colour(cell.bgcolor()));
    let ground = corner.unwrap_or_else(|| GROUND.to_owned());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.2} {height:.2}\">\n\
         <style>text {{ font: {FONT_PIXELS}px {FONTS}; white-space: pre; }}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    let runs = runs(screen);
    for run in &runs {
        if let Some(ground) = &run.look.ground {
            let (x, y) = place(run);
            let (w, h) = (f64::from(run.columns) * CELL.0, CELL.1);
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" fill=\"{ground}\"/>"
            );
        }
    }
    for run in runs.iter().filter(|run| !run.text.trim().is_empty()) {
        svg.push_str(&text(run));
    }
    svg.push_str("</svg>\n");
    svg
}

fn place(run: &Run) -> (f64, f64) {
    let x = MARGIN + f64::from(run.column) * CELL.0;
    let y = MARGIN + f64::from(run.row) * CELL.1;
    (x, y)
}

fn text(run: &Run) -> String {
    // Blanks at the ends take no part: not every viewer counts them.
    let start = run.text.len() - run.text.trim_start().len();
    let shown = run.text.trim();
    let (x, y) = place(run);
    let x = x + run.text[..start].width() as f64 * CELL.0;
    let length = shown.width() as f64 * CELL.0;
    let mut marks = String::new();
    if run.look.bold {
        marks.push_str(" font-weight=\"bold\"");
    }
    if run.look.dim {
        marks.push_str(" fill-opacity=\"0.65\"");
    }
    if run.look.underline {
        marks.push_str(" text-decoration=\"underline\"");
    }
    if !run.wide {
        let _ = write!(
            marks,
            " textLength=\"{length:.2}\" lengthAdjust=\"spacingAndGlyphs\""
        );
    }
    let shown = shown
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<text x=\"{x:.2}\" y=\"{:.2}\" fill=\"{}\"{marks}>{shown}</text>\n",
        y + FOOT,
        run.look.ink
    )
}

/// The cells of each row, joined where they look the same.
fn runs(screen: &vt100::Screen) -> Vec<Run> {
    let (rows, columns) = screen.size();
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..rows.get() {
        let mut open = false;
        for column in 0..columns.get() {
            let Some(cell) = screen.cell(row, column) else {
                continue;
            };
            if cell.is_wide_continuation() {
                continue;
            }
            let look = look(cell);
            let letter = match cell.contents() {
                "" => " ",
                letter => letter,
            };
            match runs.last_mut() {
                Some(run) if open && run.look == look && !run.wide && !cell.is_wide() => {
                    run.text.push_str(letter);
                    run.columns += 1;
                }
                _ => runs.push(Run {
                    column,
                    row,
                    columns: if cell.is_wide() { 2 } else { 1 },
                    text: letter.to_owned(),
                    look,
                    wide: cell.is_wide(),
                }),
            }
            open = true;
        }
    }
    runs
}

fn look(cell: &vt100::Cell) -> Look {
    let ink = colour(cell.fgcolor());
    let ground = colour(cell.bgcolor());
    let (ink, ground) = if cell.inverse() {
        (
            ground.unwrap_or_else(|| GROUND.to_owned()),
            Some(ink.unwrap_or_else(|| INK.to_owned())),
        )
    } else {
        (ink.unwrap_or_else(|| INK.to_owned()), ground)
    };
    Look {
        ink,
        ground,
        bold: cell.bold(),
        dim: cell.dim(),
        underline: cell.underline(),
    }
}

fn colour(colour: vt100::Color) -> Option<String> {
    const SIXTEEN: [&str; 16] = [
        "#2b2f38", "#f0616d", "#8cc265", "#e5b567", "#5fa8f5", "#c678dd", "#45c1c9", "#d7dae0",
        "#6b7280", "#ff7b86", "#a5e075", "#f5cb7c", "#7fbcff", "#de91f2", "#63dbe3", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(number) => SIXTEEN.get(usize::from(number)).map(|c| (*c).to_owned()),
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
    }
}
