"""Upload: script, helpers and input data, each only when S3 does not have it yet."""

import concurrent.futures
import hashlib
import json
import mimetypes
import os
import pathlib
import re
import sys
import urllib.parse

import botocore.exceptions

from transpiler.aws.auth import write_private
from transpiler.aws.errors import DENIED_CODES, error_code
from transpiler.aws.names import DeployError, joined_key, one_line, parse_s3

PART_BYTES = 16 * 1024 * 1024
MAX_PARTS = 10_000
UPLOADS_AT_ONCE = 8


def sha256_of(path):
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def bucket_options(options, identity):
    """
    The parameters that go with every call on the bucket.

    ExpectedBucketOwner makes S3 refuse a bucket that somebody else has taken the name of.
    """
    return {"ExpectedBucketOwner": options.bucket_owner or identity["Account"]}


def encryption_options(options):
    """The parameters for encryption at rest; empty for the bucket's own default."""
    if options.kms_key:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": options.kms_key}
    return {"ServerSideEncryption": options.sse} if options.sse else {}


def check_bucket(s3, bucket, owner):
    """Raise DeployError unless the bucket is there, ours, and in this region."""
    try:
        answer = s3.head_bucket(Bucket=bucket, **owner)
    except botocore.exceptions.ClientError as error:
        code = error_code(error)
        if code in ("404", "NoSuchBucket"):
            raise DeployError(
                f"the bucket {bucket!r} does not exist: create it with"
                f" `aws s3 mb s3://{bucket} --region {s3.meta.region_name}` or pass another --bucket"
            ) from error
        if code in ("403", "AccessDenied"):
            raise DeployError(
                f"the bucket {bucket!r} is not ours: it does not belong to account"
                f" {owner['ExpectedBucketOwner']}, or these credentials may not use it; pass"
                " another --bucket, or --bucket-owner when it belongs to an account you trust"
            ) from error
        raise
    region = answer.get("BucketRegion") or answer["ResponseMetadata"]["HTTPHeaders"].get(
        "x-amz-bucket-region"
    )
    if region and region != s3.meta.region_name:
        print(
            f"Note: the bucket {bucket} is in {region}, the job in {s3.meta.region_name}: every"
            " byte the job reads crosses regions and costs transfer",
            file=sys.stderr,
        )


def stored_checksum(s3, bucket, key, owner):
    """
    (size, our checksum or None, encryption, key) of an object; None when there is no such object.
    """
    try:
        head = s3.head_object(Bucket=bucket, Key=key, **owner)
    except botocore.exceptions.ClientError as error:
        if error_code(error) in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    return (
        head["ContentLength"],
        head.get("Metadata", {}).get("sha256"),
        head.get("ServerSideEncryption"),
        head.get("SSEKMSKeyId"),
    )


def show_progress(label, done, total):
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    filled = 30 if not total else int(30 * done / total)
    bar = "#" * filled + "." * (30 - filled)
    end = "\n" if done >= total else ""
    print(
        f"\r{label[-40:]:<40} [{bar}] {done / 1e6:,.1f} of {total / 1e6:,.1f} MB",
        end=end,
        file=sys.stderr,
        flush=True,
    )


def is_there(s3, path, bucket, key, owner, extra):
    """Whether S3 has this content there, encrypted as asked for."""
    found = stored_checksum(s3, bucket, key, owner)
    if found is None or found[:2] != (os.path.getsize(path), sha256_of(path)):
        return False
    method, kms_key = extra.get("ServerSideEncryption"), extra.get("SSEKMSKeyId")
    # S3 names a key by its ARN; an alias is not told from another.
    another = kms_key and "alias/" not in kms_key and not (found[3] or "").endswith(kms_key)
    return not another and method in (None, found[2])


def upload_file(s3, path, bucket, key, owner, extra):
    """
    Put a file at s3://bucket/key unless it is there with the same content.

    owner, extra: see bucket_options and encryption_options. Large files go in parts, and an
    upload that was cut goes on where it stopped. Returns True when something was sent.
    """
    if is_there(s3, path, bucket, key, owner, extra):
        return False
    checksum, size = sha256_of(path), os.path.getsize(path)
    kind = mimetypes.guess_type(str(path))[0] or "application/octet-stream"
    settings = extra | {"Metadata": {"sha256": checksum}, "ContentType": kind}
    if size <= PART_BYTES:
        with open(path, "rb") as file:
            s3.put_object(Bucket=bucket, Key=key, Body=file.read(), **owner, **settings)
        show_progress(key, size, size)
    else:
        upload_parts(s3, path, bucket, key, owner, settings)
    return True


