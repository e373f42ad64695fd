/* A function that several plugins export under one name, as copies of one library linked into each do. */
float clashing_factor(void);
float clashing_factor(void) { return CASE_CLASH; }
