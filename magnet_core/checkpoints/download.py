"""Files of Hugging Face repositories: from the local cache, else from the network, else by hand."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from magnet_core.errors import CheckpointError

_CONNECT_TIMEOUT_S = 3.0


def fetch(repo: str, file: str, *, by_hand: Sequence[str]) -> Path:
    """Return the local path of ``file`` of repository ``repo``, downloading it if need be.

    Args:
        repo: ``owner/name``.
        file: its path in the repository.
        by_hand: the lines that tell how to bring it without a network here.

    Raises:
        CheckpointError: it is not in the cache and cannot be downloaded; the message names the
            file, the repository, the reason, and what to do by hand.
    """
    import huggingface_hub as hub
    from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(hub.hf_hub_download(repo, file, local_files_only=True))
    except Exception as cached:  # not in the cache, or no valid name: the network decides
        reason = _unreachable() or _invalid(cached)
    if reason is None:
        try:
            return Path(hub.hf_hub_download(repo, file))
        except RepositoryNotFoundError:
            reason = "there is no such public repository"
        except EntryNotFoundError:
            reason = "the repository has no such file"
        except Exception as error:  # HTTP, proxy, disk: each library version has its own classes
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
    lines = "\n".join(by_hand)
    raise CheckpointError(
        f"{file} of {repo} is needed; it is not on this machine and was not downloaded: {reason}\n"
        f"{lines}"
    )


def fetch_any(repo: str, files: Sequence[str], *, by_hand: Sequence[str]) -> Path:
    """Return the first of ``files`` that ``repo`` has, as ``fetch``.

    Raises:
        CheckpointError: it has none, or cannot be reached; the message is about the first.
    """
    first: CheckpointError | None = None
    for file in files:
        try:
            return fetch(repo, file, by_hand=by_hand)
        except CheckpointError as error:
            first = first or error
    assert first is not None, "files must not be empty"
    raise first


def _invalid(error: Exception) -> str | None:
    from huggingface_hub.errors import HFValidationError

    return str(error) if isinstance(error, HFValidationError) else None


def _unreachable() -> str | None:
    """Return why the Hub cannot be reached, or None. Asks once; the client would try for long."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    if getproxies():
        return None  # a proxy resolves the name; only a request can tell
    url = urlsplit(constants.ENDPOINT)
    address = (url.hostname or "", url.port or (443 if url.scheme == "https" else 80))
    try:
        socket.create_connection(address, timeout=_CONNECT_TIMEOUT_S).close()
    except OSError as error:
        return f"{url.hostname} cannot be reached ({error})"
    return None
