/* The directory: structures (organisations), places (where people are received), services (what is
 * offered), their import, export and search. The only header that other modules include.
 *
 * Ownership: every text of a record that is read lives in the arena given. Errors: those of db/db.h, plus
 * what each function says. Writers run inside the caller's DB_WRITE transaction, append to the journal,
 * and end with directory_changed(). */
#ifndef BALISE_MODULES_DIRECTORY_DIRECTORY_H
#define BALISE_MODULES_DIRECTORY_DIRECTORY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "clean/clean.h"
#include "db/db.h"
#include "hours/hours.h"
#include "modules/directory/model.h"

struct json_writer;
struct module;
extern const struct module directory_module;

/* -- rules (pure) --------------------------------------------------------------------------------- */
struct directory_problem {
    const char *field; /* the standard's name */
    struct str value;  /* what was given, cut to 200 bytes */
    const char *why;   /* French: what is wrong and what to do */
    bool refuses;      /* a required field: the record cannot be kept */
    bool kept;         /* only a doubt: the value is kept, somebody should look at it. Neither: the value was left aside */
};
struct directory_problems {
    struct directory_problem *items;
    size_t n, cap;
    bool refused; /* one of them refuses */
};
/* What was changed in a value so that it can be kept: shown in the report, kept with the record. */
struct directory_correction {
    const char *field;  /* the standard's name */
    const char *rule;   /* stable: "telephone.indicatif" */
    struct str before, after;
};
struct directory_corrections {
    struct directory_correction *items;
    size_t n, cap;
};
/* Normalises (NFC, trimmed, lists sorted in French order without doubles) and checks every field against its
 * standard, all problems in one pass; optional values that break it are emptied. `today` bounds dates of
 * data·inclusion. The record's texts may be moved into `a`. */
void directory_check_place(struct arena *a, struct directory_place *p, struct directory_problems *out);
void directory_check_structure(struct arena *a, struct directory_structure *s, struct civil_date today,
                               struct directory_problems *out);
void directory_check_service(struct arena *a, struct directory_service *s, struct civil_date today,
                             struct directory_problems *out);
/* data·inclusion's quality score, 0…1. */
double directory_quality(const struct directory_service *s, struct civil_date today);
/* Known and valid point of a record, from its two numbers. */
bool directory_point(struct directory_number latitude, struct directory_number longitude, struct geo_point *out);
/* "35" of "35238", "2A", "974"; from the postal code when the INSEE code is unknown; empty otherwise. */
struct str directory_departement(struct arena *a, struct str code_insee, struct str code_postal);

/* -- writing -------------------------------------------------------------------------------------- */
/* What a person writes. Insert when record.id is empty or unknown, else update: the fields that differ are that person's
 * choice, and no file changes them any more. Fills id, slug (a renamed record gets a new one; the
 * old redirects), created_at_ms, updated_at_ms. The record must have passed its check. `actor`: who, for the
 * journal ("import:france-services", "demo"). ERR_CONFLICT: another record has this source and source_id. */
enum err directory_place_save(struct db_conn *c, struct arena *a, struct str actor, struct directory_place *p) MUST_USE;
enum err directory_structure_save(struct db_conn *c, struct arena *a, struct str actor,
                                  struct directory_structure *s) MUST_USE;
enum err directory_service_save(struct db_conn *c, struct arena *a, struct str actor,
                                struct directory_service *s) MUST_USE;
/* Soft deletion; ERR_NOT_FOUND when there is no such live record. */
enum err directory_delete(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind,
                          struct str id) MUST_USE;
/* A human confirms that the record is right now. */
enum err directory_confirm(struct db_conn *c, struct arena *a, struct str actor, enum directory_kind kind,
                           struct str id, struct str by) MUST_USE;
/* Bumps the change sequence: call once, last, in the transaction. */
enum err directory_changed(struct db_conn *c) MUST_USE;

