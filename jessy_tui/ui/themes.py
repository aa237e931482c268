"""The colours. The bands use three hues that stay apart for colour-blind eyes (Okabe-Ito)."""

from textual.theme import Theme

from jessy_tui.iteration import Complexity

JESSY_DARK = Theme(
    name="jessy-dark",
    primary="#7aa2f7",
    secondary="#56b4e9",
    accent="#e69f00",
    foreground="#d5d9e3",
    background="#14161c",
    surface="#1a1d25",
    panel="#232733",
    success="#4ec9a0",
    warning="#e6b450",
    error="#f2777a",
    dark=True,
    variables={
        "border": "#3d4457",
        "border-blurred": "#2c3140",
        "footer-key-foreground": "#e6b450",
        "block-cursor-background": "#2f4470",
        "block-cursor-foreground": "#ffffff",
        "input-selection-background": "#7aa2f7 35%",
    },
)

JESSY_LIGHT = Theme(
    name="jessy-light",
    primary="#2f5fb3",
    secondary="#0072b2",
    accent="#a35c00",
    foreground="#20242e",
    background="#f6f6f3",
    surface="#ffffff",
    panel="#e9e9e4",
    success="#00745a",
    warning="#8a5a00",
    error="#b3261e",
    dark=False,
    variables={
        "band-low": "#0072b2",
        "band-medium": "#8a5a00",
        "band-high": "#a0337a",
        "quiet": "#686e7a",
        "border": "#b9bcc4",
        "border-blurred": "#d7d8db",
        "footer-key-foreground": "#a35c00",
    },
)

THEMES = (JESSY_DARK, JESSY_LIGHT)

DEFAULT_VARIABLES = {
    "band-low": "#56b4e9",
    "band-medium": "#e6b450",
    "band-high": "#e28ac0",
    "quiet": "#8b92a5",
}
"""Our own variables, for every theme that does not set them."""


def band_colour(complexity: Complexity, variables: dict[str, str]) -> str:
    """The colour of a band among the variables of the theme in force."""
    return variables[f"band-{complexity.lower()}"]
