"""The figure: latencies under either clock at every load, and a worker that catches up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lab.validation.agreement import Pair
from lab.validation.figures import Figures

_WIDTH, _HEIGHT, _EDGE, _COLUMNS = 400, 250, 44, 2
_LOOKS = {"virtual": ("#0072b2", ""), "wall": ("#d55e00", ' stroke-dasharray="6 4"')}
_BIN_S = 0.5

Curve = list[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One plot: a curve for each clock; both axes begin at 0."""

    title: str
    across: str
    up: str
    curves: dict[str, Curve]


def draw_svg(pairs: Sequence[Pair]) -> str:
    """The figure as SVG; the repeats of a load are one curve."""
    panels = list(_build_panels(pairs))
    rows = -(-len(panels) // _COLUMNS)
    width, height = _COLUMNS * _WIDTH, rows * _HEIGHT + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_draw_legend(),
    ]
    for i, panel in enumerate(panels):
        row, column = divmod(i, _COLUMNS)
        lines.append(f'<g transform="translate({column * _WIDTH},{row * _HEIGHT + 24})">')
        lines += [*_draw_panel(panel), "</g>"]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _build_panels(pairs: Sequence[Pair]) -> Iterator[Panel]:
    for load in sorted({pair.load for pair in pairs}, key=lambda each: (each.share, each.name)):
        mine = [pair for pair in pairs if pair.load == load]
        title = f"load {load.name}: {mine[0].wall.streams} calls"
        curves = _build_curves(mine, _compute_cdf)
        yield Panel(title, "commit latency, s", "share of the words", curves)
        if load.stalled:
            curves = _build_curves(mine[:1], _find_longest_waits)
            yield Panel(f"{title}, seed {mine[0].wall.seed}", "s", "longest wait, s", curves)


def _build_curves(
    pairs: Sequence[Pair], curve: Callable[[Sequence[Figures]], Curve]
) -> dict[str, Curve]:
    return {name: curve([getattr(pair, name) for pair in pairs]) for name in _LOOKS}


def _compute_cdf(runs: Sequence[Figures]) -> Curve:
    late = np.sort(np.concatenate([run.late for run in runs]))
    shares = np.linspace(0, 1, 101)
    return [(float(np.quantile(late, share)), float(share)) for share in shares]


def _find_longest_waits(runs: Sequence[Figures]) -> Curve:
    """The longest wait of the steps that were served in each half second."""
    longest: dict[int, float] = {}
    for at, waited in np.concatenate([run.waits for run in runs]):
        longest[int(at / _BIN_S)] = max(waited, longest.get(int(at / _BIN_S), 0.0))
    return [(at * _BIN_S, float(longest[at])) for at in sorted(longest)]


def _draw_panel(panel: Panel) -> Iterator[str]:
    points = [point for curve in panel.curves.values() for point in curve]
    right, top = (max(point[axis] for point in points) or 1.0 for axis in (0, 1))
    wide, tall = _WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE
    yield f'<text x="{_EDGE}" y="{_EDGE - 12}" font-weight="bold">{panel.title}</text>'
    yield (
        f'<path d="M{_EDGE},{_EDGE}v{tall}h{wide}" fill="none" stroke="#555"/>'
        f'<text x="{_EDGE + wide}" y="{_HEIGHT - 14}" text-anchor="end">{panel.across}</text>'
        f'<text x="{_EDGE + 6}" y="{_EDGE + 10}">{panel.up}</text>'
    )
    for share in (0.0, 0.5, 1.0):
        x, y = _EDGE + share * wide, _EDGE + (1 - share) * tall
        at = f'x="{x:.0f}" y="{_HEIGHT - 28}" text-anchor="middle"'
        yield f"<text {at}>{share * right:.2g}</text>"
        at = f'x="{_EDGE - 5}" y="{y + 4:.0f}" text-anchor="end"'
        yield f"<text {at}>{share * top:.2g}</text>"
    for name, curve in panel.curves.items():
        colour, dashes = _LOOKS[name]
        path = " ".join(
            f"{_EDGE + x / right * wide:.1f},{_EDGE + (1 - y / top) * tall:.1f}" for x, y in curve
        )
        line = f'fill="none" stroke="{colour}" stroke-width="1.8"{dashes}'
        yield f'<polyline points="{path}" {line}/>'


def _draw_legend() -> Iterator[str]:
    for i, (name, (colour, dashes)) in enumerate(_LOOKS.items()):
        x = _EDGE + 150 * i
        yield f'<path d="M{x},14h30" stroke="{colour}" stroke-width="1.8"{dashes}/>'
        yield f'<text x="{x + 36}" y="18">{name} clock</text>'
