#!/usr/bin/env bash
# examples/conformance_ci as a foreign repository uses it: the template beside the installed package, a first report, a
# second run held to it, and one that got worse. Usage: conformance_ci.sh SOURCE BUILD
set -euo pipefail
source=$1
build=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" > "$scratch/log" || { cat "$scratch/log"; exit 1; }
export CCACHE_BASEDIR="$scratch" CCACHE_NOHASHDIR=1
cp -r "$source/plugins/template" "$scratch/plugin"
cd "$scratch/plugin"
run() { "$source/examples/conformance_ci/conformance.sh" template "$scratch/prefix" "$scratch/reports" > "$scratch/log" 2>&1; }

status=0
run || status=$?  # the template has hardly a kernel: most operators fail without the CPU
[ "$status" -eq 1 ] || { echo "the first run: status $status"; tail -40 "$scratch/log"; exit 1; }
grep -q '"ran": "kernel"' "$scratch/reports/conformance.json" || { echo "no kernel in the report"; exit 1; }
grep -q '<table class="matrix">' "$scratch/reports/conformance.html"

mv "$scratch/reports/conformance.json" "$scratch/reports/baseline.json"
run || { echo "the second run, held to the first: status $?"; grep REGRESSION "$scratch/log"; tail -20 "$scratch/log"; exit 1; }

kernel=$(basename "$(ls kernels/*.cpp | head -1)" .cpp)
printf '#include "switchyard/sdk/kernel.h"\nextern const sy::sdk::KernelTable sy_kernels_%s;\nconst sy::sdk::KernelTable sy_kernels_%s = {nullptr, 0};\n' \
  "$kernel" "$kernel" > "kernels/$kernel.cpp"
status=0
run || status=$?
[ "$status" -eq 1 ] || { echo "without its kernel: status $status"; tail -40 "$scratch/log"; exit 1; }
grep -q "^REGRESSION .*$kernel" "$scratch/log" || { echo "no regression of $kernel"; tail -40 "$scratch/log"; exit 1; }
