"""Models by folder and by name: built from parts that fit, or an error that says what to bring."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

import magnet_core
from magnet_core.checkpoints.codec import load_codec
from magnet_core.errors import CheckpointError, DecodingError, DeviceError
from magnet_core.model.text import T5TextEncoder

Changed = Callable[..., Path]
Builder = Callable[..., Path]
FILE = "compression_state_dict.bin"


@pytest.fixture(scope="module")
def t5(data: Path) -> T5TextEncoder:
    return T5TextEncoder.from_folder(data / "t5")


@pytest.mark.parametrize(
    ("folder", "sample_rate"), [("magnet-32khz", 32000), ("magnet-16khz-fp16", 16000)]
)
def test_a_folder_loads_whole(data: Path, folder: str, sample_rate: int) -> None:
    """A published folder and a T5 folder make a model that generates and decodes."""
    model = magnet_core.load(data / folder, text_encoder=data / "t5")
    assert (model.card, model.codebooks) == (64, 4)
    assert (model.frame_rate, model.sample_rate) == (50, sample_rate)
    params = magnet_core.DecodingParams(steps=(2, 1, 1, 1))
    codes = model.generate("disco beat", params=params, frames=12, seed=0)
    assert model.codec.decode(codes).shape == (1, 12 * sample_rate // 50)


def test_parts_beside_the_model_are_found(
    changed: Changed, hugging_face_folder: Builder, data: Path, t5: T5TextEncoder
) -> None:
    """The folders codec and text_encoder inside a model's folder need not be named."""
    folder = changed("magnet-16khz-fp16")
    (folder / FILE).unlink()
    hugging_face_folder(folder / "codec")
    t5.save(folder / "text_encoder")
    model = magnet_core.load(folder)
    codes = torch.arange(40).view(4, 10)
    reference = load_codec(data / "magnet-16khz-fp16", by_hand=[])
    assert torch.equal(model.codec.decode(codes), reference.decode(codes))
    assert torch.equal(model.text_encoder.encode(["a"])[0], t5.encode(["a"])[0])


@pytest.mark.parametrize("folder", ["musicgen-32khz", "hybrid-32khz"])
def test_without_a_codec_codes_can_still_be_made(
    data: Path, folder: str, t5: T5TextEncoder
) -> None:
    """A language model alone generates codes; what needs the codec says which file is missing."""
    model = magnet_core.load(data / folder, text_encoder=t5)
    assert (model.sample_rate, model.frame_rate) == (32000, 50)
    params = magnet_core.DecodingParams(steps=(1, 1, 1, 1))
    codes = model.generate("disco beat", params=params, frames=12, seed=0)
    for use in (
        lambda: model.codec.decode(codes),
        lambda: model.codec.encode(torch.zeros(1, 640)),
        model.codec.stream,
    ):
        with pytest.raises(CheckpointError, match=f"has no {FILE}.*encodec_32khz") as caught:
            use()
        assert "hf download facebook/encodec_32khz" in str(caught.value)


@pytest.mark.parametrize("kind", ["file", "folder", "object"])
def test_a_codec_can_be_given(data: Path, t5: T5TextEncoder, kind: str) -> None:
    """A codec file, folder or object takes the place of the missing one."""
    folder = data / "magnet-32khz"
    reference = load_codec(folder, by_hand=[])
    given = {"file": str(folder / FILE), "folder": folder, "object": reference}[kind]
    model = magnet_core.load(data / "musicgen-32khz", text_encoder=t5, codec=given)
    codes = torch.arange(40).view(4, 10)
    assert torch.equal(model.codec.decode(codes), reference.decode(codes))


def test_parts_that_do_not_fit_are_refused(changed: Changed, data: Path, t5: T5TextEncoder) -> None:
    """A codec of another rate or card, or a text encoder of another width, is refused."""
    with pytest.raises(CheckpointError, match=r"at 16000 Hz.*made for 64 at 32000 Hz"):
        other = data / "magnet-16khz-fp16" / FILE
        magnet_core.load(data / "musicgen-32khz", text_encoder=t5, codec=other)

    def widen(weights: dict[str, torch.Tensor]) -> None:
        key = "condition_provider.conditioners.description.output_proj.weight"
        weights[key] = torch.zeros(48, 768)

    with pytest.raises(CheckpointError, match=r"gives 32 numbers.*t5-base and wants 768"):
        magnet_core.load(changed("magnet-32khz", weights=widen), text_encoder=t5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("facebook/musicgen-melody", "melody"),
        ("facebook/musicgen-stereo-small", "left and right"),
        ("facebook/musicgen-style", "excerpt"),
        ("magnet-smal-10secs", "facebook/magnet-small-10secs"),
        ("no/such/folder", "neither a folder"),
        ("", "holds no model"),
    ],
)
def test_names_that_are_not_played_say_so(name: str, message: str) -> None:
    """Melody, stereo and style models, and names that are none, get an answer without a network."""
    with pytest.raises(CheckpointError, match=message):
        magnet_core.load(name)


def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path, data: Path) -> None:
    """An empty folder and a missing text encoder folder are named."""
    with pytest.raises(CheckpointError, match=r"neither config\.json.*nor state_dict\.bin"):
        magnet_core.load(tmp_path)
    with pytest.raises(CheckpointError, match="missing-t5 does not exist"):
        magnet_core.load(data / "magnet-32khz", text_encoder=tmp_path / "missing-t5")


