//! Two administrators at once.

use serde_json::json;
use signet::{
    domain::{administrator::Administrator, user::Role},
    services::admin::users::{
        self,
        change::{self, UserChanges},
    },
};

use crate::harness::{Server, operator};

/// RFC 9110 §13.1.1: of those who saw the same edition one writes.
#[tokio::test]
async fn of_20_changes_of_one_edition_one_is_made() {
    let server = Server::start().await;
    let (program, alice) = (server.program("admin:users").await, server.user("alice").await);
    let path = format!("/users/{}", alice.id);
    let seen = program.get(&path).await;
    let calls = (0..20).map(|n| program.patch(&path, &json!({ "given_name": format!("N{n}") })).if_match(&seen));
    let sent: tokio::task::JoinSet<_> = calls.map(IntoFuture::into_future).collect();
    let answers = sent.join_all().await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(412)), (1, 19), "{answers:?}");
}

/// Each would leave the other as the last one.
#[tokio::test]
async fn two_who_demote_each_other_leave_one() {
    let server = Server::start().await;
    for round in 0..5 {
        let one = server.person_with_role(&format!("one{round}"), Role::Admin).await.user;
        let two = server.person_with_role(&format!("two{round}"), Role::Admin).await.user;
        let core = &server.site.core;
        let mut sent = tokio::task::JoinSet::new();
        for (by, whom) in [(&one, &two), (&two, &one)] {
            let admin = Administrator::person(&users::show(core, &operator(), &by.id).await.unwrap(), None);
            let (core, whom) = (core.clone(), whom.id.clone());
            let demoted = UserChanges { role: Some(Role::Member), ..UserChanges::default() };
            sent.spawn(async move {
                change::update(&core, &admin, &whom, signet::services::admin::edition::Expected::Any, demoted)
                    .await
                    .is_ok()
            });
        }
        let done = sent.join_all().await.into_iter().filter(|done| *done).count();
        assert_eq!(done, 1, "round {round}");
        for user in [&one, &two] {
            users::delete(core, &operator(), &user.id, signet::services::admin::edition::Expected::Any).await.unwrap();
        }
    }
}
