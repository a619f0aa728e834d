"""Runs Amphi's generator in V8. A process of its own: `python -m amphi_plugin.v8_child`.

Reads `{"labextensions": {NAME: FOLDER}, "pipelines": [TEXT, …], "components": bool}` on standard
input and answers `{"results": […], "components": […] | null, "failed": […]}` or `{"error": TEXT}`.
It imports nothing of the project, so that a crash of V8 takes only this process along, and leaves
by os._exit because a V8 that has seen an exception may never stop by itself.
"""

import json
import os
import re
import sys
from pathlib import Path

HOST = Path(__file__).with_name("v8_host.js")
# Chunks that hold npm packages and styles: never run, their modules are stubs.
FOREIGN_CHUNK = re.compile(r"^(vendors-|node_modules_|style_index|vendors)")
CHUNK_GLOBAL = re.compile(r'self\[?"?\.?(webpackChunk\w+)')


def chunk_id(name: str) -> str:
    """`lib_index_js.730e.js` → `lib_index_js`."""
    return name.split(".")[0]


def load(context, name: str, folder: Path) -> dict:
    """Run one labextension's remoteEntry; its own chunks wait in the host as text."""
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    build = package["jupyterlab"]["_build"]
    entry = folder / build["load"]
    text = entry.read_text(encoding="utf-8")
    chunk_global = CHUNK_GLOBAL.search(text)
    for file in sorted((folder / "static").glob("*.js")):
        if file.name == entry.name:
            continue
        chunk = {"id": chunk_id(file.name), "global": chunk_global.group(1)}
        foreign = FOREIGN_CHUNK.match(file.name)
        if not foreign:
            chunk["text"] = file.read_text(encoding="utf-8")
        known = "hostEmptyChunks" if foreign else "hostChunks"
        context.eval(f"{known}[{json.dumps(file.name)}] = {json.dumps(chunk)}")
    context.eval(text)
    return {"name": name, "module": build.get("extension", "./index")}


def answer(request: dict) -> dict:
    """Load the labextensions and generate each pipeline's source."""
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    context.eval(HOST.read_text(encoding="utf-8"))
    containers = [load(context, n, Path(f)) for n, f in request["labextensions"].items()]
    context.eval(f"hostStart({json.dumps(containers)}); 0")
    error = context.eval("hostState.error")
    failed = json.loads(context.eval("JSON.stringify(hostReport.failed)"))
    if error or not context.eval("hostState.ready"):
        return {"error": error or "Amphi's modules never finished loading", "failed": failed}
    results = []
    for text in request["pipelines"]:
        results.append(json.loads(context.eval(f"hostGenerate({json.dumps(text)})")))
    components = json.loads(context.eval("hostComponents()")) if request["components"] else None
    return {"results": results, "components": components, "failed": failed}


def main() -> None:
    try:
        reply = answer(json.load(sys.stdin))
    except Exception as problem:  # the parent turns whatever went wrong into an AmphiError
        reply = {"error": f"{type(problem).__name__}: {problem}", "failed": []}
    sys.stdout.write(json.dumps(reply))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
