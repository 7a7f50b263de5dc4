"""Datelines of the world's agencies, and what only looks like one."""

from __future__ import annotations

import random
from datetime import date

import pytest

from pipeline.dateline import parse_dateline

NEAR = date(2021, 6, 3)
# Language | lead, the span between ⟦ and ⟧ | countries of its places (-: none) | agency | month-day.
DATELINES = """
en|⟦LJUBLJANA, Slovenia (AP)⟧ — Voters went to the polls on Sunday|SI|AP|
en|⟦WICHITA, Kan. (AP)⟧ — A storm tore roofs|US|AP|
en|⟦WINSTON-SALEM, N.C. (AP)⟧ — A fire at a plant|US|AP|
en|⟦SANTO DOMINGO, Dominican Republic (AP)⟧ — The president|DO|AP|
en|⟦KUALA LUMPUR, May 3 (Reuters)⟧ - Malaysian palm oil|MY|Reuters|5-3
en|⟦FRANKFURT (Reuters Breakingviews)⟧ - The bank|DE|Reuters Breakingviews|
en|⟦Yangon, Myanmar (AFP)⟧ - Protesters|MM|AFP|
en|⟦BEIJING, May 3 (Xinhua)⟧ -- China's railways|CN|Xinhua|5-3
en|⟦UNITED NATIONS, May 3 (Xinhua)⟧ -- The UN chief|US|Xinhua|5-3
en|⟦YEKATERINBURG, May 3. /TASS/⟧. The plant|RU|TASS|5-3
en|⟦MOSCOW, May 3 (RIA Novosti)⟧ - The president|RU|RIA Novosti|5-3
en|⟦Berlin (dpa)⟧ - The chancellor|DE|dpa|
en|⟦Bogota, May 3 (EFE)⟧.- Colombian police|CO|EFE|5-3
en|⟦TOKYO, May 3 (Jiji Press)⟧--The ruling party|JP|Jiji Press|5-3
en|⟦SEJONG, May 3 (Yonhap)⟧ -- The finance ministry|KR|Yonhap|5-3
en|⟦Kaohsiung, May 3 (CNA)⟧ A fishing boat|TW|CNA|5-3
en|⟦New Delhi [India], May 3 (ANI)⟧: The minister|IN|ANI|5-3
en|⟦Chandigarh, May 3 (UNI)⟧ The chief minister|IN|UNI|5-3
en|⟦DHAKA, May 3, 2021 (BSS)⟧ - The parliament|BD|BSS|5-3
en|⟦Dhaka, May 3 (UNB)⟧ - Health officials|BD|UNB|5-3
en|⟦Jakarta (ANTARA)⟧ - The health ministry|ID|ANTARA|
en|⟦Hanoi (VNA)⟧ – The prime minister|VN|VNA|
en|⟦HCM CITY⟧ — Exporters in the city|VN||
en|⟦DUBAI, 3rd May 2021 (WAM)⟧ -- The ruler|AE|WAM|5-3
en|⟦KUWAIT, May 3 (KUNA)⟧ -- The cabinet|KW|KUNA|5-3
en|⟦TEHRAN, May 03 (MNA)⟧ – The spokesman|IR|MNA|5-3
en|⟦Abuja, May 3, 2021 (NAN)⟧ The minister|NG|NAN|5-3
en|⟦Tamale, May 3, GNA⟧ - Farmers in the north|GH|GNA|5-3
en|⟦Tunis, May 3 (TAP)⟧ - The assembly|TN|TAP|5-3
en|⟦OSLO (NTB)⟧ — The police|NO|NTB|
en|⟦Prague, May 3 (CTK)⟧ - The Czech government|CZ|CTK|5-3
en|⟦Bucharest, May 3 /Agerpres/⟧ - The president|RO|Agerpres|5-3
en|⟦ZAGREB, May 3 (Hina)⟧ - The parliament|HR|Hina|5-3
en|⟦KYIV, May 3 (Ukrinform)⟧ - The president|UA|Ukrinform|5-3
en|⟦ASTANA. May 3. KAZINFORM⟧ - The ministry|KZ|KAZINFORM|5-3
en|⟦MISSISSAUGA, Ont.⟧ — Police say|CA||
en|⟦(CNN)⟧ -- The president said on Monday||CNN|
en|⟦New York (CNN Business)⟧ Stocks fell|US|CNN Business|
en|⟦NAIROBI, KENYA⟧ — Officials say|KE||
en|⟦ISTANBUL (Anadolu Agency)⟧ - A court|TR|Anadolu Agency|
en|⟦Windhoek, May 3 (Nampa)⟧ - The minister|NA|Nampa|5-3
en|⟦VATICAN CITY (CNS)⟧ -- The pope|VA|CNS|
en|⟦ABOARD THE PAPAL PLANE (AP)⟧ — Pope Francis|-|AP|
en|⟦EN ROUTE TO TOKYO (Reuters)⟧ - The secretary|-|Reuters|
en|⟦WASHINGTON⟧ — Senate Republicans on Monday|US||
en|⟦LOS ANGELES⟧ — For years|US||
en|⟦McALLEN, Tex.⟧ — The border|US||
en|⟦CHARLESTON, W.Va. (WCHS)⟧ — Crews|US|WCHS|
en|⟦TAMPA, FL (WFLA)⟧ — Deputies|US|WFLA|
en|⟦TOPEKA, Kan. (WIBW)⟧ - The zoo|US|WIBW|
en|⟦SUNNYVALE, Calif.--(BUSINESS WIRE)⟧--Example Inc.|US|BUSINESS WIRE|
en|⟦ABUJA⟧–The Senate on Monday|NG||
en|⟦Mumbai⟧: The state government on Monday|IN||
en|⟦PUDUCHERRY⟧: The Lieutenant Governor|IN||
en|⟦KARACHI⟧: The Sindh High Court|PK||
en|⟦Kathmandu, May 3⟧ : The government has|NP||5-3
en|⟦Imphal, May 3⟧: A strike|IN||5-3
en|⟦MANILA, Philippines⟧ — The Department of Health|PH||
en|⟦BAGUIO CITY (PNA)⟧ – The city|PH|PNA|
en|⟦GEORGE TOWN⟧: A hawker|MY||
en|⟦SINGAPORE⟧: A man was fined|SG||
en|⟦Johannesburg⟧ - The power utility|ZA||
en|⟦NAIROBI (Xinhua)⟧ – The bank|KE|Xinhua|
en|⟦BEIRUT⟧: Lebanese politicians|LB||
en|⟦SUVA, Fiji⟧ — The prime minister|FJ||
en|⟦TBILISI, Georgia⟧ — Protesters|GE||
en|⟦RAMALLAH, West Bank (AP)⟧ — A teenager|PS|AP|
en|⟦MINNEAPOLIS/ST. PAUL⟧ — The cities|US US||
en|Senate passes a bill\\n⟦WASHINGTON (AP)⟧ — The Senate|US|AP|
en|By Jane Doe and John Roe\\n⟦BRUSSELS, May 3 (Reuters)⟧ - EU|BE|Reuters|5-3
en|(Adds quotes, background)\\n⟦LIMA, May 3 (Reuters)⟧ - The bank|PE|Reuters|5-3
en|A firefighter walks past a burned house on Monday. (AP Photo/Jane Doe)\\n⟦PARADISE, Calif. (AP)⟧ — The town|US|AP|
en|⟦ONDON, May 3 (Reuters)⟧ - Britain's|GB|Reuters|5-3
en|Published May 3, 2021\\n⟦TOKYO⟧ — The government|JP||
de|⟦Berlin (dpa)⟧ - Der Bundestag|DE|dpa|
de|⟦Frankfurt/Main (dpa/lhe)⟧ - Die Polizei|DE|dpa/lhe|
de|⟦Wien (APA/dpa)⟧ - Die Regierung|AT|APA/dpa|
de|⟦Köln (epd)⟧. Die Kirche|DE|epd|
de|⟦Leipzig (SID)⟧ Der Trainer|DE|SID|
de|⟦Berlin⟧ – Die Koalition|DE||
de|⟦New York/Genf (epd)⟧. Die Vereinten|US CH|epd|
de|⟦St. Pölten (APA)⟧ - Ein Mann|AT|APA|
de|⟦Vaduz (ikr)⟧ – Die Regierung|LI|ikr|
de|⟦Luxemburg⟧ – Der Europäische Gerichtshof|LU||
de|⟦Innsbruck⟧ – Die Landesregierung|AT||
de|⟦Berlin (dts)⟧ - Die|DE|dts|
de|⟦Washington/Teheran (dpa)⟧ - Die|US IR|dpa|
fr|⟦PARIS (AFP)⟧ - Le gouvernement|FR|AFP|
fr|⟦Genève (awp)⟧ - Le groupe|CH|awp|
fr|⟦ALGER (APS)⟧ - Le ministre|DZ|APS|
fr|⟦Rabat (MAP)⟧ – Le Souverain|MA|MAP|
fr|⟦MONTRÉAL⟧ — La mairesse|CA||
fr|⟦(Québec)⟧ Le premier ministre a annoncé|CA||
fr|⟦LE CAIRE (Reuters)⟧ - L'Egypte|EG|Reuters|
fr|⟦Cité du Vatican (AFP)⟧ - Le pape|VA|AFP|
fr|⟦Kinshasa, 3 mai 2021 (ACP)⟧.- Le président|CD|ACP|5-3
fr|⟦Strasbourg (AFP)⟧ - Le Parlement|FR|AFP|
fr|⟦Libreville, 3 mai (AGP)⟧ - Le|GA|AGP|5-3
fr|⟦TORONTO⟧ — Le Parti|CA||
es|⟦Madrid, 3 may (EFE)⟧.- El Gobierno|ES|EFE|5-3
es|⟦MADRID 3 May. (EUROPA PRESS)⟧ - El ministro|ES|EUROPA PRESS|5-3
es|⟦BUENOS AIRES (Télam)⟧.- El Senado|AR|Télam|
es|⟦CIUDAD DE MÉXICO, 3 de mayo (Notimex)⟧.- La secretaría|MX|Notimex|5-3
es|⟦LA HABANA (AP)⟧ — El gobierno|CU|AP|
es|⟦Santiago (Chile), 3 may (EFE)⟧.- El ministerio|CL|EFE|5-3
es|⟦QUITO⟧.- La Asamblea aprobó|EC||
es|⟦La Paz, 3 may (ABI)⟧.- El ministro|BO|ABI|5-3
es|⟦Naciones Unidas, 3 may (EFE)⟧.- El secretario|US|EFE|5-3
es|⟦SAN SALVADOR⟧ - El presidente|SV||
es|⟦BOGOTÁ (AP)⟧ — El|CO|AP|
es|⟦Santa Cruz de Tenerife, 3 may (EFE)⟧.- El|ES|EFE|5-3
pt|⟦SÃO PAULO, SP (FOLHAPRESS)⟧ - O governador|BR|FOLHAPRESS|
pt|⟦RIO DE JANEIRO, RJ (UOL/FOLHAPRESS)⟧ - O time|BR|UOL/FOLHAPRESS|
pt|⟦Brasília⟧ - O presidente da República|BR||
pt|⟦SÃO PAULO (Reuters)⟧ - O Ibovespa|BR|Reuters|
pt|⟦Ponta Delgada, 03 mai 2021 (Lusa)⟧ - O governo|PT|Lusa|5-3
pt|⟦Luanda⟧ - O ministro da Energia|AO||
pt|⟦PEQUIM (Reuters)⟧ - A China|CN|Reuters|
pt|⟦PORTO ALEGRE⟧ — A prefeitura|BR||
pt|⟦FLORIANÓPOLIS, SC (UOL/FOLHAPRESS)⟧ - O|BR|UOL/FOLHAPRESS|
it|⟦(ANSA) - ROMA, 03 MAG⟧ - Il governo|IT|ANSA|5-3
it|⟦(ANSA) - CITTA DEL VATICANO, 03 MAG⟧ - Il Papa|VA|ANSA|5-3
it|⟦Roma, 3 mag. (Adnkronos)⟧ - Il ministro|IT|Adnkronos|5-3
it|⟦(Adnkronos)⟧ - Il ministro della Salute||Adnkronos|
it|⟦MILANO (Reuters)⟧ - Piazza Affari|IT|Reuters|
it|⟦NAPOLI⟧ - Il sindaco ha|IT||
it|⟦L'AQUILA⟧ - Il sindaco|IT||
it|⟦Bari, 3 mag. (Adnkronos)⟧ - Il|IT|Adnkronos|5-3
nl|⟦DEN HAAG (ANP)⟧ - Het kabinet|NL|ANP|
nl|⟦'S-HERTOGENBOSCH (ANP)⟧ - De politie|NL|ANP|
nl|⟦BRUSSEL (BELGA)⟧ - De regering|BE|BELGA|
nb|⟦Oslo (NTB)⟧ – Regjeringen|NO|NTB|
nb|⟦LONDON (Dagbladet)⟧: Statsministeren|GB|Dagbladet|
sv|⟦HELSINGFORS (FNB)⟧ Regeringen|FI|FNB|
fi|⟦Helsinki (STT)⟧ – Hallitus|FI|STT|
pl|⟦Warszawa (PAP)⟧ - Sejm|PL|PAP|
pl|⟦Warszawa, 3 maja (PAP)⟧ - Sejm|PL|PAP|5-3
cs|⟦Praha (ČTK)⟧ – Vláda|CZ|ČTK|
cs|⟦Ostrava⟧ – Policie|CZ||
sk|⟦Košice 3. mája (TASR)⟧ – Mesto|SK|TASR|5-3
hu|⟦Budapest (MTI)⟧ - A kormány|HU|MTI|
ro|⟦Cluj-Napoca, 3 mai /Agerpres/⟧ - Primarul|RO|Agerpres|5-3
bg|⟦Пловдив, 3 май (БТА)⟧ - Кметът|BG|БТА|5-3
hr|⟦ZAGREB, 3. svibnja 2021. (Hina)⟧ - Hrvatska|HR|Hina|5-3
sl|⟦Ljubljana, 3. maja (STA)⟧ - Vlada|SI|STA|5-3
el|⟦ΑΘΗΝΑ (ΑΠΕ-ΜΠΕ)⟧ - Η κυβέρνηση|GR|ΑΠΕ-ΜΠΕ|
ru|⟦МОСКВА, 3 мая. /ТАСС/⟧. Президент|RU|ТАСС|5-3
ru|⟦МОСКВА, 3 мая — РИА Новости⟧. Президент|RU|РИА Новости|5-3
ru|⟦Москва. 3 мая. Интерфакс⟧ - Президент|RU|Интерфакс|5-3
ru|⟦МИНСК, 3 мая — Sputnik⟧. Президент|BY|Sputnik|5-3
ru|⟦МОСКВА, 3 мая - РИА Новости⟧, Иван Примеров. Президент|RU|РИА Новости|5-3
ru|⟦3 мая, Минск /Корр. БЕЛТА/⟧. Президент|BY|БЕЛТА|5-3
ru|⟦АСТАНА. КАЗИНФОРМ⟧ - Министерство|KZ|КАЗИНФОРМ|
ru|⟦ПЕКИН, 3 мая /Синьхуа/⟧ -- Председатель|CN|Синьхуа|5-3
ru|⟦НЬЮ-ДЕЛИ, 3 мая - РИА Новости⟧. Индия|IN|РИА Новости|5-3
ru|⟦ООН, 3 мая - РИА Новости⟧. Совет|US|РИА Новости|5-3
uk|⟦КИЇВ, 3 травня. /УНІАН/⟧. Президент|UA|УНІАН|5-3
tr|⟦ANKARA (AA)⟧ - Cumhurbaşkanı|TR|AA|
tr|⟦İSTANBUL, (DHA)⟧ - Polis|TR|DHA|
tr|⟦IĞDIR (AA)⟧ - Vali|TR|AA|
tr|⟦ATİNA (AA)⟧ - Yunanistan|GR|AA|
tr|⟦TRABZON (AA)⟧ - Trabzonspor|TR|AA|
ar|⟦القاهرة - أ ف ب⟧: أعلن|EG|أ ف ب|
ar|⟦دبي (رويترز)⟧ - ارتفعت|AE|رويترز|
ar|⟦واشنطن (أ ف ب)⟧ - أعلن|US|أ ف ب|
ar|⟦حلب-سانا⟧ أعلن مجلس المدينة اليوم أن الأعمال في الشارع الرئيسي ستبدأ في الأسبوع القادم|SY|سانا|
ar|⟦دمشق-سانا⟧ أعلن|SY|سانا|
ar|⟦موسكو (رويترز)⟧ - قال|RU|رويترز|
ar|⟦برلين (د ب أ)⟧ - قالت|DE|د ب أ|
ar|⟦بغداد⟧: أعلنت الحكومة|IQ||
ar|⟦صنعاء - سبأ⟧: أعلن|YE|سبأ|
ar|⟦نيويورك (أ ف ب)⟧ - دعا|US|أ ف ب|
ar|⟦باريس - أ ف ب⟧: قال|FR|أ ف ب|
fa|⟦تهران - ایرنا⟧ - رئیس جمهوری|IR|ایرنا|
fa|⟦مشهد (ایسنا)⟧ - استاندار|IR|ایسنا|
hi|⟦नई दिल्ली, 3 मई (भाषा)⟧। प्रधानमंत्री|IN|भाषा|5-3
hi|⟦मुंबई⟧: महाराष्ट्र सरकार ने|IN||
hi|⟦वाशिंगटन⟧: अमेरिका के राष्ट्रपति|US||
bn|⟦কলকাতা⟧: মুখ্যমন্ত্রী|IN||
te|⟦హైదరాబాద్⟧: తెలంగాణ|IN||
ur|⟦کراچی⟧: سندھ ہائیکورٹ|PK||
id|⟦Jakarta (ANTARA)⟧ - Presiden|ID|ANTARA|
id|⟦KOMPAS.com⟧ - Presiden||KOMPAS.com|
id|⟦Liputan6.com, Jakarta⟧ - Presiden|ID|Liputan6.com|
id|⟦REPUBLIKA.CO.ID, JAKARTA⟧ -- Presiden|ID|REPUBLIKA.CO.ID|
id|⟦SURYA.co.id, SURABAYA⟧ - Wali|ID|SURYA.co.id|
id|⟦JAKARTA⟧ - Presiden|ID||
id|⟦Bisnis.com, JAKARTA⟧ - Presiden|ID|Bisnis.com|
id|⟦VIVA⟧ – Presiden||VIVA|
ms|⟦SHAH ALAM⟧ - Menteri Besar|MY||
zh|⟦新华社北京5月3日电⟧（记者王小明）国务院|CN|新华社|5-3
zh|⟦新华社联合国5月3日电⟧ 联合国|US|新华社|5-3
zh|⟦新华社新加坡5月3日电⟧ 新加坡|SG|新华社|5-3
zh|⟦中新社香港5月3日电⟧ (记者 王小明)香港|HK|中新社|5-3
zh|⟦人民网北京5月3日电⟧（王小明）国务院|CN|人民网|5-3
zh|⟦（中央社記者王大明台北3日電）⟧行政院|TW|中央社|5-3
zh|⟦（中央社東京3日專電）⟧日本首相|JP|中央社|5-3
zh|⟦路透北京5月3日电⟧---中国|CN|路透|5-3
zh|⟦俄罗斯卫星通讯社莫斯科5月3日电⟧ 俄罗斯|RU|俄罗斯卫星通讯社|5-3
zh|⟦（新山3日讯）⟧柔佛|MY||5-3
zh|⟦【路透社東京5月3日電】⟧ 日本|JP|路透社|5-3
zh|⟦中新社柏林5月3日电⟧ 德国|DE|中新社|5-3
zh|⟦〔記者李小明／高雄報導〕⟧高雄市|TW||
ja|⟦【ワシントン＝山田太郎】⟧米大統領は|US||
ja|⟦【北京共同】⟧中国外務省は|CN|共同|
ja|⟦【ソウル時事】⟧韓国|KR|時事|
ja|⟦（ロンドン 3日 ロイター）⟧ 英国|GB|ロイター|5-3
ja|⟦【北京＝新華社】⟧中国|CN|新華社|
ja|⟦【カイロ＝山田太郎】⟧エジプト|EG||
ja|⟦（CNN）⟧ 米大統領||CNN|
ja|⟦【ロンドン時事】⟧英国|GB|時事|
ja|⟦［フランクフルト　３日　ロイター］⟧ - 欧州|DE|ロイター|5-3
ko|⟦(서울=연합뉴스)⟧ 김철수 기자 = 정부는|KR|연합뉴스|
ko|⟦[서울=뉴시스]⟧김철수 기자 = 정부는|KR|뉴시스|
ko|⟦[워싱턴=AP/뉴시스]⟧미국|US|AP/뉴시스|
ko|⟦(부산·울산=연합뉴스)⟧ 부산|KR KR|연합뉴스|
ko|⟦(춘천=연합뉴스)⟧ 김철수 기자 = 강원도|KR|연합뉴스|
ko|⟦(광주=연합뉴스)⟧ 박영희 기자 = 광주|KR|연합뉴스|
ko|⟦(뉴욕 로이터=연합뉴스)⟧ 미국|US|연합뉴스|
en|⟦NIAMEY, Niger (AP)⟧ — Soldiers|NE|AP|
en|⟦Erbil, May 3 (Shafaq News)⟧ - Peshmerga|IQ|Shafaq News|5-3
en|⟦VIENTIANE (VNS)⟧ — The Lao prime minister|LA|VNS|
en|⟦PORT MORESBY (AAP)⟧ - PNG's|PG|AAP|
en|⟦KINGSTON, Jamaica (JIS)⟧ — The|JM|JIS|
en|⟦IQALUIT, Nunavut⟧ — The|CA||
en|⟦KANSAS CITY, Mo. (AP)⟧ — The Chiefs|US|AP|
en|⟦GUWAHATI⟧: The Assam government|IN||
en|⟦BRISBANE, Australia (AP)⟧ — The|AU|AP|
en|⟦SINGAPORE, May 3 (Reuters)⟧ - Asian spot|SG|Reuters|5-3
en|⟦Tbilisi, May 3 (Interpress)⟧ - The|GE|Interpress|5-3
en|⟦LARNACA, Cyprus (AP)⟧ — A|CY|AP|
en|⟦ANTANANARIVO (AFP)⟧ - Madagascar|MG|AFP|
en|⟦KIGALI (The New Times)⟧ – Rwanda|RW|The New Times|
en|⟦QAMISHLI, Syria⟧ — The|SY||
en|⟦NEW YORK (MarketWatch)⟧ -- U.S.|US|MarketWatch|
ru|⟦ЕКАТЕРИНБУРГ, 3 мая - РИА Новости⟧. Суд|RU|РИА Новости|5-3
ru|⟦КРАСНОЯРСК, 3 мая. /ТАСС/⟧. Врачи|RU|ТАСС|5-3
ru|⟦ТАШКЕНТ, 3 мая — Sputnik⟧. Президент|UZ|Sputnik|5-3
uk|⟦ОДЕСА. 3 травня. УНН⟧. Поліція|UA|УНН|5-3
pl|⟦Gdańsk (PAP)⟧ - Prezydent|PL|PAP|
cs|⟦Brno 3. května (ČTK)⟧ - Soud|CZ|ČTK|5-3
hu|⟦Brüsszel, 2021. május 3., hétfő (MTI)⟧ - Az|BE|MTI|5-3
ro|⟦Iași, 3 mai /Agerpres/⟧ - Primarul|RO|Agerpres|5-3
hr|⟦RIJEKA, 3. svibnja 2021. (Hina)⟧ - Luka|HR|Hina|5-3
nl|⟦UTRECHT (ANP)⟧ - De|NL|ANP|
nl|⟦Antwerpen (Belga)⟧ - De|BE|Belga|
sv|⟦MALMÖ (TT)⟧ Polisen|SE|TT|
nb|⟦STAVANGER (Aftenbladet)⟧: Politiet|NO|Aftenbladet|
da|⟦AARHUS (Ritzau)⟧ - Politiet|DK|Ritzau|
hi|⟦मुंबई, 3 मई (भाषा)⟧ महाराष्ट्र|IN|भाषा|5-3
hi|⟦जयपुर⟧: राजस्थान के|IN||
hi|⟦इस्लामाबाद⟧: पाकिस्तान के|PK||
bn|⟦চট্টগ্রাম, ৩ মে, ২০২১ (বাসস)⟧ : বন্দর|BD|বাসস|5-3
ur|⟦پشاور⟧: خیبر پختونخوا|PK||
fa|⟦اصفهان - ایرنا⟧ - مدیر|IR|ایرنا|
id|⟦Semarang (ANTARA)⟧ - Wali|ID|ANTARA|
id|⟦BANDUNG, KOMPAS.com⟧ - Gubernur|ID|KOMPAS.com|
id|⟦TEMPO.CO, Washington⟧ - Presiden|US|TEMPO.CO|
ms|⟦IPOH⟧: Polis menahan|MY||
vi|⟦Đà Nẵng (TTXVN)⟧ - Chủ tịch|VN|TTXVN|
de|⟦Hannover⟧. Die Landesregierung will im Herbst ein Beispiel geben|DE||
"""
# Leads that begin like a dateline: kickers, people, teams, tables, results, credits.
NONE = """
en|BREAKING: The president has resigned
en|OPINION: The mayor should go
en|Analysis - The central bank is in a corner
en|EDITORIAL: A bad day for the council
en|WATCH: A dog rescued from the river
en|Photo: A dog rescued from the river
en|Q. — My neighbour keeps bees
en|FACTBOX - Key facts about the summit
en|SPORTS: The Tigers win again
en|HEALTH: A vaccine for malaria
en|REVIEW: The new phone is good
en|WORLD - Leaders meet on climate
en|SPOILER ALERT — The final episode
en|COLUMN - The end of cheap money
en|TENNIS — Federer wins again
en|RECIPE: Lemon cake
en|ELECTION 2021: The results
en|CORONAVIRUS - Cases rise in India
en|WASHINGTON Post reporters were
en|LONDON Bridge was closed on Monday
en|Paris Saint-Germain: The club has signed
en|ARSENAL - The striker has signed a deal
en|Madison - the youngest of three sisters - said
en|Georgia: a country at the crossroads
en|Austin: My favourite film was
en|Jordan: I think we played well
en|Charlotte — the elder sister — agreed
en|Lincoln: The president's last days
en|HOUSTON, we have a problem
en|PHOENIX Suns guard Al Example scored
en|NEW YORK Times columnist Al Example
en|MOSCOW'S mayor has said
en|VIENNA Philharmonic players will tour
en|ORLANDO Bloom was seen with
en|CHICAGO Bulls legend Al Example
en|MANCHESTER United have signed
en|BARCELONA have signed the striker
en|LEEDS United striker Al Example
en|CAMBRIDGE Analytica was
en|MIAMI Vice star Don Example
en|GREEN BAY Packers quarterback
en|TOKYO Electron said its profit
en|SINGAPORE Airlines said on Monday
en|Turkey: How to roast it
en|Chad — a friend of mine — said
en|Cyprus Hill — A trail in the woods reopened
en|Lima — beans, that is — are good
en|Nice: that is the word for it
en|Bath - the best way to relax
en|MOBILE: The best phones of the year
en|Split - the film of the year
en|DEAL: The best offers
en|May - the prime minister - resigned
en|MONDAY: Rain in the north
en|June 3: Election day
en|AAPL: Apple shares rose
en|NASDAQ - Stocks closed higher on Monday
en|FIFA: The body said on Monday
en|FBI: Man arrested
en|DEAR ABBY: My husband snores
en|John Smith, Jr. - The candidate said
en|JOHN SMITH - The candidate said
en|Mrs. Example — our teacher — was
en|Spring — the season of hope — is here
en|GOOD MORNING, LONDON: Here is what you need
en|Winner: Best Picture
en|First — the good news
en|Money: How to save more of it
en|On Monday - the first day
en|Moscow, meanwhile, said it would
en|Made in Chelsea: The new cast
en|Boston-based Example Corp. said
en|Detroit's Big Three — GM, Ford and Chrysler — said
en|London (the capital) is large
en|Paris (pictured) is the capital
en|London: 12C, Paris: 14C, Rome: 20C
en|Berlin 12 degrees, Paris 15 degrees
en|Brazil - Germany 2-1
en|Boston 102, Miami 98
en|Kempton: 2.30 Example Lad
en|Carlsen, Norway - Anand, India 1-0
en|OHIO: Smith 45%, Jones 40%
en|Serves 4: 2 cups of flour
en|NEW YORK GIANTS — The team has
en|REAL MADRID - The team has
en|LONDON FILM FESTIVAL: The best films
en|CHICAGO P.D.: The best episodes
en|TOKYO MARKETS: Nikkei rises
en|GERMAN STOCKS - Factors to watch on May 3
en|Jane Doe, Reuters
en|Location: London
en|Click here: London hotels
en|See also: London (AP)
en|1) London - the capital
en|Air Force One - The plane
en|Troy: the film
en|ROME — by Jane Doe, Little Brown
en|SUPREME COURT — The justices
en|Berlin has a new mayor. The council chose her on Monday.
en|LOS ANGELES LAKERS: The team lost again
en|BIRMINGHAM CITY: The club has signed a striker
en|NEWCASTLE UNITED have signed a striker
en|BERLIN FILM FESTIVAL - The winners
en|GENEVA CONVENTION - What it says
en|SANTA CLAUS: How he travels
en|CHINA: Xi Jinping's third term
en|AFRICA: The hopeful continent
en|Chile 1-0 Peru - Full time
en|Mumbai Indians: The team won the toss
en|Punjab Kings: The team
en|Kent: The county's best walks
en|Paris Jackson - The model posted
en|Austin Powers: The film that
en|Jackson: We are going to win
en|Lincoln — the film — won
en|GOLD: Prices fall on strong dollar
en|CAIRO, May 3
en|Tuesday: Sunny. Wednesday: Rain.
en|Miami (FL): 88, Boston College: 77
en|Q: Is London safe? A: Yes.
en|Image: Reuters
en|Kentucky Derby: The favourites
en|Nottingham Forest: the club
en|(NASDAQ: ABCD) The company said
de|KOMMENTAR: Der Minister muss gehen
de|EILMELDUNG: Der Minister tritt zurück
de|Bayern München – Der Verein hat
de|Essen – was wir morgen essen
de|Die Grünen – Der Parteitag
de|Wiener Philharmoniker – Das Konzert
de|Interview: Der Trainer über das Spiel
de|Berlin: 12 Grad, bewölkt
de|Liebe – ein Gefühl
de|Frage: Wie geht es?
de|Wien. Du Stadt meiner Träume.
de|Hamburg: Was Sie heute wissen müssen
de|Borussia Dortmund - Der Trainer
de|Sport. Die Ergebnisse vom Wochenende im großen Überblick
fr|ÉDITORIAL - Le ministre doit partir
fr|Paris Saint-Germain : le club a signé
fr|Football: la France bat la Belgique
fr|Nancy - c'est son prénom - a dit
fr|Lundi - la pluie arrive
fr|Les Républicains - Le parti
fr|(Suite) Le président parle
fr|Toulouse : que faire ce week-end
es|OPINIÓN: El ministro debe irse
es|Real Madrid - El club ha fichado
es|Santiago: el apóstol
es|Lunes - la lluvia llega
es|Mercedes - la actriz - dijo
es|Economía.- El paro baja
es|Valencia - Sevilla: 0-0
es|Granada CF - El club
it|EDITORIALE - Il ministro deve andare
it|Juventus: il club ha firmato
it|Milano - Sanremo: la corsa
it|Intervista: il ministro
it|Lunedì - la pioggia
it|Roma. La città eterna
pt|OPINIÃO: O ministro deve sair
pt|São Paulo 2 x 1 Santos - O clube
pt|FOTOS: o ministro
pt|Santos - Palmeiras: 1 x 1
ru|МНЕНИЕ: Министр должен уйти
ru|Москва - столица России
ru|Погода: дождь на севере
ru|Владимир Путин - президент
ru|Понедельник - день тяжёлый
ru|Видео. Президент говорит
tr|SON DAKİKA: Bakan istifa etti
tr|YORUM - Bakan gitmeli
tr|Batman - film yeniden
tr|Konyaspor - Trabzonspor maçı
ar|عاجل: استقال الوزير
ar|رأي: الوزير
ar|صورة: الوزير
ar|الاثنين - أمطار
ar|سؤال: من هو
zh|【社论】部长应该辞职
zh|（图片来源：新华社）
zh|北京时间5月3日，部长辞职
zh|部长5月3日致电
zh|（原标题：部长辞职）
zh|【东京奥运】中国队
ja|【社説】大臣は辞任すべき
ja|【写真】大臣
ja|［PR］新しい車
ja|東京：晴れ
ja|【ラグビー】日本
ja|【社会】事件
ko|[속보] 장관 사퇴
ko|(사진=연합뉴스)
ko|[인터뷰] 장관
ko|(영상=연합뉴스) 장관
ko|(표=한국은행) 금리
ko|(서울) 날씨
id|FOTO: Menteri mundur
id|Persija - Persib 2-1
id|Tanya: apa itu
id|Arema FC - Tim
hi|राय: मंत्री को जाना चाहिए
hi|भारत - पाकिस्तान मैच
hi|क्रिकेट: भारत जीता
"""


