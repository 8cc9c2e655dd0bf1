"""Language models of audiocraft: read what is played, refuse the rest, name what is wrong."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from magnet_core.checkpoints.audiocraft import expected_shapes, read_lm
from magnet_core.checkpoints.presets import PUBLISHED
from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.errors import CheckpointError

Changed = Callable[..., Path]
KEY = "transformer.layers.1.linear1.weight"
SOME_KEYS = [
    "emb.0.weight",
    "emb.3.weight",
    "linears.2.weight",
    "out_norm.bias",
    KEY,
    "transformer.layers.0.linear1.weight",
    "transformer.layers.1.cross_attention.in_proj_weight",
    "condition_provider.conditioners.description.output_proj.weight",
    "condition_provider.conditioners.description.output_proj.bias",
]


def read(folder: Path, name: str | None = None) -> Any:
    return read_lm(folder / "state_dict.bin", name=name or folder.name)


@pytest.mark.parametrize(
    ("folder", "variant", "layers", "heads", "context"),
    [
        ("magnet-32khz", Variant.MAGNET, 2, 4, 5),
        ("magnet-16khz-fp16", Variant.MAGNET, 3, 6, 4),
        ("musicgen-32khz", Variant.AUTOREGRESSIVE, 2, 4, 5),
        ("hybrid-32khz", Variant.HYBRID, 2, 4, 5),
    ],
)
def test_kind_and_sizes(
    data: Path, folder: str, variant: Variant, layers: int, heads: int, context: int
) -> None:
    """What a file is and how large comes from its xp.cfg and its tensors."""
    checkpoint = read(data / folder)
    assert checkpoint.config == LMConfig(
        variant=variant,
        dim=48,
        layers=layers,
        heads=heads,
        text_dim=32,
        card=64,
        subcodes_context=context,
        segment_frames=100,
    )
    assert checkpoint.text_encoder == "t5-base"
    assert checkpoint.codec == "facebook/encodec_32khz"


def test_half_precision_is_computed_in_single(data: Path) -> None:
    """float16 weights are read as float32 of the same value."""
    path = data / "magnet-16khz-fp16" / "state_dict.bin"
    stored = torch.load(path, weights_only=True)["best_state"]
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    weights = read(path.parent).weights
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    assert all(torch.equal(weights[key].half(), stored[key]) for key in stored)


@pytest.mark.parametrize("key", SOME_KEYS)
def test_a_missing_key_is_named(changed: Changed, key: str) -> None:
    """A file without one of its weights raises CheckpointError with that name."""
    folder = changed("magnet-32khz", weights=lambda w: w.pop(key))
    with pytest.raises(CheckpointError, match=rf"missing keys? .*{key}|missing key {key}"):
        read(folder)


@pytest.mark.parametrize("key", SOME_KEYS)
def test_a_misshapen_key_is_named(changed: Changed, key: str) -> None:
    """A weight of another shape raises CheckpointError with its name."""

    def cut(weights: dict[str, Any]) -> None:
        weights[key] = weights[key][:-1].clone()

    with pytest.raises(CheckpointError) as caught:
        read(changed("magnet-32khz", weights=cut))
    assert key in str(caught.value) or key.rsplit(".", 1)[0] in str(caught.value)


@pytest.mark.parametrize("key", ["transformer.layers.2.norm1.weight", "emb.4.weight", "extra"])
def test_an_extra_key_is_named(changed: Changed, key: str) -> None:
    """A weight that no such model has raises CheckpointError with its name."""
    folder = changed("magnet-32khz", weights=lambda w: w.update({key: torch.zeros(48)}))
    with pytest.raises(CheckpointError, match=f"unexpected key {key}"):
        read(folder)


def test_many_problems_are_counted(changed: Changed) -> None:
    """A message names some and counts the rest, so that it can be read."""
    folder = changed("magnet-32khz", weights=lambda w: [w.pop(k) for k in list(w) if "norm" in k])
    with pytest.raises(CheckpointError, match=r"missing keys .* and \d+ more") as caught:
        read(folder)
    assert len(str(caught.value)) < 600


def test_not_a_number_is_refused(changed: Changed) -> None:
    """A NaN in a weight raises CheckpointError that names the weight."""
    folder = changed("magnet-32khz", weights=lambda w: w[KEY].view(-1)[5].fill_(float("nan")))
    with pytest.raises(CheckpointError, match=f"{KEY} has a NaN"):
        read(folder)


@pytest.mark.parametrize("wrap", ["model", "fsdp"])
def test_hand_made_layouts_are_read(changed: Changed, data: Path, wrap: str) -> None:
    """best_state may be nested under "model", and keys may carry FSDP's wrapper in their names."""

    def change(content: dict[str, Any]) -> None:
        state = dict(content["best_state"])
        if wrap == "model":
            content["best_state"] = {"model": state}
        else:
            content["best_state"] = {
                key.replace("layers.1.", "layers.1._fsdp_wrapped_module."): value
                for key, value in state.items()
            }

    weights = read(changed("magnet-32khz", content=change)).weights
    plain = read(data / "magnet-32khz").weights
    assert weights.keys() == plain.keys()
    assert all(torch.equal(weights[key], plain[key]) for key in plain)


