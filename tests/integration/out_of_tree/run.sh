#!/usr/bin/env bash
# Installs the build, builds plugins and a program against the installed package alone, and runs them.
set -euo pipefail
source=$1
build=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" > "$scratch/log" || { cat "$scratch/log"; exit 1; }
export CCACHE_BASEDIR="$scratch" CCACHE_NOHASHDIR=1
cmake -S "$source/tests/integration/out_of_tree" -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_PREFIX_PATH="$scratch/prefix" -DSWITCHYARD_SOURCE="$source" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
ninja -C "$scratch/build" > "$scratch/log" || { tail -40 "$scratch/log"; exit 1; }
plugins="$scratch/build/lib/switchyard/plugins"
export SWITCHYARD_PLUGINS="$plugins"
"$scratch/prefix/bin/switchyard" devices --json > "$scratch/devices"
for plugin in cpu reference; do
  grep -q "$plugins/switchyard_$plugin.so" "$scratch/devices" || { cat "$scratch/devices"; exit 1; }
  exported=$(nm -D --defined-only "$plugins/switchyard_$plugin.so" | awk '$2 ~ /[A-Z]/ {print $3}' | grep -v '^sy_plugin_query$' || true)
  [ -z "$exported" ] || { echo "plugin $plugin exports more than its query: $exported"; exit 1; }
done
"$scratch/prefix/bin/switchyard" call mm --arg 'self=[[1.0, 2.0]]' --arg 'mat2=[[3.0], [4.0]]' --device cpu | grep -q 11
"$scratch/build/program"

# The template, as its README and the head of its CMakeLists.txt say.
cp -r "$source/plugins/template" "$scratch/my_plugin"
cd "$scratch/my_plugin"
sed -i '/^# In your own repository/d; s/^#   //' CMakeLists.txt
cmake -B build -DCMAKE_PREFIX_PATH="$scratch/prefix" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake --build build > "$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
SWITCHYARD_PLUGINS=$PWD/build/lib/switchyard/plugins "$scratch/prefix/bin/switchyard" devices | grep '^template:0'
