//! The kind of a refusal: what it has in common with others, judged by the answer alone.

use crate::insight::explain::explain;
use crate::insight::facts::Case;
use crate::insight::query::host;
use crate::insight::seen::{Kind, kind_key};
use crate::insight::status::Catalogue;
use crate::insight::summary::summary;

/// The kind of the call in question; `None` where it was not refused.
pub fn kind(case: &Case, catalogue: &Catalogue) -> Option<Kind> {
    let exchange = &case.call.exchange;
    let call = summary(exchange);
    let key = kind_key(&call)?;
    let pack = case.knowledge.api.as_ref().map(|pack| pack.id.clone());
    Some(Kind {
        key,
        api: pack.unwrap_or_else(|| host(&call.url)),
        judged: explain(&case.alone(), catalogue).verdict().cause,
    })
}
