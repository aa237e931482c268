"""What a killed driver leaves behind is removed by the next."""

from pathlib import Path

from jessy_tui.training.resuming import clear_up


def test_half_written_files_go_and_what_is_whole_stays(tmp_path: Path) -> None:
    for name in (".run.json.v6_f5oir", ".recipe.yaml.abc", "run.json", ".lock"):
        (tmp_path / name).write_text("{}")
    half = tmp_path / ".final.xyz"
    half.mkdir()
    (half / "adapters.safetensors").write_bytes(b"")
    clear_up(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", ".recipe.yaml.abc", ".lock"}
