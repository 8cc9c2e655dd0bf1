"""What the bundled model's words mean: English phrases -> concepts, in any order and wording.

A *concept* is a name such as ``techno``, ``bass``, ``no drums``, ``only pad``, ``key A minor`` or
``dark``. ``read_prompt`` finds the longest phrases that it knows, applies *no / without* and
*only / solo* to the instruments they belong to, and takes the tempo out as a number. Words that it
does not know are kept aside, to be shown to whoever wrote them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from magnet_core.model.harmony import Key

INSTRUMENTS = (
    "kick",
    "snare",
    "hats",
    "drums",
    "bass",
    "pad",
    "chords",
    "pluck",
    "lead",
    "strings",
    "bells",
)
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# Usual tempo of each style, where the prompt names none.
STYLE_TEMPO_BPM = {
    "techno": 130.0,
    "house": 124.0,
    "disco": 120.0,
    "hip hop": 90.0,
    "drum and bass": 172.0,
    "ambient": 90.0,
    "lo-fi": 84.0,
    "electro": 126.0,
    "trance": 138.0,
    "dub": 86.0,
}
OPPOSITES = {"dark": "bright", "sparse": "busy", "dry": "reverb"}
OPPOSITES |= {bright: dark for dark, bright in OPPOSITES.items()}
DEFAULT_TEMPO_BPM = 120.0
LOWEST_TEMPO_BPM, HIGHEST_TEMPO_BPM = 20.0, 300.0

SYNONYMS: dict[str, tuple[str, ...]] = {
    "techno": ("techno",),
    "house": ("house", "deep house", "tech house"),
    "disco": ("disco", "nu disco"),
    "hip hop": ("hip hop", "hiphop", "boom bap"),
    "drum and bass": ("drum and bass", "drum & bass", "drum n bass", "dnb", "d & b", "jungle"),
    "ambient": ("ambient", "drone"),
    "lo-fi": ("lo fi", "lofi", "chillhop"),
    "electro": ("electro",),
    "trance": ("trance",),
    "dub": ("dub", "reggae"),
    "kick": ("kick", "kicks", "kick drum", "bass drum"),
    "snare": ("snare", "snares", "snare drum", "clap", "claps"),
    "hats": ("hats", "hat", "hi hats", "hi hat", "hihats", "hihat", "cymbals", "shaker"),
    "drums": ("drums", "drum", "drum kit", "drum machine", "percussion", "drumbeat", "breakbeat"),
    "bass": ("bass", "bassline", "bass line", "sub bass", "synth bass", "sub"),
    "pad": ("pad", "pads", "synth pad", "synth pads"),
    "chords": ("chords", "chord", "stabs", "chord stabs", "keys", "piano", "organ", "rhodes"),
    "pluck": ("pluck", "plucks", "arpeggio", "arpeggios", "arp", "arps", "arpeggiated"),
    "lead": ("lead", "leads", "melody", "synth lead", "lead synth", "lead melody", "lead line"),
    "strings": ("strings", "string section", "violins", "string pad", "orchestra"),
    "bells": ("bells", "bell", "chimes", "glockenspiel", "mallets"),
    "dark": ("dark", "gloomy", "muffled", "warm", "deep", "mellow"),
    "bright": ("bright", "shiny", "crisp", "sparkling", "brilliant", "shimmering"),
    "sparse": ("sparse", "minimal", "calm", "simple", "laid back"),
    "busy": ("busy", "driving", "dense", "energetic", "intense", "frantic"),
    "dry": ("dry", "close", "tight"),
    "reverb": ("reverb", "reverberant", "wet", "spacious", "hall", "atmospheric", "big room"),
    "minor": ("minor", "minor key"),
    "major": ("major", "major key"),
}
TEMPO_WORDS_BPM = {
    "slow": 85.0,
    "slow tempo": 85.0,
    "mid tempo": 112.0,
    "midtempo": 112.0,
    "medium tempo": 112.0,
    "fast": 155.0,
    "fast tempo": 155.0,
    "uptempo": 150.0,
    "up tempo": 150.0,
}
_NEGATIONS = {"no", "without", "minus", "not", "lacking"}
_ONLY_BEFORE = {"only", "just", "solo"}
_ONLY_AFTER = {"only", "alone", "solo"}
_LINKS = {"and", "or", "nor", "&"}
_SILENT_WORDS = (
    "a an the with of in at on to for and or nor but some any track music song tune beat beats"
    " groove loop bpm tempo key sound sounds played playing plays style nothing else it is"
    " featuring plus very really synth"
)
_SILENT = frozenset(_SILENT_WORDS.split())
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+#?|[&,;.]")
_PHRASES = {tuple(p.split()): c for c, phrases in SYNONYMS.items() for p in phrases}
_PHRASES |= {tuple(phrase.split()): f"tempo {phrase}" for phrase in TEMPO_WORDS_BPM}
_LONGEST = max(len(phrase) for phrase in _PHRASES)

CONCEPTS: tuple[str, ...] = (
    *STYLE_TEMPO_BPM,
    *INSTRUMENTS,
    *(f"no {name}" for name in INSTRUMENTS),
    *(f"only {name}" for name in INSTRUMENTS),
    *OPPOSITES,
    "minor",
    "major",
    *(f"key {note} {mode}" for note in NOTES for mode in ("minor", "major")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt says.

    Attributes:
        concepts: names from CONCEPTS, each once, in the order of first mention.
        tempo_bpm: from a number, else a tempo word, else the style; 120 where nothing says.
        tempo_asked: whether the prompt itself gives a tempo.
        unknown: words that mean nothing to the model, in order.
        key: the key asked for; the last one where there are several.
    """

    concepts: tuple[str, ...]
    tempo_bpm: float
    tempo_asked: bool
    unknown: tuple[str, ...]
    key: Key


