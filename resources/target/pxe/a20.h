/* The gate that folds odd megabytes onto even ones, as an 8086 did. */
#pragma once
#include <stdbool.h>

/* Opens it in every way there is; false when none works. */
bool a20_enable(void);
