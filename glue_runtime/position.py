"""Row numbers over a whole frame, without a window that pulls all rows into one partition."""

import re

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted

# monotonically_increasing_id() is the partition number shifted by 33 bits plus a row counter.
ROW_BITS = 33


def with_position(df, *order, name="__pos"):
    """Add bigint column `name`: 0, 1, 2, … over all rows in the given order.

    order: sort keys (Columns or names); none means the order of the frame's partitions.
    Two passes: rows are sorted by range partitions and kept as they came out, the rows of each
    partition are counted, then each row adds the rows before its partition to its own number.
    The frame is checkpointed in between, because a second run might draw the partitions elsewhere.
    """
    kept = (df.orderBy(*order) if order else df).localCheckpoint()
    numbered = kept.withColumn(name, F.monotonically_increasing_id())
    number = quoted(name)
    partition = F.shiftright(number, ROW_BITS).cast("int")
    counts = dict(
        numbered.groupBy(partition.alias("partition")).agg(F.count(F.lit(1)).alias("n")).collect()
    )
    starts, total = [], 0
    for part in range(max(counts, default=-1) + 1):
        starts.append(total)
        total += counts.get(part, 0)
    if not starts:
        return numbered
    row = number.bitwiseAND(F.lit((1 << ROW_BITS) - 1))
    start = F.element_at(F.array(*[F.lit(n).cast("bigint") for n in starts]), partition + 1)
    return numbered.withColumn(name, row + start)


def with_moved_numbers(df, name, number, *order):
    """Add the row numbers `number` (a Column) as column `name`, unless they are 0, 1, 2, … in the
    given order: where a sort moved no row pandas keeps a RangeIndex, which is no column of a file.
    """
    placed = with_position(df, *order, name="__place")
    moved = placed.where(F.col("__place") != number).limit(1).count() > 0
    return df.withColumn(name, number) if moved else df


def file_order(spark, rows, files, row):
    """Add __row: the number of a row's file among `files` [(uri, size)], then `row` in the file.

    `rows` must come straight from Spark's reader, which tells the file of each row.
    """
    if len(files) == 1:
        return rows.withColumn("__row", row)
    # 50 bits hold the rows of a job of 131,072 tasks, 13 bits the files.
    if len(files) >= 1 << 13:
        raise NotImplementedError(f"the order of rows over {len(files):,} files")
    ranks = spark.createDataFrame(
        [(re.sub("^([a-z0-9]+):/+", r"\1:/", uri), rank) for rank, (uri, _) in enumerate(files)],
        "__file string, __rank bigint",
    )
    address = F.url_decode(F.replace(F.col("_metadata.file_path"), F.lit("+"), F.lit("%2B")))
    named = rows.withColumn("__file", F.regexp_replace(address, "^([a-z0-9]+):/+", "$1:/"))
    numbered = named.withColumn("__row", row)
    return numbered.join(F.broadcast(ranks), "__file").withColumn(
        "__row", F.shiftleft("__rank", 50) + F.col("__row")
    )
