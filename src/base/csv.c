#include "base/csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text_private.h"
#include "base/utf8.h"

/* What a byte means to the scanner; the delimiter is set for each reader. */
enum { ORDINARY = 0, END_OF_CELL = 1, QUOTE = 2 };

struct csv_reader {
    struct arena *a;
    struct str text; /* UTF-8, without BOM */
    size_t at;
    size_t line;
    size_t source_n; /* size of the file as given, for csv_offset */
    char delimiter;
    unsigned char stops[256]; /* END_OF_CELL for the delimiter, \n, \r */
    struct str *cells;
    size_t cells_n, cells_cap;
    /* where cells that are not a plain piece of the file are put together */
    char *scratch;
    size_t scratch_n, scratch_cap;
};

/* The bytes 0x80…0xFF that no UTF-8 sequence explains, and the sequences that are well formed. */
static void count_encodings(struct str s, size_t *sequences, size_t *strays)
{
    *sequences = *strays = 0;
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t cp;
        uint64_t word;
        if (s.n - i >= sizeof word) {
            memcpy(&word, s.p + i, sizeof word);
            if ((word & 0x8080808080808080U) == 0) {
                n = sizeof word;
                continue;
            }
        }
        n = utf8_decode(s.p + i, s.n - i, &cp);
        if (n > 1)
            ++*sequences;
        else if (n == 0)
            ++*strays;
        n = n ? n : 1;
    }
}

/* A file put together from two sources may be UTF-8 with some Windows-1252 inside: only the stray
 * bytes are converted then. */
static struct str mend_utf8(struct arena *a, struct str s, size_t strays)
{
    size_t n = 0, len;
    char *out = arena_alloc(a, s.n + strays * 2); /* a stray byte makes at most three */
    for (size_t i = 0; i < s.n; i += len) {
        uint32_t cp;
        len = utf8_decode(s.p + i, s.n - i, &cp);
        if (len == 0) {
            len = 1;
            cp = text_cp1252((unsigned char)s.p[i]);
        }
        n += utf8_encode(cp, out + n);
    }
    return (struct str){out, n};
}

static struct str to_utf8(struct arena *a, struct str data, struct csv_options opt)
{
    bool marked = str_starts(data, STR("\xEF\xBB\xBF"));
    if (marked)
        data = str_sub(data, 3, data.n);
    if (opt.encoding == CSV_UTF8)
        return data;
    if (opt.encoding == CSV_CP1252 && !marked)
        return text_from_cp1252(a, data);
    size_t sequences, strays;
    count_encodings(data, &sequences, &strays);
    if (strays == 0)
        return data;
    return marked || sequences > strays ? mend_utf8(a, data, strays) : text_from_cp1252(a, data);
}

/* The most frequent candidate of the first line that is not empty, outside quotes. When two tie,
 * the one that is rarer in prose: a header "Nom, prénom;Ville" is cut at the semicolon. */
static char guess_delimiter(struct str text)
{
    static const char candidates[] = {';', '\t', '|', ','};
    size_t counts[sizeof candidates] = {0};
    bool quoted = false, any = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '\n' || c == '\r')) {
            if (any)
                break;
            continue;
        }
        any = true;
        const char *found = quoted ? NULL : memchr(candidates, c, sizeof candidates);
        if (found)
            counts[found - candidates]++;
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof candidates; k++)
        if (counts[k] > counts[best])
            best = k;
    return counts[best] ? candidates[best] : ',';
}

/* Excel writes, and obeys, a first line "sep=;". */
static bool take_sep_line(struct csv_reader *r)
{
    struct str s = r->text;
    if (s.n < 6 || !str_starts(s, STR("sep=")) || (s.p[5] != '\n' && s.p[5] != '\r'))
        return false;
    if (s.p[4] == '"' || s.p[4] == '\n' || s.p[4] == '\r')
        return false;
    r->delimiter = s.p[4];
    r->at = s.p[5] == '\r' && s.n > 6 && s.p[6] == '\n' ? 7 : 6;
    r->line = 2;
    return true;
}

