"""The public face of magnet_core: a loaded model, and what one can ask of it.

A ``Model`` holds weights and defaults, no state of any piece of music: every call is complete in
itself and may be made from several places in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Generator, Tensor

from magnet_core.config import DecodingParams, Variant
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.decoding.patterns import delay
from magnet_core.decoding.piece import PieceDecoding
from magnet_core.decoding.request import Request, check_prompt
from magnet_core.device import memory_for
from magnet_core.errors import ConfigError, DecodingError
from magnet_core.model.attention import stage_mask
from magnet_core.model.blending import Blend, Prompt, side_by_side
from magnet_core.model.harmony import Harmony, Key, harmony_tensor
from magnet_core.model.lm import Conditions, TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.partners import partners_of
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
        prefix_model: an autoregressive or hybrid model of the same codec that plays the first
            ``params.prefix_frames`` for a plain MAGNeT model.
        rescorer: another such model, which judges what is drawn where ``params.rescore_weight``
            asks for it; None: a hybrid model judges itself.
    """

    lm: TransformerLM
    codec: Codec
    text_encoder: TextEncoder
    params: DecodingParams
    name: str
    prefix_model: Model | None = None
    rescorer: Model | None = None

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

    def tempo_bpm(self, prompt: Prompt) -> float:
        """Return the tempo that ``prompt`` asks for, as far as the text encoder can tell.

        Of several texts it is that of the one with the most weight.
        """
        if isinstance(self.text_encoder, KnowsTempo):
            return self.text_encoder.tempo_bpm(Blend.of(prompt).texts[0])
        return DEFAULT_TEMPO_BPM

    def key(self, prompt: Prompt) -> Key:
        """Return the key that ``prompt`` asks for, as far as the text encoder can tell.

        Of several texts it is that of the one with the most weight that says anything about it.
        """
        if not isinstance(self.text_encoder, KnowsKeys):
            return Key()
        keys = (self.text_encoder.key(text) for text in Blend.of(prompt).texts)
        return next((key for key in keys if key != Key()), Key())

    def require_harmony(self) -> None:
        """See that the model can be told chords.

        Raises:
            ConfigError: it is not told any.
        """
        if not self.lm.config.harmony:
            raise ConfigError(f"{self.name} is not told chords: it plays by its words alone")

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """Return the words that change nothing, as far as the text encoder can tell."""
        if isinstance(self.text_encoder, KnowsItsWords):
            return self.text_encoder.unknown_words(text)
        return ()

    @torch.no_grad()
    def condition(
        self,
        prompts: Sequence[Prompt],
        metre: Sequence[Metre] | None = None,
        harmony: Sequence[Harmony] | None = None,
    ) -> Conditions:
        """Return what the decoders need of prompts; compute it once per prompt.

        Args:
            prompts: one for each row: a text ("" is no text), or several with their weights.
            metre: beat grid of each row, for models that have one; by default it begins on a bar
                at the tempo of the prompt.
            harmony: of each row, for models that have one; by default drawn in the key of the
                prompt.

        Raises:
            DecodingError: no prompts, not as many metres or harmonies as prompts, or a weight that
                is negative or no finite number.
        """
        if not prompts:
            raise DecodingError("0 texts; each row needs one")
        for name, values in (("metres", metre), ("harmonies", harmony)):
            if values is not None and len(values) != len(prompts):
                raise DecodingError(f"{len(values)} {name} for {len(prompts)} texts")
        grid: Tensor | None = None
        chords: Tensor | None = None
        if self.lm.config.metre:
            metres = metre or [Metre(tempo_bpm=self.tempo_bpm(prompt)) for prompt in prompts]
            grid = metre_tensor(list(metres)).to(self.lm.device)
        if self.lm.config.harmony:
            harmonies = harmony or [Harmony.draw(self.key(prompt), seed=0) for prompt in prompts]
            chords = harmony_tensor(list(harmonies)).to(self.lm.device)
        blends = [Blend.of(prompt) for prompt in prompts]
        hidden = self.text_encoder.encode([text for blend in blends for text in blend.texts])
        hidden, shares = side_by_side(hidden, blends)
        return self.lm.condition(hidden, grid, chords, shares=shares)

    def blend(
        self,
        prompts: Sequence[tuple[str, float]],
        *,
        metre: Metre | None = None,
        harmony: Harmony | None = None,
    ) -> Conditions:
        """Return the conditions of one row that is told several texts, each by its weight.

        Decoding costs what it costs with one text: the same forward passes of the same rows. A text
        alone, whatever its weight, gives exactly ``condition([text])``; the same text twice counts
        as one; neither the order nor a common factor of the weights matters. "" is no text, and
        takes its share of being told nothing.

        Args:
            prompts: texts and weights, 0 or more; those of weight 0 are left out, and where none is
                left the row is told nothing.
            metre: as in ``condition``.
            harmony: as in ``condition``.

        Raises:
            DecodingError: no prompts, or a weight that is negative or no finite number.
        """
        return self.condition(
            [prompts],
            None if metre is None else [metre],
            None if harmony is None else [harmony],
        )

    def generate(
        self,
        text: Prompt,
        *,
        params: DecodingParams | None = None,
        prompt_codes: Tensor | None = None,
        frozen: Tensor | None = None,
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
            frozen=frozen,
            frames=frames,
            seeds=[seed],
            metre=None if metre is None else [metre],
            harmony=None if harmony is None else [harmony],
            on_step=on_step,
        )
        return codes[0]

    def generate_batch(
        self,
        texts: Sequence[Prompt],
        *,
        params: DecodingParams | None = None,
        prompt_codes: Tensor | None = None,
        frozen: Tensor | None = None,
        frames: int | None = None,
        seeds: Sequence[int] | None = None,
        metre: Sequence[Metre] | None = None,
        harmony: Sequence[Harmony] | None = None,
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Return new codes int64 ``[B, K, T]``; a row is what it would be alone.

        Args:
            texts: one for each row: a text ("" is no text), or several with their weights.
            params: how to decode; default ``self.params``.
            prompt_codes: int64 ``[B, K, P]``: tokens of the first P frames.
            frozen: bool ``[P]`` or ``[K, P]``: which of those are kept; all others are filled
                anew, whatever they hold. Default all: the music goes on from them. What lies before
                and behind a hole is seen while it is filled. An autoregressive model only goes on.
            frames: T, what is given included; default the segment that the model was trained on, or
                P where ``frozen`` is given. Longer pieces are made in windows that overlap. The
                nonoverlap arrangement of a plain MAGNeT model leaves out a last span that is not
                whole, unless something in it is frozen.
            seeds: of each row's random numbers; default 0, 1, ...
            metre: beat grid of each row, for models that have one.
            harmony: of each row, for models that have one; by default drawn by the row's seed in
                the key of its text.
            on_step: told after every step how many forward passes are done, and of how many.

        Raises:
            DecodingError: the request does not fit the model.
            DeviceError: the device has too little memory for it.
        """
        params = params or self.params
        generators, harmony = self._drawn(texts, seeds, harmony)
        opener, rescorer = partners_of(self, params, texts, metre, harmony)
        request = Request(
            lm=self.lm,
            conditions=self.condition(texts, metre, harmony),
            frames=self._piece_frames(frames, prompt_codes, frozen),
            params=params,
            generators=generators,
            prompt_codes=prompt_codes,
            frozen=frozen,
            rescorer=rescorer,
        )
        with memory_for(f"{request.frames} frames in {len(texts)} rows", self.lm.device):
            return _decode(PieceDecoding(request, opener), on_step)

    def _drawn(
        self,
        texts: Sequence[Prompt],
        seeds: Sequence[int] | None,
        harmony: Sequence[Harmony] | None,
    ) -> tuple[list[Generator], Sequence[Harmony]]:
        """Return the randomness of each row, and its harmony, drawn by the seed if not given."""
        seeds = range(len(texts)) if seeds is None else seeds
        if len(seeds) != len(texts) or not texts:
            raise DecodingError(f"{len(seeds)} seeds for {len(texts)} texts; each row needs one")
        if harmony is None:
            harmony = [
                Harmony.draw(self.key(t), seed) for t, seed in zip(texts, seeds, strict=True)
            ]
        return [Generator(self.lm.device).manual_seed(seed) for seed in seeds], harmony

    def logits(
        self,
        codes: Tensor,
        text: Prompt,
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
        device = self.lm.device
        mask = stage_mask(config, frames, stage=stage, prefix=prefix_frames, device=device)
        with torch.inference_mode():
            rows = self._both_rows(text, metre, harmony)
            tokens = codes[None].to(device).expand(2, -1, -1)
            if config.variant is Variant.MAGNET:
                return self.lm.head(stage, self.lm.hidden(tokens, rows, attention_mask=mask))
            columns = delay(tokens, config.mask_id)
            states = self.lm.hidden(columns, rows, attention_mask=mask)
            # Head k predicts frame t at column k + t.
            return self.lm.head(stage, states[:, stage : stage + frames])

    def log_likelihood(
        self,
        codes: Tensor,
        text: Prompt,
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

    def _both_rows(self, text: Prompt, metre: Metre | None, harmony: Harmony | None) -> Conditions:
        # Both rows hear the beat; words and chords are what guidance guides towards.
        grid = metre or Metre(tempo_bpm=self.tempo_bpm(text))
        chords = harmony or Harmony.draw(self.key(text), seed=0)
        return self.condition([text, ""], [grid, grid], [chords, Harmony()])

    def _piece_frames(
        self, frames: int | None, prompt_codes: Tensor | None, frozen: Tensor | None
    ) -> int:
        given = 0 if prompt_codes is None else prompt_codes.shape[-1]
        if frames is None:
            frames = self.lm.config.segment_frames if frozen is None else given
        if frozen is None and given >= frames:
            raise DecodingError(f"frames is {frames}; it must exceed the prompt's {given}")
        if given > frames:
            raise DecodingError(f"frames is {frames}; it must be {given} or more, what is given")
        return frames


def _decode(piece: PieceDecoding, on_step: OnStep | None) -> Tensor:
    """Return the codes of a piece, having told how far it is after every step."""
    done = 0
    for step in piece.steps():
        done += step.passes
        if on_step is not None:
            on_step(done, piece.passes)
    if on_step is not None and done < piece.passes:  # stages that found nothing to do
        on_step(piece.passes, piece.passes)
    return piece.codes
