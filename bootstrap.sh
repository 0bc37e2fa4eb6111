#!/usr/bin/env bash
# Sets the project up on Debian 12, builds it, shows it and tests it.
# Everything it does can be repeated: what is there already is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'END'
usage: ./bootstrap.sh COMMAND

  build    install what is missing, configure and build into build/
  demo     build, then compile a trained network and run it on a simulated chip
  test     build, then run everything the project tests (half an hour from cold)
  tidy     build, then run clang-tidy over the tree
  packages install what is missing, nothing more

Debian 12, as root or with sudo. The tools are in build/bin/ afterwards.

environment
  JOBS=N           compile and test N at a time (default: one per processor)
  FUZZ_SECONDS=N   length of each fuzz run of `test` (default 20)
  NO_INSTALL=1     never install anything, only say what is missing
END
}

jobs=${JOBS:-$(nproc)}
# Its package holds the library for Linux, so that no install script need run.
oracle_version=1.16.3
passed=0
failed=0

build_packages=(
  cmake ninja-build git
  clang-22 lld-22 libclang-rt-22-dev clang-format-22 clang-tidy-22
  llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  libonnx-dev libprotobuf-dev protobuf-compiler zlib1g-dev
  libfmt-dev libtbb-dev libhwy-dev libgmp-dev libmpfr-dev
  libgtest-dev libbenchmark-dev librandom123-dev libboost-math-dev libopenmpi-dev
)
test_packages=(python3 python3-numpy python3-onnx python3-pil libonnx-testdata ngspice
  gcc-arm-none-eabi make qemu-system-arm verilator g++ chromium)

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() {
  printf 'bootstrap.sh: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# install PACKAGE...: those that are missing, in one go.
install() {
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  [[ -z ${NO_INSTALL:-} ]] || die "missing packages: ${missing[*]}"
  [[ $(id -u) == 0 ]] || command -v sudo >/dev/null ||
    die "installing ${missing[*]} needs root or sudo"
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

packages() {
  command -v apt-get >/dev/null || die "this script knows Debian 12 only; README.md lists what to install"
  install "${build_packages[@]}"
}

# build PRESET DIRECTORY TARGET...
build() {
  local preset=$1 directory=$2
  shift 2
  local launcher=()
  if command -v ccache >/dev/null; then
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  say "Building $directory (preset $preset, $jobs at a time)"
  mkdir -p "$directory"
  cmake --preset "$preset" "${launcher[@]}" >"$directory/configure.log" 2>&1 ||
    { tail -30 "$directory/configure.log"; die "configuring failed; see $directory/configure.log"; }
  cmake --build "$directory" --parallel "$jobs" --target "$@" ||
    die "building $directory failed"
}

demo() {
  local network=models/digits image=build/demo/digits.rimg
  mkdir -p build/demo
  say "Compiling $network/digits-bnn.onnx for 32x32 arrays"
  note "bnn-compile $network/digits-bnn.onnx --input image=u5 --array 32x32 -o $image"
  build/bin/bnn-compile $network/digits-bnn.onnx --input image=u5 --array 32x32 -o $image
  say "Classifying its evaluation set on the simulated chip"
  note "bnn-sim $image --inputs $network/eval.npz:images --labels $network/eval.npz:labels"
  build/bin/bnn-sim $image --inputs $network/eval.npz:images --labels $network/eval.npz:labels
  say "The network itself"
  note "accuracy $(sed -n 's/.*"accuracy_percent": \([0-9.]*\).*/\1/p' $network/accuracy.json) %" \
    "of $(sed -n 's/.*"samples": \([0-9]*\).*/\1/p' $network/accuracy.json) images," \
    "computed by $(sed -n 's/.*"computed_by": "\(.*\)".*/\1/p' $network/accuracy.json)"
}

# The independent runtime of the oracle tests; without it they are skipped.
oracle() {
  local folder=build/oracle
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    (install nodejs npm) || note "no node: the tests against ONNX Runtime are skipped"
  fi
  command -v npm >/dev/null || return 0
  [[ -d $folder/node_modules/onnxruntime-node ]] && return 0
  [[ -z ${NO_INSTALL:-} ]] || return 0
  say "Installing ONNX Runtime $oracle_version for node into $folder"
  mkdir -p $folder
  echo '{"private": true}' >$folder/package.json
  npm install --prefix $folder --ignore-scripts --no-audit --no-fund --loglevel=error \
    onnxruntime-node@$oracle_version ||
    { rm -rf $folder/node_modules; note "not available: the tests against ONNX Runtime are skipped"; }
}

# check NAME COMMAND...: one test outside lit.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    note "PASS: $name"
  else
    failed=$((failed + 1))
    note "FAIL: $name"
  fi
}

# run_lit DIRECTORY: every test of a build tree, added to the counts.
run_lit() {
  local directory=$1 lit=/usr/lib/llvm-22/bin/lit counts
  [[ -x $lit ]] || lit=lit
  say "Testing $directory"
  rm -f "$directory/lit.json"
  "$lit" -sv -j "$jobs" --output "$directory/lit.json" "$directory/test" || true
  if counts=$(/usr/bin/python3 - "$directory/lit.json" <<'END'
import collections, json, sys
codes = collections.Counter(t["code"] for t in json.load(open(sys.argv[1]))["tests"])
good = codes.pop("PASS", 0) + codes.pop("XFAIL", 0)
neutral = sum(codes.pop(c, 0) for c in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"))
print(good, sum(codes.values()), neutral)
END
  ); then
    read -r good bad neutral <<<"$counts"
    passed=$((passed + good))
    failed=$((failed + bad))
    note "$directory: $good passed, $bad failed, $neutral not supported here"
    ((good + bad > 0)) || failed=$((failed + 1))
  else
    failed=$((failed + 1))
    note "FAIL: $directory/test gave no result"
  fi
}

formatted() {
  git ls-files -z '*.h' '*.cpp' | xargs -0 clang-format-22 --dry-run --Werror
}

# fuzz TARGET: a short run over the seeds kept in the tree.
fuzz() {
  local target=$1 name corpus
  name=$(basename "$target")
  corpus=build-sanitize/corpus/$name
  mkdir -p "$corpus"
  local folders=("$corpus")
  [[ -d test/fuzz/Inputs/$name ]] && folders+=("test/fuzz/Inputs/$name")
  "$target" -max_total_time="${FUZZ_SECONDS:-20}" -rss_limit_mb=4096 -timeout=20 -verbosity=0 \
    -print_final_stats=0 -artifact_prefix="build-sanitize/$name-" "${folders[@]}" \
    >"build-sanitize/$name.log" 2>&1 || { tail -40 "build-sanitize/$name.log"; return 1; }
}

run_tests() {
  # Whatever happens, the last line says how it ended.
  trap 'status=$?; ((status == 0 || failed > 0)) || failed=1; echo "$passed passed, $failed failed"; exit $((failed > 0))' EXIT
  packages
  install "${test_packages[@]}"
  oracle
  say "Checking the format of the sources"
  check clang-format formatted

  build release build all bnn-unittests
  run_lit build

  # Debug with AddressSanitizer and UndefinedBehaviorSanitizer; every bnn-opt
  # prints and parses its output again, the pass manager verifies after each pass.
  build sanitize build-sanitize all bnn-unittests
  export BNN_VERIFY_ROUNDTRIP=1
  # The installed LLVM and MLIR are not instrumented: what they unpoison in
  # allocators and containers that they share with us goes unseen.
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:allocator_may_return_null=1:allow_user_poisoning=0:detect_container_overflow=0}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  run_lit build-sanitize

  say "Fuzzing, ${FUZZ_SECONDS:-20} seconds each"
  local target
  for target in build-sanitize/bin/*-fuzzer; do
    if [[ -x $target ]]; then
      check "$(basename "$target")" fuzz "$target"
    fi
  done
}

tidy() {
  say "Running clang-tidy"
  git ls-files 'lib/*.cpp' 'tools/*.cpp' |
    xargs -P "$jobs" -n 4 clang-tidy-22 -p build --quiet
}

case ${1:-} in
build)
  packages
  build release build all
  say "Done: the tools are in build/bin/"
  ;;
demo)
  packages
  build release build bnn-compile bnn-sim
  demo
  ;;
test) run_tests ;;
tidy)
  packages
  build release build all
  tidy
  ;;
packages)
  packages
  install "${test_packages[@]}"
  ;;
-h | --help | help) usage ;;
*)
  usage >&2
  exit 1
  ;;
esac
