#!/usr/bin/env bash
# Builds a plugin against the installed Switchyard, runs the conformance kit, and compares with the last report.
# Usage: conformance.sh NAME PREFIX REPORTS [BUILD]
#   NAME     of the plugin: its library is switchyard_NAME.so
#   PREFIX   where Switchyard is installed
#   REPORTS  folder of the reports; baseline.json in it, if there is one, is the last one
#   BUILD    build folder (build)
# Exit status: that of `switchyard conformance`, but 0 where this machine has no device to test.
set -euo pipefail
name=$1
prefix=$2
reports=$3
build=${4:-build}
mkdir -p "$reports"

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$build"
plugin=$build/lib/switchyard/plugins/switchyard_$name.so

baseline=()
if [ -f "$reports/baseline.json" ]; then
  baseline=(--baseline "$reports/baseline.json")
fi
status=0
"$prefix/bin/switchyard" conformance --plugin "$plugin" --jobs "$(nproc)" \
  --json "$reports/conformance.json" --html "$reports/conformance.html" "${baseline[@]}" || status=$?
if [ "$status" -eq 77 ]; then
  echo "conformance: skipped, no device on this machine"
  rm -f "$reports/conformance.json"  # of nothing: not to be the next baseline
  exit 0
fi
exit "$status"
