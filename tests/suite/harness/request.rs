//! One request, put together piece by piece and sent by awaiting it.

use std::pin::Pin;

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use url::form_urlencoded::Serializer;

use super::{Answer, Site};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Clone)]
pub(crate) struct Request {
    site: Site,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    fields: Vec<(String, String)>,
    raw: Option<(Option<String>, Vec<u8>)>,
}

impl Request {
    /// `path` is below the issuer; one that begins with `http` stands for itself.
    pub(crate) fn new(site: Site, method: Method, path: &str) -> Self {
        let (query, headers, fields) = (Vec::new(), HeaderMap::new(), Vec::new());
        Self { site, method, path: path.to_owned(), query, headers, fields, raw: None }
    }

    /// Sets a form field; one of that name is replaced.
    pub(crate) fn with(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a form field, a second time too.
    pub(crate) fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub(crate) fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// A second header of the same name.
    pub(crate) fn and_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// A body as it is, instead of the form.
    pub(crate) fn raw(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.raw = Some((Some(content_type.to_owned()).filter(|text| !text.is_empty()), body.into()));
        self
    }

    /// The form's text, for a test that spoils it.
    pub(crate) fn body(&self) -> String {
        encode(&self.fields)
    }

    async fn send(self) -> Answer {
        let mut url = self.site.address(&self.path);
        if !self.query.is_empty() {
            url = format!("{url}?{}", encode(&self.query));
        }
        let mut request = self.site.http.request(self.method.clone(), &url).headers(self.headers.clone());
        match self.raw {
            Some((content_type, body)) => {
                if let Some(content_type) = content_type {
                    request = request.header(CONTENT_TYPE, content_type);
                }
                request = request.body(body);
            }
            None if !self.fields.is_empty() => {
                request = request.header(CONTENT_TYPE, FORM).body(encode(&self.fields));
            }
            None => {}
        }
        Answer::read(request.send().await.unwrap()).await
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn encode(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
