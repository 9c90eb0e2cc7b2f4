//! The body of a request of a `.http` file: everything behind the empty line that is neither a
//! script nor a remark behind it.

use super::line::{comment, variable};
use super::read::{HttpFileReader, Line};
use crate::format::har::multipart;
use crate::format::postman::graphql_text;
use crate::model::{Body, Param, RequestSpec};

impl HttpFileReader<'_> {
    pub(super) fn body(&mut self, spec: &mut RequestSpec, lines: &[Line], is_graphql: bool) {
        let Some(lines) = self.lines_of(lines) else {
            return;
        };
        let at = lines[0].at;
        let media_type = spec
            .headers
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case("content-type"))
            .map_or_else(String::new, |row| row.value.clone());
        let kind = media_type.to_ascii_lowercase();
        if let ([line], false) = (&lines[..], kind.starts_with("multipart/"))
            && let Some(path) = file_in(line.text)
        {
            if line.text.trim_start().starts_with("<@") {
                self.gathered
                    .notes
                    .count(at, "variables inside of a file are not filled in here");
            }
            let path = self.gathered.variables.plain(path);
            spec.body = self
                .gathered
                .file(&path, at)
                .map_or(Body::Empty, Body::File);
            return;
        }
        if kind.starts_with("multipart/") {
            return self.parts(spec, &lines, &media_type);
        }
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        let texts = lines.iter().map(|line| line.text);
        let mut text = if is_form {
            // One pair a line, for people to read.
            texts.map(str::trim).collect::<String>()
        } else {
            texts.collect::<Vec<_>>().join("\n")
        };
        if is_graphql {
            text = match text.rsplit_once("\n\n") {
                Some((query, variables)) if variables.trim_start().starts_with('{') => {
                    graphql_text(query.trim(), variables)
                }
                _ => graphql_text(text.trim(), ""),
            };
            if media_type.is_empty() {
                let row = Param::new("Content-Type", "application/json");
                spec.headers.push(row);
            }
        }
        let is_mixed = lines.len() > 1 && lines.iter().any(|line| file_in(line.text).is_some());
        if is_mixed && !text.trim_start().starts_with(['{', '[']) {
            self.gathered.notes.count(
                at,
                "lines that would read a file into a longer body stand there as they are",
            );
        }
        let text = self.gathered.variables.plain(&text);
        if is_form && !text.trim_start().starts_with(['{', '[']) {
            spec.body = self.gathered.form(&text);
            return;
        }
        spec.body = self.gathered.lifter.text_body(text, false);
    }

    /// The lines that are sent, without what only stands around them.
    fn lines_of<'t>(&mut self, lines: &[Line<'t>]) -> Option<Vec<Line<'t>>> {
        let mut kept: Vec<Line> = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            if let Some(length) = self.aside(&lines[at..]) {
                at += length;
                continue;
            }
            at += 1;
            if is_status_line(line.text) {
                self.gathered
                    .notes
                    .count(line.at, "answers stand behind requests and were left out");
                break;
            }
            let is_blank = line.text.trim().is_empty();
            if variable(line.text).is_none() && !(kept.is_empty() && is_blank) {
                kept.push(line);
            }
        }
        let is_json = kept
            .iter()
            .find(|line| comment(line.text).is_none() && !line.text.trim().is_empty())
            .is_some_and(|line| line.text.trim_start().starts_with(['{', '[']));
        if is_json {
            // No line of JSON begins so.
            kept.retain(|line| comment(line.text).is_none());
        }
        let is_around = |line: &Line| line.text.trim().is_empty() || comment(line.text).is_some();
        while kept.last().is_some_and(is_around) {
            kept.pop();
        }
        (!kept.is_empty()).then_some(kept)
    }

    fn parts(&mut self, spec: &mut RequestSpec, lines: &[Line], media_type: &str) {
        let at = lines[0].at;
        let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
        // The lines of such a body are ended as in HTTP.
        let whole = texts.join("\r\n") + "\r\n";
        let text = self.gathered.variables.plain(&whole);
        let Some(parts) = multipart::parts(&text, media_type) else {
            return self.gathered.notes.add(
                at,
                "the multipart body cannot be taken apart and was left out",
            );
        };
        let mut kept = Vec::new();
        for mut part in parts {
            if let Some(path) = file_in(part.value.trim_end()) {
                let Some(path) = self.gathered.file(path, at) else {
                    continue;
                };
                part.value = path;
                part.is_file = true;
            } else {
                let lifter = &mut self.gathered.lifter;
                part.value = lifter.named("part", &part.name, &part.value);
                part.value = lifter.body(&part.value);
            }
            kept.push(part);
        }
        // It names a boundary that is written anew.
        spec.headers
            .retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
        spec.body = Body::Multipart(kept);
    }
}

/// `< ./file`, `<@ ./file`, `<@latin1 ./file`
fn file_in(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix('<')?;
    let rest = match rest.strip_prefix('@') {
        Some(behind) => behind.split_once(' ').map_or(behind, |(_, path)| path),
        None => rest.strip_prefix([' ', '\t'])?,
    };
    let path = rest.trim();
    (!path.is_empty() && !path.contains(['<', '>', '\n'])).then_some(path)
}

/// `HTTP/1.1 403 Forbidden`
fn is_status_line(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("HTTP/") else {
        return false;
    };
    let status = rest.split_whitespace().nth(1).unwrap_or_default();
    status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit())
}
