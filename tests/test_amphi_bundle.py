"""The prebuilt extension that the wheel ships is the one that its sources make."""

import hashlib
import json
from pathlib import Path

PLUGIN = Path(__file__).parents[1] / "amphi_plugin"
SOURCES = PLUGIN / "labextension"
BUNDLE = PLUGIN / "bundle"


def test_the_bundle_is_of_these_sources():
    parts = [SOURCES / "package.json"]
    for folder in ("src", "style"):
        parts += sorted((SOURCES / folder).iterdir())
    found = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    made_of = (BUNDLE / "sources.sha256").read_text().strip()
    assert found == made_of, "run amphi_plugin/labextension/build.sh"


def test_the_bundle_is_whole_and_small():
    package = json.loads((BUNDLE / "package.json").read_text(encoding="utf-8"))
    build = package["jupyterlab"]["_build"]
    entry = (BUNDLE / build["load"]).read_text(encoding="utf-8")
    assert "pandas-to-glue" in entry and build["extension"] == "./extension"
    assert sum(f.stat().st_size for f in BUNDLE.rglob("*") if f.is_file()) < 1_000_000


def test_the_bundle_carries_nothing_of_amphi():
    shared = json.loads((BUNDLE / "package.json").read_text())["jupyterlab"]["sharedPackages"]
    assert shared["@amphi/pipeline-components-manager"]["bundled"] is False
    text = "".join(f.read_text(encoding="utf-8") for f in BUNDLE.rglob("*.js"))
    assert "BaseCodeGenerator" not in text and "computeNodesToTraverse" not in text
