/* Where things are: communes, intercommunalités (EPCI), départements and régions of France, their
 * centre points, and the settings of the territory that runs Balise.
 *
 * The reference data (code officiel géographique, one year) are embedded in the program and sorted at
 * build: nothing is loaded at start, every text below is a view that stays valid for ever. What comes from
 * the database (official coordinates, settings) is an immutable snapshot, `struct territory`. */
#ifndef BALISE_MODULES_TERRITORY_H
#define BALISE_MODULES_TERRITORY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/geo.h"
#include "db/db.h"

struct module;
extern const struct module territory_module;

/* -- reference data ---------------------------------------------------------------------------- */

enum territory_kind {
    TERRITORY_COMMUNE,
    TERRITORY_ARRONDISSEMENT /* municipal, of Paris, Lyon or Marseille: 75111 */
};

struct territory_commune {
    uint32_t index;        /* 0 … territory_count() − 1, in the order of the codes */
    enum territory_kind kind;
    struct str code;       /* INSEE, "35238" */
    struct str name;       /* "Rennes", "Paris 11e Arrondissement" */
    struct str departement; /* code: "35", "2A", "974" */
    struct str region;     /* code: "53" */
    struct str epci;       /* SIREN; empty for the few communes that belong to none */
    struct str parent;     /* of an arrondissement: the commune's code; else empty */
    uint32_t population;   /* 0: not known */
    uint32_t n_postal_codes;
    const char *postal_codes; /* n × 5 characters, without separators: use territory_postal_code() */
};

/* The i-th postal code of a commune, i < n_postal_codes. */
static inline struct str territory_postal_code(const struct territory_commune *c, uint32_t i)
{
    return (struct str){c->postal_codes + (size_t)i * 5, 5};
}

/* Communes and arrondissements. */
uint32_t territory_count(void);
/* Year of the code officiel géographique in the program. */
int territory_year(void);
/* i < territory_count(). */
struct territory_commune territory_commune_at(uint32_t i);
/* By INSEE code. A code that no longer exists (merged commune) or that is a delegated or associated
 * commune's gives the commune of today: compare `code` to know. */
bool territory_commune_find(struct str code_insee, struct territory_commune *out);
/* Does the code stand for a commune or arrondissement of today? */
bool territory_code_is_current(struct str code_insee);

/* The communes of a postal code, the most peopled first (arrondissements, not Paris, for 75011).
 * Lives in `a`; 0 when the code is not known. */
size_t territory_communes_of_postal_code(struct arena *a, struct str code_postal,
                                         struct territory_commune **out);

struct territory_departement {
    struct str code;   /* "35" */
    struct str name;   /* "Ille-et-Vilaine" */
    struct str region; /* "53" */
    uint32_t first, n; /* its communes and arrondissements: indexes first … first + n − 1 */
};
/* By code; also by name, folded ("ille et vilaine"), for what people type. */
bool territory_departement_find(struct str code, struct territory_departement *out);
bool territory_departement_named(struct str name, struct territory_departement *out);
/* "35, Côtes-d'Armor" → 22 and 35: codes in order, each once; none for a text that names none. False with *why, a French sentence, when
 * one of them does not exist. */
bool territory_departements_read(struct arena *a, struct str text, struct str_list *codes, struct str *why);
/* "35238" → Ille-et-Vilaine, "97411" → La Réunion; also for codes that no longer exist. */
bool territory_departement_of_code(struct str code_insee, struct territory_departement *out);
uint32_t territory_departement_count(void);
struct territory_departement territory_departement_at(uint32_t i);

/* Name of a région ("53" → "Bretagne"); STR_NONE when the code is not known. */
struct str territory_region_name(struct str code);

struct territory_epci {
    struct str siren;  /* "243500139" */
    struct str name;   /* "Rennes Métropole" */
    struct str type;   /* CC, CA, CU, METRO, MET69 */
    uint32_t population;
    uint32_t n_members;
    const unsigned char *members; /* private: use territory_epci_member() */
};
bool territory_epci_find(struct str siren, struct territory_epci *out);
uint32_t territory_epci_count(void);
struct territory_epci territory_epci_at(uint32_t i);
/* i < n_members, in the order of the INSEE codes. */
struct territory_commune territory_epci_member(const struct territory_epci *e, uint32_t i);

/* -- the territory: settings and official coordinates ------------------------------------------ */

struct territory; /* immutable snapshot */

/* The snapshot of now, given back when the arena is reset or freed. Never NULL: before anything is loaded
 * it has no setting and only the embedded coordinates. */
const struct territory *territory_in(struct arena *a);

struct territory_settings {
    struct str name;          /* "Ille-et-Vilaine"; empty until it is set */
    const struct str *departements; /* codes of the territory's own départements: "35" */
    size_t n_departements;
    struct str source_slug;   /* its own data source; "balise" until it is set */
    struct str contact_phone; /* the human door, E.164; may be empty */
    struct str contact_hours; /* OSM form; may be empty */
    struct str public_url;    /* "https://balise.example", no final slash; may be empty */
    struct str source_url;    /* where the program's source can be had (AGPL, section 13); may be empty */
    bool demo;                /* the data are fictional: every page says so */
    struct str geocoding;     /* who may be asked where an address is: "geoplateforme", or an address; empty: nobody */
};
const struct territory_settings *territory_settings(const struct territory *t);

