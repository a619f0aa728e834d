"""The export as a person sees it: a real Lab, the real Amphi, a real browser.

One server and one page for the whole module, in the order of a session: look, fill in wrongly,
fill in rightly, preview, run, save, reload. `P2G_SCREENSHOTS=FOLDER` keeps the pictures that the
docs use.
"""

import json
import os
import re
import time
from pathlib import Path

import pytest

from tests import amphi_lab

pytestmark = pytest.mark.skipif(bool(amphi_lab.missing()), reason=amphi_lab.missing() or "-")

PIPELINE = "revenue_by_country.ampln"
GOOD = {"bucket": "my-company-glue", "role": "GlueJobRole", "profile": "my-company-dev"}
BAD = {
    "bucket": ("My_Bucket", "Lower-case letters"),
    "role": ("arn:aws:iam::12:role/x", "A role ARN looks like"),
    "region": ("Frankfurt", "A region looks like eu-central-1"),
    "numberOfWorkers": ("1", "2 workers or more"),
    "jobName": ("", "needs a name"),
}
FILES = ("revenue_by_country_glue_job.py", "revenue_by_country_deploy.py")


def trouble() -> str:
    """A pipeline with all that a preview can tell: a missing input, a repair, a driver step."""
    data = {
        "csvFileInput": {"filePath": "data/nowhere.csv", "csvOptions": {"sep": ","}},
        "customTransformations": {"code": "output = input.assign(c=re.sub('x', 'y', 'x'))"},
        "xmlFileOutput": {"filePath": "out/trouble.xml"},
    }
    nodes = [
        {"id": kind, "type": kind, "position": {"x": 260 * n, "y": 60}, "data": entered}
        for n, (kind, entered) in enumerate(data.items())
    ]
    pairs = zip(nodes, nodes[1:])
    edges = [{"id": a["id"], "source": a["id"], "target": b["id"]} for a, b in pairs]
    return json.dumps({"pipelines": [{"flow": {"nodes": nodes, "edges": edges}}]})


@pytest.fixture(scope="module")
def catalog():
    """Environment of a server that plays AWS, with a table in its Data Catalog."""
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("moto")
    from tests.moto_glue import MotoServer

    server = MotoServer()
    variables = {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    glue = boto3.client(
        "glue",
        endpoint_url=server.url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    glue.create_database(DatabaseInput={"Name": "sales"})
    for name in ("orders", "returns"):
        glue.create_table(DatabaseName="sales", TableInput={"Name": name})
    yield variables
    server.stop()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, catalog):
    folder = tmp_path_factory.mktemp("lab")
    with amphi_lab.running_lab(folder, variables=catalog) as running:
        (running.folder / "Umsätze & März.ampln").write_text(trouble(), encoding="utf-8")
        yield running


@pytest.fixture(scope="module")
def page(lab):
    with amphi_lab.browser_page() as made:
        made.errors = []
        made.on("pageerror", lambda error: made.errors.append(str(error)))
        open_pipeline(made, lab, PIPELINE)
        yield made


def open_pipeline(page, lab, name: str) -> None:
    page.goto(lab.page_url(name))
    page.wait_for_selector(".react-flow__node")


def picture(page, name: str) -> None:
    folder = os.environ.get("P2G_SCREENSHOTS")
    if folder:
        page.mouse.move(5, 5)
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(folder, f"{name}.png")))


def take_from_palette(page, words: str, label: str) -> None:
    """Take a command from the palette, anew while Lab, just started, moves the focus elsewhere.

    The palette hides when it loses the focus, and its shortcut is known only once Lab has read
    its settings: both happen some time after the editor can be seen.
    """
    from playwright.sync_api import TimeoutError as TooLate

    field = page.locator(
        ".lm-CommandPalette-input:visible, .lm-CommandPalette-search input:visible"
    )
    item = page.locator(".lm-CommandPalette-item").filter(has_text=label)
    for left in reversed(range(12)):
        try:
            if not field.count():
                page.keyboard.press("Control+Shift+C")
            field.first.fill(words, timeout=5_000)
            item.click(timeout=5_000)
            return
        except TooLate:
            if not left:
                raise
            page.keyboard.press("Escape")


def dialog(page):
    return page.locator(".p2g-dialog")


def press(page, words: str) -> None:
    dialog(page).get_by_role("button", name=words).click()


