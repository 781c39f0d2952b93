//! What clients send, taken apart with care: every field that is not right is named.

pub mod body;
pub mod fields;
pub mod path;
pub mod query;

pub use body::Body;
pub use fields::{Fields, FromFields};
pub use path::{Id, IdOrSlug, IdOrUsername};
pub use query::Query;
