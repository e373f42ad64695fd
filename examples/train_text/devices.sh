#!/usr/bin/env bash
# The first 20 losses on another device are those on the CPU, within 1e-3, and the held-out loss in the end within 1 %.
set -euo pipefail
program=$1
device=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for i in $(seq 400); do echo "line $i of a text that repeats itself, but not quite: $((i * 7919 % 104729))"; done > "$dir/text"
run() {
  "$program" --text "$dir/text" --seed 5 --context 16 --width 16 --layers 1 --batch 2 --steps 20 --print-losses 20 \
    --dir "$dir/$1" --device "$1" > "$dir/$1.out"
  grep '^step' "$dir/$1.out" > "$dir/$1.txt"
  awk '$1 == "transformer" {print $2}' "$dir/$1.out" > "$dir/$1.held_out"
}
run cpu
run "$device"
[ "$(wc -l < "$dir/$device.txt")" -eq 20 ] || { echo "FAILED: expected 20 losses" >&2; exit 1; }
paste "$dir/cpu.txt" "$dir/$device.txt" |
  awk '{d = $4 - $8; if (d < 0) d = -d; if (d > m) m = d; good += $4 + 0 > 0 && $8 + 0 > 0 && d <= 1e-3}
       END {print "largest difference of the losses: " m; exit (good != 20)}'
paste "$dir/cpu.held_out" "$dir/$device.held_out" |
  awk '{d = $1 - $2; if (d < 0) d = -d; print "held-out losses: " $1 ", " $2; ok = NF == 2 && $1 + 0 > 0 && $2 + 0 > 0 && d <= 0.01 * $1}
       END {exit !(NR == 1 && ok)}'
