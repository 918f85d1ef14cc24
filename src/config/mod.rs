//! Settings as types.
