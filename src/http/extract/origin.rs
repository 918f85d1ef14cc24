//! Forms of ours are posted from pages of ours.

use actix_web::{HttpRequest, http::header};

use crate::config::Settings;

/// `Origin` must be the issuer's; where a browser sends none, `Sec-Fetch-Site` must not name another site. The sealed
/// token in each form stands behind this.
pub fn is_ours(request: &HttpRequest, settings: &Settings) -> bool {
    let text = |name: header::HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text(header::ORIGIN), text(header::HeaderName::from_static("sec-fetch-site"))) {
        (Some(origin), _) => origin == settings.issuer.origin(),
        (None, Some(site)) => site == "same-origin" || site == "none",
        (None, None) => true,
    }
}