def test_the_button_stands_beside_amphis_own(page):
    labels = page.locator(".lm-Widget.jp-Toolbar:visible .jp-ToolbarButtonComponent-label")
    words = [text for text in labels.all_inner_texts() if text]
    assert words.index("Export to AWS Glue") == words.index("Export to Python code") + 1
    button = page.locator(".p2g-toolbar-button svg")
    assert button.get_attribute("width") == "24" or button.bounding_box()["width"] >= 14
    picture(page, "editor")


def test_palette_and_menu_have_it(page):
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Export to AWS Glue").wait_for()
    page.keyboard.press("Escape")
    page.locator(".lm-Menu").wait_for(state="detached")
    take_from_palette(page, "aws glue", "Export to AWS Glue")
    dialog(page).wait_for()
    press(page, "Cancel")
    dialog(page).wait_for(state="detached")


def test_what_aws_would_refuse_stays_in_the_dialog(page):
    page.locator(".p2g-toolbar-button").click()
    dialog(page).wait_for()
    assert page.input_value("#p2g-jobName") == "revenue_by_country"
    press(page, "Preview")
    problems = page.locator(".p2g-problem")
    assert "A bucket is needed" in problems.nth(0).inner_text()
    assert problems.count() == 3
    for field, (value, _) in BAD.items():
        page.fill(f"#p2g-{field}", value)
    press(page, "Preview")
    for field, (_, words) in BAD.items():
        assert words in page.locator(f"#p2g-{field}-problem").inner_text()
    picture(page, "dialog-problems")
    page.get_by_role("radio", name="Environment").click()
    page.fill("#p2g-region", "")
    assert "Without a profile" in page.locator("#p2g-region-problem").inner_text()
    press(page, "Cancel")
    dialog(page).wait_for(state="detached")


def test_good_input_gives_the_preview(page):
    page.locator(".p2g-toolbar-button").click()
    dialog(page).wait_for()
    for field, value in GOOD.items():
        page.fill(f"#p2g-{field}", value)
    picture(page, "dialog")
    page.type("#p2g-profile", " ")  # what is pasted often ends in one; Enter leaves no time to trim
    page.keyboard.press("Enter")
    page.wait_for_selector(".p2g-preview", timeout=200_000)
    assert page.locator(".p2g-title > b").inner_text() == "revenue_by_country"
    assert "Glue 6.0" in page.locator(".p2g-title").inner_text()
    assert page.locator(".p2g-chips .p2g-chip").count() >= 1
    assert not page.locator(".p2g-chip.p2g-v-refused").count()
    tabs = page.locator(".p2g-tabs [role=tab]").all_inner_texts()
    assert tabs == list(FILES)


def test_lines_that_belong_together_light_up(page):
    source = page.locator('[aria-label="pandas source"]')
    line = source.locator(".p2g-line").filter(has_text="filter1 = ")
    line.hover()
    lit = page.locator('[aria-label="revenue_by_country_glue_job.py"] .p2g-lit')
    lit.first.wait_for()
    assert "filter1 = " in lit.first.inner_text()
    assert line.get_attribute("title") == "native"
    assert source.locator(".p2g-line.p2g-v-native").count() >= 8
    colour = "line => getComputedStyle(line).borderLeftColor"
    assert line.evaluate(colour) == "rgb(27, 127, 59)"
    picture(page, "preview")


def test_the_deploy_script_is_a_tab(page):
    page.get_by_role("tab", name=FILES[1]).click()
    text = page.locator(f'[aria-label="{FILES[1]}"]').inner_text()
    for value in GOOD.values():
        assert value in text
    page.get_by_role("tab", name=FILES[0]).click()


def test_the_job_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("[data-p2g=copy]")
    page.get_by_text(f"{FILES[0]} is on the clipboard").wait_for()
    assert "job.commit()" in page.evaluate("navigator.clipboard.readText()")


def test_it_runs_here_and_compares(page):
    page.click("[data-p2g=run]")
    page.wait_for_selector(".p2g-run-running")
    page.wait_for_selector(".p2g-run:not(.p2g-run-running)", timeout=400_000)
    told = page.locator(".p2g-run").inner_text()
    assert page.locator(".p2g-run-equal").count() == 1, told
    assert "out/revenue.csv" in told
    picture(page, "run")


