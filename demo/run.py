"""``make demo``: a pandas pipeline over dirty data becomes a Glue job, runs here, and is compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> int:
    from glue_runtime.local import compare_outputs, run_job
    from transpiler import Options, transpile

    shutil.rmtree(OUT, ignore_errors=True)
    for side in ("pandas", "glue"):
        shutil.copytree(HERE / "data", OUT / side / "data")
        (OUT / side / "out").mkdir()
    source = (HERE / "pipeline.py").read_text(encoding="utf-8")

    start = time.perf_counter()
    job = transpile(source, Options(input_root=HERE, job_name="sales"))
    took = time.perf_counter() - start
    (OUT / "sales_glue_job.py").write_text(job.script, encoding="utf-8")
    (OUT / "sales_deploy.py").write_text(job.deploy_script, encoding="utf-8")
    (OUT / "test_sales.py").write_text(job.test_script, encoding="utf-8")
    (OUT / "report.html").write_text(job.report.to_html(), encoding="utf-8")
    counts = ", ".join(f"{n} {v}" for v, n in job.report.counts.items() if n)
    print(f"demo/pipeline.py became demo/out/sales_glue_job.py in {took:.2f} s: {counts}")

    subprocess.run([sys.executable, str(HERE / "pipeline.py")], cwd=OUT / "pandas", check=True)
    print("pandas wrote " + ", ".join(o.path for o in job.outputs))
    environment = dict(os.environ)
    run_job(OUT / "sales_glue_job.py", {"JOB_NAME": "sales"}, workdir=OUT / "glue")
    os.environ.clear()
    os.environ.update(environment)
    print("the job ran here on plain Spark; comparing")

    same = True
    for output in job.outputs:
        found = compare_outputs(
            OUT / "pandas" / output.path,
            OUT / "glue" / output.path,
            output.format,
            output.order,
            **output.options,
        )
        print(f"  {output.path}: {'the same' if not found else '; '.join(found)}")
        same = same and not found
    print("Read demo/out/sales_glue_job.py, demo/out/sales_deploy.py and demo/out/report.html")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
