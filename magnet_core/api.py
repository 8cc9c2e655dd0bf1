"""The public face of magnet_core: a loaded model, and what one can ask of it.

A ``Model`` holds weights and defaults, no state of any piece of music: every call is complete in
itself and may be made from several places in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from torch import Generator, Tensor

from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.decoding.opening import Decoding, open_decoding
from magnet_core.decoding.patterns import delay
from magnet_core.decoding.request import check_prompt
from magnet_core.decoding.windows import Window, plan_windows
from magnet_core.errors import DecodingError
from magnet_core.model.attention import band_mask, causal_mask, hybrid_mask
from magnet_core.model.harmony import Harmony, Key, harmony_tensor
from magnet_core.model.lm import Conditions, TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.types import Codec, TextEncoder

DEFAULT_TEMPO_BPM = 120.0

OnStep = Callable[[int, int], None]  # forward passes done, and in all


@runtime_checkable
class KnowsTempo(Protocol):
    """A text encoder that can tell the tempo that a prompt asks for."""

    def tempo_bpm(self, text: str) -> float:
        """Return beats per minute."""


@runtime_checkable
class KnowsKeys(Protocol):
    """A text encoder that can tell the key that a prompt asks for."""

    def key(self, text: str) -> Key:
        """Return the key, as far as the prompt names one."""


@runtime_checkable
class KnowsItsWords(Protocol):
    """A text encoder that can tell which words of a prompt mean nothing to it."""

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """Return those words, in order."""


@dataclass(slots=True)
class Model:
    """A language model with the codec and the text encoder that belong to it.

    Attributes:
        lm: the network.
        codec: waveform <-> codes.
        text_encoder: text -> hidden states.
        params: how it decodes unless told otherwise.
        name: for people to read.
        prefix_model: an autoregressive model of the same codec that plays the first
            ``prefix_frames`` of a plain MAGNeT model.
    """

    lm: TransformerLM
    codec: Codec
    text_encoder: TextEncoder
    params: DecodingParams
    name: str
    prefix_model: Model | None = None

    @property
    def card(self) -> int:
        """Entries in a codebook; also the mask id."""
        return self.lm.config.card

    @property
    def codebooks(self) -> int:
        """K."""
        return self.lm.config.codebooks

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self.lm.config.frame_rate

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        return self.codec.sample_rate

    def tempo_bpm(self, text: str) -> float:
        """Return the tempo that ``text`` asks for, as far as the text encoder can tell."""
        if isinstance(self.text_encoder, KnowsTempo):
            return self.text_encoder.tempo_bpm(text)
        return DEFAULT_TEMPO_BPM

    def key(self, text: str) -> Key:
        """Return the key that ``text`` asks for, as far as the text encoder can tell."""
        return self.text_encoder.key(text) if isinstance(self.text_encoder, KnowsKeys) else Key()

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """Return the words that change nothing, as far as the text encoder can tell."""
        if isinstance(self.text_encoder, KnowsItsWords):
            return self.text_encoder.unknown_words(text)
        return ()

    @torch.no_grad()
    def condition(
        self,
        texts: Sequence[str],
        metre: Sequence[Metre] | None = None,
        harmony: Sequence[Harmony] | None = None,
    ) -> Conditions:
        """Return what the decoders need of prompts; compute it once per prompt.

        Args:
            texts: one for each row; "" is no text.
            metre: beat grid of each row, for models that have one; by default it begins on a bar
                at the tempo of the text.
            harmony: of each row, for models that have one; by default drawn in the key of the text.

        Raises:
            DecodingError: not as many metres or harmonies as texts.
        """
        for name, values in (("metres", metre), ("harmonies", harmony)):
            if values is not None and len(values) != len(texts):
                raise DecodingError(f"{len(values)} {name} for {len(texts)} texts")
        grid: Tensor | None = None
        chords: Tensor | None = None
        if self.lm.config.metre:
            metres = metre or [Metre(tempo_bpm=self.tempo_bpm(text)) for text in texts]
            grid = metre_tensor(list(metres)).to(self.lm.device)
        if self.lm.config.harmony:
            harmonies = harmony or [Harmony.draw(self.key(text), seed=0) for text in texts]
            chords = harmony_tensor(list(harmonies)).to(self.lm.device)
        return self.lm.condition(self.text_encoder.encode(texts), grid, chords)

    def generate(
        self,
        text: str,
        *,
        params: DecodingParams | None = None,
        prompt_codes: Tensor | None = None,
        frames: int | None = None,
        seed: int = 0,
        metre: Metre | None = None,
        harmony: Harmony | None = None,
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Return new codes int64 ``[K, T]``; see ``generate_batch``."""
        codes = self.generate_batch(
            [text],
            params=params,
            prompt_codes=None if prompt_codes is None else prompt_codes[None],
            frames=frames,
            seeds=[seed],
            metre=None if metre is None else [metre],
            harmony=None if harmony is None else [harmony],
            on_step=on_step,
        )
        return codes[0]

    def generate_batch(
        self,
        texts: Sequence[str],
        *,
        params: DecodingParams | None = None,
        prompt_codes: Tensor | None = None,
        frames: int | None = None,
        seeds: Sequence[int] | None = None,
        metre: Sequence[Metre] | None = None,
        harmony: Sequence[Harmony] | None = None,
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Return new codes int64 ``[B, K, T]``; a row is what it would be alone.

        Args:
            texts: one for each row; "" is no text.
            params: how to decode; default ``self.params``.
            prompt_codes: int64 ``[B, K, P]``: the first P frames, given.
            frames: T, prompt included; default the segment that the model was trained on. Longer
                pieces are made in windows that overlap. The nonoverlap arrangement of a plain
                MAGNeT model leaves out a last span that is not whole.
            seeds: of each row's random numbers; default 0, 1, ...
            metre: beat grid of each row, for models that have one.
            harmony: of each row, for models that have one; by default drawn by the row's seed in
                the key of its text.
            on_step: told after every forward pass how many are done.

        Raises:
            DecodingError: the request does not fit the model.
        """
        params = params or self.params
        config, rows = self.lm.config, len(texts)
        total = config.segment_frames if frames is None else frames
        seeds = range(rows) if seeds is None else seeds
        if len(seeds) != rows or rows == 0:
            raise DecodingError(f"{len(seeds)} seeds for {rows} texts; each row needs one")
        device = self.lm.device
        codes = torch.zeros(rows, config.codebooks, 0, dtype=torch.int64, device=device)
        if prompt_codes is not None:
            check_prompt(config, rows, prompt_codes)
            codes = prompt_codes.to(device)
        if codes.shape[-1] >= total:
            raise DecodingError(f"frames is {total}; it must exceed the prompt's {codes.shape[-1]}")
        windows = plan_windows(total, config.segment_frames, codes.shape[-1], self._grid(params))
        if not windows:
            raise DecodingError(f"frames is {total}; that is less than one span more than given")
        if harmony is None:
            keys = zip(texts, seeds, strict=True)
            harmony = [Harmony.draw(self.key(text), seed) for text, seed in keys]
        job = _Job(
            texts=texts,
            conditions=self.condition(texts, metre, harmony),
            generators=[Generator(device).manual_seed(seed) for seed in seeds],
        )
        # A prefix begins the piece; later windows have their context.
        later = replace(params, prefix_frames=0)
        parts = [(window, params if i == 0 else later) for i, window in enumerate(windows)]
        progress = _Progress(on_step, sum(self._passes(*part) for part in parts))
        for window, wanted in parts:
            new = self._decode(job, window, codes[..., window.start :], wanted, progress)
            codes = torch.cat([codes[..., : window.start], new], dim=-1)
        progress.finish()
        return codes

    def logits(
        self,
        codes: Tensor,
        text: str,
        *,
        stage: int = 0,
        prefix_frames: int = 0,
        metre: Metre | None = None,
        harmony: Harmony | None = None,
    ) -> Tensor:
        """Return the logits float32 ``[2, T, card]`` of codebook ``stage``: conditional, null.

        Args:
            codes: int64 ``[K, T]``, the mask id where masked.
            text: prompt of the conditional row.
            stage: codebook, and for masked models the stage whose attention is used.
            prefix_frames: number of causal rows, for hybrid models.
            metre: beat grid, for models that have one.
            harmony: key and chords, for models that have them.

        Raises:
            DecodingError: the codes or the stage do not fit the model.
        """
        config = self.lm.config
        check_prompt(config, 1, codes[None], masks=True)
        if not 0 <= stage < config.codebooks:
            raise DecodingError(f"stage is {stage}; it must be 0 to {config.codebooks - 1}")
        frames = codes.shape[-1]
        if not 0 <= prefix_frames < frames + config.codebooks:
            raise DecodingError(
                f"prefix_frames is {prefix_frames}; it must be 0 to {frames + config.codebooks - 1}"
            )
        mask: Tensor | None = None
        with torch.inference_mode():
            rows = self._both_rows(text, metre, harmony)
            tokens = codes[None].to(self.lm.device).expand(2, -1, -1)
            if config.variant is Variant.MAGNET:
                if stage > 0:
                    mask = band_mask(frames, config.subcodes_context, self.lm.device)
                states = self.lm.hidden(tokens, rows, attention_mask=mask)
                return self.lm.head(stage, states)
            if config.variant is Variant.AUTOREGRESSIVE:
                mask = causal_mask(frames + config.codebooks, self.lm.device)
            else:
                mask = hybrid_mask(
                    frames,
                    config.codebooks,
                    prefix=prefix_frames,
                    stage=stage,
                    context=config.subcodes_context,
                    device=self.lm.device,
                )
            columns = delay(tokens, config.mask_id)
            states = self.lm.hidden(columns, rows, attention_mask=mask)
            # Head k predicts frame t at column k + t.
            return self.lm.head(stage, states[:, stage : stage + frames])

    def log_likelihood(
        self,
        codes: Tensor,
        text: str,
        *,
        metre: Metre | None = None,
        harmony: Harmony | None = None,
    ) -> Tensor:
        """Return the log probability float32 ``[K, T]`` of each token of ``codes [K, T]``.

        Raises:
            DecodingError: the model cannot read causally, or the codes do not fit it.
        """
        conditions = self.condition(
            [text],
            None if metre is None else [metre],
            None if harmony is None else [harmony],
        )
        return log_likelihood(self.lm, conditions, codes[None])[0]

    def _both_rows(self, text: str, metre: Metre | None, harmony: Harmony | None) -> Conditions:
        # Both rows hear beat and chords, where the model does; only the words are left out.
        grid = metre or Metre(tempo_bpm=self.tempo_bpm(text))
        chords = harmony or Harmony.draw(self.key(text), seed=0)
        return self.condition([text, ""], [grid, grid], [chords, chords])

    def _grid(self, params: DecodingParams) -> int:
        trims = params.span_arrangement is SpanArrangement.NONOVERLAP
        return self.lm.config.span_len if trims and self._is_plain else 1

    @property
    def _is_plain(self) -> bool:
        return self.lm.config.variant is Variant.MAGNET

    def _passes(self, window: Window, params: DecodingParams) -> int:
        """Return how many forward passes a window takes, unless a stage finds nothing to do."""
        columns = window.frames + self.codebooks - 1 - window.known
        prefill = min(window.known, 1)
        if self.lm.config.variant is Variant.AUTOREGRESSIVE:
            return prefill + columns
        if self._is_plain:
            paired = prefill + params.prefix_frames + self.codebooks - 1
            return sum(params.steps) + (paired if params.prefix_frames else 0)
        return prefill + min(params.prefix_frames, columns) + sum(params.steps)

    def _decode(
        self,
        job: _Job,
        window: Window,
        given: Tensor,
        params: DecodingParams,
        progress: _Progress,
    ) -> Tensor:
        """Return the codes ``[B, K, window.frames]``, of which ``given [B, K, P]`` come first."""
        conditions = job.conditions
        if conditions.metre is not None:
            tempo, beat = conditions.metre[:, :1], conditions.metre[:, 1:]
            beat = beat + window.start / self.frame_rate * tempo / 60.0
            conditions = replace(conditions, metre=torch.cat([tempo, beat], dim=1))
        if self._is_plain and params.prefix_frames:
            given = self._paired_prefix(job, window, given, params, progress)
        decoding = open_decoding(
            self.lm,
            conditions,
            frames=window.frames,
            params=params,
            generators=job.generators,
            prompt_codes=given if given.shape[-1] else None,
        )
        return progress.run(decoding)

    def _paired_prefix(
        self,
        job: _Job,
        window: Window,
        given: Tensor,
        params: DecodingParams,
        progress: _Progress,
    ) -> Tensor:
        """Return ``given`` and the frames that the paired autoregressive model plays after it."""
        other = self.prefix_model
        if other is None:
            raise DecodingError(
                f"prefix_frames is {params.prefix_frames}; a plain MAGNeT model needs a "
                "prefix_model for that"
            )
        config = other.lm.config
        if config.variant is Variant.MAGNET or (config.codebooks, config.card) != (
            self.codebooks,
            self.card,
        ):
            raise DecodingError(f"{other.name} cannot play a prefix for {self.name}")
        frames = min(given.shape[-1] + params.prefix_frames, window.frames)
        decoding = open_decoding(
            other.lm,
            other.condition(job.texts),
            frames=frames,
            params=params,
            generators=job.generators,
            prompt_codes=given if given.shape[-1] else None,
        )
        return progress.run(decoding)


@dataclass(frozen=True, slots=True)
class _Job:
    """What all windows of one call share."""

    texts: Sequence[str]
    conditions: Conditions
    generators: list[Generator]


class _Progress:
    """Counts forward passes for the caller."""

    def __init__(self, on_step: OnStep | None, total: int) -> None:
        self.on_step, self.total, self.done = on_step, total, 0

    def run(self, decoding: Decoding) -> Tensor:
        """Return the codes of a decoding, carried out; report every pass."""
        for _ in decoding.steps():
            self.done = min(self.done + 1, self.total)
            if self.on_step is not None:
                self.on_step(self.done, self.total)
        return decoding.codes

    def finish(self) -> None:
        """Report the end, which stages without anything to do may have brought early."""
        if self.on_step is not None and self.done < self.total:
            self.on_step(self.total, self.total)
