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
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request
from magnet_core.errors import DecodingError
from magnet_core.model.harmony import Harmony, Key
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


ALL = torch.ones(9, dtype=torch.bool)


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


@pytest.mark.parametrize("frames", [30, 90])
def test_a_hybrid_model_plays_the_prefix_column_by_column(tiny_lm: Make, frames: int) -> None:
    """To the last frame: its own masked stages have no part in it, and no pass."""
    model = _model(tiny_lm(Variant.MAGNET), prefix_frames=12)
    model.prefix_model = _model(tiny_lm(Variant.HYBRID, metre=True, harmony=True), prefix_frames=2)
    seen: list[tuple[int, int]] = []
    codes = model.generate("x", frames=frames, on_step=lambda *passes: seen.append(passes))
    whole = replace(model.prefix_model.params, prefix_frames=1000)
    assert torch.equal(codes[:, :12], model.prefix_model.generate("x", frames=12, params=whole))
    passes = 12 + 3 + 7 * (1 if frames == 30 else 2)
    assert [done for done, _ in seen] == list(range(1, passes + 1))
    assert {total for _, total in seen} == {passes}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (None, "needs a prefix_model"),
        ({"variant": Variant.MAGNET}, "plain MAGNeT model, and never reads forwards"),
        ({"card": 16}, "4 codebooks of 16 entries"),
        ({"codebooks": 2}, "2 codebooks of 32 entries"),
        ({"frame_rate": 25}, "25 frames per second"),
        ({"sample_rate": 16_000}, "16000 Hz"),
    ],
)
@pytest.mark.parametrize("role", ["prefix_model", "rescorer"])
def test_a_partner_of_another_kind_or_codec_is_refused(
    tiny_lm: Make, role: str, other: dict[str, Any] | None, message: str
) -> None:
    """Music and sound effects have codecs that differ in their sample rate alone."""
    does = {"prefix_frames": 12} if role == "prefix_model" else {"rescore_weight": 0.5}
    model = _model(tiny_lm(Variant.MAGNET), **does)
    if other is not None:
        values = {"variant": Variant.AUTOREGRESSIVE} | other
        rate = values.pop("sample_rate", 32_000)
        partner = _model(tiny_lm(**values))
        partner.codec = Codec()  # type: ignore[assignment]
        partner.codec.sample_rate = rate
        setattr(model, role, partner)
    with pytest.raises(DecodingError, match=message.replace("prefix_model", role)):
        model.generate("x", frames=30)


@pytest.mark.parametrize("variant", [Variant.MAGNET, Variant.HYBRID])
def test_a_rescorer_reads_the_text_by_its_own_encoder(tiny_lm: Make, variant: Variant) -> None:
    """Of another width than the model's; off, it is not even asked."""
    model = _model(tiny_lm(variant), rescore_weight=1.0, sample=False)
    alone = model.generate("x", frames=30, params=replace(model.params, rescore_weight=0.0))
    model.rescorer = _model(tiny_lm(Variant.AUTOREGRESSIVE, text_dim=12))
    model.rescorer.text_encoder = WordEncoder(dim=12).eval()
    assert not torch.equal(model.generate("x", frames=30), alone)
    model.rescorer.text_encoder = Letters()
    with pytest.raises(RuntimeError, match="shape"):
        model.generate("x", frames=30)
    off = replace(model.params, rescore_weight=0.0)
    assert torch.equal(model.generate("x", frames=30, params=off), alone)


def test_a_hybrid_model_is_its_own_rescorer(tiny_lm: Make) -> None:
    """Unsaid or said, as the same network again; a plain MAGNeT cannot be."""
    model = _model(tiny_lm(metre=True, harmony=True), rescore_weight=0.7, prefix_frames=5)
    unsaid = model.generate("x", frames=90)
    model.rescorer = model
    assert torch.equal(model.generate("x", frames=90), unsaid)
    model.rescorer = _model(tiny_lm(metre=True, harmony=True))
    assert torch.equal(model.generate("x", frames=90), unsaid)
    plain = _model(tiny_lm(Variant.MAGNET), rescore_weight=0.7)
    plain.rescorer = plain
    with pytest.raises(DecodingError, match="a plain MAGNeT model needs a rescorer"):
        plain.generate("x")


