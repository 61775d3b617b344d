/* The cards: what a person searches. A place, or a structure that has services and no place of its own. */
#include "base/text.h"
#include "modules/directory/enums.h"
#include "modules/directory/index_build.h"
#include "modules/territory/territory.h"

enum { WORDS_MOST = 1 << 20 };

static int row_of(enum directory_enum_id id, const char *value)
{
    return directory_enum_find(id, str_from(value));
}

/* The codes of typologies are what professionals type: "EPN", "CCAS". */
static struct str label_text(struct arena *a, enum directory_enum_id id, const struct directory_value *v)
{
    const char *const texts[] = {v->fr, v->en, v->label, v->words, id == ENUM_TYPOLOGIE ? v->value : NULL};
    struct str all = STR_NONE;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (texts[k])
            all = arena_printf(a, "%.*s %s", STR_ARG(all), texts[k]);
    return all;
}

enum err labels_add(struct labels *l, struct arena *scratch, enum directory_enum_id id, struct directory_set set)
{
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1)) {
        uint32_t *number = &l->number[id][i];
        if (*number == 0) {
            TRY(search_builder_text(l->builder, label_text(scratch, id, directory_enum_value(id, i)), number));
            ++*number;
        }
        if (l->n < sizeof l->list / sizeof *l->list)
            l->list[l->n++] = *number - 1;
    }
    return OK;
}

/* -- from data·inclusion's words to those of the cards -------------------------------------------- */

static void add_if(struct directory_set from, enum directory_enum_id from_id, const char *value,
                   struct directory_set *to, enum directory_enum_id to_id, const char *becomes)
{
    if (directory_set_has(from, row_of(from_id, value)))
        directory_set_add(to, row_of(to_id, becomes));
}

static struct offered *offer(struct arena *a, const struct directory_service *v)
{
    struct offered *o = ARENA_NEW(a, struct offered);
    *o = (struct offered){.nom = arena_str(a, v->nom), .description = arena_str(a, v->description),
                          .place_id = arena_str(a, v->place_id), .thematiques = v->thematiques, .publics = v->publics};
    add_if(v->frais, ENUM_FRAIS, "gratuit", &o->frais, ENUM_FRAIS_LAMEDNUM, "Gratuit");
    add_if(v->frais, ENUM_FRAIS, "payant", &o->frais, ENUM_FRAIS_LAMEDNUM, "Payant");
    add_if(v->modes_mobilisation, ENUM_MODE_MOBILISATION, "se-presenter", &o->acces, ENUM_ACCES, "Se présenter");
    add_if(v->modes_mobilisation, ENUM_MODE_MOBILISATION, "telephoner", &o->acces, ENUM_ACCES, "Téléphoner");
    add_if(v->modes_mobilisation, ENUM_MODE_MOBILISATION, "envoyer-un-courriel", &o->acces, ENUM_ACCES,
           "Contacter par mail");
    add_if(v->modes_mobilisation, ENUM_MODE_MOBILISATION, "utiliser-lien-mobilisation", &o->acces, ENUM_ACCES,
           "Prendre un RDV en ligne");
    add_if(v->modes_accueil, ENUM_MODE_ACCUEIL, "a-distance", &o->accompagnement, ENUM_ACCOMPAGNEMENT, "À distance");
    add_if(v->type, ENUM_TYPE_SERVICE, "atelier", &o->accompagnement, ENUM_ACCOMPAGNEMENT, "Dans un atelier collectif");
    add_if(v->type, ENUM_TYPE_SERVICE, "accompagnement", &o->accompagnement, ENUM_ACCOMPAGNEMENT,
           "Accompagnement individuel");
    return o;
}

/* The services given at this place, or wherever the structure is; empty: all of them. */
static void merge_services(struct directory_card *card, const struct host *h, struct str place_id, struct buf *names,
                           struct buf *descriptions)
{
    for (const struct offered *o = h ? h->services : NULL; o; o = o->next) {
        if (place_id.n > 0 && o->place_id.n > 0 && !str_eq(o->place_id, place_id))
            continue;
        card->thematiques = directory_set_union(card->thematiques, o->thematiques);
        card->publics = directory_set_union(card->publics, o->publics);
        card->frais = directory_set_union(card->frais, o->frais);
        card->acces = directory_set_union(card->acces, o->acces);
        card->accompagnement = directory_set_union(card->accompagnement, o->accompagnement);
        buf_add(names, o->nom);
        buf_char(names, ' ');
        buf_add(descriptions, o->description);
        buf_char(descriptions, ' ');
    }
}

