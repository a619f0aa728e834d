"""Files of a Hadoop path (local, s3, viewfs): listing, whole-file reads, replacing a dataset."""

import importlib
import io
import os
import re
import tempfile
import uuid

from pyspark.sql import SparkSession


def active_spark():
    """The running SparkSession."""
    return SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()


def absolute_path(path):
    """A path without a scheme as Python means it: from the working directory."""
    text = str(path)
    return text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", text) else os.path.abspath(text)


def hadoop_path(spark, path):
    """`path` as (Hadoop file system, Hadoop Path)."""
    place = spark._jvm.org.apache.hadoop.fs.Path(absolute_path(path))
    return place.getFileSystem(spark._jsc.hadoopConfiguration()), place


def is_hidden(name):
    """True for the names that Spark and Hadoop keep for themselves: _SUCCESS, .crc files."""
    return name.startswith(("_", "."))


def data_files(spark, path):
    """The data files at `path` (a file, a folder or a glob) as sorted URIs with their sizes.

    Returns [(uri, bytes)]; [] when there is nothing at `path`. Hidden files are left out.
    """
    fs, place = hadoop_path(spark, path)
    pending = [place] if fs.exists(place) else [s.getPath() for s in fs.globStatus(place) or []]
    found = []
    while pending:
        status = fs.getFileStatus(pending.pop())
        if status.isFile():
            found.append((status.getPath().toString(), status.getLen()))
            continue
        for child in fs.listStatus(status.getPath()):
            if not is_hidden(child.getPath().getName()):
                pending.append(child.getPath())
    return sorted(found)


def expect_usual_names(names, own, path):
    """Raises NotImplementedError for columns that are called like hidden ones of the job, unless it was
    told of them (`own`)."""
    odd = [n for n in names if n.startswith("__") and not n.endswith("__") and n not in own]
    if odd:
        words = "which are called like those that the job makes for itself"
        raise NotImplementedError(
            f"{path} has columns {odd}, {words}: make it with the input at hand"
        )


def existing_files(spark, path):
    """`data_files`, or FileNotFoundError (as pandas raises) when there is no file at `path`."""
    found = data_files(spark, path)
    if not found:
        raise FileNotFoundError(f"No such file or directory: '{path}'")
    return found


def first_bytes(spark, uri, size):
    """The first `size` bytes of one file, unpacked where its name says gzip, bzip2 …"""
    fs, place = hadoop_path(spark, uri)
    codecs = spark._jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(
        spark._jsc.hadoopConfiguration()
    )
    codec = codecs.getCodec(place)
    stream = fs.open(place)
    if codec is not None:
        stream = codec.createInputStream(stream)
    try:
        return bytes(
            spark._jvm.org.apache.commons.io.IOUtils.toByteArray(
                spark._jvm.org.apache.commons.io.input.BoundedInputStream(stream, size)
            )
        )
    finally:
        stream.close()


def read_local(path):
    """A local file with the bytes of the one file at `path`, for pandas readers on the driver.

    A path of the local file system is given back as it is; anything else is copied to a
    temporary file with the same ending. A dataset folder must hold exactly one data file.
    """
    if os.path.isfile(str(path)):
        return str(path)
    spark = active_spark()
    found = existing_files(spark, path)
    if len(found) > 1:
        raise ValueError(f"{path} holds {len(found)} files; one file is needed here")
    uri = found[0][0]
    if uri.startswith("file:"):
        return spark._jvm.java.net.URI(uri.replace(" ", "%20")).getPath()
    fs, source = hadoop_path(spark, uri)
    local = os.path.join(tempfile.mkdtemp(), source.getName())
    fs.copyToLocalFile(False, source, spark._jvm.org.apache.hadoop.fs.Path(local), True)
    return local


def replace_dataset(spark, path, write):
    """Replace what is at `path`: `write(target)` makes the new files, then the old ones go.

    The old files stay until the new ones are complete, so a failing job destroys nothing, leaves
    nothing where there was nothing, and may read the path that it writes. Where a single file is in the way of the new folder,
    the new files are made beside it and moved.
    """
    fs, place = hadoop_path(spark, path)
    if fs.exists(place) and fs.getFileStatus(place).isFile():
        staged = f"{path}.{uuid.uuid4().hex}.new"
        try:
            write(staged)
        except BaseException:
            fs.delete(hadoop_path(spark, staged)[1], True)
            raise
        fs.delete(place, False)
        fs.rename(hadoop_path(spark, staged)[1], place)
        return
    there = fs.exists(place)
    old = [uri for uri, _ in data_files(spark, path)]
    try:
        write(path)
    except BaseException:
        if not there:
            fs.delete(place, True)
        raise
    remove_files(spark, old, place)


