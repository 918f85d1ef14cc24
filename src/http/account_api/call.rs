//! What a handler of the account API is given besides its body: the mount, and who calls.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, error::ErrorInternalServerError, http::header, web::Data};

use super::mounts::Mounted;
use crate::{
    domain::{mount::Mount, secret::Secret, session::Door},
    http::{app::App, extract::visitor},
    services::{
        accounts::{Caller, Credential, Login, Second},
        core::Core,
        factors::Answer,
        visitor::Visitor,
    },
};

/// One call of an account API.
pub struct Call {
    pub core: Core,
    pub mount: Arc<Mount>,
    pub caller: Caller,
}

impl Call {
    pub fn door(&self) -> Door {
        Door::Api(self.mount.contract.clone())
    }

    pub fn visitor(&self) -> Visitor {
        self.caller.visitor.clone()
    }

    /// A sign-in at this mount: it begins a session of its own, whatever cookie the program may have.
    pub fn login(&self, name: String, password: String, second: Second) -> Login {
        Login {
            name,
            password: Secret::new(password),
            second,
            unconfirmed: self.mount.unconfirmed,
            door: self.door(),
            visitor: self.visitor(),
            cookie: None,
        }
    }

    /// The second step of a sign-in at this mount.
    pub fn answer(&self, token: &str, code: String) -> Answer {
        Answer {
            token: Secret::new(token.to_owned()),
            code: Secret::new(code),
            door: self.door(),
            cookie: None,
            visitor: self.visitor(),
        }
    }
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (Some(app), Some(mounted)) = (request.app_data::<Data<App>>(), request.app_data::<Data<Mounted>>()) else {
            return ready(Err(ErrorInternalServerError("a contract was called outside of its mount")));
        };
        let mount = Arc::clone(&mounted.mount);
        let credential = match bearer(request) {
            Some(token) => Credential::Bearer { mount: Arc::clone(&mount), token },
            None => Credential::None,
        };
        let caller = Caller { credential, visitor: visitor::of(request, app.settings()) };
        ready(Ok(Self { core: app.core.clone(), mount, caller }))
    }
}

/// RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1). Two headers are none.
fn bearer(request: &HttpRequest) -> Option<Secret<String>> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token.to_owned()))
}
