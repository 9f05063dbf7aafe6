"""Small SVG plots, drawn by hand so that the page needs neither scripts nor fonts; colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from eval.results import Bars, Better, Curve, Curves

_SIZE = 284
_MARGIN = 52
_BAR = 22
_LABEL = 260
_WIDTH = 360
Place = Callable[[float, float], tuple[float, float]]
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw(chart: Curves | Bars) -> str:
    """One ``<svg>`` element."""
    return _curves(chart) if isinstance(chart, Curves) else _bars(chart)


def _svg(width: float, height: float, title: str, body: list[str]) -> str:
    name = escape(title)
    head = f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" aria-label="{name}">'
    return "".join([head, f"<title>{name}</title>", *body, "</svg>"])


def _text(x: float, y: float, words: str, anchor: str = "middle", extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _curves(chart: Curves) -> str:
    side = _SIZE - 2 * _MARGIN + 20
    left, top = _MARGIN, 12

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * side, top + (1 - y) * side

    body = []
    for tick in _TICKS:
        body += [_line(*at(0, tick), *at(1, tick), "grid"), _line(*at(tick, 0), *at(tick, 1), "grid")]
        body += [
            _text(at(tick, 0)[0], top + side + 14, f"{tick:g}"),
            _text(left - 5, at(0, tick)[1] + 4, f"{tick:g}", "end"),
        ]
    if chart.diagonal:
        body.append(_line(*at(0, 0), *at(1, 1), "ideal"))
    for i, curve in enumerate(chart.curves):
        body += _curve(curve, at, i, dots=chart.diagonal)
        if len(chart.curves) > 1:
            body.append(f'<rect class="fill s{i}" x="{left}" y="{top + side + 36 + 15 * i}" width="9" height="9"/>')
            body.append(_text(left + 14, top + side + 44.5 + 15 * i, curve.name, "start"))
    middle = top + side / 2
    body.append(_text(left + side / 2, top + side + 28, chart.x))
    body.append(_text(11, middle, chart.y, extra=f' transform="rotate(-90 11 {middle:.1f})"'))
    legend = 15 * len(chart.curves) if len(chart.curves) > 1 else 0
    return _svg(left + side + 14, top + side + 36 + legend, chart.title, body)


def _curve(curve: Curve, place: Place, index: int, *, dots: bool) -> list[str]:
    points = [place(x, y) for x, y in curve.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = [f'<polyline class="curve s{index}" points="{path}"/>']
    if dots:
        drawn += [f'<circle class="fill s{index}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return drawn


def _bars(chart: Bars) -> str:
    """Horizontal bars with a whisker for the interval."""
    height = _BAR * len(chart.bars) + 24
    body = []
    for tick in _TICKS:
        x = _LABEL + tick * _WIDTH
        body += [_line(x, 4, x, height - 18, "grid"), _text(x, height - 5, f"{tick:g}")]
    kind = "s1" if chart.better is Better.DOWN else "s0"
    for i, (name, estimate) in enumerate(chart.bars):
        y = 4 + i * _BAR
        body.append(_text(_LABEL - 6, y + 14, name if len(name) <= 42 else name[:41] + "…", "end"))
        if estimate.value != estimate.value:
            continue
        body.append(
            f'<rect class="fill {kind}" x="{_LABEL}" y="{y + 4}" width="{max(0.5, estimate.value * _WIDTH):.1f}" height="13"/>'
        )
        low, high = (_LABEL + bound * _WIDTH for bound in (estimate.low, estimate.high))
        body.append(_line(low, y + 10.5, high, y + 10.5, "whisker"))
        body.append(_text(_LABEL + _WIDTH + 8, y + 14, f"{estimate.value:.3f}", "start"))
    return _svg(_LABEL + _WIDTH + 56, height, chart.title, body)
