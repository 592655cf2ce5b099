"""What a person can name on the way in, as real files with every kind of name."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.errors import BadSource
from index.sources import sources

ROOT = Path(__file__).parents[2]
TEXT = "The bridge was built in 1902."
ODD_NAMES = ["-rf", "--help", "two words.txt", "новость.txt", "q?a#b&c.txt", "%41.txt", "line\nbreak.txt", "'\"`$HOME`",
             "[1].txt", "*.txt", "~draft.txt", "~$draft.txt", "a" * 250]  # fmt: skip


def test_a_file_is_one_source_with_its_whole_path_as_the_articles(tmp_path: Path) -> None:
    file = tmp_path / "bridge.txt"
    file.write_text(TEXT)
    [source] = sources(str(file))
    article = source.read()
    assert (source.name, article.text, article.source, article.url) == (str(file), TEXT, str(file), "")


def test_the_same_file_named_in_two_ways_is_the_same_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "bridge.txt").write_text(TEXT)
    (tmp_path / "link.txt").symlink_to("bridge.txt")
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv("HOME", str(tmp_path))
    named = ["../bridge.txt", str(tmp_path / "bridge.txt"), "~/bridge.txt", "../link.txt", "./../below/../bridge.txt"]
    assert {source.read().source for name in named for source in sources(name)} == {str(tmp_path / "bridge.txt")}


def test_a_title_that_is_given_is_the_articles(tmp_path: Path) -> None:
    (tmp_path / "bridge.md").write_text(f"# Its own title\n\n{TEXT}\n\n## More\n\n{TEXT}")
    assert [source.read().title for source in sources(str(tmp_path), "A title")] == ["A title"]


def test_a_folder_is_a_source_for_each_file_in_it_by_name_and_none_for_the_hidden_ones(tmp_path: Path) -> None:
    files = {
        "b.md": f"# The heading\n\n{TEXT}\n\n## Another\n\n{TEXT}",
        "a.txt": f"{TEXT} It is old.",
        "c/d.html": f"<!doctype html><title>Page</title><body><article><h1>Page</h1><p>{TEXT}</p></article>",
        "c/.hidden.txt": "No.",
        ".git/config.txt": "No.",
        ".hidden": "No.",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "empty").mkdir()
    found = list(sources(str(tmp_path)))
    assert [source.name for source in found] == [str(tmp_path / name) for name in ("a.txt", "b.md", "c/d.html")]
    assert [TEXT in source.read().text for source in found] == [True, True, True]


def test_a_folder_whose_own_name_is_hidden_is_read_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / ".notes").mkdir()
    (tmp_path / ".notes" / "a.txt").write_text(TEXT)
    assert [source.read().text for source in sources(str(tmp_path / ".notes"))] == [TEXT]


def test_files_are_read_one_by_one_so_that_a_bad_one_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text(TEXT)
    empty, sound = sources(str(tmp_path))
    with pytest.raises(BadSource, match="The file is empty"):
        empty.read()
    assert sound.read().text == TEXT


@pytest.mark.parametrize("files", [[], [".hidden"]])
def test_a_folder_without_files_is_refused(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_text(TEXT)
    with pytest.raises(BadSource) as refused:
        list(sources(str(tmp_path)))
    assert str(refused.value) == f"The folder {str(tmp_path)!r} holds no file. Name another."


@pytest.mark.parametrize(
    "name",
    ["missing", "missing/below", "a\0b", "x" * 300, "~no-such-person/x", "", " "],
    ids=["missing", "in a missing folder", "a zero byte", "too long a name", "nobody's home", "nothing", "a space"],
)
def test_what_is_not_there_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSource) as refused:
        list(sources(name))
    assert str(refused.value) == f"There is no file or folder {name!r}. Check the name."


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_a_file_is_read_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    [source] = sources(name)
    article = source.read()
    assert (source.name, article.text, article.source) == (name, TEXT, str(tmp_path / name))


def test_an_article_from_a_file_whose_name_is_not_utf_8_can_be_kept(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")  # as old archives unpack them
    (tmp_path / name).write_text(TEXT)
    [source] = sources(str(tmp_path / name))
    article = source.read()
    assert article.text == TEXT
    assert article.source.encode()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_must_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT)
    (tmp_path / "secret.txt").chmod(0)
    [source] = sources(str(tmp_path / "secret.txt"))
    with pytest.raises(BadSource, match=r"^secret\.txt cannot be read: Permission denied\.$"):
        source.read()


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that Linux refuses to read")
def test_a_file_that_the_system_cannot_read_is_refused() -> None:
    [source] = sources("/proc/self/mem")
    with pytest.raises(BadSource, match=r"^mem cannot be read: Input/output error\.$"):
        source.read()


def test_a_file_that_went_away_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    [source] = sources(str(tmp_path / "a.txt"))
    (tmp_path / "a.txt").unlink()
    with pytest.raises(BadSource, match=r"^a\.txt cannot be read: No such file or directory\.$"):
        source.read()


def test_a_pipe_that_has_a_name_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(TEXT))
    writer.start()
    [source] = sources(str(pipe))
    assert source.read().text == TEXT
    writer.join()


def from_standard_input(data: bytes) -> str:
    code = (
        "from index.sources import sources\nfrom index.errors import BadSource\n[source] = sources('-', 'A title')\n"
        "try:\n    article = source.read()\n    print([source.name, article.title, article.text, article.source])\n"
        "except BadSource as error:\n    print(error)"
    )
    return subprocess.run(
        [sys.executable, "-c", code], input=data, cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout.decode()


def test_standard_input_is_a_source_without_a_place() -> None:
    assert from_standard_input(f"{TEXT}\r\n".encode("utf-16")) == f"{['standard input', 'A title', TEXT, '']}\n"


def test_an_empty_standard_input_is_refused() -> None:
    assert from_standard_input(b"").startswith("The file is empty;")


@pytest.mark.parametrize("address", ["ftp://example.org/a.txt", "file:///etc/passwd", "http://127.0.0.1:9/a"])
def test_an_address_is_one_source_and_a_forbidden_one_is_refused_when_it_is_read(address: str) -> None:
    [source] = sources(address)
    assert source.name == address
    with pytest.raises(BadSource):
        source.read()
