//! How much work one template may make. Templates run inside the server that all tenants share, so
//! ranges, loops and growing texts must end before memory or time do.

use std::cell::Cell;

use crate::StepError;

/// Bytes of text that may be produced, and the like of other work. A second of computing at most.
const UNITS_MAX: usize = 32_000_000;

/// Units of anything that is not text: a node, a loop's item, a filter's call.
pub const UNITS_PER_ITEM: usize = 64;

pub struct Budget {
    left: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Cell::new(UNITS_MAX) }
    }
}

impl Budget {
    pub fn charge(&self, units: usize) -> Result<(), StepError> {
        let left = self.left.get().checked_sub(units);
        self.left.set(left.ok_or_else(|| StepError::new("The template makes too much work."))?);
        Ok(())
    }

    pub fn charge_items(&self, number: usize) -> Result<(), StepError> {
        self.charge(number.saturating_mul(UNITS_PER_ITEM))
    }
}
