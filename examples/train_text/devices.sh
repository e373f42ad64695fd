#!/usr/bin/env bash
# The first 20 losses on another device are those on the CPU, within 1e-3.
set -euo pipefail
program=$1
device=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for i in $(seq 400); do echo "line $i of a text that repeats itself, but not quite: $((i * 7919 % 104729))"; done > "$dir/text"
run() {
  "$program" --text "$dir/text" --seed 5 --context 16 --width 16 --layers 1 --batch 2 --steps 20 --print-losses 20 \
    --dir "$dir/$1" --device "$1" | grep '^step' > "$dir/$1.txt"
}
run cpu
run "$device"
[ "$(wc -l < "$dir/$device.txt")" -eq 20 ] || { echo "FAILED: expected 20 losses" >&2; exit 1; }
paste "$dir/cpu.txt" "$dir/$device.txt" |
  awk '{d = $4 - $8; if (d < 0) d = -d; if (d > m) m = d} END {print "largest difference of the losses: " m; exit (m > 1e-3)}'
