//! Upstream OpenID providers that people sign in with.

use serde::{Deserialize, Deserializer, Serialize};
use url::{Host, Url};

use super::{Misfit, require};
use crate::domain::secret::Secret;

/// One `[[providers]]` entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// In addresses, the redirect URI among them.
    pub name: String,
    /// On the button: “Sign in with …”.
    pub label: String,
    /// Compared as text with what the provider says of itself.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Instead of an issuer: a tenant of Microsoft Entra ID, by its id.
    #[serde(default)]
    pub entra_tenant: Option<String>,
    /// Where tenants are; another than the usual one in national clouds.
    #[serde(default = "entra")]
    pub entra_authority: String,
    pub client_id: String,
    /// Public clients have none.
    #[serde(default, skip_serializing, deserialize_with = "hidden")]
    pub client_secret: Option<Secret<String>>,
    /// Asked for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// Whether somebody who comes for the first time gets an account.
    #[serde(default = "yes")]
    pub create_accounts: bool,
    /// Whether an address that the provider calls verified counts as verified here.
    #[serde(default)]
    pub trust_email: bool,
}

fn entra() -> String {
    "https://login.microsoftonline.com".to_owned()
}

fn usual_scopes() -> Vec<String> {
    ["email", "profile"].map(str::to_owned).to_vec()
}

const fn yes() -> bool {
    true
}

fn hidden<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret<String>>, D::Error> {
    String::deserialize(from).map(|text| Some(Secret::new(text)).filter(|secret| !secret.reveal().is_empty()))
}

impl ProviderSettings {
    /// The `iss` of its ID tokens.
    pub fn issuer(&self) -> String {
        match (&self.entra_tenant, &self.issuer) {
            (Some(tenant), _) => format!("{}/{tenant}/v2.0", self.entra_authority.trim_end_matches('/')),
            (None, issuer) => issuer.clone().unwrap_or_default(),
        }
    }

    /// What links of accounts carry, whatever the entry is called: subjects are one issuer's (OpenID Connect Core §5.7).
    pub fn key(&self) -> String {
        match &self.entra_tenant {
            Some(tenant) => format!("entra:{tenant}"),
            None => self.issuer(),
        }
    }

    fn check(&self) -> Result<(), Misfit> {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        require(
            (1..=32).contains(&self.name.len()) && plain(&self.name),
            "providers.name",
            "must be 1 to 32 of a-z 0-9 -",
        )?;
        require(!self.label.trim().is_empty(), "providers.label", "is empty")?;
        require(!self.client_id.is_empty(), "providers.client_id", "is empty")?;
        require(
            self.issuer.is_some() != self.entra_tenant.is_some(),
            "providers.issuer",
            "each provider has either an issuer or an entra_tenant",
        )?;
        let tenant = self.entra_tenant.as_deref().unwrap_or("0");
        require(
            !tenant.is_empty()
                && tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !["common", "organizations", "consumers"].contains(&tenant),
            "providers.entra_tenant",
            "must be the id of one tenant, as its `tid` claim has it",
        )?;
        let place = self.issuer.as_deref().unwrap_or(&self.entra_authority);
        require(is_safe(place), "providers.issuer", "must begin with https:// (http:// only on a loopback host)")?;
        let scope =
            |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
        require(self.scopes.iter().all(scope), "providers.scopes", "must be scopes, one in each text")
    }
}

pub(super) fn check(providers: &[ProviderSettings]) -> Result<(), Misfit> {
    providers.iter().try_for_each(ProviderSettings::check)?;
    let twice = |(at, one): (usize, &ProviderSettings)| {
        providers.iter().skip(at.saturating_add(1)).any(|other| other.name == one.name || other.key() == one.key())
    };
    require(!providers.iter().enumerate().any(twice), "providers.name", "two providers have one name, or one issuer")
}

/// https, or plain http to this machine; nothing that could carry a password.
pub fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    bare && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(text: &str) -> ProviderSettings {
        toml::from_str(&format!("label = 'L'\nclient_id = 'c'\n{text}")).unwrap()
    }

    fn misfit(text: &str) -> &'static str {
        check(&[provider(text)]).unwrap_err().name
    }

    #[test]
    fn a_tenant_has_its_issuer_and_its_key() {
        let entra = provider("name = 'entra'\nentra_tenant = 'aaaa-1'\nclient_secret = 'hush'");
        assert_eq!(entra.issuer(), "https://login.microsoftonline.com/aaaa-1/v2.0");
        assert_eq!(entra.key(), "entra:aaaa-1");
        assert!(check(std::slice::from_ref(&entra)).is_ok());
        assert!(!format!("{entra:?}").contains("hush"));
        let china =
            provider("name = 'e'\nentra_tenant = 'a'\nentra_authority = 'https://login.partner.microsoftonline.cn/'");
        assert_eq!(china.issuer(), "https://login.partner.microsoftonline.cn/a/v2.0");
    }

    #[test]
    fn an_entry_that_cannot_be_meant_is_refused() {
        assert_eq!(misfit("name = 'A b'\nissuer = 'https://a.example'"), "providers.name");
        assert_eq!(misfit("name = 'a'"), "providers.issuer");
        assert_eq!(misfit("name = 'a'\nissuer = 'https://a.example'\nentra_tenant = 'b'"), "providers.issuer");
        assert_eq!(misfit("name = 'a'\nissuer = 'http://a.example'"), "providers.issuer");
        assert_eq!(misfit("name = 'a'\nissuer = 'http://localhost.evil.example'"), "providers.issuer");
        assert_eq!(misfit("name = 'a'\nentra_tenant = 'b'\nentra_authority = 'http://a.example'"), "providers.issuer");
        assert_eq!(misfit("name = 'a'\nissuer = 'https://a.example'\nscopes = ['a b']"), "providers.scopes");
        assert!(check(&[provider("name = 'a'\nissuer = 'http://127.0.0.1:1'")]).is_ok());
    }

    /// The tokens of `common` come from any tenant in the world.
    #[test]
    fn a_tenant_is_one_tenant() {
        for tenant in ["common", "organizations", "consumers", "contoso.onmicrosoft.com", ""] {
            assert_eq!(misfit(&format!("name = 'a'\nentra_tenant = '{tenant}'")), "providers.entra_tenant");
        }
    }

    #[test]
    fn two_entries_are_two_providers() {
        let one = provider("name = 'a'\nissuer = 'https://a.example'");
        let same_name = provider("name = 'a'\nissuer = 'https://b.example'");
        let same_issuer = provider("name = 'b'\nissuer = 'https://a.example'");
        assert!(check(&[one.clone(), same_name]).is_err());
        assert!(check(&[one, same_issuer]).is_err());
    }
}