def test_saved_files_are_the_headless_ones(page, lab):
    page.click("[data-p2g=save]")
    page.get_by_text("Saved revenue_by_country_glue_job.py").wait_for()
    from amphi_plugin import pandas_source
    from transpiler import Options, transpile

    source = pandas_source(lab.folder / PIPELINE)
    options = Options(job_name="revenue_by_country", input_root=lab.folder)
    saved = (lab.folder / FILES[0]).read_text(encoding="utf-8")
    assert saved == transpile(source, options=options).script
    deploy = (lab.folder / FILES[1]).read_text(encoding="utf-8")
    compile(deploy, FILES[1], "exec")
    assert not (lab.folder / "out").exists()


def test_a_changed_file_is_not_replaced_unasked(page, lab):
    job = lab.folder / FILES[0]
    job.write_text("# mine\n", encoding="utf-8")
    page.click("[data-p2g=save]")
    page.locator(".jp-Dialog").get_by_text("will be replaced").wait_for()
    page.locator(".jp-Dialog").get_by_role("button", name="Cancel").click()
    assert job.read_text(encoding="utf-8") == "# mine\n"
    page.click("[data-p2g=save]")

    def last(answer) -> bool:
        return answer.request.method == "PUT" and "_report.html" in answer.url

    with page.expect_response(last):
        page.locator(".jp-Dialog").get_by_role("button", name="Replace").click()
    page.locator(".jp-Dialog").wait_for(state="detached")
    assert "job.commit()" in job.read_text(encoding="utf-8")


def test_a_folder_that_takes_no_file_is_told(page):
    """The tests may run as root, whom no folder refuses: the server's answer is played."""
    refuse = {"status": 403, "json": {"message": "Permission denied: the folder is read-only"}}

    def answer(route):
        saving = route.request.method == "PUT"
        return route.fulfill(**refuse) if saving else route.fallback()

    page.route("**/api/contents/**", answer)
    try:
        page.click("[data-p2g=save]")
        told = page.locator(".jp-Dialog").filter(has_text="The files could not be saved")
        assert "Permission denied: the folder is read-only" in told.inner_text()
    finally:
        page.unroute("**/api/contents/**")
    told.get_by_role("button").last.click()
    told.wait_for(state="detached")


