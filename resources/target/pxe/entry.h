/* A network boot program begins in entry.S, which calls nbp_main() in flat protected mode. */
#pragma once
#include "structures.h"

/* Of what is called from assembler, or written in it: its parameters are on the stack, however C passes its own. */
#define ON_STACK __attribute__((regparm(0)))

struct nbp_entry {
        /* What firmware handed over, unchecked; see pxe_find(). */
        const struct pxenv *pxenv;
        const struct bang_pxe *bang_pxe;
        /* Back to the firmware with a PXENV_EXIT status in AX. It must find base memory as it was. */
        void (*exit)(uint32_t status) ON_STACK __attribute__((noreturn));
};

/* The program's own. To return is to go back to the firmware with the result as status in AX. */
ON_STACK uint32_t nbp_main(const struct nbp_entry *entry);
