#!/usr/bin/env bash
# Repeats every experiment with the tools of build/bin: tables and figures beside the scripts, claims checked.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$here/../../build/bin:$PATH
failed=0
for script in "$here"/*/*.py; do
  echo "== ${script#"$here"/}"
  "$script" --check || failed=1
done
exit $failed
