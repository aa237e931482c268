"""Checks for what should not be learnt by heart: addresses, numbers and keys of real people.

These are notes: whether somebody is meant is for people to tell. Addresses that are nobody's are
left alone (RFC 2606, and git@ of repositories), and so are numbers that reach nobody.
"""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import what

_MAIL: Final = re.compile(
    r"(?<![\w.+/-])[\w.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\b",
    re.IGNORECASE | re.ASCII,
)
_RESERVED: Final = re.compile(
    r"^git@|^no-?reply@|[@.](?:(?:example|ornek|domain)\.[a-z.]+|example|test|invalid|local)$",
    re.IGNORECASE,
)
# Turkish mobile and area numbers as they are written, and others with their country's code.
_PHONE: Final = re.compile(
    r"(?<![\w.+/-])(?:"
    r"(?:\+90|0090|0)[ .-]?\(?[2-58]\d{2}\)?[ .-]?\d{3}[ .-]?\d{2}[ .-]?\d{2}"
    r"|\+(?!90)[1-9]\d{0,2}(?:[ .-]?\(?\d{2,4}\)?){2,4}"
    r")(?![\w.-]?\d)"
)
_DIGITS: Final = re.compile(r"\D")
_KEY: Final = re.compile(
    r"\b(?:sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"
    r"|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}"
    r"|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{50,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
)
# Each match has one of these pieces, and looking for them is much faster.
_KEY_PIECES: Final = (
    "sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AKIA", "ASIA",
    "AIza", "hf_", "npm_", "pypi-", "eyJ", "PRIVATE KEY",
)  # fmt: skip
_CARD: Final = re.compile(r"(?<![\w.-])(?:\d{4}[ -]?){3}\d{1,4}(?![\w.-]?\d)")
_IBAN: Final = re.compile(r"\bTR\d{2}(?: ?\d{4}){5} ?\d{2}\b", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"\d[\d .()-]{8,}\d")


def _mail(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if "@" not in text:
            continue
        for found in _MAIL.finditer(text):
            if not _RESERVED.search(found[0]):
                reason = (
                    f"the {what(is_answer)} holds the e-mail address {found[0]}; if it is "
                    "somebody's, write one at example.com."
                )
                yield Flaw(path, reason, span=found.span())


def _phone(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not _NUMBERS.search(text):
            continue
        for found in _PHONE.finditer(text):
            if len(_DIGITS.sub("", found[0])) >= 10:
                reason = (
                    f"the {what(is_answer)} holds the telephone number {found[0].strip()}; if it "
                    "is somebody's, take it out."
                )
                yield Flaw(path, reason, span=found.span())


def _secret(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not any(map(text.__contains__, _KEY_PIECES)):
            continue
        for found in _KEY.finditer(text):
            shown = found[0] if found[0].startswith("-") else f"{found[0][:8]}…"
            reason = (
                f"the {what(is_answer)} holds what looks like a key, {shown}; take it out, and "
                "revoke it if it is real."
            )
            yield Flaw(path, reason, span=found.span())


def _account(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not _NUMBERS.search(text):
            continue
        for pattern, holds in ((_CARD, _luhn), (_IBAN, _mod97)):
            for found in pattern.finditer(text):
                if holds(found[0]):
                    reason = (
                        f"the {what(is_answer)} holds what looks like the number of a card or an "
                        f"account, {found[0][:6]}…; take it out."
                    )
                    yield Flaw(path, reason, span=found.span())


def _luhn(number: str) -> bool:
    """Whether a card's check digit is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in _DIGITS.sub("", number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(digits) >= 13 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod97(iban: str) -> bool:
    """Whether an account's check digits are right (ISO 13616, ISO/IEC 7064 MOD 97-10)."""
    compact = iban.replace(" ", "").upper()
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


CHECKS: Final = (
    ExampleCheck("e-mail", "note", "An e-mail address that may be somebody's.", _mail),
    ExampleCheck("phone-number", "note", "A telephone number that may be somebody's.", _phone),
    ExampleCheck("secret", "note", "What looks like a key or a password.", _secret),
    ExampleCheck("account-number", "note", "What looks like a card or an account.", _account),
)