def test_passes_of_rescoring_are_reported(tiny_lm: Make) -> None:
    """Steps 3, 2, 1, 1: three are not a stage's last, and take two passes each."""
    model = _model(tiny_lm(), prefix_frames=4, rescore_weight=0.5)
    seen: list[tuple[int, int]] = []
    model.generate("x", frames=30, on_step=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == [1, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14]
    assert {total for _, total in seen} == {4 + 7 + 3}


def test_every_forward_pass_is_reported(tiny_lm: Make) -> None:
    model = _model(tiny_lm(), prefix_frames=4)
    seen: list[tuple[int, int]] = []
    model.generate("x", frames=90, on_step=lambda done, total: seen.append((done, total)))
    passes = 4 + 7 + 1 + 7  # prefix, infill; the second window reads its context first
    assert [done for done, _ in seen] == list(range(1, passes + 1))
    assert {total for _, total in seen} == {passes}


BLEND = [("a", 0.5), ("some longer text", 0.2), ("", 0.1), ("zz", 0.2)]
NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False, prefix=False)


@pytest.mark.parametrize("folder", [*PLAIN, "musicgen-32khz", "hybrid-32khz"])
def test_a_published_model_is_told_one_blended_text_as_without_blending(
    reference: Make, folder: str
) -> None:
    """T5 conditions, bit for bit; two texts are not one of them, and not nothing."""
    ref = reference(folder)
    first, second = ref.prompts[0], ref.prompts[1]
    plain, blended = ref.model.condition([first]), ref.model.blend([(first, 0.4), (second, 0.0)])
    assert blended.shares is None and blended.bias is None
    for ours, theirs in zip(
        (*blended.keys, *blended.values, blended.mask),
        (*plain.keys, *plain.values, plain.mask),
        strict=True,
    ):
        assert torch.equal(ours, theirs)
    codes = ref.arrays["text0_codes"][0]
    both = ref.model.logits(codes, [(first, 1.0), (second, 1.0)])
    assert torch.equal(both, ref.model.logits(codes, [(second, 7.0), (first, 7.0)]))
    for text in (first, second, ""):
        assert (both[0] - ref.model.logits(codes, text)[0]).abs().max() > 1e-3
    torch.testing.assert_close(both[1], ref.model.logits(codes, "")[0], atol=1e-4, rtol=0)


def test_the_bundled_kind_of_model_blends_its_words(tiny_lm: Make) -> None:
    """Words in any order are the same text to it, so their shares add up."""
    model = _model(tiny_lm(metre=True, harmony=True))
    torch.manual_seed(0)
    model.text_encoder = WordEncoder(dim=8).eval()
    given = {"metre": Metre(tempo_bpm=120.0), "harmony": Harmony.in_key(9, True, (0, 5))}
    codes = _given(30)[0]
    split = model.logits(codes, [("dark techno", 1), ("techno, dark", 2), ("bells", 1)], **given)
    whole = model.logits(codes, [("bells", 1), ("dark techno", 3)], **given)
    torch.testing.assert_close(split, whole, atol=1e-5, rtol=1e-5)
    assert (whole - model.logits(codes, "dark techno", **given)).abs().max() > 1e-3
    conditions = model.blend([("bells", 1), ("dark techno", 3)], **given)
    assert conditions.metre is not None and conditions.metre.tolist() == [[120.0, 0.0]]
    assert conditions.harmony is not None and conditions.harmony.shape == (1, 3)


@pytest.mark.parametrize("variant", list(Variant))
def test_a_blend_costs_the_passes_of_one_text(tiny_lm: Make, variant: Variant) -> None:
    """In every count of the work, by every decoder, null rows included."""
    model = _model(tiny_lm(variant), prefix_frames=0 if variant is Variant.MAGNET else 5)
    counts = []
    for prompt in ([("a", 1.0)], BLEND):
        counter = PassCounter()
        request = Request(
            lm=model.lm,
            conditions=model.blend(prompt),
            frames=30,
            params=model.params,
            generators=[torch.Generator().manual_seed(1)],
            prompt_codes=_given(7),
            counter=counter,
        )
        for _ in start(request).steps():
            pass
        counts.append(counter)
    assert counts[0] == counts[1]
    assert counts[0].passes > 0


