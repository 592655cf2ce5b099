"""Text on its way in and out: nothing of an article or a model acts in Slack, and every limit holds."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Citation, Claim
from assistant.ask import Assistant
from assistant.doors.slack_blocks import LONGEST_MESSAGE, LONGEST_TEXT, feedback, packed, pieces, sources
from assistant.doors.slack_text import JOINER, addresses, asked, inert, literal, mrkdwn, spoken
from tests.assistant.doors.fake_slack import message
from tests.assistant.doors.slack_world import World, play, words
from tests.assistant.scripted import Scripted

ACTS = re.compile(r"<[!@#a-zA-Z/]|@(?:here|channel|everyone)\b|https?://|mailto:")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@UBOT> Who built it?", "Who built it?"),
        ("Who built it, <@UBOT>?", "Who built it, ?"),
        ("What did <@U2|ann> say in <#C2|general>?", "What did @ann say in #general?"),
        ("Is <https://example.org/a|this page> right?", "Is this page right?"),
        ("Is <https://example.org/a> right?", "Is https://example.org/a right?"),
        ("<!here> <!subteam^S1|@team> a &lt; b &amp;amp; c", "@here @team a < b &amp; c"),
        ("<mailto:a@b.org|a@b.org> 1 < 2 > 0", "a@b.org 1 < 2 > 0"),
        ("two\n\nlines", "two lines"),
    ],
)
def test_a_question_is_read_as_it_was_typed(typed: str, read: str) -> None:
    assert asked(typed, "UBOT") == read


def test_the_addresses_of_a_message_are_found() -> None:
    assert addresses("read this <https://a.org/x?a=1&amp;b=2|a> <@U1> <http://b.org>") == [
        "https://a.org/x?a=1&b=2",
        "http://b.org",
    ]


HOSTILE = (
    "<!channel> <@U1> <#C1> <http://a.org|b> @here @everyone https://a.org/x.png ![x](https://a.org) <mailto:a@b.c>"
)


@given(st.text(alphabet=st.sampled_from("<>!@#:/&|hereHttps chanel`*_~[]()\\;lgt"), max_size=60) | st.just(HOSTILE))
def test_nothing_that_is_said_pings_or_unfurls(text: str) -> None:
    for made in (inert(text), literal(text), mrkdwn(text)):
        assert not ACTS.search(made)
    assert inert(text).replace(JOINER, "").replace("&amp;", "&") == text.replace("&amp;", "&")


def test_what_an_article_or_a_model_says_reaches_slack_inert(town: Assistant, tmp_path: Path) -> None:
    said = "<!channel> The bridge was built by Clara Voss, see [here](https://evil.example) and <@U1> [1]."
    world = World(town.catalog, tmp_path, Scripted(replies=[said, "-" * 3]))
    slack = play(world, lambda w: w.told(message("Who built the old bridge?")))
    sent = json.dumps([given for name, given in slack.calls if name.startswith("chat.")], ensure_ascii=False)
    assert not ACTS.search(sent)


def citation(quote: str, n: int = 1, title: str = "T", section: str = "") -> Citation:
    return Citation(n, "a", title, section, quote, 0, len(quote), "h", "")


def test_a_quoted_claim_shows_every_character_of_its_quote() -> None:
    quote = "He *said* `x_y` [sic] ~5 %~."
    claim = Claim(quote, "quoted", (citation(quote),))
    assert spoken(claim) == r"“He \*said\* \`x\_y\` \[sic\] \~5 %\~.” [1]" + "\n\n"
    assert words(sources([citation(quote)], "")) == f"*[1] T*\n“{quote}”"


def test_a_source_is_a_link_only_where_the_page_has_an_address() -> None:
    [linked] = sources([citation("Words.", title="A <b> & c", section="Part")], "https://page.example/")
    assert linked["elements"][0]["text"] == "*<https://page.example/#a=a&amp;c=0-6|[1] A &lt;b&gt; &amp; c › Part>*"
    assert "<http" not in words(sources([citation("Words.")], ""))


@given(st.lists(st.text(min_size=1, max_size=400), max_size=40), st.integers(0, 60), st.integers(1, 9_000))
def test_messages_hold_everything_within_the_limits(texts: list[str], count: int, size: int) -> None:
    whole = "\n\n".join(texts) * 20
    cut = pieces(whole, LONGEST_TEXT)
    assert "".join(cut) == whole
    blocks = [*sources([citation("w" * size, n, "t" * 500) for n in range(count)], ""), feedback("c", 1)]
    made = packed(cut, blocks)
    assert [block for one in made for block in one.blocks] == blocks
    assert "".join(one.markdown for one in made) == whole
    for one in made:
        assert len(one.all_blocks) <= 50
        size_of_it = len(one.markdown) + len(json.dumps(one.blocks, ensure_ascii=False))
        assert size_of_it <= LONGEST_MESSAGE
        for block in one.blocks:
            assert all(len(e.get("text", "")) <= 3_000 for e in block["elements"] if isinstance(e.get("text"), str))


def test_an_answer_longer_than_a_message_goes_on_in_the_next(town: Assistant, tmp_path: Path) -> None:
    line = "The old bridge over the Elm was built by Clara Voss in 1903 [1]. "
    world = World(town.catalog, tmp_path, Scripted(replies=[line * 400], chunk=4_000))
    slack = play(world, lambda w: w.told(message("Who built the old bridge?")))
    said = slack.thread("100.1")
    assert len(said) > 2
    assert sum(one["markdown"].count("Clara Voss") for one in said) == 400
    assert said[-1]["blocks"][-1]["type"] == "context_actions"
    assert not any(slack.statuses.values())
