/* The library that a plugin needs and does not find. */
void dependency_function(void);
void dependency_function(void) {}
