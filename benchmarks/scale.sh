#!/usr/bin/env bash
# Compiles synthetic binary networks of 1 to 100 million weights and prints
# time and peak memory of each. Needs Debian's `time` and python3-onnx.
#
#   benchmarks/scale.sh [BUILD_DIR]        (default: build)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(cd "${1:-$here/../build}/bin" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%10s %12s %10s %10s %12s\n' weights 'ONNX, MB' 'wall, s' 'CPU, s' 'memory, MB'
for weights in 1e6 3e6 1e7 3e7 1e8; do
  model=$work/$weights.onnx
  /usr/bin/python3 "$here/make_scale_model.py" "$weights" "$model" >/dev/null
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' \
    "$tools/bnn-compile" "$model" -o "$work/scale.rimg" --quiet
  read -r wall user system memory <"$work/time"
  awk -v w="$weights" -v b="$(stat -c %s "$model")" -v e="$wall" -v u="$user" -v s="$system" -v m="$memory" \
    'BEGIN { printf "%10s %12.1f %10.2f %10.2f %12.0f\n", w, b / 1e6, e, u + s, m / 1024 * 1.048576 }'
  rm -f "$model" "$work/scale.rimg"
done
