//! The authenticator in a person's pocket, which scans what a page shows.

use totp_rs::Builder;

use crate::harness::Answer;

pub(crate) struct Phone(totp_rs::Secret);

impl Phone {
    /// Reads the secret as somebody without a camera would.
    pub(crate) fn scans(page: &Answer) -> Self {
        let (_, after) = page.text().split_once("<code class=\"pick\">").unwrap_or_else(|| panic!("{}", page.text()));
        let secret = after.split('<').next().unwrap().replace(' ', "");
        assert!(page.text().contains("<svg"), "a picture for those with a camera");
        Self(totp_rs::Secret::try_from_base32(secret).unwrap())
    }

    pub(crate) fn shows(&self, now: i64) -> String {
        let totp = Builder::new().with_secret(self.0.clone()).build().unwrap();
        totp.generate(u64::try_from(now).unwrap()).to_string()
    }
}

/// What an authenticator with this secret shows.
pub(crate) fn authenticator(base32: &str, now: i64) -> String {
    Phone(totp_rs::Secret::try_from_base32(base32).unwrap()).shows(now)
}

/// The backup codes of a page.
pub(crate) fn codes(page: &Answer) -> Vec<String> {
    let (_, list) = page.text().split_once("<ol class=\"codes\">").unwrap_or_else(|| panic!("{}", page.text()));
    let list = list.split("</ol>").next().unwrap();
    list.split("<code>").skip(1).map(|piece| piece.split('<').next().unwrap().to_owned()).collect()
}
