#!/usr/bin/env bash
# `switchyard conformance` on the planted device: exit status, reports, commands that repeat a case, a baseline.
# Usage: command_test.sh path/to/switchyard path/to/the/plugin
set -u
tool=$1
plugin=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}
# expect STATUS TEXT ARGUMENT...: the exit status of `switchyard conformance`, and a text among what it prints.
expect() {
  local status=$1 text=$2 got
  shift 2
  "$tool" conformance "$@" >"$folder/output" 2>&1 </dev/null
  got=$?
  [ "$got" -eq "$status" ] || fail "conformance $*: exit status $got, expected $status: $(cat "$folder/output")"
  grep -qF -- "$text" "$folder/output" || fail "conformance $*: no '$text' in: $(cat "$folder/output")"
}
expect_in() {
  grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(head -c 2000 "$1")"
}

# Arguments
expect 2 'which plugin?'
expect 2 'no suite is called "forwards"; did you mean forward?' --plugin "$plugin" --suite forwards
expect 2 'no operator is called "sbu"; did you mean sub?' --plugin "$plugin" --op sbu
expect 2 'no plugin provides device nowhere:0' --device nowhere
expect 2 'no such file of known gaps' --plugin "$plugin" --gaps "$folder/none.yaml"
head -c 5000 "$plugin" >"$folder/short.so"
expect 2 'truncated' --plugin "$folder/short.so"
printf 'known_gaps:\n  - {op: sbu, reason: none}\n' >"$folder/gaps.yaml"
expect 2 'no operator is called sbu' --plugin "$plugin" --gaps "$folder/gaps.yaml" --op sub
printf 'known_gaps:\n  - {op: sub}\n' >"$folder/gaps.yaml"
expect 2 'a known gap needs op and reason' --plugin "$plugin" --gaps "$folder/gaps.yaml" --op sub
expect 2 'none.so' --plugin "$folder/none.so"
expect 2 'half not in' --plugin "$plugin" --tier half
expect 0 'Exit status' --help
SWITCHYARD_SIMULATOR_DEVICES=0 expect 77 \
  'no device to test: plugin simulator finds no device simulator on this machine' --device simulator
simulator=$(dirname "$tool")/../lib/switchyard/plugins/switchyard_simulator.so
SWITCHYARD_SIMULATOR_DEVICES=0 expect 77 'passed' --plugin "$simulator"

# The device as a whole
expect 0 'passed' --plugin "$plugin" --suite static,abi,runtime --op sub
"$tool" conformance --plugin "$plugin" --suite file,tables,loading,memory,copies --json "$folder/whole.json" >/dev/null ||
  fail "the device as a whole: exit status $?"
expect_in "$folder/whole.json" '"text": "sy_plugin_query"'

# A mistake: one line each, in text, JSON and HTML, and a command that repeats just that case
export SWITCHYARD_PLANTED=sign
expect 1 'FAILED  forward  sub  ' --plugin "$plugin" --op sub,add --json "$folder/sign.json" --html "$folder/sign.html"
expect_in "$folder/sign.json" '"suite": "forward"'
expect_in "$folder/sign.html" '<!doctype html>'
expect_in "$folder/sign.html" 'repeat: <code>switchyard conformance --plugin'
grep -q '<td class="failed" title="[^"]*, [1-9][0-9]* failed,[^>]*>[1-9][0-9]* fail</td>' "$folder/sign.html" ||
  fail "the HTML report has no field that failed"
grep -q '<td class="kernel" title="[1-9][0-9]* passed, 0 failed,[^>]*>✓</td>' "$folder/sign.html" ||
  fail "the HTML report has no field of a kernel"
grep -q 'https\?://' "$folder/sign.html" && fail "the HTML report refers to other files"
repeat=$(sed -n 's/^    repeat: switchyard //p' "$folder/output" | head -1)
[ -n "$repeat" ] || "$tool" conformance --plugin "$plugin" --op sub >"$folder/output"
repeat=$(sed -n 's/^    repeat: switchyard //p' "$folder/output" | head -1)
eval "\"$tool\" $repeat" >"$folder/one" && fail "repeating a case: it passed"
[ "$(grep -c '^FAILED' "$folder/one")" -eq 1 ] || fail "repeating a case: $(cat "$folder/one")"

