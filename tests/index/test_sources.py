import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import BadSource
from index.fetch import Fetched
from index.sources import from_page, sources

WORDS = "The bridge was built in 1902. Boats pass under it."


def test_a_file_is_one_source_that_gives_its_article(tmp_path: Path) -> None:
    path = tmp_path / "old-bridge.txt"
    path.write_text(WORDS, encoding="utf-8")
    [source] = sources(str(path))
    article = source.read()
    assert (source.name, article.text, article.title) == (str(path), WORDS, "Old bridge")
    assert article.source == str(path.resolve())
    assert next(sources(str(path), "Another title")).read().title == "Another title"


def test_a_folder_is_its_files_by_name_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "deep/c.html", ".hidden.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(WORDS, encoding="utf-8")
    names = [str(Path(source.name).relative_to(tmp_path)) for source in sources(str(tmp_path))]
    assert names == ["a.txt", "b.md", "deep/c.html"]


@pytest.mark.parametrize("name", ["-x.txt", "--help", "a b.txt", "é[bold].txt", "new\nline", "with 🌉", "~$draft.txt"])
def test_a_name_is_only_a_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(WORDS, encoding="utf-8")
    assert next(sources(name)).read().text == WORDS


def test_what_is_not_there_is_said_by_name(tmp_path: Path) -> None:
    for name in ("nope.txt", "~nobody", "", "x" * 5000, "a\0b"):
        with pytest.raises(BadSource, match=f"^There is no file or folder {re.escape(repr(name))}. Check the name.$"):
            list(sources(name))
    with pytest.raises(BadSource, match=r"holds no file\. Name another\.$"):
        list(sources(str(tmp_path)))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_text(WORDS, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(BadSource, match=r"^closed\.txt cannot be read: Permission denied\.$"):
        next(sources(str(path))).read()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root enters every folder")
@pytest.mark.parametrize("mode", [0o000, 0o400], ids=["closed", "listed but not entered"])
def test_a_folder_that_may_not_be_entered_keeps_none_of_the_others_out(tmp_path: Path, mode: int) -> None:
    for name in ("a.txt", "closed/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(WORDS, encoding="utf-8")
    (tmp_path / "closed").chmod(mode)
    names = [source.name for source in sources(str(tmp_path))]
    (tmp_path / "closed").chmod(0o700)
    assert names == [str(tmp_path / "a.txt")]


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://localhost:8080/x", "ftp://example.org/a", "http://["])
def test_an_address_that_is_not_of_the_public_web_is_refused(address: str) -> None:
    with pytest.raises(BadSource, match="is not a public web address"):
        next(sources(address)).read()


def test_a_page_is_read_in_the_encoding_that_came_with_it() -> None:
    words = "Rada miasta Łódź podjęła uchwałę."
    page = Fetched(f"<body><p>{words}</p></body>".encode("iso-8859-2"), "https://x.y/", "text/html; charset=iso-8859-2")
    article = from_page(page)
    assert (article.text, article.url) == (words, "https://x.y/")


def test_standard_input_is_read_to_its_end() -> None:
    script = "from index.sources import sources; print(next(sources('-', 'T')).read())"
    done = subprocess.run([sys.executable, "-c", script], input=WORDS, capture_output=True, text=True, check=True)
    assert f"Article(title='T', text='{WORDS}'" in done.stdout
