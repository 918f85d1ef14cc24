//! One of each thing that administrators look after, every text in it chosen by the test.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{DATIX, Method, PASSWORD, Program, Server, TestUser};

pub(crate) const RESOURCE: &str = "https://api.example";

/// Everything that a path of the console can name.
pub(crate) struct World {
    /// What stands in place of `{id}` and its like, by the first segment of the path and the parameter.
    names: BTreeMap<(&'static str, &'static str), String>,
    pub(crate) program: Program,
}

impl World {
    /// `text` says what stands in a field.
    pub(crate) async fn furnish(server: &Server, text: impl Fn(&str) -> String) -> Self {
        let mut world = Self { names: BTreeMap::new(), program: server.root_program().await };
        let person = world.brings_a_person(server, &text).await;
        world.brings_registries(&text).await;
        world.brings_a_client("own", &text).await;
        world.brings_a_client("foreign", &text).await;
        world.gathers(&person, &text).await;
        let keys = world.program.get("/keys").await.json();
        world.names("providers", "{name}", &json!("nothing"));
        world.names("keys", "{kid}", &keys["items"][0]["kid"]);
        let secrets = world.program.get("/clients/own/secrets").await.json();
        world.names("clients", "{secret}", &secrets["items"][0]["id"]);
        world
    }

    /// A path of the console with something that is there in place of each parameter.
    pub(crate) fn path(&self, pattern: &str, client: &str) -> String {
        let first = pattern.trim_start_matches('/').split('/').next().unwrap();
        let named = |segment: &str| {
            if (first, segment) == ("clients", "{id}") {
                return client.to_owned();
            }
            let known = self.names.iter().find(|((area, name), _)| *area == first && *name == segment);
            known.unwrap_or_else(|| panic!("nothing stands for {segment} of {pattern}: add it to the world")).1.clone()
        };
        let segments = pattern
            .split('/')
            .map(|segment| if segment.starts_with('{') { named(segment) } else { segment.to_owned() });
        format!("/admin{}", segments.collect::<Vec<_>>().join("/"))
    }

    #[track_caller]
    fn names(&mut self, area: &'static str, parameter: &'static str, value: &Value) {
        self.names.insert((area, parameter), value.as_str().expect(parameter).to_owned());
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let answer = self.program.posts(path, body).await;
        assert!([200, 201, 204].contains(&answer.status), "{path}: {}", answer.text());
        if answer.status == 204 { Value::Null } else { answer.json() }
    }

    /// With a profile, a session from elsewhere, and what they belong to.
    async fn brings_a_person(&mut self, server: &Server, text: &impl Fn(&str) -> String) -> TestUser {
        let person = server.user("person").await;
        let address = json!({ "formatted": text("formatted"), "street_address": text("street"),
            "locality": text("locality"), "region": text("region"), "postal_code": text("postal"),
            "country": text("country") });
        let profile = json!({ "name": text("name"), "given_name": text("given"), "family_name": text("family"),
            "address": address, "attributes": { "note": text("attribute") } });
        let path = format!("/users/{}", person.id);
        self.program.patch(&path, &profile).await.expect_status(200);
        let login = server.site.tries(DATIX, &person.email, PASSWORD);
        login.header("user-agent", &text("agent")).await.expect_status(200);
        for area in ["users", "organisations", "groups"] {
            self.names(area, if area == "users" { "{id}" } else { "{user}" }, &json!(person.id));
        }
        self.names("users", "{act}", &json!("end-sessions"));
        person
    }

    async fn brings_registries(&mut self, text: &impl Fn(&str) -> String) {
        self.made("/resources", json!({ "identifier": RESOURCE, "name": text("resource") })).await;
        let scope = json!({ "name": "api:read", "description": text("scope"), "resource": RESOURCE });
        self.made("/scopes", scope).await;
        self.names("scopes", "{name}", &json!("api:read"));
        self.names("resources", "{identifier}", &json!("https%3A%2F%2Fapi.example"));
    }

    async fn brings_a_client(&self, id: &str, text: &impl Fn(&str) -> String) {
        let client = json!({ "client_id": id, "client_name": text("client"), "scope": "openid offline_access api:read",
            "redirect_uris": ["https://app.example/cb"], "resources": [RESOURCE],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"] });
        self.made("/clients", client).await;
    }

    async fn gathers(&mut self, person: &TestUser, text: &impl Fn(&str) -> String) {
        let organisation = self.made("/organisations", json!({ "name": text("organisation") })).await;
        let member = json!({ "user": person.id, "role": "member" });
        let at = format!("/organisations/{}/members", organisation["id"].as_str().unwrap());
        self.made(&at, member).await;
        self.names("organisations", "{id}", &organisation["id"]);
        let group = self.made("/groups", json!({ "name": text("group") })).await;
        let at = format!("/groups/{}/members", group["id"].as_str().unwrap());
        self.made(&at, json!({ "user": person.id })).await;
        self.names("groups", "{id}", &group["id"]);
        let key =
            json!({ "user": person.id, "name": text("key"), "description": text("purpose"), "scopes": ["openid"] });
        let key = self.made("/api-keys", key).await;
        self.names("api-keys", "{id}", &key["api_key"]["id"]);
    }
}

/// Every route of the console, as its source has it: the pattern below `/admin`, and its methods.
pub(crate) fn routes() -> Vec<(String, Vec<Method>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/admin/console/routes.rs");
    let source = std::fs::read_to_string(path).unwrap();
    let pieces: Vec<_> = source.split("at(\"").skip(1).collect();
    let routes = pieces.iter().map(|piece| {
        let (pattern, rest) = piece.split_once('"').unwrap();
        let methods = [("web::get()", Method::GET), ("web::post()", Method::POST)].into_iter();
        let methods: Vec<_> = methods.filter(|(call, _)| rest.contains(call)).map(|(_, method)| method).collect();
        assert!(!methods.is_empty(), "{pattern} has no method that is understood here");
        (pattern.to_owned(), methods)
    });
    let routes: Vec<_> = routes.collect();
    let calls = source.matches("web::get()").count() + source.matches("web::post()").count();
    assert_eq!(calls, routes.iter().map(|(_, methods)| methods.len()).sum::<usize>(), "a route that is not read here");
    routes
}
