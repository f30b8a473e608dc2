/* The way back into NetBoot: the kernel's command line names it as `-retaddr 0x…`. */
#pragma once
#include "../../multiboot/multiboot.h"

/* Where to return to; 0 when nobody waits for that. */
uint32_t return_address_in(const struct multiboot_information *info);

/* Does not come back. Everything must be as a MultiBoot loader hands it over: flat segments, no paging, no interrupts. */
void leave_to(uint32_t return_address) __attribute__((noreturn));