def resume_file(bucket, key, settings, part_bytes):
    """Where the id of an unfinished upload of exactly this content, encrypted so, is kept."""
    told = json.dumps([bucket, key, settings, part_bytes], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest()
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path("~/.cache").expanduser()
    return pathlib.Path(cache) / "pandas-to-glue" / "uploads" / f"{name[:32]}.json"


def parts_there(s3, where):
    """{part number: (size, ETag)} of an unfinished upload, or None when it is gone."""
    parts = {}
    try:
        for page in s3.get_paginator("list_parts").paginate(**where):
            for part in page.get("Parts", []):
                parts[part["PartNumber"]] = (part["Size"], part["ETag"])
    except botocore.exceptions.ClientError as error:
        if error_code(error) in ("NoSuchUpload", "404"):
            return None
        raise
    return parts


def upload_parts(s3, path, bucket, key, owner, settings):
    """Upload in parts; parts that an earlier attempt has sent are not sent again."""
    size = os.path.getsize(path)
    part_bytes = max(PART_BYTES, -(-size // MAX_PARTS))
    remembered = resume_file(bucket, key, settings, part_bytes)
    where, there = {"Bucket": bucket, "Key": key, **owner}, None
    if remembered.exists():
        where["UploadId"] = json.loads(remembered.read_text())["UploadId"]
        there = parts_there(s3, where)
    if there is None:
        created = s3.create_multipart_upload(Bucket=bucket, Key=key, **owner, **settings)
        where["UploadId"], there = created["UploadId"], {}
        write_private(remembered, json.dumps({"UploadId": where["UploadId"]}))
    parts = []
    with open(path, "rb") as file:
        for number in range(1, -(-size // part_bytes) + 1):
            length = min(part_bytes, size - file.tell())
            if there.get(number, (None, None))[0] == length:
                etag = there[number][1]
                file.seek(length, os.SEEK_CUR)
            else:
                body = file.read(length)
                etag = s3.upload_part(**where, PartNumber=number, Body=body)["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
            show_progress(key, file.tell(), size)
    complete_upload(s3, where, parts, settings, owner)
    remembered.unlink(missing_ok=True)


def complete_upload(s3, where, parts, settings, owner):
    """Put the parts together; an answer that got lost on its way is not taken for a failure."""
    try:
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "NoSuchUpload":
            raise
        found = stored_checksum(s3, where["Bucket"], where["Key"], owner)
        if found is None or found[1] != settings["Metadata"]["sha256"]:
            raise


def data_files(folder, inputs):
    """
    The local files that the job reads: [(path, path relative to folder with /)].

    inputs: relative paths of files, of folders, or patterns. Raises DeployError for one that
    names nothing, or that leads out of the folder.
    """
    root, found = pathlib.Path(folder).resolve(), {}
    for given in inputs:
        if re.match(r"[a-z0-9+]+://", given):
            continue
        relative = pathlib.PurePath(given)
        if relative.is_absolute() or ".." in relative.parts:
            raise DeployError(f"the input {given!r} is outside {root}: upload it yourself")
        direct = root / relative
        if direct.is_file():
            matches = [direct]
        elif direct.is_dir():
            matches = [path for path in sorted(direct.rglob("*")) if path.is_file()]
        else:
            matches = [path for path in sorted(root.glob(given)) if path.is_file()]
        if not matches:
            raise DeployError(f"the input {given!r} is not in {root}: pass --upload-data FOLDER")
        for path in matches:
            found[path.relative_to(root).as_posix()] = path
    return [(path, name) for name, path in found.items()]


def upload_data(s3, folder, inputs, data_root, owner, extra, dry_run=False):
    """
    Upload the job's inputs under data_root; returns (files sent, files there already).

    dry_run: nothing is sent, those that would be are counted.
    """
    bucket, prefix = parse_s3(data_root)
    files = data_files(folder, inputs)

    def upload(file):
        place = (file[0], bucket, joined_key(prefix, file[1]), owner, extra)
        return not is_there(s3, *place) if dry_run else upload_file(s3, *place)

    # Many small files are a matter of waiting, not of bandwidth.
    with concurrent.futures.ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        sent = sum(pool.map(upload, files))
    return sent, len(files) - sent


def script_key(prefix, path, name=None):
    """
    The key of a script: its content decides it.

    A run that is going on keeps the script it started with, and the same script is never
    uploaded twice. name: of the object, when it is not the file's.
    """
    name = name or os.path.basename(path)
    parts = [prefix.strip("/"), "scripts", sha256_of(path)[:16], name]
    return "/".join(part for part in parts if part)


def state_key(prefix, job_name):
    """The key of the note of what was deployed last."""
    name = urllib.parse.quote(job_name, safe="")
    return "/".join(part for part in (prefix.strip("/"), "deployed", f"{name}.json") if part)


def deployed_state(live, bucket, prefix, job_name):
    """
    (bucket, key) of the note of the deployment that the job has now: its script tells where.

    live: the job's definition in flat form, or None. A deployment with another bucket or prefix
    left its note there.
    """
    script = (live or {}).get(("Command", "ScriptLocation"), "")
    found = re.fullmatch(r"s3://([^/]+)/(?:(.*)/)?scripts/[0-9a-f]{16}/[^/]+", script, re.S)
    if found:
        bucket, prefix = found.group(1), found.group(2) or ""
    return bucket, state_key(prefix, job_name)


def read_state(s3, bucket, key, owner, elsewhere=False):
    """
    What the last deployment set: the definition, or {} when nothing is noted.

    elsewhere: it went to another place, which we perhaps may not read.
    """
    try:
        body = s3.get_object(Bucket=bucket, Key=key, **owner)["Body"].read()
    except botocore.exceptions.ClientError as error:
        if error_code(error) in ("NoSuchKey", "404", "NoSuchBucket"):
            return {}
        if elsewhere and error_code(error) in DENIED_CODES:
            print(
                f"Note: the note of the last deployment, s3://{bucket}/{key}, may not be read: what"
                " was set by hand since then is not told from what was deployed",
                file=sys.stderr,
            )
            return {}
        raise
    try:
        return json.loads(body)["definition"]
    except (ValueError, KeyError, TypeError) as error:
        print(
            f"Note: the note of the last deployment, s3://{bucket}/{key}, cannot be read"
            f" ({type(error).__name__}: {one_line(error)}); it is written anew, and what was set by"
            " hand since then is not told from what was deployed",
            file=sys.stderr,
        )
        return {}


def write_state(s3, bucket, key, definition, owner, extra):
    """Note what this deployment has set."""
    body = json.dumps({"definition": definition}, indent=1, sort_keys=True)
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=body.encode(),
        ContentType="application/json",
        **owner,
        **extra,
    )
