//! The whole product, wired.
