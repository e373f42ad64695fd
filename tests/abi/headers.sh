#!/usr/bin/env bash
# headers.sh INCLUDE GENERATED CC CXX CLANGXX: each header alone, in every language and dialect that it is for, without a
# warning, by both compilers; and the structs' layouts in C and C++.
set -euo pipefail
include=$1
generated=$2
cc=$3
cxx=$4
clangxx=$5
folder=$(cd "$(dirname "$0")" && pwd)
failures=0
compile() {  # compiler, language, dialect, what it reads from standard input
  "$1" -x "$2" -std="$3" -fsyntax-only -Wall -Wextra -Wpedantic -Werror "${options[@]}" -I"$include" -I"$generated" - ||
    { echo "$1 -std=$3: ${*:4}" >&2; failures=1; }
}

c_headers=(abi/types.h abi/call.h abi/backend.h abi/plugin.h abi/capture.h abi/subgraph.h abi/abi.h sdk/note.h)
mapfile -t indices < <(cd "$generated/switchyard" && ls sdk/c/*.h)
[ ${#indices[@]} -ge 100 ] || { echo "only ${#indices[@]} headers of argument positions" >&2; exit 1; }
mapfile -t sdk < <(cd "$include/switchyard" && ls sdk/*.h)
mapfile -t arguments < <(cd "$generated/switchyard" && ls sdk/ops/*.h)
lines() { printf '#include <switchyard/%s>\n' "$@"; }

for compiler in "$cc c c99" "$cc c c11" "$clangxx c c99" "$clangxx c c11" "$cxx c++ c++17" "$cxx c++ c++20" \
  "$clangxx c++ c++17" "$clangxx c++ c++20"; do
  read -r program language dialect <<<"$compiler"
  options=()
  for header in "${c_headers[@]}"; do compile "$program" "$language" "$dialect" "$header" < <(lines "$header"); done
  compile "$program" "$language" "$dialect" "all of sdk/c" < <(lines "${indices[@]}" && echo 'extern int one;')
  [ "$language" = c++ ] || continue
  for header in "${sdk[@]}"; do compile "$program" c++ "$dialect" "$header" < <(lines "$header"); done
  compile "$program" c++ "$dialect" "all of sdk/ops" < <(lines "${arguments[@]}")
done
for compiler in "$cc c c11" "$clangxx c c11" "$cxx c++ c++17" "$clangxx c++ c++20"; do
  read -r program language dialect <<<"$compiler"
  compile "$program" "$language" "$dialect" layout.c <"$folder/layout.c"
done
exit $failures
