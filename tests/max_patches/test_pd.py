"""magnet-live.pd: generated, without a fault, and played by real Pure Data with the real server."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import serving, with_server
from pd_host import PATCHES, PdHost, free_udp_port, needs_pd, pd_host
from pd_lint import complaints, read_pd

from daw_bridge.app import RunningServer
from daw_bridge.arguments import Argument, Kind
from daw_bridge.controls import CONTROLS, Control
from daw_bridge.patches.patcher import PatchError
from daw_bridge.patches.pd import TABLE, render_pd
from daw_bridge.patches.pd_canvas import Canvas
from daw_bridge.patches.pd_controls import (
    key_of,
    needs_button,
    shown_arguments,
    stands_beside,
)
from daw_bridge.patches.pd_picture import pd_picture
from daw_bridge.worker_protocol import WorkerConfig

REPLIES = {
    "/magnet/ping": ("pong",),
    "/magnet/status": ("status.reply",),
    "/magnet/sync": ("synced",),
    "/magnet/take/list": ("take", "list.reply"),
}
RATE = 48000


def test_the_committed_patch_is_what_the_generator_makes() -> None:
    assert (PATCHES / "magnet-live.pd").read_text() == render_pd(), "run: magnet-live patches"


def test_no_cord_and_no_name_leads_nowhere() -> None:
    assert complaints(read_pd(render_pd())) == []


def test_what_is_wrong_in_a_patch_is_found() -> None:
    canvas = Canvas()
    canvas.cord(canvas.obj(0, 0, "r $0-a"), canvas.obj(0, 30, "s $0-b"))
    text = canvas.render() + "#X connect 0 0 1 0;\n#X connect 0 1 1 0;\n#X connect 0 0 7 0;\n"
    assert complaints(read_pd(text)) == [
        "2 times the cord (0, 0, 1, 0)",
        "(0, 1, 1, 0): ('obj', 'r $0-a') -> ('obj', 's $0-b')",
        "(0, 0, 7, 0): the canvas has 2 objects",
        "$0-b is sent and nobody hears it",
        "$0-a is heard and nobody sends it",
    ]
    with pytest.raises(PatchError, match=r"no cord from outlet 1 of \[r x\] to inlet 0 of \[s x\]"):
        canvas.cord(canvas.obj(0, 0, "r x"), canvas.obj(0, 0, "s x"), 1)
    with pytest.raises(PatchError, match=r"\[osc-route /x\] is not in the table"):
        canvas.obj(0, 0, "osc-route /x")


def test_every_control_of_the_table_has_a_box_and_a_message() -> None:
    patch = read_pd(render_pd())
    objects = [text for canvas in patch.walk() for _, text in canvas.objects]
    for control in CONTROLS:
        assert f"oscformat {control.address[1:].replace('/', ' ')}" in objects
    on_window = " ".join(text for kind, text in patch.objects if kind != "text")
    for control in TABLE:
        for name, _ in shown_arguments(control):
            assert f"$0-c-{name} " in on_window


def test_the_committed_picture_is_of_this_patch_and_shows_every_control() -> None:
    picture = (PATCHES / "pictures" / "pd.svg").read_text()
    assert picture == pd_picture(render_pd()), "run: magnet-live patches"
    drawn = list(ElementTree.fromstring(picture).itertext())
    assert {key_of(control) for control in TABLE if not stands_beside(control)} <= set(drawn)
    window = next(iter(render_pd().splitlines())).split()
    places = [(float(x), float(y)) for x, y in re.findall(r'x="(\d+)" y="(\d+)"', picture)]
    assert all(x < float(window[4]) and y < float(window[5]) for x, y in places), "outside"


def with_pd(scenario, tmp_path: Path, **config: object) -> None:
    """Run a scenario with a server and the patch in Pd, which must not complain."""

    async def run(server: RunningServer) -> None:
        async with pd_host(tmp_path, server.osc_port) as pd:
            await pd.next("magnet", "done", "/magnet/subscribe", since=0)
            await server.hub.wait_for_model()
            await scenario(server, pd)
        assert [line for line in pd.complaints if "refused" not in line] == []

    with_server(run, **config)


def value_of(argument: Argument) -> str:
    """Return a value that the server takes, as it is written in a message box of Pd."""
    if argument.kind is Kind.TEXT:
        return "some words"[: int(argument.high)].split()[0]
    if argument.kind is Kind.CHOICE:
        return argument.choices[-1]
    if argument.kind is Kind.STEPS:
        return "8\\,4\\,4\\,2"
    return f"{argument.high:g}" if argument.high <= 1000 else "1000"


def messages_of(control: Control) -> list[str]:
    """Return what is sent into the patch's inlet for a control; the last one fires it."""
    values = [f"{name} {value_of(argument)}" for name, argument in shown_arguments(control)]
    return [*values, key_of(control)] if needs_button(control) else values


