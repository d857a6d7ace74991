# thalwegd and thalweg in a slim image that runs as nobody.
#   docker build -t thalweg .
#   docker run --rm -p 50051:50051 -p 8080:8080 -v thalweg:/data thalweg
FROM docker.io/library/debian:bookworm-slim AS build
WORKDIR /thalweg
COPY deploy/packages.txt deploy/install.sh deploy/
RUN deploy/install.sh build
COPY CMakeLists.txt CMakePresets.json ./
COPY proto proto
COPY server server
COPY client client
RUN cmake --preset release -DTHALWEG_TESTS=OFF \
 && cmake --build --preset release --target thalwegd thalweg \
 && strip build/release/bin/*

FROM docker.io/library/debian:bookworm-slim
COPY deploy/packages.txt deploy/install.sh /opt/thalweg/
RUN /opt/thalweg/install.sh run \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && install -d -o 65532 -g 65532 /data
COPY --from=build /thalweg/build/release/bin/thalwegd /thalweg/build/release/bin/thalweg /usr/local/bin/
USER 65532:65532
VOLUME /data
EXPOSE 50051 8080
ENTRYPOINT ["thalwegd", "--data-dir", "/data"]
