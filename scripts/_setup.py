"""Import this first: linear algebra in one thread, and the checkout on the path.

Sums in several threads have no fixed order, and so no fixed rounding: the same data would not
give the same bytes. NumPy reads these variables when it is imported.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
