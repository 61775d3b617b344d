#include "modules/demo/geography.h"

#include "base/csv.h"
#include "modules/demo/words.h"

static const struct demo_quarter quarters[] = {
    {"35238", "Centre", 48.1118, -1.6795, 0.45, "35000", "rue de la Monnaie|rue d’Antrain|quai Lamennais|rue du Capitaine-Dreyfus|place Sainte-Anne|rue Saint-Louis"},
    {"35238", "Thabor–Saint-Hélier", 48.1085, -1.6655, 0.45, "35000", "rue Saint-Hélier|rue de Paris|avenue Jean-Janvier|rue de Châteaudun"},
    {"35238", "Bourg-l’Évêque", 48.1138, -1.6915, 0.35, "35000", "rue de Brest|rue Papu|mail François-Mitterrand|rue Vaneau"},
    {"35238", "Saint-Martin", 48.1225, -1.6830, 0.40, "35700", "rue Saint-Martin|canal Saint-Martin|rue de Saint-Malo|rue de la Motte-Brûlon"},
    {"35238", "Maurepas", 48.1262, -1.6610, 0.40, "35700", "rue de Fougères|allée de Brno|boulevard Emmanuel-Mounier|rue de la Marbaudais"},
    {"35238", "Patton", 48.1310, -1.6650, 0.35, "35700", "avenue du Général-Patton|rue de la Bellangerais|rue du Morbihan"},
    {"35238", "Jeanne-d’Arc", 48.1205, -1.6510, 0.45, "35700", "rue Jean-Guéhenno|avenue des Monts-d’Arrée|boulevard de Vitré"},
    {"35238", "Francisco-Ferrer", 48.0985, -1.6600, 0.40, "35200", "boulevard Franklin-Roosevelt|rue de Vern|rue Adolphe-Leray"},
    {"35238", "La Poterie", 48.0885, -1.6440, 0.40, "35200", "rue Michel-Gérard|rue de Vern|square Ludovic-Trarieux"},
    {"35238", "Sud-Gare", 48.0980, -1.6760, 0.40, "35200", "rue de Châtillon|rue de Nantes|boulevard Jacques-Cartier"},
    {"35238", "Cleunay", 48.1015, -1.7040, 0.40, "35000", "rue Jules-Lallemand|boulevard de Cleunay|rue Ginguené"},
    {"35238", "Villejean", 48.1225, -1.7030, 0.45, "35000", "rue du Bourbonnais|cours Kennedy|square du Roussillon|rue de Normandie|rue du Doyen-Leroy"},
    {"35238", "Beauregard", 48.1305, -1.6985, 0.35, "35000", "avenue André-Mussat|rue du Scorff|square Alexis-Le-Strat"},
    {"35238", "Le Blosne", 48.0890, -1.6635, 0.50, "35200", "boulevard de Yougoslavie|square de Galicie|avenue de Pologne|boulevard de Bulgarie|rue du Landrel"},
    {"35238", "Bréquigny", 48.0905, -1.6905, 0.45, "35200", "avenue Georges-Graff|rue d’Angleterre|square de Suède"},
    {"35238", "Baud-Chardonnet", 48.1105, -1.6530, 0.30, "35000", "avenue Jorge-Semprún|boulevard Villebois-Mareuil|rue Claude-Lévi-Strauss"},
    {"35288", "Intra-Muros", 48.6492, -2.0252, 0.12, "35400", "rue de Dinan|rue Broussais|rue de Toulouse"},
    {"35288", "Saint-Servan", 48.6335, -2.0085, 0.35, "35400", "rue Ville-Pépin|rue Georges-Clemenceau|place Bouvet"},
    {"35288", "Paramé", 48.6560, -1.9860, 0.40, "35400", "boulevard Chateaubriand|rue de la Montre|avenue Pasteur"},
    {"35288", "La Découverte", 48.6375, -1.9900, 0.35, "35400", "avenue du Maréchal-Juin|rue des Antilles|boulevard Léonce-Demalvilain"},
    {"35288", "Bellevue", 48.6390, -1.9975, 0.25, "35400", "rue de Bonneville|rue de la Croix-Désilles"},
    {"35288", "Rothéneuf", 48.6775, -1.9640, 0.20, "35400", "rue Abbé-Fouré|rue du Commandant-l’Herminier"},
    {"35115", "Centre", 48.3520, -1.1995, 0.40, "35300", ""},
    {"35115", "La Forairie", 48.3445, -1.2000, 0.30, "35300", ""},
    {"35115", "Les Cotterêts", 48.3590, -1.1930, 0.30, "35300", ""},
    {"35360", "Centre", 48.1240, -1.2110, 0.40, "35500", ""},
    {"35360", "Maison-Rouge", 48.1160, -1.2100, 0.30, "35500", ""},
};

