/* Every resource of the API, in the order in which the document lists them. */
#include "api/api.h"

extern const struct api_route api_answers_routes[], api_posts_routes[], api_language_routes[], api_events_routes[], api_stats_routes[],
    api_trends_routes[], api_topics_routes[], api_topics_preview_routes[], api_craft_routes[], api_craft_clauses_routes[], api_lists_routes[],
    api_views_routes[], api_session_routes[],
    api_members_routes[], api_clients_routes[], api_tokens_routes[], api_audit_routes[], api_reads_routes[], api_rooms_routes[], api_coverage_routes[];
extern const struct api_route api_imports_routes[], api_imports_look_routes[];
extern const struct api_route api_tools_routes[], api_tools_trends_routes[], api_comparisons_routes[];
extern const struct api_route api_connectors_routes[], api_sources_routes[], api_sources_ask_routes[], api_deeds_routes[], api_hooks_routes[];
extern const struct api_route api_alerts_routes[], api_alerts_firings_routes[], api_alerts_outside_routes[];

const struct api_route *const api_routes[] = {
    api_answers_routes, api_posts_routes, api_language_routes, api_events_routes, api_topics_routes, api_topics_preview_routes,
    api_craft_routes, api_craft_clauses_routes, api_lists_routes, api_views_routes, api_trends_routes, api_reads_routes, api_rooms_routes, api_stats_routes,
    api_alerts_routes, api_alerts_firings_routes, api_alerts_outside_routes,
    api_imports_routes, api_imports_look_routes,
    api_tools_routes, api_tools_trends_routes, api_comparisons_routes,
    api_connectors_routes, api_sources_routes, api_sources_ask_routes, api_deeds_routes, api_hooks_routes,
    api_session_routes, api_members_routes, api_clients_routes, api_tokens_routes, api_audit_routes, api_coverage_routes, NULL,
};
