//! Written by the runner's engineer right now; leave this file alone and register it from mod.rs later.