@pytest.mark.parametrize("part", ["text_encoder", "codec"])
def test_other_objects_are_no_parts(data: Path, part: str) -> None:
    """A number for a text encoder or a codec is refused."""
    with pytest.raises(CheckpointError, match="cannot be a int"):
        magnet_core.load(data / "magnet-32khz", **{"text_encoder": data / "t5", part: 3})


@pytest.mark.parametrize("device", ["cuda:99", "nonsense", "meta:x"])
def test_an_absent_device_is_named(data: Path, device: str) -> None:
    """A device that this machine has not raises DeviceError with its name."""
    with pytest.raises(DeviceError, match=device):
        magnet_core.load(data / "magnet-32khz", device=device, text_encoder=data / "t5")


LOAD = """
import sys, torch, magnet_core
torch.set_num_threads(1)
try:
    for _ in range(2):
        model = magnet_core.load(sys.argv[1])
except magnet_core.CheckpointError as error:
    print(error)
    sys.exit(3)
print(model.name, model.params.steps, model.codec.decode(torch.zeros(4, 9, dtype=int)).shape)
"""


def load_in_process(endpoint: str, home: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Load a model twice in a fresh process, with the Hub at ``endpoint`` and an empty cache."""
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    environment = {k: v for k, v in os.environ.items() if k.lower() not in proxies}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    environment |= {"HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", LOAD, name]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110)


NOWHERE = "http://127.0.0.1:1"


def test_no_network_says_what_to_bring(tmp_path: Path) -> None:
    """Offline, a name gives the file, the repository, and the commands that bring everything."""
    result = load_in_process(NOWHERE, tmp_path, "facebook/magnet-small-10secs")
    assert result.returncode == 3, result.stderr
    assert "state_dict.bin of facebook/magnet-small-10secs is needed" in result.stdout
    for line in (
        "hf download facebook/magnet-small-10secs state_dict.bin",
        "hf download google-t5/t5-base config.json",
        "hf download facebook/encodec_32khz --local-dir magnet-small-10secs/codec",
    ):
        assert line in result.stdout


def test_no_network_names_the_missing_part_of_a_folder(tmp_path: Path, data: Path) -> None:
    """Offline, a folder without its text encoder gives the folder to put it into."""
    folder = data / "magnet-32khz"
    result = load_in_process(NOWHERE, tmp_path, str(folder))
    assert result.returncode == 3, result.stderr
    assert "config.json of google-t5/t5-base is needed" in result.stdout
    assert "--local-dir text_encoder" in result.stdout
    assert f"copy the folder text_encoder into {folder}" in result.stdout


class HubHandler(BaseHTTPRequestHandler):
    """Serves each file of some folders once, by as much of the Hub's protocol as that needs."""

    def __init__(
        self, *args: object, repositories: dict[str, Path], served: set[tuple[str, str]]
    ) -> None:
        self.repositories = repositories
        self.served = served
        super().__init__(*args)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        repository, found, name = self.path.partition("/resolve/main/")
        folder = self.repositories.get(repository.strip("/"))
        if not found or folder is None or not (folder / name).is_file():
            self.send_response(404)
            code = "EntryNotFound" if folder else "RepoNotFound"
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if (self.command, self.path) in self.served:
            self.send_error(500, "this file has been served already")
            return
        self.served.add((self.command, self.path))
        content = (folder / name).read_bytes()
        self.send_response(200)
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def hub(
    tmp_path: Path, data: Path, changed: Changed, hugging_face_folder: Builder
) -> Iterator[str]:
    """A Hub with a published name, its text encoder, and the codec that its file points to."""
    model = changed("magnet-16khz-fp16", name="served")
    torch.save({"pretrained": "facebook/encodec_32khz"}, model / FILE)
    repositories = {
        "facebook/magnet-small-30secs": model,
        "facebook/encodec_32khz": hugging_face_folder(tmp_path / "served-codec"),
        "google-t5/t5-base": data / "t5",
    }
    handler = partial(HubHandler, repositories=repositories, served=set())
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_published_name_is_downloaded_once(hub: str, tmp_path: Path) -> None:
    """A name brings the model, its codec and its text encoder; a second load asks for nothing."""
    result = load_in_process(hub, tmp_path / "cache", "magnet-small-30secs")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "magnet-small-30secs (60, 10, 10, 10)" in result.stdout
    assert "[1, 2880]" in result.stdout


def test_an_unknown_repository_is_named(hub: str, tmp_path: Path) -> None:
    """A repository that the Hub does not have gives an error that says so."""
    result = load_in_process(hub, tmp_path / "cache", "someone/their-magnet")
    assert result.returncode == 3, result.stderr
    assert "state_dict.bin of someone/their-magnet" in result.stdout
    assert "no such public repository" in result.stdout


def test_text_that_is_too_long_stops_no_model(data: Path, t5: T5TextEncoder) -> None:
    """A prompt of 10,000 characters raises; the next one plays."""
    model = magnet_core.load(data / "magnet-32khz", text_encoder=t5)
    params = magnet_core.DecodingParams(steps=(1, 1, 1, 1))
    with pytest.raises(DecodingError, match="tokens"):
        model.generate("loud " * 2000, params=params, frames=6)
    assert model.generate("", params=params, frames=6, seed=0).shape == (4, 6)
