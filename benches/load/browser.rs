//! What a browser adds to a connection: cookies, redirects and the forms of pages.

use url::{Url, form_urlencoded};

use crate::{
    Attempt,
    http::{Connection, Request, Response},
};

pub(crate) struct Browser {
    connection: Connection,
    origin: Url,
    cookies: Vec<Cookie>,
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// Where a chain of redirects ended.
pub(crate) enum End {
    Page {
        at: Url,
        html: String,
    },
    /// At the application's redirect URI.
    Callback(Url),
}

/// A form of a page, with what it would send.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new(origin: &Url) -> Self {
        Self { connection: Connection::new(origin.authority()), origin: origin.clone(), cookies: vec![] }
    }

    /// The application's requests go over the same connection, without the browser's cookies.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Opens a page and follows where it leads, up to the application's redirect URI.
    pub(crate) fn open(&mut self, target: &str, callback: &str) -> Attempt<End> {
        let at = self.origin.join(target).map_err(|reason| format!("{target}: {reason}"))?;
        let response = self.visit(&at, None)?;
        self.follow(at, response, callback)
    }

    /// Submits the form that has a field of this name, with these values over its own.
    pub(crate) fn submit(&mut self, page: &End, values: &[(&str, &str)], callback: &str) -> Attempt<End> {
        let End::Page { at, html } = page else { return Err("a page was expected, not the redirect URI".into()) };
        let wanted = values.first().map_or("", |(name, _)| *name);
        let mut form =
            find_form(html, wanted).ok_or_else(|| format!("{at}: no form with {wanted}: {}", excerpt(html)))?;
        form.fields.retain(|(name, _)| values.iter().all(|(given, _)| given != name));
        form.fields.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let to = at.join(&form.action).map_err(|reason| format!("{at}: {reason}"))?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form.fields).finish();
        let response = self.visit(&to, Some(&body))?;
        self.follow(to, response, callback)
    }

    fn follow(&mut self, mut at: Url, mut response: Response, callback: &str) -> Attempt<End> {
        for _ in 0..12 {
            if response.status >= 400 {
                return Err(format!("{at}: {} {}", response.status, excerpt(&response.text())));
            }
            let Some(location) = response.header("location").next() else {
                return Ok(End::Page { at, html: response.text() });
            };
            at = at.join(location).map_err(|reason| format!("{location}: {reason}"))?;
            if at.as_str().starts_with(callback) {
                return Ok(End::Callback(at));
            }
            response = self.visit(&at, None)?;
        }
        Err(format!("{at}: too many redirects"))
    }

    fn visit(&mut self, at: &Url, form: Option<&str>) -> Attempt<Response> {
        let target = at.query().map_or_else(|| at.path().to_owned(), |query| format!("{}?{query}", at.path()));
        let origin = form.map(|_| format!("Origin: {}\r\n", self.origin.origin().ascii_serialization()));
        let ours = self.cookies.iter().filter(|cookie| cookie.goes_to(at.path())).map(Cookie::pair);
        let cookies = ours.reduce(|all, pair| format!("{all}; {pair}")).map(|pairs| format!("Cookie: {pairs}\r\n"));
        let headers = ["Accept: text/html\r\n", &origin.unwrap_or_default(), &cookies.unwrap_or_default()].concat();
        let method = if form.is_some() { "POST" } else { "GET" };
        let response = self.connection.send(&Request { method, target: &target, headers: &headers, form })?;
        for cookie in response.header("set-cookie").filter_map(Cookie::parse) {
            self.cookies.retain(|old| (&old.name, &old.path) != (&cookie.name, &cookie.path));
            if !cookie.value.is_empty() {
                self.cookies.push(cookie);
            }
        }
        Ok(response)
    }
}

impl Cookie {
    /// One server on one host: the other attributes decide nothing here.
    fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attribute = |(name, value): (&str, &str)| name.eq_ignore_ascii_case("path").then(|| value.to_owned());
        let path = parts.filter_map(|part| part.split_once('=')).find_map(attribute);
        Some(Self { name: name.to_owned(), value: value.to_owned(), path: path.unwrap_or_else(|| "/".to_owned()) })
    }

    /// RFC 6265 §5.1.4.
    fn goes_to(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.path);
        rest.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'))
    }

    fn pair(&self) -> String {
        format!("{}={}", self.name, self.value)
    }
}

/// Enough for pages of our own, whose attributes stand in double quotes; not an HTML parser.
fn find_form(html: &str, field: &str) -> Option<Form> {
    let html = html.split_whitespace().collect::<Vec<_>>().join(" ");
    let forms = html.split("<form").skip(1).filter_map(|rest| rest.split("</form").next());
    let form = forms.into_iter().find(|form| form.contains(&format!(" name=\"{field}\"")))?;
    let (head, body) = form.split_once('>')?;
    let tags = body.split('<').filter(|tag| tag.starts_with("input "));
    let sent =
        tags.filter(|tag| attribute(tag, "type").is_none_or(|kind| kind != "checkbox" || tag.contains(" checked")));
    let fields = sent.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())));
    Some(Form { action: attribute(head, "action").unwrap_or_default(), fields: fields.collect() })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    let named = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
    ];
    let plain = named.iter().fold(value.to_owned(), |text, (entity, sign)| text.replace(entity, sign));
    Some(plain.replace("&#38;", "&").replace("&amp;", "&"))
}

pub(crate) fn excerpt(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}
