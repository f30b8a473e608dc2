#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "source.h"

enum { LOADER = 0x2b, READ_FILE = 1, FILE_SIZE = 2, UNLOAD = 3, FAILED = 1 };

/* nbp_cmd.h of boot-132; the size of a file is where the size of the buffer is. */
struct command {
        uint32_t status;
        char name[128];
        uint32_t size, buffer;
} __attribute__((packed));

static uint32_t run(uint16_t code, struct command *command)
{
        struct far_pointer at = low_pointer(LOW_PARAMETERS);
        memcpy(low_address(LOW_PARAMETERS), command, sizeof *command);
        struct registers registers = { .ebx = code, .ecx = at.offset, .edx = at.segment };
        bios_call(LOADER, &registers);
        memcpy(command, low_address(LOW_PARAMETERS), sizeof *command);
        return command->status;
}

static struct command command_for(const char *name)
{
        struct command command = { .status = FAILED };
        memcpy(command.name, name, strlen(name) + 1);
        return command;
}

uint32_t network_load(const char *name, void *to, uint32_t room, uint32_t *length)
{
        struct command command = command_for(name);
        command.size = room;
        command.buffer = (uint32_t)to;
        uint32_t status = run(READ_FILE, &command);
        *length = command.size;
        return status;
}

uint32_t network_size(const char *name, uint32_t *length)
{
        struct command command = command_for(name);
        uint32_t status = run(FILE_SIZE, &command);
        *length = command.size;
        return status;
}

void network_unload(void)
{
        struct command command = { 0 };
        run(UNLOAD, &command);
}