def lines(table):
    return [line.replace("\\n", "\n") for line in table.strip().splitlines()]


@pytest.mark.parametrize("line", lines(DATELINES))
def test_a_lead_of_the_worlds_press(line):
    language, marked, countries, agency, day = line.split("|")
    raw = marked.partition("⟦")[2].partition("⟧")[0]
    text = marked.replace("⟦", "").replace("⟧", "")
    found = parse_dateline(text, language=language, filed_on=date(2021, 5, 4))
    assert found is not None
    assert (found.raw, found.agency) == (raw, agency or None)
    assert [place.country or "-" for place in found.places] == countries.split()
    expected = date(2021, *map(int, day.split("-"))) if day else None
    assert found.filed_on == expected


@pytest.mark.parametrize("line", lines(NONE))
def test_a_lead_that_only_looks_like_one(line):
    language, text = line.split("|", maxsplit=1)
    assert parse_dateline(text, language=language, filed_on=date(2021, 5, 4)) is None


def test_what_follows_the_story_changes_nothing():
    for line in lines(DATELINES):
        language, marked, *_ = line.split("|")
        text = (
            marked.replace("⟦", "").replace("⟧", "")
            + " was held at the example centre for the example of it. "
        )
        found = parse_dateline(text, language=language, filed_on=NEAR)
        for more in ("The rest - all of it - is here (AP).", "PARIS (AP) — Another story. " * 40):
            assert parse_dateline(text + more, language=language, filed_on=NEAR) == found, text


