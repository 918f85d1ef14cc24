//! One file per page.

mod playground;
