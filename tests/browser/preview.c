/* Draws every page with sample records into a folder, to look at the design without a database:
 *   preview FOLDER      (then tests/browser/shots.mjs FOLDER)
 * The words are there to be seen: long names, missing fields, nothing found. */
#include <errno.h>
#include <sys/stat.h>

#include "http/http.h"
#include "modules/directory/pages/templates.h"
#include "modules/site/pages/templates.h"
#include "view/assets.h"
#include "view/templates.h"

#define ITEMS(a) (a), sizeof(a) / sizeof *(a)

static const char *folder;
static struct arena *arena;

static void write_file(const char *name, struct str data)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data.p, 1, data.n, f) != data.n || fclose(f) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
}

static struct buf out;
static struct view view;

static struct view *page(enum lang lang, const char *path, enum view_section section)
{
    buf_init(&out, 1 << 20);
    view = (struct view){.out = &out, .arena = arena, .lang = lang, .prefix = lang_prefix(lang),
                         .base_url = STR("https://balise.example"), .path = str_from(path), .section = section};
    view.site = (struct view_site){
        .territory = STR("Ille-et-Vilaine"), .help_phone = STR("+33261910000"), .demo = true,
        .help_hours = lang == LANG_FR ? STR("Du lundi au vendredi, de 9 h à 17 h.") : STR("Monday to Friday, 9 am to 5 pm.")};
    return &view;
}

static void done(const char *name)
{
    char file[200];
    snprintf(file, sizeof file, "%s-%s.html", name, lang_code(view.lang));
    if (view_end(&view) != OK)
        exit(1);
    write_file(file, buf_str(&out));
    printf("%-24s %6zu bytes\n", file, out.n);
    buf_deinit(&out);
}

static void home(enum lang lang)
{
    bool fr = lang == LANG_FR;
    const struct view_item needs[] = {
        {icon_named("file-text"), fr ? STR("Faire une démarche en ligne") : STR("Online procedures"), STR_NONE, STR("/recherche?besoin=a")},
        {icon_named("device-laptop"), fr ? STR("Utiliser un ordinateur") : STR("Use a computer"), STR_NONE, STR("/recherche?besoin=b")},
        {icon_named("device-mobile"), fr ? STR("Utiliser mon téléphone") : STR("Use my phone"), STR_NONE, STR("/recherche?besoin=c")},
        {icon_named("mail"), fr ? STR("Créer ou retrouver mon e-mail") : STR("Create or recover my e-mail"), STR_NONE, STR("/recherche?besoin=d")},
        {icon_named("printer"), fr ? STR("Imprimer ou scanner") : STR("Print or scan"), STR_NONE, STR("/recherche?besoin=e")},
        {icon_named("wifi"), fr ? STR("Avoir internet") : STR("Get online"), STR_NONE, STR("/recherche?besoin=f")},
        {icon_named("shield-lock"), fr ? STR("Éviter les arnaques") : STR("Avoid scams"), STR_NONE, STR("/recherche?besoin=g")},
        {icon_named("school"), fr ? STR("Apprendre en groupe") : STR("Learn in a group"), STR_NONE, STR("/recherche?besoin=h")},
    };
    struct view_home p = {.needs = needs, .n_needs = 8, .n_places = 3950};
    directory_page_home(page(lang, "/", SECTION_PLACES), &p);
    done("home");
}

static const struct str helps_a[] = {STR_INIT("Démarches en ligne"), STR_INIT("Ordinateurs"), STR_INIT("Imprimante"), STR_INIT("Gratuit")};
static const struct str helps_b[] = {STR_INIT("Démarches en ligne"), STR_INIT("Sur rendez-vous"), STR_INIT("Gratuit")};
static const struct str helps_c[] = {STR_INIT("Apprendre en groupe"), STR_INIT("Aide individuelle"), STR_INIT("Langue des signes")};
#define WAY STR_INIT("https://www.openstreetmap.org/directions?to=48.2%2C-1.6")

