"""Names that the press prints and that GeoNames and CLDR lack: read by ``build_gazetteer`` alone."""

from __future__ import annotations

from collections.abc import Iterator

_TOWNS = """
US Washington: واشنگتن वाशिंगटन वॉशिंगटन Vaşington 华盛顿 ওয়াশিংটন
US New_York_City: न्यूयार्क 纽约市
US Los_Angeles: लॉस_एंजिलिस
US Honolulu: 火奴鲁鲁
US Houston: 休士顿
DE Frankfurt_am_Main: Frankfurt_a.M. Frankfurt_a._M. Frankfurt_(Main)
DE Leipzig: ライプチヒ ライプチッヒ
DE Hannover: ハノーバー
CH Geneva: जेनेवा
CH Zürich: チューリヒ
CH Lausanne: 로잔
FR Marseille: 馬賽
NL The_Hague: Haia ハーグ
IT Turin: 杜林
IT Venice: ベネチア Venecia Venise Veneza
IT Florence: Florencia Florença
IT Palermo: 巴勒莫
PT Porto: 포르투 波尔图
MD Chişinău: キシニョフ
UA Kyiv: キエフ 키이우 Quiev Kiew কিয়েভ
UA Kharkiv: ハルキウ 哈尔基夫 خاركيف خارکیف
UA Odesa: オデーサ Odessa
UA Lviv: 르비우
UA Donetsk: ドネツク 도네츠크
UA Mariupol: マリウポリ
UA Zaporizhzhya: Zaporizhia Zaporizhzhia ザポリージャ ザポロジエ 자포리자 زابوريجيا Saporischschja
UA Dnipro: 드니프로 第聂伯罗
UA Heniches’k: Genischesk Henichesk Геническ
RU Saint_Petersburg: سان_بطرسبرغ Петербург
RU Groznyy: 格罗兹尼
KZ Astana: ヌルスルタン 努尔苏丹 نور_سلطان 누르술탄
KG Bishkek: ビシケク
TM Ashgabat: アシガバット
TR Gaziantep: ガジアンテプ
MT Valletta: La_Vallette La_Valeta
EG Cairo: काहिरा
EG Alexandria: Alexandrien 亚历山大 亚历山大港
EG Sharm_el-Sheikh: Шарм-эш-Шейх شرم_الشيخ
ZA Johannesburg: ヨハネスブルク
BF Ouagadougou: ワガドゥグ
NE Niamey: ニアメー
TD N'Djamena: ヌジャメナ
CF Bangui: بانغي
SS Juba: Yuba
IL Jerusalem: القدس_المحتلة Occupied_Jerusalem
PS Gaza: Ciudad_de_Gaza Gaza-Stadt Gaza_Stadt Ville_de_Gaza
PS Ramallah: ラマラ
PS Rafaḩ: ラファ 라파 拉法
IQ Erbil: エルビル 埃尔比勒
IQ Mosul: モスル
IR Mashhad: Meschhed
IR Isfahan: イスファハン
SA Jeddah: Yeda
SA Medina: メディナ
AE Abu_Dhabi: Abou_Dhabi
AE Sharjah: シャルジャ 沙迦
AE Dubai: 杜拜
QA Doha: 杜哈
BH Manama: マナマ
AF Kandahār: カンダハル
PK Peshawar: ペシャワル
IN New_Delhi: Nowe_Delhi नयी_दिल्ली نئی_دہلی புதுடெல்லி নয়াদিল্লি
IN Mumbai: बंबई
IN Bengaluru: ベンガルール बेंगलुरु बेंगलूर बेंगलूरु
IN Hyderabad: హైదరాబాద్ 하이데라바드
IN Ahmedabad: アーメダバード
IN Pune: プネ
IN Jaipur: ジャイプール
IN Srinagar: スリナガル
IN Prayagraj: प्रयागराज Allahabad
IN Coimbatore: कोयंबटूर
IN Indore: इंदौर
NP Kathmandu: काठमाण्डौ
BT Thimphu: 팀푸
LK Colombo: 可伦坡
KE Nairobi: 奈洛比
AU Canberra: 坎培拉
AU Sydney: 雪梨
NZ Wellington: 威灵顿
PK Islamabad: 伊斯兰马巴德
CD Kinshasa: 金夏沙
BR Brasília: 巴西利亚
SA Riyadh: 利雅德
KR Seoul: 汉城
MM Nay_Pyi_Taw: Naipyidó ネピドー 内比都 Naypyidaw
TH Chiang_Mai: チェンマイ
TH Phuket: プーケット 普吉
VN Ho_Chi_Minh_City: TP_HCM TPHCM HCM_City HCMC
MY George_Town: 槟城 Penang ジョージタウン
MY Johor_Bahru: 柔佛新山
MY Putrajaya: 布城 布特拉再也 プトラジャヤ
ID Denpasar: 登巴萨
ID Yogyakarta: Jogja Yogya ジョグジャカルタ
ID Makassar: Ujung_Pandang
PH Davao: 达沃
PH Cebu_City: セブ 宿务
PH Quezon_City: ケソン 奎松城
CN Guangzhou: قوانغتشو
CN Shanghai: Sciangai
CN Shenzhen: 선전
CN Wuhan: 우한
CN Chongqing: 충칭
CN Tianjin: 톈진
CN Chengdu: 청두
CN Xi’an: 시안
CN Harbin: 하얼빈
CN Dalian: 다롄
CN Qingdao: 칭다오
CN Lhasa: 라싸
CN Kunming: 쿤밍
HK Hong_Kong: ホンコン
TW Taipei: タイペイ
TW Kaohsiung: 가오슝
TW Taichung: 타이중
TW Hualien_City: 花莲 Hualien
JP Osaka: 오사카
JP Kyoto: 교토
JP Hiroshima: 히로시마
JP Nagasaki: 나가사키
JP Fukushima: 후쿠시마
JP Sapporo: 삿포로
JP Nagoya: 나고야
JP Fukuoka: 후쿠오카
JP Sendai: 센다이
JP Yokohama: 요코하마
JP Naha: 나하
KR Busan: プサン
KR Incheon: 仁川
KR Pyeongchang: 평창
KR Gwangju: クァンジュ
KR Daejeon: 大田 テジョン
KR Daegu: 大邱 テグ
KR Jeju_City: 済州
KR Suwon: 水原
KR Changwon: 창원
KR Muan: 무안
CA Québec: 魁北克 ケベック
MX Mexico_City: メキシコ市
MX Ciudad_Juárez: シウダフアレス
GT Guatemala_City: グアテマラ市 危地马拉城
SV San_Salvador: 圣萨尔瓦多
CR San_José: 圣何塞
PA Panama_City: パナマ市
JM Kingston: 金斯敦
BR São_Paulo: San_Pablo
BR Rio_de_Janeiro: Rio
GR Mytilíni: Lesbos Lesvos
GR Vathý: Samos
"""
_COUNTRIES = """
CD: Democratic_Republic_of_Congo Democratic_Republic_of_the_Congo DR_Congo RD_Congo DRC RDC Zaire Congo
CG: Republic_of_Congo Republic_of_the_Congo Congo_Republic
US: EE._UU. EEUU ABD США アメリカ USA U.S. America Estados_Unidos
GB: Great_Britain Großbritannien İngiltere Britain UK Reino_Unido
RU: Russian_Federation USSR Soviet_Union
UA: Crimea Donetsk_Region Kherson_Region
PS: occupied_West_Bank Israeli-occupied_West_Bank West_Bank Gaza_Strip Gaza فلسطين
IN: Kashmir Indian-administered_Kashmir Kerala Tamil_Nadu Uttar_Pradesh Maharashtra Karnataka Gujarat Rajasthan Bihar Assam
IN: West_Bengal Andhra_Pradesh Telangana Madhya_Pradesh Odisha Haryana Jharkhand Himachal_Pradesh Uttarakhand Chhattisgarh
PK: Sindh Balochistan Khyber_Pakhtunkhwa
SO: Somaliland
TT: Trinidad_and_Tobago Trinidad Tobago
IE: Republic_of_Ireland
IQ: Iraqi_Kurdistan
GE: Abkhazia
CY: Northern_Cyprus TRNC
CN: P.R._China PRC Hubei Hubei_Province Sichuan Tibet Xinjiang Yunnan Guangdong Hunan Henan
MO: Macau
KR: Republic_of_Korea S._Korea South_Korea Korea 南韩
KP: N._Korea DPRK North_Korea 北韩
SA: KSA Kingdom_of_Saudi_Arabia السعودية 沙乌地阿拉伯
AE: الإمارات UAE U.A.E. Emirates
KN: St._Kitts St._Kitts_and_Nevis
VC: St._Vincent
AG: Antigua Antigua_and_Barbuda
BY: Belorussia
RS: Serbia_and_Montenegro Yugoslavia
ZW: Rhodesia
BF: Upper_Volta
BJ: Dahomey
IR: Persia
TH: Siam
TL: East_Timor
LK: Ceylon
MM: Burma
SZ: Swaziland
MK: Macedonia
BA: Bosnia Bosnia-Herzegovina
NL: Holland
CV: Cape_Verde
CI: Ivory_Coast
CZ: Czech_Republic Czechoslovakia
TR: Turkey
VA: Vatican
XK: Kosovo
HK: Hong_Kong
DE: West_Germany East_Germany FRG GDR RFA Federal_Republic_of_Germany Bavaria
ES: Catalonia
ID: Bali Aceh Papua West_Java Central_Java East_Java
GB: Inggris
MY: Sabah Sarawak Johor Kedah Perak Selangor
AU: 澳洲
IT: 义大利
LA: 寮国
NZ: 纽西兰
JP: Hokkaido Okinawa
"""


def _lines(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(what stands first, the rest of it, the names) of each line; an underscore is a space."""
    for line in text.strip().splitlines():
        key, _, names = line.partition(": ")
        code, _, name = key.partition(" ")
        yield code, name.replace("_", " "), [one.replace("_", " ") for one in names.split()]


def towns() -> Iterator[tuple[str, str, list[str]]]:
    """(country, name in GeoNames, further names) of towns.

    >>> next(towns())[:2]
    ('US', 'Washington')
    """
    return _lines(_TOWNS)


def countries() -> Iterator[tuple[str, str]]:
    """(a further name of a country or of a part of it, the country)."""
    for code, _, names in _lines(_COUNTRIES):
        for name in names:
            yield name, code
