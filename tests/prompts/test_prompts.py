from pathlib import Path

import pytest

import prompts
from prompts import BLANKS, BadPrompt, check, fill, version


def test_the_blanks_are_filled_and_nothing_in_them_is_read_as_a_blank() -> None:
    filled = fill("answer", sentences="[1] It cost $5 and $question.", question="How much?")
    assert "[1] It cost $5 and $question." in filled
    assert "Question: How much?" in filled


@pytest.mark.parametrize("blanks", [{}, {"sentences": ""}, {"sentences": "", "question": "", "more": ""}])
def test_a_blank_too_few_or_too_many_is_an_error(blanks: dict[str, str]) -> None:
    with pytest.raises(BadPrompt, match="exactly these blanks"):
        fill("answer", **blanks)


def test_a_file_in_a_folder_takes_the_place_of_ours_and_changes_the_version(tmp_path: Path) -> None:
    before = version(tmp_path)
    (tmp_path / "repair.md").write_text("Mend $failed.", encoding="utf-8")
    assert fill("repair", tmp_path, failed="this") == "Mend this."
    assert before == version() != version(tmp_path)


@pytest.mark.parametrize("content", [b"\xff", b"$ failed", b"no blank"])
def test_a_prompt_that_cannot_be_used_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "repair.md").write_bytes(content)
    with pytest.raises(BadPrompt, match="repair.md"):
        check(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    check(tmp_path)
    check(None)
    with pytest.raises(BadPrompt, match="There is no folder"):
        check(tmp_path / "nowhere")


def test_every_prompt_has_at_most_forty_lines() -> None:
    folder = Path(prompts.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.md")) == sorted(BLANKS)
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 40 for path in folder.glob("*.md"))
