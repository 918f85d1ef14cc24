//! The migrations are embedded: a new one must be built in.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo on standard output")]

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
