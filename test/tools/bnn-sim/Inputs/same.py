"""Fails unless the arrays of two files are equal: same.py A B, or A B MEMBER."""
import sys

import numpy as np

a, b = np.load(sys.argv[1]), np.load(sys.argv[2])
if len(sys.argv) > 3:
    b = b[sys.argv[3]]
if hasattr(a, "files"):
    assert a.files == b.files, (a.files, b.files)
    for name in a.files:
        np.testing.assert_array_equal(a[name], b[name], name)
else:
    assert a.dtype == b.dtype and a.shape == b.shape, (a.dtype, b.dtype, a.shape, b.shape)
    np.testing.assert_array_equal(a, b)
