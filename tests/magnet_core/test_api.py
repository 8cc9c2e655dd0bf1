"""The public names: parity through text, lengths, pairs, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

import magnet_core
from magnet_core.api import DEFAULT_TEMPO_BPM, Model
from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.errors import DecodingError
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import Metre
from magnet_core.model.words import WordEncoder

Make = Callable[..., Any]
PLAIN = ("magnet-32khz", "magnet-16khz-fp16")


class Letters:
    """A text encoder of one token per character; knows the tempo of texts such as "90 bpm"."""

    dim = 8

    def encode(self, texts: list[str]) -> list[Tensor]:
        return [
            torch.tensor([[ord(c) % n for n in range(2, 10)] for c in text], dtype=torch.float32)
            .view(-1, 8)
            .div(8)
            for text in texts
        ]

    def tempo_bpm(self, text: str) -> float:
        return float(text.split()[0]) if text.endswith("bpm") else 100.0


class Codec:
    """Only the numbers that a model asks of its codec."""

    sample_rate = 32_000


def _model(lm: TransformerLM, **values: Any) -> Model:
    params = DecodingParams(steps=(3, 2, 1, 1), span_arrangement=SpanArrangement.STRIDE1)
    return Model(
        lm=lm,
        codec=Codec(),  # type: ignore[arg-type]
        text_encoder=Letters(),
        params=replace(params, **values),
        name="tiny",
    )


def _given(frames: int, rows: int = 1) -> Tensor:
    shape = (rows, 4, frames)
    return torch.randint(0, 32, shape, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("folder", PLAIN)
def test_magnet_logits_from_text_equal_the_reference(reference: Make, folder: str) -> None:
    ref = reference(folder)
    for text, prompt in enumerate(ref.prompts):
        for stage in range(4):
            codes = ref.arrays[f"text{text}_codes"][0]
            logits = ref.model.logits(codes, prompt, stage=stage)
            expected = ref.arrays[f"text{text}_logits_stage{stage}"]
            torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("folder", PLAIN)
def test_magnet_generation_from_text_equals_the_reference(reference: Make, folder: str) -> None:
    ref = reference(folder)
    params = DecodingParams(steps=ref.steps, sample=False)
    for text, prompt in enumerate(ref.prompts):
        given = ref.arrays[f"text{text}_codes"][0, :, :42].clamp(max=ref.model.card - 1)
        codes = ref.model.generate(prompt, params=params)
        assert torch.equal(codes, ref.arrays[f"text{text}_greedy_nonoverlap"][0])
        codes = ref.model.generate(prompt, params=params, prompt_codes=given)
        assert torch.equal(codes, ref.arrays[f"text{text}_greedy_nonoverlap_prompt42"][0])


def test_musicgen_from_text_equals_the_reference(reference: Make) -> None:
    ref = reference("musicgen-32khz")
    for text, prompt in enumerate(ref.prompts):
        codes = ref.arrays[f"text{text}_codes"][0]
        for stage in range(4):
            logits = ref.model.logits(codes, prompt, stage=stage)
            valid = ref.arrays[f"text{text}_logits_valid"][:, stage]
            expected = ref.arrays[f"text{text}_logits"][:, stage]
            torch.testing.assert_close(logits[valid], expected[valid], atol=1e-4, rtol=0)
        scores = ref.model.log_likelihood(codes, prompt)
        expected = ref.arrays[f"text{text}_log_likelihood"]
        torch.testing.assert_close(scores, expected, atol=1e-4, rtol=0)
        generated = ref.model.generate(prompt, params=DecodingParams(sample=False))
        assert torch.equal(generated, ref.arrays[f"text{text}_greedy"][0])


@pytest.mark.parametrize(("text", "prefix"), [(0, 13), (1, 25)])
def test_hybrid_logits_from_text_equal_the_reference(
    reference: Make, text: int, prefix: int
) -> None:
    ref = reference("hybrid-32khz")
    causal = ref.arrays[f"text{text}_prefix{prefix}_ar_logits"]
    for stage in range(4):
        codes = ref.arrays[f"text{text}_prefix{prefix}_masked_codes_stage{stage}"][0]
        logits = ref.model.logits(codes, ref.prompts[text], stage=stage, prefix_frames=prefix)
        expected = ref.arrays[f"text{text}_prefix{prefix}_logits_stage{stage}"]
        torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)
        known = prefix - stage  # codebook q is known for p - q frames
        torch.testing.assert_close(
            logits[:, :known], causal[:, stage, stage:prefix], atol=1e-4, rtol=0
        )


@pytest.mark.parametrize("variant", list(Variant))
def test_a_row_of_a_batch_of_other_lengths_equals_generate(tiny_lm: Make, variant: Variant) -> None:
    model = _model(tiny_lm(variant))
    texts = ["a", "some longer text", ""]
    batch = model.generate_batch(texts, frames=30, seeds=[4, 5, 6])
    for row, text in enumerate(texts):
        assert torch.equal(batch[row], model.generate(text, frames=30, seed=4 + row))


@pytest.mark.parametrize("variant", list(Variant))
def test_frames_may_be_fewer_or_more_than_the_segment(tiny_lm: Make, variant: Variant) -> None:
    """The segment is 60 frames; a long piece keeps its prompt and has no gap."""
    model = _model(tiny_lm(variant))
    assert model.generate("x").shape == (4, 60)
    for frames in (7, 61, 151):
        codes = model.generate("x", frames=frames, prompt_codes=_given(5)[0])
        assert codes.shape == (4, frames)
        assert torch.equal(codes[:, :5], _given(5)[0])
        assert ((codes >= 0) & (codes < 32)).all()


def test_whole_spans_only_for_plain_magnet_on_the_grid(tiny_lm: Make) -> None:
    grid = SpanArrangement.NONOVERLAP
    for variant, frames in ((Variant.MAGNET, 99), (Variant.HYBRID, 100)):
        model = _model(tiny_lm(variant), span_arrangement=grid)
        assert model.generate("x", frames=100).shape == (4, frames)


def test_a_window_takes_up_the_metre_where_the_last_one_left_it(tiny_lm: Make) -> None:
    """The same window, started by hand at its own beat, gives the same music."""
    model = _model(tiny_lm(Variant.HYBRID, metre=True), sample=False, prefix_temperature=0.0)
    metre = Metre(tempo_bpm=125.0, start_beat=1.5)
    whole = model.generate("x", frames=80, metre=metre)
    context = 24  # 0.4 of the segment of 60
    tail = model.generate(
        "x",
        frames=80 - (60 - context),
        prompt_codes=whole[:, 60 - context : 60],
        metre=metre.at_frame(60 - context, 50),
    )
    assert torch.equal(tail[:, context:], whole[:, 60:])


def test_metre_is_taken_from_the_text_unless_given(tiny_lm: Make) -> None:
    model = _model(tiny_lm(Variant.HYBRID, metre=True))
    conditions = model.condition(["90 bpm", "no number"])
    assert conditions.metre is not None
    assert conditions.metre.tolist() == [[90.0, 0.0], [100.0, 0.0]]
    given = model.condition(["90 bpm"], [Metre(tempo_bpm=130.0, start_beat=2.0)])
    assert given.metre is not None
    assert given.metre.tolist() == [[130.0, 2.0]]


def test_tempo_of_an_encoder_that_knows_none(reference: Make) -> None:
    assert reference("hybrid-32khz").model.tempo_bpm("90 bpm") == DEFAULT_TEMPO_BPM


def test_unknown_words_are_those_of_the_encoder_that_can_tell(tiny_lm: Make) -> None:
    model = _model(tiny_lm())
    assert model.unknown_words("purple techno") == ()  # every letter means something to Letters
    model.text_encoder = WordEncoder(dim=8)
    assert model.unknown_words("purple techno elephants") == ("purple", "elephants")
    assert model.unknown_words("techno") == ()


def test_seed_decides(tiny_lm: Make) -> None:
    model = _model(tiny_lm())
    first, same, other = (model.generate("x", seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_text_decides(tiny_lm: Make) -> None:
    model = _model(tiny_lm(), sample=False)
    assert not torch.equal(model.generate("x"), model.generate("quite another thing"))


def test_a_paired_model_plays_the_prefix(tiny_lm: Make) -> None:
    model = _model(tiny_lm(Variant.MAGNET), prefix_frames=12)
    model.prefix_model = _model(tiny_lm(Variant.AUTOREGRESSIVE))
    codes = model.generate("x", frames=30, seed=3)
    prefix = model.prefix_model.generate("x", frames=12, seed=3)
    assert torch.equal(codes[:, :12], prefix)
    assert (codes < 32).all()


@pytest.mark.parametrize(
    "other", [None, {"variant": Variant.MAGNET}, {"variant": Variant.AUTOREGRESSIVE, "card": 16}]
)
def test_a_prefix_needs_a_model_that_can_play_it(
    tiny_lm: Make, other: dict[str, Any] | None
) -> None:
    model = _model(tiny_lm(Variant.MAGNET), prefix_frames=12)
    model.prefix_model = None if other is None else _model(tiny_lm(**other))
    with pytest.raises(DecodingError, match="prefix"):
        model.generate("x", frames=30)


def test_every_forward_pass_is_reported(tiny_lm: Make) -> None:
    model = _model(tiny_lm(), prefix_frames=4)
    seen: list[tuple[int, int]] = []
    model.generate("x", frames=90, on_step=lambda done, total: seen.append((done, total)))
    passes = 4 + 7 + 1 + 7  # prefix, infill; the second window reads its context first
    assert [done for done, _ in seen] == list(range(1, passes + 1))
    assert {total for _, total in seen} == {passes}


def test_numbers_of_a_model(tiny_lm: Make) -> None:
    model = _model(tiny_lm())
    numbers = (model.card, model.codebooks, model.frame_rate, model.sample_rate)
    assert numbers == (32, 4, 50, 32_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.generate("x", frames=5, prompt_codes=_given(5)[0]), "frames is 5"),
        (lambda m: m.generate("x", frames=0), "frames is 0"),
        (lambda m: m.generate_batch([]), "0 seeds for 0 texts"),
        (lambda m: m.generate_batch(["x"], seeds=[1, 2]), "2 seeds for 1 texts"),
        (lambda m: m.generate("x", prompt_codes=_given(5)[0] + 32), "outside"),
        (lambda m: m.generate("x", prompt_codes=_given(5)), "shape"),
        (lambda m: m.condition(["x"], []), "0 metres for 1 texts"),
        (lambda m: m.logits(_given(5)[0], "x", stage=4), "stage is 4"),
        (lambda m: m.logits(_given(5)[0, :3], "x"), "shape"),
        (lambda m: m.logits(_given(5)[0], "x", prefix_frames=10), "prefix_frames is 10"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    tiny_lm: Make, call: Callable[[Model], object], message: str
) -> None:
    with pytest.raises(DecodingError, match=message):
        call(_model(tiny_lm()))


def test_a_request_shorter_than_one_span_is_refused_by_a_plain_model(tiny_lm: Make) -> None:
    model = _model(tiny_lm(Variant.MAGNET), span_arrangement=SpanArrangement.NONOVERLAP)
    with pytest.raises(DecodingError, match="frames is 2"):
        model.generate("x", frames=2)


def test_importing_the_package_imports_no_torch() -> None:
    code = "import sys, magnet_core; magnet_core.DecodingParams(); print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout.strip()) == (0, "False")


def test_package_offers_its_public_names_and_no_others() -> None:
    for name in magnet_core.__all__:
        assert getattr(magnet_core, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing_of_the_sort"):
        magnet_core.nothing_of_the_sort  # noqa: B018