/* Reads settings and coordinates again if they changed in the database, and publishes the snapshot.
 * The module does it four times a second in the server; commands call it once. */
enum err territory_refresh(struct db *db) MUST_USE;
/* Forgets the snapshot; those who hold it keep it. */
void territory_stop(void);

/* The i-th key of the settings, NULL after the last. */
const char *territory_setting_key(size_t i);
/* Writes one setting (keys: name, departements, source_slug, contact_phone, contact_hours, public_url, source_url,
 * demo, geocoding; départements are separated by commas). Empty value: unset. ERR_NOT_FOUND for another key;
 * ERR_INVALID with a French sentence in *why. Inside a writing transaction; visible after territory_refresh. */
enum err territory_setting_save(struct db_conn *c, struct arena *a, struct str key, struct str value,
                                struct str *why) MUST_USE;

/* -- where a commune is ------------------------------------------------------------------------ */

/* How far to trust a centre point. */
enum territory_precision {
    TERRITORY_POINT_UNKNOWN,     /* no point */
    TERRITORY_POINT_DEPARTEMENT, /* middle of the known communes of the département */
    TERRITORY_POINT_AROUND,      /* middle of the known communes with the same postal code or EPCI */
    TERRITORY_POINT_GEONAMES,    /* GeoNames: the place of that name */
    TERRITORY_POINT_OFFICIAL     /* imported: balise territory import */
};
struct territory_point {
    struct geo_point point;
    enum territory_precision precision;
    double surface_km2; /* 0: not known */
};
/* NULL for t: only what is embedded. */
struct territory_point territory_point(const struct territory *t, const struct territory_commune *c);

/* -- what people type -------------------------------------------------------------------------- */

/* How a commune answers a text. */
enum territory_rank {
    TERRITORY_EXACT,  /* the whole name, a postal code, an INSEE code */
    TERRITORY_PREFIX, /* the name starts with it */
    TERRITORY_WORDS,  /* its words start words of the name, in any place */
    TERRITORY_INSIDE, /* it stands inside the name */
    TERRITORY_NEAR    /* only the beginning is the same, or a letter or two differ */
};
struct territory_match {
    struct territory_commune commune;
    enum territory_rank rank;
    struct str former; /* the former name that matched ("Piré-sur-Seiche"), else empty */
    bool own;          /* in the territory's own départements */
};

/* Communes for a text: name or part of it, former name, postal code (or its beginning), INSEE code,
 * "35000 Rennes", "Rennes (35)", "Paris 11e". St = Saint; accents, capitals, hyphens, leading articles do not
 * count. The territory's own communes first, then exact names elsewhere, then the rest, by population.
 * At most `max` (≤ 200), in `a`. */
size_t territory_search(const struct territory *t, struct arena *a, struct str text, size_t max,
                        struct territory_match **out);

/* Communes that bear this whole name, or bore it before they merged (`former` is then set): St = Saint; accents, capitals
 * and hyphens do not count, CEDEX, a postal code and "(35)" are left out. TERRITORY_EXACT; TERRITORY_PREFIX when only
 * the leading article differs ("Pont-de-Claix"). With `near`, when there is none: names of eight letters or more that
 * differ by one letter, TERRITORY_NEAR. Exact ones first, today's names first, by population. Some tens of comparisons,
 * whatever the name: what an import asks for each row. */
size_t territory_named(struct arena *a, struct str name, bool near, struct territory_match **out);

enum territory_answer {
    TERRITORY_NONE,  /* nothing: `matches` holds near names, perhaps none */
    TERRITORY_ONE,   /* matches[0] */
    TERRITORY_CHOICE /* the person must choose among `matches` */
};
struct territory_resolution {
    enum territory_answer answer;
    struct territory_match *matches;
    size_t n;
};
/* Which commune is meant: a name that exists in the territory wins over the same name elsewhere. */
struct territory_resolution territory_resolve(const struct territory *t, struct arena *a, struct str text);

/* -- official coordinates ---------------------------------------------------------------------- */

struct territory_refusal {
    size_t line; /* of the CSV file, or rank in the JSON array; from 1 */
    struct str value;
    struct str why; /* French */
};
struct territory_import_report {
    size_t read, added, changed, unchanged, refused, without_point;
    struct territory_refusal *refusals;
    size_t n_refusals; /* the first thousand */
};
/* CSV (code, lat, lon, surface_km2; other columns are left aside) or JSON of geo.api.gouv.fr (array of
 * {code, mairie or centre: coordinates [lon, lat], surface in hectares}). Same file again: nothing changes. Inside a
 * writing transaction. ERR_INVALID with *why when the file is neither. */
enum err territory_import(struct db_conn *c, struct arena *a, struct str file,
                          struct territory_import_report *report, struct str *why) MUST_USE;

#endif
