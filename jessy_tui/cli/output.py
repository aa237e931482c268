"""How verbs print: JSON for programs, sentences for people."""

import sys
from typing import Any

import click
import orjson

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for programs."
)


def print_json(value: Any) -> None:
    """Print `value` as indented JSON in UTF-8, whatever the terminal's locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def print_line(value: Any) -> None:
    """Print `value` as one line of JSON in UTF-8, at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()
