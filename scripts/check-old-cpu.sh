#!/bin/sh
# Reads JSON on processors without AVX2, as qemu-user plays them (`apt-get install qemu-user`): one with SSE 4.2 and one
# without. The parser finds out at run time what the processor can do, so one binary has to work on all of them.
set -eu
cd "$(dirname "$0")/.."
addon=npm/linux-x64-gnu/superconfig.linux-x64-gnu.node
for cpu in Westmere core2duo; do
    export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="qemu-x86_64 -cpu $cpu"
    cargo test -q -p superconfig --lib json
    cargo test -q -p superconfig --test it vectors
    if [ -f "$addon" ]; then
        qemu-x86_64 -cpu "$cpu" "$(command -v node)" -e "
            const [json] = require('./$addon').parse('{\"a\": [1, -0.5, \"é\", {\"b\": null}]}', 'json');
            require('node:assert').equal(json, '{\"a\":[1,-0.5,\"é\",{\"b\":null}]}');
            console.log('$cpu: the addon reads JSON');"
    fi
done
