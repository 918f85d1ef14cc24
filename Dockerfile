# syntax=docker/dockerfile:1
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
# TLS to PostgreSQL is on here: a database in a container is usually on another machine.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --profile dist --features postgres-tls --bin signet \
    && install -D target/dist/signet /out/signet

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/signet --create-home signet
COPY --from=build /out/signet /usr/local/bin/signet
USER signet
WORKDIR /var/lib/signet
ENV SIGNET_HTTP__LISTEN=0.0.0.0:8080
EXPOSE 8080
VOLUME /var/lib/signet
# Alive, whatever the database does: a restart would not bring that back.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["signet"]
CMD ["serve"]
