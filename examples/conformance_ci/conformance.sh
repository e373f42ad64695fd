#!/usr/bin/env bash
# Builds a plugin against the installed Switchyard, runs the conformance kit, and compares with the last report.
# Usage: conformance.sh NAME PREFIX REPORTS [BUILD]
#   NAME     of the plugin: its library is switchyard_NAME.so
#   PREFIX   where Switchyard is installed
#   REPORTS  folder of the reports; baseline.json in it, if there is one, is the last one
#   BUILD    build folder (build)
# Variables:
#   KEEP_REPORT=true     the new report becomes baseline.json: where the run passed, and the first one whatever it says
#   REQUIRE_DEVICE=true  this machine has the device: without it the run fails
# Exit status: that of `switchyard conformance`, but 0 where this machine has no device to test and need not have one.
set -euo pipefail
name=$1
prefix=$2
reports=$3
build=${4:-build}
mkdir -p "$reports"

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$build"
plugin=$build/lib/switchyard/plugins/switchyard_$name.so

rm -f "$reports/conformance.json"
baseline=()
if [ -f "$reports/baseline.json" ]; then
  baseline=(--baseline "$reports/baseline.json")
fi
status=0
"$prefix/bin/switchyard" conformance --plugin "$plugin" --jobs "$(nproc)" \
  --json "$reports/conformance.json" --html "$reports/conformance.html" "${baseline[@]}" || status=$?
if [ "$status" -eq 77 ]; then
  rm -f "$reports/conformance.json"  # of nothing: not to be the next baseline
  if [ "${REQUIRE_DEVICE:-false}" = true ]; then
    echo "conformance: failed, this machine should have the device"
    exit 1
  fi
  echo "conformance: skipped, no device on this machine"
  exit 0
fi
# The first report is kept even with failures: later runs are held to what passed in it.
if [ "$status" -eq 0 ] || { [ "$status" -eq 1 ] && [ "${#baseline[@]}" -eq 0 ]; }; then
  if [ "${KEEP_REPORT:-false}" = true ]; then cp "$reports/conformance.json" "$reports/baseline.json"; fi
fi
exit "$status"
