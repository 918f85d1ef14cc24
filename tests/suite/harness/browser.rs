//! A browser: its cookies, the page it shows, and the forms that are sent from it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::{
    Method,
    header::{COOKIE, ORIGIN, SET_COOKIE},
};
use url::Url;

use super::{Answer, Request, Site, TestUser, page::Form};

/// Clones are the same browser.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) site: Site,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cookies: BTreeMap<String, String>,
    /// Every `Set-Cookie` line that ever came.
    lines: Vec<String>,
    page: Option<Answer>,
}

impl Browser {
    pub(crate) fn new(site: Site) -> Self {
        Self { site, state: Arc::default() }
    }

    /// Opens an address (or a path below the issuer), follows our own redirects, and stops at any other.
    pub(crate) async fn get(&self, address: &str) -> Answer {
        let url = self.site.address(address);
        let answer = self.send(Method::GET, &url, &[]).await;
        self.follow(answer).await
    }

    /// Fills in and sends the first form of the page that is shown.
    pub(crate) async fn submit(&self, fields: &[(&str, &str)]) -> Answer {
        let form = self.page().forms().into_iter().next().expect("a page with a form");
        self.send_form(&form, fields).await
    }

    /// The same with the form whose action ends so.
    pub(crate) async fn submit_to(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.page().forms().into_iter().find(|form| form.action.ends_with(action));
        self.send_form(&form.unwrap_or_else(|| panic!("no form that goes to {action}")), fields).await
    }

    /// Signs in by way of an application of our own, and leaves nothing else behind.
    pub(crate) async fn signs_in(&self, user: &TestUser) {
        let portal = super::ClientBuilder::new(self.site.clone()).first_party().create().await;
        let asked = portal.authorize(self).with("prompt", "login").await;
        assert!(asked.answer.text().contains("name=\"password\""), "no login page: {}", asked.answer.text());
        let answer = self.submit(&user.credentials()).await;
        assert!(answer.parameter("code").is_some(), "not signed in: {answer:?}");
    }

    /// The page that is shown.
    pub(crate) fn page(&self) -> Answer {
        self.state.lock().unwrap().page.clone().expect("nothing was opened yet")
    }

    /// A request with this browser's cookies; nothing is followed and nothing is kept.
    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        self.site.request(method, path).header("cookie", &self.cookie_header())
    }

    /// What the page's first form would send, whatever this browser shows by now.
    pub(crate) fn form_of(&self, page: &Answer, fields: &[(&str, &str)]) -> Request {
        let form = page.forms().into_iter().next().expect("a page with a form");
        let url = page.url.join(&form.action).unwrap();
        let empty = self.request(Method::POST, url.as_str()).header("origin", &self.site.origin());
        let hidden = form.hidden.iter().fold(empty, |request, (name, value)| request.and(name, value));
        fields.iter().fold(hidden, |request, (name, value)| request.and(name, *value))
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.state.lock().unwrap().cookies.get(name).cloned()
    }

    pub(crate) fn set_cookie_lines(&self) -> Vec<String> {
        self.state.lock().unwrap().lines.clone()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.state.lock().unwrap().cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn forget_cookies(&self) {
        self.state.lock().unwrap().cookies.clear();
    }

    async fn send_form(&self, form: &Form, fields: &[(&str, &str)]) -> Answer {
        let url = self.page().url.join(&form.action).unwrap();
        assert!(self.is_ours(&url), "the form leaves for {url}");
        let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let fields: Vec<_> = form.hidden.iter().cloned().chain(typed).collect();
        let answer = self.send(Method::POST, url.as_str(), &fields).await;
        self.follow(answer).await
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location().filter(|_| (300..400).contains(&answer.status)) {
                Some(next) if self.is_ours(&next) => answer = self.send(Method::GET, next.as_str(), &[]).await,
                _ => {
                    self.state.lock().unwrap().page = Some(answer.clone());
                    return answer;
                }
            }
        }
        panic!("redirected without end: {answer:?}")
    }

    fn is_ours(&self, url: &Url) -> bool {
        url.origin() == Url::parse(&self.site.base).unwrap().origin()
    }

    async fn send(&self, method: Method, url: &str, fields: &[(String, String)]) -> Answer {
        let mut request = self.site.http.request(method.clone(), url);
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if method == Method::POST {
            request = request.header(ORIGIN, self.site.origin()).form(fields);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        self.keep_cookies(&answer);
        answer
    }

    fn cookie_header(&self) -> String {
        let state = self.state.lock().unwrap();
        state.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut state = self.state.lock().unwrap();
        for line in answer.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            state.lines.push(line.to_owned());
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                state.cookies.remove(name);
            } else {
                state.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
