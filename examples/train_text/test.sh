#!/usr/bin/env bash
# What the demo promises: exact repetition, exact resumption, agreement of devices, and clear errors.
set -euo pipefail
program=$1
long=${2:-1000}  # steps of the run to interrupt, which must still be under way then
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
losses() { grep '^step' || true; }
text="$dir/text"
for i in $(seq 400); do echo "line $i of a text that repeats itself, but not quite: $((i * 7919 % 104729))"; done > "$text"

small=(--context 16 --width 16 --layers 1 --batch 2)
run() { "$program" --text "$text" --seed 5 "${small[@]}" "$@"; }
run --steps 6 --dir "$dir/a" --print-losses 6 | losses > "$dir/a.txt"
run --steps 6 --dir "$dir/b" --print-losses 6 | losses > "$dir/b.txt"
[ "$(wc -l < "$dir/a.txt")" -eq 6 ] || fail "expected six losses"
cmp -s "$dir/a.txt" "$dir/b.txt" || fail "same seed and device, other losses"
[ -s "$dir/a/loss.svg" ] || fail "no chart"

# Other devices: within 1e-3.
run --steps 20 --dir "$dir/c" --print-losses 20 | losses > "$dir/c.txt"
run --steps 20 --dir "$dir/d" --print-losses 20 --device simulator | losses > "$dir/d.txt"
paste "$dir/c.txt" "$dir/d.txt" | awk '{d = $4 - $8; if (d < 0) d = -d; if (d > 1e-3) exit 1}' || fail "the simulator's losses differ"

# Interrupted, then resumed: the same as if it had never stopped.
"$program" --text "$text" --seed 5 "${small[@]}" --steps "$long" --dir "$dir/e" --print-losses "$long" > "$dir/e.out" &
pid=$!
for _ in $(seq 600); do
  grep -q '^step 3 ' "$dir/e.out" && break
  sleep 0.1
done
kill -INT "$pid"
wait "$pid" && fail "an interrupted run must not say success" || true
grep -q 'Continue with --resume' "$dir/e.out" || fail "nothing said of resuming"
run --steps "$long" --dir "$dir/e" --resume --print-losses "$long" > "$dir/e2.out"
run --steps "$long" --dir "$dir/f" --print-losses "$long" > "$dir/f.out"
cat "$dir/e.out" "$dir/e2.out" | losses > "$dir/e.txt"
losses < "$dir/f.out" > "$dir/f.txt"
cmp -s "$dir/e.txt" "$dir/f.txt" || fail "a resumed run differs from one that never stopped"

# Wrong input: status 1, a message, and the old checkpoint survives.
before=$(cksum < "$dir/a/checkpoint.safetensors")
: > "$dir/empty"
expect() {
  local want=$1
  shift
  if "$program" --dir "$dir/a" "$@" > "$dir/out" 2> "$dir/err"; then fail "no error for $*"; fi
  grep -q -- "$want" "$dir/err" || fail "expected '$want' for $*, got: $(cat "$dir/err")"
}
expect 'no such file' --text "$dir/none"
expect 'the file is empty' --text "$dir/empty"
expect 'not a regular file' --text "$dir"
expect 'no plugin provides device nosuch' --text "$text" --device nosuch
expect 'expected a number' --steps many
expect 'was made with seed' --text "$text" --seed 6 --steps 6 "${small[@]}" --resume
[ "$before" = "$(cksum < "$dir/a/checkpoint.safetensors")" ] || fail "the checkpoint changed"
head -c 1000 "$dir/a/checkpoint.safetensors" > "$dir/b/checkpoint.safetensors"
if run --steps 6 --dir "$dir/b" --resume > /dev/null 2> "$dir/err"; then fail "a damaged checkpoint was taken"; fi
grep -q 'safetensors' "$dir/err" || fail "no clear error for a damaged checkpoint: $(cat "$dir/err")"
echo "train_text: repetition, resumption, devices and errors as promised"
