#!/usr/bin/env bash
# Every code block behind "<!-- quoted from FILE -->" must stand in FILE, line by line and in order; blocks that follow
# without a mark of their own belong to the same file.
set -euo pipefail
cd "$1"
status=0
for doc in README.md docs/*.md; do
  awk -v doc="$doc" '
    /^<!-- quoted from / { file = $4; next }
    /^#/ { file = "" }
    /^```/ {
      if (inside) { inside = 0; next }
      inside = 1
      delete lines; n = 0; at = 1
      if (file != "") while ((getline line < file) > 0) lines[++n] = line
      if (file != "") close(file)
      if (file != "" && n == 0) { print doc ": no such file: " file; bad = 1 }
      next
    }
    inside && file != "" {
      while (at <= n && lines[at] != $0) ++at
      if (at > n) { print doc ": not in " file ": " $0; bad = 1; at = 1 }
    }
    END { exit bad }' "$doc" || status=1
done
exit $status
