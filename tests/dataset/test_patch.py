"""Changing the text of an example as little as possible."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.jsontext import read_value
from jessy_tui.dataset.layout import Style, same_json
from jessy_tui.dataset.patch import offset_of, rewrite
from tests.dataset.strategies import VALUES, written

SOURCE = '{"a" : [1.10,  2,\n 3],"b":{"c":"\\u015f"}  , "d":null}'


def _changed(new: object) -> str:
    return rewrite(SOURCE, read_value(SOURCE, 0)[0], new, Style())


@settings(deadline=None)
@given(source=written(), new=VALUES)
def test_the_new_text_is_the_new_value(source: str, new: object) -> None:
    old, end = read_value(source, 0)
    assert end == len(source)
    text = rewrite(source, old, new, Style())
    value, end = read_value(text, 0)
    assert end == len(text)
    assert same_json(value, new)


@settings(deadline=None)
@given(source=written(), other=written())
def test_a_value_that_stays_keeps_its_text(source: str, other: str) -> None:
    old, new = read_value(source, 0)[0], read_value(other, 0)[0]
    assert rewrite(source, old, old, Style()) == source
    both = f'{{ "x" :{source},"y":\n{other} }}'
    text = rewrite(both, {"x": old, "y": new}, {"x": old, "y": new, "z": 1}, Style())
    assert text.startswith(both.removesuffix(" }"))
    text = rewrite(both, {"x": old, "y": new}, {"x": old}, Style())
    assert text == f'{{ "x" :{source} }}'


@settings(deadline=None)
@given(members=st.lists(written(depth=1), min_size=1, max_size=4), data=st.data())
def test_members_that_stay_in_an_array_keep_their_text(
    members: list[str], data: st.DataObject
) -> None:
    old = [read_value(member, 0)[0] for member in members]
    source = "[" + ", ".join(members) + "]"
    place = data.draw(st.integers(0, len(old)))
    text = rewrite(source, old, [*old[:place], {"new": 1}, *old[place:]], Style(inline_from=0))
    assert text == "[" + ", ".join([*members[:place], '{"new": 1}', *members[place:]]) + "]"


def test_one_number_in_one_list_is_all_that_changes() -> None:
    old = read_value(SOURCE, 0)[0]
    assert _changed({**old, "a": [old["a"][0], 5, 3]}) == SOURCE.replace("2", "5")


def test_a_key_that_goes_takes_its_comma_with_it() -> None:
    old = read_value(SOURCE, 0)[0]
    assert _changed({"a": old["a"], "b": old["b"]}) == SOURCE.replace('  , "d":null', "")


def test_a_new_key_follows_its_neighbours() -> None:
    source = '{\n   "a": 1,\n   "b": 2\n}'
    text = rewrite(source, {"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}, Style())
    assert text == '{\n   "a": 1,\n   "b": 2,\n   "c": 3\n}'


def test_true_is_not_the_same_as_one() -> None:
    assert rewrite("[true]", [True], [1], Style()) == "[1]"
    assert rewrite("[1.0]", [1.0], [1], Style()) == "[1]"


def test_the_place_of_a_field_is_found_in_the_text() -> None:
    source = '{"conversations": [{"from": "human"},\n {"value": "x", "metadata": {"k": 1}}]}'
    assert source[offset_of(source, ("conversations", 1, "metadata", "k")) :].startswith('"k"')
    assert source[offset_of(source, ("conversations", 1, "gone")) :].startswith('{"value"')
    assert offset_of(source, ()) == 0
    assert offset_of("7", ("conversations",)) == 0
    assert offset_of('{"\\u0061": 1}', ("a",)) == 1
