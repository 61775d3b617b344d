/* The rows of the national API, included by the module's table of routes. */
#define API_ROUTE(path_, handler_, input_, summary_, answer_)                                                \
    {HTTP_GET, "/api/v1" path_, handler_, .allow = ALLOW_EVERYONE, .input = input_, .rate = RATE_SEARCH,     \
     .style = STYLE_API, .summary = summary_, .answer = answer_}
API_ROUTE("/structures", api_structures, &api_structures_input, "Structures, by id", "page:structure"),
API_ROUTE("/structures/{id}", api_structure, &api_id_input, "A structure and its services", "structure_detail"),
API_ROUTE("/services", api_services, &api_services_input, "Services, by id", "page:service"),
API_ROUTE("/services/{id}", api_service, &api_id_input, "A service and its structure", "service_detail"),
API_ROUTE("/search/services", api_search_services, &api_search_services_input,
          "Services offered to the inhabitants of a commune, or around a point", "page:found_service"),
API_ROUTE("/search", api_search, &api_search_input, "Services for some words", "page:scored_service"),
API_ROUTE("/sources", api_sources, INPUT_NONE, "Where the data come from", "list:source"),
API_ROUTE("/doc/{liste}", api_doc, &api_doc_input, "A reference list of values", "list:value"),
#undef API_ROUTE
