# The PWA is built first, because the server carries it inside.
FROM node:22-bookworm-slim AS frontend
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM rust:1.95-bookworm AS server
WORKDIR /build
ENV SQLX_OFFLINE=true
COPY . .
COPY --from=frontend /build/frontend/dist frontend/dist
# What cargo fetched and built stays in the builder's cache, not in a layer.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --package api \
    && cp target/release/spotlight /usr/local/bin/spotlight

FROM debian:bookworm-slim
# Certificates for mail and TURN over TLS; curl asks for readiness.
# Versions are those of the base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/spotlight spotlight
COPY --from=server /usr/local/bin/spotlight /usr/local/bin/spotlight
USER 10001
WORKDIR /var/lib/spotlight
ENV HOST=0.0.0.0 \
    PORT=8080 \
    SPOTLIGHT_DATA_DIR=/var/lib/spotlight
EXPOSE 8080
VOLUME /var/lib/spotlight
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
# SIGTERM drains; the server is its own first process and gets it directly.
STOPSIGNAL SIGTERM
ENTRYPOINT ["spotlight"]
CMD ["serve"]
