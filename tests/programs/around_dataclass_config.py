from dataclasses import dataclass, field
from typing import Dict, List, Optional

import pandas as pd


@dataclass
class SourceConfig:
    path: str
    sep: str = ","
    rename: Dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportConfig:
    source: SourceConfig
    group_by: List[str]
    measures: List[str]
    top: Optional[int] = None
    output: str = "report.csv"


CONFIG = ReportConfig(
    source=SourceConfig("flights.csv", rename={"dep_delay": "dep", "arr_delay": "arr"}),
    group_by=["carrier"],
    measures=["dep", "arr"],
    top=5,
)


def load(source: SourceConfig) -> pd.DataFrame:
    return pd.read_csv(source.path, sep=source.sep).rename(columns=source.rename)


def report(config: ReportConfig) -> pd.DataFrame:
    df = load(config.source)
    out = df.groupby(config.group_by)[config.measures].mean().reset_index()
    out = out.sort_values(config.measures[0], ascending=False)
    if config.top is not None:
        out = out.head(config.top)
    return out


report(CONFIG).to_csv(CONFIG.output, index=False)