static const struct view_card cards[] = {
    {STR_INIT("Médiathèque de Saint-Aubin"), STR_INIT("/lieux/mediatheque-de-saint-aubin"), 1240,
     STR_INIT("4 rue de l’Église, Saint-Aubin-d’Aubigné"), {HOURS_OPEN, STR_INIT("Ouvert"), STR_INIT("jusqu’à 18 h 30")},
     ITEMS(helps_a), STR_INIT("+33261910011"), WAY, STR_INIT("")},
    {STR_INIT("France services de Liffré"), STR_INIT("/lieux/france-services-de-liffre"), 6420,
     STR_INIT("Place de la Mairie, Liffré"), {HOURS_CLOSED, STR_INIT("Fermé"), STR_INIT("· ouvre lundi à 9 h")},
     ITEMS(helps_b), STR_INIT("+33261910012"), WAY, STR_INIT("https://rdv.example/liffre")},
    {STR_INIT("Espace social commun des Tilleuls, antenne du centre communal d’action sociale"), STR_INIT("/lieux/tilleuls"), 11400,
     STR_INIT("12 place du Marché, Rennes"), {HOURS_UNKNOWN, STR_INIT("Horaires à vérifier par téléphone"), STR_INIT("")},
     ITEMS(helps_c), STR_INIT("+33261910013"), WAY, STR_INIT("")},
    {STR_INIT("Association Coup de pouce informatique"), STR_INIT("/lieux/coup-de-pouce"), -1,
     STR_INIT("Rennes"), {HOURS_UNKNOWN, STR_INIT(""), STR_INIT("")}, NULL, 0, STR_INIT(""), STR_INIT(""), STR_INIT("")},
};

static const struct view_choice besoins[] = {
    {STR_INIT("demarches"), STR_INIT("Faire une démarche en ligne"), 62, true}, {STR_INIT("ordinateur"), STR_INIT("Utiliser un ordinateur"), 41, false},
    {STR_INIT("imprimer"), STR_INIT("Imprimer ou scanner"), 38, false}, {STR_INIT("groupe"), STR_INIT("Apprendre en groupe"), 12, false},
};
static const struct view_choice publics[] = {
    {STR_INIT("jeunes"), STR_INIT("Jeunes"), 9, false}, {STR_INIT("seniors"), STR_INIT("Personnes âgées"), 17, false},
    {STR_INIT("exilees"), STR_INIT("Personnes exilées"), 4, false},
};
static const struct view_choice frais[] = {{STR_INIT("gratuit"), STR_INIT("Gratuit"), 58, true}, {STR_INIT("payant"), STR_INIT("Payant"), 2, false}};
static const struct view_filter filters[] = {
    {"besoin", STR_INIT("Ce que je cherche"), ITEMS(besoins), 1},
    {"public", STR_INIT("Pour qui"), ITEMS(publics), 0},
    {"frais", STR_INIT("Prix"), ITEMS(frais), 1},
    {"accueil", STR_INIT("Accueil et langues"), ITEMS(publics), 0},
};
static const struct view_radius radii[] = {{5, false}, {10, false}, {20, true}, {50, false}, {0, false}};

static void results(enum lang lang)
{
    const struct view_chip chips[] = {{STR("Faire une démarche en ligne"), STR("/recherche?x")}, {STR("Gratuit"), STR("/recherche?y")}};
    struct view_card many[20];
    for (size_t i = 0; i < 20; i++)
        many[i] = cards[i % 4];
    struct view_results p = {
        .search = {.what = STR("démarches en ligne"), .where = STR("Saint-Aubin-d’Aubigné"), .commune = STR("35251")},
        .title = lang == LANG_FR ? STR("62 lieux pour « démarches en ligne » autour de Saint-Aubin-d’Aubigné") : STR("62 places for “démarches en ligne” around Saint-Aubin-d’Aubigné"),
        .total = 62, .radius_km = 20, .has_point = true, .partial_words = true,
        .cards = many, .n_cards = 20, .pages = {21, 40, 62, STR("/recherche?p=1"), STR("/recherche?p=3")},
        .filters = filters, .n_filters = 4, .radii = radii, .n_radii = 5, .chips = chips, .n_chips = 2,
    };
    page(lang, "/recherche", SECTION_PLACES)->no_index = true;
    directory_page_results(&view, &p);
    done("results");

    struct view_results none = {
        .search = {.what = STR("zeppelin"), .where = STR("Hirel")},
        .title = lang == LANG_FR ? STR("0 lieu pour « zeppelin » autour d’Hirel") : STR("0 places for “zeppelin” around Hirel"),
        .radii = radii, .n_radii = 5, .wider_km = 50, .wider_url = STR("/recherche?a"), .no_words_url = STR("/recherche?b"),
        .any_place_url = STR("/recherche?c"), .filters = filters, .n_filters = 1,
    };
    directory_page_results(page(lang, "/recherche", SECTION_PLACES), &none);
    done("empty");

    const struct view_commune communes[] = {
        {STR("Saint-Aubin-d’Aubigné"), STR("35250 · Ille-et-Vilaine"), STR("/recherche?1")},
        {STR("Saint-Aubin-du-Cormier"), STR("35140 · Ille-et-Vilaine"), STR("/recherche?2")},
        {STR("Saint-Aubin-des-Landes"), STR("35500 · Ille-et-Vilaine"), STR("/recherche?3")},
    };
    struct view_communes which = {.search = {.what = STR("impôts"), .where = STR("Saint-Aubin")}, .typed = STR("Saint-Aubin"),
                                  .communes = communes, .n_communes = 3};
    directory_page_communes(page(lang, "/recherche", SECTION_PLACES), &which);
    done("communes");

    struct view_communes unknown = {.search = {.where = STR("Xyzabc"), .error = STR("Écrivez une ville ou un code postal.")}, .typed = STR("Xyzabc")};
    directory_page_communes(page(lang, "/recherche", SECTION_PLACES), &unknown);
    done("unknown");
}

