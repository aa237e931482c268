"""A base in words, the same on every screen and from the command line."""

from typing import Final

from jessy_tui.bases.catalogue import NANO, Base, Fit
from jessy_tui.errands.stage import Stage

_FITS: Final = {
    Fit.GOOD: "suits this machine",
    Fit.SLOW: "slow on this machine's CPU",
    Fit.TOO_LARGE: "too large for this machine's memory",
}


def describe_standing(base: Base) -> str:
    """Where it is: "ready", or how to make it so."""
    if base.ready:
        return "ready"
    if base.name == NANO:
        return f"not built yet: jessy bases fetch {base.name}"
    return f"not here yet, {describe_bytes(base.download)}: jessy bases fetch {base.name}"


def describe_facts(base: Base) -> str:
    """Its size, licence, languages, origin, and whether it suits this machine, on one line."""
    record = base.record
    facts = [describe_parameters(base.parameters)]
    if record and record.examples:
        facts.append(f"{record.vocabulary:,} tokens, built from {record.examples:,} examples")
    facts += [
        f"{describe_bytes(base.disk)} of disk",
        f"{describe_bytes(base.memory)} of memory to train, {_FITS[base.fit]}",
        f"licence: {base.licence}",
    ]
    if base.languages:
        facts.append(f"languages: {', '.join(base.languages)}")
    return f"{'; '.join(facts)}; from: {base.origin}"


def describe_fit(base: Base) -> str:
    """Whether it suits this machine, in words."""
    return _FITS[base.fit]


def describe_parameters(number: int) -> str:
    """ "135 M weights" or "1.2 B weights"."""
    return f"{short_number(number)} weights"


def short_number(number: int) -> str:
    """ "2.4 M", "135 M" or "1.2 B"."""
    if number >= 999_500_000:
        return f"{number / 1e9:.1f} B"
    return f"{number / 1e6:.0f} M" if number >= 9_950_000 else f"{number / 1e6:.1f} M"


def describe_bytes(number: int) -> str:
    """ "93 MB" or "1.2 GB"."""
    if number >= 999_500_000:
        return f"{number / 1e9:.1f} GB"
    return f"{number / 1e6:.0f} MB" if number >= 9_950_000 else f"{number / 1e6:.1f} MB"


def describe_stage(stage: Stage) -> str:
    """How far a fetch is: "downloads with pip 41 of 93 MB"."""
    if not stage.total:
        return stage.doing
    if stage.unit == "bytes":
        return f"{stage.doing} {stage.done / 1e6:.0f} of {describe_bytes(stage.total)}"
    return f"{stage.doing} {stage.done} of {stage.total} {stage.unit}".rstrip()
