"""Everything that is said between a client and the worker comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.errors import JessyError
from jessy_tui.inference import protocol
from jessy_tui.inference.protocol import decode_reply, decode_request, encode

ids = st.integers(0, 2**53)
texts = st.text(st.characters(exclude_categories=["Cs"]))
seconds = st.floats(0, 1e6)
counts = st.integers(0, 2**40)
messages = st.builds(protocol.Message, st.sampled_from(["system", "user", "assistant"]), texts)
samplings = st.builds(
    protocol.Sampling,
    max_tokens=st.integers(1, 10**6),
    temperature=st.floats(0, 10),
    top_p=st.floats(0.01, 1),
    min_p=st.floats(0, 1),
    repetition_penalty=st.floats(0.01, 10),
    seed=st.none() | st.integers(0, 2**32),
)
requests = st.one_of(
    st.builds(protocol.UseAdapter, ids, st.none() | texts),
    st.builds(
        protocol.Generate,
        ids,
        st.lists(messages, min_size=1, max_size=4).map(tuple),
        samplings,
    ),
    st.builds(protocol.Cancel, ids),
    st.just(protocol.Shutdown()),
)
replies = st.one_of(
    st.builds(protocol.Loading, texts),
    st.builds(
        protocol.Ready,
        base=texts,
        parameters=counts,
        context=st.none() | counts,
        seconds=seconds,
        blas=texts,
        blas_warning=st.none() | texts,
        memory=counts,
    ),
    st.builds(
        protocol.AdapterInUse,
        id=ids,
        path=st.none() | texts,
        kind=st.none() | st.sampled_from(["lora", "dora", "full"]),
        parameters=counts,
        seconds=seconds,
    ),
    st.builds(protocol.Token, ids, texts, counts, seconds),
    st.builds(
        protocol.Finished,
        id=ids,
        reason=st.sampled_from(["stop", "length", "cancelled"]),
        tokens=counts,
        prompt_tokens=counts,
        cached_tokens=counts,
        seconds=seconds,
        first_token_seconds=st.none() | seconds,
        tokens_per_second=seconds,
        peak_memory=counts,
    ),
    st.builds(protocol.Failed, st.none() | ids, texts),
)


@given(requests)
def test_every_request_comes_back_as_it_was_from_one_line(request: protocol.Request) -> None:
    line = encode(request)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request


@given(replies)
def test_every_reply_comes_back_as_it_was_from_one_line(reply: protocol.Reply) -> None:
    line = encode(reply)
    assert line.count(b"\n") == 1
    assert decode_reply(line) == reply


@given(st.binary())
def test_rubbish_is_refused_with_a_sentence(line: bytes) -> None:
    for decode in (decode_request, decode_reply):
        with pytest.raises(JessyError):
            decode(line)
    assert protocol.id_in(line) is None
