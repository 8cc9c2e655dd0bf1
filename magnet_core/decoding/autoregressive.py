"""Autoregressive decoding (MusicGen, AudioGen, and the prefix of a hybrid model): column by column.

Columns are those of the delay pattern (``patterns.py``). *Row* r of the network reads column r and
predicts column r + 1: head q at row r gives token (r - q, q). One step computes one row for the
whole batch and writes one column; the keys and values of earlier rows come from a cache that is
allocated once.

Source: Copet et al., arXiv 2306.05284; arg-max results equal the released code's token for token.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from magnet_core.decoding.forward import GuidedForward, InputOffsets
from magnet_core.decoding.masked import Step
from magnet_core.decoding.patterns import complete_frames, delay, undelay
from magnet_core.decoding.request import Request, causal_prompt
from magnet_core.decoding.sampling import draw, guide, uniform_noise
from magnet_core.decoding.schedule import MIN_TEMPERATURE
from magnet_core.errors import DecodingError
from magnet_core.model.kv_cache import CausalAttention, KVCache


class AutoregressiveDecoding:
    """Decodes columns one after the other with cached keys and values.

    Args:
        request: of a model of the AUTOREGRESSIVE or HYBRID variant; of its parameters, the
            ``prefix_*`` values and ``sample`` count. What is frozen must be whole frames at the
            beginning.
        null_rows: keep the null rows' keys even where the guidance weight is 1 (a hybrid model's
            infill needs them); None decides from the weight.

    Attributes:
        columns: int64 ``[B, K, T + K]``, the mask id where unknown; updated by every step.
        cache: keys and values of the rows computed so far.
        prompt_frames: frames that are given.

    Raises:
        DecodingError: the request does not fit the model.
    """

    def __init__(self, request: Request, *, null_rows: bool | None = None) -> None:
        config, params, frames = request.config, request.params, request.frames
        given = 0 if request.prompt_codes is None else request.prompt_codes.shape[-1]
        if frames < 1 or given > frames:
            raise DecodingError(f"frames is {frames} with a prompt of {given} frames")
        codes, known = request.place_given()
        self.prompt_frames = causal_prompt(known)
        self.lm, self.params, self.generators = request.lm, params, request.generators
        self.frames = frames
        self.forward = GuidedForward(
            request.lm, request.conditions, request.shortcuts, request.counter
        )
        guided = null_rows if null_rows is not None else params.prefix_guidance != 1.0
        self.rows = 2 * self.batch if guided else self.forward.rows(1.0)
        self.columns = delay(codes, config.mask_id)
        columns, like = frames + config.codebooks, self.lm.out_norm.weight
        self.cache = KVCache.allocate(config, rows=self.rows, columns=columns, like=like)
        with torch.inference_mode():
            self.offsets = InputOffsets.of(self.lm, request.conditions, columns)
            self.heads = self.lm.joined_heads()

    @property
    def batch(self) -> int:
        """B."""
        return self.forward.batch

    @property
    def rows_done(self) -> int:
        """Rows computed so far; columns up to and including this one are known."""
        return self.cache.filled

    @property
    def codes(self) -> Tensor:
        """The tokens so far, int64 ``[B, K, T]``; the mask id where unknown."""
        return self.codes_between(0, self.frames)

    def codes_between(self, begin: int, end: int) -> Tensor:
        """Return ``codes[..., begin:end]`` at the cost of those frames alone."""
        return undelay(self.columns[..., begin : end + self.lm.config.codebooks])

    @property
    def complete_frames(self) -> int:
        """Leading frames that are known in all codebooks."""
        done = complete_frames(self.rows_done, self.lm.config.codebooks, self.frames)
        return max(done, self.prompt_frames)

    def steps(self, until: int | None = None) -> Iterator[Step]:
        """Decode; every ``next`` is one forward pass: first all of a prompt, then one row.

        Args:
            until: stop when this many rows are done; None goes to the end. A later call goes on.
        """
        stop = self.frames + self.lm.config.codebooks - 1 if until is None else until
        if self.rows_done < self.prompt_frames:
            self.prefill(min(self.prompt_frames, stop))
            yield Step(stage=0, step=self.rows_done - 1, of=stop, masked=0)
        while self.rows_done < stop:
            self.step()
            yield Step(stage=0, step=self.rows_done - 1, of=stop, masked=self.batch)

    @torch.inference_mode()
    def prefill(self, rows: int) -> None:
        """Compute the keys of rows ``rows_done .. rows - 1``, whose next columns are known."""
        self._states(self.rows_done, rows)
        self.cache.filled = rows

    @torch.inference_mode()
    def step(self) -> None:
        """Compute one row and fill the next column where it is unknown."""
        config, row = self.lm.config, self.rows_done
        states = self._states(row, row + 1)  # [R, 1, D]
        weight = self.params.prefix_guidance
        if weight == 1.0:
            states = states[: self.batch]
        logits = self.lm.heads(states, self.heads)[:, :, 0]  # [R, K, card]
        self.forward.counter.head_positions += states.shape[0] * config.codebooks
        if states.shape[0] > self.batch:
            logits = guide(logits[: self.batch], logits[self.batch :], weight)
        token = self._draw(logits)
        # Head q predicts frame row - q; before the first and after the last frame stays filler,
        # and so does what the prompt already says.
        first, stop = max(0, row - self.frames + 1), min(config.codebooks, row + 1)
        column = self.columns[:, first:stop, row + 1]
        column.copy_(torch.where(column == config.mask_id, token[:, first:stop], column))
        self.cache.filled = row + 1

    def _states(self, first: int, stop: int) -> Tensor:
        """Return output states ``[R, stop - first, D]`` of rows ``first .. stop - 1``."""
        return self.forward.states(
            self.lm.embed(self.columns[:, :, first:stop]),
            self.offsets.of_columns(first, stop),
            CausalAttention(self.cache, first),
            rows=self.rows,
        )

    def _draw(self, logits: Tensor) -> Tensor:
        """Return tokens ``[B, K]`` of logits ``[B, K, card]``."""
        params = self.params
        if not params.sample or params.prefix_temperature == 0.0:
            return logits.argmax(dim=-1)
        noise = uniform_noise(self.generators, logits.shape[1], logits.device)
        temperature = max(params.prefix_temperature, MIN_TEMPERATURE)
        token, _ = draw(logits, noise, temperature=temperature, top_k=params.prefix_top_k)
        return token
