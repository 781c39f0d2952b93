//! Pages of a list. A cursor names the row a page ended with, never a row number, so that
//! rows that come and go in between neither repeat nor skip others.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ProjectionError;

const MOST: i64 = 100;

/// Which page of a list is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows at most, 1 to 100; anything else is brought into that range.
    pub limit: i64,
    pub cursor: Option<Cursor>,
}

/// Where the next page starts, as a client sent it back. Opaque to clients; checked by the
/// list it is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice<T> {
    pub items: Vec<T>,
    /// Leads to the next page; none on the last.
    pub next_cursor: Option<String>,
}

impl Page {
    pub fn first(limit: i64) -> Self {
        Self { limit, cursor: None }
    }

    fn limit(&self) -> i64 {
        self.limit.clamp(1, MOST)
    }

    /// How many rows to ask for: one more than the page holds shows whether there is another.
    pub(crate) fn rows(&self) -> i64 {
        self.limit() + 1
    }

    /// The key of the row the page before ended with. `list` keeps one list's cursors out of
    /// another's.
    pub(crate) fn after<K: DeserializeOwned>(
        &self,
        list: &str,
    ) -> Result<Option<K>, ProjectionError> {
        let Some(Cursor(text)) = &self.cursor else { return Ok(None) };
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (of, key): (String, K) = serde_json::from_slice(&bytes).ok()?;
            (of == list).then_some(key)
        };
        read().map(Some).ok_or(ProjectionError::BadCursor)
    }

    /// Makes the page of what [`rows`](Self::rows) asked for.
    pub(crate) fn slice<T, K: Serialize>(
        &self,
        list: &str,
        mut items: Vec<T>,
        key: impl FnOnce(&T) -> K,
    ) -> Slice<T> {
        let limit = self.limit() as usize;
        if items.len() <= limit {
            return Slice { items, next_cursor: None };
        }
        items.truncate(limit);
        let next_cursor = items.last().and_then(|last| {
            serde_json::to_vec(&(list, key(last))).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
        });
        Slice { items, next_cursor }
    }
}

impl<T> Slice<T> {
    /// For lists read newest first but shown oldest first.
    pub(crate) fn reversed(mut self) -> Self {
        self.items.reverse();
        self
    }

    pub(crate) fn try_map<U>(
        self,
        row: impl FnMut(T) -> Result<U, ProjectionError>,
    ) -> Result<Slice<U>, ProjectionError> {
        let items = self.items.into_iter().map(row).collect::<Result<_, _>>()?;
        Ok(Slice { items, next_cursor: self.next_cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: &str) -> Page {
        Page { limit: 2, cursor: Some(Cursor::new(cursor)) }
    }

    #[test]
    fn a_cursor_leads_on_from_the_last_row_of_its_page() {
        let slice = Page::first(2).slice("numbers", vec![1, 2, 3], |n| *n);
        assert_eq!(slice.items, [1, 2]);
        let cursor = slice.next_cursor.expect("a third row");
        assert_eq!(page(&cursor).after::<i64>("numbers").expect("good"), Some(2));
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        assert_eq!(Page::first(2).slice("numbers", vec![1, 2], |n| *n).next_cursor, None);
    }

    #[test]
    fn a_cursor_that_was_not_made_by_this_list_is_refused() {
        let other = Page::first(1).slice("letters", vec![1, 2], |n| *n).next_cursor.expect("more");
        for bad in ["", "?", "e30", "bnVsbA", "💃", &other] {
            let refused = page(bad).after::<i64>("numbers");
            assert!(matches!(refused, Err(ProjectionError::BadCursor)), "{bad}");
        }
    }

    #[test]
    fn a_page_holds_1_to_100_rows() {
        assert_eq!(Page::first(0).rows(), 2);
        assert_eq!(Page::first(-5).rows(), 2);
        assert_eq!(Page::first(i64::MAX).rows(), 101);
    }
}
