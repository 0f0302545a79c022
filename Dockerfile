# syntax=docker/dockerfile:1
# The program with the newest pg_dump and pg_restore, which must not be older than the servers it reads, and those of 16 for
# destinations before 17, which do not take what a newer pg_restore says. The program chooses.

FROM golang:1.26-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -pgo=bench/postgres/tenantcopy.pgo -ldflags "-s -w -X main.version=${VERSION}" -o /out/tenantcopy ./cmd/tenantcopy

FROM postgres:18-trixie
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-16 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/tenantcopy /usr/local/bin/tenantcopy
COPY LICENSE /usr/share/doc/tenantcopy/LICENSE
# A fixed number, so that Kubernetes can prove runAsNonRoot. The root file system may be read-only: only /tmp is
# written, by pg_dump's archive, and manifests go where --report says.
USER 65532:65532
ENV HOME=/tmp
WORKDIR /tmp
ENTRYPOINT ["/usr/local/bin/tenantcopy"]
CMD ["--help"]
