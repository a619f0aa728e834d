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
