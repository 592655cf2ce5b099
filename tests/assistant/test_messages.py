"""Answers as messages of LangChain."""

from typing import Any

from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.messages import as_message
from assistant.settings import Settings
from index.article import Article
from tests.assistant.scripted import Scripted


def blocks(answer: Answer) -> list[dict[str, Any]]:
    return [dict(block) for block in as_message(answer).content_blocks]


def test_a_claim_is_a_text_block_whose_citations_say_where_in_the_article_they_stand(town: Assistant) -> None:
    answer = town.ask("When does the weekly market open?")
    [block, *_] = blocks(answer)
    [cited] = block["annotations"]
    assert (block["type"], block["text"], block["extras"]) == ("text", answer.claims[0].text, {"state": "quoted"})
    assert (cited["type"], cited["title"], cited["url"]) == ("citation", "The Market", "https://example.org/market")
    place = cited["extras"]
    article: Article = town.catalog.article(place["article"])
    assert article.text[place["start"] : place["end"]] == cited["cited_text"] == answer.citations[0].quote
    assert (place["n"], place["article_hash"]) == (1, article.hash)


def test_an_unsupported_claim_cites_nothing_and_says_why(town: Assistant) -> None:
    text = "Clara Voss built it [1]. It cost 90,000 crowns [1]."
    written = Assistant(town.catalog, Settings(model="scripted"), Scripted(replies=[text, text]))
    *_, block = blocks(written.ask("Who built the old bridge?"))
    assert block["annotations"] == []
    assert block["extras"]["state"] == "unsupported"
    assert "90,000" in block["extras"]["reason"]


def test_what_is_not_found_is_said_without_a_citation(town: Assistant) -> None:
    answer = town.ask("How do I bake sourdough bread?")
    assert not answer.found
    [block] = blocks(answer)
    assert (block["text"], "annotations" in block) == (answer.not_found, False)
