"""How probable given codes are to a model that reads them column by column.

One teacher-forced causal pass, no guidance. The pattern's tail is kept, so every token has a value
(audiocraft's own truncated pattern leaves the last q frames of codebook q undefined).
"""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.config import Variant
from magnet_core.decoding.patterns import align_logits, delay
from magnet_core.decoding.request import check_prompt
from magnet_core.errors import DecodingError
from magnet_core.model.attention import causal_mask
from magnet_core.model.lm import Conditions, TransformerLM


@torch.inference_mode()
def log_likelihood(lm: TransformerLM, conditions: Conditions, codes: Tensor) -> Tensor:
    """Return the natural log probability of each token given all columns before it.

    Args:
        lm: a model that can read causally (autoregressive or hybrid).
        conditions: of the B rows.
        codes: int64 ``[B, K, T]``, no mask ids.

    Returns:
        float32 ``[B, K, T]``.

    Raises:
        DecodingError: the model is a plain MAGNeT, or the codes do not fit it.
    """
    if lm.config.variant is Variant.MAGNET:
        raise DecodingError("a MAGNeT model has no likelihood: it never reads codes causally")
    check_prompt(lm.config, conditions.rows, codes)
    columns = delay(codes.to(lm.device), lm.config.mask_id)
    mask = causal_mask(columns.shape[-1], lm.device)
    logits = align_logits(lm(columns, conditions, attention_mask=mask))  # [B, K, T, card]
    return logits.log_softmax(dim=-1).gather(-1, codes.to(lm.device)[..., None])[..., 0]
