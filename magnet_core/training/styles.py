"""The styles of the corpus, as data: step patterns in sixteenths, tempi and odds.

Pattern letters: ``x`` a hit, ``o`` an open hat or an accented note, ``g`` a ghost, ``-`` holds the
note before it, ``.`` silence. Bass digits are scale steps above the chord's root (0 root, 4 fifth,
7 octave).
"""

from __future__ import annotations

from dataclasses import dataclass

STEPS_PER_BAR = 16
MIN_BPM, MAX_BPM = 80, 175


@dataclass(frozen=True, slots=True)
class Style:
    """One style.

    Attributes:
        bpm: lowest, usual and highest tempo drawn when no tempo is asked for.
        kick, snare, hats: variants of a bar.
        bass, chords, pluck: variants of a bar.
        odds: probability of each part in a full mix.
        swing: how late the off-sixteenths come, as a fraction of a sixteenth.
        minor: probability of a minor key.
    """

    name: str
    bpm: tuple[int, int, int]
    kick: tuple[str, ...]
    snare: tuple[str, ...]
    hats: tuple[str, ...]
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    pluck: tuple[str, ...]
    odds: dict[str, float]
    swing: float = 0.0
    minor: float = 0.6


FOUR = ("x...x...x...x...", "x...x...x...x..x", "x...x...x...x.x.")
BACKBEAT = ("....x.......x...", "....x.......x..g", "....x..g....x...")
OFFBEAT_HATS = ("..o...o...o...o.", "x.o.x.o.x.o.x.o.", "xxoxxxoxxxoxxxox")
EIGHTHS = ("x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.o.", "x.xxx.x.x.xxx.x.")
ARPS = ("0.2.4.2.0.2.4.7.", "0.4.2.4.0.4.2.7.", "024702470247024.")
OFFBEAT_STABS = ("..x...x...x...x.", "..x--...x--..x..", "...x..x....x..x.")
HELD = ("x---------------", "x-------x-------", "x-----x---------")


def _odds(**kwargs: float) -> dict[str, float]:
    base = dict(kick=0.9, snare=0.8, hats=0.85, bass=0.85, pad=0.4, chords=0.45, pluck=0.35)
    return {**base, "lead": 0.35, "strings": 0.15, "bells": 0.15, **kwargs}


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            "techno",
            (124, 130, 142),
            FOUR,
            ("................", "............x...", "....x.......x..."),
            OFFBEAT_HATS,
            ("..0...0...0...0.", "..00..00..00..00", ".000.000.000.000"),
            OFFBEAT_STABS,
            ARPS,
            _odds(kick=1.0, snare=0.5, lead=0.25),
            minor=0.85,
        ),
        Style(
            "house",
            (118, 124, 130),
            FOUR,
            BACKBEAT,
            OFFBEAT_HATS,
            ("0..0..0...0..7..", "..0...0...0.4.7.", "0.....0.0..0..4."),
            OFFBEAT_STABS,
            ARPS,
            _odds(chords=0.75),
        ),
        Style(
            "disco",
            (112, 120, 128),
            FOUR,
            BACKBEAT,
            OFFBEAT_HATS,
            ("0.7.0.7.0.7.0.7.", "0.707.0.0.707.4."),
            ("..x...x...x...x.", "x..x..x.x..x..x."),
            ARPS,
            _odds(strings=0.55, chords=0.6),
            minor=0.35,
        ),
        Style(
            "hip hop",
            (82, 90, 100),
            ("x......x..x.....", "x..x....x.x.....", "x.....x.x......."),
            BACKBEAT,
            EIGHTHS,
            ("0------0..0-----", "0--0....0-4-----", "0-----------7-4-"),
            HELD,
            ("0.....2.....4...", "0..2..4...2....."),
            _odds(lead=0.25, bells=0.3),
            swing=0.3,
        ),
        Style(
            "drum and bass",
            (165, 172, 175),
            ("x.........x.....", "x.x.......x.....", "x.........x..x.."),
            ("....x.......x...", "....x..g.g..x...", "....x.g..g..x..g"),
            EIGHTHS,
            ("0-----------4---", "0--0--0---4-7---", "0.....0...0.4..."),
            HELD,
            ARPS,
            _odds(pad=0.6, chords=0.25),
            minor=0.8,
        ),
        Style(
            "ambient",
            (80, 90, 110),
            ("x...............", "................"),
            ("................",),
            ("........x.......", "....x.......x..."),
            ("0---------------", "0-------4-------"),
            HELD,
            ("0.......4.......", "0.....2.....4..."),
            _odds(kick=0.1, snare=0.05, hats=0.15, bass=0.4, pad=0.95, strings=0.45, bells=0.5),
            minor=0.5,
        ),
        Style(
            "lo-fi",
            (80, 84, 92),
            ("x.....x...x.....", "x.........x.....", "x..x......x....."),
            BACKBEAT,
            EIGHTHS,
            ("0-----0---4-----", "0---------0--7--"),
            ("x-------x-------", "x-----x---------", "....x-------x---"),
            ("0...2...4...2...", "0..4...2...7...."),
            _odds(chords=0.9, bells=0.3, pluck=0.4),
            swing=0.35,
        ),
        Style(
            "electro",
            (112, 126, 132),
            ("x.....x..x......", "x..x..x...x.....", "x.....x...x..x.."),
            ("....x.......x...", "....x.......x.xx"),
            ("x.x.x.x.x.x.x.x.", "xxx.xxx.xxx.xxx."),
            ("0.00.00.0.00.07.", "00.00.0700.00.04"),
            OFFBEAT_STABS,
            ARPS,
            _odds(lead=0.5, pluck=0.5),
            minor=0.8,
        ),
        Style(
            "trance",
            (132, 138, 144),
            FOUR,
            BACKBEAT,
            OFFBEAT_HATS,
            (".000.000.000.000", "..0...0...0...0."),
            HELD,
            ("0247024702470247", "0.2.4.7.4.2.0.4."),
            _odds(pluck=0.8, pad=0.7, strings=0.35),
            minor=0.8,
        ),
        Style(
            "dub",
            (80, 86, 92),
            ("........x.......", "x.......x.......", "x...x...x...x..."),
            ("........x.......", "....x.......x..."),
            EIGHTHS,
            ("0..0..4---0.....", "0-..0.7.4---...."),
            ("....x.......x...", "..x...x...x...x."),
            ("....0.......4...", "0.....7........."),
            _odds(chords=0.85, pluck=0.2),
            swing=0.15,
            minor=0.75,
        ),
    )
}
