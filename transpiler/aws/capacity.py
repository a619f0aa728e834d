"""Capacity: workers, timeout and cost from the size of the inputs and the shape of the plan."""

import math
import os
import sys

import botocore.exceptions

from transpiler.aws.definition import WORKER_DPU
from transpiler.aws.errors import error_code
from transpiler.aws.names import DeployError, one_line, parse_s3
from transpiler.aws.upload import data_files
from transpiler.aws.watch import PRICES

MB, GB = 1024**2, 1024**3
# Bytes in memory for a byte in the file, and MB of data a worker of 4 cores gets through in a
# second. Rough, from experience with Spark on text and on columns; hence "estimate" everywhere.
FORMATS = {
    "parquet": (4.0, 80.0),
    "orc": (4.0, 80.0),
    "avro": (3.0, 50.0),
    "gz": (6.0, 25.0),
    "zip": (6.0, 25.0),
    "bz2": (8.0, 10.0),
    "json": (2.5, 25.0),
    "xlsx": (8.0, 2.0),
    "csv": (2.0, 40.0),
}
# What a step adds to the work, as a share of reading the data once.
STEP_WORK = {"joins": 0.6, "shuffles": 0.4, "sorts": 0.6, "udfs": 2.0, "driver_steps": 1.0}
WORKER_MEMORY = {"G.1X": 16, "G.2X": 32, "G.4X": 64, "G.8X": 128}
START_SECONDS = 60
TARGET_SECONDS = 600
MAX_WORKERS = 100
LISTED = 200_000


def listed_size(s3, address, owner):
    """(bytes, files) under an s3:// address; the part before the first wildcard counts."""
    bucket, key = parse_s3(address)
    for sign in "*?[{":
        key = key.split(sign, 1)[0]
    total = files = 0
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key, **owner)
    for page in pages:
        for entry in page.get("Contents", []):
            total += entry["Size"]
            files += bool(entry["Size"])
        if files > LISTED:
            break
    return total, files


def table_size(glue, s3, table):
    """(bytes, files) of a catalog table: its statistics, else what its location holds."""
    found = glue.get_table(DatabaseName=table["database"], Name=table["table"])["Table"]
    known = found.get("Parameters") or {}
    for name in ("sizeKey", "totalSize"):
        if str(known.get(name, "")).isdigit():
            return int(known[name]), int(known.get("numFiles") or known.get("objectCount") or 1)
    location = found.get("StorageDescriptor", {}).get("Location", "")
    return listed_size(s3, location, {}) if location.startswith("s3") else (None, 0)


def input_sizes(glue, s3, spec, data_root, folder, owner):
    """
    What the job reads: [(name, bytes or None where nobody knows, files)].

    Relative inputs are looked for in the folder first, then under data_root.
    """
    sizes = []
    for path in spec.get("inputs") or ():
        try:
            found = data_files(folder, [path]) if "://" not in path else []
        except DeployError:  # not in the folder: it is looked for on S3
            found = []
        if found:
            sizes.append((path, sum(os.path.getsize(file) for file, _ in found), len(found)))
            continue
        # Only our own bucket has to be ours: a job may read what others let it read.
        address, ours = (path, {}) if "://" in path else (f"{data_root}/{path}", owner)
        sizes.append((path, *size_or_unknown(listed_size, s3, address, ours)))
    for table in spec.get("tables") or ():
        if table.get("access", "read") == "read":
            name = f"{table['database']}.{table['table']}"
            sizes.append((name, *size_or_unknown(table_size, glue, s3, table)))
    return sizes


def size_or_unknown(measure, *arguments):
    """(bytes, files), or (None, 0) for what is not there or may not be looked at."""
    try:
        size, files = measure(*arguments)
    except (DeployError, botocore.exceptions.ClientError) as error:
        if not isinstance(error, DeployError) and not error_code(error):
            raise
        why = one_line(error) if isinstance(error, DeployError) else error_code(error)
        print(f"Note: an input cannot be measured ({why})", file=sys.stderr)
        return None, 0
    return (size, files) if files else (None, 0)


def format_of(name):
    """The format that a name tells; csv where it tells nothing."""
    endings = name.lower().rstrip("/").split("/")[-1].split(".")[1:]
    for ending in reversed(endings):
        if ending.strip("*") in FORMATS:
            return ending.strip("*")
    return "csv"


def work_of(sizes, plan):
    """(bytes in the files, bytes in memory, seconds of one G.1X worker)."""
    stored = memory = seconds = 0.0
    for name, size, _ in sizes:
        growth, speed = FORMATS[format_of(name)]
        stored += size or 0
        memory += (size or 0) * growth
        seconds += (size or 0) / MB / speed
    effort = 1 + sum(share * (plan.get(kind) or 0) for kind, share in STEP_WORK.items())
    return stored, memory, seconds * effort


