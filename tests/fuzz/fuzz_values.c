/* Small values read from text: numbers, dates, identifiers. What is accepted is written back. */
#include "fuzz.h"

#include <math.h>

#include "base/clock.h"
#include "base/id.h"

static void check_numbers(struct str s)
{
    struct buf b;
    int64_t i, i2;
    double d, d2;
    buf_init(&b, 64);
    if (str_to_int(s, &i)) {
        buf_int(&b, i);
        expect(str_to_int(buf_str(&b), &i2) && i2 == i);
        expect(str_to_double(s, &d) || s.n > 500);
    }
    buf_clear(&b);
    if (str_to_double(s, &d)) {
        char copy[1024];
        memcpy(copy, s.p, s.n);
        copy[s.n] = '\0';
        expect(strtod(copy, NULL) == d);
        buf_double(&b, d);
        expect(str_to_double(buf_str(&b), &d2) && d2 == d);
    }
    if (s.n >= sizeof d) {
        memcpy(&d, s.p, sizeof d);
        buf_clear(&b);
        buf_double(&b, d);
        expect(!isfinite(d) || (str_to_double(buf_str(&b), &d2) && d2 == d));
    }
    buf_deinit(&b);
}

static void check_times(struct str s)
{
    struct buf b;
    struct civil_date date;
    int64_t ms, again;
    buf_init(&b, 64);
    if (civil_parse(s, &date)) {
        expect(civil_valid(date));
        civil_format(&b, date);
        expect(str_eq(buf_str(&b), s));
        expect(civil_to_days(civil_from_days(civil_to_days(date))) == civil_to_days(date));
    }
    buf_clear(&b);
    if (clock_parse_utc(s, &ms)) {
        clock_format_utc(&b, ms);
        /* an offset may lead out of the years 1 to 9999 */
        expect((clock_parse_utc(buf_str(&b), &again) && again == ms) ||
               str_starts(s, STR("0001-01-01")) || str_starts(s, STR("9999-12-31")));
        for (int z = 0; z < ZONE_COUNT; z++) {
            again = zone_to_utc_ms((enum zone)z, zone_local((enum zone)z, ms));
            int64_t lost = ms - again;
            expect(lost >= 0 && (lost < 1000 || (lost >= 3600000 && lost < 3601000)));
        }
    }
    buf_clear(&b);
    if (clock_parse_http(s, &ms)) {
        clock_format_http(&b, ms);
        expect((clock_parse_http(buf_str(&b), &again) && again == ms) ||
               str_find(s, STR("9999"), 0) >= 0);
    }
    buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str s = {(const char *)data, n};
    struct str trimmed = str_trim(s), piece;
    check_numbers(s);
    check_times(s);
    id_valid(s);
    zone_of_insee(s);
    expect(trimmed.n <= s.n);
    size_t total = 0, pieces = 0;
    for (struct str rest = s; str_split(&rest, ',', &piece); pieces++)
        total += piece.n;
    expect(total <= n && pieces <= n);
    return 0;
}
