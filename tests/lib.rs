//! Black-box tests of the whole product; they live in `it/`.
