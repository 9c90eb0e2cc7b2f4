//! A command line cut into words, by the rules of the shell that it was written for. What a
//! shell would fill in is not known here: a variable stands as `{{NAME}}` in its word.

use super::windows;
use super::word::{Command, Unclosed, Word, is_name_byte, variable};

/// The shells whose quoting is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Posix,
    Cmd,
    PowerShell,
}

/// The command that begins at a byte of the text. What stands in braces in it is text.
pub fn command(text: &str, start: usize, dialect: Dialect) -> Result<Command, Unclosed> {
    let mut command = command_with_names(text, start, dialect)?;
    let others = command.input.iter_mut().chain(&mut command.input_file);
    command
        .words
        .iter_mut()
        .chain(others)
        .for_each(Word::settle);
    Ok(command)
}

/// The same, where what stands in braces is a name of ours.
pub fn command_with_names(text: &str, start: usize, dialect: Dialect) -> Result<Command, Unclosed> {
    match dialect {
        Dialect::Posix => Shell::new(text, start).command(),
        Dialect::Cmd => windows::cmd(text, start),
        Dialect::PowerShell => windows::powershell(text, start),
    }
}

/// POSIX, 2.2 and 2.3, with the `$'…'` of 2024 as browsers write it.
struct Shell<'a> {
    text: &'a [u8],
    at: usize,
    command: Command,
    word: Option<Word>,
    /// The sign right before the command.
    opened_by: Option<u8>,
    /// Here-documents whose lines are still to come.
    here: Vec<Here>,
}

struct Here {
    delimiter: Vec<u8>,
    /// Where it stands.
    at: usize,
    /// Whether tabs before its lines go.
    strips: bool,
    /// Its delimiter was quoted, so that nothing in its lines is filled in.
    is_plain: bool,
}

