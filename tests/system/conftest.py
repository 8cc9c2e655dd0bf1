"""The system tests use the bridge's synthetic worker and its clients."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "daw_bridge"))
