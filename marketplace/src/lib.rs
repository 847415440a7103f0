//! Embedding: what an organization's customers see inside the organization's product.
//!
//! For now this crate holds the web pages the server ships. It knows nothing of HTTP; the API
//! crate turns an [`assets::Asset`] into a response.

pub mod assets;