/* -- reading one ---------------------------------------------------------------------------------- */
struct directory_sheet {
    enum directory_kind kind; /* DIRECTORY_PLACE or DIRECTORY_STRUCTURE */
    struct directory_place *place;         /* NULL for a structure */
    struct directory_structure *structure; /* the host of the place (may be NULL), or the structure itself */
    struct directory_service *services;    /* of the structure, by name; those given at this place first */
    size_t n_services;
    struct directory_place *places; /* live places of the structure (not filled for a place) */
    size_t n_places;
};
/* ERR_NOT_FOUND; ERR_GONE when the record was removed. *canonical is its slug now: when it differs from the
 * one asked, answer 301 to it. */
enum err directory_find_by_slug(struct db_conn *c, struct arena *a, struct str slug, struct directory_sheet *out,
                                struct str *canonical) MUST_USE;
enum err directory_find_by_id(struct db_conn *c, struct arena *a, struct str id, struct directory_sheet *out) MUST_USE;

struct directory_counts {
    int64_t places, structures, services; /* live */
    int64_t last_change_ms;               /* of any record; 0: none */
};
enum err directory_count(struct db_conn *c, struct directory_counts *out) MUST_USE;

/* -- cards: what a person searches ---------------------------------------------------------------- */
/* What stands for a point that is not known. */
enum directory_approximation { APPROXIMATE_NOT, APPROXIMATE_COMMUNE /* its centre */, APPROXIMATE_AROUND /* near it */ };
/* Everything needed to draw a result without the database. Lives in the snapshot. */
struct directory_card {
    enum directory_kind kind; /* DIRECTORY_PLACE or DIRECTORY_STRUCTURE */
    struct str id, slug, nom;
    struct str adresse, code_postal, commune, code_insee;
    struct str telephone; /* E.164 or as given; may be empty */
    struct str prise_rdv; /* booking link; may be empty */
    bool has_point; /* its own */
    enum directory_approximation approximate; /* without one: what `point` is. For distances only, never shown as a place */
    struct geo_point point;
    const struct hours *hours; /* NULL: unknown or not valid */
    struct hours_place hours_place;
    struct directory_set services;    /* ENUM_SERVICE_LAMEDNUM; empty for a structure */
    struct directory_set thematiques; /* ENUM_THEMATIQUE, of its services */
    struct directory_set publics;     /* ENUM_PUBLIC */
    struct directory_set frais;       /* ENUM_FRAIS_LAMEDNUM */
    struct directory_set acces;       /* ENUM_ACCES */
    struct directory_set accompagnement; /* ENUM_ACCOMPAGNEMENT */
    struct directory_set prise_en_charge; /* ENUM_PRISE_EN_CHARGE */
    struct directory_set besoins;     /* ENUM_BESOIN */
    int famille;                      /* ENUM_FAMILLE, -1: unknown */
    int64_t confirmed_at_ms;
};

/* The numbers of the cards' facets, in the counts and in the filters. */
enum directory_facet {
    FACET_BESOIN,
    FACET_CATEGORIE,
    FACET_THEMATIQUE,
    FACET_SERVICE,
    FACET_PUBLIC, /* a filter on it also keeps tous-publics */
    FACET_PRISE_EN_CHARGE,
    FACET_FRAIS, /* ENUM_FRAIS_LAMEDNUM */
    FACET_ACCES,
    FACET_ACCOMPAGNEMENT,
    FACET_FAMILLE,
    FACET_COUNT
};
enum directory_enum_id directory_facet_enum(enum directory_facet f);

