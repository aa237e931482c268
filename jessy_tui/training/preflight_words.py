"""What a preflight found out, in words: for the command line and for the screen."""

from jessy_tui.training.preflight import Preflight


def facts_of(known: Preflight) -> list[tuple[str, str]]:
    """What is known, each fact with its name; notes and problems last, under those names."""
    recipe, measured = known.recipe, known.measured
    rows = measured.rows if measured else known.rows
    facts: list[tuple[str, str]] = [("base", known.base), ("method", recipe.describe_method())]
    if known.rows:
        facts += [
            (
                "data",
                f"{known.examples} examples (digest {known.digest[:12]}), {known.errors} errors, "
                f"{known.warnings} warnings",
            ),
            ("rows", f"{known.rows} to train on, {known.validation_rows} to validate with"),
            ("length", recipe.describe_length(rows)),
        ]
    if measured:
        facts.append(("tokens", _tokens(known)))
        if measured.trainable is not None:
            facts.append(("trained", f"{measured.trainable:,} weights"))
    facts.append(("memory", _memory(known)))
    if measured and measured.seconds is not None and measured.seconds_per_step is not None:
        facts.append(
            (
                "time",
                f"about {_clock(measured.seconds)} to the end, {measured.seconds_per_step:.2f} s a "
                f"step; {measured.method}",
            )
        )
    if known.disk is not None:
        facts.append(("disk", f"up to {_bytes(known.disk)}; {_bytes(known.disk_free)} free"))
    facts += (("note", note) for note in known.notes)
    facts += (("problem", problem) for problem in known.problems)
    return facts


def _tokens(known: Preflight) -> str:
    measured = known.measured
    assert measured is not None  # noqa: S101  # asked for then only
    longest = known.recipe.max_seq_length
    over = measured.shortened + measured.cut + measured.dropped
    words = f"{measured.tokens:,} an epoch; the longest row has {measured.longest:,}"
    if not over:
        return f"{words}, none more than {longest}"
    what = (
        (
            measured.shortened,
            "ends after the last sentence that fits",
            "end after the last sentence that fits",
        ),
        (measured.cut, "breaks off", "break off"),
        (measured.dropped, "is left out", "are left out"),
    )
    told = ", ".join(
        f"{number} {one if number == 1 else many}" for number, one, many in what if number
    )
    rows = "1 row has" if over == 1 else f"{over} rows have"
    return f"{words}; {rows} more than {longest}: {told}"


def _memory(known: Preflight) -> str:
    free = f"{_bytes(known.memory_free)} free"
    measured = known.measured.memory if known.measured else None
    if measured is not None:
        return f"{_bytes(measured)} measured in the longest step; {free}"
    if known.memory_estimated is not None:
        return f"about {_bytes(known.memory_estimated)}; {free}"
    return free


def _clock(seconds: float) -> str:
    """Minutes and seconds: "2:07", with hours where there are any."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{minutes.zfill(5)}" if hours else minutes


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
