/* A program in the place of `boot`. */
#pragma once
#include <stdint.h>

/* DX at the entry: the BIOS disk, or E0h for the network. */
extern uint16_t entry_device;
/* EAX and EBX at the MultiBoot entry: zero at the other. */
extern uint32_t entry_multiboot, entry_information;

/* The program's own. To return is to go back to who called it; that is not possible from MultiBoot. */
void boot_main(void);

/* Base memory that the family uses for itself (boot-132 memory.h): for calls of real mode. */
enum { LOW_AREA = 0x10000 };
