"""Credit lines of the world's pictures, all invented, apart from their captions."""

import pytest

from pipeline.extract.credits import split_credit

CREDITS = {
    "en": [
        ("The quay. (AP Photo/Ada Bell)", "The quay.", "AP Photo/Ada Bell"),
        ("The quay. (AP Photo/Ada Bell, File)", "The quay.", "AP Photo/Ada Bell, File"),
        ("The quay. (Photo by Ada Bell/Getty Images)", "The quay.", "Ada Bell/Getty Images"),
        ("The quay. Ada Bell/Reuters", "The quay.", "Ada Bell/Reuters"),
        ("The quay. REUTERS/Ada Bell", "The quay.", "REUTERS/Ada Bell"),
        ("The quay on Monday. [Ada Bell/Example Media]", "The quay on Monday.", "Ada Bell/Example Media"),
        ("The quay | Photo: Ada Bell", "The quay", "Ada Bell"),
        ("The quay. Image: Ada Bell / dpa", "The quay.", "Ada Bell / dpa"),
        ("The quay. Photograph: Ada Bell/The Example", "The quay.", "Ada Bell/The Example"),
        ("The quay. Picture by Ada Bell", "The quay.", "Ada Bell"),
        ("The quay. Getty Images", "The quay.", "Getty Images"),
        ("The quay. Courtesy of Ada Bell", "The quay.", "Ada Bell"),
        ("The quay. Image credit: Ada Bell", "The quay.", "Ada Bell"),
        ("The quay. Source: Example Press", "The quay.", "Example Press"),
        ("The quay in Varden (left) and the pier.", "The quay in Varden (left) and the pier.", None),
        ("The photo shows the quay.", "The photo shows the quay.", None),
        ("Ships/boats at the quay", "Ships/boats at the quay", None),
        ("AP Photo/Ada Bell", None, "AP Photo/Ada Bell"),
        ("Getty Images", None, "Getty Images"),
        ("Ada Bell / Getty Images", None, "Ada Bell / Getty Images"),
    ],
    "de": [
        ("Der Kai. © dpa", "Der Kai.", "© dpa"),
        ("Der Kai. Bild: Ada Bell/dpa", "Der Kai.", "Ada Bell/dpa"),
        ("Der Kai. (Foto: Ada Bell/dpa)", "Der Kai.", "Ada Bell/dpa"),
        ("Der Kai. Quelle: dpa", "Der Kai.", "dpa"),
        ("Der Kai. | dpa", "Der Kai.", "dpa"),
        ("Der Kai. Bildrechte: Ada Bell", "Der Kai.", "Ada Bell"),
        ("Der Kai. Foto: picture alliance / dpa", "Der Kai.", "picture alliance / dpa"),
        ("Der Kai. Imago/Ada Bell", "Der Kai.", "Imago/Ada Bell"),
    ],
    "fr": [
        ("Le quai. © Ada Bell / AFP", "Le quai.", "© Ada Bell / AFP"),
        ("Le quai. Crédits : AFP", "Le quai.", "AFP"),
        ("Le quai. AFP/Ada Bell", "Le quai.", "AFP/Ada Bell"),
        ("Le quai. Ada Bell / AFP", "Le quai.", "Ada Bell / AFP"),
        ("Le quai. (Photo Ada Bell)", "Le quai.", "Ada Bell"),
    ],
    "es": [
        ("El muelle. Ada Bell / EFE", "El muelle.", "Ada Bell / EFE"),
        ("El muelle. EFE/Ada Bell", "El muelle.", "EFE/Ada Bell"),
        ("El muelle. Foto: EFE", "El muelle.", "EFE"),
        ("El muelle. Fotografía: Ada Bell", "El muelle.", "Ada Bell"),
        ("El muelle. Fuente: Ada Bell", "El muelle.", "Ada Bell"),
    ],
    "it": [
        ("Il molo (Foto Ansa)", "Il molo", "Ansa"),
        ("Il molo (ANSA/Ada Bell)", "Il molo", "ANSA/Ada Bell"),
        ("Il molo. Fotogramma", "Il molo. Fotogramma", None),
    ],
    "pt": [
        ("O cais — Foto: Ada Bell/g1", "O cais", "Ada Bell/g1"),
        ("O cais. Crédito: Ada Bell", "O cais.", "Ada Bell"),
        ("O cais. Imagem: Ada Bell", "O cais.", "Ada Bell"),
        ("O cais (Foto: Reprodução/Ada Bell)", "O cais", "Reprodução/Ada Bell"),
    ],
    "sv, no, fi": [
        ("Kajen. Foto: Ada Bell/TT", "Kajen.", "Ada Bell/TT"),
        ("Kaien. Foto: Ada Bell / NTB", "Kaien.", "Ada Bell / NTB"),
        ("Laituri. Kuva: Ada Bell", "Laituri.", "Ada Bell"),
        ("Kajen. Bild: TT", "Kajen.", "TT"),
    ],
    "nl": [
        ("De kade. © ANP", "De kade.", "© ANP"),
        ("De kade. Beeld: Ada Bell", "De kade.", "Ada Bell"),
        ("De kade. Beeld Ada Bell", "De kade. Beeld Ada Bell", None),
    ],
    "pl": [
        ("Nabrzeże. Fot. PAP", "Nabrzeże.", "PAP"),
        ("Nabrzeże / fot. Ada Bell / PAP", "Nabrzeże", "Ada Bell / PAP"),
        ("Nabrzeże. Źródło: PAP", "Nabrzeże.", "PAP"),
    ],
    "ru": [
        ("Причал. Фото: Ада Белл / ТАСС", "Причал.", "Ада Белл / ТАСС"),
        ("Причал © РИА Новости / Ада Белл", "Причал", "© РИА Новости / Ада Белл"),
        ("© AP Photo / Ada Bell", None, "© AP Photo / Ada Bell"),
    ],
    "tr": [("Rıhtım. Fotoğraf: AA", "Rıhtım.", "AA"), ("Rıhtım. (AA)", "Rıhtım.", "AA")],
    "zh": [
        ("码头。图片来源：新华社", "码头。", "新华社"),
        ("码头。（新华社记者 张三 摄）", "码头。", "新华社记者 张三 摄"),
        ("码头。图/路透社", "码头。", "路透社"),
        ("码头。张三 摄", "码头。", "张三 摄"),
    ],
    "ja": [
        ("岸壁（写真：共同通信）", "岸壁", "共同通信"),
        ("岸壁＝共同", "岸壁＝共同", None),
        ("岸壁。写真＝山田太郎", "岸壁。", "山田太郎"),
    ],
    "ko": [
        ("부두 [사진=연합뉴스]", "부두", "연합뉴스"),
        ("부두 /사진=홍길동 기자", "부두", "홍길동 기자"),
        ("부두. 연합뉴스", "부두.", "연합뉴스"),
    ],
    "id": [
        ("Dermaga. (Foto: Antara/Ada Bell)", "Dermaga.", "Antara/Ada Bell"),
        ("Dermaga. ANTARA FOTO/Ada Bell", "Dermaga.", "ANTARA FOTO/Ada Bell"),
    ],
    "ar": [("الرصيف. (رويترز)", "الرصيف.", "رويترز")],
}


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [case for cases in CREDITS.values() for case in cases],
    ids=[f"{language}{number}" for language, cases in CREDITS.items() for number in range(len(cases))],
)
def test_credits_apart_from_captions(text, caption, credit):
    assert split_credit(text) == (caption, credit)
