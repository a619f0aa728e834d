"""What takes a job to AWS and looks after it.

The functions here run twice: the CLI imports them, and `transpiler.emit.deploy` copies the ones
that a deploy script needs into it, one by one, so that the script needs boto3 and nothing else.
Hence the shape: plain top-level functions and constants, names unique over the whole package,
imports at the top of a module, and no module that does anything when it is imported.

Nothing outside this package imports boto3; `transpiler` itself works without it.
"""
