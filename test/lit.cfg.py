"""Configuration of the lit tests: tools, features and substitutions.

Substitutions: %src (root of the source tree), %material (networks and data
kept beside the project, not part of it), %python (a Python with numpy and
onnx), %node and %oracle (node, and the folder of its modules that holds
onnxruntime-node), %mpirun. `bnn-opt` takes --verify-roundtrip as well when the
environment has BNN_VERIFY_ROUNDTRIP=1.
"""

import os
import shutil
import subprocess

import lit.formats

config.name = "bnn"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "fuzz"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.bnn_build_dir, "test")


def works(*command, cwd=None):
    """True if the command can be started and exits with status 0."""
    try:
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def first(candidates, accept):
    """The first candidate that is set and accepted, or None."""
    return next((c for c in candidates if c and accept(c)), None)


# Tools under test come from the build tree, FileCheck, not and split-file from
# LLVM; an installed bnn-sim must never be tested by accident.
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.bnn_build_dir, "bin"), config.llvm_tools_dir,
     os.environ.get("PATH", "/usr/bin:/bin")])
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "HOME", "BNN_VERIFY_ROUNDTRIP"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

if os.environ.get("BNN_VERIFY_ROUNDTRIP") == "1":
    config.substitutions.append(
        (r"(?<![\w/.%-])bnn-opt(?![\w.-])", "bnn-opt --verify-roundtrip"))

config.substitutions.append(("%src", config.bnn_source_dir))

material = first(
    [os.environ.get("BNN_MATERIAL"),
     os.path.join(config.bnn_source_dir, "..", "shared", "material")],
    lambda path: os.path.isdir(os.path.join(path, "models")))
if material:
    config.available_features.add("material")
    config.substitutions.append(("%material", os.path.realpath(material)))

# Debian's Python comes first: another one in PATH often lacks numpy and onnx.
python = first(
    [os.environ.get("BNN_PYTHON"), "/usr/bin/python3", shutil.which("python3")],
    lambda path: works(path, "-c", "import numpy, onnx"))
if python:
    config.available_features.add("python")
    config.substitutions.append(("%python", python))

node = shutil.which("node") or shutil.which("nodejs")
oracle = first(
    [os.environ.get("BNN_ORACLE"),
     os.path.join(config.bnn_build_dir, "oracle"),
     os.path.join(config.bnn_source_dir, "build", "oracle")],
    lambda path: node and os.path.isdir(path) and
    works(node, "-e", "require('onnxruntime-node')", cwd=path))
if oracle:
    config.available_features.add("node-oracle")
    config.substitutions.append(("%oracle", oracle))
    config.substitutions.append(("%node", node))

if shutil.which("ngspice"):
    config.available_features.add("ngspice")

# The firmware: a cross compiler for Cortex-M, make, and an emulator of a board.
if all(shutil.which(tool) for tool in ("arm-none-eabi-gcc", "make", "qemu-system-arm")):
    config.available_features.add("firmware")

# The RTL: Verilator 5, and what it compiles its simulators with.
if works("verilator", "-V") and all(shutil.which(tool) for tool in ("g++", "make")):
    config.available_features.add("verilator")

if config.bnn_sanitize:
    config.available_features.add("sanitizer")

if shutil.which("gnuplot"):
    config.available_features.add("gnuplot")

# A browser to lay report pages out.
if shutil.which("chromium"):
    config.available_features.add("chromium")

# Ranks of one machine: more than it has cores, and as root in containers.
mpirun = shutil.which("mpirun")
if mpirun and config.bnn_mpi.upper() in ("TRUE", "ON", "1"):
    config.available_features.add("mpi")
    config.substitutions.append(("%mpirun", mpirun + " --oversubscribe"))
    config.environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    config.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
