//! Finds circles: files of `src` that use each other, one another directly or through others. Who
//! uses whom is read from the code: each path is followed through what modules hand on to the file
//! in which the name is defined.

use super::{Source, is_word, pieces};
use std::collections::{BTreeMap, BTreeSet};

/// What one file says: its module, what it defines, and what it takes in.
#[derive(Default)]
struct Module {
    file: String,
    defined: BTreeSet<String>,
    taken: Vec<Taken>,
    /// Paths outside of `use`, each in its parts; a name alone is a path of one part.
    paths: BTreeSet<Vec<String>>,
}

/// A name that a `use` takes in; `*` for all that a module has.
struct Taken {
    path: Vec<String>,
    name: String,
    /// It is handed on to others, and may not be used here at all.
    is_handed_on: bool,
}

/// The modules of the crate by their paths, `app::feature::send`; the ground is an empty path.
struct Crate(BTreeMap<String, Module>);

/// Which file uses which, and the names it takes from there.
type Arrows = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// A circle of files, and the arrows that tie it.
pub struct Circle {
    pub files: Vec<String>,
    pub ties: Vec<String>,
}

pub fn circles(sources: &[Source]) -> Vec<Circle> {
    let arrows = Crate::new(sources).arrows();
    let beyond: BTreeMap<&String, BTreeSet<&String>> = arrows
        .keys()
        .map(|file| (file, reached(&arrows, file)))
        .collect();
    let mut circles: Vec<Circle> = Vec::new();
    for file in arrows.keys().filter(|file| beyond[file].contains(file)) {
        if circles.iter().any(|circle| circle.files.contains(file)) {
            continue;
        }
        let meet = |other: &&&String| beyond.get(**other).is_some_and(|b| b.contains(file));
        let files: Vec<&String> = beyond[file].iter().filter(meet).copied().collect();
        let mut ties = Vec::new();
        for from in &files {
            for (to, names) in arrows[*from].iter().filter(|(to, _)| files.contains(to)) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                ties.push(format!("  {from} -> {to}: {}", names.join(", ")));
            }
        }
        let files = files.into_iter().cloned().collect();
        circles.push(Circle { files, ties });
    }
    circles
}

/// All files that can be come to from one.
fn reached<'a>(arrows: &'a Arrows, from: &str) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

