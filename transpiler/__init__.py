"""pandas-to-glue: pandas programs become AWS Glue jobs that mean the same."""

from transpiler.errors import TranspileError
from transpiler.options import Options
from transpiler.transpile import Transpilation, transpile

__all__ = ["Options", "Transpilation", "TranspileError", "transpile"]
