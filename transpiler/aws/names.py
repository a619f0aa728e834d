"""Names, addresses, texts."""

import re

OWNER_TAG = "created-by"
OWNER_VALUE = "pandas-to-glue"


class DeployError(Exception):
    """Something the user can act on: the text is one sentence and says what to do."""


def parse_s3(uri):
    """("bucket", "key") of an s3:// address."""
    match = re.fullmatch(r"s3[an]?://([^/]+)/?(.*)", uri, re.S)
    if not match:
        raise DeployError(f"{uri!r} is not an address like s3://bucket/prefix")
    return match.group(1), match.group(2)


def joined_key(*parts):
    """Parts of an S3 key, joined by one slash each."""
    return "/".join(part.strip("/") for part in parts if part and part.strip("/"))


def one_line(text):
    """Text on one line, without the full stop at its end."""
    return " ".join(str(text).split()).rstrip(".")


def explain_file(error):
    """One sentence for an OSError."""
    if error.filename is None:
        return one_line(error)
    return (
        f"{str(error.filename)!r} cannot be read or written ({error.strerror}): check the path and"
        " its permissions"
    )
