//! The secrets of a client: two may be valid at once, so that a rotation needs no downtime.

use super::{AdminError, ShownClient, absent, changeable, clients, entry, hold, may_give, require, unfit, write};
use crate::{
    crypto::{digest, random},
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        client::{ClientId, ClientKind, ClientSecret},
        ids::ClientSecretId,
        secret::Secret,
        time::{Seconds, Timestamp},
    },
    services::{audit, core::Core},
    store::connection::Db,
};

/// A client's new secret, and when the one before it ends.
#[derive(Clone, Debug)]
pub struct RotatedSecret {
    pub id: ClientSecretId,
    pub client_id: ClientId,
    pub secret: Secret<String>,
    /// `None`: no other secret is valid any more.
    pub previous_until: Option<Timestamp>,
}

/// Gives a confidential client a new secret. The one before stays valid for `overlap`; older ones end at once.
pub async fn rotate_secret(
    core: &Core,
    admin: &Administrator,
    id: &str,
    secret: Option<Secret<String>>,
    overlap: Seconds,
) -> Result<RotatedSecret, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| {
        let secret = given_or_random(secret)?;
        let new = kept(&id, &secret, core.clock.now());
        let previous_until = write(core, |db| {
            let found = hold(db, &admin, &id)?;
            may_give(&admin, &found.client)?;
            let until = replace_secret(db, &found, &new, overlap)?;
            let detail = format!("{id}: {}", new.id.as_str());
            audit::record(core, db, entry(&admin, Action::RotateClientSecret, detail))?;
            Ok(until)
        })?;
        core.clients.forget(&id);
        Ok(RotatedSecret { id: new.id, client_id: id, secret, previous_until })
    })
    .await
}

/// Ends one secret at once; whoever still uses it is refused from now on.
pub async fn revoke_secret(core: &Core, admin: &Administrator, id: &str, secret: &str) -> Result<(), AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id, name) = (admin.clone(), changeable(id)?, secret.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let found = hold(db, &admin, &id)?;
            may_give(&admin, &found.client)?;
            let secret = ClientSecretId::parse(&name).ok_or_else(|| absent("secret", &name))?;
            if !clients::delete_secret(db, &id, &secret)? {
                return Err(absent("secret", &name));
            }
            let detail = format!("{id}: {}", secret.as_str());
            Ok(audit::record(core, db, entry(&admin, Action::RevokeClientSecret, detail))?)
        })?;
        core.clients.forget(&id);
        Ok(())
    })
    .await
}

/// Says when the secret before the new one ends.
fn replace_secret(
    db: &mut Db,
    found: &ShownClient,
    new: &ClientSecret,
    overlap: Seconds,
) -> Result<Option<Timestamp>, AdminError> {
    let now = new.created_at;
    let ShownClient { client, secrets } = found;
    let id = &client.id;
    if client.kind == ClientKind::Public {
        return Err(unfit("client secret", "a public client has none"));
    }
    let valid = |one: &&ClientSecret| one.expires_at.is_none_or(|end| end > now);
    // Only the newest has no end: times alone do not order two rotations within one second.
    let previous = secrets.iter().filter(valid).max_by_key(|one| (one.expires_at.is_none(), one.created_at));
    let previous = previous.filter(|_| overlap > Seconds(0));
    for old in secrets.iter().filter(|old| previous.is_none_or(|previous| previous.id != old.id)) {
        clients::delete_secret(db, id, &old.id)?;
    }
    clients::insert_secret(db, new)?;
    let until = previous.map(|previous| {
        let end = now.plus(overlap);
        previous.expires_at.map_or(end, |sooner| sooner.min(end))
    });
    if let Some(until) = until {
        clients::expire_secrets(db, id, &new.id, until)?;
    }
    Ok(until)
}

pub(super) fn kept(client_id: &ClientId, secret: &Secret<String>, now: Timestamp) -> ClientSecret {
    ClientSecret {
        id: ClientSecretId::new(now, random::bytes()),
        client_id: client_id.clone(),
        digest: digest::secret(secret.reveal()),
        created_at: now,
        expires_at: None,
    }
}

/// Secrets are kept as plain digests, so a guessable one must not get in.
pub(super) fn given_or_random(given: Option<Secret<String>>) -> Result<Secret<String>, AdminError> {
    let Some(secret) = given else {
        return Ok(random::token());
    };
    let text = secret.reveal();
    let fits = (32..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(secret) } else { Err(unfit("client secret", "must be 32 to 256 visible ASCII characters")) }
}
