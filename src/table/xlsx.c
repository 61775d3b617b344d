/* The package of a workbook: entries of the archive, relations, sheets, styles, shared strings. */
#include "table/xlsx.h"

/* What an attacker may cost us: a workbook of 100,000 places and 60 columns inflates to less than half of this. */
static const size_t inflated_max = (size_t)512 << 20;
enum {
    ENTRIES_MAX = 10000,
    SHEETS_MAX = 256,
    STYLES_MAX = 65536,
    STRINGS_MAX = 8 << 20,
    STRINGS_BYTES_MAX = 128 << 20,
    TEXT_MAX = 1 << 20, /* of one cell; a spreadsheet holds 32,767 characters */
    CHUNK = 64 * 1024
};

static enum err damaged(struct xlsx *x)
{
    return table_fail(x->t, "Ce classeur est abîmé, ou n’est pas entier. Ouvrez-le, enregistrez-le de nouveau au format .xlsx, puis réessayez.");
}

const char *table_xlsx_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *table_xlsx_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(table_xlsx_local(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "_x000D_" at s: the character; −1 when it is anything else. Only controls are written so. */
static int escaped_control(struct str s)
{
    if (s.n < 7 || s.p[0] != '_' || s.p[1] != 'x' || s.p[2] != '0' || s.p[3] != '0' || s.p[6] != '_')
        return -1;
    int high = hex(s.p[4]), low = hex(s.p[5]);
    return high < 0 || high > 1 || low < 0 ? -1 : high * 16 + low;
}

struct str table_xlsx_text(struct arena *a, struct str text)
{
    if (str_find(text, STR("_x00"), 0) < 0)
        return arena_str(a, text);
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int c = escaped_control(str_sub(text, i, 7));
        if (c < 0)
            out[n++] = text.p[i];
        else if (c == '\n' || c == '\t')
            out[n++] = (char)c;
        i += c < 0 ? 0 : 6;
    }
    return (struct str){out, n};
}

/* -- parts ---------------------------------------------------------------------------------------- */

enum err table_xlsx_inflate(struct xlsx *x, zip_file_t *file, void *to, size_t n, size_t *got)
{
    zip_int64_t read = zip_fread(file, to, n);
    *got = 0;
    if (read < 0)
        return damaged(x);
    if ((size_t)read > x->budget)
        return table_fail(x->t, "Ce classeur est trop gros une fois ouvert (plus de %zu Mo). Gardez la feuille utile, ou enregistrez-la en CSV.",
                          inflated_max >> 20);
    x->budget -= (size_t)read;
    *got = (size_t)read;
    return OK;
}

/* A workbook declares no document type: what does wants to swell by its entities. */
static void refuse_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    struct xlsx_part *p = data;
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(p->parser, XML_FALSE);
}

void table_xlsx_part_close(struct xlsx_part *p)
{
    if (p->parser)
        XML_ParserFree(p->parser);
    if (p->file)
        zip_fclose(p->file);
    p->parser = NULL;
    p->file = NULL;
}

static void close_part(void *what)
{
    table_xlsx_part_close(what);
}

static bool locate(struct xlsx *x, struct str entry, zip_uint64_t *index)
{
    const char *name = arena_cstr(x->t->a, entry);
    zip_int64_t at = zip_name_locate(x->zip, name, 0);
    if (at < 0)
        at = zip_name_locate(x->zip, name, ZIP_FL_NOCASE);
    *index = at < 0 ? 0 : (zip_uint64_t)at;
    return at >= 0;
}

enum err table_xlsx_part_open(struct xlsx *x, struct str entry, struct xlsx_part **out, bool *found)
{
    zip_uint64_t index;
    struct xlsx_part *p = ARENA_NEW(x->t->a, struct xlsx_part);
    *out = p;
    *found = locate(x, entry, &index);
    if (!*found)
        return OK;
    arena_defer(x->t->a, close_part, p);
    p->x = x;
    p->file = zip_fopen_index(x->zip, index, 0);
    if (!p->file)
        return damaged(x);
    p->parser = XML_ParserCreate(NULL);
    if (!p->parser)
        return ERR_LIMIT;
    XML_SetUserData(p->parser, p);
    XML_SetStartDoctypeDeclHandler(p->parser, refuse_doctype);
    return OK;
}

