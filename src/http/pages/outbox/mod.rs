//! The letters of a development server, as their readers see them. Development only.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use self::view::{LetterView, OutboxView};
use super::{error, send};
use crate::{
    http::app::App,
    services::{fault::Failure, mail},
};

pub mod view;

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let host = request.headers().get(header::HOST);
    if host.is_some_and(|host| host.as_bytes() != app.layout.host.as_bytes()) {
        // Another name that leads here may be another site's: the letters hold codes.
        let home = app.settings().issuer.url("/outbox");
        return HttpResponse::SeeOther().insert_header((header::LOCATION, home)).finish();
    }
    let letters = match mail::delivered(&app.core).await {
        Ok(letters) => letters,
        Err(fault) => return error::failed(&app, &request, &Failure::Fault(fault)),
    };
    let issuer = app.settings().issuer.as_str();
    let letters = letters.iter().map(|letter| LetterView::new(letter, issuer)).collect();
    let folder = app.settings().mail.folder.display().to_string();
    send::page(&OutboxView { layout: &app.layout, folder: &folder, letters }).ok()
}
