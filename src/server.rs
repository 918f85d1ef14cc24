//! Binds actix: workers, TLS, the order of middleware, the graceful stop.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
};

use actix_web::{
    App as ActixApp, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{Data, PayloadConfig},
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{
    http::{
        app::{App, Mode},
        middleware::edge,
        routes::routes,
    },
    services::{core::Core, threads::cores},
};

/// Below the usual limit of open files: whoever holds connections open must not keep the server from its own.
const CONNECTIONS_PER_WORKER: usize = 400;

/// A server that is bound and will run when it is awaited.
pub struct Bound {
    pub server: Server,
    pub addresses: Vec<SocketAddr>,
}

/// Serves on a listener that is bound already. The jobs are started by the caller.
pub fn on(listener: TcpListener, core: &Core, mode: Mode) -> io::Result<Bound> {
    let settings = core.settings.http.clone();
    let app = Data::new(App::new(core.clone(), mode).map_err(io::Error::other)?);
    let limit = settings.body_limit_bytes;
    let factory = move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(PayloadConfig::new(limit))
            .configure(routes(&app))
            .wrap(from_fn(edge::surround))
    };
    let workers = if settings.workers == 0 { cores() } else { settings.workers };
    let server = HttpServer::new(factory)
        .workers(workers)
        .worker_max_blocking_threads(1)
        .max_connections(CONNECTIONS_PER_WORKER)
        .shutdown_timeout(settings.shutdown_seconds.0.unsigned_abs())
        .server_hostname(core.settings.issuer.as_str());
    let server = match (&settings.tls_certificate, &settings.tls_key) {
        (Some(certificate), Some(key)) => server.listen_rustls_0_23(listener, tls(certificate, key)?)?,
        _ => server.listen(listener)?,
    };
    let addresses = server.addrs();
    Ok(Bound { server: server.run(), addresses })
}

fn tls(certificate: &Path, key: &Path) -> io::Result<ServerConfig> {
    let unreadable =
        |path: &Path, error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificate).map_err(|error| unreadable(certificate, &error))?.collect();
    let chain = chain.map_err(|error| unreadable(certificate, &error))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unreadable(certificate, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .map_err(|error| unreadable(certificate, &error))
}
