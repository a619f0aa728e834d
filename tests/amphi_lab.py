"""A real JupyterLab with the real Amphi, and Debian's chromium in front of it."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.pipelines.catalogue import DATA, HERE

ROOT = Path(__file__).parents[1]
TOKEN = "browser-test"
START_LIMIT = 150.0  # seconds; on a busy machine it has taken 60
PACKAGES = ("jupyterlab", "playwright", "py_mini_racer")


def missing() -> str:
    """Why there is no browser test here; empty when all is there."""
    lacking = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    try:
        from amphi_plugin.headless import AmphiError, labextension_folder

        labextension_folder()
    except AmphiError:
        lacking.append("jupyterlab-amphi")
    if lacking:
        return f"not installed: {', '.join(lacking)} (pip install -e '.[browser]')"
    if not chromium():
        return "no chromium on this machine (apt-get install chromium)"
    return ""


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Lab:
    """A running server: its address, and the folder that it shows."""

    url: str
    folder: Path
    log: Path

    def page_url(self, path: str = "", workspace: str = "test") -> str:
        tree = f"/tree/{path}" if path else ""
        return f"{self.url}/lab/workspaces/{workspace}{tree}?token={TOKEN}"


def lay_pipelines(folder: Path) -> None:
    for flow in HERE.glob("*.ampln"):
        shutil.copy(flow, folder)
    shutil.copytree(DATA, folder / "data")


def settings_folder(base: Path) -> Path:
    """Lab's user settings: no news, no telemetry, nothing that calls out."""
    settings = base / "user-settings"
    wanted = {
        "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@amphi/pipeline-editor/plugin.jupyterlab-settings": {"enableTelemetry": False},
    }
    for name, value in wanted.items():
        file = settings / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value), encoding="utf-8")
    return settings


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def running_lab(
    base: Path, amphi: bool = True, variables: dict[str, str] | None = None
) -> Iterator[Lab]:
    """Lab on loopback with our extension from the source tree; ended at the close.

    With `amphi-etl` installed it is Amphi's own application, which switches parts of Lab off.
    """
    folder = base / "work"
    folder.mkdir(parents=True)
    lay_pipelines(folder)
    extensions = base / "labextensions"
    extensions.mkdir()
    (extensions / "pandas-to-glue").symlink_to(ROOT / "amphi_plugin" / "bundle")
    port = free_port()
    log = base / "lab.log"
    config = base / "config"
    config.mkdir()
    wanted = {
        "ServerApp": {
            "port": port,
            "root_dir": str(folder),
            "jpserver_extensions": {"amphi_plugin": True},
        },
        "IdentityProvider": {"token": TOKEN},
        "LabApp": {
            "extra_labextensions_path": [str(extensions)],
            "user_settings_dir": str(settings_folder(base)),
            "workspaces_dir": str(base / "workspaces"),
            "expose_app_in_browser": True,
        },
    }
    if not amphi:
        wanted["LabApp"]["labextensions_path"] = []
    (config / "jupyter_server_config.json").write_text(json.dumps(wanted), encoding="utf-8")
    (config / "jupyter_lab_config.json").write_text(json.dumps(wanted), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(":"),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **(variables or {}),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    lab = Lab(f"http://127.0.0.1:{port}", folder, log)
    try:
        wait_for(lab, process)
        yield lab
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()


def wait_for(lab: Lab, process: subprocess.Popen) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"{lab.url}/api?token={TOKEN}", timeout=2) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.2)
    tail = re.sub(r"token=\w+", "token=…", lab.log.read_text()[-2000:])
    raise RuntimeError(f"JupyterLab did not start:\n{tail}")


@contextlib.contextmanager
def browser_page(width: int = 1440, height: int = 900) -> Iterator:
    """A page of a headless chromium; no request leaves this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield fresh_page(browser, width, height)
        browser.close()


def fresh_page(browser, width: int = 1440, height: int = 900):
    """A page with nothing remembered, that reaches this machine only."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(60_000)
    context.route(
        lambda url: not re.match(r"(https?|wss?)://127\.0\.0\.1|data:|blob:", url),
        lambda route: route.abort(),
    )
    return context.new_page()
