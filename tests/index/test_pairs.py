from index.embedder import bundled_folder
from index.pairs import LONGEST_QUESTION, LONGEST_TEXT, Pairs

pairs = Pairs(bundled_folder())


def test_a_pair_is_question_context_and_text_with_a_mark_after_each() -> None:
    pair = pairs.pair("Who built it?", "The Bridge", "Clara Voss built it.")
    words = [pairs.tokenizer.id_to_token(token) for token in pair.ids]
    assert " ".join(words) == "[CLS] who built it ? [SEP] the bridge [SEP] clara voss built it . [SEP]"
    assert pair.types == [0] * 9 + [1] * 6
    assert words[pair.first] == "clara"


def test_offsets_count_code_points_of_the_text() -> None:
    text = "👩‍👩‍👧 Élodie wrote 40,000 words."
    pair = pairs.pair("Who?", "", text)
    found = [text[start:end] for start, end in pair.offsets]
    assert found[-6:] == ["wrote", "40", ",", "000", "words", "."]
    assert "".join(found[:-6]).endswith("Élodie")


def test_what_is_too_long_is_cut_at_its_end() -> None:
    pair = pairs.pair("why " * 500, "", "so " * 5000)
    assert pair.first == LONGEST_QUESTION + 3
    assert len(pair.offsets) == LONGEST_TEXT
    assert len(pair.ids) == len(pair.types) == pair.first + LONGEST_TEXT + 1
