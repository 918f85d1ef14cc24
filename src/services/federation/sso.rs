//! `POST auth/sso` of comind: Entra's word, with proof only.

use std::sync::Arc;

use super::{
    newcomer::{self, NewAccount, Stranger},
    provider,
};
use crate::{
    crypto::digest,
    domain::{
        audit::{Action, Outcome},
        mount::Mount,
        one_time::{OneTimeToken, Purpose},
        secret::{Secret, SecretDigest},
        session::{Door, Methods},
        time::Timestamp,
        user::User,
    },
    outbound::oidc::{Upstream, Vouched},
    services::{
        accounts::{self, Caller, Credential, LoginOutcome, Refusal},
        audit::{self, Entry},
        core::Core,
        limits::{self, Act, Admitted},
        sessions::{Begun, SignIn},
        visitor::Visitor,
    },
    store::{Db, StoreError, one_time_tokens},
};

/// Whom the request names, and what proves it.
#[derive(Clone, Debug)]
pub struct SsoRequest {
    pub oid: String,
    pub tid: String,
    pub upn: String,
    /// An ID token of the configured tenant for our client; accepted once.
    pub id_token: Option<Secret<String>>,
}

/// An ID token that has been looked at, and may not come again.
struct Spent {
    digest: SecretDigest,
    expires_at: Timestamp,
}

/// Signs in by (`tid`, `oid`); the caller's bearer may be a service with the scope `auth:sso` instead of an ID token.
/// This door has no second step, so an account with a second factor is [`Refusal::SecondFactorRequired`]: the tenant's
/// word is one factor, whatever the tenant has seen.
pub async fn sign_in(core: &Core, mount: Arc<Mount>, caller: Caller, request: SsoRequest) -> Result<Begun, Refusal> {
    let door = Door::Api(mount.contract.clone());
    let visitor = caller.visitor.clone();
    let from = visitor.clone();
    let admitted = core.run(move |core| limits::admit(core, Act::Login, &from, None)).await?;
    let user = match prove(core, caller, request).await {
        Ok((stranger, spent)) => take(core, stranger, spent, visitor.clone(), admitted).await?,
        Err(refusal) => return Err(write_down(core, refusal, visitor).await),
    };
    let sign_in = SignIn { methods: Methods::FEDERATED, door, visitor, cookie: None };
    match accounts::enter(core, user, sign_in).await? {
        LoginOutcome::SignedIn(begun) => Ok(*begun),
        LoginOutcome::SecondFactor(challenge) => Err(match challenge.purpose {
            Purpose::Enrolment => Refusal::SecondFactorMissing,
            Purpose::SecondFactor
            | Purpose::ConfirmEmail
            | Purpose::ResetPassword
            | Purpose::Invitation
            | Purpose::FirstAdministrator
            | Purpose::SpentProof => Refusal::SecondFactorRequired,
        }),
    }
}

/// Who it is, and by what token; a service's word needs none.
async fn prove(core: &Core, caller: Caller, request: SsoRequest) -> Result<(Stranger, Option<Spent>), Refusal> {
    let tenant = |upstream: &&Upstream| upstream.settings.entra_tenant.as_ref() == Some(&request.tid);
    let upstream = core.upstreams.iter().find(tenant);
    let Some(token) = &request.id_token else {
        if matches!(caller.credential, Credential::None) {
            return Err(Refusal::SsoProofRequired);
        }
        core.run(move |core| caller.service(core, SCOPE).map(drop)).await?;
        let upstream = upstream.ok_or(Refusal::InvalidSsoProof)?;
        return Ok((known_by_service(upstream, request), None));
    };
    let upstream = upstream.ok_or(Refusal::InvalidSsoProof)?;
    let judged = upstream.verify(token.reveal(), core.clock.now()).await;
    let vouched = judged.map_err(|reason| provider::refusal(upstream, &reason))?;
    if vouched.subject != request.oid {
        return Err(Refusal::InvalidSsoProof);
    }
    // Only what is signed: a signature can often be written in more than one way.
    let signed = token.reveal().rsplit_once('.').map_or("", |(signed, _)| signed);
    let spent = Spent { digest: digest::secret(signed), expires_at: vouched.expires_at };
    // The token's own `upn` counts: the body's would give anybody any address.
    let mut stranger = Stranger::new(&upstream.settings, vouched);
    stranger.new_account = newcomers(upstream);
    Ok((stranger, Some(spent)))
}

/// The scope of a service that may vouch for people.
const SCOPE: &str = "auth:sso";

fn known_by_service(upstream: &Upstream, request: SsoRequest) -> Stranger {
    let vouched = Vouched {
        subject: request.oid,
        email: None,
        email_verified: false,
        username: Some(request.upn),
        name: None,
        given_name: None,
        family_name: None,
        expires_at: Timestamp::from_unix(0),
    };
    Stranger { new_account: newcomers(upstream), ..Stranger::new(&upstream.settings, vouched) }
}

/// Nobody is there to be told to sign in and link first: the address stays with whom it belongs to.
const fn newcomers(upstream: &Upstream) -> NewAccount {
    if upstream.settings.create_accounts { NewAccount::Always } else { NewAccount::Never }
}

/// Spends the token and finds the account, in one transaction: of N parallel uses one comes in.
async fn take(
    core: &Core,
    stranger: Stranger,
    spent: Option<Spent>,
    visitor: Visitor,
    admitted: Admitted,
) -> Result<User, Refusal> {
    core.run(move |core| {
        core.store.write(|db| {
            if let Some(spent) = &spent
                && !spend(core, db, spent)?
            {
                audit::record(core, db, refused(&visitor))?;
                return Ok(Err(Refusal::InvalidSsoProof));
            }
            limits::forgive(core, db, &admitted)?;
            newcomer::welcome(core, db, &stranger, &visitor)
        })?
    })
    .await
}

fn spend(core: &Core, db: &mut Db, spent: &Spent) -> Result<bool, StoreError> {
    let row = OneTimeToken {
        digest: spent.digest,
        purpose: Purpose::SpentProof,
        user_id: None,
        code: None,
        payload: None,
        attempts: 0,
        created_at: core.clock.now(),
        expires_at: spent.expires_at,
    };
    one_time_tokens::insert(db, &row)
}

/// A refusal leaves a trace, too.
async fn write_down(core: &Core, refusal: Refusal, visitor: Visitor) -> Refusal {
    let written = core
        .run(move |core| Ok::<_, Refusal>(core.store.write(|db| audit::record(core, db, refused(&visitor)))?))
        .await;
    written.err().unwrap_or(refusal)
}

fn refused(visitor: &Visitor) -> Entry {
    Entry::by_stranger(None, Action::Login, Outcome::Refused, visitor.address).with("sso")
}
