"""These tests use the bridge's server and clients, and helpers of their own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "daw_bridge"))
sys.path.insert(0, str(Path(__file__).parent))
