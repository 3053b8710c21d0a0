#!/usr/bin/env bash
# A node without any shared library: a root directory that contains only jobmon (and the kernel's /proc and /dev). Runs
# a monitor, the wrapper and a queue there, and prints their output.
#
#   Tests/Nodes/without-libraries.sh EXECUTABLE ROOT
#
# Needs root, or a user who may create namespaces; exits with 77 if neither is possible.
set -euo pipefail
executable=$1 root=$2
if [ -z "${JOBMON_INSIDE:-}" ]; then
    space=(unshare -m)
    [ "$(id -u)" = 0 ] || space=(unshare -rm)
    "${space[@]}" true 2>/dev/null || { echo "no namespace can be made here" >&2; exit 77; }
    JOBMON_INSIDE=1 exec "${space[@]}" bash "$0" "$executable" "$root"
fi
mkdir -p "$root"/{proc,dev,tmp,etc}
# The node's names; jobmon must find them without a library.
echo "127.0.0.1 localhost" >"$root/etc/hosts"
cp "$executable" "$root/jobmon"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
chroot=$(command -v chroot || echo /usr/sbin/chroot)
on_node() { env -i HOME=/ "$chroot" "$root" /jobmon "$@"; }

on_node monitor /mon --listen localhost >"$root/ready" &
monitor=$!
trap 'kill $monitor 2>/dev/null || true' EXIT
until grep -q ready "$root/ready"; do
    kill -0 $monitor
    sleep 0.02
done
on_node exec -d /mon --name version -- /jobmon --version
on_node exec -d /mon --name wrong -- /jobmon no-such-command || echo "exec: $?"
on_node run -d /mon --each n=1..5 --name "n{n}" --no-progress -- /jobmon --version || echo "run: $?"
on_node jobs -d /mon
on_node stop -d /mon
wait $monitor
on_node run -d /mon --queue alone --each n=1..3 --name "n{n}" --no-progress -- /jobmon no-such-command || echo "run: $?"
on_node query -d /mon "select status, count(*) from job group by status"
