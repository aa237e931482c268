"""How several keys for one action are written."""


def key_names(keys: list[str]) -> str:
    """Keys without repetition, in the order they were bound: "j ↓"."""
    return "  ".join(dict.fromkeys(keys))
