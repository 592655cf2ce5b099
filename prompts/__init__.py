"""The words sent to a chat model: one file a prompt, with blanks written as $name."""

import hashlib
from collections.abc import Set
from importlib.resources import files
from pathlib import Path
from string import Template

BLANKS = {  # of each prompt
    "answer": {"sentences", "question"},
    "repair": {"failed"},
    "standalone": {"history", "question"},
    "suggest": {"sentences", "count"},
}


class BadPrompt(ValueError):
    """A prompt cannot be read or has other blanks than it should; whoever wrote it must change it."""


def fill(name: str, folder: Path | None = None, **blanks: str) -> str:
    """The prompt `name` with its blanks filled; one in `folder` takes the place of ours.

    Raises BadPrompt when the prompt has a blank that is not given, or lacks one that is.
    """
    return _template(name, folder, blanks.keys()).substitute(blanks)


def check(folder: Path | None) -> None:
    """Raise BadPrompt when a prompt cannot be used."""
    for name, blanks in BLANKS.items():
        _template(name, folder, blanks)


def _template(name: str, folder: Path | None, blanks: Set[str]) -> Template:
    template = Template(text(name, folder))
    if not template.is_valid():
        raise BadPrompt(f"The prompt {name}.md has a $ that begins no blank. Write $$ for a dollar sign.")
    wanted = set(template.get_identifiers())
    if wanted != blanks:
        wrong = ", ".join(f"${blank}" for blank in sorted(wanted ^ blanks))
        needed = ", ".join(f"${blank}" for blank in sorted(blanks))
        raise BadPrompt(f"The prompt {name}.md must have exactly these blanks: {needed}. Look at {wrong}.")
    return template


def text(name: str, folder: Path | None = None) -> str:
    """The prompt as it is written."""
    if folder and not folder.is_dir():
        raise BadPrompt(f"There is no folder {folder} of prompts. Check ASSISTANT_PROMPTS_DIR.")
    own = folder / f"{name}.md" if folder else None
    try:
        if own and own.exists():
            return own.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPrompt(f"The prompt {own} cannot be read: {error}.") from error
    return files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")


def version(folder: Path | None = None) -> str:
    """Twelve digits that change with any word of any prompt (SHA-256 of all)."""
    return hashlib.sha256("\0".join(text(name, folder) for name in BLANKS).encode()).hexdigest()[:12]