def remove_files(spark, uris, root):
    """Remove files, and the folders below `root` (a Hadoop Path) that this leaves empty."""
    root_text = None
    for uri in uris:
        fs, place = hadoop_path(spark, uri)
        root_text = root_text or fs.getFileStatus(root).getPath().toString()
        fs.delete(place, False)
        folder = place.getParent()
        while folder.toString() != root_text and folder.toString().startswith(root_text):
            if not fs.exists(folder):
                break
            if len(fs.listStatus(folder)) > 0:
                break
            fs.delete(folder, False)
            folder = folder.getParent()


def replace_file(spark, path, fill):
    """Make `path` one file: `fill(output stream)` writes a file beside it, which then takes over.

    A dataset folder that was at `path` goes too, once the new file is complete.
    """
    fs, place = hadoop_path(spark, path)
    staged = hadoop_path(spark, f"{path}.{uuid.uuid4().hex}.new")[1]
    stream = fs.create(staged, True)
    try:
        fill(stream)
        stream.close()
    except BaseException:
        stream.close()
        fs.delete(staged, False)
        raise
    fs.delete(place, True)
    fs.rename(staged, place)


def write_bytes(path, data):
    """Make `path` one file with exactly these bytes; what was there is replaced at the end."""
    if hasattr(path, "write"):  # an open file or a buffer
        path.write(data)
        return
    replace_file(active_spark(), path, lambda stream: stream.write(bytearray(data)))


def write_text(path, text, encoding=None, mode="w", compression="infer", errors="strict"):
    """Make `path` one file with this text as pandas writes it; mode "a" adds to what is there."""
    if hasattr(path, "write"):
        path.write(text)
        return
    if "w" not in mode and "a" not in mode:
        raise ValueError(f"mode={mode!r} of a file that is written")
    before = b""
    if "a" in mode and data_files(active_spark(), path):
        with open(read_local(path), "rb") as file:
            before = file.read()
    encoding = (encoding or "utf-8").lower().replace("_", "-")
    marked = before and encoding in ("utf-8-sig", "utf8-sig")  # the mark is at the start alone
    data = text.encode("utf-8" if marked else encoding, errors)
    write_bytes(path, before + packed(data, str(path), compression))


# what pandas calls the packing of a file with such an ending
ENDINGS = {
    ".gz": "gzip",
    ".bz2": "bz2",
    ".xz": "xz",
    ".zip": "zip",
    ".zst": "zstd",
    ".tar": "tar",
}


def packed(data, path, compression):
    """Bytes compressed as `compression=` or the ending of the path says."""
    how = compression.get("method", "infer") if isinstance(compression, dict) else compression
    if how == "infer":
        how = ENDINGS.get(os.path.splitext(path)[1].lower())
    if how is None:
        return data
    if how not in ("gzip", "bz2", "xz"):
        raise ValueError(
            f"compression={how!r} of what pandas writes on the driver: gzip, bz2 and xz are written"
        )
    return importlib.import_module({"xz": "lzma"}.get(how, how)).compress(data)


def open_output(path, mode="w", encoding="utf-8", newline=None):
    """An open file whose text or bytes become the one file at `path` when it is closed."""
    file = io.BytesIO() if "b" in mode else io.StringIO(newline=newline)
    close = file.close

    def finish():
        if not file.closed:
            content = file.getvalue()
            write_bytes(path, content if "b" in mode else content.encode(encoding))
        close()

    file.close = finish
    return file


def merge_parts(spark, folder, path, head=b"", tail=b"", skip=0):
    """Make `path` one file: `head`, the data files of `folder` one after the other, `tail`.

    skip: bytes to leave out at the start of the first part.
    """
    parts = [uri for uri, size in data_files(spark, folder) if size]
    io_utils = spark._jvm.org.apache.hadoop.io.IOUtils

    def fill(stream):
        stream.write(bytearray(head))
        for uri in parts:
            fs, place = hadoop_path(spark, uri)
            source = fs.open(place)
            source.seek(skip if uri == parts[0] else 0)
            io_utils.copyBytes(source, stream, 1 << 20, False)
            source.close()
        stream.write(bytearray(tail))

    replace_file(spark, path, fill)
