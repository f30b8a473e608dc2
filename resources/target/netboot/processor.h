/* How the processor is told of interrupts, and its extensions, kept while a kernel does what it likes. */
#pragma once

void stash_processor(void);
void restore_processor(void);