def _read_key(words: list[str], at: int) -> tuple[str, int] | None:
    """Return a key concept that begins at ``at``, and its length in words."""
    match = re.fullmatch(r"([a-g])(#|b)?(m)?", words[at])
    if match is None:
        return None
    letter, accidental, minor_mark = match.groups()
    shift, used = {"#": 1, "b": -1}.get(accidental or "", 0), 1
    rest = words[at + 1 : at + 3]
    if not minor_mark and rest and rest[0] in ("sharp", "flat"):
        shift, used, rest = (1 if rest[0] == "sharp" else -1), 2, rest[1:]
    if minor_mark:
        mode = "minor"
    elif rest and rest[0] in ("minor", "min", "m", "major", "maj"):
        mode, used = ("major" if rest[0].startswith("maj") else "minor"), used + 1
    else:
        return None
    note = NOTES[(NOTES.index(letter.upper()) + shift) % 12]
    return f"key {note} {mode}", used


def _match(words: list[str], at: int) -> tuple[str, int] | None:
    """Return the concept of the longest phrase at ``at``, and its length in words."""
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        concept = _PHRASES.get(tuple(words[at : at + length]))
        if concept is not None:
            return concept, length
    return _read_key(words, at)


def _normalise(text: str) -> list[str]:
    text = text.lower().replace("♯", "#").replace("♭", "b").replace("’", "'")
    return _TOKEN.findall(re.sub(r"[-/_']", " ", text))


class _Reader:
    """One pass over the words; the attributes are what has been found so far."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.concepts: list[str] = []
        self.unknown: list[str] = []
        self.number_bpm: float | None = None
        self.word_bpm: float | None = None
        self._scope = ""  # "", "no " or "only ": what applies to the next instrument
        self._run: list[int] = []  # where the instruments just mentioned stand in ``concepts``
        self._linked = False

    def read(self) -> None:
        at = 0
        while at < len(self.words):
            at += self._take(at)

    def _take(self, at: int) -> int:
        """Handle what stands at ``at``; returns how many words it took."""
        word = self.words[at]
        if word[0].isdecimal():
            return self._take_number(at)
        found = _match(self.words, at)
        if found is not None:
            self._add(found[0])
            return found[1]
        if word in _LINKS:
            self._linked = bool(self._run)
        elif word in _NEGATIONS:
            self._scope, self._run = "no ", []
        elif word == "but" and at and self.words[at - 1] == "nothing":
            self._scope, self._run = "only ", []
        elif word in _ONLY_AFTER and self._run and not self._linked:
            self._mark_run_only()
        elif word in _ONLY_BEFORE:
            self._scope, self._run = "only ", []
        elif word in ",;.":
            self._scope, self._run = "", []
        elif word not in _SILENT:
            self.unknown.append(word)
        return 1

    def _take_number(self, at: int) -> int:
        value = float(self.words[at])
        named = at + 1 < len(self.words) and self.words[at + 1] in ("bpm", "beats")
        low, high = (LOWEST_TEMPO_BPM, HIGHEST_TEMPO_BPM) if named else (60.0, 200.0)
        if low <= value <= high:
            self.number_bpm = value
        else:
            self.unknown.append(self.words[at])
        return 1

    def _add(self, concept: str) -> None:
        if concept.startswith("tempo "):
            self.word_bpm = TEMPO_WORDS_BPM[concept.removeprefix("tempo ")]
        elif concept in INSTRUMENTS:
            if self._run and not self._linked:
                self._scope, self._run = ("" if self._scope == "no " else self._scope), []
            self._run.append(len(self.concepts))
            self.concepts.append(self._scope + concept)
            self._linked = False
            return
        elif self._scope == "no " and concept in OPPOSITES:
            self.concepts.append(OPPOSITES[concept])
        else:
            self.concepts.append(concept)
        if self._scope == "no ":
            self._scope = ""

    def _mark_run_only(self) -> None:
        for index in self._run:
            if self.concepts[index] in INSTRUMENTS:
                self.concepts[index] = f"only {self.concepts[index]}"
        self._run = []


def _asked_key(concepts: tuple[str, ...]) -> Key:
    for concept in reversed(concepts):
        if concept.startswith("key "):
            _, note, mode = concept.split()
            return Key(NOTES.index(note), mode == "minor")
        if concept in ("minor", "major"):
            return Key(None, concept == "minor")
    return Key()


def read_prompt(text: str) -> Reading:
    """Return what ``text`` says; any text is allowed, the empty one says nothing."""
    reader = _Reader(_normalise(text))
    reader.read()
    concepts = tuple(dict.fromkeys(reader.concepts))
    styles = [c for c in concepts if c in STYLE_TEMPO_BPM]
    usual = STYLE_TEMPO_BPM[styles[-1]] if styles else DEFAULT_TEMPO_BPM
    asked = reader.number_bpm or reader.word_bpm
    return Reading(
        concepts=concepts,
        tempo_bpm=asked or usual,
        tempo_asked=asked is not None,
        unknown=tuple(reader.unknown),
        key=_asked_key(concepts),
    )
