/* The rows of the pages, included by the module's table of routes. */
#define PAGE_ROUTE(path_, handler_, input_, ...)                                                             \
    {HTTP_GET, path_, handler_, .allow = ALLOW_EVERYONE, .input = input_, __VA_ARGS__}
PAGE_ROUTE("/", directory_show_home, INPUT_NONE, .rate = RATE_PAGE),
PAGE_ROUTE("/recherche", directory_show_results, &directory_pages_search_input, .rate = RATE_SEARCH),
PAGE_ROUTE("/lieux/{slug}", directory_show_place, &directory_pages_slug_input, .rate = RATE_PAGE),
PAGE_ROUTE("/lieux/{slug}/signaler", directory_show_report, &directory_pages_slug_input, .rate = RATE_PAGE),
PAGE_ROUTE("/donnees-ouvertes", directory_show_data, INPUT_NONE, .rate = RATE_PAGE),
PAGE_ROUTE("/donnees-ouvertes/{fichier}", directory_download, &directory_pages_format_input, .rate = RATE_EXPORT,
           .style = STYLE_FILE),
PAGE_ROUTE("/qualite-des-donnees", directory_show_quality, INPUT_NONE, .rate = RATE_PAGE),
PAGE_ROUTE("/qualite-des-donnees/{fichier}", directory_download_quality, &directory_pages_format_input, .rate = RATE_EXPORT,
           .style = STYLE_FILE),
#undef PAGE_ROUTE