static const struct {
    const char *siren, *name;
} pays[] = {
    {"200038990", "Saint-Méen Montauban"},
    {"200039022", "Vitré Communauté"},
    {"200043990", "Vallons de Haute-Bretagne"},
    {"200070662", "Bretagne porte de Loire"},
    {"200070670", "Pays de Dol et Baie du Mont-Saint-Michel"},
    {"200070688", "Couesnon Marches de Bretagne"},
    {"200072452", "Fougères Agglomération"},
    {"243500139", "Rennes Métropole"},
    {"243500550", "Montfort Communauté"},
    {"243500618", "Brocéliande Communauté"},
    {"243500634", "Roche aux Fées Communauté"},
    {"243500659", "Pays de Châteaugiron"},
    {"243500667", "Val d’Ille-Aubigné"},
    {"243500725", "Côte d’Émeraude"},
    {"243500733", "Bretagne romantique"},
    {"243500741", "Redon Agglomération"},
    {"243500774", "Liffré-Cormier Communauté"},
    {"243500782", "Saint-Malo Agglomération"},
};

static const char streets_village[] =
    "rue des Écoles|rue de la Fontaine|place de l’Église|rue du Stade|rue de la Poste|rue du Calvaire|rue des Lavandières|"
    "rue du Four|rue de l’Étang|impasse du Lavoir|rue du Presbytère|rue {dev}|rue {dev}|route {dev}|"
    "rue du Moulin|rue des Forges|rue de la Vallée|allée des Tilleuls|rue des Chênes|rue de Bretagne|rue du Puits|"
    "rue de la Mairie|rue du Champ de Foire|chemin des Ormeaux|rue des Artisans|rue du Verger|allée des Pommiers|"
    "rue de la Croix|rue du Clos|rue Saint-Martin|rue du Bocage|rue de la Paix|square des Genêts";
static const char streets_town[] =
    "rue {dev}|avenue {dev}|boulevard {dev}|rue des Écoles|rue de la Gare|avenue de la Gare|place du Marché|"
    "rue Victor-Hugo|rue Jules-Ferry|rue Jean-Jaurès|rue Pasteur|rue Anatole-Le-Braz|rue Louise-Michel|rue Simone-Veil|"
    "rue Jacques-Prévert|rue Marie-Curie|boulevard de Bretagne|rue du Général-Leclerc|rue du Maréchal-Foch|"
    "rue du Stade|allée des Cerisiers|rue des Tisserands|rue des Remparts|rue des Jardins|place de la Liberté|rue Saint-Michel|"
    "rue de la Visitation|rue du Pré-Clos|rue Rosa-Parks|rue Lucie-Aubrac|rue Olympe-de-Gouges|rue George-Sand|rue de l’Hôpital|"
    "rue des Frères-Lumière|square du Docteur-Laennec|rue du Chapitre|rue de la Monnaie|mail des Platanes|allée de Cornouaille|"
    "rue du Trégor|rue de la Forêt|rue Théodore-Botrel|rue Chateaubriand|rue Duguay-Trouin|rue Surcouf|rue Jacques-Cartier";
static const char squares_village[] =
    "place de la Mairie|place de la Mairie|rue de la Mairie|place de l’Église|rue de l’Église|rue {dev}|rue des Écoles|"
    "place du Bourg|rue Principale|place de la Fontaine|rue de la Poste";
static const char squares_town[] =
    "place de la Mairie|rue de la Mairie|place de l’Église|place du Marché|place des Halles|rue des Écoles|place de la République|"
    "rue {dev}|place du Général-de-Gaulle|rue de la Poste|esplanade de la Gare";
static const char complements[] =
    "1er étage|Rez-de-chaussée|Bâtiment B|Au fond de la cour|Maison des services|Derrière l’église|Entrée côté parking|"
    "Ancienne école|Face à la médiathèque|Salle polyvalente|Maison des associations|À côté de la Poste|Porte de gauche|Pôle social";

static int by_population(const void *x, const void *y)
{
    const struct demo_town *a = x, *b = y;
    if (a->commune.population != b->commune.population)
        return a->commune.population < b->commune.population ? 1 : -1;
    return str_cmp(a->commune.code, b->commune.code);
}

static enum err read_coordinates(struct arena *a, struct str coordinates, struct demo_towns *out)
{
    struct csv_reader *reader = csv_reader_new(a, coordinates, (struct csv_options){.delimiter = ','});
    struct csv_row row;
    size_t cap = 0;
    if (!csv_next(reader, &row) || row.n != 4)
        return ERR_BUG;
    while (csv_next(reader, &row)) {
        struct demo_town t = {.pole = 0};
        if (row.n != 4 || !territory_commune_find(row.cells[0], &t.commune) ||
            !str_to_double(row.cells[1], &t.middle.lat) || !str_to_double(row.cells[2], &t.middle.lon) ||
            !str_to_double(row.cells[3], &t.surface_km2))
            return ERR_BUG;
        /* GeoNames knows where the town is in the commune; elsewhere the middle must do. */
        struct territory_point known = territory_point(NULL, &t.commune);
        t.centre = known.precision == TERRITORY_POINT_GEONAMES ? known.point : t.middle;
        out->all = arena_grow(a, out->all, out->n, &cap, out->n + 1, sizeof *out->all);
        out->all[out->n++] = t;
    }
    return out->n > 0 ? OK : ERR_BUG;
}

/* A centre draws people from around: the main town of each intercommunalité counts more than its suburbs, and
 * a town far from Rennes, the first of the list, more than one at its gates. */
