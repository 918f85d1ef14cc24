//! `prompt`: what the user must be asked again. OpenID Connect Core §3.1.2.1.

use super::error::OAuthError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    None,
    Login,
    Consent,
    SelectAccount,
}

/// The prompts of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompts(Vec<Prompt>);

impl Prompt {
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

impl Prompts {
    /// Space-separated; `none` stands alone, and an unknown value is an error.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let words = text.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
        let prompts = words
            .map(|word| Prompt::ALL.into_iter().find(|prompt| prompt.as_str() == word))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| OAuthError::invalid_request("prompt has a value that is not supported"))?;
        if prompts.contains(&Prompt::None) && prompts.iter().any(|&prompt| prompt != Prompt::None) {
            return Err(OAuthError::invalid_request("prompt none cannot be combined with another"));
        }
        Ok(Self(prompts))
    }

    pub fn has(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert!(Prompts::parse(Some("none")).unwrap().has(Prompt::None));
        assert!(Prompts::parse(Some("none login")).is_err());
        assert!(Prompts::parse(Some("login consent")).unwrap().has(Prompt::Consent));
        assert!(Prompts::parse(Some("create")).is_err());
        assert_eq!(Prompts::parse(None).unwrap(), Prompts::default());
    }
}
