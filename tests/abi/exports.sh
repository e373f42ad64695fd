#!/usr/bin/env bash
# exports.sh NM FOLDER...: every plugin in the folders exports sy_plugin_query and nothing else, but for cases of those that
# export more.
set -euo pipefail
nm=$1
shift
failures=0
plugins=0
for plugin in $(find "$@" -name '*.so' | sort); do
  exported=$("$nm" -D --defined-only "$plugin" | awk '$2 ~ /[A-Za-z]/ {print $3}')
  expected=sy_plugin_query
  case "$plugin" in
    */no_entry.so) expected= ;;
    */clash_*.so | */lingering.so) continue ;;
  esac
  if [ "$exported" != "$expected" ]; then
    echo "$plugin exports: $exported" >&2
    failures=1
  fi
  plugins=$((plugins + 1))
done
[ "$plugins" -ge 20 ] || { echo "only $plugins plugins found in $*" >&2; exit 1; }
exit $failures
