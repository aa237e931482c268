"""Pages of HTML without anything around them: light or dark, wide or on a phone."""

from html import escape as escape_all
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --text: #20242e; --quiet: #5f6672; --line: #d7d8db;
  --bar: #2f5fb3; --part: #7d9ed6; --low: #0072b2; --medium: #a86a00; --high: #a0337a;
  --good: #00745a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14161c; --card: #1a1d25; --text: #d5d9e3; --quiet: #8b92a5; --line: #3d4457;
  --bar: #7aa2f7; --part: #4d6aa8; --low: #56b4e9; --medium: #e6b450; --high: #e28ac0;
  --good: #4ec9a0; --bad: #f2777a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.4rem; margin: .2rem 0 0; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
.quiet, small { color: var(--quiet); font-weight: normal; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem; margin: 0 0 1rem; }
section.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .1rem .3rem; text-align: right; font-weight: normal; white-space: nowrap; }
.low { background: var(--low); } .medium { background: var(--medium); }
.high { background: var(--high); }
b.low, b.medium, b.high { background: none; }
b.low { color: var(--low); } b.medium { color: var(--medium); } b.high { color: var(--high); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: bold; }
"""


def page(title: str, body: str, style: str = "") -> str:
    """A whole page.

    Args:
        title: as text.
        body: as HTML.
        style: what it needs beyond what all pages have, as CSS.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n"
        f"{body}</body>\n</html>\n"
    )


def escape(text: str, *, quote: bool = False) -> str:
    """Text as HTML shows it, with control characters, which it does not, as dots."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in text)
    return escape_all(shown, quote=quote)