static struct directory_set parents_of(enum directory_enum_id id, struct directory_set set)
{
    struct directory_set parents = DIRECTORY_SET_NONE;
    for (int i = directory_set_next(set, 0); i >= 0; i = directory_set_next(set, i + 1))
        directory_set_add(&parents, directory_enum_value(id, i)->parent);
    return parents;
}

static struct directory_set families_of(const struct card_words *w)
{
    return directory_set_union(parents_of(ENUM_TYPOLOGIE, w->typologie), parents_of(ENUM_RESEAU_PORTEUR, w->reseaux));
}

/* The one that says the most: a library of a town hall is a library. */
static int main_family(struct directory_set families)
{
    for (int i = directory_set_next(families, 0); i >= 0; i = directory_set_next(families, i + 1))
        if (i != FAMILLE_MAIRIE && i != FAMILLE_ASSOCIATION && i != FAMILLE_AUTRE)
            return i;
    return directory_set_next(families, 0);
}

/* -- gathering ------------------------------------------------------------------------------------ */

static struct str scratch_text(struct build *b, struct buf *text)
{
    struct str kept = arena_str(b->scratch, buf_str(text));
    buf_deinit(text);
    return kept;
}

void cards_start_host(struct build *b, struct host *h, const struct directory_structure *s)
{
    h->card = (struct directory_card){
        .kind = DIRECTORY_STRUCTURE,
        .id = build_keep(b, s->record.id),
        .slug = build_keep(b, s->record.slug),
        .nom = build_keep(b, s->nom),
        .adresse = build_keep(b, s->adresse),
        .code_postal = build_keep(b, s->code_postal),
        .commune = build_keep(b, s->commune),
        .code_insee = build_keep(b, s->code_insee),
        .telephone = build_keep(b, s->telephone),
        .hours = build_hours(b, s->horaires_accueil),
        .hours_place = hours_place_of_insee(s->code_insee),
        .confirmed_at_ms = s->record.confirmed_at_ms,
    };
    h->card.has_point = directory_point(s->latitude, s->longitude, &h->card.point);
    h->description = arena_str(b->scratch, s->description);
    h->reseaux = s->reseaux_porteurs;
}

void cards_add_service(struct build *b, struct host *h, const struct directory_service *v)
{
    struct offered *o = offer(b->scratch, v);
    o->next = h->services;
    h->services = o;
    /* An organisation that does not say where it is is found where it helps. */
    if (!h->card.has_point && directory_point(v->latitude, v->longitude, &h->card.point))
        h->card.has_point = true;
}

/* The commune of the code; without a code, the one commune of the postal code, or that of its name among them. */
static bool find_commune(struct arena *a, struct str code_insee, struct str code_postal, struct str name,
                         struct territory_commune *out)
{
    struct territory_commune *all;
    if (territory_commune_find(code_insee, out))
        return true;
    size_t n = territory_communes_of_postal_code(a, code_postal, &all);
    struct str folded = text_fold(a, name);
    for (size_t i = 0; i < n; i++)
        if (n == 1 || str_eq(text_fold(a, all[i].name), folded)) {
            *out = all[i];
            return true;
        }
    return false;
}

/* For distances: the middle of a département would be no help. */
static void approximate(struct build *b, struct directory_card *card)
{
    struct territory_commune c;
    if (card->has_point || !find_commune(b->row, card->code_insee, card->code_postal, card->commune, &c))
        return;
    struct territory_point p = territory_point(b->territory, &c);
    if (p.precision >= TERRITORY_POINT_AROUND)
        card->approximate = p.precision == TERRITORY_POINT_AROUND ? APPROXIMATE_AROUND : APPROXIMATE_COMMUNE;
    if (card->approximate != APPROXIMATE_NOT)
        card->point = p.point;
}

