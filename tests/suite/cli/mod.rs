//! The command line, by the real program: beside a running server, and alone.

mod answers;
mod api_key;
mod audit;
mod belonging;
mod doctor;
mod live;
mod serve;
