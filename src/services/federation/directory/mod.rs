//! Directories: an address of a routed domain is signed in by LDAP, and its account is made on the way.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    config::directories::DirectorySettings,
    domain::{
        met::Met,
        secret::Secret,
        time::Timestamp,
        user::{User, normal_email},
    },
    outbound::ldap::{self, Away, Person},
    services::{
        accounts::{Caller, Refusal, Thing},
        core::Core,
        fault::Fault,
        visitor::Visitor,
    },
};

mod arrival;
mod mapping;
mod standing;

use arrival::Arrival;

/// The directories of the settings, and how this node last met each.
pub struct Directories(Vec<Directory>);

struct Directory {
    settings: Arc<DirectorySettings>,
    ldap: Arc<ldap::Directory>,
    met: Mutex<Met>,
}

/// No directory takes a longer one: whatever is longer is not sent.
const LONGEST_PASSWORD: usize = 1024;

impl Directories {
    /// Reads the files that the settings name; connects to nothing.
    pub fn open(settings: &[DirectorySettings]) -> Result<Self, Fault> {
        let open = |settings: &DirectorySettings| {
            let ldap = ldap::Directory::new(settings.clone()).map_err(|bad| Fault::Broken(bad.to_string()))?;
            Ok(Directory { settings: Arc::new(settings.clone()), ldap, met: Mutex::default() })
        };
        settings.iter().map(open).collect::<Result<_, Fault>>().map(Self)
    }

    /// Each directory's settings, and how it was last met.
    pub fn met(&self) -> impl Iterator<Item = (&DirectorySettings, Met)> {
        self.0.iter().map(|one| (&*one.settings, one.met.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    /// Connects to the directory of this name and searches it once. `None`: there is none.
    pub async fn probe_one(&self, name: &str, now: Timestamp) -> Option<Result<(), String>> {
        let one = self.0.iter().find(|one| one.settings.name == name)?;
        let answer = one.ldap.probe().await;
        Some(one.note(answer, now).map_err(|away| away.to_string()))
    }

    /// Connects to each directory and searches it once; says what is wrong.
    pub async fn probe(&self) -> Vec<(&str, Result<(), String>)> {
        let mut found = Vec::new();
        for one in &self.0 {
            found.push((one.settings.name.as_str(), one.ldap.probe().await.map_err(|away| away.to_string())));
        }
        found
    }
}

impl Directory {
    fn note<T>(&self, answer: Result<T, Away>, now: Timestamp) -> Result<T, Away> {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Ok(_) => met.answered(now),
            Err(away) => met.failed(now, away.to_string()),
        }
        drop(met);
        answer
    }
}

/// The directory that knows the addresses of this domain, by its name in the settings.
pub fn route<'a>(core: &'a Core, email: &str) -> Option<&'a str> {
    let email = normal_email(email)?;
    let found = core.directories.0.iter().find(|directory| knows(&directory.settings, &email))?;
    Some(&found.settings.name)
}

/// Signs in at the directory and brings the account up to date (just in time, groups to roles).
/// [`Refusal::InvalidCredentials`] only where the directory said so; [`Refusal::DirectoryAway`] where it said nothing.
/// [`Refusal::EmailTaken`]: the address is that of an account here which has a way in of its own.
pub async fn authenticate(
    core: &Core,
    directory: &str,
    email: &str,
    password: &Secret<String>,
    visitor: &Visitor,
) -> Result<User, Refusal> {
    let found = core.directories.0.iter().find(|one| one.settings.name == directory);
    let found = found.ok_or_else(|| Fault::Broken(format!("there is no directory {directory}")))?;
    let arrival = arrive(core, found, email, password, visitor).await?;
    core.run(move |core| core.store.write(|db| arrival.settle(core, db))?).await
}

/// Links the account of somebody who is signed in here to the person of the account's address, who shows the directory's
/// password: both own logins. From then on the address is signed in by the directory.
/// [`Refusal::IdentityTaken`]: that person has another account here.
pub async fn link(core: &Core, caller: Caller, password: Secret<String>) -> Result<(), Refusal> {
    let visitor = caller.visitor.clone();
    let user = core.run(move |core| Ok::<_, Refusal>(caller.account(core)?.user)).await?;
    let email = user.email.as_deref().filter(|_| user.email_verified).ok_or(Refusal::EmailNotConfirmed)?;
    let found = core.directories.0.iter().find(|one| knows(&one.settings, email));
    let found = found.ok_or(Refusal::NotFound(Thing::Identity))?;
    let arrival = arrive(core, found, email, &password, &visitor).await?;
    core.run(move |core| core.store.write(|db| arrival.join(core, db, &user))?).await
}

async fn arrive(
    core: &Core,
    directory: &Directory,
    email: &str,
    password: &Secret<String>,
    visitor: &Visitor,
) -> Result<Arrival, Refusal> {
    let email = normal_email(email).filter(|email| knows(&directory.settings, email));
    let email = email.filter(|_| password.reveal().len() <= LONGEST_PASSWORD).ok_or(Refusal::InvalidCredentials)?;
    let person = ask(core, directory, &email, password.clone()).await?.ok_or(Refusal::InvalidCredentials)?;
    Ok(Arrival::new(Arc::clone(&directory.settings), person, email, visitor.address))
}

async fn ask(
    core: &Core,
    directory: &Directory,
    email: &str,
    password: Secret<String>,
) -> Result<Option<Person>, Refusal> {
    let answer = directory.ldap.sign_in(email, password).await;
    directory.note(answer, core.clock.now()).map_err(|away| {
        tracing::error!(directory = directory.settings.name, reason = %away, "a directory is away");
        Refusal::DirectoryAway
    })
}

fn knows(settings: &DirectorySettings, email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(_, domain)| settings.domains.iter().any(|known| known == domain))
}
