#!/usr/bin/env bash
# privileged.sh TOOL FOLDER: a process that runs with more rights than its user takes nothing from the environment.
set -euo pipefail
tool=$1
copy=$2/privileged_switchyard
group=$(id -G | tr ' ' '\n' | grep -vx "$(id -g)" | head -1 || true)
if [ "$(id -u)" -eq 0 ]; then group=65534; fi
[ -n "$group" ] || { echo "needs root, or a user in two groups"; exit 77; }
package=$("$tool" devices --why | sed -n 's/^ *package \(.*\): [0-9]* files*$/\1/p')
[ -d "$package" ] || { echo "no folder of the package: $package" >&2; exit 1; }
mode=$(stat -c %a "$package")
trap 'chmod "$mode" "$package"; rm -rf "$copy" "$copy.d"' EXIT
rm -rf "$copy" "$copy.d"
cp "$tool" "$copy"
chgrp "$group" "$copy"
chmod g+s "$copy"
mkdir -p "$copy.d/switchyard/plugins"
echo "no library" >"$copy.d/switchyard/plugins/bad.so"
expect() {  # text, program
  local output
  output=$(SWITCHYARD_PLUGINS="$copy.d/switchyard/plugins" XDG_DATA_HOME="$copy.d" "$2" devices --why)
  grep -qF -- "$1" <<<"$output" || { echo "no '$1' in: $output" >&2; exit 1; }
}
expect "bad.so (SWITCHYARD_PLUGINS): not a shared library" "$tool"
expect "SWITCHYARD_PLUGINS: ignored, because this process is privileged" "$copy"
expect "user $copy.d/switchyard/plugins: ignored, because this process is privileged" "$copy"
if SWITCHYARD_PLUGINS="$copy.d/switchyard/plugins" XDG_DATA_HOME="$copy.d" "$copy" devices --why | grep -F bad.so; then
  echo "a privileged process looked at a file that the environment names" >&2
  exit 1
fi
# OpenCL's loader would take libraries from the environment.
if [ -e "$package/switchyard_opencl.so" ]; then
  expect "switchyard_opencl.so (package): declined: this process is privileged" "$copy"
fi
# What the tool's group may write to, only a privileged process minds.
chmod g+w "$package"
expect "package $package: $package is writable by its group" "$copy"
expect "switchyard_cpu.so (package): loaded as cpu" "$tool"
