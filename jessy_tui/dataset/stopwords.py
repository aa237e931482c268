"""Words that say nothing of what a text is about, folded: Turkish and English."""

from typing import Final

from jessy_tui.dataset.turkish import fold

_TURKISH = """
acaba ama ancak aslında bana bazı belki ben beni benim bile bin bir biraz biri birkaç birçok biz
bize bizi bizim böyle bu buna bunda bundan bunlar bunu bunun burada bütün çok çünkü da daha dahi
de defa değil diğer diye dolayı en fakat falan filan gene gibi göre hâlâ hani hatta hem henüz hep
hepsi her hiç için iki ile ise işte iyi kaç kadar karşın kendi kez ki kim kimse madem mı mi mu mü
nasıl ne neden nedir nerede nereye niçin niye o olan olarak oldu olduğu olduğunu olması olmaz
olsa olsun olur oluyor ona ondan onlar onu onun orada oysa öyle pek rağmen sadece sana sanki sen
seni senin siz size sizi sizin son sonra şey şeyi şeyler şimdi şu şuna şunu tabi tabii tüm tek
üzere var ve veya ya yani yapar yapmak yok yoksa yine zaten zira kadar demek eder etmek
aynı başka çoğu geri hangi yüzden yerine hiçbir ikisi ilk tam sanırım kez yer bugün zaman ayrı
nin nın nun nün den dan ten tan dir dır dur dür tir tır yi yı yu yü ler lar
edip değildir vardır yoktur olmak birden önce ardından arasında altında üzerinde içinde bence
"""
_ENGLISH = """
a about above after again against all also am an and any are as at be because been before being
below between both but by can cannot could did do does doing don down during each even every few
for from further get gets give go goes going had has have having he her here hers him his how i if
in into is isn it its itself just keep know let like ll made make makes many may me might more
most much must my need never no nor not now of off on once one only or other our out over own per
put rather re really s same say see she should since so some still such t take than that the their
them then there these they thing things think this those through to too two under until up us use
used using ve very want was way we well were what when where which while who whom why will with
within without would yes yet you your yours
something anything nothing nobody first don doesn didn isn won ve re
"""

STOP_WORDS: Final = frozenset(fold(f"{_TURKISH} {_ENGLISH}").split())
