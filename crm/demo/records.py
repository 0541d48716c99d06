"""The work of the demo company: its clients, its deals and leads, and what nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass

SOURCES = ("E-mail", "Phone", "Web form", "Recommendation")


@dataclass(frozen=True)
class Client:
    """Somebody for whom a roof is repaired, perhaps for their company."""

    first: str
    last: str
    email: str
    phone: str
    address: str
    company: str | None = None


@dataclass(frozen=True)
class Job:
    """A deal: where it stands now, for how many days it has been here, and who has it."""

    title: str
    amount: str
    client: Client
    stage: str
    age: int
    who: str
    roof: str = "tiles"
    area: str = "90"


_KOWALSKA = Client("Ewa", "Kowalska", "ewa.kowalska@post.example", "+48 601 220 145", "ul. Lipowa 14, Kraków")
_PETIT = Client("Julie", "Petit", "julie@boulangerie-petit.example", "+33 6 12 34 50 01", "4 rue du Four, Lagny", "Boulangerie Petit")
_LOGNES = Client("Bernard", "Rousseau", "travaux@lognes.example", "+33 1 60 05 10 02", "Place de la Mairie, Lognes", "Mairie de Lognes")
_SZYMANSKI = Client(
    "Piotr", "Szymański", "piotr@transport-szymanski.example", "+48 602 118 003", "ul. Magazynowa 3, Łódź", "Transport Szymański"
)
_PASTEUR = Client("Nadia", "Benali", "intendance@college-pasteur.example", "+33 1 64 11 20 04", "12 rue Pasteur, Torcy", "Collège Pasteur")
_BRISTOL = Client("Karolina", "Dąbrowska", "biuro@hotel-bristol.example", "+48 22 551 10 05", "Rynek 9, Wrocław", "Hotel Bristol")
_LAMBERT = Client("Denis", "Lambert", "denis@garage-lambert.example", "+33 6 12 34 50 06", "ZA des Saules, Meaux", "Garage Lambert")
_DUBOIS = Client("Hélène", "Dubois", "helene.dubois@post.example", "+33 6 12 34 50 07", "31 avenue Foch, Vincennes")
_THU = Client("Thị Thu", "Phạm", "thu.pham@post.example", "+33 6 12 34 50 08", "8 rue de Torcy, Paris")
_WISNIEWSKI = Client("Piotr", "Wiśniewski", "p.wisniewski@post.example", "+48 603 402 009", "ul. Polna 7, Poznań")
_MOREAU = Client("Claire", "Moreau", "claire.moreau@post.example", "+33 6 12 34 50 10", "2 allée des Tilleuls, Chelles")
_HAI = Client("Văn Hải", "Nguyễn", "hai.nguyen@post.example", "+33 6 12 34 50 11", "17 rue Jules Ferry, Noisiel")
_LEWANDOWSKA = Client("Zofia", "Lewandowska", "z.lewandowska@post.example", "+48 604 551 012", "ul. Ogrodowa 22, Gdańsk")
_GARNIER = Client("Julien", "Garnier", "julien.garnier@post.example", "+33 6 12 34 50 13", "5 quai de Marne, Joinville")
_HUY = Client("Quang Huy", "Đỗ", "huy.do@post.example", "+33 6 12 34 50 14", "40 rue de Lyon, Paris")
_HOA = Client("Thị Hoa", "Lê", "hoa.le@post.example", "+33 6 12 34 50 15", "9 rue des Lilas, Bagnolet")
_MAZUR = Client("Agnieszka", "Mazur", "a.mazur@post.example", "+48 605 330 016", "ul. Leśna 5, Katowice")
_ZIELINSKI = Client("Marek", "Zieliński", "marek.zielinski@post.example", "+48 606 771 017", "ul. Mostowa 1, Toruń")
_NGOC = Client("Bảo Ngọc", "Trịnh", "ngoc.trinh@post.example", "+33 6 12 34 50 18", "3 chemin du Lac, Lognes")
_ORTEGA = Client("Marta", "Ortega", "marta.ortega@post.example", "+34 612 345 019", "Calle Mayor 18, Irún")
_SORENSEN = Client("Lars", "Sørensen", "lars.sorensen@post.example", "+45 20 12 30 20", "Strandvej 6, Aarhus")
_BIANCHI = Client("Paolo", "Bianchi", "amministrazione@cantina-bianchi.example", "+39 347 123 4521", "Via Roma 40, Asti", "Cantina Bianchi")

JOBS = (
    Job("Flat roof membrane", "8900", _PETIT, "sales/new", 2, "camille", "flat", "140"),
    Job("Gutter replacement", "1240", _DUBOIS, "sales/new", 3, "minh", "zinc", "38"),
    Job("Skylight leak", "2100", _THU, "sales/new", 1, "camille", "zinc", "6"),
    Job("Storm damage", "6300", _WISNIEWSKI, "sales/new", 1, "minh"),
    Job("Moss removal", "780", _MOREAU, "sales/new", 4, "camille"),
    Job("Slate roof, north side", "18400", _LOGNES, "sales/talks", 17, "camille", "slate", "260"),
    Job("Roof insulation", "9150", _HAI, "sales/talks", 12, "minh", "tiles", "120"),
    Job("Chimney flashing", "1450", _LEWANDOWSKA, "sales/talks", 9, "camille", "tiles", "4"),
    Job("Dormer window", "11700", _GARNIER, "sales/talks", 14, "elodie", "slate", "22"),
    Job("Balcony waterproofing", "5200", _HUY, "sales/talks", 8, "minh", "flat", "18"),
    Job("School roof survey", "2900", _PASTEUR, "sales/talks", 11, "camille", "flat", "900"),
    Job("Terrace over the kitchen", "7350", _ORTEGA, "sales/talks", 19, "elodie", "flat", "64"),
    Job("Roof repair", "4850", _KOWALSKA, "sales/contract", 21, "camille", "tiles", "75"),
    Job("New gutters, warehouse", "12300", _SZYMANSKI, "sales/contract", 26, "minh", "zinc", "310"),
    Job("Roof window, two", "3980", _HOA, "sales/contract", 18, "camille", "tiles", "10"),
    Job("Shed roof", "1870", _MAZUR, "sales/contract", 15, "minh", "tiles", "28"),
    Job("Hotel terrace", "21600", _BRISTOL, "sales/contract", 33, "elodie", "flat", "190"),
    Job("Ridge tiles", "2640", _ZIELINSKI, "sales/invoice", 30, "camille", "tiles", "16"),
    Job("Zinc valley", "4420", _LOGNES, "sales/invoice", 34, "camille", "zinc", "12"),
    Job("Tile repair, barn", "3760", _NGOC, "sales/invoice", 29, "minh", "tiles", "85"),
    Job("Annual inspection", "640", _PASTEUR, "sales/won", 44, "camille", "flat", "900"),
    Job("Garage roof", "9800", _LAMBERT, "sales/won", 52, "minh", "flat", "210"),
    Job("Wine cellar roof", "14200", _BIANCHI, "sales/won", 57, "elodie", "tiles", "180"),
    Job("Bay window roof", "2250", _SORENSEN, "sales/won", 41, "camille", "slate", "14"),
    Job("Solar panels on the barn", "26500", _NGOC, "sales/lost", 47, "elodie", "tiles", "85"),
    Job("Thatched cottage", "31000", _SORENSEN, "sales/lost", 38, "minh"),
    Job("Leak above the oven", "620", _PETIT, "repairs/reported", 1, "zofia", "flat", "4"),
    Job("Loose tiles after the storm", "480", _WISNIEWSKI, "repairs/reported", 2, "hugo"),
    Job("Water in the stairwell", "950", _LOGNES, "repairs/inspection", 5, "zofia", "zinc", "12"),
    Job("Blocked downpipe", "260", _DUBOIS, "repairs/inspection", 6, "hugo", "zinc", "3"),
    Job("Cracked roof window", "710", _HOA, "repairs/scheduled", 10, "zofia", "tiles", "2"),
    Job("Gutter hangs down", "340", _HUY, "repairs/scheduled", 9, "hugo", "zinc", "8"),
    Job("Chimney cap blown off", "420", _LEWANDOWSKA, "repairs/on_the_roof", 13, "zofia"),
    Job("Membrane blisters", "1980", _LAMBERT, "repairs/on_the_roof", 16, "hugo", "flat", "30"),
    Job("Snow guards", "1120", _MAZUR, "repairs/done", 31, "zofia"),
    Job("Broken slates, six", "390", _GARNIER, "repairs/done", 24, "hugo", "slate", "2"),
)


@dataclass(frozen=True)
class Junk:
    """Something that nobody asked for; it stands on New until somebody throws it out."""

    entity: str
    title: str
    sender: str
    email: str
    text: str


JUNK = (
    Junk(
        "deal",
        "Page 1 of all search engines in 48 h!!!",
        "Rank Now",
        "offers@rank-now.example",
        "Dear owner, your site is invisible. We bring 10 000 visitors a day. Reply YES.",
    ),
    Junk(
        "deal",
        "URGENT: invoice attached (final reminder)",
        "Accounts Dept",
        "billing@unpaid-notice.example",
        "Open the attached file to avoid court. Payment only in gift cards.",
    ),
    Junk(
        "deal",
        "Partnership in crypto, guaranteed 40 % a month",
        "Victor Gold",
        "v.gold@moonvault.example",
        "Only two places left for roofing companies. Double your money until Friday.",
    ),
    Junk("deal", "Cheap pallets of tiles, no papers", "Tile Bazaar", "deal@tile-bazaar.example", "Best price, cash, lorry comes by night."),
    Junk(
        "lead",
        "Buy 1 000 followers",
        "Followers Team",
        "team@followers-now.example",
        "Your competitors have more followers than you. Act now.",
    ),
    Junk(
        "lead",
        "Your domain expires today",
        "Domain Registry",
        "notice@domain-renewals.example",
        "Renew at once for 289 dollars or lose it.",
    ),
)


@dataclass(frozen=True)
class Inquiry:
    """A lead: who asked for what, and how far it came."""

    title: str
    first: str
    last: str
    email: str
    phone: str
    stage: str
    age: int
    who: str | None
    amount: str | None = None


LEAD_LIST = (
    Inquiry("Quote for a new roof", "Sophie", "Bernard", "sophie.bernard@post.example", "+33 6 12 34 51 01", "new", 0, None),
    Inquiry("Leak in the attic", "Tomasz", "Wrona", "t.wrona@post.example", "+48 607 120 102", "new", 1, None),
    Inquiry("Roof over a veranda", "Inès", "Caron", "ines.caron@post.example", "+33 6 12 34 51 03", "new", 1, "camille", "6200"),
    Inquiry("Missed call", "", "", "", "+33 6 12 34 51 04", "new", 2, "lucia"),
    Inquiry("Moss on the north side", "Mateusz", "Król", "mateusz.krol@post.example", "+48 608 221 105", "new", 2, "minh", "900"),
    Inquiry("Price of slate per m²", "Aurélie", "Noël", "aurelie.noel@post.example", "+33 6 12 34 51 06", "new", 3, "camille"),
    Inquiry("Garden shed", "Kim", "Vũ", "kim.vu@post.example", "+33 6 12 34 51 07", "new", 4, "minh", "1400"),
    Inquiry(
        "Roof check before buying", "Pedro", "Alonso", "pedro.alonso@post.example", "+34 612 345 108", "contacted", 5, "camille", "350"
    ),
    Inquiry("Insulation subsidy", "Manon", "Girard", "manon.girard@post.example", "+33 6 12 34 51 09", "contacted", 6, "minh", "8800"),
    Inquiry("Two roof windows", "Grzegorz", "Pawlak", "g.pawlak@post.example", "+48 609 332 110", "contacted", 7, "camille", "3100"),
    Inquiry("Zinc gutter, 12 m", "Thanh", "Bùi", "thanh.bui@post.example", "+33 6 12 34 51 11", "contacted", 8, "minh", "1050"),
    Inquiry("Church tower", "Père", "Antoine", "paroisse@saint-martin.example", "+33 1 60 05 11 12", "contacted", 10, "elodie", "42000"),
    Inquiry("Flat roof, 300 m²", "Ola", "Lindqvist", "ola@lindqvist-bygg.example", "+46 70 123 41 13", "contacted", 11, "camille", "24500"),
    Inquiry(
        "Storm insurance report", "Justine", "Robert", "justine.robert@post.example", "+33 6 12 34 51 14", "contacted", 12, "minh", "450"
    ),
    Inquiry("Carport", "Adam", "Sikora", "adam.sikora@post.example", "+48 510 443 115", "contacted", 13, "camille", "2700"),
    Inquiry("Roof of a bakery", "Malik", "Cissé", "malik@fournil-cisse.example", "+33 6 12 34 51 16", "qualified", 14, "camille", "9900"),
    Inquiry("Terrace waterproofing", "Beata", "Górska", "beata.gorska@post.example", "+48 511 554 117", "qualified", 16, "minh", "5600"),
    Inquiry(
        "Barn, tiles and battens", "Yves", "Le Goff", "yves.legoff@post.example", "+33 6 12 34 51 18", "qualified", 18, "camille", "16800"
    ),
    Inquiry("Three chimneys", "Dorota", "Baran", "dorota.baran@post.example", "+48 512 665 119", "qualified", 20, "elodie", "4300"),
    Inquiry("Skylight for a studio", "An", "Đặng", "an.dang@post.example", "+33 6 12 34 51 20", "qualified", 22, "minh", "3900"),
    Inquiry("Gutter replacement", "Hélène", "Dubois", "helene.d@work.example", "+33 6 12 34 51 21", "converted", 25, "minh", "1240"),
    Inquiry("Hotel terrace", "Karolina", "Dąbrowska", "k.dabrowska@post.example", "+48 513 776 122", "converted", 35, "elodie", "21600"),
    Inquiry("Garage roof", "Denis", "Lambert", "d.lambert@post.example", "+33 6 12 34 51 23", "converted", 54, "minh", "9800"),
    Inquiry("Cellar roof in Asti", "Paolo", "Bianchi", "p.bianchi@post.example", "+39 347 123 4624", "converted", 59, "elodie", "14200"),
    Inquiry("Job application", "Luc", "Fabre", "luc.fabre@post.example", "+33 6 12 34 51 25", "junk", 15, "lucia"),
    Inquiry("Wrong number", "", "", "", "+33 6 12 34 51 26", "junk", 19, "lucia"),
    Inquiry("Solar panels only", "Nils", "Berg", "nils.berg@post.example", "+46 70 123 41 27", "junk", 28, "camille"),
    Inquiry("Test", "Test", "Test", "test@test.example", "+33 6 12 34 51 28", "junk", 40, "lucia"),
)
