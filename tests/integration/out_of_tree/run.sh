#!/usr/bin/env bash
# Installs the build, builds plugins, operators and a program against the installed package alone, and runs them.
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
for plugin in cpu reference plain; do
  grep -q "$plugins/switchyard_$plugin.so" "$scratch/devices" || { cat "$scratch/devices"; exit 1; }
  exported=$(nm -D --defined-only "$plugins/switchyard_$plugin.so" | awk '$2 ~ /[A-Z]/ {print $3}' | grep -v '^sy_plugin_query$' || true)
  [ -z "$exported" ] || { echo "plugin $plugin exports more than its query: $exported"; exit 1; }
done
"$scratch/prefix/bin/switchyard" call mm --arg 'self=[[1.0, 2.0]]' --arg 'mat2=[[3.0], [4.0]]' --device cpu | grep -q 11
"$scratch/build/program"

# The plugin in C: its kernel runs, and it needs no C++ library.
"$scratch/prefix/bin/switchyard" call relu --arg 'self=[-1.0, 2.0]' --device plain | grep -qF '[0., 2.]'
if readelf -d "$plugins/switchyard_plain.so" | grep NEEDED | grep -F c++; then echo "the plugin in C needs C++"; exit 1; fi

# The operator of the schema, called, differentiated and boxed. Its function came from the installed generator.
"$scratch/build/custom_schema" > "$scratch/log" || { cat "$scratch/log"; exit 1; }
grep -qF "$scratch/prefix/bin/switchyard-codegen" "$scratch/build/build.ninja" || { echo "another generator was used"; exit 1; }

# A new plugin, from the tool to its own tests.
tool="$scratch/prefix/bin/switchyard"
"$tool" new-plugin my_chip "$scratch/my_chip" > "$scratch/log"
cd "$scratch/my_chip"
unset SWITCHYARD_PLUGINS
cmake -B build -DCMAKE_PREFIX_PATH="$scratch/prefix" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake --build build > "$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
ctest --test-dir build --output-on-failure > "$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
grep -q 'my_chip.conformance .*Passed' "$scratch/log" || { cat "$scratch/log"; exit 1; }
SWITCHYARD_PLUGINS=$PWD/build/lib/switchyard/plugins "$tool" devices | grep '^my_chip:0'
SWITCHYARD_PLUGINS=$PWD/build/lib/switchyard/plugins "$tool" explain relu --arg 'self=[-1.0, 2.0]' --device my_chip |
  grep -q 'kernel of plugin my_chip'
# Its test finds a mistake in its kernel.
sed -i 's/x < 0/x > 0/' kernels/relu.cpp
cmake --build build > "$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
if ctest --test-dir build > "$scratch/log" 2>&1; then echo "a wrong kernel passed"; exit 1; fi
