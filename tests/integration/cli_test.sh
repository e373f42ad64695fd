#!/usr/bin/env bash
# The command-line tool: what its commands print, and how they fail. Usage: cli_test.sh path/to/switchyard folder/of/case/plugins source/tree
set -u
tool=$1
cases=$2
source=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}
# expect STATUS TEXT COMMAND...: the exit status, and a text that standard output or error must hold.
expect() {
  local status=$1 text=$2 got output
  shift 2
  output=$("$@" 2>&1 </dev/null)
  got=$?
  [ "$got" -eq "$status" ] || fail "$*: exit status $got, expected $status: $output"
  grep -qF -- "$text" <<<"$output" || fail "$*: no '$text' in: $output"
}

# call
expect 0 'tensor([21, 42, 63], dtype=i64)' "$tool" call add --arg 'self=[1, 2, 3]' --arg 'other=[10, 20, 30]' --arg alpha=2
expect 0 '{"ok":true,"outputs":[{"dtype":"i64","shape":[2],"data":[4,6]}]}' \
  "$tool" call add --arg 'self=[1, 2]' --arg 'other=[3, 4]' --json
expect 0 '"data":[4,6]' "$tool" call add --arg 'self=[1, 2]' --arg 'other=[3, 4]' --device simulator --json
expect 0 '' "$tool" call add --arg 'self=[1, 2]' --arg other=0.5 --out "$folder/sum.npy"
expect 0 '[3., 5.]' "$tool" call mul --arg "self=$folder/sum.npy" --arg other=2
expect 0 '' "$tool" call mul --arg 'self=[1.0, 2.0]' --arg 'other=[3.0, 4.0]' --out "$folder/y.npy" --grad self --grad-out "$folder/g.npy"
expect 0 '[3., 4.]' "$tool" call neg --arg "self=[-3.0, -4.0]"
expect 0 'tensor([-3., -4.], dtype=f32)' "$tool" call neg --arg "self=$folder/g.npy"
expect 1 'no operator is called "nosuch"' "$tool" call nosuch
expect 1 'add: argument self is missing' "$tool" call add
expect 1 '"code":"invalid_argument"' "$tool" call add --arg 'self=[1, 2]' --arg 'other=[1, 2, 3]' --json
expect 1 'cannot broadcast argument other' "$tool" call add --arg 'self=[1, 2]' --arg 'other=[1, 2, 3]'
expect 1 'cannot be opened' "$tool" call exp --arg "self=$folder/none.npy"
head -c 70 "$folder/sum.npy" >"$folder/short.npy"
expect 1 'not a valid .npy file' "$tool" call exp --arg "self=$folder/short.npy"
expect 1 'no plugin provides device nowhere:0' "$tool" call exp --arg 'self=[1.0]' --device nowhere
expect 2 'which operator?' "$tool" call