static void place(enum lang lang)
{
    bool fr = lang == LANG_FR;
    const struct view_item helps[] = {
        {icon_named("file-text"), STR("Faire une démarche en ligne (Caf, impôts, retraite…)"), STR_NONE, STR_NONE},
        {icon_named("device-laptop"), STR("Apprendre à se servir d’un ordinateur, d’un téléphone, d’une boîte mail"), STR_NONE, STR_NONE},
        {icon_named("wifi"), STR("Avoir internet, un ordinateur, une imprimante"), STR_NONE, STR_NONE},
        {icon_named("shield-lock"), STR("Éviter les arnaques sur internet"), STR_NONE, STR_NONE},
    };
    const struct str themes[] = {STR("Accéder à des services en ligne"), STR("Maîtriser les fondamentaux du numérique")};
    const struct view_service services[] = {
        {.name = STR("Permanence numérique"), .description = STR("Un conseiller numérique vous reçoit seul ou à deux.\nVous pouvez venir avec votre téléphone ou votre ordinateur."),
         .conditions = STR("Apportez vos identifiants et un justificatif d’identité."), .cost = STR("Gratuit"), .how = STR("Téléphoner, venir sur place"),
         .zone = STR("Ille-et-Vilaine"), .link = STR("https://rdv.example/"), .themes = themes, .n_themes = 2},
        {.name = STR("Atelier smartphone"), .description = STR("En petit groupe, le mercredi.")},
    };
    const struct str who[] = {STR("Jeunes"), STR("Personnes âgées")};
    const struct str adapted[] = {STR("On parle anglais"), STR("Accueil des personnes à mobilité réduite")};
    const struct view_list publics_[] = {{STR("Pour qui"), icon(ICON_PEOPLE), ITEMS(who)}, {STR("Accueil adapté"), icon(ICON_ENTRANCE), ITEMS(adapted)}};
    const struct view_item access[] = {
        {icon(ICON_WALK_IN), STR("Venir sur place"), STR_NONE, STR_NONE}, {icon(ICON_PHONE), STR("Téléphoner avant de venir"), STR_NONE, STR_NONE},
        {icon(ICON_CALENDAR), STR("Prendre rendez-vous en ligne"), STR_NONE, STR("https://rdv.example")}};
    const struct str costs[] = {STR("Gratuit")};
    const struct str mails[] = {STR("mediatheque@saint-aubin.example")};
    const struct str sites[] = {STR("https://www.mediatheque-saint-aubin.example/numerique")};
    const struct str labels[] = {STR("Conseillers numériques"), STR("Aidants Connect")};
    const struct view_list labels_[] = {{STR("Programmes et labels"), icon(ICON_LABEL), ITEMS(labels)}};
    const struct view_item places[] = {{.words = STR("Annexe de Feins"), .detail = STR("Feins"), .url = STR("/lieux/annexe")}};
    const struct view_closure closures[] = {{STR("mardi 8 décembre 2026"), STR_NONE}, {STR("vendredi 25 décembre 2026"), STR("Noël")}};
    struct view_place p = {
        .name = STR("Médiathèque de Saint-Aubin"), .kind = fr ? STR("Bibliothèque") : STR("Library"), .slug = STR("mediatheque-de-saint-aubin"),
        .open = {HOURS_OPEN, STR("Ouvert"), STR("jusqu’à 18 h 30")}, .summary = STR("Une équipe vous aide sans rendez-vous le mercredi et le samedi."),
        .helps = helps, .n_helps = 4, .services = services, .n_services = 2, .publics = publics_, .n_publics = 2,
        .has_week = true, .closures = closures, .n_closures = 2,
        .street = STR("4 rue de l’Église"), .complement = STR("Bâtiment B, premier étage"), .town = STR("35250 Saint-Aubin-d’Aubigné"), .way = WAY,
        .access_url = STR("https://acceslibre.example/x"), .access = access, .n_access = 3, .costs = costs, .n_costs = 1, .free_of_charge = true,
        .phone = STR("+33261910011"), .mails = mails, .n_mails = 1, .sites = sites, .n_sites = 1, .labels = labels_, .n_labels = 1,
        .structure = STR("Commune de Saint-Aubin-d’Aubigné"), .structure_url = STR("/lieux/commune"), .places = places, .n_places = 1,
        .confirmed = {2026, 11, 3}, .confirmed_by = STR("la médiathèque"), .updated = {2026, 11, 3}, .source = STR("Annuaire d’Ille-et-Vilaine"),
        .source_url = STR("https://annuaire.example"), .report_url = STR("/lieux/mediatheque-de-saint-aubin/signaler"),
    };
    static const char *const words[] = {"9\u00a0h – 12\u00a0h · 14\u00a0h – 17\u00a0h", "9\u00a0h – 12\u00a0h · 14\u00a0h – 17\u00a0h", "9\u00a0h – 12\u00a0h · 14\u00a0h – 18\u00a0h\u00a030", "fermé",
                                        "9\u00a0h – 12\u00a0h · 14\u00a0h – 17\u00a0h", "10\u00a0h – 12\u00a0h\u00a030", "fermé"};
    for (int d = 0; d < 7; d++)
        p.week[d] = (struct view_day){.name = format_weekday(lang, d + 1), .words = str_from(words[d]), .today = d == 2, .closed = words[d][0] == 'f'};
    directory_page_place(page(lang, "/lieux/mediatheque-de-saint-aubin", SECTION_PLACES), &p);
    done("place");

    struct view_place bare = {.name = STR("Association Coup de pouce"), .town = STR("Rennes"), .stale = true, .updated = {2025, 2, 1},
                              .hours_source = STR("Le mardi, selon les bénévoles"), .source = STR("Données nationales"), .report_url = STR("/x")};
    directory_page_place(page(lang, "/lieux/coup-de-pouce", SECTION_PLACES), &bare);
    done("place-bare");

    struct view_report r = {STR("Médiathèque de Saint-Aubin"), STR("/lieux/mediatheque-de-saint-aubin"), STR("+33261910000"), STR_NONE};
    directory_page_report(page(lang, "/lieux/x/signaler", SECTION_PLACES), &r);
    done("report");
}