@needs_pd
def test_every_control_reaches_the_server_and_its_answer_comes_back(tmp_path: Path) -> None:
    async def scenario(server: RunningServer, pd: PdHost) -> None:
        for control in TABLE:
            answers = [("magnet", *REPLIES.get(control.address, ()))]
            for message in messages_of(control):
                seen = len(pd.said)
                pd.send(message)
            if control.address not in REPLIES:
                answers = [("magnet", kind, control.address) for kind in ("done", "fail")]
            waiting = [asyncio.ensure_future(pd.next(*a, since=seen)) for a in answers]
            done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            answer = done.pop().result()
            if answer[1] == "fail":
                expects_to_be_refused(control, answer[4])

    with_pd(scenario, tmp_path)


def expects_to_be_refused(control: Control, reason: str) -> None:
    """Check that a refusal is about the value, which a test cannot know, not about its form."""
    assert control.address in {
        "/magnet/token",
        "/magnet/tap",
        *(c.address for c in CONTROLS if c.address.startswith(("/magnet/take/", "/magnet/input/"))),
    }, f"{control.address}: {reason}"
    assert "argument" not in reason and "must be" not in reason, reason


@needs_pd
def test_settings_arrive_as_they_were_written(tmp_path: Path) -> None:
    """Words with spaces, numbers among them, signs that mean something in Pd, other alphabets."""

    async def scenario(server: RunningServer, pd: PdHost) -> None:
        text = "prompt/2 dub 128 bpm\\, 0.5 \\$1 naïve 音楽 a\\;b"
        await pd.tell(text, "magnet", "done", "/magnet/prompt/2")
        await pd.tell("prompt/2/weight 0.25", "magnet", "done", "/magnet/prompt/2/weight")
        await pd.tell("prompt/3 " + "long " * 190, "magnet", "done", "/magnet/prompt/3")
        await pd.tell("seed 16777215", "magnet", "done", "/magnet/param/seed")
        await pd.tell("steps 20\\,10\\,10\\,10", "magnet", "done", "/magnet/param/steps")
        await pd.tell("tempo 127.5", "magnet", "done", "/magnet/tempo")
        await pd.tell("quantize 1", "magnet", "done", "/magnet/quantize")
        await pd.tell("level 0", "magnet", "done", "/magnet/param/level")
        status = server.hub.status("main")
        assert status["prompt/2"] == "dub 128 bpm, 0.5 $1 naïve 音楽 a;b"
        assert (status["prompt/2/weight"], status["prompt/3"]) == (0.25, ("long " * 190).strip())
        assert (status["seed"], status["steps"]) == (16777215, "20,10,10,10")
        assert (status["tempo"], status["quantize"], status["level"]) == (127.5, "beat", 0)
        await pd.tell("prompt/2", "magnet", "done", "/magnet/prompt/2")
        assert server.hub.status("main")["prompt/2"] == ""

    with_pd(scenario, tmp_path)


@needs_pd
def test_refusals_and_events_are_heard_and_shown_in_the_console(tmp_path: Path) -> None:
    async def scenario(server: RunningServer, pd: PdHost) -> None:
        refused = await pd.tell("temperature 99", "magnet", "fail")
        assert refused[2] == "/magnet/param/temperature" and "from 0 to 10" in refused[4]
        words = await pd.tell("prompt purple pads", "magnet", "event", "words")
        assert words[3] == "purple"
        await pd.tell("play", "magnet", "event", "chunk")
        pd.send("tempoo 3")
        while "magnet-live: no such message: tempoo 3" not in pd.complaints:
            await asyncio.sleep(0.01)
        assert any(line.startswith("magnet-live refused: /magnet/param") for line in pd.complaints)
        pd.complaints.clear()

    with_pd(scenario, tmp_path)


@needs_pd
def test_a_server_that_restarts_hears_of_the_patch_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        port = free_udp_port()
        async with pd_host(tmp_path, port) as pd:
            for _ in range(2):
                async with serving(osc_port=port):
                    await pd.next("magnet", "done", "/magnet/subscribe")
                    await pd.tell("ping", "magnet", "pong")
        assert [line for line in pd.complaints if "refused" not in line] == []

    asyncio.run(scenario(), debug=True)


# --- takes ---


def noise_take(folder: Path, name: str, seed: int, rate: int = RATE, channels: int = 2) -> Path:
    """Write one bar at 240 bpm of noise that no other take has."""
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (rate, channels)).astype(np.float32)
    file = folder / f"{name} of 240bpm.wav"
    soundfile.write(file, noise, rate, "FLOAT")
    return file


def take_message(file: Path, rate: int = RATE) -> str:
    path = str(file).replace(" ", "\\ ")
    return f"take-file {file.stem[0]} 1 240 {rate} {rate} {path}"


def place_of(part: np.ndarray, recorded: np.ndarray) -> int:
    """Return the first place in a recording that holds a part bit for bit."""
    for at in np.flatnonzero((recorded[: len(recorded) - len(part) + 1] == part[0]).all(1)):
        if np.array_equal(recorded[at : at + len(part)], part):
            return int(at)
    raise AssertionError("the recording does not hold it")


