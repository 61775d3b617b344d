#include "modules/directory/export/sheet.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/plain.h"
#include "base/utf8.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

enum { PACK_FROM = 64 * 1024, XML_MAX = 16 * 1024 * 1024, CELL_MOST = 32767, ROWS_MOST = 1048576, COLUMNS_MOST = 26 + 26 * 26 };
/* Rows of cellXfs in styles_xml. */
#define STYLE_HEADER "1"
#define STYLE_TEXT "2"
#define STYLE_DATE "3"
#define STYLE_MOMENT "4"

static const char styles_xml[] =
    XML "<styleSheet xmlns=\"" MAIN "\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"dd/mm/yyyy\\ hh:mm\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFDCE6F1\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"5\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";
static const char relations_xml[] =
    XML "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE "/officeDocument\""
    " Target=\"xl/workbook.xml\"/></Relationships>";
static const char *const sheet_files[EXPORT_SHEETS_MAX] = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
                                                           "xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml"};

static enum err add_file(struct export_book *b, const char *name, struct str text)
{
    TRY(export_zip_file(&b->zip, name));
    return export_zip_add(&b->zip, text);
}

enum err export_book_begin(struct export_book *b, struct exporter *x, int64_t at_ms)
{
    *b = (struct export_book){0};
    buf_init(&b->xml, XML_MAX);
    export_zip_begin(&b->zip, x, at_ms);
    TRY(add_file(b, "_rels/.rels", str_from(relations_xml)));
    return add_file(b, "xl/styles.xml", str_from(styles_xml));
}

void export_book_free(struct export_book *b)
{
    buf_deinit(&b->xml);
}

static enum err pack(struct export_book *b, size_t from)
{
    if (b->xml.failed)
        return ERR_LIMIT;
    if (b->xml.n < from)
        return OK;
    enum err e = export_zip_add(&b->zip, buf_str(&b->xml));
    buf_clear(&b->xml);
    return e;
}

/* -- cells ------------------------------------------------------------------------------------------- */

/* 0 → A, 25 → Z, 26 → AA: two letters are enough for COLUMNS_MOST. */
static void put_column(struct buf *out, size_t column)
{
    if (column >= 26)
        buf_char(out, (char)('A' + column / 26 - 1));
    buf_char(out, (char)('A' + column % 26));
}

/* `rest`: after the reference of the cell, which is most of what is written: put in one go. */
static void open_cell(struct export_book *b, struct str rest)
{
    static const struct str head = STR_INIT("<c r=\"");
    size_t letters = b->column < 26 ? 1 : 2;
    char *p = buf_reserve(&b->xml, head.n + letters + b->row.n + rest.n);
    if (!p)
        return;
    memcpy(p, head.p, head.n);
    p += head.n;
    if (letters == 2)
        *p++ = (char)('A' + b->column / 26 - 1);
    *p++ = (char)('A' + b->column % 26);
    memcpy(p, b->row.digits, b->row.n);
    memcpy(p + b->row.n, rest.p, rest.n);
    buf_commit(&b->xml, head.n + letters + b->row.n + rest.n);
}

static const char *escape_of(char c)
{
    /* XML would make a line feed of \r */
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '\r' ? "&#13;" : "";
}

/* From i, the first byte that is not copied as it is: to escape, not UTF-8, or what XML cannot hold. */
static size_t skip_copied(struct str s, size_t i)
{
    while ((i = plain_end(s, i, "&<>")) < s.n) {
        uint32_t cp;
        size_t n = utf8_decode(s.p + i, s.n - i, &cp);
        if (n == 0 || (n == 1 && cp != '\t' && cp != '\n') || cp == 0xFFFE || cp == 0xFFFF)
            break;
        i += n;
    }
    return i;
}

size_t export_sheet_fit(struct str text)
{
    size_t units = 0, i = 0, last = 0; /* last: what fits when one unit is left for the ellipsis */
    if (text.n <= CELL_MOST)
        return text.n;
    while (i < text.n && units <= CELL_MOST) {
        uint32_t cp;
        size_t n = utf8_decode(text.p + i, text.n - i, &cp);
        units += n == 4 ? 2 : 1;
        i += n > 0 ? n : 1;
        if (units < CELL_MOST)
            last = i;
    }
    return units <= CELL_MOST ? text.n : last;
}

