#!/usr/bin/env bash
# package.sh SOURCE BUILD: makes the Debian package, looks into it, and builds a plugin with what it holds.
set -euo pipefail
source=$1
build=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(cd "$scratch" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch/packages" >"$scratch/log" 2>&1) ||
  { tail -40 "$scratch/log"; exit 1; }
package=$(ls "$scratch"/packages/switchyard_*.deb)
dpkg-deb -I "$package" >"$scratch/about"
dpkg-deb -c "$package" | awk '{print $1, $2, $6}' >"$scratch/contents"
about() { grep -qE -- "$1" "$scratch/about" || { echo "the package does not say '$1':"; cat "$scratch/about"; exit 1; }; }
holds() { grep -qE -- " $1\$" "$scratch/contents" || { echo "the package lacks $1:"; cat "$scratch/contents"; exit 1; }; }
about '^ Package: switchyard$'
about "^ Version: $(sed -n 's/^project(Switchyard VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")"
about '^ Architecture: '
about '^ Depends: .*libc6 '
about 'libdnnl'
plugins="cpu reference simulator"
if [ -f "$build/lib/switchyard/plugins/switchyard_opencl.so" ]; then plugins+=" opencl"; fi  # where its headers are
for plugin in $plugins; do
  holds "\./usr/lib/(.*/)?switchyard/plugins/switchyard_$plugin\.so"
  holds "\./usr/lib/(.*/)?switchyard/plugins/switchyard_$plugin\.conformance\.yaml"
done
for library in dispatcher ops autograd frontend; do holds "\./usr/lib/(.*/)?libswitchyard_$library\.so"; done
for file in bin/switchyard bin/switchyard-codegen \
  include/switchyard/abi/plugin.h include/switchyard/sdk/plugin.h include/switchyard/sdk/note.h \
  include/switchyard/sdk/ops/add.h include/switchyard/sdk/c/add.h include/switchyard/switchyard.h \
  'lib/(.*/)?cmake/Switchyard/SwitchyardConfig.cmake' 'lib/(.*/)?cmake/Switchyard/SwitchyardPlugin.cmake' \
  'lib/(.*/)?cmake/Switchyard/exports.map' share/switchyard/schema/reduction.yaml; do
  holds "\./usr/$file"
done
# Nothing of tests, nothing outside of /usr, nothing that others may write to, nothing that names the build.
if grep -vE ' \./(usr/.*)?$' "$scratch/contents"; then echo "outside of /usr"; exit 1; fi
if grep -E '_test|/gtest|planted|/kept' "$scratch/contents"; then echo "of the tests"; exit 1; fi
if grep -E '^[d-].......w' "$scratch/contents"; then echo "writable by everyone"; exit 1; fi
dpkg-deb -x "$package" "$scratch/root"
if grep -rlF "$build" "$scratch/root/usr/lib"/*/cmake "$scratch/root/usr/lib/cmake" "$scratch/root/usr/include" 2>/dev/null; then
  echo "names the build's folder"; exit 1
fi

tool="$scratch/root/usr/bin/switchyard"
export SWITCHYARD_PLUGINS=
"$tool" devices >"$scratch/devices"
grep -q '^cpu:0' "$scratch/devices" || { cat "$scratch/devices"; exit 1; }
"$tool" devices --why | grep -qF "$scratch/root/usr/lib" || { echo "its plugins are not those of the package"; exit 1; }
"$tool" new-plugin npu "$scratch/npu" >/dev/null
cd "$scratch/npu"
cmake -B build -DCMAKE_PREFIX_PATH="$scratch/root/usr" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake --build build >"$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
ctest --test-dir build --output-on-failure >"$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
