//! Tests of the language in this process, and of the pool with processes of the test program.

mod language;
mod processes;
