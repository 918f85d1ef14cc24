//! OAuth 2.0 and OpenID Connect as values: pure, without IO or clock.
//!
//! | specification | where |
//! |---|---|
//! | [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749) OAuth 2.0 | `authorize.rs` `token.rs` `scope.rs` `params.rs` `client_auth.rs` `error.rs` |
//! | [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) Bearer tokens | `userinfo.rs` |
//! | [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009) Token revocation | `revoke.rs` |
//! | [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517) JSON Web Key | `jwks.rs` |
//! | [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) JSON Web Token | `jwt.rs` |
//! | [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636) PKCE | `pkce.rs` |
//! | [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662) Token introspection | `introspect.rs` |
//! | [RFC 8252](https://www.rfc-editor.org/rfc/rfc8252) OAuth 2.0 for native apps | `redirect_uri.rs` |
//! | [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) Authorization server metadata | `discovery.rs` |
//! | [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707) Resource indicators | `resource.rs` |
//! | [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) JWT profile for access tokens | `jwt.rs` |
//! | [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207) Issuer identification | `authorize.rs` |
//! | [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) Security best current practice | `redirect_uri.rs` `pkce.rs` |
//! | [OpenID Connect Core 1.0](https://openid.net/specs/openid-connect-core-1_0.html) | `authorize.rs` `claims.rs` `prompt.rs` `jwt.rs` `userinfo.rs` |
//! | [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html) | `discovery.rs` |
//! | [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html) | `response_mode.rs` |
//! | [OpenID Connect RP-Initiated Logout 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html) | `logout.rs` |
//! | [OpenID Connect Core Error Code unmet_authentication_requirements](https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html) | `error.rs` |

pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod discovery;
pub mod error;
pub mod introspect;
pub mod jwks;
pub mod jwt;
pub mod logout;
pub mod params;
pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod resource;
pub mod response_mode;
pub mod revoke;
pub mod scope;
pub mod token;
pub mod userinfo;
