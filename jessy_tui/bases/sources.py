"""Where a base can be made of."""

from typing import TypeAlias

import msgspec


class FromPackage(msgspec.Struct, frozen=True, kw_only=True, tag="package"):
    """A GGUF inside a wheel of the package index."""

    package: str
    version: str
    wheel_digest: str
    """sha256 of the wheel."""
    wheel_bytes: int
    member: str
    """The path of the GGUF in the wheel."""
    member_digest: str
    """sha256 of the GGUF."""
    member_bytes: int

    def __str__(self) -> str:
        return f"{self.package} {self.version}, {self.member}"


class FromPath(msgspec.Struct, frozen=True, kw_only=True, tag="path"):
    """A GGUF file, or a folder of mlx-lm's or Hugging Face's, on this disk."""

    path: str

    def __str__(self) -> str:
        return self.path


class FromHub(msgspec.Struct, frozen=True, kw_only=True, tag="hub"):
    """A repository of the Hugging Face hub."""

    repository: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


Source: TypeAlias = FromPackage | FromPath | FromHub
