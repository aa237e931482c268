"""The check for greetings that are labelled to be thought about: what this project is to cure."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import complexity_in, plan_in
from jessy_tui.iteration import Complexity

# Whole questions that ask for nothing, as `question_key` folds them. A greeting with anything
# more to it is not among them: there may be a hard question in it.
_CALL: Final = (
    r"(?:abi|abla|aga|bro|canim|cnm|dostum|hoca|hocam|jessy|kanka|kanki|kardesim|knk|man|reis|there"
    r"|ya)"
)
_NOTHING: Final = "|".join(
    (
        # greetings
        r"selam(?:lar|un aleykum)?|slm|merhaba(?:lar)?|mrb|meraba|gunaydin|tunaydin",
        r"iyi (?:aksamlar|geceler|gunler|sabahlar|uykular)|hayirli (?:aksamlar|geceler|sabahlar)",
        r"hi+|hello|hey+|yo|sup|good (?:afternoon|evening|morning|night)",
        # how are you
        r"naber|nbr|ne haber|nasilsin|nasilsin iyi misin|what ?'?s up|how are you(?: doing)?",
        # openers
        r"(?:sana )?bir? ?(?:sey|si|se|soru) (?:danis\w+|diycem|diyecegim|sor\w*|soyl\w+)"
        r"(?: miyim| misin)?",
        r"(?:can|may) i ask (?:you )?(?:a question|something)|i have a question",
        # thanks
        r"(?:cok )?(?:tesekkur(?:ler| ederim| ettim)?|tsk|tskler|sag ?ol(?:asin)?|eyvallah|eyw)",
        r"thanks?(?: you)?(?: a lot| so much)?|thx|ty|cheers",
        # reactions
        r"tamam(?:dir)?|oke?y?|okay|peki|anladim|hmm+|aynen|super|got it|cool|nice|great",
        # goodbyes
        r"hos ?ca ?kal|gorusuruz|bay bay|kendine iyi bak|bye(?: bye)?|goodbye|see you(?: later)?",
    )
)
_NOTHING_ASKED: Final = re.compile(rf"(?:{_CALL} )*(?:{_NOTHING})(?: {_CALL})*")


def _overthinking(subject: Subject) -> Iterator[Flaw]:
    if len(subject.messages) != 2 or subject.first_question is None:
        return  # further down, "tamam" may be the answer to a question
    for path, label in subject.labels:
        complexity = complexity_in(label)
        if complexity is None or complexity is Complexity.LOW:
            continue
        if _NOTHING_ASKED.fullmatch(subject.keys[subject.first_question[0]]):
            asks = plan_in(label) or complexity
            reason = (
                f"the question asks for nothing, and the label for {asks}; greetings, openers, "
                "thanks and goodbyes are LOW 1."
            )
            yield Flaw((*path, "complexity"), reason)


CHECKS: Final = (
    ExampleCheck(
        "overthinking", "warning", "A greeting that is labelled to be thought about.", _overthinking
    ),
)
