#include "http/input_words.h"

#include <math.h>

static struct str number_words(struct arena *a, enum lang lang, double v)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", v);
    char *dot = lang == LANG_FR ? strchr(text, '.') : NULL;
    if (dot)
        *dot = ',';
    return arena_str(a, str_from(text));
}

static struct str range_words(struct arena *a, enum lang lang, const struct input_field *f)
{
    struct bounds b = input_bounds(f);
    struct str low = isfinite(b.low) ? number_words(a, lang, b.low) : STR("");
    struct str high = isfinite(b.high) ? number_words(a, lang, b.high) : STR("");
    bool fr = lang == LANG_FR;
    if (low.n && high.n)
        return arena_printf(a, fr ? "Écrivez un nombre entre %.*s et %.*s." : "Enter a number between %.*s and %.*s.",
                            STR_ARG(low), STR_ARG(high));
    if (low.n)
        return arena_printf(a, fr ? "Écrivez un nombre à partir de %.*s." : "Enter a number from %.*s up.",
                            STR_ARG(low));
    if (high.n)
        return arena_printf(a, fr ? "Écrivez un nombre jusqu’à %.*s." : "Enter a number up to %.*s.", STR_ARG(high));
    if (f->type == INPUT_INT)
        return fr ? STR("Écrivez un nombre entier, sans virgule.") : STR("Enter a whole number.");
    return fr ? STR("Écrivez un nombre.") : STR("Enter a number.");
}

static struct str length_words(struct arena *a, enum lang lang, const struct input_field *f, bool too_long)
{
    struct bounds b = input_bounds(f);
    int n = f->type == INPUT_TEXT ? (int)(too_long ? b.high : b.low) : INPUT_TEXT_MAX;
    bool fr = lang == LANG_FR;
    const char *plural = n > 1 ? "s" : "";
    if (fr)
        return arena_printf(a, "Écrivez %d caractère%s au %s.", n, plural, too_long ? "plus" : "moins");
    return arena_printf(a, "Enter at %s %d character%s.", too_long ? "most" : "least", n, plural);
}

static struct str format_words(struct arena *a, enum lang lang, const struct input_field *f)
{
    bool fr = lang == LANG_FR;
    switch (f->type) {
    case INPUT_BOOL:
        return fr ? STR("Répondez par oui ou par non.") : STR("Answer yes or no.");
    case INPUT_DATE:
        return fr ? STR("Écrivez la date comme ceci : 28/02/2026.") : STR("Enter the date like this: 2026-02-28.");
    case INPUT_INT:
    case INPUT_NUMBER:
        return range_words(a, lang, f);
    case INPUT_TEXT:
    case INPUT_ENUM:
    case INPUT_LIST:
    case INPUT_ENUM_LIST:
        break;
    }
    return fr ? STR("Écrivez du texte.") : STR("Enter text.");
}

struct str input_message(struct arena *a, enum lang lang, const struct input_field *f, enum fault fault)
{
    bool fr = lang == LANG_FR, choice = f->type == INPUT_ENUM || f->type == INPUT_ENUM_LIST;
    switch (fault) {
    case FAULT_MISSING:
        if (choice)
            return fr ? STR("Choisissez une réponse.") : STR("Choose an answer.");
        return fr ? STR("Remplissez cette case.") : STR("Fill in this field.");
    case FAULT_FORMAT:
        return format_words(a, lang, f);
    case FAULT_CHOICE:
        return fr ? STR("Choisissez une réponse de la liste.") : STR("Choose a value from the list.");
    case FAULT_TOO_MANY:
        return arena_printf(a, fr ? "Choisissez %d réponses au plus." : "Choose at most %d values.",
                            (int)input_bounds(f).high);
    case FAULT_LOW:
    case FAULT_HIGH:
        break;
    }
    if (f->type == INPUT_TEXT || f->type == INPUT_LIST)
        return length_words(a, lang, f, fault == FAULT_HIGH);
    return range_words(a, lang, f);
}

const char *input_fault_type(const struct input_field *f, enum fault fault)
{
    bool text = f->type == INPUT_TEXT || f->type == INPUT_LIST;
    switch (fault) {
    case FAULT_MISSING:
        return "missing";
    case FAULT_CHOICE:
        return "enum";
    case FAULT_TOO_MANY:
        return "too_long";
    case FAULT_LOW:
        return text ? "string_too_short" : "greater_than_equal";
    case FAULT_HIGH:
        return text ? "string_too_long" : "less_than_equal";
    case FAULT_FORMAT:
        break;
    }
    switch (f->type) {
    case INPUT_INT:
        return "int_parsing";
    case INPUT_NUMBER:
        return "float_parsing";
    case INPUT_BOOL:
        return "bool_parsing";
    case INPUT_DATE:
        return "date_parsing";
    case INPUT_LIST:
    case INPUT_ENUM_LIST:
        return "list_type";
    case INPUT_TEXT:
    case INPUT_ENUM:
        break;
    }
    return "string_type";
}
