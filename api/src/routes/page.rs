//! Lists, page by page.

use projections::{Cursor, Page, Slice};
use serde::Serialize;
use utoipa::ToSchema;

use crate::input::fields::string;
use crate::input::query::written;
use crate::input::{Fields, FromFields};

const USUAL: i64 = 50;
const MOST: i64 = 100;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub items: Vec<T>,
    /// Leads to the next page as `cursor`; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    pub fn of<Row: Into<T>>(slice: Slice<Row>) -> Self {
        Self::map(slice, Into::into)
    }

    pub fn map<Row>(slice: Slice<Row>, item: impl FnMut(Row) -> T) -> Self {
        let items = slice.items.into_iter().map(item).collect();
        Self { items, next_cursor: slice.next_cursor }
    }
}

/// Reads `limit` and `cursor`, which every list takes.
pub fn page(fields: &mut Fields) -> Page {
    const RANGE: &str = "must be a whole number from 1 to 100";
    let limit = fields.optional("limit", |value| {
        let limit: i64 = written(RANGE)(value)?;
        if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(RANGE.to_owned()) }
    });
    let cursor = fields.optional("cursor", string).map(Cursor::new);
    Page { limit: limit.unwrap_or(USUAL), cursor }
}

impl FromFields for Page {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(page(fields))
    }
}
