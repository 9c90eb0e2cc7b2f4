//! Words as the two shells of Windows cut them: cmd with its carets, and PowerShell with its
//! backticks. Both leave the last step to the program, which reads backslashes before quotes.

use super::word::{Command, Unclosed, Word, is_name_byte, variable};

/// A character behind the carets of cmd, and where it stood.
struct Passed {
    text: String,
    at: usize,
    /// A variable, which the shell would fill in.
    filled: bool,
}

/// cmd.exe: first carets and variables, then the words, which the program itself cuts.
pub fn cmd(text: &str, start: usize) -> Result<Command, Unclosed> {
    let mut command = Command::default();
    let mut passed = Vec::new();
    let mut rest = text[start..]
        .char_indices()
        .map(|(at, c)| (start + at, c))
        .peekable();
    let mut quoted = false;
    let mut careted = None;
    command.end = text.len();
    while let Some((at, c)) = rest.next() {
        match c {
            '^' if !quoted || matches!(rest.peek(), Some((_, '\n' | '\r'))) => {
                // A caret takes the line break away, and makes what follows plain.
                if rest.next_if(|(_, c)| *c == '\r').is_some()
                    | rest.next_if(|(_, c)| *c == '\n').is_some()
                {
                    rest.next_if(|(_, c)| *c == '\r');
                }
                if let Some((at, c)) = rest.next() {
                    passed.push(plain(at, c));
                }
            }
            '"' => {
                match careted.take() {
                    Some(end) if end == at => {}
                    other => {
                        let inside = &text[at + 1..];
                        careted = other.or_else(|| Some(at + 1 + careted_length(inside, quoted)?));
                        quoted = quoted != careted.is_none();
                    }
                }
                passed.push(plain(at, c));
            }
            '%' => match percent_name(&text[at..]) {
                Some(name) => {
                    for _ in 0..=name.len() {
                        rest.next();
                    }
                    passed.push(Passed {
                        text: variable(name),
                        at,
                        filled: true,
                    });
                }
                None => passed.push(plain(at, c)),
            },
            '\n' | '&' | '|' if !quoted => {
                command.ended_by = Some(c as u8);
                command.end = at + 1;
                break;
            }
            '\r' if matches!(rest.peek(), Some((_, '\n'))) => {}
            _ => passed.push(plain(at, c)),
        }
    }
    cut(&passed, &mut command)?;
    Ok(command)
}

/// How far a text goes to its closing quote, where carets were written before all signs in it, as
/// browsers do although the quotes would do. Such carets are no part of it.
fn careted_length(inside: &str, quoted: bool) -> Option<usize> {
    if quoted {
        return None;
    }
    let mut count = 0;
    let mut chars = inside.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (count > 0).then_some(at),
            '^' => {
                count += 1;
                let is_break = |c: char| matches!(c, '\r' | '\n');
                if chars.next().is_some_and(|(_, c)| is_break(c)) {
                    while chars.next_if(|(_, c)| is_break(*c)).is_some() {}
                }
            }
            ' ' | '\t' => {}
            _ if c.is_alphanumeric() || !c.is_ascii() => {}
            _ if "_-:=+~'/.,?;()*`".contains(c) => {}
            _ => return None,
        }
    }
    None
}

fn plain(at: usize, c: char) -> Passed {
    Passed {
        text: c.to_string(),
        at,
        filled: false,
    }
}

/// The name in `%NAME%`. Shorter ones are rather two escapes of a URL.
fn percent_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('%')?;
    let name = &rest[..rest.find('%')?];
    let fits = name.len() >= 3
        && name.bytes().all(is_name_byte)
        && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then_some(name)
}