impl Crate {
    fn new(sources: &[Source]) -> Crate {
        let modules = sources.iter().filter(|source| source.path != "main.rs");
        Crate(modules.map(|s| (module_of(&s.path), read(s))).collect())
    }

    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (name, module) in &self.0 {
            let row = arrows.entry(module.file.clone()).or_default();
            let own = |taken: &&Taken| {
                let used = || module.paths.iter().any(|path| path[0] == taken.name);
                taken.name != "*" && (!taken.is_handed_on || used())
            };
            let taken = module.taken.iter().filter(own).map(|taken| &taken.path);
            for path in taken.chain(&module.paths) {
                let Some(to) = self.resolve(name, path, 0) else {
                    continue;
                };
                let to = &self.0[&to].file;
                if *to != module.file {
                    let names = row.entry(to.clone()).or_default();
                    names.extend(path.last().cloned());
                }
            }
        }
        arrows
    }

    /// The module in which the name at the end of a path is defined; none where it is of another
    /// crate, or is a module itself.
    fn resolve(&self, from: &str, path: &[String], depth: usize) -> Option<String> {
        // Names that are handed on in a ring end nowhere.
        if depth > 20 {
            return None;
        }
        let (mut here, mut at) = (from.to_owned(), 0);
        match path.first()?.as_str() {
            "crate" => (here, at) = (String::new(), 1),
            "self" => at = 1,
            "super" => {
                while path.get(at).is_some_and(|part| part == "super") {
                    here = parent(&here)?;
                    at += 1;
                }
            }
            first => {
                let is_here = self.0.contains_key(&child(from, first)) && path.len() > 1;
                if !is_here && !self.has(from, first, depth) {
                    return None;
                }
            }
        }
        while let Some(part) = path.get(at) {
            let is_last = at + 1 == path.len();
            let module = self.0.get(&here)?;
            let inner = child(&here, part);
            if is_last && module.defined.contains(part) {
                return Some(here);
            }
            if !is_last && self.0.contains_key(&inner) {
                (here, at) = (inner, at + 1);
                continue;
            }
            let taken = module.taken.iter().find(|taken| taken.name == *part);
            if let Some(taken) = taken {
                let whole = [&taken.path, &path[at + 1..]].concat();
                return self.resolve(&here, &whole, depth + 1);
            }
            if self.0.contains_key(&inner) {
                return None;
            }
            if module.defined.contains(part) {
                return Some(here);
            }
            let whole = |taken: &Taken| [&taken.path, &path[at..]].concat();
            let all = module.taken.iter().filter(|taken| taken.name == "*");
            let mut all = all.filter(|taken| self.is_module(&here, &taken.path));
            let found = all.find_map(|taken| self.resolve(&here, &whole(taken), depth + 1));
            // What a macro makes is nowhere to be read.
            return found.or_else(|| (here != from).then_some(here));
        }
        None
    }

    /// Whether a name means something in a module.
    fn has(&self, module: &str, name: &str, depth: usize) -> bool {
        let Some(found) = self.0.get(module) else {
            return false;
        };
        found.defined.contains(name)
            || found.taken.iter().any(|taken| match taken.name.as_str() {
                "*" => {
                    let of = self.module(module, &taken.path, depth + 1);
                    of.is_some_and(|of| of != module && self.has(&of, name, depth + 1))
                }
                taken => taken == name,
            })
    }

    fn is_module(&self, from: &str, path: &[String]) -> bool {
        self.module(from, path, 0).is_some()
    }

    /// The module that a path names.
    fn module(&self, from: &str, path: &[String], depth: usize) -> Option<String> {
        if depth > 20 {
            return None;
        }
        let mut here = from.to_owned();
        for (at, part) in path.iter().enumerate() {
            match part.as_str() {
                "crate" => here.clear(),
                "self" => {}
                "super" => here = parent(&here)?,
                part => {
                    let inner = child(&here, part);
                    if self.0.contains_key(&inner) {
                        here = inner;
                        continue;
                    }
                    let mut taken = self.0.get(&here)?.taken.iter();
                    let taken = taken.find(|taken| taken.name == part)?;
                    let whole = [&taken.path, &path[at + 1..]].concat();
                    return self.module(&here, &whole, depth + 1);
                }
            }
        }
        Some(here)
    }
}

fn module_of(file: &str) -> String {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" {
        String::new()
    } else {
        path.replace('/', "::")
    }
}

fn child(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

fn parent(module: &str) -> Option<String> {
    match module.rsplit_once("::") {
        Some((parent, _)) => Some(parent.to_owned()),
        None if module.is_empty() => None,
        None => Some(String::new()),
    }
}

fn read(source: &Source) -> Module {
    let code = source.code();
    let pieces = pieces(&code);
    let mut module = Module {
        file: source.path.clone(),
        ..Module::default()
    };
    let is_name = |at: usize| pieces.get(at).is_some_and(|p| p.chars().all(is_word));
    let is = |at: usize, piece: &str| pieces.get(at) == Some(&piece);
    let mut depth = 0;
    // The depths at which modules begin that stand in this file.
    let mut inner: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let piece = pieces[at];
        match piece {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inner.retain(|begin| *begin < depth + 1);
            }
            "use" if !is(at + 1, "<") => {
                let is_handed_on = at > 0 && ["pub", ")"].contains(&pieces[at - 1]);
                let mut found = Vec::new();
                at = tree(&pieces, at + 1, Vec::new(), &mut found);
                for (path, name) in found {
                    let Some(path) = out_of(path, inner.len()) else {
                        continue;
                    };
                    module.taken.push(Taken {
                        path,
                        name,
                        is_handed_on,
                    });
                }
                continue;
            }
            "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union"
                if depth == 0 && is_name(at + 1) && !is(at + 1, "fn") =>
            {
                module.defined.insert(pieces[at + 1].to_owned());
                at += 1;
            }
            "mod" if is_name(at + 1) => {
                if is(at + 2, "{") {
                    if depth == 0 {
                        module.defined.insert(pieces[at + 1].to_owned());
                    }
                    inner.push(depth + 1);
                }
                at += 1;
            }
            _ if is_name(at) && !(at > 0 && ["::", "."].contains(&pieces[at - 1])) => {
                let mut path = vec![piece.to_owned()];
                while is(at + 1, "::") && is_name(at + 2) {
                    path.push(pieces[at + 2].to_owned());
                    at += 2;
                }
                module.paths.extend(out_of(path, inner.len()));
            }
            _ => {}
        }
        at += 1;
    }
    module
}