struct csv_reader *csv_reader_new(struct arena *a, struct str data, struct csv_options opt)
{
    struct csv_reader *r = ARENA_NEW(a, struct csv_reader);
    r->a = a;
    r->source_n = data.n;
    r->text = to_utf8(a, data, opt);
    r->line = 1;
    if (opt.delimiter)
        r->delimiter = opt.delimiter;
    else if (!take_sep_line(r))
        r->delimiter = guess_delimiter(r->text);
    r->stops['\n'] = r->stops['\r'] = END_OF_CELL;
    r->stops[(unsigned char)r->delimiter] = END_OF_CELL;
    return r;
}

char csv_delimiter(const struct csv_reader *r)
{
    return r->delimiter;
}

size_t csv_offset(const struct csv_reader *r)
{
    if (r->at == r->text.n)
        return r->source_n;
    /* after a change of encoding the two sizes differ a little */
    return (size_t)((double)r->at / (double)r->text.n * (double)r->source_n);
}

static void add_cell(struct csv_reader *r, const char *p, size_t n)
{
    if (r->cells_n == r->cells_cap)
        r->cells =
            arena_grow(r->a, r->cells, r->cells_n, &r->cells_cap, r->cells_n + 1, sizeof *r->cells);
    r->cells[r->cells_n++] = (struct str){p, n};
}

static size_t count_lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n' || (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'));
    return n;
}

/* From `i`, the first delimiter or end of line, or the end of the text. */
static size_t scan_plain(const struct csv_reader *r, size_t i)
{
    const char *p = r->text.p;
    size_t n = r->text.n;
    while (i < n && !r->stops[(unsigned char)p[i]])
        i++;
    return i;
}

/* Room for n more bytes of scratch. Pieces already put there stay where they are, cells point to
 * them; the arena keeps them until it is reset, and sizes double, so little is lost. */
static char *scratch_for(struct csv_reader *r, size_t n)
{
    if (n > r->scratch_cap - r->scratch_n) {
        r->scratch_cap = r->scratch_cap * 2 > n ? r->scratch_cap * 2 : n;
        if (r->scratch_cap < 1024)
            r->scratch_cap = 1024;
        r->scratch = arena_alloc(r->a, r->scratch_cap);
        r->scratch_n = 0;
    }
    return r->scratch + r->scratch_n;
}

/* A cell that begins with a quote; at is after it. Doubled quotes stand for one; what follows the
 * closing quote up to the delimiter is kept as text. Returns false if the quote is never closed. */
static bool read_quoted(struct csv_reader *r)
{
    const char *p = r->text.p;
    size_t n = r->text.n, start = r->at, i = start, doubled = 0;
    const char *quote;
    for (;;) {
        quote = i < n ? memchr(p + i, '"', n - i) : NULL;
        if (!quote)
            break;
        i = (size_t)(quote - p) + 1;
        if (i == n || p[i] != '"')
            break;
        doubled++;
        i++;
    }
    size_t end = quote ? (size_t)(quote - p) : n;
    r->at = quote ? scan_plain(r, i) : n;
    r->line += count_lines((struct str){p + start, end - start});
    struct str tail = quote ? (struct str){p + i, r->at - i} : (struct str){p + n, 0};
    if (!doubled && !tail.n) {
        add_cell(r, p + start, end - start);
        return quote != NULL;
    }
    char *out = scratch_for(r, end - start + tail.n);
    size_t len = 0;
    for (size_t k = start; k < end; k++) {
        out[len++] = p[k];
        k += p[k] == '"'; /* its double, always there */
    }
    memcpy(out + len, tail.p, tail.n);
    len += tail.n;
    r->scratch_n += len;
    add_cell(r, out, len);
    return quote != NULL;
}

/* Skips one end of line at r->at. */
static void take_newline(struct csv_reader *r)
{
    const char *p = r->text.p;
    if (p[r->at] == '\r' && r->at + 1 < r->text.n && p[r->at + 1] == '\n')
        r->at++;
    r->at++;
    r->line++;
}

