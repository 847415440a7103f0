//! Tables of Markdown as data.

use serde_json::Value;

/// The rows below a heading.
#[derive(Debug)]
pub struct Table {
    pub heading: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// The cells of a row, beside the names of their columns.
#[derive(Clone, Debug)]
pub struct Row {
    cells: Vec<(String, String)>,
}

/// Every table of a document.
pub fn read(document: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let (mut heading, mut is_inside) = ("", false);
    for line in document.lines() {
        if let Some(text) = line.strip_prefix('#') {
            heading = text.trim_start_matches('#').trim();
        }
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix('|')) else {
            is_inside &= line.starts_with("|-");
            continue;
        };
        let cells: Vec<_> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        if is_inside {
            let table = tables.last_mut().expect("it has begun");
            assert_eq!(cells.len(), table.columns.len(), "{line}");
            let cells = table.columns.iter().cloned().zip(cells).collect();
            table.rows.push(Row { cells });
        } else {
            let (heading, rows) = (heading.to_owned(), Vec::new());
            tables.push(Table { heading, columns: cells, rows });
            is_inside = true;
        }
    }
    assert!(!tables.is_empty(), "a document without tables proves nothing");
    tables
}

impl Row {
    /// The text of a cell, without the marks of code.
    pub fn cell(&self, column: &str) -> &str {
        let found = self.cells.iter().find(|(name, _)| name == column);
        let (_, text) = found.unwrap_or_else(|| panic!("no column {column} in {self:?}"));
        text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(text)
    }

    /// The JSON of a cell; `None` where it says `missing`.
    pub fn json(&self, column: &str) -> Option<Value> {
        let text = self.cell(column);
        let read = || serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (text != "missing").then(read)
    }
}
