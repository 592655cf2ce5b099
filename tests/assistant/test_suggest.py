"""Suggested questions, from real articles and from a scripted model."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.english import bare, inverted, lowered
from assistant.questions import candidates
from assistant.settings import Settings
from assistant.suggest import Suggestions
from index.article import Article, Piece
from index.catalog import Catalog
from tests.assistant.scripted import Scripted

TEXT = "The mayor opened it. Moscow puts up with Baku. Baku is far. They like towns and the roads."


def of(*texts: str, language: str = "en", title: str = "A title") -> Article:
    pieces = [Piece("heading", t[2:], 2) if t.startswith("# ") else Piece("paragraph", t) for t in texts]
    return Article.of([Piece("heading", title, 1), *pieces], title=title, language=language)


def questions(article: Article) -> list[str]:
    return [candidate.question for candidate in candidates("a", article)]


def test_the_shipped_article_suggests_questions_of_several_kinds_that_it_answers(shipped: Assistant) -> None:
    suggestions = Suggestions(shipped)
    found = suggestions.of()
    assert len(found) == len(set(found)) == 4
    assert len({question.split()[0] for question in found}) >= 2
    assert all(shipped.ask(question).found for question in found)
    assert suggestions.of() == found


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The road is closed, because a storm broke the bridge.", "Why is the road closed?"),
        ("She gives two reasons why Baku is proud of the road.", "Why is Baku proud of the road?"),
        ("The old mill was built by monks in May 1903.", "When was the old mill built?"),
        ("The museum opened in 1950.", "What happened in 1950?"),
        ("The new line will open in 2040.", "What will happen in 2040?"),
        ("The new bridge cost 5 million crowns.", "How much did the new bridge cost?"),
        ("The canal is a way from the mine to the sea.", "What is the canal?"),
        ("Clara Voss, who built the mill, lived in Altdorf.", "Who is Clara Voss?"),
    ],
)
def test_a_sentence_suggests_a_question_that_reads_naturally(text: str, question: str) -> None:
    assert question in questions(of(text))


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Why Moscow pays the bill", "Why does Moscow pay the bill?"),
        ("Roads: what Russia hopes to gain", "What does Russia hope to gain?"),
        ("Who pays?", "Who pays?"),
        ("Hostile moves and talks", "What does the article say about hostile moves and talks?"),
    ],
)
def test_a_heading_suggests_a_question(heading: str, question: str) -> None:
    assert question in questions(of(f"# {heading}", "Moscow waits. It pays now."))


@pytest.mark.parametrize(
    "text",
    [
        "It is closed, because a storm broke it.",
        "He gives two reasons why they are proud of it.",
        "They were built by monks in olden days.",
        "This is a way to the sea.",
        "However, the road is closed.",
    ],
)
def test_what_points_elsewhere_suggests_nothing(text: str) -> None:
    assert questions(of(text)) == []


def test_an_article_in_another_language_is_asked_about_its_headings_or_not_at_all() -> None:
    german = of("# Der Ofen", "Der Ofen steht im Hof.", language="de")
    assert questions(german) == ["Was sagt der Artikel über „Der Ofen“?"]
    assert questions(of("# 标题", "总统签署声明。", language="zh")) == []


@pytest.mark.parametrize(
    ("verb", "plain"),
    [("puts", "put"), ("carries", "carry"), ("passes", "pass"), ("goes", "go"), ("has", "have"), ("does", "do")],
)
def test_a_verb_is_made_plain(verb: str, plain: str) -> None:
    assert bare(verb) == plain


@pytest.mark.parametrize(
    ("clause", "asked"),
    [
        ("Moscow puts up with Baku", "does Moscow put up with Baku"),
        ("The mayor was late", "was the mayor late"),
        ("Moscow has the road", ""),
        ("the people who are there", ""),
        ("However it is late", ""),
        ("", ""),
    ],
)
def test_a_clause_is_inverted_only_where_its_verb_is_plain_to_see(clause: str, asked: str) -> None:
    assert inverted(clause, TEXT) == asked


def test_a_name_keeps_its_capital_within_a_sentence() -> None:
    assert [lowered(words, TEXT) for words in ("The road", "Baku today", "Towns now", "NATO")] == [
        "the road", "Baku today", "towns now", "NATO",
    ]  # fmt: skip


# --- with a model -----------------------------------------------------------------------------------------------------


def asked(town: Assistant, *replies: Any) -> list[str]:
    model = Scripted(replies=list(replies), prompts=[])
    return Suggestions(Assistant(town.catalog, Settings(model="openai:any"), model)).of(["the-old-bridge"], limit=3)


def test_a_models_questions_are_offered_where_the_articles_answer_them(town: Assistant) -> None:
    found = asked(town, "1. Who built the old bridge?\n- How do I bake bread?\n* What did the storm tear away?\nBye.")
    assert found[:2] == ["Who built the old bridge?", "What did the storm tear away?"]
    assert not {"How do I bake bread?", "Bye."} & set(found)


@pytest.mark.parametrize(
    "reply", [TimeoutError(), ValueError("x"), "", "??? \n" * 9, "A" * 5000 + "?", "No questions."]
)
def test_a_model_that_fails_leaves_the_articles_own_questions(town: Assistant, reply: Any) -> None:
    assert asked(town, reply) == Suggestions(town).of(["the-old-bridge"], limit=3) != []


def test_they_are_made_anew_when_the_library_changes_and_only_then(catalog: Catalog) -> None:
    suggestions = Suggestions(Assistant(catalog, Settings()))
    catalog.add(of("The old mill was built by monks in 1903."))
    with ThreadPoolExecutor(4) as pool:
        [first] = {tuple(made) for made in pool.map(lambda _: suggestions.of(), range(8))}
    assert first[0] == "When was the old mill built?"
    catalog.remove("a-title")
    catalog.add(of("The new bridge cost 5 million crowns.", title="A bridge"))
    assert suggestions.of() == ["How much did the new bridge cost?"]


def test_an_article_that_suggests_nothing_and_one_that_is_unknown(catalog: Catalog) -> None:
    suggestions = Suggestions(Assistant(catalog, Settings()))
    catalog.add(of("# 标题", "总统签署声明。", language="zh"))
    assert suggestions.of() == []
    with pytest.raises(KeyError, match="nope"):
        suggestions.of(["nope"])
