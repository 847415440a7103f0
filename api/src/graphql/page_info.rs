//! Where a page lies in its list.

use super::builder::Type;
use super::page::Page;

/// Where a page lies in its list.
pub struct PageInfo {
    has_next: bool,
    has_previous: bool,
    start: Option<String>,
    end: Option<String>,
}

impl PageInfo {
    pub fn of<M>(page: &Page<M>) -> Self {
        Self {
            has_next: page.has_next,
            has_previous: page.has_previous,
            start: page.rows.first().map(|(_, cursor)| cursor.encode()),
            end: page.rows.last().map(|(_, cursor)| cursor.encode()),
        }
    }

    pub fn object() -> Type<Self> {
        Type::new("PageInfo", "Where a page lies in its list.")
            .field("endCursor", "String", "Cursor of the last row.", |page: &Self| page.end.clone())
            .field("hasNextPage", "Boolean!", "Whether rows follow.", |page| page.has_next)
            .field("hasPreviousPage", "Boolean!", "Whether rows precede.", |page| page.has_previous)
            .field("startCursor", "String", "Cursor of the first row.", |page| page.start.clone())
    }
}
