/* Base memory that NetBoot uses while no kernel runs. The stub and firmware's own stay as they are. */
#pragma once

enum { LOW_AREA = 0x10000 };

/* All of it, which is kept behind the resident program while a kernel runs. */
enum { BASE_MEMORY = 0xa0000 };