# Known gaps: beside the plugin, narrowed by suite, dtype and layout; one that passes fails.
# gap GAP...: writes them where the plugin's own are looked for.
gap() {
  printf 'known_gaps:\n' >"$folder/own.conformance.yaml"
  printf '  - {op: sub, %s, reason: the sign is planted wrong}\n' "$@" >>"$folder/own.conformance.yaml"
}
cp "$plugin" "$folder/own.so"
own=(--plugin "$folder/own.so" --op sub --suite forward)
printf 'known_gaps:\n  - {op: sub, reason: the sign is planted wrong}\n' >"$folder/own.conformance.yaml"
expect 0 'known gaps' "${own[@]}"
expect 0 'known gaps' "${own[@]}" --suite forward,forms
gap 'suite: forward'
expect 0 'known gaps' "${own[@]}"
expect 1 'FAILED  forms  sub  ' "${own[@]}" --suite forward,forms
grep -q '^FAILED  forward' "$folder/output" && fail "a gap of forward does not cover it: $(cat "$folder/output")"
gap 'dtype: f32'
expect 1 'known gaps' "${own[@]}"
grep -q '^FAILED.*T0=f64' "$folder/output" || fail "a gap of f32 covers f64: $(cat "$folder/output")"
grep -q '^FAILED.*T0=f32' "$folder/output" && fail "a gap of f32 does not cover it: $(cat "$folder/output")"
gap 'layout: transposed'
expect 1 'known gaps' "${own[@]}"
grep -q '^FAILED.*layouts contiguous' "$folder/output" || fail "a gap covers another layout: $(cat "$folder/output")"
grep -q '^FAILED.*layouts transposed' "$folder/output" && fail "a gap does not cover its layout: $(cat "$folder/output")"
SWITCHYARD_PLANTED=none expect 1 'a known gap passes after all' "${own[@]}"

# A baseline bears what failed before, and nothing else
unset SWITCHYARD_PLANTED
expect 0 'passed' --plugin "$plugin" --op sub,add --json "$folder/good.json"
SWITCHYARD_PLANTED=sign expect 0 'FAILED' --plugin "$plugin" --op sub,add --baseline "$folder/sign.json"
SWITCHYARD_PLANTED=sign expect 1 'REGRESSION  fails now: forward' --plugin "$plugin" --op sub,add --baseline "$folder/good.json"
SWITCHYARD_PLANTED=attribute expect 1 'REGRESSION' --plugin "$plugin" --op sub,add --baseline "$folder/sign.json"
expect 2 'no report of a conformance run' --plugin "$plugin" --op sub --baseline "$plugin"

# A crash and a hang are one failure each, with what was printed last, and the run goes on
# (which a sanitizer turns into a report of its own).
SWITCHYARD_PLANTED=crash expect 1 'repeat: ' --plugin "$plugin" --op sub --suite coverage
if ! grep -q 'ended the process with status' "$folder/output"; then
  expect_in "$folder/output" 'crashed with signal 11'
  expect_in "$folder/output" 'about to crash'
fi
[ "$(grep -c '^FAILED' "$folder/output")" -eq 1 ] || fail "a crash is told as: $(cat "$folder/output")"
grep -q 'coverage  *[1-9][0-9]* passed, 1 FAILED' "$folder/output" || fail "after a crash: $(cat "$folder/output")"
SWITCHYARD_PLANTED=hang expect 1 'did not finish within' --plugin "$plugin" --op sub --suite coverage --timeout 2
[ "$(grep -c '^FAILED' "$folder/output")" -eq 1 ] || fail "a hang is told as: $(cat "$folder/output")"
grep -q 'coverage  *[1-9][0-9]* passed, 1 FAILED' "$folder/output" || fail "after a hang: $(cat "$folder/output")"

# A device that is lost on the way: those cases fail, each in a process that has its device again
SWITCHYARD_SIMULATOR_LOSE_DEVICE=0@40 expect 1 'the device was lost' --device simulator --op sub --suite forward
grep -q 'forward  *[1-9][0-9]* passed, [1-9][0-9]* FAILED' "$folder/output" || fail "after a loss: $(cat "$folder/output")"

# Times beside the CPU
expect 0 'ratio' --plugin "$plugin" --op mul --suite perf --json "$folder/perf.json" --html "$folder/perf.html"
expect_in "$folder/perf.json" '"size": "large"'
expect_in "$folder/perf.html" '<h2>Time per call, beside the CPU plugin</h2>'
expect_in "$folder/perf.html" '<code>mul</code>'

[ "$failures" -eq 0 ] || { echo "$failures failure(s)" >&2; exit 1; }
echo "all checks passed"
