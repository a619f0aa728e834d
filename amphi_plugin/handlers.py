"""The Jupyter server's side of the extension: /pandas-to-glue/transpile, /run and /catalog."""

import asyncio
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import to_os_path, url_path_join
from tornado import web

from amphi_plugin.aws_names import catalog_names

RUN_LIMIT = 900.0
KEPT_RUNS = 20
RUNS: dict[str, dict[str, Any]] = {}


class _Handler(APIHandler):
    def pipeline_folder(self, path: str) -> Path | None:
        """The folder on disk of a pipeline at `path` of the contents; None when there is none."""
        root = getattr(self.contents_manager, "root_dir", None)
        if not root:
            return None
        # By the names alone, as Jupyter has it: a linked folder may point outside.
        folder = Path(os.path.abspath(to_os_path(path, root))).parent
        if Path(os.path.abspath(root)) not in (folder, *folder.parents):
            raise web.HTTPError(400, "the pipeline is outside the server's folder")
        return folder

    def body(self, *names: str) -> dict[str, Any]:
        data = self.get_json_body() or {}
        missing = [name for name in names if name not in data]
        if missing:
            raise web.HTTPError(400, f"missing in the request: {', '.join(missing)}")
        return data

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Errors as `{"message"}`, in words."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = getattr(error, "log_message", None) or (str(error) if error else self._reason)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"message": message}))


class TranspileHandler(_Handler):
    @web.authenticated
    async def post(self) -> None:
        from amphi_plugin.exporting import make_export

        data = self.body("source", "settings")
        settings = data["settings"]
        folder = self.pipeline_folder(str(settings.get("path", "")))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(None, make_export, data["source"], settings, folder)
        self.finish(json.dumps(answer))


async def follow(run: dict[str, Any], folder: Path, request: dict[str, str]) -> None:
    """Start the child of a run and keep `run` up to date with what it says."""
    parts = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "amphi_plugin.local_run", str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, parts))},
        limit=2**22,
    )
    try:
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
        async with asyncio.timeout(RUN_LIMIT):
            async for line in process.stdout:
                run.update(json.loads(line))
            await process.wait()
    except TimeoutError:
        run.update(state="failed", message=f"it took longer than {RUN_LIMIT:.0f} seconds")
    finally:
        if process.returncode is None:
            process.kill()
        if run["state"] == "running":
            run.update(state="failed", message="the run ended without a word")
        run["seconds"] = time.monotonic() - run.pop("started")


class RunHandler(_Handler):
    @web.authenticated
    async def post(self) -> None:
        data = self.body("source", "job", "path")
        folder = self.pipeline_folder(str(data["path"]))
        if folder is None or not folder.is_dir():
            raise web.HTTPError(400, "the pipeline's folder is not on this machine's disk")
        for old in list(RUNS)[:-KEPT_RUNS]:
            del RUNS[old]
        run_id = uuid.uuid4().hex
        run = {"state": "running", "stage": "Starting", "message": "", "outputs": []}
        RUNS[run_id] = {**run, "started": time.monotonic()}
        request = {"source": data["source"], "job": data["job"]}
        task = asyncio.ensure_future(follow(RUNS[run_id], folder, request))
        RUNS[run_id]["task"] = task
        self.finish(json.dumps({"id": run_id}))

    @web.authenticated
    def get(self) -> None:
        run = RUNS.get(self.get_query_argument("id", ""))
        if run is None:
            raise web.HTTPError(410, "this run is not known any more")
        seconds = run.get("seconds", time.monotonic() - run.get("started", time.monotonic()))
        shown = {k: run[k] for k in ("state", "stage", "message", "outputs")}
        self.finish(json.dumps({**shown, "seconds": seconds}))


class CatalogHandler(_Handler):
    @web.authenticated
    async def get(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            names = await loop.run_in_executor(None, catalog_names)
        except Exception as problem:  # no boto3, no credentials, no permission: no names
            self.log.info("pandas-to-glue: no names from the Data Catalog: %s", problem)
            names = {"databases": [], "tables": []}
        self.finish(json.dumps(names))


def setup_handlers(web_app: Any) -> None:
    """Add the endpoints to a Jupyter server."""
    base = url_path_join(web_app.settings["base_url"], "pandas-to-glue")
    handlers = {"transpile": TranspileHandler, "run": RunHandler, "catalog": CatalogHandler}
    web_app.add_handlers(".*$", [(url_path_join(base, n), h) for n, h in handlers.items()])