bool csv_next(struct csv_reader *r, struct csv_row *row)
{
    const char *p = r->text.p;
    size_t n = r->text.n;
    while (r->at < n && (p[r->at] == '\n' || p[r->at] == '\r'))
        take_newline(r);
    if (r->at == n)
        return false;
    r->cells_n = 0;
    r->scratch_n = 0;
    size_t line = r->line;
    bool closed = true;
    for (;;) {
        if (r->at < n && p[r->at] == '"') {
            r->at++;
            closed = read_quoted(r);
        } else {
            size_t start = r->at;
            r->at = scan_plain(r, start);
            add_cell(r, p + start, r->at - start);
        }
        if (r->at == n)
            break;
        if (p[r->at] != r->delimiter) {
            take_newline(r);
            break;
        }
        r->at++;
    }
    *row = (struct csv_row){r->cells, r->cells_n, line, !closed};
    return true;
}

/* What a spreadsheet would run, or swallow (OWASP, CSV injection). A plain negative number is data,
 * and harmless: −1.6777 is the longitude of Rennes. */
static bool spreadsheet_runs(struct str s)
{
    double number;
    if (s.n == 0 || !memchr("=+-@\t\r\n", s.p[0], 7))
        return false;
    return s.p[0] != '-' || !str_to_double(s, &number);
}

/* A value that looks guarded already is guarded too: what is read back is what was written. */
static bool needs_guard(struct str s)
{
    while (s.n > 0 && s.p[0] == '\'')
        s = str_sub(s, 1, s.n);
    return spreadsheet_runs(s);
}

struct str csv_unguarded(struct str cell)
{
    return cell.n > 0 && cell.p[0] == '\'' && needs_guard(cell) ? str_sub(cell, 1, cell.n) : cell;
}

static bool needs_quotes(struct str s)
{
    size_t i = 0;
    if (s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return true;
#ifdef __SSE2__
    for (; s.n - i >= 16; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        __m128i comma = _mm_cmpeq_epi8(x, _mm_set1_epi8(',')), quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
        __m128i lf = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')), cr = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
        if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(comma, quote), _mm_or_si128(lf, cr))))
            return true;
    }
#endif
    for (; i < s.n; i++)
        if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return false;
}

static void add_quoted(struct buf *b, struct str s)
{
    ptrdiff_t quote;
    while ((quote = str_find_char(s, '"', 0)) >= 0) {
        size_t n = (size_t)quote + 1;
        buf_add(b, (struct str){s.p, n});
        buf_char(b, '"');
        s = (struct str){s.p + n, s.n - n};
    }
    buf_add(b, s);
}

/* Delimiter and value at once: nearly every cell. */
static void add_plain(struct buf *b, struct str value, bool after_another)
{
    size_t n = value.n + after_another;
    char *p = n ? buf_reserve(b, n) : NULL;
    if (!p)
        return;
    if (after_another)
        *p++ = ',';
    if (value.n)
        memcpy(p, value.p, value.n);
    buf_commit(b, n);
}

void csv_cell(struct csv_writer *w, struct str value)
{
    bool after_another = w->started;
    w->started = true;
    bool guard = value.n > 0 && w->guard == CSV_SPREADSHEET && needs_guard(value);
    bool quoted = value.n > 0 && (w->quote_all || needs_quotes(value));
    if (!guard && !quoted) {
        add_plain(w->out, value, after_another);
        return;
    }
    if (after_another)
        buf_char(w->out, ',');
    if (quoted)
        buf_char(w->out, '"');
    if (guard)
        buf_char(w->out, '\'');
    if (quoted)
        add_quoted(w->out, value);
    else
        buf_add(w->out, value);
    if (quoted)
        buf_char(w->out, '"');
}

void csv_end_row(struct csv_writer *w)
{
    /* a single empty cell would make an empty line, which readers skip */
    if (w->started && (w->out->n == 0 || w->out->p[w->out->n - 1] == '\n'))
        buf_lit(w->out, "\"\"");
    buf_char(w->out, '\n');
    w->started = false;
}