struct directory_query {
    struct str text; /* as typed */
    bool prefix_last;
    bool has_point;
    struct geo_point point;
    double radius_m; /* ≤ 0: no limit */
    struct directory_set filters[FACET_COUNT]; /* empty: no condition; otherwise one of these values */
    uint32_t offset, limit;
    bool want_facets;
    bool by_distance; /* nearest first; otherwise best first */
};
struct directory_hit {
    const struct directory_card *card;
    float score;
    double distance_m; /* < 0: no point */
};
struct directory_answer {
    uint32_t total;
    struct directory_hit *hits;
    size_t n_hits;
    uint32_t (*facet_counts)[192]; /* [enum directory_facet][value]; NULL unless asked */
    bool partial_words; /* no card has every word: those with some are given */
    int64_t version;    /* change sequence of the snapshot, for ETag */
};
/* The answer, cards included, is valid as long as `a` (which holds the snapshot). Never fails: without a
 * snapshot yet, the answer is empty. */
void directory_search_cards(struct arena *a, const struct directory_query *q, struct directory_answer *out);
/* NULL when no live record has this slug or id. Valid as long as `a`. */
const struct directory_card *directory_card(struct arena *a, struct str slug_or_id);
/* All cards, in grid order: for the map and the list of a town. Valid as long as `a`. */
const struct directory_card *directory_cards(struct arena *a, size_t *n);

/* -- the national API ----------------------------------------------------------------------------- */
/* What is published: native structures and services, and those derived from places. Conditions are joined by
 * AND; an empty one does not count. Territories come resolved by the caller (module territory). */
struct directory_selection {
    struct str_list sources;
    struct str_list departements; /* codes; a région is its départements */
    struct str code_commune;      /* of the record's own address */
    struct directory_set reseaux_porteurs; /* structures: their own; services: their structure's */
    /* services only */
    struct directory_set thematiques, frais, publics, modes_accueil, types;
    struct str recherche_public; /* words over publics and publics_precisions; OR, -word, "phrase" */
    double score_minimum;
    /* search only */
    struct str q;
    bool has_point;
    struct geo_point point;
    double radius_km;    /* with a point */
    bool remote_beyond;  /* /search/services: `a-distance` is kept beyond the radius, and only `en-presentiel` has a
                            distance */
    bool around_commune; /* /search/services: apply zone_eligibilite with the three codes below */
    struct str zone_commune, zone_departement, zone_epci;

    uint32_t offset, limit; /* limit ≤ 10 000 */
};
/* Served wholly from the snapshot: no database, and the JSON is ready. Results are valid as long as `a`. */
struct directory_published_structure {
    struct str id;
    struct str json; /* the members of the object, adresse_certifiee included, without braces */
    double score_qualite; /* mean of its services' scores; 0 without services */
};
struct directory_published_service {
    struct str id;
    struct str json;      /* members, adresse_certifiee and score_qualite included, without braces */
    struct str structure; /* the same of its structure */
    bool has_distance;
    int64_t distance_km;    /* whole kilometres */
    int score_recherche;    /* 0…100, with q: hundredths */
};
struct directory_structures {
    struct directory_published_structure *items;
    size_t n;
    int64_t total;
};
struct directory_services {
    struct directory_published_service *items;
    size_t n;
    int64_t total;
};
/* Ordered by published id. */
void directory_list_structures(struct arena *a, const struct directory_selection *sel, struct directory_structures *out);
void directory_list_services(struct arena *a, const struct directory_selection *sel, struct directory_services *out);
/* With q: by score; otherwise by distance (none last), then id. */
void directory_search_services(struct arena *a, const struct directory_selection *sel, struct directory_services *out);
/* By published id; ERR_NOT_FOUND. `services`, if asked: those of the structure, by id. */
enum err directory_published_structure_get(struct arena *a, struct str id, struct directory_published_structure *out,
                                           struct directory_services *services) MUST_USE;
enum err directory_published_service_get(struct arena *a, struct str id, struct directory_published_service *out) MUST_USE;
/* The members of the JSON object, every field of the standard in its order, without the braces. */
void directory_write_structure(struct json_writer *w, const struct directory_structure *s);
void directory_write_service(struct json_writer *w, const struct directory_service *s);

