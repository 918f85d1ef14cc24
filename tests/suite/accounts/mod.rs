//! Accounts, below their contracts and pages: what the services promise them.

mod api_keys;