enum err table_xlsx_part_read(struct xlsx_part *p)
{
    XML_ParsingStatus status;
    XML_GetParsingStatus(p->parser, &status);
    enum XML_Status got = status.parsing == XML_SUSPENDED ? XML_ResumeParser(p->parser) : XML_STATUS_OK;
    while (got == XML_STATUS_OK && !p->whole) {
        size_t n;
        void *piece = XML_GetBuffer(p->parser, CHUNK);
        if (!piece)
            return ERR_LIMIT;
        TRY(table_xlsx_inflate(p->x, p->file, piece, CHUNK, &n));
        p->whole = n == 0;
        got = XML_ParseBuffer(p->parser, (int)n, p->whole);
    }
    return got == XML_STATUS_ERROR ? damaged(p->x) : OK;
}

/* A small part, from its beginning to its end. */
static enum err read_part(struct xlsx *x, struct str entry, void *ctx, XML_StartElementHandler start, XML_EndElementHandler end,
                          XML_CharacterDataHandler text, bool *found)
{
    struct xlsx_part *p;
    TRY(table_xlsx_part_open(x, entry, &p, found));
    if (!*found)
        return OK;
    p->ctx = ctx;
    XML_SetElementHandler(p->parser, start, end);
    if (text)
        XML_SetCharacterDataHandler(p->parser, text);
    enum err e = table_xlsx_part_read(p);
    table_xlsx_part_close(p);
    return e;
}

/* -- relations ------------------------------------------------------------------------------------ */

struct relation {
    struct str id, type, target;
};
struct relations {
    struct relation *items;
    size_t n, cap;
};

static void read_relation(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct relations *r = p->ctx;
    struct arena *a = p->x->t->a;
    const char *id = table_xlsx_attribute(attributes, "Id"), *type = table_xlsx_attribute(attributes, "Type");
    const char *target = table_xlsx_attribute(attributes, "Target");
    if (strcmp(table_xlsx_local(name), "Relationship") != 0 || !id || !type || !target || r->n == ENTRIES_MAX)
        return;
    r->items = arena_grow(a, r->items, r->n, &r->cap, r->n + 1, sizeof *r->items);
    r->items[r->n++] = (struct relation){arena_str(a, str_from(id)), arena_str(a, str_from(type)), arena_str(a, str_from(target))};
}

/* A target is said from the folder of its part, or from the root. */
static struct str entry_of(struct arena *a, struct str folder, struct str target)
{
    if (str_starts(target, STR("/")))
        return str_sub(target, 1, target.n);
    return arena_printf(a, "%.*s%.*s", STR_ARG(folder), STR_ARG(target));
}

static struct str relation_of_type(const struct relations *r, const char *type)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_ends(r->items[i].type, str_from(type)))
            return r->items[i].target;
    return STR_NONE;
}

/* -- the workbook, its styles, its strings -------------------------------------------------------- */

struct workbook {
    struct relations relations;
    struct str folder;
};

static void read_workbook(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct xlsx *x = p->x;
    struct workbook *w = p->ctx;
    const char *local = table_xlsx_local(name);
    if (strcmp(local, "workbookPr") == 0) {
        const char *v = table_xlsx_attribute(attributes, "date1904");
        x->date_1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    } else if (strcmp(local, "sheet") == 0 && x->n_sheets < SHEETS_MAX) {
        const char *id = table_xlsx_attribute(attributes, "id"), *title = table_xlsx_attribute(attributes, "name");
        const char *state = table_xlsx_attribute(attributes, "state");
        for (size_t i = 0; id && title && i < w->relations.n; i++) {
            if (!str_eq(w->relations.items[i].id, str_from(id)))
                continue;
            x->sheets = arena_grow(x->t->a, x->sheets, x->n_sheets, &x->sheets_cap, x->n_sheets + 1, sizeof *x->sheets);
            x->sheets[x->n_sheets++] = (struct xlsx_sheet){arena_str(x->t->a, str_from(title)),
                                                           entry_of(x->t->a, w->folder, w->relations.items[i].target),
                                                           state && strcmp(state, "visible") != 0};
            break;
        }
    }
}

