"""Shared test rules: one torch thread (reference: OpenMP spinning), slow tests behind --slow."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A test must not fail because the machine is busy: no deadlines, no complaint of slow generation.
# Nor because of luck: every run tries the same examples. Search for others with
# --hypothesis-profile=search.
settings.register_profile(
    "search", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("steady", settings.get_profile("search"), derandomize=True)
settings.load_profile("steady")

# These folders test against real sockets, processes, sound servers and clocks, on machines that may
# stall for longer than music may. So there a failure counts when it happens three times in a row;
# the summary names every test that was run again. Nothing in magnet_core is excused.
IN_REAL_TIME = ("daw_bridge", "max_patches", "system")
RERUNS = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here, may_rerun = Path(__file__).parent, config.pluginmanager.hasplugin("rerunfailures")
    for item in items if may_rerun else ():
        is_search = "hypothesis" in item.keywords
        if item.path.relative_to(here).parts[0] in IN_REAL_TIME and not is_search:
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow: run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread() -> None:
    import torch

    torch.set_num_threads(1)
