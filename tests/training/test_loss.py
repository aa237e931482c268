"""The loss on the answers' tokens: a saving that changes nothing."""

import orjson

from tests.training import nanos

# The gradients of our loss, whole and in parts, and those of the plain way: the head at every
# position of padded rows, and a mask.
COMPARE = """
import sys, msgspec
import mlx.core as mx, mlx.nn as nn
from mlx.utils import tree_flatten
from mlx_lm.models.llama import Model, ModelArgs
from jessy_tui.training.batches import Tokens, make_batch
from jessy_tui.training.forward import Forward
from jessy_tui.training.loss import make_loss

tied = msgspec.json.decode(sys.stdin.buffer.read())
mx.random.seed(3)
model = Model(ModelArgs(model_type="llama", hidden_size=32, num_hidden_layers=2,
                        intermediate_size=48, num_attention_heads=2, rms_norm_eps=1e-5,
                        vocab_size=50, tie_word_embeddings=tied))
rows = [Tokens(tuple(range(3 + n, 9 + n + n % 3)), 2 + n % 3, 1 + n % 2) for n in range(7)]

def plain(model, plan_weight):
    longest = max(len(row.ids) for row in rows)
    ids = mx.array([[*row.ids, *[0] * (longest - len(row.ids))] for row in rows])
    mask = mx.array([[float(row.prompt <= place < len(row.ids)) for place in range(1, longest)]
                     for row in rows])
    losses = nn.losses.cross_entropy(model(ids[:, :-1]), ids[:, 1:])
    if not plan_weight:
        return (losses * mask).sum() / mask.sum()
    plans = mx.array([[float(row.prompt <= place < row.prompt + row.plan)
                       for place in range(1, longest)] for row in rows])
    rest = mask - plans
    return (plan_weight * (losses * plans).sum() / plans.sum()
            + (1 - plan_weight) * (losses * rest).sum() / rest.sum())

found = []
for parts, multiple, plan_weight in ((1, 1, 0.0), (2, 1, 0.0), (3, 8, 0.0), (2, 1, 0.6)):
    wanted, gradients = nn.value_and_grad(model, plain)(model, plan_weight)
    wanted_gradients = dict(tree_flatten(gradients))
    loss = make_loss(Forward(model, rows[0].ids), streams=min(2, parts))
    arrays = make_batch(rows, parts=parts, multiple=multiple, plan_weight=plan_weight)
    batch = [mx.array(array) for array in arrays]
    (value, count), gradients = nn.value_and_grad(model, loss)(model, *batch)
    worst = 0.0
    for name, gradient in tree_flatten(gradients):
        wanted_one = wanted_gradients[name]
        apart = mx.abs(gradient - wanted_one).max() / mx.abs(wanted_one).max()
        worst = max(worst, apart.item())
    found.append([abs(value.item() - wanted.item()), int(count.item()), worst])
print(msgspec.json.encode(found).decode())
"""


def test_the_gradients_equal_those_of_the_plain_way() -> None:
    for tied in (True, False):
        for difference, count, worst in orjson.loads(nanos.run_python(COMPARE, tied)):
            assert difference < 1e-5
            assert count == 7 * 4
            assert worst < 1e-4
