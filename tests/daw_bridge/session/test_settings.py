"""What a new worker is told: all that still holds, in an order in which it can be obeyed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.controls import CONTROLS, validate
from daw_bridge.session.settings import SessionSettings, Setting


def keep(settings: SessionSettings, *commands: tuple) -> SessionSettings:
    for address, *args in commands:
        control, checked = validate(address, args)
        settings.keep(control.address, checked)
    return settings


def replayed(*commands: tuple) -> list[Setting]:
    return keep(SessionSettings(), *commands).replay()


def test_a_prompt_replaces_what_was_in_the_slots() -> None:
    assert replayed(
        ("/magnet/prompt/1", "a"), ("/magnet/prompt/3", "b", 0.5), ("/magnet/prompt", "c")
    ) == [("/magnet/prompt", ("c",))]


def test_slots_are_kept_beside_a_prompt_and_the_first_replaces_it() -> None:
    commands = [("/magnet/prompt", "a"), ("/magnet/prompt/2", "b", 0.5)]
    assert replayed(*commands) == [
        ("/magnet/prompt", ("a",)),
        ("/magnet/prompt/2", ("b", 0.5)),
    ]
    assert replayed(*commands, ("/magnet/prompt/1", "c", 0.25)) == [
        ("/magnet/prompt/1", ("c", 0.25)),
        ("/magnet/prompt/2", ("b", 0.5)),
    ]


def test_a_slot_is_kept_whole_however_it_was_set() -> None:
    """A fader moves the weight of any text, a text comes at the weight that the fader has."""
    fader, text = "/magnet/prompt/2/weight", "/magnet/prompt/2"
    assert replayed((fader, 0.25)) == [(text, ("", 0.25))]
    assert replayed((fader, 0.25), (text, "a")) == [(text, ("a", 0.25))]
    assert replayed((text, "a"), (fader, 0.25), (text, "b")) == [(text, ("b", 0.25))]
    assert replayed((text, "a", 0.5), (fader, 0.0)) == [(text, ("a", 0.0))]
    assert replayed((text, "a")) == [(text, ("a", 1.0))]


def test_a_prompt_is_in_slot_one_and_brings_all_faders_up() -> None:
    """So its own fader moves its weight, and a text beside it comes at full weight."""
    quiet = [(f"/magnet/prompt/{number}/weight", 0.25) for number in (1, 2)]
    assert replayed(*quiet, ("/magnet/prompt", "a"), ("/magnet/prompt/2", "b")) == [
        ("/magnet/prompt", ("a",)),
        ("/magnet/prompt/2", ("b", 1.0)),
    ]
    assert replayed(("/magnet/prompt", "a"), quiet[0]) == [("/magnet/prompt/1", ("a", 0.25))]


def test_parameters_come_first_then_words_then_the_tempo_that_overrides_them_then_loops() -> None:
    told = replayed(
        ("/magnet/loop", 4),
        ("/magnet/chords", "Am F"),
        ("/magnet/tempo", 120),
        ("/magnet/prompt/2", "b"),
        ("/magnet/prompt", "a"),
        ("/magnet/param/gain_db", -6),  # the server's own
        ("/magnet/prompt/6", "f"),
        ("/magnet/param/seed", 3),
        ("/magnet/param/steps", "20,10,10,10"),
    )
    assert [address for address, _ in told] == [
        "/magnet/param/seed",
        "/magnet/param/steps",
        "/magnet/prompt",
        "/magnet/prompt/6",
        "/magnet/tempo",
        "/magnet/chords",
        "/magnet/loop",
    ]


def test_window_and_context_fit_at_each_step_of_the_replay() -> None:
    """Whatever the order in which they were set, and whatever the model's own context is."""
    window, context = "/magnet/param/window_s", "/magnet/param/context_s"
    told = replayed((context, 1), (window, 3), (context, 2))
    window_s, context_s = 10.0, 4.0
    for address, (value,) in told:
        window_s, context_s = (value, context_s) if address == window else (window_s, value)
        assert context_s <= window_s
    assert (window_s, context_s) == (3.0, 2.0)


SETTINGS = [control for control in CONTROLS if control.setting]


@given(st.lists(st.sampled_from(SETTINGS), max_size=12))
def test_what_was_set_last_is_in_effect_after_the_replay(controls) -> None:
    """A worker that is told the replay ends with the same slots and values as the first one."""

    def state(commands: list[Setting]) -> dict:
        values: dict = {}
        for address, args in commands:
            if address == "/magnet/prompt":
                values = {a: v for a, v in values.items() if not a.startswith(address)}
                values["/magnet/prompt/1"] = (*args, 1.0)
            elif address.startswith("/magnet/prompt/"):
                slot = address.removesuffix("/weight")
                text, weight = values.get(slot, ("", 1.0))
                values[slot] = (text, args[0]) if slot != address else (*args, weight)[:2]
            else:
                values[address] = args
        return values

    settings, commands = SessionSettings(), []
    for number, control in enumerate(controls):
        args = tuple(
            f"text {number}" if argument.name == "text" else argument.default or argument.high
            for argument in control.arguments
            if not argument.stays or number % 2
        )
        commands.append((control.address, args))
        settings.keep(*commands[-1])
    before, after = state(commands), state(settings.replay())
    for of_the_server in ("gain_db", "level"):
        before.pop(f"/magnet/param/{of_the_server}", None)
    assert after == before