static void add_card(struct build *b, struct directory_card card, struct card_words words)
{
    struct snapshot_data *d = b->d;
    approximate(b, &card);
    d->cards = arena_grow(b->scratch, d->cards, d->n_cards, &b->cap_cards, d->n_cards + 1, sizeof *d->cards);
    b->words = arena_grow(b->scratch, b->words, d->n_cards, &b->cap_words, d->n_cards + 1, sizeof *b->words);
    card.famille = main_family(families_of(&words));
    b->words[d->n_cards] = words;
    d->cards[d->n_cards++] = card;
}

static struct str place_words(struct build *b, const struct directory_card *card)
{
    return arena_printf(b->scratch, "%.*s %.*s %.*s", STR_ARG(card->commune), STR_ARG(card->code_postal),
                        STR_ARG(card->adresse));
}

void cards_add_place(struct build *b, const struct directory_place *p, struct host *host)
{
    struct directory_card card = {
        .kind = DIRECTORY_PLACE,
        .id = build_keep(b, p->record.id),
        .slug = build_keep(b, p->record.slug),
        .nom = build_keep(b, p->nom),
        .adresse = build_keep(b, p->adresse),
        .code_postal = build_keep(b, p->code_postal),
        .commune = build_keep(b, p->commune),
        .code_insee = build_keep(b, p->code_insee),
        .telephone = build_keep(b, p->telephone),
        .prise_rdv = build_keep(b, p->prise_rdv),
        .hours = build_hours(b, p->horaires),
        .hours_place = hours_place_of_insee(p->code_insee),
        .services = p->services,
        .thematiques = directory_themes_of_services(p->services),
        .publics = directory_publics_of_place(p),
        .frais = p->frais_a_charge,
        .acces = p->modalites_acces,
        .accompagnement = p->modalites_accompagnement,
        .prise_en_charge = p->prise_en_charge_specifique,
        .confirmed_at_ms = p->record.confirmed_at_ms,
    };
    card.has_point = directory_point(p->latitude, p->longitude, &card.point);
    struct buf names, description;
    buf_init(&names, WORDS_MOST);
    buf_init(&description, WORDS_MOST);
    buf_add(&description, p->presentation_resume);
    buf_char(&description, ' ');
    buf_add(&description, p->presentation_detail);
    buf_char(&description, ' ');
    merge_services(&card, host, p->record.id, &names, &description);
    struct card_words words = {.typologie = p->typologie, .dispositifs = p->dispositif_programmes_nationaux};
    words.names = scratch_text(b, &names);
    words.place = place_words(b, &card);
    words.description = scratch_text(b, &description);
    add_card(b, card, words);
}

void cards_add_host(struct build *b, const struct host *h)
{
    struct buf names, description;
    struct directory_card card = h->card;
    buf_init(&names, WORDS_MOST);
    buf_init(&description, WORDS_MOST);
    buf_add(&description, h->description);
    buf_char(&description, ' ');
    merge_services(&card, h, STR_NONE, &names, &description);
    struct card_words words = {.reseaux = h->reseaux};
    words.names = scratch_text(b, &names);
    words.place = place_words(b, &card);
    words.description = scratch_text(b, &description);
    add_card(b, card, words);
}

/* -- the index ------------------------------------------------------------------------------------ */

static void set_facet(struct search_document *doc, enum directory_facet f, struct directory_set set)
{
    doc->facets[f][0] = set.w[0];
    doc->facets[f][1] = set.w[1];
}

static enum err card_labels(struct labels *l, struct arena *row, const struct directory_card *card,
                            const struct card_words *w)
{
    l->n = 0;
    TRY(labels_add(l, row, ENUM_SERVICE_LAMEDNUM, card->services));
    TRY(labels_add(l, row, ENUM_TYPOLOGIE, w->typologie));
    TRY(labels_add(l, row, ENUM_DISPOSITIF, w->dispositifs));
    TRY(labels_add(l, row, ENUM_PRISE_EN_CHARGE, card->prise_en_charge));
    TRY(labels_add(l, row, ENUM_RESEAU_PORTEUR, w->reseaux));
    return labels_add(l, row, ENUM_THEMATIQUE, card->thematiques);
}

