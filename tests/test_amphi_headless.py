"""Amphi's own generator, headless: what comes out, and every way it can refuse."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("py_mini_racer", reason="the extra `amphi` is not installed")

import amphi_plugin
from amphi_plugin import headless

pytestmark = pytest.mark.skipif(
    not any(Path(p, "@amphi").is_dir() for p in [headless.labextension_folder()]),
    reason="jupyterlab-amphi is not installed",
)


def document(nodes: list[dict], edges: list[dict] = ()) -> str:
    return json.dumps({"pipelines": [{"flow": {"nodes": nodes, "edges": list(edges)}}]})


INLINE = {"id": "n1", "type": "inlineInput", "data": {"inlineData": "a,b\n1,x"}}
CONSOLE = {"id": "n2", "type": "console", "data": {"type": "Data", "dataFormat": "text"}}
EDGE = {"id": "e", "source": "n1", "target": "n2"}
SMALL = document([INLINE, CONSOLE], [EDGE])


def test_source_of_text_and_of_a_path(tmp_path):
    path = tmp_path / "Small one.ampln"
    path.write_text(SMALL, encoding="utf-8")
    source = amphi_plugin.pandas_source(SMALL)
    assert amphi_plugin.pandas_source(path) == source
    assert amphi_plugin.pandas_source(str(path)) == source
    assert "inlineInput1 = pd.read_csv(StringIO(inlineInput1_data)).convert_dtypes()" in source
    assert source.endswith("print(inlineInput1.to_string(index=False))\n")


def test_the_date_is_gone_and_the_text_repeats():
    first, second = amphi_plugin.export_all([SMALL, SMALL])
    assert first == second
    assert "# Date:" not in first.text
    assert first.repairs == ()
    assert first.amphi_version == headless.amphi_version()


def test_a_custom_title_becomes_a_comment():
    titled = {**CONSOLE, "data": {**CONSOLE["data"], "customTitle": "Show it"}}
    assert "# Show it\nprint(" in amphi_plugin.pandas_source(document([INLINE, titled], [EDGE]))


def test_components_have_forms():
    components = {c["id"]: c for c in amphi_plugin.components()}
    assert len(components) >= 60
    filters = components["filter"]
    assert filters["type"] == "pandas_df_processor"
    assert "conditionValue" in [f["id"] for f in filters["form"]["fields"]]


def test_an_unknown_component_is_named():
    text = document([INLINE, {"id": "n7", "type": "teleport", "data": {}}])
    with pytest.raises(amphi_plugin.UnknownComponent, match=r"teleport \(node n7\)"):
        amphi_plugin.pandas_source(text)


def test_a_node_without_its_input_is_named():
    lonely = document([{"id": "n9", "type": "sort", "data": {"columnAndOrder": []}}])
    with pytest.raises(amphi_plugin.PipelineInvalid, match=r"sort \(node n9\).*connected"):
        amphi_plugin.pandas_source(lonely)


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"pipelines": []}', "not an Amphi pipeline"),
        ('{"pipelines": [{"flow": {"nodes": []}}]}', "not an Amphi pipeline"),
        ("{broken", "not an Amphi pipeline"),
        (document([{"id": "n1"}]), "each with an id and a type"),
        (document(["n1"]), "each with an id and a type"),
        (document([]), "no components yet"),
        ("there/is/no/such.ampln", "cannot be read"),
    ],
)
def test_what_is_no_pipeline(text, words):
    with pytest.raises(amphi_plugin.PipelineInvalid, match=words):
        amphi_plugin.pandas_source(text)


def test_one_bad_pipeline_does_not_stop_the_others():
    results = amphi_plugin.export_all([SMALL, document([]), SMALL])
    assert [isinstance(r, amphi_plugin.AmphiError) for r in results] == [False, True, False]


def test_modules_that_need_a_page_are_told(monkeypatch):
    def ask(pipelines, components, folder, timeout):
        return {"results": [{"source": "x = 1\n"}], "failed": ["./lib/editor.js: no document"]}

    monkeypatch.setattr(headless, "_ask_v8", ask)
    (told,) = amphi_plugin.export(SMALL).warnings
    assert "did not start without a browser: ./lib/editor.js: no document" in told


def fake_wheel(folder: Path, version: str, script: str = "") -> Path:
    """Labextensions whose container is `script`, for what the real wheel never does."""
    for name in (headless.MANAGER, headless.CORE):
        home = folder / name
        (home / "static").mkdir(parents=True)
        (home / "static" / "remoteEntry.js").write_text(
            f'self["webpackChunk_x"] = [];\n{script}', encoding="utf-8"
        )
        build = {"load": "static/remoteEntry.js", "extension": "./extension"}
        package = {"version": version, "jupyterlab": {"_build": build}}
        (home / "package.json").write_text(json.dumps(package), encoding="utf-8")
    return folder


# Containers as webpack makes them, with a generator that writes a piece of the user interface.
DRAWING_WHEEL = """(() => {
    const token = {name: 'manager'};
    const service = {getComponent: () => ({}), getComponents: () => []};
    const CodeGenerator = {generateCode: () => `import antd\\nx = '${hostStub('antd.Button')}'`};
    const plugins = [{id: 'manager', provides: token, activate: () => service}];
    const modules = {
        './index': {CodeGenerator, ComponentManager: token}, './extension': {default: plugins}
    };
    globalThis._JUPYTERLAB = globalThis._JUPYTERLAB || {};
    for (const name of ['manager', 'core'].map(n => `@amphi/pipeline-components-${n}`)) {
        _JUPYTERLAB[name] = {init: () => 0, get: id => Promise.resolve(() => modules[id])};
    }
})();"""


def test_text_of_the_user_interface_is_refused(tmp_path):
    wheel = fake_wheel(tmp_path, "0.9.7", DRAWING_WHEEL)
    with pytest.raises(amphi_plugin.StubReached, match="line 2 of what Amphi generated"):
        amphi_plugin.pandas_source(SMALL, folder=wheel)


@pytest.mark.parametrize("version", ["0.8.30", "0.9.8", "1.0.0"])
def test_a_version_nobody_tested(tmp_path, version):
    wheel = fake_wheel(tmp_path, version)
    with pytest.raises(amphi_plugin.AmphiVersion, match=f"Amphi {version} .*0.9.0 to 0.9.7"):
        amphi_plugin.pandas_source(SMALL, folder=wheel)
    with pytest.raises(amphi_plugin.AmphiError, match="could not be started"):
        amphi_plugin.pandas_source(SMALL, folder=wheel, any_version=True)


def test_a_generator_that_never_ends_is_ended(tmp_path):
    wheel = fake_wheel(tmp_path, "0.9.7", "for (;;) {}")
    with pytest.raises(amphi_plugin.GeneratorTimeout, match="within 2 seconds"):
        amphi_plugin.pandas_source(SMALL, folder=wheel, timeout=2)


def test_a_wheel_of_another_make(tmp_path):
    wheel = fake_wheel(tmp_path, "0.9.7", "throw new Error('no container');")
    with pytest.raises(amphi_plugin.AmphiError, match="no container"):
        amphi_plugin.pandas_source(SMALL, folder=wheel)


def test_without_amphi(monkeypatch, tmp_path):
    def missing(name):
        raise headless.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(headless.metadata, "files", missing)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(amphi_plugin.AmphiMissing, match=r"pip install 'pandas-to-glue\[amphi\]'"):
        headless.labextension_folder()


def test_without_v8(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "pipelines" / "no_v8"))
    with pytest.raises(amphi_plugin.AmphiMissing, match="mini-racer"):
        amphi_plugin.pandas_source(SMALL)


def test_the_command_line_exports_and_tells_the_repairs(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from transpiler.cli import main

    code = "output = input.assign(c=re.sub('x', 'y', 'x'))"
    transform = {"id": "n2", "type": "customTransformations", "data": {"code": code}}
    target = {"filePath": "out.csv", "csvOptions": {"index": False}}
    written = {"id": "n3", "type": "csvFileOutput", "data": target}
    second = {"id": "f", "source": "n2", "target": "n3"}
    path = tmp_path / "small.ampln"
    path.write_text(document([INLINE, transform, written], [EDGE, second]), encoding="utf-8")
    done = CliRunner().invoke(main, ["export", str(path), "--pandas", str(tmp_path / "small.py")])
    assert done.exit_code == 0, done.output
    assert "repaired: added `import re`" in done.output
    assert "import re\n" in (tmp_path / "small.py").read_text(encoding="utf-8")
    compile((tmp_path / "small_glue_job.py").read_text(encoding="utf-8"), "job", "exec")
    monkeypatch.setattr(headless, "TESTED_VERSIONS", ((0, 1, 0), (0, 1, 9)))
    refused = CliRunner().invoke(main, ["export", str(path)])
    assert refused.exit_code == 2 and "--any-amphi-version" in refused.output
    done = CliRunner().invoke(main, ["export", str(path), "--any-amphi-version"])
    assert done.exit_code == 0, done.output
    path.write_text(document([]), encoding="utf-8")
    monkeypatch.undo()
    failed = CliRunner().invoke(main, ["export", str(path)])
    assert failed.exit_code != 0 and "no components yet" in failed.output
