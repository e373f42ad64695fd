#!/usr/bin/env bash
# Lower never includes higher: abi < dispatcher < ops < autograd < frontend; plugins see abi and sdk alone.
set -euo pipefail
cd "$1"
status=0
forbid() {  # folder, then the include prefixes that it may not use
  local folder=$1
  shift
  for prefix in "$@"; do
    if grep -rnE "#include [\"<]switchyard/$prefix/" "$folder" --include='*.h' --include='*.cpp'; then
      echo "$folder may not include switchyard/$prefix" >&2
      status=1
    fi
  done
}
forbid dispatcher/abi core dispatch loader ops autograd tensor nn optim data io sdk
forbid dispatcher ops autograd tensor nn optim data io sdk
forbid ops autograd tensor nn optim data io sdk
forbid autograd tensor nn optim data io sdk
forbid plugins core dispatch loader ops/ autograd tensor nn optim data io
forbid codegen core loader ops autograd tensor nn optim data io sdk
exit $status
