#!/usr/bin/env bash
# Links the objects of a release build once more, as an executable that needs no
# shared library at all: not Swift's, not SQLite's, not glibc's, whatever its version on the node that runs it. The
# package manager has no switch for that, but it keeps the list of the objects.
#
#   scripts/link-static.sh PRODUCT MODULE OUT       such as: jobmon JobmonCLI dist/jobmon
set -euo pipefail
cd "$(dirname "$0")/.."
product=$1 module=$2 out=$3

objects=$(${SWIFT:-swift} build -c release --show-bin-path)/$product.product/Objects.LinkFileList
[ -e "$objects" ] || { echo "link-static: no release build of $product; run make release" >&2; exit 1; }

# A folder with nothing but the archive, so that the linker can't find the shared library instead.
archives=$(mktemp -d)
trap 'rm -rf "$archives"' EXIT
for library in sqlite3:libsqlite3-dev expat:libexpat1-dev crypto:libssl-dev pcre2-8:libpcre2-dev z:zlib1g-dev \
    ncursesw:libncurses-dev tinfo:libncurses-dev; do
    archive=$(cc -print-file-name="lib${library%:*}.a")
    [ -e "$archive" ] || { echo "link-static: lib${library%:*}.a is missing (Debian: ${library#*:})" >&2; exit 1; }
    ln -s "$archive" "$archives/"
done

# In place of the data of ICU in Foundation's archives: a third of the executable, and nothing that jobmon asks for.
runtime=$(swiftc -static-stdlib -print-target-info | python3 -c 'import json, sys
print(json.load(sys.stdin)["paths"]["runtimeResourcePath"])')
data=$(nm "$runtime/linux/lib_FoundationICU.a" 2>/dev/null | awk '$2 == "R" && $3 ~ /^icudt[0-9]+_dat$/ { print $3 }') || true
instead=()
if [ -n "$data" ]; then
    cc -c -O2 -DICU_DATA="$data" packaging/static/icu_no_data.c -o "$archives/icu_no_data.o"
    instead=("$archives/icu_no_data.o")
else
    echo "link-static: no data of ICU found in $runtime: the executable has it, 31 MB" >&2
fi

# What Foundation's archives need of each other: objects that were compiled for the shared library do not name it.
foundation=(-lFoundation -lCoreFoundation -lFoundationInternationalization -lFoundationEssentials -l_FoundationICU
    -l_FoundationCShims -l_FoundationCollections)

# The package manager names the entry of an executable target after its module. Names of hosts and users are looked up
# with the node's own libraries where it has them; jobmon itself needs none of these look-ups.
mkdir -p "$(dirname "$out")"
swiftc -static-executable -use-ld=lld "@$objects" "${instead[@]}" -L"$archives" "${foundation[@]}" -lsqlite3 -lexpat -lcrypto -lpcre2-8 -lz \
    -lncursesw -ltinfo -o "$out.new" \
    -Xlinker --defsym="main=${module}_main" -Xlinker --gc-sections -Xlinker --icf=safe -Xlinker -s
mv "$out.new" "$out"
