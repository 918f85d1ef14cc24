//! Exchanges and tokens as text to read: a parameter a line, JSON indented.

use actix_web::http::StatusCode;
use serde_json::Value;

use super::view::{ExchangeView, Signature, TokenView};
use crate::services::playground::{
    exchange::{Answer, Exchange, Method, Sent, What},
    tokens::{Checked, Tokens, Verdict},
};

pub(super) fn exchange(exchange: &Exchange) -> ExchangeView {
    let (status, answer) = answer(&exchange.answer);
    ExchangeView { title: title(exchange.what).to_owned(), request: request(&exchange.request), answer, status }
}

pub(super) fn tokens(tokens: &Tokens) -> Vec<TokenView> {
    let mut views = vec![token("Access token", &tokens.access)];
    views.extend(tokens.id.iter().map(|id| token("ID token", id)));
    views.extend(tokens.refresh.iter().map(|raw| TokenView {
        name: "Refresh token".to_owned(),
        raw: raw.clone(),
        header: None,
        claims: None,
        signature: Signature::None,
    }));
    views
}

fn token(name: &str, token: &Checked) -> TokenView {
    let (header, claims) = token.decoded().unzip();
    TokenView {
        name: name.to_owned(),
        raw: token.raw.clone(),
        header: header.as_ref().map(indented),
        claims: claims.as_ref().map(indented),
        signature: match &token.verdict {
            Verdict::Verified { kid, claims } => Signature::Verified { kid: kid.clone(), claims: claims.join(", ") },
            Verdict::Refused { reason } => Signature::Refused { reason: reason.clone() },
        },
    }
}

const fn title(what: What) -> &'static str {
    match what {
        What::Authorization => "Authorization request",
        What::Token => "Token request",
        What::KeySet => "Key set",
        What::Userinfo => "Userinfo request",
        What::Refresh => "Refresh",
        What::Introspection => "Introspection",
        What::Revocation => "Revocation",
        What::Logout => "Logout",
    }
}

fn request(sent: &Sent) -> String {
    let headers = lines(&sent.headers, ": ");
    let params = lines(&sent.params, "=");
    match sent.method {
        Method::Get if sent.params.is_empty() => format!("GET {}\n{headers}", sent.url),
        Method::Get => format!("GET {}?\n{params}{headers}", sent.url),
        Method::Post => format!("POST {}\n{headers}\n{params}", sent.url),
    }
}

fn answer(answer: &Answer) -> (String, String) {
    match answer {
        Answer::Http { status, headers, body } => {
            let headers = lines(headers, ": ");
            let body = serde_json::from_str(body).map_or_else(|_| body.clone(), |json| indented(&json));
            let body = if body.is_empty() { "(no body)".to_owned() } else { body };
            (named(*status), format!("{headers}\n{body}"))
        }
        Answer::Redirect { url, params } => {
            (named(303), format!("The browser comes back to\n{url}?\n{}", lines(params, "=")))
        }
        Answer::Nothing(reason) => ("no answer".to_owned(), reason.clone()),
    }
}

fn named(status: u16) -> String {
    StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}

fn lines(pairs: &[(String, String)], between: &str) -> String {
    pairs.iter().flat_map(|(name, value)| [name, between, value, "\n"]).collect()
}

fn indented(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_stands_below_its_headers_a_parameter_a_line() {
        let sent = Sent {
            method: Method::Post,
            url: "https://id.example/token".to_owned(),
            headers: pairs(&[("authorization", "Basic x")]),
            params: pairs(&[("grant_type", "refresh_token"), ("scope", "a b")]),
        };
        let text = "POST https://id.example/token\nauthorization: Basic x\n\ngrant_type=refresh_token\nscope=a b\n";
        assert_eq!(request(&sent), text);
    }

    #[test]
    fn an_answer_shows_its_status_and_indented_json() {
        let came = Answer::Http { status: 400, headers: pairs(&[("a", "b")]), body: r#"{"error":"x"}"#.to_owned() };
        assert_eq!(answer(&came), ("400 Bad Request".to_owned(), "a: b\n\n{\n  \"error\": \"x\"\n}".to_owned()));
        let empty = Answer::Http { status: 200, headers: vec![], body: String::new() };
        assert_eq!(answer(&empty).1, "\n(no body)");
        assert_eq!(answer(&Answer::Nothing("too slow".to_owned())).0, "no answer");
    }
}