static void weigh_poles(struct demo_towns *towns)
{
    for (size_t i = 0; i < towns->n; i++) {
        struct demo_town *t = &towns->all[i];
        size_t before = 0;
        for (size_t k = 0; k < i; k++)
            before += str_eq(towns->all[k].commune.epci, t->commune.epci);
        double away = geo_distance_m(t->centre, towns->all[0].centre) / 1000;
        t->pole = pow((double)t->commune.population, 0.85) * (before == 0 ? 3 : before == 1 ? 1.5 : 1) *
                  (1 + (away < 60 ? away : 60) / 90);
        for (size_t k = 0; k < sizeof pays / sizeof *pays; k++)
            if (str_eq(t->commune.epci, str_from(pays[k].siren)))
                t->pays = str_from(pays[k].name);
        for (size_t k = 0; k < sizeof quarters / sizeof *quarters; k++)
            if (str_eq(t->commune.code, str_from(quarters[k].code))) {
                t->quarters = t->n_quarters ? t->quarters : &quarters[k];
                t->n_quarters++;
            }
    }
}

/* The three closest communes that are larger, or large enough to give their name to a street. */
static void find_near(struct demo_towns *towns)
{
    enum { LARGE = 3500 };
    for (size_t i = 0; i < towns->n; i++) {
        struct demo_town *t = &towns->all[i];
        double best[3] = {1e9, 1e9, 1e9};
        for (size_t k = 0; k < towns->n; k++) {
            const struct demo_town *o = &towns->all[k];
            if (k == i || (o->commune.population < LARGE && o->commune.population < t->commune.population))
                continue;
            double d = geo_distance_m(t->centre, o->centre);
            for (int place = 0; place < 3; place++)
                if (d < best[place]) {
                    for (int j = 2; j > place; j--) {
                        best[j] = best[j - 1];
                        t->near[j] = t->near[j - 1];
                    }
                    best[place] = d;
                    t->near[place] = o->commune.name;
                    break;
                }
        }
    }
}

enum err demo_towns_read(struct arena *a, struct str coordinates, struct demo_towns *out)
{
    *out = (struct demo_towns){NULL, 0};
    TRY(read_coordinates(a, coordinates, out));
    qsort(out->all, out->n, sizeof *out->all, by_population);
    weigh_poles(out);
    find_near(out);
    return OK;
}

/* Towns spread with their people; on the coast, land is towards the middle of the commune. */
static struct geo_point draw_point(struct demo_random *r, const struct demo_town *t, const struct demo_quarter *q,
                                   bool central)
{
    enum { METRES_PER_DEGREE = 111195 };
    double spread = q ? q->spread_km : 0.10 * sqrt((double)t->commune.population / 1000) + 0.12;
    double most = 0.35 * sqrt(t->surface_km2);
    struct geo_point base = q ? (struct geo_point){q->lat, q->lon} : t->centre;
    if (spread > most)
        spread = most;
    if (central)
        spread *= 0.4;
    if (!q && !central) {
        double pull = demo_real(r) * 0.3;
        base.lat += (t->middle.lat - base.lat) * pull;
        base.lon += (t->middle.lon - base.lon) * pull;
    }
    double north = demo_bell(r) * spread * 1000, east = demo_bell(r) * spread * 1000;
    /* cos(48°) is near enough for the whole département. */
    return (struct geo_point){round((base.lat + north / METRES_PER_DEGREE) * 1e6) / 1e6,
                              round((base.lon + east / (METRES_PER_DEGREE * 0.669)) * 1e6) / 1e6};
}

void demo_address_draw(struct demo_random *r, struct arena *a, const struct demo_town *t,
                       const struct demo_quarter *quarter, bool central, struct demo_address *out)
{
    bool town = t->commune.population > 6000;
    struct demo_words w = {.voisine = t->near[demo_below(r, 3)]};
    const char *own = quarter && *quarter->streets && demo_chance(r, 62) ? quarter->streets : NULL;
    struct str street = demo_fill(a, demo_draw(r, own ? own : central ? (town ? squares_town : squares_village) : town ? streets_town : streets_village), &w);
    bool short_street = str_starts(street, STR("place")) || str_starts(street, STR("square")) ||
                        str_starts(street, STR("impasse")) || (quarter && quarter->spread_km < 0.2);
    unsigned most = central || short_street ? 14 : t->commune.population > 20000 ? 130 : town ? 70 : 38;
    unsigned number = 1 + demo_below(r, most);
    const char *suffix = demo_chance(r, 5) ? " bis" : "";
    bool bare = demo_chance(r, central && !town ? 30 : 3);
    *out = (struct demo_address){
        .voie = bare ? street : arena_printf(a, "%u%s %.*s", number, suffix, STR_ARG(street)),
        .complement = demo_chance(r, 13) ? demo_draw(r, complements) : STR_NONE,
        .code_postal = quarter ? str_from(quarter->postal_code)
                               : territory_postal_code(&t->commune, demo_below(r, t->commune.n_postal_codes)),
        .point = draw_point(r, t, quarter, central),
    };
}
