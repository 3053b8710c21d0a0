#!/usr/bin/env bash
# Makes dist/jobmon_VERSION_ARCH.deb (dist/jobmon, its man page, completions, documents) and
# dist/python3-jobmon_VERSION_all.deb (the Python package) with Debian's own tools, from packaging/debian.
#
#   scripts/make-deb.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x dist/jobmon ] || { echo "make-deb: dist/jobmon is not there; run make dist" >&2; exit 1; }
version=$(sed -n 's/.*current = "\(.*\)".*/\1/p' Sources/JobmonCore/Layout/JobmonVersion.swift)
[ "$(dist/jobmon --version)" = "jobmon $version" ] || {
    echo "make-deb: dist/jobmon is not of version $version, as JobmonVersion.swift says; run make dist" >&2
    exit 1
}

work=.build/deb
stage=$work/jobmon-$version
rm -rf $work
mkdir -p "$stage"/{man,completions/{bash,zsh,fish},docs,examples,python}
cp -r packaging/debian "$stage"/
cp dist/jobmon "$stage"/
# Paragraphs as man pages have them, not blank lines.
sed 's/^$/.Pp/' docs/man/jobmon.1 >"$stage/man/jobmon.1"
# It is read by a shell, not run.
dist/jobmon completions bash | sed '1{/^#!/d}' >"$stage/completions/bash/jobmon"
dist/jobmon completions zsh >"$stage/completions/zsh/_jobmon"
dist/jobmon completions fish >"$stage/completions/fish/jobmon.fish"
cp -r README.md docs/*.md docs/openapi.yaml docs/images "$stage/docs/"
cp -r Examples/requester.sh Examples/pipeline "$stage/examples/"
cp CHANGELOG.md "$stage"/
tar -C python --exclude=__pycache__ -cf - jobmon | tar -C "$stage/python" -xf -

# The package is as old as the last commit, so that the same commit makes the same package.
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH=$date
cat >"$stage/debian/changelog" <<EOF
jobmon ($version-1) unstable; urgency=medium

  * What is new is in /usr/share/doc/jobmon/changelog.gz.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/control)  $(LC_ALL=C date -uR -d "@$date")
EOF
(cd "$stage" && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps) >$work/log 2>&1 || {
    cat $work/log >&2
    exit 1
}
rm -f dist/*.deb
mv $work/*.deb dist/
rm -rf "$stage"
for package in dist/*.deb; do
    echo "$package: $((($(stat -c %s "$package") + 999) / 1000)) kB"
done
