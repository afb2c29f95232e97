#!/bin/sh
# Runs the registry's storm under ThreadSanitizer and under valgrind's leak check.
# usage: scripts/check-sanitizers.sh [thread | leak]; needs a nightly toolchain for the first and valgrind for the second
set -eu
cd "$(dirname "$0")/.."
only=${1:-all}

if [ "$only" != leak ]; then
    # With the standard library's source (`rustup component add rust-src --toolchain nightly`) it is instrumented as well;
    # without, its own synchronisation is not seen, which scripts/tsan.supp makes up for.
    sysroot=$(rustc +nightly --print sysroot)
    build_std=
    suppressions="suppressions=$PWD/scripts/tsan.supp"
    if [ -d "$sysroot/lib/rustlib/src/rust/library" ]; then
        build_std=-Zbuild-std
        suppressions=
    fi
    RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer" \
    TSAN_OPTIONS="exitcode=66 $suppressions" \
    CARGO_TARGET_DIR=target/tsan \
        cargo +nightly test $build_std --target x86_64-unknown-linux-gnu -p superconfig --test it registry::storm
fi

if [ "$only" != thread ]; then
    build=$(cargo test -p superconfig --test it --no-run 2>&1)
    tests=$(printf '%s\n' "$build" | sed -n 's/.*Executable.*(\(.*\))$/\1/p')
    # Places for reading are kept for the next thread (arc-swap), and so stay reachable; the standard library marks its pointer to
    # the main thread, which makes that "possibly" lost. What is lost for certain is an error.
    valgrind --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
        --fair-sched=yes --error-exitcode=1 "$tests" registry::storm --test-threads=1
fi
