"""`jessy eval`: ask the probes, and say whether the model thinks the right amount."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.comparison import DEFAULT_MEASURE
from jessy_tui.evaluation.measures import BY_NAME, MEASURES
from jessy_tui.iteration import Policy
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.evaluation.evaluation import Evaluation
    from jessy_tui.evaluation.report.data import Report
    from jessy_tui.inference.target import Target

_SAMPLED: Final = 0.7
"""The temperature where several seeds are asked for: greedy, they would all say the same."""


_OUTPUT: Final = click.Path(dir_okay=False, path_type=Path)


def _floors(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    floors = {}
    for value in values:
        name, _, share = value.partition("=")
        if name not in BY_NAME:
            raise click.BadParameter(f"{name!r} is no score; they are {', '.join(BY_NAME)}.")
        try:
            floors[name] = float(share)
        except ValueError:
            floors[name] = -1.0
        if not 0 <= floors[name] <= 1:
            raise click.BadParameter(f"{value!r}: after the name comes a share from 0 to 1.")
    return floors


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
    "--url",
    "urls",
    multiple=True,
    metavar="URL|NAME[@MODEL]",
    help="An OpenAI-compatible endpoint to ask, by its address or its name in jessy.toml.",
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
@click.option(
    "--against",
    "reports",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="An earlier report (--json or --html) to compare with: its columns come first.",
)
@click.option(
    "--by",
    "measure",
    type=click.Choice([measure.name for measure in MEASURES]),
    default=DEFAULT_MEASURE,
    show_default=True,
    help="What makes a probe FIXED or REGRESSED.",
)
@click.option(
    "--judge",
    metavar="URL[@MODEL]|NAME",
    help="Have the texts rated 0 to 5 by the model of this endpoint. Off by default: it is sent "
    "the questions and the answers.",
)
@click.option(
    "--rubric",
    "rubric_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="How the judge rates. Default: data/rubric.md, else Jessy's own.",
)
@click.option(
    "--html", "html_path", type=_OUTPUT, metavar="FILE", help="Write the report as one page."
)
@click.option("--md", "markdown_path", type=_OUTPUT, metavar="FILE", help="Write it as Markdown.")
@click.option(
    "--fail-under",
    "floors",
    multiple=True,
    callback=_floors,
    metavar="NAME=SHARE",
    help="Exit 1 where a score is lower, such as band=0.9; as often as you like.",
)
@click.option("--detach", is_flag=True, help="Start it and return; it goes on by itself.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    runs: tuple[str, ...],
    bases: tuple[str, ...],
    urls: tuple[str, ...],
    probes_path: Path | None,
    policy: str,
    seeds: int,
    temperature: float | None,
    max_tokens: int,
    reports: tuple[Path, ...],
    measure: str,
    judge: str | None,
    rubric_path: Path | None,
    html_path: Path | None,
    markdown_path: Path | None,
    floors: dict[str, float],
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
    if judge is None and rubric_path:
        raise click.UsageError("Name the endpoint of the judge with --judge.")
    if judge is not None and (plans_only or detach):
        raise click.UsageError("A judge reads whole answers, when they are there; leave it out.")
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
    targets = targets_of(workspace, runs, bases, urls)
    evaluations = [
        create_evaluation(workspace, target, probes, how, again=again) for target in targets
    ]
    if not as_json:
        _say_excluded(evaluations)
    waiting = [one for one in evaluations if one.state is not EvaluationState.FINISHED]
    to_start = [one for one in waiting if one.record.pid is None or not one.state.active]
    if to_start:
        start_evaluations(workspace, to_start)
    if detach:
        _say_detached(evaluations, as_json=as_json)
        return
    if not Follower(waiting, quiet=as_json).follow():
        click.get_current_context().exit(INTERRUPTED)
    for evaluation in evaluations:
        if evaluation.state is not EvaluationState.FINISHED:
            raise JessyError(f"{evaluation.record.target.name}: {evaluation.explain()}")
    if judge is not None:
        from jessy_tui.cli.eval_judge import have_judged

        have_judged(workspace, evaluations, judge, rubric_path, quiet=as_json)
    report = _report(workspace, evaluations, reports, measure)
    _write(report, html_path, markdown_path, quiet=as_json)
    if as_json:
        from jessy_tui.evaluation.report.json_form import object_of

        print_json(object_of(report))
    else:
        from jessy_tui.cli.eval_text import print_report

        print_report(report)
    if not _reaches(report, floors):
        click.get_current_context().exit(1)


def _report(
    workspace: Workspace, evaluations: "list[Evaluation]", reports: tuple[Path, ...], measure: str
) -> "Report":
    from jessy_tui.evaluation.report.data import column_of, make_report
    from jessy_tui.evaluation.report.json_form import columns_in

    columns = [column for path in reports for column in columns_in(path)]
    columns += [column_of(evaluation) for evaluation in dict.fromkeys(evaluations)]
    return make_report(workspace, columns, measure)


def _write(
    report: "Report", html_path: Path | None, markdown_path: Path | None, *, quiet: bool
) -> None:
    from jessy_tui.evaluation.report.html import html_of
    from jessy_tui.evaluation.report.markdown import markdown_of
    from jessy_tui.files import write_atomically

    for path, form in ((html_path, html_of), (markdown_path, markdown_of)):
        if path is not None:
            write_atomically(path, form(report).encode())
            if not quiet:
                click.echo(f"Wrote {path}", err=True)


def _reaches(report: "Report", floors: dict[str, float]) -> bool:
    """Whether every run's score, or without runs every one's, is as high as it is to be."""
    pairs = list(zip(report.columns, report.scores, strict=True))
    trained = [pair for pair in pairs if pair[0].target.run is not None] or pairs
    reached = True
    for column, scores in trained:
        for name, floor in floors.items():
            value = scores.value(name)
            if value is None or value < floor:
                reached = False
                said = "was not measured" if value is None else f"is {value:.3f}"
                click.echo(f"{column.name}: {name} {said}, below {floor:g}.", err=True)
    return reached


def targets_of(
    workspace: Workspace,
    runs: tuple[str, ...],
    bases: tuple[str, ...],
    urls: tuple[str, ...] = (),
) -> "list[Target]":
    """What the command line names, each once; the newest run where it names nothing.

    Raises:
        JessyError: one of them is not there.
    """
    from jessy_tui.inference.target import target_of_base, target_of_run, target_of_url
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
    for url in dict.fromkeys(urls):
        place, _, model = url.partition("@")
        found.append(target_of_url(workspace, place, model or None))
    return found or [target_of_run(workspace, None, None)]


def _say_excluded(evaluations: "list[Evaluation]") -> None:
    left_out = {
        (record.target.run, one.probe): one.question
        for record in (evaluation.record for evaluation in evaluations)
        for one in record.excluded
    }
    for (run, name), question in left_out.items():
        click.echo(
            f'The probe "{name}" is left out: the run {run} was trained on "{question}".', err=True
        )


def _say_detached(evaluations: "list[Evaluation]", *, as_json: bool) -> None:
    if as_json:
        print_json({"evaluations": [str(evaluation.folder) for evaluation in evaluations]})
        return
    for evaluation in evaluations:
        click.echo(f"{evaluation.record.target.name}: {evaluation.explain()} {evaluation.folder}")
    click.echo("It goes on by itself; the same command without --detach follows it.")
