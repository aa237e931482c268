"""Where an OpenAI-compatible endpoint is: the address as people write it, and the key it wants."""

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from jessy_tui.errors import JessyError
from jessy_tui.workspace import EndpointSettings, Workspace

KEY_VARIABLE: Final = "JESSY_API_KEY"
"""Of the environment: the key where jessy.toml names none."""
_TAILS: Final = ("/chat/completions", "/completions", "/models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An endpoint that can be asked."""

    url: str
    """The root of its API, such as http://localhost:11434/v1, without a slash at its end."""
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    """Sent as a bearer token; never shown."""
    system: str = ""
    seconds: float = 120.0
    """How long it may be silent."""

    @property
    def host(self) -> str:
        """The host and the port, for people."""
        return urlsplit(self.url).netloc

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")

    @property
    def warning(self) -> str | None:
        """What is wrong with asking there, in a sentence."""
        if self.key and self.url.startswith("http:") and not self.local:
            return f"The key is sent to {self.host} unencrypted; use https if it can be had."
        return None


def address_of(workspace: Workspace, url: str, model: str | None = None) -> Address:
    """Where to ask, with what jessy.toml says of it.

    Args:
        workspace: whose settings hold.
        url: an address, with or without "http://" and "/v1", or the NAME of an `[endpoints.NAME]`.
        model: the one to ask there, if another than the settings name.

    Raises:
        JessyError: it is no address, or the environment lacks the key that the settings name.
    """
    named = workspace.settings.endpoints
    if url in named:
        settings = named[url]
        root = root_of(settings.url)
    else:
        root = root_of(url)
        same = (one for one in named.values() if root_of(one.url) == root)
        settings = next(same, EndpointSettings(root))
    return Address(
        url=root,
        model=model or settings.model,
        key=_key_of(settings),
        system=settings.system,
        seconds=settings.seconds,
    )


def root_of(url: str) -> str:
    """The root of the API at `url`: http where no scheme is written, /v1 where no path is.

    Raises:
        JessyError: it is no http address.
    """
    written = url.strip()
    if "://" not in written:
        written = f"http://{written}"
    try:
        parts = urlsplit(written)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise JessyError(f"{url} is no address of an endpoint ({error}).") from error
    if parts.username is not None or parts.password is not None:
        raise JessyError(
            f"Leave the password out of the address of {host}; put the key into the environment "
            f"as {KEY_VARIABLE}."
        )
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise JessyError(
            f"{url} is no address of an endpoint; it looks like http://localhost:11434/v1."
        )
    if not written.isprintable() or " " in written:
        raise JessyError(f"{url!r} is no address of an endpoint: it has blank space in it.")
    path = parts.path.rstrip("/")
    for tail in _TAILS:
        path = path.removesuffix(tail)
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", ""))


def _key_of(settings: EndpointSettings) -> str | None:
    key = settings.key
    if settings.key_from:
        key = os.environ.get(settings.key_from)
        if not key:
            raise JessyError(
                f"The key for {settings.url} should be in the environment as {settings.key_from} "
                "(jessy.toml says so), and is not; set it there."
            )
    key = (key or os.environ.get(KEY_VARIABLE) or "").strip() or None
    if key is not None and not (key.isascii() and key.isprintable()):
        raise JessyError(f"The key for {settings.url} has letters that no key has; set it anew.")
    return key


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
