/* The records of the directory and the words they are made of. Members bear the names of the standards'
 * fields (LaMednum 1.0.2 for places, data·inclusion v1 for structures and services), so that one table per
 * kind (fields.c) reads, checks, stores, compares and writes them.
 *
 * A record that is all zero is a valid start: every value unknown. Texts are views; who fills a record
 * says where they live. */
#ifndef BALISE_MODULES_DIRECTORY_MODEL_H
#define BALISE_MODULES_DIRECTORY_MODEL_H

#include "base/geo.h"
#include "base/str.h"

/* -- values of an enumeration --------------------------------------------------------------------- */
/* Bit i = row i of the enumeration's table. Rows are in the order in which lists are published (French
 * collation for words, bytes for slugs). Never stored: the database keeps the standard's words. */
struct directory_set {
    uint64_t w[2];
};
#define DIRECTORY_SET_NONE ((struct directory_set){{0, 0}})
static inline bool directory_set_has(struct directory_set s, int i)
{
    return i >= 0 && i < 128 && ((s.w[i >> 6] >> (i & 63)) & 1) != 0;
}
static inline void directory_set_add(struct directory_set *s, int i)
{
    if (i >= 0 && i < 128)
        s->w[i >> 6] |= (uint64_t)1 << (i & 63);
}
static inline bool directory_set_empty(struct directory_set s)
{
    return (s.w[0] | s.w[1]) == 0;
}
static inline bool directory_set_meets(struct directory_set a, struct directory_set b)
{
    return ((a.w[0] & b.w[0]) | (a.w[1] & b.w[1])) != 0;
}
static inline struct directory_set directory_set_union(struct directory_set a, struct directory_set b)
{
    return (struct directory_set){{a.w[0] | b.w[0], a.w[1] | b.w[1]}};
}
static inline int directory_set_count(struct directory_set s)
{
    return __builtin_popcountll(s.w[0]) + __builtin_popcountll(s.w[1]);
}
/* The next value at or after `from`, or -1: for (int i = next(s, 0); i >= 0; i = next(s, i + 1)). */
static inline int directory_set_next(struct directory_set s, int from)
{
    for (int i = from < 0 ? 0 : from; i < 128; i = (i | 63) + 1) {
        uint64_t rest = s.w[i >> 6] >> (i & 63);
        if (rest)
            return i + __builtin_ctzll(rest);
    }
    return -1;
}

struct directory_number {
    bool known;
    double value;
};

/* -- what every record has ------------------------------------------------------------------------ */
enum directory_kind { DIRECTORY_PLACE, DIRECTORY_STRUCTURE, DIRECTORY_SERVICE };

struct directory_record {
    struct str id;        /* UUIDv7; given at the first save when empty */
    struct str slug;      /* permalink, unique over places and structures; empty for a service */
    struct str source;    /* slug of the data source */
    struct str source_id; /* the identifier that is published: LaMednum `id` (unique with its source), data·inclusion
                             `id` (unique by itself: "source--id") */
    int64_t created_at_ms;
    int64_t updated_at_ms;   /* the row changed */
    int64_t confirmed_at_ms; /* a human said that it is right; 0: never */
    struct str confirmed_by; /* who, as shown to people; empty: not said */
    int64_t deleted_at_ms;   /* 0: live */
    int64_t gone_at_ms;      /* its file no longer has it: equals deleted_at_ms then; 0: a person removed it, or it is live */
    struct str feed;         /* the file that says it, as directory_import.feed; empty: none */
    struct str added_by;     /* the import that added it, written once; empty: none */
    struct str fingerprint;  /* of all that its source says, when who writes the row knows it; empty: made at writing */
    struct str remarks;      /* what its last import corrected or left aside, JSON: [[field, rule, before, after], …]; after: "="
                                when it is what the record says */
};

/* Where people are received: LaMednum 1.0.2. */
struct directory_place {
    struct directory_record record;
    struct str structure_id; /* id of the structure that runs it; may be empty */
    struct str structure_source_id; /* its published id, when a file says it; not filled on reading */
    struct str merged_into;  /* id of the place that stands for it; empty: it is shown itself. Only merging writes it */

    struct str pivot; /* SIRET, RNA, RIDET; empty: unknown (fourteen zeros in the file) */
    struct str nom, commune, code_postal, code_insee, adresse, complement_adresse;
    struct directory_number latitude, longitude; /* both or none */
    struct directory_set typologie;
    struct str telephone; /* E.164 */
    struct str_list courriels, site_web;
    struct str horaires;       /* OSM, valid: the only one that is published */
    struct str horaires_texte; /* what the source said when it is not valid; shown, never published */
    struct str presentation_resume, presentation_detail;
    struct str source_texte; /* LaMednum `source`: free words, as published; not record.source */
    struct directory_set itinerance;
    struct str structure_parente;
    struct str date_maj; /* YYYY-MM-DD: the source's date */
    struct directory_set services, publics_specifiquement_adresses, prise_en_charge_specifique, frais_a_charge;
    struct directory_set dispositif_programmes_nationaux, formations_labels;
    struct str_list autres_formations_labels;
    struct directory_set modalites_acces, modalites_accompagnement;
    struct str fiche_acces_libre, prise_rdv;
};

