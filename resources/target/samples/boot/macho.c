#include "macho.h"
#include "../../pxe/string.h"

enum { MAGIC = 0xfeedface, I386 = 7, SEGMENT = 1, UNIX_THREAD = 5, EIP = 10 };

struct header {
        uint32_t magic, processor, model, type, commands, commands_size, flags;
};

struct command {
        uint32_t command, size;
};

struct segment {
        struct command head;
        char name[16];
        uint32_t address, memory_size, offset, file_size;
};

struct thread {
        struct command head;
        uint32_t flavor, count, state[16];
};

/* Segments of no size in the file, such as __LINKEDIT of a stripped kernel, may lie anywhere. */
static int fits(const struct segment *segment, uint32_t size)
{
        return segment->offset <= size && segment->file_size <= size - segment->offset &&
               segment->file_size <= segment->memory_size && segment->address >= 0x100000;
}

uint32_t macho_load(const uint8_t *file, uint32_t size)
{
        const struct header *header = (const struct header *)file;
        if (size < sizeof *header || header->magic != MAGIC || header->processor != I386)
                return 0;
        uint32_t entry = 0;
        uint32_t at = sizeof *header;
        for (uint32_t i = 0; i < header->commands; i++) {
                const struct command *command = (const struct command *)(file + at);
                if (size - at < sizeof *command || command->size < sizeof *command || command->size > size - at)
                        return 0;
                if (command->command == SEGMENT && command->size >= sizeof(struct segment)) {
                        const struct segment *segment = (const struct segment *)command;
                        if (!fits(segment, size))
                                return 0;
                        char *to = (char *)segment->address;
                        memcpy(to, file + segment->offset, segment->file_size);
                        memset(to + segment->file_size, 0, segment->memory_size - segment->file_size);
                }
                if (command->command == UNIX_THREAD && command->size >= sizeof(struct thread))
                        entry = ((const struct thread *)command)->state[EIP];
                at += command->size;
        }
        return entry;
}
