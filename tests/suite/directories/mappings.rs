//! What groups of the directory are here, given and taken at each sign-in.

use signet::{
    domain::{
        organisation::OrganisationRole,
        user::{Role, User},
    },
    store::{groups, organisations, users},
};

use super::{
    signs_in,
    slapd::{self, PASSWORD},
};
use crate::harness::Server;

fn mappings(group: &str) -> String {
    format!(
        "[[mappings]]\nprivileges = ['read']\n\
         [[mappings]]\ngroup = '{}'\nprivileges = ['sail']\ngroups = ['officers']\nrole = 'admin'\n\
         organisation = 'Navy'\norganisation_role = 'admin'\n",
        group.to_uppercase()
    )
}

fn groups_of(server: &Server, user: &User) -> Vec<String> {
    server.site.core.store.read(|db| groups::list_names_of(db, &user.id)).unwrap()
}

fn organisation_of(server: &Server, user: &User) -> Option<(String, OrganisationRole)> {
    let found = server.site.core.store.read(|db| organisations::find_membership(db, &user.id)).unwrap();
    found.map(|membership| (membership.organisation.name, membership.role))
}

#[actix_web::test]
async fn a_group_gives_what_its_mapping_says_and_takes_it_again() {
    let Some(mut slapd) = slapd::open().await else { return };
    let person = slapd.person("officer").await;
    let group = slapd.group_of(&person).await;
    let settings = slapd.settings(&mappings(&group));
    let server = Server::with(|all| all.directories = vec![settings]).await;

    let officer = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!((officer.privileges.join(" "), officer.role), ("read sail".to_owned(), Role::Admin));
    assert_eq!(groups_of(&server, &officer), ["officers"]);
    assert_eq!(organisation_of(&server, &officer), Some(("Navy".to_owned(), OrganisationRole::Admin)));
    let again = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(again.version, officer.version);

    // What nobody mapped is not the directory's to take.
    let core = &server.site.core;
    let own = ["own", "read", "sail"].map(str::to_owned);
    core.store.write(|db| users::update_privileges(db, &officer.id, &own, core.clock.now())).unwrap();
    slapd.dissolves(&group).await;
    let retired = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!((retired.privileges.join(" "), retired.role), ("own read".to_owned(), Role::Member));
    assert!(retired.version > again.version);
    assert_eq!(groups_of(&server, &retired), [""; 0]);
    assert_eq!(organisation_of(&server, &retired), None);
}

#[actix_web::test]
async fn groups_that_name_their_members_are_searched_for() {
    let Some(mut slapd) = slapd::open().await else { return };
    let person = slapd.person("sailor").await;
    let group = slapd.group_of(&person).await;
    let search = "attributes = { groups = '' }\ngroup_base_dn = 'ou=groups,dc=corp,dc=example'\n";
    let settings = slapd.settings(&format!("{search}{}", mappings(&group)));
    let server = Server::with(|all| all.directories = vec![settings]).await;
    let sailor = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(sailor.privileges, ["read", "sail"]);
}

/// Anybody may register an organisation, and call it so.
#[actix_web::test]
async fn a_strangers_organisation_of_that_name_is_another_one() {
    let Some(mut slapd) = slapd::open().await else { return };
    let person = slapd.person("officer").await;
    let group = slapd.group_of(&person).await;
    let settings = slapd.settings(&mappings(&group));
    let server = Server::with(|all| all.directories = vec![settings]).await;
    let core = &server.site.core;
    let now = core.clock.now();
    let strangers = signet::domain::organisation::Organisation {
        id: signet::domain::ids::OrganisationId::new(now, [7; 10]),
        name: "Navy".to_owned(),
        created_at: now,
    };
    core.store.write(|db| organisations::insert(db, &strangers)).unwrap();
    let officer = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    let joined = core.store.read(|db| organisations::find_membership(db, &officer.id)).unwrap().unwrap();
    assert_ne!(joined.organisation.id, strangers.id);
}