@pytest.mark.parametrize("name", ["AP", "Reuters", "AFP", "CNN", "dpa", "EFE", "ТАСС", "共同", "رويترز"])
@pytest.mark.parametrize("shape", ["({}) - {}", "({}) — {}", "({}) -- {}", "{} - {}"])
def test_an_agency_alone_has_no_place(name, shape):
    found = parse_dateline(shape.format(name, "London and Paris agreed on Monday"), filed_on=NEAR)
    assert found is None or found.places == ()


def test_damaged_leads_raise_nothing(at_full_length):
    leads = [line.split("|")[:2] for line in (*lines(DATELINES), *lines(NONE))]
    chance = random.Random(7)
    letters = "".join(text for _, text in leads) + "\n\x00\u200f"
    for _ in range(100_000 if at_full_length else 3_000):
        language, text = chance.choice(leads)
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(0, len(text))
            other = chance.choice(leads)[1][: chance.randint(1, 30)]
            text = chance.choice((text[:at], text[:at] + text[at + 1 :], text[:at] + other + text[at:]))
            text += chance.choice(letters)
        near = chance.choice((None, NEAR, date.min, date.max))
        found = parse_dateline(text, language=chance.choice((language, None, "xx")), filed_on=near)
        assert found is None or found.raw in text, text


