/* An address service of the test's own, in the place of the network, on a day of its own. */
#ifndef BALISE_TESTS_ADDRESS_SERVICE_H
#define BALISE_TESTS_ADDRESS_SERVICE_H

#include "base/csv.h"
#include "outgoing/outgoing.h"
#include "store_test.h"

#define ADDRESS_SERVICE STR("https://adresses.example/")

struct address_service {
    const char *path; /* all that may be asked */
    const char *head; /* of the file that it answers */
    void (*line)(const struct address_service *f, const struct csv_row *asked, struct buf *out);
    /* What each test changes. */
    int fails_from;        /* this request and the next ones are cut; 0: none */
    const char *raw;       /* this body instead of answers */
    const char *city_code, *score, *distance; /* of every answer */
    bool only_35;          /* of the file, only that département is asked for */
    /* What came. */
    int requests;
    struct buf sent;       /* the last file */
    struct outgoing_transport transport;
    int64_t ms;
};
/* 24 November 2026, 9:30, until address_service_stop. The service must stay where it is. */
void address_service_start(struct address_service *f);
void address_service_stop(struct address_service *f);
void address_service_days_later(int days);
/* The value of a field of the form that was sent. */
struct str address_service_part(const struct outgoing_request *rq, const char *name);

#endif
