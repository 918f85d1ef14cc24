//! `signet openapi`: the documents of the account API.

use clap::Args;

/// Print the OpenAPI 3.1 document of one of the account API's contracts
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signet openapi --contract datix
  signet openapi --contract comind > comind.json

A running server answers the same below each mount: GET /v1/openapi.json")]
pub struct OpenapiArgs {
    /// coditect, comind, datix or classic
    #[arg(long, value_name = "NAME")]
    pub contract: String,
}
