"""Configuration that lets lit run the GoogleTest executables of the build tree."""

import os

import lit.formats

config.name = "bnn-unit"
config.test_source_root = config.bnn_unit_dir
config.test_exec_root = config.bnn_unit_dir
config.test_format = lit.formats.GoogleTest(".", "Tests")
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
