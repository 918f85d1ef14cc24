//! The person's end of a request: its address and its device.

use actix_web::{HttpRequest, http::header};

use super::{address, cookies};
use crate::{
    config::Settings,
    domain::{secret::Secret, text::legible},
    services::visitor::Visitor,
};

/// What a table keeps of a `User-Agent`.
const LONGEST: usize = 200;

pub fn of(request: &HttpRequest, settings: &Settings) -> Visitor {
    let sent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let device = sent.map(|text| legible(text, LONGEST));
    let browser = cookies::kept_binding(request, settings).map(Secret::new);
    Visitor { address: address::of(request, settings), device, browser }
}
