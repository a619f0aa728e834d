"""Which files there are under the data root, as the program asks for them."""

import fnmatch
import pathlib
import posixpath

from glue_runtime.files import active_spark, hadoop_path
from glue_runtime.paths import data_path


def path_exists(path):
    """Whether there is a file or a folder at `path`."""
    fs, place = hadoop_path(active_spark(), path)
    return bool(fs.exists(place))


def list_folder(path):
    """The names in a folder, sorted. Raises FileNotFoundError when there is none."""
    fs, place = hadoop_path(active_spark(), path)
    if not fs.exists(place):
        raise FileNotFoundError(f"No such file or directory: '{path}'")
    return sorted(status.getPath().getName() for status in fs.listStatus(place))


def list_files(root, pattern):
    """Like glob.glob for a pattern of the program: the paths as it writes them, sorted."""
    folder, name = posixpath.split(str(pattern))
    folders = list_files(root, folder) if any(ch in folder for ch in "*?[") else [folder]
    found = []
    for inner in folders:
        place = data_path(root, inner or ".")
        names = list_folder(place) if path_exists(place) else []
        found += [
            posixpath.join(inner, n)
            for n in names
            if fnmatch.fnmatchcase(n, name) and (name.startswith(".") or not n.startswith("."))
        ]
    return sorted(found)


def folders_under(root, folder):
    """A folder and all that are in it, at any depth; hidden ones too, as pathlib has them."""
    fs, place = hadoop_path(active_spark(), data_path(root, folder or "."))
    found = [folder]
    for status in fs.listStatus(place) if fs.exists(place) else ():
        if status.isDirectory():
            found += folders_under(root, posixpath.join(folder, status.getPath().getName()))
    return found


def found_paths(root, pattern):
    """`list_files` as pathlib's glob gives them; "**" is a folder and all below it."""
    top, deep, name = str(pattern).rpartition("**/")
    folders = folders_under(root, top.rstrip("/")) if deep else [""]
    paths = [p for f in folders for p in list_files(root, posixpath.join(f, name))]
    return [pathlib.Path(path) for path in sorted(paths)]


def required(path):
    """Stop when a file that the program asks for, and that was there, is there no more."""
    if not path_exists(path):
        raise FileNotFoundError(f"{path} was there when this job was made, and is not now")