struct styles {
    struct {
        int64_t id;
        enum xlsx_format format;
    } own[1024];
    size_t n_own;
    bool inside; /* cellXfs, not cellStyleXfs */
};

static void read_style(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct xlsx *x = p->x;
    struct styles *s = p->ctx;
    const char *local = table_xlsx_local(name), *id_text = table_xlsx_attribute(attributes, "numFmtId");
    int64_t id = 0;
    if (strcmp(local, "cellXfs") == 0)
        s->inside = true;
    if (id_text)
        (void)str_to_int(str_from(id_text), &id);
    if (strcmp(local, "numFmt") == 0 && s->n_own < sizeof s->own / sizeof *s->own) {
        const char *code = table_xlsx_attribute(attributes, "formatCode");
        s->own[s->n_own].id = id;
        s->own[s->n_own++].format = table_xlsx_format_of(str_from(code));
    } else if (strcmp(local, "xf") == 0 && s->inside && x->n_styles < STYLES_MAX) {
        enum xlsx_format format = table_xlsx_builtin_format(id);
        for (size_t i = 0; i < s->n_own; i++)
            if (s->own[i].id == id)
                format = s->own[i].format;
        x->styles = arena_grow(x->t->a, x->styles, x->n_styles, &x->styles_cap, x->n_styles + 1, 1);
        x->styles[x->n_styles++] = (unsigned char)format;
    }
}

static void end_style(void *data, const XML_Char *name)
{
    struct xlsx_part *p = data;
    if (strcmp(table_xlsx_local(name), "cellXfs") == 0)
        ((struct styles *)p->ctx)->inside = false;
}

struct strings {
    struct buf text;
    bool in_text;
    int phonetic; /* depth of <rPh>: how it is said, not what it is */
    bool too_many;
};

static void start_string(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *p = data;
    struct strings *s = p->ctx;
    const char *local = table_xlsx_local(name);
    (void)attributes;
    if (strcmp(local, "si") == 0)
        buf_clear(&s->text);
    s->phonetic += strcmp(local, "rPh") == 0;
    s->in_text = strcmp(local, "t") == 0 && s->phonetic == 0;
}

static void add_string(void *data, const XML_Char *text, int n)
{
    struct strings *s = ((struct xlsx_part *)data)->ctx;
    if (s->in_text)
        buf_add(&s->text, (struct str){text, (size_t)n});
}

static void end_string(void *data, const XML_Char *name)
{
    struct xlsx_part *p = data;
    struct strings *s = p->ctx;
    struct xlsx *x = p->x;
    const char *local = table_xlsx_local(name);
    s->in_text = false;
    s->phonetic -= strcmp(local, "rPh") == 0;
    if (strcmp(local, "si") != 0)
        return;
    x->strings_bytes += s->text.n;
    s->too_many = s->text.failed || x->n_strings == STRINGS_MAX || x->strings_bytes > STRINGS_BYTES_MAX;
    if (s->too_many) {
        XML_StopParser(p->parser, XML_FALSE);
        return;
    }
    x->strings = arena_grow(x->t->a, x->strings, x->n_strings, &x->strings_cap, x->n_strings + 1, sizeof *x->strings);
    x->strings[x->n_strings++] = table_xlsx_text(x->t->a, buf_str(&s->text));
}

