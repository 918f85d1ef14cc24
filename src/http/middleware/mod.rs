//! What surrounds every request.

pub mod edge;
pub mod request_id;
