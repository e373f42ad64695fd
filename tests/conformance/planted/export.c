/* A symbol beside sy_plugin_query, for all to see. */
int planted_symbol(void);
__attribute__((visibility("default"))) int planted_symbol(void) { return 0; }