def found_in_files(page, files, look):
    """What ``look`` finds in one of the JSON files that Lab is about to write."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for file in files():
            try:
                found = look(json.loads(file.read_text(encoding="utf-8")))
            except json.JSONDecodeError:  # Lab is writing it
                continue
            if found:
                return found
        page.wait_for_timeout(200)
    raise AssertionError("Lab never saved it")


def remembered(page, lab) -> dict:
    """What Lab keeps of the dialog; it saves its state a moment after the last change."""
    key = "pandas-to-glue:export:revenue_by_country.ampln"
    return found_in_files(
        page,
        lambda: (lab.folder.parent / "workspaces").glob("*"),
        lambda workspace: workspace.get("data", {}).get(key),
    )


def test_after_a_reload_all_is_remembered_and_nothing_secret(page, lab):
    saved = remembered(page, lab)
    assert not [name for name in saved if re.search("secret|password|token|accesskey", name, re.I)]
    open_pipeline(page, lab, PIPELINE)
    page.locator(".p2g-toolbar-button:visible").click()
    dialog(page).wait_for()
    for field, value in GOOD.items():
        assert page.input_value(f"#p2g-{field}") == value
    press(page, "Cancel")
    dialog(page).wait_for(state="detached")


def test_the_file_browser_exports_what_is_not_open(page):
    file = page.locator(".jp-DirListing-item").filter(has_text="sales_matrix")
    file.click(button="right")
    page.locator(".lm-Menu").get_by_text("Export to AWS Glue").click()
    dialog(page).wait_for()
    assert page.input_value("#p2g-jobName") == "sales_matrix"
    assert page.input_value("#p2g-bucket") == GOOD["bucket"]
    press(page, "Cancel")
    dialog(page).wait_for(state="detached")
    page.locator(".jp-DirListing-item").filter(has_text="data").first.click(button="right")
    page.locator(".lm-Menu").wait_for()
    assert not page.locator(".lm-Menu").get_by_text("Export to AWS Glue").is_visible()
    page.keyboard.press("Escape")


def export_from_the_browser(page, name: str) -> None:
    page.locator(".jp-DirListing-item").filter(has_text=name).click(button="right")
    page.locator(".lm-Menu").get_by_text("Export to AWS Glue").click()


@pytest.mark.parametrize(
    "kind, words",
    [
        ("teleport", "No installed package registers the component teleport"),
        ("sort", 'It stopped at "Sort Rows" (node n1)'),
    ],
)
def test_what_amphi_cannot_generate_is_named(page, lab, kind, words):
    flow = {"nodes": [{"id": "n1", "type": kind, "data": {}}], "edges": []}
    text = json.dumps({"pipelines": [{"flow": flow}]})
    (lab.folder / f"broken_{kind}.ampln").write_text(text, encoding="utf-8")
    page.locator("jp-button[title='Refresh File Browser'], [data-command$='refresh']").first.click()
    export_from_the_browser(page, f"broken_{kind}")
    told = page.locator(".jp-Dialog")
    assert words in told.inner_text()
    told.get_by_role("button").first.click()
    told.wait_for(state="detached")
    (lab.folder / f"broken_{kind}.ampln").unlink()


def test_amphis_code_window_has_an_entry(page):
    page.get_by_text("Export to Python code").last.click()
    page.locator(".ant-modal .ant-dropdown-trigger").hover()
    page.locator(".ant-dropdown-menu .p2g-entry").click()
    dialog(page).wait_for()
    assert page.input_value("#p2g-jobName") == "revenue_by_country"
    press(page, "Cancel")
    dialog(page).wait_for(state="detached")


def test_a_catalog_component_can_be_dragged_in(page):
    before = page.locator(".react-flow__node:visible").count()
    component = page.get_by_text("Glue Data Catalog Input").last
    component.scroll_into_view_if_needed()
    canvas = page.locator(".react-flow__pane")
    component.drag_to(canvas, target_position={"x": 500, "y": 560})
    node = page.locator(".react-flow__node").filter(has_text="Glue Data Catalog Input")
    node.wait_for()
    assert page.locator(".react-flow__node:visible").count() == before + 1
    assert "Database" in node.inner_text() and "Table" in node.inner_text()
    for field, words in enumerate(("sales", "orders (sales)")):
        node.locator(".ant-select").nth(field).click()
        options = page.locator(".ant-select-dropdown:visible .ant-select-item-option-content")
        chosen = options.get_by_text(words, exact=True)
        if field:
            picture(page, "catalog")
        chosen.click()
    assert "sales" in node.inner_text() and "orders" in node.inner_text()


def test_what_is_not_saved_is_exported_too(page, lab):
    made = "s => jupyterapp.commands.execute('pandas-to-glue:generate', s)"
    told = page.evaluate(made, {"path": PIPELINE, "settings": {"bucket": ""}})
    assert "bucket" in told["fields"] and 'table="orders"' in told["pandas"]
    assert "glueCatalogInput" not in (lab.folder / PIPELINE).read_text(encoding="utf-8")


def test_sso_is_a_connection_method_of_s3_inputs(page):
    page.locator(".react-flow__node-toolbar button").first.click()
    form = page.locator(".ant-modal:visible")
    form.get_by_text("S3", exact=True).click()
    form.get_by_text("Environment Variables (Recommended)").click()
    page.locator(".ant-select-dropdown:visible").get_by_text("AWS SSO (profile)").click()
    form.get_by_text("SSO profile").wait_for()
    profile = form.get_by_placeholder("Profile of ~/.aws/config")
    profile.fill("my-company-dev")
    assert profile.input_value() == "my-company-dev"
    picture(page, "sso")
    form.get_by_role("button", name="OK").click()


def test_a_saved_pipeline_keeps_the_sign_on(page, lab):
    page.get_by_text("Save Pipeline").last.click()

    def with_sso(saved: dict) -> list:
        data = [node["data"] for node in saved["pipelines"][0]["flow"]["nodes"]]
        return [item for item in data if item.get("connectionMethod") == "sso"]

    sso = found_in_files(page, lambda: [lab.folder / PIPELINE], with_sso)
    assert [(item["awsProfile"], item["fileLocation"]) for item in sso] == [
        ("my-company-dev", "s3")
    ]
    from amphi_plugin import pandas_source

    source = pandas_source(lab.folder / PIPELINE)
    assert "wr.athena.read_sql_table(" in source and 'database="sales"' in source
    assert re.search(r"""["']profile["']:\s*["']my-company-dev["']""", source), source


