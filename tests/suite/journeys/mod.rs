//! Whole stories, told with the `openidconnect` crate as an independent client.

mod coditect;
mod confidential;
mod public;
mod relying_party;
mod single_sign_on;

use relying_party::RelyingParty;