@pytest.mark.parametrize("variant", list(Variant))
def test_no_shortcut_changes_what_a_blend_plays(tiny_lm: Make, variant: Variant) -> None:
    model = _model(tiny_lm(variant), prefix_frames=0 if variant is Variant.MAGNET else 5)
    results = []
    for shortcuts in (Shortcuts(), NO_SHORTCUTS):
        request = Request(
            lm=model.lm,
            conditions=model.condition([BLEND, "a", [("", 1.0), ("b", 1.0)]]),
            frames=30,
            params=model.params,
            generators=[torch.Generator().manual_seed(row) for row in range(3)],
            shortcuts=shortcuts,
        )
        decoding = start(request)
        for _ in decoding.steps():
            pass
        results.append(decoding.codes)
    assert torch.equal(*results)
    alone = model.generate(BLEND, frames=30, seed=0)
    assert torch.equal(results[0][0], alone)
    assert not torch.equal(alone, model.generate("a", frames=30, seed=0))


def test_tempo_and_key_of_a_blend_are_those_of_its_heaviest_text(tiny_lm: Make) -> None:
    """For the key, of those that say something about it; equal weights do not depend on order."""
    model = _model(tiny_lm(Variant.HYBRID, metre=True, harmony=True))
    assert model.tempo_bpm([("90 bpm", 0.4), ("140 bpm", 0.6)]) == 140.0
    assert model.tempo_bpm([("90 bpm", 1), ("140 bpm", 1)]) == 140.0  # "1" comes before "9"
    assert model.tempo_bpm([("140 bpm", 1), ("90 bpm", 1)]) == 140.0
    assert model.key([("A minor", 1.0)]) == Key()  # Letters knows none
    model.text_encoder = WordEncoder(dim=8)
    prompt = [("warm pads", 0.5), ("A minor", 0.3), ("C major", 0.2)]
    assert model.key(prompt) == Key(9, minor=True)
    conditions = model.blend(prompt)
    assert conditions.harmony is not None
    assert conditions.harmony[0, 0] == 2 * 9 + 1


@pytest.mark.parametrize("variant", [Variant.MAGNET, Variant.HYBRID])
def test_holes_are_filled_and_what_is_frozen_comes_back(tiny_lm: Make, variant: Variant) -> None:
    """The length is that of the given codes; it exceeds the segment of 60 frames."""
    model = _model(tiny_lm(variant), prefix_frames=0 if variant is Variant.MAGNET else 9)
    given = _given(130)[0]
    frozen = torch.ones(130, dtype=torch.bool)
    frozen[20:35] = frozen[100:] = False
    codes = model.generate("x", prompt_codes=given, frozen=frozen, seed=2)
    assert codes.shape == (4, 130)
    assert torch.equal(codes[:, frozen], given[:, frozen])
    assert (codes[:, ~frozen] != given[:, ~frozen]).any()
    hidden = given.masked_fill(~frozen, model.card)  # what lies in the holes does not matter
    assert torch.equal(
        codes, model.generate("x", prompt_codes=hidden, frozen=frozen.expand(4, -1), seed=2)
    )
    longer = model.generate("x", prompt_codes=given, frozen=frozen, frames=140, seed=2)
    assert longer.shape == (4, 140)
    assert torch.equal(longer[:, :130][:, frozen], given[:, frozen])


def test_a_mask_of_the_first_frames_is_a_prompt(tiny_lm: Make) -> None:
    model = _model(tiny_lm(), prefix_frames=9)
    given, frozen = _given(90)[0], torch.arange(90) < 25
    assert torch.equal(
        model.generate("x", prompt_codes=given, frozen=frozen),
        model.generate("x", prompt_codes=given[:, :25], frames=90),
    )


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
        (lambda m: m.condition([]), "0 texts"),
        (lambda m: m.blend([]), "blend has no texts"),
        (lambda m: m.blend([("x", 1.0), ("y", -0.5)]), "weight of 'y' is -0.5"),
        (lambda m: m.generate([("x", float("nan"))]), "weight of 'x' is nan"),
        (lambda m: m.generate("x", frozen=ALL), "need prompt_codes"),
        (lambda m: m.generate("x", prompt_codes=_given(5)[0], frozen=ALL), r"must be bool \[5\]"),
        (
            lambda m: m.generate("x", prompt_codes=_given(9)[0], frozen=ALL, frames=8),
            "frames is 8; it must be 9 or more",
        ),
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
