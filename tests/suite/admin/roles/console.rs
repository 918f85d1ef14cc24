//! The console by everybody who might try.
