//! The letters that people got: whatever waits in the outbox is delivered first.

use signet::services::mail::{self, Delivered};

use super::{Server, Site};

/// A letter as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    /// The text body.
    pub(crate) text: String,
    /// Six digits on a line of their own.
    pub(crate) code: Option<String>,
    /// The first address in the text but the issuer's own.
    pub(crate) link: Option<String>,
}

impl Letter {
    fn read(letter: Delivered) -> Self {
        let Delivered { to, subject, text, .. } = letter;
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let is_link = |word: &&str| word.starts_with("http") && word.contains("/account/");
        let code = text.lines().map(str::trim).find(is_code).map(str::to_owned);
        let link = text.lines().map(str::trim).find(is_link).map(str::to_owned);
        Self { to, subject, text, code, link }
    }

    #[track_caller]
    pub(crate) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_else(|| panic!("no code: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn link(&self) -> &str {
        self.link.as_deref().unwrap_or_else(|| panic!("no link: {self:?}"))
    }
}

impl Site {
    /// Every letter so far, the newest first.
    pub(crate) async fn letters(&self) -> Vec<Letter> {
        while mail::deliver(&self.core).await.unwrap() > 0 {}
        mail::delivered(&self.core).await.unwrap().into_iter().map(Letter::read).collect()
    }

    /// The newest letter to this address.
    pub(crate) async fn letter_to(&self, address: &str) -> Letter {
        let letters = self.letters().await;
        let found = letters.iter().find(|letter| letter.to == address).cloned();
        found.unwrap_or_else(|| panic!("no letter to {address} among {letters:?}"))
    }
}

impl Server {
    /// Every letter so far, the newest first.
    pub(crate) async fn letters(&self) -> Vec<Letter> {
        self.site.letters().await
    }

    /// The newest letter to this address.
    pub(crate) async fn letter_to(&self, address: &str) -> Letter {
        self.site.letter_to(address).await
    }
}
