from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.languages import OTHER, TITLES, language_of, languages_of, shares

SENTENCES = {
    "zh-Hans": ("这家酒店的服务很好，房间也很干净，就是早餐一般。", "物流很慢，等了一个星期才送到。"),
    "zh-Hant": ("這家酒店的服務很好，房間也很乾淨，就是早餐普通。", "書已經收到了，包裝沒有破損。"),
    "ja": ("部屋はとても清潔で、スタッフの対応も良かったです。", "駅から近くて便利だが、朝食は普通だった。"),
    "ko": ("방이 깨끗하고 직원들도 친절했습니다.", "배송이 너무 늦어서 실망했어요."),
    "en": ("The room was clean and the staff were friendly.", "I would not buy this again, it broke after two days."),
    "de": ("Das Zimmer war sauber und das Personal freundlich.", "Leider ist die Lieferung nicht angekommen."),
    "fr": ("La chambre était propre et le personnel très aimable.", "Je n'ai pas reçu ma commande, c'est dommage."),
    "es": ("La habitación estaba limpia y el personal fue muy amable.", "No volvería a comprar este producto, se rompió enseguida."),
    "pt": ("O quarto estava limpo e os funcionários foram muito simpáticos.", "Não recebi a minha encomenda e ninguém responde."),
    "it": ("La camera era pulita e il personale molto gentile.", "Non ho ancora ricevuto il pacco che avevo ordinato."),
    "nl": ("De kamer was schoon en het personeel was erg vriendelijk.", "Ik heb mijn bestelling nog niet ontvangen."),
    "pl": ("Pokój był czysty, a obsługa bardzo miła.", "Nie polecam, bo paczka nie dotarła na czas."),
    "sv": ("Rummet var rent och personalen var mycket trevlig.", "Jag har inte fått min beställning än."),
    "tr": ("Oda çok temizdi ve personel çok güler yüzlüydü.", "Siparişim hâlâ gelmedi, bir daha almam."),
    "id": ("Kamarnya bersih dan stafnya sangat ramah.", "Barang yang saya pesan belum sampai juga."),
    "vi": ("Phòng rất sạch sẽ và nhân viên thân thiện.", "Tôi không hài lòng với dịch vụ này."),
    "ru": ("Номер был чистый, и персонал очень приветливый.", "Заказ так и не пришёл, больше не куплю."),
    "uk": ("Номер був чистий, і персонал дуже привітний.", "Замовлення ще не прийшло, я чекаю тиждень."),
    "ar": ("كانت الغرفة نظيفة والموظفون في غاية اللطف.", "لم يصل الطلب حتى الآن وهذا غير مقبول."),
    "fa": ("اتاق تمیز بود و کارکنان هتل خیلی مهربان بودند.", "بسته‌ای که سفارش دادم هنوز نرسیده است."),
    "ur": ("کمرہ بہت صاف تھا اور عملہ بھی اچھا تھا۔", "میرا سامان ابھی تک نہیں پہنچا۔"),
    "hi": ("कमरा साफ था और कर्मचारी बहुत अच्छे थे।", "मेरा सामान अभी तक नहीं आया है।"),
    "mr": ("खोली स्वच्छ होती आणि कर्मचारी चांगले होते.", "मला माझी वस्तू अजून मिळाली नाही."),
    "th": ("ห้องสะอาดและพนักงานสุภาพมาก", "สินค้ายังไม่มาถึงเลย"),
}
CASES = [(language, sentence) for language, sentences in SENTENCES.items() for sentence in sentences]


def test_every_language_with_a_title_is_tested() -> None:
    assert set(SENTENCES) | {OTHER} == set(TITLES)


@pytest.mark.parametrize(("language", "sentence"), CASES)
def test_a_sentence_is_recognised(language: str, sentence: str) -> None:
    assert language_of(sentence) == language
    assert language_of(sentence.upper()) == language


@pytest.mark.parametrize("text", ("", "   ", "12345 67,8", "😀👍", "xqzt", "Samsung HDMI", "https://example.com", "Καλημέρα σας", "Python 3.11", "NaN"))
def test_what_is_unsure_is_other(text: str) -> None:
    assert language_of(text) == OTHER


def test_a_chinese_text_full_of_product_names_is_chinese() -> None:
    assert language_of("AMD双核CPU，250G硬盘，还带摄像头") == "zh-Hans"


def test_a_chinese_text_that_is_written_the_same_both_ways_goes_with_the_others() -> None:
    same = "很好，不错"
    assert languages_of(pl.Series([same, *SENTENCES["zh-Hant"], SENTENCES["zh-Hans"][0]]))[0] == "zh-Hant"
    assert languages_of(pl.Series([same, *SENTENCES["zh-Hans"], SENTENCES["zh-Hant"][0]]))[0] == "zh-Hans"
    assert language_of(same) == "zh-Hans"


def test_many_texts_at_once_are_judged_like_each_alone() -> None:
    assert languages_of(pl.Series([sentence for _, sentence in CASES])) == [language for language, _ in CASES]


def test_shares_name_the_most_frequent_first_and_other_last() -> None:
    found = languages_of(pl.Series(["", None, "?", *SENTENCES["fr"], SENTENCES["ko"][0]]))
    assert shares(found) == (("fr", 2 / 6), ("ko", 1 / 6), (OTHER, 3 / 6))
    assert shares([]) == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=8))
def test_any_texts_have_a_language(texts: list[str | None]) -> None:
    found = languages_of(pl.Series(texts, dtype=pl.String))
    assert len(found) == len(texts)
    assert set(found) <= set(TITLES)
