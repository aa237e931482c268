"""`jessy eval`: ask the probes, and say whether the model thinks the right amount."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Policy
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.evaluation.evaluation import Evaluation
    from jessy_tui.inference.target import Target

_INTERRUPTED: Final = 130
_SAMPLED: Final = 0.7
"""The temperature where several seeds are asked for: greedy, they would all say the same."""


def _policy(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    try:
        return str(Policy.parse(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("eval")
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="NAME[@CHECKPOINT]",
    help="A run to ask, and which checkpoint: a step, best, final, or all. Default: the newest "
    "run's chosen one. As often as you like.",
)
@click.option(
    "--base", "bases", multiple=True, metavar="NAME", help="A base to ask as it is, untrained."
)
@click.option(
    "--probes",
    "probes_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The probes. Default: data/probes.json.",
)
@click.option(
    "--plans-only",
    is_flag=True,
    help="Break each answer off when its plan is known: a minute or two for 120 probes.",
)
@click.option(
    "--policy",
    callback=_policy,
    metavar="single|auto|'fixed N'",
    default="single",
    show_default=True,
    help="How many passes: auto really makes those that the plan asks for.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often each probe is asked, each time with another seed.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    help=f"0 is greedy. Default: 0, or {_SAMPLED:g} with several seeds.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help="The longest answer of a pass.",
)
@click.option("--again", is_flag=True, help="Ask anew, even what has been asked before.")
@click.option("--detach", is_flag=True, help="Start it and return; it goes on by itself.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    runs: tuple[str, ...],
    bases: tuple[str, ...],
    probes_path: Path | None,
    policy: str,
    seeds: int,
    temperature: float | None,
    max_tokens: int,
    *,
    plans_only: bool,
    again: bool,
    detach: bool,
    as_json: bool,
) -> None:
    """Ask the probes and score the plans and the answers.

    What has been answered is kept in the run's folder and not asked again; ctrl+c stops, and the
    same command goes on. Exit codes: 0 done, 1 it failed or falls short, 2 wrong use.
    """
    from jessy_tui.cli.eval_follow import Follower
    from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation
    from jessy_tui.evaluation.probe import read_probe_set
    from jessy_tui.evaluation.record import EvaluationState
    from jessy_tui.evaluation.starting import start_evaluations

    if plans_only and policy != "single":
        raise click.UsageError("--plans-only makes no whole pass; leave out --policy.")
    if temperature is None:
        temperature = _SAMPLED if seeds > 1 else 0.0
    if seeds > 1 and not temperature:
        raise click.UsageError("Greedy, every seed gives the same answer; set a --temperature.")
    how = HowToAsk(
        plans_only=plans_only,
        policy=policy,
        seeds=seeds,
        temperature=temperature,
        max_tokens=max_tokens,
    )
    probes = read_probe_set(probes_path or workspace.probes)
    targets = targets_of(workspace, runs, bases)
    evaluations = [
        create_evaluation(workspace, target, probes, how, again=again) for target in targets
    ]
    if not as_json:
        for evaluation in evaluations:
            _say_excluded(evaluation)
    waiting = [one for one in evaluations if one.state is not EvaluationState.FINISHED]
    to_start = [one for one in waiting if one.record.pid is None or not one.state.active]
    if to_start:
        start_evaluations(workspace, to_start)
    if detach:
        _say_detached(evaluations, as_json=as_json)
        return
    if not Follower(waiting, quiet=as_json).follow():
        click.get_current_context().exit(_INTERRUPTED)
    for evaluation in evaluations:
        if evaluation.state is not EvaluationState.FINISHED:
            raise JessyError(f"{evaluation.record.target.name}: {evaluation.explain()}")
    if as_json:
        print_json({"evaluations": [str(evaluation.folder) for evaluation in evaluations]})


def targets_of(
    workspace: Workspace, runs: tuple[str, ...], bases: tuple[str, ...]
) -> "list[Target]":
    """What the command line names, each once; the newest run where it names nothing.

    Raises:
        JessyError: one of them is not there.
    """
    from jessy_tui.inference.target import target_of_base, target_of_run
    from jessy_tui.training.runs import find_run

    found = [target_of_base(workspace, name) for name in dict.fromkeys(bases)]
    for name in dict.fromkeys(runs):
        run, _, checkpoint = name.partition("@")
        if checkpoint == "all":
            steps = find_run(workspace, run).checkpoints()
            if not steps:
                raise JessyError(f"The run {run} has no checkpoint yet.")
            found += [target_of_run(workspace, run, step) for step in steps]
        else:
            found.append(target_of_run(workspace, run, checkpoint or None))
    return found or [target_of_run(workspace, None, None)]


def _say_excluded(evaluation: "Evaluation") -> None:
    record = evaluation.record
    for one in record.excluded:
        click.echo(
            f'{record.target.name}: the probe "{one.probe}" is left out, since the run was trained '
            f'on "{one.question}".',
            err=True,
        )


def _say_detached(evaluations: "list[Evaluation]", *, as_json: bool) -> None:
    if as_json:
        print_json({"evaluations": [str(evaluation.folder) for evaluation in evaluations]})
        return
    for evaluation in evaluations:
        click.echo(f"{evaluation.record.target.name}: {evaluation.explain()} {evaluation.folder}")
    click.echo("It goes on by itself; the same command without --detach follows it.")
