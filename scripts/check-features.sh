#!/bin/sh
# Builds the engine with each of its features alone, with none and with all, warnings being errors.
set -eu
cd "$(dirname "$0")/.."
features=$(sed -n '/^\[features\]/,/^\[dependencies\]/s/^\([a-z0-9]*\) = .*/\1/p' crates/superconfig/Cargo.toml)
export CARGO_TARGET_DIR=target/features
for feature in "" $features; do
    echo "--features '$feature'"
    cargo clippy -q -p superconfig --lib --no-default-features --features "$feature" -- -D warnings
done
cargo clippy -q -p superconfig --lib --all-features -- -D warnings