struct directory_source {
    struct str slug, nom, description;
};
/* Sources that have a live record, by slug. */
enum err directory_sources(struct db_conn *c, struct arena *a, struct directory_source **out, size_t *n) MUST_USE;
/* What people call a source; its slug when it has no name. */
enum err directory_source_name(struct db_conn *c, struct arena *a, struct str slug, struct str *out) MUST_USE;
/* Names a source (import --source, settings); keeps what is not given. */
enum err directory_source_save(struct db_conn *c, struct str slug, struct str nom, struct str description) MUST_USE;
/* Times of the last committed change of the directory, for ETag and Last-Modified. */
enum err directory_version(struct db_conn *c, int64_t *seq, int64_t *changed_ms) MUST_USE;

/* -- cleaning (tidy/): one value, as an import cleans it. Pure ------------------------------------- */
struct directory_value_said {
    struct str field;         /* of either standard, or voie, rna, date, courriel, localisation */
    const struct str *values; /* one for most; several for a list; two for localisation; seven for horaires, Monday first */
    size_t n_values;
    struct str nom, commune, code_postal, code_insee, departement, adresse; /* of the record; each may be empty */
};
struct directory_normalized {
    struct cleaned cleaned;
    bool list;       /* the standard holds several values: cleaned.value is joined with `|` */
    struct str left; /* items that are in no list, joined with `|` */
    bool is_point;   /* localisation: the point is here */
    struct geo_point point;
};
/* False when no standard has this field. */
bool directory_normalize(struct arena *a, const struct directory_value_said *said, struct directory_normalized *out);
/* A whole address: its street is values[0], the rest as in a record; what can be deduced is. */
struct directory_normalized_address {
    struct cleaned voie, commune, code_postal, code_insee;
    bool doubt; /* commune and codes contradict each other: left as they are */
};
void directory_normalize_address(struct arena *a, const struct directory_value_said *said,
                                 struct directory_normalized_address *out);

/* -- import (import/) ----------------------------------------------------------------------------- */
struct directory_import_counts {
    int64_t rows, added, updated, unchanged, refused;
    int64_t left_out;     /* outside of the départements asked for, or not wanted by the mapping */
    int64_t outside;      /* places kept or left as they are that are not in the territory's own départements, when it has said them */
    int64_t point_only;   /* of those refused: places that have a point, and no street, town or postal code */
    int64_t back;         /* their file says them again */
    int64_t kept_deleted; /* removed here by a human, or gone after the corrected workbook had left: left removed */
    int64_t gone;         /* no longer in their file; not among the rows */
    int64_t dropped;      /* optional values left aside, one report line each */
    int64_t doubtful;     /* values kept that somebody should look at, one report line each */
    int64_t kept_since;   /* values of the directory that changed after the corrected workbook had left: kept, one report line each */
    int64_t corrected;    /* values that cleaning changed, one report line each */
};
enum directory_import_action { DIRECTORY_IMPORT_ADD, DIRECTORY_IMPORT_UPDATE, DIRECTORY_IMPORT_GONE, DIRECTORY_IMPORT_BACK };
struct directory_import_change {
    enum directory_import_action action;
    enum directory_kind kind;
    size_t line;        /* 0: not in the file */
    struct str name, id;
    struct str changes; /* JSON: {"telephone": [before, after], …}; empty for one that is gone */
};
struct directory_import {
    struct str data;        /* the whole file; must stay valid */
    struct str mapping;     /* JSON (docs/import-mapping.md): any table through it; empty: a known format */
    struct str file_name;   /* without its folder: for the list of imports */
    struct str source;      /* --source: for records that do not say theirs; may be empty */
    struct str default_source; /* the territory's, last resort */
    struct str feed;        /* what is imported again and again: records that it said before and no longer says are gone.
                               Empty: nothing is ever gone */
    const struct str *departements; /* codes ("35", "2A"): of what is new, only what is there is taken. What the directory has is
                                       followed wherever it goes. None: everything */
    size_t n_departements;
    bool partial;           /* the file is a part only: nothing is gone */
    bool complete;          /* the file is whole, even if more than half of what was there is gone */
    bool dry_run;           /* everything is done, nothing is kept */
    struct str actor;
    /* Report, CSV: ligne,fiche,champ,avant,apres,regle,motif; one line per reason of a refusal, per value left aside, per
     * correction, per value kept against the file. NULL: not wanted. Called with pieces, first with the header; never when
     * there is nothing to say. */
    bool (*report)(void *ctx, struct str csv);
    /* Each record that is added, changed, gone or back; NULL: not wanted. False stops the import. */
    bool (*change)(void *ctx, const struct directory_import_change *change);
    void (*progress)(void *ctx, size_t done_bytes, size_t total_bytes, int64_t rows); /* may be NULL */
    void *ctx;
};
struct directory_import_result {
    const char *format; /* "LaMednum 1.0.2 (CSV)"…; lives in the import's arena */
    struct str id;      /* of the run, for directory_import_undo; empty after a dry run */
    struct directory_import_counts counts;
    int64_t gone_withheld; /* more than half would be gone: left as they are; say `complete` or `partial` */
    struct str ignored_columns; /* names not in the standard or the mapping, separated by ", " */
    struct str missing_columns; /* names of the mapping that the file does not have, separated by ", " */
};
/* One transaction: all or nothing. Per field, a person's choice wins over the file, a value beats an empty cell, the freshest
 * date wins (import/policy.h). Without a connection the file is read and checked as if the directory were empty, and nothing is
 * written. ERR_INVALID: the file is not one of the formats, is cut or empty; *why says it in French
 * (line, what was found, what to do). */
