"""Jessy: a terminal workbench for teaching a small language model when to think."""

__version__ = "0.1.0"
