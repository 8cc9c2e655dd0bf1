"""Makes the helpers of these tests importable, here and in the worker processes they start."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