/// A path as it reads outside of the modules that stand in the file itself; none where it does not
/// leave the file.
fn out_of(mut path: Vec<String>, inner: usize) -> Option<Vec<String>> {
    if inner > 0 && path[0] == "super" {
        let supers = path.iter().take_while(|part| *part == "super").count();
        if supers < inner {
            return None;
        }
        path.drain(..inner);
    }
    (!path.is_empty()).then_some(path)
}

/// Reads the tree behind a `use` from `at` on: paths with the names they get. Returns the place
/// after it.
fn tree(
    pieces: &[&str],
    mut at: usize,
    mut path: Vec<String>,
    found: &mut Vec<(Vec<String>, String)>,
) -> usize {
    while let Some(piece) = pieces.get(at) {
        match *piece {
            "::" => at += 1,
            "{" => {
                at += 1;
                while pieces.get(at).is_some_and(|piece| *piece != "}") {
                    at = tree(pieces, at, path.clone(), found);
                    if pieces.get(at) == Some(&",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "*" => {
                found.push((path, "*".to_owned()));
                return at + 1;
            }
            "as" => {
                found.push((path, pieces[at + 1].to_owned()));
                return at + 2;
            }
            "self" if !path.is_empty() => at += 1,
            word if word.chars().all(is_word) => {
                path.push(word.to_owned());
                at += 1;
                if pieces.get(at) == Some(&"::") {
                    at += 1;
                    continue;
                }
            }
            _ => break,
        }
    }
    if let Some(name) = path.last().cloned() {
        found.push((path, name));
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tied(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let sources: Vec<Source> = files.iter().map(|(p, t)| Source::new(p, t)).collect();
        let circles = circles(&sources).into_iter();
        circles.map(|circle| circle.files).collect()
    }

    #[test]
    fn files_that_use_each_other_are_a_circle() {
        let a = ("a/one.rs", "use super::two::Two; pub struct One(Two);");
        let door = (
            "a/mod.rs",
            "mod one; mod two; pub use one::One; pub use two::Two;",
        );
        for text in [
            "use super::one::One; pub struct Two;",
            "use crate::a::{One}; pub struct Two;",
            "pub struct Two; fn f() -> super::One { super::One }",
            "use super::one; pub struct Two; fn f() { one::One::new() }",
            "use crate::a; pub struct Two; fn f() { a::One::new() }",
            "use super::*; pub struct Two; fn f(one: One) {}",
            "pub struct Two; mod inner { use super::super::One; fn f() {} }",
        ] {
            let files = [door, a, ("a/two.rs", text), ("lib.rs", "pub mod a;")];
            assert_eq!(tied(&files), [["a/one.rs", "a/two.rs"]], "{text}");
        }
        for text in [
            "pub struct Two; // use super::one::One;",
            "use super::one; pub struct Two;",
            "pub struct Two; #[cfg(test)] mod tests { use super::super::one::One; }",
            "pub struct Two; fn f() { other::One::new() }",
            "pub struct Two; mod inner { use super::Two; }",
        ] {
            let files = [door, a, ("a/two.rs", text), ("lib.rs", "pub mod a;")];
            assert!(tied(&files).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_door_is_no_room_and_a_parent_that_uses_its_child_is_one() {
        let child = ("a/one.rs", "use super::Own; pub struct One(Own);");
        let door = "mod one; pub use one::One; pub struct Own;";
        assert!(tied(&[("a/mod.rs", door), child]).is_empty());
        let uses = format!("{door} fn f(one: One) {{}}");
        let found = tied(&[("a/mod.rs", &uses), child]);
        assert_eq!(found, [["a/mod.rs", "a/one.rs"]]);
        let uses = "mod one; use one::One; pub struct Own(One);";
        assert_eq!(tied(&[("a.rs", uses), child]), [["a.rs", "a/one.rs"]]);
    }

    #[test]
    fn a_long_way_round_is_a_circle_too() {
        let files = [
            ("lib.rs", "mod x; mod y; mod z; mod alone;"),
            ("x.rs", "use crate::y::Y; pub struct X;"),
            ("y.rs", "use crate::z::Z as Other; pub struct Y;"),
            ("z.rs", "pub struct Z(crate::x::X);"),
            ("alone.rs", "use crate::x::X;"),
        ];
        assert_eq!(tied(&files), [["x.rs", "y.rs", "z.rs"]]);
    }
}