async def record_takes(tmp_path: Path, first: Path, second: Path | None, rate: int = RATE):
    """Play one take for two and a half seconds, then perhaps another; return the recording."""
    file = tmp_path / "recorded.wav"
    options = ("-noaudio", "-r", str(RATE))
    async with pd_host(tmp_path, free_udp_port(), options=options, recording=str(file)) as pd:
        for message in ("road 2", "dac 0", "audio 1", "rec 1"):
            pd.send(message)
        await asyncio.sleep(0.2)
        pd.send(take_message(first, rate))
        await asyncio.sleep(2.6)
        if second is not None:
            pd.send(take_message(second, rate))
            await asyncio.sleep(2.0)
        pd.send("rec 0")
        await asyncio.sleep(0.2)
    assert pd.complaints == [], pd.complaints
    recorded, _ = soundfile.read(file, dtype="float32", always_2d=True)
    return recorded


@needs_pd
def test_takes_loop_without_a_seam_and_change_on_the_bar(tmp_path: Path) -> None:
    """Sample by sample, but for the 5 ms of fade where one begins."""
    files = [noise_take(tmp_path, name, seed) for seed, name in enumerate("ab")]
    takes = [soundfile.read(file, dtype="float32")[0] for file in files]
    recorded = asyncio.run(record_takes(tmp_path, *files))
    fade = RATE // 200
    begin = place_of(takes[0][fade : 2 * fade], recorded) - fade
    change = place_of(takes[1][fade : 2 * fade], recorded) - fade
    assert change - begin >= 2 * RATE and (change - begin) % RATE == 0, "not on a bar"
    loops = np.tile(takes[0], (8, 1))[: change - begin]
    np.testing.assert_array_equal(recorded[begin + fade : change], loops[fade:])
    rest = recorded[change + fade : change + RATE + RATE // 2]
    np.testing.assert_array_equal(rest, np.tile(takes[1], (2, 1))[fade : fade + len(rest)])


@needs_pd
def test_a_take_that_the_server_keeps_is_played_from_its_file(tmp_path: Path) -> None:
    """From ``take/keep`` in Pd, by the server's event, to the sound of the patch."""
    recording = tmp_path / "recorded.wav"
    options = {"bpm": 240.0, "sample_rate": RATE, "channels": 2}

    async def scenario(server: RunningServer) -> None:
        sound = ("-noaudio", "-r", str(RATE))
        async with pd_host(
            tmp_path, server.osc_port, options=sound, recording=str(recording)
        ) as pd:
            await pd.next("magnet", "done", "/magnet/subscribe", since=0)
            await server.hub.wait_for_model()
            for message in ("road 2", "dac 0", "audio 1", "rec 1"):
                pd.send(message)
            await pd.tell("play", "magnet", "done", "/magnet/play")
            for _ in range(2):
                await pd.next("magnet", "event", "beat", "0")
            pd.send("take/keep/bars 1")
            pd.send("take/keep/name loud-and-clear")
            event = await pd.tell("take/keep", "magnet", "event", "take")
            assert event[3:6] == ["loud-and-clear", "1", "240"]
            await asyncio.sleep(1.5)
            pd.send("rec 0")
            await asyncio.sleep(0.2)
            take, rate = soundfile.read(event[8], dtype="float32", always_2d=True)
        assert rate == RATE and len(take) == RATE
        assert [line for line in pd.complaints if "refused" not in line] == []
        recorded, _ = soundfile.read(recording, dtype="float32", always_2d=True)
        fade = RATE // 200
        begin = place_of(take[fade : 2 * fade], recorded)
        np.testing.assert_array_equal(recorded[begin : begin + RATE - fade], take[fade:])

    worker = WorkerConfig(model="synthetic", options=options)
    with_server(scenario, worker=worker, target="bar_worker:run_worker")


@needs_pd
def test_a_take_of_another_rate_and_one_channel_is_interpolated_on_both_sides(
    tmp_path: Path,
) -> None:
    rate = 32000
    times = np.arange(rate) / rate
    file = tmp_path / "c of 240bpm.wav"
    soundfile.write(file, (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32), rate, "FLOAT")
    recorded = asyncio.run(record_takes(tmp_path, file, None, rate))
    np.testing.assert_array_equal(recorded[:, 0], recorded[:, 1])
    begin = int(np.flatnonzero(recorded[:, 0])[0])
    heard = recorded[begin + 480 : begin + 2 * RATE, 0].astype(np.float64)
    frequencies = np.fft.rfftfreq(RATE, 1 / RATE)
    power = np.abs(np.fft.rfft(heard[:RATE] * np.hanning(RATE))) ** 2
    near = np.abs(frequencies - 440) < 5
    assert power[near].sum() > 1e5 * power[~near].sum(), "it is not a clean 440 Hz"
    assert np.abs(np.diff(heard)).max() < 0.5 * 2 * np.pi * 440 / RATE * 1.02, "a step"
