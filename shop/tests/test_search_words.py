"""What a visitor may type of a product's text, and what is cut from both."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shop import search_index
from shop.search_words import LONGEST_BEGINNING, MOST_OF_A_WORD, beginnings, indexed, opened, wanted
from shop.tests.factories import VariantFactory
from shop.tests.reading import names

TEXTS = st.text(min_size=1, max_size=30)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20), min_size=1, max_size=12)
WORD = st.text("abcdefgh0123", min_size=1, max_size=LONGEST_BEGINNING)


def matches(term: str, text: str) -> bool:
    """Whether the name ``text`` has all that ``term`` asks for."""
    words = indexed([text])
    return any(asked and opened(asked) <= words | beginnings(words) for asked in wanted(term))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("茶", {"茶"}),
        ("茶壶", {"茶", "壶", "茶壶"}),
        ("紫砂壶", {"紫", "砂", "壶", "紫砂", "砂壶"}),
        ("茶2024壶", {"茶", "2024", "壶"}),
        ("急須セット", {"急", "須", "セ", "ッ", "ト", "急須", "須セ", "セッ", "ット"}),
        ("コーヒー・カップ", {"コ", "ー", "ヒ", "カ", "ッ", "プ", "コー", "ーヒ", "ヒー", "カッ", "ップ"}),
        ("々〆", {"々", "〆"}),
        ("𠮷野", {"𠮷", "野", "𠮷野"}),
        ("WARE-001", {"ware", "001", "ware001"}),
        ("Pu'er tea, ripe", {"pu", "er", "puer", "tea", "ripe"}),
        ("Lǜchá CAFÉ Straße", {"lucha", "cafe", "strasse"}),
        ("ｶﾞﾗｽ", {"ガ", "ラ", "ス", "ガラ", "ラス"}),
        ("찻잔 세트", {"찻잔", "세트"}),
        ("a_b", {"a", "b", "ab"}),
        ("x" * 200, {"x" * MOST_OF_A_WORD}),
        ("!? … 😀", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_words(text: str, words: set[str]) -> None:
    assert indexed([text]) == words


def test_pairs_do_not_reach_from_one_text_into_the_next() -> None:
    assert "茶壶" not in indexed(["茶", "壶"])
    assert "ab" not in indexed(["a", "b"])


@pytest.mark.parametrize(
    ("term", "whole", "parts"),
    [
        ("茶", {"茶"}, {"茶"}),
        ("紫砂壶", {"紫砂", "砂壶"}, {"紫砂", "砂壶"}),
        ("ware-001", {"ware001"}, {"ware", "001"}),
        ("ware-001 茶壶", {"ware001", "茶壶"}, {"ware", "001", "茶壶"}),
        ("2024茶", {"2024", "茶"}, {"2024", "茶"}),
        ("-", set(), set()),
    ],
)
def test_a_term_asks_for_pairs_and_words(term: str, whole: set[str], parts: set[str]) -> None:
    assert wanted(term) == (whole, parts)


def test_only_latin_words_have_beginnings() -> None:
    assert beginnings({"cup", "茶壶", "x"}) == {"cu·", "cup·"}
    assert opened({"cup", "茶壶", "x", "y" * 40}) == {"cup·", "茶壶", "x", "y" * 40}


@given(HAN, st.data())
def test_any_piece_of_a_chinese_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert matches(name[start:end], name)


@given(st.lists(WORD, min_size=1, max_size=5), st.data())
def test_any_words_of_a_name_find_it_by_their_beginnings(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    beginning = word[: data.draw(st.integers(min(2, len(word)), len(word)))]
    assert matches(beginning, " ".join(words))


@given(TEXTS)
def test_any_text_finds_itself(text: str) -> None:
    assert matches(text, text) == bool(indexed([text]))


@given(TEXTS)
def test_no_text_makes_a_word_that_a_database_would_split(text: str) -> None:
    for word in indexed([text]):
        assert word.isalnum() or not word.isascii()
        assert word.split() == [word]
        assert not set(word) & set("'\"\\·*:&|!() \0")


@given(HAN, HAN)
def test_a_name_without_a_pair_of_the_term_is_not_found(name: str, term: str) -> None:
    pairs = {term[at : at + 2] for at in range(len(term) - 1)} or {term}
    assert matches(term, name) == all(pair in name for pair in pairs)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "term", ["紫砂", "砂壶", "西施", "朱泥紫砂", "yixing", "YIX", "zisha hu", "しでい", "Ｚｉｓｈａ"]
)
def test_a_name_in_three_languages_is_found_by_each(shopper: Client, term: str) -> None:
    VariantFactory(
        product__name="朱泥紫砂壶·西施", product__name_en="Yixing zǐshā hú", product__name_ja="朱泥（しでい）急須"
    )
    search_index.mend()
    assert names(shopper.get("/en/s/", {"q": term})) == ["Yixing zǐshā hú"]
