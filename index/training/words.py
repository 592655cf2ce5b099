"""Words that are no names: `python -m index.training.words FILE.jsonl… WORDS.txt`.

Writes the stems of the English words that stand inside sentences of the articles (index/training/questions.py) or
statements (index/training/statements.py) in small letters, and hardly ever with a capital. assistant/ordinary.txt was
made of articles.jsonl, calibration.jsonl and claims.jsonl.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from index.keywords import terms
from index.training.questions import rows

# A word behind another one; what follows a mark may begin a sentence, and a part of a name tells nothing.
INSIDE = re.compile(r"(?<=[a-z0-9,] )[A-Za-z]+\b(?!['’-]?[A-Z])")
NAMES = """
    abbey adam alma amazon amber angel appl archer art ash august autumn avon baker bank barber barn basil
    bath bay beech bell berri bill bird bishop black blue boot bowl brook brown buck bull burn bush butler butter
    cane cap carp carter carver cash castl chad chanc chase chess chili china clark clay cliff coal cobb
    cole cook cooper coral cork cotton cox crane cross crown daisi dale dawn day dean dell dick dover drake
    drew duke earl east eden elder emerald faith farmer fern field finch fisher flint flower ford forest
    fort fox frank frost gap garden gate gene georgia ginger glass glen gold grace grant gray green grey grove
    gull gun guy hale hall ham harp hart hawk hay hazel heath heather hero hill holli home hood hook hope
    hull hunt hunter iran iris iron isl island ivi jack jade jasmin jersey jet john jordan joy judg june
    juniper kerri king kirk knight lake lamb lane laurel law leaf lee lili lincoln lion lock long love luck
    major mali march marin mark marsh mason may meadow media melodi mercuri meta milk mill miller mint mobil
    moon moor moss nasa nevada nice nick noah noble north oak olive oracl orang page palm pari park parker
    parson pat patienc pearl penni pepper peter pike piper plato polish pool pope porter post potter pound
    powel price prince queen ray reader reed reef rice rich ridg river rob robin rock rod roman rose rowan
    ruby rugbi rush sage sale sand sandi save saxon scot sea senat shaw shell shepherd silver skip sky smart
    smith snow south spain speaker spencer star steel stella stone storm stream street sue summer sun swan
    swift tailor target taylor tesla thatcher time tom tower town trent troy turkey turner tyler union van
    venus vera verg victor victori viola violet visa wade walker wall ward washington water watt wave weaver
    web well wells west wheat white will wolf wood woodi wren wright yard york zara
"""  # stems of words that are names too
RARELY = 0.1  # of its occurrences at most have a capital


def main(
    articles: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument()],
) -> None:
    small, large = Counter[str](), Counter[str]()
    texts = (row.get("context") or row["claim"] for file in articles for row in rows(file))
    for word in (found for text in texts for found in INSIDE.findall(text)):
        (small if word.islower() else large).update(terms(word, "en"))
    names = set(NAMES.split())
    stems = sorted(stem for stem, count in small.items() if stem not in names and large[stem] <= RARELY * count)
    target.write_text("\n".join(stems) + "\n", encoding="utf-8")
    Console().print(f"{target}: {len(stems):,} stems")


if __name__ == "__main__":
    typer.run(main)
