"""Changes wait for a plan: who is told, what they may join, and which line they have missed."""

from __future__ import annotations

from magnet_core.runtime.changes import Changes


def test_all_who_wait_are_told_once_by_the_plan_that_adopts() -> None:
    changes = Changes()
    changes.add("first", breaks_off=False)
    changes.add("second", breaks_off=True)
    assert changes.wait and changes.break_off
    assert changes.adopt(60) == ("first", "second")
    assert not changes.wait and not changes.break_off and changes.adopted_at == 60
    changes.add("third", breaks_off=False)
    assert changes.adopt(90) == ("third",)


def test_a_few_changes_join_a_plan_of_which_nothing_is_decoded() -> None:
    """Two that come right behind the first; then they wait, and with the next plan begin anew."""
    changes = Changes()
    assert not changes.can_join(0)  # there is no plan yet
    changes.note_plan(10, adopts=True)
    changes.adopt(10)
    assert changes.can_join(10) and not changes.can_join(11)
    for _ in range(2):
        assert changes.can_join(10)
        changes.note_plan(10, adopts=True)
    assert not changes.can_join(10)
    changes.note_plan(10, adopts=False)
    assert changes.can_join(10)


def test_the_first_line_that_was_possible_is_the_one_that_can_be_missed() -> None:
    changes = Changes()
    assert not changes.have_missed_line(1000)
    changes.add("ticket", breaks_off=False)
    changes.note_line(100)
    changes.note_line(200)
    assert changes.have_missed_line(101) and not changes.have_missed_line(100)
    changes.add("another", breaks_off=False)  # goes with the first
    assert changes.have_missed_line(101)
    changes.adopt(200)
    changes.add("later", breaks_off=False)
    assert not changes.have_missed_line(1000)


def test_music_that_begins_anew_has_adopted_nothing_behind_its_beginning() -> None:
    changes = Changes()
    changes.adopt(300)
    changes.begin_anew(120)
    assert changes.adopted_at == 120
    changes.begin_anew(200)
    assert changes.adopted_at == 120