static void put_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0;;) {
        size_t start = i;
        i = skip_copied(s, i);
        buf_add(out, (struct str){s.p + start, i - start});
        if (i == s.n) /* nearly always, at once */
            break;
        uint32_t cp;
        size_t n = utf8_decode(s.p + i, s.n - i, &cp);
        buf_lit(out, n == 1 ? escape_of(s.p[i]) : "");
        i += n > 0 ? n : 1;
    }
}

/* XML is free to change white space that nothing says to keep: readers change what stands at the ends, and line feeds. */
static bool needs_space(struct str s)
{
    return s.n > 0 && ((unsigned char)s.p[0] <= ' ' || (unsigned char)s.p[s.n - 1] <= ' ' || memchr(s.p, '\n', s.n));
}

#define TEXT_OF(style) "\" s=\"" style "\" t=\"inlineStr\"><is><t"

static void put_text(struct export_book *b, struct str open, struct str text)
{
    static const struct str end = STR_INIT("</t></is></c>");
    size_t fit = export_sheet_fit(text);
    open_cell(b, open);
    buf_add(&b->xml, needs_space(text) ? STR(" xml:space=\"preserve\">") : STR(">"));
    put_escaped(&b->xml, str_sub(text, 0, fit));
    if (fit < text.n)
        buf_lit(&b->xml, EXPORT_SHEET_CUT);
    buf_add(&b->xml, end);
}

void export_sheet_text(struct export_book *b, struct str text)
{
    if (text.n > 0)
        put_text(b, STR(TEXT_OF(STYLE_TEXT)), text);
    b->column++;
}

void export_sheet_number(struct export_book *b, struct directory_number v)
{
    if (v.known) {
        open_cell(b, STR("\"><v>"));
        buf_double(&b->xml, v.value);
        buf_lit(&b->xml, "</v></c>");
    }
    b->column++;
}

/* Days are counted from 1899-12-30; before March 1900 that count is disputed, and the text stays. */
enum { EPOCH = 25569, FIRST_SURE = 61 };

static void put_day(struct export_book *b, struct str open, int64_t serial)
{
    open_cell(b, open);
    buf_int(&b->xml, serial);
}

static void put_date(struct export_book *b, int64_t serial)
{
    put_day(b, STR("\" s=\"" STYLE_DATE "\"><v>"), serial);
    buf_lit(&b->xml, "</v></c>");
    b->column++;
}

void export_sheet_date(struct export_book *b, struct str day)
{
    struct civil_date d;
    int64_t serial = civil_parse(day, &d) ? civil_to_days(d) + EPOCH : 0;
    if (serial < FIRST_SURE)
        export_sheet_text(b, day);
    else
        put_date(b, serial);
}

void export_sheet_day(struct export_book *b, enum zone zone, int64_t at_ms)
{
    if (at_ms > 0)
        put_date(b, civil_to_days(zone_local(zone, at_ms).date) + EPOCH);
    else
        b->column++;
}

void export_sheet_moment(struct export_book *b, enum zone zone, int64_t at_ms)
{
    enum { MILLION = 1000000 }; /* a millionth of a day is less than a tenth of a second */
    struct civil_time t = zone_local(zone, at_ms);
    int64_t seconds = t.hour * 3600 + t.minute * 60 + t.second;
    if (at_ms > 0) {
        put_day(b, STR("\" s=\"" STYLE_MOMENT "\"><v>"), civil_to_days(t.date) + EPOCH);
        buf_char(&b->xml, '.');
        for (int64_t part = seconds * MILLION / 86400, unit = MILLION / 10; unit > 0; part %= unit, unit /= 10)
            buf_char(&b->xml, (char)('0' + part / unit));
        buf_lit(&b->xml, "</v></c>");
    }
    b->column++;
}

/* -- rows and sheets --------------------------------------------------------------------------------- */

void export_sheet_row(struct export_book *b)
{
    b->column = 0;
    b->row.n = (size_t)snprintf(b->row.digits, sizeof b->row.digits, "%zu", ++b->sheets[b->n - 1].rows);
    buf_lit(&b->xml, "<row r=\"");
    buf_add(&b->xml, (struct str){b->row.digits, b->row.n});
    buf_lit(&b->xml, "\">");
}

enum err export_sheet_row_end(struct export_book *b)
{
    buf_lit(&b->xml, "</row>");
    if (b->sheets[b->n - 1].rows > ROWS_MOST)
        return ERR_LIMIT;
    return pack(b, PACK_FROM);
}

