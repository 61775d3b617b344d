#include "base/snapshot.h"

void snapshot_slot_init(struct snapshot_slot *slot)
{
    pthread_mutex_init(&slot->lock, NULL);
    slot->current = NULL;
}

void snapshot_slot_deinit(struct snapshot_slot *slot)
{
    snapshot_drop(slot->current);
    slot->current = NULL;
    pthread_mutex_destroy(&slot->lock);
}

bool snapshot_publish(struct snapshot_slot *slot, void *data, void (*release)(void *))
{
    struct snapshot *s = malloc(sizeof *s);
    if (!s)
        return false;
    atomic_init(&s->refs, 1);
    s->data = data;
    s->release = release;
    pthread_mutex_lock(&slot->lock);
    struct snapshot *old = slot->current;
    slot->current = s;
    pthread_mutex_unlock(&slot->lock);
    snapshot_drop(old);
    return true;
}

struct snapshot *snapshot_take(struct snapshot_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    struct snapshot *s = slot->current;
    if (s)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    pthread_mutex_unlock(&slot->lock);
    return s;
}

void snapshot_drop(struct snapshot *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    s->release(s->data);
    free(s);
}