def read(text, **known):
    found = parse_dateline(text, filed_on=NEAR, **known)
    return found and (
        found.raw,
        [(one.name, one.country) for one in found.places],
        found.agency,
        found.filed_on,
    )


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("OSLO (AP) — The council met", {}, ("OSLO (AP)", [("Oslo", "NO")], "AP", None)),
        (
            "OSLO, June 2 (Xinhua) -- The council met",
            {},
            ("OSLO, June 2 (Xinhua)", [("Oslo", "NO")], "Xinhua", date(2021, 6, 2)),
        ),
        ("BEND, Ore. (AP) — A council", {}, ("BEND, Ore. (AP)", [("Bend", "US")], "AP", None)),
        ("【長崎＝浜新聞】市議会は", {}, ("【長崎＝浜新聞】", [("Nagasaki", "JP")], "浜新聞", None)),
        (
            "［ソウル 1日 浜通信］ - 市議会は",
            {},
            ("［ソウル 1日 浜通信］", [("Seoul", "KR")], "浜通信", date(2021, 6, 1)),
        ),
        (
            "САМАРА, 2 июн - Волга-Пресс. Совет решил",
            {"language": "ru"},
            ("САМАРА, 2 июн - Волга-Пресс", [("Samara", "RU")], "Волга-Пресс", date(2021, 6, 2)),
        ),
        ("Kiel (fno) - Der Rat hat", {"language": "de"}, ("Kiel (fno)", [("Kiel", "DE")], "fno", None)),
        ("تونس (بيان) - قال", {"language": "ar"}, ("تونس (بيان)", [("Tunis", "TN")], "بيان", None)),
        ("GDANSK, Poland - A council met", {}, ("GDANSK, Poland", [("Gdańsk", "PL")], None, None)),
        (
            "NAGOYA, June 2 (Kyodo) - A council",
            {},
            ("NAGOYA, June 2 (Kyodo)", [("Nagoya", "JP")], "Kyodo", date(2021, 6, 2)),
        ),
        (
            "OSLO, June 2. /TASS/. A council met",
            {},
            ("OSLO, June 2. /TASS/", [("Oslo", "NO")], "TASS", date(2021, 6, 2)),
        ),
        (
            "MINSK. June 2 (Interfax) - A council",
            {},
            ("MINSK. June 2 (Interfax)", [("Minsk", "BY")], "Interfax", date(2021, 6, 2)),
        ),
        ("Reuters - A council met on Monday", {}, ("Reuters", [], "Reuters", None)),
        ("(Reuters) - A council met on Monday", {}, ("(Reuters)", [], "Reuters", None)),
        ("Oslo (CNN)The council met", {}, ("Oslo (CNN)", [("Oslo", "NO")], "CNN", None)),
        (
            "OSLO/HELSINKI (Reuters) - Councils",
            {},
            ("OSLO/HELSINKI (Reuters)", [("Oslo", "NO"), ("Helsinki", "FI")], "Reuters", None),
        ),
        (
            "LEEDS (Example Wire Service) - A council",
            {},
            ("LEEDS (Example Wire Service)", [("Leeds", "GB")], "Example Wire Service", None),
        ),
        ("LAHORE: The council met", {}, ("LAHORE", [("Lahore", "PK")], None, None)),
        ("DENVER Some example council has met", {}, ("DENVER", [("Denver", "US")], None, None)),
        ("By ANN WRITER   OSLO (AP) -- A council", {}, ("OSLO (AP)", [("Oslo", "NO")], "AP", None)),
        (
            "Council to meet again\nOSLO, June 2 (dpa) - A council",
            {},
            ("OSLO, June 2 (dpa)", [("Oslo", "NO")], "dpa", date(2021, 6, 2)),
        ),
        (
            "(Corrects name of council in second paragraph) OSLO (Reuters) - A",
            {},
            ("OSLO (Reuters)", [("Oslo", "NO")], "Reuters", None),
        ),
        (
            "ELSINKI, June 2 - A council met",
            {},
            ("ELSINKI, June 2", [("Helsinki", "FI")], None, date(2021, 6, 2)),
        ),
        (
            "UNITED NATIONS (AP) — A council",
            {},
            ("UNITED NATIONS (AP)", [("United Nations", "US")], "AP", None),
        ),
        (
            "ABOARD AIR FORCE ONE (Reuters) - A",
            {},
            ("ABOARD AIR FORCE ONE (Reuters)", [("ABOARD AIR FORCE ONE", None)], "Reuters", None),
        ),
        (
            "Graz/Linz – Der Rat tagte",
            {"language": "de"},
            ("Graz/Linz", [("Graz", "AT"), ("Linz", "AT")], None, None),
        ),
        ("Der Rat tagt wieder. Graz – Am Montag", {"language": "de"}, ("Graz", [("Graz", "AT")], None, None)),
        (
            "Frankfurt/Main (dpa) - Der Rat",
            {"language": "de"},
            ("Frankfurt/Main (dpa)", [("Frankfurt am Main", "DE")], "dpa", None),
        ),
        (
            "Sevilla, 2 jun (EFE).- El consejo",
            {"language": "es"},
            ("Sevilla, 2 jun (EFE)", [("Sevilla", "ES")], "EFE", date(2021, 6, 2)),
        ),
        (
            "(ANSA) - TORINO, 02 GIU - Il consiglio",
            {"language": "it"},
            ("(ANSA) - TORINO, 02 GIU", [("Turin", "IT")], "ANSA", date(2021, 6, 2)),
        ),
        ("Medan (ANTARA) - Dewan", {"language": "id"}, ("Medan (ANTARA)", [("Medan", "ID")], "ANTARA", None)),
        (
            "Kabar9.com, Medan - Dewan",
            {"language": "id"},
            ("Kabar9.com, Medan", [("Medan", "ID")], "Kabar9.com", None),
        ),
        (
            "ОМСК, 2 июн - РИА Новости. Совет",
            {"language": "ru"},
            ("ОМСК, 2 июн - РИА Новости", [("Omsk", "RU")], "РИА Новости", date(2021, 6, 2)),
        ),
        (
            "ОМСК, 2 июня. /ТАСС/. Совет",
            {"language": "ru"},
            ("ОМСК, 2 июня. /ТАСС/", [("Omsk", "RU")], "ТАСС", date(2021, 6, 2)),
        ),
        (
            "القاهرة (رويترز) - اجتمع المجلس",
            {"language": "ar"},
            ("القاهرة (رويترز)", [("Cairo", "EG")], "رويترز", None),
        ),
        (
            "القاهرة، 2 يونيو (رويترز) - اجتمع",
            {"language": "ar"},
            ("القاهرة، 2 يونيو (رويترز)", [("Cairo", "EG")], "رويترز", date(2021, 6, 2)),
        ),
        (
            "【新华社巴黎6月2日电】会议",
            {"language": "zh"},
            ("【新华社巴黎6月2日电】", [("Paris", "FR")], "新华社", date(2021, 6, 2)),
        ),
        (
            "法新社巴黎二日電 會議",
            {"language": "zh"},
            ("法新社巴黎二日電", [("Paris", "FR")], "法新社", date(2021, 6, 2)),
        ),
        (
            "(부산=연합뉴스) 김예시 기자 = 회의",
            {"language": "ko"},
            ("(부산=연합뉴스)", [("Busan", "KR")], "연합뉴스", None),
        ),
        ("【パリ共同】会議", {"language": "ja"}, ("【パリ共同】", [("Paris", "FR")], "共同", None)),
        (
            "［大阪　２日　ロイター］ - 会議",
            {"language": "ja"},
            ("［大阪　２日　ロイター］", [("Osaka", "JP")], "ロイター", date(2021, 6, 2)),
        ),
    ],
)
def test_datelines_of_the_world(text, known, expected):
    assert read(text, **known) == expected


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("ALBERT Example, the council's chairman, made a rare", {}),
        ("［重要 1日 浜通信］ - 市議会は", {}),
        ("（会場＝市役所）市議会は", {}),
        ("Kiel (fno) - The council", {"language": "en"}),
        ("BOSTON Bruins forward Al Example was hurt", {}),
        ("CHICAGO Tribune reporters said", {}),
        ("CHICAGO's mayor said on Friday", {}),
        ("THE Council of Examples last night met", {}),
        ("Why — especially now — it matters", {}),
        ("UPDATE: The council met again today", {}),
        ("LEARN MORE – Start with the council", {}),
        ("Ann Example — a council press secretary", {}),
        ("Germany -- whose council met on Monday --", {}),
        ("Die Stadt – eine Liebe", {"language": "de"}),
        ("LONDON GOLD FIXING - JUNE 2\n 400.10", {}),
        ("The council in Oslo met - again", {}),
        ("", {}),
        ("OSLO", {}),
    ],
)
def test_no_dateline(text, known):
    assert read(text, **known) is None


