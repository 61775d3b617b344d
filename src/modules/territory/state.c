/* The snapshot published to everybody. */
#include "modules/territory/private.h"

#include "base/snapshot.h"
#include "modules/territory/blob.h"

static struct snapshot_slot slot;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;

static void slot_make(void)
{
    snapshot_slot_init(&slot);
}

static void release(void *data)
{
    struct territory *t = data;
    arena_free(t->arena);
}

static void drop(void *snapshot)
{
    snapshot_drop(snapshot);
}

const struct territory *territory_in(struct arena *a)
{
    static const struct territory empty = {.settings.source_slug = STR_INIT("balise")};
    (void)pthread_once(&slot_once, slot_make);
    struct snapshot *s = snapshot_take(&slot);
    if (!s)
        return &empty;
    arena_defer(a, drop, s);
    return s->data;
}

const struct territory_settings *territory_settings(const struct territory *t)
{
    return &t->settings;
}

/* True when what is published is what the database holds. */
static enum err is_current(struct db_conn *c, bool *current)
{
    int64_t seq;
    TRY(db_change_seq(c, "territory", &seq));
    struct snapshot *s = snapshot_take(&slot);
    *current = s && ((const struct territory *)s->data)->seq == seq;
    if (s)
        snapshot_drop(s);
    return OK;
}

static enum err load_and_publish(struct db_conn *c)
{
    struct arena *a = arena_new(SIZE_MAX);
    if (!a)
        return ERR_LIMIT;
    jmp_buf refused;
    if (setjmp(refused) != 0) { /* no memory: the snapshot of before stays */
        db_rollback(c);
        arena_free(a);
        return ERR_LIMIT;
    }
    arena_boundary(a, &refused);
    struct territory *t = ARENA_NEW(a, struct territory);
    t->arena = a;
    enum err e = db_begin(c, DB_READ);
    if (e == OK) {
        e = territory_store_load(c, a, t);
        db_rollback(c);
    }
    arena_boundary(a, NULL);
    if (e == OK && !snapshot_publish(&slot, t, release))
        e = ERR_LIMIT;
    if (e != OK)
        arena_free(a);
    return e;
}

enum err territory_refresh(struct db *db)
{
    struct db_conn *c;
    bool current;
    (void)pthread_once(&slot_once, slot_make);
    TRY(db_acquire(db, &c));
    enum err e = is_current(c, &current);
    if (e == OK && !current)
        e = load_and_publish(c);
    db_release(c);
    return e;
}

void territory_stop(void)
{
    (void)pthread_once(&slot_once, slot_make);
    snapshot_slot_deinit(&slot);
    snapshot_slot_init(&slot);
}

struct territory_point territory_point(const struct territory *t, const struct territory_commune *c)
{
    size_t n = t ? t->n_coordinates : 0, low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->coordinates[mid].commune < c->index)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == n || t->coordinates[low].commune != c->index)
        return territory_blob_point(c->index);
    const struct territory_coordinate *p = &t->coordinates[low];
    return (struct territory_point){
        {p->lat_e6 / 1e6, p->lon_e6 / 1e6}, TERRITORY_POINT_OFFICIAL, p->surface_ha / 100.0};
}
