//! `/token`: who asks, and what for. RFC 6749 §3.2.

use crate::{
    protocol::{
        client_auth::Presented,
        params::Params,
        token::{TokenRequest, TokenResponse},
    },
    services::{clients, core::Core, fault::Failure, grants},
};

/// Authenticates the client and answers its grant, in one crossing to the worker threads.
pub async fn exchange(core: &Core, authorization: Option<String>, params: Params) -> Result<TokenResponse, Failure> {
    core.run(move |core| {
        params.unambiguous()?;
        let presented = Presented::gather(authorization.as_deref(), &params)?;
        let known = clients::authenticate(core, &presented)?;
        let request = TokenRequest::parse(&params)?;
        grants::exchange(core, &known.client, request)
    })
    .await
}