def test_other_code_can_call_the_generator(page, lab):
    methods = ("pandasSource", "generateGlueJob", "generateCode", "computeNodesToTraverse")
    kinds = page.evaluate(
        "m => m.map(name => typeof PandasToGlue.CodeGeneratorGlue[name])", methods
    )
    assert kinds == ["function"] * 4
    assert not page.evaluate("Object.hasOwn(PandasToGlue.CodeGeneratorGlue, 'generateCode')")
    settings = {**GOOD, "signOn": "sso", "jobName": "from_code"}
    call = "s => jupyterapp.commands.execute('pandas-to-glue:generate', s)"
    made = page.evaluate(call, {"path": "sales_matrix.ampln", "settings": settings})
    assert made["fields"] == {} and made["error"] is None
    assert "GlueContext" in made["job"] and made["files"][0]["name"] == "from_code_glue_job.py"


def test_problems_come_first_and_a_failed_run_says_what_failed(page):
    export_from_the_browser(page, "Umsätze")
    dialog(page).wait_for()
    assert page.input_value("#p2g-jobName") == "Umsätze_März"
    press(page, "Preview")
    title = page.locator(".p2g-title > b:visible").filter(has_text="Umsätze_März")
    title.wait_for(timeout=200_000)
    listed = page.locator(".p2g-list:visible li").all_inner_texts()
    assert "driver" in listed[0] and "an XML file is one document" in listed[0]
    assert "repaired" in listed[-1] and "added `import re`" in listed[-1]
    page.locator(".p2g-list:visible li").first.click()
    lit = page.locator('[aria-label="pandas source"]:visible .p2g-lit')
    assert "to_xml" in lit.inner_text() and "p2g-v-driver" in lit.get_attribute("class")
    page.click("[data-p2g=run]:visible")
    page.wait_for_selector(".p2g-run-failed", timeout=200_000)
    told = page.locator(".p2g-run-failed").inner_text()
    assert "the pandas program failed: FileNotFoundError" in told and "nowhere.csv" in told
    picture(page, "problems")


def test_the_icon_and_the_preview_go_with_a_dark_theme(page):
    if not page.evaluate("jupyterapp.hasPlugin('@jupyterlab/theme-dark-extension:plugin')"):
        pytest.skip("this Lab has no dark theme")
    theme = "name => void jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    page.evaluate(theme, "JupyterLab Dark")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.locator(".lm-TabBar-tabLabel").filter(has_text=PIPELINE).click()
    fill = "getComputedStyle(document.querySelector('.p2g-toolbar-button .jp-icon3')).fill"
    assert page.evaluate(fill) != "rgb(97, 97, 97)"
    picture(page, "dark")
    page.locator(".lm-TabBar-tabLabel").filter(has_text="März → Glue").click()
    chip = page.locator(".p2g-chip.p2g-v-driver:visible").first
    assert chip.evaluate("chip => getComputedStyle(chip).color") == "rgb(240, 164, 87)"
    picture(page, "dark-preview")
    page.evaluate(theme, "JupyterLab Light")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


def test_nothing_broke_on_the_page(page):
    assert [error for error in page.errors if "p2g" in error or "pandas-to-glue" in error] == []


def test_without_amphi_the_extension_is_quiet(page, tmp_path):
    said = []
    with amphi_lab.running_lab(tmp_path, amphi=False) as lab:
        page = amphi_lab.fresh_page(page.context.browser)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(lab.page_url())
        page.wait_for_selector(".jp-DirListing-item")
        page.wait_for_function("window.jupyterapp && jupyterapp.restored")
        page.evaluate("jupyterapp.restored.then(() => null)")
        commands = page.evaluate("jupyterapp.commands.listCommands()")
        assert commands and not [c for c in commands if c.startswith("pandas-to-glue")]
        assert page.evaluate("Object.keys(window._JUPYTERLAB || {})").count("pandas-to-glue") == 1
    # What Lab says of every plugin on a busy machine is not ours.
    said = [text for text in said if not re.search("Plugin .* to activate", text)]
    assert [text for text in said if "glue" in text.lower()] == []
