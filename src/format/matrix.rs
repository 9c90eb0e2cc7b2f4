//! A matrix as a Markdown table for a ticket, and as CSV for a spreadsheet; write only.

use super::markdown;
use crate::insight::matrix::{Access, Matrix, Standing};
use crate::model::visible_line;

/// A table with a line for each request and a column for each token.
pub fn markdown(matrix: &Matrix) -> String {
    let mut text = String::new();
    if !matrix.title.is_empty() {
        text.push_str(&format!("### {}\n\n", markdown::text(&matrix.title)));
    }
    let heads = matrix
        .callers
        .iter()
        .map(|caller| markdown::text(caller.label()));
    let heads: Vec<String> = heads.collect();
    text.push_str(&format!("| request | {} |\n", heads.join(" | ")));
    text.push_str(&format!("| --- |{}\n", " --- |".repeat(heads.len())));
    for (place, row) in matrix.rows.iter().enumerate() {
        let cells: Vec<String> = (0..heads.len())
            .map(|column| markdown_cell(matrix, place, column))
            .collect();
        text.push_str(&format!(
            "| {} {} | {} |\n",
            markdown::text(&row.method),
            markdown::text(row.path()),
            cells.join(" | ")
        ));
    }
    let allowed = (0..heads.len()).map(|column| {
        let counts = matrix.column_counts(column);
        format!("{} of {}", counts.of(Access::Allowed), counts.total())
    });
    let allowed: Vec<String> = allowed.collect();
    text.push_str(&format!("| allowed | {} |\n", allowed.join(" | ")));
    text
}

fn markdown_cell(matrix: &Matrix, row: usize, column: usize) -> String {
    let Some(access) = matrix.access(row, column) else {
        return String::new();
    };
    let said = matrix.cell(row, column).said();
    let mut text = match access {
        Access::Skipped => "– skipped".to_owned(),
        _ => format!(
            "{} {} ({})",
            access.glyph(false),
            access.words(),
            markdown::text(&said)
        ),
    };
    if let Some(standing @ (Standing::UnexpectedAllow | Standing::UnexpectedDeny)) =
        matrix.standing(row, column)
    {
        text.push_str(&format!(" **{}**", standing.words()));
    }
    text
}

/// One line for each cell.
pub fn csv(matrix: &Matrix) -> String {
    let mut text = String::from(
        "request,method,url,token,access,status,codes,title,detail,expected,standing\n",
    );
    for (place, row) in matrix.rows.iter().enumerate() {
        for (column, caller) in matrix.callers.iter().enumerate() {
            let cell = matrix.cell(place, column);
            let answer = cell.answer();
            let status = answer.and_then(|a| a.summary.status);
            let codes = answer.map(|a| a.codes().join(" ")).unwrap_or_default();
            let first = answer.and_then(|a| a.summary.errors.first());
            let title = first.and_then(|e| e.title.clone()).unwrap_or_default();
            let detail = first.and_then(|e| e.detail.clone()).unwrap_or_default();
            let access = matrix.access(place, column);
            let pin = row.pins.get(column).copied().flatten();
            let standing = matrix.standing(place, column);
            let fields = [
                row.name.as_str(),
                row.method.as_str(),
                row.path(),
                caller.label(),
                access.map_or("", Access::id),
                &status.map(|s| s.to_string()).unwrap_or_default(),
                codes.trim(),
                &title,
                &detail,
                pin.map_or("", |pin| pin.id()),
                standing.map_or("", Standing::words),
            ];
            let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            text.push_str(&fields.join(","));
            text.push('\n');
        }
    }
    text
}

/// A field (RFC 4180). What a spreadsheet would take for a formula is kept from being one, since
/// titles and details are the server's.
fn quoted(field: &str) -> String {
    let field = visible_line(field);
    let field = if field.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{field}")
    } else {
        field.into_owned()
    };
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::matrix::{Caller, Cell};
    use crate::model::{Cause, Failure, Pin, RequestSpec, Session, Step, TokenName};

    fn matrix() -> Matrix {
        let name = TokenName::new("support").unwrap();
        let session = Session {
            name: "who *may*".into(),
            steps: vec![
                Step {
                    name: "=list".into(),
                    spec: RequestSpec::new("GET", "{{base}}/a|b"),
                    access: vec![(name.clone(), Pin::Deny)],
                    ..Step::default()
                },
                Step {
                    name: "say \"hi\", you".into(),
                    spec: RequestSpec::new("POST", "/c\u{1b}[2J"),
                    ..Step::default()
                },
            ],
            ..Session::default()
        };
        let mut matrix = Matrix::new(&session, &[Caller::Token(name), Caller::Nobody]);
        let failure = Failure::unsent(Cause::TokenMissing, "no value.", "");
        matrix.set(0, 0, Cell::Unsent(failure));
        matrix.set(1, 1, Cell::Skipped("it writes".into()));
        matrix
    }

    #[test]
    fn a_table_for_a_ticket_cannot_be_broken_by_what_is_in_it() {
        assert_eq!(
            markdown(&matrix()),
            "### who \\*may\\*\n\n\
             | request | support | none |\n\
             | --- | --- | --- |\n\
             | GET /a\\|b | ⚡ failed (token.missing) |  |\n\
             | POST /c␛\\[2J |  | – skipped |\n\
             | allowed | 0 of 1 | 0 of 1 |\n"
        );
    }

    #[test]
    fn a_field_of_a_spreadsheet_is_neither_two_fields_nor_a_formula() {
        let text = csv(&matrix());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[1],
            "'=list,GET,/a|b,support,failed,,,,,deny,undecided"
        );
        assert_eq!(
            lines[4],
            "\"say \"\"hi\"\", you\",POST,/c␛[2J,none,skipped,,,,,,"
        );
    }
}
