#!/bin/sh
# Tries every interleaving of the registry's own atomics (crate `loom`).
set -eu
cd "$(dirname "$0")/.."
# A target directory of its own: the flag would otherwise rebuild everything on each change between this and other commands.
RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom \
    cargo test --release --config 'profile.release.lto=false' --config 'profile.release.codegen-units=16' \
    -p superconfig --lib registry::models "$@"
