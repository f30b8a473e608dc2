/*
 * INT 2Bh, by which boot-132 has its network boot program read files. BX is the command and DX:CX points to its
 * operands (nbp_cmd.h and asm.s of Apple's boot-132).
 */
#pragma once
#include "gates.h"

void files_call(struct frame *frame);
