"""The published checkpoints and the decoding parameters that each was published with.

Sources: audiocraft's ``config/solver/magnet/*.yaml`` and the defaults of its ``MAGNeT``,
``MusicGen`` and ``AudioGen`` classes. Music checkpoints of 30 s take 60 steps for the first
codebook; the sound-effect ones sample more strictly and with more guidance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from magnet_core.config import DecodingParams, LMConfig, Variant

MUSIC = DecodingParams()
MUSIC_30_S = replace(MUSIC, steps=(60, 10, 10, 10))
SOUND = replace(MUSIC, temperature=3.5, top_p=0.8, guidance=(20.0, 1.0))
# One second of prefix; the length that the authors used was never published.
HYBRID_PREFIX_FRAMES = 50
HYBRID = replace(MUSIC_30_S, prefix_frames=HYBRID_PREFIX_FRAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint on the Hugging Face Hub.

    Attributes:
        repo: its repository.
        params: what it decodes with unless told otherwise.
        text_encoder: the T5 that its file names.
        codec: the repository of its codec, or None where it always brings its own.
    """

    repo: str
    params: DecodingParams
    text_encoder: str = "t5-base"
    codec: str | None = "facebook/encodec_32khz"


def _published() -> dict[str, Published]:
    entries: list[Published] = []
    for size in ("small", "medium"):
        entries += [
            Published(repo=f"facebook/magnet-{size}-10secs", params=MUSIC),
            Published(repo=f"facebook/magnet-{size}-30secs", params=MUSIC_30_S),
            Published(repo=f"facebook/hybrid-magnet-{size}", params=HYBRID),
        ]
        repo = f"facebook/audio-magnet-{size}"
        entries.append(Published(repo=repo, params=SOUND, text_encoder="t5-large", codec=None))
    for size in ("small", "medium", "large"):
        entries.append(Published(repo=f"facebook/musicgen-{size}", params=MUSIC))
    repo = "facebook/audiogen-medium"
    entries.append(Published(repo=repo, params=MUSIC, text_encoder="t5-large", codec=None))
    return {entry.repo.partition("/")[2]: entry for entry in entries}


PUBLISHED = _published()

# Names that people will try, and why these models are not played.
REFUSED = {
    "musicgen-melody": "it is conditioned on a melody",
    "musicgen-stereo": "it writes two interleaved streams of codes for left and right",
    "musicgen-style": "it is conditioned on an excerpt of audio",
    "jasco": "it is a flow-matching model on continuous latents",
}


def published_in(name: str) -> Published | None:
    """Return the published checkpoint whose name is part of ``name`` (the longest), or None."""
    found = [key for key in PUBLISHED if key in name.lower()]
    return PUBLISHED[max(found, key=len)] if found else None


def fit(params: DecodingParams, config: LMConfig) -> DecodingParams:
    """Return ``params`` with one number of steps for each codebook, a prefix only for hybrids."""
    given = params.steps[: config.codebooks]
    steps = given + (given[-1],) * (config.codebooks - len(given))
    prefix = 0
    if config.variant is Variant.HYBRID:
        prefix = prefix_frames(config, params.prefix_frames or HYBRID_PREFIX_FRAMES)
    return replace(params, steps=steps, prefix_frames=prefix)


def prefix_frames(config: LMConfig, wanted: int = HYBRID_PREFIX_FRAMES) -> int:
    """Return at most a quarter of the segment, so that a model of short segments still infills."""
    return min(wanted, config.segment_frames // 4)