static enum err read_strings(struct xlsx *x, struct str entry)
{
    struct strings s = {.in_text = false};
    bool found;
    buf_init(&s.text, TEXT_MAX);
    enum err e = read_part(x, entry, &s, start_string, end_string, add_string, &found);
    buf_deinit(&s.text);
    if (s.too_many)
        return table_fail(x->t, "Ce classeur contient trop de textes. Gardez la feuille utile, ou enregistrez-la en CSV.");
    return e;
}

static enum err read_package(struct xlsx *x)
{
    struct relations root = {.n = 0};
    struct workbook w = {.folder = STR_NONE};
    struct arena *a = x->t->a;
    bool found;
    TRY(read_part(x, STR("_rels/.rels"), &root, read_relation, NULL, NULL, &found));
    struct str entry = relation_of_type(&root, "/officeDocument");
    entry = entry.n ? entry_of(a, STR_NONE, entry) : STR("xl/workbook.xml");
    size_t cut = entry.n;
    while (cut > 0 && entry.p[cut - 1] != '/')
        cut--;
    w.folder = str_sub(entry, 0, cut);
    struct str file = str_sub(entry, cut, entry.n);
    TRY(read_part(x, arena_printf(a, "%.*s_rels/%.*s.rels", STR_ARG(w.folder), STR_ARG(file)), &w.relations, read_relation, NULL,
                  NULL, &found));
    TRY(read_part(x, entry, &w, read_workbook, NULL, NULL, &found));
    if (!found || x->n_sheets == 0)
        return table_fail(x->t, "C’est une archive, ou un document d’un autre genre : aucune feuille de calcul dedans. Il faut un fichier .xlsx, CSV ou JSON.");
    struct str styles = relation_of_type(&w.relations, "/styles"), strings = relation_of_type(&w.relations, "/sharedStrings");
    struct styles *s = ARENA_NEW(a, struct styles);
    if (styles.n > 0)
        TRY(read_part(x, entry_of(a, w.folder, styles), s, read_style, end_style, NULL, &found));
    return strings.n > 0 ? read_strings(x, entry_of(a, w.folder, strings)) : OK;
}

/* -- choosing the sheet --------------------------------------------------------------------------- */

static enum err unknown_sheet(struct xlsx *x)
{
    enum { LIST_MAX = 400 };
    struct buf names;
    buf_init(&names, 64 * 1024);
    for (size_t i = 0; i < x->n_sheets && names.n < LIST_MAX; i++)
        buf_printf(&names, "%s« %.*s »", i ? ", " : "", STR_ARG(table_shown(x->sheets[i].name, 100)));
    enum err e = table_fail(x->t, "Ce classeur n’a pas de feuille « %.*s ». Feuilles : %.*s.", STR_ARG(table_shown(x->t->opt.sheet, 100)),
                            STR_ARG(buf_str(&names)));
    buf_deinit(&names);
    return e;
}

/* Moves to the row of the headers and takes them; *found false when the sheet has none. With `least` 2, a title is not
 * taken for the headers of a column. */
static enum err find_headers(struct xlsx *x, const struct xlsx_sheet *sheet, size_t least, bool *found)
{
    struct str *cells;
    size_t n, line, wanted = x->t->opt.header;
    bool has = true;
    *found = false;
    TRY(table_xlsx_rows_open(x, sheet));
    for (; has && !*found; arena_reset(x->t->row)) {
        TRY(table_xlsx_rows_next(x, &cells, &n, &line, &has));
        if (!has || (wanted ? line != wanted : table_filled(cells, n, least) < least))
            continue;
        *found = true;
        x->t->names.n = 0;
        TRY(table_take_headers(x->t, cells, n));
    }
    return OK;
}

