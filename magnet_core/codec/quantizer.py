"""A residual vector quantizer: each codebook says what the ones before it left unsaid.

A vector is the sum of K entries, one of each codebook::

    code 0 = the entry nearest to x;  code 1 = the entry nearest to x - entry 0;  and so on

Entries are not learned by gradient. They begin as the centres that k-means finds in the first
batch, and then follow the mean of the vectors that choose them (Defossez et al. 2022, section 3.2;
van den Oord et al. 2017, appendix A.1). The vectors learn as if nothing had been quantized, and to
stay near their entries.

The names in the state dict are those of EnCodec's published files, whose quantizer this equals, so
that the bundled codec, which was made with that one, loads into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

_DECAY = 0.99  # of the moving averages, per batch
_SMOOTHING = 1e-5  # added to every entry's share, so that none is divided by zero
_KMEANS_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Quantized:
    """What a batch of vectors became.

    Attributes:
        vectors: ``[B, T, D]``, sums of entries; their gradient is that of the vectors themselves.
        penalty: scalar, the mean squared distance from the entries, over all codebooks.
    """

    vectors: Tensor
    penalty: Tensor


class Codebook(nn.Module):
    """One list of entries, and the averages that they follow.

    Args:
        dim: width D.
        card: how many entries.
    """

    inited: Tensor  # [1]: 1 once there are entries
    cluster_size: Tensor  # [card]: vectors a batch that choose each entry, as a moving average
    embed: Tensor  # [card, D]: the entries
    embed_avg: Tensor  # [card, D]: the sum of those vectors, as a moving average

    def __init__(self, dim: int, card: int) -> None:
        super().__init__()
        self.register_buffer("inited", torch.zeros(1))
        self.register_buffer("cluster_size", torch.zeros(card))
        self.register_buffer("embed", torch.zeros(card, dim))
        self.register_buffer("embed_avg", torch.zeros(card, dim))

    def nearest(self, x: Tensor) -> Tensor:
        """Return the index int64 ``[n]`` of the entry nearest to each of ``x [n, D]``."""
        return _nearest(x, self.embed)

    def entry(self, codes: Tensor) -> Tensor:
        """Return the entries ``[..., D]`` of codes int64 ``[...]``."""
        return F.embedding(codes, self.embed)

    @torch.no_grad()
    def learn(self, x: Tensor, generator: Generator) -> Tensor:
        """Return the entries nearest to ``x [n, D]``; then let all entries follow them.

        Args:
            x: a batch of vectors. The first one that ever comes decides where the entries begin.
            generator: chooses where k-means begins.
        """
        if not self.inited:
            centres, sizes = _centres(x, self.embed.shape[0], generator)
            self.embed.copy_(centres)
            # As in EnCodec centres and not sums, so that entries begin small and grow into place
            # within some hundred batches: the bundled codec was made so.
            self.embed_avg.copy_(centres)
            self.cluster_size.copy_(sizes)
            self.inited.fill_(1.0)
        codes = self.nearest(x)
        entries = self.entry(codes)
        chosen = F.one_hot(codes, self.embed.shape[0]).to(x.dtype)  # [n, card]
        self.cluster_size.mul_(_DECAY).add_(chosen.sum(0), alpha=1.0 - _DECAY)
        self.embed_avg.mul_(_DECAY).add_(chosen.t() @ x, alpha=1.0 - _DECAY)
        vectors = self.cluster_size.sum()
        share = (self.cluster_size + _SMOOTHING) / (vectors + len(self.embed) * _SMOOTHING)
        self.embed.copy_(self.embed_avg / (share * vectors)[:, None])
        return entries


class ResidualVectorQuantizer(nn.Module):
    """Codebooks, each of which quantizes what those before it left over.

    Args:
        dim: width D.
        codebooks: K.
        card: entries of each.
    """

    def __init__(self, *, dim: int, codebooks: int, card: int) -> None:
        super().__init__()
        # The nesting spells the published names, vq.layers.0._codebook.embed.
        layers = [nn.ModuleDict({"_codebook": Codebook(dim, card)}) for _ in range(codebooks)]
        self.vq = nn.ModuleDict({"layers": nn.ModuleList(layers)})

    @property
    def codebooks(self) -> list[Codebook]:
        """The codebooks, coarsest first."""
        layers = cast("list[nn.ModuleDict]", self.vq["layers"])
        return [cast(Codebook, layer["_codebook"]) for layer in layers]

    def encode(self, x: Tensor) -> Tensor:
        """Return codes int64 ``[K, n]`` of vectors ``[n, D]``."""
        codes = []
        for codebook in self.codebooks:
            codes.append(codebook.nearest(x))
            x = x - codebook.entry(codes[-1])
        return torch.stack(codes)

    def decode(self, codes: Tensor) -> Tensor:
        """Return the vectors ``[..., D]`` of codes int64 ``[K, ...]``."""
        parts = [book.entry(code) for book, code in zip(self.codebooks, codes, strict=True)]
        return torch.stack(parts).sum(0)

    def learn(self, x: Tensor, generator: Generator) -> Quantized:
        """Return a batch of vectors ``[B, T, D]`` quantized; then let the entries follow them.

        Args:
            x: the vectors.
            generator: on the device of ``x``; chooses where the entries begin.
        """
        rest, penalties = x.flatten(0, 1), []
        for codebook in self.codebooks:
            entries = codebook.learn(rest.detach(), generator)
            penalties.append(F.mse_loss(rest, entries))
            rest = (rest - entries).detach()  # only the first of them teaches the vectors
        return Quantized(x - rest.view_as(x), torch.stack(penalties).mean())


def _nearest(x: Tensor, entries: Tensor) -> Tensor:
    """Return which of ``entries [card, D]`` is nearest to each of ``x [n, D]``, int64 ``[n]``."""
    across = entries.t()
    distance = x.square().sum(1, keepdim=True) - 2.0 * x @ across
    return (distance + across.square().sum(0, keepdim=True)).argmin(dim=1)


def _centres(x: Tensor, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return ``count`` centres of ``x [n, D]`` by k-means, and how many vectors each has."""
    device = x.device
    if len(x) >= count:
        begin = torch.randperm(len(x), generator=generator, device=device)[:count]
    else:
        begin = torch.randint(len(x), (count,), generator=generator, device=device)
    centres = x[begin]
    for _ in range(_KMEANS_ROUNDS):
        chosen = F.one_hot(_nearest(x, centres), count).to(x.dtype)
        sizes = chosen.sum(0)
        means = chosen.t() @ x / sizes.clamp(min=1.0)[:, None]
        centres = torch.where(sizes[:, None] > 0, means, centres)
    return centres, sizes
