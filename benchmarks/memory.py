"""Resident memory of other processes, from ``/proc``: whether it grows while they work."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

EVERY_S = 1.0
WARM_UP = 60  # looks after which memory should not grow


class Memory:
    """Resident memory of two processes, looked at every second; nothing where there is no /proc."""

    def __init__(self, **pids: int) -> None:
        self.mib: dict[str, list[float]] = {name: [] for name in pids}
        self._files = {name: Path(f"/proc/{pid}/status") for name, pid in pids.items()}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(EVERY_S):
            for name, file in self._files.items():
                resident = resident_mib(file)
                if resident is not None:
                    self.mib[name].append(resident)

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()


def resident_mib(status: Path) -> float | None:
    """Return the resident memory that a ``/proc/PID/status`` file tells, in MiB; None without."""
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")]
    return sizes[0] if sizes else None


def growth_percent(mib: Sequence[float], warm_up: int = WARM_UP) -> float | None:
    """Return by how much memory grew after ``warm_up`` samples, from median to median of ten."""
    if len(mib) < warm_up + 20:
        return None
    before = float(np.median(mib[warm_up : warm_up + 10]))
    return 100.0 * (float(np.median(mib[-10:])) / before - 1.0)
