//! The migrations are embedded: a new one must be built in.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
