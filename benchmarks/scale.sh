#!/usr/bin/env bash
# Compiles synthetic binary networks of 1 to 100 million weights and prints
# time and peak memory of each, and how long the passes that choose schedules,
# cut, place and order tiles took. Needs Debian's `time` and python3-onnx.
#
#   benchmarks/scale.sh [BUILD_DIR]        (default: build)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(cd "${1:-$here/../build}/bin" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile NAME MODEL OPTION...
compile() {
  local name=$1 model=$2
  shift 2
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' \
    "$tools/bnn-compile" "$model" -o "$work/scale.rimg" --quiet --report "$work/report.json" --mlir-timing "$@" 2>"$work/passes"
  read -r wall user system memory <"$work/time"
  awk -v n="$name" -v b="$(stat -c %s "$model")" -v e="$wall" -v u="$user" -v s="$system" -v m="$memory" \
    -v used="$(sed -n 's/^  "subarrays": \([0-9]*\),/\1/p' "$work/report.json")" \
    -v least="$(sed -n 's/^  "packingBound": \([0-9]*\),/\1/p' "$work/report.json")" \
    '/RRAMPlace/ { place = $1 } /RRAM(ChooseSchedule|Tile|Order)/ { schedule += $1 }
     END { printf "%-24s %9.1f %8.2f %8.2f %11.0f %8.3f %12.3f %10d %8d\n", n, b / 1e6, e, u + s, m / 1024 * 1.048576,
                  place, schedule, used, least }' "$work/passes"
}

printf '%-24s %9s %8s %8s %11s %8s %12s %10s %8s\n' weights 'ONNX, MB' 'wall, s' 'CPU, s' 'memory, MB' 'place, s' \
  'schedule, s' subarrays 'at least'
for weights in 1e6 3e6 1e7 3e7 1e8; do
  /usr/bin/python3 "$here/make_scale_model.py" "$weights" "$work/scale.onnx" >/dev/null
  compile "$weights" "$work/scale.onnx"
done
/usr/bin/python3 "$here/make_scale_model.py" 1e8 "$work/scale.onnx" --ragged >/dev/null
compile '1e8, odd sizes' "$work/scale.onnx"
compile '1e8, odd, masked columns' "$work/scale.onnx" --target ideal
compile '1e8, odd, s2p' "$work/scale.onnx" --target ideal --schedule s2p
compile '1e8, odd, latency' "$work/scale.onnx" --optimize-for latency