/* An organisation: data·inclusion v1 structure. */
struct directory_structure {
    struct directory_record record;

    struct str nom, date_maj, description, lien_source, siret;
    struct str commune, code_postal, code_insee, adresse, complement_adresse;
    struct directory_number longitude, latitude;
    struct str telephone, courriel, site_web;
    struct str horaires_accueil, horaires_texte; /* as in a place */
    struct str accessibilite_lieu;
    struct directory_set reseaux_porteurs;
};

/* What is offered: data·inclusion v1 service. */
struct directory_service {
    struct directory_record record;
    struct str structure_id; /* id of ours; never empty once saved */
    struct str place_id;     /* where it is given; may be empty */
    struct str structure_source_id; /* published id of its structure; filled on reading, by a join */

    struct str nom, description, date_maj, lien_source;
    struct directory_set type; /* one value at most */
    struct directory_set thematiques;
    struct directory_set frais; /* one value at most */
    struct str frais_precisions;
    struct directory_set publics;
    struct str publics_precisions, conditions_acces;
    struct str commune, code_postal, code_insee, adresse, complement_adresse;
    struct directory_number longitude, latitude;
    struct str telephone, courriel, contact_nom_prenom;
    struct directory_set modes_accueil, modes_mobilisation;
    struct str lien_mobilisation;
    struct directory_set mobilisable_par;
    struct str mobilisation_precisions;
    struct str_list zone_eligibilite; /* communes, départements, EPCI (SIREN), 99xxx, "france" */
    struct directory_number volume_horaire_hebdomadaire;
    int64_t nombre_semaines; /* 0: unknown */
    struct str horaires_accueil, horaires_texte;
};

/* -- enumerations: one table each (enums*.c) ------------------------------------------------------ */
enum directory_enum_id {
    /* LaMednum 1.0.2 */
    ENUM_SERVICE_LAMEDNUM, /* 9 */
    ENUM_PUBLIC_ADRESSE,   /* 5 */
    ENUM_PRISE_EN_CHARGE,  /* 7 */
    ENUM_FRAIS_LAMEDNUM,   /* 3 */
    ENUM_ITINERANCE,       /* 2 */
    ENUM_DISPOSITIF,       /* 11 */
    ENUM_FORMATION_LABEL,  /* 10 */
    ENUM_ACCES,            /* 6, modalites_acces */
    ENUM_ACCOMPAGNEMENT,   /* 4, modalites_accompagnement */
    ENUM_TYPOLOGIE,        /* 92 */
    /* data·inclusion v1 */
    ENUM_THEMATIQUE,       /* 69 */
    ENUM_CATEGORIE,        /* 16, of the thématiques */
    ENUM_FRAIS,            /* 2 */
    ENUM_PUBLIC,           /* 14 */
    ENUM_MODE_ACCUEIL,     /* 2 */
    ENUM_MODE_MOBILISATION,/* 4 */
    ENUM_PERSONNE_MOBILISATRICE, /* 2, mobilisable_par */
    ENUM_TYPE_SERVICE,     /* 6 */
    ENUM_RESEAU_PORTEUR,   /* 108 */
    /* ours */
    ENUM_FAMILLE, /* what kind of place, in ordinary words: groups typologies and réseaux porteurs */
    ENUM_BESOIN,  /* the frequent needs of the home page */
    ENUM_COUNT
};

struct directory_value {
    const char *value;       /* exactly as the standard writes it */
    const char *alias;       /* another spelling accepted on reading; NULL: none */
    const char *label;       /* the standard's own label (/api/v1/doc); NULL: the value itself is the label */
    const char *description; /* longer, French, for those who re-use the data; may be NULL */
    const char *fr;          /* short words for the screen: "Faire des démarches en ligne" */
    const char *en;
    const char *falc;        /* easy-to-read French, a short sentence or name */
    const char *words;       /* what people type for it (search only); may be NULL */
    const char *icon;        /* name of a Tabler outline icon; NULL: none */
    int parent;              /* row in ENUM_CATEGORIE (thématiques) or ENUM_FAMILLE (typologies, réseaux); or -1 */
};
struct directory_enum {
    const char *name; /* of the field in its standard: "thematiques" */
    const struct directory_value *values;
    int n;
};
const struct directory_enum *directory_enum(enum directory_enum_id id);
/* NULL when there is no such row: -1 is "unknown" in many places. */
const struct directory_value *directory_enum_value(enum directory_enum_id id, int i);
/* Row of this exact value (or its alias); -1 when there is none. */
int directory_enum_find(enum directory_enum_id id, struct str value);

/* -- from one standard to the other (mapping.c): the national pipeline's table, its publics join mended -- */
struct directory_set directory_themes_of_services(struct directory_set services_lamednum);
/* Without any: tous-publics. */
struct directory_set directory_publics_of_place(const struct directory_place *p);
struct directory_set directory_frais_of_place(struct directory_set frais_lamednum);
/* modalites_acces, else deduced from phone, mail and booking link. */
struct directory_set directory_mobilisation_of_place(const struct directory_place *p);
struct directory_set directory_modes_accueil_of_place(const struct directory_place *p);
struct directory_set directory_type_of_place(const struct directory_place *p);
struct directory_set directory_reseaux_of_place(const struct directory_place *p);

#endif