/// The rules by which programs on Windows read their line.
fn cut(passed: &[Passed], command: &mut Command) -> Result<(), Unclosed> {
    let mut word: Option<Word> = None;
    let mut quote: Option<usize> = None;
    let mut at = 0;
    while let Some(piece) = passed.get(at) {
        let open = |word: &mut Option<Word>| {
            word.get_or_insert_with(|| Word {
                at: piece.at,
                ..Word::default()
            });
        };
        match piece.text.as_str() {
            " " | "\t" if quote.is_none() => {
                command.words.extend(word.take());
                at += 1;
            }
            "\\" => {
                open(&mut word);
                let count = passed[at..].iter().take_while(|p| p.text == "\\").count();
                at += count;
                let before_quote = passed.get(at).is_some_and(|p| p.text == "\"");
                let kept = if before_quote { count / 2 } else { count };
                put(&mut word, &"\\".repeat(kept));
                if before_quote && count % 2 == 1 {
                    put(&mut word, "\"");
                    at += 1;
                }
            }
            "\"" => {
                open(&mut word);
                let doubled = passed.get(at + 1).is_some_and(|p| p.text == "\"");
                if quote.is_some() && doubled {
                    put(&mut word, "\"");
                    at += 2;
                } else {
                    quote = match quote {
                        None => Some(piece.at),
                        Some(_) => None,
                    };
                    at += 1;
                }
            }
            text => {
                open(&mut word);
                match &mut word {
                    Some(word) if piece.filled => word.push_name(text),
                    _ => put(&mut word, text),
                }
                at += 1;
            }
        }
    }
    command.words.extend(word);
    match quote {
        Some(at) => Err(Unclosed {
            at,
            what: "a double quote",
        }),
        None => Ok(()),
    }
}

fn put(word: &mut Option<Word>, text: &str) {
    if let Some(word) = word {
        word.bytes.extend(text.as_bytes());
    }
}

/// PowerShell. Its older versions lose quotes inside of words unless they stand behind a
/// backslash, so `\"` means a quote here.
pub fn powershell(text: &str, start: usize) -> Result<Command, Unclosed> {
    let mut reader = PowerShell {
        text,
        at: start,
        word: None,
        command: Command::default(),
    };
    reader.read()?;
    let mut command = reader.command;
    let mut said = false;
    for word in &mut command.words {
        if word.bytes.windows(2).any(|pair| pair == b"\\\"") {
            let at = word.at;
            without_slashes(word);
            let why = "\\\" was read as a quote, as PowerShell before 7.3 needs it";
            if !std::mem::replace(&mut said, true) {
                command.lost.push((at, why.to_owned()));
            }
        }
    }
    Ok(command)
}

/// Takes the backslash before each quote out; what is filled in stays where it was.
fn without_slashes(word: &mut Word) {
    let bytes = std::mem::take(&mut word.bytes);
    let is_slash = |at: usize| bytes[at..].starts_with(b"\\\"");
    // For each place, how many bytes before it go.
    let mut gone = vec![0; bytes.len() + 1];
    for at in 0..bytes.len() {
        gone[at + 1] = gone[at] + usize::from(is_slash(at));
    }
    for range in &mut word.names {
        *range = range.start - gone[range.start]..range.end - gone[range.end];
    }
    let kept = (0..bytes.len()).filter(|at| !is_slash(*at));
    word.bytes = kept.map(|at| bytes[at]).collect();
}

struct PowerShell<'a> {
    text: &'a str,
    at: usize,
    word: Option<Word>,
    command: Command,
}

