"""Amphi pipelines as pandas source, headless, and the JupyterLab side of the export."""

from amphi_plugin.headless import (
    AmphiError,
    AmphiMissing,
    AmphiVersion,
    GeneratorTimeout,
    PandasSource,
    PipelineInvalid,
    StubReached,
    UnknownComponent,
    components,
    export,
    export_all,
    pandas_source,
)
from amphi_plugin.repairs import Repair, repair


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """For `jupyter labextension develop`."""
    return [{"src": "bundle", "dest": "pandas-to-glue"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "amphi_plugin"}]


def _load_jupyter_server_extension(server_app) -> None:
    from amphi_plugin.handlers import setup_handlers

    setup_handlers(server_app.web_app)
    server_app.log.info("pandas-to-glue: Amphi pipelines can be exported to AWS Glue")


__all__ = [
    "AmphiError",
    "AmphiMissing",
    "AmphiVersion",
    "GeneratorTimeout",
    "PandasSource",
    "PipelineInvalid",
    "Repair",
    "StubReached",
    "UnknownComponent",
    "components",
    "export",
    "export_all",
    "pandas_source",
    "repair",
]
