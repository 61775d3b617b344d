/* Long-lived state as immutable snapshots: built aside, published by swapping one pointer; readers keep
 * the one they took until they drop it; the last one out releases it. */
#ifndef BALISE_BASE_SNAPSHOT_H
#define BALISE_BASE_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct snapshot {
    atomic_int refs; /* private */
    void *data;
    void (*release)(void *data);
};

/* Where the current snapshot is published. */
struct snapshot_slot {
    pthread_mutex_t lock; /* held for a few instructions: read the pointer, count the reference */
    struct snapshot *current;
};

void snapshot_slot_init(struct snapshot_slot *slot);
void snapshot_slot_deinit(struct snapshot_slot *slot);
/* Publishes data (release is called once nobody holds it). Takes ownership; false if memory is refused,
 * then data was not taken. */
bool snapshot_publish(struct snapshot_slot *slot, void *data, void (*release)(void *));
/* NULL before the first publication. Drop each one taken. */
struct snapshot *snapshot_take(struct snapshot_slot *slot);
void snapshot_drop(struct snapshot *s);

#endif
