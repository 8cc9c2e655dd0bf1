"""Everything that ``magnet-live patches`` writes, by its name in the folder.

Some of it is made here from the table of controls. The rest is written by hand and lies beside the
packages, in ``max_patches``: it is copied as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from daw_bridge.patches.amxd import DeviceKind, pack
from daw_bridge.patches.device import device
from daw_bridge.patches.maxpat import maxpat
from daw_bridge.patches.patcher import to_text
from daw_bridge.patches.pd import render_pd
from daw_bridge.patches.pd_picture import pd_picture
from daw_bridge.patches.picture import patching_picture, presentation_picture

FILES: dict[str, Callable[[], bytes]] = {
    "magnet-live.maxpat": lambda: to_text(maxpat()).encode(),
    "magnet-live.amxd": lambda: pack(device(), DeviceKind.AUDIO_EFFECT),
    "magnet-live.pd": lambda: render_pd().encode(),
    "pictures/pd.svg": lambda: pd_picture(render_pd()).encode(),
    "pictures/maxpat.svg": lambda: presentation_picture(maxpat()).encode(),
    "pictures/maxpat-patching.svg": lambda: patching_picture(maxpat()).encode(),
    "pictures/device.svg": lambda: presentation_picture(device()).encode(),
    "pictures/device-patching.svg": lambda: patching_picture(device()).encode(),
}

BY_HAND = Path(__file__).parents[2] / "max_patches"
_NOT_OURS = "node_modules"


def write_files(folder: Path) -> list[Path]:
    """Write all files into a folder; return their paths.

    Raises:
        OSError: the folder cannot be written to.
    """
    contents = {name: make() for name, make in FILES.items()}
    for path in _by_hand():
        contents.setdefault(path.relative_to(BY_HAND).as_posix(), path.read_bytes())
    written = []
    for name, content in sorted(contents.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
        written.append(path)
    return written


def _by_hand() -> Iterator[Path]:
    for path in BY_HAND.rglob("*"):
        parts = path.relative_to(BY_HAND).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and _NOT_OURS not in parts:
            yield path
