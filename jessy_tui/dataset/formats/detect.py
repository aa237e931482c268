"""Which kind of file it is, and which format its rows have: found by looking, said with reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.formats import registry
from jessy_tui.dataset.formats.chat import Chat
from jessy_tui.dataset.formats.flat import Flat
from jessy_tui.dataset.formats.format import Format, parsed
from jessy_tui.dataset.formats.source import (
    KINDS,
    SUFFIXES,
    UTF8,
    Kind,
    Source,
    encoding_of,
    open_binary,
    why_undecodable,
)
from jessy_tui.dataset.formats.spoken import LABEL_KEYS
from jessy_tui.dataset.formats.table_rows import DELIMITERS
from jessy_tui.dataset.formats.transcript import Transcript
from jessy_tui.errors import JessyError

_LOOKED_AT: Final = 1 << 16
_ROWS: Final = 50
"""So many rows are looked at to find out what they are."""

MAP_KEYS: Final = (
    "question",
    "answer",
    "context",
    "history",
    "system",
    "messages",
    "role",
    "text",
    *LABEL_KEYS,
)
"""What columns can be said to be."""
_LISTS: Final = ("messages", "conversations", "conversation", "dialog", "dialogue", "turns", "chat")
_ROLES: Final = ("role", "from", "speaker", "author")
_TEXTS: Final = ("content", "value", "text", "message")
_QUESTIONS: Final = ("instruction", "prompt", "question", "query", "user", "human", "soru", "input")
_ANSWERS: Final = (
    "output",
    "completion",
    "response",
    "answer",
    "reply",
    "assistant",
    "chosen",
    "cevap",
    "yanit",
    "yanıt",
    "target",
)


@dataclass(frozen=True)
class Detected:
    """What a file is."""

    source: Source
    format: Format
    columns: tuple[str, ...]
    """The keys of its first rows, the most frequent first."""
    why: str
    """Kind and format with the reasons, as a sentence."""


def detect(
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    format_name: str | None = None,
    encoding: str | None = None,
) -> Detected:
    """Look at a file.

    Args:
        path: the file.
        mapping: which column is what, by the names of `MAP_KEYS`; it decides before all guesses.
        format_name: the format, by a name of `registry.FORMATS`, where it is known.
        encoding: the encoding, where no byte order mark tells it and it is not UTF-8.

    Raises:
        JessyError: it cannot be read, holds no rows, or it cannot be told what they are; the
            sentence says which columns there are and how to say what they mean.
    """
    source, why_kind = _source(path, encoding)
    rows: list[dict[str, Any]] = []
    first_problem: str | None = None
    for row in islice(source.rows(), _ROWS):
        if isinstance(row.value, dict):
            rows.append(row.value)
        elif first_problem is None:
            first_problem = row.problem or "the row is no object with keys"
    if not rows:
        reason = f"it holds no rows: {first_problem}" if first_problem else "it holds no rows"
        raise ExampleFileError(path, reason)
    counts = Counter(key for row in rows for key in row)
    columns = tuple(counts)
    format_, why = _format(path, rows, columns, dict(mapping or {}), format_name)
    return Detected(source, format_, columns, f"{why_kind}, {why}.")


# --- the kind -------------------------------------------------------------------------------------


def _source(path: Path, encoding: str | None) -> tuple[Source, str]:
    with open_binary(path) as stream:
        beginning = stream.read(_LOOKED_AT)
        size = stream.seek(0, 2)
    if not beginning:
        raise ExampleFileError(path, "the file is empty")
    named = SUFFIXES.get(path.suffix.lower())
    if beginning.startswith(b"PAR1"):
        return Source(path, "parquet", size=size), _kind_words("parquet", named)
    if named == "parquet":
        raise ExampleFileError(path, "it does not begin as a Parquet file does; check the name")
    used = encoding or encoding_of(beginning)
    try:
        text = _decoded(beginning, used, whole=len(beginning) == size)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ExampleFileError(path, why_undecodable(error, used), line=line) from None
    except LookupError:
        raise JessyError(
            f"There is no encoding {used!r}; utf-8, utf-16 and cp1254 are some."
        ) from None
    kind, delimiter = _kind(path, text, named)
    source = Source(path, kind, used, delimiter, size=size)
    words = _kind_words(kind, named)
    if kind == "csv" and delimiter != ",":
        words += f" with {delimiter!r} between the columns"
    if used != UTF8:
        words += f" in {used.upper()}"
    return source, words


def _decoded(beginning: bytes, encoding: str, *, whole: bool) -> str:
    import codecs

    return codecs.getincrementaldecoder(encoding)().decode(beginning, final=whole)


def _kind(path: Path, text: str, named: Kind | None) -> tuple[Kind, str]:
    start = text.lstrip(" \t\r\n\ufeff")
    if named not in ("csv", "tsv"):
        if start.startswith("["):
            # A list a line is JSONL of lists, which nobody writes: it is an array.
            return "json", ","
        if start.startswith("{"):
            return ("jsonl" if _is_one_a_line(start, named) else "json"), ","
        if named in ("json", "jsonl"):
            found = start[:1]
            raise ExampleFileError(
                path, f"{KINDS[named]} begins with {{ or [, not with {found!r}", line=1
            )
    if named == "tsv":
        return "tsv", "\t"
    first = text.split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
    if named == "csv" or counts[delimiter]:
        return ("tsv" if delimiter == "\t" else "csv"), delimiter if counts[delimiter] else ","
    known = ", ".join(sorted(SUFFIXES))
    raise ExampleFileError(path, f"it is none of the kinds that are known ({known})")


def _is_one_a_line(start: str, named: Kind | None) -> bool:
    """Whether an object is the first of many, one a line, and not one that holds a list."""
    from jessy_tui.dataset.jsontext import JsonTextError, read_value

    line = start.split("\n", 1)[0]
    try:
        read_value(line, 0, len(line))
    except JsonTextError:
        return named == "jsonl"
    return named != "json" or "\n" in start.rstrip()


def _kind_words(kind: Kind, named: Kind | None) -> str:
    if named is None or named == kind:
        return KINDS[kind]
    return f"{KINDS[kind]} (whatever its name says)"


# --- the format -----------------------------------------------------------------------------------


def _format(
    path: Path,
    rows: Sequence[dict[str, Any]],
    columns: tuple[str, ...],
    mapping: dict[str, str],
    format_name: str | None,
) -> tuple[Format, str]:
    _refuse_unknown(path, mapping, columns, rows)
    label = {key: mapping[key] for key in LABEL_KEYS if key in mapping}
    if format_name is not None:
        found = registry.FORMATS.get(format_name)
        if found is None:
            names = ", ".join(registry.FORMATS)
            raise JessyError(f"There is no format {format_name!r}; there are {names}.")
        return found, f"read as {found.title}, as was said"
    if "question" in mapping or "answer" in mapping:
        return _mapped_columns(path, mapping, columns, label)
    if chat := _chat(rows, columns, mapping, label):
        return chat
    if flat := _flat(columns, mapping, label):
        return flat
    text = mapping.get("text", "text")
    if text in columns:
        return Transcript(text=text), f"text: its rows have a conversation in `{text}`"
    raise ExampleFileError(
        path,
        f"it cannot be told what its rows are: they have {_listed(columns)}; say which is which, "
        "as in question=NAME answer=NAME",
    )


def _refuse_unknown(
    path: Path,
    mapping: Mapping[str, str],
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> None:
    inner = {"role", "text"} if "messages" in mapping else set()
    for key, column in mapping.items():
        if key not in MAP_KEYS:
            raise JessyError(
                f"{key!r} is nothing a column can be; there are {', '.join(MAP_KEYS)}."
            )
        if key not in inner and column not in columns and not _in_messages(rows, column):
            raise ExampleFileError(
                path, f"it has no column `{column}`; its columns are {_listed(columns)}"
            )


def _in_messages(rows: Sequence[dict[str, Any]], key: str) -> bool:
    return any(
        isinstance(message, dict) and key in message
        for row in rows
        for value in row.values()
        if isinstance(found := parsed(value), list)
        for message in found
    )


def _mapped_columns(
    path: Path, mapping: Mapping[str, str], columns: Sequence[str], label: Mapping[str, str]
) -> tuple[Format, str]:
    question = mapping.get("question") or _first(_QUESTIONS, columns)
    rest = [column for column in columns if column != question]
    answer = mapping.get("answer") or _first(_ANSWERS, rest)
    if question is None or answer is None:
        missing = "question" if question is None else "answer"
        raise ExampleFileError(
            path, f"say which column is the {missing} too; its columns are {_listed(columns)}"
        )
    found = Flat(
        "columns",
        "columns",
        question,
        answer,
        mapping.get("context"),
        mapping.get("history"),
        mapping.get("system"),
        label,
    )
    return found, f"columns: the question is in `{question}` and the answer in `{answer}`"


def _chat(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    mapping: Mapping[str, str],
    label: Mapping[str, str],
) -> tuple[Format, str] | None:
    names = [mapping["messages"]] if "messages" in mapping else _LISTS
    for name in names:
        lists = [
            found for row in rows if isinstance(found := parsed(row.get(name)), list) and found
        ]
        message = {
            key: True for found in lists for one in found if isinstance(one, dict) for key in one
        }
        role = mapping.get("role") or _first(_ROLES, message)
        text = mapping.get("text") or _first(_TEXTS, message)
        if role is None or text is None:
            continue
        why = f"its rows have a list `{name}` of messages with `{role}` and `{text}`"
        speakers = {one.get(role) for found in lists for one in found if isinstance(one, dict)}
        if (name, role, text) == ("conversations", "from", "value") and JESSY in speakers:
            return registry.OWN, f"{registry.OWN.title} form: messages from human and jessy"
        for known in (registry.SHAREGPT, registry.OPENAI):
            if (name, role, text) == (known.list_key, known.role_key, known.text_key):
                if not label:
                    return known, f"{known.title}: {why}"
                kept = Chat(known.name, known.title, name, role, text, known.says, label)
                return kept, f"{known.title}: {why}"
        says = {HUMAN: _name_in(speakers, HUMAN), JESSY: _name_in(speakers, JESSY)}
        return Chat("messages", "messages", name, role, text, says, label), f"messages: {why}"
    return None


def _name_in(speakers: set[Any], speaker: str) -> str:
    from jessy_tui.dataset.formats.format import ROLES

    names = sorted(name for name in speakers if isinstance(name, str))
    return next((name for name in names if ROLES.get(name.casefold()) == speaker), speaker)


def _flat(
    columns: Sequence[str], mapping: Mapping[str, str], label: Mapping[str, str]
) -> tuple[Format, str] | None:
    for known in (registry.ALPACA, registry.PROMPT):
        if known.question in columns and known.answer in columns:
            why = f"{known.title}: its rows have `{known.question}` and `{known.answer}`"
            if not label and not mapping:
                return known, why
            found = Flat(
                known.name,
                known.title,
                known.question,
                known.answer,
                mapping.get("context", known.context),
                mapping.get("history", known.history),
                mapping.get("system", known.system),
                label,
            )
            return found, why
    question = _first(_QUESTIONS, columns)
    answer = _first(_ANSWERS, [column for column in columns if column != question])
    if question is None or answer is None:
        return None
    context = mapping.get("context") or _first(("context", "input"), columns)
    context = None if context in (question, answer) else context
    system = mapping.get("system") or _first(("system", "system_prompt"), columns)
    history = mapping.get("history") or _first(("history",), columns)
    found = Flat("columns", "columns", question, answer, context, history, system, label)
    return found, f"columns: the question is in `{question}` and the answer in `{answer}`"


def _first(names: Sequence[str], columns: Sequence[str] | Mapping[str, Any]) -> str | None:
    """The first of these names that is a column, whatever its case."""
    folded = {str(column).casefold(): column for column in columns}
    return next((folded[name] for name in names if name in folded), None)


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(f"`{column}`" for column in columns[:12])
    return f"{shown} and {len(columns) - 12} more" if len(columns) > 12 else shown