static void quality(enum lang lang)
{
    static const struct view_item examples[] = {
        {.words = STR_INIT("Médiathèque de Saint-Aubin"), .detail = STR_INIT("Saint-Aubin-d’Aubigné"), .url = STR_INIT("/lieux/a")},
        {.words = STR_INIT("Espace social commun des Tilleuls, antenne du centre communal d’action sociale"), .url = STR_INIT("/lieux/b")}};
    static const struct view_figure figures[] = {
        {STR_INIT("Pas de téléphone"), STR_INIT("On ne peut pas appeler avant de venir."), 264, STR_INIT("6 %"), 6, ITEMS(examples)},
        {STR_INIT("Pas de numéro SIRET, RNA ou RIDET"), STR_INIT(""), 4272, STR_INIT("plus de 99 %"), 100, NULL, 0},
        {STR_INIT("Pas d’horaires"), STR_INIT("On risque de trouver porte close."), 0, STR_INIT("0 %"), 0, NULL, 0}};
    static const struct view_figures families[] = {
        {STR_INIT("Ce qui manque"), STR_INIT("manque"), STR_INIT("Une information que personne ne nous a donnée."),
         STR_INIT("Qui peut corriger : le lieu lui-même."), ITEMS(figures)}};
    static const struct view_quality_source sources[] = {
        {STR_INIT("Annuaire des associations du département et de ses intercommunalités"), STR_INIT("source-a"), 1914, 1900, 14, 4441,
         STR_INIT("24 novembre 2026"), STR_INIT("data·inclusion v1 (JSON)"), STR_INIT("88 sur 100"), ITEMS(families)},
        {STR_INIT("Équipe du territoire"), STR_INIT("source-b"), 3, 3, 0, 0, STR_INIT(""), STR_INIT(""), STR_INIT(""), ITEMS(families)}};
    struct view_quality p = {.all = sources[0], .sources = sources, .n_sources = 2};
    directory_page_quality(page(lang, "/qualite-des-donnees", SECTION_DATA), &p);
    done("quality");
}

