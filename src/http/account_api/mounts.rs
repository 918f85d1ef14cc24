//! From the settings to what stands where.

use std::sync::Arc;

use actix_web::web::Data;

use super::{CONTRACTS, Contract};
use crate::{
    config::{Settings, mounts::MountSettings},
    domain::mount::{Mount, Unconfirmed},
    services::{fault::Fault, mounts},
};

/// A contract at its place.
pub struct Mounted {
    pub contract: &'static Contract,
    pub path: String,
    pub host: Option<String>,
    pub mount: Arc<Mount>,
}

/// What the settings mount; without any, each contract at its usual path.
pub fn mounted(settings: &Settings) -> Result<Vec<Data<Mounted>>, Fault> {
    let usual = |contract: &&Contract| MountSettings {
        contract: contract.name.to_owned(),
        path: contract.path.to_owned(),
        host: None,
        unconfirmed_may_sign_in: None,
    };
    let wanted =
        if settings.mounts.is_empty() { CONTRACTS.iter().map(usual).collect() } else { settings.mounts.clone() };
    wanted.iter().map(|wanted| one(settings, wanted).map(Data::new)).collect()
}

fn one(settings: &Settings, wanted: &MountSettings) -> Result<Mounted, Fault> {
    let known = || CONTRACTS.iter().map(|contract| contract.name).collect::<Vec<_>>().join(", ");
    let unknown = || Fault::Broken(format!("mounts.contract: there is no contract {} ({})", wanted.contract, known()));
    let contract = CONTRACTS.iter().find(|contract| contract.name == wanted.contract).ok_or_else(unknown)?;
    let unconfirmed = match wanted.unconfirmed_may_sign_in {
        Some(true) => Unconfirmed::MaySignIn,
        Some(false) => Unconfirmed::MustConfirm,
        None => contract.unconfirmed,
    };
    let mount = Mount {
        contract: contract.name.to_owned(),
        audience: format!("{}{}", origin(settings, wanted.host.as_deref()), wanted.path),
        client_id: mounts::client_id(contract.name).ok_or_else(unknown)?,
        key_prefix: contract.key_prefix.to_owned(),
        refresh: contract.refresh,
        unconfirmed,
    };
    Ok(Mounted { contract, path: wanted.path.clone(), host: wanted.host.clone(), mount: Arc::new(mount) })
}

/// A host of its own is reached by the issuer's scheme.
fn origin(settings: &Settings, host: Option<&str>) -> String {
    let issuer = settings.issuer.origin();
    match (host, issuer.split_once("://")) {
        (Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
        _ => issuer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(contract: &str, path: &str, host: Option<&str>) -> MountSettings {
        MountSettings {
            contract: contract.to_owned(),
            path: path.to_owned(),
            host: host.map(str::to_owned),
            unconfirmed_may_sign_in: None,
        }
    }

    fn audiences(mounts: Vec<MountSettings>) -> Result<Vec<String>, String> {
        let settings = Settings { mounts, ..Settings::default() };
        let mounted = mounted(&settings).map_err(|fault| fault.to_string())?;
        Ok(mounted.iter().map(|mounted| mounted.mount.audience.clone()).collect())
    }

    #[test]
    fn without_settings_every_contract_stands_at_its_usual_path() {
        let audiences = audiences(Vec::new()).unwrap();
        assert_eq!(audiences.len(), CONTRACTS.len());
        for path in ["/v1", "/datix/v1", "/coditect/v1", "/api/v1"] {
            assert!(audiences.iter().any(|audience| audience.ends_with(path)), "{path}");
        }
    }

    #[test]
    fn with_a_host_a_contract_stands_at_its_documented_path() {
        let mounts = vec![mount("comind", "/v1", None), mount("datix", "/v1", Some("api.datixlab.com"))];
        let audiences = audiences(mounts).unwrap();
        assert!(audiences.iter().any(|audience| audience.ends_with("://api.datixlab.com/v1")), "{audiences:?}");
    }

    #[test]
    fn what_cannot_be_mounted_is_named() {
        assert!(audiences(vec![mount("acme", "/v1", None)]).unwrap_err().contains("acme"));
    }
}
