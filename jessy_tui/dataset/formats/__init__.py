"""What other tools write and read, turned into examples and back.

An example is the hub: a `Format` turns one row of a file into the JSON of an example (`read`) and
back (`write`); how the rows lie in a file (JSON, JSONL, CSV, TSV, Parquet) is the business of
`containers`. `detect` says which of both a file is, and why; `importing` and `converting` are what
the command line and the app call. Rows are read one by one, so that a file may be larger than
memory, and nothing is dropped silently: what an example has no place for is kept beside it, and
what a format has no place for is listed.

To add a format, write a class with the members of `format.Format` and name it in
`registry.FORMATS`.
"""