/* In the order of a dictionary, then by id: a total order. */
static struct str card_order(struct arena *row, const struct directory_card *card)
{
    struct str key = text_sort_key(row, card->nom);
    char *unique = arena_alloc(row, key.n + 1 + card->id.n);
    memcpy(unique, key.p, key.n);
    unique[key.n] = 0;
    memcpy(unique + key.n + 1, card->id.p, card->id.n);
    return (struct str){unique, key.n + 1 + card->id.n};
}

static enum err index_card(struct build *b, struct labels *l, struct arena *row, uint32_t i)
{
    struct directory_card *card = &b->d->cards[i];
    const struct card_words *w = &b->words[i];
    const struct str texts[] = {card->nom, w->names, w->description};
    card->besoins = index_needs(card->thematiques, card->services, card->accompagnement, texts, 3);
    TRY(card_labels(l, row, card, w));
    struct search_document doc = {
        .ref = i,
        .order_key = card_order(row, card),
        .fields = {card->nom, w->names, w->place, w->description},
        .texts = l->list,
        .n_texts = l->n,
        .texts_field = 1,
        .has_point = card->has_point || card->approximate != APPROXIMATE_NOT,
        .point = card->point,
    };
    set_facet(&doc, FACET_BESOIN, card->besoins);
    set_facet(&doc, FACET_CATEGORIE, parents_of(ENUM_THEMATIQUE, card->thematiques));
    set_facet(&doc, FACET_THEMATIQUE, card->thematiques);
    set_facet(&doc, FACET_SERVICE, card->services);
    set_facet(&doc, FACET_PUBLIC, card->publics);
    set_facet(&doc, FACET_PRISE_EN_CHARGE, card->prise_en_charge);
    set_facet(&doc, FACET_FRAIS, card->frais);
    set_facet(&doc, FACET_ACCES, card->acces);
    set_facet(&doc, FACET_ACCOMPAGNEMENT, card->accompagnement);
    set_facet(&doc, FACET_FAMILLE, families_of(w));
    return search_builder_add(l->builder, &doc);
}

static int compare_by_slug(const void *a, const void *b, void *cards)
{
    const struct directory_card *all = cards;
    return str_cmp(all[*(const uint32_t *)a].slug, all[*(const uint32_t *)b].slug);
}

static int compare_by_id(const void *a, const void *b, void *cards)
{
    const struct directory_card *all = cards;
    return str_cmp(all[*(const uint32_t *)a].id, all[*(const uint32_t *)b].id);
}

static uint32_t *sorted_cards(struct build *b, int (*compare)(const void *, const void *, void *))
{
    struct snapshot_data *d = b->d;
    uint32_t *order = ARENA_ARRAY(d->arena, d->n_cards + 1, uint32_t);
    for (uint32_t i = 0; i < d->n_cards; i++)
        order[i] = i;
    qsort_r(order, d->n_cards, sizeof *order, compare, d->cards);
    return order;
}

enum err cards_index(struct build *b, struct arena *row)
{
    struct snapshot_data *d = b->d;
    struct search_schema schema = {0};
    struct directory_card *kept = ARENA_ARRAY(d->arena, d->n_cards + 1, struct directory_card);
    if (d->n_cards)
        memcpy(kept, d->cards, d->n_cards * sizeof *kept);
    d->cards = kept;
    d->cards_by_slug = sorted_cards(b, compare_by_slug);
    d->cards_by_id = sorted_cards(b, compare_by_id);
    for (int f = 0; f < FACET_COUNT; f++)
        schema.facet_values[f] = (uint16_t)directory_enum(directory_facet_enum((enum directory_facet)f))->n;
    struct labels labels = {.builder = search_builder_new(&schema)};
    if (!labels.builder)
        return ERR_LIMIT;
    for (uint32_t i = 0; i < d->n_cards; i++) {
        enum err e = index_card(b, &labels, row, i);
        arena_reset(row);
        if (e != OK) {
            search_builder_free(labels.builder);
            return e;
        }
    }
    return search_builder_finish(labels.builder, &d->card_index);
}
