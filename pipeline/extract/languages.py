"""The language of a text by its script and its commonest words.

Detection is asked only where neither page nor feed states a language. A trained model takes 75 to 105 MB
and over a second to load for that; of a news text of some sentences the commonest function words
settle it, and a text that they do not settle is better left open than guessed.
"""

from __future__ import annotations

import re
from collections import Counter

_SHORTEST = 60
_SAMPLE = 4000
_LEAST_SHARE = 0.06
"""Of all words of a text, so many must be function words of its language."""
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u097f]){2,}")
"""One letter is an initial or a list's mark in every language; the vowel signs of Hindi are no letters to ``re``."""
_BY_SCRIPT = (
    ("ko", "가-힣"),
    ("ja", "ぁ-ヿ"),
    ("th", "฀-๿"),
    ("el", "Ͱ-Ͽἀ-῿"),
    ("he", "֐-׿"),
    ("ka", "Ⴀ-ჿ"),
    ("hy", "԰-֏"),
    ("bn", "ঀ-৿"),
    ("pa", "਀-੿"),
    ("gu", "઀-૿"),
    ("ta", "஀-௿"),
    ("te", "ఀ-౿"),
    ("kn", "ಀ-೿"),
    ("ml", "ഀ-ൿ"),
    ("si", "඀-෿"),
    ("lo", "຀-໿"),
    ("my", "က-႟"),
    ("km", "ក-៿"),
    ("am", "ሀ-፿"),
)
_SCRIPTS = tuple((language, re.compile(f"[{letters}]")) for language, letters in _BY_SCRIPT)
_HAN = re.compile("[一-鿿]")
_LETTER = re.compile(r"[^\W\d_]")
_COMMON = {
    "en": "the of and to in that is was for on with as it by at from are his have has not which but their were this been who will said",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach bei",
    "fr": "le la les de des et du en un une est que dans qui pour il sur au par plus pas avec ce se sont cette été elle aux ont",
    "es": "de la que el en y los del se las por un para con una su al lo es como más pero sus le ya fue este ha sí porque esta",
    "it": "di che e la il un per è in non una sono della del le si con da dei i al gli nel alla come più anche ha ma dalla",
    "pt": "de a que o e do da em um para com não uma os no se na por mais as dos como foi ao ele das à seu sua ou são",
    "nl": "de van het een en in is dat op te zijn met voor niet die er aan ook als door maar om bij heeft naar wordt uit nog hij was",
    "sv": "och att det i på är som en av för med till den har inte om ett han var de sig från men vi så kan när hade nu",
    "da": "og at det i på er som en af for med til den har ikke om et han var de sig fra men vi der blev også efter kan",
    "no": "og at det i på er som en av for med til den har ikke om et han var de seg fra men vi så kan etter ble også",
    "fi": "ja on ei se että hän oli mukaan mutta ovat myös kun joka sen kuin ole voi jo niin vuoden nyt sekä tai jos mitä",
    "pl": "w i na się z nie do to że jest o od za jak po co dla przez przy tym ale są oraz był jego tego które tylko może",
    "cs": "a se v na je že s z do to i o k ve za by po jako ale od pro jsou které podle který byl také jsem při své",
    "sk": "a sa v na je že s z do to aj o k vo za by po ako ale od pre sú ktoré podľa ktorý bol tiež pri svoje však",
    "hu": "a az és hogy nem is egy van volt meg ez de csak már még szerint mint akkor pedig vagy majd lesz ki után azt amely",
    "ro": "de și în a la cu care nu din pe că o un pentru este mai au fost al prin sau după dar lui fi să sunt ca ale",
    "tr": "ve bir bu da için de ile olarak çok daha olan gibi en kadar sonra ise var dedi ne ancak değil her oldu olduğu yeni ki tarafından üzerine sonucu diye etti iki adet yer",
    "hr": "i u je na da se za su od s o koji a kao će to ne što iz bi koja po ali nije samo te godine rekao kako",
    "sl": "in je v na da se za so pa ki z od ne bi po s tudi kot še bo to pri ali ter bil le več iz",
    "sq": "të e në dhe një për me i që është nga u së më janë kjo por ka si ai nuk tha do kur edhe deri",
    "lt": "ir į kad yra iš su tai bet po kaip už buvo jis taip ne jau apie dėl nuo metų ar o būti tik pat gali",
    "lv": "un ir ar no par uz ka to tas gan kas bet pēc lai arī kā tiek pie jau bija vai šo viņš tika gada",
    "et": "ja on ei et see kui oma ka mis oli ning ta või aga nad tema kes välja pole nii veel seda ole aasta",
    "id": "yang di dan itu dengan untuk dari ini tidak dalam pada akan ke juga mereka ada adalah oleh saat kata sudah bisa karena telah para",
    "ms": "yang dan di itu dengan untuk daripada ini tidak dalam pada akan ke juga mereka ada adalah oleh kata beliau bagi kepada telah boleh turut",
    "vi": "và của là có không cho được trong người với này các đã khi một đến những ông để tại về từ cũng sẽ theo",
    "tl": "ang ng sa mga na at ay ni si para na ito hindi may kung ko siya nila ayon dahil kanyang niya isang pa",
    "sw": "ya na wa kwa katika ni la za kuwa cha hiyo hii huo yake alisema pia baada watu kama huyo nchi lakini",
    "ca": "de la que el i a en els les per un una amb és del al ha no es com més però seva ser són aquest",
    "eu": "eta da du ez dute bat dira egin zuen izan baina ere dela zen hori baino beste dago urte bere",
    "gl": "de a que o e do da en un para con non unha os no se na por máis as dos como foi ao unha súa",
    "is": "og að í á er sem var til við um hann ekki það en með af fyrir því hún ég frá þeir hefur eru þess eftir",
    "ga": "agus an na a ar i le go is bhí ag sé tá ach sin don seo as nach mar níos",
    "cy": "yn y a i o ar yr mae wedi ei ac bod am gan oedd fod ond eu hynny",
    "af": "die van en in is het dat te op nie vir met ’n om sy wat hy aan was word ook as deur by sal",
    "az": "və bu bir ilə üçün də olan edib ki daha olunub haqqında bildirib görə edilib ən kimi isə onun",
    "uz": "va bu bilan uchun bir ham deb edi bo‘yicha lekin keyin qilish boʻlgan edi qildi bo'lgan",
    "ru": "и в не на что с по как из к у за от о он это для а был его но так же она все еще их было",
    "uk": "і в на не що з у та до за про від як це для він але також було після його або які є цього",
    "be": "і ў на не што з у да па за як гэта для ён але таксама было пасля яго або якія ад гэтага",
    "bg": "и на да в за се от с не е че по са до това като от ще при но си или беше най му след",
    "sr": "и у је на да се за су од са о који а као ће то не што из би која по али није само те рекао",
    "mk": "и на да во се за од не е со ќе што по како ги тоа му но ја сме или беше уште ова",
    "kk": "және мен бұл үшін бір де болды деп осы бойынша туралы кейін сол еді жылы екен",
    "mn": "нь байна юм энэ гэж бол болон хийсэн дээр тухай байгаа улсын",
    "ar": "في من على أن إلى عن التي هذا مع الذي لا ما بعد كان هذه ذلك قد بين كما أو إن لم وقال حول",
    "fa": "در و به از که این را با است برای آن یک خود تا کرد بر هم نیز گفت شده می وی ما شد",
    "ur": "کے کی میں ہے کا سے اور کو نے پر ہیں کہ یہ اس کر بھی ایک نہیں تھا گیا لیے کہا",
    "hi": "के में की है और को से का ने पर कि यह भी हैं इस एक नहीं कर लिए था गया हो",
    "mr": "आहे या आणि च्या ते असे हे होते केली आहेत मध्ये करण्यात नाही यांनी त्यांनी तर झाली",
    "ne": "छ र को मा का हो ले भने पनि गरेको गर्ने छन् लाई यो भएको थियो एक हुन",
}
_VOCABULARIES = {
    language: frozenset(word for word in words.split() if len(word) > 1)
    for language, words in _COMMON.items()
}