impl<'a> Shell<'a> {
    fn new(text: &'a str, start: usize) -> Shell<'a> {
        Shell {
            text: text.as_bytes(),
            at: start,
            opened_by: start.checked_sub(1).map(|at| text.as_bytes()[at]),
            command: Command::default(),
            word: None,
            here: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.word.get_or_insert_with(|| Word {
            at,
            ..Word::default()
        })
    }

    fn push(&mut self, byte: u8) {
        self.word().bytes.push(byte);
    }

    fn end_word(&mut self) {
        self.command.words.extend(self.word.take());
    }

    fn command(mut self) -> Result<Command, Unclosed> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' => {
                    self.end_word();
                    self.at += 1;
                }
                b'\n' | b';' | b'|' | b'&' => {
                    if byte == b'&' && self.peek(1) == Some(b'>') {
                        self.at += 1;
                        continue;
                    }
                    self.end_word();
                    self.at += 1;
                    if byte == b'\n' {
                        self.here_documents()?;
                    } else if !self.here.is_empty() {
                        self.here_further_on()?;
                    }
                    self.command.ended_by = Some(byte);
                    break;
                }
                b')' if self
                    .word
                    .as_ref()
                    .is_none_or(|word| !word.bytes.contains(&b'(')) =>
                {
                    self.end_word();
                    self.at += 1;
                    self.command.ended_by = Some(b';');
                    break;
                }
                b'`' if self.opened_by == Some(b'`') => {
                    self.end_word();
                    self.at += 1;
                    self.command.ended_by = Some(b';');
                    break;
                }
                b'#' if self.word.is_none() => {
                    while self.peek(0).is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                b'<' | b'>' => self.redirection()?,
                _ => self.piece(byte)?,
            }
        }
        self.end_word();
        self.command.end = self.at;
        Ok(self.command)
    }

    /// One quoted or escaped piece of a word, or one character of it.
    fn piece(&mut self, byte: u8) -> Result<(), Unclosed> {
        match byte {
            b'\\' => match self.peek(1) {
                Some(b'\n') => self.next_line(2),
                Some(b'\r') if self.peek(2) == Some(b'\n') => self.next_line(3),
                Some(next) => {
                    self.push(next);
                    self.at += 2;
                }
                // The text was cut off behind a continuation.
                None => self.at += 1,
            },
            b'\'' => self.single()?,
            b'"' => self.double()?,
            b'$' if self.peek(1) == Some(b'\'') => {
                self.word();
                self.at += 1;
                self.dollar_single()?;
            }
            b'$' if self.peek(1) == Some(b'"') => {
                self.word();
                self.at += 1;
                self.double()?;
            }
            b'$' | b'`' => self.expansion()?,
            _ => {
                self.push(byte);
                self.at += 1;
            }
        }
        Ok(())
    }

    /// Goes on behind a continuation. A shell's own sign for that may have been copied along.
    fn next_line(&mut self, length: usize) {
        self.at += length;
        let rest = &self.text[self.at..];
        let blanks = |text: &[u8]| text.iter().take_while(|b| b" \t".contains(b)).count();
        let indent = blanks(rest);
        if let Some(behind) = rest[indent..].strip_prefix(b"> ") {
            let behind = &behind[blanks(behind)..];
            let goes_on = [b"-".as_slice(), b"'", b"\"", b"http"];
            if goes_on.iter().any(|start| behind.starts_with(start)) {
                self.at += indent + 1;
            }
        }
    }

    fn single(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.word();
        self.at += 1;
        loop {
            match self.peek(0) {
                None => {
                    return Err(Unclosed {
                        at: open,
                        what: "a single quote",
                    });
                }
                Some(b'\'') => break self.at += 1,
                Some(byte) => {
                    self.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn double(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.word();
        self.at += 1;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => {
                    return Err(Unclosed {
                        at: open,
                        what: "a double quote",
                    });
                }
                (Some(b'"'), _) => break self.at += 1,
                (Some(b'\\'), Some(b'\n')) => self.at += 2,
                (Some(b'\\'), Some(next)) if b"$`\"\\".contains(&next) => {
                    self.push(next);
                    self.at += 2;
                }
                (Some(b'$' | b'`'), _) => self.expansion()?,
                (Some(byte), _) => {
                    self.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    /// `$'…'`: the escapes of C.
    fn dollar_single(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.at += 1;
        loop {
            let (Some(byte), next) = (self.peek(0), self.peek(1)) else {
                return Err(Unclosed {
                    at: open,
                    what: "a single quote",
                });
            };
            if byte == b'\'' {
                self.at += 1;
                return Ok(());
            }
            if byte != b'\\' {
                self.push(byte);
                self.at += 1;
                continue;
            }
            let Some(next) = next else {
                self.at += 1;
                continue;
            };
            self.at += 2;
            let plain = match next {
                b'a' => 7,
                b'b' => 8,
                b'e' | b'E' => 27,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                b'c' => {
                    let control = self.peek(0).unwrap_or(b'@');
                    self.at += usize::from(self.at < self.text.len());
                    control & 0x1f
                }
                b'x' => match self.digits(16, 2) {
                    Some(number) => number as u8,
                    None => b'x',
                },
                b'u' | b'U' => {
                    let most = if next == b'u' { 4 } else { 8 };
                    match self.digits(16, most).map(char::from_u32) {
                        Some(c) => {
                            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
                            let mut bytes = [0; 4];
                            let bytes = c.encode_utf8(&mut bytes).as_bytes().to_vec();
                            self.word().bytes.extend(bytes);
                            continue;
                        }
                        None => next,
                    }
                }
                b'0'..=b'7' => {
                    self.at -= 1;
                    self.digits(8, 3).unwrap_or(0) as u8
                }
                b'\\' | b'\'' | b'"' | b'?' => next,
                other => {
                    self.push(b'\\');
                    other
                }
            };
            self.push(plain);
        }
    }

    /// Up to so many digits at the place, as a number.
    fn digits(&mut self, radix: u32, most: usize) -> Option<u32> {
        let mut number = None;
        for _ in 0..most {
            let Some(digit) = self.peek(0).and_then(|b| (b as char).to_digit(radix)) else {
                break;
            };
            number = Some(
                number
                    .unwrap_or(0_u32)
                    .wrapping_mul(radix)
                    .wrapping_add(digit),
            );
            self.at += 1;
        }
        number
    }

    /// What the shell would fill in: a variable by its name, a command not at all.
    fn expansion(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.word();
        if self.peek(0) == Some(b'`') {
            let inside = &self.text[self.at + 1..];
            let Some(length) = inside.iter().position(|&b| b == b'`') else {
                return Err(Unclosed {
                    at: open,
                    what: "a backtick",
                });
            };
            self.at += length + 2;
            self.lose_command(open);
            return Ok(());
        }
        match self.peek(1) {
            Some(b'(') => {
                let inside = self.at + 2;
                let end = self.closing(inside).ok_or(Unclosed {
                    at: open,
                    what: "$(",
                })?;
                let script = &self.text[inside..end];
                self.at = end + 1;
                match printed(script) {
                    Some(bytes) => self.word().bytes.extend(bytes),
                    None => self.lose_command(open),
                }
            }
            Some(b'{') => {
                let inside = self.at + 2;
                let length = self.text[inside..].iter().position(|&b| b == b'}');
                let length = length.ok_or(Unclosed {
                    at: open,
                    what: "${",
                })?;
                let name = &self.text[inside..inside + length];
                let name = name.split(|&b| !is_name_byte(b)).next().unwrap_or_default();
                self.at = inside + length + 1;
                self.fill(name);
            }
            Some(first) if first.is_ascii_alphabetic() || first == b'_' => {
                let rest = &self.text[self.at + 1..];
                let length = rest.iter().take_while(|&&b| is_name_byte(b)).count();
                let name = &rest[..length];
                self.at += 1 + length;
                self.fill(name);
            }
            _ => {
                self.push(b'$');
                self.at += 1;
            }
        }
        Ok(())
    }

    fn fill(&mut self, name: &[u8]) {
        let name = String::from_utf8_lossy(name).into_owned();
        self.word().push_name(&variable(&name));
    }

    fn lose_command(&mut self, at: usize) {
        self.word().push_name("{{output}}");
        let why = "what a command would print here is not known; {{output}} stands in its place";
        self.command.lost.push((at, why.to_owned()));
    }

    /// Where the parenthesis closes that was opened before this place.
    fn closing(&self, from: usize) -> Option<usize> {
        let mut depth = 1;
        let mut quote = 0;
        let mut at = from;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\\' if quote != b'\'' => at += 1,
                b'\'' | b'"' if quote == 0 => quote = byte,
                _ if byte == quote => quote = 0,
                b'(' if quote == 0 => depth += 1,
                b')' if quote == 0 => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Where output goes is of no matter; input may be the data.
    fn redirection(&mut self) -> Result<(), Unclosed> {
        // A number right before the sign is a descriptor and no word.
        if let Some(word) = &self.word
            && word.bytes.iter().all(u8::is_ascii_digit)
        {
            self.word = None;
        }
        self.end_word();
        let input = self.peek(0) == Some(b'<');
        let signs = self.text[self.at..].iter();
        let count = signs.take_while(|&&b| b == b'<' || b == b'>').count();
        self.at += count;
        let strips = input && count == 2 && self.peek(0) == Some(b'-');
        if strips || self.peek(0) == Some(b'&') || self.peek(0) == Some(b'|') {
            self.at += 1;
        }
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let start = self.at;
        let target = self.target()?;
        let is_quoted = self.text[start..self.at]
            .iter()
            .any(|b| b"'\"\\".contains(b));
        match (input, count) {
            (true, 1) => self.command.input_file = target,
            (true, 2) => {
                if let Some(target) = target {
                    self.here.push(Here {
                        delimiter: target.bytes,
                        at: target.at,
                        strips,
                        is_plain: is_quoted,
                    });
                }
            }
            (true, _) => {
                self.command.input = target.map(|mut word| {
                    word.bytes.push(b'\n');
                    word
                });
            }
            (false, _) => {}
        }
        Ok(())
    }

    /// The one word behind a redirection.
    fn target(&mut self) -> Result<Option<Word>, Unclosed> {
        while let Some(byte) = self.peek(0) {
            if b" \t\r\n;|&<>".contains(&byte) {
                break;
            }
            self.piece(byte)?;
        }
        Ok(self.word.take())
    }

    /// The lines of here-documents begin behind the line that opens them, and the line goes on.
    fn here_further_on(&mut self) -> Result<(), Unclosed> {
        let place = self.at;
        let mut end = place;
        let mut line = self.text[place..].iter();
        while let Some(length) = line.as_slice().iter().position(|&b| b == b'\n') {
            let whole = &line.as_slice()[..length];
            line = line.as_slice()[length + 1..].iter();
            end += length + 1;
            if !whole.strip_suffix(b"\r").unwrap_or(whole).ends_with(b"\\") {
                break;
            }
        }
        self.at = end;
        self.here_documents()?;
        self.command.skipped = Some(end..self.at);
        self.at = place;
        Ok(())
    }

    fn here_documents(&mut self) -> Result<(), Unclosed> {
        for here in std::mem::take(&mut self.here) {
            let start = self.at;
            let end = loop {
                let rest = &self.text[self.at..];
                if rest.is_empty() {
                    return Err(Unclosed {
                        at: here.at,
                        what: "a here-document",
                    });
                }
                let length = rest.iter().position(|&b| b == b'\n');
                let line = &rest[..length.unwrap_or(rest.len())];
                let line_at = self.at;
                self.at += (line.len() + 1).min(rest.len());
                let line = &line[here.tabs(line)..];
                if line.strip_suffix(b"\r").unwrap_or(line) == here.delimiter {
                    break line_at;
                }
            };
            let mut inside = Shell {
                text: &self.text[..end],
                at: start,
                command: Command::default(),
                word: None,
                opened_by: None,
                here: Vec::new(),
            };
            inside.lines_of(&here);
            self.command.lost.append(&mut inside.command.lost);
            self.command.input = inside.word;
        }
        Ok(())
    }

    /// The lines of a here-document, up to the end of the text.
    fn lines_of(&mut self, here: &Here) {
        self.word();
        let mut is_new = true;
        while let Some(byte) = self.peek(0) {
            if std::mem::take(&mut is_new) {
                let tabs = here.tabs(&self.text[self.at..]);
                if tabs > 0 {
                    self.at += tabs;
                    continue;
                }
            }
            match (byte, self.peek(1)) {
                (b'\\', Some(b'\n')) if !here.is_plain => self.at += 2,
                (b'\\', Some(next)) if !here.is_plain && b"$`\\".contains(&next) => {
                    self.push(next);
                    self.at += 2;
                }
                // What is never closed is text.
                (b'$' | b'`', _) if !here.is_plain && self.expansion().is_ok() => {}
                _ => {
                    self.push(byte);
                    self.at += 1;
                    is_new = byte == b'\n';
                }
            }
        }
    }
}

impl Here {
    /// How many tabs go before a line.
    fn tabs(&self, line: &[u8]) -> usize {
        if self.strips {
            line.iter().take_while(|&&b| b == b'\t').count()
        } else {
            0
        }
    }
}

/// What `printf '\033'` prints; `None` for anything but plain text and octal escapes.
fn printed(script: &[u8]) -> Option<Vec<u8>> {
    let inside = script.strip_prefix(b"printf '")?.strip_suffix(b"'")?;
    if inside.iter().any(|&b| b == b'%' || b == b'\'') {
        return None;
    }
    let mut bytes = Vec::with_capacity(inside.len());
    let mut at = 0;
    while at < inside.len() {
        if inside[at] != b'\\' {
            bytes.push(inside[at]);
            at += 1;
            continue;
        }
        let digits = inside.get(at + 1..at + 4)?;
        let text = std::str::from_utf8(digits).ok()?;
        bytes.push(
            u8::from_str_radix(text, 8)
                .ok()
                .filter(|_| digits.iter().all(u8::is_ascii_digit))?,
        );
        at += 4;
    }
    // The shell takes line breaks off the end.
    while bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::as_data;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        let command = command(text, 0, Dialect::Posix).unwrap();
        command.words.iter().map(Word::text).collect()
    }

    #[test]
    fn quotes_and_continuations_are_those_of_the_shell() {
        assert_eq!(
            words(r#"a 'b c' "d \"e\" \$f \g" h\ i"#),
            ["a", "b c", r#"d "e" $f \g"#, "h i"]
        );
        assert_eq!(words("a \\\n  b 'c\nd' e\\\nf"), ["a", "b", "c\nd", "ef"]);
        assert_eq!(words("a '' \"\" b#c # d"), ["a", "", "", "b#c"]);
        assert_eq!(words("a'b'\"c\"$'d'e"), ["abcde"]);
    }

    #[test]
    fn escapes_of_a_dollar_quote_are_undone() {
        assert_eq!(
            words(r"$'a\n\t\'\\\x41\u00e4\U0001f600\101\cA'"),
            ["a\n\t'\\Aä😀A\u{1}"]
        );
        assert_eq!(words(r"$'{\n}' $'\q'"), ["{\n}", "\\q"]);
        let command = command(r"$'\xff'", 0, Dialect::Posix).unwrap();
        assert_eq!(command.words[0].bytes, [0xff]);
    }

    #[test]
    fn variables_stand_by_name_and_commands_are_lost() {
        let text = r#"curl "$URL/x" '$no' "${ID:-7}" "Bearer $HTTRIAGE_TOKEN_USER_ADMIN" $(date) `id` $1 "{{a}}{$b}""#;
        let command = command(text, 0, Dialect::Posix).unwrap();
        let words: Vec<_> = command.words.iter().map(Word::text).collect();
        assert_eq!(
            words[1..],
            [
                "{{URL}}/x",
                "$no",
                "{{ID}}",
                "Bearer {{token:user-admin}}",
                "{{output}}",
                "{{output}}",
                "$1",
                "{{text:brace}}{a}}{{{b}}}"
            ]
        );
        assert_eq!(command.lost.len(), 2);
        assert!(command.words.iter().all(|word| word.names.is_empty()));
    }

    #[test]
    fn a_printed_escape_is_the_character_itself() {
        assert_eq!(
            words(r#"'a'"$(printf '\033\302\205')"'b'"#),
            ["a\u{1b}\u{85}b"]
        );
        assert_eq!(words(r"$(printf '%s' x)"), ["{{output}}"]);
    }

    #[test]
    fn redirections_are_no_words_and_input_is_kept() {
        let text = "curl x 2>/dev/null >out.json -d @- <<'E O'\n{\n E\nE O\nnext";
        let cut = command(text, 0, Dialect::Posix).unwrap();
        let words: Vec<_> = cut.words.iter().map(Word::text).collect();
        assert_eq!(words, ["curl", "x", "-d", "@-"]);
        assert_eq!(cut.input.unwrap().text(), "{\n E\n");
        assert_eq!(&text[cut.end..], "next");
        let cut = command("curl x <<< 'a b' | jq .", 0, Dialect::Posix).unwrap();
        assert_eq!(cut.input.unwrap().text(), "a b\n");
        assert_eq!(cut.ended_by, Some(b'|'));
        let cut = command("curl x < in.txt &> /dev/null y", 0, Dialect::Posix).unwrap();
        assert_eq!(cut.input_file.unwrap().text(), "in.txt");
        assert_eq!(cut.words.len(), 3);
    }

    #[test]
    fn a_here_document_is_filled_in_unless_its_delimiter_is_quoted() {
        let lines = "{\"a\": \"$NAME\", 'b': '${B}', \"c\": \"\\$x \\\\ \\n\"\\\n}";
        let read = |open: &str| {
            let text = format!("curl x -d @- {open}\n{lines}\nEOF\n");
            command(&text, 0, Dialect::Posix).unwrap()
        };
        let filled = "{\"a\": \"{{NAME}}\", 'b': '{{B}}', \"c\": \"$x \\ \\n\"}\n";
        for open in ["<<EOF", "<< EOF", "<<-EOF"] {
            assert_eq!(read(open).input.unwrap().text(), filled, "{open}");
        }
        for open in ["<<'EOF'", "<<\"EOF\"", "<<\\EOF"] {
            let plain = read(open).input.unwrap().text();
            assert_eq!(as_data(&plain).unwrap(), format!("{lines}\n"), "{open}");
        }
        let text = "curl x -d @- <<-E\n\t\ta $(date) ${b\n\tE\n";
        let cut = command(text, 0, Dialect::Posix).unwrap();
        assert_eq!(cut.input.unwrap().text(), "a {{output}} ${b\n");
        assert_eq!(cut.lost.len(), 1);
    }

    #[test]
    fn what_is_never_closed_is_named_with_its_place() {
        for (text, at, what) in [
            ("curl 'a", 5, "a single quote"),
            ("curl \"a", 5, "a double quote"),
            ("curl $'a\\'", 6, "a single quote"),
            ("curl $(a", 5, "$("),
            ("curl ${a", 5, "${"),
            ("curl `a", 5, "a backtick"),
            ("curl <<E\na", 7, "a here-document"),
        ] {
            assert_eq!(
                command(text, 0, Dialect::Posix),
                Err(Unclosed { at, what }),
                "{text}"
            );
        }
    }

    proptest! {
        /// Where both know the rules, they cut alike.
        #[test]
        fn the_common_subset_is_cut_as_shlex_cuts_it(
            pieces in proptest::collection::vec(
                prop_oneof![
                    "[a-zA-Z0-9{}:/?=.,@%+~*!-]{1,6}",
                    "'[ -&(-~\n]{0,8}'",
                    "\"([ !#%-\\[\\]-_a-~\n]|\\\\[\"\\\\$`]){0,8}\"",
                    "\\\\[ -~]",
                    Just(" ".to_owned()), Just("\t".to_owned()),
                ],
                0..12,
            )
        ) {
            let text = format!("x{}", pieces.concat());
            // The dollar within double quotes is another matter.
            prop_assume!(!text.replace("\\$", "").contains('$') || !text.contains('"'));
            prop_assume!(!text.contains("$'"));
            let theirs = shlex::split(&text);
            let ours = command(&text, 0, Dialect::Posix).ok();
            let text = |word: &Word| as_data(&word.text()).unwrap_or_default();
            let ours = ours.map(|c| c.words.iter().map(text).collect::<Vec<_>>());
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn any_text_ends_in_every_dialect(text in "[ -~\n\r\t\u{0}-\u{8}äß😀'\"`^$\\\\<>&|;%()]{0,80}") {
            for dialect in [Dialect::Posix, Dialect::Cmd, Dialect::PowerShell] {
                if let Ok(command) = command(&text, 0, dialect) {
                    prop_assert!(command.end <= text.len());
                    prop_assert!(text.is_char_boundary(command.end));
                }
            }
        }
    }
}
