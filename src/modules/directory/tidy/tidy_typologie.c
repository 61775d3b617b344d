/* Kind of place from its name. The name is read once, word after word: at each place the longest known phrase is taken,
 * so that "point information médiation multi services" is a PIMMS and no information point. A phrase is made of folded
 * words without articles and plurals. What could be something else is not in the table: "CHU" is a hospital more
 * often than a shelter, an "EI" is a one-person business, an ordinary grocery shop is no "épicerie solidaire". */
#include "modules/directory/tidy/lists.h"

#include <pthread.h>

#include "base/text.h"
#include "modules/territory/territory.h"

enum { PHRASE_WORDS = 6, NAME_WORDS = 40, PHRASES_SLOTS = 2048, SHORT_MAX = 4 /* letters of an abbreviation */ };

enum where {
    ANYWHERE,
    FIRST,   /* only at the beginning of the name */
    CAPITALS, /* letters that are a word too: only in capitals */
    FIRST_CAPITALS,
    AFTER_LA, /* "La Poste", not "poste de police" */
    BEFORE_COMMUNE /* at the beginning, when a commune follows: "Marie de Lugrin" is a town hall with a slip */
};

struct phrase {
    const char *words;
    const char *kinds; /* codes joined with `|`; "" : this is none of the kinds that its words would be */
    enum where where;
};

