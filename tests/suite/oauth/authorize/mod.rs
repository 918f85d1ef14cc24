//! `/authorize`: every way in and every way out. RFC 6749 §4.1, OpenID Connect Core §3.1.2.

mod acr;
mod claims;
mod freshness;
mod hints;
mod pkce;
mod prompt;
mod redirect_uri;
mod refusals;
mod resource;
mod response_mode;
mod scope;
mod transport;