@pytest.mark.parametrize(
    ("text", "known", "country", "admin1", "method"),
    [
        ("PORTLAND, Maine (AP) — A", {}, "US", "ME", "qualifier"),
        ("PORTLAND, Ore. (AP) — A", {}, "US", "OR", "qualifier"),
        ("BATUMI, Georgia (AP) — A", {}, "GE", "04", "qualifier"),
        ("MACON, Georgia (AP) — A", {}, "US", "GA", "qualifier"),
        ("LONDON (AP) — A", {}, "GB", "ENG", "stand_alone"),
        ("LONDON, Ont. (CP) - A", {}, "CA", "08", "qualifier"),
        ("HAMILTON (AAP) - A", {"country": "NZ"}, "NZ", "G1", "publisher_country"),
        ("HAMILTON (CP) - A", {"country": "CA"}, "CA", "08", "population"),
        ("VALENCIA (EFE).- El", {"country": "ES"}, "ES", "60", "publisher_country"),
        ("KAZAN (AP) — A", {}, "RU", "73", "population"),
        ("NOWHERETON, Texas (AP) — A", {}, "US", "TX", "qualifier"),
    ],
)
def test_namesakes_are_told_apart_and_how(text, known, country, admin1, method):
    place = parse_dateline(text, **known).places[0]
    assert (place.country, place.admin1, place.method) == (country, admin1, method)


