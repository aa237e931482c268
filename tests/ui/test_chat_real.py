"""The Chat tab with keys alone, on the real MLX: cancel, ask again, a second turn, an example."""

from jessy_tui.app import JessyApp
from jessy_tui.bases.catalogue import fingerprint_of
from jessy_tui.chats.session import Session
from jessy_tui.ui.examples.category_picker import CategoryPicker
from jessy_tui.workspace import Workspace
from tests.inference import models
from tests.ui.driving import opened, press, shown, type_text, until
from tests.ui.talking import answered, to_chat, with_run


async def test_ask_cancel_second_turn_and_accept(workspace: Workspace) -> None:
    base = with_run(workspace).bases / "chain"
    endless = models.write_run(
        workspace.runs / "endless", fingerprint_of(base), base=base, created=9.0
    )
    models.full_adapter(endless / "final", models.ENDLESS)
    # Long enough that it never ends by itself before it is cancelled, however quick the machine.
    (workspace.root / "jessy.toml").write_text("[chat]\nmax_tokens = 30000\n")
    async with opened(workspace) as pilot:
        screen = await to_chat(pilot)
        assert "endless@final" in str(screen.transcript.border_title)
        await press(pilot, "f6")
        await until(pilot, lambda: "bir iki" in shown(pilot))
        await press(pilot, "escape")
        await answered(pilot)
        await until(pilot, lambda: screen.prompt.text == "sana bisi sorucam")
        await press(pilot, "escape", "g")
        await until(pilot, lambda: "Pass 1 was cancelled." in shown(pilot))

        await press(pilot, "ctrl+o", "j", "enter")
        await until(pilot, lambda: "first@final" in str(screen.transcript.border_title))
        await press(pilot, "enter")
        await answered(pilot)
        assert "LOW 1  ●○○○○○○○○ 1 pass" in shown(pilot)
        await type_text(pilot, "yani")
        await press(pilot, "enter")
        await answered(pilot)
        kept = Session.read(screen.session.path)
        assert [turn.reply.answer for turn in kept.turns[1:]] == ["Sor kanka, dinliyorum."] * 2

        await press(pilot, "escape", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, CategoryPicker))
        await type_text(pilot, "greeting")
        await press(pilot, "enter")
        await until(pilot, lambda: "✓ accepted" in shown(pilot))
        assert isinstance(pilot.app, JessyApp)
        store = pilot.app.store
        assert store is not None
        assert [turn.text for turn in store[len(store) - 1].example.turns] == [
            "sana bisi sorucam",
            "Sor kanka, dinliyorum.",
            "yani",
            "Sor kanka, dinliyorum.",
        ]