/* The first sheet with headers and a row under them; a page of explanations has neither. */
static enum err choose_sheet(struct xlsx *x, size_t least, const struct xlsx_sheet **out)
{
    struct str *cells;
    size_t n, line;
    bool found;
    *out = NULL;
    for (size_t i = 0; i < x->n_sheets && !*out; i++) {
        if (x->t->opt.sheet.n ? !str_eq(x->sheets[i].name, x->t->opt.sheet) : x->sheets[i].hidden)
            continue;
        TRY(find_headers(x, &x->sheets[i], least, &found));
        if (found)
            TRY(table_xlsx_rows_next(x, &cells, &n, &line, &found));
        if (found || x->t->opt.sheet.n)
            *out = &x->sheets[i];
        arena_reset(x->t->row);
    }
    return x->t->opt.sheet.n && !*out ? unknown_sheet(x) : OK;
}

static enum err next_row(struct table *t, struct table_row *row, bool *has)
{
    struct xlsx *x = t->reader;
    struct str *cells;
    size_t n, line;
    TRY(table_xlsx_rows_next(x, &cells, &n, &line, has));
    if (!*has)
        return OK;
    TRY(table_give_row(t, row, cells, n, line));
    row->overflow = false; /* a note beside the table: its column has a number for a name */
    return OK;
}

/* Of what may be inflated, what was. */
static size_t offset(const struct table *t)
{
    const struct xlsx *x = t->reader;
    struct zip_stat st;
    double whole = 0;
    for (zip_int64_t i = 0; i < zip_get_num_entries(x->zip, 0); i++)
        if (zip_stat_index(x->zip, (zip_uint64_t)i, 0, &st) == 0 && (st.valid & ZIP_STAT_SIZE))
            whole += (double)st.size;
    double done = (double)(inflated_max - x->budget);
    return x->ended || done >= whole ? t->size : (size_t)(done / whole * (double)t->size);
}

static void discard(void *what)
{
    zip_discard(what);
}

static enum err open_archive(struct xlsx *x)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(x->t->data.p, x->t->data.n, 0, &error);
    x->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!x->zip && source)
        zip_source_free(source);
    zip_error_fini(&error);
    if (!x->zip)
        return damaged(x);
    arena_defer(x->t->a, discard, x->zip);
    if (zip_get_num_entries(x->zip, 0) > ENTRIES_MAX)
        return damaged(x);
    return OK;
}

/* OpenDocument says what it is in its first entry. */
static enum err refuse_open_document(struct xlsx *x)
{
    char type[128];
    size_t n = 0;
    zip_uint64_t index;
    if (!locate(x, STR("mimetype"), &index))
        return OK;
    zip_file_t *file = zip_fopen_index(x->zip, index, 0);
    enum err e = file ? table_xlsx_inflate(x, file, type, sizeof type, &n) : OK;
    if (file)
        zip_fclose(file);
    TRY(e);
    if (str_starts((struct str){type, n}, STR("application/vnd.oasis.opendocument")))
        return table_fail(x->t, "C’est un document LibreOffice (ODS). Ouvrez-le et enregistrez-le au format .xlsx ou CSV (UTF-8).");
    return OK;
}

enum err table_open_xlsx(struct table *t)
{
    struct xlsx *x = ARENA_NEW(t->a, struct xlsx);
    const struct xlsx_sheet *sheet;
    bool found;
    *x = (struct xlsx){.t = t, .budget = inflated_max};
    t->kind = TABLE_XLSX;
    t->reader = x;
    t->next = next_row;
    t->offset = offset;
    TRY(open_archive(x));
    TRY(refuse_open_document(x));
    TRY(read_package(x));
    size_t least = 2;
    TRY(choose_sheet(x, least, &sheet));
    if (!sheet) {
        least = 1;
        TRY(choose_sheet(x, least, &sheet));
    }
    if (sheet)
        TRY(find_headers(x, sheet, least, &found));
    if (!sheet || !found)
        return t->opt.header ? table_fail(t, "Aucune ligne de titres à la ligne %zu de la feuille.", t->opt.header)
                             : table_fail(t, "Ce classeur ne contient aucune ligne.");
    return OK;
}
