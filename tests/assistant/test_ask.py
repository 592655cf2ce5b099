import json
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig

from assistant.answer import Answer, Citation, Claim, Searched
from assistant.ask import Assistant
from assistant.asked import Asked
from assistant.errors import BadQuestion, Stopped
from assistant.settings import Settings
from assistant.turn import Turn
from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder


def test_an_answer_quotes_the_sentence_that_answers_and_says_where_it_stands(town: Assistant) -> None:
    answer = town.ask("Who built the old bridge?")
    sentence = "👩‍👩‍👧 The old bridge over the Elm was built by Clara Voss in 1903."
    kept = town.catalog.snapshot().kept[0]
    first = answer.claims[0]
    assert first.text.startswith(sentence)
    start = kept.article.text.index(sentence)
    name = kept.article.text.index("Clara Voss")
    assert first.citations == (
        Citation(
            1, "the-old-bridge", "The Old Bridge", "", first.text, start, start + len(first.text), kept.article.hash,
            "", (name, name + len("Clara Voss")),
        ),
    )  # fmt: skip
    assert first.state == "quoted"


def test_a_citation_names_its_section_and_address(town: Assistant) -> None:
    assert town.ask("What did the storm tear away?").citations[0].section == "Damage"
    assert town.ask("What does the weekly market sell?").citations[0].url == "https://example.org/market"


