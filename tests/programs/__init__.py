"""Whole programs, as people write them, over the nasty inputs: name -> source."""

from pathlib import Path

PROGRAMS = {
    p.stem: p.read_text()
    for p in sorted(Path(__file__).parent.glob("*.py"))
    if p.stem != "__init__"
}