/* "A1:AF2001": what the filters are about. */
static void put_area(struct buf *out, const struct export_book *b, size_t sheet, const char *sign)
{
    buf_printf(out, "%sA%s1:%s", sign, sign, sign);
    put_column(out, b->sheets[sheet].columns - 1);
    buf_lit(out, sign);
    buf_int(out, (int64_t)b->sheets[sheet].rows);
}

static enum err end_sheet(struct export_book *b)
{
    if (b->n == 0)
        return OK;
    buf_lit(&b->xml, "</sheetData><autoFilter ref=\"");
    put_area(&b->xml, b, b->n - 1, "");
    buf_lit(&b->xml, "\"/></worksheet>");
    return pack(b, 0);
}

enum err export_sheet_begin(struct export_book *b, const char *name, const struct export_sheet_column *columns, size_t n)
{
    TRY(end_sheet(b));
    if (b->n == EXPORT_SHEETS_MAX || n > COLUMNS_MOST)
        return ERR_BUG;
    TRY(export_zip_file(&b->zip, sheet_files[b->n]));
    buf_printf(&b->xml,
               XML "<worksheet xmlns=\"" MAIN "\"><sheetViews><sheetView%s workbookViewId=\"0\"><pane ySplit=\"1\""
                   " topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>",
               b->n == 0 ? " tabSelected=\"1\"" : "");
    for (size_t i = 0; i < n; i++)
        buf_printf(&b->xml, "<col min=\"%zu\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/>", i + 1, i + 1, columns[i].width);
    buf_lit(&b->xml, "</cols><sheetData>");
    b->sheets[b->n].name = name;
    b->sheets[b->n].columns = n;
    b->n++;
    export_sheet_row(b);
    for (size_t i = 0; i < n; i++, b->column++)
        put_text(b, STR(TEXT_OF(STYLE_HEADER)), str_from(columns[i].title));
    return export_sheet_row_end(b);
}

/* -- what holds the sheets together ------------------------------------------------------------------ */

static enum err add_workbook(struct export_book *b)
{
    struct buf *out = &b->xml;
    buf_lit(out, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><bookViews><workbookView/></bookViews><sheets>");
    for (size_t i = 0; i < b->n; i++)
        buf_printf(out, "<sheet name=\"%s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", b->sheets[i].name, i + 1, i + 1);
    buf_lit(out, "</sheets><definedNames>");
    for (size_t i = 0; i < b->n; i++) {
        buf_printf(out, "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"%zu\" hidden=\"1\">%s!", i,
                   b->sheets[i].name);
        put_area(out, b, i, "$");
        buf_lit(out, "</definedName>");
    }
    buf_lit(out, "</definedNames></workbook>");
    TRY(export_zip_file(&b->zip, "xl/workbook.xml"));
    return pack(b, 0);
}

static enum err add_relations(struct export_book *b)
{
    struct buf *out = &b->xml;
    buf_lit(out, XML "<Relationships xmlns=\"" PACKAGE "relationships\">");
    for (size_t i = 0; i < b->n; i++)
        buf_printf(out, "<Relationship Id=\"rId%zu\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
                   i + 1, i + 1);
    buf_printf(out, "<Relationship Id=\"rId%zu\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/></Relationships>", b->n + 1);
    TRY(export_zip_file(&b->zip, "xl/_rels/workbook.xml.rels"));
    return pack(b, 0);
}

static enum err add_types(struct export_book *b)
{
#define TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."
    struct buf *out = &b->xml;
    buf_lit(out, XML "<Types xmlns=\"" PACKAGE "content-types\"><Default Extension=\"rels\""
                     " ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                     "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                     "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE "sheet.main+xml\"/>"
                     "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>");
    for (size_t i = 0; i < b->n; i++)
        buf_printf(out, "<Override PartName=\"/%s\" ContentType=\"" TYPE "worksheet+xml\"/>", sheet_files[i]);
    buf_lit(out, "</Types>");
#undef TYPE
    TRY(export_zip_file(&b->zip, "[Content_Types].xml"));
    return pack(b, 0);
}

enum err export_book_end(struct export_book *b)
{
    TRY(end_sheet(b));
    TRY(add_workbook(b));
    TRY(add_relations(b));
    TRY(add_types(b));
    return export_zip_end(&b->zip);
}