enum err directory_import_run(struct db_conn *c, struct arena *a, const struct directory_import *in,
                              struct directory_import_result *out, struct str *why) MUST_USE;

/* A first mapping for a table, from the names of its columns and its first 200 rows: a mapping as `mapping` above takes it, and
 * in "suggestions" a confidence (0…1) and the reason of each field, in French. ERR_INVALID with *why when the file is no
 * table. Neither database nor clock: text in, text out. */
enum err directory_mapping_suggest(struct arena *a, struct str data, struct str *json, struct str *why) MUST_USE;

struct directory_import_run_info {
    struct str id, feed, file_name, format, actor;
    int64_t at_ms, undone_at_ms;
    int64_t rows, added, updated, unchanged, refused, gone, left_out;
};
/* The last runs, newest first. */
enum err directory_import_list(struct db_conn *c, struct arena *a, size_t most, struct directory_import_run_info **out,
                               size_t *n) MUST_USE;
struct directory_undo_result {
    int64_t removed, restored, returned; /* records that it had added, changed, marked as gone */
    int64_t left;      /* values that changed again since: left as they are */
    int64_t kept;      /* records that it had added and that a person answers for: kept */
};
/* Puts back what an import changed, field by field; what a person or another import changed since stays. One transaction of
 * its own. ERR_NOT_FOUND: no such import; ERR_CONFLICT: undone already; ERR_GONE: its changes are forgotten (a year). */
enum err directory_import_undo(struct db_conn *c, struct arena *a, struct str import_id, struct str actor,
                               struct directory_undo_result *out) MUST_USE;

