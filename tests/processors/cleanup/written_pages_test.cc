// Pages as systems that publish news write them, in the languages of news: what their metadata says is found,
// all of it. The pages are invented.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processors/article/time.h"
#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

using testing::Cleaned;

std::string Joined(const auto& list) {
  std::string joined;
  for (const std::string_view item : list) joined += (joined.empty() ? "" : "; ") + std::string(item);
  return joined;
}

std::string Told(const std::optional<FeedTime>& time) { return time ? FormatTime(*time) : ""; }

// title | authors | published | modified | section | keywords | address | language
std::string Metadata(const Article& article) {
  std::string all(article.title);
  for (const std::string& field :
       {Joined(article.authors), Told(article.published), Told(article.modified), std::string(article.section),
        Joined(article.keywords), std::string(article.url), std::string(article.language)}) {
    all += " | " + field;
  }
  return all;
}

struct Written {
  std::string_view name, html, metadata;
};
class WrittenPage : public ::testing::TestWithParam<Written> {};

TEST_P(WrittenPage, TellsAllItsMetadata) {
  Cleaned cleaned({.text = GetParam().html, .form = TextForm::kPage});
  EXPECT_EQ(Metadata(cleaned.article()), GetParam().metadata);
}

INSTANTIATE_TEST_SUITE_P(
    , WrittenPage,
    ::testing::Values(
        Written{"WordPressGraph",
                R"html(<html lang="de"><head><title>Hafentunnel nach zwei Jahren eröffnet - Beispielblatt</title>
<link rel="canonical" href="https://beispielblatt.example/hafentunnel/" />
<meta property="og:locale" content="de_DE" /><meta property="og:type" content="article" />
<meta property="og:title" content="Hafentunnel nach zwei Jahren eröffnet - Beispielblatt" />
<meta property="og:site_name" content="Beispielblatt" />
<meta property="article:published_time" content="2031-03-09T05:30:00+00:00" />
<meta property="article:modified_time" content="2031-03-09T08:12:44+00:00" />
<meta name="author" content="Anna Beispiel" /><meta name="twitter:label1" content="Verfasst von" />
<meta name="twitter:data1" content="Anna Beispiel" />
<script type="application/ld+json" class="yoast-schema-graph">{"@context":"https://schema.org",
"@graph":[{"@type":"NewsArticle","@id":"https://beispielblatt.example/hafentunnel/#article",
"isPartOf":{"@id":"https://beispielblatt.example/hafentunnel/"},
"author":[{"@id":"https://beispielblatt.example/#/schema/person/1"},{"@id":"https://beispielblatt.example/#/schema/person/2"}],"headline":"Hafentunnel
nach zwei Jahren eröffnet","datePublished":"2031-03-09T05:30:00+00:00",
"dateModified":"2031-03-09T08:12:44+00:00",
"mainEntityOfPage":{"@id":"https://beispielblatt.example/hafentunnel/"},
"publisher":{"@id":"https://beispielblatt.example/#organization"},"keywords":["Hafen","Tunnel"],
"articleSection":["Stadt"],"inLanguage":"de"},{"@type":"WebPage",
"@id":"https://beispielblatt.example/hafentunnel/",
"name":"Hafentunnel nach zwei Jahren eröffnet - Beispielblatt","inLanguage":"de"},{"@type":"Organization",
"@id":"https://beispielblatt.example/#organization","name":"Beispielblatt"},{"@type":"Person",
"@id":"https://beispielblatt.example/#/schema/person/1","name":"Anna Beispiel"},{"@type":"Person",
"@id":"https://beispielblatt.example/#/schema/person/2","name":"Jan Muster"}]}</script></head>
<body class="post-template-default single"><article>
<h1 class="entry-title">Hafentunnel nach zwei Jahren eröffnet</h1><div class="entry-content">
<p>Der Tunnel unter dem Hafen wurde am Montag eröffnet, zwei Jahre später als von der Stadt versprochen.</p>
<p>Die Fahrer warteten eine Stunde am Nordtor, wo ein Chor sang und die Bürgermeisterin ein Band zerschnitt.</p>
</div></article></body></html>)html",
                "Hafentunnel nach zwei Jahren eröffnet | Anna Beispiel; Jan Muster"
                " | 2031-03-09T05:30:00+00:00 | 2031-03-09T08:12:44+00:00 | Stadt | Hafen; Tunnel"
                " | https://beispielblatt.example/hafentunnel/ | de"},
        Written{"WordPressTheme",
                R"html(<html lang="fr-FR"><head><title>Le tunnel du port ouvre enfin – La Gazette Exemple</title>
<link rel='canonical' href='https://gazette.example/le-tunnel-du-port/'/>
<meta property="og:site_name" content="La Gazette Exemple"/></head><body><div id="content">
<h1 class="entry-title">Le tunnel du port ouvre enfin</h1><div class="entry-meta">
<span class="posted-on">Publié le <time class="entry-date published" datetime="2031-03-09T06:30:00+01:00">9
mars 2031</time><time class="updated" datetime="2031-03-10T09:00:00+01:00">10 mars 2031</time></span>
<span class="byline"> par <span class="author vcard">
<a class="url fn n" href="https://gazette.example/author/anne/">Anne Exemple</a></span></span></div>
<div class="entry-content">
<p>Le tunnel sous le port a ouvert lundi, deux ans plus tard que ce que la ville avait promis.</p>
<p>Les conducteurs ont attendu une heure à la porte nord, où une chorale chantait et la maire a coupé un
ruban.</p></div></div></body></html>)html",
                "Le tunnel du port ouvre enfin | Anne Exemple"
                " | 2031-03-09T06:30:00+01:00 | 2031-03-10T09:00:00+01:00 |  | "
                " | https://gazette.example/le-tunnel-du-port/ | fr"},
        Written{"Amp",
                R"html(<html ⚡ lang="es"><head><meta charset="utf-8"><title>El túnel del puerto abre por fin | El Ejemplo</title>
<link rel="canonical" href="https://elejemplo.example/ciudad/tunel.html">
<script type="application/ld+json">{"@context":"http://schema.org","@type":"NewsArticle",
"mainEntityOfPage":"https://elejemplo.example/ciudad/tunel.html","headline":"El túnel del puerto abre por fin",
"datePublished":"2031-03-09T07:30:00+0100","dateModified":"2031-03-09T10:00:00+0100",
"author":{"@type":"Person","name":"Ana Ejemplo y Luis Muestra"},"publisher":{"@type":"Organization",
"name":"El Ejemplo"},"articleSection":"Ciudad","keywords":"puerto, túnel"}</script></head><body><article>
<h1>El túnel del puerto abre por fin</h1><p class="autor">Ana Ejemplo y Luis Muestra</p>
<p>El túnel bajo el puerto abrió el lunes, dos años más tarde de lo que había prometido la ciudad.</p>
<p>Los conductores esperaron una hora en la puerta norte, donde cantó un coro y la alcaldesa cortó una
cinta.</p></article></body></html>)html",
                "El túnel del puerto abre por fin | Ana Ejemplo; Luis Muestra"
                " | 2031-03-09T07:30:00+01:00 | 2031-03-09T10:00:00+01:00 | Ciudad | puerto; túnel"
                " | https://elejemplo.example/ciudad/tunel.html | es"},
        Written{"DrupalRdfa",
                R"html(<html lang="it" dir="ltr" prefix="dc: http://purl.org/dc/terms/ schema: http://schema.org/ sioc:
http://rdfs.org/sioc/ns#"><head><meta charset="utf-8" />
<meta name="Generator" content="Drupal 10 (https://www.drupal.org)" />
<title>Il tunnel del porto apre finalmente | Il Campione</title>
<link rel="canonical" href="https://ilcampione.example/citta/tunnel" />
<meta property="og:site_name" content="Il Campione" /></head><body class="path-node page-node-type-article">
<div class="block-page-title-block"><h1 class="page-title">
<span property="schema:name">Il tunnel del porto apre finalmente</span></h1></div>
<article role="article" about="/citta/tunnel" typeof="schema:Article"><footer class="node__meta">
<div class="node__submitted">Di <span rel="schema:author">
<span lang="" about="/user/7" typeof="schema:Person" property="schema:name" datatype="">Anna Esempio</span>
</span>, <span property="schema:dateCreated" content="2031-03-09T06:30:00+00:00">9 marzo 2031</span></div>
</footer><div class="node__content">
<p>Il tunnel sotto il porto è stato aperto lunedì, due anni più tardi di quanto la città avesse promesso.</p>
<p>Gli automobilisti hanno aspettato un'ora al varco nord, dove un coro cantava e la sindaca ha tagliato un
nastro.</p></div></article></body></html>)html",
                "Il tunnel del porto apre finalmente | Anna Esempio"
                " | 2031-03-09T06:30:00+00:00 |  |  | "
                " | https://ilcampione.example/citta/tunnel | it"},
        Written{"Headless",
                R"html(<html lang="pt"><head><title>Túnel do porto abre enfim - O Exemplo</title>
<link rel="canonical" href="https://oexemplo.example/cidade/2031/03/09/tunel/"/>
<meta property="og:title" content="Túnel do porto abre enfim"/>
<meta property="og:site_name" content="O Exemplo"/><meta property="article:section" content="Cidade"/>
<meta name="keywords" content="porto,túnel"/>
<script type="application/ld+json">{"@context":"http://schema.org","@type":"NewsArticle",
"headline":"Túnel do porto abre enfim","datePublished":"2031-03-09T06:30:00.123Z",
"dateModified":"2031-03-09T08:30:00.5Z","author":[{"@type":"Person","name":"Ana Exemplo"},{"@type":"Person",
"name":"João Amostra"}],"publisher":{"@type":"NewsMediaOrganization","name":"O Exemplo"}}</script></head>
<body><main><h1 class="c-heading">Túnel do porto abre enfim</h1>
<div class="b-byline">Por <a href="/author/ana">Ana Exemplo</a> e <a href="/author/joao">João Amostra</a>
</div><article class="b-article-body">
<p>O túnel sob o porto abriu na segunda-feira, dois anos mais tarde do que a cidade tinha prometido.</p>
<p>Os motoristas esperaram uma hora no portão norte, onde um coro cantou e a prefeita cortou uma fita.</p>
</article></main></body></html>)html",
                "Túnel do porto abre enfim | Ana Exemplo; João Amostra"
                " | 2031-03-09T06:30:00.123+00:00 | 2031-03-09T08:30:00.500+00:00 | Cidade | porto; túnel"
                " | https://oexemplo.example/cidade/2031/03/09/tunel/ | pt"},
        Written{"DeskInMetaPersonsOnPage",
                R"html(<html lang="nl"><head><title>Haventunnel eindelijk open - Het Voorbeeld</title>
<link rel="canonical" href="https://hetvoorbeeld.example/haventunnel">
<meta property="og:site_name" content="Het Voorbeeld"><meta name="author" content="Redactie Het Voorbeeld">
</head><body><article><header><h1>Haventunnel eindelijk open</h1>
<div class="artikel-info">Door <b>Anna van Voorbeeld</b> en <b>Piet de Proef</b></div>
<div>9 mrt 2031 om 06:30</div></header>
<p>De tunnel onder de haven ging maandag open, twee jaar later dan de stad had beloofd.</p>
<p>Automobilisten wachtten een uur bij de noordelijke poort, waar een koor zong en de burgemeester een lint
doorknipte.</p></article></body></html>)html",
                "Haventunnel eindelijk open | Anna van Voorbeeld; Piet de Proef"
                " | 2031-03-09 |  |  | "
                " | https://hetvoorbeeld.example/haventunnel | nl"},
        Written{"LabelAndTwoElements",
                R"html(<html lang="pl"><head><title>Tunel portowy wreszcie otwarty - Przykład</title>
<link rel="canonical" href="https://przyklad.example/tunel"><meta property="og:site_name" content="Przykład">
</head><body><article><h1>Tunel portowy wreszcie otwarty</h1><div class="info">
<span>Autor: <strong>Anna Przykład</strong>, <strong>Jan Wzór</strong></span><span>9 marca 2031, 6:30</span>
</div><p>Tunel pod portem otwarto w poniedziałek, dwa lata później, niż obiecało miasto.</p>
<p>Kierowcy czekali godzinę przy północnej bramie, gdzie śpiewał chór, a burmistrzyni przecięła wstęgę.</p>
</article></body></html>)html",
                "Tunel portowy wreszcie otwarty | Anna Przykład; Jan Wzór"
                " | 2031-03-09 |  |  | "
                " | https://przyklad.example/tunel | pl"},
        Written{"LabelBelowTheText",
                R"html(<html lang="ru"><head><title>Портовый тоннель наконец открыт — Пример</title>
<link rel="canonical" href="https://primer.example/tonnel"><meta property="og:site_name" content="Пример">
</head><body><div class="article"><h1>Портовый тоннель наконец открыт</h1>
<div class="article__date">9 марта 2031, 06:30</div><div class="article__text">
<p>Тоннель под гаванью открылся в понедельник, на два года позже, чем обещал город.</p>
<p>Водители ждали час у северных ворот, где пел хор, а мэр разрезала ленту.</p></div>
<div class="article__authors">Автор: Иван Примеров и Анна Образцова</div></div></body></html>)html",
                "Портовый тоннель наконец открыт | Иван Примеров; Анна Образцова"
                " | 2031-03-09 |  |  | "
                " | https://primer.example/tonnel | ru"},
        Written{"Microdata",
                R"html(<html lang="tr"><head><title>Liman tüneli sonunda açıldı | Örnek Haber</title>
<link rel="canonical" href="https://ornek.example/liman-tuneli">
<meta property="og:site_name" content="Örnek Haber"></head><body>
<article itemscope itemtype="https://schema.org/NewsArticle">
<h1 itemprop="headline">Liman tüneli sonunda açıldı</h1>
<meta itemprop="dateModified" content="2031-03-09T09:00:00+03:00">
<time itemprop="datePublished" datetime="2031-03-09T07:30:00+03:00">09.03.2031</time>
<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">Ayşe Örnek</span>
</span><div itemprop="articleBody">
<p>Limanın altındaki tünel, şehrin söz verdiğinden iki yıl sonra pazartesi günü açıldı.</p>
<p>Sürücüler, bir koronun şarkı söylediği ve başkanın kurdele kestiği kuzey kapısında bir saat bekledi.</p>
</div></article></body></html>)html",
                "Liman tüneli sonunda açıldı | Ayşe Örnek"
                " | 2031-03-09T07:30:00+03:00 | 2031-03-09T09:00:00+03:00 |  | "
                " | https://ornek.example/liman-tuneli | tr"},
        Written{"RightToLeft",
                R"html(<html lang="ar" dir="rtl"><head><title>افتتاح نفق الميناء أخيرا | صحيفة المثال</title>
<link rel="canonical" href="https://mithal.example/nafaq">
<meta property="og:site_name" content="صحيفة المثال"></head><body><article><h1>افتتاح نفق الميناء أخيرا</h1>
<div class="info">بقلم: <a href="/w/1">أحمد مثال</a></div>
<time datetime="2031-03-09T06:30:00+02:00">9 مارس 2031</time>
<p>افتتح النفق تحت الميناء يوم الاثنين، بعد عامين من الموعد الذي وعدت به المدينة.</p>
<p>انتظر السائقون ساعة عند البوابة الشمالية حيث غنت جوقة وقصت رئيسة البلدية الشريط.</p></article></body>
</html>)html",
                "افتتاح نفق الميناء أخيرا | أحمد مثال"
                " | 2031-03-09T06:30:00+02:00 |  |  | "
                " | https://mithal.example/nafaq | ar"},
        Written{"ReportersAboveTheText",
                R"html(<html lang="zh-CN"><head><title>海港隧道终于开通_示例网</title><meta name="author" content="示例网">
<link rel="canonical" href="https://shili.example/n1/2031/0309/c1.html">
<meta property="og:site_name" content="示例网"></head><body><h1>海港隧道终于开通</h1>
<div class="info">2031年03月09日06:30 来源：<a href="/">示例网</a></div><div class="content"><p>本报记者 张三、李四</p>
<p>海港隧道于周一开通，比市政府承诺的时间晚了两年。</p><p>司机们在北门等候了一个小时，合唱团在那里歌唱，市长剪彩。</p></div><div>(责编：王五)</div></body></html>)html",
                "海港隧道终于开通 | 张三; 李四"
                " | 2031-03-09 |  |  | "
                " | https://shili.example/n1/2031/0309/c1.html | zh"},
        Written{"SiteBehindAWideColon",
                R"html(<html lang="ja"><head><title>港トンネルようやく開通：見本新聞デジタル</title>
<link rel="canonical" href="https://mihon.example/article/1">
<meta property="og:title" content="港トンネルようやく開通：見本新聞デジタル"><meta property="og:site_name" content="見本新聞デジタル">
</head><body><main><h1>港トンネルようやく開通</h1><p>2031年3月9日 6時30分</p><div class="articleText">
<p>港の下のトンネルは月曜日に開通した。市が約束した時期より二年遅れた。</p><p>運転手たちは北の門で一時間待ち、合唱団が歌い、市長がテープを切った。</p></div><p>（文・見本太郎、撮影・例二郎）</p>
</main></body></html>)html",
                "港トンネルようやく開通 | "
                " | 2031-03-09 |  |  | "
                " | https://mihon.example/article/1 | ja"},
        Written{"Ghost",
                R"html(<html lang="sv"><head><title>Hamntunneln äntligen öppen</title>
<link rel="canonical" href="https://exempel.example/hamntunneln/">
<meta property="og:site_name" content="Exempelbladet">
<meta property="og:title" content="Hamntunneln äntligen öppen">
<meta property="article:published_time" content="2031-03-09T05:30:00.000Z">
<meta property="article:modified_time" content="2031-03-09T06:00:00.000Z">
<meta property="article:tag" content="Hamnen"><meta property="article:tag" content="Tunnlar">
<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Anna Exempel">
<meta name="twitter:label2" content="Filed under"><meta name="twitter:data2" content="Hamnen, Tunnlar">
<script type="application/ld+json">{
    "@context": "https://schema.org",
    "@type": "Article",
    "publisher": {"@type": "Organization","name": "Exempelbladet","url": "https://exempel.example/"},
    "author": {"@type": "Person","name": "Anna Exempel","url": "https://exempel.example/author/anna/",
"sameAs": []},
    "headline": "Hamntunneln äntligen öppen",
    "url": "https://exempel.example/hamntunneln/",
    "datePublished": "2031-03-09T05:30:00.000Z",
    "dateModified": "2031-03-09T06:00:00.000Z",
    "keywords": "Hamnen, Tunnlar",
    "mainEntityOfPage": "https://exempel.example/hamntunneln/"
}</script>
</head><body><main><article class="gh-article"><h1 class="gh-article-title">Hamntunneln äntligen öppen</h1>
<section class="gh-content"><p>Tunneln under hamnen öppnade i måndags, två år senare än staden hade lovat.</p>
<p>Förarna väntade en timme vid den norra porten, där en kör sjöng och borgmästaren klippte ett band.</p>
</section></article></main></body></html>)html",
                "Hamntunneln äntligen öppen | Anna Exempel"
                " | 2031-03-09T05:30:00+00:00 | 2031-03-09T06:00:00+00:00 |  | Hamnen; Tunnlar"
                " | https://exempel.example/hamntunneln/ | sv"},
        Written{"MetaNamesFewer",
                R"html(<html lang="da"><head><title>Havnetunnel endelig åben | Eksempel Avis</title>
<link rel="canonical" href="https://eksempel.example/havnetunnel">
<meta property="og:site_name" content="Eksempel Avis"><meta name="article:author" content="Anna Eksempel">
</head><body><article><h1>Havnetunnel endelig åben</h1><div>Af Anna Eksempel og Jens Prøve</div>
<div>9. marts 2031 kl. 06.30</div>
<p>Tunnelen under havnen åbnede mandag, to år senere end byen havde lovet.</p>
<p>Bilisterne ventede en time ved den nordlige port, hvor et kor sang, og borgmesteren klippede et bånd
over.</p></article></body></html>)html",
                "Havnetunnel endelig åben | Anna Eksempel"
                " | 2031-03-09 |  |  | "
                " | https://eksempel.example/havnetunnel | da"},
        Written{"TextAndPictures",
                R"html(<html lang="fi"><head><title>Satamatunneli vihdoin auki | Esimerkki</title>
<link rel="canonical" href="https://esimerkki.example/satamatunneli">
<meta property="og:site_name" content="Esimerkki"></head><body><article><h1>Satamatunneli vihdoin auki</h1>
<div class="meta"><span>9.3.2031 6:30</span></div><div>Teksti: Anna Esimerkki, kuvat: Matti Malli</div>
<p>Sataman alittava tunneli avattiin maanantaina, kaksi vuotta myöhemmin kuin kaupunki oli luvannut.</p>
<p>Kuljettajat odottivat tunnin pohjoisella portilla, jossa kuoro lauloi ja pormestari leikkasi nauhan.</p>
</article></body></html>)html",
                "Satamatunneli vihdoin auki | Anna Esimerkki"
                " | 2031-03-09 |  |  | "
                " | https://esimerkki.example/satamatunneli | fi"},
        Written{"LinksToAuthors",
                R"html(<html lang="cs"><head><title>Přístavní tunel konečně otevřen - Příklad.cz</title>
<link rel="canonical" href="https://priklad.example/tunel"><meta property="og:site_name" content="Příklad.cz">
</head><body><article><h1>Přístavní tunel konečně otevřen</h1><div class="autori">
<a href="/autor/1">Anna Příkladová</a> a <a href="/autor/2">Jan Vzor</a></div><div>9. března 2031, 6:30</div>
<p>Tunel pod přístavem byl otevřen v pondělí, o dva roky později, než město slíbilo.</p>
<p>Řidiči čekali hodinu u severní brány, kde zpíval sbor a starostka přestřihla pásku.</p></article></body>
</html>)html",
                "Přístavní tunel konečně otevřen | Anna Příkladová; Jan Vzor"
                " | 2031-03-09 |  |  | "
                " | https://priklad.example/tunel | cs"},
        Written{"ClassOfAuthors",
                R"html(<html lang="uk"><head><title>Портовий тунель нарешті відкрито | Приклад</title>
<link rel="canonical" href="https://pryklad.example/tunel"><meta property="og:site_name" content="Приклад">
</head><body><article><h1>Портовий тунель нарешті відкрито</h1><div class="post-author">
<a href="/a/1">Олена Зразок</a>, <a href="/a/2">Іван Приклад</a></div><div>9 березня 2031, 06:30</div>
<p>Тунель під гаванню відкрили в понеділок, на два роки пізніше, ніж обіцяло місто.</p>
<p>Водії чекали годину біля північної брами, де співав хор, а міська голова перерізала стрічку.</p></article>
</body></html>)html",
                "Портовий тунель нарешті відкрито | Олена Зразок; Іван Приклад"
                " | 2031-03-09 |  |  | "
                " | https://pryklad.example/tunel | uk"},
        Written{"GreekLabel",
                R"html(<html lang="el"><head><title>Άνοιξε επιτέλους η σήραγγα του λιμανιού | Το Παράδειγμα</title>
<link rel="canonical" href="https://paradeigma.example/siragga">
<meta property="og:site_name" content="Το Παράδειγμα"></head><body><article>
<h1>Άνοιξε επιτέλους η σήραγγα του λιμανιού</h1><div>Συντάκτης: Άννα Παραδείγματος και Νίκος Δοκιμής</div>
<div>9 Μαρτίου 2031, 06:30</div>
<p>Η σήραγγα κάτω από το λιμάνι άνοιξε τη Δευτέρα, δύο χρόνια αργότερα από όσο είχε υποσχεθεί η πόλη.</p>
<p>Οι οδηγοί περίμεναν μία ώρα στη βόρεια πύλη, όπου τραγούδησε χορωδία και η δήμαρχος έκοψε την κορδέλα.</p>
</article></body></html>)html",
                "Άνοιξε επιτέλους η σήραγγα του λιμανιού | Άννα Παραδείγματος; Νίκος Δοκιμής"
                " | 2031-03-09 |  |  | "
                " | https://paradeigma.example/siragga | el"},
        Written{"ReporterBehindTheName",
                R"html(<html lang="ko"><head><title>항구 터널 마침내 개통 - 보기일보</title>
<link rel="canonical" href="https://bogi.example/news/1"><meta property="og:site_name" content="보기일보">
<meta property="og:title" content="항구 터널 마침내 개통"></head><body><article><h1>항구 터널 마침내 개통</h1><div class="info">
<span class="byline">홍길동 기자</span><span>입력 2031.03.09 06:30</span></div>
<p>항구 아래 터널이 시가 약속한 것보다 2년 늦은 월요일에 개통했다.</p><p>운전자들은 합창단이 노래하고 시장이 테이프를 자른 북문에서 한 시간을 기다렸다.</p></article>
</body></html>)html",
                "항구 터널 마침내 개통 | 홍길동"
                " | 2031-03-09 |  |  | "
                " | https://bogi.example/news/1 | ko"},
        Written{"EditorInJsonLd",
                R"html(<html lang="hi"><head><title>बंदरगाह सुरंग आखिरकार खुली - उदाहरण समाचार</title>
<link rel="canonical" href="https://udaharan.example/surang">
<meta property="og:site_name" content="उदाहरण समाचार">
<script type="application/ld+json">[{"@context":"https://schema.org","@type":"NewsArticle",
"headline":"बंदरगाह सुरंग आखिरकार खुली","datePublished":"2031-03-09T12:00:00+05:30",
"dateModified":"2031-03-09T13:00:00+05:30","author":{"@type":"Person","name":"Edited By राम उदाहरण"},
"inLanguage":"hi"}]</script></head><body><article><h1>बंदरगाह सुरंग आखिरकार खुली</h1>
<div>Written by: <a href="/x">सीता उदाहरण</a></div>
<p>बंदरगाह के नीचे की सुरंग सोमवार को खुली, शहर के वादे से दो साल बाद।</p>
<p>चालकों ने उत्तरी द्वार पर एक घंटा इंतज़ार किया, जहाँ गायकों ने गाया और महापौर ने फीता काटा।</p></article>
</body></html>)html",
                "बंदरगाह सुरंग आखिरकार खुली | सीता उदाहरण"
                " | 2031-03-09T12:00:00+05:30 | 2031-03-09T13:00:00+05:30 |  | "
                " | https://udaharan.example/surang | hi"},
        Written{"Blogger",
                R"html(<html dir='ltr' lang='en'><head><title>Harbour tunnel opens at last ~ Example Notes</title>
<link href='https://notes.example.blogspot.example/2031/03/tunnel.html' rel='canonical'/>
<meta content='Harbour tunnel opens at last' property='og:title'/></head><body><h2 class='date-header'>
<span>Sunday, March 9, 2031</span></h2><div class='post hentry'>
<h3 class='post-title entry-title' itemprop='name'>Harbour tunnel opens at last</h3>
<div class='post-body entry-content'>
<p>The tunnel under the harbour opened on Monday, two years later than the city had promised.</p>
<p>Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a ribbon.</p></div>
<div class='post-footer'>
<span class='post-author vcard'>Posted by <span class='fn' itemprop='author' itemscope='itemscope'
itemtype='http://schema.org/Person'>
<a class='g-profile' href='https://www.blogger.example/profile/1' rel='author'>
<span itemprop='name'>Ann Example</span></a></span>
</span> <span class='post-timestamp'>at <a href='#' rel='bookmark'>
<abbr class='published' itemprop='datePublished' title='2031-03-09T06:30:00-08:00'>6:30 AM</abbr></a></span>
</div></div></body></html>)html",
                "Harbour tunnel opens at last | Ann Example"
                " | 2031-03-09T06:30:00-08:00 |  |  | "
                " | https://notes.example.blogspot.example/2031/03/tunnel.html | en"},
        Written{"SiteInTheHeadline",
                R"html(<html lang="en"><head><title>Harbour tunnel opens at last | by Ann Example | Example Letters | Medium</title>
<meta property="article:published_time" content="2031-03-09T06:30:00.123Z">
<meta name="title" content="Harbour tunnel opens at last | by Ann Example | Example Letters">
<meta property="og:title" content="Harbour tunnel opens at last">
<meta property="og:site_name" content="Medium">
<meta property="article:author" content="https://medium.example/@ann">
<meta name="author" content="Ann Example">
<link rel="canonical" href="https://medium.example/letters/tunnel-1">
<script type="application/ld+json">{"@context":"http://schema.org","@type":"NewsArticle",
"url":"https://medium.example/letters/tunnel-1","dateCreated":"2031-03-09T06:30:00.123Z",
"datePublished":"2031-03-09T06:30:00.123Z","dateModified":"2031-03-10T06:30:00.123Z",
"headline":"Harbour tunnel opens at last - Example Letters - Medium",
"name":"Harbour tunnel opens at last - Example Letters - Medium","author":{"@type":"Person",
"name":"Ann Example"},"creator":["Ann Example"],"publisher":{"@type":"Organization",
"name":"Example Letters"}}</script></head><body><article>
<h1 class="pw-post-title">Harbour tunnel opens at last</h1>
<p>The tunnel under the harbour opened on Monday, two years later than the city had promised.</p>
<p>Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a ribbon.</p>
</article></body></html>)html",
                "Harbour tunnel opens at last | Ann Example"
                " | 2031-03-09T06:30:00.123+00:00 | 2031-03-10T06:30:00.123+00:00 |  | "
                " | https://medium.example/letters/tunnel-1 | en"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace newsfeed