def language_of_text(text: str) -> str | None:
    """The language of a text of at least 60 characters, as two letters; None where nothing settles it.

    >>> language_of_text("Der Zug nach Basel ist am Morgen mit einer halben Stunde Verspätung abgefahren.")
    'de'
    >>> language_of_text("1 2 3 " * 40) is None
    True
    """
    if len(text) < _SHORTEST:
        return None
    sample = text[:_SAMPLE]
    return _by_script(sample) or _by_words(sample)


def _by_script(text: str) -> str | None:
    """The language that has its letters to itself, where they are a third of all letters."""
    letters = len(_LETTER.findall(text))
    for language, pattern in _SCRIPTS:
        # A Japanese text may be kanji for the greater part, but never without kana.
        share = 0.1 if language == "ja" else 0.33
        if len(pattern.findall(text)) > share * letters > 0:
            return language
    return "zh" if len(_HAN.findall(text)) > 0.5 * letters > 0 else None


def _by_words(text: str) -> str | None:
    words = Counter(word.casefold() for word in _WORD.findall(text))
    total = sum(words.values())
    found = {
        language: sum(words[word] for word in vocabulary) for language, vocabulary in _VOCABULARIES.items()
    }
    language, count = max(found.items(), key=lambda item: item[1])
    return language if count > _LEAST_SHARE * total else None
