"""Libraries that call services or read formats of their own: what the report says of them."""

from __future__ import annotations

from transpiler.errors import Refused

#: top module → what it calls; the call stays plain Python on the driver
SERVICES = {
    "requests": "a web service",
    "httpx": "a web service",
    "gspread": "Google Sheets",
    "oauth2client": "Google's sign-on, whose key file goes along by --extra-files",
    "googleapiclient": "a service of Google",
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "ollama": "Ollama",
    "smtplib": "a mail server",
}
#: top module → why a job cannot use it
REFUSED = {
    "fitz": "PyMuPDF reads PDF files from a local disk, which a job does not have: write the tables"
    " to CSV or Parquet first",
    "pymupdf": "PyMuPDF reads PDF files from a local disk, which a job does not have: write the"
    " tables to CSV or Parquet first",
    "snowflake": "Snowflake has a connection type of its own in Glue, which pandas' code does not"
    " translate to: load the table through Glue, or from files that Snowflake unloads to S3",
    "camelot": "camelot reads PDF files from a local disk: write the tables to CSV or Parquet first",
    "tabula": "tabula reads PDF files from a local disk: write the tables to CSV or Parquet first",
}


def service_of(name: str) -> str:
    """What the report says of a call of that name; empty when it calls no service we know.

    Raises Refused for what a job cannot do.
    """
    top = name.split(".")[0]
    if top in REFUSED:
        raise Refused(REFUSED[top])
    if top not in SERVICES:
        return ""
    return (
        f"it calls {SERVICES[top]} from the driver: the job's network has to let it, and the"
        f" library comes by --additional-python-modules"
    )
