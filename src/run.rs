//! Carries a parsed command out: opens what it needs, and for `serve` and `dev` keeps the server running.

use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::ExitCode,
};

use tracing_subscriber::EnvFilter;

use crate::{
    app::{self, Migrate},
    cli::{
        Administer, Cli, Command, CommandError,
        dev::{self as cli_dev, DevArgs, Welcome},
        openapi::OpenapiArgs,
        output::Output,
        serve::ServeArgs,
    },
    config::{Settings, Sources, log::Format},
    domain::secret::Secret,
    http::{account_api, app::Mode},
    jobs, server,
    services::{
        admin::{demo, first},
        clock::Clock,
        core::Core,
        database,
        fault::Fault,
        mail,
    },
};

/// Runs the command and says how it went.
pub fn run(cli: Cli) -> ExitCode {
    let mut output = cli.global.output();
    match block_on(carry_out(cli, &mut output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_silent() && output.error(&error).is_err() {
                return ExitCode::FAILURE;
            }
            error.exit_code()
        }
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work)
}

async fn carry_out(cli: Cli, output: &mut Output) -> Result<(), CommandError> {
    let sources = cli.global.sources();
    match cli.command {
        Command::Serve(args) => serve(sources, args).await,
        Command::Dev(args) => dev(sources, args, output).await,
        Command::Migrate(args) => args.run(&database::open(&settings(&sources)?.database)?, output),
        Command::Doctor(args) => args.run(&sources, output).await,
        Command::Openapi(args) => openapi(&args, &sources, output),
        Command::Administer(command) => administer(&sources, command, output).await,
    }
}

/// Needs no database: the document comes from the code, its server from the settings.
fn openapi(args: &OpenapiArgs, sources: &Sources, output: &mut Output) -> Result<(), CommandError> {
    let document = account_api::openapi::of(&args.contract, &Settings::load(sources)?)
        .ok_or_else(|| CommandError::Usage(format!("there is no contract {}: see --help", args.contract)))?;
    Ok(output.document(&document)?)
}

async fn administer(sources: &Sources, command: Administer, output: &mut Output) -> Result<(), CommandError> {
    let settings = settings(sources)?;
    if let Some(path) = settings.database.url.sqlite_path()
        && !command.may_begin()
        && !Path::new(path).exists()
    {
        return Err(CommandError::Usage(format!(
            "there is no database at {path}: another folder, or is --config missing?"
        )));
    }
    let core = app::open(settings, Clock::System, Migrate::OnlySqlite)?;
    command.run(&core, output).await
}

async fn serve(sources: Sources, args: ServeArgs) -> Result<(), CommandError> {
    let sources = match args.listen {
        Some(listen) => sources.with_flag("http.listen", listen.to_string()),
        None => sources,
    };
    let migrate = if args.migrate { Migrate::Always } else { Migrate::OnlySqlite };
    let settings = settings(&sources)?;
    mail::ready(&settings)?;
    let listener = listen(settings.http.listen)?;
    let core = app::open(settings, Clock::System, migrate)?;
    let link = first::offer(&core).await?;
    let welcome = || {
        tell(link.as_ref());
        Ok(())
    };
    keep_serving(&core, listener, Mode::Serve, welcome).await
}

/// Whoever reads the log of a server without an administrator may become it.
fn tell(link: Option<&Secret<String>>) {
    if let Some(link) = link {
        tracing::warn!("there is no administrator yet: open {} to become it", link.reveal());
    }
}

/// Development: everything lies in one folder, and the demo's credentials are printed.
async fn dev(sources: Sources, args: DevArgs, output: &mut Output) -> Result<(), CommandError> {
    if !args.listen.ip().is_loopback() {
        return Err(CommandError::Usage(
            "signet dev listens on a loopback address only: its passwords are public".into(),
        ));
    }
    let data = args.data.display();
    let sources = sources
        .with_flag("issuer", format!("http://{}", args.listen))
        .with_flag("http.listen", args.listen.to_string())
        .with_flag("database.url", cli_dev::database(&data.to_string()))
        .with_flag("keys.directory", cli_dev::keys(&data.to_string()))
        .with_flag("mail.transport", "file")
        .with_flag("mail.folder", cli_dev::outbox(&data.to_string()));
    let settings = settings(&sources)?;
    // Before anything is made: a second start on the same address must not touch what the first one uses.
    let listener = listen(settings.http.listen)?;
    let core = app::open(settings, Clock::System, Migrate::OnlySqlite)?;
    let secrets = demo::ensure(&core).await?;
    let welcome = Welcome::new(&core.settings.issuer, &data.to_string(), secrets.service.reveal());
    keep_serving(&core, listener, Mode::Dev(secrets.into()), || Ok(output.answer(&welcome)?)).await
}

fn listen(address: SocketAddr) -> Result<TcpListener, Fault> {
    let advice = "stop what listens there, or choose another address: --listen 127.0.0.1:8081";
    TcpListener::bind(address).map_err(|error| Fault::Broken(format!("{address}: {error}; {advice}")))
}

async fn keep_serving(
    core: &Core,
    listener: TcpListener,
    mode: Mode,
    welcome: impl FnOnce() -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    core.run(app::ready).await?;
    let bound = server::on(listener, core, mode)?;
    let jobs = jobs::start(core);
    for address in &bound.addresses {
        tracing::info!(%address, issuer = core.settings.issuer.as_str(), "listening");
    }
    welcome()?;
    let served = bound.server.await;
    jobs.stop().await;
    Ok(served?)
}

/// The settings, with the log set up as they say.
fn settings(sources: &Sources) -> Result<Settings, CommandError> {
    let settings = Settings::load(sources)?;
    let filter = EnvFilter::new(&settings.log.filter);
    let colours = io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(io::stderr);
    let started = match settings.log.format {
        Format::Json => log.json().try_init(),
        Format::Text => log.try_init(),
    };
    // Another one was set up before only where a program calls this twice; the first one stays.
    drop(started);
    Ok(settings)
}