static void others(enum lang lang)
{
    const struct view_download sheets[] = {
        {STR("Tableur : lieux, structures et services (Excel)"), STR("Pour lire, trier et imprimer. Trois feuilles, en mots clairs."), STR("/donnees-ouvertes/xlsx"), STR("xlsx")},
        {STR("Tout dans un tableau (CSV)"), STR("Une ligne par lieu, structure ou service, toutes les informations."), STR("/donnees-ouvertes/csv-tout"), STR("csv")},
    };
    const struct view_download standards[] = {
        {STR("Lieux de médiation numérique 2.0.0 (CSV)"), STR("Le standard national des lieux, version de 2026."), STR("/donnees-ouvertes/lamednum-2-csv"), STR("csv")},
        {STR("Structures et services, data·inclusion v1 (JSON)"), STR("Le standard national des structures et des services."), STR("/donnees-ouvertes/data-inclusion"), STR("json")},
    };
    const struct view_downloads groups[] = {{STR("Pour ouvrir dans un tableur"), sheets, 2},
                                            {STR("Pour échanger avec les plateformes nationales"), standards, 2}};
    struct view_data d = {groups, 2, 450, 3500, 5210, {2026, 11, 24}};
    directory_page_data(page(lang, "/donnees-ouvertes", SECTION_DATA), &d);
    done("data");

    const struct view_api_parameter ps[] = {{"code_commune", "query", "string", "INSEE code of a commune", false, false}, {"thematiques", "query", "string", "Themes, or whole categories", false, true},
                                            {"page", "query", "integer", "Page, from 1", false, false}};
    const struct view_api_route routes[] = {{"GET", "/api/v1/search/services", "Services offered to the inhabitants of a commune, or around a point", ps, 3},
                                            {"GET", "/api/v1/sources", "Where the data come from", NULL, 0}};
    struct view_api api = {routes, 2};
    site_page_api(page(lang, "/api", SECTION_DATA), &api);
    done("api");
    site_page_accessibility(page(lang, "/accessibilite", SECTION_NONE));
    done("accessibility");
    site_page_legal(page(lang, "/mentions-legales", SECTION_NONE));
    done("legal");
    struct view_map map = {0};
    site_page_map(page(lang, "/plan-du-site", SECTION_NONE), &map);
    done("map");
    page(lang, "/rien", SECTION_NONE);
    view.no_index = true;
    view_page_error(&view, 404, STR("Cette page n’existe pas"), STR("Vérifiez l’adresse, ou revenez à l’accueil."), STR_NONE);
    done("error");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("preview FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    arena = arena_new(SIZE_MAX);
    mkdir(folder, 0755);
    char a[4096];
    snprintf(a, sizeof a, "%s/a", folder);
    mkdir(a, 0755);
    http_set_assets(&site_assets);
    for (size_t i = 0; i < site_assets.n; i++)
        write_file(site_assets.assets[i].path, site_assets.assets[i].raw);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        home((enum lang)lang);
        results((enum lang)lang);
        place((enum lang)lang);
        quality((enum lang)lang);
        others((enum lang)lang);
    }
    http_set_assets(NULL);
    arena_free(arena);
    return 0;
}