def choose_worker(memory, plan, reasons):
    """The smallest worker type whose driver can hold what the plan brings to it."""
    if not plan.get("driver_steps"):
        return "G.1X"
    needed = memory * 3 / GB  # pandas needs a few copies
    for kind, size in WORKER_MEMORY.items():
        if needed <= 0.6 * size:
            reasons.append(
                f"{plan['driver_steps']} step(s) run as pandas on the driver: up to"
                f" {needed:.1f} GB there, {kind} has {size} GB"
            )
            return kind
    reasons.append(
        f"{plan['driver_steps']} step(s) run as pandas on the driver and may need {needed:.0f} GB:"
        " more than any driver has; look at the report for what to write instead"
    )
    return "G.8X"


def advise_capacity(sizes, plan, price=None):
    """
    Advice from sizes (see input_sizes) and plan ({"joins": 2, …}).

    Returns {"worker_type", "number_of_workers", "timeout" (minutes), "seconds", "dpu_hours",
    "cost", "flex_cost", "python_shell" (bool), "reasons" ([text])}. All of it is an estimate.
    """
    reasons = []
    stored, memory, seconds = work_of(sizes, plan)
    files = sum(count for _, _, count in sizes)
    reasons.append(
        f"{stored / GB:.2f} GB in {files:,} file(s), about {memory / GB:.2f} GB in memory"
    )
    for name, size, _ in sizes:
        if size is None:
            reasons.append(f"the size of {name} is not known and counts as nothing")
    steps = ", ".join(
        f"{plan[kind]} {kind.replace('_', ' ')}" for kind in STEP_WORK if plan.get(kind)
    )
    reasons.append(f"plan: {steps or 'reads and writes only'}")
    worker = choose_worker(memory, plan, reasons)
    dpu = WORKER_DPU[worker]
    # One worker is the driver; the others share the work.
    busy = max(1, math.ceil(seconds / dpu / TARGET_SECONDS))
    if plan.get("joins") or plan.get("shuffles") or plan.get("sorts"):
        for_memory = math.ceil(memory / GB / (10 * dpu))
        if for_memory > busy:
            reasons.append(f"{for_memory} workers, for what is shuffled to fit in memory")
        busy = max(busy, for_memory)
    unzipped = [
        name for name, size, _ in sizes if format_of(name) in ("gz", "zip", "xlsx") and size
    ]
    if unzipped and busy > files:
        busy = max(1, files)
        reasons.append("compressed text and Excel cannot be split: no more workers than files")
    workers = min(MAX_WORKERS, busy + 1)
    run_seconds = START_SECONDS + seconds / dpu / (workers - 1)
    hours = workers * dpu * run_seconds / 3600
    reasons.append(
        f"{workers} × {worker}: one drives, {workers - 1} work, about {run_seconds / 60:.0f}"
        f" minute(s) ({START_SECONDS} s to start)"
    )
    shell = memory * 3 < 0.6 * 16 * GB and all(size is not None for _, size, _ in sizes)
    return {
        "worker_type": worker,
        "number_of_workers": workers,
        "timeout": max(15, math.ceil(run_seconds * 4 / 60)),
        "seconds": run_seconds,
        "dpu_hours": hours,
        "cost": hours * (PRICES["STANDARD"] if price is None else price),
        "flex_cost": hours * (PRICES["FLEX"] if price is None else price * 0.66),
        "flex": worker in ("G.1X", "G.2X"),
        "python_shell": bool(sizes) and shell,
        "reasons": reasons,
    }


def show_advice(advice):
    """Print the advice with its reasons."""
    print("Estimate, from sizes and the plan alone; watch a run and correct it:")
    for reason in advice["reasons"]:
        print(f"  - {reason}")
    print(
        f"Advice: --worker-type {advice['worker_type']} --number-of-workers"
        f" {advice['number_of_workers']} --timeout {advice['timeout']}"
    )
    print(f"Cost: about ${advice['cost']:.2f} a run ({advice['dpu_hours']:.2f} DPU-hours)", end="")
    if advice["flex"]:
        print(
            f", ${advice['flex_cost']:.2f} with --execution-class FLEX when it may start late and"
            " be interrupted",
            end="",
        )
    print()
    if advice["python_shell"]:
        print(
            "All of it fits in the memory of one machine: the pandas program itself, as a Glue"
            " Python shell job (1 DPU, 16 GB), would be enough as long as the data stays this size"
        )
