//! The shape of answers: documents with `data`, `meta` and `links`.

use super::ask::Ask;
use super::refusal::Refusal;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// What a call that was allowed brings back.
#[derive(Debug)]
pub(super) enum Reply {
    /// 200
    Shown(Value),
    /// 201
    Created(Value),
    /// 204
    Empty,
}

pub(super) fn single(resource: Value) -> Value {
    json!({ "data": resource })
}

/// A to-one relationship with the address of what it leads to.
pub(super) fn to_one(ask: &Ask, kind: &str, id: u64, path: &str) -> Value {
    json!({
        "data": { "id": id.to_string(), "type": kind },
        "links": { "related": format!("{}{path}", ask.base) },
    })
}

/// A to-one relationship that leads nowhere: JSON:API has an object here too.
pub(super) fn to_none() -> Value {
    json!({ "data": null })
}

/// Ids and types alone.
pub(super) fn to_many(kind: &str, ids: impl IntoIterator<Item = u64>) -> Vec<Value> {
    ids.into_iter()
        .map(|id| json!({ "id": id.to_string(), "type": kind }))
        .collect()
}

/// Size of a page unless asked for, and the largest; a larger one is cut to it. The default and
/// the cutting are our choice, the maximum was observed.
const PAGE: usize = 20;
const LARGEST_PAGE: usize = 100;

/// One page of a list, sorted as asked, with the links to the other pages.
pub(super) fn list(ask: &Ask, mut items: Vec<Value>) -> Result<Value, Refusal> {
    sort(ask, &mut items);
    let asked = match ask.count("page[size]")? {
        None => ask.count("page[limit]")?,
        some => some,
    };
    let size = asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let number = match (ask.count("page[number]")?, ask.offset("page[offset]")?) {
        (Some(number), _) => number,
        (None, Some(offset)) => offset / size + 1,
        (None, None) => 1,
    };
    let total = items.len();
    let last = total.div_ceil(size).max(1);
    let page: Vec<Value> = items
        .into_iter()
        .skip(size.saturating_mul(number - 1))
        .take(size)
        .collect();
    let link = |to: usize| ask.page_link(to, size);
    Ok(json!({
        "data": page,
        "meta": { "page": { "number": number, "total": total } },
        "links": {
            "self": link(number),
            "first": link(1),
            "last": link(last),
            "prev": (number > 1).then(|| link(number - 1)),
            "next": (number < last).then(|| link(number + 1)),
        },
    }))
}

/// The whole list in one answer: one page, and no link to another.
pub(super) fn whole_list(ask: &Ask, items: Vec<Value>) -> Value {
    json!({
        "meta": { "page": { "number": 1, "total": items.len() } },
        "data": items,
        "links": { "self": format!("{}{}", ask.base, ask.target) },
    })
}

/// By the attribute that `sort` names, `-` for descending. An unknown attribute changes nothing.
fn sort(ask: &Ask, items: &mut [Value]) {
    let Some(asked) = ask.parameter("sort") else {
        return;
    };
    let (name, descending) = match asked.strip_prefix('-') {
        Some(name) => (name, true),
        None => (asked, false),
    };
    let order = |a: &Value, b: &Value| match (&a["attributes"][name], &b["attributes"][name]) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    items.sort_by(|a, b| {
        let order = order(a, b);
        if descending { order.reverse() } else { order }
    });
}

/// Only the attributes that `fields[KIND]` names, where it does.
pub(super) fn keep_fields(ask: &Ask, name: &str, items: &mut [Value]) {
    let Some(wanted) = ask.parameter(name) else {
        return;
    };
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    for item in items {
        if let Some(Value::Object(attributes)) = item.get_mut("attributes") {
            let kept: Map<String, Value> = std::mem::take(attributes)
                .into_iter()
                .filter(|(key, _)| wanted.contains(&key.as_str()))
                .collect();
            *attributes = kept;
        }
    }
}