// clang-format off
static const struct phrase phrases[] = {
    {"aci", "ACI", CAPITALS}, {"chantier insertion", "ACI"}, {"atelier chantier insertion", "ACI"}, {"atelier et chantier insertion", "ACI"},
    {"afpa", "AFPA"}, {"association intermediaire", "AI"}, {"aide sociale enfance", "ASE"}, {"ase", "ASE", CAPITALS},
    {"association", "ASSO"}, {"asso", "ASSO"}, {"assoc", "ASSO"}, {"famille rurale", "ASSO"}, {"apf france handicap", "ASSO"}, {"apf", "ASSO", CAPITALS},
    {"secours populaire", "ASSO"}, {"secours catholique", "ASSO"}, {"croix rouge", "ASSO"}, {"resto coeur", "ASSO"}, {"emmaus connect", "ASSO"},
    {"maison association", ""}, {"salle association", ""}, {"maison vie associative", ""},
    {"association chomeur", "ASSO_CHOMEUR"}, {"creche vocation insertion professionnelle", "AVIP"}, {"creche avip", "AVIP"},
    {"bibliotheque", "BIB"}, {"mediatheque", "BIB"}, {"ludotheque", ""}, {"bibliobus", "BIB"}, {"mediabus", "BIB"}, {"bdp", "BIB", CAPITALS},
    {"caarud", "CAARUD"}, {"cada", "CADA"}, {"centre accueil demandeur asile", "CADA"},
    {"caf", "CAF"}, {"caisse allocation familiale", "CAF"}, {"caisse allocation familial", "CAF"}, {"cap emploi", "CAP_EMPLOI"},
    {"cava", "CAVA", CAPITALS}, {"centre adaptation vie active", "CAVA"},
    {"communaute commune", "CC"}, {"communaute com", "CC"}, {"communaute intercommunale", "CC"}, {"com com", "CC"}, {"comcom", "CC"}, {"cc", "CC", FIRST_CAPITALS},
    {"ccas", "CCAS"}, {"centre communal action sociale", "CCAS"},
    {"chambre commerce industrie", "CCONS"}, {"chambre commerce", "CCONS"}, {"chambre metier artisanat", "CCONS"}, {"chambre metier", "CCONS"},
    {"chambre agriculture", "CCONS"}, {"chambre consulaire", "CCONS"}, {"cci", "CCONS"},
    {"conseil departemental", "CD"}, {"conseil general", "CD"}, {"departement", "DEPT", FIRST}, {"service social departemental", "DEPT"},
    {"service social conseil departemental", "DEPT"}, {"maison departement", "DEPT"}, {"utpas", "DEPT"},
    {"cdas", "CDAS"}, {"centre departemental action sociale", "CDAS"}, {"maison departementale action sociale", "CDAS"},
    {"finance publique", "CFP"}, {"finance public", "CFP"}, {"centre impot", "CFP"}, {"tresorerie", "CFP"},
    {"chrs", "CHRS", CAPITALS}, {"centre hebergement reinsertion sociale", "CHRS"}, {"centre hebergement et reinsertion sociale", "CHRS"},
    {"centre hebergement urgence", "CHU"}, {"hebergement urgence", "CHU"}, {"hebergement urgence demandeur asile", "HUDA"}, {"huda", "HUDA"},
    {"cias", "CIAS", CAPITALS}, {"centre intercommunal action sociale", "CIAS"},
    {"cidff", "CIDFF"}, {"centre information droit femme", "CIDFF"}, {"centre information droit femme famille", "CIDFF"}, {"cidf", "CIDFF"},
    {"cite metier", "CITMET"}, {"cite emploi", "CITMET"}, {"cite jeunesse metier", "CITMET"}, {"cite jeunesse et metier", "CITMET"},
    {"cmp", "CMP"}, {"centre medico psychologique", "CMP"}, {"cms", "CMS"}, {"centre medico social", "CMS"}, {"pms", "CMS", CAPITALS},
    {"pole medico social", "CMS"}, {"relais medico social", "CMS"}, {"maison medico sociale", "CMS"},
    {"cpam", "CPAM"}, {"caisse primaire assurance maladie", "CPAM"}, {"assurance maladie", "CPAM"}, {"cph", "CPH"}, {"centre provisoire hebergement", "CPH"},
    {"centre social", "CS"}, {"centre sociaux", "CS"}, {"espace social commun", "CS"}, {"cs", "CS", FIRST_CAPITALS},
    {"centre social et culturel", "CS|CSC"}, {"centre social culturel", "CS|CSC"}, {"espace social culturel", "CS|CSC"}, {"espace social et culturel", "CS|CSC"},
    {"centre social socioculturel", "CS|CSC"}, {"centre social et socioculturel", "CS|CSC"}, {"centre social socio culturel", "CS|CSC"},
    {"centre social et socio culturel", "CS|CSC"},
    {"csapa", "CSAPA"}, {"csc", "CSC"}, {"centre socioculturel", "CSC"}, {"centre socio culturel", "CSC"}, {"centre animation socioculturel", "CSC"},
    {"centre animation socio culturel", "CSC"}, {"espace socioculturel", "CSC"}, {"espace socio culturel", "CSC"}, {"maison socioculturelle", "CSC"},
    {"foyer culturel social", "CSC"}, {"foyer culturel et social", "CSC"}, {"centre culturel social", "CSC"}, {"centre culturel et social", "CSC"},
    {"deets", "DEETS"}, {"ddets", "DEETS"}, {"dreets", "DEETS"}, {"e2c", "E2C"}, {"ecole deuxieme chance", "E2C"}, {"ecole 2e chance", "E2C"}, {"ecole 2eme chance", "E2C"},
    {"entreprise adaptee", "EA"}, {"entreprise adaptee travail temporaire", "EATT"}, {"entreprise insertion", "EI"}, {"eiti", "EITI"},
    {"espace numerique mobile", "ENM"}, {"bus numerique", "ENM"}, {"camion numerique", "ENM"}, {"van numerique", "ENM"}, {"numeribus", "ENM"}, {"cyberbus", "ENM"},
    {"epci", "EPCI"}, {"intercommunalite", "EPCI"}, {"communaute agglomeration", "EPCI"}, {"agglomeration", "EPCI"}, {"agglo", "EPCI"},
    {"communaute urbaine", "EPCI"}, {"metropole", "EPCI", FIRST},
    {"espace public internet", "EPI"}, {"espace public informatique", "EPI"}, {"espace internet", "EPI"}, {"esp ce internet", "EPI"}, {"espace connecte", "EPI"},
    {"point public internet", "EPI"}, {"epide", "EPIDE"}, {"etablissement insertion emploi", "EPIDE"},
    {"epn", "EPN"}, {"espace public numerique", "EPN"}, {"espace public multimedia", "EPN"}, {"espace multimedia", "EPN"}, {"espace numerique", "EPN"},
    {"cyber base", "EPN"}, {"cyberbase", "EPN"}, {"cyber centre", "EPN"}, {"cybercentre", "EPN"}, {"cyberespace", "EPN"}, {"cyber espace", "EPN"},
    {"cyberlieu", "EPN"}, {"cybercafe", "EPN"}, {"cyber cafe", "EPN"},
    {"epicerie sociale", "ES"}, {"epicerie solidaire", "ES"}, {"epicerie sociale solidaire", "ES"}, {"epicerie sociale et solidaire", "ES"},
    {"esat", "ESAT"}, {"etablissement service aide travail", "ESAT"}, {"etablissement service aide par travail", "ESAT"},
    {"economie sociale solidaire", "ESS"}, {"economie sociale et solidaire", "ESS"}, {"economique social solidaire", "ESS"}, {"economique social et solidaire", "ESS"},
    {"ess", "ESS", CAPITALS}, {"etti", "ETTI"}, {"travail temporaire", "ETTI"}, {"travail temporaire insertion", "ETTI"},
    {"evs", "EVS", CAPITALS}, {"espace vie sociale", "EVS"}, {"centre vie sociale", "EVS"},
    {"fablab", "FABLAB"}, {"fab lab", "FABLAB"}, {"fab", "FABLAB", CAPITALS}, {"hackerspace", "FABLAB"}, {"makerspace", "FABLAB"}, {"fabrique numerique", "FABRIQUE"},
    {"fabrique territoire", "FABRIQUE"}, {"france travail", "FT"}, {"pole emploi", "FT"},
    {"geiq", "GEIQ"}, {"groupement employeur", "GEIQ"}, {"groupement local employeur", "GEIQ"},
    {"poste", "LA_POSTE", AFTER_LA}, {"bureau poste", "LA_POSTE"}, {"agence postale", "LA_POSTE"}, {"agence postale communale", "LA_POSTE"}, {"relais poste", "LA_POSTE"},
    {"maison emploi", "MDE"}, {"maison economie", "MDE"}, {"mde", "MDE"}, {"maison emploi formation", "MDEF"}, {"maison emploi et formation", "MDEF"}, {"mdef", "MDEF"},
    {"maison habitant", "MDH"}, {"mdh", "MDH"}, {"mdph", "MDPH"}, {"maison departementale personne handicapee", "MDPH"}, {"maison departementale autonomie", "MDPH"},
    {"mds", "MDS", CAPITALS}, {"mdsi", "MDS"}, {"maison departementale solidarite", "MDS"}, {"maison solidarite departementale", "MDS"}, {"maison solidarite", "MDS"},
    {"maison departementale proximite", "MDS"}, {"maison departementale insertion solidarite", "MDS"}, {"maison departementale solidarite insertion", "MDS"},
    {"maison departementale solidarite et insertion", "MDS"}, {"maison solidarite departement", "MDS"},
    {"mjc", "MJC"}, {"maison jeune culture", "MJC"}, {"maison jeune et culture", "MJC"}, {"mission locale", "ML"}, {"ml", "ML", FIRST_CAPITALS},
    {"maison quartier", "MQ"}, {"maison publique quartier", "MQ"}, {"mutualite sociale agricole", "MSA"}, {"msa", "MSA"}, {"msap", "MSAP"}, {"maison service public", "MSAP"}, {"maison service au public", "MSAP"},
    {"maison service", "MSAP"}, {"mairie", "MUNI"}, {"maire", "MUNI", FIRST}, {"hotel ville", "MUNI"}, {"municipalite", "MUNI"}, {"ville", "MUNI", FIRST},
    {"commune", "MUNI", FIRST}, {"marie", "MUNI", BEFORE_COMMUNE}, {"organisme formation", "OF"}, {"centre formation", "OF"}, {"greta", "OF"},
    {"intermediation locative", "OIL"}, {"acces droit", "PAD"}, {"point acces droit", "PAD"}, {"point justice", "PAD"}, {"maison justice droit", "PAD"},
    {"maison justice et droit", "PAD"}, {"pension famille", "PENSION"}, {"point info", "PI"}, {"point information", "PI"},
    {"point information mediation multi service", "PIMMS"}, {"point information mediation multiservice", "PIMMS"}, {"pimms", "PIMMS"},
    {"pij", "PIJ_BIJ"}, {"bij", "PIJ_BIJ"}, {"information jeune", "PIJ_BIJ"}, {"point information jeune", "PIJ_BIJ"}, {"bureau information jeune", "PIJ_BIJ"},
    {"crij", "PIJ_BIJ"}, {"information jeunesse", "PIJ_BIJ"}, {"info jeune", "PIJ_BIJ"}, {"info jeunesse", "PIJ_BIJ"},
    {"point information jeunesse", "PIJ_BIJ"}, {"bureau information jeunesse", "PIJ_BIJ"}, {"structure information jeunesse", "PIJ_BIJ"},
    {"point info jeunesse", "PIJ_BIJ"}, {"point info jeune", "PIJ_BIJ"}, {"protection judiciaire jeunesse", "PJJ"}, {"pjj", "PJJ"}, {"plie", "PLIE"},
    {"prefecture", "PREF"}, {"sous prefecture", "PREF"}, {"club prevention", "PREVENTION"}, {"service prevention specialisee", "PREVENTION"},
    {"conseil regional", "REG"}, {"region", "REG", FIRST}, {"relais lecture", "RELAIS_LECTURE"}, {"point lecture", "RELAIS_LECTURE"},
    {"ressourcerie", "RESSOURCERIE"}, {"recyclerie", "RESSOURCERIE"}, {"france services", "RFS"}, {"franceservices", "RFS"}, {"mfs", "RFS", CAPITALS},
    {"residence sociale", "RS_FJT"}, {"foyer jeune travailleur", "RS_FJT"}, {"fjt", "RS_FJT"}, {"residence habitat jeune", "RS_FJT"},
    {"spip", "SPIP"}, {"service penitentiaire insertion probation", "SPIP"}, {"service penitentiaire insertion et probation", "SPIP"},
    {"tiers lieu", "TIERS_LIEUX"}, {"coworking", "TIERS_LIEUX"}, {"co working", "TIERS_LIEUX"}, {"espace coworking", "TIERS_LIEUX"},
    {"udaf", "UDAF"}, {"union departementale association familiale", "UDAF"},
};
// clang-format on

