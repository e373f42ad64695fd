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
# ci VARIABLE=VALUE...: the script as the workflow calls it; its exit status in $status.
ci() {
  status=0
  env "$@" "$source/examples/conformance_ci/conformance.sh" template "$scratch/prefix" "$scratch/reports" \
    > "$scratch/log" 2>&1 || status=$?
}
fail() { echo "$*: status $status"; grep REGRESSION "$scratch/log"; tail -40 "$scratch/log"; exit 1; }
report="$scratch/reports/conformance.json"
baseline="$scratch/reports/baseline.json"

# The template has hardly a kernel: most operators fail without the CPU. On main its report is kept all the same.
ci KEEP_REPORT=true
[ "$status" -eq 1 ] || fail "the first run"
grep -q '"ran": "kernel"' "$report" || fail "no kernel in the report"
grep -q '<table class="matrix">' "$scratch/reports/conformance.html" || fail "no table in the report"
cmp "$report" "$baseline" || fail "the first report is no baseline"

# A pull request is held to it, and keeps nothing.
cp "$baseline" "$scratch/first"
ci
[ "$status" -eq 0 ] || fail "the second run, held to the first"
cmp -s "$report" "$baseline" && fail "the report of a pull request was kept"
ci KEEP_REPORT=true
[ "$status" -eq 0 ] || fail "the third run, on main"
cmp "$report" "$baseline" || fail "a report that passed was not kept"

# What got worse is told, and does not become the baseline.
kernel=$(basename "$(ls kernels/*.cpp | head -1)" .cpp)
cp "kernels/$kernel.cpp" "$scratch/kernel"
printf '#include "switchyard/sdk/kernel.h"\nextern const sy::sdk::KernelTable sy_kernels_%s;\nconst sy::sdk::KernelTable sy_kernels_%s = {nullptr, 0};\n' \
  "$kernel" "$kernel" > "kernels/$kernel.cpp"
cp "$baseline" "$scratch/before"
ci KEEP_REPORT=true
[ "$status" -eq 1 ] || fail "without its kernel"
grep -q "^REGRESSION .*$kernel" "$scratch/log" || fail "no regression of $kernel"
cmp "$baseline" "$scratch/before" || fail "a regression became the baseline"
cp "$scratch/kernel" "kernels/$kernel.cpp"

# Without the device: skipped, and no report is left; failed where the machine should have it.
sed -i 's/^constexpr sy_backend kBackend = \(.*\);$/sy_backend without_device() {\n  sy_backend b = \1;\n  b.device_count = [](void*, std::int32_t* count) -> sy_status { return *count = 0, SY_OK; };\n  return b;\n}\nconst sy_backend kBackend = without_device();/' plugin.cpp
ci KEEP_REPORT=true
[ "$status" -eq 0 ] || fail "without a device"
grep -q 'skipped, no device' "$scratch/log" || fail "without a device, nothing said"
[ ! -f "$report" ] || fail "without a device, a report"
cmp "$baseline" "$scratch/before" || fail "a skipped run became the baseline"
ci REQUIRE_DEVICE=true
[ "$status" -eq 1 ] || fail "without the device that must be there"