def set_path(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(tree: dict[str, Any]) -> None:
        *sections, last = path.split(".")
        for section in sections:
            tree = tree.setdefault(section, {})
        tree[last] = value

    return change


REFUSALS = [
    ("musicgen-32khz", "conditioners.self_wav", {"model": "chroma_stem"}, "self_wav.*melody"),
    ("musicgen-32khz", "fuser.prepend", ["self_wav", "description"], "prepend"),
    ("musicgen-32khz", "interleave_stereo_codebooks.use", True, "stereo"),
    ("musicgen-32khz", "codebooks_pattern.delay.delays", [0, 0, 1, 1], "stereo"),
    ("musicgen-32khz", "codebooks_pattern.delay.delays", [0, 4, 5, 6], "pattern"),
    ("musicgen-32khz", "codebooks_pattern.modeling", "unroll", "pattern 'unroll'"),
    ("musicgen-32khz", "codebooks_pattern.modeling", "parallel", "no MAGNeT"),
    ("musicgen-32khz", "transformer_lm.causal", False, "no MAGNeT"),
    ("musicgen-32khz", "lm_model", "flow_matching", "no MAGNeT"),
    ("magnet-32khz", "codebooks_pattern.parallel.empty_initial", 0, "pattern"),
    ("magnet-32khz", "conditioners.description.model", "clap", "clap"),
    ("magnet-32khz", "transformer_lm.qk_layer_norm", True, "qk_layer_norm"),
    ("magnet-32khz", "transformer_lm.positional_embedding", "rope", "positional_embedding"),
    ("magnet-32khz", "transformer_lm.layer_scale", 0.1, "layer_scale"),
    ("magnet-32khz", "transformer_lm.num_heads", 5, "heads"),
    ("magnet-32khz", "transformer_lm.num_layers", 10**9, "layers"),
    ("magnet-32khz", "transformer_lm.card", 63, "emb.0.weight"),
    ("magnet-32khz", "dataset.segment_duration", float("inf"), "inf"),
    ("magnet-32khz", "dataset.segment_duration", -3, "segment_frames"),
    ("magnet-32khz", "generate.lm.top_p", 7, "top_p"),
    ("magnet-32khz", "generate.lm.span_scoring", "median", "span_score"),
]


@pytest.mark.parametrize(("folder", "path", "value", "message"), REFUSALS)
def test_other_kinds_are_refused(
    changed: Changed, folder: str, path: str, value: object, message: str
) -> None:
    """Melody, style, stereo, other networks and impossible values are refused by name."""
    with pytest.raises(CheckpointError, match=message):
        read(changed(folder, cfg=set_path(path, value)))


def test_style_weights_are_refused(changed: Changed) -> None:
    """A conditioner that shows only in the weights is found too."""
    key = "condition_provider.conditioners.self_wav.output_proj.weight"
    folder = changed("musicgen-32khz", weights=lambda w: w.update({key: torch.zeros(48, 12)}))
    with pytest.raises(CheckpointError, match="self_wav"):
        read(folder)


def test_references_in_the_configuration_are_followed(changed: Changed) -> None:
    """Unresolved ``${...}`` in the xp.cfg give the value that they refer to."""

    def change(tree: dict[str, Any]) -> None:
        tree["heads"] = 4
        tree["transformer_lm"]["num_heads"] = "${heads}"
        tree["dataset"]["segment_duration"] = "${transformer_lm.num_heads}"

    config = read(changed("magnet-32khz", cfg=change)).config
    assert (config.heads, config.segment_frames) == (4, 200)


def test_a_silent_hybrid_is_known_by_its_name(changed: Changed) -> None:
    """Where the xp.cfg says nothing, the repository's name decides; without one it is refused."""

    def silence(tree: dict[str, Any]) -> None:
        for key in ("lm_model", "solver", "codebooks_pattern"):
            tree.pop(key)

    folder = changed("hybrid-32khz", cfg=silence)
    assert read(folder, "hybrid-magnet-small").config.variant is Variant.HYBRID
    with pytest.raises(CheckpointError, match="no lm_model"):
        read(folder, "something")


@pytest.mark.parametrize("owner", ["", "facebook/"])
def test_a_published_name_gives_the_preset(data: Path, owner: str) -> None:
    """Whatever the settings of its training in the file are."""
    params = read(data / "magnet-32khz", f"{owner}audio-magnet-small").params
    assert (params.temperature, params.top_p, params.guidance) == (3.5, 0.8, (20.0, 1.0))
    name = f"{owner}magnet-medium-30secs"
    assert read(data / "magnet-32khz", name).params.steps == (60, 10, 10, 10)


@pytest.mark.parametrize("name", ["my-audio-magnet-small-copy", "someone/audio-magnet-small"])
def test_a_name_that_contains_a_published_one_fills_what_the_file_leaves_open(
    changed: Changed, name: str
) -> None:
    """What was made of a published checkpoint decodes as its own file says."""

    def change(tree: dict[str, Any]) -> None:
        tree["generate"]["lm"] = {"temp": 1.5, "decoding_steps": [8, 4, 2, 1]}

    params = read(changed("magnet-32khz", cfg=change), name).params
    assert (params.temperature, params.steps) == (1.5, (8, 4, 2, 1))
    assert (params.top_p, params.guidance) == (0.8, (20.0, 1.0))


def test_other_names_take_what_the_file_says(changed: Changed) -> None:
    """Without a published name, generate.lm decides, and the length where that is silent."""

    def change(tree: dict[str, Any]) -> None:
        tree["generate"]["lm"].update(temp=2.0, max_cfg_coef=7.0, span_arrangement="stride1")
        tree["generate"]["lm"]["decoding_steps"] = [8, 4, 2, 1]

    params = read(changed("magnet-32khz", cfg=change, name="a")).params
    assert (params.temperature, params.guidance) == (2.0, (7.0, 1.0))
    assert (params.steps, params.span_arrangement) == ((8, 4, 2, 1), "stride1")

    def silent(tree: dict[str, Any]) -> None:
        tree["dataset"]["segment_duration"] = 30
        del tree["generate"]

    assert read(changed("magnet-32khz", cfg=silent, name="b")).params.steps == (60, 10, 10, 10)


def test_autoregressive_files_decode_as_musicgen(data: Path) -> None:
    """MusicGen's own defaults hold: temperature 1, the 250 likeliest tokens, guidance 3."""
    params = read(data / "musicgen-32khz").params
    assert (params.prefix_temperature, params.prefix_top_k, params.prefix_guidance) == (
        1.0,
        250,
        3.0,
    )


def test_only_hybrids_have_a_prefix(data: Path) -> None:
    """A hybrid's preset decodes a prefix, within its segment; the others' do not."""
    assert read(data / "hybrid-32khz").params.prefix_frames == 25
    assert read(data / "magnet-32khz").params.prefix_frames == 0


@pytest.mark.parametrize("codebooks", [1, 2, 6])
def test_steps_fit_the_codebooks(changed: Changed, codebooks: int) -> None:
    """A model of K codebooks gets K numbers of steps."""

    def weights(state: dict[str, Any]) -> None:
        for k in range(6):
            for name in ("emb", "linears"):
                state[f"{name}.{k}.weight"] = state[f"{name}.0.weight"].clone()
                if k >= codebooks:
                    del state[f"{name}.{k}.weight"]

    folder = changed("magnet-32khz", weights=weights, cfg=set_path("transformer_lm.n_q", codebooks))
    checkpoint = read(folder)
    assert checkpoint.config.codebooks == codebooks
    assert checkpoint.params.steps == (20, 10, 10, 10, 10, 10)[:codebooks]


def test_published_sizes() -> None:
    """The published layout has as many parameters as the published files hold."""
    small = LMConfig(variant=Variant.MAGNET, dim=1024, layers=24, heads=16, text_dim=768)
    medium = LMConfig(variant=Variant.MAGNET, dim=1536, layers=48, heads=24, text_dim=1024)

    def count(config: LMConfig) -> int:
        return sum(torch.Size(shape).numel() for shape in expected_shapes(config).values())

    assert (count(small), count(medium)) == (420_371_456, 1_839_131_136)


def test_presets_of_the_published_names() -> None:
    """Eight MAGNeT names, three of MusicGen and AudioGen, each with its own parameters."""
    assert len(PUBLISHED) == 12
    assert PUBLISHED["magnet-small-10secs"].params == DecodingParams()
    assert PUBLISHED["hybrid-magnet-medium"].params.steps == (60, 10, 10, 10)
    assert PUBLISHED["hybrid-magnet-medium"].params.prefix_frames > 0
    assert PUBLISHED["audio-magnet-medium"].params.guidance == (20.0, 1.0)
    assert PUBLISHED["audiogen-medium"].text_encoder == "t5-large"


class _Hostile:
    """Pickles to a call of ``exec``."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (self.code,)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_a_pickle_that_runs_code_is_refused(tmp_path: Path, legacy: bool) -> None:
    """A file that asks to run code is refused, says so, and has run nothing."""
    witness = tmp_path / "witness"
    hostile = _Hostile(f"open({str(witness)!r}, 'w').close()")
    content = {"best_state": {}, "xp.cfg": hostile}
    torch.save(content, tmp_path / "state_dict.bin", _use_new_zipfile_serialization=not legacy)
    with pytest.raises(CheckpointError, match=r"refused.*exec"):
        read(tmp_path)
    (tmp_path / "state_dict.bin").write_bytes(pickle.dumps(content))
    with pytest.raises(CheckpointError):
        read(tmp_path)
    assert not witness.exists()


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        {},
        {"best_state": {"a": torch.zeros(1)}},
        {"xp.cfg": "lm_model: x"},
        {"best_state": [], "xp.cfg": "lm_model: x"},
        {"best_state": {}, "xp.cfg": "lm_model: transformer_lm"},
        {"best_state": {3: torch.zeros(1)}, "xp.cfg": "lm_model: transformer_lm"},
        {"best_state": {"a": "text"}, "xp.cfg": "lm_model: transformer_lm"},
        {"best_state": {"a": torch.zeros(2, 2).to_sparse()}, "xp.cfg": "a: b"},
        {"best_state": {"a": torch.zeros(2, dtype=torch.complex64)}, "xp.cfg": "a: b"},
    ],
    ids=range(10),
)
def test_other_pickles_are_no_checkpoints(tmp_path: Path, content: object) -> None:
    """A torch file of anything else raises CheckpointError that names the file."""
    torch.save(content, tmp_path / "state_dict.bin")
    with pytest.raises(CheckpointError, match=r"state_dict\.bin"):
        read(tmp_path)


any_folder = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@any_folder
@given(content=st.binary(max_size=300))
def test_random_bytes_are_a_checkpoint_error(tmp_path: Path, content: bytes) -> None:
    """No file of any bytes raises anything but CheckpointError."""
    (tmp_path / "state_dict.bin").write_bytes(content)
    with pytest.raises(CheckpointError):
        read(tmp_path)


@any_folder
@given(length=st.floats(0, 0.999))
def test_a_truncated_file_is_a_checkpoint_error(tmp_path: Path, data: Path, length: float) -> None:
    """A download that stopped anywhere raises CheckpointError."""
    whole = (data / "musicgen-32khz" / "state_dict.bin").read_bytes()
    (tmp_path / "state_dict.bin").write_bytes(whole[: int(length * len(whole))])
    with pytest.raises(CheckpointError, match=r"damaged"):
        read(tmp_path)


@any_folder
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), near_end=st.booleans())
def test_a_changed_byte_is_read_or_a_checkpoint_error(
    tmp_path: Path, data: Path, place: float, value: int, near_end: bool
) -> None:
    """One wrong byte, in the weights, the pickle or the directory, never raises anything else."""
    content = bytearray((data / "musicgen-32khz" / "state_dict.bin").read_bytes())
    span = 12_000 if near_end else len(content)
    content[len(content) - span + int(place * span)] = value
    (tmp_path / "state_dict.bin").write_bytes(bytes(content))
    try:
        read(tmp_path)
    except CheckpointError as error:
        assert "state_dict.bin" in str(error)
