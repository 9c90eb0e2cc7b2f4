//! Compares two JSON bodies field by field, and mixes them: takes fields from the other body or
//! leaves them out.

use super::Json;

/// The way to a field: names of members, and numbers in lists as text.
pub type Steps = Vec<String>;

/// A body with more fields than this is split at its top level only.
const MOST: usize = 40;

/// Writes the steps as a JSON Pointer (RFC 6901): `/data/name`.
pub fn pointer(steps: &[String]) -> String {
    let part = |step: &String| format!("/{}", step.replace('~', "~0").replace('/', "~1"));
    steps.iter().map(part).collect()
}

/// Every place where two values differ. A part that only one of them has counts once, at its top.
pub fn differences(one: &Json, other: &Json) -> Vec<Steps> {
    let mut found = Vec::new();
    differ(one, other, &mut Vec::new(), &mut found);
    found
}

fn differ(one: &Json, other: &Json, at: &mut Steps, found: &mut Vec<Steps>) {
    match (one, other) {
        (Json::Object(own), Json::Object(others)) => {
            let added = others
                .iter()
                .filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
            for (name, value) in own.iter().chain(added) {
                let pair = (one.get(name), other.get(name));
                at.push(name.clone());
                match pair {
                    (Some(_), Some(there)) => differ(value, there, at, found),
                    _ => found.push(at.clone()),
                }
                at.pop();
            }
        }
        (Json::List(own), Json::List(others)) if own.len() == others.len() => {
            for (number, (value, there)) in own.iter().zip(others).enumerate() {
                at.push(number.to_string());
                differ(value, there, at, found);
                at.pop();
            }
        }
        _ if one == other => {}
        _ => found.push(at.clone()),
    }
}

/// Every field that can be left out: all members that are not themselves filled objects.
pub fn leaves(value: &Json) -> Vec<Steps> {
    let mut found = Vec::new();
    collect(value, &mut Vec::new(), &mut found);
    if found.len() > MOST {
        let members = value.as_object().unwrap_or_default().iter();
        found = members.map(|(name, _)| vec![name.clone()]).collect();
    }
    found
}

fn collect(value: &Json, at: &mut Steps, found: &mut Vec<Steps>) {
    let Json::Object(members) = value else {
        return;
    };
    for (name, member) in members {
        at.push(name.clone());
        match member {
            Json::Object(inner) if !inner.is_empty() => collect(member, at, found),
            _ => found.push(at.clone()),
        }
        at.pop();
    }
}

/// The value that the steps lead to; `None` where one of them leads nowhere.
pub fn at<'j>(value: &'j Json, steps: &[String]) -> Option<&'j Json> {
    let Some((first, rest)) = steps.split_first() else {
        return Some(value);
    };
    let inner = match value {
        Json::List(values) => values.get(first.parse::<usize>().ok()?)?,
        _ => value.get(first)?,
    };
    at(inner, rest)
}

/// Replaces the value at a place, or removes it for `None`. Does nothing where the way there is
/// missing.
pub fn set(value: &mut Json, steps: &[String], new: Option<Json>) {
    let Some((first, rest)) = steps.split_first() else {
        if let Some(new) = new {
            *value = new;
        }
        return;
    };
    match value {
        Json::List(values) => {
            let number = first.parse::<usize>().ok();
            if let Some(inner) = number.and_then(|number| values.get_mut(number)) {
                set(inner, rest, new);
            }
        }
        Json::Object(members) if rest.is_empty() => {
            let place = members.iter().position(|(name, _)| name == first);
            match (place, new) {
                (Some(place), Some(new)) => members[place].1 = new,
                (Some(_), None) => members.retain(|(name, _)| name != first),
                (None, Some(new)) => members.push((first.clone(), new)),
                (None, None) => {}
            }
        }
        Json::Object(members) => {
            let inner = members.iter_mut().find(|(name, _)| name == first);
            if let Some((_, inner)) = inner {
                set(inner, rest, new);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::json::read;

    fn json(text: &str) -> Json {
        read(text).value.unwrap()
    }

    #[test]
    fn bodies_differ_where_a_field_does_and_no_higher() {
        let one = json(r#"{"a":{"b":1,"c":[1,2]},"d":true,"e":1}"#);
        let other = json(r#"{"a":{"b":2,"c":[1,3]},"d":true,"f":{"g":1}}"#);
        let found: Vec<String> = differences(&one, &other)
            .iter()
            .map(|s| pointer(s))
            .collect();
        assert_eq!(found, ["/a/b", "/a/c/1", "/e", "/f"]);
    }

    #[test]
    fn a_field_is_taken_from_the_other_or_left_out() {
        let mut one = json(r#"{"a":{"b":1,"c":2},"d":true}"#);
        let steps = |text: &str| -> Steps { text.split('/').map(str::to_owned).collect() };
        set(&mut one, &steps("a/b"), Some(json("7")));
        set(&mut one, &steps("a/c"), None);
        set(&mut one, &steps("x"), Some(json("null")));
        set(&mut one, &steps("no/where"), Some(json("1")));
        assert_eq!(one.to_string(), r#"{"a":{"b":7},"d":true,"x":null}"#);
        assert_eq!(at(&one, &steps("a/b")), Some(&json("7")));
        assert_eq!(leaves(&one).len(), 3);
    }
}