struct known {
    uint64_t hash;
    const struct phrase *phrase; /* NULL: a longer phrase goes on from here */
    struct directory_set set;
    bool used, goes_on;
};
static struct known known[PHRASES_SLOTS];
static pthread_once_t made = PTHREAD_ONCE_INIT;
static int library; /* row of BIB */

static uint64_t hash_more(uint64_t h, struct str word)
{
    h = (h ^ ' ') * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

static struct known *slot_of(uint64_t h)
{
    size_t i = (size_t)(h ^ h >> 31) & (PHRASES_SLOTS - 1);
    while (known[i].used && known[i].hash != h)
        i = (i + 1) & (PHRASES_SLOTS - 1);
    return &known[i];
}

/* Articles and little words say nothing. */
static bool is_link(struct str w)
{
    static const char links[] = " a au aux d de des du en et l la le les par pour sur un une ";
    if (w.n > 4)
        return false;
    char spaced[8] = " ";
    memcpy(spaced + 1, w.p, w.n);
    spaced[w.n + 1] = ' ';
    return strstr(links, spaced) != NULL;
}

/* Without the plural, without digits at its end ("CIDFF62"); "ctre" in full. */
static struct str bare_word(struct str w)
{
    if (str_eq(w, STR("ctre")) || str_eq(w, STR("ctr")))
        return STR("centre");
    size_t n = w.n;
    while (n > 3 && w.p[n - 1] >= '0' && w.p[n - 1] <= '9')
        n--;
    if (n > SHORT_MAX && (w.p[n - 1] == 's' || w.p[n - 1] == 'x'))
        n--;
    return str_sub(w, 0, n);
}

static void add_phrase(const struct phrase *p)
{
    struct str rest = str_from(p->words), word;
    uint64_t h = hash_start;
    struct known *k = NULL;
    while (str_split(&rest, ' ', &word)) {
        if (is_link(word))
            continue;
        h = hash_more(h, bare_word(word));
        if (k)
            k->goes_on = true;
        k = slot_of(h);
        k->hash = h;
        k->used = true;
    }
    if (!k || k->phrase)
        return; /* two spellings of one phrase */
    k->phrase = p;
    struct str kinds = str_from(p->kinds), code;
    while (str_split(&kinds, '|', &code)) {
        int row = directory_enum_find(ENUM_TYPOLOGIE, code);
        if (row < 0)
            abort(); /* a mistake of the table, found by the first test that runs */
        directory_set_add(&k->set, row);
    }
}

static void make_table(void)
{
    library = directory_enum_find(ENUM_TYPOLOGIE, STR("BIB"));
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        add_phrase(&phrases[i]);
}

/* Does the name as written hold these letters in capitals, as a word? */
static bool in_capitals(struct str name, struct str folded)
{
    for (size_t i = 0; i + folded.n <= name.n; i++) {
        size_t k = 0;
        while (k < folded.n && (name.p[i + k] == folded.p[k] - 32 || (folded.p[k] <= '9' && name.p[i + k] == folded.p[k])))
            k++;
        bool starts = i == 0 || !((name.p[i - 1] | 32) >= 'a' && (name.p[i - 1] | 32) <= 'z');
        bool ends = i + k == name.n || !((name.p[i + k] | 32) >= 'a' && (name.p[i + k] | 32) <= 'z');
        if (k == folded.n && starts && ends)
            return true;
    }
    return false;
}

/* Slips inside the two longest words: "Médiathqèue", "bibliothéque", "Médiatthèque". */
static bool is_library(struct str w)
{
    return w.n >= 8 && (str_starts(w, STR("mediath")) || str_starts(w, STR("mediatth")) || str_starts(w, STR("biblioth")) ||
                        str_starts(w, STR("bibliote")) || str_starts(w, STR("mediatek")));
}

struct name_words {
    struct str folded;
    struct str word[NAME_WORDS], whole[NAME_WORDS]; /* bare; as folded */
    size_t n;
};

static void read_words(struct str folded, struct name_words *out)
{
    struct str word;
    out->folded = folded;
    out->n = 0;
    while (out->n < NAME_WORDS && str_split(&folded, ' ', &word))
        if (!is_link(word)) {
            out->word[out->n] = bare_word(word);
            out->whole[out->n++] = word;
        }
}

static bool commune_follows(struct arena *a, const struct name_words *w)
{
    struct territory_match *named;
    if (w->n < 2)
        return false;
    struct str last = w->whole[w->n - 1];
    struct str rest = {w->whole[1].p, (size_t)(last.p + last.n - w->whole[1].p)};
    return territory_named(a, rest, false, &named) > 0;
}

static bool stands(struct arena *a, struct str name, const struct name_words *w, size_t at, enum where where)
{
    switch (where) {
    case FIRST:
        return at == 0;
    case CAPITALS:
        return in_capitals(name, w->whole[at]);
    case FIRST_CAPITALS:
        return at == 0 && in_capitals(name, w->whole[at]);
    case AFTER_LA:
        return w->whole[at].p - w->folded.p >= 3 && memcmp(w->whole[at].p - 3, "la ", 3) == 0;
    case BEFORE_COMMUNE:
        return at == 0 && commune_follows(a, w);
    case ANYWHERE:
        break;
    }
    return true;
}

/* Words of the longest phrase that stands at `at`; 0 when there is none. */
static size_t longest(struct arena *a, struct str name, const struct name_words *w, size_t at, struct directory_set *set)
{
    uint64_t h = hash_start;
    size_t best = 0;
    for (size_t n = 1; n <= PHRASE_WORDS && at + n <= w->n; n++) {
        h = hash_more(h, w->word[at + n - 1]);
        const struct known *k = slot_of(h);
        if (!k->used)
            break;
        if (k->phrase && stands(a, name, w, at, k->phrase->where)) {
            best = n;
            *set = k->set;
        }
        if (!k->goes_on)
            break;
    }
    return best;
}

struct directory_set tidy_typologie(struct arena *a, struct str name)
{
    (void)pthread_once(&made, make_table);
    struct directory_set found = DIRECTORY_SET_NONE;
    struct name_words w;
    read_words(text_fold(a, name), &w);
    for (size_t i = 0; i < w.n;) {
        struct directory_set set = DIRECTORY_SET_NONE;
        size_t n = longest(a, name, &w, i, &set);
        found = directory_set_union(found, set);
        if (n == 0 && is_library(w.word[i]))
            directory_set_add(&found, library);
        i += n ? n : 1;
    }
    return found;
}
