"""The probes that a run is asked while it trains, as the monitor draws them."""

from pathlib import Path

from jessy_tui.training.events import EventReader, Probed, Resumed, Trained
from jessy_tui.ui.training.drawing import View, draw
from jessy_tui.ui.training.followed import Followed


def _probed(step: int, band: float, exact: float) -> Probed:
    return Probed(
        step=step,
        probes=24,
        well_formed=1.0,
        band=band,
        exact=exact,
        within_one=band,
        duration=1.0,
        seconds=float(step),
    )


def _followed(*events: Probed | Resumed | Trained) -> Followed:
    followed = Followed(EventReader(Path("nowhere")))
    followed.curves.take(events)
    followed.progress.take(events)
    return followed


def test_behaviour_is_drawn_in_percent_and_what_is_made_again_once() -> None:
    followed = _followed(
        _probed(0, 0.0, 0.0),
        _probed(10, 0.5, 0.25),
        _probed(20, 0.1, 0.1),
        Resumed(step=10, checkpoint=None),
        _probed(20, 0.75, 0.5),
    )
    drawing = draw([("first", followed)], View(figure="probes"))
    band, exact = drawing.lines
    assert [heights.tolist() for _, heights in band.pieces] == [[0, 50, 75]]
    assert [heights.tolist() for _, heights in exact.pieces] == [[0, 25, 50]]
    assert drawing.probed
    assert followed.progress.probed == _probed(20, 0.75, 0.5)


def test_the_figure_is_offered_only_where_probes_were_asked() -> None:
    memory = View(figure="memory")
    assert memory.next_figure(probed=True).figure == "probes"
    assert memory.next_figure().figure == "loss"
    assert View(figure="probes").next_figure(probed=True).figure == "loss"
    assert not draw([("first", _followed())], View()).probed
