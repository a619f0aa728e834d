"""Paths and files of a program that runs as a job."""

import io


def data_path(root, path):
    """A path of the program under the data root; one with a scheme (s3://…) stays as it is, and so
    does an open file."""
    if hasattr(path, "write"):
        return path
    path = str(path)
    if "://" in path:
        return path
    path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    return f"{root}/{path.lstrip('/')}"


def bytes_of(write):
    """What ``write`` puts into a binary file."""
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()