/* -- duplicates (duplicates/) --------------------------------------------------------------------- */
enum directory_verdict { DIRECTORY_DIFFERENT, DIRECTORY_DOUBT, DIRECTORY_SAME };
struct directory_likeness_part {
    const char *name;  /* nom, adresse, distance, reseau, telephone, courriel, siret */
    int score, weight; /* 0…100; weight 0: looked at, not counted */
    const char *why;   /* a short French sentence */
};
enum { DIRECTORY_LIKENESS_PARTS = 7, DIRECTORY_VETOES = 5 };
/* How much two places look like one, part by part. Rules: docs/duplicates.md. */
struct directory_likeness {
    int score; /* 0…100: rounded mean of the parts */
    struct directory_likeness_part parts[DIRECTORY_LIKENESS_PARTS];
    size_t n_parts;
    const char *vetoes[DIRECTORY_VETOES]; /* sans-identite, sans-emplacement, commune-differente,
                                             typologies-incompatibles, meme-source: any one is enough to part them */
    size_t n_vetoes;
    enum directory_verdict verdict;
};
struct directory_duplicate_place {
    struct str id, slug, source, source_id, nom, adresse, code_postal, commune;
};
struct directory_duplicate {
    struct directory_duplicate_place a, b;
    struct directory_likeness likeness;
};
/* What a person is shown: pairs under this score are rarely one place. */
enum { DIRECTORY_DUPLICATE_LEAST = 60 };
/* Pairs of live places that may be one, whose score is `least` or more, best first; those that a person said to be
 * distinct are left out. `same_source`: places of one source are compared too. */
enum err directory_duplicates(struct db_conn *c, struct arena *a, int least, bool same_source,
                              struct directory_duplicate **out, size_t *n) MUST_USE;
/* One line {"a": {…}, "b": {…}} (fields of LaMednum) → {"score", "parts", "vetoes", "verdict"} or {"error"}, without line
 * end. Needs no database. */
void directory_duplicates_line(struct arena *a, struct str line, bool same_source, struct buf *out);
/* The members "score", "parts", "vetoes" and "verdict" of the object that is open. */
void directory_write_likeness(struct json_writer *w, const struct directory_likeness *l);

/* Makes one place of several: a new one, whose values are made from theirs, has the permalink of the main one and stands
 * for them all; the ids and permalinks of the others lead to it. The places keep what their source says. `score`: why, 0
 * when a person decided. Fills the ids of the merge and of the new place. ERR_NOT_FOUND, ERR_GONE: a place is unknown, removed;
 * ERR_CONFLICT: they are one already. */
enum err directory_merge(struct db_conn *c, struct arena *a, struct str actor, struct str_list places, int score,
                         struct str *merge_id, struct str *place_id) MUST_USE;
struct directory_unmerged {
    int64_t places;       /* live again */
    struct str_list kept; /* fields that people had changed on the place that is removed: kept there, to be looked at */
};
/* Everything as it was before. ERR_NOT_FOUND: no such merge; ERR_GONE: undone already; ERR_CONFLICT: the place was merged
 * again since, undo that first. */
enum err directory_unmerge(struct db_conn *c, struct arena *a, struct str actor, struct str merge_id,
                           struct directory_unmerged *out) MUST_USE;
/* A person says that two places are not the same: they are not proposed again. ERR_NOT_FOUND; ERR_INVALID: twice the same;
 * ERR_CONFLICT: they are merged. */
enum err directory_distinct(struct db_conn *c, struct arena *a, struct str actor, struct str place_a, struct str place_b) MUST_USE;
struct directory_merge_info {
    struct str id, place_id, nom, commune, actor;
    int64_t at_ms, undone_at_ms, score, places;
};
/* The last merges, newest first. */
enum err directory_merges(struct db_conn *c, struct arena *a, size_t most, struct directory_merge_info **out, size_t *n) MUST_USE;
/* The sources of the places that this one stands for, by slug; none when it stands for itself. */
enum err directory_part_sources(struct db_conn *c, struct arena *a, struct str place_id, struct str_list *out) MUST_USE;
struct directory_apply_result {
    int64_t merges, places; /* made, and how many places they replace */
    int64_t left;           /* pairs that stay apart because a veto or a doubt stands in their group */
};
/* Merges the groups of places whose pairs are the same with a score of `least` or more. A place joins a group only when no
 * place of that group is certainly another. Inside the caller's DB_WRITE transaction, like the others. */
enum err directory_merge_duplicates(struct db_conn *c, struct arena *a, struct str actor, int least, bool same_source,
                                    struct directory_apply_result *out) MUST_USE;

