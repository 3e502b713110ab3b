"""Print the figures: `python -m tests.benchmarks [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.benchmarks import (
    browser_figures,
    check_figures,
    engine_figures,
    floor,
    move_figures,
    web_figures,
)


def main() -> None:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    where = parser.parse_args().json
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        figures |= engine_figures.sequence(Path(folder))
        figures |= engine_figures.loop(Path(folder))
        figures |= move_figures.moves(Path(folder))
        figures |= web_figures.pages(Path(folder))
    figures |= check_figures.figures()
    with tempfile.TemporaryDirectory() as folder:
        figures |= browser_figures.figures(Path(folder))
    figures |= floor.figures()
    for name, value in figures.items():
        print(f"{name:28} {value:10.3f}")
    if where:
        where.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
