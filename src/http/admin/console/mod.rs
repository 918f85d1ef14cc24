//! The console, `/admin`: pages for administrators. Without JavaScript, each form sealed for the session it was shown to.

mod api_keys;
mod audit;
mod clients;
mod dashboard;
mod download;
mod groups;
mod keys;
mod listing;
mod organisations;
mod parts;
mod providers;
mod refused;
mod resources;
mod routes;
mod scopes;
mod user;
mod user_access;
mod user_form;
mod users;
mod visit;

pub use self::routes::routes;

use self::visit::Problem;
use super::super::pages::layout::{Layout, Person};
use crate::domain::administrator::{Access, Administrator, Area};

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Dashboard,
    Refused,
    Audit,
    Clients,
    Scopes,
    Resources,
    Users,
    Organisations,
    Groups,
    ApiKeys,
    Providers,
    Keys,
}

/// Where each page stands: the group of the navigation, its name, its path below the issuer, and whose it is.
const PLACES: &[(&str, Place, &str, &str, Area)] = &[
    ("Overview", Place::Refused, "Refused requests", "/admin/refused", Area::Clients),
    ("Overview", Place::Audit, "Audit log", "/admin/audit", Area::Audit),
    ("Applications", Place::Clients, "Clients", "/admin/clients", Area::Clients),
    ("Applications", Place::Scopes, "Scopes", "/admin/scopes", Area::Clients),
    ("Applications", Place::Resources, "Resources", "/admin/resources", Area::Clients),
    ("People", Place::Users, "Users", "/admin/users", Area::Users),
    ("People", Place::Organisations, "Organisations", "/admin/organisations", Area::Users),
    ("People", Place::Groups, "Groups", "/admin/groups", Area::Users),
    ("People", Place::ApiKeys, "API keys", "/admin/api-keys", Area::Users),
    ("Server", Place::Providers, "Sign-in providers", "/admin/providers", Area::Users),
    ("Server", Place::Keys, "Signing keys", "/admin/keys", Area::Keys),
];

/// The frame of these pages.
#[derive(Clone, Debug)]
struct Frame<'a> {
    place: Place,
    title: String,
    trail: Vec<Link>,
    person: Person<'a>,
    role: &'static str,
    /// That a form is ours, sealed for this session.
    form: String,
    notice: Option<String>,
    problem: Option<Problem>,
    admin: &'a Administrator,
}

/// A page that another one leads to; the path is below the issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    title: String,
    path: String,
    here: bool,
}

/// A group of the navigation.
#[derive(Clone, Debug)]
struct Section {
    title: &'static str,
    links: Vec<Link>,
}

impl Frame<'_> {
    fn title(&self) -> &str {
        &self.title
    }

    fn trail(&self) -> &[Link] {
        &self.trail
    }

    /// What this administrator may see.
    fn sections(&self) -> Vec<Section> {
        let here = self.place == Place::Dashboard;
        let dashboard = Link { title: "Dashboard".to_owned(), path: "/admin".to_owned(), here };
        let mut sections = vec![Section { title: "Overview", links: vec![dashboard] }];
        for &(group, place, title, path, area) in PLACES {
            if !self.admin.may(area, Access::Read) {
                continue;
            }
            let link = Link { title: title.to_owned(), path: path.to_owned(), here: place == self.place };
            match sections.iter_mut().find(|section| section.title == group) {
                Some(section) => section.links.push(link),
                None => sections.push(Section { title: group, links: vec![link] }),
            }
        }
        sections
    }

    /// The same for the registries of scopes and resources: they are everybody's.
    fn may_register(&self) -> bool {
        self.may_change(Area::Clients) && self.admin.reaches(None)
    }

    /// Whether a page shows what changes things in this area.
    fn may_change(&self, area: Area) -> bool {
        self.admin.may(area, Access::Write)
    }
}
