//! Accounts: register, sign in, confirm, change, leave. The account API's contracts and our own pages use the same verbs.

mod applications;
mod caller;
mod change;
mod confirm;
mod delete;
mod devices;
pub(in crate::services) mod endings;
mod entry;
mod invitation;
mod login;
pub(in crate::services) mod mailed;
mod password;
mod profile;
mod refusal;
mod register;
pub(in crate::services) mod strength;
mod tokens;
pub(in crate::services) mod username;

pub use applications::{Application, applications, withdraw};
pub use caller::{Account, Caller, Credential, Reader};
pub use change::change_password;
pub use confirm::{confirm, confirm_by_link, request_confirmation};
pub use delete::delete_user;
pub use devices::{Device, devices, end_device, end_other_devices, logout, logout_by_tokens};
pub use entry::enter;
pub use invitation::{Acceptance, accept_invitation, invited};
pub use login::{Login, LoginOutcome, Second, login};
pub use password::{Whom, request_reset, reset_password, set_password};
pub(in crate::services) use profile::person_in;
pub use profile::{Changes, Person, SecondFactorState, me, person, update};
pub use refusal::{Refusal, Thing, Weakness};
pub use register::{Existing, Registered, Registration, is_registered, register};
pub use tokens::{Tokens, open, refresh, renew};

/// The scope of services that look after other people's accounts.
const USERS: &str = "admin:users";
