"""Tiny models of every variant, with random weights and the bundled kind of codec."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

from magnet_core.api import Model
from magnet_core.checkpoints.codec import load_codec
from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.config import DecodingParams, LMConfig, SpanArrangement, Variant
from magnet_core.model.lm import TransformerLM
from magnet_core.model.words import WordEncoder
from magnet_core.types import Codec


def tiny_codec() -> CarrierCodec:
    """A carrier codec of a few thousand weights, loud enough to be heard."""
    torch.manual_seed(1)
    codec = CarrierCodec(
        CarrierConfig(
            card=32, latent_dim=8, encoder_dim=8, decoder_dim=8, hop_dim=8, encoder_blocks=1,
            decoder_blocks=1, hop_blocks=1, carriers=24, noise_bands=8,
        )
    ).eval()  # fmt: skip
    for layer in codec.quantizer.vq.layers:
        layer._codebook.embed.normal_()
    torch.nn.init.constant_(codec.decoder.amplitude.bias, -2.0)
    return codec


@cache
def tiny_encodec() -> EncodecCodec:
    """The reference EnCodec, whose decoder looks four frames ahead."""
    return load_codec(Path(__file__).parents[2] / "data" / "magnet-32khz", by_hand=[])


def tiny_model(
    variant: Variant = Variant.HYBRID,
    *,
    metre: bool = True,
    harmony: bool = False,
    codec: Codec | None = None,
    arrangement: SpanArrangement = SpanArrangement.STRIDE1,
    segment_frames: int = 99,
) -> Model:
    """A 2-layer, dim-16 model that plays two-second windows, unless told otherwise."""
    codec = codec or tiny_codec()
    config = LMConfig(
        variant=variant, dim=16, layers=2, heads=2, text_dim=16, card=codec.card,
        segment_frames=segment_frames, metre=metre, harmony=harmony,
    )  # fmt: skip
    lm = TransformerLM(config)
    lm.initialise(torch.Generator().manual_seed(2))
    if lm.harmony is not None:  # which begins at zero, as if nothing had been said
        for table in (lm.harmony.key, lm.harmony.chord):
            torch.nn.init.normal_(table.weight[:-1], generator=torch.Generator().manual_seed(4))
    torch.manual_seed(3)
    return Model(
        lm=lm.eval(),
        codec=codec,
        text_encoder=WordEncoder(dim=16).eval(),
        params=DecodingParams(steps=(3, 2, 2, 2), temperature=1.0, span_arrangement=arrangement),
        name="tiny",
    )
