#!/usr/bin/env bash
# Makes the man page of jobmon from its command line's parser, with the generator of the argument parser's package.
#
#   scripts/make-man.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
swift=${SWIFT:-swift}
# The package's plugin would make a page of every executable; its generator makes one of one. Asking for its help builds it.
$swift package generate-manual --help >/dev/null
bin=$($swift build --show-bin-path)
mkdir -p "$folder"
# The page says when the command line last changed, not when somebody made it.
"$bin/generate-manual-tool" "$bin/jobmon" --date "$(git log -1 --format=%as -- Sources/JobmonCommands)" \
    --output-directory "$folder"
echo "$folder/jobmon.1"
