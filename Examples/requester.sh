#!/usr/bin/env bash
# Runs a command as a monitored job, with nothing but bash and curl; docs/protocol.md says what is sent, and why.
#   [JOBMON_DIR=DIR] Examples/requester.sh NAME COMMAND [ARGUMENT…]     (without a DIR: the current directory)
# Output and exit code are the command's. What no monitor has acknowledged waits in DIR/spool for the next one.
[ $# -ge 2 ] || { echo "usage: requester.sh NAME COMMAND [ARGUMENT…]" >&2; exit 2; }
JOBMON_DIR=${JOBMON_DIR:-.}; (umask 077 && mkdir -p "$JOBMON_DIR/spool") && JOBMON_DIR=$(cd "$JOBMON_DIR" && pwd)
ids=/proc/sys/kernel/random sender=$(<$ids/uuid) key=$(<$ids/uuid) log=$(mktemp) info=$JOBMON_DIR/monitor_info.json
export JOBMON_DIR JOBMON_INSTANCE=$key
# Standard input, or each word, as JSON has it: every character as \uXXXX. NULs and what is not UTF-8 are left out.
text() { tr -d '\0' | iconv -c -f UTF-8 -t UTF-16BE | od -An -v -tx1 | tr -d ' \n' | sed 's/..../\\u&/g'; }
words() { for word; do printf ',"%s"' "$(printf %s "$word" | text)"; done | cut -c 2-; }
# send EVENT: true once a monitor has answered for it. The secret goes by a file, so that `ps` does not show it.
member() { sed -nE "s/.*\"$1\" *: *\"?([^\",}]*).*/\1/p" "$info"; }
send() {
    curl -qsm 2 --noproxy '*' -K <(echo "header = \"Authorization: Bearer $(member secret)\"") \
        -H 'Content-Type: application/json' -H Expect: --data-binary @- <<<"$1" \
        "http://$(member address | sed '/:/s/.*/[&]/'):$(member port)/v1/events" | grep -q '"results"'
}
# say SEQ KIND MEMBERS, of $time: on disk first, so that nothing loses it, and sent second; once more when it was
# refused, as a monitor that was started again has another port and another secret.
say() {
    local file=$JOBMON_DIR/spool/$sender.$1.json new=$JOBMON_DIR/spool/.$sender.$1 event
    event="{\"kind\":\"$2\",\"sender\":\"$sender\",\"seq\":$1,\"time\":\"$time\",\"instance_key\":\"$key\",$3}"
    (umask 077; echo "$event" >"$new" && mv "$new" "$file")
    [ -e "$info" ] && { send "$event" || { sleep 0.$((RANDOM % 900 + 100)); send "$event"; }; } && rm -f "$file"
}
job="{\"name\":$(words "$1"),\"runfile\":$(words "$2"),\"args\":[$(words "${@:3}")]}"
exec 3> >(trap '' HUP INT QUIT TERM; exec tee -- "$log" >&2); tee=$! time=$(date -u +%FT%T.%3NZ)
(trap - INT QUIT; exec "${@:2}") <&0 2>&3 3>&- & pid=$!; exec 3>&- 2>/dev/null; trap '' INT QUIT
trap 'kill -HUP $pid' HUP; trap 'kill -TERM $pid' TERM; trap 'kill -USR1 $pid' USR1; trap 'kill -USR2 $pid' USR2
say 0 submitted "\"executor\":\"bash\",\"job\":$job" & said=($!)     # the order is all one: a fact may be `early`
say 1 running "\"host\":$(words "$HOSTNAME"),\"boot_id\":\"$(<$ids/boot_id)\",\"pid\":$pid" & said+=($!)
beat="{\"kind\":\"heartbeat\",\"instances\":[{\"instance_key\":\"$key\"}]}"
while ! read -rt 30 <> <(:) && kill -0 $pid; do send "$beat"; done >/dev/null & beats=$!
while kill -0 $pid; do wait $pid; done; wait $pid; code=$?; time=$(date -u +%FT%T.%3NZ)   # signals end a wait early
for _ in {1..50}; do kill -0 $tee && sleep 0.02; done; kill $beats; end="\"exit_code\":$code"
((code > 128 && code < 193)) && end="\"signal\":$((code - 128))"
say 2 "$( ((code)) && echo failed || echo complete)" "$end,\"stderr\":\"$(tail -c 65536 "$log" | text)\""
wait "${said[@]}"; rm -f "$log"; exit $code