def test_the_runners_up_are_kept():
    place = parse_dateline("PORTLAND, Maine (AP) — A council").places[0]
    assert [(one.admin1, one.country) for one in place.alternatives][:1] == [("OR", "US")]
    assert len(place.alternatives) <= 3
    assert all(one.alternatives == () and one.method is None for one in place.alternatives)
    assert place.geoname_id not in {one.geoname_id for one in place.alternatives}
    assert parse_dateline("UNITED NATIONS (AP) — A council").places[0].alternatives == ()
    assert parse_dateline("QQXZYTOWN (AP) — A council").places[0].alternatives == ()
    london = parse_dateline("LONDON (AP) — A council").places[0]
    assert (london.country, london.alternatives[0].country) == ("GB", "CA")


@pytest.mark.parametrize(
    ("text", "language", "country", "method"),
    [
        ("San José, 2 jun (EFE).- El consejo", "es", "CR", "language"),
        ("Valence (AFP) - Le conseil", "fr", "FR", "language"),
        ("Venise (AFP) - Le conseil", "fr", "IT", "population"),
        ("Luxemburg (dpa) - Der Rat", "de", "LU", "stand_alone"),
        ("ODESSA (Reuters) - A council", "en", "UA", "population"),
    ],
)
def test_the_language_and_the_press_tell_namesakes_apart(text, language, country, method):
    place = parse_dateline(text, language=language).places[0]
    assert (place.country, place.method) == (country, method)


def test_a_place_carries_what_the_gazetteer_knows():
    place = parse_dateline("NAIROBI, Kenya (AP) — A council").places[0]
    assert (place.name, place.zone, place.geoname_id) == ("Nairobi", "Africa/Nairobi", 184745)
    assert place.lat == pytest.approx(-1.28, abs=0.05)


def test_a_printed_day_takes_the_year_nearest_to_the_story():
    assert parse_dateline("OSLO, Dec. 31 (AP) - A", filed_on=date(2021, 1, 1)).filed_on == date(2020, 12, 31)
    assert parse_dateline("OSLO, Feb. 29 (AP) - A", filed_on=date(2021, 1, 1)).filed_on == date(2020, 2, 29)
    assert parse_dateline("OSLO, Dec. 31 (AP) - A").filed_on is None
    assert parse_dateline("OSLO, Dec. 31, 2019 (AP) - A").filed_on == date(2019, 12, 31)
