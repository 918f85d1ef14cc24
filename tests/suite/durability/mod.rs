//! What survives: growth, a kill, an outage, a rotation, a restored key.

mod growth;
mod kill;
mod outage;
mod resource_server;
mod rotation;
mod sealing;
pub(crate) mod wire;
