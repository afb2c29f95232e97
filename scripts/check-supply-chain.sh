#!/bin/sh
# Advisories and licences of crates, crates that nobody uses, spelling. A tool that is not installed is named and left
# out; in CI (where CI is set) it has to be there.
set -eu
cd "$(dirname "$0")/.."

# has COMMAND HOW-TO-GET-IT
has() {
    command -v "$1" >/dev/null && return 0
    echo "$1 is missing: $2"
    [ -z "${CI:-}" ] || exit 1
    return 1
}

if has cargo-deny 'cargo install cargo-deny'; then cargo deny check; fi
if has cargo-machete 'cargo install cargo-machete'; then cargo machete; fi
if has typos 'cargo install typos-cli'; then typos; fi
