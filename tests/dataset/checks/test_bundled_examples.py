"""The checks find nothing in the data that comes with Jessy, and are right about it."""

from itertools import combinations

import pytest

from jessy_tui.dataset.checks import check_files, check_probes
from jessy_tui.dataset.files import ExampleFile, load_examples
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.dataset.similarity import nearness, trigrams
from jessy_tui.dataset.turkish import question_key
from jessy_tui.workspace import Workspace
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def files() -> list[ExampleFile]:
    return [load_examples(path) for path in Workspace(REPOSITORY).example_files()]


@pytest.fixture(scope="module")
def probes() -> ProbeFile:
    return load_probes(Workspace(REPOSITORY).probes)


def test_four_hundred_examples_have_no_finding(files: list[ExampleFile], probes: ProbeFile) -> None:
    assert sum(len(file.examples) for file in files) == 400
    assert [str(one) for one in check_files(files, probe_file=probes)] == []


def test_a_hundred_and_twenty_probes_have_no_finding(probes: ProbeFile) -> None:
    assert len(probes.probes) == 120
    assert [str(one) for one in check_probes(probes)] == []


def test_no_two_of_all_questions_are_near_when_each_is_compared_with_each(
    files: list[ExampleFile], probes: ProbeFile
) -> None:
    """What the index says, without the index."""
    questions = [question_key(one.question) for file in files for one in file.examples]
    questions += [question_key(query) for _, query in probes.queries()]
    assert len(set(questions)) == 520
    grams = [trigrams(question) for question in questions]
    alike = [
        (one, other)
        for one, other in combinations(range(len(questions)), 2)
        if len(grams[one] & grams[other]) >= 0.6 * len(grams[one] | grams[other])
    ]
    near = [(questions[one], questions[other]) for one, other in alike]
    assert [pair for pair in near if nearness(*pair, threshold=0.6, short=3) is not None] == []