# call --batch: one answer per line that is not blank, whatever the line
deep=$(printf '[%.0s' $(seq 100000))
shut=$(printf ']%.0s' $(seq 100000))
cat >"$folder/requests" <<END
{"op":"add","args":{"self":[1,2],"other":[3,4]}}
{"op":

null
[]
{"args":{}}
{"op":7}
{"op":"nosuch","args":{}}
{"op":"add"}
{"op":"add","args":{"self":[[1,2],[3]],"other":1}}
{"op":"add","args":{"self":[1,2],"other":[3,4],"x":1}}
{"op":"exp","args":{"self":{"dtype":"f99","data":[0]}}}
{"op":"exp","args":5}
{"op":"exp","args":{"self":[1e400]}}
{"op":"exp","args":{"self":{"dtype":"f32","shape":[2,2],"data":[0]}}}
{"op":"full","args":{"size":[1000000000,1000000000],"fill_value":1}}
{"op":"exp","args":{"self":$deep}}
{"op":"exp","args":{"self":{"dtype":$deep$shut,"data":[0]}}}
$(printf '\377\376{"op":1}')
{"op":"exp","args":{"self":{"dtype":"f32","data":[0]}}}
END
requests=$(grep -ac . "$folder/requests")
"$tool" call --batch <"$folder/requests" >"$folder/answers" 2>"$folder/errors" || fail "call --batch: exit status $?"
[ "$(wc -l <"$folder/answers")" -eq "$requests" ] || fail "call --batch: $(wc -l <"$folder/answers") answers to $requests requests"
[ "$(sed -n 1p "$folder/answers")" = '{"ok":true,"outputs":[{"dtype":"i64","shape":[2],"data":[4,6]}]}' ] || fail "first answer"
[ "$(sed -n '$p' "$folder/answers")" = '{"ok":true,"outputs":[{"dtype":"f32","shape":[1],"data":[1.0]}]}' ] || fail "last answer"
[ "$(grep -c '^{"ok":false,"error":{"code":"[a-z_]*","message":".*"}}$' "$folder/answers")" -eq $((requests - 2)) ] ||
  fail "answers to malformed lines: $(cat "$folder/answers")"
for text in 'not valid JSON' 'expected a JSON object' '\"op\" is missing' 'the nested lists are ragged' 'no argument is called x' \
  'unknown dtype \"f99\"' 'needs 4 numbers, got 1' 'too many elements'; do
  grep -qF -- "$text" "$folder/answers" || fail "call --batch: no answer says '$text'"
done
printf '{"op":"neg","args":{"self":[1]}}' | "$tool" call --batch | grep -qF '"data":[-1]' || fail "a last line without newline"

# ops
expect 0 'add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor' "$tool" ops --op add
expect 0 'derivative: self: reduce_to(grad, self); other: reduce_to(grad * alpha, other)' "$tool" ops --op add
expect 0 'kernel on reference: bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 (plugin reference)' "$tool" ops --op add
expect 0 '"name": "add"' "$tool" ops --op add --json
expect 0 'matmul(Tensor self, Tensor other) -> Tensor' "$tool" ops
expect 1 'no operator is called "nosuch"' "$tool" ops --op nosuch

# devices
for device in cpu:0 reference:0 simulator:0 simulator:1; do
  expect 0 "\"device\": \"$device\"" "$tool" devices --json
  expect 0 "$device" "$tool" devices
done
expect 0 'switchyard_cpu.so (package): loaded as cpu' "$tool" devices --why
expect 0 'system /usr/lib/switchyard/plugins: ' "$tool" devices --why
expect 0 '"places"' "$tool" devices --json
# The dynamic linker knows our libraries by names relative to where a program started; that is no place for plugins.
here=$PWD
cd "$(dirname "$(ldd "$tool" | awk '$1 ~ /^libswitchyard_dispatcher/ {print $3}')")" || exit 1
expect 0 'package ./libswitchyard_dispatcher.so: not an absolute path: see LD_LIBRARY_PATH' \
  env LD_LIBRARY_PATH=. "$tool" devices --why
cd "$here" || exit 1
mkdir -m 777 "$folder/open"
cp "$cases/plain.so" "$folder/open"
expect 0 "open is writable by everyone" env SWITCHYARD_PLUGINS="$folder/open" "$tool" devices
expect 0 "plain:0" env SWITCHYARD_PLUGINS="$cases/plain.so" "$tool" devices
for bad in 'trap: ends the process in its static initialisers (killed by signal' 'trap_init: ends the process in its init' \
  'leaves: ends the process in its static initialisers (exit status 3)' 'needs_another: cannot be opened: libsy_missing.so' \
  'declining: declined: no such hardware here'; do
  name=${bad%%:*}
  expect 0 "$cases/$name.so (SWITCHYARD_PLUGINS): ${bad#*: }" env SWITCHYARD_PLUGINS="$cases/$name.so" "$tool" devices
  expect 0 "cpu:0" env SWITCHYARD_PLUGINS="$cases/$name.so" "$tool" devices
done

# commands; wrong arguments are status 2
expect 0 'conformance' "$tool" --help
expect 2 'subcommand is required' "$tool"
expect 2 'none.so' "$tool" conformance --plugin "$folder/none.so"
expect 2 'half not in' "$tool" conformance --device cpu --tier half
expect 2 '--nosuch' "$tool" ops --nosuch
expect 2 'no command is called "plugins"; there are devices' "$tool" plugins

# new-plugin: the files of plugins/template under the new name
template=$source/plugins/template
expect 0 'Wrote plugin template' "$tool" new-plugin template "$folder/same"
diff -r "$template" "$folder/same" >&2 || fail "new-plugin template is not plugins/template"
expect 0 'ctest --test-dir build' "$tool" new-plugin npu2 "$folder/npu2"
[ "$(grep -rl npu2 "$folder/npu2" | wc -l)" -eq "$(grep -rlw template "$template" | wc -l)" ] || fail "new-plugin: files that name it"
grep -rnw template "$folder/npu2" >&2 && fail "new-plugin: the template's name is left"
expect 1 "$folder/npu2 exists already" "$tool" new-plugin other "$folder/npu2"
expect 1 'cannot be made: No such file or directory' "$tool" new-plugin other "$folder/none/other"
expect 1 '"my-chip" is no name for a plugin: expected lower-case letters, digits and _' "$tool" new-plugin my-chip "$folder/x"
expect 1 'expected a lower-case letter first' "$tool" new-plugin 2npu "$folder/x"
expect 1 'a device of Switchyard has this name' "$tool" new-plugin cpu "$folder/x"
expect 1 'CMake has a target of this name' "$tool" new-plugin test "$folder/x"
expect 1 'has 40 characters, expected at most 39' "$tool" new-plugin "$(printf 'a%.0s' $(seq 40))" "$folder/x"
expect 1 'it is empty' "$tool" new-plugin '' "$folder/x"
[ ! -e "$folder/x" ] || fail "new-plugin: a refused name left a directory"
expect 2 'dir is required' "$tool" new-plugin npu

# explain
expect 0 'chosen    kernel of plugin cpu' "$tool" explain add --arg 'self=[1.0]' --arg 'other=[2.0]'
expect 0 'layers    autograd' "$tool" explain add --arg 'self=[1.0]' --arg 'other=[2.0]' --grad self
expect 0 'add  on simulator:0' "$tool" explain add --arg 'self=[1.0]' --arg 'other=[2.0]' --device simulator
expect 1 'add: argument self is missing' "$tool" explain add

[ "$failures" -eq 0 ] || { echo "$failures failure(s)" >&2; exit 1; }
echo "all checks passed"