impl PowerShell<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text[self.at..].chars().nth(ahead)
    }

    fn push(&mut self, c: char) {
        let mut bytes = [0; 4];
        let at = self.at;
        let word = self.word.get_or_insert_with(|| Word {
            at,
            ..Word::default()
        });
        word.bytes.extend(c.encode_utf8(&mut bytes).as_bytes());
    }

    /// Takes the character at the place into the word.
    fn take(&mut self, c: char) {
        self.push(c);
        self.at += c.len_utf8();
    }

    fn open(&mut self) {
        let at = self.at;
        self.word.get_or_insert_with(|| Word {
            at,
            ..Word::default()
        });
    }

    fn read(&mut self) -> Result<(), Unclosed> {
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' | '\r' => {
                    self.command.words.extend(self.word.take());
                    self.at += 1;
                }
                '\n' | ';' | '|' => {
                    self.at += 1;
                    self.command.ended_by = Some(c as u8);
                    break;
                }
                '#' if self.word.is_none() => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                '`' => self.backtick(),
                '@' if self.word.is_none() && self.here_string()? => {}
                '\'' => self.single()?,
                '"' => self.double()?,
                '$' => self.dollar()?,
                _ => self.take(c),
            }
        }
        self.command.words.extend(self.word.take());
        self.command.end = self.at;
        Ok(())
    }

    fn backtick(&mut self) {
        self.at += 1;
        let Some(c) = self.peek(0) else { return };
        let line_break = c == '\n' || (c == '\r' && self.peek(1) == Some('\n'));
        if line_break {
            self.at += if c == '\r' { 2 } else { 1 };
            return;
        }
        let meant = match c {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            other => other,
        };
        self.push(meant);
        self.at += c.len_utf8();
    }

    fn single(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.open();
        self.at += 1;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => {
                    return Err(Unclosed {
                        at: open,
                        what: "a single quote",
                    });
                }
                (Some('\''), Some('\'')) => {
                    self.push('\'');
                    self.at += 2;
                }
                (Some('\''), _) => break self.at += 1,
                (Some(c), _) => self.take(c),
            }
        }
        Ok(())
    }

    fn double(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        self.open();
        self.at += 1;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => {
                    return Err(Unclosed {
                        at: open,
                        what: "a double quote",
                    });
                }
                (Some('"'), Some('"')) => {
                    self.push('"');
                    self.at += 2;
                }
                // The program reads it as a quote, which is what the author meant.
                (Some('\\'), Some('"')) if self.peek(2).is_some() => {
                    self.push('\\');
                    self.at += 1;
                    self.take('"');
                }
                (Some('"'), _) => break self.at += 1,
                (Some('`'), _) => self.backtick(),
                (Some('$'), _) => self.dollar()?,
                (Some(c), _) => self.take(c),
            }
        }
        Ok(())
    }

    /// `@'` to `'@`, each at an end of a line.
    fn here_string(&mut self) -> Result<bool, Unclosed> {
        let rest = &self.text[self.at..];
        let Some(quote) = ["@'", "@\""].into_iter().find(|sign| {
            let after = rest.strip_prefix(sign);
            after.is_some_and(|after| after.starts_with('\n') || after.starts_with("\r\n"))
        }) else {
            return Ok(false);
        };
        let open = self.at;
        let body = self.at + rest.find('\n').unwrap_or(0) + 1;
        let close = format!("\n{}@", &quote[1..]);
        let Some(length) = self.text[body - 1..].find(&close) else {
            return Err(Unclosed {
                at: open,
                what: "a here-string",
            });
        };
        let end = body - 1 + length;
        let inside = self.text.get(body..end).unwrap_or_default();
        let inside = inside.strip_suffix('\r').unwrap_or(inside).to_owned();
        self.open();
        if let Some(word) = &mut self.word {
            word.bytes.extend(inside.as_bytes());
        }
        self.at = end + close.len();
        Ok(true)
    }

    /// `$name`, `$env:NAME`, `${name}`, and what is computed.
    fn dollar(&mut self) -> Result<(), Unclosed> {
        let open = self.at;
        let rest = &self.text[self.at + 1..];
        if let Some(inside) = rest.strip_prefix('(') {
            let Some(length) = inside.find(')') else {
                return Err(Unclosed {
                    at: open,
                    what: "$(",
                });
            };
            self.fill("{{output}}");
            self.at = open + 2 + length + 1;
            let why = "what an expression gives here is not known; {{output}} stands in its place";
            self.command.lost.push((open, why.to_owned()));
            return Ok(());
        }
        let (name, length) = match rest
            .strip_prefix('{')
            .and_then(|inside| inside.find('}').map(|end| &inside[..end]))
        {
            Some(name) => (name, name.len() + 2),
            None => {
                let fits = |b: &u8| is_name_byte(*b) || *b == b':';
                let length = rest.bytes().take_while(|b| fits(b)).count();
                let name = &rest[..length];
                (name, name.len())
            }
        };
        let named = name.rsplit(':').next().unwrap_or_default();
        if named.is_empty() || !named.bytes().all(is_name_byte) {
            self.take('$');
            return Ok(());
        }
        let value = variable(named);
        self.fill(&value);
        self.at = open + 1 + length;
        Ok(())
    }

    fn fill(&mut self, value: &str) {
        self.open();
        if let Some(word) = &mut self.word {
            word.push_name(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::format::curl::word::Word;
    use crate::format::curl::words::{Dialect, command};

    fn words(text: &str, dialect: Dialect) -> Vec<String> {
        let command = command(text, 0, dialect).unwrap();
        command.words.iter().map(Word::text).collect()
    }

    #[test]
    fn a_variable_behind_an_escaped_quote_stays_where_it_was() {
        let text = "curl.exe a -d \"\u{e4}\\\"$Env:A\u{df}\\\"$B\"";
        let command = command(text, 0, Dialect::PowerShell).unwrap();
        let last = command.words.last().unwrap();
        assert_eq!(last.text(), "\u{e4}\"{{A}}\u{df}\"{{B}}");
    }

    #[test]
    fn carets_quotes_and_backslashes_of_cmd() {
        let text = "curl ^\"https://a.example/x?a=1^&b=2^\" ^\n  -H ^\"accept: */*^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"1 2^\\^\"^}^\"\nnext";
        assert_eq!(
            words(text, Dialect::Cmd),
            [
                "curl",
                "https://a.example/x?a=1&b=2",
                "-H",
                "accept: */*",
                "--data-raw",
                "{\"a\":\"1 2\"}"
            ]
        );
        let text = "curl \"https://a.example/a%20b%20c?x=%E4%BC\" -d \"{\"\"a\"\": \\\"b\\\"}\" \"c:\\x\\\\\" %TOKEN%";
        assert_eq!(
            words(text, Dialect::Cmd),
            [
                "curl",
                "https://a.example/a%20b%20c?x=%E4%BC",
                "-d",
                "{\"a\": \"b\"}",
                "c:\\x\\",
                "{{TOKEN}}"
            ]
        );
        assert_eq!(words("curl ^\"a^\n\nb^\"", Dialect::Cmd), ["curl", "a\nb"]);
        let text = "curl \"https://a.example/x?a=1^&b=^%^20\" -d \"^{^\\^\"a^\\^\":^\\^\"1 ^& 2^\\^\"^}\" -H \"A: ^[b&c]\"";
        assert_eq!(
            words(text, Dialect::Cmd),
            [
                "curl",
                "https://a.example/x?a=1&b=%20",
                "-d",
                "{\"a\":\"1 & 2\"}",
                "-H",
                "A: ^[b&c]"
            ]
        );
    }

    #[test]
    fn quotes_backticks_and_variables_of_powershell() {
        let text = "curl.exe 'it''s' `\n  -H \"X: $env:NAME and `\"this`\" \"\"too\"\"\" -d '{\\\"a\\\": 1}' `$x a`tb";
        assert_eq!(
            words(text, Dialect::PowerShell),
            [
                "curl.exe",
                "it's",
                "-H",
                "X: {{NAME}} and \"this\" \"too\"",
                "-d",
                "{\"a\": 1}",
                "$x",
                "a\tb"
            ]
        );
        let text = "curl.exe -d @'\n{\"a\": \"$b\"}\n'@ x";
        assert_eq!(
            words(text, Dialect::PowerShell),
            ["curl.exe", "-d", "{\"a\": \"$b\"}", "x"]
        );
    }
}
