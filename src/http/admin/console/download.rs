//! An export on its way to the browser, part by part: a log is longer than what one wants to hold in memory.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    rt,
    web::Bytes,
};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::{
    domain::administrator::Administrator,
    services::{
        admin::{
            AdminError,
            audit::{self, Sought},
        },
        audit::Exported,
        core::Core,
    },
};

/// A body whose parts are read as the browser takes them. An error breaks the download off: half a log never looks whole.
pub(super) struct Download(Receiver<Result<Bytes, AdminError>>);

impl Download {
    pub(super) fn begin(core: Core, admin: Administrator, sought: Sought, first: Exported) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        rt::spawn(async move {
            let Err(error) = send(&core, &admin, &sought, (first, &sender)).await else { return };
            // Whoever hung up hears nothing of it.
            let _ = sender.send(Err(error)).await;
        });
        Self(receiver)
    }
}

async fn send(
    core: &Core,
    admin: &Administrator,
    sought: &Sought,
    (mut part, sender): (Exported, &Sender<Result<Bytes, AdminError>>),
) -> Result<(), AdminError> {
    loop {
        let text: String = part.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        // A chunk without content would end the body (RFC 9112 §7.1).
        if !text.is_empty() && sender.send(Ok(Bytes::from(text))).await.is_err() {
            return Ok(());
        }
        let Some(after) = part.next else { return Ok(()) };
        part = audit::export(core, admin, sought, after).await?;
    }
}

impl MessageBody for Download {
    type Error = AdminError;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, AdminError>>> {
        self.get_mut().0.poll_recv(context)
    }
}
