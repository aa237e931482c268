"""How many rows runs will be trained on, as far as it can be told before the examples are split."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from jessy_tui.dataset.example import Example, plan_in
from jessy_tui.iteration import Plan
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.rows import times_of


@dataclass(frozen=True)
class ExpectedRows:
    """What examples give, counted once; a recipe may have some labels more often."""

    validation: float
    """The share of the examples that is kept apart, 0 to 1."""
    plans: Counter[Plan] = field(default_factory=Counter)
    """How many answers have each label, each as often as its example weighs."""
    uncounted: int = 0
    """Examples whose labels were not looked at: a row each, whatever the recipe says."""

    def of(self, recipe: Recipe) -> int:
        """Rows of an epoch with this recipe, about: who is kept apart is not known yet."""
        times = times_of(recipe)
        rows = self.uncounted + sum(count * times(plan) for plan, count in self.plans.items())
        return round(rows * (1 - self.validation))


def count_plans(examples: Iterable[Example]) -> Counter[Plan]:
    """The answers of each label, as `training_rows` makes rows of them; see `ExpectedRows`."""
    plans: Counter[Plan] = Counter()
    for example in examples:
        for _, answer in example.exchanges():
            if (plan := plan_in(answer.metadata)) is not None:
                plans[plan] += example.weight
    return plans
