# thalwegd and thalweg in a slim image that runs as nobody; what it holds is said in deploy/README.md.
#
#   docker build -t thalweg --build-arg REVISION=$(git rev-parse --short=12 HEAD) .
#   docker run --rm -p 127.0.0.1:50051:50051 -p 127.0.0.1:8080:8080 -v thalweg:/data thalweg
FROM docker.io/library/debian:bookworm-slim AS build
RUN install -d /base && cp -a /var/lib/dpkg/status /var/lib/dpkg/info /var/lib/dpkg/updates /base/
WORKDIR /thalweg
COPY deploy/packages.txt deploy/install.sh deploy/
RUN deploy/install.sh build

# Sources come last: a change of theirs costs no packages, and of the compiler only what changed.
COPY CMakeLists.txt CMakePresets.json ./
COPY proto proto
COPY server server
COPY client client
ARG REVISION=unknown
ARG JOBS
ENV LANG=C.UTF-8 CCACHE_DIR=/root/.cache/ccache CCACHE_BASEDIR=/thalweg
RUN --mount=type=cache,target=/root/.cache/ccache --mount=type=cache,target=/root/.npm \
    cmake --preset release -DTHALWEG_TESTS=OFF -DTHALWEG_REVISION="$REVISION" \
 && cmake --build --preset release -j "${JOBS:-$(nproc)}" --target thalwegd thalweg

ARG VERSION=0.1.0
ARG SOURCE_DATE_EPOCH=
COPY deploy/image deploy/image
RUN deploy/image/collect.sh /base /image build/release/bin/thalwegd build/release/bin/thalweg \
 && install -d /image/usr/share/doc/thalweg \
 && node deploy/image/sbom.mjs --version "$VERSION" --revision "$REVISION" --base /base/status \
      --added /image/var/lib/dpkg/status.d --lock client/web/package-lock.json \
      >/image/usr/share/doc/thalweg/sbom.spdx.json

FROM docker.io/library/debian:bookworm-slim
COPY --from=build /image /
RUN install -d -o 65532 -g 65532 -m 700 /data

# Beyond loopback thalwegd speaks plain text only when told to: the container's network is the
# operator's to close. TLS: deploy/README.md.
ENV THALWEG_DATA_DIR=/data \
    THALWEG_GRPC_ADDRESS=0.0.0.0:50051 \
    THALWEG_HTTP_ADDRESS=0.0.0.0:8080 \
    THALWEG_PLAINTEXT=on
USER 65532:65532
VOLUME /data
EXPOSE 50051 8080
STOPSIGNAL SIGTERM
# Each time a new connection to the gRPC port: a server that has gone deaf answers old ones.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/usr/local/bin/thalweg", "health"]
ENTRYPOINT ["/usr/local/bin/thalwegd"]

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="Thalweg" \
      org.opencontainers.image.description="A server that descends functions and streams every iterate" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="NOASSERTION" \
      org.opencontainers.image.documentation="deploy/README.md" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim" \
      org.thalweg.sbom="/usr/share/doc/thalweg/sbom.spdx.json"