QUESTIONS = [
    "Who built the old bridge?", "How much did the bridge cost?", "when does the market open", "why new arches?",
    "What is sold at the market?", "Who won the cup in 1998?", "Why?", "👩‍👩‍👧?a", "x" * 2000, "Wer baute die?",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_is_exact(town: Assistant, question: str) -> None:
    answer = town.ask(question)
    texts = {kept.id: kept.article for kept in town.catalog.snapshot().kept}
    for citation in (*answer.citations, *answer.nearest):
        assert texts[citation.article].text[citation.start : citation.end] == citation.quote
        assert texts[citation.article].hash == citation.article_hash
    assert answer.found == bool(answer.claims)
    assert bool(answer.nearest) != answer.found


def test_claims_are_numbered_as_they_come_and_the_answer_holds_them_all(shipped: Assistant) -> None:
    searched, *claims, answer = shipped.stream("Why do Western countries let Baku get away with it for now?")
    assert searched == Searched("Why do Western countries let Baku get away with it for now?")
    assert isinstance(answer, Answer)
    assert tuple(claims) == answer.claims
    assert all(isinstance(claim, Claim) for claim in claims)
    assert [c.n for c in answer.citations] == list(range(1, len(claims) + 1))


def test_an_unanswered_question_says_how_much_was_read_and_what_is_nearest(town: Assistant) -> None:
    answer = town.ask("How do I reverse a list in Python?")
    assert (answer.claims, answer.found, answer.citations) == ((), False, ())
    assert len(answer.nearest) == 3
    assert answer.sentences_read == answer.sentences_held == 6
    assert answer.not_found == "I could not find this in the 2 articles. I read all 6 sentences; the nearest are:"


def test_only_the_articles_named_are_read(town: Assistant) -> None:
    answer = town.ask("Who built the old bridge?", articles=["the-market"])
    assert (answer.sentences_read, answer.articles_held) == (2, 1)
    assert {c.article for c in (*answer.citations, *answer.nearest)} == {"the-market"}


def test_an_unknown_article_is_named_with_those_there_are(town: Assistant) -> None:
    with pytest.raises(KeyError, match="No article with 'nope'. There is: the-old-bridge, the-market"):
        town.ask("Who?", articles=["nope"])


def test_a_follow_up_says_what_was_searched_for(town: Assistant) -> None:
    first = town.ask("Who built the old bridge?")
    answer = town.ask("And when?", [Turn.of(first)])
    assert answer.question == "And when?"
    assert answer.searched_for == "When was it that Clara Voss built the old bridge?"
    assert "1903" in answer.claims[0].text


def test_a_question_that_goes_on_is_read_from_where_the_last_answer_was(town: Assistant) -> None:
    first, missed = town.ask("Who built the old bridge?"), town.ask("How do I reverse a list in Python?")
    snapshot = town.catalog.snapshot()
    cited = first.citations[0]
    numbers = [n for n, s in enumerate(snapshot.kept[0].article.sentences) if cited.start <= s.start < cited.end]
    places = {("the-old-bridge", n) for n in numbers}
    told = Turn(first.question, first.question, True, f"As I said: {first.claims[0].text}")
    for earlier in ((Turn.of(first),), (Turn.of(first), Turn.of(missed)), (told,)):
        assert Asked("And when?", earlier, snapshot).after == places
        assert Asked("What does the weekly market sell on Sundays?", earlier, snapshot).after == set()
    assert Asked("And when?", (Turn.of(missed),), snapshot).after == set()


def test_where_an_article_has_changed_the_place_of_the_last_answer_is_found_by_its_words(town: Assistant) -> None:
    first = town.ask("Who built the old bridge?")
    snapshot = town.catalog.snapshot()
    bridge = snapshot.kept[0].article
    texts = ["Ann Lee opened a school. It closed soon.", *(bridge.text[b.start : b.end] for b in bridge.blocks)]
    moved = Article.of([Piece("paragraph", text) for text in texts])
    changed = replace(snapshot, kept=(replace(snapshot.kept[0], article=moved), *snapshot.kept[1:]))
    after = Asked("And when?", (Turn.of(first),), changed).after
    assert [moved[moved.sentences[number]] for _, number in after] == [first.citations[0].quote]


def test_of_a_large_library_the_place_where_the_talk_is_is_read_too(town: Assistant) -> None:
    narrow = Assistant(town.catalog, Settings(read_all_sentences=1, candidates=1, answerability_floor=0.0))
    first = narrow.ask("What does the weekly market sell?")
    assert {sentence.article for sentence in first.citations} == {"the-market"}
    there = narrow.ask("Who built the bridge?", [Turn.of(first)])
    assert (there.sentences_read, there.searched_for) == (4, "Who built the bridge?")
    assert narrow.ask("Who built the bridge?").sentences_read == 2


@pytest.mark.parametrize(
    ("question", "words"),
    [("", "empty"), (" \n\t", "empty"), ("?!", "empty"), ("\u200b", "empty"), ("a" * 2001, "2,001 characters")],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(town: Assistant, question: str, words: str) -> None:
    with pytest.raises(BadQuestion, match=words):
        town.ask(question)


def test_a_library_too_large_to_read_whole_is_read_where_search_points(town: Assistant) -> None:
    narrow = Assistant(town.catalog, Settings(read_all_sentences=1, candidates=1))
    answer = narrow.ask("What does the weekly market sell?")
    assert answer.sentences_read == 2
    assert answer.claims[0].text.startswith("The weekly market sells cheese, wool and honey.")
    lost = narrow.ask("How do I reverse a list in Python?")
    assert f"I read {lost.sentences_read} of 6 sentences" in lost.not_found


def test_the_floor_decides_what_is_found(town: Assistant) -> None:
    never = Assistant(town.catalog, Settings(answerability_floor=1.0))
    always = Assistant(town.catalog, Settings(answerability_floor=0.0))
    assert not never.ask("Who built the old bridge?").found
    assert always.ask("How do I reverse a list in Python?").found


def test_a_library_without_sentences_finds_nothing(tmp_path: Path, embedder: Embedder) -> None:
    from index.article import Article, Block

    catalog = Catalog(tmp_path, lambda: embedder, BUNDLED)
    catalog.add(Article("Only a heading", "Only a heading", (Block(0, 14, "heading", 1),), ()))
    answer = Assistant(catalog, Settings()).ask("What is it about?")
    assert (answer.found, answer.nearest, answer.sentences_read, answer.answerability) == (False, (), 0, 0.0)
    assert answer.not_found == "I could not find this in the article. I read all 0 sentences."
    catalog.close()


def test_an_answer_that_an_earlier_version_kept_can_still_be_read(shipped: Assistant) -> None:
    answer = shipped.ask("Who is Anton Evstratov?")
    kept = answer.as_json()
    del kept["stages"], kept["prompt_version"]
    again = Answer.from_json(kept)
    assert (again.claims, again.citations, again.stages) == (answer.claims, answer.citations, ())


def test_an_answer_as_json_has_the_members_that_doors_promise(town: Assistant) -> None:
    answer = town.ask("Who built the old bridge?")
    value = json.loads(json.dumps(answer.as_json()))
    assert list(value) == [
        "question", "searched_for", "found", "claims", "citations", "nearest", "answerability", "not_found",
            "sentences_read", "sentences_held", "articles_held",
        "answered_by", "model_failure", "prompt_version", "seconds", "stages",
    ]  # fmt: skip
    assert value["claims"] == [
        {"text": c.text, "state": "quoted", "citations": [c.citations[0].n], "reason": ""} for c in answer.claims
    ]
    assert list(value["citations"][0]) == [
        "n", "article", "title", "section", "quote", "start", "end", "article_hash", "url", "answer",
    ]  # fmt: skip
    assert 0 <= value["answerability"] <= 1


class Watcher(BaseCallbackHandler):
    """Writes down the names of the steps that begin."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **more: Any) -> None:
        self.steps.append(more.get("name") or "")

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **more: Any) -> None:
        self.steps.append(f"retriever: {query}")


class Soon(Event):
    """Set from the second look on."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 1


def test_reading_stops_between_two_batches(shipped: Assistant) -> None:
    with pytest.raises(Stopped):  # the first part comes when all is read
        next(shipped.stream("How do I bake bread?", stop=Soon()))


def test_tracing_sees_every_step_of_the_path(town: Assistant) -> None:
    watcher = Watcher()
    question = "Who built the old bridge?"
    asked = Asked(question, (), town.catalog.snapshot())
    list(town.chain.stream(asked, RunnableConfig(callbacks=[watcher])))
    wanted = ["answer", "standalone", "retrieve", f"retriever: {question}", "read", "write", "check"]
    assert [step for step in watcher.steps if step in wanted] == sorted(wanted, key=watcher.steps.index)
    assert set(wanted) <= set(watcher.steps)


def test_follow_ups_are_made_whole_beside_an_article_in_another_language(catalog: Catalog) -> None:
    german = "Die Mühle am Bach wurde vor langer Zeit von einem Müller aus dem Nachbardorf gebaut und steht noch heute."
    english = "The old bridge over the river was built by Clara Voss in 1903, and it still stands today."
    catalog.add(Article.of([Piece("paragraph", german)], title="Die Mühle"))
    catalog.add(Article.of([Piece("paragraph", english)], title="The Old Bridge"))
    assert catalog.snapshot().keywords.languages == ["de", "en"]
    town = Assistant(catalog, Settings())
    earlier = (Turn.of(town.ask("Who built the old bridge?")),)
    assert town.ask("When was it built?", earlier).searched_for == "When was the old bridge built?"
