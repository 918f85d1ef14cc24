//! The page for `prompt=select_account`.

use askama::Template;

use super::layout::{ClientFace, Layout, Person};

/// Posts to `{base}/choose-account`: `interaction`, and `account` = `continue` or `other`.
#[derive(Debug, Template)]
#[template(path = "pages/choose_account.html")]
pub struct ChooseAccountView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    pub person: Person<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, CLIENT, layout};

    #[test]
    fn the_two_answers_are_buttons_of_one_form() {
        let layout = layout();
        let view = ChooseAccountView { layout: &layout, interaction: "sealed", client: CLIENT, person: ALICE };
        let page = view.render().unwrap();
        assert!(page.contains("action=\"/base/choose-account\""));
        assert!(page.contains("name=\"interaction\" value=\"sealed\""));
        assert!(page.contains("name=\"account\" value=\"continue\">Continue as Alice Moreau</button>"));
        assert!(page.contains("name=\"account\" value=\"other\">Use another account</button>"));
    }
}