/* -- export (export/) --------------------------------------------------------------------------- */
enum directory_format {
    EXPORT_LAMEDNUM_CSV, /* 1.0.2 */
    EXPORT_LAMEDNUM_JSON,
    EXPORT_LAMEDNUM_2_CSV, /* 2.0.0 */
    EXPORT_LAMEDNUM_2_JSON,
    EXPORT_DATA_INCLUSION,
    EXPORT_GEOJSON,
    EXPORT_HSDS, /* 3.0.1 */
    EXPORT_XLSX, /* for people */
    EXPORT_TABLE, /* places, structures and services, one row each */
    EXPORT_COUNT
};
struct directory_format_info {
    const char *name;         /* "lamednum-csv": CLI and URL */
    const char *content_type;
    const char *extension;    /* "csv" */
    const char *fr, *en;      /* for people */
    bool packed;              /* compressed already */
};
const struct directory_format_info *directory_format_info(enum directory_format f);
bool directory_format_find(struct str name, enum directory_format *out);

/* Writes the export by pieces of about 64 KiB: constant memory. `sink` returning false stops it with ERR_IO.
 * Runs in one DB_READ transaction of its own: the connection must not be in one. */
enum err directory_export(struct db_conn *c, enum directory_format f, bool (*sink)(void *ctx, struct str piece),
                          void *ctx) MUST_USE;

/* -- addresses to points (geocode*.c) ----------------------------------------------------------------- */
struct outgoing_transport;
struct directory_geocoding {
    struct str service; /* "geoplateforme", or the address of a service that has its contract */
    bool dry_run;       /* nothing leaves, nothing is written */
    int64_t limit;      /* addresses asked at most; 0: no limit */
    struct str actor;
    const struct outgoing_transport *transport; /* NULL: the network */
    bool (*stopping)(void *ctx);     /* true: give up soon; NULL: never */
    enum err (*each_batch)(void *ctx); /* before each request; an error stops; NULL: nothing to do */
    void *ctx;
};
struct directory_geocoding_result {
    int64_t without_point; /* live places with a street and no point, but those where a person chose that */
    int64_t to_ask;        /* addresses that no answer is kept of, or that are asked again: each once */
    int64_t asked;
    int64_t placed; /* places that were given a point */
};
/* Gives a point to places that have none, from their address. What is right is written, remarked and journalled, by
 * transactions of its own, batch by batch: when the service fails, what came before it stays and the rest is as it was.
 * Every answer is kept: an address is asked once, and again after 90 days when nothing right was found. Only addresses leave.
 * ERR_INVALID, ERR_IO, ERR_LIMIT, ERR_DENIED, ERR_GONE (stopping) with *why (French, in `a`). */
enum err directory_geocode(struct db *db, struct arena *a, const struct directory_geocoding *in,
                           struct directory_geocoding_result *out, struct str *why) MUST_USE;

struct directory_locating_result {
    int64_t without_address; /* records of the file that have a point, and no street, town or postal code */
    int64_t to_ask;          /* points that no answer is kept of, or that are asked again: each once */
    int64_t asked, found;
};
/* Before an import: asks what is next to the points of places that the file gives no address of. The answers are kept, and
 * directory_import_run finds them there. Reads the whole file; when it cannot be read there is nothing to ask, and the import says
 * why. Only points leave. `limit` does not count. Errors: as directory_geocode; what was answered before them is kept. */
enum err directory_locate(struct db *db, struct arena *a, const struct directory_import *file, const struct directory_geocoding *in,
                          struct directory_locating_result *out, struct str *why) MUST_USE;

/* -- the snapshot --------------------------------------------------------------------------------- */
/* Rebuilds the indexes if the directory changed since; called by module start and refresh. */
enum err directory_refresh(struct db *db) MUST_USE;
void directory_stop(void);
/* Bytes held, records indexed: for /sante and the benches. */
void directory_index_facts(size_t *bytes, size_t *cards, size_t *services);

#endif
