/* Numbers of a workbook: a date is a count of days, and only the format of its cell says so. */
#include <math.h>

#include "base/clock.h"
#include "table/xlsx.h"

/* Those that ECMA-376 (18.8.30) numbers without writing them in the file. 27…36 and 50…58 are dates of East Asia. */
enum xlsx_format table_xlsx_builtin_format(int64_t id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58)
        return XLSX_DATE;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 55 || id == 56 || (id >= 45 && id <= 47))
        return XLSX_TIME;
    return id == 22 ? XLSX_DATE_TIME : XLSX_PLAIN;
}

/* "[h]:mm" counts hours; [Red], [$-40C], [>100] are no part of the value. */
static bool counts_hours(struct str inside)
{
    for (size_t i = 0; i < inside.n; i++)
        if (!strchr("hHmMsS", inside.p[i]))
            return false;
    return inside.n > 0;
}

enum xlsx_format table_xlsx_format_of(struct str code)
{
    bool date = false, time = false, month = false, other = false;
    unsigned zeros = 0;
    for (size_t i = 0; i < code.n && code.p[i] != ';'; i++) {
        char c = code.p[i];
        if (c == '"') {
            while (++i < code.n && code.p[i] != '"')
                other = true;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
            other = true;
        } else if (c == '[') {
            size_t start = i + 1;
            while (i < code.n && code.p[i] != ']')
                i++;
            time |= counts_hours(str_sub(code, start, i - start));
        } else {
            date |= c == 'y' || c == 'Y' || c == 'd' || c == 'D';
            time |= c == 'h' || c == 'H' || c == 's' || c == 'S';
            month |= c == 'm' || c == 'M';
            zeros += c == '0';
            other |= c != '0';
        }
    }
    if (str_starts(code, STR("General")))
        return XLSX_PLAIN;
    date |= month && !time;
    if (date || time)
        return date && time ? XLSX_DATE_TIME : date ? XLSX_DATE : XLSX_TIME;
    if (!other && zeros > 1)
        return (enum xlsx_format)(XLSX_ZEROS + (zeros < XLSX_ZEROS_MAX ? zeros : XLSX_ZEROS_MAX) - 1);
    return XLSX_PLAIN;
}

static struct str plain(struct arena *a, struct str digits, double v)
{
    enum { EXACT_DIGITS = 15 };
    if (v == floor(v) && fabs(v) < 1e15)
        return arena_printf(a, "%.0f", v + 0.0); /* + 0.0: no "-0" */
    if (digits.n <= EXACT_DIGITS && str_find_char(digits, 'E', 0) < 0 && str_find_char(digits, 'e', 0) < 0)
        return digits;
    return buf_double_in(a, v);
}

static struct str zeros_before(struct arena *a, struct str number, size_t wanted)
{
    if (number.n >= wanted || number.n == 0 || number.p[0] == '-' || str_find_char(number, '.', 0) >= 0)
        return number;
    return arena_printf(a, "%0*d%.*s", (int)(wanted - number.n), 0, STR_ARG(number));
}

static struct str time_text(struct arena *a, int64_t seconds)
{
    long long h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
    return s ? arena_printf(a, "%02lld:%02lld:%02lld", h, m, s) : arena_printf(a, "%02lld:%02lld", h, m);
}

/* Days are counted from 1899-12-30, or 1904-01-01; before March 1900 one more, because of a 29 February 1900 that its
 * makers believed in. */
static struct civil_date date_of(int64_t serial, bool date_1904)
{
    enum { DAYS_1899_12_30 = -25569, DAYS_1904 = -24107, FALSE_DAY = 60 };
    if (date_1904)
        return civil_from_days(serial + DAYS_1904);
    return civil_from_days(serial + DAYS_1899_12_30 + (serial < FALSE_DAY ? 1 : 0));
}

struct str table_xlsx_number(struct arena *a, struct str digits, unsigned format, bool date_1904)
{
    enum { LAST_SERIAL = 2958465, DAY = 86400 }; /* 9999-12-31 */
    double v;
    digits = str_trim(digits);
    if (!str_to_double(digits, &v))
        return digits;
    if (format >= XLSX_ZEROS)
        return zeros_before(a, plain(a, digits, v), format - XLSX_ZEROS + 1);
    if (format == XLSX_PLAIN || v < 0 || v > LAST_SERIAL)
        return plain(a, digits, v);
    int64_t seconds = (int64_t)llround(v * DAY), day = seconds / DAY;
    if (format == XLSX_TIME)
        return time_text(a, seconds);
    if (day == 0 && !date_1904)
        return seconds > 0 && format == XLSX_DATE_TIME ? time_text(a, seconds) : plain(a, digits, v);
    struct civil_date d = date_of(day, date_1904);
    long long rest = seconds % DAY;
    if (format == XLSX_DATE || rest == 0)
        return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
    return arena_printf(a, "%04d-%02d-%02dT%02lld:%02lld:%02lld", d.year, d.month, d.day, rest / 3600, rest / 60 % 60, rest % 60);
}
