//! What the parts of a token cost.

fn main() {}
