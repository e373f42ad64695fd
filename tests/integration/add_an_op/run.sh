#!/usr/bin/env bash
# Does what docs/add_an_op.md says, in a scratch copy: one YAML entry and one kernel file, then calls the operator.
set -euo pipefail
source=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$source"/{CMakeLists.txt,CMakePresets.json,cmake,codegen,dispatcher,ops,plugins,autograd,frontend,tools,tests} "$scratch"
here="$source/tests/integration/add_an_op"
{ echo; cat "$here/softsign.yaml"; } >> "$scratch/ops/schema/pointwise_unary.yaml"
cp "$here/softsign.cpp" "$scratch/plugins/reference/kernels/"
# The preset of the tests, so that the compiler cache knows most of it.
cmake -S "$scratch" --preset dev -DSWITCHYARD_BUILD_TESTS=OFF -DSWITCHYARD_BUILD_EXAMPLES=OFF > "$scratch/log" ||
  { cat "$scratch/log"; exit 1; }
ninja -C "$scratch/build/dev" switchyard_tool reference cpu > "$scratch/log" || { tail -40 "$scratch/log"; exit 1; }
tool="$scratch/build/dev/bin/switchyard"
answer=$("$tool" call softsign --arg 'self=[1.0, -3.0]' --device reference --grad self --json)
echo "$answer"
[[ "$answer" == *'"data":[0.5,-0.75]'* && "$answer" == *'"data":[0.25,0.0625]'* ]]
"$tool" ops --op softsign | grep -q 'kernel on reference'
